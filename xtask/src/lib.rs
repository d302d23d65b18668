//! The spec pipeline: from the vendors' documents to the client crates.
//!
//! `specs/<vendor>/openapi.yaml` is read ([`document`]), corrected
//! ([`overlay`]), brought to the form that progenitor turns into good Rust
//! ([`normalise`]), generated, changed and checked ([`rust`]), and written
//! where it differs ([`generate`]). [`verify`] compares what is kept with what
//! the vendors publish.
//!
//! [`bite`] is no part of it: it takes away what keeps secrets unprinted, and
//! sees whether a test notices.

pub mod bite;
pub mod derive;
pub mod document;
pub mod files;
pub mod generate;
pub mod lock;
pub mod normalise;
pub mod overlay;
pub mod pipeline;
mod pointer;
pub mod problem;
pub mod rust;
mod schema;
mod shape;
pub mod slice;
pub mod vendor;
pub mod verify;
pub mod whole;
