//! The error of all token operations.

use std::{borrow::Cow, fmt, time::Duration};

use secrecy::SecretString;

use crate::{
    lineage::Attempt,
    model::{family::TokenFamily, id::TokenId, issued::Drift, record::Record},
    operation::Operation,
    printable::printable,
};

/// The result of a token operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The category of an [`Error`].
///
/// ```
/// assert_eq!(tokenward_core::ErrorKind::RateLimited.to_string(), "rate limited");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The family does not support the operation or a setting. No request was sent.
    Unsupported,
    /// The request is invalid. Either the client or the vendor detected this.
    InvalidInput,
    /// The vendor rejected the credential.
    Unauthenticated,
    /// The credential is valid, but lacks the permission.
    PermissionDenied,
    /// The token does not exist, or the vendor does not show it to this credential.
    NotFound,
    /// The vendor refused the request because of the present state of its data.
    ///
    /// For example, the name is already taken, a limit is reached, or the token is the credential in use.
    Conflict,
    /// The client sent too many requests. See [`Error::retry_after`].
    RateLimited,
    /// The vendor is temporarily unavailable.
    Unavailable,
    /// The client did not reach the vendor, or the response did not arrive.
    Transport,
    /// The response cannot be decoded.
    Protocol,
    /// The vendor may have issued a secret, but the response did not arrive.
    ///
    /// The client does not send the request again.
    Ambiguous,
    /// A list is inconsistent: it changed while the client read it, repeats items, or is shorter than announced.
    Incomplete,
}

