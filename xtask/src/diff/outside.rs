//! What changed outside the kept operations, as numbers.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::view::Document;
use crate::{document, schema::members, structure, vendor::METHODS};

/// How many operations that are not kept are new, gone, or other than they were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outside {
    /// Not in the old document.
    pub added: usize,
    /// Not in the new one.
    pub removed: usize,
    /// Of another structure by itself or through what it refers to.
    pub changed: usize,
    /// In the new document.
    pub of: usize,
}

type Operations<'a> = BTreeMap<(String, String), &'a Value>;

fn operations<'a>(document: &'a Value, kept: &BTreeSet<*const Value>) -> Operations<'a> {
    let mut all = Operations::new();
    for (path, item) in document.get("paths").into_iter().flat_map(members) {
        for (method, operation) in members(Document(document).resolve(item)) {
            if METHODS.contains(&method.as_str()) && !kept.contains(&std::ptr::from_ref(operation)) {
                all.insert((path.clone(), method.clone()), operation);
            }
        }
    }
    all
}

/// Counts; `kept` are the operations of either document that are compared by themselves.
pub(super) fn count(old: &Value, new: &Value, kept: &BTreeSet<*const Value>) -> Outside {
    let (was, is) = (operations(old, kept), operations(new, kept));
    let changed = changed_components(old, new);
    let has_changed = |key: &(String, String), operation: &Value| {
        was.get(key).is_some_and(|old| {
            is_changed(old, operation) || references(operation).iter().any(|to| changed.contains(to))
        })
    };
    Outside {
        added: is.keys().filter(|key| !was.contains_key(*key)).count(),
        removed: was.keys().filter(|key| !is.contains_key(*key)).count(),
        changed: is.iter().filter(|(key, operation)| has_changed(key, operation)).count(),
        of: is.len(),
    }
}

/// Whether the structure differs; what is the same to the letter is the same in structure.
fn is_changed(old: &Value, new: &Value) -> bool {
    old != new && structure::of(old) != structure::of(new)
}

fn references(value: &Value) -> BTreeSet<String> {
    let mut references = BTreeSet::new();
    document::walk_references(value, &mut |_, to| {
        references.insert(to.to_owned());
    });
    references
}

/// The references to components that differ by themselves or through what they refer to.
fn changed_components(old: &Value, new: &Value) -> BTreeSet<String> {
    let mut users: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut open = Vec::new();
    for (kind, named) in new.get("components").into_iter().flat_map(members) {
        let before = old.get("components").and_then(|components| components.get(kind));
        for (name, component) in members(named) {
            let reference = format!("#/components/{kind}/{}", crate::pointer::escape(name));
            for used in references(component) {
                users.entry(used).or_default().push(reference.clone());
            }
            let before = before.and_then(|named| named.get(name));
            if before.is_none_or(|before| is_changed(before, component)) {
                open.push(reference);
            }
        }
    }
    let mut changed = BTreeSet::new();
    while let Some(reference) = open.pop() {
        if changed.insert(reference.clone()) {
            open.extend(users.get(&reference).into_iter().flatten().cloned());
        }
    }
    changed
}
