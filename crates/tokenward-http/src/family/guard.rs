//! Guards against revoking the credential in use, or a token that the vendor's platform needs.

use tokenward_core::{Current, Error, ErrorKind, Result, Token, TokenId};

use crate::family::call::Call;

/// Returns an error if a token is or may be the credential in use.
///
/// ```
/// use tokenward_core::{Current, Operation, TokenFamily, TokenId};
/// use tokenward_http::{Call, refuse_current};
///
/// const REVOKE: Call = Call::new(TokenFamily::new("acme", "token"), Operation::Revoke);
/// let id: TokenId = "17".parse()?;
/// assert!(refuse_current(&REVOKE, &id, Ok(Current::Token(id.clone()))).is_err());
/// assert!(refuse_current(&REVOKE, &id, Ok(Current::Other)).is_ok());
/// # Ok::<(), tokenward_core::InvalidTokenId>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Conflict`] if the token is or may be the credential in use. If the request for the current credential
/// failed, its error is returned, because the token may be that credential.
pub fn refuse_current(call: &Call, id: &TokenId, current: Result<Current>) -> Result<()> {
    let refuse = |message: &'static str| Err(call.error(ErrorKind::Conflict, message).with_token(id.clone()));
    match current {
        Ok(current) if !current.may_be(id) => Ok(()),
        Ok(Current::Token(_)) => {
            refuse("it is the credential in use: say `even_if_current` if that is meant; nothing was done")
        }
        Ok(_) => refuse(
            "it may be the credential in use, which the vendor does not tell apart: say `even_if_current` if \
             that is meant; nothing was done",
        ),
        Err(error) => Err(unanswered(
            call,
            id,
            error,
            "it is not known whether this is the credential in use: say `even_if_current` to go on without knowing",
        )),
    }
}

/// Returns an error if a token belongs to the vendor's own platform.
///
/// ```
/// use tokenward_core::{Operation, Token, TokenFamily, TokenId};
/// use tokenward_http::{Call, refuse_managed};
///
/// let family = TokenFamily::new("acme", "token");
/// let mut token = Token::new(family, "17".parse()?);
/// token.managed = true;
/// let (id, revoke) = (token.id.clone(), Call::new(family, Operation::Revoke));
/// assert!(refuse_managed(&revoke, &id, Ok(Some(token))).is_err());
/// assert!(refuse_managed(&revoke, &id, Ok(None)).is_ok());
/// # Ok::<(), tokenward_core::InvalidTokenId>(())
/// ```
///
/// # Errors
///
/// [`ErrorKind::Conflict`] if the token is managed. If the request for the token failed, its error is returned.
pub fn refuse_managed(call: &Call, id: &TokenId, token: Result<Option<Token>>) -> Result<()> {
    match token {
        Ok(Some(token)) if token.managed => {
            let message = "it belongs to the vendor's platform, which breaks without it: say `even_if_managed` \
                           if that is meant; nothing was done";
            Err(call.error(ErrorKind::Conflict, message).with_token(id.clone()))
        }
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(call.not_found().with_source(error)),
        Err(error) => Err(unanswered(
            call,
            id,
            error,
            "it is not known whether this belongs to the vendor's platform: say `even_if_managed` to go on without \
             knowing",
        )),
    }
}

/// Creates the error for a failed check, with its cause first. It mentions the override if that may help.
fn unanswered(call: &Call, id: &TokenId, error: Error, way_around: &'static str) -> Error {
    let cause = error.message().trim_end_matches("; nothing was sent");
    let message = match is_about_the_question(error.kind()) {
        true => format!("{cause}, so {way_around}; nothing was done"),
        false => format!("{cause}; nothing was done"),
    };
    let mut unanswered = call.error(error.kind(), message).with_token(id.clone()).with_retry(error.retry());
    unanswered = unanswered
        .with_vendor(error.vendor_code().map(str::to_owned), error.vendor_message().map(str::to_owned));
    if let Some(status) = error.status() {
        unanswered = unanswered.with_status(status);
    }
    if let Some(request) = error.request_id().map(str::to_owned) {
        unanswered = unanswered.with_request_id(request);
    }
    if let Some(wait) = error.retry_after() {
        unanswered = unanswered.with_retry_after(wait);
    }
    unanswered.with_source(error)
}

