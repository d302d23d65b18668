//! Why a client could not be built, or a request not be authorized.

/// Why a client could not be built.
///
/// ```
/// use tokenward_http::{BaseUrl, BuildError};
///
/// let error = BaseUrl::parse("http://api.mist.com").unwrap_err();
/// assert!(matches!(error, BuildError::BaseUrl { .. }));
/// ```
///
/// The text never quotes what was passed in: it may be a secret in the wrong place.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The address cannot be called.
    #[error("base address refused: {reason}")]
    BaseUrl {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The credential cannot be sent.
    #[error("credential refused: {reason}")]
    Credential {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A setting has a value that cannot be used.
    #[error("{setting} refused: {reason}")]
    Setting {
        /// Which one.
        setting: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A variable of the environment is not set.
    #[error("the environment variable {variable} is not set")]
    Variable {
        /// Its name.
        variable: &'static str,
    },
    /// The HTTP client could not be set up.
    #[error("the HTTP client could not be set up")]
    Http(#[source] reqwest::Error),
}

/// Why a request could not be authorized.
///
/// ```
/// use tokenward_http::AuthorizeError;
///
/// let error = AuthorizeError::new("the token endpoint answered 401");
/// assert_eq!(error.to_string(), "no authorization: the token endpoint answered 401");
/// ```
///
/// It is cheap to clone, because many callers may wait for one answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("no authorization: {reason}")]
pub struct AuthorizeError {
    reason: std::sync::Arc<str>,
    status: Option<u16>,
}

impl AuthorizeError {
    /// With a reason that holds no secret and no body of an answer.
    pub fn new(reason: impl AsRef<str>) -> Self {
        Self { reason: reason.as_ref().into(), status: None }
    }

    /// The HTTP status that the token endpoint answered with.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// The HTTP status that the token endpoint answered with, where it answered.
    pub fn status(&self) -> Option<u16> {
        self.status
    }
}
