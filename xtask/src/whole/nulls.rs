//! Null, which is a matter of the place and not of the type.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{loss::Losses, walk};
use crate::schema::{self, members_mut};

/// Where a type may be null, every place of it may.
pub(super) fn nullable_types(document: &mut Value, _: &mut Losses) -> usize {
    let mut names = BTreeSet::new();
    if let Some(schemas) = document.pointer_mut("/components/schemas") {
        for (name, schema) in members_mut(schemas) {
            let nullable = schema.as_object_mut().and_then(|schema| schema.remove("nullable"));
            if nullable == Some(Value::Bool(true)) && schema.get("type").is_some() {
                names.insert(name.clone());
            } else if nullable == Some(Value::Bool(true)) {
                schema["nullable"] = true.into();
            }
            for key in ["readOnly", "writeOnly"] {
                schema.as_object_mut().map(|schema| schema.remove(key));
            }
        }
    }
    let is_one = |schema: &Value| schema::reference(schema).is_some_and(|name| names.contains(name));
    walk::each_schema(document, &mut |place, schema| {
        // The one part of what has just been wrapped.
        if place.ends_with("/allOf/0") {
            return;
        }
        let wrapped = schema.get("allOf").and_then(|parts| parts.get(0)).is_some_and(is_one);
        if wrapped {
            schema["nullable"] = true.into();
        } else if is_one(schema) {
            let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
            *schema = json!({ "allOf": [schema.take()], "nullable": true });
            if let Some(text) = description {
                schema["description"] = text;
            }
        }
    });
    names.len()
}

/// A record within itself cannot be told from null: it has a place in memory of its own, which null has not.
pub(super) fn recursive_nulls(document: &mut Value, losses: &mut Losses) -> usize {
    let target = |schema: &Value| {
        let part = schema.get("allOf").and_then(|parts| parts.get(0)).unwrap_or(schema);
        schema::reference(part).map(str::to_owned)
    };
    let within: BTreeMap<String, BTreeSet<String>> = schema::components(document)
        .map(|(name, schema)| {
            let properties = schema.get("properties").map(schema::members).into_iter().flatten();
            (name.clone(), properties.filter_map(|(_, property)| target(property)).collect())
        })
        .collect();
    let reaches = |from: &str, to: &str| {
        let (mut open, mut seen) = (vec![from], BTreeSet::new());
        while let Some(name) = open.pop() {
            if name == to {
                return true;
            }
            if seen.insert(name) {
                open.extend(within.get(name).into_iter().flatten().map(String::as_str));
            }
        }
        false
    };
    let mut count = 0;
    for (name, schema) in document.pointer_mut("/components/schemas").into_iter().flat_map(members_mut) {
        for (property, inner) in schema.get_mut("properties").into_iter().flat_map(members_mut) {
            if inner["nullable"] == true && target(inner).is_some_and(|target| reaches(&target, name)) {
                losses.push(
                    format!("schema {name}"),
                    format!("`{property}` may be null, which is left out where it is sent"),
                );
                inner.as_object_mut().map(|inner| inner.remove("nullable"));
                count += 1;
            }
        }
    }
    count
}

/// What may be anything may be null without a word; a parameter, a body or an answer as a whole is never null.
pub(super) fn never_null(document: &mut Value, losses: &mut Losses) -> usize {
    const TYPED: [&str; 3] = ["type", "allOf", "$ref"];

    let mut count = 0;
    walk::each_schema(document, &mut |_, schema| {
        if schema.get("nullable").is_some() && !TYPED.iter().any(|key| schema.get(key).is_some()) {
            schema.as_object_mut().map(|schema| schema.remove("nullable"));
            count += 1;
        }
    });
    walk::roots(document, &mut |place, root| {
        let nullable = root.as_object_mut().and_then(|root| root.remove("nullable"));
        if nullable == Some(Value::Bool(true)) && place.starts_with("/paths/") {
            count += 1;
            if !place.contains("/parameters/") {
                losses.at(place, "may be null as a whole, which is not taken");
            }
        }
        // Nothing is said of the place by then but prose.
        let part = root.get("allOf").and_then(|parts| parts.get(0)).cloned();
        if let Some(part) = part.filter(|_| super::hoist::is_wrapped(root)) {
            *root = part;
        }
    });
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whole::testing::{lowered, one, reference};

    #[test]
    fn a_type_that_may_be_null_may_be_so_at_every_place() {
        let (schemas, count, _) = lowered(
            "nullable-types",
            json!({"A": {"type": "object", "nullable": true}, "B": {"items": reference("A"), "properties": {"a": {"allOf": [reference("A")]}}}}),
        );
        let wrapped = json!({"allOf": [reference("A")], "nullable": true});
        assert_eq!(
            schemas,
            json!({"A": {"type": "object"}, "B": {"items": wrapped, "properties": {"a": wrapped}}})
        );
        assert_eq!(count, 1);
    }

    #[test]
    fn an_answer_as_a_whole_is_never_null_and_any_json_is_it_without_a_word() {
        let content = json!({"application/json": {"schema": {"allOf": [reference("A")], "nullable": true}}});
        let (operation, count, losses) =
            one("never-null", json!({"responses": {"200": {"content": content}}}));
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        assert_eq!((schema, count, losses.len()), (&reference("A"), 1, 1));
        let (schemas, count, _) =
            lowered("never-null", json!({"A": {"properties": {"a": {"nullable": true}}}}));
        assert_eq!((schemas, count), (json!({"A": {"properties": {"a": {}}}}), 1));
    }

    #[test]
    fn a_record_within_itself_is_not_told_from_null() {
        let inner = json!({"allOf": [reference("A")], "nullable": true});
        let (schemas, count, losses) = lowered(
            "recursive-nulls",
            json!({"A": {"properties": {"b": reference("B")}}, "B": {"properties": {"a": inner}}, "C": {"properties": {"a": inner}}}),
        );
        assert_eq!(schemas["B"]["properties"]["a"], json!({"allOf": [reference("A")]}));
        assert_eq!(schemas["C"]["properties"]["a"], inner);
        assert_eq!((count, losses.len()), (1, 1));
    }
}
