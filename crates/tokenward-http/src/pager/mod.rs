//! Lists of a family: pages, read item by item while they arrive, and complete or reported as incomplete.
//! What an item means is defined by its `VendorToken`.
//! May depend on `family` and what that depends on.

pub(crate) mod body_stream;
pub(crate) mod list_state;
pub(crate) mod list_stream;
pub(crate) mod read_list;
pub(crate) mod seen_ids;
pub(crate) mod stopwatch;
pub(crate) mod token_reader;
pub(crate) mod vendor_pages;
