//! The result of a call: a response, or the common error of all vendors.

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

/// One operation of a token family, which determines how its responses and errors are interpreted.
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
/// | the vendor's response | kind | may be retried |
/// |---|---|---|
/// | 400, 405, 411, 413, 414, 415, 422 | `InvalidInput` | never |
/// | 401 | `Unauthenticated` | never; always if the next call uses a new bearer token |
/// | 402, 403 | `PermissionDenied` | never |
/// | 404, 410 | `NotFound` | never |
/// | 409, 412, 423, 428 | `Conflict` | never |
/// | 429, or no room in the vendor's rate limit before the deadline | `RateLimited` | always |
/// | 408, 5xx | `Unavailable`; `Ambiguous` for a creation or reset | if idempotent; never |
/// | no connection in any attempt | `Transport` | always |
/// | no response, or an incomplete one | `Transport`; `Ambiguous` for a creation or reset | if idempotent; never |
/// | a success that cannot be decoded | `Protocol`; `Ambiguous` for a creation or reset | never |
/// | anything else | `Protocol`; `Ambiguous` for a creation or reset | never |
///
/// The vendor's [`Dialect`](crate::Dialect) can replace one refusal by another, such as 400 by `Conflict` if a name is
/// taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    family: TokenFamily,
    operation: Operation,
    token: Option<TokenId>,
    attempt: Option<Attempt>,
}

impl Call {
    /// Creates a call for this operation of this family.
    pub const fn new(family: TokenFamily, operation: Operation) -> Self {
        Self { family, operation, token: None, attempt: None }
    }

    /// Adds the id of a token, which errors then contain.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] if the id cannot be part of a path; see [`within`](Self::within).
    pub fn about(self, id: &TokenId) -> Result<Self> {
        self.about_parts(id, [id.as_str()])
    }

    /// Adds a token whose id has several parts, each of which is a separate segment of the path.
    ///
    /// # Errors
    ///
    /// The same errors as [`about`](Self::about), for each part.
    pub fn about_parts<'a>(self, id: &TokenId, parts: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let call = Self { token: Some(id.clone()), ..self };
        parts.into_iter().try_fold(call, Self::within)
    }

    /// Checks an id that becomes part of the path, such as that of an organization or an account.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] if the id contains a slash, a backslash or a control character. Encoding would not
    /// be enough: a server that decodes the id would see a different path. No vendor's id contains such a character.
    pub fn within(self, id: &str) -> Result<Self> {
        match id.chars().any(|c| matches!(c, '/' | '\\') || c.is_control()) {
            true => {
                let message = "an id holds a slash, a backslash or a control character; nothing was sent";
                Err(self.error(ErrorKind::InvalidInput, message))
            }
            false => Ok(self),
        }
    }

    /// Checks a creation, and returns the call and the request with its mark.
    ///
    /// The errors of the returned call contain the attempt, so that the caller can reconcile it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] if the family cannot fulfill the request, and [`ErrorKind::InvalidInput`] if no
    /// vendor would accept it.
    pub fn begin_create(
        self,
        request: CreateToken,
        capabilities: &Capabilities,
    ) -> Result<(Self, CreateToken)> {
        request.check(self.family, capabilities)?;
        let attempt = Some(request.attempt(Timestamp::now()));
        Ok((Self { attempt, ..self }, request.marked(capabilities)))
    }

    /// Returns the token family.
    pub const fn family(&self) -> TokenFamily {
        self.family
    }

    /// Creates an error of this call.
    pub fn error(&self, kind: ErrorKind, message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
        self.locate(Error::new(kind, message))
    }

    /// Adds the family, the operation and the token of this call to an error.
    pub fn locate(&self, error: Error) -> Error {
        let placed = error.with_place(self.family, self.operation);
        match &self.token {
            Some(id) => placed.with_token(id.clone()),
            None => placed,
        }
    }

    /// Creates the error for a token that no list contains.
    pub fn not_found(&self) -> Error {
        self.error(ErrorKind::NotFound, NO_SUCH_TOKEN)
    }

    /// Creates the error for a response body that was not read to its end.
    pub(crate) fn broken(&self, broken: BodyError) -> Error {
        let reason = broken.reason();
        match broken {
            BodyError::TooLarge(_) | BodyError::Encoded(_) => self.error(ErrorKind::Protocol, reason),
            BodyError::Broken(error) => self.error(ErrorKind::Transport, reason).with_source(error),
        }
    }

    /// Returns `true` if the response contains a secret that is shown only once.
    pub(crate) fn issues(&self) -> bool {
        matches!(self.operation, Operation::Create | Operation::Reset)
    }

    /// Returns `true` if the operation can reach a limit or take a name.
    fn writes(&self) -> bool {
        matches!(self.operation, Operation::Create | Operation::Reset | Operation::Update)
    }

    /// Creates the error for a creation or reset that may have taken effect, but whose secret did not arrive.
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
            // The vendor rejected the request before it took effect, and the next call uses a new credential.
            SendError::Expired(response) => self.refusal(*response).await.with_retry(RetryAdvice::Always),
            SendError::Status(response) => self.refusal(*response).await,
        }
    }

    /// Only the request for a bearer token was sent, so every temporary failure may be retried.
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

    /// Returns the error kind for a status, or the kind that the vendor declares if it may replace that.
    fn kind_declared(&self, by_status: ErrorKind, declared: Option<ErrorKind>) -> ErrorKind {
        let may_conflict =
            self.writes() && matches!(by_status, ErrorKind::InvalidInput | ErrorKind::PermissionDenied);
        match declared {
            Some(ErrorKind::Conflict) if !may_conflict => by_status,
            // Other kinds leave open whether the request took effect, and a body must not decide that.
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
            // Any other status leaves open whether the request took effect.
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
