//! What a caller configures: the address, time-outs and bounds, retries, variables of the environment.
//! What these settings do is implemented in `transport` and `rate`.
//! May depend on `headers` and `rate`.

pub(crate) mod base_url;
pub(crate) mod build_error;
pub(crate) mod environment;
pub(crate) mod http_options;
pub(crate) mod retry_options;