impl ErrorKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Unsupported => "unsupported",
            Self::InvalidInput => "invalid input",
            Self::Unauthenticated => "unauthenticated",
            Self::PermissionDenied => "permission denied",
            Self::NotFound => "not found",
            Self::Conflict => "conflict",
            Self::RateLimited => "rate limited",
            Self::Unavailable => "unavailable",
            Self::Transport => "transport",
            Self::Protocol => "protocol",
            Self::Ambiguous => "ambiguous",
            Self::Incomplete => "incomplete",
        }
    }

    const fn advice(self) -> RetryAdvice {
        match self {
            Self::RateLimited => RetryAdvice::Always,
            Self::Unavailable | Self::Transport | Self::Incomplete => RetryAdvice::IfIdempotent,
            _ => RetryAdvice::Never,
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Whether a caller may repeat the same call.
///
/// ```
/// use tokenward_core::{Error, ErrorKind, RetryAdvice};
///
/// assert_eq!(Error::new(ErrorKind::Ambiguous, "").retry(), RetryAdvice::Never);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RetryAdvice {
    /// Do not repeat the call: it would fail again, or do harm.
    Never,
    /// Repeat the call: the vendor refused it before it took effect.
    Always,
    /// Repeat the call only if it is idempotent: it may have taken effect.
    IfIdempotent,
}

/// The error of a token operation.
///
/// ```
/// use tokenward_core::{Error, ErrorKind, Operation, TokenFamily};
///
/// let error = Error::new(ErrorKind::NotFound, "there is no such token")
///     .with_place(TokenFamily::new("acme", "token"), Operation::Revoke)
///     .with_status(404);
/// assert_eq!(error.to_string(), "acme/token revoke: not found: there is no such token (status 404)");
/// ```
///
/// `Display` shows one line, without the [`source`](std::error::Error::source). The error is one pointer wide.
///
/// The error never shows a secret or a response body. It keeps only those words of the vendor's message that do not
/// look like a secret. If the response to a failed call contained a new secret,
/// [`into_secret`](Self::into_secret) returns it.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    retry: RetryAdvice,
    place: Option<(TokenFamily, Operation)>,
    token: Option<TokenId>,
    position: Option<usize>,
    status: Option<u16>,
    vendor_code: Option<String>,
    vendor_message: Option<String>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    drift: Option<Drift>,
    record: Option<Record>,
    attempt: Option<Attempt>,
    secret: Option<SecretString>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// Creates an error from its kind and a message in lower case without a full stop.
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            retry: kind.advice(),
            place: None,
            token: None,
            position: None,
            status: None,
            vendor_code: None,
            vendor_message: None,
            request_id: None,
            retry_after: None,
            drift: None,
            record: None,
            attempt: None,
            secret: None,
            source: None,
        }))
    }

    /// Sets the family and the operation that failed.
    #[must_use]
    pub fn with_place(mut self, family: TokenFamily, operation: Operation) -> Self {
        self.0.place = Some((family, operation));
        self
    }

    /// Replaces the advice that the kind implies.
    #[must_use]
    pub fn with_retry(mut self, advice: RetryAdvice) -> Self {
        self.0.retry = advice;
        self
    }

    /// Sets the id of the token that the error is about.
    #[must_use]
    pub fn with_token(mut self, id: TokenId) -> Self {
        self.0.token = Some(id);
        self
    }

    /// Sets the position of the list item that the error is about, counted from zero across all pages.
    #[must_use]
    pub fn with_position(mut self, position: usize) -> Self {
        self.0.position = Some(position);
        self
    }

    /// Sets the HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Sets the vendor's code and message, which must not contain a secret.
    #[must_use]
    pub fn with_vendor(mut self, code: Option<String>, message: Option<String>) -> Self {
        (self.0.vendor_code, self.0.vendor_message) = (code, message);
        self
    }

    /// Sets the request id, which the vendor's support asks for.
    #[must_use]
    pub fn with_request_id(mut self, id: impl Into<String>) -> Self {
        self.0.request_id = Some(id.into());
        self
    }

    /// Sets the time that the vendor asks the client to wait.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Sets the difference between the response and the vendor's document.
    #[must_use]
    pub fn with_drift(mut self, drift: Drift) -> Self {
        self.0.drift = Some(drift);
        self
    }

    /// Sets the record that could not be decoded, without its secrets.
    #[must_use]
    pub fn with_record(mut self, record: Record) -> Self {
        self.0.record = Some(record);
        self
    }

    /// Sets the creation that may have taken effect.
    #[must_use]
    pub fn with_attempt(mut self, attempt: Attempt) -> Self {
        self.0.attempt = Some(attempt);
        self
    }

    /// Sets the secret that the vendor issued although the operation failed.
    #[must_use]
    pub fn with_secret(mut self, secret: SecretString) -> Self {
        self.0.secret = Some(secret);
        self
    }

    /// Sets the cause. Neither its `Display` nor its `Debug` output may contain a secret.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Returns the category of the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the message, without the operation and the vendor's message.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns whether a caller may repeat the same call.
    pub fn retry(&self) -> RetryAdvice {
        self.0.retry
    }

    /// Returns the family of the operation.
    pub fn family(&self) -> Option<TokenFamily> {
        self.0.place.map(|(family, _)| family)
    }

    /// Returns the operation that failed.
    pub fn operation(&self) -> Option<Operation> {
        self.0.place.map(|(_, operation)| operation)
    }

    /// Returns the id of the token that the error is about.
    pub fn token_id(&self) -> Option<&TokenId> {
        self.0.token.as_ref()
    }

    /// Returns the position of the list item that could not be decoded.
    ///
    /// The list continues after such an item.
    pub fn position(&self) -> Option<usize> {
        self.0.position
    }

    /// Returns the HTTP status, if a response arrived.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Returns the vendor's error code.
    pub fn vendor_code(&self) -> Option<&str> {
        self.0.vendor_code.as_deref()
    }

    /// Returns an excerpt of the vendor's message, without words that could be a secret.
    pub fn vendor_message(&self) -> Option<&str> {
        self.0.vendor_message.as_deref()
    }

    /// Returns the request id, which the vendor's support asks for.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Returns the time that the vendor asks the client to wait before the next call.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns the difference between the response and the vendor's document, with the kinds of value.
    pub fn drift(&self) -> Option<&Drift> {
        self.0.drift.as_ref()
    }

    /// Returns the record that could not be decoded, without fields that are or sound like a secret.
    pub fn record(&self) -> Option<&Record> {
        self.0.record.as_ref()
    }

    /// Returns the creation that may have taken effect.
    ///
    /// [`reconcile`](crate::TokenManagerExt::reconcile) finds out if it did.
    pub fn attempt(&self) -> Option<&Attempt> {
        self.0.attempt.as_ref()
    }

    /// Returns the secret of [`token_id`](Self::token_id) if the vendor issued one although the operation failed.
    ///
    /// An example is a token whose expiry the vendor ignored. The secret is available nowhere else.
    pub fn into_secret(self) -> Option<SecretString> {
        self.0.secret
    }
}

