//! Credentials: how a request is authorized, by a header, a bearer token or a key elsewhere.
//! How a bearer token is requested is in `client_credentials`.
//! May depend on `secrets` and `config`.

pub(crate) mod authorize;
pub(crate) mod bearer;
pub(crate) mod error;
pub(crate) mod key;
