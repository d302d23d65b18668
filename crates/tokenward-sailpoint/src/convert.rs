//! From SailPoint's records to the model, and from the model to its requests.

use serde_json::Value;
use tokenward_core::{Access, Error, ErrorKind, Owner, Result, Token, TokenFamily, When};
use tokenward_http::{Nullable, VendorToken};

use crate::raw::types::{
    CreateOauthClientResponse, CreatePersonalAccessTokenResponse, JsonPatchOperation, JsonPatchOperationOp,
    OauthClient, PersonalAccessToken, PersonalAccessTokenOwner,
};

/// What the vendor calls everything that the owner can do.
const FULL: &str = "sp:scopes:all";

impl VendorToken for PersonalAccessToken {
    const ID: &'static str = "id";
    const SECRET: &'static str = "secret";

    fn into_token(self, family: TokenFamily) -> Option<Token> {
        let mut token = Token::new(family, self.id.parse().ok()?);
        token.name = self.name;
        token.owner = owner(self.owner);
        token.created = When::or_unknown(self.created);
        token.last_used = When::or_never(self.last_used);
        token.expires = match self.expiration_date {
            Some(date) => When::At(date),
            None if self.user_aware_token_never_expires == Some(true) => When::Never,
            None => When::Unknown,
        };
        token.scopes = self.scope;
        token.managed = self.managed == Some(true);
        Some(token)
    }
}

impl VendorToken for CreatePersonalAccessTokenResponse {
    const ID: &'static str = "id";
    const SECRET: &'static str = "secret";

    fn into_token(self, family: TokenFamily) -> Option<Token> {
        let mut token = Token::new(family, self.id.parse().ok()?);
        token.name = self.name;
        token.owner = owner(self.owner);
        token.created = When::or_unknown(self.created);
        token.last_used = When::Never;
        token.expires = When::or_unknown(self.expiration_date);
        token.scopes = self.scope;
        Some(token)
    }
}

impl VendorToken for OauthClient {
    const ID: &'static str = "id";
    const SECRET: &'static str = "secret";

    fn into_token(self, family: TokenFamily) -> Option<Token> {
        let mut token = Token::new(family, self.id.parse().ok()?);
        token.name = self.name;
        token.description = self.description;
        token.created = When::or_unknown(self.created);
        token.last_used = When::or_never(self.last_used);
        token.expires = When::Never;
        token.scopes = self.scope;
        token.managed = self.internal == Some(true);
        Some(token)
    }
}

impl VendorToken for CreateOauthClientResponse {
    const ID: &'static str = "id";
    const SECRET: &'static str = "secret";

    fn into_token(self, family: TokenFamily) -> Option<Token> {
        let mut token = Token::new(family, self.id.parse().ok()?);
        token.name = self.name;
        token.description = self.description;
        token.created = When::or_unknown(self.created);
        token.last_used = When::Never;
        token.expires = When::Never;
        token.scopes = self.scope;
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
