//! Schemas with the keywords that have a form in Rust, in the kinds that OpenAPI 3.0 says.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{loss::Losses, walk};
use crate::{
    evidence,
    schema::{self, components, members_mut},
};

/// Calls `change` with each schema that is an object.
pub(super) fn each(
    document: &mut Value,
    losses: &mut Losses,
    change: fn(&str, &mut Map<String, Value>, &mut Losses) -> usize,
) -> usize {
    let mut count = 0;
    walk::each_schema(document, &mut |place, schema| {
        if let Some(schema) = schema.as_object_mut() {
            count += change(place, schema, losses);
        }
    });
    count
}

/// What is no schema is any JSON, and keywords of the wrong kind go.
pub(super) fn shapes(document: &mut Value, losses: &mut Losses) -> usize {
    let mut count = 0;
    walk::each_schema(document, &mut |place, schema| {
        if !schema.is_object() {
            if *schema != Value::Bool(true) {
                losses.at(place, format!("is {}: any JSON", kind_of(schema)));
                count += 1;
            }
            *schema = json!({});
        }
        if let Some(schema) = schema.as_object_mut() {
            count += wrong_kinds(place, schema, losses);
            count += impossible_properties(schema);
        }
    });
    count
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "a schema that nothing fits",
        _ => "no schema",
    }
}

fn wrong_kinds(place: &str, schema: &mut Map<String, Value>, losses: &mut Losses) -> usize {
    // The definition of a tuple has another keyword by now.
    if schema.get("items").is_some_and(Value::is_array)
        && let Some(items) = schema.remove("items")
    {
        schema.insert("prefixItems".to_owned(), items);
    }
    let is_text = Value::is_string as fn(&Value) -> bool;
    let is_schemas = |value: &Value| value.as_array().is_some_and(|list| !list.is_empty());
    let wrong: Vec<String> = schema
        .iter()
        .filter(|(key, value)| {
            let right = match key.as_str() {
                "type" => value.is_string() || value.is_array(),
                "$ref" | "format" | "description" | "title" => is_text(value),
                "properties" => value.is_object(),
                "items" => value.is_object() || value.is_boolean(),
                "additionalProperties" => value.is_object() || value.is_boolean(),
                "required" | "enum" => value.is_array(),
                "allOf" | "anyOf" | "oneOf" => is_schemas(value),
                "nullable" | "readOnly" | "writeOnly" | "deprecated" => value.is_boolean(),
                _ => true,
            };
            !right
        })
        .map(|(key, _)| key.clone())
        .collect();
    for key in &wrong {
        losses.at(place, format!("`{key}` is not as OpenAPI says, and is left out"));
        schema.remove(key);
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(Value::is_string);
    }
    wrong.len()
}

/// A property that nothing fits is one that is never there.
fn impossible_properties(schema: &mut Map<String, Value>) -> usize {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return 0 };
    let before = properties.len();
    properties.retain(|_, property| *property != Value::Bool(false));
    before - properties.len()
}

/// Keywords without a form in Rust go.
pub(super) fn unknown(document: &mut Value, losses: &mut Losses) -> usize {
    each(document, losses, |place, schema, losses| {
        const KEPT: [&str; 35] = [
            "$ref",
            "additionalProperties",
            "allOf",
            "anyOf",
            "const",
            "default",
            "deprecated",
            "description",
            "enum",
            "exclusiveMaximum",
            "exclusiveMinimum",
            "format",
            "items",
            "maxItems",
            "maxLength",
            "maxProperties",
            "maximum",
            "minItems",
            "minLength",
            "minProperties",
            "minimum",
            "multipleOf",
            "nullable",
            "oneOf",
            "pattern",
            "patternProperties",
            "prefixItems",
            "properties",
            "readOnly",
            "required",
            "title",
            "type",
            "uniqueItems",
            "writeOnly",
            "$defs",
        ];
        const SAID: [&str; 15] = [
            "$anchor",
            "$comment",
            "$id",
            "$schema",
            "contentEncoding",
            "contentMediaType",
            "definitions",
            "discriminator",
            "example",
            "examples",
            "externalDocs",
            "xml",
            "name",
            "in",
            "collectionFormat",
        ];

        let gone: Vec<String> = schema.keys().filter(|key| !KEPT.contains(&key.as_str())).cloned().collect();
        for key in &gone {
            schema.remove(key);
            if !SAID.contains(&key.as_str()) && !key.starts_with("x-") {
                losses.at(place, format!("`{key}` has no form in Rust, and is left out"));
            }
        }
        schema.remove("$defs");
        // The name of a type comes from where it stands.
        if let Some(title) = schema.remove("title") {
            schema.entry("description").or_insert(title);
        }
        gone.len()
    })
}

