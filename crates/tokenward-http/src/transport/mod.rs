//! One exchange with the vendor: checks, authorization, rate limits, retries, and a size limit on the body.
//! `retry` decides about a wait, and `session` waits and sends again. `runtime`, `family` and `pager` interpret the body.
//! May depend on `dialect`, `secrets`, `decode`, `headers`, `rate`, `config` and `auth`.

pub(crate) mod endpoint;
pub(crate) mod origin;
pub(crate) mod response;
pub(crate) mod retry;
pub(crate) mod send_error;
pub(crate) mod session;
