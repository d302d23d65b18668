//! Why a request has no answer that can be read.

use std::{fmt, time::Duration};

use crate::AuthorizeError;

/// Why a request of a generated client has no successful answer.
///
/// ```
/// use tokenward_http::{AuthorizeError, SendError};
///
/// let error = SendError::Unauthorized(AuthorizeError::new("the token endpoint answered 401"));
/// assert_eq!(error.to_string(), "no authorization: the token endpoint answered 401");
/// ```
///
/// Generated methods turn it into [`runtime::Error`](crate::runtime::Error); families into
/// their own, by [`Call::answer`](crate::Call::answer).
#[derive(Debug)]
#[non_exhaustive]
pub enum SendError {
    /// The request cannot be sent as it is. Nothing was sent.
    Refused(String),
    /// There is no authorization to send it with. Nothing was sent but the request for one.
    Unauthorized(AuthorizeError),
    /// The vendor's rate limit leaves no room for it before its deadline. Nothing was sent.
    Limited {
        /// How long it would have had to wait, as far as that is known.
        wait: Duration,
    },
    /// No answer, or none in time.
    Http {
        /// What the HTTP client says.
        source: reqwest::Error,
        /// Whether it was sent once at most, so that no earlier sending can have taken effect.
        is_first: bool,
    },
    /// The credential was refused, and the next call goes with another one. The body is unread.
    Expired(Box<reqwest::Response>),
    /// An answer that is no success, with its body unread.
    Status(Box<reqwest::Response>),
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(reason) => write!(f, "invalid request: {reason}"),
            Self::Unauthorized(error) => error.fmt(f),
            Self::Limited { wait } => f.write_str(&limited(*wait)),
            Self::Http { .. } => f.write_str("no answer"),
            Self::Expired(response) => {
                write!(f, "answered {}; the credential will be renewed", response.status())
            }
            Self::Status(response) => write!(f, "answered {}", response.status()),
        }
    }
}

impl std::error::Error for SendError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unauthorized(error) => error.source(),
            Self::Http { source, .. } => Some(source),
            Self::Refused(_) | Self::Limited { .. } | Self::Expired(_) | Self::Status(_) => None,
        }
    }
}

impl From<AuthorizeError> for SendError {
    fn from(error: AuthorizeError) -> Self {
        Self::Unauthorized(error)
    }
}

fn limited(wait: Duration) -> String {
    let next = match wait.as_secs_f64().ceil() {
        0.0 => "no answer told in time when it does".to_owned(),
        seconds => format!("it does in {seconds} s"),
    };
    format!("the vendor's rate limit leaves no room for it before its deadline, and {next}; nothing was sent")
}

impl From<reqwest::Error> for SendError {
    fn from(error: reqwest::Error) -> Self {
        if error.is_builder() {
            return Self::Refused("no request can be made of it".to_owned());
        }
        Self::Http { source: error, is_first: true }
    }
}

impl From<reqwest::header::InvalidHeaderValue> for SendError {
    fn from(_: reqwest::header::InvalidHeaderValue) -> Self {
        Self::Refused("a parameter cannot stand in a header".to_owned())
    }
}
