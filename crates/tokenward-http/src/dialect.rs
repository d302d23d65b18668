//! Vendor conventions outside of OpenAPI documents: error bodies, request ids, and rate-limit headers.

use std::{borrow::Cow, fmt};

use http::HeaderMap;
use serde_json::Value;
use tokenward_core::ErrorKind;

/// A vendor's conventions for errors and rate limits. Every method has a vendor-neutral default.
///
/// ```
/// use tokenward_http::{BaseUrl, Dialect, ErrorResponse, HttpOptions, Session, VendorError};
///
/// /// Acme responds with `{"problem": {"id": "name_taken", "text": "The name is taken"}}`, and sends a request id.
/// #[derive(Debug)]
/// struct Acme;
///
/// impl Dialect for Acme {
///     fn request_id_headers(&self) -> &'static [&'static str] {
///         &["acme-request"]
///     }
///
///     fn read_error<'a>(&self, response: &ErrorResponse<'a>) -> VendorError<'a> {
///         VendorError {
///             code: response.text(&["/problem/id"]),
///             message: response.text(&["/problem/text"]),
///             ..VendorError::default()
///         }
///         .or(response.standard())
///     }
/// }
///
/// let session = Session::new(BaseUrl::parse("http://127.0.0.1:8080")?, &HttpOptions::default(), "acme/1")?
///     .with_dialect(&Acme);
/// # Ok::<(), tokenward_http::BuildError>(())
/// ```
///
/// A dialect selects text, but never prints it. The client limits the size of the body, redacts each text, and compares
/// it with the known secrets.
pub trait Dialect: fmt::Debug + Send + Sync {
    /// Returns the names of the headers that contain the request id. The first header in the response counts.
    fn request_id_headers(&self) -> &'static [&'static str] {
        &["x-request-id", "request-id"]
    }

    /// Returns the names of the headers that contain the reset time of a rate limit.
    ///
    /// The client reads them if a response with status 429 has no usable `Retry-After` header. If there are several,
    /// the latest time counts. The value is a number of seconds from now, a Unix time in seconds or milliseconds, an
    /// HTTP date, or an ISO 8601 date.
    fn reset_headers(&self) -> &'static [&'static str] {
        &["ratelimit-reset", "x-ratelimit-reset"]
    }

    /// Reads the code, the message and other details of an error response.
    fn read_error<'a>(&self, response: &ErrorResponse<'a>) -> VendorError<'a> {
        response.standard()
    }
}

/// The dialect of a vendor without its own: the defaults of [`Dialect`].
#[derive(Debug)]
pub(crate) struct Neutral;

impl Dialect for Neutral {}

/// An unsuccessful response, as input of a [`Dialect`].
///
/// ```
/// use serde_json::json;
/// use tokenward_http::ErrorResponse;
///
/// let body = json!({ "code": "name_taken", "errors": [{ "detail": "The name is taken" }] });
/// let response = ErrorResponse::new(400, &body);
/// assert_eq!(response.text(&["/detail", "/errors/0/detail"]).as_deref(), Some("The name is taken"));
/// assert_eq!(response.standard().code.as_deref(), Some("name_taken"));
/// ```
#[derive(Clone, Copy)]
pub struct ErrorResponse<'a> {
    status: u16,
    headers: Option<&'a HeaderMap>,
    body: &'a Value,
}

impl<'a> ErrorResponse<'a> {
    /// Creates a response without headers.
    pub fn new(status: u16, body: &'a Value) -> Self {
        Self { status, headers: None, body }
    }

    /// Sets the headers.
    #[must_use]
    pub fn with_headers(self, headers: &'a HeaderMap) -> Self {
        Self { headers: Some(headers), ..self }
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Returns the value of a header as text.
    ///
    /// Only the headers that the client keeps of an error are available: `Content-Type`, `Content-Length`, `Date`,
    /// `Retry-After`, headers with `ratelimit` in their names, and the headers that the dialect declares.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers?.get(name)?.to_str().ok()
    }

    /// Returns the body, or `null` if it is not JSON or is too large.
    pub fn body(&self) -> &'a Value {
        self.body
    }

    /// Returns the first string at one of these JSON pointers (RFC 6901) that is not empty.
    pub fn text(&self, pointers: &[&str]) -> Option<Cow<'a, str>> {
        let texts = pointers.iter().filter_map(|pointer| self.body.pointer(pointer)?.as_str());
        texts.map(Cow::Borrowed).find(|text| !text.is_empty())
    }

    /// Reads the code and the message from the fields that standards define, and from the two that most APIs use.
    ///
    /// | source | code | message |
    /// |---|---|---|
    /// | common use | `code` | `message` |
    /// | RFC 9457, problem details | | `detail`, or `title` |
    /// | RFC 6749, OAuth 2.0 | `error` | `error_description`, or `error` |
    /// | JSON:API | `errors[0].code` | `errors[0].detail`, or `errors[0].title` |
    pub fn standard(&self) -> VendorError<'a> {
        VendorError {
            code: self.text(&["/code", "/error", "/errors/0/code"]),
            message: self.text(&[
                "/message",
                "/detail",
                "/error_description",
                "/errors/0/detail",
                "/errors/0/title",
                "/title",
                "/error",
            ]),
            ..VendorError::default()
        }
        .with_conflict_by_words()
    }
}

/// Omits the headers and the body, which may contain secrets.
impl fmt::Debug for ErrorResponse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorResponse").field("status", &self.status).finish_non_exhaustive()
    }
}

