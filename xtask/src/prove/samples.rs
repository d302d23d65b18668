//! What a vendor may answer, and be sent, by a document's schema: all of it, the least of it, and every choice in it once.

use serde_json::{Map, Value, json};

use crate::{document, schema::members};

/// Who writes what a sample is of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Sent,
    Read,
}

/// An answer of an operation.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) media_type: Option<String>,
    pub(super) body: String,
}

/// Values of a document's schemas.
pub(super) struct Samples<'a> {
    document: &'a Value,
    direction: Direction,
}

/// A record within itself ends here.
const DEEPEST: usize = 6;

/// Every answer of an operation that says that it went well.
pub(super) fn answers(document: &Value, operation: &Value) -> Vec<Answer> {
    let samples = Samples { document, direction: Direction::Read };
    let mut answers = Vec::new();
    for (status, answer) in operation.get("responses").into_iter().flat_map(members) {
        let Ok(status) = status.replace("XX", "00").parse::<u16>() else { continue };
        if !(200..300).contains(&status) {
            continue;
        }
        let content: Vec<_> = samples.resolve(answer).get("content").into_iter().flat_map(members).collect();
        if content.is_empty() {
            answers.push(Answer { status, media_type: None, body: String::new() });
        }
        // What is asked for is what comes.
        let json = content.iter().find(|(name, _)| name.contains("json")).or(content.first());
        if let Some((name, media)) = json {
            let bodies = match name.contains("json") {
                true => samples.of(&media["schema"]).iter().map(Value::to_string).collect(),
                false => vec!["neither \u{7f} nor {".to_owned()],
            };
            let answer = |body| Answer { status, media_type: Some((*name).clone()), body };
            answers.extend(bodies.into_iter().map(answer));
        }
    }
    answers
}

/// What an operation may be sent.
pub(super) fn requests(document: &Value, operation: &Value) -> Vec<Value> {
    let samples = Samples { document, direction: Direction::Sent };
    let content = operation.get("requestBody").and_then(|body| samples.resolve(body).get("content"));
    content.into_iter().flat_map(members).flat_map(|(_, media)| samples.of(&media["schema"])).collect()
}

