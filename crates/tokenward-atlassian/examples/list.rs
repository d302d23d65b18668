//! Lists the API tokens of an organization's users.
//!
//! ```text
//! ATLASSIAN_ADMIN_API_KEY=… ATLASSIAN_ORG_ID=… cargo run --example atlassian-list
//! ```
//!
//! The vendor has one address and its tools no variable for another, so this example reaches no simulator: that takes
//! `AtlassianBuilder::base_url`.

#![allow(clippy::print_stdout, reason = "an example's output is its purpose")]

use tokenward_atlassian::{Atlassian, ListOptions, TokenManagerExt};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tokens = Atlassian::from_env()?.build()?.user_tokens(std::env::var("ATLASSIAN_ORG_ID")?);
    for token in tokens.list_all(ListOptions::default()).await? {
        println!("{} {:?} ends: {}", token.id, token.name, token.expires);
    }
    Ok(())
}
