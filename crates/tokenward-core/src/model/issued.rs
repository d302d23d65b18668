//! A token together with the secret that the vendor shows once.

use std::fmt;

use secrecy::SecretString;

use super::token::Token;

/// A token with its secret, which the vendor does not show again.
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
/// Store the secret before you do anything else. An accidental clone or serialization does not compile:
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
    /// The token. If [`drift`](Self::drift) is set, it has only the fields that could be decoded.
    pub token: Token,
    /// The credential. `Debug` redacts it, and its memory is wiped on drop.
    pub secret: SecretString,
    /// The difference between the response and the vendor's document, if any.
    ///
    /// The token exists and the secret is valid in either case.
    pub drift: Option<Drift>,
}

impl IssuedToken {
    /// Creates an issued token from a response that could be decoded completely.
    pub const fn new(token: Token, secret: SecretString) -> Self {
        Self { token, secret, drift: None }
    }

    /// Sets the difference that prevented the complete response from being decoded.
    pub fn with_drift(mut self, drift: Drift) -> Self {
        self.drift = Some(drift);
        self
    }
}

/// A difference between a response and the vendor's document.
///
/// It contains no value of the response.
///
/// ```
/// let drift = tokenward_core::Drift::new("owner.type", "another shape than documented")
///     .with_kinds("text", "a number");
/// assert_eq!(drift.to_string(), "another shape than documented at `owner.type`: text is expected, and a number is there");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drift {
    /// The path of field names and positions, or `.` for the complete response.
    pub path: String,
    /// The problem at this path.
    pub problem: String,
    /// The kind of value that the document declares: `text`, `a whole number`, `a record`.
    pub expected: Option<&'static str>,
    /// The kind of value in the response: `text`, `null`, `nothing`.
    pub found: Option<&'static str>,
}

impl Drift {
    /// Creates a difference from a path and the problem at this path.
    pub fn new(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { path: path.into(), problem: problem.into(), expected: None, found: None }
    }

    /// Sets the kind of value that was expected, and the kind that was found.
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
