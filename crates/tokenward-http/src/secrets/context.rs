//! The vendor and the secrets of a session, for the code that reads its responses.

use std::cell::{Cell, RefCell};

use tokenward_core::SecretNames;

use crate::{
    dialect::{Dialect, Neutral},
    secrets::known::KnownSecrets,
};

/// The vendor of a response, and the secrets that must not be shown of it.
#[derive(Clone)]
pub(crate) struct Context {
    /// The names of secret fields that the vendor declares.
    pub(crate) names: &'static SecretNames,
    /// The dialect of the vendor's errors.
    pub(crate) dialect: &'static dyn Dialect,
    /// The secrets that the client knows.
    pub(crate) known: KnownSecrets,
}

impl Default for Context {
    fn default() -> Self {
        Self { names: &SecretNames::UNDECLARED, dialect: &Neutral, known: KnownSecrets::default() }
    }
}

thread_local! {
    static CURRENT: RefCell<Option<Context>> = const { RefCell::new(None) };
    static LEFT: Cell<Left> = const { Cell::new(Left::of_record()) };
}

/// What the rest of a response may still contain. Each of these items takes much more memory than its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    /// Items in lists within records.
    pub(crate) nested: usize,
    /// Items that cannot be decoded, in any list.
    pub(crate) unreadable: usize,
}

impl Left {
    /// The limits of a response that is one record.
    pub(crate) const fn of_record() -> Self {
        Self { nested: 100_000, unreadable: 10_000 }
    }

    /// Returns what is left on this thread.
    pub(crate) fn current() -> Self {
        LEFT.get()
    }

    /// Makes this what is left, for example after the decoding of an item was given up.
    pub(crate) fn restore(self) {
        LEFT.set(self);
    }

    /// Takes one nested item off, or returns `None` if no more is allowed.
    pub(crate) fn take_nested() -> Option<()> {
        let left = LEFT.get();
        LEFT.set(Self { nested: left.nested.checked_sub(1)?, ..left });
        Some(())
    }

    /// Takes one item that cannot be decoded off, or returns `None` if no more is allowed.
    pub(crate) fn take_unreadable() -> Option<()> {
        let left = LEFT.get();
        LEFT.set(Self { unreadable: left.unreadable.checked_sub(1)?, ..left });
        Some(())
    }
}

impl Context {
    /// Makes this the current context of the thread while `read` runs.
    ///
    /// Serde passes no state to the `Deserialize` of a nested type. A list within a record needs the context, because
    /// it reports items that cannot be decoded. Decoding is synchronous, so nothing else runs on the thread meanwhile.
    pub(crate) fn scope<T>(&self, read: impl FnOnce() -> T) -> T {
        self.scope_of_part(&mut Left::of_record(), read)
    }

    /// Makes this the current context while `read` decodes a part of a response of which so much is left.
    pub(crate) fn scope_of_part<T>(&self, left: &mut Left, read: impl FnOnce() -> T) -> T {
        struct Restore(Option<Context>, Left);
        impl Drop for Restore {
            fn drop(&mut self) {
                CURRENT.set(self.0.take());
                LEFT.set(self.1);
            }
        }

        let _restore = Restore(CURRENT.replace(Some(self.clone())), LEFT.replace(*left));
        let value = read();
        *left = LEFT.get();
        value
    }

    /// Returns the current context of the thread.
    pub(crate) fn current() -> Self {
        CURRENT.with_borrow(Clone::clone).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;

    use super::*;

    const NAMES: SecretNames = SecretNames::new(&["value"], &[]);

    fn current() -> &'static SecretNames {
        Context::current().names
    }

    #[test]
    fn a_context_is_current_within_its_scope_only() {
        let context = Context { names: &NAMES, ..Context::default() };
        context.scope(|| {
            assert_eq!(*current(), NAMES);
            Context::default().scope(|| assert_eq!(*current(), SecretNames::UNDECLARED));
            assert_eq!(*current(), NAMES);
        });
        assert_eq!(*current(), SecretNames::UNDECLARED);
    }

    #[test]
    fn a_reader_that_panics_leaves_no_context_behind() {
        let context = Context { names: &NAMES, ..Context::default() };
        let scope = AssertUnwindSafe(|| context.scope(|| panic!("as foreign code may")));
        let panicked = std::panic::catch_unwind(scope);
        assert!(panicked.is_err());
        assert_eq!(*current(), SecretNames::UNDECLARED);
    }
}
