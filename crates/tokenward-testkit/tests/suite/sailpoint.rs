//! SailPoint: bearers, personal access tokens and OAuth clients.

use reqwest::Method;
use serde_json::{Value, json};
use tokenward_testkit::{SailPoint, SailPointPaging};

use crate::client::{Answer, Client, World};

const V1: &str = "/personal-access-tokens/v1";
const CLIENTS: &str = "/oauth-clients/v1";
const FORM: &str = "application/x-www-form-urlencoded";

pub(crate) async fn world() -> (World<SailPoint>, Client) {
    let world = World::new(SailPoint::new).await;
    let client = client(&world, SailPoint::CLIENT_ID, SailPoint::CLIENT_SECRET).await;
    (world, client)
}

async fn grant(world: &World<SailPoint>, id: &str, secret: &str) -> Answer {
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    world.client("").try_send(Method::POST, "/oauth/token", FORM, Some(form)).await.unwrap()
}

async fn client(world: &World<SailPoint>, id: &str, secret: &str) -> Client {
    let grant = grant(world, id, secret).await;
    assert_eq!(grant.status, 200);
    world.client(format!("Bearer {}", grant.text("access_token")))
}

fn never(name: &str) -> Value {
    json!({ "name": name, "userAwareTokenNeverExpires": true })
}

#[tokio::test]
async fn a_bearer_is_granted_for_a_tokens_id_and_secret() {
    let (world, _) = world().await;
    let granted = grant(&world, SailPoint::CLIENT_ID, SailPoint::CLIENT_SECRET).await;
    assert_eq!(granted.text("access_token").split('.').count(), 3, "it looks like a JWT");
    assert_eq!(granted.text("token_type"), "bearer");
    assert_eq!(granted.json()["expires_in"], 43_200);
    assert_eq!(granted.text("scope"), "sp:scopes:all");
    for (id, secret) in [(SailPoint::CLIENT_ID, "wrong"), ("unknown", SailPoint::CLIENT_SECRET)] {
        let refused = grant(&world, id, secret).await;
        assert_eq!((refused.status, refused.text("error").as_str()), (401, "invalid_client"));
        assert!(refused.json()["error_description"].is_string());
    }
    let send = |content_type: &'static str, body: &str| {
        let (client, body) = (world.client(""), Some(body.to_owned()));
        async move { client.try_send(Method::POST, "/oauth/token", content_type, body).await.unwrap() }
    };
    assert_eq!(send("application/json", "{}").await.status, 400);
    let password = send(FORM, "grant_type=password&client_id=a&client_secret=b").await;
    assert_eq!((password.status, password.text("error").as_str()), (400, "unsupported_grant_type"));
    assert_eq!(send(FORM, "grant_type=client_credentials").await.status, 400);
    assert_eq!(world.client("").get("/oauth/token").await.status, 405);
}

#[tokio::test]
async fn a_bearer_ends_by_the_clock() {
    let (world, client) = world().await;
    let mut body = never("short");
    body["accessTokenValiditySeconds"] = json!(15);
    let pat = client.post(V1, body).await;
    let granted = grant(&world, &pat.text("id"), &pat.text("secret")).await;
    assert_eq!(granted.json()["expires_in"], 15);
    let short = world.client(format!("Bearer {}", granted.text("access_token")));
    world.advance_seconds(14);
    assert_eq!(short.get(V1).await.status, 200);
    world.advance_seconds(1);
    let refused = short.get(V1).await;
    assert_eq!(refused.status, 401);
    assert!(refused.json()["error"].is_string());
    assert!(!world.vendor.accepts(&granted.text("access_token")));
}

