use serde_json::json;

use super::*;
use crate::vendor::Config;

/// The operations that are named, with all reasons.
fn named(document: &Value) -> Vec<String> {
    let line = |sighting: &Sighting| {
        let reasons: Vec<String> = sighting.reasons.iter().map(ToString::to_string).collect();
        format!("{}: {}", sighting.operation, reasons.join("; "))
    };
    sightings(document).iter().map(line).collect()
}

fn paths(paths: Value) -> Value {
    json!({ "paths": paths })
}

/// An operation that answers with this, which takes this.
fn operation(answer: Value, request: Value) -> Value {
    let media = |schema: Value| json!({"content": {"application/json": {"schema": schema}}});
    json!({"requestBody": media(request), "responses": {"200": media(answer)}})
}

fn text(properties: &[&str]) -> Value {
    let properties: serde_json::Map<String, Value> =
        properties.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
    json!({ "properties": properties })
}

fn config(extra: &str) -> Config {
    let text = format!(
        "title = ''\ncrate = 'x'\nfamilies = []\n{extra}\n[[upstream]]\nname = ''\npublished = ''\nversion = ''\n\
         compared = ''\nlicence = ''\noperations = {{ get_token = 'GET /tokens/{{id}}' }}\n\
         added = {{ update_tokens = 'PATCH /tokens/bulk-update' }}"
    );
    toml::from_str(&text).unwrap()
}

#[test]
fn every_signal_names_an_operation() {
    for (path, method, operation, expected) in [
        ("/orgs/{orgId}/api-tokens", "get", json!({}), "path segment api-tokens"),
        ("/oauth/clients", "get", json!({}), "path segments oauth/clients; path segment oauth"),
        (
            "/x",
            "get",
            json!({"operationId": "listPersonalAccessTokens"}),
            "operationId listPersonalAccessTokens",
        ),
        ("/x", "get", json!({"tags": ["Access tokens"]}), "tag Access tokens"),
        (
            "/x",
            "get",
            json!({"tags": ["Tokens"], "summary": "List API keys"}),
            "tag Tokens; summary List API keys",
        ),
        (
            "/envs/{id}/mobileKey",
            "post",
            json!({"operationId": "resetMobileKey"}),
            "operationId resetMobileKey; path segment mobileKey",
        ),
        ("/caller-identity", "get", json!({}), "path segment caller-identity"),
        ("/api/self", "get", json!({}), "path segment self"),
        ("/x", "post", operation(text(&["id", "secret"]), json!({})), "answer property /secret"),
        (
            "/x",
            "get",
            operation(json!({"items": text(&["fullKey"])}), json!({})),
            "answer property /*/fullKey",
        ),
        (
            "/x",
            "get",
            operation(json!({"properties": {"data": {"items": text(&["clientSecret"])}}}), json!({})),
            "answer property /data/*/clientSecret",
        ),
        (
            "/x",
            "post",
            operation(json!({"properties": {"id": {}, "token": text(&["value", "jwt"])}}), json!({})),
            "answer property /token/jwt",
        ),
        (
            "/x",
            "get",
            operation(json!({"$ref": "#/components/schemas/ApiTokenPage"}), json!({})),
            "answer ApiTokenPage",
        ),
        (
            "/x",
            "post",
            operation(json!({}), json!({"$ref": "#/components/schemas/accesstokenpost"})),
            "request accesstokenpost",
        ),
    ] {
        let document = paths(json!({path: {method: operation}}));
        assert_eq!(named(&document), [format!("{} {path}: {expected}", method.to_uppercase())]);
    }
}

#[test]
fn what_other_vendors_call_tokens_is_found() {
    for (method, path, name, summary) in [
        ("get", "/api/v1/api-tokens", "listApiTokens", ""),
        ("put", "/user/tokens/{id}/value", "roll", ""),
        ("get", "/api/v2/application_keys", "ListApplicationKeys", ""),
        ("get", "/orgs/{org}/personal-access-tokens", "orgs/list-pat-grants", ""),
        ("post", "/tailnet/{tailnet}/keys", "createKey", "Create an auth key"),
        ("post", "/serviceaccounts/{id}/tokens", "createToken", ""),
        ("post", "/clients/{id}/rotate-secret", "post_rotate_secret", ""),
        ("post", "/projects/{id}/deploy_keys", "addKey", ""),
        ("get", "/oauth2/whoami", "whoAmI", ""),
        ("get", "/users/me", "getCurrentUser", ""),
        ("post", "/iam/access-keys/{id}/rotate", "rotate", ""),
    ] {
        let operation = json!({"operationId": name, "summary": summary});
        let found = named(&paths(json!({path: {method: operation}})));
        assert_eq!(found.len(), 1, "{path}");
    }
}

