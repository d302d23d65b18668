//! One form for what can be written in several: every reference is to a component, and every path has its operations.
//!
//! Nothing fails here, as what is not kept of a document may be in any state: what cannot be resolved stays as it is, and
//! is refused where it is needed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::references::{rewrite_references, target, walk_references};
use crate::{
    pointer,
    schema::{members, members_mut},
};

/// No document refers to what refers on for so long.
const LONGEST_CHAIN: usize = 16;

/// Brings a document to the one form.
pub(super) fn bring(document: &mut Value) {
    let mut references = references(document);
    let plain = plain_references(document, &references);
    if !plain.is_empty() {
        rewrite_references(document, &|reference| plain.get(reference).cloned());
        references = self::references(document);
    }
    // Before path items are copied, so that what is referred to within them stays one.
    give_names(document, references);
    resolve_path_items(document);
}

/// All references, each once: a document repeats them a hundred times over.
fn references(document: &Value) -> BTreeSet<String> {
    let mut references = BTreeSet::new();
    walk_references(document, &mut |_, reference| {
        if !references.contains(reference) {
            references.insert(reference.to_owned());
        }
    });
    references
}

/// New texts of references: percent-encoding is taken off where it leads somewhere then, and the bare names of a
/// discriminator become references.
fn plain_references(document: &Value, references: &BTreeSet<String>) -> BTreeMap<String, String> {
    let mut plain = BTreeMap::new();
    for reference in references.iter().filter(|reference| reference.contains('%')) {
        let decoded = decode(reference);
        if decoded != *reference
            && target(document, reference).is_none()
            && target(document, &decoded).is_some()
        {
            plain.insert(reference.clone(), decoded);
        }
    }
    let names = document.pointer("/components/schemas").into_iter().flat_map(members).map(|(name, _)| name);
    let mut mapped = BTreeSet::new();
    bare_names(document, &mut mapped);
    let known = names.filter(|name| mapped.contains(name.as_str()));
    plain.extend(known.map(|name| (name.clone(), format!("#/components/schemas/{}", pointer::escape(name)))));
    plain
}

/// Adds what discriminators map to without saying where it is.
fn bare_names<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(map) => {
            if let (Some(mapping), Some(_)) = (map.get("mapping"), map.get("propertyName")) {
                let targets = members(mapping).filter_map(|(_, target)| target.as_str());
                found.extend(targets.filter(|target| !target.contains('/')));
            }
            for value in map.values() {
                bare_names(value, found);
            }
        }
        Value::Array(items) => {
            for value in items {
                bare_names(value, found);
            }
        }
        _ => {}
    }
}

/// The text with each `%20` as the byte that it stands for; as it is where that is no text.
fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| first == b'%').and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// What is referred to within something else becomes a component, which its old place refers to as well.
fn give_names(document: &mut Value, references: BTreeSet<String>) {
    let is_part = |reference: &String| {
        is_within(reference)
            && target(document, reference).is_some_and(|target| target.is_object() || target.is_boolean())
    };
    // The inner ones first: they leave a reference behind in the outer one.
    let mut found: Vec<String> = references.into_iter().filter(is_part).collect();
    found.sort_by_key(|reference| std::cmp::Reverse(reference.matches('/').count()));
    let mut moved = BTreeMap::new();
    let mut numbers = BTreeMap::new();
    for reference in found {
        let Some(value) = document.pointer(&reference[1..]) else { continue };
        let new = match value.get("$ref").and_then(Value::as_str) {
            Some(further) if value.as_object().is_some_and(|map| map.len() == 1) && further != reference => {
                further.to_owned()
            }
            _ => move_out(document, &reference, &mut numbers),
        };
        moved.insert(reference, new);
    }
    if moved.is_empty() {
        return;
    }
    // What was moved may refer to what was moved later.
    for _ in 0..LONGEST_CHAIN {
        rewrite_references(document, &|reference| moved.get(reference).cloned());
    }
}

/// Whether this is no component, no path and nothing outside.
fn is_within(reference: &str) -> bool {
    match segments(reference).as_slice() {
        [] | [_] => false,
        [root, _] => !["paths", "webhooks"].contains(&root.as_str()),
        [root, _, _] => !["components", "paths"].contains(&root.as_str()),
        _ => true,
    }
}

/// The decoded segments of a reference into the same document; none of another.
fn segments(reference: &str) -> Vec<String> {
    reference.strip_prefix("#/").into_iter().flat_map(|rest| rest.split('/')).map(pointer::unescape).collect()
}