#[tokio::test]
async fn a_token_lives_from_creation_to_deletion() {
    let (world, client) = world().await;
    let created = client.post(V1, never("ci")).await;
    assert_eq!(created.status, 200);
    let (id, secret) = (created.text("id"), created.text("secret"));
    let record = created.json();
    assert_eq!(
        record["owner"],
        json!({ "type": "IDENTITY", "id": SailPoint::ADMIN_IDENTITY, "name": "ada.admin" })
    );
    assert_eq!(record["scope"], json!(["sp:scopes:all"]), "left out, it is everything");
    assert_eq!(record["created"], "2026-11-02T09:15:00.000Z");
    assert_eq!(record.get("expirationDate"), None, "it never expires, and the schema has no null");

    let listed = client.get("/personal-access-tokens/v1?owner-id=me").await.json();
    let one = listed.as_array().unwrap().iter().find(|pat| pat["id"] == id).unwrap();
    assert!(one.get("secret").is_none());
    assert_eq!((&one["managed"], &one["lastUsed"]), (&json!(false), &Value::Null));
    assert_eq!(one["userAwareTokenNeverExpires"], true);

    let path = format!("{V1}/{id}");
    let one = client.get(&path).await;
    assert_eq!(
        (one.status, one.text("detailCode").as_str()),
        (405, "405 Method not allowed"),
        "none is got by id"
    );
    assert_eq!(grant(&world, &id, &secret).await.status, 200);
    let deleted = client.delete(&path).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    assert_eq!(grant(&world, &id, &secret).await.status, 401);
    assert_eq!(client.delete(&path).await.status, 404);
    assert!(!world.vendor.exists(&id));
}

#[tokio::test]
async fn a_bearer_outlives_its_token_or_not() {
    let (world, client) = world().await;
    let pat = client.post(V1, never("ci")).await;
    let (id, secret) = (pat.text("id"), pat.text("secret"));
    let orphan = super::sailpoint::client(&world, &id, &secret).await;
    client.delete(&format!("{V1}/{id}")).await;
    assert_eq!(orphan.get(V1).await.status, 200);
    world.vendor.bearers_end_with_their_token(true);
    assert_eq!(orphan.get(V1).await.status, 401);
    assert_eq!(client.get(V1).await.status, 200);
}

#[tokio::test]
async fn last_used_moves_once_a_day() {
    let (world, client) = world().await;
    let last_used = |client: Client| async move {
        let all = client.get("/personal-access-tokens/v1?owner-id=me").await.json();
        all[0]["lastUsed"].as_str().map(str::to_owned)
    };
    let fresh = || super::sailpoint::client(&world, SailPoint::CLIENT_ID, SailPoint::CLIENT_SECRET);
    assert_eq!(last_used(client.clone()).await.unwrap(), "2026-11-02T09:15:00.000Z");
    world.advance_seconds(23 * 3600);
    assert_eq!(last_used(fresh().await).await.unwrap(), "2026-11-02T09:15:00.000Z");
    world.advance_seconds(3600);
    assert_eq!(last_used(fresh().await).await.unwrap(), "2026-11-03T09:15:00.000Z");
}

#[tokio::test]
async fn the_list_is_filtered_by_owner_and_last_use() {
    let (world, client) = world().await;
    world.vendor.seed(300);
    let count = |query: &str| {
        let (client, path) = (client.clone(), format!("{V1}?{query}"));
        async move { client.get(&path).await.items() }
    };
    assert_eq!(count("owner-id=me").await, 2);
    assert_eq!(count(&format!("owner-id={}", SailPoint::USER_IDENTITY)).await, 2);
    assert_eq!(count("owner-id=unknown").await, 0);
    assert_eq!(count("filters=lastUsed%20isnull").await, 303);
    assert_eq!(count("filters=lastUsed%20le%202026-11-02T09:15:00Z").await, 1);
    assert_eq!(count("filters=lastUsed%20le%202026-11-02T09:14:59Z").await, 0);
    assert_eq!(count("filters=lastUsed%20isnull%20and%20lastUsed%20le%202026-11-02T09:15:00Z").await, 0);
    for wrong in ["lastUsed%20isnull%20or%20lastUsed%20isnull", "name%20eq%20%22a%22"] {
        let refused = client.get(&format!("{V1}?filters={wrong}")).await;
        assert_eq!(refused.status, 400, "{wrong}");
    }
}