/// The details of an error as the vendor declares them.
///
/// ```
/// use tokenward_core::ErrorKind;
/// use tokenward_http::VendorError;
///
/// let error = VendorError { message: Some("The name already exists".into()), ..VendorError::default() };
/// assert_eq!(error.with_conflict_by_words().kind, Some(ErrorKind::Conflict));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct VendorError<'a> {
    /// The error code. It becomes the error's `vendor_code` if it has the form of a code.
    pub code: Option<Cow<'a, str>>,
    /// The error message. It becomes the error's `vendor_message`, without words that look like a secret.
    pub message: Option<Cow<'a, str>>,
    /// The request id, if no header contains one.
    pub request_id: Option<Cow<'a, str>>,
    /// The kind of the error, if the status alone would suggest a different one.
    ///
    /// It counts only if both kinds prove that the request had no effect: `InvalidInput`, `Unauthenticated`,
    /// `PermissionDenied`, `NotFound` or `Conflict`. So an `Ambiguous` error stays `Ambiguous`. `Conflict` replaces
    /// only `InvalidInput` and `PermissionDenied`, and only for a create, an update or a reset.
    pub kind: Option<ErrorKind>,
}

impl VendorError<'_> {
    /// Fills absent fields from another error.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            code: self.code.or(other.code),
            message: self.message.or(other.message),
            request_id: self.request_id.or(other.request_id),
            kind: self.kind.or(other.kind),
        }
    }

    /// Sets the kind to `Conflict` if the text declares that a name is taken or a limit is reached.
    ///
    /// The text is the code or the message. An existing kind is kept. Several vendors respond with status 400 in this
    /// case.
    #[must_use]
    pub fn with_conflict_by_words(self) -> Self {
        let is_conflict = [&self.code, &self.message].into_iter().flatten().any(|text| is_conflict(text));
        Self { kind: self.kind.or(is_conflict.then_some(ErrorKind::Conflict)), ..self }
    }
}

/// Omits the vendor's text, which may contain a secret.
impl fmt::Debug for VendorError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VendorError").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Returns `true` if an error of this kind proves that the request had no effect.
pub(crate) fn is_refusal(kind: ErrorKind) -> bool {
    use ErrorKind::{Conflict, InvalidInput, NotFound, PermissionDenied, Unauthenticated};

    matches!(kind, InvalidInput | Unauthenticated | PermissionDenied | NotFound | Conflict)
}

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
    // The message of a name that is too long mentions a limit, too.
    let is_about_length = text.contains("character") || text.contains("length");
    !is_about_length && PHRASES.iter().any(|phrase| text.contains(phrase))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn standard(body: &Value) -> (Option<String>, Option<String>) {
        let error = ErrorResponse::new(400, body).standard();
        (error.code.map(Cow::into_owned), error.message.map(Cow::into_owned))
    }

    #[test]
    fn a_vendor_without_a_dialect_is_read_by_the_standards() {
        for (body, code, message) in [
            (json!({ "code": "c", "message": "m" }), Some("c"), Some("m")),
            (json!({ "type": "about:blank", "title": "t", "detail": "d" }), None, Some("d")),
            (json!({ "title": "t", "status": 400 }), None, Some("t")),
            (json!({ "error": "e", "error_description": "d" }), Some("e"), Some("d")),
            (json!({ "error": "e" }), Some("e"), Some("e")),
            (json!({ "errors": [{ "code": "c", "title": "t", "detail": "d" }] }), Some("c"), Some("d")),
            (json!({ "errors": [{ "title": "t" }] }), None, Some("t")),
            (json!({ "code": "", "error": "e", "message": ["m"] }), Some("e"), Some("e")),
            (json!({ "code": 17 }), None, None),
            (json!(["m"]), None, None),
            (Value::Null, None, None),
        ] {
            let expected = (code.map(str::to_owned), message.map(str::to_owned));
            assert_eq!(standard(&body), expected, "{body}");
        }
        assert_eq!(Neutral.request_id_headers(), ["x-request-id", "request-id"]);
        assert_eq!(Neutral.reset_headers(), ["ratelimit-reset", "x-ratelimit-reset"]);
    }

    #[test]
    fn what_a_vendor_declares_comes_before_what_is_standard() {
        let body = json!({ "code": "c", "message": "it already exists", "id": "i" });
        let response = ErrorResponse::new(400, &body);
        let own = VendorError { code: response.text(&["/id"]), ..VendorError::default() };
        let error = own.or(response.standard());
        assert_eq!((error.code.as_deref(), error.message.as_deref()), (Some("i"), Some("it already exists")));
        assert_eq!((error.request_id, error.kind), (None, Some(ErrorKind::Conflict)));
        let invalid = VendorError { kind: Some(ErrorKind::InvalidInput), ..VendorError::default() };
        let error = invalid.or(response.standard()).with_conflict_by_words();
        assert_eq!(error.kind, Some(ErrorKind::InvalidInput));
    }

    #[test]
    fn debug_shows_no_text_of_a_vendor() {
        let body = json!({ "code": "CANARY", "message": "CANARY" });
        let mut headers = HeaderMap::new();
        headers.insert("x-request-id", http::HeaderValue::from_static("CANARY"));
        let response = ErrorResponse::new(400, &body).with_headers(&headers);
        assert_eq!(response.header("X-Request-Id"), Some("CANARY"));
        assert!(!format!("{response:?} {:?}", response.standard()).contains("CANARY"));
    }
}
