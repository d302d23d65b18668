//! From Mist's records to the model, and from the model to its requests.

use serde_json::{Map, Value};
use tokenward_core::{Access, Error, ErrorKind, Owner, Result, Token, TokenFamily, UpdateToken, When};
use tokenward_http::VendorToken;

use crate::raw::types::{OrgApiToken, PrivilegeOrgInput, UserApiToken};

impl VendorToken for OrgApiToken {
    const ID: &'static str = "id";
    const SECRET: &'static str = "key";

    fn into_token(self, family: TokenFamily) -> Option<Token> {
        let mut token = Token::new(family, self.id?.parse().ok()?);
        token.name = self.name;
        token.owner = Owner::known(None, None, self.created_by);
        token.created = When::or_unknown(self.created_time);
        token.last_used = When::or_never(self.last_used);
        token.expires = When::Never;
        token.mask = self.key.and_then(|key| key.mask());
        Some(token)
    }

    /// From the record: a field that the document does not have may narrow a privilege.
    fn refine(token: &mut Token, record: &Value) {
        token.scopes = record["privileges"].as_array().map(|all| all.iter().cloned().map(scope).collect());
    }
}

impl VendorToken for UserApiToken {
    const ID: &'static str = "id";
    const SECRET: &'static str = "key";

    fn into_token(self, family: TokenFamily) -> Option<Token> {
        let mut token = Token::new(family, self.id?.parse().ok()?);
        token.name = self.name;
        token.created = When::or_unknown(self.created_time);
        token.last_used = When::or_never(self.last_used);
        token.expires = When::Never;
        token.mask = self.key.and_then(|key| key.mask());
        Some(token)
    }
}

/// The fields that the short form of a scope can hold behind its role and scope, by the scope.
const TARGETS: [(&str, &str); 2] = [("site", "site_id"), ("sitegroup", "sitegroup_id")];

fn target_of(scope: &str) -> Option<&'static str> {
    TARGETS.iter().find(|(name, _)| *name == scope).map(|(_, field)| *field)
}

/// A privilege in its short form, or as JSON where it says more than that.
fn scope(privilege: Value) -> String {
    let privilege = without_org(privilege);
    short(&privilege).unwrap_or_else(|| privilege.to_string())
}

/// The organization is the one that is asked for, and `org_id` is set by the vendor.
fn without_org(mut privilege: Value) -> Value {
    if let Some(fields) = privilege.as_object_mut() {
        fields.remove("org_id");
    }
    privilege
}

fn short(privilege: &Value) -> Option<String> {
    let fields = privilege.as_object()?;
    let text = |name: &str| fields.get(name)?.as_str();
    let (role, scope) = (text("role")?, text("scope")?);
    let target = target_of(scope);
    let known = |name: &str| ["role", "scope"].contains(&name) || target == Some(name);
    if !fields.keys().all(|name| known(name)) || role.contains(':') {
        return None;
    }
    Some(match target {
        Some(field) => format!("{role}:{scope}:{}", text(field)?),
        None => format!("{role}:{scope}"),
    })
}

/// The privileges that a request asks for.
pub(crate) fn privileges(access: &Access) -> Result<Vec<PrivilegeOrgInput>> {
    const MOST: usize = 10;

    let full = ["admin:org".to_owned()];
    let names = match access {
        Access::Scopes(names) => names.as_slice(),
        Access::Full => &full,
        _ => return Err(invalid("such an access is not known here")),
    };
    if names.len() > MOST {
        return Err(invalid("there are more than 10 privileges"));
    }
    names.iter().map(|name| privilege(name)).collect()
}

fn privilege(name: &str) -> Result<PrivilegeOrgInput> {
    let asked = match serde_json::from_str::<Value>(name) {
        Ok(value) => value,
        Err(_) => long(name).ok_or_else(|| {
            invalid(
                "a scope is neither `role:scope`, `role:site:id`, `role:sitegroup:id` nor a privilege in JSON",
            )
        })?,
    };
    let typed: PrivilegeOrgInput = serde_json::from_value(asked.clone())
        .map_err(|_| invalid("a privilege has no `role`, no `scope`, or a field of another kind"))?;
    // What does not survive would be dropped in silence, and a restriction with it.
    if serde_json::to_value(&typed).ok() != Some(asked) {
        return Err(invalid("a privilege has a field that is not known here"));
    }
    Ok(typed)
}

fn long(name: &str) -> Option<Value> {
    let (role, rest) = name.split_once(':')?;
    let (scope, target) = match rest.split_once(':') {
        Some((scope, target)) => (scope, Some(target)),
        None => (rest, None),
    };
    let mut fields = Map::new();
    for (name, text) in [("role", role), ("scope", scope)] {
        fields.insert(name.to_owned(), Some(text).filter(|text| !text.is_empty())?.into());
    }
    match (target_of(scope), target) {
        (Some(field), Some(id)) if !id.is_empty() => fields.insert(field.to_owned(), id.into()),
        (None, None) => None,
        _ => return None,
    };
    Some(fields.into())
}

