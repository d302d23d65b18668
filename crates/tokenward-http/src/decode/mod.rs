//! JSON to values: dates, lists, records, salvaged secrets, and errors with a location; and values that requests share.
//! Sending is in `transport`. A `Token` is built in `family`.
//! May depend on `secrets`.

pub mod dates;
pub(crate) mod id_and_mask;
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
