//! The frame of a document: paths, operations, servers and who may call.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::loss::Losses;
use crate::{
    normalise::first_server,
    pointer::{escape, unescape},
    schema::{self, members_mut},
    vendor::{METHODS, SENT},
};

/// Keeps of the document what a client is made of, in the kinds that OpenAPI says.
pub(super) fn document(document: &mut Value, losses: &mut Losses) -> usize {
    const KEPT: [&str; 6] = ["openapi", "info", "servers", "security", "paths", "components"];

    let Some(map) = document.as_object_mut() else { return 0 };
    let mut count = 0;
    if let Some(hooks) = map.get("webhooks").and_then(Value::as_object) {
        for name in hooks.keys() {
            losses.push(format!("webhook {name}"), "is a call by the vendor, which a client does not take");
        }
        count += hooks.len();
    }
    map.retain(|key, _| KEPT.contains(&key.as_str()));
    for key in ["info", "paths", "components"] {
        if !map.get(key).is_some_and(Value::is_object) {
            if map.get(key).is_some_and(|value| !value.is_null()) {
                losses.at(&format!("/{key}"), "is no object, and is left out");
            }
            map.insert(key.to_owned(), json!({}));
            count += 1;
        }
    }
    map["info"] = info(&map["info"]);
    map.insert("openapi".to_owned(), "3.0.3".into());
    if map.get("security").is_some_and(|security| !is_security(security)) {
        losses.at("/security", "is no list of requirements, and is left out");
        map.remove("security");
        count += 1;
    }
    count
}

fn info(info: &Value) -> Value {
    let text = |key: &str| info.get(key).and_then(Value::as_str).unwrap_or_default();
    let mut kept = json!({"title": text("title"), "version": text("version")});
    if let Some(name) = info.pointer("/license/name").and_then(Value::as_str) {
        kept["license"] = json!({ "name": name });
    }
    kept
}

fn is_security(value: &Value) -> bool {
    let is_requirement =
        |value: &Value| value.as_object().is_some_and(|schemes| schemes.values().all(Value::is_array));
    value.as_array().is_some_and(|list| list.iter().all(is_requirement))
}

/// A path that is described elsewhere in the document is described where it stands.
pub(super) fn path_references(document: &mut Value, losses: &mut Losses) -> usize {
    let mut count = 0;
    let whole = document.clone();
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        let mut seen = BTreeSet::new();
        while let Some(reference) = item.get("$ref").and_then(Value::as_str).map(str::to_owned) {
            count += 1;
            let target = target(&whole, &reference).filter(|_| seen.insert(reference.clone()));
            let own = item.as_object_mut().map(std::mem::take).unwrap_or_default();
            let Some(found) = target else {
                losses.at(
                    &format!("/paths/{}", escape(path)),
                    format!("is described by `{reference}`, which is not in this document, and is left out"),
                );
                break;
            };
            *item = found.clone();
            // What stands beside the reference is closer.
            if let Some(item) = item.as_object_mut() {
                item.extend(own.into_iter().filter(|(key, _)| key != "$ref"));
            }
        }
    }
    count
}

/// What a reference points to, also where its text is encoded as in an address.
pub(super) fn target<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    let pointer = reference.strip_prefix('#')?;
    document.pointer(pointer).or_else(|| document.pointer(&decoded(pointer)))
}

