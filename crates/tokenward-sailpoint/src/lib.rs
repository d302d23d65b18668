#![doc = include_str!("../README.md")]

mod api_version;
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
mod oauth_clients;
mod paging;
mod personal_access_tokens;

pub use api_version::{ApiVersion, OtherVersion, WithoutExpiry};
pub use client::{SailPoint, SailPointBuilder};
pub use oauth_clients::SailPointOauthClients;
pub use personal_access_tokens::SailPointPersonalAccessTokens;

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
