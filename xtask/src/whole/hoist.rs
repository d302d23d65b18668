//! Names for what stands in others, and values where they are used.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{loss::Losses, references::is_taken, walk};
use crate::{
    derive::{type_name, unique},
    schema::{self, is_record, members_mut, reference_to},
};

/// What may stand beside a reference without changing what is referred to.
const BESIDE: [&str; 5] = ["deprecated", "description", "nullable", "readOnly", "writeOnly"];

/// A composition of one part is that part.
pub(super) fn single_parts(document: &mut Value, _: &mut Losses) -> usize {
    let mut count = 0;
    walk::each_schema(document, &mut |_, schema| {
        // A reference beside which something is said is a part of it.
        if let Some(map) = schema.as_object_mut()
            && map.contains_key("$ref")
            && map.keys().any(|key| key != "$ref" && key != "description")
            && let Some(reference) = map.remove("$ref")
        {
            let part = json!({ "$ref": reference });
            match map.get_mut("allOf").and_then(Value::as_array_mut) {
                Some(parts) => parts.insert(0, part),
                None => drop(map.insert("allOf".to_owned(), json!([part]))),
            }
            count += 1;
        }
        while unwrap_single(schema) {
            count += 1;
        }
    });
    count
}

/// Takes the one part of a composition into the schema around it; whether there was one to take.
fn unwrap_single(schema: &mut Value) -> bool {
    let Some(map) = schema.as_object_mut() else { return false };
    let says_nothing = |part: &Value| {
        part.as_object()
            .is_some_and(|part| part.keys().all(|key| key == "description" || key == "deprecated"))
    };
    let Some(parts) = map.get_mut("allOf").and_then(Value::as_array_mut) else {
        let choices: Vec<&str> =
            ["anyOf", "oneOf"].into_iter().filter(|key| map.contains_key(*key)).collect();
        let [key] = choices[..] else { return false };
        let single = map[key].as_array().is_some_and(|parts| parts.len() == 1);
        if single && let Some(parts) = map.remove(key) {
            map.insert("allOf".to_owned(), parts);
        }
        return single;
    };
    let before = parts.len();
    let mut described = None;
    parts.retain(|part| {
        let keep = !says_nothing(part);
        if !keep {
            described = part.get("description").cloned();
        }
        keep
    });
    let changed = parts.len() < before;
    let only = if parts.len() == 1 { parts.first().cloned() } else { None };
    if parts.is_empty() {
        map.remove("allOf");
    }
    if let Some(text) = described {
        map.entry("description").or_insert(text);
    }
    let plain = map.keys().all(|key| key == "allOf" || key == "type" || BESIDE.contains(&key.as_str()));
    let Some(part) = only.filter(|_| plain) else { return changed };
    // A type beside the one part says again what that is.
    let said = map.remove("type").filter(|_| part.get("$ref").is_none() && part.get("type").is_none());
    if let Some(kind) = said {
        map.insert("type".to_owned(), kind);
    }
    if part.get("$ref").is_some() {
        let is_bare = map.keys().all(|key| key == "allOf" || key == "description");
        let is_wrapped = map.contains_key("allOf") && part.as_object().is_some_and(|part| part.len() == 1);
        if is_bare {
            map.remove("allOf");
            let own = std::mem::take(map);
            *map = part.as_object().cloned().unwrap_or_default();
            map.extend(own);
            return true;
        }
        if !is_wrapped {
            let text = part.get("description").cloned();
            map["allOf"] = json!([{ "$ref": part["$ref"] }]);
            if let Some(text) = text {
                map.entry("description").or_insert(text);
            }
            return true;
        }
        return changed;
    }
    map.remove("allOf");
    let own = std::mem::take(map);
    *map = part.as_object().cloned().unwrap_or_default();
    map.extend(own);
    true
}

