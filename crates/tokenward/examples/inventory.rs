//! All tokens of all eight families side by side, asked for at the same time.
//!
//! ```text
//! cargo run --example inventory
//! ```
//!
//! A vendor whose environment variables are set is the real one, with `MIST_ORG_ID` and `ATLASSIAN_ORG_ID` beside
//! its credential; every other is simulated on this machine, so no account is needed. The table goes to stdout, the
//! progress to stderr. A family that fails is a line below the table, and not the end of the others.
//!
//! The exit code is 0 where every list is complete, and 1 where something is missing.

#![allow(clippy::print_stderr, clippy::print_stdout, reason = "an example's output is its purpose")]

use std::{
    error::Error,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};
use futures_util::future::join_all;
use tokenward::{
    BuildError, Environment, ListOptions, Listing, Token, TokenManager, TokenManagerExt, When,
    atlassian::Atlassian, launchdarkly::LaunchDarkly, mist::Mist, sailpoint::SailPoint,
};
use tokenward_testkit::{self as simulated, Clock, Server};

/// What is asked, and why the rest is not.
#[derive(Default)]
struct Inventory {
    managers: Vec<Arc<dyn TokenManager>>,
    gaps: Vec<String>,
    simulated: Vec<&'static str>,
    /// They serve as long as they are here.
    servers: Vec<Server>,
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let environment = Environment::process();
    let mut inventory = Inventory::default();
    inventory.atlassian(&environment).await?;
    inventory.mist(&environment).await?;
    inventory.sailpoint(&environment).await?;
    inventory.launchdarkly(&environment).await?;

    let listings = inventory.list().await;
    let tokens = listings.iter().flat_map(|listing| &listing.tokens);
    println!("{}", table(tokens));
    Ok(inventory.report(&listings))
}

impl Inventory {
    /// Asks all families at the same time, and says which one is done: the one that is not mentioned is slow.
    async fn list(&self) -> Vec<Listing> {
        let (all, done) = (self.managers.len(), AtomicUsize::new(0));
        eprintln!("asking {all} families at the same time");
        join_all(self.managers.iter().map(|manager| async {
            let listing = manager.listing(ListOptions::default()).await;
            let (number, count) = (done.fetch_add(1, Ordering::Relaxed) + 1, listing.tokens.len());
            let gap = if listing.is_complete() { "" } else { ", and not all" };
            eprintln!("{number}/{all} {}: {count} tokens{gap}", manager.family());
            listing
        }))
        .await
    }

