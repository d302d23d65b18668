//! How Juniper Mist words its errors and its limits.

use std::time::Duration;

use tokenward_http::{Dialect, ErrorResponse, RateLimit, VendorError};

/// | what | where | source |
/// |---|---|---|
/// | message | `detail` | the vendor's document 2511.1.5 |
///
/// The vendor documents neither a code, nor a request id, nor a header with a reset.
#[derive(Debug)]
pub(crate) struct MistDialect;

impl Dialect for MistDialect {
    fn read_error<'a>(&self, response: &ErrorResponse<'a>) -> VendorError<'a> {
        VendorError { message: response.text(&["/detail"]), ..VendorError::default() }
            .or(response.standard())
            .with_conflict_by_words()
    }
}

/// 5,000 calls in an hour that begins on the hour: for a token of an organization, or for all of a user's tokens together with
/// what the user does in the portal.
///
/// Source: the vendor's document 2511.1.5, and its guide to rate limits. Answers do not tell what is left; one that is refused
/// has `Retry-After`.
pub(crate) fn rate_limits() -> [RateLimit; 1] {
    [RateLimit::on_the_clock(5000, Duration::from_secs(3600))]
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use serde_json::{Value, json};
    use tokenward_core::ErrorKind;

    use super::*;

    /// The code, the message and the request id of an error, and its kind.
    fn read(body: &Value) -> ([Option<String>; 3], Option<ErrorKind>) {
        let error = MistDialect.read_error(&ErrorResponse::new(400, body));
        let texts = [error.code, error.message, error.request_id];
        (texts.map(|text| text.map(Cow::into_owned)), error.kind)
    }

    #[test]
    fn an_error_has_a_detail_unless_it_repeats_the_id() {
        for (body, message) in [
            (json!({ "detail": "the token is not valid" }), Some("the token is not valid")),
            (json!({ "id": "5f2a" }), None),
        ] {
            assert_eq!(read(&body), ([None, message.map(str::to_owned), None], None), "{body}");
        }
    }
}
