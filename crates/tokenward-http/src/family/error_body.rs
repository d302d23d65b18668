//! The content of an error response, after the vendor's dialect has read it and redaction was applied.

use reqwest::{StatusCode, header::HeaderMap};
use serde_json::Value;
use tokenward_core::{Error, ErrorKind, Timestamp};

use crate::{
    dialect::ErrorResponse,
    headers::{request_id::request_id, retry_after::retry_after},
    secrets::{context::Context, redact},
    transport::response::Response,
};

/// Adds the status and the relevant headers of a response to an error.
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

/// The content of an error response, without known secrets and without words that look like a secret.
#[derive(Default)]
pub(crate) struct ErrorBody {
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
    /// The error kind that the vendor declares.
    pub(crate) kind: Option<ErrorKind>,
}

impl ErrorBody {
    /// Reads the body of a response, as far as it arrives and within 64 KiB.
    pub(crate) async fn receive(response: reqwest::Response, context: &Context) -> Self {
        const LARGEST: usize = 64 << 10;

        let received = Response::new(response, LARGEST).read_what_there_is().await;
        Self::read(received.status, &received.headers, &received.body, context)
    }

    /// Decodes a body. No other function decodes the body of an error.
    ///
    /// Everything that a dialect returns is redacted here, so no dialect can show a secret.
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

    /// Adds the content to an error.
    pub(crate) fn put_into(self, error: Error) -> Error {
        let error = error.with_vendor(self.code, self.message);
        match (error.request_id(), self.request_id) {
            (None, Some(id)) => error.with_request_id(id),
            _ => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{Dialect, VendorError};

    const CREDENTIAL: &str = "correcthorsebattery";

    /// A dialect that returns the same text as code, message and request id.
    #[derive(Debug)]
    struct Careless;

    impl Dialect for Careless {
        fn read_error<'a>(&self, response: &ErrorResponse<'a>) -> VendorError<'a> {
            let text = || response.text(&["/text"]).map(|text| format!("id-{text}").into());
            VendorError { code: text(), message: text(), request_id: text(), kind: None }
        }
    }

    #[test]
    fn no_dialect_can_show_a_secret_or_a_control_character() {
        let context = Context { dialect: &Careless, ..Context::default() };
        context.known.add_credential(CREDENTIAL);
        let read = |text: &str| {
            let body = serde_json::json!({ "text": text }).to_string();
            ErrorBody::read(StatusCode::BAD_REQUEST, &HeaderMap::new(), body.as_bytes(), &context)
        };
        let shown = read("plain");
        assert_eq!(
            [shown.code, shown.message, shown.request_id].map(Option::unwrap_or_default),
            ["id-plain"; 3]
        );
        for text in
            [CREDENTIAL, "CORRECTHORSEBATTERY", "Y29ycmVjdGhvcnNlYmF0dGVyeQ==", "\u{1b}[31mred", "a\u{0}b"]
        {
            let shown = read(text);
            assert_eq!([shown.code, shown.message, shown.request_id], [None, None, None], "{text:?}");
        }
    }

    #[test]
    fn a_body_that_is_not_json_declares_nothing() {
        for body in ["", "<html>busy</html>", "{", "\"text\"", "17"] {
            let context = Context::default();
            let read = ErrorBody::read(StatusCode::BAD_GATEWAY, &HeaderMap::new(), body.as_bytes(), &context);
            assert_eq!([read.code, read.message, read.request_id], [None, None, None], "{body}");
            assert_eq!(read.kind, None);
        }
    }
}
