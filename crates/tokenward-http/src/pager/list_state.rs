//! The state of a list: what has arrived, and whether it is consistent.

use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash, Hasher},
};

use tokenward_core::{Error, ErrorKind, TokenId};

use crate::{
    family::call::Call,
    pager::{seen_ids::SeenIds, token_reader::Item},
};

/// Maximum number of consecutive pages without a token, because more suggest endless pagination.
const MOST_BARREN: usize = 20;

/// Maximum number of tokens, which are remembered to detect duplicates. No known organization has as many.
pub(crate) const MOST_TOKENS: u64 = 1_000_000;

/// Maximum number of pages.
pub(crate) const MOST_PAGES: u64 = 50_000;

/// Maximum number of items that cannot be decoded, because more suggest that the body is not a list of tokens.
pub(crate) const MOST_UNREADABLE: usize = 10_000;

pub(crate) const MOVED: &str = "tokens came or went while it was read";

/// The counts and identities of everything that has arrived.
#[derive(Default)]
pub(crate) struct ListState {
    pub(crate) cursors: SeenIds,
    pub(crate) tokens: SeenIds,
    /// The number of items, including duplicates.
    pub(crate) position: usize,
    pub(crate) unreadable: usize,
    /// The number of consecutive pages without a new token.
    pub(crate) barren: usize,
    pub(crate) total: Option<u64>,
    pub(crate) gap: Option<&'static str>,
    pub(crate) last: Option<Identity>,
}

/// The identity of an item, to recognize it when it appears again.
#[derive(PartialEq)]
pub(crate) enum Identity {
    Id(TokenId),
    Text(u64),
}

impl ListState {
    /// Returns the number of tokens, including items that could not be decoded.
    pub(crate) fn count(&self) -> u64 {
        self.tokens.count() + self.unreadable as u64
    }

    pub(crate) fn total(&mut self, total: Option<u64>) {
        if let (Some(earlier), Some(now)) = (self.total, total)
            && now < earlier
        {
            // The more specific message replaces the general one.
            self.gap = self.gap.filter(|gap| *gap != MOVED).or(Some("tokens went while it was read"));
        }
        self.total = total.or(self.total);
    }

    /// Returns the next cursor, unless the list must end after this page.
    pub(crate) fn go_on<C: Hash>(&mut self, next: Option<C>, is_fresh: bool, is_repeated: bool) -> Option<C> {
        self.barren = if is_fresh { 0 } else { self.barren + 1 };
        match next {
            _ if is_repeated && !is_fresh => self.stop("a page came twice"),
            Some(_) if self.barren >= MOST_BARREN => self.stop("page after page came without a token"),
            Some(_) if self.cursors.count() >= MOST_PAGES => self.stop("it has pages without an end"),
            Some(next) if !self.cursors.insert(&next) => self.stop("a cursor came twice"),
            next => next,
        }
    }

    fn stop<C>(&mut self, gap: &'static str) -> Option<C> {
        self.gap.get_or_insert(gap);
        None
    }

    /// Returns the error of an incomplete list, or `None` if the list is complete.
    pub(crate) fn ending(&self, call: &Call) -> Option<Error> {
        let count = self.count();
        let wrong_total = self.total.filter(|total| *total != count);
        let what = match (self.gap, wrong_total) {
            (None, None) => return None,
            (Some(gap), _) => format!("{gap}: list it again ({count} items were read)"),
            (None, Some(total)) => {
                format!(
                    "the vendor says there are {total} tokens, and {count} items were read: list it again"
                )
            }
        };
        Some(call.error(ErrorKind::Incomplete, what))
    }
}

