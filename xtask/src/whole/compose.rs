//! Compositions as one schema: all parts at once, or what any of a choice has.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{hoist::is_wrapped, loss::Losses};
use crate::schema;

const COMPOSED: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// Every named composition becomes a record, words, a plain type or any JSON.
pub(super) fn compositions(document: &mut Value, losses: &mut Losses) -> usize {
    let named: BTreeMap<String, Value> =
        schema::components(document).map(|(name, schema)| (name.clone(), schema.clone())).collect();
    let composed: Vec<&String> =
        named.iter().filter(|(_, schema)| is_composed(schema)).map(|(name, _)| name).collect();
    let mut composer = Composer { named: &named, known: BTreeMap::new(), open: Vec::new(), losses };
    composed.iter().for_each(|name| drop(composer.component(name)));
    let known = std::mem::take(&mut composer.known);
    let count = composed.len();
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        schemas.extend(known);
    }
    count
}

fn is_composed(schema: &Value) -> bool {
    COMPOSED.iter().any(|key| schema.get(key).is_some()) || schema.get("$ref").is_some()
}

/// The schema without what it is composed of.
fn own(schema: &Value) -> Value {
    let mut own = schema.clone();
    if let Some(own) = own.as_object_mut() {
        own.retain(|key, _| !COMPOSED.contains(&key.as_str()) && key != "$ref");
    }
    own
}

struct Composer<'a> {
    named: &'a BTreeMap<String, Value>,
    known: BTreeMap<String, Value>,
    open: Vec<String>,
    losses: &'a mut Losses,
}