/// The number of items, and the total in the header.
async fn page(client: &Client, list: &str, query: &str) -> (usize, Option<i64>) {
    let answer = client.get(&format!("{list}?{query}")).await;
    let total = answer.header("x-total-count").map(|_| answer.number("x-total-count"));
    (answer.items(), total)
}

#[tokio::test]
async fn both_lists_page_as_the_test_chooses() {
    let (world, client) = world().await;
    world.vendor.seed(500 - world.vendor.token_ids().len());
    world.vendor.seed_clients(500 - world.vendor.client_ids().len());
    let queries = ["", "count=true", "limit=1&count=true", "offset=250", "limit=10&offset=495", "offset=500"];
    let all = [(500, None); 6];
    let total = Some(500);
    let cut = [(250, None); 6];
    let pages = |total| [(250, None), (250, total), (1, total), (250, None), (5, None), (0, None)];
    for (paging, expected) in [
        (SailPointPaging::Ignored, all),
        (SailPointPaging::Honored, pages(total)),
        (SailPointPaging::WithoutTotal, pages(None)),
        (SailPointPaging::Truncated, cut),
    ] {
        world.vendor.paging(paging);
        for list in [V1, CLIENTS] {
            for (query, expected) in queries.into_iter().zip(expected) {
                assert_eq!(page(&client, list, query).await, expected, "{paging:?} {list}?{query}");
            }
        }
    }
}