impl Identity {
    pub(crate) fn of(item: &Item) -> Self {
        match (&item.token, &item.text) {
            (Ok(token), _) => Self::Id(token.id.clone()),
            (Err(_), text) => {
                let mut hasher = DefaultHasher::new();
                text.as_deref().map(String::as_str).hash(&mut hasher);
                Self::Text(hasher.finish())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokenward_core::{Operation, Token, TokenFamily};
    use zeroize::Zeroizing;

    use super::*;

    const CALL: Call = Call::new(TokenFamily::new("acme", "token"), Operation::List);

    fn go_on(state: &mut ListState, next: u64, is_fresh: bool, is_repeated: bool) -> bool {
        state.go_on(Some(next), is_fresh, is_repeated) == Some(next)
    }

    #[test]
    fn a_list_ends_at_its_twentieth_page_in_a_row_without_a_new_token() {
        let mut state = ListState::default();
        for next in 0..19 {
            assert!(go_on(&mut state, next, false, false), "{next}");
        }
        assert!(go_on(&mut state, 19, true, false));
        for next in 20..39 {
            assert!(go_on(&mut state, next, false, false), "{next}");
        }
        assert_eq!(state.gap, None);
        assert!(!go_on(&mut state, 39, false, false));
        assert_eq!(state.gap, Some("page after page came without a token"));
    }

    #[test]
    fn a_list_ends_after_the_most_pages() {
        let mut state = ListState::default();
        for next in 0..MOST_PAGES {
            assert!(go_on(&mut state, next, true, false), "{next}");
        }
        assert!(!go_on(&mut state, MOST_PAGES, true, false));
        assert_eq!(state.gap, Some("it has pages without an end"));
    }

    #[test]
    fn a_page_or_a_cursor_that_comes_again_ends_the_list() {
        let mut state = ListState::default();
        assert!(go_on(&mut state, 1, true, true));
        assert!(!go_on(&mut state, 2, false, true));
        assert_eq!(state.gap, Some("a page came twice"));

        let mut state = ListState::default();
        assert!(go_on(&mut state, 1, true, false));
        assert!(!go_on(&mut state, 1, true, false));
        assert_eq!(state.gap, Some("a cursor came twice"));

        let mut state = ListState { gap: Some("an earlier gap"), ..ListState::default() };
        assert_eq!(state.go_on(None::<u64>, false, true), None);
        assert_eq!(state.gap, Some("an earlier gap"));
        let mut state = ListState::default();
        assert_eq!(state.go_on(None::<u64>, true, false), None);
        assert_eq!(state.gap, None);
    }

    #[test]
    fn only_a_total_that_shrinks_is_a_gap_and_the_last_total_counts() {
        for (totals, gap, total) in [
            ([Some(7), Some(7)], None, Some(7)),
            ([Some(7), Some(8)], None, Some(8)),
            ([Some(7), Some(6)], Some("tokens went while it was read"), Some(6)),
            ([Some(7), None], None, Some(7)),
            ([None, Some(6)], None, Some(6)),
        ] {
            let mut state = ListState::default();
            totals.into_iter().for_each(|total| state.total(total));
            assert_eq!((state.gap, state.total), (gap, total), "{totals:?}");
        }
        for (earlier, gap) in [(MOVED, "tokens went while it was read"), ("an earlier gap", "an earlier gap")]
        {
            let mut state = ListState { gap: Some(earlier), total: Some(7), ..ListState::default() };
            state.total(Some(6));
            assert_eq!(state.gap, Some(gap));
        }
    }

    #[test]
    fn a_list_is_complete_if_it_has_no_gap_and_its_total_is_reached() {
        let state = |total, gap| {
            let mut state = ListState { unreadable: 2, total, gap, ..ListState::default() };
            for id in ["a", "b", "c"] {
                state.tokens.insert(id);
            }
            state
        };
        assert_eq!(state(None, None).count(), 5);
        let ending = |total, gap| state(total, gap).ending(&CALL).map(|error| error.message().to_owned());
        assert_eq!(ending(None, None), None);
        assert_eq!(ending(Some(5), None), None);
        for total in [4, 6] {
            let message =
                format!("the vendor says there are {total} tokens, and 5 items were read: list it again");
            assert_eq!(ending(Some(total), None), Some(message));
        }
        let gap = "a cursor came twice: list it again (5 items were read)";
        assert_eq!(ending(Some(4), Some("a cursor came twice")).as_deref(), Some(gap));
    }

    #[test]
    fn an_item_is_identified_by_its_id_or_else_by_its_text() {
        let token = |id: &str| Item {
            token: Ok(Box::new(Token::new(CALL.family(), id.parse().unwrap()))),
            text: None,
            sum: 0,
        };
        let unreadable = |text: Option<&str>| Item {
            token: Err(CALL.error(ErrorKind::Protocol, "not a token")),
            text: text.map(|text| Zeroizing::new(text.to_owned())),
            sum: 0,
        };
        let is_same = |one: &Item, other: &Item| Identity::of(one) == Identity::of(other);
        assert!(is_same(&token("1"), &token("1")) && !is_same(&token("1"), &token("2")));
        assert!(is_same(&unreadable(Some("{}")), &unreadable(Some("{}"))));
        assert!(!is_same(&unreadable(Some("{}")), &unreadable(Some("[]"))));
        assert!(!is_same(&unreadable(Some("{}")), &unreadable(None)));
        assert!(!is_same(&token("1"), &unreadable(Some("1"))));
    }
}