    /// What is missing, and what even a complete list does not show.
    fn report(&self, listings: &[Listing]) -> ExitCode {
        if !self.simulated.is_empty() {
            println!("Simulated on this machine: {}.", self.simulated.join(", "));
        }
        for manager in &self.managers {
            if let Some(coverage) = manager.capabilities().coverage() {
                println!("Note: {}: {coverage}.", manager.family());
            }
        }
        let errors = listings.iter().flat_map(|listing| &listing.errors);
        let missing: Vec<String> =
            self.gaps.iter().cloned().chain(errors.map(|error| shown(&error.to_string(), 400))).collect();
        for line in &missing {
            println!("Missing: {line}");
        }
        if missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    async fn atlassian(&mut self, environment: &Environment) -> Result<(), Box<dyn Error>> {
        if environment.get("ATLASSIAN_ADMIN_API_KEY").is_some() {
            let client = Atlassian::from_environment(environment).and_then(|builder| builder.build());
            let org_id = environment.required("ATLASSIAN_ORG_ID");
            if let Some((atlassian, org_id)) = self.expect("atlassian", both(client, org_id)) {
                self.managers.push(Arc::new(atlassian.user_tokens(&org_id)));
                self.managers.push(Arc::new(atlassian.api_keys(org_id)));
            }
            return Ok(());
        }
        let url = self.simulate("atlassian", simulated::Atlassian::new(Clock::system())).await?;
        let atlassian = Atlassian::builder(simulated::Atlassian::ADMIN_KEY).base_url(url).build()?;
        self.managers.push(Arc::new(atlassian.user_tokens(simulated::Atlassian::ORG_ID)));
        self.managers.push(Arc::new(atlassian.api_keys(simulated::Atlassian::ORG_ID)));
        Ok(())
    }

    async fn mist(&mut self, environment: &Environment) -> Result<(), Box<dyn Error>> {
        if environment.get("MIST_APITOKEN").is_some() {
            let client = Mist::from_environment(environment).and_then(|builder| builder.build());
            if let Some(mist) = self.expect("mist", client) {
                // An organization's key is refused for a user's tokens, and a user's key sees both.
                if let Some(org_id) = self.expect("mist/org-token", environment.required("MIST_ORG_ID")) {
                    self.managers.push(Arc::new(mist.org_tokens(org_id)));
                }
                self.managers.push(Arc::new(mist.user_tokens()));
            }
            return Ok(());
        }
        let url = self.simulate("mist", simulated::Mist::new(Clock::system())).await?;
        let mist = |key: &str| Mist::builder(key).base_url(&url).build();
        let of_org = mist(simulated::Mist::ORG_KEY)?.org_tokens(simulated::Mist::ORG_ID);
        self.managers.push(Arc::new(of_org));
        self.managers.push(Arc::new(mist(simulated::Mist::USER_KEY)?.user_tokens()));
        Ok(())
    }

    async fn sailpoint(&mut self, environment: &Environment) -> Result<(), Box<dyn Error>> {
        let client = if environment.get("SAIL_CLIENT_ID").is_some() {
            SailPoint::from_environment(environment).and_then(|builder| builder.build())
        } else {
            let url = self.simulate("sailpoint", simulated::SailPoint::new(Clock::system())).await?;
            let (id, secret) = (simulated::SailPoint::CLIENT_ID, simulated::SailPoint::CLIENT_SECRET);
            SailPoint::builder(id, secret).base_url(url).build()
        };
        if let Some(sailpoint) = self.expect("sailpoint", client) {
            self.managers.push(Arc::new(sailpoint.personal_access_tokens()));
            self.managers.push(Arc::new(sailpoint.oauth_clients()));
        }
        Ok(())
    }

    async fn launchdarkly(&mut self, environment: &Environment) -> Result<(), Box<dyn Error>> {
        let client = if environment.get("LAUNCHDARKLY_ACCESS_TOKEN").is_some() {
            LaunchDarkly::from_environment(environment).and_then(|builder| builder.build())
        } else {
            let url = self.simulate("launchdarkly", simulated::LaunchDarkly::new(Clock::system())).await?;
            LaunchDarkly::builder(simulated::LaunchDarkly::ADMIN_TOKEN).base_url(url).build()
        };
        if let Some(launchdarkly) = self.expect("launchdarkly", client) {
            self.managers.push(Arc::new(launchdarkly.access_tokens()));
            self.managers.push(Arc::new(launchdarkly.relay_proxy_configs()));
        }
        Ok(())
    }

    /// What could be had, or else a line that says why not.
    fn expect<T>(&mut self, what: &str, result: Result<T, BuildError>) -> Option<T> {
        result.map_err(|error| self.gaps.push(format!("{what}: {error}"))).ok()
    }

    /// Serves a simulator and returns its address.
    async fn simulate(
        &mut self,
        vendor: &'static str,
        simulator: impl simulated::Simulated,
    ) -> Result<String, Box<dyn Error>> {
        let server = Server::start(simulator).await?;
        let url = server.url();
        self.simulated.push(vendor);
        self.servers.push(server);
        Ok(url)
    }
}

fn both<A, B>(one: Result<A, BuildError>, other: Result<B, BuildError>) -> Result<(A, B), BuildError> {
    Ok((one?, other?))
}

fn table<'a>(tokens: impl Iterator<Item = &'a Token>) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(["family", "name", "owner", "created", "last used", "expires", "scopes"]);
    for token in tokens {
        let owner = token.owner.as_ref().map(ToString::to_string).unwrap_or_default();
        table.add_row([
            token.family.to_string(),
            shown(token.name.as_deref().unwrap_or_default(), 32),
            shown(&owner, 32),
            day(token.created),
            day(token.last_used),
            day(token.expires),
            shown(&token.scopes.as_deref().unwrap_or_default().join(" "), 32),
        ]);
    }
    table
}

/// The day alone; "never" and "unknown" as they are.
fn day(when: When) -> String {
    let when = when.to_string();
    when.split_once('T').map_or(when.as_str(), |(day, _)| day).to_owned()
}

/// A vendor's text as far as there is room for it, without what a terminal would obey.
fn shown(text: &str, width: usize) -> String {
    let harmless = text.chars().map(|c| if c.is_control() { '?' } else { c });
    let mut shown: String = harmless.take(width).collect();
    if text.chars().nth(width).is_some() {
        shown.push('…');
    }
    shown
}
