//! Why a request could not be authorized.

use std::{fmt, time::Duration};

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
#[derive(Clone, Debug)]
pub struct AuthorizeError {
    reason: std::sync::Arc<str>,
    status: Option<u16>,
    retry_after: Option<Duration>,
    is_unusable: bool,
}

impl fmt::Display for AuthorizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no authorization: {}", self.reason)
    }
}

impl std::error::Error for AuthorizeError {}

impl AuthorizeError {
    /// With a reason that may pass, and that holds no secret and no body of an answer.
    pub fn new(reason: impl AsRef<str>) -> Self {
        Self { reason: reason.as_ref().into(), status: None, retry_after: None, is_unusable: false }
    }

    /// With a reason that will not pass: what was granted cannot be used.
    pub fn unusable(reason: impl AsRef<str>) -> Self {
        Self { is_unusable: true, ..Self::new(reason) }
    }

    /// With the status that the token endpoint answered with.
    pub(crate) fn with_status(self, status: u16) -> Self {
        Self { status: Some(status), ..self }
    }

    /// With the wait that the token endpoint asks for.
    pub(crate) fn with_retry_after(self, retry_after: Option<Duration>) -> Self {
        Self { retry_after, ..self }
    }

    /// The HTTP status that the token endpoint answered with, where that is why.
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// How long the token endpoint asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether it will not pass by itself.
    pub fn is_unusable(&self) -> bool {
        self.is_unusable
    }
}
