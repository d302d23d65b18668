//! Validates JSON against the part of JSON Schema that the published answers use, as OpenAPI 3.0 and 3.1 spell it.
//!
//! The crate `jsonschema` would add about forty crates, some of which `.cargo/deny.toml` refuses. It would also turn on
//! `float_roundtrip` of `serde_json`, which changes how the clients under test parse numbers. This validator panics on a
//! keyword or format that it does not know, so it never passes an answer by ignorance.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use tokenward_testkit::Timestamp;

/// Keywords that restrict nothing. `readOnly` restricts requests only.
const ANNOTATIONS: [&str; 11] = [
    "$comment",
    "default",
    "deprecated",
    "description",
    "discriminator",
    "example",
    "examples",
    "externalDocs",
    "readOnly",
    "title",
    "xml",
];

/// A document, and the violations in one answer.
pub(crate) struct Validator<'a> {
    document: &'a Value,
    /// Each as `place: keyword`. Values may be secrets, so no violation contains one.
    pub(crate) violations: BTreeSet<String>,
}

impl<'a> Validator<'a> {
    pub(crate) fn new(document: &'a Value) -> Self {
        Self { document, violations: BTreeSet::new() }
    }

    /// Follows a chain of references to its end.
    pub(crate) fn resolve(&self, mut value: &'a Value) -> &'a Value {
        while let Some(reference) = value.get("$ref") {
            let pointer = reference.as_str().and_then(|text| text.strip_prefix('#')).unwrap();
            value = self.document.pointer(pointer).unwrap_or_else(|| panic!("nothing is at {pointer}"));
        }
        value
    }

    /// Collects the violations of a schema. An undeclared member is one, unless `additionalProperties` allows it: a
    /// simulator must not answer more than the vendor publishes.
    pub(crate) fn check(&mut self, schema: &'a Value, value: &Value, place: &str) {
        self.check_as(schema, value, place, true);
    }

    fn violates(&mut self, place: &str, what: impl std::fmt::Display) {
        let place = if place.is_empty() { "/" } else { place };
        self.violations.insert(format!("{place}: {what}"));
    }

    /// Returns the violations of an alternative schema.
    fn violations_of(&self, schema: &'a Value, value: &Value, place: &str) -> BTreeSet<String> {
        let mut other = Self::new(self.document);
        other.check(schema, value, place);
        other.violations
    }

    /// Checks `anyOf` and `oneOf`. If no alternative fits, the one with the fewest violations counts.
    fn alternatives(&mut self, keyword: &str, schemas: &'a [Value], value: &Value, place: &str) {
        let mut all: Vec<_> = schemas.iter().map(|schema| self.violations_of(schema, value, place)).collect();
        let fit = all.iter().filter(|violations| violations.is_empty()).count();
        if keyword == "oneOf" && fit > 1 {
            self.violates(place, format_args!("{fit} of oneOf fit"));
        }
        all.sort_by_key(BTreeSet::len);
        self.violations.extend(all.into_iter().next().unwrap_or_default());
    }

    fn check_as(&mut self, schema: &'a Value, value: &Value, place: &str, closed: bool) {
        let schema = match self.resolve(schema) {
            Value::Object(schema) => schema,
            Value::Bool(true) => return,
            _ => return self.violates(place, "the schema allows nothing"),
        };
        if value.is_null() && schema.get("nullable") == Some(&Value::Bool(true)) {
            return;
        }
        for (keyword, rule) in schema {
            match keyword.as_str() {
                "nullable" => {}
                "additionalProperties" | "properties" | "required" => {}
                name if ANNOTATIONS.contains(&name) || name.starts_with("x-") => {}
                "allOf" => {
                    rule.as_array().unwrap().iter().for_each(|part| self.check_as(part, value, place, false))
                }
                "anyOf" | "oneOf" => self.alternatives(keyword, rule.as_array().unwrap(), value, place),
                "items" => {
                    for item in value.as_array().into_iter().flatten() {
                        self.check(rule, item, &format!("{place}/*"));
                    }
                }
                keyword => match simple(keyword, rule, value) {
                    Some(true) => {}
                    Some(false) if keyword == "type" => self.violates(place, format_args!("type {rule}")),
                    Some(false) => self.violates(place, keyword),
                    None => panic!("this validator does not know {keyword}"),
                },
            }
        }
        if let Value::Object(object) = value {
            self.members(schema, object, place, closed);
        }
    }

    fn members(
        &mut self,
        schema: &'a Map<String, Value>,
        object: &Map<String, Value>,
        place: &str,
        closed: bool,
    ) {
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
            if !object.contains_key(name.as_str().unwrap()) {
                self.violates(place, format_args!("required {}", name.as_str().unwrap()));
            }
        }
        let declared = schema.get("properties").and_then(Value::as_object);
        // The parts of `allOf` declare members as well.
        let closed = closed && !schema.contains_key("allOf");
        for (name, value) in object {
            let within = format!("{place}/{name}");
            match (declared.and_then(|declared| declared.get(name)), schema.get("additionalProperties")) {
                (Some(schema), _) => self.check(schema, value, &within),
                (None, Some(Value::Bool(false))) => self.violates(&within, "not declared"),
                (None, Some(schema)) => self.check(schema, value, &format!("{place}/*")),
                (None, None) if declared.is_some() && closed => self.violates(&within, "not declared"),
                (None, None) => {}
            }
        }
    }
}

/// Checks a keyword that does not depend on others. A rule for another type of value passes; an unknown keyword is `None`.
pub(super) fn simple(keyword: &str, rule: &Value, value: &Value) -> Option<bool> {
    let number = |rule: &Value| rule.as_f64().unwrap();
    let most = |length: Option<usize>| length.is_none_or(|length| length as f64 <= number(rule));
    let least = |length: Option<usize>| length.is_none_or(|length| length as f64 >= number(rule));
    let (items, letters) = (value.as_array().map(Vec::len), value.as_str().map(|text| text.chars().count()));
    Some(match keyword {
        "type" => match rule {
            Value::Array(types) => types.iter().any(|rule| is_of(rule, value)),
            rule => is_of(rule, value),
        },
        "enum" => rule.as_array().unwrap().contains(value),
        "const" => rule == value,
        "format" => value.as_str().is_none_or(|text| has_format(rule.as_str().unwrap(), text)),
        "minItems" => least(items),
        "maxItems" => most(items),
        "minLength" => least(letters),
        "maxLength" => most(letters),
        "minimum" => value.as_f64().is_none_or(|value| value >= number(rule)),
        "maximum" => value.as_f64().is_none_or(|value| value <= number(rule)),
        "uniqueItems" => {
            let items = value.as_array().into_iter().flatten();
            *rule == Value::Bool(false)
                || items.clone().count() == items.map(Value::to_string).collect::<BTreeSet<_>>().len()
        }
        _ => return None,
    })
}

fn is_of(rule: &Value, value: &Value) -> bool {
    match rule.as_str().unwrap() {
        "array" => value.is_array(),
        "boolean" => value.is_boolean(),
        "integer" => {
            value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        "null" => value.is_null(),
        "number" => value.is_number(),
        "object" => value.is_object(),
        "string" => value.is_string(),
        other => panic!("no type is called {other}"),
    }
}

fn has_format(format: &str, text: &str) -> bool {
    match format {
        "date-time" => text.contains('T') && text.parse::<Timestamp>().is_ok(),
        "email" => text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.')),
        "uuid" => {
            let parts: Vec<usize> = text.split('-').map(str::len).collect();
            parts == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
        }
        "string" => true,
        other => panic!("this validator does not know the format {other}"),
    }
}
