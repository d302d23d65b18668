//! One operation of a token family: converts a response into a token, a fresh secret, or the common error type.
//! Pages of lists are in `pager`. Guards and checks for every family belong here.
//! May depend on `transport` and its dependencies.

pub(crate) mod call;
pub(crate) mod error_body;
pub(crate) mod expiry;
pub(crate) mod guard;
pub(crate) mod receive;
pub(crate) mod response_body;
pub(crate) mod response_head;
