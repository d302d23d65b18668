//! Response headers: waits, the vendor's clock, request ids, and further items of a list.
//! The vendor's dialect declares which headers contain request ids and resets.
//! May depend on `dialect`, `secrets` and `decode`.

pub(crate) mod remainder;
pub(crate) mod request_id;
pub(crate) mod retry_after;
pub(crate) mod server_clock;
