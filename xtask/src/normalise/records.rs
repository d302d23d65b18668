//! Records by direction: strict in what we send, lenient in what we read.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    names::rename_references,
    reach::Reach,
    types::{NULLABLE, rust_type},
};
use crate::{
    document,
    problem::Problem,
    schema::{self, components, is_record, is_required, members_mut, reference_to},
    vendor::Config,
};

/// A record that is both sent and read becomes two: the one that is sent gets `Input` behind its name.
pub(super) fn directions(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    let reach = Reach::of(document);
    let inputs: BTreeMap<String, String> = reach
        .requests
        .intersection(&reach.answers)
        .filter(|name| reaches_a_record(document, name))
        .map(|name| (name.clone(), format!("{name}Input")))
        .collect();
    if let Some((name, input)) =
        inputs.iter().find(|(_, input)| components(document).any(|(taken, _)| taken == *input))
    {
        return Err(Problem::at(
            name,
            format!("`{input}` is taken: give it another name under [types] in vendor.toml"),
        ));
    }
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        for (name, input) in &inputs {
            let copy = schemas.get(name).cloned().unwrap_or_default();
            schemas.insert(input.clone(), copy);
        }
        for (name, schema) in schemas {
            let sent_only = reach.requests.contains(name) && !reach.answers.contains(name);
            if sent_only || inputs.values().any(|input| input == name) {
                rename_references(schema, &inputs);
            }
        }
    }
    for (_, _, operation) in schema::operations_mut(document) {
        for key in ["parameters", "requestBody"] {
            operation.get_mut(key).into_iter().for_each(|value| rename_references(value, &inputs));
        }
    }
    Ok(inputs.len())
}

fn reaches_a_record(document: &Value, name: &str) -> bool {
    document::reached(document, &reference_to(name))
        .iter()
        .filter_map(|reference| document.pointer(&reference[1..]))
        .any(is_record)
}

#[derive(Clone, Copy)]
enum Direction {
    Sent,
    Read,
}

/// The named records of one direction.
fn records(document: &mut Value, direction: Direction) -> impl Iterator<Item = (&String, &mut Value)> {
    let reach = Reach::of(document);
    let names = match direction {
        Direction::Sent => reach.requests,
        Direction::Read => reach.answers,
    };
    document
        .pointer_mut("/components/schemas")
        .into_iter()
        .flat_map(members_mut)
        .filter(move |(name, schema)| names.contains(*name) && is_record(schema))
}

/// What a vendor sets is not ours to send, and what only we send is in no answer.
pub(super) fn read_only(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    let mut count = 0;
    for (_, schema) in records(document, Direction::Sent) {
        count += remove_flagged(schema, "readOnly");
    }
    for (_, schema) in records(document, Direction::Read) {
        count += remove_flagged(schema, "writeOnly");
    }
    Ok(count)
}

fn remove_flagged(schema: &mut Value, flag: &str) -> usize {
    let Some(properties) = schema::object_mut(schema, "properties") else { return 0 };
    let gone: Vec<String> = properties
        .iter()
        .filter(|(_, property)| property[flag] == true)
        .map(|(name, _)| name.clone())
        .collect();
    properties.retain(|name, _| !gone.contains(name));
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| !gone.iter().any(|gone| name == gone));
    }
    gone.len()
}

/// In an answer nothing is required but an id: the rest may be left out or null.
pub(super) fn lenient_answers(document: &mut Value, config: &Config) -> Result<usize, Problem> {
    let mut count = 0;
    for (_, schema) in records(document, Direction::Read) {
        let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) else { continue };
        let before = required.len();
        required.retain(|name| name.as_str().is_some_and(|name| config.ids.contains(name)));
        count += before - required.len();
        if required.is_empty() {
            schema.as_object_mut().map(|schema| schema.remove("required"));
        }
    }
    Ok(count)
}

