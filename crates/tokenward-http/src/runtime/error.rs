//! The error of the methods of a generated client.

use std::fmt;

use reqwest::StatusCode;

use crate::{
    headers::request_id::request_id,
    transport::{
        origin::Origin,
        send_error::{SendError, no_answer},
    },
};

/// The reason why a method of a generated client failed.
///
/// ```
/// use tokenward_http::{SendError, runtime::Error};
///
/// let error = Error::from(SendError::Refused("an id is empty".to_owned()));
/// assert_eq!(error.to_string(), "invalid request: an id is empty");
/// ```
///
/// Neither `Display` nor `Debug` shows a URL, because it may contain a secret. An unexpected response is shown with the
/// path template of the operation.
#[non_exhaustive]
pub enum Error {
    /// The request is invalid. Nothing was sent.
    InvalidRequest(String),
    /// The request could not be authorized, or the vendor's rate limit has no room for it. Nothing was sent.
    NotSent(String),
    /// The client could not connect. Nothing was sent.
    NoConnection(reqwest::Error),
    /// No response arrived before the timeout. The request may have taken effect.
    CommunicationError(reqwest::Error),
    /// The response body broke off.
    ResponseBodyError(reqwest::Error),
    /// A successful response could not be decoded. The text contains the location and the kind of difference, but no
    /// values.
    InvalidResponsePayload(String),
    /// The response has an unsuccessful status. The body was not read.
    UnexpectedResponse(Box<reqwest::Response>),
}

impl Error {
    /// Returns the status of an unsuccessful response.
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

/// Same text as `Display`, because derived output would contain the URL and the headers.
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