/// Named patterns become further properties, and tuples lists.
pub(super) fn patterns_and_tuples(document: &mut Value, losses: &mut Losses) -> usize {
    each(document, losses, |place, schema, losses| {
        let mut count = 0;
        if let Some(patterns) = schema.remove("patternProperties") {
            let mut values: Vec<Value> =
                patterns.as_object().into_iter().flatten().map(|(_, v)| v.clone()).collect();
            let further = schema.get("additionalProperties").filter(|value| value.is_object()).cloned();
            values.extend(further);
            values.dedup();
            let value = match (values.pop(), values.is_empty()) {
                (Some(value), true) if value.is_object() => value,
                _ => json!({}),
            };
            losses.at(place, "names properties by a pattern: any name is taken");
            schema.insert("additionalProperties".to_owned(), value);
            count += 1;
        }
        if schema.remove("prefixItems").is_some() {
            losses.at(place, "is a tuple: a list of any JSON");
            schema.insert("items".to_owned(), json!({}));
            schema.entry("type").or_insert_with(|| "array".into());
            count += 1;
        }
        if schema.get("items").is_some_and(Value::is_boolean) {
            schema.insert("items".to_owned(), json!({}));
        }
        count
    })
}

/// Null is said by `nullable`, and several types at once are any JSON.
pub(super) fn several_types(document: &mut Value, losses: &mut Losses) -> usize {
    each(document, losses, |place, schema, losses| {
        let mut count = 0;
        if let Some(Value::Array(types)) = schema.get("type") {
            count += 1;
            let mut named: Vec<String> = types.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            let before = named.len();
            named.retain(|name| name != "null");
            let nullable = named.len() < before;
            named.sort();
            named.dedup();
            let names: Vec<&str> = named.iter().map(String::as_str).collect();
            let kind = match names[..] {
                [] => None,
                [kind] => Some(kind.to_owned()),
                ["integer", "number"] => Some("number".to_owned()),
                _ => {
                    losses.at(place, format!("is {}: any JSON", names.join(" or ")));
                    if schema.get("format").is_some_and(|format| format == "password") {
                        losses.at(place, format!("may be a secret: look at it ({})", evidence::PRINTED));
                    }
                    let description = schema.remove("description");
                    schema.clear();
                    description
                        .into_iter()
                        .for_each(|text| drop(schema.insert("description".to_owned(), text)));
                    None
                }
            };
            match kind {
                Some(kind) => drop(schema.insert("type".to_owned(), kind.into())),
                None => drop(schema.remove("type")),
            }
            if nullable {
                schema.insert("nullable".to_owned(), true.into());
            }
        } else if schema.get("type").is_some_and(|kind| kind == "null") {
            count += 1;
            schema.remove("type");
            schema.insert("nullable".to_owned(), true.into());
        }
        count
    })
}

/// Names a password that is one of several things, or one of several words: neither can be hidden.
pub(super) fn passwords(document: &mut Value, losses: &mut Losses) -> usize {
    let named: BTreeSet<String> = components(document)
        .filter(|(_, schema)| evidence::is_password(schema))
        .map(|(name, _)| name.clone())
        .collect();
    let is_password = |schema: &Value| {
        evidence::is_password(schema) || schema::reference(schema).is_some_and(|name| named.contains(name))
    };
    let mut count = 0;
    walk::each_schema(document, &mut |place, schema| {
        let branches = ["anyOf", "oneOf"].iter().filter_map(|key| schema.get(*key)?.as_array()).flatten();
        let branches: Vec<&Value> =
            branches.filter(|branch| branch.get("type") != Some(&"null".into())).collect();
        let is_choice = branches.len() > 1 && branches.into_iter().any(is_password);
        if is_choice || (evidence::is_password(schema) && schema.get("enum").is_some()) {
            losses.at(place, format!("may be a secret: look at it ({})", evidence::PRINTED));
            count += 1;
        }
    });
    count
}

