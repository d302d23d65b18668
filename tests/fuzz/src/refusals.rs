//! The answers that are no success: their bodies, and what their headers say.

use futures_util::FutureExt;
use http::header::{HeaderName, HeaderValue, RETRY_AFTER};
use tokenward_core::{Error, Operation, TokenFamily};
use tokenward_http::{Call, SendError};

use crate::secrecy::assert_silent;

const HEADERS: [HeaderName; 4] = [
    RETRY_AFTER,
    HeaderName::from_static("x-ratelimit-reset"),
    HeaderName::from_static("x-ratelimit-auth-token-reset"),
    HeaderName::from_static("x-request-id"),
];

/// Reads the input as the body of a refusal; what its first lines hold stands in the headers, too.
pub fn refusals(data: &[u8]) {
    for status in [302, 401, 404, 429, 503] {
        for operation in [Operation::Create, Operation::List] {
            let Some(error) = refusal(data, status, operation) else { continue };
            assert_eq!(error.status(), Some(status));
            let code = error.vendor_code();
            assert!(code.is_none_or(|code| code.len() <= 64), "a code of any length: {code:?}");
            assert_silent(&error, &[error.request_id()]);
        }
    }
}

/// The error that a family makes of it.
fn refusal(data: &[u8], status: u16, operation: Operation) -> Option<Error> {
    let mut response = http::Response::builder().status(status);
    for (name, line) in HEADERS.into_iter().zip(data.split(|byte| *byte == b'\n')) {
        response = response.header(name, HeaderValue::from_bytes(line).ok()?);
    }
    let response = response.body(data.to_vec()).ok()?;
    let call = Call::new(TokenFamily::new("vendor", "family"), operation);
    // A body in memory is there at once.
    call.confirm(async { Err(SendError::Status(Box::new(response.into()))) }).now_or_never()?.err()
}
