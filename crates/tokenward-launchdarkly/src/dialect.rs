//! How LaunchDarkly words its limits. Its errors are `code` and `message`, which is the default.

use std::time::Duration;

use tokenward_http::{Dialect, RateLimit};

/// | what | where | source |
/// |---|---|---|
/// | code and message | `code` and `message` | the vendor's document, 2026-03 |
/// | a reset | `X-Ratelimit-Reset` for the account and a route, and `X-Ratelimit-Auth-Token-Reset`, in epoch milliseconds, at times in the past | its section on rate limiting, and its Terraform provider |
///
/// A limit by address has `Retry-After` instead.
#[derive(Debug)]
pub(crate) struct LaunchDarklyDialect;

const RESET: &str = "x-ratelimit-reset";
const TOKEN_RESET: &str = "x-ratelimit-auth-token-reset";

impl Dialect for LaunchDarklyDialect {
    fn reset_headers(&self) -> &'static [&'static str] {
        &[RESET, TOKEN_RESET]
    }
}

/// In windows of 10 seconds: for the account, which all its tokens share, for each route, and for a token.
///
/// Source: the section on rate limiting of the vendor's document, and what its answers have since. How many calls there may be is
/// not published, but told. The end of a window has been seen to lie in the past.
pub(crate) fn rate_limits() -> [RateLimit; 3] {
    const WINDOW: Duration = Duration::from_secs(10);

    let account = ["x-ratelimit-global-limit", "x-ratelimit-global-remaining", RESET];
    let route = ["x-ratelimit-route-limit", "x-ratelimit-route-remaining", RESET];
    let token = ["x-ratelimit-auth-token-limit", "x-ratelimit-auth-token-remaining", TOKEN_RESET];
    [
        RateLimit::told(account, WINDOW),
        RateLimit::told(route, WINDOW).per_route(),
        RateLimit::told(token, WINDOW),
    ]
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use serde_json::{Value, json};
    use tokenward_core::ErrorKind;
    use tokenward_http::ErrorResponse;

    use super::*;

    /// The code, the message and the request id of an error, and its kind.
    fn read(body: &Value) -> ([Option<String>; 3], Option<ErrorKind>) {
        let error = LaunchDarklyDialect.read_error(&ErrorResponse::new(400, body));
        let texts = [error.code, error.message, error.request_id];
        (texts.map(|text| text.map(Cow::into_owned)), error.kind)
    }

    #[test]
    fn an_error_has_a_code_and_a_message_and_a_limit_of_tokens_is_a_conflict() {
        for (code, message, kind) in [
            ("not_found", "Invalid resource identifier", None),
            ("rate_limited", "Try again later", None),
            ("invalid_request", "the account has reached its token limit", Some(ErrorKind::Conflict)),
            ("invalid_request", "a token of this name already exists", Some(ErrorKind::Conflict)),
        ] {
            let body = json!({ "code": code, "message": message });
            assert_eq!(
                read(&body),
                ([Some(code.to_owned()), Some(message.to_owned()), None], kind),
                "{body}"
            );
        }
    }
}
