//! No operation prints a secret, whatever the response is. Secrets are planted wherever there can be one.
//!
//! `driver.rs` runs the operations and searches everything that they print. `plants.rs` has the planted secrets, `outcomes.rs` the
//! responses, and `exempt.rs` the exemptions with their reasons.
//! `mutations.toml` lists places where something is redacted; `cargo xtask bite` leaves out one after the other, and
//! this has to find it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod building;
mod driver;
mod echo;
mod exempt;
mod families;

mod outcomes;
mod plants;
mod proxy;
mod raw;
mod shown;
mod snapshots;

mod vendor;
mod watch;

use std::sync::Arc;

use tokenward::Access;
use tokenward_atlassian::Atlassian;
use tokenward_http::HttpOptions;
use tokenward_launchdarkly::LaunchDarkly;
use tokenward_mist::Mist;
use tokenward_sailpoint::SailPoint;

use crate::{
    families::Family,
    plants::{data, plant, secret},
    raw::Case,
    vendor::Route,
};

fn atlassian(url: &str, http: HttpOptions) -> Atlassian {
    Atlassian::builder(plant(secret::CREDENTIAL))
        .api_key_id("another-key")
        .base_url(url)
        .http(http)
        .build()
        .unwrap()
}

fn mist(url: &str, http: HttpOptions) -> Mist {
    Mist::builder(plant(secret::CREDENTIAL)).base_url(url).http(http).build().unwrap()
}

fn sailpoint(url: &str, http: HttpOptions) -> SailPoint {
    SailPoint::builder("client-id", plant(secret::CREDENTIAL)).base_url(url).http(http).build().unwrap()
}

fn launchdarkly(url: &str, http: HttpOptions) -> LaunchDarkly {
    LaunchDarkly::builder(plant(secret::CREDENTIAL)).base_url(url).http(http).build().unwrap()
}

#[tokio::test]
async fn atlassians_operations_print_no_secret() {
    driver::raw("atlassian", atlassian, raw::atlassian::cases(), &[data::ASKED, data::TOKEN_ID]).await;
}

#[tokio::test]
async fn mists_operations_print_no_secret() {
    driver::raw("mist", mist, raw::mist::cases(), &[data::ASKED, data::TOKEN_ID, data::SAID]).await;
}

#[tokio::test]
async fn sailpoints_operations_print_no_secret() {
    let planted = [data::ASKED, data::TOKEN_ID, data::SAID, secret::SENT, secret::BEARER];
    driver::raw("sailpoint", sailpoint, raw::sailpoint::cases(), &planted).await;
}

#[tokio::test]
async fn launchdarklys_operations_print_no_secret() {
    driver::raw("launchdarkly", launchdarkly, raw::launchdarkly::cases(), &[data::TOKEN_ID, data::SAID])
        .await;
}

fn routes<C>(cases: &[Case<C>]) -> Vec<Route> {
    cases.iter().map(Case::route).collect()
}

fn atlassian_families() -> [Family<Atlassian>; 2] {
    [
        Family {
            make: |client: &Atlassian| Arc::new(client.user_tokens(plant(data::ASKED))),
            id: || format!("{0}/{0}", plant(data::TOKEN_ID)),
            access: || Access::Full,
        },
        Family {
            make: |client| Arc::new(client.api_keys(plant(data::ASKED))),
            id: || plant(data::TOKEN_ID),
            access: || Access::Full,
        },
    ]
}

#[tokio::test]
async fn atlassians_families_print_no_secret() {
    // One page alone: a cursor that does not move is no success.
    let mut routes = routes(&raw::atlassian::cases());
    for route in routes.iter_mut().filter(|route| route.answer.get("links").is_some()) {
        route.answer["links"]["next"] = serde_json::Value::Null;
    }
    let planted = [secret::CREDENTIAL, data::ASKED, data::TOKEN_ID];
    families::drive(atlassian, routes, &atlassian_families(), &planted).await;
}

fn mist_families() -> [Family<Mist>; 2] {
    [
        Family {
            make: |client: &Mist| Arc::new(client.org_tokens(plant(data::ASKED))),
            id: || plant(data::TOKEN_ID),
            access: || Access::scopes(["read:org"]),
        },
        Family {
            make: |client| Arc::new(client.user_tokens()),
            id: || plant(data::TOKEN_ID),
            access: || Access::Full,
        },
    ]
}

#[tokio::test]
async fn mists_families_print_no_secret() {
    // A user's list has the token that is calling, masked.
    let mut routes = routes(&raw::mist::cases());
    let credential = plant(secret::CREDENTIAL);
    let mask = format!("{}...{}", &credential[..4], &credential[credential.len() - 4..]);
    for route in routes.iter_mut().filter(|route| route.operation.id == "list_api_tokens") {
        let caller = serde_json::json!({ "id": plant(data::ANSWERED), "key": mask });
        route.answer.as_array_mut().unwrap().push(caller);
    }
    let planted = [secret::CREDENTIAL, data::ASKED, data::TOKEN_ID, data::SAID];
    families::drive(mist, routes, &mist_families(), &planted).await;
}

fn sailpoint_families() -> [Family<SailPoint>; 2] {
    [
        Family {
            make: |client: &SailPoint| Arc::new(client.personal_access_tokens()),
            id: || plant(data::TOKEN_ID),
            access: || Access::scopes([plant(data::SAID)]),
        },
        Family {
            make: |client| Arc::new(client.oauth_clients()),
            id: || plant(data::TOKEN_ID),
            access: || Access::scopes([plant(data::SAID)]),
        },
    ]
}

#[tokio::test]
async fn sailpoints_families_print_no_secret() {
    // Granted for no time at all, so that every call asks for a bearer token.
    let mut routes = routes(&raw::sailpoint::cases());
    for route in routes.iter_mut().filter(|route| route.operation.id == "create_oauth_token") {
        route.answer["expires_in"] = 0.into();
    }
    let planted = [secret::CREDENTIAL, secret::BEARER, data::ASKED, data::TOKEN_ID, data::SAID];
    families::drive(sailpoint, routes, &sailpoint_families(), &planted).await;
}

fn launchdarkly_families() -> [Family<LaunchDarkly>; 2] {
    [
        Family {
            make: |client: &LaunchDarkly| Arc::new(client.access_tokens()),
            id: || plant(data::TOKEN_ID),
            access: || Access::scopes(["role:reader"]),
        },
        Family {
            make: |client| Arc::new(client.relay_proxy_configs()),
            id: || plant(data::TOKEN_ID),
            access: || {
                let said = plant(data::SAID);
                let statement =
                    format!(r#"{{"actions":["{said}"],"effect":"allow","resources":["{said}"]}}"#);
                Access::scopes([statement])
            },
        },
    ]
}

#[tokio::test]
async fn launchdarklys_families_print_no_secret() {
    let planted = [secret::CREDENTIAL, data::TOKEN_ID, data::SAID];
    families::drive(launchdarkly, routes(&raw::launchdarkly::cases()), &launchdarkly_families(), &planted)
        .await;
}
