//! LaunchDarkly: access tokens and Relay Proxy configurations.

use reqwest::Method;
use serde_json::{Value, json};
use tokenward_testkit::LaunchDarkly;

use crate::client::{Client, World};

const TOKENS: &str = "/api/v2/tokens";
const RELAYS: &str = "/api/v2/account/relay-auto-configs";

async fn world() -> (World<LaunchDarkly>, Client) {
    let world = World::new(LaunchDarkly::new).await;
    let client = world.client(LaunchDarkly::ADMIN_TOKEN);
    (world, client)
}

fn now(world: &World<LaunchDarkly>) -> i64 {
    world.clock.now().as_millisecond()
}

#[tokio::test]
async fn a_token_lives_from_creation_to_deletion() {
    let (world, client) = world().await;
    let body = json!({ "name": "ci", "description": "d", "role": "writer", "serviceToken": true });
    let created = client.post(TOKENS, body).await;
    assert_eq!(created.status, 201);
    let (id, value) = (created.text("_id"), created.text("token"));
    assert_eq!(id.len(), 24);
    assert!(value.starts_with("api-simulated-"));
    let record = created.json();
    assert_eq!((&record["role"], &record["serviceToken"]), (&json!("writer"), &json!(true)));
    assert_eq!(record["creationDate"], now(&world));
    assert_eq!(record["ownerId"], LaunchDarkly::ADMIN_MEMBER_ID);
    assert_eq!(record["_member"]["_id"], LaunchDarkly::ADMIN_MEMBER_ID);
    assert_eq!(record["_links"]["self"]["href"], format!("{TOKENS}/{id}"));
    assert_eq!(record["defaultApiVersion"], 20_240_415);
    assert!(record.get("lastUsed").is_none() && record.get("expiry").is_none());

    let its_own = world.client(&*value);
    assert_eq!(its_own.get("/api/v2/caller-identity").await.text("tokenId"), id);
    let one = client.get(&format!("{TOKENS}/{id}")).await;
    assert_eq!(one.text("token"), value[value.len() - 4..]);
    assert_eq!(one.json()["lastUsed"], now(&world));

    let deleted = client.delete(&format!("{TOKENS}/{id}")).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    assert_eq!(its_own.get(TOKENS).await.status, 401);
    for method in [Method::GET, Method::DELETE] {
        let gone = client.send(method, &format!("{TOKENS}/{id}"), None).await;
        assert_eq!((gone.status, gone.text("code").as_str()), (404, "not_found"));
    }
}

#[tokio::test]
async fn the_token_stands_in_the_header_by_itself() {
    let (world, _) = world().await;
    for wrong in ["", "unknown", &format!("Bearer {}", LaunchDarkly::ADMIN_TOKEN)] {
        let refused = world.client(wrong).get(TOKENS).await;
        assert_eq!((refused.status, refused.text("code").as_str()), (401, "unauthorized"));
        assert!(refused.json()["message"].is_string());
    }
}

#[tokio::test]
async fn a_token_has_one_of_role_custom_roles_and_inline_role() {
    let (_world, client) = world().await;
    let inline = json!([{ "effect": "allow", "resources": ["proj/*"], "actions": ["*"] }]);
    let (key, id) = LaunchDarkly::CUSTOM_ROLES[0];
    for body in [
        json!({}),
        json!({ "role": "reader", "customRoleIds": [key] }),
        json!({ "role": "reader", "inlineRole": inline }),
        json!({ "role": "emperor" }),
        json!({ "role": 7 }),
        json!({ "customRoleIds": [] }),
        json!({ "customRoleIds": ["no-such-role"] }),
        json!({ "customRoleIds": [id] }),
        json!({ "inlineRole": [] }),
        json!({ "inlineRole": [{ "resources": [] }] }),
        json!({ "inlineRole": [{ "effect": "maybe" }] }),
        json!({ "role": "reader", "name": 5 }),
        json!({ "role": "reader", "serviceToken": "yes" }),
        json!({ "role": "reader", "defaultApiVersion": 1 }),
        json!([]),
    ] {
        let refused = client.post(TOKENS, body.clone()).await;
        assert_eq!((refused.status, refused.text("code").as_str()), (400, "invalid_request"), "{body}");
    }
    let custom = client.post(TOKENS, json!({ "customRoleIds": [key] })).await;
    assert_eq!((custom.status, &custom.json()["customRoleIds"]), (201, &json!([id])), "keys in, ids out");
    assert!(custom.json().get("role").is_none());
    let inline = client.post(TOKENS, json!({ "inlineRole": inline, "tomorrow": 1 })).await;
    assert_eq!((inline.status, &inline.json()["inlineRole"][0]["effect"]), (201, &json!("allow")));
}

