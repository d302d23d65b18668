//! Response headers: waits, the vendor's clock, request ids, further items of a list, and which headers of an error are kept.
//! The vendor's dialect declares which headers contain request ids and resets.
//! May depend on `dialect`, `secrets` and `decode`.

pub(crate) mod remainder;
pub(crate) mod request_id;
pub(crate) mod retry_after;
pub(crate) mod server_clock;