#[test]
fn what_only_sounds_alike_names_nothing() {
    let nested = json!({"properties": {"id": {}, "environment": text(&["apiKey"])}});
    let key_pair = json!({"properties": {"pair": {"$ref": "#/components/schemas/KeyPair"}}});
    for (path, operation) in [
        ("/tokenization/{token}", json!({"operationId": "tokenizeText", "tags": ["Keywords"]})),
        ("/flags/{flagKey}", json!({"operationId": "resetFlagByKey", "summary": "Reset flag by key"})),
        ("/profile", json!({"summary": "Needs an access token"})),
        ("/oauth/{provider}", json!({"operationId": "loginOauth2", "tags": ["OAuth2"]})),
        ("/self/usage", json!({})),
        (
            "/configurations/keys/{key}",
            json!({"operationId": "listKeys", "summary": "List configurations by key"}),
        ),
        ("/contexts", operation(text(&["continuationToken"]), json!({}))),
        (
            "/sub",
            operation(
                json!({"properties": {"secret": {"type": "boolean"}, "token": {"format": "date-time"}}}),
                json!({}),
            ),
        ),
        ("/groups", operation(nested, json!({}))),
        ("/clusters", operation(key_pair, json!({}))),
        ("/only-sent", operation(json!({}), text(&["secret"]))),
        ("/x", json!({"responses": {"400": {"content": {"a/b": {"schema": text(&["secret"])}}}}})),
        (
            "/y",
            json!({"responses": {"200": {"content": {"a/b": {"schema": {"properties": {"secret": {"writeOnly": true}}}}}}}}),
        ),
    ] {
        assert_eq!(named(&paths(json!({path: {"get": operation}}))), [""; 0], "{path}");
    }
}

#[test]
fn a_secret_that_is_sent_to_the_resource_is_not_one_that_it_issues() {
    let read_only = json!({"properties": {"secret": {"type": "string", "readOnly": true}}});
    let document = paths(json!({
        "/hooks": {"post": operation(text(&["secret"]), text(&["secret"]))},
        "/hooks/{id}": {"get": operation(text(&["id", "secret"]), json!({}))},
        "/hooks/{id}/derived": {"get": operation(text(&["id", "secret"]), json!({}))},
        "/hooksmiths": {"get": operation(text(&["id", "secret"]), json!({}))},
        "/robots": {"post": operation(read_only.clone(), read_only)},
    }));
    assert_eq!(
        named(&document),
        ["GET /hooksmiths: answer property /secret", "POST /robots: answer property /secret"]
    );
}

#[test]
fn what_takes_back_an_issued_secret_is_named_with_it() {
    let document = paths(json!({
        "/relays": {"post": operation(text(&["id", "fullKey"]), json!({}))},
        "/relays/{id}": {"delete": {"responses": {"204": {}}}},
        "/relays/{id}/logs": {"get": {}},
    }));
    assert_eq!(
        named(&document),
        [
            "POST /relays: answer property /fullKey",
            "DELETE /relays/{id}: beside POST /relays, which answers /fullKey",
        ]
    );
}

#[test]
fn components_are_followed_through_cycles_of_every_kind() {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let mut document =
        paths(json!({"/x": {"get": {"responses": {"200": {"$ref": "#/components/responses/R"}}}}}));
    document["components"] = json!({
        "responses": {"R": {"content": {"application/json": {"schema": reference("Page")}}}},
        "schemas": {
            "Page": {"properties": {"next": reference("Page"), "rows": {"items": reference("Row")}}},
            "Row": {"allOf": [reference("Row"), reference("Other"), {"properties": {"parent": reference("Row")}}]},
            "Other": {"oneOf": [reference("Row"), {"properties": {"secret": reference("Text")}}]},
            "Text": {"type": ["string", "null"]},
        },
    });
    assert_eq!(named(&document), ["GET /x: answer property /rows/*/secret of Page"]);
}