/// A record, a choice of words or a composition inside another schema, a body or an answer gets a name of its own.
pub(super) fn inner_types(document: &mut Value, _: &mut Losses) -> usize {
    let queries = schema::operations(document)
        .filter_map(|(_, _, operation)| operation.get("operationId")?.as_str())
        .map(|name| type_name(&format!("{name} query")));
    let mut taken: BTreeSet<String> =
        queries.chain(schema::components(document).map(|(name, _)| name.clone())).collect();
    let mut hoisted = BTreeMap::new();
    let mut hoister = Hoister { taken: &mut taken, hoisted: &mut hoisted };
    walk::each_operation(document, &mut |_, operation| {
        let name = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            let name = format!("{name} {}", parameter["name"].as_str().unwrap_or_default());
            hoister.hoist(&mut parameter["schema"], &name);
        }
        if let Some(body) = operation.get_mut("requestBody") {
            hoister.content(body, &format!("{name} body"));
        }
        for (_, answer) in operation.get_mut("responses").into_iter().flat_map(members_mut) {
            hoister.content(answer, &format!("{name} response"));
        }
    });
    if let Some(schemas) = document.pointer_mut("/components/schemas") {
        members_mut(schemas).for_each(|(name, schema)| hoister.inside(schema, name));
    }
    let count = hoisted.len();
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        schemas.extend(hoisted);
    }
    count
}

struct Hoister<'a> {
    taken: &'a mut BTreeSet<String>,
    hoisted: &'a mut BTreeMap<String, Value>,
}

impl Hoister<'_> {
    fn content(&mut self, owner: &mut Value, name: &str) {
        for (_, media_type) in owner.get_mut("content").into_iter().flat_map(members_mut) {
            if let Some(schema) = media_type.get_mut("schema") {
                self.hoist(schema, name);
            }
        }
    }

    fn hoist(&mut self, schema: &mut Value, name: &str) {
        let is_words = schema.get("enum").is_some();
        let is_composed =
            ["allOf", "anyOf", "oneOf"].iter().any(|key| schema.get(key).is_some()) && !is_wrapped(schema);
        if !is_record(schema) && !is_words && !is_composed {
            return self.inside(schema, name);
        }
        let rust = unique(&type_name(name), |rust| is_taken(self.taken, rust), "");
        self.taken.insert(rust.clone());
        self.inside(schema, &rust);
        let mut inner = schema.take();
        // What is said of the place stays there.
        let mut outer = json!({ "allOf": [reference_to(&rust)] });
        for key in ["deprecated", "nullable", "readOnly", "writeOnly"] {
            if let Some(value) = inner.as_object_mut().and_then(|inner| inner.remove(key)) {
                outer[key] = value;
            }
        }
        let is_bare = outer.as_object().is_some_and(|outer| outer.len() == 1);
        *schema = if is_bare { reference_to(&rust) } else { outer };
        self.hoisted.insert(rust, inner);
    }

    fn inside(&mut self, schema: &mut Value, name: &str) {
        for (property, inner) in schema.get_mut("properties").into_iter().flat_map(members_mut) {
            self.hoist(inner, &format!("{name} {property}"));
        }
        for (key, suffix) in [("items", "item"), ("additionalProperties", "value")] {
            if let Some(inner) = schema.get_mut(key).filter(|inner| inner.is_object()) {
                self.hoist(inner, &format!("{name} {suffix}"));
            }
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            for inner in schema.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten() {
                self.inside(inner, name);
            }
        }
    }
}

/// Whether this is one reference and what is said of its place.
pub(super) fn is_wrapped(schema: &Value) -> bool {
    let Some(map) = schema.as_object() else { return false };
    map.keys().all(|key| key == "allOf" || BESIDE.contains(&key.as_str()))
        && map.get("allOf").and_then(Value::as_array).is_some_and(|parts| {
            matches!(&parts[..], [part] if part.get("$ref").is_some() && part.as_object().is_some_and(|part| part.len() == 1))
        })
}

/// What is neither a record nor a choice of words stands where it is used; one that is made of itself is any JSON.
pub(super) fn plain_types(document: &mut Value, losses: &mut Losses) -> usize {
    let has_type = |schema: &Value| is_record(schema) || schema.get("enum").is_some();
    let mut plain: BTreeMap<String, Value> = schema::components(document)
        .filter(|(_, schema)| !has_type(schema))
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect();
    for schema in plain.values_mut() {
        // None of them is left where the vendor sets them all.
        for key in ["properties", "required"] {
            schema.as_object_mut().map(|schema| schema.remove(key));
        }
    }
    let names: Vec<String> = plain.keys().cloned().collect();
    for name in &names {
        let mut schema = plain.get(name).cloned().unwrap_or_default();
        expand(&mut schema, &plain, &mut vec![name.clone()], losses);
        plain.insert(name.clone(), schema);
    }
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        schemas.retain(|name, _| !plain.contains_key(name));
    }
    walk::roots(document, &mut |_, root| expand(root, &plain, &mut Vec::new(), losses));
    names.len()
}

