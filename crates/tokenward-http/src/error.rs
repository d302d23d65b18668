//! Why a client could not be built, or a request not be authorized.

use std::{fmt, time::Duration};

use crate::{SendError, Timestamp, retry_after::retry_after, send::no_answer};

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
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// The address cannot be called.
    BaseUrl {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The credential cannot be sent.
    Credential {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A setting has a value that cannot be used.
    Setting {
        /// Which one.
        setting: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A variable of the environment is not set.
    Variable {
        /// Its name.
        variable: &'static str,
    },
    /// TLS could not be set up, for instance because no rustls crypto provider is installed. The text has the reason.
    Tls(Box<dyn std::error::Error + Send + Sync>),
    /// The HTTP client could not be set up.
    Http(reqwest::Error),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BaseUrl { reason } => write!(f, "base address refused: {reason}"),
            Self::Credential { reason } => write!(f, "credential refused: {reason}"),
            Self::Setting { setting, reason } => write!(f, "{setting} refused: {reason}"),
            Self::Variable { variable } => write!(f, "the environment variable {variable} is not set"),
            Self::Tls(reason) => write!(f, "TLS could not be set up: {reason}"),
            Self::Http(_) => f.write_str("the HTTP client could not be set up"),
        }
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Http(source) => Some(source),
            _ => None,
        }
    }
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

impl From<SendError> for AuthorizeError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Unauthorized(error) => error,
            SendError::Refused(reason) => Self::unusable(reason),
            SendError::Http { source, is_unsent } => {
                Self::new(format!("the token endpoint gave no answer: {}", no_answer(&source, is_unsent)))
            }
            SendError::Limited { wait } => Self { retry_after: Some(wait), ..Self::new(error.to_string()) },
            SendError::Expired(response) | SendError::Status(response) => {
                let status = response.status();
                let retry_after = retry_after(status, response.headers(), Timestamp::now());
                let answered = Self::new(format!("the token endpoint answered {status}"));
                Self { status: Some(status.as_u16()), retry_after, ..answered }
            }
        }
    }
}
