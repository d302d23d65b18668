//! What a session knows of secrets, for whatever reads its answers.

use tokenward_core::SecretNames;

use crate::secrets::known::KnownSecrets;

/// What is known of secrets where an answer is read.
#[derive(Clone)]
pub(crate) struct Context {
    /// What the vendor declares about the names of its fields.
    pub(crate) names: &'static SecretNames,
    /// The secrets that must not be shown of it.
    pub(crate) known: KnownSecrets,
}

impl Default for Context {
    fn default() -> Self {
        Self { names: &SecretNames::UNDECLARED, known: KnownSecrets::default() }
    }
}
