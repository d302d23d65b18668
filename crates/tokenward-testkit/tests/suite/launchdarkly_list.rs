//! LaunchDarkly: pages of the list, and rate limits.

use serde_json::Value;
use tokenward_testkit::LaunchDarkly;

use crate::client::{Client, World};

const TOKENS: &str = "/api/v2/tokens";

async fn world() -> (World<LaunchDarkly>, Client) {
    let world = World::new(LaunchDarkly::new).await;
    let client = world.client(LaunchDarkly::ADMIN_TOKEN);
    (world, client)
}

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item["_id"].as_str().unwrap().to_owned()).collect()
}

/// Follows `next` to the end.
async fn all(client: &Client, first: &str) -> (Vec<String>, usize) {
    let (mut found, mut pages, mut next) = (Vec::new(), 0, Some(first.to_owned()));
    while let Some(path) = next {
        let page = client.get(&path).await.json();
        found.extend(ids(&page));
        pages += 1;
        next = page["_links"]["next"]["href"].as_str().map(str::to_owned);
    }
    (found, pages)
}

#[tokio::test]
async fn a_thousand_and_one_tokens_are_found_page_by_page() {
    let (world, client) = world().await;
    world.vendor.seed(998);
    let (found, pages) = all(&client, "/api/v2/tokens?showAll=true").await;
    assert_eq!((found.len(), pages), (1001, 41), "25 to a page");
    assert_eq!(found, world.vendor.token_ids());
    let (found, pages) = all(&client, "/api/v2/tokens?showAll=true&limit=500").await;
    assert_eq!((found.len(), pages), (1001, 3));
}

