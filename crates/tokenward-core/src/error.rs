//! The one error of everything that can be asked of a family.

use std::{borrow::Cow, fmt, time::Duration};

use secrecy::SecretString;

use crate::{
    lineage::Attempt,
    model::{family::TokenFamily, id::TokenId, issued::Drift, record::Record},
    operation::Operation,
    printable::printable,
};

/// What a call to a family gives.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, in a word to match on.
///
/// ```
/// assert_eq!(tokenward_core::ErrorKind::RateLimited.to_string(), "rate limited");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The family cannot do it. Nothing was sent.
    Unsupported,
    /// The request is wrong: found before it was sent, or by the vendor.
    InvalidInput,
    /// The credential was refused.
    Unauthenticated,
    /// The credential is good and may not do this.
    PermissionDenied,
    /// There is no such token, or it is not shown to this credential.
    NotFound,
    /// It contradicts what the vendor has: a name that is taken, a limit that is reached, the credential in use.
    Conflict,
    /// Too many requests. See [`Error::retry_after`].
    RateLimited,
    /// The vendor cannot answer just now.
    Unavailable,
    /// The vendor was not reached, or the answer did not arrive.
    Transport,
    /// The answer cannot be understood.
    Protocol,
    /// A secret may have been issued, and its answer did not arrive. It is not asked for again.
    Ambiguous,
    /// A list that contradicts itself: it changed while it was read, repeats itself, or is shorter than announced.
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

/// Whether the same call may be made again.
///
/// ```
/// use tokenward_core::{Error, ErrorKind, RetryAdvice};
///
/// assert_eq!(Error::new(ErrorKind::Ambiguous, "").retry(), RetryAdvice::Never);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RetryAdvice {
    /// It would fail again, or do harm.
    Never,
    /// It was refused before it took effect.
    Always,
    /// It may have taken effect: repeat it only where twice is as good as once.
    IfIdempotent,
}

/// Why a call to a family failed.
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
/// One pointer wide. It holds neither a secret nor the body of an answer: of
/// the vendor's own message only the words are kept that do not look like one.
/// `Display` is one line; [`source`](std::error::Error::source) is not in it.
///
/// A secret that reached us in an answer that is an error all the same is in
/// [`into_secret`](Self::into_secret), and is shown by nothing that prints.
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
    /// A kind and what happened, in lower case and without a full stop.
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

    /// Where it happened.
    #[must_use]
    pub fn with_place(mut self, family: TokenFamily, operation: Operation) -> Self {
        self.0.place = Some((family, operation));
        self
    }

    /// Another advice than the kind's own.
    #[must_use]
    pub fn with_retry(mut self, advice: RetryAdvice) -> Self {
        self.0.retry = advice;
        self
    }

    /// The token that it is about.
    #[must_use]
    pub fn with_token(mut self, id: TokenId) -> Self {
        self.0.token = Some(id);
        self
    }

    /// The item of a list that it is about, counted from zero over all pages.
    #[must_use]
    pub fn with_position(mut self, position: usize) -> Self {
        self.0.position = Some(position);
        self
    }

    /// The HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// The vendor's own code and message, which must hold no secret.
    #[must_use]
    pub fn with_vendor(mut self, code: Option<String>, message: Option<String>) -> Self {
        (self.0.vendor_code, self.0.vendor_message) = (code, message);
        self
    }

    /// What the vendor's support asks for.
    #[must_use]
    pub fn with_request_id(mut self, id: impl Into<String>) -> Self {
        self.0.request_id = Some(id.into());
        self
    }

    /// How long the vendor asks to wait.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Where the answer differs from the vendor's document.
    #[must_use]
    pub fn with_drift(mut self, drift: Drift) -> Self {
        self.0.drift = Some(drift);
        self
    }

    /// The record that could not be read, without its secrets.
    #[must_use]
    pub fn with_record(mut self, record: Record) -> Self {
        self.0.record = Some(record);
        self
    }

    /// The creation that may have taken effect.
    #[must_use]
    pub fn with_attempt(mut self, attempt: Attempt) -> Self {
        self.0.attempt = Some(attempt);
        self
    }

    /// The secret that was issued although this is an error.
    #[must_use]
    pub fn with_secret(mut self, secret: SecretString) -> Self {
        self.0.secret = Some(secret);
        self
    }

    /// What caused it; neither its text nor its debug output may hold a secret.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What went wrong, to match on.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What happened, without the place and the vendor's words.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Whether the same call may be made again.
    pub fn retry(&self) -> RetryAdvice {
        self.0.retry
    }

    /// The family that was asked.
    pub fn family(&self) -> Option<TokenFamily> {
        self.0.place.map(|(family, _)| family)
    }

    /// What it was asked for.
    pub fn operation(&self) -> Option<Operation> {
        self.0.place.map(|(_, operation)| operation)
    }

    /// The token that it is about.
    pub fn token_id(&self) -> Option<&TokenId> {
        self.0.token.as_ref()
    }

    /// The position of the item in a list that could not be read; the list goes on after it.
    pub fn position(&self) -> Option<usize> {
        self.0.position
    }

    /// The HTTP status, where there was an answer.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The vendor's own code for it.
    pub fn vendor_code(&self) -> Option<&str> {
        self.0.vendor_code.as_deref()
    }

    /// An excerpt of what the vendor said, with everything left out that could be a secret.
    pub fn vendor_message(&self) -> Option<&str> {
        self.0.vendor_message.as_deref()
    }

    /// What the vendor's support asks for.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How long the vendor asks to wait before the next call.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Where the answer differs from the vendor's document, and in what kind of value.
    pub fn drift(&self) -> Option<&Drift> {
        self.0.drift.as_ref()
    }

    /// The record that could not be read, without what is or sounds like a secret.
    pub fn record(&self) -> Option<&Record> {
        self.0.record.as_ref()
    }

    /// The creation that may have taken effect, to be
    /// [reconciled](crate::TokenManagerExt::reconcile).
    pub fn attempt(&self) -> Option<&Attempt> {
        self.0.attempt.as_ref()
    }

    /// The secret of [`token_id`](Self::token_id), where one was issued although this is an error: a token
    /// whose expiry the vendor ignored, for one. It is shown nowhere else.
    pub fn into_secret(self) -> Option<SecretString> {
        self.0.secret
    }
}

impl Error {
    /// What is known, in one line. It may hold control characters of the vendor's.
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
