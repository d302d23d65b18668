//! Lists the access tokens of an account.
//!
//! ```text
//! LAUNCHDARKLY_ACCESS_TOKEN=… cargo run --example launchdarkly-list
//! ```
//!
//! `LAUNCHDARKLY_API_HOST` names another instance than `app.launchdarkly.com`. Against the simulator that
//! `cargo run -p tokenward-testkit -- --port 4300` serves:
//!
//! ```text
//! export LAUNCHDARKLY_API_HOST=http://127.0.0.1:4303
//! LAUNCHDARKLY_ACCESS_TOKEN=api-simulated-launchdarkly-admin-0001 cargo run --example launchdarkly-list
//! ```

#![allow(clippy::print_stdout, reason = "an example's output is its purpose")]

use tokenward_launchdarkly::{LaunchDarkly, ListOptions, TokenManagerExt};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tokens = LaunchDarkly::from_env()?.build()?.access_tokens();
    for token in tokens.list_all(ListOptions::default()).await? {
        println!("{} {:?} ends: {}", token.id, token.name, token.expires);
    }
    Ok(())
}
