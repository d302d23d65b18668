//! Juniper Mist.

use reqwest::Method;
use serde_json::{Value, json};
use tokenward_testkit::{Mist, Request, Simulated};

use crate::client::{Client, World};

const ORG: &str = "/api/v1/orgs/a1000000-0000-4000-8000-000000000001/apitokens";
const SELF: &str = "/api/v1/self/apitokens";
const DAY: i64 = 24 * 3600;

async fn world() -> (World<Mist>, Client) {
    let world = World::new(Mist::new).await;
    let client = world.client(format!("Token {}", Mist::ORG_KEY));
    (world, client)
}

fn user(world: &World<Mist>) -> Client {
    world.client(format!("Token {}", Mist::USER_KEY))
}

fn admin(name: &str) -> Value {
    json!({ "name": name, "privileges": [{ "scope": "org", "role": "admin" }] })
}

#[tokio::test]
async fn an_organizations_token_lives_from_creation_to_deletion() {
    let (world, client) = world().await;
    let created = client.post(ORG, admin("ci")).await;
    assert_eq!(created.status, 200);
    let (id, key) = (created.text("id"), created.text("key"));
    assert!(created.json().get("privileges").is_none(), "a creation does not answer the privileges");
    assert_eq!(created.json()["last_used"], Value::Null);
    assert_eq!(created.json()["org_id"], Mist::ORG_ID);
    let seconds = created.json()["created_time"].as_f64().unwrap();
    assert_eq!(seconds, world.clock.now().as_millisecond() as f64 / 1000.0);

    let one = client.get(&format!("{ORG}/{id}")).await;
    assert_eq!((one.status, one.text("name")), (200, "ci".to_owned()));
    assert_eq!(one.json()["privileges"][0]["role"], "admin");
    assert_eq!(one.json()["privileges"][0]["org_id"], Mist::ORG_ID);
    assert_eq!(one.text("key"), format!("{}...{}", &key[..4], &key[key.len() - 4..]));
    assert_eq!(client.get(ORG).await.items(), 4);

    let its_own = world.client(format!("Token {key}"));
    assert_eq!(its_own.get(ORG).await.status, 200);
    let deleted = client.delete(&format!("{ORG}/{id}")).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (200, ""));
    assert_eq!(its_own.get(ORG).await.status, 401);
    assert_eq!(client.get(&format!("{ORG}/{id}")).await.status, 404);
    assert_eq!(client.delete(&format!("{ORG}/{id}")).await.status, 404);
    assert!(!world.vendor.exists(&id));
}

#[tokio::test]
async fn last_used_is_null_until_the_token_is_used_and_moves_with_its_use() {
    let (world, client) = world().await;
    let created = client.post(ORG, admin("ci")).await;
    let path = format!("{ORG}/{}", created.text("id"));
    assert_eq!(client.get(&path).await.json()["last_used"], Value::Null);
    world.clock.advance(tokenward_testkit::SignedDuration::from_millis(1500));
    world.client(format!("Token {}", created.text("key"))).get("/api/v1/self").await;
    let used = client.get(&path).await.json()["last_used"].as_f64().unwrap();
    assert_eq!(used, world.clock.now().as_millisecond() as f64 / 1000.0);
    assert!(used.fract() > 0.0);
}

#[tokio::test]
async fn creation_wants_a_name_and_privileges_that_are_known() {
    let (_world, client) = world().await;
    let privilege = json!({ "scope": "org", "role": "admin" });
    let eleven: Vec<Value> =
        (0..11).map(|n| json!({ "scope": "site", "role": "read", "site_id": n.to_string() })).collect();
    for body in [
        json!({}),
        json!({ "name": "a" }),
        json!({ "name": "a", "privileges": [] }),
        json!({ "name": "a", "privileges": null }),
        json!({ "name": 1, "privileges": [privilege] }),
        json!({ "privileges": [privilege] }),
        json!({ "name": "a", "privileges": [{ "scope": "org", "role": "king" }] }),
        json!({ "name": "a", "privileges": [{ "scope": "moon", "role": "admin" }] }),
        json!({ "name": "a", "privileges": [{ "scope": "site", "role": "admin" }] }),
        json!({ "name": "a", "privileges": [{ "scope": "sitegroup", "role": "admin" }] }),
        json!({ "name": "a", "privileges": [privilege, privilege] }),
        json!({ "name": "a", "privileges": eleven }),
        json!({ "name": "a", "privileges": [privilege], "src_ips": vec!["10.0.0.1"; 11] }),
        json!([]),
    ] {
        let refused = client.post(ORG, body.clone()).await;
        assert_eq!(refused.status, 400, "{body}");
        assert!(refused.json()["detail"].is_string());
    }
    let broken = client.try_send(Method::POST, ORG, "application/json", Some("{".into())).await.unwrap();
    assert_eq!(broken.status, 400);
    let site = json!({ "name": "a", "privileges": [{ "scope": "site", "role": "read", "site_id": "x" }] });
    assert_eq!(client.post(ORG, site).await.status, 200);
}