#[test]
fn a_document_in_any_state_is_looked_at() {
    let mut document = paths(json!({
        "/a": {"get": 7, "post": {"responses": [], "tags": "x", "operationId": 1, "requestBody": {"$ref": "#/no"}}},
        "/b": [],
        "/c": {"get": {"responses": {"200": {"content": {"a/b": {"schema": {"$ref": 7, "items": [], "properties": 1}}}}}}},
        "/tokens": {"get": {"responses": {"200": {"$ref": "elsewhere.yaml"}}}},
        "/deep": {"get": operation(json!({"$ref": "#/components/schemas/S0"}), json!({}))},
    }));
    let chain = (0..10_000).map(|index| {
        (format!("S{index}"), json!({"allOf": [{"$ref": format!("#/components/schemas/S{}", index + 1)}]}))
    });
    document["components"] = json!({"schemas": chain.collect::<serde_json::Map<_, _>>()});
    assert_eq!(named(&document), ["GET /tokens: path segment tokens"]);
}

#[test]
fn many_secrets_in_many_records_are_not_multiplied() {
    let wide = |next: &str| -> Value {
        let properties: serde_json::Map<String, Value> = (0..300)
            .map(|index| (format!("p{index}"), json!({"$ref": format!("#/components/schemas/{next}")})))
            .collect();
        json!({ "properties": properties })
    };
    let mut document = paths(json!({"/x": {"get": operation(wide("A"), json!({}))}}));
    document["components"] = json!({"schemas": {"A": wide("B"), "B": wide("C"), "C": text(&["secret"])}});
    let found = sightings(&document);
    assert!(found[0].reasons.len() < 40, "{}", found[0].reasons.len());
}

#[test]
fn a_new_operation_is_unknown_and_a_kept_or_known_one_is_not() {
    let document = paths(json!({
        "/tokens/{tokenId}": {"get": {}, "delete": {}},
        "/tokens/bulk-update": {"patch": {}},
        "/orgs/{org}/secrets": {"get": {}},
        "/things": {"get": {}},
    }));
    let found = sightings(&document);
    let unknown = |extra: &str| -> Vec<String> {
        unknown(&config(extra), &found).into_iter().map(|sighting| sighting.operation.clone()).collect()
    };
    assert_eq!(unknown(""), ["GET /orgs/{org}/secrets", "DELETE /tokens/{tokenId}"]);
    let known = "[[known]]\noperations = ['* /orgs/{org}/*']\nreason = 'r'";
    assert_eq!(unknown(known), ["DELETE /tokens/{tokenId}"]);
}

/// The paths are facts; the rest is made up.
#[test]
fn the_service_account_tokens_of_a_vendor_that_publishes_none_of_its_document_are_found() {
    let operations = [
        ("get", "/orgs/{orgId}/api-tokens"),
        ("delete", "/orgs/{orgId}/api-tokens"),
        ("get", "/orgs/{orgId}/api-tokens/count"),
        ("get", "/orgs/{orgId}/service-accounts/api-tokens"),
        ("get", "/orgs/{orgId}/service-accounts/{serviceAccountId}/api-tokens"),
        ("delete", "/orgs/{orgId}/service-accounts/{serviceAccountId}/api-tokens"),
        ("get", "/orgs/{orgId}/api-keys"),
        ("patch", "/orgs/{orgId}/api-keys/revoke/{apiKeyId}"),
        ("get", "/orgs/{orgId}/oauth-clients"),
        ("delete", "/orgs/{orgId}/oauth-clients/{clientId}"),
        ("get", "/orgs/{orgId}/service-accounts/{serviceAccountId}/oauth-clients"),
    ];
    let mut document =
        paths(json!({"/orgs/{orgId}/service-accounts": {"get": {"tags": ["Service Account"]}}}));
    for (method, path) in operations {
        document["paths"][path][method] = json!({});
    }
    assert_eq!(sightings(&document).len(), operations.len());
}
