//! From LaunchDarkly's records to the model, and from the model to its requests.

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, DeserializeOwned},
};
use serde_json::{Value, json, value::RawValue};
use tokenward_core::{Access, Error, ErrorKind, Owner, Record, Result, Timestamp, Token, TokenFamily, When};
use tokenward_http::{Id, Mask, SecretNames, VendorToken, runtime::whole, time::epoch_millis};

use crate::generated::SECRET_NAMES;
use crate::raw::types::{
    AccessTokenPost, AccessTokenPostRole, PatchOperation, RelayAutoConfigRep, StatementInput, StatementPost,
    Token as AccessToken,
};

const ROLE: &str = "role:";
const CUSTOM_ROLE_KEY: &str = "custom-role-key:";
const CUSTOM_ROLE_ID: &str = "custom-role-id:";

impl VendorToken for AccessToken {
    const ID: &'static str = "_id";
    const SECRET: &'static str = "token";
    const SECRET_NAMES: &'static SecretNames = &SECRET_NAMES;

    type Fields<'a> = AccessTokenFields;

    fn token(fields: AccessTokenFields, family: TokenFamily) -> Option<Box<Token>> {
        let mut token = Box::new(Token::new(family, fields.id.known()?));
        token.name = fields.name.filter(|name| !name.is_empty());
        token.description = fields.description.filter(|text| !text.is_empty());
        token.owner = owner(fields.member, fields.member_id);
        token.created = When::or_unknown(fields.creation_date);
        token.last_used = When::or_never(fields.last_used);
        token.expires = When::or_never(fields.expiry);
        let role = fields.role.map(|role| [ROLE, &role].concat());
        let custom = fields.custom_role_ids.into_iter().flatten().map(|id| [CUSTOM_ROLE_ID, &id].concat());
        token.scopes = Some(role.into_iter().chain(custom).chain(statements(fields.inline_role)).collect());
        token.mask = fields.token.and_then(Mask::shown);
        Some(token)
    }
}

/// What is read of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessTokenFields {
    #[serde(rename = "_id")]
    id: Id,
    name: Option<String>,
    description: Option<String>,
    #[serde(rename = "_member")]
    member: Option<Member>,
    member_id: Option<String>,
    #[serde(default, with = "epoch_millis")]
    creation_date: Option<Timestamp>,
    #[serde(default, with = "epoch_millis")]
    last_used: Option<Timestamp>,
    #[serde(default, with = "epoch_millis")]
    expiry: Option<Timestamp>,
    role: Option<String>,
    custom_role_ids: Option<Vec<String>>,
    inline_role: Option<Vec<Statement>>,
    token: Option<Mask>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Member {
    #[serde(rename = "_id")]
    id: String,
    first_name: Option<String>,
    last_name: Option<String>,
    email: Option<String>,
}

/// A statement as the vendor writes it: a field that its document does not have may narrow it.
#[derive(Debug)]
struct Statement(String);

impl<'de> Deserialize<'de> for Statement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let statement = <&RawValue>::deserialize(deserializer)?;
        let record = Record::from_json_of(statement.get(), &SECRET_NAMES)
            .map_err(|_| de::Error::custom("a statement cannot be read as it is"))?;
        Ok(Self(record.as_str().to_owned()))
    }
}

fn statements(policy: Option<Vec<Statement>>) -> impl Iterator<Item = String> {
    policy.into_iter().flatten().map(|Statement(text)| text)
}

/// What stands beside the items of a list.
#[derive(Deserialize)]
pub(crate) struct Envelope {
    #[serde(rename = "totalCount", default, deserialize_with = "whole")]
    total: Option<i64>,
    #[serde(rename = "_links", default)]
    links: Value,
}

impl Envelope {
    /// How many tokens the vendor says there are, or why that cannot be.
    pub(crate) fn total(&self) -> Result<Option<u64>, &'static str> {
        let count = |total| u64::try_from(total).map_err(|_| "the vendor's total is a negative number");
        self.total.map(count).transpose()
    }

    /// Why this is not the last page, if a link leads to another one behind so many tokens. A total that is not reached says
    /// more, and is noticed anyway.
    pub(crate) fn remainder(&self, count: u64) -> Option<&'static str> {
        let has_next = self.links.get("next").is_some_and(|next| !next.is_null());
        let is_reached = self.total.is_none_or(|total| u64::try_from(total) == Ok(count));
        (has_next && is_reached).then_some("`_links.next` leads to another page")
    }
}