#[tokio::test]
async fn put_replaces_name_and_privileges_answers_nothing_and_leaves_src_ips_alone() {
    let (_world, client) = world().await;
    let mut body = admin("before");
    body["src_ips"] = json!(["10.0.0.1"]);
    let path = format!("{ORG}/{}", client.post(ORG, body).await.text("id"));

    let change = json!({ "name": "after", "privileges": [{ "scope": "org", "role": "read" }] });
    let changed = client.put(&path, change.clone()).await;
    assert_eq!((changed.status, changed.text.as_str()), (200, ""));
    let after = client.get(&path).await.json();
    assert_eq!(after["name"], "after");
    assert_eq!(after["privileges"].as_array().unwrap().len(), 1);
    assert_eq!(after["privileges"][0]["role"], "read");
    assert_eq!(after["src_ips"], json!(["10.0.0.1"]));

    let mut other = change.clone();
    other["src_ips"] = json!(["10.0.0.2"]);
    assert_eq!(client.put(&path, other).await.status, 400);
    let mut same = change;
    same["src_ips"] = json!(["10.0.0.1"]);
    assert_eq!(client.put(&path, same).await.status, 200);
    assert_eq!(client.put(&path, json!({ "name": "alone" })).await.status, 400);
    assert_eq!(client.get(&path).await.json()["name"], "after");
}

#[tokio::test]
async fn a_users_creation_answers_a_list_of_one() {
    let (world, _) = world().await;
    let client = user(&world);
    let created = client.post(SELF, json!({ "name": "mine" })).await;
    assert_eq!((created.status, created.items()), (200, 1));
    let token = &created.json()[0];
    let (id, key) = (token["id"].as_str().unwrap(), token["key"].as_str().unwrap());
    let path = format!("{SELF}/{id}");
    assert_eq!(client.get(&path).await.text("key"), format!("{}...{}", &key[..4], &key[key.len() - 4..]));
    let changed = client.put(&path, json!({ "name": "ours" })).await;
    assert_eq!((changed.status, changed.text("name")), (200, "ours".to_owned()));

    world.client(format!("Token {key}")).get("/api/v1/self").await;
    let used = client.get(&path).await.json()["last_used"].clone();
    assert_eq!(used, json!(world.clock.now().as_second()), "in whole seconds");

    assert_eq!(client.get(SELF).await.items(), 3);
    let deleted = client.delete(&path).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (200, ""));
    assert!(!world.vendor.accepts(key));
    let unnamed = client.send(Method::POST, SELF, None).await;
    assert_eq!((unnamed.status, unnamed.items()), (200, 1));
    assert!(unnamed.json()[0].get("name").is_none());
}

#[tokio::test]
async fn an_organizations_token_and_a_user_say_who_they_are() {
    let (world, client) = world().await;
    let token = client.get("/api/v1/self").await.json();
    assert_eq!(token["name"], "automation");
    assert_eq!(token["privileges"][0]["role"], "admin");
    assert!(token.get("email").is_none());
    let person = user(&world).get("/api/v1/self").await.json();
    assert_eq!((&person["email"], &person["admin_id"]), (&json!(Mist::USER_EMAIL), &json!(Mist::ADMIN_ID)));
    assert!(person["first_name"].is_string() && person["last_name"].is_string());
    assert!(person.get("name").is_none());
    assert_eq!(client.get(SELF).await.status, 403);
}

#[tokio::test]
async fn the_creator_is_told_by_email_or_not_at_all() {
    let (world, client) = world().await;
    let made_by_a_user = user(&world).post(ORG, admin("by a user")).await;
    assert_eq!(made_by_a_user.json()["created_by"], Mist::USER_EMAIL);
    let made_by_a_token = client.post(ORG, admin("by a token")).await;
    assert_eq!(made_by_a_token.json()["created_by"], Value::Null);
    let creators: Vec<Value> =
        client.get(ORG).await.json().as_array().unwrap().iter().map(|t| t["created_by"].clone()).collect();
    let email = json!(Mist::USER_EMAIL);
    assert_eq!(creators, [email.clone(), email.clone(), Value::Null, email, Value::Null]);
}

#[tokio::test]
async fn only_a_token_of_that_organization_behind_the_word_token_is_let_in() {
    let (world, client) = world().await;
    for wrong in [
        String::new(),
        Mist::ORG_KEY.to_owned(),
        format!("Bearer {}", Mist::ORG_KEY),
        "Token unknown".to_owned(),
    ] {
        let refused = world.client(wrong).get(ORG).await;
        assert_eq!(refused.status, 401);
        assert!(refused.json()["detail"].is_string());
    }
    let other = world.client(format!("Token {}", Mist::OTHER_ORG_KEY));
    assert_eq!(other.get(ORG).await.status, 403);
    let others = ORG.replace(Mist::ORG_ID, Mist::OTHER_ORG_ID);
    assert_eq!(other.get(&others).await.items(), 1);
    assert_eq!(client.get(&others).await.status, 403);
    assert_eq!(user(&world).get(&others).await.status, 403);
}

