//! The vendor and the secrets of a session, for the code that reads its responses.

use std::cell::RefCell;

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
    static CURRENT: RefCell<Context> = RefCell::default();
}

impl Context {
    /// Makes this the current context of the thread while `read` runs.
    ///
    /// Serde passes no state to the `Deserialize` of a nested type. A list within a record needs the context, because
    /// it reports items that cannot be decoded. Decoding is synchronous, so nothing else runs on the thread meanwhile.
    pub(crate) fn scope<T>(&self, read: impl FnOnce() -> T) -> T {
        struct Restore(Context);
        impl Drop for Restore {
            fn drop(&mut self) {
                CURRENT.set(std::mem::take(&mut self.0));
            }
        }

        let _restore = Restore(CURRENT.replace(self.clone()));
        read()
    }

    /// Returns the current context of the thread.
    pub(crate) fn current() -> Self {
        CURRENT.with_borrow(Clone::clone)
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
