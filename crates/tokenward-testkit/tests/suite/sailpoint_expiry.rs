//! SailPoint: how long a token may live, by version.

use serde_json::{Value, json};
use tokenward_testkit::SailPoint;

use crate::{client::Client, sailpoint::world};

const OLDER: [&str; 3] =
    ["/v2024/personal-access-tokens", "/v3/personal-access-tokens", "/beta/personal-access-tokens"];
const NEWER: [&str; 3] =
    ["/v2025/personal-access-tokens", "/v2026/personal-access-tokens", "/personal-access-tokens/v1"];

/// Makes a token, says how, and makes room for the next.
async fn make(client: &Client, path: &str, body: Value) -> (u16, Value) {
    let created = client.post(path, body).await;
    if created.status == 200 {
        assert_eq!(client.delete(&format!("{path}/{}", created.text("id"))).await.status, 204);
    }
    (created.status, created.json())
}

#[tokio::test]
async fn in_the_older_versions_a_token_lives_for_six_months_and_no_longer() {
    let (_world, client) = world().await;
    for path in OLDER {
        let (status, made) = make(&client, path, json!({ "name": "a" })).await;
        assert_eq!((status, &made["expirationDate"]), (200, &json!("2027-05-02T09:15:00.000Z")), "{path}");
        let at = |date: &str| json!({ "name": "a", "expirationDate": date });
        assert_eq!(make(&client, path, at("2027-05-02T09:15:00Z")).await.0, 200);
        assert_eq!(make(&client, path, at("2027-05-02T09:15:01Z")).await.0, 400);
        assert_eq!(make(&client, path, at("2026-11-02T09:15:00Z")).await.0, 400, "that is not ahead");
        assert_eq!(make(&client, path, at("tomorrow")).await.0, 400);
        let never = json!({ "name": "a", "expirationDate": null, "userAwareTokenNeverExpires": true });
        let (_, made) = make(&client, path, never).await;
        assert_eq!(made["expirationDate"], "2027-05-02T09:15:00.000Z", "never is not known yet");
        let listed = client.get(&format!("{path}?owner-id=me")).await.json();
        assert!(listed[0].get("userAwareTokenNeverExpires").is_none());
    }
}

#[tokio::test]
async fn in_the_newer_versions_never_has_to_be_acknowledged() {
    let (_world, client) = world().await;
    for path in NEWER {
        for body in [
            json!({ "name": "a" }),
            json!({ "name": "a", "expirationDate": null }),
            json!({ "name": "a", "userAwareTokenNeverExpires": false }),
            json!({ "name": "a", "userAwareTokenNeverExpires": null }),
            json!({ "name": "a", "userAwareTokenNeverExpires": "true" }),
            json!({ "name": "a", "expirationDate": "2026-11-02T09:15:00Z" }),
        ] {
            assert_eq!(make(&client, path, body.clone()).await.0, 400, "{path} {body}");
        }
        let (status, made) =
            make(&client, path, json!({ "name": "a", "userAwareTokenNeverExpires": true })).await;
        assert_eq!((status, made.get("expirationDate")), (200, None));
        let far = json!({ "name": "a", "expirationDate": "2099-01-01T00:00:00Z" });
        let (status, made) = make(&client, path, far).await;
        assert_eq!((status, &made["expirationDate"]), (200, &json!("2099-01-01T00:00:00.000Z")));
    }
}

#[tokio::test]
async fn an_expired_token_is_granted_nothing() {
    let (world, client) = world().await;
    let body = json!({ "name": "a", "expirationDate": "2026-11-02T09:16:00Z" });
    let secret = client.post(NEWER[2], body).await.text("secret");
    world.advance_seconds(59);
    assert!(world.vendor.accepts(&secret));
    world.advance_seconds(1);
    assert!(!world.vendor.accepts(&secret));
    assert_eq!(client.get(NEWER[2]).await.items(), 5, "it is still listed");
}

