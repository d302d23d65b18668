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
    static BUDGET: Cell<Budget> = const { Cell::new(Budget::of_record()) };
}

/// The remaining budget of a response for items that take much more memory than their text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Budget {
    /// The number of further items in lists within records.
    pub(crate) nested: usize,
    /// The number of further items, in any list, that cannot be decoded.
    pub(crate) unreadable: usize,
}

impl Budget {
    /// Returns the budget of a response that is one record.
    pub(crate) const fn of_record() -> Self {
        Self { nested: 100_000, unreadable: 10_000 }
    }

    /// Returns the budget of the response that this thread decodes.
    pub(crate) fn current() -> Self {
        BUDGET.get()
    }

    /// Resets the budget of the thread to this value, for example after an item could not be decoded.
    pub(crate) fn restore(self) {
        BUDGET.set(self);
    }

    /// Spends one nested item, or returns `None` if the budget is used up.
    pub(crate) fn spend_nested() -> Option<()> {
        let budget = BUDGET.get();
        BUDGET.set(Self { nested: budget.nested.checked_sub(1)?, ..budget });
        Some(())
    }

    /// Spends one item that cannot be decoded, or returns `None` if the budget is used up.
    pub(crate) fn spend_unreadable() -> Option<()> {
        let budget = BUDGET.get();
        BUDGET.set(Self { unreadable: budget.unreadable.checked_sub(1)?, ..budget });
        Some(())
    }
}

impl Context {
    /// Makes this the current context of the thread while `read` runs.
    ///
    /// Serde passes no state to the `Deserialize` of a nested type. A list within a record needs the context, because
    /// it reports items that cannot be decoded. Decoding is synchronous, so nothing else runs on the thread meanwhile.
    pub(crate) fn scope<T>(&self, read: impl FnOnce() -> T) -> T {
        self.scope_of_part(&mut Budget::of_record(), read)
    }

    /// Makes this the current context while `read` decodes one part of a response, and updates the budget of the
    /// response.
    pub(crate) fn scope_of_part<T>(&self, budget: &mut Budget, read: impl FnOnce() -> T) -> T {
        struct Restore(Option<Context>, Budget);
        impl Drop for Restore {
            fn drop(&mut self) {
                CURRENT.set(self.0.take());
                BUDGET.set(self.1);
            }
        }

        let _restore = Restore(CURRENT.replace(Some(self.clone())), BUDGET.replace(*budget));
        let value = read();
        *budget = BUDGET.get();
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
