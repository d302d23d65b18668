//! What is not ended by mistake: the credential in use, and what the vendor's platform lives on.

use tokenward_core::{Current, Error, ErrorKind, Result, Token, TokenId};

use crate::Call;

/// Refuses what would end the credential in use, or what may be it.
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
///
/// [`ErrorKind::Conflict`] where it is or may be the credential in use; the
/// error of the question where it was not answered, since then it may be.
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
        Err(error) => {
            let message = "it could not be found out whether it is the credential in use: say `even_if_current` \
                           to go on without knowing; nothing was done";
            Err(unanswered(call, id, message, error))
        }
    }
}

/// Refuses what would end a token of the vendor's own platform.
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
/// [`ErrorKind::Conflict`] where the token is managed; the error of the question where it was not answered.
pub fn refuse_managed(call: &Call, id: &TokenId, token: Result<Option<Token>>) -> Result<()> {
    match token {
        Ok(Some(token)) if token.managed => {
            let message = "it belongs to the vendor's platform, which breaks without it: say `even_if_managed` \
                           if that is meant; nothing was done";
            Err(call.error(ErrorKind::Conflict, message).with_token(id.clone()))
        }
        Ok(_) => Ok(()),
        Err(error) => {
            let message = "it could not be found out whether it belongs to the vendor's platform: say \
                           `even_if_managed` to go on without knowing; nothing was done";
            Err(unanswered(call, id, message, error))
        }
    }
}

fn unanswered(call: &Call, id: &TokenId, message: &'static str, error: Error) -> Error {
    let unanswered = call.error(error.kind(), message).with_token(id.clone()).with_retry(error.retry());
    let unanswered = match error.status() {
        Some(status) => unanswered.with_status(status),
        None => unanswered,
    };
    unanswered.with_source(error)
}
