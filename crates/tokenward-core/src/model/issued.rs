//! A token and the secret that was shown for it, once.

use std::fmt;

use secrecy::SecretString;

use super::token::Token;

/// A token with its secret, which the vendor will not show again.
///
/// ```
/// use tokenward_core::{ExposeSecret, IssuedToken, Token, TokenFamily};
///
/// let token = Token::new(TokenFamily::new("acme", "token"), "17".parse()?);
/// let issued = IssuedToken::new(token, "api-1234".into());
/// assert!(!format!("{issued:?}").contains("api-1234"));
/// assert_eq!(issued.secret.expose_secret(), "api-1234");
/// # Ok::<(), tokenward_core::InvalidTokenId>(())
/// ```
///
/// Keep the secret before anything else is done. It can be neither cloned nor
/// serialized by accident:
///
/// ```compile_fail
/// fn twice(issued: tokenward_core::IssuedToken) -> (tokenward_core::IssuedToken, tokenward_core::IssuedToken) {
///     (issued.clone(), issued)
/// }
/// ```
///
/// ```compile_fail
/// fn save(issued: &tokenward_core::IssuedToken) -> String {
///     serde_json::to_string(issued).unwrap_or_default()
/// }
/// ```
#[derive(Debug)]
#[must_use = "the secret is shown once: dropped here, it is lost"]
#[non_exhaustive]
pub struct IssuedToken {
    /// The token. Where [`drift`](Self::drift) is set, only what could be read of it.
    pub token: Token,
    /// What authenticates as it. Shown by nothing that prints, and wiped when it is dropped.
    pub secret: SecretString,
    /// Where the vendor's answer did not fit its document; the token exists and the secret is right.
    pub drift: Option<Drift>,
}

impl IssuedToken {
    /// A token whose answer could be read.
    pub const fn new(token: Token, secret: SecretString) -> Self {
        Self { token, secret, drift: None }
    }

    /// The same, from an answer that could be read only in part.
    pub fn with_drift(mut self, drift: Drift) -> Self {
        self.drift = Some(drift);
        self
    }
}

/// Where an answer differs from the vendor's document. Holds no value of the answer.
///
/// ```
/// let drift = tokenward_core::Drift::new("owner.type", "another shape than documented")
///     .with_kinds("text", "a number");
/// assert_eq!(drift.to_string(), "another shape than documented at `owner.type`: text is expected, and a number is there");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drift {
    /// The place, as a path of field names and positions; `.` for the whole.
    pub path: String,
    /// What is wrong there.
    pub problem: String,
    /// The kind of value that the document has there: `text`, `a whole number`, `a record`.
    pub expected: Option<&'static str>,
    /// The kind of value that is there: `text`, `null`, `nothing`.
    pub found: Option<&'static str>,
}

impl Drift {
    /// A place and what is wrong there.
    pub fn new(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { path: path.into(), problem: problem.into(), expected: None, found: None }
    }

    /// With the kinds of value that are expected and there.
    #[must_use]
    pub fn with_kinds(
        mut self,
        expected: impl Into<Option<&'static str>>,
        found: impl Into<Option<&'static str>>,
    ) -> Self {
        (self.expected, self.found) = (expected.into(), found.into());
        self
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at `{}`", self.problem, self.path)?;
        match (self.expected, self.found) {
            (Some(expected), Some(found)) => write!(f, ": {expected} is expected, and {found} is there"),
            (Some(expected), None) => write!(f, ": {expected} is expected"),
            (None, Some(found)) => write!(f, ": {found} is there"),
            (None, None) => Ok(()),
        }
    }
}