#[tokio::test]
async fn a_patch_changes_what_can_be_changed() {
    let (world, client) = world().await;
    let path = format!("{TOKENS}/{}", client.post(TOKENS, json!({ "role": "reader" })).await.text("_id"));
    world.advance_seconds(5);
    let (key, id) = LaunchDarkly::CUSTOM_ROLES[1];
    let changed = client
        .patch(
            &path,
            json!([
                { "op": "replace", "path": "/name", "value": "new" },
                { "op": "add", "path": "/description", "value": "why" },
                { "op": "replace", "path": "/role", "value": "writer" },
            ]),
        )
        .await;
    assert_eq!((changed.status, changed.text("role").as_str()), (200, "writer"));
    assert_eq!((changed.text("name").as_str(), changed.text("description").as_str()), ("new", "why"));
    assert_eq!(changed.json()["lastModified"], now(&world));

    let to = |value: &str| json!([{ "op": "remove", "path": "/role" }, { "op": "add", "path": "/customRoleIds", "value": [value] }]);
    assert_eq!(client.patch(&path, to(key)).await.status, 400, "a patch names roles by id");
    let custom = client.patch(&path, to(id)).await;
    assert_eq!((custom.status, &custom.json()["customRoleIds"]), (200, &json!([id])));

    let absent = client.patch(&path, json!([{ "op": "remove", "path": "/role" }])).await;
    assert_eq!((absent.status, absent.text("code").as_str()), (422, "patch_failed"));
    let both = json!([{ "op": "add", "path": "/role", "value": "reader" }]);
    assert_eq!(client.patch(&path, both).await.status, 400);
    for body in [
        json!([{ "op": "replace", "path": "/serviceToken", "value": true }]),
        json!([{ "op": "replace", "path": "/token", "value": "mine" }]),
        json!([{ "op": "replace", "path": "/name" }]),
        json!({ "name": "no patch" }),
    ] {
        assert_eq!(client.patch(&path, body.clone()).await.status, 400, "{body}");
    }
    let half =
        json!([{ "op": "replace", "path": "/name", "value": "x" }, { "op": "remove", "path": "/expiry" }]);
    assert_eq!(client.patch(&path, half).await.status, 422);
    assert_eq!(client.get(&path).await.text("name"), "new", "all of a patch or nothing");
}

#[tokio::test]
async fn an_expiry_is_milliseconds_ahead_and_ends_the_token() {
    let (world, client) = world().await;
    let soon = now(&world) + 60_000;
    let created = client.post(TOKENS, json!({ "role": "reader", "expiry": soon })).await;
    assert_eq!((created.status, &created.json()["expiry"]), (201, &json!(soon)));
    let (path, value) = (format!("{TOKENS}/{}", created.text("_id")), created.text("token"));
    for wrong in [json!(now(&world)), json!(soon / 1000), json!("soon"), json!(1.5)] {
        let body = json!({ "role": "reader", "expiry": wrong });
        assert_eq!(client.post(TOKENS, body).await.status, 400, "{wrong}");
        let patch = json!([{ "op": "replace", "path": "/expiry", "value": wrong }]);
        assert_eq!(client.patch(&path, patch).await.status, 400, "{wrong}");
    }
    world.advance_seconds(59);
    assert!(world.vendor.accepts(&value));
    world.advance_seconds(1);
    assert_eq!(world.client(&*value).get(TOKENS).await.status, 401);
    assert_eq!(client.get(&path).await.status, 200, "it is still listed");

    let later = now(&world) + 1000;
    let renewed = client.patch(&path, json!([{ "op": "add", "path": "/expiry", "value": later }])).await;
    assert_eq!((renewed.status, &renewed.json()["expiry"]), (200, &json!(later)));
    assert!(world.vendor.accepts(&value));
    let never = client.patch(&path, json!([{ "op": "remove", "path": "/expiry" }])).await;
    assert!(never.json().get("expiry").is_none());
}

#[tokio::test]
async fn an_older_instance_ignores_an_expiry_without_a_word() {
    let (world, client) = world().await;
    world.vendor.ignores_expiry(true);
    let created = client.post(TOKENS, json!({ "role": "reader", "expiry": now(&world) + 1000 })).await;
    assert_eq!(created.status, 201);
    assert!(created.json().get("expiry").is_none());
    let path = format!("{TOKENS}/{}", created.text("_id"));
    let patched = client.patch(&path, json!([{ "op": "add", "path": "/expiry", "value": 5 }])).await;
    assert_eq!(patched.status, 200);
    assert!(patched.json().get("expiry").is_none());
    world.advance_seconds(3600);
    assert!(world.vendor.accepts(&created.text("token")), "it is immortal");
}

