//! Walking the schemas of an OpenAPI document.

use serde_json::{Map, Value};

use crate::vendor::METHODS;

/// The members of an object, or none.
pub(crate) fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// The members of an object, or none.
pub(crate) fn members_mut(value: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    value.as_object_mut().into_iter().flatten()
}

/// A member of an object, if both are there.
pub(crate) fn object_mut<'a>(value: &'a mut Value, key: &str) -> Option<&'a mut Map<String, Value>> {
    value.get_mut(key).and_then(Value::as_object_mut)
}

/// Every operation with its method and path.
pub(crate) fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    document.get("paths").into_iter().flat_map(members).flat_map(|(path, item)| {
        members(item)
            .filter(|(method, _)| METHODS.contains(&method.as_str()))
            .map(move |(method, operation)| (method.as_str(), path.as_str(), operation))
    })
}

/// Every operation with its method and path.
pub(crate) fn operations_mut(document: &mut Value) -> impl Iterator<Item = (&str, &str, &mut Value)> {
    document.get_mut("paths").into_iter().flat_map(members_mut).flat_map(|(path, item)| {
        members_mut(item)
            .filter(|(method, _)| METHODS.contains(&method.as_str()))
            .map(move |(method, operation)| (method.as_str(), path.as_str(), operation))
    })
}

/// The named schemas.
pub(crate) fn components(document: &Value) -> impl Iterator<Item = (&String, &Value)> {
    document.pointer("/components/schemas").into_iter().flat_map(members)
}

/// The name of the component schema that this value refers to.
pub(crate) fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}

/// A reference to a component schema.
pub(crate) fn reference_to(name: &str) -> Value {
    serde_json::json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Calls `change` on every schema of the document, the inner ones first.
pub(crate) fn for_each(document: &mut Value, change: &mut dyn FnMut(&mut Value)) {
    match document {
        Value::Object(map) => {
            for (key, value) in map {
                match key.as_str() {
                    "schema" => schema(value, change),
                    "schemas" => members_mut(value).for_each(|(_, value)| schema(value, change)),
                    // Free-form values may look like anything.
                    "example" | "examples" | "default" | "enum" => {}
                    _ => for_each(value, change),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|value| for_each(value, change)),
        _ => {}
    }
}

/// Calls `change` on a schema and on every schema in it, the inner ones first.
pub(crate) fn schema(value: &mut Value, change: &mut dyn FnMut(&mut Value)) {
    for (_, inner) in value.get_mut("properties").into_iter().flat_map(members_mut) {
        schema(inner, change);
    }
    for key in ["items", "additionalProperties", "not"] {
        // Whether further properties are taken is a boolean of its own kind.
        if let Some(inner) =
            value.get_mut(key).filter(|inner| key != "additionalProperties" || inner.is_object())
        {
            schema(inner, change);
        }
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        for inner in value.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten() {
            schema(inner, change);
        }
    }
    change(value);
}

/// Whether the schema lists the property as required.
pub(crate) fn is_required(schema: &Value, property: &str) -> bool {
    schema
        .get("required")
        .and_then(Value::as_array)
        .is_some_and(|names| names.iter().any(|name| name == property))
}

/// Whether the schema has a type or a keyword that makes it an object with named properties.
pub(crate) fn is_record(schema: &Value) -> bool {
    schema.get("properties").and_then(Value::as_object).is_some_and(|properties| !properties.is_empty())
}
