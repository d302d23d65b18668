//! The id of a token.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::printable::is_printable;

/// The vendor's id of a token, opaque to everyone else.
///
/// ```
/// use tokenward_core::TokenId;
///
/// let id: TokenId = "61f2a3b4c5d6e7f8a9b0c1d2".parse()?;
/// assert_eq!(id.as_str(), "61f2a3b4c5d6e7f8a9b0c1d2");
/// assert!("..".parse::<TokenId>().is_err());
/// # Ok::<(), tokenward_core::InvalidTokenId>(())
/// ```
///
/// An id is never empty, `.` or `..`: these disappear from the path of a URL, and the request would reach another
/// resource. It contains only [printable](crate::printable) characters, and no control characters, so it can be
/// shown as it is. If a vendor needs two ids to address a token, the id contains both. The documentation of the
/// family describes the format. Cloning is cheap.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenId(Arc<str>);

/// The error of a text that is not a valid [`TokenId`].
///
/// ```
/// let error = "".parse::<tokenward_core::TokenId>().unwrap_err();
/// assert_eq!(error.to_string(), "a token id cannot be empty, `.` or `..`, and holds printable characters only");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidTokenId;

impl fmt::Display for InvalidTokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a token id cannot be empty, `.` or `..`, and holds printable characters only")
    }
}

impl std::error::Error for InvalidTokenId {}

impl TokenId {
    /// Returns the id as the vendor writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Creates an id from a sequence number.
    pub(crate) fn counted(number: u64) -> Self {
        Self(number.to_string().into())
    }
}

impl FromStr for TokenId {
    type Err = InvalidTokenId;

    fn from_str(text: &str) -> Result<Self, InvalidTokenId> {
        if matches!(text, "" | "." | "..") || !is_printable(text) {
            return Err(InvalidTokenId);
        }
        Ok(Self(text.into()))
    }
}

impl TryFrom<String> for TokenId {
    type Error = InvalidTokenId;

    fn try_from(text: String) -> Result<Self, InvalidTokenId> {
        text.parse()
    }
}

impl TryFrom<&str> for TokenId {
    type Error = InvalidTokenId;

    fn try_from(text: &str) -> Result<Self, InvalidTokenId> {
        text.parse()
    }
}

impl AsRef<str> for TokenId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenId({:?})", &*self.0)
    }
}

impl Serialize for TokenId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for TokenId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_vanishes_in_an_address_or_controls_a_terminal_is_refused() {
        for text in ["", ".", "..", "a\nb", "\u{1b}[2J", "a\u{0}", "\u{202e}a"] {
            assert_eq!(TokenId::try_from(text), Err(InvalidTokenId));
            assert!(serde_json::from_value::<TokenId>(text.into()).is_err());
        }
        for text in ["...", " ", "a/b", "557058:a|b", "%2e%2e"] {
            assert_eq!(TokenId::try_from(text).unwrap().as_str(), text);
        }
    }
}
