//! How SailPoint words its errors and its limits.

use std::time::Duration;

use tokenward_http::{Dialect, ErrorResponse, RateLimit, VendorError};

/// | what | where | source |
/// |---|---|---|
/// | code, message, request id | `detailCode`, `messages[0].text`, `trackingId` | the vendor's documents, 2026-08 |
/// | message of a 401, and of a 429 | `error`, and `message` | the same |
/// | errors of the token endpoint | `error` and `error_description` | RFC 6749 |
/// | request id | `slpt-request-id` | no document; read if it exists |
///
/// A name that is taken and a limit that is reached have status 400.
#[derive(Debug)]
pub(crate) struct SailPointDialect;

impl Dialect for SailPointDialect {
    fn request_id_headers(&self) -> &'static [&'static str] {
        &["x-request-id", "request-id", "slpt-request-id"]
    }

    fn read_error<'a>(&self, response: &ErrorResponse<'a>) -> VendorError<'a> {
        VendorError {
            code: response.text(&["/detailCode"]),
            message: response.text(&["/messages/0/text"]),
            request_id: response.text(&["/trackingId"]),
            kind: None,
        }
        .or(response.standard())
        .with_conflict_by_words()
    }
}

/// 100 calls in 10 seconds for a client's id and an API version, which is what one session has.
///
/// Source: the vendor's guide to rate limits. Answers do not tell what is left, nor when a window begins; one that is refused
/// has `Retry-After`.
pub(crate) fn rate_limits() -> [RateLimit; 1] {
    [RateLimit::counted(100, Duration::from_secs(10))]
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use serde_json::{Value, json};
    use tokenward_core::ErrorKind;

    use super::*;

    /// The code, the message and the request id of an error, and its kind.
    fn read(body: &Value) -> ([Option<String>; 3], Option<ErrorKind>) {
        let error = SailPointDialect.read_error(&ErrorResponse::new(400, body));
        let texts = [error.code, error.message, error.request_id];
        (texts.map(|text| text.map(Cow::into_owned)), error.kind)
    }

    #[test]
    fn each_status_has_a_body_of_its_own() {
        for (body, expected, kind) in [
            (
                json!({
                    "detailCode": "400.1",
                    "trackingId": "5f2a",
                    "messages": [{ "locale": "en-US", "text": "a token of this name already exists" }],
                    "causes": [],
                }),
                [Some("400.1"), Some("a token of this name already exists"), Some("5f2a")],
                Some(ErrorKind::Conflict),
            ),
            (json!({ "error": "no bearer" }), [Some("no bearer"), Some("no bearer"), None], None),
            (json!({ "message": "too many calls" }), [None, Some("too many calls"), None], None),
            (
                json!({ "error": "invalid_client", "error_description": "unknown id" }),
                [Some("invalid_client"), Some("unknown id"), None],
                None,
            ),
        ] {
            assert_eq!(read(&body), (expected.map(|text| text.map(str::to_owned)), kind), "{body}");
        }
    }
}
