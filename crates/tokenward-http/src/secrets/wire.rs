//! The type of every secret in a request or a response.

use std::{cell::Cell, fmt};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A secret in a vendor's request or response. It is sent, but never shown.
///
/// ```
/// use tokenward_http::WireSecret;
///
/// let secret = WireSecret::from(String::from("api-1234"));
/// assert_eq!(format!("{secret:?}"), "WireSecret([redacted])");
/// assert_eq!(serde_json::to_string(&secret)?, r#""[redacted]""#);
/// assert_eq!(secret.expose(), "api-1234");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// `Debug` and `Serialize` write `[redacted]`. Only the body of an outgoing request contains the value. The memory is
/// wiped on drop.
#[derive(Clone)]
pub struct WireSecret(SecretString);

const REDACTED: &str = "[redacted]";

impl WireSecret {
    /// Returns the secret in plain text. The caller must protect it from then on.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Returns the value if it is a mask, the form in which vendors show an existing secret.
    ///
    /// A mask has up to eight characters of the secret with dots or stars, or only its last four characters.
    ///
    /// ```
    /// use tokenward_http::WireSecret;
    ///
    /// assert_eq!(WireSecret::from("1qkb...QQCL").mask().as_deref(), Some("1qkb...QQCL"));
    /// assert_eq!(WireSecret::from("api-0123456789").mask(), None);
    /// ```
    pub fn mask(&self) -> Option<String> {
        mask_of(self.expose())
    }

    /// Converts the value into a [`SecretString`].
    pub fn into_secret(self) -> SecretString {
        self.0
    }
}

/// Returns the text if it is a mask; see [`WireSecret::mask`].
pub(crate) fn mask_of(value: &str) -> Option<String> {
    const MOST_SHOWN: usize = 8;
    /// The limit for text without dots or stars, which may be a complete short secret.
    const MOST_ALONE: usize = 4;

    let (mut shown, mut hidden) = (0, 0);
    for c in value.chars() {
        let count = if matches!(c, '.' | '*' | '•' | '…') { &mut hidden } else { &mut shown };
        *count += 1;
    }
    let most = if hidden > 0 { MOST_SHOWN } else { MOST_ALONE };
    (1..=most).contains(&shown).then(|| value.to_owned())
}

impl From<SecretString> for WireSecret {
    fn from(secret: SecretString) -> Self {
        Self(secret)
    }
}

impl From<String> for WireSecret {
    fn from(secret: String) -> Self {
        Self(secret.into())
    }
}

impl From<&str> for WireSecret {
    fn from(secret: &str) -> Self {
        Self(secret.into())
    }
}

impl fmt::Debug for WireSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WireSecret({REDACTED})")
    }
}

impl Serialize for WireSecret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if REVEALING.get() { self.expose() } else { REDACTED })
    }
}

impl<'de> Deserialize<'de> for WireSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = WireSecret;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a secret")
            }

            // Copies the borrowed text once, directly into memory that is wiped.
            fn visit_str<E: de::Error>(self, value: &str) -> Result<WireSecret, E> {
                Ok(value.into())
            }

            fn visit_string<E: de::Error>(self, value: String) -> Result<WireSecret, E> {
                let value = zeroize::Zeroizing::new(value);
                Ok(value.as_str().into())
            }
        }

        deserializer.deserialize_str(Visitor)
    }
}

thread_local! {
    static REVEALING: Cell<bool> = const { Cell::new(false) };
}

/// A request body during serialization, the only place in which secrets are serialized in plain text.
///
/// Serialization is synchronous, so the thread's flag is set only while this value is written.
#[derive(Debug)]
pub struct Outgoing<'a, T: ?Sized>(pub &'a T);

impl<T: Serialize + ?Sized> Serialize for Outgoing<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Restore(bool);
        impl Drop for Restore {
            fn drop(&mut self) {
                REVEALING.set(self.0);
            }
        }

        let _restore = Restore(REVEALING.replace(true));
        self.0.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Deserialize, Debug)]
    struct Body {
        secret: WireSecret,
    }

    fn body() -> Body {
        serde_json::from_str(r#"{"secret":"CANARY"}"#).unwrap()
    }

    #[test]
    fn the_memory_is_wiped_on_drop() {
        fn is_wiped<T: zeroize::ZeroizeOnDrop>(_: &T) {}
        let WireSecret(inner) = WireSecret::from("CANARY");
        is_wiped(&inner);
    }

    #[test]
    fn a_mask_shows_eight_characters_at_most() {
        assert_eq!(WireSecret::from("1234...5678").mask().as_deref(), Some("1234...5678"));
        assert_eq!(WireSecret::from("****5678").mask().as_deref(), Some("****5678"));
        assert_eq!(WireSecret::from("5678").mask().as_deref(), Some("5678"));
        assert_eq!(WireSecret::from("12…•56").mask().as_deref(), Some("12…•56"));
        for no_mask in ["1234...56789", "123456789", "45678", "****", "•…", "1234•56789", ""] {
            assert_eq!(WireSecret::from(no_mask).mask(), None, "{no_mask}");
        }
    }

    #[test]
    fn debug_and_serialize_show_nothing() {
        assert!(!format!("{:?} {:#?}", body(), body()).contains("CANARY"));
        assert!(!serde_json::to_string(&body()).unwrap().contains("CANARY"));
    }

    #[test]
    fn an_outgoing_body_carries_the_secret_and_leaves_nothing_switched_on() {
        let sent = serde_json::to_string(&Outgoing(&body())).unwrap();
        assert_eq!(sent, r#"{"secret":"CANARY"}"#);
        assert!(!serde_json::to_string(&body()).unwrap().contains("CANARY"));
    }

    #[test]
    fn a_body_that_fails_to_serialize_leaves_nothing_switched_on() {
        struct Fails;
        impl Serialize for Fails {
            fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
                Err(serde::ser::Error::custom("no"))
            }
        }
        assert!(serde_json::to_string(&Outgoing(&Fails)).is_err());
        assert!(!serde_json::to_string(&body()).unwrap().contains("CANARY"));
    }
}
