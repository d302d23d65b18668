//! The facts about a token, without its secret.

use serde::Serialize;

use super::{family::TokenFamily, id::TokenId, record::Record, when::When};
use crate::printable::printable;

/// A token as its vendor describes it, without its secret.
///
/// ```
/// use tokenward_core::{Token, TokenFamily, When};
///
/// let mut token = Token::new(TokenFamily::new("acme", "token"), "17".parse()?);
/// token.name = Some("ci".into());
/// assert_eq!(token.expires, When::Unknown);
/// # Ok::<(), tokenward_core::InvalidTokenId>(())
/// ```
///
/// A fact that the vendor does not report is `None` or [`When::Unknown`], never a guess.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Token {
    /// The kind of token.
    pub family: TokenFamily,
    /// The id that requests address the token by.
    pub id: TokenId,
    /// The name or label.
    pub name: Option<String>,
    /// A longer description.
    pub description: Option<String>,
    /// The owner.
    pub owner: Option<Owner>,
    /// The time of creation.
    pub created: When,
    /// The time of the last use. Some vendors update it only once a day.
    pub last_used: When,
    /// The time of expiry.
    pub expires: When,
    /// The scopes that the token grants.
    ///
    /// The documentation of the family describes the notation, and whether a create request accepts it unchanged.
    pub scopes: Option<Vec<String>>,
    /// The part of the secret that the vendor continues to show, such as the last four characters.
    pub mask: Option<String>,
    /// `true` if the vendor's platform created the token for itself. Revoking it breaks the platform.
    pub managed: bool,
    /// The vendor's complete record, without secrets.
    pub record: Option<Record>,
}

impl Token {
    /// Creates a token of which only the family and the id are known.
    pub const fn new(family: TokenFamily, id: TokenId) -> Self {
        Self {
            family,
            id,
            name: None,
            description: None,
            owner: None,
            created: When::Unknown,
            last_used: When::Unknown,
            expires: When::Unknown,
            scopes: None,
            mask: None,
            managed: false,
            record: None,
        }
    }
}

/// The owner of a token, as far as the vendor reports it.
///
/// ```
/// use tokenward_core::Owner;
///
/// let owner = Owner { email: Some("dev@example.com".into()), ..Owner::default() };
/// assert_eq!(owner.to_string(), "dev@example.com");
/// ```
///
/// `Display` shows the name. If the name is unknown, it shows the email address, and otherwise the id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Owner {
    /// The vendor's id of the person, service or organization.
    pub id: Option<String>,
    /// The name of the owner.
    pub name: Option<String>,
    /// The email address of the owner.
    pub email: Option<String>,
}

impl Owner {
    /// Creates an owner, or returns `None` if every value is missing or empty.
    pub fn known(id: Option<String>, name: Option<String>, email: Option<String>) -> Option<Self> {
        let said = |text: Option<String>| text.filter(|text| !text.is_empty());
        let owner = Self { id: said(id), name: said(name), email: said(email) };
        (owner != Self::default()).then_some(owner)
    }
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = self.name.as_deref().or(self.email.as_deref()).or(self.id.as_deref());
        f.pad(&printable(shown.unwrap_or("unknown")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_owner_controls_no_terminal() {
        let owner = Owner { name: Some("dev\u{1b}[2J\n".into()), ..Owner::default() };
        assert_eq!(owner.to_string(), "dev\u{fffd}[2J ");
    }

    #[test]
    fn a_token_serializes_as_plain_facts() {
        let mut token = Token::new(TokenFamily::new("acme", "token"), "17".parse().unwrap());
        token.expires = When::Never;
        token.record = Some(Record::from_json(r#"{"id":"17","key":"CANARY"}"#).unwrap());
        token.owner = Owner::known(Some(String::new()), None, None);
        insta::assert_snapshot!(serde_json::to_string(&token).unwrap());
    }
}
