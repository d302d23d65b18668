//! What a document says beside its prose.
//!
//! Structure is everything but prose: paths, names, types, formats, bounds,
//! defaults, enums, what is required, references, security. Descriptions,
//! titles, examples and vendors' extensions are prose.

use serde_json::Value;

use crate::schema::members;

/// The value without prose and without vendors' extensions.
pub fn of(value: &Value) -> Value {
    strip(value, false)
}

/// `names` is whether this object's keys are names of the vendor's, such as those of properties, and not keywords.
fn strip(value: &Value, names: bool) -> Value {
    const PROSE: [&str; 6] = ["description", "summary", "title", "example", "examples", "externalDocs"];
    const NAMED: [&str; 8] = [
        "properties",
        "schemas",
        "responses",
        "parameters",
        "requestBodies",
        "paths",
        "securitySchemes",
        "mapping",
    ];

    match value {
        Value::Object(map) => Value::Object(
            map.iter()
                .filter(|(key, _)| names || !(PROSE.contains(&key.as_str()) || key.starts_with("x-")))
                .map(|(key, value)| {
                    let stripped = match key.as_str() {
                        // What a scope is for is prose; that there is one is structure.
                        "scopes" if !names && value.is_object() => {
                            set(members(value).map(|(scope, _)| scope.clone()))
                        }
                        // Lists whose order means nothing.
                        "required" | "enum" | "tags" if !names && value.is_array() => {
                            set(value.as_array().into_iter().flatten().map(word))
                        }
                        "parameters" if !names && value.is_array() => {
                            let parameters = value.as_array().into_iter().flatten();
                            parameters
                                .map(|parameter| (parameter_name(parameter), strip(parameter, false)))
                                .collect()
                        }
                        _ => strip(value, !names && NAMED.contains(&key.as_str())),
                    };
                    (key.clone(), stripped)
                })
                .collect(),
        ),
        Value::Array(items) => items.iter().map(|item| strip(item, false)).collect(),
        scalar => scalar.clone(),
    }
}

fn set(items: impl Iterator<Item = String>) -> Value {
    items.map(|item| (item, Value::Bool(true))).collect()
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn parameter_name(parameter: &Value) -> String {
    let text = |key: &str| parameter.get(key).and_then(Value::as_str);
    match (text("$ref"), text("in"), text("name")) {
        (Some(reference), ..) => reference.to_owned(),
        (None, Some(place), Some(name)) => format!("{place} {name}"),
        _ => parameter.to_string(),
    }
}
