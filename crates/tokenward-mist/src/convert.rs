//! From Mist's records to the model, and from the model to its requests.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value, value::RawValue};
use tokenward_core::{
    Access, Error, ErrorKind, Owner, Record, Result, Timestamp, Token, TokenFamily, UpdateToken, When,
};
use tokenward_http::{Id, Mask, SecretNames, VendorToken, time::epoch_seconds};

use crate::generated::SECRET_NAMES;
use crate::raw::types::{OrgApiToken, PrivilegeOrgInput, UserApiToken};

impl VendorToken for OrgApiToken {
    const ID: &'static str = "id";
    const SECRET: &'static str = "key";
    const SECRET_NAMES: &'static SecretNames = &SECRET_NAMES;

    type Fields<'a> = OrgTokenFields;

    fn token(fields: OrgTokenFields, family: TokenFamily) -> Option<Box<Token>> {
        let mut token = Box::new(Token::new(family, fields.id?.known()?));
        token.name = fields.name;
        token.owner = Owner::known(None, None, fields.created_by);
        token.created = When::or_unknown(fields.created_time);
        token.last_used = When::or_never(fields.last_used);
        token.expires = When::Never;
        token.scopes = fields.privileges.map(|all| all.into_iter().map(|Scope(scope)| scope).collect());
        token.mask = fields.key.and_then(Mask::shown);
        Some(token)
    }
}

/// What is read of it.
#[derive(Debug, Deserialize)]
pub struct OrgTokenFields {
    #[serde(default)]
    id: Option<Id>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    created_by: Option<String>,
    #[serde(default, with = "epoch_seconds")]
    created_time: Option<Timestamp>,
    #[serde(default, with = "epoch_seconds")]
    last_used: Option<Timestamp>,
    #[serde(default)]
    key: Option<Mask>,
    #[serde(default)]
    privileges: Option<Vec<Scope>>,
}

impl VendorToken for UserApiToken {
    const ID: &'static str = "id";
    const SECRET: &'static str = "key";
    const SECRET_NAMES: &'static SecretNames = &SECRET_NAMES;
    // The document declares an array, although one token is created.
    const CREATED_IN_LIST: bool = true;

    type Fields<'a> = UserTokenFields;

    fn token(fields: UserTokenFields, family: TokenFamily) -> Option<Box<Token>> {
        let mut token = Box::new(Token::new(family, fields.id?.known()?));
        token.name = fields.name;
        token.created = When::or_unknown(fields.created_time);
        token.last_used = When::or_never(fields.last_used);
        token.expires = When::Never;
        token.mask = fields.key.and_then(Mask::shown);
        Some(token)
    }
}

/// What is read of it.
#[derive(Debug, Deserialize)]
pub struct UserTokenFields {
    #[serde(default)]
    id: Option<Id>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default, with = "epoch_seconds")]
    created_time: Option<Timestamp>,
    #[serde(default, with = "epoch_seconds")]
    last_used: Option<Timestamp>,
    #[serde(default)]
    key: Option<Mask>,
}

/// The fields that the short form of a scope can hold behind its role and scope, by the scope.
const TARGETS: [(&str, &str); 2] = [("site", "site_id"), ("sitegroup", "sitegroup_id")];

fn target_of(scope: &str) -> Option<&'static str> {
    TARGETS.iter().find(|(name, _)| *name == scope).map(|(_, field)| *field)
}

/// A privilege as it is shown.
#[derive(Debug)]
struct Scope(String);

