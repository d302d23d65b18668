//! Our document with the published structure in it, before it is known how that is written.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::merge::{Renames, renamed_reference};
use crate::{
    document, pointer,
    route::without_versions,
    schema::{members, operations},
    structure,
    vendor::{METHODS, Upstream, Vendor},
    verify,
};

/// What the document shall be, with the vendor's prose in what is new, and what has another name in it.
pub(super) struct Wanted {
    pub(super) document: Value,
    pub(super) renames: Renames,
}

/// Takes the published slice into our document.
pub(super) fn wanted(
    ours: &Value,
    theirs: &Value,
    version: Option<&Value>,
    vendor: &Vendor,
    upstream: &Upstream,
) -> Wanted {
    let is_main = verify::is_main(vendor, upstream);
    let mut document = ours.clone();
    let mut renames = Renames::new();
    if is_main {
        take_head(&mut document, theirs, version);
    }
    let paths = take_paths(&mut document, theirs, vendor, upstream);
    renames.insert("/paths".to_owned(), paths);
    take_components(&mut document, ours, theirs, is_main);
    for (kind, named) in document.get("components").into_iter().flat_map(members) {
        let had = ours.get("components").and_then(|components| components.get(kind));
        let renamed = renamed_components(kind, had.unwrap_or(&Value::Null), named);
        renames.insert(format!("/components/{}", pointer::escape(kind)), renamed);
    }
    Wanted { document, renames }
}

/// What the document says of itself, which is the main one's to say.
fn take_head(document: &mut Value, theirs: &Value, version: Option<&Value>) {
    let Some(head) = document.as_object_mut() else { return };
    for key in ["openapi", "servers", "security"] {
        match theirs.get(key) {
            Some(value) => drop(head.insert(key.to_owned(), value.clone())),
            None => drop(head.remove(key)),
        }
    }
    let ours = document.pointer_mut("/info/version");
    if let (Some(ours), Some(version)) = (ours, version.filter(|version| version.is_string())) {
        *ours = version.clone();
    }
}

/// Takes the operations, and lets those go that `vendor.toml` does not name any more.
fn take_paths(
    document: &mut Value,
    theirs: &Value,
    vendor: &Vendor,
    upstream: &Upstream,
) -> BTreeMap<String, String> {
    let kept: BTreeSet<&str> = vendor.config.operations().map(|(operation, _)| operation).collect();
    let mine: BTreeSet<&str> = upstream.operations.values().map(String::as_str).collect();
    let had = document.get("paths").cloned().unwrap_or_else(|| json!({}));
    let name = |method: &str, path: &str| format!("{} {path}", method.to_uppercase());
    let mut paths = Map::new();
    for (path, item) in members(&had) {
        let mut item = item.clone();
        if let Some(item) = item.as_object_mut() {
            item.retain(|key, _| !METHODS.contains(&key.as_str()) || kept.contains(name(key, path).as_str()));
        }
        if members(&item).any(|(key, _)| METHODS.contains(&key.as_str())) {
            paths.insert(path.clone(), item);
        }
    }
    let mut renamed = BTreeMap::new();
    for (path, item) in theirs.get("paths").into_iter().flat_map(members) {
        let mut item = item.clone();
        let others = paths.get(path).into_iter().flat_map(members).filter(|(key, _)| {
            METHODS.contains(&key.as_str())
                && (!mine.contains(name(key, path).as_str()) || item.get(key.as_str()).is_none())
        });
        let others: Vec<_> = others.map(|(key, value)| (key.clone(), value.clone())).collect();
        if let Some(item) = item.as_object_mut() {
            item.extend(others);
        }
        if had.get(path).is_none() {
            let gone =
                members(&had).filter(|(old, _)| !paths.contains_key(*old) && !renamed.contains_key(*old));
            let alike: Vec<&String> =
                gone.filter(|(old, was)| is_moved(old, was, path, &item)).map(|(old, _)| old).collect();
            if let [old] = alike[..] {
                renamed.insert(old.clone(), path.clone());
            }
        }
        paths.insert(path.clone(), item);
    }
    document["paths"] = paths.into();
    renamed
}

/// Whether a path item is another one under another path: an operation has its name, or the paths differ in names only.
fn is_moved(old: &str, was: &Value, new: &str, is: &Value) -> bool {
    let names_of = |item: &Value| -> BTreeSet<String> {
        let names = METHODS.iter().filter_map(|method| item.get(method)?.get("operationId")?.as_str());
        names.map(str::to_owned).collect()
    };
    without_versions(old) == without_versions(new) || !names_of(was).is_disjoint(&names_of(is))
}

