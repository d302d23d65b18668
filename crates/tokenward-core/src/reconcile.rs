//! The outcome of a creation whose response was lost.

use std::{collections::BTreeMap, time::Duration};

use futures_util::StreamExt;

use crate::{
    error::{ErrorKind, Result},
    lineage::{Attempt, Lineage},
    manager::TokenStream,
    model::{timestamp::Timestamp, token::Token},
};

/// The outcome of a creation, as far as the list of tokens shows it.
///
/// ```
/// use tokenward_core::{
///     Access, CreateToken, ErrorKind, Expiry, IssuedToken, Lineage, ListOptions, Reconciled, Result,
///     RevokeOptions, TokenManager, TokenManagerExt,
/// };
///
/// /// Creates a token, and revokes it if its secret was lost.
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
    /// The vendor created this token. Its secret is lost: revoke the token.
    Minted(Box<Token>),
    /// The list is complete, and does not contain the token.
    ///
    /// A vendor that is still processing the request may create the token later.
    NotMinted,
    /// The list does not show whether the vendor created the token.
    Unknown {
        /// At most ten tokens that may be the new one.
        candidates: Vec<Token>,
        /// The reason.
        why: &'static str,
    },
}

/// The largest tolerated adjustment of the machine's clock between the request and now.
///
/// The vendor's clock needs no tolerance, because its responses report it.
const SKEW: Duration = Duration::from_secs(5 * 60);

/// The maximum number of candidates.
const MOST: usize = 10;

/// The evidence that a token is the new one, the strongest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Clue {
    /// The token has the mark.
    Mark,
    /// The token has a prefix of the mark.
    CutMark,
    /// The token has the name, but no mark.
    Name,
}

impl Clue {
    fn of(token: &Token, attempt: &Attempt) -> Option<Self> {
        if let Some(lineage) = &attempt.lineage {
            if texts(token).any(|text| lineage.is_in(text)) {
                return Some(Self::Mark);
            }
            let is_cut_name =
                token.name.as_deref().is_some_and(|name| lineage.is_cut_from(&attempt.name, name));
            if is_cut_name || texts(token).any(|text| lineage.is_cut_in(text)) {
                return Some(Self::CutMark);
            }
        }
        // This token belongs to another creation.
        if texts(token).any(|text| Lineage::is_other_in(text, attempt.lineage.as_ref())) {
            return None;
        }
        // Vendors trim names.
        let is_named = token.name.as_deref().map(str::trim) == Some(attempt.name.trim());
        is_named.then_some(Self::Name)
    }

    /// Returns `true` if a token is too old to be the new one.
    ///
    /// Only a matching name depends on the date: a mark is used once, so it is sufficient evidence.
    fn is_denied_by_date(self, token: &Token, sent_at: Timestamp) -> bool {
        self == Self::Name && token.created.at().is_some_and(|created| created < sent_at - SKEW)
    }

    fn why_unknown(self, attempt: &Attempt) -> &'static str {
        match self {
            Self::Mark => "several tokens have the mark",
            Self::CutMark => "a token has the beginning of the mark, which the vendor may have cut",
            Self::Name if attempt.lineage.is_some() => {
                "a new token of this name has no mark, which the vendor may have dropped"
            }
            Self::Name => "there is a token of this name, and the creation had no mark to tell it by",
        }
    }
}

/// Returns the texts that may contain a mark.
fn texts(token: &Token) -> impl Iterator<Item = &String> {
    [&token.name, &token.description].into_iter().flatten()
}

/// Determines the outcome of a creation from a list.
///
/// It calls `vendor_now` only after a token has arrived, so a response has already reported the vendor's clock.
pub(crate) async fn reconcile(
    mut tokens: TokenStream,
    attempt: &Attempt,
    vendor_now: impl Fn() -> Timestamp + Send,
) -> Result<Reconciled> {
    let (mut found, mut is_complete) = (BTreeMap::<Clue, Vec<Token>>::new(), true);
    while let Some(result) = tokens.next().await {
        match result {
            Ok(token) => {
                if let Some(clue) = Clue::of(&token, attempt)
                    && !clue
                        .is_denied_by_date(&token, at_vendor(attempt.sent_at, Timestamp::now(), vendor_now()))
                {
                    let candidates = found.entry(clue).or_default();
                    if candidates.len() < MOST {
                        candidates.push(token);
                    }
                }
            }
            Err(error) if error.position().is_some() || error.kind() == ErrorKind::Incomplete => {
                is_complete = false;
            }
            // The candidates so far are more useful than the error.
            Err(_) if !found.is_empty() => is_complete = false,
            Err(error) => return Err(error),
        }
    }
    Ok(match found.pop_first() {
        None if is_complete => Reconciled::NotMinted,
        None => Reconciled::Unknown { candidates: Vec::new(), why: "the list is not complete" },
        Some((clue, mut candidates)) => match candidates.pop() {
            Some(token) if clue == Clue::Mark && candidates.is_empty() => Reconciled::Minted(Box::new(token)),
            last => {
                candidates.extend(last);
                Reconciled::Unknown { candidates, why: clue.why_unknown(attempt) }
            }
        },
    })
}

