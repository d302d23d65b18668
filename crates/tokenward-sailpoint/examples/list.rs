//! Lists the personal access tokens that the caller is shown.
//!
//! ```text
//! SAIL_BASE_URL=https://acme.api.identitynow.com SAIL_CLIENT_ID=… SAIL_CLIENT_SECRET=… \
//!   cargo run --example sailpoint-list
//! ```
//!
//! Against the simulator that `cargo run -p tokenward-testkit -- --port 4300` serves:
//!
//! ```text
//! export SAIL_BASE_URL=http://127.0.0.1:4302 SAIL_CLIENT_ID=5a110000000000000000000000000001
//! SAIL_CLIENT_SECRET=simulated-sailpoint-admin-secret-0001 cargo run --example sailpoint-list
//! ```

#![allow(clippy::print_stdout, reason = "an example's output is its purpose")]

use tokenward_sailpoint::{ListOptions, SailPoint, TokenManagerExt};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tokens = SailPoint::from_env()?.build()?.personal_access_tokens();
    for token in tokens.list_all(ListOptions::default()).await? {
        println!("{} {:?} ends: {}", token.id, token.name, token.expires);
    }
    Ok(())
}
