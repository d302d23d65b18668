//! The spec pipeline: from the vendors' documents to the client crates.
//!
//! `specs/<vendor>/openapi.yaml` is read ([`document`]), corrected
//! ([`overlay`]), brought to the form that progenitor turns into good Rust
//! ([`normalise`]), generated, changed and checked ([`rust`]), and written
//! where it differs ([`generate`]). [`api`] reads off it what it offers, and
//! [`release`] what a change of that asks of the version. [`verify`] compares
//! what is kept with what the vendors publish, [`diff`] two versions of what they
//! publish, [`update`] takes a new one in, and [`radar`] looks for what should be
//! kept as well; [`prove`] shows that what [`diff`] says is so.
//!
//! [`new_vendor`] begins the folder and the crate of a further vendor.
//!
//! [`budget`] compares what the crates cost those who build them with what they may cost.
//!
//! [`bite`] is no part of it: it takes away what keeps secrets unprinted, and
//! sees whether a test notices.

pub mod api;
pub mod bite;
pub mod budget;
pub mod derive;
pub mod diff;
pub mod document;
mod evidence;
pub mod files;
pub mod generate;
pub mod lock;
pub mod new_vendor;
pub mod normalise;
mod order;
pub mod overlay;
pub mod pipeline;
mod pointer;
pub mod printed;
pub mod prove;
pub mod radar;
pub mod release;
mod route;
pub mod rust;
mod schema;
mod shape;
pub mod slice;
pub mod structure;
pub mod update;
pub mod vendor;
pub mod verify;
pub mod whole;
mod yaml;

pub use xtask_read::problem;
