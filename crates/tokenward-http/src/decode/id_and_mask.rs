//! Parts of a record, read into what a token is made of without a copy in between.

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
/// A text that is no [`TokenId`] is read all the same: what is wrong with the
/// record is then said of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Id(Option<TokenId>);

impl Id {
    /// The id, where it can be used.
    pub fn known(self) -> Option<TokenId> {
        self.0
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, |text| Self(text.parse().ok()))
    }
}

/// What a vendor goes on showing of a secret.
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
/// A secret that is shown as a whole, where only its mask is documented, is
/// not even read; see [`WireSecret::mask`](crate::WireSecret::mask).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask(Option<String>);

impl Mask {
    /// The mask, where it is one.
    pub fn shown(self) -> Option<String> {
        self.0
    }
}

impl<'de> Deserialize<'de> for Mask {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, |text| Self(mask_of(text)))
    }
}

/// A text as what this makes of it.
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