/// In an answer, the value of a map may be null as a field may.
pub(super) fn nullable_map_values(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    let mut count = 0;
    for (_, record) in records(document, Direction::Read) {
        schema::schema(record, &mut |schema| {
            let Some(value) = schema.get_mut("additionalProperties").filter(|value| value.is_object()) else {
                return;
            };
            if value.get("$ref").is_some() {
                *value = json!({ "allOf": [value.take()] });
            }
            if value["nullable"] != true {
                value["nullable"] = true.into();
                count += 1;
            }
        });
    }
    Ok(count)
}

/// A record takes fields that nobody has heard of yet.
pub(super) fn open_records(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    let mut count = 0;
    schema::for_each(document, &mut |schema| {
        if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
            schema.as_object_mut().map(|schema| schema.remove("additionalProperties"));
            count += 1;
        }
    });
    Ok(count)
}

/// In a request, absent, null and a value are three things where the vendor takes null.
pub(super) fn nullable_requests(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    let mut count = 0;
    for (_, schema) in records(document, Direction::Sent) {
        let required = schema.clone();
        for (name, property) in schema.get_mut("properties").into_iter().flat_map(members_mut) {
            if is_required(&required, name) || !takes_null(property) {
                continue;
            }
            let mut value = property.clone();
            let description = value.as_object_mut().and_then(|value| {
                value.remove("nullable");
                value.remove("description")
            });
            *property = rust_type(NULLABLE, &[value], description.as_ref());
            count += 1;
        }
    }
    Ok(count)
}

fn takes_null(schema: &Value) -> bool {
    const TYPED: [&str; 6] = ["type", "$ref", "allOf", "anyOf", "oneOf", "x-rust-type"];

    schema["nullable"] == true || !TYPED.iter().any(|key| schema.get(key).is_some())
}

