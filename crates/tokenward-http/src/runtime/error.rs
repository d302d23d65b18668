//! What a method of a generated client fails with.

use std::fmt;

use reqwest::StatusCode;

use crate::{
    headers::request_id::request_id,
    transport::{
        origin::Origin,
        send_error::{SendError, no_answer},
    },
};

/// Why a method of a generated client has no answer that could be read.
///
/// ```
/// use tokenward_http::{SendError, runtime::Error};
///
/// let error = Error::from(SendError::Refused("an id is empty".to_owned()));
/// assert_eq!(error.to_string(), "invalid request: an id is empty");
/// ```
/// Neither `Display` nor `Debug` shows an address: it may hold a secret. An unexpected answer is named by the operation's
/// path as a template.
#[non_exhaustive]
pub enum Error {
    /// The request cannot be sent as it is. Nothing was sent.
    InvalidRequest(String),
    /// There is no authorization to send it with, or no room in the vendor's rate limit. Nothing was sent.
    NotSent(String),
    /// No connection could be made. Nothing was sent.
    NoConnection(reqwest::Error),
    /// No answer, or none in time. The request may have taken effect.
    CommunicationError(reqwest::Error),
    /// The answer broke off.
    ResponseBodyError(reqwest::Error),
    /// A successful answer that cannot be read: where, and in which way, and nothing of what is there.
    InvalidResponsePayload(String),
    /// An answer that is no success, with its body unread.
    UnexpectedResponse(Box<reqwest::Response>),
}

impl Error {
    /// The status of an answer that is no success.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::UnexpectedResponse(response) => Some(response.status()),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidRequest(reason) => write!(f, "invalid request: {reason}"),
            Self::NotSent(reason) => f.write_str(reason),
            Self::NoConnection(error) => write!(f, "no answer: {}", no_answer(error, true)),
            Self::CommunicationError(error) => write!(f, "no answer: {}", no_answer(error, false)),
            Self::ResponseBodyError(error) if error.is_timeout() => {
                f.write_str("the answer did not end in time")
            }
            Self::ResponseBodyError(_) => f.write_str("the answer broke off"),
            Self::InvalidResponsePayload(reason) => f.write_str(reason),
            Self::UnexpectedResponse(response) => {
                let origin = Origin::of(response);
                match origin {
                    Some(Origin { operation, .. }) => write!(f, "{} {}", operation.method, operation.path)?,
                    None => f.write_str("the request")?,
                }
                write!(f, " was answered {}", response.status())?;
                match origin.and_then(|origin| request_id(response.headers(), &origin.context)) {
                    Some(id) => write!(f, ", request {id}"),
                    None => Ok(()),
                }
            }
        }
    }
}

/// As `Display`: an address and headers would be shown otherwise.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::InvalidRequest(_) => "InvalidRequest",
            Self::NotSent(_) => "NotSent",
            Self::NoConnection(_) => "NoConnection",
            Self::CommunicationError(_) => "CommunicationError",
            Self::ResponseBodyError(_) => "ResponseBodyError",
            Self::InvalidResponsePayload(_) => "InvalidResponsePayload",
            Self::UnexpectedResponse(_) => "UnexpectedResponse",
        };
        f.debug_tuple(name).field(&self.to_string()).finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NoConnection(error) | Self::CommunicationError(error) | Self::ResponseBodyError(error) => {
                Some(error)
            }
            Self::InvalidRequest(_)
            | Self::NotSent(_)
            | Self::InvalidResponsePayload(_)
            | Self::UnexpectedResponse(_) => None,
        }
    }
}

impl From<SendError> for Error {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Refused(reason) => Self::InvalidRequest(reason),
            SendError::Unauthorized(_) | SendError::Limited { .. } => Self::NotSent(error.to_string()),
            SendError::Http { source, is_unsent: true } => Self::NoConnection(source),
            SendError::Http { source, is_unsent: false } => Self::CommunicationError(source),
            SendError::Expired(response) | SendError::Status(response) => Self::UnexpectedResponse(response),
        }
    }
}
