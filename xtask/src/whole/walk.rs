//! Walking what a lowered document is made of, with the place of each part.

use serde_json::Value;

use crate::{pointer, schema::members_mut, vendor::METHODS};

/// Calls `change` with each operation and its pointer.
pub(super) fn each_operation(document: &mut Value, change: &mut dyn FnMut(&str, &mut Value)) {
    for (path, item) in document.get_mut("paths").into_iter().flat_map(members_mut) {
        for (method, operation) in members_mut(item).filter(|(method, _)| METHODS.contains(&method.as_str()))
        {
            change(&format!("/paths/{}/{method}", pointer::escape(path)), operation);
        }
    }
}

/// Calls `change` with each schema and its pointer, the outer ones first.
pub(super) fn each_schema(document: &mut Value, change: &mut dyn FnMut(&str, &mut Value)) {
    roots(document, &mut |place, root| schema(root, place, change));
}

/// Calls `change` with each schema that stands in no other.
pub(super) fn roots(document: &mut Value, change: &mut dyn FnMut(&mut String, &mut Value)) {
    each_operation(document, &mut |place, operation| {
        let mut place = place.to_owned();
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
        for (index, parameter) in parameters.into_iter().flatten().enumerate() {
            pointer::at_member(&mut place, "parameters", |place| {
                pointer::at_member(place, &index.to_string(), |place| {
                    if let Some(schema) = parameter.get_mut("schema") {
                        change(place, schema);
                    }
                });
            });
        }
        if let Some(body) = operation.get_mut("requestBody") {
            pointer::at_member(&mut place, "requestBody", |place| content(body, place, change));
        }
        for (status, answer) in operation.get_mut("responses").into_iter().flat_map(members_mut) {
            pointer::at_member(&mut place, "responses", |place| {
                pointer::at_member(place, status, |place| content(answer, place, change));
            });
        }
    });
    let mut place = String::from("/components/schemas");
    if let Some(schemas) = document.pointer_mut("/components/schemas") {
        for (name, root) in members_mut(schemas) {
            pointer::at_member(&mut place, name, |place| change(place, root));
        }
    }
}

fn content(owner: &mut Value, place: &mut String, change: &mut dyn FnMut(&mut String, &mut Value)) {
    for (_, media_type) in owner.get_mut("content").into_iter().flat_map(members_mut) {
        if let Some(schema) = media_type.get_mut("schema") {
            change(place, schema);
        }
    }
}

fn schema(value: &mut Value, place: &mut String, change: &mut dyn FnMut(&str, &mut Value)) {
    change(place, value);
    for (name, inner) in value.get_mut("properties").into_iter().flat_map(members_mut) {
        pointer::at_member(place, name, |place| schema(inner, place, change));
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = value.get_mut(key).filter(|inner| inner.is_object()) {
            pointer::at_member(place, key, |place| schema(inner, place, change));
        }
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        let branches = value.get_mut(key).and_then(Value::as_array_mut);
        for (index, inner) in branches.into_iter().flatten().enumerate() {
            pointer::at_member(place, key, |place| {
                pointer::at_member(place, &index.to_string(), |place| schema(inner, place, change));
            });
        }
    }
}

/// Calls `found` with the text of each reference that stands where a schema may.
pub(super) fn references(document: &Value, found: &mut dyn FnMut(&str)) {
    match document {
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get("$ref") {
                found(reference);
            }
            for (key, value) in map {
                // Free-form values may look like anything.
                if !["example", "examples", "default", "enum", "const"].contains(&key.as_str())
                    || value.get("type").is_some()
                {
                    references(value, found);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

/// Calls `change` with every object, whatever it is.
pub(super) fn everything(value: &mut Value, change: &mut dyn FnMut(&mut Value)) {
    change(value);
    match value {
        Value::Object(map) => map.values_mut().for_each(|value| everything(value, change)),
        Value::Array(items) => items.iter_mut().for_each(|value| everything(value, change)),
        _ => {}
    }
}
