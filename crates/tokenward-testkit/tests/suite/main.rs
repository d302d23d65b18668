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

/// Returns a client that ignores the environment's proxies.
fn http() -> reqwest::ClientBuilder {
    reqwest::Client::builder().no_proxy()
}
