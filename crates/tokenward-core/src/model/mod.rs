//! What a token is: its id, family, owner, dates and record, and its secret right after it was issued.
//! Requests, errors, capabilities and managers live outside this folder.
//! It may depend on `json`, `printable` and `secret_names` only.

pub(crate) mod family;
pub(crate) mod id;
pub(crate) mod issued;
pub(crate) mod record;
pub(crate) mod timestamp;
pub(crate) mod token;
pub(crate) mod when;
