#![doc = include_str!("../README.md")]

mod client;
mod convert;
mod dialect;
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
mod org_tokens;
mod user_tokens;

pub use client::{Mist, MistBuilder, Region};
pub use org_tokens::MistOrgTokens;
pub use user_tokens::MistUserTokens;

/// The generated client, for those who want every field.
///
/// It follows the vendor's document. A record of it can grow: one that is sent begins with `new` or `default()`.
pub mod raw {
    pub use crate::generated::*;
    pub use tokenward_http::{BadItem, Issued, Items};
}

pub use tokenward_core::*;
pub use tokenward_http::{
    BuildError, Environment, HttpOptions, Nullable, RateOptions, RetryOptions, WireSecret,
};
