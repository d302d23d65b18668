//! Atlassian Administration.

use serde_json::{Value, json};
use tokenward_testkit::{Atlassian, SignedDuration};

use crate::client::{Client, World};

const USERS: &str = "/users/557058%3A295406f3-0001%7Ca/manage/api-tokens";
const ORG: &str = "/admin/api-access/v1/orgs/a7100000-0000-4000-8000-000000000001";

async fn world() -> (World<Atlassian>, Client) {
    let world = World::new(Atlassian::new).await;
    let client = world.client(format!("Bearer {}", Atlassian::ADMIN_KEY));
    (world, client)
}

fn scoped(world: &World<Atlassian>) -> Client {
    world.client(format!("Bearer {}", Atlassian::SCOPED_KEY))
}

#[tokio::test]
async fn a_users_tokens_come_in_one_list_and_are_revoked_by_id() {
    let (world, client) = world().await;
    let id = world.vendor.add_user_token(Atlassian::ACCOUNT_ID, "build", Some(90));
    let listed = client.get(USERS).await;
    assert_eq!((listed.status, listed.items()), (200, 3));
    let tokens = listed.json();
    assert_eq!(
        tokens[2],
        json!({
            "id": id, "label": "build",
            "createdAt": "2026-11-02T09:15:00.000Z", "expiry": "2027-01-31T09:15:00.000Z",
        })
    );
    assert!(tokens[1].get("expiry").is_none(), "one from before tokens expired");
    world.vendor.use_user_token(&id);
    assert_eq!(client.get(USERS).await.json()[2]["lastAccess"], "2026-11-02T09:15:00.000Z");

    let path = format!("{USERS}/{id}");
    let deleted = client.delete(&path).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    let again = client.delete(&path).await;
    assert_eq!((again.status, again.text("key").as_str()), (404, "notFound"));
    assert!(!world.vendor.exists(&id));
    assert_eq!(client.get(USERS).await.items(), 2);
}

#[tokio::test]
async fn a_token_lives_a_day_at_least_and_a_year_at_most() {
    let (world, client) = world().await;
    for (days, expiry) in [(0, "2026-11-03T09:15:00.000Z"), (9999, "2027-11-02T09:15:00.000Z")] {
        world.vendor.add_user_token("new:account", "a", Some(days));
        let tokens = client.get("/users/new%3Aaccount/manage/api-tokens").await.json();
        assert_eq!(tokens.as_array().unwrap().last().unwrap()["expiry"], expiry);
    }
}

#[tokio::test]
async fn an_account_is_found_by_its_encoded_id_and_has_to_be_one() {
    let (world, client) = world().await;
    let other = world.vendor.user_token_ids()[2].clone();
    assert_eq!(client.get("/users/557058:295406f3-0001%7Ca/manage/api-tokens").await.status, 200);
    assert_eq!(client.delete(&format!("{USERS}/{other}")).await.status, 404, "it is another account's");
    let unknown = client.get("/users/557058%3Aunknown/manage/api-tokens").await;
    assert_eq!((unknown.status, unknown.text("key").as_str()), (404, "accountNotFound"));
    let illegal = client.get("/users/a%20b/manage/api-tokens").await;
    assert_eq!((illegal.status, illegal.text("key").as_str()), (400, "fieldConstraintsViolated"));
    assert_eq!(illegal.json()["context"]["fieldViolations"][0]["field"], "account_id");
    assert_eq!(client.get("/users/a/b/manage/api-tokens").await.text("key"), "notFound");
}

#[tokio::test]
async fn user_management_wants_a_key_without_scopes() {
    let (world, _) = world().await;
    let refused = scoped(&world).get(USERS).await;
    assert_eq!((refused.status, refused.text("key").as_str()), (403, "forbidden.action"));
    assert!(refused.text.contains("manage:org"));
    let id = &world.vendor.user_token_ids()[0];
    assert_eq!(scoped(&world).delete(&format!("{USERS}/{id}")).await.status, 403);
    for wrong in ["", "Bearer unknown", Atlassian::ADMIN_KEY] {
        let refused = world.client(wrong).get(USERS).await;
        assert_eq!((refused.status, refused.text("key").as_str()), (401, "unauthorized"));
    }
}

