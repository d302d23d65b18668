//! From what came back to what the caller gets: an answer, or the one error of all vendors.

use std::time::Duration;

use reqwest::{StatusCode, header::HeaderMap};
use serde_json::Value;
use tokenward_core::{
    Attempt, BoxFuture, Capabilities, CreateToken, Error, ErrorKind, Operation, Result, RetryAdvice,
    Timestamp, TokenFamily, TokenId,
};

use crate::{
    Answer, AuthorizeError, SendError,
    excerpt::{self, excerpt},
    response::{BodyError, MOST_OF_A_RECORD, Response},
    retry_after::retry_after,
    session,
};

/// One operation of one family: what its answers and errors are read as.
///
/// ```
/// use tokenward_core::{ErrorKind, Operation, TokenFamily};
/// use tokenward_http::Call;
///
/// const LIST: Call = Call::new(TokenFamily::new("acme", "token"), Operation::List);
/// let error = LIST.error(ErrorKind::Incomplete, "the cursor does not move");
/// assert_eq!(error.to_string(), "acme/token list: incomplete: the cursor does not move");
/// ```
///
/// | the vendor says | kind | may be repeated |
/// |---|---|---|
/// | 400, 405, 413, 414, 415, 422 | `InvalidInput` | never |
/// | 401 | `Unauthenticated` | never; always where the next call goes with another bearer |
/// | 402, 403 | `PermissionDenied` | never |
/// | 404, 410 | `NotFound` | never |
/// | 409, 412, 423, 428 | `Conflict` | never |
/// | 429, or no room in the vendor's rate limit before the deadline | `RateLimited` | always |
/// | 408, 5xx | `Unavailable`; `Ambiguous` for a creation or reset | if idempotent; never |
/// | no connection | `Transport` | always |
/// | no answer, or half of one | `Transport`; `Ambiguous` for a creation or reset | if idempotent; never |
/// | a success that cannot be read | `Protocol`; `Ambiguous` for a creation or reset | never |
/// | anything else | `Protocol` | never |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    family: TokenFamily,
    operation: Operation,
    token: Option<TokenId>,
    attempt: Option<Attempt>,
}

impl Call {
    /// This operation of this family.
    pub const fn new(family: TokenFamily, operation: Operation) -> Self {
        Self { family, operation, token: None, attempt: None }
    }

    /// The same about one token, which its errors then name.
    pub fn about(self, id: &TokenId) -> Self {
        Self { token: Some(id.clone()), ..self }
    }

    /// Checks a creation, and gives it as it is sent, with its mark, and the call that its errors remember it by.
    ///
    /// # Errors
    ///
    /// What the family cannot do, and what no vendor would take.
    pub fn creating(self, request: CreateToken, capabilities: &Capabilities) -> Result<(Self, CreateToken)> {
        request.check(self.family, capabilities)?;
        let attempt = Some(request.attempt(Timestamp::now()));
        Ok((Self { attempt, ..self }, request.marked(capabilities)))
    }

    /// The family.
    pub const fn family(&self) -> TokenFamily {
        self.family
    }

    /// An error of this call.
    pub fn error(&self, kind: ErrorKind, message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
        self.placed(Error::new(kind, message))
    }

    /// An error that arose elsewhere, as one of this call.
    pub fn placed(&self, error: Error) -> Error {
        let placed = error.with_place(self.family, self.operation);
        match &self.token {
            Some(id) => placed.with_token(id.clone()),
            None => placed,
        }
    }

    /// The error of a token that is in no list.
    pub fn not_found(&self) -> Error {
        self.error(ErrorKind::NotFound, NO_SUCH_TOKEN)
    }

