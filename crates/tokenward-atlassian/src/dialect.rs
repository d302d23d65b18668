//! How Atlassian words its errors and its limits.

use std::time::Duration;

use tokenward_http::{Dialect, ErrorResponse, RateLimit, VendorError};

/// | what | where | source |
/// |---|---|---|
/// | code | `key` | User management, 2026-02 |
/// | code and message | `errors[0]`: `code`, and `detail` or `title` | JSON:API, which [`ErrorResponse::standard`] reads |
/// | message | `context.message` | no document; read if it exists |
/// | request id | `atl-traceid`, or `traceId` in the body | no document; read if it exists |
/// | reset | `X-RateLimit-Reset`, an ISO 8601 date | API Access |
#[derive(Debug)]
pub(crate) struct AtlassianDialect;

const RESET: &str = "x-ratelimit-reset";

impl Dialect for AtlassianDialect {
    fn request_id_headers(&self) -> &'static [&'static str] {
        &["x-request-id", "request-id", "atl-traceid"]
    }

    fn reset_headers(&self) -> &'static [&'static str] {
        &[RESET]
    }

    fn read_error<'a>(&self, response: &ErrorResponse<'a>) -> VendorError<'a> {
        VendorError {
            code: response.text(&["/key"]),
            message: response.text(&["/context/message"]),
            request_id: response.text(&["/traceId"]),
            kind: None,
        }
        .or(response.standard())
        .with_conflict_by_words()
    }
}

/// As every answer tells, for all calls of a key together.
///
/// Source: the vendor's API Access document. Neither how many calls there may be is published, nor how long a window is: what is
/// believed of it is up to an hour, and a minute is taken for it where it is not told. Whether operations have limits of their
/// own is not said; the one that has least left holds the others back, too, so that none is exceeded.
pub(crate) fn rate_limits() -> [RateLimit; 1] {
    let names = ["x-ratelimit-limit", "x-ratelimit-remaining", RESET];
    [RateLimit::told(names, Duration::from_secs(60)).with_longest(Duration::from_secs(3600))]
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use serde_json::{Value, json};
    use tokenward_core::ErrorKind;

    use super::*;

    /// The code, the message and the request id of an error, and its kind.
    fn read(body: &Value) -> ([Option<String>; 3], Option<ErrorKind>) {
        let error = AtlassianDialect.read_error(&ErrorResponse::new(400, body));
        let texts = [error.code, error.message, error.request_id];
        (texts.map(|text| text.map(Cow::into_owned)), error.kind)
    }

    #[test]
    fn user_management_has_a_key_and_api_access_a_list_of_errors() {
        for (body, expected) in [
            (
                json!({ "key": "forbidden.targetUnverified" }),
                [Some("forbidden.targetUnverified"), None, None],
            ),
            (
                json!({ "key": "fieldConstraintsViolated", "context": { "fieldViolations": [{ "field": "name" }] } }),
                [Some("fieldConstraintsViolated"), None, None],
            ),
            (
                json!({ "key": "forbidden", "context": { "message": "not managed" }, "traceId": "5f2a" }),
                [Some("forbidden"), Some("not managed"), Some("5f2a")],
            ),
            (
                json!({ "errors": [{ "status": "404", "code": "NOT_FOUND", "title": "Not found", "detail": "no such key" }] }),
                [Some("NOT_FOUND"), Some("no such key"), None],
            ),
        ] {
            assert_eq!(read(&body), (expected.map(|text| text.map(str::to_owned)), None), "{body}");
        }
    }
}