fn expand(schema: &mut Value, plain: &BTreeMap<String, Value>, open: &mut Vec<String>, losses: &mut Losses) {
    if let Some(name) = schema::reference(schema).map(str::to_owned) {
        let Some(target) = plain.get(&name) else { return };
        let own = schema.get("description").cloned();
        if open.contains(&name) {
            losses.at(&format!("/components/schemas/{name}"), "is a list or map of itself: any JSON within");
            *schema = json!({});
        } else {
            *schema = target.clone();
            open.push(name);
            expand(schema, plain, open, losses);
            open.pop();
        }
        if let Some(text) = own {
            schema["description"] = text;
        }
        return;
    }
    for (_, inner) in schema.get_mut("properties").into_iter().flat_map(members_mut) {
        expand(inner, plain, open, losses);
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get_mut(key).filter(|inner| inner.is_object()) {
            expand(inner, plain, open, losses);
        }
    }
    if let Some(part) = schema.get("allOf").and_then(|parts| parts.get(0)).cloned() {
        let mut part = part;
        expand(&mut part, plain, open, losses);
        if part.get("$ref").is_some() {
            schema["allOf"] = json!([part]);
        } else if let (Some(own), Value::Object(mut found)) = (schema.as_object_mut(), part) {
            own.remove("allOf");
            found.extend(std::mem::take(own));
            *own = found;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whole::testing::{lowered, reference};

    #[test]
    fn a_composition_of_one_part_is_that_part() {
        let a = reference("A");
        for (before, after) in [
            (json!({"allOf": [a]}), a.clone()),
            (json!({"oneOf": [a], "nullable": true}), json!({"allOf": [a], "nullable": true})),
            (
                json!({"$ref": "#/components/schemas/A", "readOnly": true}),
                json!({"allOf": [a], "readOnly": true}),
            ),
            (
                json!({"allOf": [{"type": "string"}], "description": "d"}),
                json!({"type": "string", "description": "d"}),
            ),
            (json!({"allOf": [a, {"description": "d"}]}), json!({"$ref": a["$ref"], "description": "d"})),
            (json!({"type": "object", "anyOf": [{"allOf": [a]}]}), a.clone()),
        ] {
            let (schemas, count, _) = lowered("single-parts", json!({ "B": before }));
            assert!(count > 0 && schemas["B"] == after, "{before} {schemas}");
        }
    }

    #[test]
    fn inner_records_words_and_compositions_get_names_of_their_own() {
        let record = |name: &str| json!({"type": "object", "properties": {name: {"type": "string"}}});
        let (schemas, count, _) = lowered(
            "inner-types",
            json!({
                "T": {"properties": {
                    "a": {"properties": {"b": record("x")}}, "aB": record("y"), "n": {"type": "string", "enum": ["w"], "nullable": true},
                    "c": {"oneOf": [record("z"), {"type": "string"}]},
                }},
                "TA": {"type": "string"},
            }),
        );
        let names: Vec<&String> = schemas.as_object().unwrap().keys().collect();
        assert_eq!(names, ["T", "TA", "TA2", "TAB", "TC", "TN", "Ta2B"]);
        assert_eq!(schemas["T"]["properties"]["n"], json!({"allOf": [reference("TN")], "nullable": true}));
        assert_eq!(count, 5);
    }

    #[test]
    fn plain_types_stand_where_they_are_used_and_circles_of_them_end() {
        let (schemas, count, losses) = lowered(
            "plain-types",
            json!({
                "Text": {"type": "string"},
                "Map": {"type": "object", "additionalProperties": reference("Map")},
                "T": {"properties": {"a": {"allOf": [reference("Text")], "nullable": true}, "m": reference("Map"), "t": reference("T")}},
            }),
        );
        let map = json!({"type": "object", "additionalProperties": {}});
        let properties = json!({"a": {"type": "string", "nullable": true}, "m": map, "t": reference("T")});
        assert_eq!(schemas, json!({"T": {"properties": properties}}));
        assert_eq!(
            (count, losses),
            (2, vec!["schema Map: is a list or map of itself: any JSON within".to_owned()])
        );
    }
}
