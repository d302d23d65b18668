//! The `Authorization` header.

use std::{fmt, future::ready};

use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use tokenward_core::BoxFuture;

use crate::{auth::error::AuthorizeError, config::build_error::BuildError};

/// A source of `Authorization` header values.
///
/// ```
/// use tokenward_http::{Authorize, HeaderCredential, SecretString};
///
/// let credential = HeaderCredential::new("Token ", &SecretString::from("abc"))?;
/// assert_eq!(format!("{credential:?}"), "HeaderCredential([redacted])");
/// # Ok::<(), tokenward_http::BuildError>(())
/// ```
pub trait Authorize: fmt::Debug + Send + Sync + 'static {
    /// Returns the header's value, marked as sensitive.
    fn header(&self) -> BoxFuture<'_, Result<HeaderValue, AuthorizeError>>;

    /// Returns the secrets that the header is derived from, such as a password or a client secret.
    ///
    /// They are redacted from vendor text, as the header itself is.
    fn secrets(&self) -> Vec<SecretString> {
        Vec::new()
    }

    /// Discards a value that the vendor has rejected. Returns `true` if the next value will be a different one.
    fn forget<'a>(&'a self, _refused: &'a HeaderValue) -> BoxFuture<'a, bool> {
        Box::pin(ready(false))
    }
}

/// A credential that is sent unchanged with every request.
///
/// ```
/// use tokenward_http::{HeaderCredential, SecretString};
///
/// assert!(HeaderCredential::new("Bearer ", &SecretString::from("two\nlines")).is_err());
/// ```
#[derive(Clone)]
pub struct HeaderCredential(HeaderValue);

impl HeaderCredential {
    /// Creates the header from a prefix and a secret. The vendor determines the prefix: `"Bearer "`, `"Token "` or
    /// nothing.
    ///
    /// # Errors
    ///
    /// [`BuildError::Credential`] if the secret is empty or contains a character that a header cannot hold, such as the
    /// newline at the end of a file.
    pub fn new(prefix: &str, secret: &SecretString) -> Result<Self, BuildError> {
        header_value(prefix, secret).map(Self).map_err(|reason| BuildError::Credential { reason })
    }

    /// Creates a credential for HTTP basic authentication, from a name and a password.
    ///
    /// # Errors
    ///
    /// [`BuildError::Credential`] if the name contains a colon, or the password is empty or contains a line break.
    pub fn basic(name: &str, password: &SecretString) -> Result<Self, BuildError> {
        let refuse = |reason| Err(BuildError::Credential { reason });
        let secret = password.expose_secret();
        if name.contains(':') {
            return refuse("its name holds a colon");
        }
        if secret.is_empty() || secret.chars().any(char::is_control) || name.chars().any(char::is_control) {
            return refuse("it is empty, or holds a line break");
        }
        let text = zeroize::Zeroizing::new(format!("{name}:{secret}"));
        Self::new("Basic ", &BASE64_STANDARD.encode(text.as_bytes()).into())
    }
}

/// Creates a sensitive header value, or returns the reason why the secret cannot be sent.
pub(crate) fn header_value(prefix: &str, secret: &SecretString) -> Result<HeaderValue, &'static str> {
    let secret = secret.expose_secret();
    if secret.is_empty() {
        return Err("it is empty");
    }
    if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("it holds a space, a line break or another character that no token has");
    }
    let text = zeroize::Zeroizing::new(format!("{prefix}{secret}"));
    let mut value = HeaderValue::from_str(&text).map_err(|_| "it cannot stand in a header")?;
    value.set_sensitive(true);
    Ok(value)
}

impl Authorize for HeaderCredential {
    fn header(&self) -> BoxFuture<'_, Result<HeaderValue, AuthorizeError>> {
        Box::pin(ready(Ok(self.0.clone())))
    }
}

impl fmt::Debug for HeaderCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HeaderCredential([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_that_cannot_be_sent_is_refused_without_being_shown() {
        for secret in ["", " ", "CANARY\n", "CANARY x", "CANARY\u{e9}"] {
            let error = HeaderCredential::new("", &secret.into()).unwrap_err();
            assert!(!format!("{error:?} {error}").contains("CANARY"));
        }
    }

    #[tokio::test]
    async fn a_name_and_a_password_go_as_basic_authentication() {
        let credential = HeaderCredential::basic("a name", &"a pass:word".into()).unwrap();
        assert_eq!(credential.header().await.unwrap(), "Basic YSBuYW1lOmEgcGFzczp3b3Jk");
        for (name, password) in [("a:b", "CANARY"), ("a", ""), ("a", "CANARY\n"), ("a\n", "CANARY")] {
            let error = HeaderCredential::basic(name, &password.into()).unwrap_err();
            assert!(!format!("{error:?} {error}").contains("CANARY"));
        }
    }

    #[tokio::test]
    async fn the_header_is_marked_sensitive() {
        let credential = HeaderCredential::new("Token ", &"CANARY".into()).unwrap();
        let header = credential.header().await.unwrap();
        assert!(header.is_sensitive());
        assert_eq!(header.as_bytes(), b"Token CANARY");
        assert!(!format!("{credential:?}{header:?}").contains("CANARY"));
    }
}
