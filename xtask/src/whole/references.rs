//! References to anything but a named schema of the same document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{frame::target, loss::Losses, walk};
use crate::{
    derive::{type_name, unique},
    document, pointer, schema,
};

const SCHEMAS: &str = "#/components/schemas/";

/// Parameters, bodies and answers stand where they are referred to.
pub(super) fn inline(document: &mut Value, losses: &mut Losses) -> usize {
    let whole = document.clone();
    let mut count = 0;
    walk::each_operation(document, &mut |place, operation| {
        let mut resolve = |value: &mut Value, place: &str| -> bool {
            let mut seen = BTreeSet::new();
            while let Some(reference) = value.get("$ref").and_then(Value::as_str).map(str::to_owned) {
                count += 1;
                match target(&whole, &reference).filter(|_| seen.insert(reference.clone())) {
                    Some(found) => *value = found.clone(),
                    None => {
                        losses.at(
                            place,
                            format!("is `{reference}`, which is not in this document, and is left out"),
                        );
                        return false;
                    }
                }
            }
            if !value.is_object() {
                losses.at(place, "is no object, and is left out");
            }
            value.is_object()
        };
        if let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) {
            let mut index = 0;
            parameters.retain_mut(|parameter| {
                index += 1;
                resolve(parameter, &format!("{place}/parameters/{}", index - 1))
            });
        }
        if let Some(body) = operation.get_mut("requestBody")
            && !resolve(body, &format!("{place}/requestBody"))
        {
            operation.as_object_mut().map(|operation| operation.remove("requestBody"));
        }
        if let Some(answers) = schema::object_mut(operation, "responses") {
            answers.retain(|status, answer| {
                !status.starts_with("x-")
                    && resolve(answer, &format!("{place}/responses/{}", pointer::escape(status)))
            });
        }
    });
    if let Some(components) = schema::object_mut(document, "components") {
        components.retain(|kind, named| kind == "schemas" && named.is_object());
        components.entry("schemas").or_insert_with(|| json!({}));
    }
    count
}

/// A schema that is referred to where it stands, within something else, gets a name.
pub(super) fn inner_schemas(document: &mut Value, _: &mut Losses) -> usize {
    let mut named: BTreeMap<String, String> = BTreeMap::new();
    loop {
        let mut wanted = BTreeSet::new();
        walk::references(document, &mut |reference| {
            if !named.contains_key(reference) && !is_named(document, reference) {
                wanted.insert(reference.to_owned());
            }
        });
        let found: Vec<(String, Value)> = wanted
            .into_iter()
            .filter_map(|reference| {
                let target = target(document, &reference).filter(|target| is_schema(&reference, target))?;
                Some((reference, target.clone()))
            })
            .collect();
        if found.is_empty() {
            break;
        }
        if !document["components"]["schemas"].is_object() {
            document["components"]["schemas"] = json!({});
        }
        for (reference, schema) in found {
            let schemas = &document["components"]["schemas"];
            let name = name_of(&reference, |name| schemas.get(name).is_some());
            document["components"]["schemas"][&name] = schema;
            named.insert(reference, name);
        }
    }
    document::rewrite_references(document, &|reference| {
        named.get(reference).map(|name| format!("{SCHEMAS}{}", pointer::escape(name)))
    });
    named.len()
}

/// Whether this is the name of a schema, as it is written.
fn is_named(document: &Value, reference: &str) -> bool {
    let name = reference.strip_prefix(SCHEMAS).map(pointer::unescape);
    name.is_some_and(|name| document["components"]["schemas"].get(name).is_some())
}

/// Whether what is referred to is a schema, and no parameter, body, answer or path.
fn is_schema(reference: &str, target: &Value) -> bool {
    let segments = reference.split('/').count();
    let is_other = |key: &str| target.get(key).is_some();
    let is_parameter =
        target.get("in").is_some_and(Value::is_string) && target.get("name").is_some_and(Value::is_string);
    let named_otherwise =
        segments == 4 && reference.starts_with("#/components/") && !reference.starts_with(SCHEMAS);
    target.is_object()
        && segments > 3
        && !named_otherwise
        && !is_parameter
        && !["content", "responses", "get", "post"].into_iter().any(is_other)
}

/// A name of its own for the schema that this refers to.
fn name_of(reference: &str, is_taken: impl Fn(&str) -> bool) -> String {
    const FRAME: [&str; 8] =
        ["#", "components", "schemas", "properties", "$defs", "definitions", "paths", "schema"];

    let segments = reference.split('/').map(|segment| pointer::unescape(&super::frame::decoded(segment)));
    let named: Vec<String> = segments.filter(|segment| !FRAME.contains(&segment.as_str())).collect();
    unique(&type_name(&named.join(" ")), is_taken, "")
}

/// A reference to nothing is any JSON.
pub(super) fn missing_schemas(document: &mut Value, losses: &mut Losses) -> usize {
    let mut missing = BTreeSet::new();
    walk::references(document, &mut |reference| {
        if !is_named(document, reference) {
            missing.insert(reference.to_owned());
        }
    });
    if missing.is_empty() {
        return 0;
    }
    let mut count = 0;
    walk::each_schema(document, &mut |place, schema| {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { return };
        if missing.contains(reference) {
            losses.at(place, format!("is `{reference}`, which is not in this document: any JSON"));
            schema.as_object_mut().map(|schema| schema.remove("$ref"));
            count += 1;
        }
    });
    count
}

/// Components that nothing reaches go.
pub(super) fn unused(document: &mut Value, _: &mut Losses) -> usize {
    let reached = document::reached(document, document.get("paths").unwrap_or(&Value::Null));
    document.get_mut("components").map_or(0, |components| document::retain_components(components, &reached))
}

