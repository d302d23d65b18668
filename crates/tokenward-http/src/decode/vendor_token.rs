//! The declaration of a vendor's token records.

use serde::{Deserialize, de::DeserializeOwned};
use tokenward_core::{SecretNames, Token, TokenFamily};

/// A vendor's token record and its conversion into a [`Token`].
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
/// The type itself is the record as the vendor documents it. The response to a creation is checked against it, and
/// every difference is reported as a [`Drift`](tokenward_core::Drift).
pub trait VendorToken: DeserializeOwned + 'static {
    /// The name of the field that contains the id.
    const ID: &'static str;
    /// The name of the field that contains the secret, in responses that have one.
    const SECRET: &'static str;
    /// The vendor's declaration of its secret field names, for the [`Record`](tokenward_core::Record) of a token.
    const SECRET_NAMES: &'static SecretNames = &SecretNames::UNDECLARED;

    /// `true` if the vendor responds to a creation with a list whose first record is the new token.
    ///
    /// For any other vendor, a list is a [`Drift`](tokenward_core::Drift) next to the secret.
    const CREATED_IN_LIST: bool = false;

    /// The fields that are decoded from a record. A list decodes them for every item, so declare only those that the
    /// token needs.
    type Fields<'a>: Deserialize<'a>;

    /// Builds the token, or returns `None` if the record has no usable id.
    ///
    /// The token is boxed, because it is large and is moved often before it reaches the caller.
    fn token(fields: Self::Fields<'_>, family: TokenFamily) -> Option<Box<Token>>;
}