#[tokio::test]
async fn api_access_wants_the_scope_of_the_operation() {
    let (world, client) = world().await;
    let (_, reader) = world.vendor.add_api_key("reader", &["read:tokens:admin"]);
    let reader = world.client(format!("Bearer {reader}"));
    let (tokens, keys) = (format!("{ORG}/api-tokens"), format!("{ORG}/api-keys"));
    assert_eq!(reader.get(&tokens).await.status, 200);
    assert_eq!(reader.get(&format!("{tokens}/count")).await.status, 200);
    assert_eq!(reader.get(&keys).await.text("key"), "forbidden");
    assert_eq!(reader.get(&format!("{keys}/count")).await.status, 403);
    assert_eq!(reader.delete(&tokens).await.status, 403);
    let revoke = format!("{keys}/revoke/{}", Atlassian::SCOPED_KEY_ID);
    assert_eq!(reader.patch(&revoke, json!({})).await.status, 403);
    for all in [client, scoped(&world)] {
        assert_eq!((all.get(&tokens).await.status, all.get(&keys).await.status), (200, 200));
    }
    let elsewhere = "/admin/api-access/v1/orgs/another/api-tokens";
    assert_eq!(scoped(&world).get(elsewhere).await.status, 403);
}

#[tokio::test]
async fn next_is_a_cursor_and_not_a_url() {
    let (world, _) = world().await;
    world.vendor.seed(998);
    let client = scoped(&world);
    let first = client.get(&format!("{ORG}/api-tokens")).await.json();
    assert_eq!(first["data"].as_array().unwrap().len(), 50);
    let token = &first["data"][0];
    assert_eq!((&token["status"], &token["user"]["id"]), (&json!("ALLOWED"), &json!(Atlassian::ACCOUNT_ID)));
    assert_eq!(token["user"]["orgId"], Atlassian::ORG_ID);
    let (mut found, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let query = if cursor.is_empty() { String::new() } else { format!("&cursor={cursor}") };
        let page = client.get(&format!("{ORG}/api-tokens?pageSize=100{query}")).await.json();
        found.extend(page["data"].as_array().unwrap().iter().map(|t| t["id"].as_str().unwrap().to_owned()));
        pages += 1;
        match page["links"]["next"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
        assert!(!cursor.contains('/'));
    }
    assert_eq!((found.len(), pages), (1001, 11));
    assert_eq!(found, world.vendor.user_token_ids());
    assert_eq!(client.get(&format!("{ORG}/api-tokens/count")).await.text, "1001");
    for wrong in ["cursor=unknown", "pageSize=0", "pageSize=x"] {
        assert_eq!(client.get(&format!("{ORG}/api-tokens?{wrong}")).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_cursor_stays_right_where_something_before_it_goes() {
    let (world, client) = world().await;
    let ids = world.vendor.user_token_ids();
    let path = format!("{ORG}/api-tokens?pageSize=2");
    let next = client.get(&path).await.json()["links"]["next"].as_str().unwrap().to_owned();
    world.vendor.remove(&ids[0]);
    let second = client.get(&format!("{path}&cursor={next}")).await.json();
    assert_eq!(second["data"][0]["id"], ids[2]);
}

#[tokio::test]
async fn tokens_are_found_by_label_and_status() {
    let (_world, client) = world().await;
    for (query, count) in [("q=lap", "1"), ("q=none", "0"), ("status=ALLOWED", "3"), ("status=BLOCKED", "0")]
    {
        assert_eq!(client.get(&format!("{ORG}/api-tokens/count?{query}")).await.text, count, "{query}");
    }
}

#[tokio::test]
async fn cursors_can_stand_still_or_go_in_a_circle() {
    let (world, client) = world().await;
    world.vendor.page_cap(1);
    let page = |cursor: Option<String>| {
        let (client, query) = (client.clone(), cursor.map(|c| format!("&cursor={c}")).unwrap_or_default());
        async move { client.get(&format!("{ORG}/api-tokens?pageSize=9{query}")).await.json() }
    };
    let next = |page: &Value| page["links"]["next"].as_str().map(str::to_owned);
    let first = page(None).await;
    assert_eq!(first["data"].as_array().unwrap().len(), 1);
    let second = page(next(&first)).await;
    let third = page(next(&second)).await;
    assert_eq!(next(&third), None);
    world.vendor.cursors_go_in_a_circle(true);
    let third = page(next(&second)).await;
    assert!(next(&third).is_some());
    let again = page(next(&third)).await;
    assert_eq!(again["data"], first["data"]);
    world.vendor.cursor_stands_still(true);
    assert_eq!(next(&page(next(&first)).await), next(&first));
}

#[tokio::test]
async fn a_revoked_key_dies_at_once_or_with_a_lag() {
    let (world, client) = world().await;
    let (id, key) = world.vendor.add_api_key("temporary", &[]);
    let revoke = |id: &str| format!("{ORG}/api-keys/revoke/{id}");
    assert_eq!(client.get(&format!("{ORG}/api-keys/count")).await.text, "3");
    assert_eq!(client.delete(&revoke(&id)).await.status, 405, "it is a PATCH");
    let revoked = client.send(reqwest::Method::PATCH, &revoke(&id), None).await;
    assert_eq!((revoked.status, revoked.text.as_str()), (204, ""));
    assert!(!world.vendor.accepts(&key) && !world.vendor.exists(&id));
    assert_eq!(client.send(reqwest::Method::PATCH, &revoke(&id), None).await.status, 404);

    world.vendor.revocation_lag(SignedDuration::from_mins(10));
    let path = revoke(Atlassian::SCOPED_KEY_ID);
    assert_eq!(client.send(reqwest::Method::PATCH, &path, None).await.status, 204);
    let listed = client.get(&format!("{ORG}/api-keys")).await.json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    assert_eq!(listed["data"][0]["id"], Atlassian::ADMIN_KEY_ID);
    world.advance_seconds(599);
    assert_eq!(scoped(&world).get(&format!("{ORG}/api-tokens")).await.status, 200);
    world.advance_seconds(1);
    assert_eq!(scoped(&world).get(&format!("{ORG}/api-tokens")).await.status, 401);
}

#[tokio::test]
async fn a_key_lives_for_a_year() {
    let (world, client) = world().await;
    let (_, key) = world.vendor.add_api_key("a", &[]);
    let listed = client.get(&format!("{ORG}/api-keys")).await.json();
    assert_eq!(listed["data"][2]["expiresAt"], "2027-11-02T09:15:00.000Z");
    assert_eq!(listed["data"][1]["scopes"], json!(Atlassian::SCOPES));
    world.advance_seconds(365 * 24 * 3600);
    assert!(!world.vendor.accepts(&key));
}

#[tokio::test]
async fn one_delete_revokes_the_tokens_of_all_users() {
    let (world, client) = world().await;
    assert_eq!(client.delete(&format!("{ORG}/api-tokens")).await.status, 204);
    assert!(world.vendor.user_token_ids().is_empty());
    assert_eq!(client.get(&format!("{ORG}/api-tokens")).await.json()["data"], json!([]));
}

#[tokio::test]
async fn every_answer_tells_what_is_left_of_the_minute() {
    let (world, client) = world().await;
    world.vendor.rate_limit(2);
    let first = client.get(USERS).await;
    assert_eq!((first.number("x-ratelimit-limit"), first.number("x-ratelimit-remaining")), (2, 1));
    assert_eq!(first.header("x-ratelimit-reset"), Some("2026-11-02T09:16:00Z"));
    assert_eq!(client.get(USERS).await.status, 200);
    let refused = client.get(USERS).await;
    assert_eq!((refused.status, refused.text.as_str()), (429, ""));
    assert_eq!(refused.number("x-ratelimit-remaining"), 0);
    assert_eq!(scoped(&world).get(&format!("{ORG}/api-tokens")).await.status, 200, "by key");
    world.advance_seconds(60);
    assert_eq!(client.get(USERS).await.status, 200);
}

#[tokio::test]
async fn what_is_not_there_is_404_and_what_is_not_done_there_is_405() {
    let (_world, client) = world().await;
    for path in ["/", "/users", &format!("{USERS}/a/b"), &format!("{ORG}/nothing")] {
        let missing = client.get(path).await;
        assert_eq!((missing.status, missing.text("key").as_str()), (404, "notFound"), "{path}");
    }
    assert_eq!(client.post(USERS, json!({})).await.status, 405);
    assert_eq!(client.put(&format!("{ORG}/api-tokens"), json!({})).await.status, 405);
}
