//! What a document refers to within itself.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    pointer::{self, Place},
    problem::Problem,
    schema::{members, members_mut},
};

/// What a reference points to, where that is in the same document.
pub fn target<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    document.pointer(reference.strip_prefix('#')?)
}

/// Every `$ref` and every target of a discriminator's mapping stands in the same document.
pub(super) fn check(document: &Value) -> Result<(), Problem> {
    check_types(document, false, Place::Start)?;
    let mut problem = None;
    walk_references(document, &mut |place, reference| {
        if problem.is_none() && target(document, reference).is_none_or(|_| reference == "#") {
            problem = Some(not_followed(document, &place.to_string(), reference));
        }
    });
    problem.map_or(Ok(()), Err)
}

/// Every path is in this file: what looks at all of them would pass over the others in silence.
pub(crate) fn check_paths(document: &Value) -> Result<(), Problem> {
    let paths = document.get("paths");
    let items = paths.into_iter().flat_map(members);
    let items = items.map(|(path, item)| (format!("/paths/{}", pointer::escape(path)), item));
    for (place, value) in paths.map(|paths| ("/paths".to_owned(), paths)).into_iter().chain(items) {
        if let Some(Value::String(reference)) = value.get("$ref") {
            return Err(not_followed(document, &place, reference));
        }
    }
    Ok(())
}

fn not_followed(document: &Value, place: &str, reference: &str) -> Problem {
    Problem::at(place, format!("`{reference}` {}", why_not_followed(document, reference)))
}

fn why_not_followed(document: &Value, reference: &str) -> &'static str {
    match reference.strip_prefix('#') {
        Some("") => "is the whole document, which is no part of it",
        Some(place) if document.pointer(place).is_some() => {
            "points at itself, or at more than a document holds"
        }
        Some(place) if place.starts_with('/') => "points at nothing",
        Some(_) => "names an anchor, which is not followed: refer to it by its place",
        None if has_id(document, reference) => {
            "names a schema by its `$id`, which is not followed: refer to it by its place"
        }
        None => "points outside this file, which is not followed",
    }
}

fn has_id(value: &Value, id: &str) -> bool {
    let is_it = value.get("$id").is_some_and(|found| found == id);
    let members = value.as_object().into_iter().flat_map(|map| map.values());
    let items = value.as_array().into_iter().flatten();
    is_it || members.chain(items).any(|inner| has_id(inner, id))
}

/// A `$ref` is text; an object of that name is a property.
fn check_types(value: &Value, names: bool, place: Place<'_>) -> Result<(), Problem> {
    match value.get("$ref") {
        None | Some(Value::String(_) | Value::Object(_)) => {}
        Some(other) => {
            return Err(Problem::at(
                place.to_string(),
                format!("`$ref` is {other}, which refers to nothing"),
            ));
        }
    }
    each_inner(value, names, place, &mut check_types)
}

/// Calls `found` with the place and text of each reference.
pub fn walk_references(value: &Value, found: &mut dyn FnMut(Place<'_>, &str)) {
    walk(value, false, Place::Start, found);
}

fn walk(value: &Value, names: bool, place: Place<'_>, found: &mut dyn FnMut(Place<'_>, &str)) {
    // Where names are to stand, a text of this name is a part that is kept elsewhere.
    if let Some(Value::String(reference)) = value.get("$ref") {
        found(place, reference);
    }
    if !names
        && let (Some(_), Some(Value::Object(mapping))) = (value.get("propertyName"), value.get("mapping"))
    {
        for target in mapping.values().filter_map(Value::as_str).filter(|target| target.contains('/')) {
            found(place, target);
        }
    }
    let inside = &mut |inner: &Value, names, place: Place<'_>| {
        walk(inner, names, place, found);
        Ok(())
    };
    // It never fails, as what is done inside does not.
    let _: Result<(), Problem> = each_inner(value, names, place, inside);
}

type Inside<'a> = &'a mut dyn FnMut(&Value, bool, Place<'_>) -> Result<(), Problem>;

/// Calls `inside` with every value in this one that may hold references, until that fails.
fn each_inner(value: &Value, names: bool, place: Place<'_>, inside: Inside<'_>) -> Result<(), Problem> {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if let Some(names) = holds(names, key, value) {
                    inside(value, names, Place::Member(&place, key))?;
                }
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                inside(value, false, Place::Item(&place, index))?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Whether references may be in this member, and if so, whether its own keys are names of the vendor's.
///
/// An example may hold anything; a `$ref` in one is data.
fn holds(names: bool, key: &str, value: &Value) -> Option<bool> {
    const NAMED: [&str; 16] = [
        "$defs",
        "callbacks",
        "content",
        "definitions",
        "dependentSchemas",
        "examples",
        "headers",
        "links",
        "parameters",
        "pathItems",
        "paths",
        "patternProperties",
        "properties",
        "requestBodies",
        "responses",
        "schemas",
    ];

    match key {
        // Most members are, and need not be compared with all those names.
        _ if !value.is_object() && !value.is_array() => None,
        _ if names => Some(false),
        "example" | "value" => None,
        "examples" if value.is_array() => None,
        key => Some(NAMED.contains(&key)),
    }
}

/// Points every reference, those of discriminators included, to where `new` says.
pub fn rewrite_references(value: &mut Value, new: &dyn Fn(&str) -> Option<String>) {
    rewrite(value, false, new);
}

fn rewrite(value: &mut Value, names: bool, new: &dyn Fn(&str) -> Option<String>) {
    let rewrite_one = |reference: &mut Value| {
        if let Some(new) = reference.as_str().and_then(new) {
            *reference = new.into();
        }
    };
    match value {
        Value::Object(map) => {
            map.get_mut("$ref").into_iter().for_each(rewrite_one);
            if !names && map.contains_key("propertyName") {
                let targets = map.get_mut("mapping").into_iter().flat_map(members_mut);
                targets.for_each(|(_, target)| rewrite_one(target));
            }
            for (key, value) in map {
                if let Some(names) = holds(names, key, value) {
                    rewrite(value, names, new);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|value| rewrite(value, false, new)),
        _ => {}
    }
}

/// Every reference that this value reaches, through components of every kind.
pub fn reached(document: &Value, start: &Value) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut open = vec![start];
    while let Some(value) = open.pop() {
        walk_references(value, &mut |_, reference| {
            if let Some(target) = target(document, reference)
                && reached.insert(reference.to_owned())
            {
                open.push(target);
            }
        });
    }
    reached
}

/// Whether this component is among these references. Security schemes are named without one.
pub(crate) fn is_retained(kind: &str, name: &str, reached: &BTreeSet<String>) -> bool {
    kind == "securitySchemes" || reached.contains(&format!("#/components/{kind}/{}", pointer::escape(name)))
}

/// Takes out the components that are not among these references; how many those were.
pub fn retain_components(components: &mut Value, reached: &BTreeSet<String>) -> usize {
    let mut count = 0;
    for (kind, named) in members_mut(components) {
        let Some(named) = named.as_object_mut() else { continue };
        let before = named.len();
        named.retain(|name, _| is_retained(kind, name, reached));
        count += before - named.len();
    }
    count
}