#[tokio::test]
async fn a_reset_ends_the_old_value_at_once_or_at_expiry() {
    let (world, client) = world().await;
    let created = client.post(TOKENS, json!({ "role": "reader" })).await;
    let path = format!("{TOKENS}/{}/reset", created.text("_id"));
    let first = created.text("token");
    let reset = client.send(Method::POST, &path, None).await;
    let second = reset.text("token");
    assert_eq!((reset.status, reset.text("_id")), (200, created.text("_id")));
    assert!(second.starts_with("api-") && second != first);
    assert!(!world.vendor.accepts(&first) && world.vendor.accepts(&second));

    let until = now(&world) + 60_000;
    let third = client.send(Method::POST, &format!("{path}?expiry={until}"), None).await.text("token");
    world.advance_seconds(59);
    assert!(world.vendor.accepts(&second) && world.vendor.accepts(&third));
    world.advance_seconds(1);
    assert!(!world.vendor.accepts(&second) && world.vendor.accepts(&third));

    let fourth = client.send(Method::POST, &format!("{path}?expiry=1"), None).await;
    assert_eq!(fourth.status, 200);
    assert!(!world.vendor.accepts(&third), "an expiry that is past is at once");
    assert_eq!(client.send(Method::POST, &format!("{path}?expiry=x"), None).await.status, 400);
    assert_eq!(client.get(&path).await.status, 405);
}

#[tokio::test]
async fn who_sees_what_depends_on_who_asks() {
    let (world, client) = world().await;
    let count = |list: Value| list["totalCount"].as_u64().unwrap();
    assert_eq!(count(client.get(TOKENS).await.json()), 2, "their own and the service token");
    assert_eq!(count(client.get("/api/v2/tokens?showAll=true").await.json()), 3);
    let reader = world.client(LaunchDarkly::READER_TOKEN);
    assert_eq!(count(reader.get("/api/v2/tokens?showAll=true").await.json()), 1);
    let service = world.client(LaunchDarkly::SERVICE_TOKEN);
    assert_eq!(count(service.get(TOKENS).await.json()), 1);
    assert_eq!(reader.get(&format!("{TOKENS}/{}", LaunchDarkly::ADMIN_TOKEN_ID)).await.status, 404);
    assert_eq!(client.get(&format!("{TOKENS}/{}", LaunchDarkly::READER_TOKEN_ID)).await.status, 200);
}

#[tokio::test]
async fn a_reader_changes_nothing_and_nobody_gives_more_than_they_have() {
    let (world, client) = world().await;
    let reader = world.client(LaunchDarkly::READER_TOKEN);
    let own = format!("{TOKENS}/{}", LaunchDarkly::READER_TOKEN_ID);
    assert_eq!(reader.post(TOKENS, json!({ "role": "reader" })).await.status, 403);
    assert_eq!(reader.delete(&own).await.status, 403);
    world.vendor.denies_as_unauthorized(true);
    assert_eq!(reader.delete(&own).await.status, 401);
    world.vendor.denies_as_unauthorized(false);
    let writer = client.post(TOKENS, json!({ "role": "writer" })).await.text("token");
    let writer = world.client(writer);
    assert_eq!(writer.post(TOKENS, json!({ "role": "admin" })).await.status, 403);
    assert_eq!(writer.post(TOKENS, json!({ "role": "reader", "serviceToken": true })).await.status, 403);
    assert_eq!(writer.post(TOKENS, json!({ "role": "writer" })).await.status, 201);
}

#[tokio::test]
async fn a_caller_learns_its_identity() {
    let (world, client) = world().await;
    let identity = client.get("/api/v2/caller-identity").await.json();
    assert_eq!(identity["tokenId"], LaunchDarkly::ADMIN_TOKEN_ID);
    assert_eq!((&identity["tokenName"], &identity["serviceToken"]), (&json!("laptop"), &json!(false)));
    let service = world.client(LaunchDarkly::SERVICE_TOKEN).get("/api/v2/caller-identity").await.json();
    assert_eq!(service["serviceToken"], true);
}

