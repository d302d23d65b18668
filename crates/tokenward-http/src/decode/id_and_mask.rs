//! Fields of a record, decoded without an intermediate copy.

use std::{fmt, marker::PhantomData};

use serde::{Deserialize, Deserializer, de};
use tokenward_core::TokenId;

use crate::secrets::wire::mask_of;

/// An id in a vendor's record.
///
/// ```
/// use tokenward_http::Id;
///
/// let id: Id = serde_json::from_str(r#""17""#)?;
/// assert_eq!(id.known().map(|id| id.to_string()).as_deref(), Some("17"));
/// let unusable: Id = serde_json::from_str(r#""..""#)?;
/// assert_eq!(unusable.known(), None);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// A string that is not a valid [`TokenId`] does not fail the field, so the error can describe the whole record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Id(Option<TokenId>);

impl Id {
    /// Returns the id, if it is a valid [`TokenId`].
    pub fn known(self) -> Option<TokenId> {
        self.0
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, |text| Self(text.parse().ok()))
    }
}

/// A mask: the part of a secret that a vendor shows after its creation.
///
/// ```
/// use tokenward_http::Mask;
///
/// let mask: Mask = serde_json::from_str(r#""1qkb...QQCL""#)?;
/// assert_eq!(mask.shown().as_deref(), Some("1qkb...QQCL"));
/// let secret: Mask = serde_json::from_str(r#""api-0123456789""#)?;
/// assert_eq!(secret.shown(), None);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// If the vendor sends the whole secret although only its mask is documented, the value is dropped. See
/// [`WireSecret::mask`](crate::WireSecret::mask).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask(Option<String>);

impl Mask {
    /// Returns the mask, if the value is one.
    pub fn shown(self) -> Option<String> {
        self.0
    }
}

impl<'de> Deserialize<'de> for Mask {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, |text| Self(mask_of(text)))
    }
}

/// Reads a string and converts it with `read`.
fn read_text<'de, T, D: Deserializer<'de>>(deserializer: D, read: fn(&str) -> T) -> Result<T, D::Error> {
    struct Visitor<T>(fn(&str) -> T, PhantomData<T>);

    impl<T> de::Visitor<'_> for Visitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            Ok(self.0(text))
        }
    }

    deserializer.deserialize_str(Visitor(read, PhantomData))
}