/// A choice with null is one that may be null.
pub(super) fn null_branches(document: &mut Value, _: &mut Losses) -> usize {
    let is_null = |branch: &Value| {
        let Some(map) = branch.as_object() else { return false };
        let only = |keys: &[&str]| map.keys().all(|key| keys.contains(&key.as_str()));
        map.get("type").is_some_and(|kind| kind == "null")
            || map.get("enum").is_some_and(|words| *words == json!([null]))
            || map.get("const").is_some_and(Value::is_null)
            || (map.get("nullable") == Some(&Value::Bool(true)) && only(&["nullable", "description"]))
    };
    let mut count = 0;
    walk::each_schema(document, &mut |_, schema| {
        for key in ["anyOf", "oneOf"] {
            let Some(branches) = schema.get_mut(key).and_then(Value::as_array_mut) else { continue };
            let before = branches.len();
            branches.retain(|branch| !is_null(branch));
            let (left, is_empty) = (branches.len(), branches.is_empty());
            if left < before {
                count += 1;
                schema["nullable"] = true.into();
            }
            if is_empty {
                schema.as_object_mut().map(|schema| schema.remove(key));
            }
        }
    });
    count
}

/// Types by other names get their own, and those that are missing are seen from what is there.
pub(super) fn types(document: &mut Value, losses: &mut Losses) -> usize {
    each(document, losses, |place, schema, losses| {
        let mut count = 0;
        match schema.get("type").and_then(Value::as_str).map(str::to_owned) {
            Some(kind) if TYPES.contains(&kind.as_str()) => {}
            Some(kind) => {
                let meant = meant(&kind);
                let text = meant.map_or("any JSON".to_owned(), |(kind, _)| format!("taken for `{kind}`"));
                losses.at(place, format!("`{kind}` is no type: {text}"));
                count += 1;
                schema.remove("type");
                if let Some((kind, format)) = meant {
                    schema.insert("type".to_owned(), kind.into());
                    format
                        .into_iter()
                        .for_each(|format| drop(schema.insert("format".to_owned(), format.into())));
                }
            }
            None => {
                let has = |key: &str| schema.contains_key(key);
                let kind = if has("$ref") || has("allOf") || has("anyOf") || has("oneOf") {
                    None
                } else if has("properties") || has("additionalProperties") {
                    Some("object")
                } else if has("items") {
                    Some("array")
                } else {
                    None
                };
                if let Some(kind) = kind {
                    schema.insert("type".to_owned(), kind.into());
                    count += 1;
                }
            }
        }
        count + foreign(place, schema, losses)
    })
}

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// The type and format that a word which is no type stands for.
fn meant(kind: &str) -> Option<(&'static str, Option<&'static str>)> {
    Some(match kind.to_lowercase().as_str() {
        "date-time" | "datetime" | "timestamp" => ("string", Some("date-time")),
        "date" | "time" | "file" | "binary" | "uuid" | "text" | "str" | "string" | "uri" | "url"
        | "email" | "password" | "char" | "enum" | "guid" | "id" => ("string", None),
        "int" | "int32" | "int64" | "long" | "short" | "integer" => ("integer", None),
        "float" | "double" | "decimal" | "number" | "numeric" => ("number", None),
        "bool" | "boolean" => ("boolean", None),
        "map" | "dict" | "dictionary" | "hash" | "object" => ("object", None),
        "list" | "array" | "set" => ("array", None),
        _ => return None,
    })
}

/// Keywords that say nothing of this type go.
fn foreign(place: &str, schema: &mut Map<String, Value>, losses: &mut Losses) -> usize {
    const OF_OBJECTS: [&str; 3] = ["properties", "additionalProperties", "required"];
    const OF_LISTS: [&str; 1] = ["items"];

    let Some(kind) = schema.get("type").and_then(Value::as_str).map(str::to_owned) else { return 0 };
    let (objects, lists) = match kind.as_str() {
        "object" => (false, true),
        "array" => (true, false),
        _ => (true, true),
    };
    let mut count = 0;
    let keys = OF_OBJECTS.iter().filter(|_| objects).chain(OF_LISTS.iter().filter(|_| lists));
    for key in keys {
        if schema.remove(*key).is_some() && *key != "required" {
            losses.at(place, format!("is of the type `{kind}`, and its `{key}` is left out"));
            count += 1;
        }
    }
    if kind == "array" && !schema.contains_key("items") {
        schema.insert("items".to_owned(), json!({}));
        losses.at(place, "is a list without a word on what it lists: any JSON");
        count += 1;
    }
    if kind != "string" && schema.get("format").is_some_and(|format| format == "date-time") {
        schema.remove("format");
        losses.at(place, format!("is a date in a way of its own: taken for `{kind}`"));
        count += 1;
    }
    count
}

