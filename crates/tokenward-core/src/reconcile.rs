//! What became of a creation whose answer was lost.

use futures_util::StreamExt;
use jiff::SignedDuration;

use crate::{Attempt, ErrorKind, Result, Token, TokenStream};

/// What became of a creation, as far as the list of tokens tells.
///
/// ```
/// use tokenward_core::{
///     Access, CreateToken, ErrorKind, Expiry, IssuedToken, Lineage, ListOptions, Reconciled, Result,
///     RevokeOptions, TokenManager, TokenManagerExt,
/// };
///
/// /// A creation that leaves no token behind whose secret nobody has.
/// async fn create(manager: &dyn TokenManager, name: &str) -> Result<IssuedToken> {
///     let request = CreateToken::new(name, Expiry::Never, Access::Full).with_lineage(Lineage::random());
///     let error = match manager.create(request).await {
///         Err(error) if error.kind() == ErrorKind::Ambiguous => error,
///         result => return result,
///     };
///     if let Some(attempt) = error.attempt()
///         && let Reconciled::Minted(token) = manager.reconcile(attempt, ListOptions::default()).await?
///     {
///         manager.revoke(&token.id, RevokeOptions::default()).await?;
///     }
///     Err(error)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reconciled {
    /// This token was made. Its secret is lost: revoke it.
    Minted(Box<Token>),
    /// The list is complete, and has no such token. A vendor that is still at work on the request may make it later.
    NotMinted,
    /// It cannot be told.
    Unknown {
        /// The tokens that may be it.
        candidates: Vec<Token>,
        /// Why it cannot be told.
        why: &'static str,
    },
}

/// How much a vendor's clock may be behind ours.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Whether a token may be the one of this creation: by its mark, or by its name and its age where there is no mark.
fn may_be(token: &Token, attempt: &Attempt) -> bool {
    match &attempt.lineage {
        Some(lineage) => texts(token).any(|text| lineage.is_in(text)),
        None => {
            let is_older = token.created.at().is_some_and(|created| created < attempt.sent_at - SKEW);
            // Vendors trim what they are sent.
            token.name.as_deref().map(str::trim) == Some(attempt.name.trim()) && !is_older
        }
    }
}

/// Whether a token has a mark that was cut off, and which may have been the one of this creation.
fn has_cut_mark(token: &Token, attempt: &Attempt) -> bool {
    attempt.lineage.as_ref().is_some_and(|lineage| texts(token).any(|text| lineage.is_cut_in(text)))
}

/// Where a mark may stand.
fn texts(token: &Token) -> impl Iterator<Item = &String> {
    [&token.name, &token.description].into_iter().flatten()
}

/// What a list says of a creation.
pub(crate) async fn reconcile(mut tokens: TokenStream, attempt: &Attempt) -> Result<Reconciled> {
    let (mut candidates, mut cut, mut is_complete) = (Vec::new(), Vec::new(), true);
    while let Some(result) = tokens.next().await {
        match result {
            Ok(token) if may_be(&token, attempt) => candidates.push(token),
            Ok(token) if has_cut_mark(&token, attempt) => cut.push(token),
            Ok(_) => {}
            Err(error) if error.position().is_some() || error.kind() == ErrorKind::Incomplete => {
                is_complete = false;
            }
            // What was found is worth more than the rest of the list.
            Err(_) if !candidates.is_empty() => is_complete = false,
            Err(error) => return Err(error),
        }
    }
    let why = match (candidates.len(), &attempt.lineage) {
        (0, _) if !cut.is_empty() => {
            candidates = cut;
            "a token has the beginning of the mark, which the vendor may have cut"
        }
        (0, _) if is_complete => return Ok(Reconciled::NotMinted),
        (0, _) => "the list is not complete",
        (1, Some(_)) => {
            return Ok(candidates
                .pop()
                .map_or(Reconciled::NotMinted, |token| Reconciled::Minted(Box::new(token))));
        }
        (_, Some(_)) => "several tokens have the mark",
        (_, None) => "there is a token of this name, and the creation had no mark to tell it by",
    };
    Ok(Reconciled::Unknown { candidates, why })
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use jiff::Timestamp;

    use super::*;
    use crate::{Error, TokenFamily, When};

    const SENT: &str = "2026-08-01T12:00:00Z";

    fn token(id: &str, name: &str, created: &str) -> Result<Token> {
        let mut token = Token::new(TokenFamily::new("acme", "token"), id.parse().unwrap());
        token.name = Some(name.to_owned());
        token.created = created.parse().map_or(When::Unknown, When::At);
        Ok(token)
    }

    fn error(kind: ErrorKind) -> Error {
        Error::new(kind, "")
    }

    async fn said(lineage: bool, list: Vec<Result<Token>>) -> String {
        let attempt = Attempt::new("ci", SENT.parse::<Timestamp>().unwrap());
        let attempt = if lineage { attempt.with_lineage("lineage-17".parse().unwrap()) } else { attempt };
        match reconcile(Box::pin(stream::iter(list)), &attempt).await {
            Ok(Reconciled::Minted(token)) => format!("minted {}", token.id),
            Ok(Reconciled::NotMinted) => "not minted".to_owned(),
            Ok(Reconciled::Unknown { candidates, why }) => format!("unknown of {}: {why}", candidates.len()),
            Err(error) => format!("error: {error}"),
        }
    }

    #[tokio::test]
    async fn a_mark_tells_one_token_from_all_others() {
        let others = || vec![token("1", "ci", SENT), token("2", "ci lineage-171", SENT)];
        let with = |more: Vec<Result<Token>>| [others(), more].into_iter().flatten().collect();
        let marked = || token("3", "ci lineage-17", "2026-07-01T00:00:00Z");
        let mut described = token("4", "ci", SENT).unwrap();
        described.description = Some("builds lineage-17".to_owned());
        for (list, expected) in [
            (with(vec![]), "not minted"),
            (with(vec![marked()]), "minted 3"),
            (with(vec![Ok(described)]), "minted 4"),
            (with(vec![marked(), marked()]), "unknown of 2: several tokens have the mark"),
            (
                with(vec![Err(error(ErrorKind::Protocol).with_position(2))]),
                "unknown of 0: the list is not complete",
            ),
            (with(vec![Err(error(ErrorKind::Incomplete))]), "unknown of 0: the list is not complete"),
            (
                with(vec![token("5", "a long name lineage-1", SENT)]),
                "unknown of 1: a token has the beginning of the mark, which the vendor may have cut",
            ),
            (with(vec![marked(), token("5", "a long name lineage-1", SENT)]), "minted 3"),
            (with(vec![marked(), Err(error(ErrorKind::Transport))]), "minted 3"),
            (with(vec![Err(error(ErrorKind::Transport))]), "error: transport"),
        ] {
            assert_eq!(said(true, list).await, expected);
        }
    }

    #[tokio::test]
    async fn without_a_mark_nothing_is_taken_for_the_token_but_its_absence_shows() {
        let one = "unknown of 1: there is a token of this name, and the creation had no mark to tell it by";
        for (created, expected) in [
            (SENT, one),
            ("2026-08-01T11:57:00Z", one),
            ("unknown", one),
            ("2026-08-01T11:54:00Z", "not minted"),
        ] {
            for name in ["ci", " ci "] {
                assert_eq!(said(false, vec![token("1", name, created)]).await, expected, "{created}");
            }
        }
        assert_eq!(said(false, vec![token("1", "other", SENT)]).await, "not minted");
    }
}
