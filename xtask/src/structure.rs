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

/// Whether the value of this keyword is prose, or an extension.
pub(crate) fn is_prose(keyword: &str) -> bool {
    const PROSE: [&str; 6] = ["description", "summary", "title", "example", "examples", "externalDocs"];

    PROSE.contains(&keyword) || keyword.starts_with("x-")
}

/// What the value of a keyword is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Keywords, or items in their order.
    Keywords,
    /// Names of the vendor's, such as those of properties.
    Names,
    /// Names whose values are prose.
    Labels,
    /// Items whose order means nothing.
    Set,
    /// Parameters, which are told apart by name and place.
    Parameters,
}

/// What the value of this keyword is made of.
pub(crate) fn holds(keyword: &str, value: &Value) -> Holds {
    const NAMED: [&str; 9] = [
        "headers",
        "properties",
        "schemas",
        "responses",
        "parameters",
        "requestBodies",
        "paths",
        "securitySchemes",
        "mapping",
    ];

    match keyword {
        // What a scope is for is prose; that there is one is structure.
        "scopes" if value.is_object() => Holds::Labels,
        "required" | "enum" | "tags" if value.is_array() => Holds::Set,
        "parameters" if value.is_array() => Holds::Parameters,
        keyword if NAMED.contains(&keyword) => Holds::Names,
        _ => Holds::Keywords,
    }
}

/// `names` is whether this object's keys are names of the vendor's, and not keywords.
fn strip(value: &Value, names: bool) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.iter()
                .filter(|(key, _)| names || !is_prose(key))
                .map(|(key, value)| {
                    let held = if names { Holds::Keywords } else { holds(key, value) };
                    let items = || value.as_array().into_iter().flatten();
                    let stripped = match held {
                        Holds::Keywords => strip(value, false),
                        Holds::Names => strip(value, true),
                        Holds::Labels => set(members(value).map(|(scope, _)| scope.clone())),
                        Holds::Set => set(items().map(word)),
                        Holds::Parameters => items()
                            .map(|parameter| (parameter_name(parameter), strip(parameter, false)))
                            .collect(),
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

/// An item of a list whose order means nothing.
pub(crate) fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What a parameter is told from others by.
pub(crate) fn parameter_name(parameter: &Value) -> String {
    let text = |key: &str| parameter.get(key).and_then(Value::as_str);
    match (text("$ref"), text("in"), text("name")) {
        (Some(reference), ..) => reference.to_owned(),
        (None, Some(place), Some(name)) => format!("{place} {name}"),
        _ => parameter.to_string(),
    }
}