impl Composer<'_> {
    fn component(&mut self, name: &str) -> Value {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let Some(schema) = self.named.get(name) else { return json!({}) };
        if !is_composed(schema) {
            return schema.clone();
        }
        if self.open.iter().any(|open| open == name) {
            return own(schema);
        }
        self.open.push(name.to_owned());
        let flat = self.flat(schema, &format!("/components/schemas/{name}"));
        self.open.pop();
        self.known.insert(name.to_owned(), flat.clone());
        flat
    }

    fn flat(&mut self, schema: &Value, place: &str) -> Value {
        if let Some(name) = schema::reference(schema) {
            let mut flat = self.component(name);
            if let Some(text) = schema.get("description") {
                flat["description"] = text.clone();
            }
            return flat;
        }
        let branches = |key: &str| schema.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        let mut parts: Vec<Value> = branches("allOf").iter().map(|part| self.part(part, place)).collect();
        for key in ["anyOf", "oneOf"] {
            let branches = branches(key);
            if !branches.is_empty() && branches.iter().all(only_requires) {
                self.losses.at(place, "asks for one of several sets of fields, which is not checked");
            } else if !branches.is_empty() {
                let flats = branches.iter().map(|branch| self.flat(branch, place)).collect();
                let mut choice = self.choice(flats, place);
                // The description is of one branch, not of the choice.
                choice.as_object_mut().map(|choice| choice.remove("description"));
                parts.push(choice);
            }
        }
        parts.push(own(schema));
        parts.into_iter().reduce(|one, other| self.both(one, other, place)).unwrap_or_default()
    }

    /// A part of a whole. Of one that is a choice which the whole is a branch of, only what it says by itself.
    fn part(&mut self, part: &Value, place: &str) -> Value {
        let target = schema::reference(part).and_then(|name| self.named.get(name));
        let chooses_this = target.is_some_and(|target| {
            ["anyOf", "oneOf"]
                .iter()
                .filter_map(|key| target.get(key)?.as_array())
                .flatten()
                .filter_map(schema::reference)
                .any(|name| self.open.iter().any(|open| open == name))
        });
        match target {
            Some(target) if chooses_this => {
                let mut part = own(target);
                for base in target.get("allOf").and_then(Value::as_array).into_iter().flatten() {
                    let base = self.part(base, place);
                    part = self.both(base, part, place);
                }
                part
            }
            _ => self.flat(part, place),
        }
    }

    /// What is both at once.
    fn both(&mut self, one: Value, other: Value, place: &str) -> Value {
        let mut whole = match (kind(&one), kind(&other)) {
            (_, Kind::Any) => return annotated(one, &other),
            (Kind::Any, _) => other.clone(),
            (Kind::Record, Kind::Record) => {
                let properties = self.both_properties(&one, &other, place);
                let mut whole = other.clone();
                whole["properties"] = properties.into();
                let required: BTreeSet<&str> = required(&one).chain(required(&other)).collect();
                if !required.is_empty() {
                    whole["required"] = required.into_iter().collect();
                }
                whole
            }
            (Kind::Record, Kind::Object) => {
                let mut whole = one.clone();
                let required: BTreeSet<&str> = required(&one).chain(required(&other)).collect();
                if !required.is_empty() {
                    whole["required"] = required.into_iter().collect();
                }
                whole
            }
            (Kind::Object, Kind::Record) => {
                let mut whole = other.clone();
                let required: BTreeSet<&str> = required(&one).chain(required(&other)).collect();
                if !required.is_empty() {
                    whole["required"] = required.into_iter().collect();
                }
                whole
            }
            (Kind::Words, Kind::Text) => one.clone(),
            (Kind::Object, Kind::Object) if other.get("additionalProperties").is_none() => one.clone(),
            (Kind::Text, Kind::Words) => other.clone(),
            (first, second) if first == second => other.clone(),
            _ => {
                self.losses.at(place, "is several things at once that nothing can be: any JSON");
                json!({})
            }
        };
        for key in ["description", "nullable", "deprecated", "readOnly", "writeOnly"] {
            if whole.get(key).is_none()
                && let Some(value) = other.get(key).or_else(|| one.get(key))
            {
                whole[key] = value.clone();
            }
        }
        whole
    }

    fn both_properties(&mut self, one: &Value, other: &Value, place: &str) -> Map<String, Value> {
        let mut all = properties(one).cloned().unwrap_or_default();
        for (name, property) in properties(other).into_iter().flatten() {
            let merged = match all.get(name) {
                None => property.clone(),
                Some(first) if bare(first) == bare(property) => property.clone(),
                Some(first) => match (self.kind_of(first), self.kind_of(property)) {
                    (_, Kind::Any) => annotated(first.clone(), property),
                    (Kind::Words, Kind::Text) | (Kind::Record, Kind::Object) => {
                        annotated(first.clone(), property)
                    }
                    (Kind::Any, _) | (Kind::Text, Kind::Words) | (Kind::Object, Kind::Record) => {
                        property.clone()
                    }
                    (one, other) if one == other && one.is_plain() => property.clone(),
                    _ => {
                        self.losses
                            .at(place, format!("describes `{name}` twice: the last description is taken"));
                        property.clone()
                    }
                },
            };
            all.insert(name.clone(), merged);
        }
        all
    }

    /// What any of these may be.
    fn choice(&mut self, branches: Vec<Value>, place: &str) -> Value {
        let nullable = branches.iter().any(|branch| branch["nullable"] == true);
        let mut distinct: Vec<Value> = Vec::new();
        for branch in branches {
            if !distinct.iter().any(|other| bare(other) == bare(&branch)) {
                distinct.push(branch);
            }
        }
        let kinds: Vec<Kind> = distinct.iter().map(kind).collect();
        let all = |allowed: &[Kind]| kinds.iter().all(|kind| allowed.contains(kind));
        let count = distinct.len();
        let mut whole = if count == 1 {
            distinct.swap_remove(0)
        } else if all(&[Kind::Words]) {
            words(&distinct)
        } else if all(&[Kind::Words, Kind::Text]) {
            self.losses.at(place, "is one of some words or another text: any text");
            json!({"type": "string"})
        } else if all(&[Kind::Number]) {
            json!({"type": if distinct.iter().all(|branch| branch["type"] == "integer") { "integer" } else { "number" }})
        } else if all(&[Kind::Record, Kind::Object]) && kinds.contains(&Kind::Record) {
            self.losses.at(place, format!("is one of {count} records: one record with the fields of all"));
            self.any_record(&distinct, place)
        } else if all(&[Kind::List]) {
            let items: Vec<Value> = distinct.iter().map(|branch| branch["items"].clone()).collect();
            let items = items.into_iter().reduce(|one, other| self.either(&one, &other)).unwrap_or_default();
            self.losses.at(place, format!("is one of {count} lists: a list of what any of them lists"));
            json!({"type": "array", "items": items})
        } else {
            let names: BTreeSet<&str> = kinds.iter().map(|kind| kind.name()).collect();
            let names: Vec<&str> = names.into_iter().collect();
            self.losses.at(place, format!("is a choice between {}: any JSON", names.join(" and ")));
            json!({})
        };
        if nullable {
            whole["nullable"] = true.into();
        }
        whole
    }

    fn any_record(&mut self, records: &[Value], place: &str) -> Value {
        let mut all: Map<String, Value> = Map::new();
        let mut differing = Vec::new();
        for (name, property) in records.iter().filter_map(properties).flatten() {
            let joined = match all.get(name) {
                None => property.clone(),
                Some(first) if bare(first) == bare(property) => continue,
                Some(first) => {
                    let joined = self.either(first, property);
                    if kind(&joined) == Kind::Any && self.kind_of(first) != Kind::Any {
                        differing.push(name.clone());
                    }
                    joined
                }
            };
            all.insert(name.clone(), joined);
        }
        if !differing.is_empty() {
            self.losses
                .at(place, format!("has different {} in its branches: any JSON", differing.join(", ")));
        }
        let mut required: BTreeSet<&str> = records.first().map(required).into_iter().flatten().collect();
        for record in records {
            let these: BTreeSet<&str> = self::required(record).collect();
            required.retain(|name| these.contains(name));
        }
        let mut whole = json!({"type": "object", "properties": all});
        if !required.is_empty() {
            whole["required"] = required.into_iter().collect();
        }
        whole
    }

    /// A property that is one of two.
    fn either(&self, one: &Value, other: &Value) -> Value {
        if bare(one) == bare(other) {
            return one.clone();
        }
        let joined = match (self.kind_of(one), self.kind_of(other)) {
            (Kind::Words | Kind::Text, Kind::Words | Kind::Text) => json!({"type": "string"}),
            (Kind::Number, Kind::Number) => json!({"type": "number"}),
            (Kind::Bool, Kind::Bool) => json!({"type": "boolean"}),
            (Kind::List, Kind::List) => {
                let (one, other) = (self.followed(one), self.followed(other));
                json!({"type": "array", "items": self.either(&one["items"], &other["items"])})
            }
            _ => json!({}),
        };
        annotated(joined, one)
    }

    fn followed<'b>(&'b self, schema: &'b Value) -> &'b Value {
        let part = schema
            .get("allOf")
            .filter(|_| is_wrapped(schema))
            .and_then(|parts| parts.get(0))
            .unwrap_or(schema);
        let name = schema::reference(part);
        name.and_then(|name| self.known.get(name).or_else(|| self.named.get(name))).unwrap_or(part)
    }

    fn kind_of(&self, schema: &Value) -> Kind {
        let mut schema = schema;
        // References to references end, as those of a circle are cut here.
        for _ in 0..16 {
            let next = self.followed(schema);
            if std::ptr::eq(next, schema) {
                break;
            }
            schema = next;
        }
        kind(schema)
    }
}