    /// Waits for an answer and reads it.
    ///
    /// # Errors
    ///
    /// As in the table above. A creation or reset whose answer broke off or is too large is an [`Answer`] all
    /// the same: it may hold the secret.
    pub fn answer<'a>(
        &'a self,
        sent: impl Future<Output = Result<Response, SendError>> + Send + 'a,
    ) -> BoxFuture<'a, Result<Answer>> {
        self.answered(Box::pin(sent))
    }

    /// The same, compiled here and once: it takes and gives what has one type whatever was sent.
    fn answered<'a>(
        &'a self,
        sent: BoxFuture<'a, Result<Response, SendError>>,
    ) -> BoxFuture<'a, Result<Answer>> {
        Box::pin(self.read(sent))
    }

    async fn read(&self, sent: BoxFuture<'_, Result<Response, SendError>>) -> Result<Answer> {
        let response = match sent.await {
            Ok(response) => response,
            Err(error) => return Err(self.failure(error).await),
        };
        let (status, headers) = (response.status(), response.headers().clone());
        if self.issues() {
            let (body, broken) = response.within(MOST_OF_A_RECORD).read_what_there_is().await;
            let end = broken.map(|broken| broken.reason());
            return Ok(Answer::new(self.clone(), status, headers, body).broken_by(end));
        }
        let (body, broken) = response.read().await;
        match broken {
            None => Ok(Answer::new(self.clone(), status, headers, body)),
            Some(broken) => Err(error_about(self.broken(broken), status, &headers)),
        }
    }

    /// The error of an answer that was not read to its end.
    pub(crate) fn broken(&self, broken: BodyError) -> Error {
        let reason = broken.reason();
        match broken {
            BodyError::TooLarge(_) => self.error(ErrorKind::Protocol, reason),
            BodyError::Broken(error) => {
                self.error(ErrorKind::Transport, reason).with_source(error.without_url())
            }
        }
    }

    /// Waits for an answer whose body means nothing.
    ///
    /// # Errors
    ///
    /// As in the table above.
    pub fn done<'a>(
        &'a self,
        sent: impl Future<Output = Result<Response, SendError>> + Send + 'a,
    ) -> BoxFuture<'a, Result<()>> {
        self.ended(Box::pin(sent))
    }

    fn ended<'a>(&'a self, sent: BoxFuture<'a, Result<Response, SendError>>) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            match sent.await {
                Ok(_) => Ok(()),
                Err(error) => Err(self.failure(error).await),
            }
        })
    }

    /// Whether its answer holds a secret that is shown once.
    pub(crate) fn issues(&self) -> bool {
        matches!(self.operation, Operation::Create | Operation::Reset)
    }

    /// The error of a creation or reset that may have taken effect and whose secret did not arrive.
    pub(crate) fn lost(&self, what: impl std::fmt::Display) -> Error {
        let next = match self.operation {
            Operation::Reset => "the old secret may be gone: reset it again",
            _ => "a token may have been made: `reconcile` tells whether, and which is to be revoked",
        };
        let error = self.error(ErrorKind::Ambiguous, format!("{what}; {next}"));
        match &self.attempt {
            Some(attempt) => error.with_attempt(attempt.clone()),
            None => error,
        }
    }

    pub(crate) async fn failure(&self, error: SendError) -> Error {
        match error {
            SendError::Refused(reason) => self.error(ErrorKind::InvalidInput, reason),
            SendError::Unauthorized(error) => self.unauthorized(error),
            SendError::Limited { wait } => self.limited(error.to_string(), wait),
            SendError::Http { source, is_first } => self.no_answer(source, is_first),
            // Refused before it took effect, by a credential that is replaced.
            SendError::Expired(response) => self.refusal(*response).await.with_retry(RetryAdvice::Always),
            SendError::Status(response) => self.refusal(*response).await,
        }
    }

    /// Nothing was sent but the request for a bearer token, so everything that passes may be tried again.
    fn unauthorized(&self, error: AuthorizeError) -> Error {
        let kind = match error.status() {
            _ if error.is_unusable() => ErrorKind::Protocol,
            Some(429) => ErrorKind::RateLimited,
            Some(408 | 500..) => ErrorKind::Unavailable,
            Some(_) => ErrorKind::Unauthenticated,
            None => ErrorKind::Transport,
        };
        let passes = !matches!(kind, ErrorKind::Protocol | ErrorKind::Unauthenticated);
        let advice = if passes { RetryAdvice::Always } else { RetryAdvice::Never };
        let mut placed = self.error(kind, error.to_string()).with_retry(advice);
        if let Some(status) = error.status() {
            placed = placed.with_status(status);
        }
        if let Some(wait) = error.retry_after() {
            placed = placed.with_retry_after(wait);
        }
        placed
    }

    fn limited(&self, message: String, wait: Duration) -> Error {
        let error = self.error(ErrorKind::RateLimited, message).with_retry(RetryAdvice::Always);
        if wait.is_zero() { error } else { error.with_retry_after(wait) }
    }

    fn no_answer(&self, error: reqwest::Error, is_first: bool) -> Error {
        let error = error.without_url();
        if error.is_connect() && is_first {
            let message = "the vendor could not be reached; nothing was sent";
            return self
                .error(ErrorKind::Transport, message)
                .with_retry(RetryAdvice::Always)
                .with_source(error);
        }
        let what = if error.is_timeout() { "no answer came in time" } else { "the connection was lost" };
        let lost = if self.issues() { self.lost(what) } else { self.error(ErrorKind::Transport, what) };
        lost.with_source(error)
    }

    async fn refusal(&self, response: reqwest::Response) -> Error {
        let (status, headers) = (response.status(), response.headers().clone());
        let said = Said::in_answer(response).await;
        let error = match self.kind_of(status) {
            ErrorKind::Ambiguous => self.lost(format!("the vendor answered {}", status.as_u16())),
            kind => self.error(kind, self.message(kind, status)),
        };
        let error = error_about(error, status, &headers).with_vendor(said.code, said.message);
        match (error.request_id(), said.request_id) {
            (None, Some(id)) => error.with_request_id(id),
            _ => error,
        }
    }

    fn kind_of(&self, status: StatusCode) -> ErrorKind {
        match status.as_u16() {
            400 | 405 | 413 | 414 | 415 | 422 => ErrorKind::InvalidInput,
            401 => ErrorKind::Unauthenticated,
            402 | 403 => ErrorKind::PermissionDenied,
            404 | 410 => ErrorKind::NotFound,
            409 | 412 | 423 | 428 => ErrorKind::Conflict,
            429 => ErrorKind::RateLimited,
            408 | 500..=599 if self.issues() => ErrorKind::Ambiguous,
            408 | 500..=599 => ErrorKind::Unavailable,
            _ => ErrorKind::Protocol,
        }
    }

    fn message(&self, kind: ErrorKind, status: StatusCode) -> &'static str {
        match kind {
            ErrorKind::InvalidInput => "the vendor refuses the request",
            ErrorKind::Unauthenticated => {
                "the credential is refused: check that it is live and of the right kind"
            }
            ErrorKind::PermissionDenied => "the credential may not do this",
            ErrorKind::NotFound => match self.operation {
                Operation::List | Operation::Create | Operation::Current => {
                    "the vendor knows no such place: check the organization and the address"
                }
                _ => NO_SUCH_TOKEN,
            },
            ErrorKind::Conflict => "it contradicts what the vendor has",
            ErrorKind::RateLimited => "too many requests",
            ErrorKind::Unavailable => "the vendor cannot answer just now",
            _ if status.is_redirection() => {
                "the answer is a redirect, which is not followed: check the base address"
            }
            _ => "the answer has a status that is none of the vendor's",
        }
    }
}

