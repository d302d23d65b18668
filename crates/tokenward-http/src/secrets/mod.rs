//! Secrets: the type that carries them, those that a session knows, and what is left out of a vendor's text.
//! Redaction and the comparison with known secrets belong here; the names of secret fields are in `tokenward-core`.
//! May depend on `dialect`.

pub(crate) mod context;
pub(crate) mod known;
pub(crate) mod redact;
pub(crate) mod wire;