#[tokio::test]
async fn a_page_says_where_the_others_are() {
    let (world, client) = world().await;
    world.vendor.seed(58);
    let first = client.get(TOKENS).await.json();
    assert_eq!((first["totalCount"].as_u64(), ids(&first).len()), (Some(60), 25));
    let href = |page: &Value, name: &str| page["_links"][name]["href"].as_str().map(str::to_owned);
    assert_eq!(href(&first, "next").unwrap(), "/api/v2/tokens?limit=25&offset=25");
    assert_eq!(href(&first, "last").unwrap(), "/api/v2/tokens?limit=25&offset=50");
    assert!(href(&first, "prev").is_none() && href(&first, "first").is_none());
    let last = client.get("/api/v2/tokens?limit=25&offset=50").await.json();
    assert_eq!(ids(&last).len(), 10);
    assert!(href(&last, "next").is_none());
    assert_eq!(href(&last, "prev").unwrap(), "/api/v2/tokens?limit=25&offset=25");
    assert_eq!(href(&last, "first").unwrap(), "/api/v2/tokens?limit=25&offset=0");
    let even = client.get("/api/v2/tokens?limit=30").await.json();
    assert_eq!(href(&even, "last").unwrap(), "/api/v2/tokens?limit=30&offset=30");
    let last = client.get("/api/v2/tokens?limit=30&offset=30").await.json();
    assert_eq!((ids(&last).len(), href(&last, "next")), (30, None));
    for wrong in ["limit=x", "offset=-1"] {
        assert_eq!(client.get(&format!("{TOKENS}?{wrong}")).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn before_it_was_paginated_the_list_comes_whole() {
    let (world, client) = world().await;
    world.vendor.seed(40);
    let older = client.clone().with_header("ld-api-version", "20220603");
    let whole = older.get("/api/v2/tokens?limit=5&offset=5").await.json();
    assert_eq!(ids(&whole).len(), 42);
    assert!(whole.get("totalCount").is_none());
    for newest in ["20240415", "beta"] {
        let page = client.clone().with_header("ld-api-version", newest).get(TOKENS).await.json();
        assert_eq!(ids(&page).len(), 25);
    }
    assert_eq!(client.with_header("ld-api-version", "tomorrow").get(TOKENS).await.status, 400);
    assert_eq!(world.server.requests()[0].header("ld-api-version"), Some("20220603"));
}

#[tokio::test]
async fn a_tokens_own_version_holds_where_none_is_asked_for() {
    let (world, client) = world().await;
    world.vendor.seed(40);
    let body = serde_json::json!({ "role": "admin", "defaultApiVersion": 20_220_603 });
    let older = client.post(TOKENS, body).await.text("token");
    assert_eq!(ids(&world.client(older).get(TOKENS).await.json()).len(), 43);
}

#[tokio::test]
async fn a_list_can_repeat_its_first_page() {
    let (world, client) = world().await;
    world.vendor.seed(40);
    world.vendor.ignores_offset(true);
    let first = client.get(TOKENS).await.json();
    let second = client.get("/api/v2/tokens?offset=25").await.json();
    assert_eq!(ids(&first), ids(&second));
}

#[tokio::test]
async fn a_page_can_be_shorter_than_asked_and_a_total_can_lie() {
    let (world, client) = world().await;
    world.vendor.seed(40);
    world.vendor.page_cap(10);
    let page = client.get("/api/v2/tokens?limit=100").await.json();
    assert_eq!((ids(&page).len(), page["totalCount"].as_u64()), (10, Some(42)));
    let (found, _) = all(&client, "/api/v2/tokens?limit=100").await;
    assert_eq!(found.len(), 42);
    world.vendor.claims_total(12);
    let (found, _) = all(&client, "/api/v2/tokens?limit=100").await;
    assert_eq!(found.len(), 20, "who believes the total stops there");
    world.vendor.claims_total(50);
    let beyond = client.get("/api/v2/tokens?offset=45").await.json();
    assert_eq!((ids(&beyond).len(), beyond["totalCount"].as_u64()), (0, Some(50)));
}

#[tokio::test]
async fn every_answer_tells_what_is_left_of_the_window() {
    let (world, client) = world().await;
    world.advance_seconds(3);
    let answer = client.get(TOKENS).await;
    assert_eq!(answer.number("x-ratelimit-global-limit"), 1000);
    assert_eq!(answer.number("x-ratelimit-global-remaining"), 999);
    assert_eq!(answer.number("x-ratelimit-route-remaining"), 499);
    assert_eq!(answer.number("x-ratelimit-reset"), world.clock.now().as_millisecond() + 7000);
    assert_eq!(answer.header("x-ratelimit-auth-token-limit"), None);
    assert!(world.client("unknown").get(TOKENS).await.header("x-ratelimit-reset").is_some());
    let other = client.get("/api/v2/caller-identity").await;
    assert_eq!(other.number("x-ratelimit-route-remaining"), 499, "each route has a count of its own");
    assert_eq!(other.number("x-ratelimit-global-remaining"), 997);
}

#[tokio::test]
async fn the_accounts_budget_is_shared_by_all_tokens() {
    let (world, client) = world().await;
    world.vendor.limit_global(2);
    client.get(TOKENS).await;
    world.client(LaunchDarkly::READER_TOKEN).get(TOKENS).await;
    let refused = client.get("/api/v2/caller-identity").await;
    assert_eq!((refused.status, refused.text("code").as_str()), (429, "rate_limited"));
    assert_eq!(refused.number("x-ratelimit-global-remaining"), 0);
    world.advance_seconds(10);
    assert_eq!(client.get(TOKENS).await.status, 200);
}

#[tokio::test]
async fn a_routes_budget_is_its_own_and_ids_share_it() {
    let (world, client) = world().await;
    world.vendor.limit_route(1);
    assert_eq!(client.get(TOKENS).await.status, 200);
    assert_eq!(client.get(TOKENS).await.status, 429);
    assert_eq!(client.get(&format!("{TOKENS}/{}", LaunchDarkly::ADMIN_TOKEN_ID)).await.status, 200);
    assert_eq!(client.get(&format!("{TOKENS}/{}", LaunchDarkly::SERVICE_TOKEN_ID)).await.status, 429);
}

#[tokio::test]
async fn a_token_can_have_a_budget_with_a_reset_of_its_own() {
    let (world, client) = world().await;
    world.vendor.limit_auth_token(1);
    world.vendor.reset_in_the_past(true);
    let answer = client.get(TOKENS).await;
    let now = world.clock.now().as_millisecond();
    assert_eq!(answer.number("x-ratelimit-auth-token-remaining"), 0);
    assert!(answer.number("x-ratelimit-auth-token-reset") > now);
    assert!(answer.number("x-ratelimit-reset") < now, "as has been observed");
    assert_eq!(client.get(TOKENS).await.status, 429);
    assert_eq!(world.client(LaunchDarkly::SERVICE_TOKEN).get(TOKENS).await.status, 200);
}
