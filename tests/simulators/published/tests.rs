//! Tests of the comparison itself, on invented documents.

use std::collections::BTreeSet;

use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};
use tokenward_testkit::{Method, Response};

use super::{
    check,
    schema::{Validator, simple},
};

pub(super) fn trials() -> [Trial; 2] {
    [
        Trial::test("the comparison finds a body that its schema does not allow", schemas),
        Trial::test("the comparison finds an undeclared status, media type or header", answers),
    ]
}

fn violations(schema: Value, value: Value) -> Vec<String> {
    let document = json!({ "components": { "schemas": {
        "tested": schema,
        "name": { "type": "string", "maxLength": 3 },
        "closed": { "type": "object", "properties": { "a": { "type": "integer" } }, "required": ["a"] },
    } } });
    let mut validator = Validator::new(&document);
    validator.check(&document["components"]["schemas"]["tested"], &value, "");
    validator.violations.into_iter().collect()
}

fn schemas() -> Result<(), Failed> {
    let (name, closed) =
        (json!({ "$ref": "#/components/schemas/name" }), json!({ "$ref": "#/components/schemas/closed" }));
    let nullable = json!({ "type": "string", "nullable": true });
    let either =
        json!({ "oneOf": [closed, { "type": "null" }, { "type": "integer" }, { "type": "number" }] });
    let map = json!({ "type": "object", "additionalProperties": name });
    let all = json!({ "allOf": [closed, { "properties": { "b": name } }] });
    let beside = json!({ "allOf": [closed], "properties": { "b": name } });
    let cases: &[(&Value, Value, &[&str])] = &[
        (&name, json!("abc"), &[]),
        (&name, json!("abcd"), &["/: maxLength"]),
        (&name, json!(1), &["/: type \"string\""]),
        (&nullable, Value::Null, &[]),
        (&name, Value::Null, &["/: type \"string\""]),
        (&json!({ "type": ["string", "null"] }), Value::Null, &[]),
        (&closed, json!({ "a": 1.0 }), &[]),
        (&closed, json!({ "a": 1.5, "b": 1 }), &["/a: type \"integer\"", "/b: not declared"]),
        (&closed, json!({}), &["/: required a"]),
        (&json!({ "type": "object" }), json!({ "a": 1 }), &[]),
        (&json!({ "additionalProperties": false }), json!({ "a": 1 }), &["/a: not declared"]),
        (&map, json!({ "a": "b", "c": 1 }), &["/*: type \"string\""]),
        (&all, json!({ "a": 1, "b": "c" }), &[]),
        (&all, json!({ "b": 1 }), &["/: required a", "/b: type \"string\""]),
        (&beside, json!({ "a": 1, "b": "c" }), &[]),
        (&beside, json!({ "a": "1" }), &["/a: type \"integer\""]),
        (&either, json!({ "a": 1 }), &[]),
        (&either, json!("text"), &["/: type \"object\""]),
        (&either, json!({ "a": 1, "b": 2 }), &["/b: not declared"]),
        (&either, json!(1), &["/: 2 of oneOf fit"]),
        (&json!({ "anyOf": [closed, name] }), json!(1), &["/: type \"object\""]),
        (&json!({ "items": name, "minItems": 1 }), json!([]), &["/: minItems"]),
        (&json!({ "items": name, "maxItems": 1 }), json!(["a", 1]), &["/*: type \"string\"", "/: maxItems"]),
        (&json!({ "uniqueItems": true }), json!([1, 1]), &["/: uniqueItems"]),
        (&json!({ "enum": ["a"] }), json!("b"), &["/: enum"]),
        (&json!({ "minimum": 2, "maximum": 1 }), json!(1.5), &["/: maximum", "/: minimum"]),
        (&json!({ "format": "date-time" }), json!("2026-11-02 09:15:00"), &["/: format"]),
        (&json!({ "format": "uuid" }), json!("a-b"), &["/: format"]),
    ];
    for (schema, value, expected) in cases {
        let found = violations((*schema).clone(), value.clone());
        if found != *expected {
            return Err(format!("{schema} {value}: {found:?} instead of {expected:?}").into());
        }
    }
    if simple("not", &json!({}), &json!(1)).is_some() {
        return Err("a keyword that is not known is passed over".into());
    }
    Ok(())
}

fn answers() -> Result<(), Failed> {
    let content = json!({ "application/json": { "schema": { "type": "integer" } } });
    let headers = json!({ "x-left": { "required": true, "schema": { "type": "integer" } } });
    let document = json!({ "paths": { "/a": { "get": { "responses": {
        "200": { "content": content, "headers": headers },
        "204": { "$ref": "#/components/responses/empty" },
    } } } }, "components": { "responses": { "empty": {} } } });
    let good = || Response::json(200, &json!(1)).with_header("x-left", "7");
    let mut without = good();
    without.headers.remove("x-left");
    for (response, expected) in [
        (good(), None),
        (Response::new(204), None),
        (without, Some("header x-left: required")),
        (good().with_header("x-left", "many"), Some("header x-left: type \"integer\"")),
        (good().with_header("content-type", "text/html"), Some("the media type: not declared")),
        (good().with_body("application/json", "{"), Some("the body: not JSON")),
        (good().with_body("application/json", "\"a\""), Some("/: type \"integer\"")),
        (Response::json(204, &json!(1)), Some("a body: none is declared")),
        (Response::new(500), Some("undeclared status")),
    ] {
        let found = check(&document, "/a", &Method::GET, &response);
        if found != expected.map(str::to_owned).into_iter().collect::<BTreeSet<_>>() {
            return Err(format!("{response:?}: {found:?} instead of {expected:?}").into());
        }
    }
    Ok(())
}