#[tokio::test]
async fn a_removed_member_takes_their_personal_tokens_along() {
    let (world, client) = world().await;
    world.vendor.remove_member(LaunchDarkly::READER_MEMBER_ID);
    assert_eq!(world.client(LaunchDarkly::READER_TOKEN).get(TOKENS).await.status, 401);
    assert_eq!(client.get("/api/v2/tokens?showAll=true").await.json()["totalCount"], 2);
    world.vendor.remove_member(LaunchDarkly::ADMIN_MEMBER_ID);
    assert!(world.vendor.accepts(LaunchDarkly::SERVICE_TOKEN), "a service token stays");
}

#[tokio::test]
async fn an_account_has_only_so_many_tokens() {
    let (world, client) = world().await;
    world.vendor.account_limit(4);
    assert_eq!(client.post(TOKENS, json!({ "role": "reader" })).await.status, 201);
    let full = client.post(TOKENS, json!({ "role": "reader" })).await;
    let message = "the account has reached its token limit";
    assert_eq!((full.status, full.json()), (400, json!({ "code": "invalid_request", "message": message })));
    assert_eq!(world.vendor.token_ids().len(), 4);
}

#[tokio::test]
async fn a_patch_can_come_as_a_post_that_says_so() {
    let (_world, client) = world().await;
    let path = format!("{TOKENS}/{}", LaunchDarkly::SERVICE_TOKEN_ID);
    let patch = json!([{ "op": "replace", "path": "/name", "value": "renamed" }]);
    let patched = client.with_header("x-http-method-override", "PATCH").post(&path, patch).await;
    assert_eq!((patched.status, patched.text("name").as_str()), (200, "renamed"));
}

#[tokio::test]
async fn a_relay_configuration_shows_its_key_once() {
    let (world, client) = world().await;
    assert_eq!(client.get(RELAYS).await.json()["items"].as_array().unwrap().len(), 2);
    let policy = json!([{ "effect": "allow", "actions": ["*"], "resources": ["proj/*:env/*"] }]);
    let created = client.post(RELAYS, json!({ "name": "relay", "policy": policy })).await;
    assert_eq!(created.status, 201);
    let (id, key) = (created.text("_id"), created.text("fullKey"));
    assert_eq!(created.text("displayKey"), key[key.len() - 4..]);
    let path = format!("{RELAYS}/{id}");
    let one = client.get(&path).await;
    assert!(one.json().get("fullKey").is_none());
    assert_eq!(one.text("displayKey"), key[key.len() - 4..]);

    let patch = json!({ "patch": [{ "op": "replace", "path": "/name", "value": "new" }], "comment": "why" });
    assert_eq!(client.patch(&path, patch).await.text("name"), "new");
    assert_eq!(client.patch(&path, json!([])).await.status, 400, "the patch stands within an object");
    let missing = json!({ "patch": [{ "op": "remove", "path": "/policy/7" }] });
    assert_eq!(client.patch(&path, missing).await.status, 422);

    let until = now(&world) + 1000;
    let reset = client.send(Method::POST, &format!("{path}/reset?expiry={until}"), None).await;
    let new = reset.text("fullKey");
    assert!(new != key && world.vendor.accepts(&key) && world.vendor.accepts(&new));
    world.advance_seconds(1);
    assert!(!world.vendor.accepts(&key) && world.vendor.accepts(&new));

    assert_eq!(client.delete(&path).await.status, 204);
    assert_eq!(client.get(&path).await.status, 404);
    assert!(!world.vendor.accepts(&new));
    for body in [json!({ "name": "a" }), json!({ "policy": policy }), json!({ "name": "a", "policy": [] })] {
        assert_eq!(client.post(RELAYS, body.clone()).await.status, 400, "{body}");
    }
    let reader = world.client(LaunchDarkly::READER_TOKEN);
    assert_eq!(reader.get(RELAYS).await.status, 200);
    assert_eq!(reader.post(RELAYS, json!({ "name": "a", "policy": policy })).await.status, 403);
}

#[tokio::test]
async fn what_is_not_there_is_404_and_what_is_not_done_there_is_405() {
    let (_world, client) = world().await;
    for path in ["/", "/api/v2", "/api/v2/tokens/", "/api/v2/nothing", "/api/v2/tokens/unknown/other"] {
        let missing = client.get(path).await;
        assert_eq!((missing.status, missing.text("code").as_str()), (404, "not_found"), "{path}");
    }
    assert_eq!(client.put(TOKENS, json!({})).await.status, 405);
    let broken = client.try_send(Method::POST, TOKENS, "application/json", Some("{".into())).await.unwrap();
    assert_eq!((broken.status, broken.text("code").as_str()), (400, "invalid_request"));
}
