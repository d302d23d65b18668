//! What a schema says, however it is written.
//!
//! References, one-member `allOf`s, the spellings of null in both versions of OpenAPI, `const`: all of it is resolved
//! here, so that two ways to say one thing are no change.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::{normalise::is_plain, pointer, schema::members};

/// A document in which references are followed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Document<'a>(pub(super) &'a Value);

impl<'a> Document<'a> {
    /// What this is, or what it refers to.
    pub(super) fn resolve(self, value: &'a Value) -> &'a Value {
        let mut value = value;
        for _ in 0..MOST_STEPS {
            match value.get("$ref").and_then(Value::as_str).and_then(|reference| self.target(reference)) {
                Some(target) => value = target,
                None => return value,
            }
        }
        &Value::Null
    }

    fn target(self, reference: &str) -> Option<&'a Value> {
        self.0.pointer(reference.strip_prefix('#')?)
    }

    /// What a schema says, all that it is made of taken together.
    pub(super) fn view(self, schema: &'a Value) -> View<'a> {
        let mut parts = Parts { document: self, seen: BTreeSet::new(), all: Vec::new(), nullable: false };
        parts.add(schema, true);
        let name = name(self, schema).filter(|_| parts.all.iter().any(|part| is_type(part.schema)));
        View { name, parts: parts.all, nullable: parts.nullable }
    }
}

/// More references in a row are a circle.
const MOST_STEPS: usize = 64;

/// The component that a schema is another spelling of.
fn name<'a>(document: Document<'a>, schema: &'a Value) -> Option<String> {
    let mut schema = schema;
    let mut name = None;
    for _ in 0..MOST_STEPS {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            name = reference.strip_prefix("#/components/schemas/").map(pointer::unescape);
            schema = document.target(reference)?;
            continue;
        }
        // An `allOf` of one, or a choice between one and null, with nothing beside it, is that one.
        let says_more = members(schema).any(|(key, _)| STRUCTURAL.contains(&key.as_str()));
        let lists: Vec<&Value> =
            ["allOf", "anyOf", "oneOf"].iter().filter_map(|key| schema.get(key)).collect();
        let [Value::Array(branches)] = lists.as_slice() else { return name };
        let mut branches = branches.iter().filter(|branch| !is_null(branch));
        match (branches.next(), branches.next(), says_more) {
            (Some(only), None, false) if only.get("$ref").is_some() => schema = only,
            _ => return name,
        }
    }
    name
}

/// Keywords that make a type of a schema that has them beside a reference.
const STRUCTURAL: [&str; 4] = ["properties", "additionalProperties", "items", "enum"];

/// Whether a component of this kind becomes a Rust type of its own, instead of standing where it is referred to.
fn is_type(schema: &Map<String, Value>) -> bool {
    ["properties", "additionalProperties", "enum", "oneOf", "anyOf"]
        .iter()
        .any(|key| schema.contains_key(*key))
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "null" || *kind == Value::Array(vec!["null".into()]))
}

struct Parts<'a> {
    document: Document<'a>,
    seen: BTreeSet<*const Value>,
    all: Vec<Part<'a>>,
    nullable: bool,
}

impl<'a> Parts<'a> {
    fn add(&mut self, schema: &'a Value, is_outer: bool) {
        let Some(map) = schema.as_object() else { return };
        if !self.seen.insert(std::ptr::from_ref(schema)) {
            return;
        }
        self.nullable |= takes_null(map);
        self.all.push(Part { schema: map, is_outer });
        if let Some(target) = map.get("$ref").and_then(Value::as_str).and_then(|to| self.document.target(to))
        {
            self.add(target, false);
        }
        for part in map.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.add(part, is_outer);
        }
        for key in ["anyOf", "oneOf"] {
            let branches = map.get(key).and_then(Value::as_array).into_iter().flatten();
            let branches: Vec<&Value> = branches.filter(|branch| !is_null(branch)).collect();
            if let [only] = branches.as_slice() {
                self.add(only, is_outer);
            }
        }
    }
}

fn takes_null(schema: &Map<String, Value>) -> bool {
    let list = |key: &str| schema.get(key).and_then(Value::as_array).into_iter().flatten();
    schema.get("nullable") == Some(&Value::Bool(true))
        || list("type").any(|kind| kind == "null")
        || list("enum").any(Value::is_null)
        || list("anyOf").chain(list("oneOf")).any(is_null)
}

/// One of the schemas that all hold.
#[derive(Debug)]
struct Part<'a> {
    schema: &'a Map<String, Value>,
    /// Whether it stands at the place itself, and not in a component that the place refers to.
    is_outer: bool,
}

/// What a schema says.
#[derive(Debug)]
pub(super) struct View<'a> {
    /// The component that it is, where that becomes a Rust type.
    pub(super) name: Option<String>,
    parts: Vec<Part<'a>>,
    /// Whether null is taken.
    pub(super) nullable: bool,
}

/// What kind of Rust type a schema becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Any,
    Text,
    Words,
    Integer,
    Number,
    Boolean,
    List,
    Map,
    Record,
    Choice,
    Several,
}

impl Shape {
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::Any => "any JSON",
            Self::Text => "a string",
            Self::Words => "a choice of words",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::List => "a list",
            Self::Map => "a map",
            Self::Record => "a record",
            Self::Choice => "one of several schemas",
            Self::Several => "of several types",
        }
    }
}

