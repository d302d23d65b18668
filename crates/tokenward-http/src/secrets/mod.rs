//! Secrets: the secret type, the secrets that a session knows, and the redaction of vendor text.
//! The names of secret fields are in `tokenward-core`.
//! May depend on `dialect`.

pub(crate) mod context;
pub(crate) mod known;
pub(crate) mod redact;
pub(crate) mod wire;
