//! The caller's configuration: base URL, timeouts and limits, retries, and environment variables.
//! These settings take effect in `transport`, `rate` and `pager`.
//! May depend on `headers` and `rate`.

pub(crate) mod base_url;
pub(crate) mod build_error;
pub(crate) mod environment;
pub(crate) mod http_options;
pub(crate) mod retry_options;
