//! Lists of a family: pages that are requested early and read item by item while they arrive, and recorded lists.
//! `list_stream` requests pages early; a list is complete or reported as incomplete. A `VendorToken` defines the meaning of an item.
//! May depend on `family` and its dependencies.

pub(crate) mod body_stream;
pub(crate) mod list_state;
pub(crate) mod list_stream;
pub(crate) mod read_list;
pub(crate) mod seen_ids;
pub(crate) mod stopwatch;
pub(crate) mod token_reader;
pub(crate) mod vendor_pages;
