//! What the simulators promise, seen by a client that knows nothing of Tokenward.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]

mod atlassian;
mod binary;
mod client;
mod faults;
mod launchdarkly;
mod launchdarkly_list;
mod methods;
mod mist;
mod sailpoint;
mod sailpoint_expiry;
mod secrets;
mod transcript;

/// A client of its own. Where the workspace is built as a whole, reqwest wants a provider of TLS to be there, which nothing
/// here uses.
fn http() -> reqwest::ClientBuilder {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy()
}