/// Returns `true` if the failure may concern only the check.
///
/// If the credential is rejected or the vendor is not reachable, the call itself would fail, too.
fn is_about_the_question(kind: ErrorKind) -> bool {
    !matches!(
        kind,
        ErrorKind::Unauthenticated | ErrorKind::Transport | ErrorKind::RateLimited | ErrorKind::InvalidInput
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokenward_core::{Operation, RetryAdvice, TokenFamily};

    use super::*;

    #[test]
    fn the_cause_comes_first_and_a_way_around_only_where_it_may_help() {
        let revoke = Call::new(TokenFamily::new("acme", "token"), Operation::Revoke);
        let id: TokenId = "17".parse().unwrap();
        let mut said = String::new();
        for (kind, cause, status) in [
            (ErrorKind::Unauthenticated, "the credential is refused", Some(401)),
            (ErrorKind::Transport, "the connection was refused; nothing was sent", None),
            (ErrorKind::PermissionDenied, "the credential may not do this", Some(403)),
            (ErrorKind::Incomplete, "a `Link` header leads to another page", None),
            (ErrorKind::NotFound, "there is no such token", Some(404)),
        ] {
            let failure = || {
                let error = revoke.error(kind, cause).with_vendor(Some("code".into()), None);
                match status {
                    Some(status) => error.with_status(status).with_request_id("r-17"),
                    None => error,
                }
            };
            let refused = refuse_current(&revoke, &id, Err(failure())).unwrap_err();
            let managed = refuse_managed(&revoke, &id, Err(failure())).unwrap_err();
            said += &format!("{refused}\n{managed}\n");
        }
        insta::assert_snapshot!(said);
    }

    #[test]
    fn a_refusal_keeps_all_that_the_cause_tells() {
        let revoke = Call::new(TokenFamily::new("acme", "token"), Operation::Revoke);
        let id: TokenId = "17".parse().unwrap();
        let wait = Duration::from_secs(7);
        let cause = revoke
            .error(ErrorKind::RateLimited, "too many calls")
            .with_retry(RetryAdvice::Never)
            .with_vendor(Some("code".into()), Some("slow down".into()))
            .with_status(429)
            .with_request_id("r-17")
            .with_retry_after(wait);
        let refused = refuse_current(&revoke, &id, Err(cause)).unwrap_err();
        assert_eq!((refused.kind(), refused.retry()), (ErrorKind::RateLimited, RetryAdvice::Never));
        assert_eq!((refused.token_id(), refused.status()), (Some(&id), Some(429)));
        assert_eq!((refused.vendor_code(), refused.vendor_message()), (Some("code"), Some("slow down")));
        assert_eq!((refused.request_id(), refused.retry_after()), (Some("r-17"), Some(wait)));
        let source = std::error::Error::source(&refused).unwrap().to_string();
        assert!(source.contains("too many calls"), "{source}");
    }

    #[test]
    fn only_another_credential_may_be_revoked() {
        let revoke = Call::new(TokenFamily::new("acme", "token"), Operation::Revoke);
        let [id, other]: [TokenId; 2] = ["17", "18"].map(|id| id.parse().unwrap());
        for (current, message) in [
            (Current::Other, None),
            (Current::Token(other.clone()), None),
            (Current::OneOf(vec![other.clone()]), None),
            (Current::Token(id.clone()), Some("it is the credential in use")),
            (Current::OneOf(vec![other.clone(), id.clone()]), Some("it may be the credential in use")),
        ] {
            let refused = refuse_current(&revoke, &id, Ok(current)).err();
            assert_eq!(refused.as_ref().map(Error::kind), message.map(|_| ErrorKind::Conflict));
            let said = refused.map(|error| error.message().to_owned()).unwrap_or_default();
            assert!(said.starts_with(message.unwrap_or_default()), "{said}");
        }
    }

    #[test]
    fn only_a_managed_token_is_refused_for_the_platform() {
        let family = TokenFamily::new("acme", "token");
        let revoke = Call::new(family, Operation::Revoke);
        let id: TokenId = "17".parse().unwrap();
        let token = |managed| {
            let mut token = Token::new(family, id.clone());
            token.managed = managed;
            Some(token)
        };
        let refused = |token| refuse_managed(&revoke, &id, Ok(token)).err().map(|error| error.kind());
        assert_eq!(refused(None), None);
        assert_eq!(refused(token(false)), None);
        assert_eq!(refused(token(true)), Some(ErrorKind::Conflict));
    }
}
