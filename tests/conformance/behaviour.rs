//! What a behaviour is.

use std::pin::Pin;

use tokenward::{Capabilities, Operation, Setting};

use crate::worlds::{Subject, World};

/// A promise, whom it concerns, and how it is put to the test.
pub(crate) struct Behaviour {
    pub(crate) name: &'static str,
    pub(crate) applies: fn(&Facts) -> bool,
    pub(crate) run: fn(&'static Subject, World) -> Run,
}

type Run = Pin<Box<dyn Future<Output = ()>>>;

/// What decides whether a behaviour applies.
pub(crate) struct Facts {
    pub(crate) capabilities: Capabilities,
    /// Whether there is a server behind it, whose requests can be counted and whose answers be spoilt.
    pub(crate) served: bool,
    /// Whether the credential in use is a token of the family.
    pub(crate) has_current: bool,
    /// Whether some of its tokens belong to the vendor's platform.
    pub(crate) has_managed: bool,
    /// Whether its tokens have owners that differ.
    pub(crate) has_owners: bool,
    /// Whether its list comes in pages.
    pub(crate) paged: bool,
}

impl Facts {
    pub(crate) fn can(&self, operation: Operation) -> bool {
        self.capabilities.supports(operation)
    }

    pub(crate) fn allows(&self, setting: Setting) -> bool {
        self.capabilities.allows(setting)
    }
}

/// A list of behaviours: a name that reads as a promise, whom it concerns, and an async function of a world.
macro_rules! behaviours {
    ($($name:literal, $applies:expr, $run:path;)*) => {
        pub(crate) const ALL: &[&crate::behaviour::Behaviour] = &[$(
            &crate::behaviour::Behaviour { name: $name, applies: $applies, run: |_, world| Box::pin($run(world)) }
        ),*];
    };
}

pub(crate) use behaviours;

/// Concerns every family.
pub(crate) fn always(_: &Facts) -> bool {
    true
}

/// Concerns families behind a server.
pub(crate) fn served(facts: &Facts) -> bool {
    facts.served
}
