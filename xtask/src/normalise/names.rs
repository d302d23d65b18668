//! Which schemas have a name of their own, and which.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;
use serde_json::{Map, Value, json};

use crate::{
    document, pointer,
    problem::Problem,
    schema::{self, components, is_record, members, members_mut, reference_to},
    vendor::Config,
};

const SCHEMAS: &str = "#/components/schemas/";

/// Components that nothing reaches go.
pub(super) fn unused_components(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    let reached = document::reached(document, document.get("paths").unwrap_or(&Value::Null));
    Ok(document
        .get_mut("components")
        .map_or(0, |components| document::retain_components(components, &reached)))
}

/// Components get the names that their Rust types will have: those of `vendor.toml`, or their own in camel case.
pub(super) fn type_names(document: &mut Value, config: &Config) -> Result<usize, Problem> {
    let mut names = BTreeMap::new();
    let mut taken = BTreeMap::new();
    for (name, _) in components(document) {
        let rust = config.types.get(name).cloned().unwrap_or_else(|| name.to_upper_camel_case());
        if let Some(other) = taken.insert(rust.clone(), name.clone()) {
            return Err(Problem::at(
                format!("{SCHEMAS}{name}"),
                format!(
                    "becomes the Rust type `{rust}`, as `{other}` does: name one of them under [types] in vendor.toml"
                ),
            ));
        }
        names.insert(name.clone(), rust);
    }
    if let Some(stale) = config.types.keys().find(|name| !names.contains_key(*name)) {
        return Err(Problem::at(
            format!("{SCHEMAS}{stale}"),
            "is named under [types] in vendor.toml and is not used",
        ));
    }
    let count = names.iter().filter(|(name, rust)| name != rust).count();
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        for (name, schema) in std::mem::take(schemas) {
            schemas.insert(names.get(&name).cloned().unwrap_or(name), schema);
        }
    }
    rename_references(document, &names);
    Ok(count)
}

/// Points references to component schemas to their new names.
pub(super) fn rename_references(value: &mut Value, names: &BTreeMap<String, String>) {
    document::rewrite_references(value, &|reference| {
        let new = names.get(&pointer::unescape(reference.strip_prefix(SCHEMAS)?))?;
        Some(format!("{SCHEMAS}{new}"))
    });
}

/// A component that is a plain value or a list stands where it is referred to: a name for it would make a newtype
/// that nobody wants, and would hide dates and secrets.
pub(super) fn aliases(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    let aliases: BTreeMap<String, Value> = components(document)
        .filter(|(_, schema)| is_alias(schema))
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect();
    if aliases.is_empty() {
        return Ok(0);
    }
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        schemas.retain(|name, _| !aliases.contains_key(name));
    }
    let mut count = 0;
    // Each round resolves one level of aliases of aliases; more levels than aliases are a cycle.
    for _ in 0..=aliases.len() {
        let before = count;
        schema::for_each(document, &mut |schema| {
            if let Some(alias) = schema::reference(schema).and_then(|name| aliases.get(name)) {
                // What is said at the place is closer than what is said of the alias.
                let description = schema.get("description").cloned();
                *schema = alias.clone();
                if let Some(description) = description {
                    schema["description"] = description;
                }
                count += 1;
            }
        });
        if count == before {
            return Ok(count);
        }
    }
    Err(Problem::at("/components/schemas", "lists that hold themselves have no form in Rust"))
}

fn is_alias(schema: &Value) -> bool {
    const NAMED: [&str; 8] =
        ["properties", "additionalProperties", "enum", "allOf", "anyOf", "oneOf", "not", "$ref"];

    !NAMED.iter().any(|key| schema.get(key).is_some())
}

/// A record or a choice of words inside another schema, a body or an answer gets a name of its own.
pub(super) fn inline_records(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    let mut hoisted = Vec::new();
    for (_, _, operation) in schema::operations_mut(document) {
        let name =
            operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_upper_camel_case();
        if let Some(body) = operation.get_mut("requestBody") {
            hoist_content(body, &format!("{name}Body"), &mut hoisted);
        }
        for (_, answer) in operation.get_mut("responses").into_iter().flat_map(members_mut) {
            hoist_content(answer, &format!("{name}Response"), &mut hoisted);
        }
    }
    if let Some(schemas) = document.pointer_mut("/components/schemas") {
        members_mut(schemas).for_each(|(name, schema)| hoist_inside(schema, name, &mut hoisted));
    }
    if hoisted.is_empty() {
        return Ok(0);
    }
    if document.pointer("/components/schemas").is_none() {
        document["components"]["schemas"] = json!({});
    }
    match document.pointer_mut("/components/schemas") {
        Some(Value::Object(schemas)) => add(hoisted, schemas),
        _ => Ok(0),
    }
}