/// The members that are words, of all.
fn words(branches: &[Value]) -> Value {
    let mut words: Vec<Value> = Vec::new();
    for word in branches.iter().filter_map(|branch| branch["enum"].as_array()).flatten() {
        if !words.contains(word) {
            words.push(word.clone());
        }
    }
    json!({"type": "string", "enum": words})
}

/// Whether this says of a record which fields have to be there, and nothing else.
fn only_requires(branch: &Value) -> bool {
    branch.as_object().is_some_and(|branch| {
        branch.contains_key("required")
            && branch.keys().all(|key| ["required", "description"].contains(&key.as_str()))
    })
}

fn properties(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("properties").and_then(Value::as_object)
}

fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The schema with what the other says of the place.
fn annotated(mut schema: Value, other: &Value) -> Value {
    for key in ["description", "nullable", "deprecated", "readOnly", "writeOnly"] {
        if let Some(value) = other.get(key) {
            schema[key] = value.clone();
        }
    }
    // What is required may be said beside what is described.
    if other.get("required").is_some() && schema.get("properties").is_some() {
        let all: BTreeSet<String> = required(&schema).chain(required(other)).map(str::to_owned).collect();
        schema["required"] = all.into_iter().collect();
    }
    schema
}

/// The schema without what is said of it in words.
fn bare(schema: &Value) -> Value {
    let mut bare = schema.clone();
    if let Some(bare) = bare.as_object_mut() {
        bare.remove("description");
        bare.remove("deprecated");
    }
    bare
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Any,
    Record,
    Object,
    Words,
    Text,
    Number,
    Bool,
    List,
}