impl<'a> Samples<'a> {
    fn resolve(&self, value: &'a Value) -> &'a Value {
        let mut value = value;
        for _ in 0..DEEPEST {
            let Some(reference) = value.get("$ref").and_then(Value::as_str) else { break };
            value = document::target(self.document, reference).unwrap_or(&Value::Null);
        }
        value
    }

    /// All of it first, then everything that may be otherwise, one after the other.
    fn of(&self, schema: &'a Value) -> Vec<Value> {
        let mut samples = self.at(schema, 0);
        samples.push(self.least(schema, 0));
        samples.dedup();
        samples
    }

    /// What a schema is made of: itself, what it refers to, and all that it has to be as well.
    fn parts(&self, schema: &'a Value) -> Vec<&'a Map<String, Value>> {
        let mut parts = Vec::new();
        let mut open = vec![schema];
        while let Some(schema) = open.pop() {
            let schema = self.resolve(schema);
            open.extend(schema.get("allOf").and_then(Value::as_array).into_iter().flatten());
            parts.extend(schema.as_object());
        }
        parts
    }

    fn at(&self, schema: &'a Value, depth: usize) -> Vec<Value> {
        let parts = self.parts(schema);
        let keyword = |key: &str| parts.iter().find_map(|part| part.get(key));
        let mut samples = Vec::new();
        let choices = keyword("oneOf").or_else(|| keyword("anyOf")).and_then(Value::as_array);
        if let Some(choices) = choices {
            samples.extend(choices.iter().flat_map(|choice| self.at(choice, depth + 1)));
        } else if let Some(values) = keyword("enum").and_then(Value::as_array) {
            samples.extend(values.iter().cloned());
        } else if let Some(value) = keyword("const") {
            samples.push(value.clone());
        } else {
            let kinds: Vec<&str> = match keyword("type") {
                Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
                Some(Value::String(kind)) => vec![kind],
                _ if keyword("properties").is_some() => vec!["object"],
                _ => vec!["string", "number", "boolean", "array", "object", "null"],
            };
            let format = keyword("format").and_then(Value::as_str).unwrap_or_default();
            samples.extend(kinds.iter().flat_map(|kind| match *kind {
                "object" => self.records(&parts, depth),
                "array" => self.lists(keyword("items"), depth),
                kind => scalars(kind, format),
            }));
        }
        if parts.iter().any(|part| part.get("nullable") == Some(&Value::Bool(true))) {
            samples.push(Value::Null);
        }
        samples
    }

    fn lists(&self, items: Option<&'a Value>, depth: usize) -> Vec<Value> {
        let items =
            items.filter(|_| depth < DEEPEST).map(|items| self.at(items, depth + 1)).unwrap_or_default();
        items.into_iter().map(|item| json!([item])).chain([json!([])]).collect()
    }

    /// The properties that whoever writes it writes.
    fn properties(&self, parts: &[&'a Map<String, Value>]) -> Vec<(&'a String, &'a Value)> {
        let hidden = match self.direction {
            Direction::Sent => "readOnly",
            Direction::Read => "writeOnly",
        };
        let all = parts.iter().filter_map(|part| part.get("properties")).flat_map(members);
        all.filter(|(_, schema)| self.resolve(schema).get(hidden) != Some(&Value::Bool(true))).collect()
    }

    fn records(&self, parts: &[&'a Map<String, Value>], depth: usize) -> Vec<Value> {
        if depth >= DEEPEST {
            return vec![self.required(parts, depth)];
        }
        let mut full = Map::new();
        let mut others: Vec<(String, Value)> = Vec::new();
        for (name, schema) in self.properties(parts) {
            let mut samples = self.at(schema, depth + 1).into_iter().map(|value| told_apart(name, value));
            full.extend(samples.next().map(|first| (name.clone(), first)));
            others.extend(samples.map(|other| (name.clone(), other)));
        }
        let values =
            parts.iter().find_map(|part| part.get("additionalProperties").filter(|one| one.is_object()));
        if let Some(values) = values {
            let mut samples = self.at(values, depth + 1).into_iter();
            full.extend(samples.next().map(|first| ("any name".to_owned(), first)));
            others.extend(samples.map(|other| ("any name".to_owned(), other)));
        }
        let varied = others.into_iter().map(|(name, other)| {
            let mut record = full.clone();
            record.insert(name, other);
            Value::Object(record)
        });
        let varied: Vec<Value> = varied.collect();
        std::iter::once(Value::Object(full)).chain(varied).collect()
    }

    /// What a schema requires, and nothing else.
    fn least(&self, schema: &'a Value, depth: usize) -> Value {
        let parts = self.parts(schema);
        let is_record = parts.iter().any(|part| part.contains_key("properties"));
        match parts.iter().find_map(|part| part.get("items")) {
            Some(items) => json!([self.least(items, depth + 1)]),
            None if is_record => self.required(&parts, depth),
            None => self.at(schema, depth).into_iter().next().unwrap_or_default(),
        }
    }

    fn required(&self, parts: &[&'a Map<String, Value>], depth: usize) -> Value {
        // What requires itself cannot be.
        if depth > 2 * DEEPEST {
            return Value::Null;
        }
        let is_required = |name: &String| {
            parts.iter().any(|part| {
                let required = part.get("required").and_then(Value::as_array);
                required.is_some_and(|names| names.iter().any(|one| one == name))
            })
        };
        let required = self.properties(parts).into_iter().filter(|(name, _)| is_required(name));
        required
            .map(|(name, schema)| (name.clone(), told_apart(name, self.least(schema, depth + 1))))
            .collect()
    }
}

const TEXT: &str = "text";

/// A secret that stands in two fields is a fault of its own.
fn told_apart(name: &str, value: Value) -> Value {
    if value == TEXT { format!("{TEXT} of {name}").into() } else { value }
}

fn scalars(kind: &str, format: &str) -> Vec<Value> {
    match (kind, format) {
        ("string", "date-time") => vec![json!("2026-01-02T03:04:05Z")],
        ("string", _) => vec![json!(TEXT)],
        // More than 32 bits.
        ("integer", "int64") => vec![json!(7), json!(1_u64 << 33)],
        ("integer", _) => vec![json!(7)],
        ("number", _) => vec![json!(0.5), json!(7)],
        ("boolean", _) => vec![json!(true)],
        _ => vec![Value::Null],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{normalise::testing::schemas, schema::reference_to};

    fn of(schemas_of: Value, schema: &Value) -> Vec<String> {
        let document = schemas(schemas_of);
        let samples = Samples { document: &document, direction: Direction::Read };
        samples.of(schema).iter().map(Value::to_string).collect()
    }

    #[test]
    fn a_record_comes_whole_with_each_choice_once_and_as_little_as_may_be() {
        let schema = json!({"type": "object", "required": ["id"], "properties": {
            "id": {"type": "string"},
            "kind": {"enum": ["a", "b"]},
            "note": {"type": "string", "nullable": true},
            "part": {"oneOf": [{"type": "integer"}, reference_to("Part")]},
            "secret": {"type": "string", "writeOnly": true},
        }});
        assert_eq!(
            of(json!({"Part": {"type": "object", "properties": {"x": {"type": "boolean"}}}}), &schema),
            [
                r#"{"id":"text of id","kind":"a","note":"text of note","part":7}"#,
                r#"{"id":"text of id","kind":"b","note":"text of note","part":7}"#,
                r#"{"id":"text of id","kind":"a","note":null,"part":7}"#,
                r#"{"id":"text of id","kind":"a","note":"text of note","part":{"x":true}}"#,
                r#"{"id":"text of id"}"#,
            ]
        );
    }

    #[test]
    fn a_record_within_itself_ends() {
        let samples = of(
            json!({"Tree": {"type": "object", "properties": {"next": reference_to("Tree")}}}),
            &reference_to("Tree"),
        );
        assert_eq!(samples.len(), 2);
        assert!(samples[0].starts_with(r#"{"next":{"next":{"#) && samples[1] == "{}");
    }

    #[test]
    fn an_answer_has_its_status_its_media_type_and_its_body() {
        let operation = json!({"responses": {
            "201": {"description": "", "content": {"application/json": {"schema": {"type": "boolean"}}}},
            "404": {"description": ""},
        }});
        let expected =
            Answer { status: 201, media_type: Some("application/json".into()), body: "true".into() };
        assert_eq!(answers(&schemas(json!({})), &operation), [expected]);
    }
}
