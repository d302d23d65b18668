//! What the headers of a response declare: waits, the vendor's clock, request ids, further items.
//! Which headers a vendor uses for its rate limits is declared by its client.
//! May depend on `secrets` and `decode`.

pub(crate) mod remainder;
pub(crate) mod request_id;
pub(crate) mod retry_after;
pub(crate) mod server_clock;