#[tokio::test]
async fn pages_follow_each_other_and_the_total_counts_what_the_filter_keeps() {
    let (world, client) = world().await;
    world.vendor.seed(10);
    let all = client.get(V1).await.json();
    world.vendor.paging(SailPointPaging::Honored);
    let mut read = Vec::new();
    for offset in [0, 6, 12] {
        let page = client.get(&format!("{V1}?limit=6&offset={offset}")).await.json();
        read.extend(page.as_array().unwrap().clone());
    }
    assert_eq!(json!(read), all);
    assert_eq!(page(&client, V1, "owner-id=me&limit=1&count=true").await, (1, Some(2)));
    assert_eq!(page(&client, V1, "limit=0&count=true").await, (0, Some(14)));
    for wrong in ["limit=251", "limit=-1", "limit=a", "offset=-1"] {
        assert_eq!(client.get(&format!("{V1}?{wrong}")).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn nulls_that_the_schemas_forbid_are_answered_only_on_request() {
    let (world, client) = world().await;
    let api_client = json!({
        "name": "api", "description": "d", "accessTokenValiditySeconds": 60,
        "grantTypes": ["CLIENT_CREDENTIALS"], "accessType": "OFFLINE", "enabled": true,
    });
    let older = "/v2024/personal-access-tokens";
    let never_expires = |pats: &Value| {
        pats.as_array().unwrap().iter().find(|pat| pat["id"] == SailPoint::MANAGED_ID).unwrap().clone()
    };

    assert_eq!(client.post(V1, never("a")).await.json().get("expirationDate"), None);
    assert_eq!(never_expires(&client.get(older).await.json()).get("expirationDate"), None);
    assert_eq!(never_expires(&client.get(V1).await.json()).get("expirationDate"), Some(&Value::Null));
    let created = client.post(CLIENTS, api_client.clone()).await.json();
    assert_eq!([&created["businessName"], &created["homepageUrl"]], [&json!(""), &json!("")]);
    assert_eq!(created["redirectUris"], json!([]));
    let id = created["id"].as_str().unwrap();
    assert!(client.get(&format!("{CLIENTS}/{id}")).await.json()["businessName"].is_null());

    world.vendor.answers_null(true);
    assert_eq!(client.post(V1, never("b")).await.json().get("expirationDate"), Some(&Value::Null));
    assert_eq!(never_expires(&client.get(older).await.json()).get("expirationDate"), Some(&Value::Null));
    let created = client.post(CLIENTS, api_client).await.json();
    for name in ["businessName", "homepageUrl", "redirectUris"] {
        assert_eq!(created.get(name), Some(&Value::Null), "{name}");
    }
}

#[tokio::test]
async fn a_bearer_is_granted_for_a_multipart_form_too() {
    let (world, _) = world().await;
    let part = |name: &str, value: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let form = [
        part("grant_type", "client_credentials"),
        part("client_id", SailPoint::CLIENT_ID),
        part("client_secret", SailPoint::CLIENT_SECRET),
    ]
    .concat();
    let send = |body: String| {
        let client = world.client("");
        let content_type = "multipart/form-data; boundary=b";
        async move { client.try_send(Method::POST, "/oauth/token", content_type, Some(body)).await.unwrap() }
    };
    let granted = send(format!("{form}--b--\r\n")).await;
    assert_eq!((granted.status, granted.text("token_type").as_str()), (200, "bearer"));
    assert_eq!(send(form).await.status, 400, "the last boundary is missing");
}

#[tokio::test]
async fn names_are_unique_for_an_owner_who_has_ten_at_most() {
    let (world, client) = world().await;
    let taken = client.post(V1, never("automation")).await;
    assert_eq!((taken.status, taken.text("detailCode").as_str()), (400, "400.1 Bad Request Content"));
    assert_eq!(taken.json()["messages"][0]["text"], "a token of this name already exists");
    assert_eq!(client.post(V1, never("reports")).await.status, 200, "another owner's name is free");
    for n in 4..=10 {
        assert_eq!(client.post(V1, never(&format!("pat {n}"))).await.status, 200);
    }
    let full = client.post(V1, never("pat 11")).await;
    assert_eq!((full.status, full.text("detailCode").as_str()), (400, "400.1 Bad Request Content"));
    assert_eq!(full.json()["messages"][0]["text"], "the owner has the maximum number of tokens");
    assert_eq!(world.vendor.token_ids().len(), 12);
}

#[tokio::test]
async fn creation_wants_a_name_a_scope_and_a_validity_that_can_be() {
    let (_world, client) = world().await;
    for change in [
        json!({ "name": null }),
        json!({ "name": "" }),
        json!({ "scope": "sp:scopes:all" }),
        json!({ "accessTokenValiditySeconds": 14 }),
        json!({ "accessTokenValiditySeconds": 43_201 }),
        json!({ "accessTokenValiditySeconds": "60" }),
    ] {
        let mut body = never("a");
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let refused = client.post(V1, body).await;
        assert_eq!(refused.status, 400, "{change}");
        let error = refused.json();
        assert!(error["detailCode"].as_str().unwrap().starts_with("400"));
        assert!(error["messages"][0]["text"].is_string());
        assert_eq!(refused.header("slpt-request-id"), error["trackingId"].as_str());
    }
    let mut body = never("a");
    body["scope"] = json!(["sp:my-personal-access-tokens:read"]);
    body["accessTokenValiditySeconds"] = Value::Null;
    assert_eq!(client.post(V1, body).await.json()["accessTokenValiditySeconds"], 43_200);
}

#[tokio::test]
async fn a_patch_is_sent_as_a_json_patch() {
    let (_world, client) = world().await;
    let path = format!("{V1}/{}", client.post(V1, never("a")).await.text("id"));
    let rename = json!([{ "op": "replace", "path": "/name", "value": "b" }]);
    assert_eq!(client.patch(&path, rename.clone()).await.status, 415);
    let renamed = client.json_patch(&path, rename).await;
    assert_eq!((renamed.status, renamed.text("name").as_str()), (200, "b"));
    assert!(renamed.json().get("secret").is_none());
    for (op, field, value) in [
        ("replace", "/name", json!("automation")),
        ("replace", "/owner", json!("me")),
        ("replace", "/accessTokenValiditySeconds", json!(60)),
        ("replace", "/scope", json!("text")),
        ("test", "/name", json!("other")),
    ] {
        let patch = json!([{ "op": op, "path": field, "value": value }]);
        assert_eq!(client.json_patch(&path, patch).await.status, 400, "{field}");
    }
    assert_eq!(client.json_patch(&path, json!({})).await.status, 400);
    let unknown = client.json_patch(&format!("{V1}/unknown"), json!([])).await;
    assert_eq!((unknown.status, unknown.text("detailCode").as_str()), (404, "404 Not found"));
    let others = format!("{V1}/{}", SailPoint::USER_CLIENT_ID);
    assert_eq!(client.json_patch(&others, json!([])).await.status, 403);
}

#[tokio::test]
async fn a_changed_scope_reaches_new_bearers_only() {
    let (world, client) = world().await;
    let pat = client.post(V1, never("a")).await;
    let (id, secret) = (pat.text("id"), pat.text("secret"));
    let before = super::sailpoint::client(&world, &id, &secret).await;
    let scope =
        json!([{ "op": "replace", "path": "/scope", "value": ["sp:my-personal-access-tokens:read"] }]);
    assert_eq!(client.json_patch(&format!("{V1}/{id}"), scope).await.status, 200);
    let after = super::sailpoint::client(&world, &id, &secret).await;
    assert_eq!(before.post(V1, never("b")).await.status, 200);
    let refused = after.post(V1, never("c")).await;
    assert_eq!((refused.status, refused.text("detailCode").as_str()), (403, "403 Forbidden"));
    assert_eq!(after.get(&format!("{V1}?owner-id=me")).await.status, 200);
    assert_eq!(after.get(V1).await.status, 403);
}

#[tokio::test]
async fn a_user_minds_their_own_tokens() {
    let (world, _) = world().await;
    let user = client(&world, SailPoint::USER_CLIENT_ID, SailPoint::USER_CLIENT_SECRET).await;
    assert_eq!(user.get(&format!("{V1}?owner-id=me")).await.items(), 2);
    assert_eq!(user.get(V1).await.status, 403);
    assert_eq!(user.get(&format!("{V1}?owner-id={}", SailPoint::ADMIN_IDENTITY)).await.status, 403);
    assert_eq!(user.delete(&format!("{V1}/{}", SailPoint::CLIENT_ID)).await.status, 403);
    let own = user.post(V1, never("mine")).await;
    assert_eq!(own.json()["owner"]["id"], SailPoint::USER_IDENTITY);
    assert_eq!(user.delete(&format!("{V1}/{}", own.text("id"))).await.status, 204);
    assert_eq!(user.get(CLIENTS).await.status, 403);
}

#[tokio::test]
async fn the_platforms_token_is_told_by_its_flag() {
    let (_world, client) = world().await;
    let all = client.get(V1).await.json();
    let managed: Vec<&Value> = all.as_array().unwrap().iter().filter(|pat| pat["managed"] == true).collect();
    assert_eq!(managed.len(), 1);
    assert_eq!(managed[0]["id"], SailPoint::MANAGED_ID);
}

#[tokio::test]
async fn an_api_client_is_refused_for_personal_access_tokens() {
    let (world, _) = world().await;
    let api = client(&world, SailPoint::API_CLIENT_ID, SailPoint::API_CLIENT_SECRET).await;
    for version in [V1, "/v2025/personal-access-tokens", "/v3/personal-access-tokens"] {
        assert_eq!(api.get(version).await.status, 403);
        assert_eq!(api.post(version, never("a")).await.status, 403);
    }
    assert_eq!(api.get(CLIENTS).await.status, 403);
    assert_eq!(api.get(&format!("{CLIENTS}/{}", SailPoint::API_CLIENT_ID)).await.status, 200);
}

#[tokio::test]
async fn a_hundred_calls_in_ten_seconds_for_a_client_and_a_version() {
    let (world, client) = world().await;
    for _ in 0..100 {
        assert_eq!(client.get(&format!("{V1}?owner-id=me")).await.status, 200);
    }
    world.advance_seconds(3);
    let refused = client.get(V1).await;
    assert_eq!((refused.status, refused.number("retry-after")), (429, 7));
    assert!(refused.json()["message"].is_string());
    let again = super::sailpoint::client(&world, SailPoint::CLIENT_ID, SailPoint::CLIENT_SECRET).await;
    assert_eq!(again.get(V1).await.status, 429, "another bearer of the same client is no way out");
    assert_eq!(client.get("/v2025/personal-access-tokens").await.status, 200, "another version is");
    let user =
        super::sailpoint::client(&world, SailPoint::USER_CLIENT_ID, SailPoint::USER_CLIENT_SECRET).await;
    assert_eq!(user.get(&format!("{V1}?owner-id=me")).await.status, 200);
    world.advance_seconds(7);
    assert_eq!(client.get(V1).await.status, 200);
}

#[tokio::test]
async fn an_oauth_client_lives_from_creation_to_deletion() {
    let (world, client) = world().await;
    let body = json!({
        "name": "api", "description": "d", "accessTokenValiditySeconds": 60,
        "grantTypes": ["CLIENT_CREDENTIALS"], "accessType": "OFFLINE", "enabled": true,
    });
    let created = client.post("/v2024/oauth-clients", body.clone()).await;
    assert_eq!(created.status, 200);
    let (id, secret) = (created.text("id"), created.text("secret"));
    let path = format!("{CLIENTS}/{id}");
    let one = client.get(&path).await.json();
    assert!(one["secret"].is_null());
    assert_eq!(one["created"], "2026-11-02T09:15:00.000Z");
    assert_eq!(client.get(CLIENTS).await.items(), 3);
    assert_eq!(grant(&world, &id, &secret).await.json()["expires_in"], 60);

    let off = json!([{ "op": "replace", "path": "/enabled", "value": false }]);
    assert_eq!(client.patch(&path, off.clone()).await.status, 415);
    assert_eq!(client.json_patch(&path, off).await.json()["enabled"], false);
    assert_eq!(grant(&world, &id, &secret).await.status, 401);
    let smuggled = json!([{ "op": "replace", "path": "/id", "value": "x" }]);
    assert_eq!(client.json_patch(&path, smuggled).await.status, 400);
    assert_eq!(client.delete(&path).await.status, 204);
    assert_eq!(client.get(&path).await.status, 404);
    for missing in
        ["name", "description", "accessTokenValiditySeconds", "grantTypes", "accessType", "enabled"]
    {
        let mut body = body.clone();
        body.as_object_mut().unwrap().remove(missing);
        assert_eq!(client.post(CLIENTS, body).await.status, 400, "{missing}");
    }
}

#[tokio::test]
async fn every_answer_has_a_request_id_of_its_own() {
    let (world, client) = world().await;
    let mut ids = std::collections::HashSet::new();
    for path in [V1, "/nothing", "/v2030/personal-access-tokens"] {
        ids.insert(client.get(path).await.header("slpt-request-id").unwrap().to_owned());
    }
    ids.insert(world.client("").get(V1).await.header("slpt-request-id").unwrap().to_owned());
    assert_eq!(ids.len(), 4);
    assert_eq!(client.get("/v2030/personal-access-tokens").await.status, 404);
    assert_eq!(client.put(V1, json!({})).await.status, 405);
    let broken = client.try_send(Method::POST, V1, "application/json", Some("{".into())).await.unwrap();
    assert_eq!(broken.status, 400);
}
