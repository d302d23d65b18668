//! Lists the API tokens of an organization.
//!
//! ```text
//! MIST_APITOKEN=… MIST_ORG_ID=… cargo run --example mist-list
//! ```
//!
//! `MIST_HOST` names another cloud than `api.mist.com`. Against the simulator that
//! `cargo run -p tokenward-testkit -- --port 4300` serves:
//!
//! ```text
//! export MIST_HOST=http://127.0.0.1:4301 MIST_APITOKEN=simulated-mist-org-admin-key-0001
//! MIST_ORG_ID=a1000000-0000-4000-8000-000000000001 cargo run --example mist-list
//! ```

#![allow(clippy::print_stdout, reason = "an example's output is its purpose")]

use tokenward_mist::{ListOptions, Mist, TokenManagerExt};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tokens = Mist::from_env()?.build()?.org_tokens(std::env::var("MIST_ORG_ID")?);
    for token in tokens.list_all(ListOptions::default()).await? {
        println!("{} {:?} was last used: {}", token.id, token.name, token.last_used);
    }
    Ok(())
}