/// Adds the schemas to the named ones; how many there are more.
fn add(hoisted: Vec<(String, Value)>, schemas: &mut Map<String, Value>) -> Result<usize, Problem> {
    let mut added = BTreeSet::new();
    for (name, schema) in hoisted {
        let reason = match schemas.get(&name) {
            None => {
                schemas.insert(name.clone(), schema);
                added.insert(name);
                continue;
            }
            // One record, given in two media types.
            Some(taken) if added.contains(&name) && *taken == schema => continue,
            Some(_) if added.contains(&name) => {
                "is what two nested schemas would be called: take one of them out, or give it a name, in the overlay"
            }
            Some(_) => {
                "is also what a nested schema would be called: give this one another name under [types] in vendor.toml"
            }
        };
        return Err(Problem::at(format!("{SCHEMAS}{name}"), reason));
    }
    Ok(added.len())
}

fn hoist_content(body_or_answer: &mut Value, name: &str, hoisted: &mut Vec<(String, Value)>) {
    for (_, media_type) in body_or_answer.get_mut("content").into_iter().flat_map(members_mut) {
        if let Some(schema) = media_type.get_mut("schema") {
            hoist(schema, name, hoisted);
        }
    }
}

fn hoist(schema: &mut Value, name: &str, hoisted: &mut Vec<(String, Value)>) {
    hoist_inside(schema, name, hoisted);
    if is_record(schema) || is_choice_of_words(schema) {
        let mut record = schema.take();
        // Whether it may be null is a matter of the place, not of the type.
        let nullable = record.as_object_mut().and_then(|record| record.remove("nullable"));
        *schema = match nullable {
            Some(nullable) => json!({ "allOf": [reference_to(name)], "nullable": nullable }),
            None => reference_to(name),
        };
        hoisted.push((name.to_owned(), record));
    }
}

fn hoist_inside(schema: &mut Value, name: &str, hoisted: &mut Vec<(String, Value)>) {
    for (property, inner) in schema.get_mut("properties").into_iter().flat_map(members_mut) {
        hoist(inner, &format!("{name}{}", property.to_upper_camel_case()), hoisted);
    }
    for (key, suffix) in [("items", "Item"), ("additionalProperties", "Value")] {
        if let Some(inner) = schema.get_mut(key) {
            hoist(inner, &format!("{name}{suffix}"), hoisted);
        }
    }
}

fn is_choice_of_words(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "string") && schema.get("enum").is_some()
}

/// The properties of every named record.
pub(super) fn properties_mut(document: &mut Value) -> impl Iterator<Item = (&String, &String, &mut Value)> {
    document.pointer_mut("/components/schemas").into_iter().flat_map(members_mut).flat_map(
        |(name, schema)| {
            schema
                .get_mut("properties")
                .into_iter()
                .flat_map(members_mut)
                .map(move |(property, inner)| (name, property, inner))
        },
    )
}

