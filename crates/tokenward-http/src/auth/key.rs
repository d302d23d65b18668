//! Keys that are sent outside of the `Authorization` header.

use std::fmt;

use reqwest::header::{COOKIE, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use crate::{auth::authorize::header_value, config::build_error::BuildError};

/// The place of a key in a request.
///
/// ```
/// use tokenward_http::{BaseUrl, HttpOptions, KeyPlace, SecretString, Session};
///
/// let base = BaseUrl::parse("http://127.0.0.1:8080")?;
/// let session = Session::new(base, &HttpOptions::default(), "tokenward-example/1")?
///     .with_key(KeyPlace::Header("x-api-key"), &SecretString::from("abc"))?;
/// # Ok::<(), tokenward_http::BuildError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyPlace {
    /// A header with this name.
    Header(&'static str),
    /// A query parameter with this name. Errors and responses never contain the URL of the request.
    Query(&'static str),
    /// A cookie with this name.
    Cookie(&'static str),
}

/// A key with its place.
#[derive(Clone)]
pub(crate) enum Key {
    Header(HeaderName, HeaderValue),
    Query(&'static str, SecretString),
}

impl Key {
    /// Creates a key, and checks that it can be sent in this place.
    pub(crate) fn new(place: KeyPlace, key: &SecretString) -> Result<Self, BuildError> {
        let value =
            |prefix: &str| header_value(prefix, key).map_err(|reason| BuildError::Credential { reason });
        let is_word = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
        let refuse = || BuildError::Setting { setting: "name of a key", reason: "it cannot be sent" };
        match place {
            KeyPlace::Header(name) => {
                let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refuse())?;
                Ok(Self::Header(name, value("")?))
            }
            KeyPlace::Query(name) => value("").map(|_| Self::Query(name, key.clone())),
            KeyPlace::Cookie(name) if is_word(name) && !name.contains([';', '=']) => {
                // The character would end the cookie and begin another one.
                match key.expose_secret().contains([';', ',']) {
                    true => Err(BuildError::Credential { reason: "it cannot stand in a cookie" }),
                    false => Ok(Self::Header(COOKIE, value(&format!("{name}="))?)),
                }
            }
            KeyPlace::Cookie(_) => Err(refuse()),
        }
    }

    /// Adds the key to a request that was checked.
    pub(crate) fn put(&self, request: &mut reqwest::Request) {
        match self {
            Self::Header(name, value) => drop(request.headers_mut().append(name, value.clone())),
            Self::Query(name, key) => {
                request.url_mut().query_pairs_mut().append_pair(name, key.expose_secret());
            }
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(place: KeyPlace) -> reqwest::Request {
        let url = "http://127.0.0.1:9/a?b=c".parse().unwrap();
        let mut request = reqwest::Request::new(reqwest::Method::GET, url);
        Key::new(place, &"CANARY&x".into()).unwrap().put(&mut request);
        request
    }

    #[test]
    fn a_key_goes_where_the_vendor_looks_for_it_and_is_marked_sensitive() {
        let request = sent(KeyPlace::Header("X-Api-Key"));
        assert_eq!(request.headers()["x-api-key"], "CANARY&x");
        assert!(!format!("{request:?}").contains("CANARY"));
        let request = sent(KeyPlace::Cookie("sid"));
        assert_eq!(request.headers()["cookie"], "sid=CANARY&x");
        assert!(!format!("{request:?}").contains("CANARY"));
        assert_eq!(sent(KeyPlace::Query("key")).url().query(), Some("b=c&key=CANARY%26x"));
    }

    #[test]
    fn what_cannot_be_sent_is_refused_without_being_shown() {
        for (place, key) in [
            (KeyPlace::Header("x-key"), "CANARY\n"),
            (KeyPlace::Header("no header"), "CANARY"),
            (KeyPlace::Query("key"), ""),
            (KeyPlace::Query("key"), "CANARY x"),
            (KeyPlace::Cookie("sid"), "CANARY;x=y"),
            (KeyPlace::Cookie("s=id"), "CANARY"),
        ] {
            let error = Key::new(place, &key.into()).unwrap_err();
            assert!(!format!("{error:?} {error}").contains("CANARY"), "{place:?}");
        }
    }
}