impl VendorToken for RelayAutoConfigRep {
    const ID: &'static str = "_id";
    const SECRET: &'static str = "fullKey";
    const SECRET_NAMES: &'static SecretNames = &SECRET_NAMES;
    type Fields<'a> = RelayProxyConfigFields;

    fn token(fields: RelayProxyConfigFields, family: TokenFamily) -> Option<Box<Token>> {
        let mut token = Box::new(Token::new(family, fields.id.known()?));
        token.name = fields.name;
        token.owner = owner(fields.creator, None);
        token.created = When::or_unknown(fields.creation_date);
        token.expires = When::Never;
        token.mask = fields.display_key.and_then(Mask::shown);
        token.scopes = Some(statements(fields.policy).collect());
        Some(token)
    }
}

/// What is read of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RelayProxyConfigFields {
    #[serde(rename = "_id")]
    id: Id,
    name: Option<String>,
    #[serde(rename = "_creator")]
    creator: Option<Member>,
    #[serde(default, with = "epoch_millis")]
    creation_date: Option<Timestamp>,
    display_key: Option<Mask>,
    policy: Option<Vec<Statement>>,
}

fn owner(member: Option<Member>, id: Option<String>) -> Option<Owner> {
    let Some(member) = member else { return Owner::known(id, None, None) };
    let said = |name: Option<String>| name.filter(|name| !name.is_empty());
    let name = match (said(member.first_name), said(member.last_name)) {
        (Some(first), Some(last)) => Some([first.as_str(), &last].join(" ")),
        (name, None) | (None, name) => name,
    };
    Owner::known(Some(member.id), name, member.email)
}

/// What an access token may do, in the one of LaunchDarkly's three ways in which it is said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Rights {
    Role(String),
    CustomRoles(Vec<String>),
    Inline(Vec<Value>),
}

/// Which name of a custom role a request takes: a creation its key, a change its id.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum CustomRolesBy {
    Key,
    Id,
}

impl Rights {
    pub(crate) fn of(access: &Access, by: CustomRolesBy) -> Result<Self> {
        let names = match access {
            Access::Scopes(names) => names,
            Access::Full => return Ok(Self::Role("admin".to_owned())),
            _ => return Err(invalid("such an access is not known here")),
        };
        let (wanted, other, hint) = match by {
            CustomRolesBy::Key => (
                CUSTOM_ROLE_KEY,
                CUSTOM_ROLE_ID,
                "a creation takes custom roles by their keys: write `custom-role-key:…`",
            ),
            CustomRolesBy::Id => (
                CUSTOM_ROLE_ID,
                CUSTOM_ROLE_KEY,
                "a change takes custom roles by their ids: write `custom-role-id:…`",
            ),
        };
        let mut rights: Option<Self> = None;
        for name in names {
            let next = if let Some(role) = name.strip_prefix(ROLE) {
                Self::Role(role.to_owned())
            } else if let Some(role) = name.strip_prefix(wanted) {
                Self::CustomRoles(vec![role.to_owned()])
            } else if name.starts_with(other) {
                return Err(invalid(hint));
            } else {
                let statement = statement(name)?;
                typed::<StatementPost>(&statement)?;
                Self::Inline(vec![statement])
            };
            rights = Some(match rights {
                None => next,
                Some(rights) => rights.and(next)?,
            });
        }
        rights.ok_or_else(|| invalid("the list of scopes is empty"))
    }

    fn and(self, other: Self) -> Result<Self> {
        match (self, other) {
            (Self::CustomRoles(roles), Self::CustomRoles(more)) => {
                Ok(Self::CustomRoles(roles.into_iter().chain(more).collect()))
            }
            (Self::Inline(statements), Self::Inline(more)) => {
                Ok(Self::Inline(statements.into_iter().chain(more).collect()))
            }
            _ => Err(invalid(
                "an access token has one role, or custom roles, or statements of its own, and no two of them",
            )),
        }
    }