/// A property that is required and not described is any JSON that has to be there, which nobody could fill.
pub(super) fn required(document: &mut Value, losses: &mut Losses) -> usize {
    each(document, losses, |place, schema, losses| {
        let known: Vec<String> = schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(k, _)| k.clone())
            .collect();
        let is_record = schema.contains_key("properties");
        let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) else { return 0 };
        let before = required.len();
        let mut seen = Vec::new();
        required.retain(|name| {
            let first = !seen.contains(name);
            seen.push(name.clone());
            let described = name.as_str().is_some_and(|name| known.iter().any(|known| known == name));
            if !described && is_record {
                losses.at(place, format!("requires {name}, which it does not describe"));
            }
            first && described
        });
        let (count, is_empty) = (before - required.len(), required.is_empty());
        if is_empty {
            schema.remove("required");
        }
        count
    })
}

/// A record takes further fields without a word; what those are is said of maps only.
pub(super) fn further_properties(document: &mut Value, losses: &mut Losses) -> usize {
    each(document, losses, |place, schema, losses| {
        let has_properties = schema
            .get("properties")
            .and_then(Value::as_object)
            .is_some_and(|properties| !properties.is_empty());
        if !has_properties {
            if schema.get("additionalProperties").is_some_and(Value::is_boolean) {
                schema.remove("additionalProperties");
            }
            if schema.get("properties").is_some() {
                schema.remove("properties");
            }
            return 0;
        }
        match schema.remove("additionalProperties") {
            Some(further) if further.as_object().is_some_and(|further| !further.is_empty()) => {
                losses.at(place, "has fields of any name beside those that it describes, which are not kept");
                1
            }
            Some(_) | None => 0,
        }
    })
}

/// The dates that stand where no field is are texts.
pub(super) fn dates(document: &mut Value, losses: &mut Losses) -> usize {
    let mut count = 0;
    walk::roots(document, &mut |place, root| {
        let mut text = |place: &str, schema: &mut Value| {
            let is_date = schema.get("format").and_then(Value::as_str).is_some_and(|format| {
                crate::normalise::DATE_DIALECTS.iter().any(|(dialect, ..)| *dialect == format)
            });
            if is_date {
                schema.as_object_mut().map(|schema| schema.remove("format"));
                losses.at(place, "is a date where no field is: its text is kept");
                count += 1;
            }
        };
        text(place, root);
        let mut inner = root.get("items").is_some() || root.get("additionalProperties").is_some();
        inner |= root.get("properties").is_some();
        if inner {
            inside(root, place, &mut text);
        }
    });
    count
}

