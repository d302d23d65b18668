//! What the headers of a response declare: waits, the vendor's clock, request ids, further items.
//! Which headers hold request ids and resets is declared by the vendor's dialect.
//! May depend on `dialect`, `secrets` and `decode`.

pub(crate) mod remainder;
pub(crate) mod request_id;
pub(crate) mod retry_after;
pub(crate) mod server_clock;
