//! Lists of a family: pages, read item by item while they arrive, and complete or reported as incomplete.
//! A `VendorToken` defines the meaning of an item.
//! May depend on `family` and its dependencies.

pub(crate) mod body_stream;
pub(crate) mod list;
pub(crate) mod list_state;
pub(crate) mod page;
pub(crate) mod read_list;
pub(crate) mod seen_ids;
pub(crate) mod stopwatch;
pub(crate) mod token_reader;
