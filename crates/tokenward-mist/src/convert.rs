//! From Mist's records to the model, and from the model to its requests.

use serde_json::{Map, Value};
use tokenward_core::{Access, Error, ErrorKind, Owner, Result, Token, TokenFamily, When};
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
        token.scopes = self
            .privileges
            .map(|all| all.iter().filter_map(|one| serde_json::to_value(one).ok()).map(scope).collect());
        token.mask = self.key.and_then(|key| key.mask());
        Some(token)
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
    short(&privilege).unwrap_or_else(|| privilege.to_string())
}

fn short(privilege: &Value) -> Option<String> {
    let fields = privilege.as_object()?;
    let text = |name: &str| fields.get(name)?.as_str();
    let (role, scope) = (text("role")?, text("scope")?);
    let target = target_of(scope);
    // The organization is the one that is asked for, and `org_id` is set by the vendor.
    let known = |name: &str| ["role", "scope", "org_id"].contains(&name) || target == Some(name);
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
        _ => &full,
    };
    if names.len() > MOST {
        return Err(invalid("there are more than 10 privileges"));
    }
    names.iter().map(|name| privilege(name)).collect()
}

fn privilege(name: &str) -> Result<PrivilegeOrgInput> {
    let value = match serde_json::from_str::<Value>(name) {
        Ok(value) => value,
        Err(_) => long(name).ok_or_else(|| {
            invalid("a scope is neither `role:scope`, `role:site:id`, `role:sitegroup:id` nor a privilege in JSON")
        })?,
    };
    serde_json::from_value(value)
        .map_err(|_| invalid("a privilege has no `role`, no `scope`, or a field of another kind"))
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

/// What a token may do now, as the request that replaces it has to repeat it.
pub(crate) fn repeated(token: &OrgApiToken) -> Result<Option<Vec<PrivilegeOrgInput>>> {
    let Some(privileges) = &token.privileges else { return Ok(None) };
    let repeat = |privilege| serde_json::to_value(privilege).and_then(serde_json::from_value);
    privileges.iter().map(repeat).collect::<serde_json::Result<_>>().map(Some).map_err(|_| {
        Error::new(
            ErrorKind::Protocol,
            "a privilege of the token has no role or scope, and an update would have to repeat it",
        )
    })
}

fn invalid(message: &'static str) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_that_is_read_can_be_asked_for() {
        let token: OrgApiToken = serde_json::from_str(
            r#"{"id": "1", "privileges": [
                {"role": "admin", "scope": "org", "org_id": "o"},
                {"role": "read", "scope": "site", "site_id": "s-1"},
                {"role": "network_admin", "scope": "sitegroup", "sitegroup_id": "g-1"},
                {"role": "read", "scope": "org", "views": ["reporting"]}
            ]}"#,
        )
        .unwrap();
        let sent = serde_json::to_value(repeated(&token).unwrap()).unwrap();
        let scopes = token.into_token(TokenFamily::new("mist", "org-token")).unwrap().scopes.unwrap();
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
        assert_eq!(serde_json::to_value(asked).unwrap(), sent);
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