/// Whether the document has this property, for messages about stale configuration.
pub(super) fn has_property(document: &Value, name: &str, property: &str) -> bool {
    components(document)
        .find(|(component, _)| *component == name)
        .and_then(|(_, schema)| schema.get("properties"))
        .is_some_and(|properties| members(properties).any(|(key, _)| key == property))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::testing::{run, run_with, schemas, try_run};

    #[test]
    fn what_is_not_reached_goes_and_cycles_end() {
        let (document, count) = run(
            "unused-components",
            json!({
                "paths": {"/a": {"get": {"responses": {"200": {"$ref": "#/components/responses/R"}}}}},
                "components": {
                    "responses": {"R": {"schema": reference_to("A")}, "Unused": {"schema": reference_to("Only")}},
                    "schemas": {"A": {"items": reference_to("A")}, "Only": {}, "Self": {"items": reference_to("Self")}},
                    "securitySchemes": {"bearer": {}},
                },
            }),
        );
        assert_eq!(
            document["components"],
            json!({
                "responses": {"R": {"schema": reference_to("A")}},
                "schemas": {"A": {"items": reference_to("A")}},
                "securitySchemes": {"bearer": {}},
            })
        );
        assert_eq!(count, 3);
    }

    #[test]
    fn types_are_named_by_the_configuration_or_in_camel_case() {
        let (document, count) = run_with(
            "type-names",
            schemas(json!({
                "org_token": {"items": reference_to("Error.Body")},
                "Error.Body": {"discriminator": {"propertyName": "k", "mapping": {"a": "#/components/schemas/getpat"}}},
                "getpat": {},
                "Fine": {},
            })),
            "types = { getpat = 'PersonalAccessToken' }",
        );
        assert_eq!(
            document,
            schemas(json!({
                "OrgToken": {"items": reference_to("ErrorBody")},
                "ErrorBody": {
                    "discriminator": {"propertyName": "k", "mapping": {"a": "#/components/schemas/PersonalAccessToken"}},
                },
                "PersonalAccessToken": {},
                "Fine": {},
            }))
        );
        assert_eq!(count, 3);
    }

    #[test]
    fn two_schemas_of_one_rust_name_and_stale_names_are_refused() {
        let mut collision = schemas(json!({"Selector": {}, "selector": {}}));
        assert!(
            try_run("type-names", &mut collision, "")
                .unwrap_err()
                .contains("becomes the Rust type `Selector`")
        );
        let mut stale = schemas(json!({}));
        assert!(
            try_run("type-names", &mut stale, "types = { gone = 'X' }").unwrap_err().contains("is not used")
        );
    }

    #[test]
    fn plain_values_and_lists_stand_where_they_are_used() {
        let mut described = reference_to("Millis");
        described["description"] = "here".into();
        let (document, count) = run(
            "aliases",
            schemas(json!({
                "Millis": {"type": "integer", "description": "anywhere"},
                "Many": {"type": "array", "items": reference_to("Millis")},
                "Role": {"type": "string", "enum": ["a"]},
                "Token": {"properties": {"at": described, "all": reference_to("Many"), "role": reference_to("Role")}},
            })),
        );
        assert_eq!(
            document,
            schemas(json!({
                "Role": {"type": "string", "enum": ["a"]},
                "Token": {"properties": {
                    "at": {"type": "integer", "description": "here"},
                    "all": {"type": "array", "items": {"type": "integer", "description": "anywhere"}},
                    "role": reference_to("Role"),
                }},
            }))
        );
        assert_eq!(count, 3);
    }

    #[test]
    fn a_list_that_holds_itself_is_refused() {
        let mut document = schemas(json!({
            "A": {"type": "array", "items": reference_to("A")},
            "T": {"properties": {"a": reference_to("A")}},
        }));
        assert!(try_run("aliases", &mut document, "").unwrap_err().contains("hold themselves"));
    }

    #[test]
    fn records_and_words_inside_others_get_names() {
        let record = json!({"type": "object", "properties": {"x": {"type": "string"}}});
        let words = json!({"type": "string", "enum": ["a"]});
        let mut nullable = words.clone();
        nullable["nullable"] = true.into();
        let (document, count) = run(
            "inline-records",
            json!({
                "paths": {"/a": {"post": {
                    "operationId": "make_it",
                    "requestBody": {"content": {"application/json": {"schema": record}}},
                    "responses": {"2XX": {"content": {"application/json": {"schema": {"type": "array", "items": record}}}}},
                }}},
                "components": {"schemas": {"T": {"properties": {"role": words, "kind": nullable}}}},
            }),
        );
        let body = &document["paths"]["/a"]["post"]["requestBody"]["content"]["application/json"]["schema"];
        assert_eq!(*body, reference_to("MakeItBody"));
        assert_eq!(
            document["components"]["schemas"],
            json!({
                "T": {"properties": {
                    "role": reference_to("TRole"),
                    "kind": {"allOf": [reference_to("TKind")], "nullable": true},
                }},
                "TRole": words, "TKind": words, "MakeItBody": record, "MakeItResponseItem": record,
            })
        );
        assert_eq!(count, 4);
    }

    #[test]
    fn no_record_takes_the_name_of_another() {
        let record = |property: &str| json!({"properties": {property: {"type": "string"}}});
        let mut nested = schemas(json!({"T": {"properties": {
            "a": {"properties": {"b": record("x")}},
            "aB": record("y"),
        }}}));
        let taken = try_run("inline-records", &mut nested, "").unwrap_err();
        assert!(taken.starts_with("#/components/schemas/TAB: is what two nested schemas"), "{taken}");

        let answer = |other: Value| {
            json!({"paths": {"/a": {"get": {"operationId": "get_it", "responses": {"200": {"content": {
                "application/json": {"schema": record("x")},
                "application/xml": {"schema": other},
            }}}}}}})
        };
        assert_eq!(try_run("inline-records", &mut answer(record("x")), ""), Ok(1));
        assert!(try_run("inline-records", &mut answer(record("y")), "").is_err());
    }
}