/// The token as the request that replaces it has to repeat it: all that the vendor shows but what it sets itself.
pub(crate) fn replacement(
    mut record: Map<String, Value>,
    change: &UpdateToken,
) -> Result<Map<String, Value>> {
    const SET_BY_THE_VENDOR: [&str; 6] = ["id", "key", "created_by", "created_time", "last_used", "org_id"];

    for name in SET_BY_THE_VENDOR {
        record.remove(name);
    }
    if let Some(name) = change.name() {
        record.insert("name".to_owned(), name.into());
    }
    if let Some(access) = change.access() {
        let privileges = serde_json::to_value(privileges(access)?).unwrap_or_default();
        record.insert("privileges".to_owned(), privileges);
    } else if let Some(Value::Array(privileges)) = record.get_mut("privileges") {
        *privileges = std::mem::take(privileges).into_iter().map(without_org).collect();
    }
    // The vendor would take what is missing for a change.
    for (name, what) in [("name", "no name: say one"), ("privileges", "no privileges: say the access")] {
        if record.get(name).is_none_or(Value::is_null) {
            let message = format!("the vendor replaces the whole record, and shows {what}, too");
            return Err(Error::new(ErrorKind::InvalidInput, message));
        }
    }
    Ok(record)
}

fn invalid(message: &'static str) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_that_is_read_can_be_asked_for() {
        let record = serde_json::json!({"id": "1", "privileges": [
            {"role": "admin", "scope": "org", "org_id": "o"},
            {"role": "read", "scope": "site", "site_id": "s-1"},
            {"role": "network_admin", "scope": "sitegroup", "sitegroup_id": "g-1"},
            {"role": "read", "scope": "org", "org_id": "o", "views": ["reporting"]},
        ]});
        let mut token = Token::new(TokenFamily::new("mist", "org-token"), "1".parse().unwrap());
        OrgApiToken::refine(&mut token, &record);
        let scopes = token.scopes.unwrap();
        assert_eq!(
            scopes,
            [
                "admin:org",
                "read:site:s-1",
                "network_admin:sitegroup:g-1",
                r#"{"role":"read","scope":"org","views":["reporting"]}"#
            ]
        );
        let asked = privileges(&Access::Scopes(scopes)).unwrap();
        let shown = record["privileges"].as_array().unwrap().iter().cloned().map(without_org);
        assert_eq!(serde_json::to_value(asked).unwrap(), shown.collect::<Value>());
    }

    #[test]
    fn what_nobody_knows_narrows_a_scope_that_is_shown_and_is_refused_where_it_is_asked_for() {
        let narrow = serde_json::json!({"role": "read", "scope": "org", "site_ids": ["s-1"]});
        let shown = scope(narrow);
        assert_eq!(shown, r#"{"role":"read","scope":"org","site_ids":["s-1"]}"#);
        assert!(privileges(&Access::Scopes(vec![shown])).is_err());
    }

    #[test]
    fn a_replacement_repeats_everything_but_what_the_vendor_sets() {
        let record = serde_json::json!({
            "id": "1", "key": "1qkb...QQCL", "name": "ci", "created_by": "a@b", "created_time": 1.5, "last_used": null,
            "org_id": "o", "src_ips": ["192.0.2.1"], "description": "of tomorrow",
            "privileges": [{"role": "read", "scope": "org", "org_id": "o", "site_ids": ["s-1"]}],
        });
        let renamed = UpdateToken::default().with_name("ci-2");
        let sent = replacement(record.as_object().unwrap().clone(), &renamed).unwrap();
        assert_eq!(
            Value::from(sent),
            serde_json::json!({
                "name": "ci-2", "src_ips": ["192.0.2.1"], "description": "of tomorrow",
                "privileges": [{"role": "read", "scope": "org", "site_ids": ["s-1"]}],
            })
        );
        for missing in ["name", "privileges"] {
            let mut record = record.as_object().unwrap().clone();
            record.remove(missing);
            let change = match missing {
                "name" => UpdateToken::default().with_access(Access::Full),
                _ => renamed.clone(),
            };
            assert!(replacement(record, &change).unwrap_err().to_string().contains("shows no"), "{missing}");
        }
    }

    #[test]
    fn what_is_no_privilege_is_refused() {
        let many = vec!["read:org"; 11];
        for names in [
            vec!["read"],
            vec!["read:site"],
            vec!["read:site:"],
            vec!["read:org:x"],
            vec![":org"],
            vec![r#"{"role":"read"}"#],
            many,
        ] {
            assert!(privileges(&Access::scopes(names.clone())).is_err(), "{names:?}");
        }
    }
}
