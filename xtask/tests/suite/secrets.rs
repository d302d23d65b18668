//! Secrets that no name gives away are hidden, and what may be one is named.

use serde_json::{Value, json};
use xtask::whole;

use crate::support::with_room;

/// What a client makes of a document: its secrets, what it reads secret first, and the places that the report names.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    secrets: Vec<String>,
    issued: Vec<String>,
    doubts: Vec<String>,
}

fn outcome(paths: Value, schemas: Value) -> Outcome {
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": "https://api.example.com"}],
        "security": [{"b": []}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"b": {"type": "http", "scheme": "bearer"}}},
    });
    let whole = with_room(|| whole::generate(document, None).unwrap());
    let issued = whole.client.source.split("pub async fn ").skip(1);
    let issued =
        issued.filter(|method| method.split("-> ").nth(1).is_some_and(|it| it[..120].contains("Issued")));
    let doubts = whole.losses.iter().filter(|loss| loss.what.contains("a secret: "));
    Outcome {
        secrets: whole.config.secrets.iter().cloned().collect(),
        issued: issued.map(|method| method.split(['<', '(']).next().unwrap().to_owned()).collect(),
        doubts: doubts.map(|loss| loss.place.clone()).collect(),
    }
}

fn answer(schema: Value) -> Value {
    json!({"description": "ok", "content": {"application/json": {"schema": schema}}})
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// An operation that answers with a schema.
fn operation(id: &str, schema: Value) -> Value {
    json!({"operationId": id, "responses": {"200": answer(schema)}})
}

/// A record with an id and these text fields, each with its description.
fn record(fields: &[(&str, &str)]) -> Value {
    let mut properties = json!({"id": {"type": "string"}});
    for (name, description) in fields {
        properties[name] = json!({"type": "string", "description": description});
    }
    json!({"type": "object", "required": ["id"], "properties": properties})
}

/// What is made of the answer to an operation, next to a list of records with an id and a name.
fn made(method: &str, path: &str, id: &str, fields: &[(&str, &str)]) -> Outcome {
    let mut paths = json!({"/api-keys": {"get": operation("list", json!({"type": "array", "items": reference("Listed")}))}});
    paths[path][method] = operation(id, reference("Made"));
    outcome(paths, json!({"Listed": record(&[("name", "")]), "Made": record(fields)}))
}

fn hidden(fields: &[&str]) -> Vec<String> {
    fields.iter().map(|field| format!("Made.{field}")).collect()
}

#[test]
fn a_field_that_the_description_calls_a_credential_is_hidden() {
    for description in [
        "The key. It is only shown once.",
        "Shown once, upon creation of the token.",
        "The token; it will not be shown again",
        "API key. This value cannot be retrieved later.",
        "You won't be able to see the key again.",
        "The secret. Only returned on creation.",
        "Only present when the token is created",
        "The full key in plain text",
        "The complete API key",
        "The value of the API key.",
        "The value to use as an API key.",
        "Use this as the bearer token",
        "Send it in the Authorization header.",
        "The token itself",
        "Your new access token. Keep it safe!",
        "Credential of the robot; store it somewhere safe",
        "The base64 of id and key as the Authorization header wants it.",
        "The API key",
        "The key. This is the only time you will see it.",
        "The token, omitted from list responses",
        "Token. Only the create response has it.",
    ] {
        let found = made("post", "/robots", "create_robot", &[("name", ""), ("blob", description)]);
        assert_eq!(found.secrets, hidden(&["blob"]), "{description}");
    }
}

#[test]
fn a_field_that_only_describes_a_credential_is_printed() {
    for (field, description) in [
        ("label", "A label. It is the only way to tell the full key from others."),
        ("token_type", "Type of the token, as the Authorization header wants it."),
        ("key_prefix", "First characters of the key; the full key is only shown once."),
        ("owner", "Who may use the key"),
        ("last4", "The last four characters of the full key"),
        ("status", "Only active keys can be used in the Authorization header"),
        ("created_at", "When the API key was made, shown once"),
        ("key_id", "Identifies the API key. The API key is only shown once."),
        ("hash", "The hash of the full token"),
        ("origin", "Where requests with the token may come from"),
        ("next_page", "Value of the token for the next page"),
        ("public_part", "The public key"),
        ("redacted_value", "The value of the key"),
        ("region", "Only set when the key was created in a region"),
    ] {
        let found = made("post", "/api-keys", "create_api_key", &[("value", ""), (field, description)]);
        assert_eq!(found.secrets, hidden(&["value"]), "{field}");
    }
}

#[test]
fn a_value_in_the_answer_to_the_creation_of_a_key_is_hidden_and_read_first() {
    for (method, path, id) in [
        ("post", "/api-keys", "create_api_key"),
        ("post", "/api-keys", "op1"),
        ("post", "/tokens", "post_tokens"),
        ("post", "/api-keys/{id}/rotate", "rotate"),
        ("post", "/api-keys/{id}:regenerate", "op2"),
        ("post", "/users/{id}/credentials", "op3"),
        ("post", "/robots/{id}/reset", "resetRobotToken"),
        ("post", "/projects/{id}/issue", "issueServiceToken"),
    ] {
        for field in ["value", "plaintext", "encoded", "raw", "cleartext", "key_value", "full"] {
            let found = made(method, path, id, &[("name", ""), (field, "")]);
            assert_eq!(
                (found.secrets, found.issued.len()),
                (hidden(&[field]), 1),
                "{method} {path} {id} {field}"
            );
        }
    }
}

#[test]
fn an_operation_that_makes_no_credential_gives_plain_values() {
    for (method, path, id) in [
        ("post", "/api-keys/search", "search"),
        ("post", "/api-keys/{id}/disable", "op1"),
        ("post", "/api-keys/{id}", "update_api_key"),
        ("post", "/api-keys/{id}/members", "add_member"),
        ("get", "/api-keys/{id}", "get_api_key"),
        ("post", "/settings", "create_setting"),
        ("post", "/primary-keys", "op2"),
    ] {
        let found = made(method, path, id, &[("name", ""), ("value", "")]);
        assert_eq!((found.secrets, found.issued), (vec![], vec![]), "{method} {path} {id}");
    }
}

#[test]
fn the_one_text_that_only_the_creation_of_a_key_answers_with_is_hidden() {
    let found = made("post", "/api-keys", "op", &[("name", ""), ("blob", "")]);
    assert_eq!((found.secrets, found.doubts), (hidden(&["blob"]), vec![]));
    let found = made("post", "/api-keys", "op", &[("name", ""), ("blob", ""), ("other", "")]);
    assert_eq!(found.secrets, Vec::<String>::new());
    assert_eq!(found.doubts, ["field Made.blob", "field Made.other"]);
    // Next to a field that is known, they say nothing.
    let found = made("post", "/api-keys", "op", &[("token", ""), ("blob", "")]);
    assert_eq!((found.secrets, found.doubts), (hidden(&["token"]), vec![]));
}

#[test]
fn a_creation_of_a_key_without_any_secret_is_named() {
    let found = made("post", "/api-keys", "op", &[("name", ""), ("status", "")]);
    assert_eq!((found.secrets, found.doubts), (vec![], vec!["POST /api-keys".to_owned()]));
    let text = json!({"/api-keys": {"post": operation("op", json!({"type": "string"}))}});
    assert_eq!(outcome(text, json!({})).doubts, ["POST /api-keys, answer"]);
}

#[test]
fn a_value_within_a_record_or_next_to_one_that_sounds_like_a_secret_is_hidden() {
    let value =
        json!({"type": "object", "properties": {"value": {"type": "string"}, "hint": {"type": "string"}}});
    let paths = |name: &str| json!({"/robots": {"post": operation("create_robot", reference(name))}});
    let within = json!({"type": "object", "properties": {"id": {"type": "string"}, "access_token": reference("Inner")}});
    let found = outcome(paths("Robot"), json!({"Robot": within, "Inner": value}));
    assert_eq!(found.secrets, ["Inner.value"]);
    let listed =
        json!({"type": "object", "properties": {"tokens": {"type": "array", "items": reference("Inner")}}});
    assert_eq!(outcome(paths("Robot"), json!({"Robot": listed, "Inner": value})).secrets, ["Inner.value"]);
    let next =
        json!({"type": "object", "properties": {"token": reference("Listed"), "value": {"type": "string"}}});
    let found = outcome(paths("Robot"), json!({"Robot": next, "Listed": record(&[("name", "")])}));
    assert_eq!(found.secrets, ["Robot.value"]);
    assert_eq!(
        outcome(paths("ClientSecretCreated"), json!({"ClientSecretCreated": value})).secrets,
        ["ClientSecretCreated.value"]
    );
    let pair =
        json!({"type": "object", "properties": {"key": {"type": "string"}, "value": {"type": "string"}}});
    assert_eq!(outcome(paths("Tag"), json!({"Tag": pair})).secrets, ["Tag.key"]);
    let wrapped =
        json!({"type": "object", "properties": {"key": reference("ApiKey"), "value": {"type": "string"}}});
    let keys = json!({"/api-keys": {"post": operation("create_api_key", reference("WithSecret"))}});
    let found = outcome(keys, json!({"WithSecret": wrapped, "ApiKey": record(&[])}));
    assert_eq!(found.secrets, ["WithSecret.value"]);
}

#[test]
fn a_new_key_is_hidden_however_deep_it_stands_and_however_it_is_put() {
    let text = json!({"type": "string"});
    let text = &text;
    let nested = |inner: Value| json!({"Made": {"type": "object", "properties": {"id": text, "details": reference("Details")}}, "Details": inner});
    let keys = |method: &str, path: &str| {
        let mut paths = json!({});
        paths[path][method] = operation("op", reference("Made"));
        paths
    };
    let inner = json!({"type": "object", "properties": {"plaintext": text}});
    assert_eq!(outcome(keys("post", "/api-keys"), nested(inner)).secrets, ["Details.plaintext"]);
    let value = json!({"Made": {"type": "object", "properties": {"id": text, "value": text}}});
    assert_eq!(outcome(keys("put", "/api-keys/{name}"), value.clone()).secrets, ["Made.value"]);
    let pair = json!({"Made": {"type": "object", "properties": {"access": text, "refresh": text}}});
    assert_eq!(outcome(keys("post", "/token"), pair).secrets, ["Made.access", "Made.refresh"]);
    let anything = json!({"Made": {"type": "object", "properties": {"id": text, "value": {}}}});
    assert_eq!(outcome(keys("post", "/api-keys"), anything).doubts, ["field Made.value"]);
    let alias = json!({
        "Made": {"type": "object", "properties": {"id": text, "blob": reference("Blob")}},
        "Blob": {"type": "string", "description": "The token. It is only shown once."},
    });
    assert_eq!(outcome(keys("post", "/robots"), alias).secrets, ["Made.blob"]);
    let either = json!({"type": "object", "properties": {"id": text, "result": {"oneOf": [
        {"type": "object", "properties": {"value": text}}, {"type": "object", "properties": {"error": text}},
    ]}}});
    let found = outcome(keys("post", "/api-keys"), json!({"Made": either}));
    assert_eq!(found.secrets.len(), 1, "{found:?}");
    // As a vendor rolls a token that no list shows.
    let rolled =
        json!({"Made": {"type": "object", "properties": {"result": text, "success": {"type": "boolean"}}}});
    let mut roll = json!({"/tokens/{id}/value": {"put": operation("tokens-roll-token", reference("Made"))}});
    assert_eq!(outcome(roll.take(), rolled).secrets, ["Made.result"]);
    let pat = json!({"Made": {"type": "object", "properties": {"id": text, "pat": text, "text": text}}});
    assert_eq!(outcome(keys("post", "/api-keys"), pat).secrets, ["Made.pat"]);
    // The list that has the same field makes it an ordinary one.
    let mut listed = keys("post", "/api-keys");
    listed["/api-keys"]["get"] = operation("list", json!({"type": "array", "items": reference("Made")}));
    let found = outcome(listed, value);
    assert_eq!((found.secrets, found.doubts), (vec![], vec!["field Made.value".to_owned()]));
}

#[test]
fn a_declared_password_is_hidden_or_named() {
    let schema = json!({"type": "object", "properties": {
        "phrase": {"type": "string", "format": "password"},
        "phrases": {"type": "array", "items": {"type": "string", "format": "password"}},
        "number": {"type": "integer", "format": "password"},
        "numbers": {"type": "array", "items": {"type": "integer", "format": "password"}},
        "either": {"type": ["string", "integer"], "format": "password"},
        "anything": {"format": "password"},
        "nothing": {"type": ["string", "null"], "format": "password"},
        "words": {"type": "string", "format": "password", "enum": ["a", "b"]},
        "lists": {"type": "array", "items": {"type": "array", "items": {"type": "string", "format": "password"}}},
        "either_record": {"oneOf": [reference("Word"), {"type": "object", "properties": {"a": {"type": "string"}}}]},
        "alias": {"description": "d", "allOf": [reference("Word")]},
        "choice": {"anyOf": [{"type": "string", "format": "password"}, {"type": "null"}]},
    }});
    let word = json!({"type": "string", "format": "password"});
    let mut get = operation("get_user", reference("User"));
    get["parameters"] =
        json!([{"in": "query", "name": "phrase", "schema": {"type": "string", "format": "password"}}]);
    let text = operation("get_text", json!({"type": "string", "format": "password"}));
    let found = outcome(
        json!({"/users": {"get": get}, "/texts": {"get": text}}),
        json!({"User": schema, "Word": word}),
    );
    let secrets = ["User.alias", "User.choice", "User.nothing", "User.phrase", "User.phrases"];
    assert_eq!(found.secrets, secrets);
    assert_eq!(
        found.doubts,
        [
            "GET /texts, body",
            "GET /users",
            "field User.anything",
            "field User.lists",
            "field User.number",
            "field User.numbers",
            "schema User",
            "schema User",
            "schema User",
        ]
    );
}

#[test]
fn an_answer_is_read_secret_first_only_if_it_cannot_lack_its_secret() {
    let user = |required: &[&str], secret: Value| {
        let schema = json!({"type": "object", "required": required, "properties": {
            "id": {"type": "string"}, "password": secret, "prompt_cache_key": {"type": "string"},
        }});
        let paths = json!({"/users": {"post": operation("create_user", reference("User"))}});
        outcome(paths, json!({"User": schema}))
    };
    let text = json!({"type": "string"});
    let optional = user(&["id"], text.clone());
    assert_eq!((optional.issued, optional.secrets.len()), (vec![], 2));
    assert_eq!(user(&["id", "password"], text).issued, ["create_user"]);
    let nullable = json!({"type": "string", "nullable": true});
    assert_eq!(user(&["id", "password"], nullable).issued, Vec::<String>::new());
    // A public key is no secret that its creation gives away.
    assert_eq!(made("post", "/ssh-keys", "op", &[("public_key", "")]).issued, Vec::<String>::new());
    // What makes a credential has one, whatever the document requires.
    for field in ["token", "key", "client_secret"] {
        assert_eq!(made("post", "/api-keys", "op", &[(field, "")]).issued, ["op"], "{field}");
    }
}
