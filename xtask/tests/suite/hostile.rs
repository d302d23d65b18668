//! Whatever a document holds, the pipeline gives a client or one line, and never a panic.

use serde_json::{Value, json};
use xtask::pipeline::{Without, generate};

use crate::support::made_up;

/// A document whose one record, sent and read, has these properties, beside other schemas.
fn document(properties: Value, schemas: Value) -> Value {
    let thing = json!({"$ref": "#/components/schemas/Thing"});
    let mut document = json!({
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "paths": {"/things": {"post": {
            "requestBody": {"required": true, "content": {"application/json": {"schema": thing}}},
            "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": thing}}}},
        }}},
        "components": {"schemas": {"Thing": {"type": "object", "properties": properties}}},
    });
    for (name, schema) in schemas.as_object().unwrap() {
        document["components"]["schemas"][name] = schema.clone();
    }
    document
}

fn with_parameters(parameters: Value) -> Value {
    let mut document = document(json!({"a": {"type": "string"}}), json!({}));
    document["paths"]["/things"]["post"]["parameters"] = parameters;
    document
}

fn outcome(document: &Value, extra: &str) -> String {
    let (folder, vendor) = made_up(&document.to_string(), extra);
    match generate(&vendor, &Without::default()) {
        Ok(_) => "a client".to_owned(),
        Err(problem) => {
            let text = problem.to_string();
            assert_eq!(text.lines().count(), 1, "{text}");
            text.replace(&folder.path().display().to_string(), "")
        }
    }
}

#[test]
fn hostile_schemas_give_a_client_or_one_line() {
    let text = json!({"type": "string"});
    let property = |schema: Value| {
        document(json!({"a": schema}), json!({"Other": {"type": "object", "properties": {"x": text}}}))
    };
    let other = json!({"$ref": "#/components/schemas/Other"});
    let mut report = String::new();
    for (what, document) in [
        (
            "names of all kinds",
            document(
                json!({"type": text, "self": text, "fn": text, "1": text, "a\"b": text, "ü": text, "": text}),
                json!({}),
            ),
        ),
        ("two names that become one", document(json!({"_type": text, "type": text}), json!({}))),
        (
            "an enum with our own names",
            property(json!({"type": "string", "enum": ["unknown", "unrecognized", "self", "", "1"]})),
        ),
        ("an enum that differs in case", property(json!({"type": "string", "enum": ["a", "A"]}))),
        ("an enum of numbers", property(json!({"type": "integer", "enum": [1, 2]}))),
        ("a choice of records", property(json!({"oneOf": [other, text]}))),
        (
            "several choices at once",
            property(json!({"allOf": [
                {"oneOf": [other, {"type": "object", "properties": {"a": text}}, {"type": "object"}]},
                {"oneOf": [other, {"type": "object", "properties": {"b": text}}, {"type": "object"}]},
            ]})),
        ),
        (
            "a choice of itself",
            document(
                json!({"a": {"$ref": "#/components/schemas/A"}}),
                json!({"A": {"allOf": [{"oneOf": [{"$ref": "#/components/schemas/A"}, {"type": "object"}]}]}}),
            ),
        ),
        (
            "two nested records of one name",
            document(
                json!({
                    "a": {"properties": {"b": {"properties": {"x": text}}}},
                    "aB": {"properties": {"y": text}},
                }),
                json!({}),
            ),
        ),
        (
            "a record of records",
            property(
                json!({"allOf": [other, {"required": ["y"], "type": "object", "properties": {"y": text}}]}),
            ),
        ),
        ("a type that is none", property(json!({"type": "date-time"}))),
        (
            "a list of dates",
            property(json!({"type": "array", "items": {"type": "string", "format": "date-time"}})),
        ),
        ("a date that is not listed", property(json!({"type": "string", "format": "date-time"}))),
        ("a free-form record", property(json!({"type": "object"}))),
        ("a reference to a property", property(json!({"$ref": "#/components/schemas/Other/properties/x"}))),
        ("a reference that is none", property(json!({"$ref": 5}))),
        (
            "a code in a description",
            property(json!({"type": "string", "description": "```\npanic!()\n```\r\n    x [y] <z> */"})),
        ),
        ("a secret in a list", document(json!({"secrets": {"type": "array", "items": text}}), json!({}))),
        (
            "a secret in a record",
            document(json!({"token": {"type": "object", "properties": {"value": text}}}), json!({})),
        ),
        ("a secret of any kind", document(json!({"client_secret": {}}), json!({}))),
    ] {
        report += &format!("{what}: {}\n", outcome(&document, ""));
    }
    insta::assert_snapshot!(report);
}

#[test]
fn hostile_operations_give_a_client_or_one_line() {
    let text = json!({"type": "string"});
    let query = |name: &str, schema: Value| json!({"name": name, "in": "query", "schema": schema});
    let mut report = String::new();
    for (what, document) in [
        (
            "a list in the query",
            with_parameters(json!([query("a", json!({"type": "array", "items": text}))])),
        ),
        (
            "an enum in the query",
            with_parameters(json!([query("a", json!({"type": "string", "enum": ["x"]}))])),
        ),
        (
            "a parameter of our own name",
            with_parameters(json!([
                query("a", text.clone()),
                {"name": "query", "in": "query", "required": true, "schema": text},
            ])),
        ),
        (
            "two parameters that become one",
            with_parameters(json!([query("a-b", text.clone()), query("a_b", text.clone())])),
        ),
        ("a secret in the query", with_parameters(json!([query("api_key", text.clone())]))),
        ("an optional header", with_parameters(json!([{"name": "X-A", "in": "header", "schema": text}]))),
        (
            "a header of ours",
            with_parameters(
                json!([{"name": "Authorization", "in": "header", "required": true, "schema": text}]),
            ),
        ),
        ("a cookie", with_parameters(json!([{"name": "c", "in": "cookie", "schema": text}]))),
        ("a parameter without a schema", with_parameters(json!([{"name": "c", "in": "query"}]))),
        ("parameters that are no list", with_parameters(json!({}))),
    ] {
        report += &format!("{what}: {}\n", outcome(&document, ""));
    }
    insta::assert_snapshot!(report);
}

#[test]
fn an_optional_header_is_sent_and_a_header_of_ours_is_no_parameter() {
    let text = json!({"type": "string"});
    let source = |parameter: Value| {
        let (_folder, vendor) = made_up(&with_parameters(json!([parameter])).to_string(), "");
        generate(&vendor, &Without::default()).unwrap().source
    };
    let optional = source(json!({"name": "X-A", "in": "header", "schema": text}));
    assert!(optional.contains("x_a: Option<&'a str>") && optional.contains("let mut header_map"));
    assert!(optional.contains(".headers(header_map)") && !optional.contains("api-version"));
    let ours = source(json!({"name": "Authorization", "in": "header", "required": true, "schema": text}));
    assert!(!ours.contains("authorization:") && !ours.contains("header_map"));
}
