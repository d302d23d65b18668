#![doc = include_str!("../README.md")]

mod api_version;
mod client;
#[allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::allow_attributes_without_reason,
    reason = "generated: descriptions are the document's, the style is progenitor's, and not all answers are read here"
)]
#[rustfmt::skip]
mod generated;

pub use api_version::{ApiVersion, WithoutExpiry};
pub use client::{SailPoint, SailPointBuilder};

/// The generated client, for those who want every field.
///
/// It follows the vendor's document and is outside semver.
pub mod raw {
    pub use crate::generated::*;
}

pub use tokenward_http::{
    BuildError, HttpOptions, Nullable, RetryOptions, SecretString, Timestamp, WireSecret,
};
