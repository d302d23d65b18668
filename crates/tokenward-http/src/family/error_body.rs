//! What an error response declares, as the vendor's dialect reads it and redaction lets it pass.

use reqwest::{StatusCode, header::HeaderMap};
use serde_json::Value;
use tokenward_core::{Error, ErrorKind, Timestamp};

use crate::{
    dialect::ErrorResponse,
    headers::{request_id::request_id, retry_after::retry_after},
    secrets::{context::Context, redact},
    transport::response::Response,
};

/// Adds the status of a response to an error, and what its headers declare.
pub(crate) fn error_about(error: Error, status: StatusCode, headers: &HeaderMap, context: &Context) -> Error {
    let mut error = error.with_status(status.as_u16());
    if let Some(id) = request_id(headers, context) {
        error = error.with_request_id(id);
    }
    if let Some(wait) = retry_after(status, headers, context.dialect, Timestamp::now()) {
        error = error.with_retry_after(wait);
    }
    error
}

/// What an error response declares. Nothing in it can be a secret that the client knows, or looks like one.
#[derive(Default)]
pub(crate) struct ErrorBody {
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
    /// The kind that the vendor declares.
    pub(crate) kind: Option<ErrorKind>,
}

impl ErrorBody {
    /// Receives the body of a response, as far as it arrives and the bound allows.
    pub(crate) async fn receive(response: reqwest::Response, context: &Context) -> Self {
        const LARGEST: usize = 64 << 10;

        let received = Response::new(response, LARGEST).read_what_there_is().await;
        Self::read(received.status, &received.headers, &received.body, context)
    }

    /// Reads a body. No other function reads the body of an error.
    ///
    /// What a dialect returns passes redaction here, so that none of them can show a secret.
    pub(crate) fn read(status: StatusCode, headers: &HeaderMap, body: &[u8], context: &Context) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let response = ErrorResponse::new(status.as_u16(), &body).with_headers(headers);
        let (declared, known) = (context.dialect.read_error(&response), &context.known);
        Self {
            code: declared.code.and_then(|code| redact::code(&code, known)),
            message: declared.message.and_then(|message| redact::excerpt(&message, known)),
            request_id: declared.request_id.and_then(|id| redact::request_id(&id, known)),
            kind: declared.kind,
        }
    }

    /// Adds it to an error.
    pub(crate) fn put_into(self, error: Error) -> Error {
        let error = error.with_vendor(self.code, self.message);
        match (error.request_id(), self.request_id) {
            (None, Some(id)) => error.with_request_id(id),
            _ => error,
        }
    }
}