impl Kind {
    fn is_plain(self) -> bool {
        matches!(self, Self::Words | Self::Text | Self::Number | Self::Bool)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Any => "any JSON",
            Self::Record | Self::Object => "a record",
            Self::Words | Self::Text => "a text",
            Self::Number => "a number",
            Self::Bool => "a boolean",
            Self::List => "a list",
        }
    }
}

fn kind(schema: &Value) -> Kind {
    if properties(schema).is_some_and(|properties| !properties.is_empty()) {
        return Kind::Record;
    }
    if schema.get("enum").is_some() {
        return Kind::Words;
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("object") => Kind::Object,
        Some("string") => Kind::Text,
        Some("integer" | "number") => Kind::Number,
        Some("boolean") => Kind::Bool,
        Some("array") => Kind::List,
        _ => Kind::Any,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whole::testing::{lowered, reference};

    fn record(name: &str, schema: Value) -> Value {
        json!({"type": "object", "properties": {name: schema}, "required": [name]})
    }

    fn composed(schema: Value) -> (Value, Vec<String>) {
        let (schemas, _, losses) = lowered(
            "compositions",
            json!({"X": schema, "A": record("a", json!({"type": "string"})), "B": record("b", json!({"type": "integer"}))}),
        );
        (schemas["X"].clone(), losses)
    }

    #[test]
    fn all_parts_are_one_record() {
        let (whole, losses) = composed(json!({
            "allOf": [reference("A"), {"type": "object", "properties": {"a": {"type": "string", "enum": ["w"]}}}],
            "properties": {"c": {}}, "required": ["c"],
        }));
        let properties = json!({"a": {"type": "string", "enum": ["w"]}, "c": {}});
        assert_eq!((&whole["properties"], &whole["required"]), (&properties, &json!(["a", "c"])));
        assert_eq!(losses, [""; 0]);
    }

    #[test]
    fn a_choice_is_what_any_of_its_branches_has_and_that_is_said() {
        let text = json!({"type": "string"});
        for (before, after, lost) in [
            (json!({"oneOf": [reference("A"), reference("A")]}), record("a", text.clone()), 0),
            (
                json!({"oneOf": [reference("A"), reference("B")]}),
                json!({"type": "object", "properties": {"a": text, "b": {"type": "integer"}}}),
                1,
            ),
            (
                json!({"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "string", "enum": ["b", "a"]}]}),
                json!({"type": "string", "enum": ["a", "b"]}),
                0,
            ),
            (json!({"anyOf": [{"type": "string", "enum": ["a"]}, text]}), text.clone(), 1),
            (json!({"anyOf": [{"type": "integer"}, {"type": "number"}]}), json!({"type": "number"}), 0),
            (json!({"oneOf": [text, {"type": "integer"}]}), json!({}), 1),
            (json!({"oneOf": [reference("A"), text], "nullable": true}), json!({"nullable": true}), 1),
            (json!({"allOf": [text, reference("A")]}), json!({}), 1),
        ] {
            let (whole, losses) = composed(before.clone());
            assert_eq!((&whole, losses.len()), (&after, lost), "{before} {losses:?}");
        }
    }

    #[test]
    fn a_base_that_lists_what_is_made_of_it_gives_each_what_the_base_says() {
        let (schemas, _, _) = lowered(
            "compositions",
            json!({
                "Base": {"type": "object", "properties": {"n": {"type": "string"}}, "oneOf": [reference("One"), reference("Two")]},
                "One": {"allOf": [reference("Base"), record("one", json!({}))]},
                "Two": {"allOf": [reference("Base"), record("two", json!({}))]},
            }),
        );
        let names = |name: &str| properties(&schemas[name]).unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(
            (names("One"), names("Base")),
            (vec!["n".into(), "one".into()], vec!["n".into(), "one".into(), "two".into()])
        );
    }
}
