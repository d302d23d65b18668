//! From Atlassian's records to the model.

use std::{
    borrow::Cow,
    io::{Cursor, Write},
};

use serde::Deserialize;
use tokenward_core::{Owner, Timestamp, Token, TokenFamily, TokenId, When};
use tokenward_http::{Id, NextPage, SecretNames, VendorToken, time::rfc3339};

use crate::generated::SECRET_NAMES;
use crate::raw::types::{OrgApiKey, OrgApiToken, PageLinks, UserApiToken};

impl VendorToken for OrgApiToken {
    const ID: &'static str = "id";
    const SECRET: &'static str = "token";
    const SECRET_NAMES: &'static SecretNames = &SECRET_NAMES;

    type Fields<'a> = OrgApiTokenFields<'a>;

    fn token(fields: OrgApiTokenFields<'_>, family: TokenFamily) -> Option<Box<Token>> {
        let user = fields.user?;
        let mut token = Box::new(Token::new(family, joined(&user.id, &fields.id)?));
        token.name = fields.label;
        token.owner = Owner::known(Some(user.id), user.name, user.email);
        token.created = When::or_unknown(fields.created_at);
        token.last_used = When::or_never(fields.last_active_at);
        token.expires = When::or_unknown(fields.expires_at);
        token.scopes = fields.scopes;
        Some(token)
    }
}

/// What is read of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrgApiTokenFields<'a> {
    /// A part of the token's id.
    #[serde(borrow)]
    id: Cow<'a, str>,
    user: Option<Person>,
    label: Option<String>,
    #[serde(default, with = "rfc3339")]
    created_at: Option<Timestamp>,
    #[serde(default, with = "rfc3339")]
    last_active_at: Option<Timestamp>,
    #[serde(default, with = "rfc3339")]
    expires_at: Option<Timestamp>,
    scopes: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
struct Person {
    id: String,
    name: Option<String>,
    email: Option<String>,
}

/// It has the vendor's id alone, since the record does not say whose it is.
impl VendorToken for UserApiToken {
    const ID: &'static str = "id";
    const SECRET: &'static str = "token";
    const SECRET_NAMES: &'static SecretNames = &SECRET_NAMES;

    type Fields<'a> = UserApiTokenFields;

    fn token(fields: UserApiTokenFields, family: TokenFamily) -> Option<Box<Token>> {
        let mut token = Box::new(Token::new(family, fields.id.known()?));
        token.name = fields.label;
        token.created = When::or_unknown(fields.created_at);
        token.last_used = When::or_never(fields.last_access);
        token.expires = When::or_unknown(fields.expiry);
        Some(token)
    }
}

impl VendorToken for OrgApiKey {
    const ID: &'static str = "id";
    const SECRET: &'static str = "token";
    const SECRET_NAMES: &'static SecretNames = &SECRET_NAMES;

    type Fields<'a> = OrgApiKeyFields;

    fn token(fields: OrgApiKeyFields, family: TokenFamily) -> Option<Box<Token>> {
        let mut token = Box::new(Token::new(family, fields.id.known()?));
        token.name = fields.label;
        token.owner = fields.created_by.and_then(|by| Owner::known(Some(by.id), by.name, by.email));
        token.created = When::or_unknown(fields.created_at);
        token.last_used = When::or_never(fields.last_active_at);
        token.expires = When::or_unknown(fields.expires_at);
        token.scopes = fields.scopes;
        Some(token)
    }
}

/// What is read of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrgApiKeyFields {
    id: Id,
    label: Option<String>,
    created_by: Option<Person>,
    #[serde(default, with = "rfc3339")]
    created_at: Option<Timestamp>,
    #[serde(default, with = "rfc3339")]
    last_active_at: Option<Timestamp>,
    #[serde(default, with = "rfc3339")]
    expires_at: Option<Timestamp>,
    scopes: Option<Vec<String>>,
}

/// What is read of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserApiTokenFields {
    id: Id,
    label: Option<String>,
    #[serde(default, with = "rfc3339")]
    created_at: Option<Timestamp>,
    #[serde(default, with = "rfc3339")]
    last_access: Option<Timestamp>,
    #[serde(default, with = "rfc3339")]
    expiry: Option<Timestamp>,
}

/// The account and the token in one id. An account id holds no slash.
pub(crate) fn joined(account_id: &str, token_id: &str) -> Option<TokenId> {
    // What is no id by itself would vanish in an address, or name something else there.
    let is_part = |text: &str| !matches!(text, "" | "." | "..");
    if !is_part(account_id) || !is_part(token_id) || account_id.as_bytes().contains(&b'/') {
        return None;
    }
    let parts = [account_id, "/", token_id];
    // Nearly all of them are short, and need no memory but their own.
    let mut short = Cursor::new([0; 128]);
    if parts.iter().any(|part| short.write_all(part.as_bytes()).is_err()) {
        return parts.concat().parse().ok();
    }
    let length = short.position() as usize;
    str::from_utf8(&short.get_ref()[..length]).ok()?.parse().ok()
}

/// The account and the token that an id is made of.
pub(crate) fn split(id: &TokenId) -> Option<(&str, &str)> {
    let (account_id, token_id) = id.as_str().split_once('/')?;
    joined(account_id, token_id).map(|_| (account_id, token_id))
}

/// The field of the organization's lists that holds the items.
pub(crate) const ITEMS: Option<&str> = Some("data");

/// What stands beside the items of the organization's lists.
#[derive(Deserialize)]
pub(crate) struct Envelope {
    #[serde(default)]
    links: Option<PageLinks>,
}

impl Envelope {
    /// What comes behind the page: its cursor, if there is more.
    pub(crate) fn next_page(self) -> NextPage<Option<String>> {
        NextPage { next: next(self.links).map(Some), ..NextPage::default() }
    }
}

/// A cursor. It is documented as an address by some and as the cursor itself by others.
fn next(links: Option<PageLinks>) -> Option<String> {
    let next = links?.next.filter(|next| !next.is_empty())?;
    let Some((_, query)) = next.split_once('?') else { return Some(next) };
    let cursor = query.split('&').find_map(|pair| pair.strip_prefix("cursor="));
    let decode = |cursor| percent_encoding::percent_decode_str(cursor).decode_utf8_lossy().into_owned();
    Some(cursor.map(decode).unwrap_or(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_two_parts_comes_apart_as_it_was_put_together() {
        let id = joined("557058:a|b-c", "t/1").unwrap();
        assert_eq!(split(&id), Some(("557058:a|b-c", "t/1")));
        let long = "é".repeat(70);
        assert_eq!(split(&joined("a", &long).unwrap()), Some(("a", long.as_str())));
        for (account, token) in [("", "t"), ("a", ""), ("..", "t"), ("a", "."), ("a/b", "t")] {
            assert_eq!(joined(account, token), None, "{account} {token}");
        }
        for id in ["alone", "/t", "a/", "../t", "a/.."] {
            assert_eq!(split(&id.parse().unwrap()), None, "{id}");
        }
    }

    #[test]
    fn a_cursor_is_taken_as_it_is_and_out_of_an_address() {
        let next = |text: &str| next(serde_json::from_value(serde_json::json!({"next": text})).unwrap());
        assert_eq!(next("abc=="), Some("abc==".into()));
        assert_eq!(next("https://api.example/x?limit=1&cursor=abc%3D%3D"), Some("abc==".into()));
        assert_eq!(next("?cursor=a"), Some("a".into()));
        assert_eq!(next(""), None);
        assert_eq!(super::next(None), None);
    }
}