#[tokio::test]
async fn a_patch_to_never_acknowledges_it_in_the_same_patch() {
    let (_world, client) = world().await;
    let body = json!({ "name": "a", "expirationDate": "2026-12-01T00:00:00Z" });
    let id = client.post(NEWER[0], body).await.text("id");
    let never = json!({ "op": "replace", "path": "/expirationDate", "value": null });
    let aware = json!({ "op": "replace", "path": "/userAwareTokenNeverExpires", "value": true });
    for path in NEWER {
        let path = format!("{path}/{id}");
        assert_eq!(client.json_patch(&path, json!([never])).await.status, 400);
        let past = json!([{ "op": "replace", "path": "/expirationDate", "value": "2020-01-01T00:00:00Z" }]);
        assert_eq!(client.json_patch(&path, past).await.status, 400);
        let both = client.json_patch(&path, json!([aware, never])).await;
        assert_eq!((both.status, &both.json()["expirationDate"]), (200, &Value::Null));
        assert_eq!(client.json_patch(&path, json!([never])).await.status, 400, "once more for every patch");
        let back = json!([{ "op": "replace", "path": "/userAwareTokenNeverExpires", "value": false }]);
        assert_eq!(client.json_patch(&path, back).await.status, 400);
        let dated = json!([{ "op": "replace", "path": "/expirationDate", "value": "2027-01-01T00:00:00Z" }]);
        assert_eq!(client.json_patch(&path, dated).await.status, 200);
    }
    for path in OLDER {
        let patch = json!([{ "op": "replace", "path": "/expirationDate", "value": "2027-01-01T00:00:00Z" }]);
        assert_eq!(client.json_patch(&format!("{path}/{id}"), patch).await.status, 400, "{path}");
        let name = json!([{ "op": "replace", "path": "/name", "value": path }]);
        assert_eq!(client.json_patch(&format!("{path}/{id}"), name).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_bulk_update_moves_the_expiry_of_25_at_most() {
    let (world, client) = world().await;
    let ids = world.vendor.seed(26);
    let path = "/personal-access-tokens/v1/bulk-update";
    let to = |date: &str| json!([{ "op": "replace", "path": "/expirationDate", "value": date }]);
    let patch = to("2027-01-01T00:00:00Z");
    let updated = client.patch(path, json!({ "ids": &ids[..25], "patch": patch })).await;
    assert_eq!((updated.status, updated.items()), (200, 25));
    let records = updated.json();
    let records = records.as_array().unwrap();
    assert_eq!(records[24]["expirationDate"], "2027-01-01T00:00:00.000Z");
    assert!(records.iter().all(|record| record.get("userAwareTokenNeverExpires").is_none()));
    assert!(records.is_sorted_by_key(|record| record["id"].as_str().unwrap()));

    let rename = json!([{ "op": "replace", "path": "/name", "value": "b" }]);
    for refused in [
        json!({ "ids": ids, "patch": patch }),
        json!({ "ids": [], "patch": patch }),
        json!({ "ids": [ids[0], ids[1], ids[0]], "patch": to("2028-01-01T00:00:00Z") }),
        json!({ "ids": [ids[0]], "patch": rename }),
        json!({ "ids": [ids[0]], "jsonPatch": patch }),
        json!({ "patch": patch }),
    ] {
        assert_eq!(client.patch(path, refused.clone()).await.status, 400, "{refused}");
    }
    let body = json!({ "ids": [ids[0]], "patch": patch });
    assert_eq!(client.json_patch(path, body.clone()).await.status, 415);
    let posted = client.post(path, body).await;
    assert_eq!((posted.status, posted.header("allow")), (405, Some("PATCH, OPTIONS")));
    let one_unknown = json!({ "ids": [ids[0], "unknown"], "patch": to("2028-01-01T00:00:00Z") });
    assert_eq!(client.patch(path, one_unknown).await.status, 404);
    let all = client.get("/personal-access-tokens/v1").await.json();
    let moved = all.as_array().unwrap().iter().filter(|p| p["expirationDate"] == "2027-01-01T00:00:00.000Z");
    assert_eq!(moved.count(), 25, "all of them or none");
    assert!(world.vendor.exists(SailPoint::MANAGED_ID));
}