/// Takes the components, and lets those go that were reached and are not any more.
fn take_components(document: &mut Value, ours: &Value, theirs: &Value, is_main: bool) {
    if document.get("components").is_none() {
        document["components"] = json!({});
    }
    for (kind, named) in theirs.get("components").into_iter().flat_map(members) {
        if kind == "securitySchemes" {
            continue;
        }
        for (name, value) in members(named) {
            document["components"][kind][name] = value.clone();
        }
    }
    let reached = |document: &Value| {
        document.get("paths").map_or_else(BTreeSet::new, |paths| document::reached(document, paths))
    };
    let needed = reached(document);
    for gone in reached(ours).difference(&needed) {
        if let Some((parent, name)) = gone.trim_start_matches('#').rsplit_once('/')
            && parent.matches('/').count() == 2
            && let Some(Value::Object(parent)) = document.pointer_mut(parent)
        {
            parent.remove(&pointer::unescape(name));
        }
    }
    let Some(components) = document["components"].as_object_mut() else { return };
    if is_main {
        match theirs.pointer("/components/securitySchemes") {
            Some(schemes) => drop(components.insert("securitySchemes".to_owned(), schemes.clone())),
            None => drop(components.remove("securitySchemes")),
        }
    }
    components.retain(|_, named| named.as_object().is_none_or(|named| !named.is_empty()));
    if components.is_empty() && ours.get("components").is_none() {
        document.as_object_mut().map(|document| document.remove("components"));
    }
}

/// Components that have another name, where there is no second one that each could be: the letters are the same, or else
/// the structure is.
fn renamed_components(kind: &str, had: &Value, has: &Value) -> BTreeMap<String, String> {
    let letters = |name: &str| -> String {
        name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let mut renamed = only_alike(had, has, &BTreeMap::new(), &|name, _| letters(name).into());
    let alike = only_alike(had, has, &renamed, &|name, value| without_own_name(kind, name, value));
    renamed.extend(alike);
    renamed
}

/// The members of one that have a single counterpart in the other, and are its single one, by what is alike in both.
fn only_alike(
    had: &Value,
    has: &Value,
    known: &BTreeMap<String, String>,
    alike: &dyn Fn(&str, &Value) -> Value,
) -> BTreeMap<String, String> {
    let is_known = |name: &String| known.iter().any(|(old, new)| old == name || new == name);
    let only = |one: &Value, other: &Value| -> Vec<(String, Value)> {
        members(one)
            .filter(|(name, _)| other.get(name.as_str()).is_none() && !is_known(name))
            .map(|(name, value)| (name.clone(), alike(name, value)))
            .collect()
    };
    let (gone, come) = (only(had, has), only(has, had));
    let mut renamed = BTreeMap::new();
    for (old, value) in &gone {
        let is_alone = gone.iter().filter(|(_, other)| other == value).count() == 1;
        let alike: Vec<&String> = come.iter().filter(|(_, new)| new == value).map(|(name, _)| name).collect();
        if let ([new], true) = (&alike[..], is_alone) {
            renamed.insert(old.clone(), (*new).clone());
        }
    }
    renamed
}

/// Our document under the new names, so that what else differs can be told.
pub(super) fn renamed(ours: &Value, renames: &Renames) -> Value {
    let mut document = ours.clone();
    for (place, names) in renames {
        if let Some(Value::Object(named)) = document.pointer_mut(place) {
            *named = std::mem::take(named)
                .into_iter()
                .map(|(name, value)| (names.get(&name).cloned().unwrap_or(name), value))
                .collect();
        }
    }
    document::rewrite_references(&mut document, &|reference| renamed_reference(reference, renames));
    document
}

/// The structure of a component that may refer to itself.
fn without_own_name(kind: &str, name: &str, value: &Value) -> Value {
    let own = format!("#/components/{kind}/{}", pointer::escape(name));
    let mut structure = structure::of(value);
    document::rewrite_references(&mut structure, &|reference| {
        (reference == own).then(|| "itself".to_owned())
    });
    structure
}

/// What in a published document may be an operation of ours that is not where it was.
pub(super) fn candidates(ours: &Value, published: &Value, operation: &str) -> Vec<String> {
    let (method, path) = operation.split_once(' ').unwrap_or_default();
    let is_this = |found: &str, at: &str| found.eq_ignore_ascii_case(method) && at == path;
    let id_of = |operation: &Value| operation.get("operationId")?.as_str().map(str::to_owned);
    let id =
        operations(ours).find(|(method, path, _)| is_this(method, path)).and_then(|(.., ours)| id_of(ours));
    operations(published)
        .filter(|(found, at, theirs)| {
            let is_named = id.is_some() && id_of(theirs) == id;
            is_named || (found.eq_ignore_ascii_case(method) && without_versions(at) == without_versions(path))
        })
        .map(|(method, path, _)| format!("{} {path}", method.to_uppercase()))
        .collect()
}