/// A text without `%20` and the like.
pub(super) fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.filter(|_| *first == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// Operations have only what a method is made of, in the kinds that OpenAPI says; what cannot be sent goes.
pub(super) fn operations(document: &mut Value, losses: &mut Losses) -> usize {
    let mut count = 0;
    let Some(paths) = schema::object_mut(document, "paths") else { return 0 };
    for (path, mut item) in std::mem::take(paths) {
        let place = format!("/paths/{}", escape(&path));
        if path.starts_with("x-") {
            continue;
        }
        let Some(item) = item.as_object_mut().filter(|_| is_template(&path)) else {
            losses.at(&place, "is no path with operations, and is left out");
            count += 1;
            continue;
        };
        count += self::item(&place, item, losses);
        if METHODS.iter().any(|method| item.contains_key(*method)) {
            let path = if path.starts_with('/') { path } else { format!("/{path}") };
            let same = paths.entry(path).or_insert_with(|| json!({}));
            same.as_object_mut().into_iter().for_each(|same| same.extend(std::mem::take(item)));
        }
    }
    count
}

/// Whether every brace that opens a parameter's name is closed.
fn is_template(path: &str) -> bool {
    let mut open = false;
    for character in path.chars() {
        match character {
            '{' if open => return false,
            '}' if !open => return false,
            '/' if open => return false,
            '{' => open = true,
            '}' => open = false,
            _ => {}
        }
    }
    !open && !path.contains("{}")
}

fn item(place: &str, item: &mut Map<String, Value>, losses: &mut Losses) -> usize {
    let mut count = 0;
    let keys: Vec<String> = item.keys().cloned().collect();
    for key in keys {
        let sent = SENT.contains(&key.to_uppercase().as_str()) && METHODS.contains(&key.as_str());
        match (key.as_str(), &item[&key]) {
            ("parameters", Value::Array(_)) | ("servers", _) => {}
            (_, Value::Object(_)) if sent => {
                if let Some(operation) = item.get_mut(&key).and_then(Value::as_object_mut) {
                    count += self::operation(&format!("{place}/{key}"), operation, losses);
                }
            }
            ("summary" | "description", _) => drop(item.remove(&key)),
            (extension, _) if extension.starts_with("x-") => drop(item.remove(&key)),
            _ => {
                losses.at(&format!("{place}/{key}"), "is nothing that can be called, and is left out");
                item.remove(&key);
                count += 1;
            }
        }
    }
    // Those of the path are those of each of its operations.
    if let Some(Value::Array(shared)) = item.remove("parameters") {
        for (_, operation) in item.iter_mut().filter(|(key, _)| METHODS.contains(&key.as_str())) {
            if let Some(own) = operation.get_mut("parameters").and_then(Value::as_array_mut) {
                own.splice(0..0, shared.iter().cloned());
            }
        }
    }
    count
}

fn operation(place: &str, operation: &mut Map<String, Value>, losses: &mut Losses) -> usize {
    const PROSE: [&str; 7] =
        ["operationId", "summary", "description", "deprecated", "tags", "externalDocs", "consumes"];

    let mut count = 0;
    let keys: Vec<String> = operation.keys().cloned().collect();
    for key in keys {
        let value = &operation[&key];
        let is_right = match key.as_str() {
            "operationId" | "summary" | "description" => value.is_string(),
            "deprecated" => value.is_boolean(),
            "parameters" => value.is_array(),
            "requestBody" | "responses" => value.is_object(),
            "security" => is_security(value),
            _ => false,
        };
        if is_right {
            continue;
        }
        if key == "servers" {
            losses.at(place, "has a server of its own: give it a session for that address");
        } else if key == "callbacks" {
            losses.at(place, "is called back by the vendor, which a client does not take");
        } else if !key.starts_with("x-") && !PROSE.contains(&key.as_str()) {
            losses.at(&format!("{place}/{key}"), "is not as OpenAPI says, and is left out");
        }
        operation.remove(&key);
        count += 1;
    }
    operation.entry("parameters").or_insert_with(|| json!([]));
    operation.entry("responses").or_insert_with(|| json!({}));
    count
}

/// A server below that of the document becomes a prefix of the path.
pub(super) fn servers(document: &mut Value, losses: &mut Losses) -> usize {
    let root = document.get("servers").and_then(first_server);
    document.as_object_mut().map(|document| document.remove("servers"));
    let Some(paths) = schema::object_mut(document, "paths") else { return 0 };
    let mut count = 0;
    for (path, mut item) in std::mem::take(paths) {
        let servers = item.as_object_mut().and_then(|item| item.remove("servers"));
        let mut whole = path.clone();
        if let Some(server) = servers.as_ref().and_then(first_server) {
            count += 1;
            match root.as_deref().and_then(|root| server.strip_prefix(root)) {
                Some(prefix) if prefix.is_empty() || prefix.starts_with('/') => {
                    whole = format!("{prefix}{path}")
                }
                _ => losses.at(
                    &format!("/paths/{}", escape(&path)),
                    format!("has a server of its own, {server}: give it a session for that address"),
                ),
            }
        }
        if paths.contains_key(&whole) {
            losses.at(
                &format!("/paths/{}", escape(&path)),
                format!("is {whole} with its server, as another is"),
            );
            continue;
        }
        paths.insert(whole, item);
    }
    count
}

/// Where a document says nothing of who may call, every call is made with the session's authorization.
pub(super) fn security(document: &mut Value, losses: &mut Losses) -> usize {
    let says = document.get("security").is_some()
        || schema::operations(document).any(|(_, _, operation)| operation.get("security").is_some());
    if says {
        return 0;
    }
    losses.push(
        "security",
        "the document does not say who may call: every call has the session's authorization",
    );
    document["security"] = json!([{"session": []}]);
    1
}

/// The pointer without its last segment, and that segment as a name.
pub(super) fn last_name(pointer: &str) -> String {
    unescape(pointer.rsplit('/').next().unwrap_or_default())
}

/// The operations have these names and no others.
pub(super) fn name_operations(document: &mut Value, names: &std::collections::BTreeMap<String, String>) {
    let by_route: std::collections::BTreeMap<&str, &str> =
        names.iter().map(|(name, route)| (route.as_str(), name.as_str())).collect();
    for (path, item) in document.get_mut("paths").into_iter().flat_map(members_mut) {
        for (method, operation) in members_mut(item) {
            if let Some(name) = by_route.get(format!("{} {path}", method.to_uppercase()).as_str()) {
                operation["operationId"] = (*name).into();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whole::testing::run;

    #[test]
    fn a_document_has_the_members_that_a_client_is_made_of() {
        let (document, count, losses) = run(
            "document-frame",
            json!({"openapi": "3.1.0", "info": 7, "security": {}, "webhooks": {"w": {}}, "tags": []}),
        );
        let info = json!({"title": "", "version": ""});
        assert_eq!(document, json!({"openapi": "3.0.3", "info": info, "paths": {}, "components": {}}));
        assert_eq!(count, 5);
        assert_eq!(losses.len(), 3, "{losses:?}");
    }

    #[test]
    fn a_path_that_is_described_elsewhere_is_described_here() {
        let (document, count, losses) = run(
            "path-references",
            json!({"paths": {"/a": {"$ref": "#/paths/~1b", "get": 1}, "/b": {"put": 2}, "/c": {"$ref": "x.yaml"}}}),
        );
        assert_eq!(document["paths"], json!({"/a": {"get": 1, "put": 2}, "/b": {"put": 2}, "/c": {}}));
        assert_eq!(count, 2);
        assert_eq!(losses, ["/c: is described by `x.yaml`, which is not in this document, and is left out"]);
    }

    #[test]
    fn an_operation_has_its_paths_parameters_and_nothing_that_no_client_has() {
        let (document, count, losses) = run(
            "operation-shapes",
            json!({"paths": {
                "a": {"parameters": [1], "get": {"parameters": [2], "tags": 7, "callbacks": {}, "summary": 1}},
                "/b{": {}, "/c": {"trace": {}}, "x-d": 1,
            }}),
        );
        assert_eq!(document["paths"], json!({"/a": {"get": {"parameters": [1, 2], "responses": {}}}}));
        assert_eq!(count, 5);
        assert_eq!(
            losses,
            [
                "/b{: is no path with operations, and is left out",
                "GET a: is called back by the vendor, which a client does not take",
                "TRACE /c: is nothing that can be called, and is left out",
            ]
        );
    }

    #[test]
    fn a_server_below_the_documents_is_a_prefix_and_another_is_a_loss() {
        let server = |url: &str| json!([{ "url": url }]);
        let (document, count, losses) = run(
            "server-prefixes",
            json!({"servers": server("https://a.example"), "paths": {
                "/p": {"servers": server("https://a.example/v1")}, "/q": {"servers": server("https://b.example")},
            }}),
        );
        assert_eq!(document, json!({"paths": {"/v1/p": {}, "/q": {}}}));
        assert_eq!(count, 2);
        assert_eq!(
            losses,
            ["/q: has a server of its own, https://b.example: give it a session for that address"]
        );
    }

    #[test]
    fn a_document_that_does_not_say_who_may_call_is_called_with_authorization() {
        let (document, count, _) = run("unsaid-security", json!({"paths": {"/a": {"get": {}}}}));
        assert!(crate::normalise::is_authorized(&document, &document["paths"]["/a"]["get"]) && count == 1);
        assert_eq!(run("unsaid-security", json!({"security": [], "paths": {}})).1, 0);
    }
}