/// With the status, and what the headers say of the request and of the next one.
pub(crate) fn error_about(error: Error, status: StatusCode, headers: &HeaderMap) -> Error {
    let mut error = error.with_status(status.as_u16());
    if let Some(id) = session::request_id(headers).and_then(excerpt::request_id) {
        error = error.with_request_id(id);
    }
    if let Some(wait) = retry_after(status, headers, Timestamp::now()) {
        error = error.with_retry_after(wait);
    }
    error
}

const NO_SUCH_TOKEN: &str = "there is no such token, or it is not shown to this credential";

/// What a vendor says of an error, in the words of any of them.
#[derive(Default)]
struct Said {
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
}

impl Said {
    /// The only place where the body of an error is read.
    async fn in_answer(response: reqwest::Response) -> Self {
        const LARGEST: usize = 64 << 10;

        let (body, _) = Response::new(response, LARGEST).read().await;
        serde_json::from_slice(&body).map(|body: Value| Self::in_json(&body)).unwrap_or_default()
    }

    /// | vendor | code | message |
    /// |---|---|---|
    /// | Atlassian | `key`, or `errors[0].code` | `context.message`, or `errors[0].detail` |
    /// | Mist | | `detail` |
    /// | SailPoint | `detailCode`, or `error` | `messages[0].text`, `message`, or `error_description`; `trackingId` |
    /// | LaunchDarkly | `code` | `message` |
    fn in_json(body: &Value) -> Self {
        let text = |pointers: &[&str]| {
            pointers
                .iter()
                .find_map(|pointer| body.pointer(pointer)?.as_str())
                .filter(|text| !text.is_empty())
        };
        Self {
            code: text(&["/code", "/key", "/detailCode", "/error", "/errors/0/code"]).and_then(excerpt::code),
            message: text(&[
                "/message",
                "/detail",
                "/messages/0/text",
                "/error_description",
                "/context/message",
                "/errors/0/detail",
                "/errors/0/title",
                "/error",
            ])
            .and_then(excerpt),
            request_id: text(&["/trackingId", "/traceId"]).and_then(excerpt::request_id),
        }
    }
}
