//! From what came back to what the caller gets: an answer, or the one error of all vendors.

use std::time::Duration;

use reqwest::StatusCode;
use tokenward_core::{
    Attempt, Capabilities, CreateToken, Error, ErrorKind, Operation, Result, RetryAdvice, Timestamp,
    TokenFamily, TokenId,
};

use crate::{
    auth::error::AuthorizeError,
    dialect::is_refusal,
    family::error_body::{ErrorBody, error_about},
    transport::{
        origin::Origin,
        response::BodyError,
        send_error::{SendError, no_answer},
    },
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
/// | 400, 405, 411, 413, 414, 415, 422 | `InvalidInput` | never |
/// | 401 | `Unauthenticated` | never; always where the next call goes with another bearer |
/// | 402, 403 | `PermissionDenied` | never |
/// | 404, 410 | `NotFound` | never |
/// | 409, 412, 423, 428 | `Conflict` | never |
/// | 429, or no room in the vendor's rate limit before the deadline | `RateLimited` | always |
/// | 408, 5xx | `Unavailable`; `Ambiguous` for a creation or reset | if idempotent; never |
/// | no connection, at any sending | `Transport` | always |
/// | no answer, or half of one | `Transport`; `Ambiguous` for a creation or reset | if idempotent; never |
/// | a success that cannot be read | `Protocol`; `Ambiguous` for a creation or reset | never |
/// | anything else | `Protocol`; `Ambiguous` for a creation or reset | never |
///
/// The vendor's [`Dialect`](crate::Dialect) can replace one refusal by another, such as 400 by `Conflict` if a name is taken.
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
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] if the id cannot stand in a path: see [`within`](Self::within).
    pub fn about(self, id: &TokenId) -> Result<Self> {
        self.about_parts(id, [id.as_str()])
    }

    /// The same about one token whose id is made of several, which go into the path one by one.
    ///
    /// # Errors
    ///
    /// As [`about`](Self::about), for each part.
    pub fn about_parts<'a>(self, id: &TokenId, parts: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let call = Self { token: Some(id.clone()), ..self };
        parts.into_iter().try_fold(call, Self::within)
    }

    /// The same, with an id that goes into the path: of an organization or an account.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] if the id holds a slash, a backslash or a control character. It would be encoded, but no
    /// vendor's id holds one, and a server that decodes it would see another path.
    pub fn within(self, id: &str) -> Result<Self> {
        match id.chars().any(|c| matches!(c, '/' | '\\') || c.is_control()) {
            true => {
                let message = "an id holds a slash, a backslash or a control character; nothing was sent";
                Err(self.error(ErrorKind::InvalidInput, message))
            }
            false => Ok(self),
        }
    }

    /// Checks a creation, and gives it as it is sent, with its mark, and the call that its errors remember it by.
    ///
    /// # Errors
    ///
    /// What the family cannot do, and what no vendor would take.
    pub fn begin_create(
        self,
        request: CreateToken,
        capabilities: &Capabilities,
    ) -> Result<(Self, CreateToken)> {
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
        self.locate(Error::new(kind, message))
    }

    /// An error that arose elsewhere, as one of this call.
    pub fn locate(&self, error: Error) -> Error {
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

    /// The error of an answer that was not read to its end.
    pub(crate) fn broken(&self, broken: BodyError) -> Error {
        let reason = broken.reason();
        match broken {
            BodyError::TooLarge(_) | BodyError::Encoded(_) => self.error(ErrorKind::Protocol, reason),
            BodyError::Broken(error) => self.error(ErrorKind::Transport, reason).with_source(error),
        }
    }

    /// Whether its answer holds a secret that is shown once.
    pub(crate) fn issues(&self) -> bool {
        matches!(self.operation, Operation::Create | Operation::Reset)
    }

    /// Whether it can reach a limit, or take a name.
    fn writes(&self) -> bool {
        matches!(self.operation, Operation::Create | Operation::Reset | Operation::Update)
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
            SendError::Http { source, is_unsent } => self.no_answer(source, is_unsent),
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

    fn no_answer(&self, error: reqwest::Error, is_unsent: bool) -> Error {
        let what = no_answer(&error, is_unsent);
        let failed = match () {
            () if is_unsent => self.error(ErrorKind::Transport, what).with_retry(RetryAdvice::Always),
            () if self.issues() => self.lost(what),
            () => self.error(ErrorKind::Transport, what),
        };
        failed.with_source(error.without_url())
    }

    async fn refusal(&self, response: reqwest::Response) -> Error {
        let context = Origin::context_of(&response);
        let (status, headers) = (response.status(), response.headers().clone());
        let body = ErrorBody::receive(response, &context).await;
        let kind = self.kind_declared(self.kind_of(status), body.kind);
        let error = match kind {
            ErrorKind::Ambiguous => self.lost(format!("the vendor answered {}", status.as_u16())),
            kind => self.error(kind, self.message(kind, status)),
        };
        body.put_into(error_about(error, status, &headers, &context))
    }

    /// Returns the kind of an error by its status, unless the vendor declares another one that may replace it.
    fn kind_declared(&self, by_status: ErrorKind, declared: Option<ErrorKind>) -> ErrorKind {
        let may_conflict =
            self.writes() && matches!(by_status, ErrorKind::InvalidInput | ErrorKind::PermissionDenied);
        match declared {
            Some(ErrorKind::Conflict) if !may_conflict => by_status,
            // Any other kind leaves open what happened, and no body may decide that.
            Some(kind) if is_refusal(kind) && is_refusal(by_status) => kind,
            _ => by_status,
        }
    }

    pub(crate) fn kind_of(&self, status: StatusCode) -> ErrorKind {
        match status.as_u16() {
            400 | 405 | 411 | 413 | 414 | 415 | 422 => ErrorKind::InvalidInput,
            401 => ErrorKind::Unauthenticated,
            402 | 403 => ErrorKind::PermissionDenied,
            404 | 410 => ErrorKind::NotFound,
            409 | 412 | 423 | 428 => ErrorKind::Conflict,
            429 => ErrorKind::RateLimited,
            // All others leave open whether the vendor did it.
            _ if self.issues() => ErrorKind::Ambiguous,
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
            ErrorKind::Conflict => "the name is already taken, or a limit is reached",
            ErrorKind::RateLimited => "too many requests",
            ErrorKind::Unavailable => "the vendor cannot answer just now",
            _ if status.is_redirection() => {
                "the answer is a redirect, which is not followed: check the base address"
            }
            _ => "the answer has a status that is none of the vendor's",
        }
    }
}

const NO_SUCH_TOKEN: &str = "there is no such token, or it is not shown to this credential";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendor_can_replace_a_refusal_by_another_one_and_nothing_else() {
        use ErrorKind::{
            Ambiguous, Conflict, InvalidInput, NotFound, PermissionDenied, RateLimited, Unauthenticated,
        };

        let all =
            [Operation::Create, Operation::Update, Operation::Reset, Operation::List, Operation::Revoke];
        let [create, update, reset, list, revoke] = all;
        for (operation, status, declared, expected) in [
            (create, 400, Some(Conflict), Conflict),
            (update, 422, Some(Conflict), Conflict),
            (reset, 403, Some(Conflict), Conflict),
            (list, 400, Some(Conflict), InvalidInput),
            (revoke, 400, Some(Conflict), InvalidInput),
            (create, 401, Some(Conflict), Unauthenticated),
            (create, 404, Some(Conflict), NotFound),
            (create, 429, Some(Conflict), RateLimited),
            (list, 401, Some(PermissionDenied), PermissionDenied),
            (revoke, 400, Some(NotFound), NotFound),
            (create, 409, Some(InvalidInput), InvalidInput),
            (create, 400, Some(Ambiguous), InvalidInput),
            (create, 400, Some(RateLimited), InvalidInput),
            (create, 500, Some(NotFound), Ambiguous),
            (revoke, 500, Some(NotFound), ErrorKind::Unavailable),
            (create, 400, None, InvalidInput),
        ] {
            let call = Call::new(TokenFamily::new("acme", "token"), operation);
            let by_status = call.kind_of(StatusCode::from_u16(status).unwrap());
            assert_eq!(
                call.kind_declared(by_status, declared),
                expected,
                "{operation} {status} {declared:?}"
            );
        }
    }
}
