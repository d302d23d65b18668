//! Where the kept operations stand in a published document.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToSnakeCase, ToUpperCamelCase};
use regex::Regex;
use serde_json::Value;

use super::view::Document;
use crate::{
    route::{template, without_versions},
    schema,
    vendor::{Upstream, Vendor},
};

/// What is kept: the name of a method, and `METHOD /path` as it is written where it is kept.
pub(super) type Wanted = BTreeMap<String, String>;

/// What a vendor keeps of one of its documents.
pub(super) fn of_upstream(upstream: &Upstream) -> Wanted {
    upstream.operations.iter().chain(&upstream.added).map(|(name, key)| (name.clone(), key.clone())).collect()
}

/// The vendor and the document of it that these two are versions of: the one of whose kept operations most are found.
pub(super) fn recognise<'a>(
    vendors: &'a [Vendor],
    old: &Value,
    new: &Value,
) -> Option<(&'a Vendor, &'a Upstream)> {
    let upstreams =
        vendors.iter().flat_map(|vendor| vendor.config.upstream.iter().map(move |one| (vendor, one)));
    let indices = [old, new].map(Index::of);
    let found = |upstream: &Upstream| {
        let wanted = of_upstream(upstream);
        indices.iter().map(|index| index.find(&wanted).len()).max().unwrap_or_default()
    };
    let counted = upstreams.map(|(vendor, upstream)| (found(upstream), vendor, upstream));
    counted
        .filter(|(count, ..)| *count > 0)
        .max_by_key(|(count, ..)| *count)
        .map(|(_, vendor, upstream)| (vendor, upstream))
}

/// The operations of either document whose key or id matches: by their ids, or by method and path where they have none.
pub(super) fn selected(documents: [&Value; 2], select: &Regex) -> Wanted {
    let mut wanted = Wanted::new();
    let mut known = BTreeSet::new();
    for document in documents {
        for (method, path, operation) in schema::operations(document) {
            let key = format!("{} {path}", method.to_uppercase());
            let id = operation.get("operationId").and_then(Value::as_str);
            let is_selected = select.is_match(&key) || id.is_some_and(|id| select.is_match(id));
            if is_selected && known.insert(template(&key)) {
                let name = id.map_or_else(|| key.to_snake_case(), ToSnakeCase::to_snake_case);
                let name = if wanted.contains_key(&name) { key.clone() } else { name };
                wanted.insert(name, key);
            }
        }
    }
    wanted
}

/// One operation of a document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operation<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) item: &'a Value,
    pub(super) operation: &'a Value,
}

impl Operation<'_> {
    /// `METHOD /path`.
    pub(super) fn route(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }
}

/// Finds the kept operations of a document.
pub(super) fn find<'a>(document: &'a Value, wanted: &Wanted) -> Operations<'a> {
    Index::of(document).find(wanted)
}

/// The operations of a document as one looks for them.
struct Index<'a>([(Form, BTreeMap<String, Option<Operation<'a>>>); 3]);

/// What of `METHOD /path` counts.
type Form = fn(&str) -> String;

impl<'a> Index<'a> {
    fn of(document: &'a Value) -> Self {
        let resolve = Document(document);
        let mut all = Vec::new();
        for (path, item) in document.get("paths").into_iter().flat_map(schema::members) {
            let item = resolve.resolve(item);
            for (method, operation) in schema::members(item) {
                if crate::vendor::METHODS.contains(&method.as_str()) {
                    all.push((
                        format!("{} {path}", method.to_uppercase()),
                        Operation { method, path, item, operation },
                    ));
                }
            }
        }
        let by = |form: Form| {
            let mut keys: BTreeMap<String, Option<Operation<'a>>> = BTreeMap::new();
            for (key, operation) in &all {
                // Two of one form cannot be told apart by it.
                keys.entry(form(key)).and_modify(|known| *known = None).or_insert(Some(*operation));
            }
            keys
        };
        // As it is written; but for the names of parameters; but for versions in the path.
        let forms: [Form; 3] = [str::to_owned, template, without_versions];
        Self(forms.map(|form| (form, by(form))))
    }

    fn find(&self, wanted: &Wanted) -> Operations<'a> {
        let operation =
            |key: &str| self.0.iter().find_map(|(form, index)| index.get(&form(key)).copied().flatten());
        wanted.iter().filter_map(|(name, key)| Some((name.clone(), operation(key)?))).collect()
    }
}

/// The kept operations that a document has, by the names of their methods.
pub(super) type Operations<'a> = BTreeMap<String, Operation<'a>>;

/// The kept operations of both documents; one that moved is known by its id.
pub(super) fn pair<'a>(old: &'a Value, new: &'a Value, wanted: &Wanted) -> [Operations<'a>; 2] {
    let (was, is) = (find(old, wanted), find(new, wanted));
    let moved = |from: &Operations<'a>, known: &Operations<'a>, to: &'a Value| -> Operations<'a> {
        let missing = from.iter().filter(|(name, _)| !known.contains_key(*name));
        missing.filter_map(|(name, operation)| Some((name.clone(), same_id(*operation, to)?))).collect()
    };
    let (to_old, to_new) = (moved(&is, &was, old), moved(&was, &is, new));
    [was.into_iter().chain(to_old).collect(), is.into_iter().chain(to_new).collect()]
}

/// The operation of the same id and method, where a document has exactly one.
fn same_id<'a>(known: Operation<'_>, document: &'a Value) -> Option<Operation<'a>> {
    let id = known.operation.get("operationId")?.as_str()?;
    let is_same = |operation: &Value| operation.get("operationId").is_some_and(|other| other == id);
    let mut same = schema::operations(document)
        .filter(|(method, _, operation)| *method == known.method && is_same(operation));
    let (method, path, operation) = same.next().filter(|_| same.next().is_none())?;
    Some(Operation { method, path, item: document.get("paths")?.get(path)?, operation })
}

/// What the nested records of an operation's body or answer are named after.
pub(super) fn type_prefix(method: &str) -> String {
    method.to_upper_camel_case()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wanted(keys: &[&str]) -> Wanted {
        keys.iter().map(|key| ((*key).to_owned(), (*key).to_owned())).collect()
    }

    #[test]
    fn an_operation_is_found_under_other_parameter_names_and_versions() {
        let document = json!({"paths": {
            "/a/{x}": {"get": {}}, "/v2024/b/{x}": {"get": {}}, "/c/v1": {"get": {}}, "/v1/d": {"get": {}}, "/v2/d": {"get": {}},
        }});
        let found =
            find(&document, &wanted(&["GET /a/{y}", "GET /b/v1/{y}", "GET /c/v1", "GET /d", "POST /a/{x}"]));
        let found: Vec<_> =
            found.into_iter().map(|(name, operation)| format!("{name} at {}", operation.path)).collect();
        assert_eq!(found, ["GET /a/{y} at /a/{x}", "GET /b/v1/{y} at /v2024/b/{x}", "GET /c/v1 at /c/v1"]);
    }

    #[test]
    fn a_selection_is_named_by_ids_and_finds_what_either_document_has() {
        let old =
            json!({"paths": {"/tokens/{a}": {"get": {"operationId": "getToken"}}, "/other": {"get": {}}}});
        let new =
            json!({"paths": {"/tokens/{b}": {"get": {"operationId": "readToken"}}, "/tokens": {"post": {}}}});
        let selected = selected([&old, &new], &Regex::new("tokens").unwrap());
        assert_eq!(
            selected,
            Wanted::from([
                ("get_token".into(), "GET /tokens/{a}".into()),
                ("post_tokens".into(), "POST /tokens".into())
            ])
        );
    }
}
