//! A part of a document: some of its operations, and exactly what they reach.

use serde_json::{Map, Value, json};

use crate::{
    document,
    schema::{members, members_mut},
    vendor::{METHODS, Upstream},
};

/// What is kept of a vendor's document.
pub fn kept(document: &Value, upstream: &Upstream) -> Value {
    operations(document, upstream.operations.values().map(String::as_str))
}

/// These operations (`METHOD /path`), where the document has them, and exactly what they reach.
pub fn operations<'a>(document: &Value, operations: impl IntoIterator<Item = &'a str>) -> Value {
    let mut paths = Map::new();
    // What is kept elsewhere is refused by whoever checks the slice.
    let elsewhere = document.pointer("/paths/$ref").map(|reference| ("$ref".to_owned(), reference.clone()));
    paths.extend(elsewhere);
    for operation in operations {
        let (method, path) = operation.split_once(' ').unwrap_or_default();
        let method = method.to_lowercase();
        let item = document.get("paths").and_then(|paths| paths.get(path));
        let Some(found) = item.and_then(|item| item.get(&method)) else {
            if let Some(item) = item.filter(|item| item.get("$ref").is_some()) {
                paths.insert(path.to_owned(), item.clone());
            }
            continue;
        };
        let kept = paths.entry(path).or_insert_with(|| {
            let shared = item.into_iter().flat_map(members);
            shared
                .filter(|(key, _)| !METHODS.contains(&key.as_str()))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect::<Map<_, _>>()
                .into()
        });
        kept[&method] = found.clone();
    }
    let paths = Value::Object(paths);
    let mut slice = Map::new();
    for key in ["openapi", "info", "servers", "security"] {
        slice.extend(document.get(key).map(|value| (key.to_owned(), value.clone())));
    }
    slice.insert("components".into(), reached_components(document, &paths));
    slice.insert("paths".into(), paths);
    Value::Object(slice)
}

fn reached_components(document: &Value, paths: &Value) -> Value {
    let components = match document.get("components") {
        Some(Value::Object(components)) => components,
        other => return other.cloned().unwrap_or_else(|| json!({})),
    };
    let reached = document::reached(document, paths);
    let mut kept = Map::new();
    for (kind, named) in components {
        let is_kept = |name: &str| document::is_retained(kind, name, &reached);
        let named = members(named).filter(|(name, _)| is_kept(name));
        let named: Map<_, _> = named.map(|(name, value)| (name.clone(), value.clone())).collect();
        if !named.is_empty() {
            kept.insert(kind.clone(), Value::Object(named));
        }
    }
    Value::Object(kept)
}

/// The published components under the names that they have in our document.
pub fn with_our_names(mut published: Value, prefix: &str) -> Value {
    if !prefix.is_empty() {
        prefix_components(&mut published, prefix);
    }
    published
}

fn prefix_components(value: &mut Value, prefix: &str) {
    for (kind, named) in value.get_mut("components").into_iter().flat_map(members_mut) {
        if kind == "securitySchemes" {
            continue;
        }
        if let Some(named) = named.as_object_mut() {
            *named = std::mem::take(named)
                .into_iter()
                .map(|(name, value)| (format!("{prefix}{name}"), value))
                .collect();
        }
    }
    document::rewrite_references(value, &|reference| {
        let (kind, name) = reference.rsplit_once('/')?;
        Some(format!("{kind}/{prefix}{name}"))
    });
}
