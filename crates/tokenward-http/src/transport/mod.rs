//! One exchange with the vendor: checks, authorization, rate limits, retries, and a body within bounds.
//! What a body means is decided in `runtime`, `family` and `pager`.
//! May depend on everything above: `dialect`, `secrets`, `decode`, `headers`, `rate`, `config`, `auth`.

pub(crate) mod endpoint;
pub(crate) mod origin;
pub(crate) mod response;
pub(crate) mod retry;
pub(crate) mod send_error;
pub(crate) mod session;
