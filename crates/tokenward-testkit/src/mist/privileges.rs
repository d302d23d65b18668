//! What the privileges in a request have to be.

use serde_json::{Value, json};

const ROLES: [&str; 5] = ["admin", "helpdesk", "installer", "read", "write"];
const SCOPES: [&str; 4] = ["org", "site", "sitegroup", "orgsites"];
const MOST: usize = 10;

/// The privileges as they are kept, or why they are refused.
pub(super) fn read(value: Option<&Value>, org_id: &str) -> Result<Vec<Value>, &'static str> {
    let privileges = value.and_then(Value::as_array).ok_or("privileges have to be given as a list")?;
    if privileges.is_empty() || privileges.len() > MOST {
        return Err("privileges have to be 1 to 10");
    }
    let mut kept: Vec<Value> = Vec::new();
    for privilege in privileges {
        let text = |name: &str| privilege.get(name).and_then(Value::as_str);
        if !text("role").is_some_and(|role| ROLES.contains(&role)) {
            return Err("a privilege has no role that is known");
        }
        let needed = match text("scope") {
            Some("site") => Some("site_id"),
            Some("sitegroup") => Some("sitegroup_id"),
            Some(scope) if SCOPES.contains(&scope) => None,
            _ => return Err("a privilege has no scope that is known"),
        };
        if needed.is_some_and(|needed| text(needed).is_none()) {
            return Err("a privilege does not say which site or sitegroup it is for");
        }
        let mut privilege = privilege.clone();
        if text_is(&privilege, "scope", "org") {
            privilege["org_id"] = json!(org_id);
        }
        if kept.contains(&privilege) {
            return Err("a privilege is given twice");
        }
        kept.push(privilege);
    }
    Ok(kept)
}

/// Whether one of them allows to change the organization.
pub(super) fn administer(privileges: &[Value]) -> bool {
    privileges
        .iter()
        .any(|privilege| text_is(privilege, "role", "admin") && text_is(privilege, "scope", "org"))
}

fn text_is(privilege: &Value, name: &str, expected: &str) -> bool {
    privilege.get(name).and_then(Value::as_str) == Some(expected)
}