impl<'a> View<'a> {
    /// The keyword's value, the closest one first.
    pub(super) fn keyword(&self, key: &str) -> Option<&'a Value> {
        self.parts.iter().find_map(|part| part.schema.get(key))
    }

    /// The keyword's value at the place itself.
    pub(super) fn own_keyword(&self, key: &str) -> Option<&'a Value> {
        self.parts.iter().filter(|part| part.is_outer).find_map(|part| part.schema.get(key))
    }

    pub(super) fn flag(&self, key: &str) -> bool {
        self.keyword(key) == Some(&Value::Bool(true))
    }

    /// The description: of the place, or of what stands in its place where that becomes no type of its own.
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        let value = if self.name.is_some() { self.own_keyword(key) } else { self.keyword(key) };
        value.and_then(Value::as_str)
    }

    /// The types but null.
    fn types(&self) -> Vec<&'a str> {
        match self.keyword("type") {
            Some(Value::Array(types)) => {
                types.iter().filter_map(Value::as_str).filter(|kind| *kind != "null").collect()
            }
            Some(Value::String(kind)) => vec![kind],
            _ => Vec::new(),
        }
    }

    pub(super) fn shape(&self) -> Shape {
        if let Some(branches) = self.branches() {
            let is_plain = branches.len() > 1 && branches.iter().all(|branch| is_plain(branch));
            return if is_plain { Shape::Any } else { Shape::Choice };
        }
        let is_words =
            |values: &Vec<&Value>| !values.is_empty() && values.iter().all(|value| value.is_string());
        match self.types().as_slice() {
            ["string"] | [] if self.values().as_ref().is_some_and(is_words) => Shape::Words,
            ["string"] => Shape::Text,
            ["integer"] => Shape::Integer,
            ["number"] => Shape::Number,
            ["boolean"] => Shape::Boolean,
            ["array"] => Shape::List,
            ["object"] | [] if !self.properties().is_empty() => Shape::Record,
            ["object"] => Shape::Map,
            [] if self.keyword("items").is_some() => Shape::List,
            [] if self.additional().is_some() => Shape::Map,
            [] => Shape::Any,
            _ => Shape::Several,
        }
    }

    /// The values of `enum` or `const`, but null.
    pub(super) fn values(&self) -> Option<Vec<&'a Value>> {
        let listed = self.keyword("enum").and_then(Value::as_array).map(|values| values.iter().collect());
        let values: Vec<&Value> = listed.or_else(|| self.keyword("const").map(|value| vec![value]))?;
        Some(values.into_iter().filter(|value| !value.is_null()).collect())
    }

    pub(super) fn format(&self) -> Option<&'a str> {
        self.keyword("format").and_then(Value::as_str)
    }

    pub(super) fn properties(&self) -> BTreeMap<&'a str, &'a Value> {
        let mut properties = BTreeMap::new();
        for part in &self.parts {
            for (name, schema) in part.schema.get("properties").into_iter().flat_map(members) {
                properties.entry(name.as_str()).or_insert(schema);
            }
        }
        properties
    }

    pub(super) fn requires(&self, property: &str) -> bool {
        let lists = self.parts.iter().filter_map(|part| part.schema.get("required")?.as_array());
        lists.flatten().any(|name| name == property)
    }

    /// The schema of a map's values.
    pub(super) fn additional(&self) -> Option<&'a Value> {
        self.keyword("additionalProperties").filter(|value| value.is_object())
    }

    pub(super) fn is_closed(&self) -> bool {
        self.keyword("additionalProperties") == Some(&Value::Bool(false))
    }

    /// The schemas of which one holds, but null.
    pub(super) fn branches(&self) -> Option<Vec<&'a Value>> {
        let branches = self.parts.iter().find_map(|part| {
            let listed = part.schema.get("oneOf").or_else(|| part.schema.get("anyOf"))?.as_array()?;
            let listed: Vec<&Value> = listed.iter().filter(|branch| !is_null(branch)).collect();
            (listed.len() > 1).then_some(listed)
        })?;
        Some(branches)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{normalise::testing::schemas, schema::reference_to};

    #[test]
    fn two_ways_to_say_one_thing_look_alike() {
        let document = schemas(
            json!({"A": {"type": "object", "properties": {"x": {"type": "string"}}}, "Text": {"type": "string"}}),
        );
        for [one, other] in [
            [json!({"type": ["string", "null"]}), json!({"type": "string", "nullable": true})],
            [json!({"const": "a"}), json!({"type": "string", "enum": ["a"]})],
            [json!({"enum": ["a", null]}), json!({"type": "string", "enum": ["a"], "nullable": true})],
            [
                json!({"anyOf": [reference_to("A"), {"type": "null"}]}),
                json!({"allOf": [reference_to("A")], "nullable": true}),
            ],
            [reference_to("Text"), json!({"type": "string"})],
            [json!({"allOf": [reference_to("A")], "description": "d"}), reference_to("A")],
        ] {
            let [one, other] = [&one, &other].map(|schema| {
                let view = Document(&document).view(schema);
                let values = view.values().map(|values| values.into_iter().cloned().collect::<Vec<_>>());
                (view.shape(), view.nullable, view.name.clone(), values)
            });
            assert_eq!(one, other);
        }
    }

    #[test]
    fn what_a_schema_is_made_of_counts_together_and_circles_end() {
        let document = schemas(json!({
            "A": {"properties": {"x": {}}, "required": ["x"]},
            "B": {"allOf": [reference_to("A"), {"properties": {"y": {}}}, reference_to("B")]},
            "Loop": reference_to("Loop"),
        }));
        let reference = reference_to("B");
        let view = Document(&document).view(&reference);
        assert_eq!(view.properties().into_keys().collect::<Vec<_>>(), ["x", "y"]);
        assert!(view.requires("x") && !view.requires("y"));
        assert_eq!(view.name.as_deref(), Some("B"));
        let reference = reference_to("Loop");
        assert_eq!(Document(&document).view(&reference).shape(), Shape::Any);
        assert_eq!(*Document(&document).resolve(&reference), Value::Null);
    }
}
