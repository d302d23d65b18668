//! What came of a list so far, and whether that contradicts itself.

use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash, Hasher},
};

use tokenward_core::{Error, ErrorKind, TokenId};

use crate::{Call, list_reader::Item, seen::Seen};

/// How many pages without a token a list may have in a row before it is taken for one without an end.
const MOST_BARREN: usize = 20;

/// How many tokens are remembered, so that none comes twice: no organization is known to have as many.
pub(crate) const MOST_TOKENS: u64 = 1_000_000;

/// How many pages are asked for.
pub(crate) const MOST_PAGES: u64 = 50_000;

/// How many items a list may have that cannot be read before it is taken for something else.
pub(crate) const MOST_UNREADABLE: usize = 10_000;

pub(crate) const MOVED: &str = "tokens came or went while it was read";

/// What came in all.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) cursors: Seen,
    pub(crate) tokens: Seen,
    /// How many items came, those that came twice included.
    pub(crate) position: usize,
    pub(crate) unreadable: usize,
    /// How many pages in a row had no token that was new.
    pub(crate) barren: usize,
    pub(crate) total: Option<u64>,
    pub(crate) gap: Option<&'static str>,
    pub(crate) last: Option<Identity>,
}

/// What an item is known by when it comes again.
#[derive(PartialEq)]
pub(crate) enum Identity {
    Id(TokenId),
    Text(u64),
}

impl Tally {
    /// How many tokens there were, with those that could not be read.
    pub(crate) fn count(&self) -> u64 {
        self.tokens.count() + self.unreadable as u64
    }

    pub(crate) fn total(&mut self, total: Option<u64>) {
        if let (Some(earlier), Some(now)) = (self.total, total)
            && now < earlier
        {
            // The same, said better.
            self.gap = self.gap.filter(|gap| *gap != MOVED).or(Some("tokens went while it was read"));
        }
        self.total = total.or(self.total);
    }

    /// Where the list goes on behind a page with or without new tokens, if it does.
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

    /// Why the list is not complete, where it is not.
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
