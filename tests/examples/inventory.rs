//! Lists the tokens of all four vendors side by side, from a server on this machine: no account is needed.
//!
//! ```text
//! cargo run --example inventory
//! ```

#![allow(clippy::print_stdout, reason = "an example's output is its purpose")]

use std::error::Error;

use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};
use tokenward_atlassian::{Atlassian, Timestamp};
use tokenward_launchdarkly::LaunchDarkly;
use tokenward_mist::Mist;
use tokenward_sailpoint::SailPoint;

/// What the vendors' records have in common.
struct Row {
    family: &'static str,
    name: Option<String>,
    created: Option<Timestamp>,
    last_used: Option<Timestamp>,
    expires: Option<Timestamp>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = tokenward_tests::vendors().await;
    let url = server.uri();
    println!("Answers shaped like four vendors' documentation, served at {url}\n");

    let (atlassian, mist, sailpoint, launchdarkly) =
        tokio::try_join!(atlassian(&url), mist(&url), sailpoint(&url), launchdarkly(&url))?;
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(["family", "name", "created", "last used", "expires"]);
    for row in [atlassian, mist, sailpoint, launchdarkly].into_iter().flatten() {
        let date =
            |date: Option<Timestamp>| date.map_or("-".to_owned(), |date| date.strftime("%F").to_string());
        table.add_row([
            row.family.to_owned(),
            row.name.unwrap_or_default(),
            date(row.created),
            date(row.last_used),
            date(row.expires),
        ]);
    }
    println!("{table}");
    Ok(())
}

async fn atlassian(url: &str) -> Result<Vec<Row>, Box<dyn Error>> {
    let client = Atlassian::builder("an-organization-API-key").base_url(url).build()?;
    let tokens = client.raw().list_org_api_tokens("an-organization", &Default::default()).await?.into_inner();
    let keys = client.raw().list_org_api_keys("an-organization", &Default::default()).await?.into_inner();
    let tokens = tokens.data.unwrap_or_default().into_iter().map(|token| Row {
        family: "atlassian/user-token",
        name: token.label,
        created: token.created_at,
        last_used: token.last_active_at,
        expires: token.expires_at,
    });
    let keys = keys.data.unwrap_or_default().into_iter().map(|key| Row {
        family: "atlassian/api-key",
        name: key.label,
        created: key.created_at,
        last_used: key.last_active_at,
        expires: key.expires_at,
    });
    Ok(tokens.chain(keys).collect())
}

async fn mist(url: &str) -> Result<Vec<Row>, Box<dyn Error>> {
    let client = Mist::builder("an-API-token").base_url(url).build()?;
    let of_org = client.raw().list_org_api_tokens("an-organization").await?.into_inner();
    let of_user = client.raw().list_api_tokens().await?.into_inner();
    let of_org = of_org.into_iter().map(|token| Row {
        family: "mist/org-token",
        name: token.name,
        created: token.created_time,
        last_used: token.last_used,
        expires: None,
    });
    let of_user = of_user.into_iter().map(|token| Row {
        family: "mist/user-token",
        name: token.name,
        created: token.created_time,
        last_used: token.last_used,
        expires: None,
    });
    Ok(of_org.chain(of_user).collect())
}

async fn sailpoint(url: &str) -> Result<Vec<Row>, Box<dyn Error>> {
    let client = SailPoint::builder("a-client-id", "a-client-secret").base_url(url).build()?;
    let tokens = client.raw().list_personal_access_tokens(&Default::default()).await?.into_inner();
    let clients = client.raw().list_oauth_clients(&Default::default()).await?.into_inner();
    let tokens = tokens.into_iter().map(|token| Row {
        family: "sailpoint/personal-access-token",
        name: token.name,
        created: token.created,
        last_used: token.last_used,
        expires: token.expiration_date,
    });
    let clients = clients.into_iter().map(|client| Row {
        family: "sailpoint/oauth-client",
        name: client.name,
        created: client.created,
        last_used: client.last_used,
        expires: None,
    });
    Ok(tokens.chain(clients).collect())
}

async fn launchdarkly(url: &str) -> Result<Vec<Row>, Box<dyn Error>> {
    let client = LaunchDarkly::builder("an-access-token").base_url(url).build()?;
    let tokens = client.raw().get_tokens(&Default::default()).await?.into_inner();
    let configs = client.raw().get_relay_proxy_configs().await?.into_inner();
    let tokens = tokens.items.unwrap_or_default().into_iter().map(|token| Row {
        family: "launchdarkly/access-token",
        name: token.name,
        created: token.creation_date,
        last_used: token.last_used,
        expires: token.expiry,
    });
    let configs = configs.items.unwrap_or_default().into_iter().map(|config| Row {
        family: "launchdarkly/relay-proxy-config",
        name: config.name,
        created: config.creation_date,
        last_used: None,
        expires: None,
    });
    Ok(tokens.chain(configs).collect())
}