/// Converts a time of the machine's clock to the vendor's clock.
fn at_vendor(time: Timestamp, now: Timestamp, vendor_now: Timestamp) -> Timestamp {
    if vendor_now >= now {
        time + vendor_now.saturating_duration_since(now)
    } else {
        time - now.saturating_duration_since(vendor_now)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

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
        said_by_clock(lineage, list, Timestamp::now).await
    }

    async fn said_by_clock(
        lineage: bool,
        list: Vec<Result<Token>>,
        vendor_now: impl Fn() -> Timestamp + Send,
    ) -> String {
        let attempt = Attempt::new("ci", SENT.parse::<Timestamp>().unwrap());
        let attempt = if lineage { attempt.with_lineage("lineage-17".parse().unwrap()) } else { attempt };
        match reconcile(Box::pin(stream::iter(list)), &attempt, vendor_now).await {
            Ok(Reconciled::Minted(token)) => format!("minted {}", token.id),
            Ok(Reconciled::NotMinted) => "not minted".to_owned(),
            Ok(Reconciled::Unknown { candidates, why }) => format!("unknown of {}: {why}", candidates.len()),
            Err(error) => format!("error: {error}"),
        }
    }

    #[tokio::test]
    async fn a_mark_tells_one_token_from_all_others() {
        const BEFORE: &str = "2026-07-01T00:00:00Z";

        let others = || vec![token("1", "ci", BEFORE), token("2", "ci lineage-171", SENT)];
        let with = |more: Vec<Result<Token>>| [others(), more].into_iter().flatten().collect();
        let marked = || token("3", "ci lineage-17", SENT);
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
            // A mark is used once, so the date does not matter.
            (with(vec![token("6", "ci lineage-17", BEFORE)]), "minted 6"),
            (
                with(vec![token("7", "ci", SENT)]),
                "unknown of 1: a new token of this name has no mark, which the vendor may have dropped",
            ),
            (
                with((0..99).map(|_| token("8", "ci", SENT)).collect()),
                "unknown of 10: a new token of this name has no mark, which the vendor may have dropped",
            ),
            (with(vec![marked(), token("7", "ci", SENT)]), "minted 3"),
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

    #[tokio::test]
    async fn the_token_of_another_creation_is_not_taken_for_an_unmarked_one() {
        let described = |description: &str| {
            let mut token = token("1", "ci", SENT).unwrap();
            token.description = Some(description.to_owned());
            vec![Ok(token)]
        };
        let unmarked =
            "unknown of 1: a new token of this name has no mark, which the vendor may have dropped";
        for (description, expected) in [
            ("builds lineage-abcdefghjkmn", "not minted"),
            ("lineage-18", "not minted"),
            ("builds", unmarked),
            ("builds a lineage-oriented thing", unmarked),
        ] {
            assert_eq!(said(true, described(description)).await, expected, "{description}");
        }
        assert_eq!(said(false, described("builds lineage-abcdefghjkmn")).await, "not minted");
    }

    #[tokio::test]
    async fn a_name_that_was_cut_within_or_before_the_mark_may_be_the_token() {
        let cut = "unknown of 1: a token has the beginning of the mark, which the vendor may have cut";
        let attempt = Attempt::new("a long name", SENT.parse().unwrap());
        let attempt = attempt.with_lineage("lineage-abcdefghjkmn".parse().unwrap());
        for (name, expected) in [
            ("a long name lineage-abcdefg", cut),
            ("a long name linea", cut),
            ("a long name l", cut),
            ("a long na", cut),
            ("a long na…", cut),
            ("a long", "not minted"),
            ("a long nape", "not minted"),
            ("a long name lineage-abcdefghjkmp", "not minted"),
        ] {
            let list: TokenStream = Box::pin(stream::iter(vec![token("1", name, SENT)]));
            let said = match reconcile(list, &attempt, Timestamp::now).await.unwrap() {
                Reconciled::Unknown { candidates, why } => format!("unknown of {}: {why}", candidates.len()),
                Reconciled::NotMinted => "not minted".to_owned(),
                Reconciled::Minted(_) => "minted".to_owned(),
            };
            assert_eq!(said, expected, "{name}");
        }
    }

    #[tokio::test]
    async fn dates_are_compared_by_the_vendors_clock() {
        const OFF: Duration = Duration::from_secs(6 * 60);
        let one = "unknown of 1: there is a token of this name, and the creation had no mark to tell it by";

        let behind = || Timestamp::now() - OFF;
        let made = vec![token("1", "ci", "2026-08-01T11:54:00Z")];
        assert_eq!(said_by_clock(false, made, behind).await, one);
        let ahead = || Timestamp::now() + OFF;
        let older = vec![token("1", "ci", "2026-08-01T12:00:30Z")];
        assert_eq!(said_by_clock(false, older, ahead).await, "not minted");
    }

    #[test]
    fn only_the_date_of_a_token_that_has_just_the_name_counts_and_five_minutes_are_allowed() {
        let sent: Timestamp = SENT.parse().unwrap();
        for (created, is_denied) in [
            ("2026-08-01T11:54:59.999Z", true),
            ("2026-08-01T11:55:00Z", false),
            ("2026-08-01T12:30:00Z", false),
            ("unknown", false),
        ] {
            let token = token("1", "ci", created).unwrap();
            assert_eq!(Clue::Name.is_denied_by_date(&token, sent), is_denied, "{created}");
            assert!(!Clue::Mark.is_denied_by_date(&token, sent));
            assert!(!Clue::CutMark.is_denied_by_date(&token, sent));
        }
    }

    #[test]
    fn a_time_is_moved_by_the_difference_between_the_clocks() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (sent, now) = (at(SENT), at("2026-08-01T13:00:00Z"));
        for (vendor_now, moved) in [
            ("2026-08-01T13:00:00Z", SENT),
            ("2026-08-01T13:00:07Z", "2026-08-01T12:00:07Z"),
            ("2026-08-01T12:59:53Z", "2026-08-01T11:59:53Z"),
        ] {
            assert_eq!(at_vendor(sent, now, at(vendor_now)), at(moved), "{vendor_now}");
        }
    }
}