    pub(crate) fn put_into(self, request: &mut AccessTokenPost) -> Result<()> {
        match self {
            Self::Role(role) => request.role = Some(AccessTokenPostRole::from(role.as_str())),
            Self::CustomRoles(keys) => request.custom_role_ids = Some(keys),
            Self::Inline(statements) => {
                request.inline_role = Some(statements.iter().map(typed).collect::<Result<_>>()?);
            }
        }
        Ok(())
    }

    /// The field of a token that holds it, and its value.
    pub(crate) fn field(self) -> (&'static str, Value) {
        match self {
            Self::Role(role) => ("/role", role.into()),
            Self::CustomRoles(ids) => ("/customRoleIds", ids.into()),
            Self::Inline(statements) => ("/inlineRole", statements.into()),
        }
    }
}

/// The policy of a relay proxy configuration.
pub(crate) fn policy(access: &Access) -> Result<Vec<StatementInput>> {
    match access {
        Access::Scopes(names) => names.iter().map(|name| typed(&statement(name)?)).collect(),
        Access::Full => {
            Ok(vec![typed(&json!({"effect": "allow", "actions": ["*"], "resources": ["proj/*:env/*"]}))?])
        }
        _ => Err(invalid("such an access is not known here")),
    }
}

/// A statement of a policy, written as JSON.
fn statement(text: &str) -> Result<Value> {
    let value = serde_json::from_str::<Value>(text).ok().filter(Value::is_object);
    value.ok_or_else(|| {
        invalid("a scope is neither `role:…`, `custom-role-key:…`, `custom-role-id:…` nor a policy statement in JSON")
    })
}

/// The statement in the document's type. What does not survive that would be dropped in silence, and a restriction
/// with it.
fn typed<T: DeserializeOwned + Serialize>(statement: &Value) -> Result<T> {
    let typed: T = serde_json::from_value(statement.clone())
        .map_err(|_| invalid("a policy statement has no `effect`, or a field of another kind"))?;
    if serde_json::to_value(&typed).ok().as_ref() != Some(statement) {
        return Err(invalid("a policy statement has a field that is not known here"));
    }
    Ok(typed)
}

fn invalid(message: &'static str) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}

/// `add` sets a field whether or not it is there, which `replace` does not.
pub(crate) fn set(path: &str, value: impl Into<Value>) -> PatchOperation {
    let mut operation = PatchOperation::new("add", path);
    operation.value = value.into().into();
    operation
}

/// Refused with 422 where the field is not there.
pub(crate) fn remove(path: &str) -> PatchOperation {
    PatchOperation::new("remove", path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rights(names: &[&str], by: CustomRolesBy) -> Result<Rights> {
        Rights::of(&Access::scopes(names.iter().copied()), by)
    }

    #[test]
    fn rights_are_said_in_one_way_and_custom_roles_by_the_name_that_the_request_takes() {
        use CustomRolesBy::{Id, Key};
        assert_eq!(rights(&["role:reader"], Key).unwrap(), Rights::Role("reader".into()));
        assert_eq!(
            rights(&["custom-role-key:ops", "custom-role-key:qa"], Key).unwrap(),
            Rights::CustomRoles(vec!["ops".into(), "qa".into()])
        );
        assert_eq!(rights(&["custom-role-id:1f"], Id).unwrap(), Rights::CustomRoles(vec!["1f".into()]));
        assert_eq!(Rights::of(&Access::Full, Key).unwrap(), Rights::Role("admin".into()));
        let refused = [
            rights(&["custom-role-id:1f"], Key),
            rights(&["custom-role-key:ops"], Id),
            rights(&["role:reader", "role:admin"], Key),
            rights(&["role:reader", r#"{"effect":"allow"}"#], Key),
            rights(&["reader"], Key),
            rights(&[r#"{"effect":"allow","actions":["*"],"not_resources":["proj/prod"]}"#], Key),
            rights(&[r#"{"nonsense":1}"#], Id),
        ];
        let texts: Vec<_> = refused.into_iter().map(|result| result.unwrap_err().to_string()).collect();
        insta::assert_snapshot!(texts.join("\n"));
    }
}