fn inside(schema: &mut Value, place: &mut String, text: &mut dyn FnMut(&str, &mut Value)) {
    use crate::pointer::at_member;

    for (name, property) in schema.get_mut("properties").into_iter().flat_map(members_mut) {
        at_member(place, name, |place| inside(property, place, text));
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get_mut(key).filter(|inner| inner.is_object()) {
            at_member(place, key, |place| {
                text(place, inner);
                inside(inner, place, text);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whole::testing::{check, one};

    #[test]
    fn what_is_no_schema_is_any_json() {
        check(
            "schema-shapes",
            &[
                (json!(true), json!({}), 0),
                (json!(false), json!({}), 1),
                (json!([]), json!({}), 1),
                (json!({"properties": {"a": false, "b": 1}}), json!({"properties": {"b": {}}}), 1),
                (json!({"items": [{}], "required": true, "nullable": 1}), json!({"prefixItems": [{}]}), 2),
            ],
        );
    }

    #[test]
    fn keywords_without_a_form_go_and_only_what_says_something_is_a_loss() {
        check(
            "unknown-keywords",
            &[
                (json!({"title": "t", "example": 1, "x-rust-type": {}}), json!({"description": "t"}), 0),
                (json!({"not": {}, "if": {}, "optional": true}), json!({}), 3),
                (json!({"properties": {"not": {}}}), json!({"properties": {"not": {}}}), 0),
            ],
        );
    }

    #[test]
    fn patterns_are_maps_and_tuples_are_lists() {
        let text = json!({"type": "string"});
        check(
            "patterns-and-tuples",
            &[
                (json!({"patternProperties": {"a": text}}), json!({"additionalProperties": text}), 1),
                (json!({"patternProperties": {"a": text, "b": {}}}), json!({"additionalProperties": {}}), 1),
                (json!({"prefixItems": [text]}), json!({"type": "array", "items": {}}), 1),
            ],
        );
    }

    #[test]
    fn null_is_said_in_one_way_and_several_types_are_any_json() {
        check(
            "several-types",
            &[
                (json!({"type": ["string", "null"]}), json!({"type": "string", "nullable": true}), 0),
                (json!({"type": ["number", "integer"]}), json!({"type": "number"}), 0),
                (json!({"type": ["string", "null", "array"], "items": {}}), json!({"nullable": true}), 1),
                (json!({"type": "null"}), json!({"nullable": true}), 0),
            ],
        );
        let text = json!({"type": "string"});
        check(
            "null-branches",
            &[
                (json!({"oneOf": [text, {"type": "null"}]}), json!({"oneOf": [text], "nullable": true}), 0),
                (json!({"anyOf": [text, {"enum": [null]}]}), json!({"anyOf": [text], "nullable": true}), 0),
                (json!({"anyOf": [{"const": null}]}), json!({"nullable": true}), 0),
            ],
        );
    }

    #[test]
    fn types_are_those_of_json_and_keywords_belong_to_them() {
        check(
            "type-words",
            &[
                (json!({"type": "date-time"}), json!({"type": "string", "format": "date-time"}), 1),
                (json!({"type": "file"}), json!({"type": "string"}), 1),
                (json!({"type": "widget"}), json!({}), 1),
                (json!({"properties": {}}), json!({"type": "object", "properties": {}}), 0),
                (json!({"items": {}}), json!({"type": "array", "items": {}}), 0),
                (json!({"type": "array"}), json!({"type": "array", "items": {}}), 1),
                (json!({"type": "string", "items": {}}), json!({"type": "string"}), 1),
                (json!({"type": "integer", "format": "date-time"}), json!({"type": "integer"}), 1),
            ],
        );
    }

    #[test]
    fn a_record_requires_what_it_describes_and_keeps_no_further_fields() {
        let record = json!({"type": "object", "properties": {"a": {}}});
        let with = |key: &str, value: Value| {
            let mut record = record.clone();
            record[key] = value;
            record
        };
        check(
            "required-properties",
            &[
                (with("required", json!(["a", "b", "a"])), with("required", json!(["a"])), 1),
                (with("required", json!([])), record.clone(), 0),
            ],
        );
        check(
            "further-properties",
            &[
                (with("additionalProperties", json!(true)), record.clone(), 0),
                (with("additionalProperties", json!({"type": "string"})), record.clone(), 1),
                (json!({"type": "object", "additionalProperties": false}), json!({"type": "object"}), 0),
                (
                    json!({"additionalProperties": {"type": "string"}}),
                    json!({"additionalProperties": {"type": "string"}}),
                    0,
                ),
            ],
        );
    }

    #[test]
    fn only_a_field_is_a_date() {
        let date = json!({"type": "string", "format": "date-time"});
        let text = json!({"type": "string"});
        check(
            "dates-in-lists",
            &[
                (
                    json!({"properties": {"a": date, "b": {"items": date}}}),
                    json!({"properties": {"a": date, "b": {"items": text}}}),
                    1,
                ),
                (date.clone(), text.clone(), 1),
            ],
        );
        let content = |schema: &Value| json!({"responses": {"200": {"content": {"application/json": {"schema": schema}}}}});
        let (operation, count, losses) = one("dates-in-lists", content(&date));
        assert_eq!((operation, count, losses.len()), (content(&text), 1, 1));
    }
}
