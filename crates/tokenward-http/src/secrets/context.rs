//! What a session knows of its vendor, for whatever reads its responses.

use tokenward_core::SecretNames;

use crate::{
    dialect::{Dialect, Neutral},
    secrets::known::KnownSecrets,
};

/// What is known of a vendor and its secrets when a response is read.
#[derive(Clone)]
pub(crate) struct Context {
    /// The names of secret fields that the vendor declares.
    pub(crate) names: &'static SecretNames,
    /// How the vendor words its errors.
    pub(crate) dialect: &'static dyn Dialect,
    /// The secrets that must not be shown of a response.
    pub(crate) known: KnownSecrets,
}

impl Default for Context {
    fn default() -> Self {
        Self { names: &SecretNames::UNDECLARED, dialect: &Neutral, known: KnownSecrets::default() }
    }
}
