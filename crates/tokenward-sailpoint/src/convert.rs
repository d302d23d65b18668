//! From SailPoint's records to the model, and from the model to its requests.

use serde::Deserialize;
use serde_json::Value;
use tokenward_core::{Access, Error, ErrorKind, Owner, Result, Timestamp, Token, TokenFamily, When};
use tokenward_http::{Id, Nullable, SecretNames, VendorToken, time::rfc3339};

use crate::generated::SECRET_NAMES;
use crate::raw::types::{
    CreateOauthClientResponse, CreatePersonalAccessTokenResponse, JsonPatchOperation, JsonPatchOperationOp,
    OauthClient, PersonalAccessToken, PersonalAccessTokenOwner,
};

/// What the vendor calls everything that the owner can do.
const FULL: &str = "sp:scopes:all";

impl VendorToken for PersonalAccessToken {
    const ID: &'static str = "id";
    const SECRET: &'static str = "secret";
    const SECRET_NAMES: &'static SecretNames = &SECRET_NAMES;

    type Fields<'a> = PersonalAccessTokenFields;

    fn token(fields: PersonalAccessTokenFields, family: TokenFamily) -> Option<Box<Token>> {
        let mut token = Box::new(Token::new(family, fields.id.known()?));
        token.name = fields.name;
        token.owner = fields.owner.and_then(|owner| Owner::known(owner.id, owner.name, None));
        token.created = When::or_unknown(fields.created);
        token.last_used = When::or_never(fields.last_used);
        token.expires = match fields.expiration_date {
            Some(date) => When::At(date),
            None if fields.user_aware_token_never_expires == Some(true) => When::Never,
            None => When::Unknown,
        };
        token.scopes = fields.scope;
        token.managed = fields.managed == Some(true);
        Some(token)
    }
}

/// What is read of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonalAccessTokenFields {
    id: Id,
    name: Option<String>,
    owner: Option<OwnerFields>,
    #[serde(default, with = "rfc3339")]
    created: Option<Timestamp>,
    #[serde(default, with = "rfc3339")]
    last_used: Option<Timestamp>,
    #[serde(default, with = "rfc3339")]
    expiration_date: Option<Timestamp>,
    user_aware_token_never_expires: Option<bool>,
    scope: Option<Vec<String>>,
    managed: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct OwnerFields {
    id: Option<String>,
    name: Option<String>,
}

impl VendorToken for CreatePersonalAccessTokenResponse {
    const ID: &'static str = "id";
    const SECRET: &'static str = "secret";
    const SECRET_NAMES: &'static SecretNames = &SECRET_NAMES;

    type Fields<'a> = Self;

    fn token(fields: Self, family: TokenFamily) -> Option<Box<Token>> {
        let mut token = Box::new(Token::new(family, fields.id.parse().ok()?));
        token.name = fields.name;
        token.owner = owner(fields.owner);
        token.created = When::or_unknown(fields.created);
        token.last_used = When::Never;
        token.expires = When::or_unknown(fields.expiration_date);
        token.scopes = fields.scope;
        Some(token)
    }
}

impl VendorToken for OauthClient {
    const ID: &'static str = "id";
    const SECRET: &'static str = "secret";
    const SECRET_NAMES: &'static SecretNames = &SECRET_NAMES;

    type Fields<'a> = OauthClientFields;

    fn token(fields: OauthClientFields, family: TokenFamily) -> Option<Box<Token>> {
        let mut token = Box::new(Token::new(family, fields.id.known()?));
        token.name = fields.name;
        token.description = fields.description;
        token.created = When::or_unknown(fields.created);
        token.last_used = When::or_never(fields.last_used);
        token.expires = When::Never;
        token.scopes = fields.scope;
        token.managed = fields.internal == Some(true);
        Some(token)
    }
}

/// What is read of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OauthClientFields {
    id: Id,
    name: Option<String>,
    description: Option<String>,
    #[serde(default, with = "rfc3339")]
    created: Option<Timestamp>,
    #[serde(default, with = "rfc3339")]
    last_used: Option<Timestamp>,
    scope: Option<Vec<String>>,
    internal: Option<bool>,
}

impl VendorToken for CreateOauthClientResponse {
    const ID: &'static str = "id";
    const SECRET: &'static str = "secret";
    const SECRET_NAMES: &'static SecretNames = &SECRET_NAMES;

    type Fields<'a> = Self;

    fn token(fields: Self, family: TokenFamily) -> Option<Box<Token>> {
        let mut token = Box::new(Token::new(family, fields.id.parse().ok()?));
        token.name = fields.name;
        token.description = fields.description;
        token.created = When::or_unknown(fields.created);
        token.last_used = When::Never;
        token.expires = When::Never;
        token.scopes = fields.scope;
        Some(token)
    }
}

fn owner(owner: Option<PersonalAccessTokenOwner>) -> Option<Owner> {
    let owner = owner?;
    Owner::known(owner.id, owner.name, None)
}

/// The scopes that a request names: none is left to the vendor's default, which is all of them.
pub(crate) fn scopes(access: &Access) -> Result<Vec<String>> {
    match access {
        Access::Scopes(names) => Ok(names.clone()),
        Access::Full => Ok(vec![FULL.to_owned()]),
        _ => Err(Error::new(ErrorKind::InvalidInput, "such an access is not known here")),
    }
}

pub(crate) fn replace(path: &str, value: impl Into<Value>) -> JsonPatchOperation {
    let mut operation = JsonPatchOperation::new(JsonPatchOperationOp::Replace, path);
    // A value that is null is sent, unlike one that is not there: it says "never".
    operation.value = match value.into() {
        Value::Null => Nullable::Null,
        value => Nullable::Value(value),
    };
    operation
}
