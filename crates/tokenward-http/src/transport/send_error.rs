//! The error of a request without a successful response.

use std::{fmt, time::Duration};

use tokenward_core::Timestamp;

use crate::{auth::error::AuthorizeError, headers::retry_after::retry_after, transport::origin::Origin};

/// The reason why a request of a generated client has no successful response.
///
/// ```
/// use tokenward_http::{AuthorizeError, SendError};
///
/// let error = SendError::Unauthorized(AuthorizeError::new("the token endpoint answered 401"));
/// assert_eq!(error.to_string(), "no authorization: the token endpoint answered 401");
/// ```
///
/// Generated methods convert it into [`runtime::Error`](crate::runtime::Error). [`Call::receive`](crate::Call::receive)
/// converts it into the error of a token family.
#[non_exhaustive]
pub enum SendError {
    /// The request is invalid. Nothing was sent.
    Refused(String),
    /// The request could not be authorized. Nothing was sent except the request for a bearer token.
    Unauthorized(AuthorizeError),
    /// The vendor's rate limit leaves no room for the request before its deadline. Nothing was sent.
    Limited {
        /// The wait that would have been necessary, as far as it is known.
        wait: Duration,
    },
    /// No response arrived before the timeout.
    Http {
        /// The error of the HTTP client.
        source: reqwest::Error,
        /// `true` if no attempt made a connection, so the request cannot have taken effect.
        is_unsent: bool,
    },
    /// The credential was rejected, and the next call will use a new one. The body was not read.
    Expired(Box<reqwest::Response>),
    /// The response has an unsuccessful status. The body was not read.
    Status(Box<reqwest::Response>),
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(reason) => write!(f, "invalid request: {reason}"),
            Self::Unauthorized(error) => error.fmt(f),
            Self::Limited { wait } => f.write_str(&limited(*wait)),
            Self::Http { source, is_unsent } => f.write_str(no_answer(source, *is_unsent)),
            Self::Expired(response) => {
                write!(f, "answered {}; the credential will be renewed", response.status())
            }
            Self::Status(response) => write!(f, "answered {}", response.status()),
        }
    }
}

/// Omits the URL and the headers of the response.
impl fmt::Debug for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SendError").field(&self.to_string()).finish()
    }
}

/// Describes what happened to a request without a response.
pub(crate) fn no_answer(error: &reqwest::Error, is_unsent: bool) -> &'static str {
    let cause = Cause::of(error);
    match (error.is_connect(), is_unsent) {
        (true, true) => match cause {
            Cause::Refused => "the connection was refused; nothing was sent",
            Cause::Name => "the host's name could not be resolved; nothing was sent",
            Cause::Tls => "the TLS handshake failed; nothing was sent",
            Cause::Proxy => "the proxy refused the connection; nothing was sent",
            Cause::Time => "no connection was made in time; nothing was sent",
            Cause::Other => "the vendor could not be reached; nothing was sent",
        },
        (true, false) => match cause {
            Cause::Refused => "the connection was lost, and then refused",
            Cause::Name => "the connection was lost, and then the host's name could not be resolved",
            Cause::Tls => "the connection was lost, and then the TLS handshake failed",
            Cause::Proxy => "the connection was lost, and then the proxy refused it",
            Cause::Time | Cause::Other => {
                "the connection was lost, and the vendor could not be reached again"
            }
        },
        (false, _) if error.is_timeout() => "no answer came in time",
        (false, _) => "the connection was lost",
    }
}

/// The reason why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    Refused,
    Name,
    Tls,
    Proxy,
    Time,
    Other,
}

impl Cause {
    /// Finds the cause of a connection error.
    ///
    /// The underlying libraries have no public types for it. It is recognized by the kind of an I/O error, or else by
    /// words in their messages. The messages themselves are never shown.
    fn of(error: &reqwest::Error) -> Self {
        const WORDS: [(&str, Cause); 11] = [
            ("dns error", Cause::Name),
            ("failed to lookup", Cause::Name),
            ("tunnel", Cause::Proxy),
            ("proxy", Cause::Proxy),
            ("certificate", Cause::Tls),
            ("tls", Cause::Tls),
            ("ssl", Cause::Tls),
            ("handshake", Cause::Tls),
            ("corrupt message", Cause::Tls),
            ("received fatal alert", Cause::Tls),
            ("timed out", Cause::Time),
        ];

        if error.is_timeout() {
            return Self::Time;
        }
        let mut next: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
        while let Some(cause) = next {
            let io = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
            if io == Some(std::io::ErrorKind::ConnectionRefused) {
                return Self::Refused;
            }
            let text = cause.to_string().to_lowercase();
            if let Some((_, found)) = WORDS.into_iter().find(|(word, _)| text.contains(word)) {
                return found;
            }
            next = cause.source();
        }
        Self::Other
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

impl From<SendError> for AuthorizeError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Unauthorized(error) => error,
            SendError::Refused(reason) => Self::unusable(reason),
            SendError::Http { source, is_unsent } => {
                Self::new(format!("the token endpoint gave no answer: {}", no_answer(&source, is_unsent)))
            }
            SendError::Limited { wait } => Self::new(error.to_string()).with_retry_after(Some(wait)),
            SendError::Expired(response) | SendError::Status(response) => {
                let status = response.status();
                let dialect = Origin::context_of(&response).dialect;
                let retry_after = retry_after(status, response.headers(), dialect, Timestamp::now());
                Self::new(format!("the token endpoint answered {status}"))
                    .with_status(status.as_u16())
                    .with_retry_after(retry_after)
            }
        }
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
        Self::Http { source: error.without_url(), is_unsent: true }
    }
}

impl From<reqwest::header::InvalidHeaderValue> for SendError {
    fn from(_: reqwest::header::InvalidHeaderValue) -> Self {
        Self::Refused("a parameter cannot stand in a header".to_owned())
    }
}
