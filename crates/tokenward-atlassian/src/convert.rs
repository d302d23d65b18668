//! From Atlassian's records to the model.

use serde::Deserialize;
use serde_json::value::RawValue;
use tokenward_core::{Owner, Result, Token, TokenFamily, TokenId, When};
use tokenward_http::{Answer, List, Nullable, Page, VendorToken};

use crate::raw::types::{OrgApiKey, OrgApiToken, PageLinks, UserApiToken};

impl VendorToken for OrgApiToken {
    const ID: &'static str = "id";
    const SECRET: &'static str = "token";

    fn into_token(self, family: TokenFamily) -> Option<Token> {
        let user = self.user?;
        let mut token = Token::new(family, joined(&user.id, &self.id)?);
        token.name = self.label;
        token.owner = Owner::known(Some(user.id), user.name, user.email);
        token.created = When::or_unknown(self.created_at);
        token.last_used = When::or_never(self.last_active_at);
        token.expires = When::or_unknown(self.expires_at);
        token.scopes = self.scopes;
        Some(token)
    }
}

/// It has the vendor's id alone, since the record does not say whose it is.
impl VendorToken for UserApiToken {
    const ID: &'static str = "id";
    const SECRET: &'static str = "token";

    fn into_token(self, family: TokenFamily) -> Option<Token> {
        let mut token = Token::new(family, self.id.parse().ok()?);
        token.name = self.label;
        token.created = When::or_unknown(self.created_at);
        token.last_used = When::or_never(self.last_access);
        token.expires = When::or_unknown(self.expiry);
        Some(token)
    }
}

impl VendorToken for OrgApiKey {
    const ID: &'static str = "id";
    const SECRET: &'static str = "token";

    fn into_token(self, family: TokenFamily) -> Option<Token> {
        let mut token = Token::new(family, self.id.parse().ok()?);
        token.name = self.label;
        token.owner = self.created_by.and_then(|by| Owner::known(Some(by.id), by.name, by.email));
        token.created = When::or_unknown(self.created_at);
        token.last_used = When::or_never(self.last_active_at);
        token.expires = When::or_unknown(self.expires_at);
        token.scopes = self.scopes;
        Some(token)
    }
}

/// The account and the token in one id. An account id holds no slash.
pub(crate) fn joined(account_id: &str, token_id: &str) -> Option<TokenId> {
    let part = |text: &str| text.parse::<TokenId>().is_ok();
    if !part(account_id) || !part(token_id) || account_id.contains('/') {
        return None;
    }
    format!("{account_id}/{token_id}").parse().ok()
}

/// The account and the token that an id is made of.
pub(crate) fn split(id: &TokenId) -> Option<(&str, &str)> {
    let (account_id, token_id) = id.as_str().split_once('/')?;
    joined(account_id, token_id).map(|_| (account_id, token_id))
}

/// A page of the organization's lists.
#[derive(Deserialize)]
struct Listing<'a> {
    #[serde(borrow, default)]
    data: Nullable<&'a RawValue>,
    #[serde(default)]
    links: Option<PageLinks>,
}

/// The page as tokens, with what the next one is asked for with.
pub(crate) fn page<V: VendorToken>(answer: Answer, position: usize) -> Result<Page<Option<String>>> {
    let listing: Listing<'_> = answer.page()?;
    let list = match listing.data {
        Nullable::Value(items) => answer.list_in(items)?,
        Nullable::Null => List::default(),
        Nullable::Absent => return Err(answer.no_list("data")),
    };
    let next = next(listing.links).map(Some);
    Ok(Page { next, ..Page::only(answer.tokens::<V>(list, position)) })
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
