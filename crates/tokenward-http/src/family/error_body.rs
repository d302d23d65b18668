//! What a vendor says of an error, in the words of any of them.

use reqwest::{StatusCode, header::HeaderMap};
use serde_json::Value;
use tokenward_core::{Error, Timestamp};

use crate::{
    headers::{request_id::request_id, retry_after::retry_after},
    secrets::{known::KnownSecrets, redact},
    transport::response::Response,
};

/// With the status, and what the headers say of the request and of the next one.
pub(crate) fn error_about(
    error: Error,
    status: StatusCode,
    headers: &HeaderMap,
    known: &KnownSecrets,
) -> Error {
    let mut error = error.with_status(status.as_u16());
    if let Some(id) = request_id(headers, known) {
        error = error.with_request_id(id);
    }
    if let Some(wait) = retry_after(status, headers, Timestamp::now()) {
        error = error.with_retry_after(wait);
    }
    error
}

/// What a vendor says of an error, in the words of any of them.
#[derive(Default)]
pub(crate) struct ErrorBody {
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
    /// Whether a name is taken, or a limit reached, whatever the status is.
    pub(crate) is_conflict: bool,
}

impl ErrorBody {
    pub(crate) async fn in_answer(response: reqwest::Response, known: &KnownSecrets) -> Self {
        const LARGEST: usize = 64 << 10;

        let received = Response::new(response, LARGEST).read_what_there_is().await;
        Self::in_body(&received.body, known)
    }

    /// The only place where the body of an error is read.
    pub(crate) fn in_body(body: &[u8], known: &KnownSecrets) -> Self {
        serde_json::from_slice(body).map(|body: Value| Self::in_json(&body, known)).unwrap_or_default()
    }

    /// An error with what the vendor says of it.
    pub(crate) fn put_into(self, error: Error) -> Error {
        let error = error.with_vendor(self.code, self.message);
        match (error.request_id(), self.request_id) {
            (None, Some(id)) => error.with_request_id(id),
            _ => error,
        }
    }

    /// | vendor | code | message |
    /// |---|---|---|
    /// | Atlassian | `key`, or `errors[0].code` | `context.message`, or `errors[0].detail` |
    /// | Mist | | `detail` |
    /// | SailPoint | `detailCode`, or `error` | `messages[0].text`, `message`, or `error_description`; `trackingId` |
    /// | LaunchDarkly | `code` | `message` |
    fn in_json(body: &Value, known: &KnownSecrets) -> Self {
        let text = |pointers: &[&str]| {
            pointers
                .iter()
                .find_map(|pointer| body.pointer(pointer)?.as_str())
                .filter(|text| !text.is_empty())
        };
        let code = text(&["/code", "/key", "/detailCode", "/error", "/errors/0/code"]);
        let message = text(&[
            "/message",
            "/detail",
            "/messages/0/text",
            "/error_description",
            "/context/message",
            "/errors/0/detail",
            "/errors/0/title",
            "/error",
        ]);
        Self {
            code: code.and_then(|code| redact::code(code, known)),
            message: message.and_then(|message| redact::excerpt(message, known)),
            request_id: text(&["/trackingId", "/traceId"]).and_then(|id| redact::request_id(id, known)),
            is_conflict: [code, message].into_iter().flatten().any(is_conflict),
        }
    }
}

/// Whether a vendor says that a name is taken or a limit reached: SailPoint and LaunchDarkly do so with 400.
fn is_conflict(text: &str) -> bool {
    const PHRASES: [&str; 14] = [
        "already exist",
        "already in use",
        "already taken",
        "already been taken",
        "already used",
        "duplicate",
        "must be unique",
        "limit reached",
        "token limit",
        "limit exceeded",
        "limit has been reached",
        "reached the limit",
        "maximum number",
        "quota",
    ];

    let text = text.to_lowercase().replace(['_', '-', '.'], " ");
    // A name that is too long reaches a limit, too.
    let is_about_length = text.contains("character") || text.contains("length");
    !is_about_length && PHRASES.iter().any(|phrase| text.contains(phrase))
}