/// Named schemas have the names of their types in Rust from here on.
pub(super) fn names(document: &mut Value, _: &mut Losses) -> usize {
    let queries: BTreeSet<String> = schema::operations(document)
        .filter_map(|(_, _, operation)| operation.get("operationId")?.as_str())
        .map(|name| type_name(&format!("{name} query")))
        .collect();
    let mut taken = queries;
    let mut all: Vec<(String, String)> =
        schema::components(document).map(|(name, _)| (name.clone(), type_name(name))).collect();
    all.sort_by_key(|(name, rust)| (name != rust, rust.clone(), name.clone()));
    let mut names = BTreeMap::new();
    for (name, wanted) in all {
        let rust = unique(&wanted, |rust| is_taken(&taken, rust), "");
        taken.insert(rust.clone());
        names.insert(name, rust);
    }
    let count = names.iter().filter(|(name, rust)| name != rust).count();
    document::rewrite_references(document, &|reference| {
        let rust = names.get(&pointer::unescape(reference.strip_prefix(SCHEMAS)?))?;
        Some(format!("{SCHEMAS}{rust}"))
    });
    if let Some(schemas) = schema::object_mut(&mut document["components"], "schemas") {
        for (name, schema) in std::mem::take(schemas) {
            schemas.insert(names.get(&name).cloned().unwrap_or(name), schema);
        }
    }
    count
}

/// Whether a type would have this name, or would where the record that is sent gets `Input` behind its own.
pub(super) fn is_taken(taken: &BTreeSet<String>, rust: &str) -> bool {
    let stem = rust.strip_suffix("Input").unwrap_or(rust);
    taken.contains(rust) || taken.contains(stem) || taken.contains(&format!("{rust}Input"))
}

/// The mapping of a discriminator holds references, and nothing here reads it.
pub(super) fn discriminators(document: &mut Value, _: &mut Losses) -> usize {
    let mut count = 0;
    let mut remove = |schema: &mut Value| {
        if schema.get("discriminator").is_some_and(|value| value.get("propertyName").is_some()) {
            schema.as_object_mut().map(|schema| schema.remove("discriminator"));
            count += 1;
        }
    };
    walk::everything(document, &mut remove);
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whole::testing::{lowered, one, reference, run};

    #[test]
    fn parameters_bodies_and_answers_stand_where_they_are_used() {
        let parts = json!({
            "parameters": {"P": {"$ref": "#/components/parameters/Q"}, "Q": {"name": "q"}, "R": {"$ref": "#/components/parameters/R"}},
            "requestBodies": {"B": {"x": 1}}, "responses": {"A": {"y": 1}},
        });
        let (document, count, losses) = run(
            "inlined-references",
            json!({"components": parts, "paths": {"/a": {"get": {
                "parameters": [{"$ref": "#/components/parameters/P"}, {"$ref": "#/components/parameters/R"}],
                "requestBody": {"$ref": "#/components/requestBodies/B"},
                "responses": {"200": {"$ref": "#/components/responses/A"}, "x-more": 1},
            }}}}),
        );
        let expected =
            json!({"parameters": [{"name": "q"}], "requestBody": {"x": 1}, "responses": {"200": {"y": 1}}});
        assert_eq!(document["paths"]["/a"]["get"], expected);
        assert_eq!(document["components"], json!({"schemas": {}}));
        assert_eq!((count, losses.len()), (6, 1), "{losses:?}");
    }

    #[test]
    fn a_schema_within_another_gets_a_name_and_one_that_is_nowhere_is_any_json() {
        let deep = json!({"$ref": "#/components/schemas/A/properties/b"});
        let encoded = json!({"$ref": "#/components/schemas/a%20b"});
        let (schemas, count, _) = lowered(
            "inner-schemas",
            json!({"A": {"properties": {"b": {"type": "string"}, "c": deep, "d": encoded}}, "a b": {"type": "integer"}}),
        );
        assert_eq!(schemas["A"]["properties"]["c"], reference("AB"));
        assert_eq!(schemas["A"]["properties"]["d"], reference("AB2"));
        assert_eq!(
            (&schemas["AB"], &schemas["AB2"]),
            (&json!({"type": "string"}), &json!({"type": "integer"}))
        );
        assert_eq!(count, 2);

        let (schemas, count, losses) = lowered("missing-schemas", json!({"A": {"items": reference("Gone")}}));
        assert_eq!((schemas, count), (json!({"A": {"items": {}}}), 1));
        assert_eq!(
            losses,
            ["schema A: items: is `#/components/schemas/Gone`, which is not in this document: any JSON"]
        );
    }

    #[test]
    fn schemas_have_names_of_their_own_in_rust() {
        let (schemas, count, _) = lowered(
            "schema-names",
            json!({"one.thing": {}, "OneThing": {"items": reference("one.thing")}, "OneThingInput": {}}),
        );
        let expected =
            json!({"OneThing": {"items": reference("OneThing2")}, "OneThing2": {}, "OneThingInput2": {}});
        assert_eq!((schemas, count), (expected, 2));
    }

    #[test]
    fn what_a_discriminator_alone_refers_to_is_not_kept() {
        let (schemas, count, _) = lowered(
            "discriminators",
            json!({"A": {"discriminator": {"propertyName": "k", "mapping": {"a": "#/x/y"}}}}),
        );
        assert_eq!((schemas, count), (json!({"A": {}}), 1));
        let property = json!({"A": {"properties": {"discriminator": {"type": "string"}}}});
        assert_eq!(lowered("discriminators", property.clone()), (property, 0, vec![]));
        assert_eq!(one("unreached-schemas", json!({})).1, 0);
    }
}
