//! Requests and answers, and how they are shown without their secrets.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use jiff::{Timestamp, fmt::rfc2822};
use serde_json::Value;

/// A request as the simulator saw it.
///
/// ```
/// use tokenward_testkit::{Method, Request};
///
/// let request = Request::new(Method::GET, "/users/557058%3A1/manage/api-tokens?limit=2")
///     .with_header("authorization", "Bearer simulated-secret");
/// assert_eq!(request.path, "/users/557058%3A1/manage/api-tokens");
/// assert_eq!(request.query, "limit=2");
/// assert!(!format!("{request:?}").contains("simulated-secret"));
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path as it was sent, still percent-encoded.
    pub path: String,
    /// The query as it was sent, without the `?`; empty where there was none.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without headers and body, for a path and its query.
    pub fn new(method: Method, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: HeaderMap::new(),
            body: Vec::new(),
        }
    }

    /// With a header; one of that name is replaced.
    ///
    /// # Panics
    ///
    /// Where HTTP allows no such name or value.
    #[track_caller]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        set_header(&mut self.headers, name, value);
        self
    }

    /// With a body and its content type.
    #[track_caller]
    pub fn with_body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.with_header("content-type", content_type)
    }

    /// With a JSON body.
    pub fn with_json(self, body: &Value) -> Self {
        self.with_body("application/json", body.to_string())
    }

    /// The value of a header, where there is one and it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body, where it is JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("headers", &Shown(&self.headers))
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
}

/// What a simulator answers.
///
/// ```
/// use tokenward_testkit::Response;
///
/// let response = Response::json(200, &serde_json::json!({ "key": "simulated-secret" }));
/// assert_eq!(response.header("content-type"), Some("application/json"));
/// assert!(!format!("{response:?}").contains("simulated-secret"));
/// ```
#[derive(Clone)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers. The length of the body is added when it is sent.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// An answer without a body.
    pub fn new(status: u16) -> Self {
        Self { status, headers: HeaderMap::new(), body: Vec::new() }
    }

    /// An answer of JSON.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::new(status).with_body("application/json", body.to_string())
    }

    /// With a header; one of that name is replaced.
    ///
    /// # Panics
    ///
    /// Where HTTP allows no such name or value.
    #[track_caller]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        set_header(&mut self.headers, name, value);
        self
    }

    /// With a body and its content type.
    #[track_caller]
    pub fn with_body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.with_header("content-type", content_type)
    }

    /// With the time of the answer, in whole seconds as HTTP has it.
    pub(crate) fn dated(self, now: Timestamp) -> Self {
        match rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now) {
            Ok(date) => self.with_header("date", &date),
            // A year that HTTP cannot write.
            Err(_) => self,
        }
    }

    /// The value of a header, where there is one and it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON; null where it is none.
    pub fn body_json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &Shown(&self.headers))
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
}

#[track_caller]
#[allow(clippy::panic, reason = "a header that cannot be is a mistake in the test that asks for it")]
pub(crate) fn set_header(headers: &mut HeaderMap, name: &str, value: &str) {
    match (name.parse::<HeaderName>(), value.parse::<HeaderValue>()) {
        (Ok(name), Ok(value)) => headers.insert(name, value),
        (Err(_), _) => panic!("{name:?} is no name of a header"),
        (_, Err(_)) => panic!("{name}: HTTP allows no such value"),
    };
}

/// Headers, the credentials among them left out.
struct Shown<'a>(&'a HeaderMap);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SECRET: [HeaderName; 4] =
            [header::AUTHORIZATION, header::PROXY_AUTHORIZATION, header::COOKIE, header::SET_COOKIE];
        let mut map = f.debug_map();
        for (name, value) in self.0 {
            if SECRET.contains(name) {
                map.entry(&name.as_str(), &"[redacted]");
            } else {
                map.entry(&name.as_str(), value);
            }
        }
        map.finish()
    }
}
