//! JSON of a response to values: dates, lists, records, fresh secrets, and errors that say where.
//! Nothing here sends, and nothing here knows a family; a `Token` is made in `family` and `pager`.
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