impl Scope {
    /// A field that the document does not have may narrow a privilege, so all of it is read, or nothing.
    fn of_json<E: de::Error>(json: &str) -> std::result::Result<Self, E> {
        let all = Record::from_read_json(json, &SECRET_NAMES);
        let all = all.map_err(|_| E::custom("a privilege cannot be read as it is"))?;
        Ok(Self(all.as_str().to_owned()))
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Visitor;

        macro_rules! no_records {
            ($($visit:ident: $value:ty),*) => {
                $(fn $visit<E: de::Error>(self, value: $value) -> std::result::Result<Scope, E> {
                    Scope::of_json(&Value::from(value).to_string())
                })*
            };
        }

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Scope;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a privilege")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> std::result::Result<Scope, A::Error> {
                let mut privilege = Privilege::default();
                while let Some(name) = map.next_key::<&RawValue>()? {
                    // The organization is the one that is asked for.
                    if name.get() == r#""org_id""# {
                        map.next_value::<de::IgnoredAny>()?;
                    } else {
                        privilege.insert(name, map.next_value()?);
                    }
                }
                match privilege.short() {
                    Some(short) => Ok(Scope(short)),
                    None => Scope::of_json(&privilege.json()),
                }
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<Scope, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = seq.next_element::<&RawValue>()? {
                    elements.push(element.get());
                }
                Scope::of_json(&["[", &elements.join(","), "]"].concat())
            }

            no_records! { visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str }

            fn visit_unit<E: de::Error>(self) -> std::result::Result<Scope, E> {
                Scope::of_json("null")
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

/// A privilege as the vendor writes it, names and values as they stand there, but for its organization.
#[derive(Default)]
struct Privilege<'a> {
    /// What the short form is made of, in the order of `SHORT`.
    short: [Option<&'a RawValue>; 4],
    more: Vec<[&'a RawValue; 2]>,
}

const SHORT: [&str; 4] = [r#""role""#, r#""scope""#, r#""site_id""#, r#""sitegroup_id""#];

impl<'a> Privilege<'a> {
    fn insert(&mut self, name: &'a RawValue, value: &'a RawValue) {
        let place = SHORT.iter().position(|short| *short == name.get());
        match place.map(|place| &mut self.short[place]) {
            Some(member @ None) => *member = Some(value),
            // It is not known, or comes twice.
            _ => self.more.push([name, value]),
        }
    }

    /// The short form, where it has a role, a scope and its target alone, as nearly all have.
    fn short(&self) -> Option<String> {
        let [role, scope, site_id, sitegroup_id] = self.short;
        let (role, scope) = (text(role?)?, text(scope?)?);
        let target = match (target_of(&scope), site_id, sitegroup_id) {
            (None, None, None) => None,
            (Some("site_id"), Some(id), None) | (Some("sitegroup_id"), None, Some(id)) => Some(text(id)?),
            _ => return None,
        };
        if !self.more.is_empty() || role.contains(':') {
            return None;
        }
        let length = role.len() + scope.len() + target.as_ref().map_or(0, |id| id.len()) + 2;
        let mut short = String::with_capacity(length);
        short.extend([&role, ":", &scope]);
        if let Some(id) = target {
            short.extend([":", &id]);
        }
        Some(short)
    }

    fn json(&self) -> String {
        /// Room for most.
        const LENGTH: usize = 192;

        let mut json = String::with_capacity(LENGTH);
        json.push('{');
        let short = SHORT.into_iter().zip(self.short);
        let short = short.filter_map(|(name, value)| Some([name, value?.get()]));
        for [name, value] in short.chain(self.more.iter().map(|member| member.map(RawValue::get))) {
            json.extend([name, ":", value, ","]);
        }
        if json.ends_with(',') {
            json.pop();
        }
        json.push('}');
        json
    }
}

/// The text that this is, if it is one.
fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    match value.get().strip_prefix('"')?.strip_suffix('"')? {
        plain if !plain.contains('\\') => Some(plain.into()),
        _ => serde_json::from_str(value.get()).ok().map(Cow::Owned),
    }
}

/// The organization is the one that is asked for, and `org_id` is set by the vendor.
fn without_org(mut privilege: Value) -> Value {
    if let Some(fields) = privilege.as_object_mut() {
        fields.remove("org_id");
    }
    privilege
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
        let record = serde_json::json!({"id": "1", "name": "ci", "privileges": [
            {"role": "admin", "scope": "org", "org_id": "o"},
            {"role": "read", "scope": "site", "site_id": "s-1"},
            {"role": "network_admin", "scope": "sitegroup", "sitegroup_id": "g-1"},
            {"role": "read", "scope": "org", "org_id": "o", "views": ["reporting"]},
        ]});
        let text = record.to_string();
        let fields = serde_json::from_str(&text).unwrap();
        let token = OrgApiToken::token(fields, TokenFamily::new("mist", "org-token")).unwrap();
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
        let shown = |narrow: &str| serde_json::from_str::<Scope>(narrow).unwrap().0;
        for narrow in [
            r#"{"role":"read","scope":"org","site_ids":["s-1"]}"#,
            r#"{"role":"read","scope":"org","site_id":null}"#,
            r#"{"role":"read","scope":"site","site_id":"s-1","sitegroup_id":"g-1"}"#,
            r#"{"role":"read","scope":"site"}"#,
            r#"{"role":"a:b","scope":"org"}"#,
            r#"{"role":"read","scope":"org","role":"admin"}"#,
            r#"{"role":7,"scope":"org","n\"w":[{"a":1.50}]}"#,
            r#"{"scope":"org","r\u006fle":"read"}"#,
            r#"["read","org"]"#,
            "{}",
            "[]",
            r#""read""#,
            "null",
            "true",
            "-7",
            "1.5",
        ] {
            assert_eq!(shown(narrow), narrow);
        }
        assert_eq!(shown(r#"{"scope":"org","role":"r\u0065ad","org_id":7}"#), "read:org");
        assert_eq!(
            shown(r#"{"views":[{"key":"CANARY"}], "role":"read"}"#),
            r#"{"role":"read","views":[{}]}"#
        );
        let narrow = shown(r#"{"role":"read","scope":"org","site_ids":["s-1"],"org_id":"o"}"#);
        assert!(privileges(&Access::Scopes(vec![narrow])).is_err());
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
