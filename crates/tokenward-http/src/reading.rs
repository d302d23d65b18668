//! How a record with lists in it is read: at once where all of it is as documented, and item by item where something is
//! not.
//!
//! Item by item, each is found first and read then, so that a bad one costs no other; that is twice the work. So the
//! first try reads straight through, and says nothing but that it failed. The second one, which is the careful one, says
//! what is wrong.

use std::cell::Cell;

use serde::de::DeserializeOwned;

use crate::{misfit::Misfit, response::MOST_OF_A_RECORD};

/// How many items a list may have where an answer may have [`BODY`] bytes, and wherever it may have fewer.
pub(crate) const MOST_ITEMS: usize = 25_000;

/// The bound on an answer that is not set otherwise.
const BODY: usize = 16 << 20;

/// How lists are read on this thread. Reading is synchronous, so it is restored before anything else runs.
#[derive(Clone, Copy)]
struct Mode {
    is_at_once: bool,
    /// A list that was read at once had to be given up: whatever came of the whole then is not what was sent.
    has_given_up: bool,
    most: usize,
}

thread_local! {
    static MODE: Cell<Mode> =
        const { Cell::new(Mode { is_at_once: false, has_given_up: false, most: MOST_ITEMS }) };
}

/// Whether a list is to be read straight through.
pub(crate) fn is_at_once() -> bool {
    MODE.get().is_at_once
}

/// Lets the careful reading decide.
pub(crate) fn give_up() {
    MODE.set(Mode { has_given_up: true, ..MODE.get() });
}

/// How many items a list may have.
pub(crate) fn most_items() -> usize {
    MODE.get().most
}

/// Reads a text at once, and where that fails as it says.
pub(crate) fn read<T: DeserializeOwned>(
    text: &str,
    limit: usize,
    carefully: impl FnOnce(&[u8]) -> Result<T, Misfit>,
) -> Result<T, Misfit> {
    let most = most_items_within(limit);
    // No item of such a text is larger than a record may be, and what is made of it is bounded as one record is.
    let is_small = text.len() <= MOST_OF_A_RECORD;
    match is_small.then(|| at_once(text, most)).flatten() {
        Some(value) => Ok(value),
        None => with(Mode { is_at_once: false, has_given_up: false, most }, || carefully(text.as_bytes())),
    }
}

fn at_once<T: DeserializeOwned>(text: &str, most: usize) -> Option<T> {
    with(Mode { is_at_once: true, has_given_up: false, most }, || {
        let value = serde_json::from_str(text).ok();
        value.filter(|_| !MODE.get().has_given_up)
    })
}

fn with<T>(mode: Mode, read: impl FnOnce() -> T) -> T {
    struct Restore(Mode);
    impl Drop for Restore {
        fn drop(&mut self) {
            MODE.set(self.0);
        }
    }

    let _restore = Restore(MODE.replace(mode));
    read()
}

/// In proportion to the bound on the answer, so that whoever raises that can read what then fits.
fn most_items_within(limit: usize) -> usize {
    (limit / BODY).saturating_mul(MOST_ITEMS).max(MOST_ITEMS)
}
