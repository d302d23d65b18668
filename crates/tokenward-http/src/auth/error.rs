//! The error of authorizing a request.

use std::{fmt, time::Duration};

/// The reason why a request could not be authorized.
///
/// ```
/// use tokenward_http::AuthorizeError;
///
/// let error = AuthorizeError::new("the token endpoint answered 401");
/// assert_eq!(error.to_string(), "no authorization: the token endpoint answered 401");
/// ```
///
/// It is cheap to clone, because many callers may wait for one response.
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
    /// Creates an error that may be temporary. The reason must not contain a secret or a response body.
    pub fn new(reason: impl AsRef<str>) -> Self {
        Self { reason: reason.as_ref().into(), status: None, retry_after: None, is_unusable: false }
    }

    /// Creates a permanent error: the granted token cannot be used.
    pub fn unusable(reason: impl AsRef<str>) -> Self {
        Self { is_unusable: true, ..Self::new(reason) }
    }

    /// Sets the status of the token endpoint's response.
    pub(crate) fn with_status(self, status: u16) -> Self {
        Self { status: Some(status), ..self }
    }

    /// Sets the wait that the token endpoint asks for.
    pub(crate) fn with_retry_after(self, retry_after: Option<Duration>) -> Self {
        Self { retry_after, ..self }
    }

    /// Returns the HTTP status of the token endpoint, if the error is due to its response.
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// Returns the wait that the token endpoint asks for.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Returns `true` if retrying cannot help.
    pub fn is_unusable(&self) -> bool {
        self.is_unusable
    }
}
