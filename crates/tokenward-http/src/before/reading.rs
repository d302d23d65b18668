//! How a record with lists in it is read: at once where all of it is as documented, and item by item where something is
//! not.
//!
//! Item by item, each is found first and read then, so that a bad one costs no other; that is twice the work. So the
//! first try reads straight through, and says nothing but that it failed. The second one, which is the careful one, says
//! what is wrong. In a text that may hold an item beyond its bound, the first try measures each item where it stands.

use std::cell::{Cell, RefCell};

use serde::de::DeserializeOwned;

use crate::{
    decode::{limits::MOST_OF_A_RECORD, mismatch::Mismatch},
    secrets::context::Context,
};

/// How many items a list may have where an answer may have [`BODY`] bytes, and wherever it may have fewer.
pub(crate) const MOST_ITEMS: usize = 25_000;

/// The bound on an answer that is not set otherwise.
const BODY: usize = 16 << 20;

/// How lists are read on this thread. Reading is synchronous, so it is restored before anything else runs.
#[derive(Clone, Copy)]
struct Mode {
    pace: Pace,
    /// A list that was read at once had to be given up: whatever came of the whole then is not what was sent.
    has_given_up: bool,
    most: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Pace {
    /// Each item is found first, and a bad one costs no other.
    Carefully,
    /// Straight through, and each item is found first, since it may be larger than a record.
    Measured,
    /// Straight through.
    AtOnce,
}

thread_local! {
    static MODE: Cell<Mode> =
        const { Cell::new(Mode::careful(MOST_ITEMS)) };
    static CONTEXT: RefCell<Context> = RefCell::default();
}

impl Mode {
    const fn careful(most: usize) -> Self {
        Self { pace: Pace::Carefully, has_given_up: false, most }
    }
}

/// Whether a list is to be read straight through.
pub(crate) fn is_at_once() -> bool {
    MODE.get().pace != Pace::Carefully
}

/// Whether an item may be larger than a record, so that it has to be found before it is read.
pub(crate) fn is_measured() -> bool {
    MODE.get().pace == Pace::Measured
}

/// Lets the careful reading decide.
pub(crate) fn give_up() {
    MODE.set(Mode { has_given_up: true, ..MODE.get() });
}

/// How many items a list may have.
pub(crate) fn most_items() -> usize {
    MODE.get().most
}

/// The context of what is read on this thread.
pub(crate) fn context() -> Context {
    CONTEXT.with_borrow(Clone::clone)
}

/// Reads a text at once, and where that fails as it says.
pub(crate) fn read<T: DeserializeOwned>(
    text: &str,
    limit: usize,
    context: &Context,
    carefully: impl FnOnce(&str) -> Result<T, Mismatch>,
) -> Result<T, Mismatch> {
    let most = most_items_within(limit);
    match at_once(text, most) {
        Some(value) => Ok(value),
        None => within(context, || with(Mode::careful(most), || carefully(text))),
    }
}

/// Only the careful reading says anything, so it alone needs a context.
fn within<T>(context: &Context, read: impl FnOnce() -> T) -> T {
    struct Restore(Context);
    impl Drop for Restore {
        fn drop(&mut self) {
            CONTEXT.set(std::mem::take(&mut self.0));
        }
    }

    let _restore = Restore(CONTEXT.replace(context.clone()));
    read()
}

fn at_once<T: DeserializeOwned>(text: &str, most: usize) -> Option<T> {
    // What is made of an item is bounded as what is made of a record.
    let pace = if text.len() > MOST_OF_A_RECORD { Pace::Measured } else { Pace::AtOnce };
    with(Mode { pace, ..Mode::careful(most) }, || {
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
