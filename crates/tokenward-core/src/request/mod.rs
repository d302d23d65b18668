//! The requests of a caller, and the checks that they pass before a manager sends them.
//! Managers, responses and the marks of a `Lineage` live outside this folder.
//! It may depend on `capability`, `error`, `lineage`, `model` and `operation`.

pub(crate) mod access;
mod check;
pub(crate) mod create;
pub(crate) mod expiry;
pub(crate) mod list;
pub(crate) mod reset;
pub(crate) mod revoke;
pub(crate) mod update;
