//! The id that a vendor gives to a request, and which headers of an error are kept.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::secrets::{known::KnownSecrets, redact};

/// Headers that say something about the answer and its limits, and hold nothing of what was asked, where they are made as
/// such headers are.
pub(crate) fn is_about_the_answer(name: &HeaderName, value: &HeaderValue, known: &KnownSecrets) -> bool {
    const NAMES: [&str; 4] = ["content-length", "content-type", "date", "retry-after"];

    let (name, Ok(value)) = (name.as_str(), value.to_str()) else { return false };
    let is_id = || redact::request_id(value, known).is_some();
    let is_plain = || redact::is_plain_header(value) && !known.is_in(value);
    (REQUEST_IDS.contains(&name) && is_id())
        || ((NAMES.contains(&name) || name.contains("ratelimit")) && is_plain())
}

/// The names that vendors give to the id of a request.
const REQUEST_IDS: [&str; 4] = ["x-request-id", "request-id", "slpt-request-id", "atl-traceid"];

/// What the vendor's support asks for, if it is made like an id and is no secret.
pub(crate) fn request_id(headers: &HeaderMap, known: &KnownSecrets) -> Option<String> {
    let id = REQUEST_IDS.into_iter().find_map(|name| headers.get(name)?.to_str().ok())?;
    redact::request_id(id, known)
}
