//! What a vendor crate says of its records.

use serde::{Deserialize, de::DeserializeOwned};
use tokenward_core::{SecretNames, Token, TokenFamily};

/// A vendor's record of a token, and how it becomes a [`Token`].
///
/// ```
/// use tokenward_core::{Token, TokenFamily};
/// use tokenward_http::{Id, VendorToken};
///
/// #[derive(serde::Deserialize)]
/// struct AcmeToken {
///     id: Id,
///     label: Option<String>,
/// }
///
/// impl VendorToken for AcmeToken {
///     const ID: &'static str = "id";
///     const SECRET: &'static str = "secret";
///     type Fields<'a> = Self;
///
///     fn token(fields: Self, family: TokenFamily) -> Option<Box<Token>> {
///         let mut token = Box::new(Token::new(family, fields.id.known()?));
///         token.name = fields.label;
///         Some(token)
///     }
/// }
/// ```
///
/// The type itself is the record as the vendor documents it: the answer to a
/// creation is held to that, and says where it differs.
pub trait VendorToken: DeserializeOwned + 'static {
    /// The field that holds the id.
    const ID: &'static str;
    /// The field that holds the secret, where an answer has one.
    const SECRET: &'static str;
    /// What the vendor declares about the names of its fields, for the [`Record`](tokenward_core::Record) of a token.
    const SECRET_NAMES: &'static SecretNames = &SecretNames::UNDECLARED;

    /// `true` if the vendor responds to a creation with a list whose first record is the one that was created. For any
    /// other vendor, a list is a [`Drift`](tokenward_core::Drift) next to the secret.
    const CREATED_IN_LIST: bool = false;

    /// What is read of a record. A list reads this of every item, so it has what the token is made of and no more.
    type Fields<'a>: Deserialize<'a>;

    /// The token, or `None` where the record has no id that can be used. In a box, since a token is large, and passes
    /// through many hands on its way to the caller.
    fn token(fields: Self::Fields<'_>, family: TokenFamily) -> Option<Box<Token>>;
}
