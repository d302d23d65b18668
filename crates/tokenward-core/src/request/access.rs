//! The permissions that a request asks for.

use super::check::invalid;
use crate::error::Result;

/// The access that a token grants.
///
/// Every create request states it, because a vendor's default may be full access.
///
/// ```
/// use tokenward_core::Access;
///
/// let access = Access::scopes(["sp:scopes:default"]);
/// assert_ne!(access, Access::Full);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// All access that the vendor can grant to a token of this family.
    Full,
    /// Only these scopes, in the notation of [`Token::scopes`](crate::Token::scopes).
    Scopes(Vec<String>),
}

impl Access {
    /// Creates an access that is limited to these scopes.
    pub fn scopes(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::Scopes(names.into_iter().map(Into::into).collect())
    }

    pub(super) fn check(&self) -> Result<()> {
        match self {
            Self::Scopes(names) if names.is_empty() => Err(invalid("the list of scopes is empty")),
            Self::Scopes(names) if names.iter().any(|name| name.trim().is_empty()) => {
                Err(invalid("a scope is blank"))
            }
            Self::Scopes(_) | Self::Full => Ok(()),
        }
    }
}
