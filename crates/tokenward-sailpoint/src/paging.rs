//! Lists of which the vendor does not document whether they come in pages.
//!
//! Here is how the client finds out whether there is more, and reads on. What a page is asked for besides, such as a
//! filter, belongs to the families.

use tokenward_http::PageEnd;

/// The greatest page of the vendor's other lists, by its general rules.
const PAGE: u64 = 250;

/// A request for a list, or for a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Page {
    /// The whole list, as it is documented.
    Whole,
    /// One item and the total: as many came as fill pages, so the vendor may page this list, too.
    Probe {
        /// How many came.
        before: u64,
    },
    /// A page of a list that the vendor pages.
    At {
        /// How many items come before it.
        before: u64,
        /// How many there are in all, if the vendor has said.
        total: Option<u64>,
    },
}

/// The parameters that the vendor's other lists are paged by.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Parameters {
    pub(crate) limit: Option<i64>,
    pub(crate) offset: Option<i64>,
    pub(crate) count: Option<bool>,
}

impl Page {
    /// What it is asked for with.
    pub(crate) fn parameters(self) -> Parameters {
        match self {
            Self::Whole => Parameters::default(),
            Self::Probe { .. } => Parameters { limit: Some(1), offset: None, count: Some(true) },
            Self::At { before, .. } => Parameters {
                limit: i64::try_from(PAGE).ok(),
                offset: i64::try_from(before).ok(),
                count: Some(true),
            },
        }
    }

    /// Whether its items are asked for, or only how many there are.
    pub(crate) fn is_read(self) -> bool {
        !matches!(self, Self::Probe { .. })
    }

    /// Where the list goes on behind this page; nothing, if it is complete.
    ///
    /// # Errors
    ///
    /// Why the list may not be complete.
    pub(crate) fn next<C, A>(self, end: &PageEnd<'_, C, A>) -> Result<Option<Self>, &'static str> {
        let (items, total) = (end.items as u64, end.number("x-total-count"));
        let (next, came_before) = match self {
            Self::Whole => (next(items, items, total), 0),
            Self::Probe { before } => return behind_probe(before, items, total),
            Self::At { before, total: earlier } => (behind_page(before, items, total.or(earlier)), before),
        };
        match (next?, end.remainder(came_before)) {
            (None, Some(gap)) => Err(gap),
            (next, _) => Ok(next),
        }
    }
}

fn behind_probe(before: u64, items: u64, total: Option<u64>) -> Result<Option<Page>, &'static str> {
    match (total, items) {
        (Some(_), _) => next(before, before, total),
        (None, 1) => Ok(Some(Page::At { before, total: None })),
        _ => Err("as many came as fill whole pages, and the vendor ignores `limit` and `count`"),
    }
}

fn behind_page(before: u64, items: u64, total: Option<u64>) -> Result<Option<Page>, &'static str> {
    match (before + items, total) {
        (_, None) if items < PAGE => Ok(None),
        (before, None) => Ok(Some(Page::At { before, total: None })),
        (before, total) => next(before, items, total),
    }
}

const OTHER_TOTAL: &str = "the vendor's total is another";

/// What comes behind so many items, of which so many came with the last page.
fn next(before: u64, items: u64, total: Option<u64>) -> Result<Option<Page>, &'static str> {
    match total {
        Some(total) if total < before => Err(OTHER_TOTAL),
        Some(total) if total == before => Ok(None),
        Some(_) if items == 0 => Err(OTHER_TOTAL),
        Some(_) => Ok(Some(Page::At { before, total })),
        None if before > 0 && before.is_multiple_of(PAGE) => Ok(Some(Page::Probe { before })),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_behind_a_page_follows_from_its_total() {
        let at = |before, total| Ok(Some(Page::At { before, total }));
        for (before, items, total, expected) in [
            (0, 0, None, Ok(None)),
            (249, 249, None, Ok(None)),
            (250, 250, None, Ok(Some(Page::Probe { before: 250 }))),
            (1000, 1000, None, Ok(Some(Page::Probe { before: 1000 }))),
            (250, 250, Some(250), Ok(None)),
            (250, 250, Some(600), at(250, Some(600))),
            (250, 250, Some(100), Err(OTHER_TOTAL)),
            (0, 0, Some(7), Err(OTHER_TOTAL)),
        ] {
            assert_eq!(next(before, items, total), expected, "{before} {items} {total:?}");
        }
    }

    #[test]
    fn a_probe_asks_for_one_item_and_the_total_and_a_page_for_as_many_as_there_may_be() {
        assert_eq!(Page::Whole.parameters(), Parameters::default());
        let probe = Page::Probe { before: 250 };
        assert_eq!(probe.parameters(), Parameters { limit: Some(1), offset: None, count: Some(true) });
        let page = Page::At { before: 250, total: None };
        assert_eq!(page.parameters(), Parameters { limit: Some(250), offset: Some(250), count: Some(true) });
        assert!(page.is_read() && Page::Whole.is_read() && !probe.is_read());
    }
}