/// Makes a component of what is there, and refers to it from there; the reference to it.
fn move_out(document: &mut Value, reference: &str, numbers: &mut BTreeMap<String, usize>) -> String {
    let segments = segments(reference);
    let kind = kind(&segments);
    let named = document.pointer(&format!("/components/{kind}"));
    let name = free_name(&segments, named, numbers);
    let new = format!("#/components/{kind}/{name}");
    let left = json!({ "$ref": new });
    let value = document.pointer_mut(&reference[1..]).map(|value| std::mem::replace(value, left));
    if let Some(components) = object(document, "components").and_then(|components| {
        let kinds = components.entry(kind).or_insert_with(|| json!({}));
        kinds.as_object_mut()
    }) {
        components.insert(name, value.unwrap_or_default());
    }
    // A definition is nothing but a place to refer to.
    if let [.., list, name] = segments.as_slice()
        && list == "$defs"
        && let Some((owner, _)) = reference[1..].rsplit_once("/$defs/")
        && let Some(owner) = document.pointer_mut(owner).and_then(Value::as_object_mut)
        && let Some(definitions) = owner.get_mut("$defs").and_then(Value::as_object_mut)
    {
        definitions.remove(name);
        if definitions.is_empty() {
            owner.remove("$defs");
        }
    }
    new
}

fn object<'a>(document: &'a mut Value, key: &str) -> Option<&'a mut Map<String, Value>> {
    document.as_object_mut()?.entry(key).or_insert_with(|| json!({})).as_object_mut()
}

/// What kind of component the value at the end of this path is.
fn kind(segments: &[String]) -> &'static str {
    let is_schema = matches!(segments, [root, kind, ..] if root == "components" && kind == "schemas");
    match segments {
        _ if is_schema || segments.iter().any(|segment| segment == "schema") => "schemas",
        [.., last] if last == "requestBody" => "requestBodies",
        [.., list, _] if list == "parameters" => "parameters",
        [.., list, _] if list == "responses" => "responses",
        [.., list, _] if list == "headers" => "headers",
        [.., list, _] if list == "examples" => "examples",
        _ => "schemas",
    }
}

/// A name of what the vendor named on the way there, which no other component has.
fn free_name(segments: &[String], named: Option<&Value>, numbers: &mut BTreeMap<String, usize>) -> String {
    const STRUCTURE: [&str; 14] = [
        "$defs",
        "components",
        "content",
        "definitions",
        "headers",
        "items",
        "parameters",
        "paths",
        "properties",
        "requestBody",
        "responses",
        "schema",
        "schemas",
        "examples",
    ];

    let words = segments.iter().filter(|segment| !STRUCTURE.contains(&segment.as_str()));
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '_' };
    let words = words.map(|word| word.chars().map(plain).collect::<String>().trim_matches('_').to_owned());
    let name = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_");
    let name = if name.is_empty() { "Part".to_owned() } else { name };
    let is_free = |name: &str| named.and_then(|named| named.get(name)).is_none();
    if is_free(&name) {
        return name;
    }
    let number = numbers.entry(name.clone()).or_insert(2);
    while !is_free(&format!("{name}_{number}")) {
        *number += 1;
    }
    format!("{name}_{number}")
}

/// A path item that stands elsewhere in the document is copied to its path; what stands beside the reference goes before it.
fn resolve_path_items(document: &mut Value) {
    /// Many paths may refer to one large item.
    const LARGEST: usize = 1_000_000;

    let mut resolved = BTreeMap::new();
    let mut copied = 0;
    for (path, item) in document.get("paths").into_iter().flat_map(members) {
        let Some(whole) = whole_item(document, item) else { continue };
        copied += whole.values().copied().map(size).sum::<usize>();
        if copied > LARGEST {
            break;
        }
        let whole: Map<String, Value> =
            whole.into_iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        resolved.insert(path.clone(), whole);
    }
    for (path, item) in document.get_mut("paths").into_iter().flat_map(members_mut) {
        if let Some(whole) = resolved.remove(path) {
            *item = Value::Object(whole);
        }
    }
}

/// The item with what its reference leads to; nothing where it has none, or that is not in this document.
fn whole_item<'a>(document: &'a Value, item: &'a Value) -> Option<BTreeMap<&'a String, &'a Value>> {
    let mut whole: BTreeMap<&String, &Value> = item.as_object()?.iter().collect();
    let mut reference = item.get("$ref");
    reference?;
    for _ in 0..LONGEST_CHAIN {
        let Some(next) = reference else { return Some(whole) };
        let further = target(document, next.as_str()?)?.as_object()?;
        whole.retain(|key, _| *key != "$ref");
        for (key, value) in further {
            whole.entry(key).or_insert(value);
        }
        reference = further.get("$ref");
    }
    None
}

fn size(value: &Value) -> usize {
    1 + match value {
        Value::Object(map) => map.values().map(size).sum(),
        Value::Array(items) => items.iter().map(size).sum(),
        _ => 0,
    }
}
