//! What is known of a token. Never its secret.

use serde::Serialize;

use super::{family::TokenFamily, id::TokenId, record::Record, when::When};
use crate::printable::printable;

/// A token as its vendor describes it; its secret is not in it.
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
/// What a vendor does not say is `None` or [`When::Unknown`], never a guess.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Token {
    /// Which kind of token it is.
    pub family: TokenFamily,
    /// What it is addressed by.
    pub id: TokenId,
    /// Its name, or the label that it was given.
    pub name: Option<String>,
    /// A longer description.
    pub description: Option<String>,
    /// Whose it is.
    pub owner: Option<Owner>,
    /// When it was made.
    pub created: When,
    /// When it was last used; some vendors update it once a day only.
    pub last_used: When,
    /// When it ends.
    pub expires: When,
    /// What it may do; the family says how it is written, and whether a creation takes it as it is.
    pub scopes: Option<Vec<String>>,
    /// The part of the secret that the vendor goes on showing, such as its last four characters.
    pub mask: Option<String>,
    /// Whether the vendor's platform made it for itself: revoking it breaks the platform.
    pub managed: bool,
    /// Everything that the vendor says, without secrets.
    pub record: Option<Record>,
}

impl Token {
    /// A token of which only the id is known.
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

/// Whose a token is, as far as the vendor says.
///
/// ```
/// use tokenward_core::Owner;
///
/// let owner = Owner { email: Some("dev@example.com".into()), ..Owner::default() };
/// assert_eq!(owner.to_string(), "dev@example.com");
/// ```
///
/// It is shown by its name, else its address, else its id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Owner {
    /// The vendor's id of the person, service or organization.
    pub id: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// Their mail address.
    pub email: Option<String>,
}

impl Owner {
    /// An owner, where anything is known of one.
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