#[tokio::test]
async fn a_reader_reads_and_changes_nothing() {
    let (world, _) = world().await;
    let reader = world.client(format!("Token {}", Mist::READER_KEY));
    assert_eq!(reader.get(ORG).await.status, 200);
    assert_eq!(reader.post(ORG, admin("a")).await.status, 403);
    assert_eq!(reader.delete(&format!("{ORG}/{}", Mist::ORG_KEY_ID)).await.status, 403);
    assert!(world.vendor.exists(Mist::ORG_KEY_ID));
}

#[tokio::test]
async fn keys_can_be_hidden_altogether_after_creation() {
    let (world, client) = world().await;
    world.vendor.no_reveal(true);
    let created = client.post(ORG, admin("a")).await;
    assert!(world.vendor.accepts(&created.text("key")));
    for token in client.get(ORG).await.json().as_array().unwrap() {
        assert!(token.get("key").is_none());
    }
    assert!(user(&world).get(SELF).await.json()[0].get("key").is_none());
}

#[tokio::test]
async fn who_signs_in_by_single_sign_on_makes_no_tokens() {
    let (world, _) = world().await;
    world.vendor.single_sign_on(true);
    assert_eq!(user(&world).post(SELF, json!({})).await.status, 403);
    assert_eq!(world.vendor.user_token_ids().len(), 2);
}

#[tokio::test]
async fn a_users_token_is_gone_when_it_is_unused_for_more_than_90_days() {
    let (world, client) = world().await;
    let idle = user(&world).post(SELF, json!({})).await.json()[0]["id"].as_str().unwrap().to_owned();
    world.advance_seconds(90 * DAY);
    assert!(world.vendor.exists(&idle), "90 days are not more than 90 days");
    assert_eq!(user(&world).get(SELF).await.status, 200);
    world.advance_seconds(1);
    assert!(!world.vendor.exists(&idle));
    assert_eq!(world.vendor.user_token_ids(), [Mist::USER_KEY_ID], "it was used in time");
    assert_eq!(client.get(ORG).await.items(), 3, "an organization's tokens stay");
}

#[tokio::test]
async fn five_thousand_calls_an_hour_that_begins_on_the_hour() {
    let (world, client) = world().await;
    let who = Request::new(Method::GET, "/api/v1/self")
        .with_header("authorization", &format!("Token {}", Mist::ORG_KEY));
    for _ in 0..4999 {
        assert_eq!(world.vendor.respond(&who).status, 200);
    }
    let usage = client.get("/api/v1/self/usage").await;
    assert_eq!(usage.json(), json!({ "requests": 5000, "request_limit": 5000 }));
    let refused = client.get(ORG).await;
    assert_eq!((refused.status, refused.number("retry-after")), (429, 45 * 60));
    assert!(refused.json()["detail"].is_string());
    let another = world.client(format!("Token {}", Mist::READER_KEY));
    assert_eq!(another.get(ORG).await.status, 200, "another token has a count of its own");
    world.advance_seconds(45 * 60 - 1);
    assert_eq!(client.get(ORG).await.number("retry-after"), 1);
    world.advance_seconds(1);
    assert_eq!(client.get("/api/v1/self/usage").await.json()["requests"], 1);
}

#[tokio::test]
async fn the_tokens_of_a_user_are_counted_together() {
    let (world, _) = world().await;
    let client = user(&world);
    world.vendor.hourly_limit(2);
    let second = client.post(SELF, json!({})).await.json()[0]["key"].as_str().unwrap().to_owned();
    let second = world.client(format!("Token {second}"));
    assert_eq!(second.get("/api/v1/self").await.status, 200);
    assert_eq!(second.get("/api/v1/self").await.status, 429);
    assert_eq!(client.get("/api/v1/self").await.status, 429);
}

#[tokio::test]
async fn what_is_not_there_is_404_and_what_is_not_done_there_is_405() {
    let (_world, client) = world().await;
    for path in ["/", "/api/v1/nothing", "/api/v2/self", "/api/v1/orgs", &format!("{ORG}/")] {
        assert_eq!(client.get(path).await.status, 404, "{path}");
    }
    assert_eq!(client.put(ORG, json!({})).await.status, 405);
    assert_eq!(client.post("/api/v1/self", json!({})).await.status, 405);
}

#[tokio::test]
async fn many_tokens_come_in_one_list() {
    let (world, client) = world().await;
    let ids = world.vendor.seed_org_tokens(300);
    world.vendor.seed_user_tokens(5);
    assert_eq!((ids.len(), client.get(ORG).await.items()), (300, 303));
    assert_eq!(world.vendor.org_token_ids().len(), 303);
    assert_eq!(world.vendor.user_token_ids().len(), 7);
}
