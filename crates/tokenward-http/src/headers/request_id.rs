//! Request ids, and the selection of headers that are kept of an error response.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::secrets::{context::Context, redact};

/// Returns `true` if a header describes the response or a limit, and its value has the expected form.
///
/// Other headers may repeat the request.
pub(crate) fn is_about_the_answer(name: &HeaderName, value: &HeaderValue, context: &Context) -> bool {
    const NAMES: [&str; 4] = ["content-length", "content-type", "date", "retry-after"];

    let (name, Ok(value)) = (name.as_str(), value.to_str()) else { return false };
    let (dialect, known) = (context.dialect, &context.known);
    let is_in = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    let is_id = || redact::request_id(value, known).is_some();
    let is_plain = || redact::is_plain_header(value) && !known.is_in(value);
    (is_in(dialect.request_id_headers()) && is_id())
        || ((NAMES.contains(&name) || name.contains("ratelimit") || is_in(dialect.reset_headers()))
            && is_plain())
}

/// Returns the request id for the vendor's support, if it has the form of an id and is not a known secret.
pub(crate) fn request_id(headers: &HeaderMap, context: &Context) -> Option<String> {
    let names = context.dialect.request_id_headers();
    let id = names.iter().find_map(|name| headers.get(*name)?.to_str().ok())?;
    redact::request_id(id, &context.known)
}
