//! One operation of a token family: from a response to a token, a fresh secret or the error of all vendors.
//! Lists are in `pager`. Guards and checks that every family needs belong here.
//! May depend on `transport` and what that depends on.

pub(crate) mod call;
pub(crate) mod error_body;
pub(crate) mod expiry;
pub(crate) mod guard;
pub(crate) mod receive;
pub(crate) mod response_body;
pub(crate) mod response_head;