/// An optional list or map may be absent and may be null, and both differ from an empty one.
pub(super) fn optional_collections(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    let mut count = 0;
    for (_, schema) in document.pointer_mut("/components/schemas").into_iter().flat_map(members_mut) {
        let required = schema.clone();
        for (name, property) in schema.get_mut("properties").into_iter().flat_map(members_mut) {
            let is_map = property["type"] == "object" && !is_record(property);
            let collection =
                property["type"] == "array" || is_map || property.get("additionalProperties").is_some();
            if collection && !is_required(&required, name) && property["nullable"] != true {
                property["nullable"] = json!(true);
                count += 1;
            }
        }
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::testing::{run, run_with};

    /// `Sent` and `Both` are sent, `Read` and `Both` are read.
    fn document(schemas: Value) -> Value {
        let answer = json!({"allOf": [reference_to("Read"), reference_to("Both")]});
        let body = json!({"allOf": [reference_to("Sent"), reference_to("Both")]});
        json!({
            "paths": {"/a": {"post": {"requestBody": {"schema": body}, "responses": {"2XX": {"schema": answer}}}}},
            "components": {"schemas": schemas},
        })
    }

    #[test]
    fn a_record_of_both_directions_becomes_two_and_words_stay_one() {
        let (document, count) = run(
            "directions",
            document(json!({
                "Sent": {"properties": {"both": reference_to("Both")}},
                "Read": {"properties": {"both": reference_to("Both")}},
                "Both": {"properties": {"inner": reference_to("Inner"), "role": reference_to("Role")}},
                "Inner": {"properties": {"x": {}}},
                "Role": {"enum": ["a"]},
            })),
        );
        assert_eq!(
            document["components"]["schemas"],
            json!({
                "Sent": {"properties": {"both": reference_to("BothInput")}},
                "Read": {"properties": {"both": reference_to("Both")}},
                "Both": {"properties": {"inner": reference_to("Inner"), "role": reference_to("Role")}},
                "BothInput": {"properties": {"inner": reference_to("InnerInput"), "role": reference_to("Role")}},
                "Inner": {"properties": {"x": {}}},
                "InnerInput": {"properties": {"x": {}}},
                "Role": {"enum": ["a"]},
            })
        );
        assert_eq!(
            document["paths"]["/a"]["post"]["requestBody"]["schema"]["allOf"][1],
            reference_to("BothInput")
        );
        assert_eq!(count, 2);
    }

    #[test]
    fn nothing_that_the_vendor_sets_can_be_sent() {
        let properties = json!({"id": {"readOnly": true}, "name": {}, "hint": {"writeOnly": true}});
        let record = json!({"properties": properties, "required": ["id", "name"]});
        let (document, count) =
            run("read-only", document(json!({"Sent": record, "Read": record, "Both": {}})));
        let schemas = &document["components"]["schemas"];
        assert_eq!(
            schemas["Sent"],
            json!({"properties": {"name": {}, "hint": {"writeOnly": true}}, "required": ["name"]})
        );
        assert_eq!(
            schemas["Read"],
            json!({"properties": {"id": {"readOnly": true}, "name": {}}, "required": ["id", "name"]})
        );
        assert_eq!(count, 2);
    }

    #[test]
    fn only_ids_are_required_of_an_answer() {
        let record = json!({"properties": {"id": {}, "name": {}}, "required": ["id", "name"]});
        let (document, count) = run_with(
            "lenient-answers",
            document(json!({"Sent": record, "Read": record, "Both": {}})),
            "ids = ['id']",
        );
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["Sent"], record);
        assert_eq!(schemas["Read"]["required"], json!(["id"]));
        assert_eq!(count, 1);
    }

    #[test]
    fn the_values_of_a_map_in_an_answer_may_be_null() {
        let map = json!({"properties": {"links": {"additionalProperties": reference_to("Both")}}});
        let (document, count) =
            run("nullable-map-values", document(json!({"Read": map, "Sent": map, "Both": {}})));
        let schemas = &document["components"]["schemas"];
        let value = json!({"allOf": [reference_to("Both")], "nullable": true});
        assert_eq!(schemas["Read"]["properties"]["links"]["additionalProperties"], value);
        assert_eq!((&schemas["Sent"], count), (&map, 1));
    }

    #[test]
    fn closed_records_are_opened_and_maps_stay_maps() {
        let (document, count) = run(
            "open-records",
            document(
                json!({"Read": {"additionalProperties": false}, "Sent": {"additionalProperties": {"type": "string"}}}),
            ),
        );
        assert_eq!(
            document["components"]["schemas"],
            json!({"Read": {}, "Sent": {"additionalProperties": {"type": "string"}}})
        );
        assert_eq!(count, 1);
    }

    #[test]
    fn null_is_told_from_absent_in_requests_only() {
        let properties = json!({
            "never": {"type": "string", "nullable": true, "description": "d"},
            "any": {},
            "plain": {"type": "string"},
            "must": {"type": "string", "nullable": true},
        });
        let record = json!({"properties": properties, "required": ["must"]});
        let (document, count) =
            run("nullable-requests", document(json!({"Sent": record, "Read": record, "Both": {}})));
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["Read"], record);
        let sent = &schemas["Sent"]["properties"];
        assert_eq!(sent["never"], rust_type(NULLABLE, &[json!({"type": "string"})], Some(&json!("d"))));
        assert_eq!(sent["any"], rust_type(NULLABLE, &[json!({})], None));
        assert_eq!((&sent["plain"], &sent["must"]), (&properties["plain"], &properties["must"]));
        assert_eq!(count, 2);
    }

    #[test]
    fn optional_lists_and_maps_may_be_null() {
        let (document, count) = run(
            "optional-collections",
            document(json!({"Read": {
                "properties": {"a": {"type": "array"}, "b": {"additionalProperties": {}}, "c": {"type": "array"}, "d": {"type": "string"}, "e": {"type": "object"}},
                "required": ["c"],
            }})),
        );
        let properties = &document["components"]["schemas"]["Read"]["properties"];
        assert!(["a", "b", "e"].iter().all(|name| properties[name]["nullable"] == true));
        assert!(properties["c"].get("nullable").is_none() && properties["d"].get("nullable").is_none());
        assert_eq!(count, 3);
    }
}
