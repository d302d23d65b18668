//! Decoding of JSON responses: dates, lists, records, fresh secrets, and errors with a location.
//! Requests are in `transport`. `Token` values are built in `family` and `pager`.
//! May depend on `secrets`.

pub mod dates;
pub(crate) mod fields;
pub(crate) mod issued;
pub(crate) mod items;
pub(crate) mod limits;
pub(crate) mod list_reader;
pub(crate) mod location;
pub(crate) mod mismatch;
pub(crate) mod nullable;
pub(crate) mod salvage;
pub(crate) mod text_buffer;
pub(crate) mod vendor_token;