impl Error {
    /// Returns the text of the error on one line, which may contain control characters of the vendor.
    fn text(&self) -> String {
        let Inner { kind, message, place, position, status, vendor_code, vendor_message, request_id, .. } =
            &*self.0;
        let place = place.map(|(family, operation)| format!("{family} {operation}: ")).unwrap_or_default();
        let separator = if message.is_empty() { "" } else { ": " };
        let facts = [
            position.map(|position| format!("item {position}")),
            status.map(|status| format!("status {status}")),
            vendor_code.as_ref().map(|code| format!("code {code}")),
            vendor_message.as_ref().map(|message| format!("the vendor says: {message}")),
            request_id.as_ref().map(|id| format!("request {id}")),
        ];
        let facts: Vec<String> = facts.into_iter().flatten().collect();
        let facts = if facts.is_empty() { String::new() } else { format!(" ({})", facts.join(", ")) };
        format!("{place}{kind}{separator}{message}{facts}")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&self.text()))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("message", &inner.message)
            .field("retry", &inner.retry)
            .field("place", &inner.place)
            .field("token", &inner.token)
            .field("position", &inner.position)
            .field("status", &inner.status)
            .field("vendor_code", &inner.vendor_code)
            .field("vendor_message", &inner.vendor_message)
            .field("request_id", &inner.request_id)
            .field("retry_after", &inner.retry_after)
            .field("drift", &inner.drift)
            .field("record", &inner.record)
            .field("attempt", &inner.attempt)
            .field("secret", &inner.secret)
            .field("source", &inner.source)
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILY: TokenFamily = TokenFamily::new("acme", "token");

    #[test]
    fn it_is_one_pointer_wide_and_goes_anywhere() {
        fn goes_anywhere<T: Send + Sync + 'static>() {}
        goes_anywhere::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[test]
    fn its_text_is_one_line_with_all_that_is_known() {
        let error = Error::new(ErrorKind::RateLimited, "too many requests")
            .with_place(FAMILY, Operation::List)
            .with_position(3)
            .with_status(429)
            .with_vendor(Some("rate_limited".into()), Some("Slow down".into()))
            .with_request_id("r-17")
            .with_source(std::io::Error::other("not shown"));
        insta::assert_snapshot!(error);
        assert_eq!(Error::new(ErrorKind::Protocol, "").to_string(), "protocol");
    }

    #[test]
    fn its_text_controls_no_terminal() {
        let error = Error::new(ErrorKind::Protocol, "a\u{1b}[2J")
            .with_vendor(Some("b\u{7}".into()), Some("c\u{8}\nd\u{9b}".into()))
            .with_request_id("e\u{0}\u{7f}");
        let text = error.to_string();
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }

    #[test]
    fn a_secret_that_was_issued_is_given_out_and_never_shown() {
        let error = Error::new(ErrorKind::Protocol, "the expiry was ignored")
            .with_token("17".parse().unwrap())
            .with_secret("CANARY".into());
        assert!(!format!("{error} {error:?} {error:#?}").contains("CANARY"));
        assert_eq!(error.token_id().unwrap().as_str(), "17");
        assert_eq!(secrecy::ExposeSecret::expose_secret(&error.into_secret().unwrap()), "CANARY");
    }
}
