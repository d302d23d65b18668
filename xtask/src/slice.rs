//! The part of a document that some operations are, and all that they reach.

use serde_json::{Map, Value, json};

use crate::{document, schema::members, vendor::METHODS};

/// The operations, as `METHOD /path`, where the document has them, and exactly what they reach.
pub fn operations<'a>(document: &Value, operations: impl Iterator<Item = &'a str>) -> Value {
    let mut paths = Map::new();
    for operation in operations {
        let (method, path) = operation.split_once(' ').unwrap_or_default();
        let method = method.to_lowercase();
        let item = document.get("paths").and_then(|paths| paths.get(path));
        let Some(found) = item.and_then(|item| item.get(&method)) else { continue };
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
    let mut components = document.get("components").cloned().unwrap_or_else(|| json!({}));
    document::retain_components(&mut components, &document::reached(document, &paths));
    slice.insert("components".into(), components);
    slice.insert("paths".into(), paths);
    Value::Object(slice)
}
