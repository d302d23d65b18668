//! What no client has, of any document: counted by operation and schema, so that nothing is left out without a word.

use std::fmt::Write as _;

use serde_json::Value;

use super::loss::Loss;
use crate::{
    normalise::CONSTRAINTS,
    schema::{self, components},
};

/// What is left out on purpose, wherever it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Census {
    errors: usize,
    defaults: usize,
    limits: usize,
    formats: usize,
    discriminators: usize,
}

/// Why it is left out, for the head of the list.
pub(super) const WHY: &str = "\
Error answers reach one place that reads them tolerantly. Defaults are the server's to know. Limits and formats would refuse
values that a server does send. Discriminators tell alternatives apart that are read by what they hold.";

/// What each operation and each schema has of it.
pub(super) fn of(document: &Value) -> Vec<Loss> {
    let mut dropped = Vec::new();
    for (method, path, operation) in schema::operations(document) {
        let mut census = Census::default();
        let answers = operation.get("responses").into_iter().flat_map(schema::members);
        census.errors = answers.filter(|(status, _)| !status.starts_with('2')).count();
        let mut operation = operation.clone();
        schema::for_each(&mut operation, &mut |schema| census.count(schema));
        dropped.extend(census.loss(format!("{} {path}", method.to_uppercase())));
    }
    for (name, component) in components(document) {
        let mut census = Census::default();
        let mut component = component.clone();
        schema::schema(&mut component, &mut |schema| census.count(schema));
        dropped.extend(census.loss(format!("schema {name}")));
    }
    dropped
}

impl Census {
    fn count(&mut self, schema: &Value) {
        // Those that have a type of their own.
        const KEPT: [&str; 3] = ["date-time", "double", "int64"];

        let has = |key: &str| usize::from(schema.get(key).is_some());
        self.defaults += has("default");
        self.discriminators += has("discriminator");
        self.limits += CONSTRAINTS.iter().map(|key| has(key)).sum::<usize>();
        let format = schema.get("format").and_then(Value::as_str);
        self.formats += usize::from(format.is_some_and(|format| !KEPT.contains(&format)));
    }

    fn loss(self, place: String) -> Option<Loss> {
        let kinds = [
            (self.errors, "error answer"),
            (self.defaults, "default"),
            (self.limits, "limit"),
            (self.formats, "format"),
            (self.discriminators, "discriminator"),
        ];
        let mut what = String::new();
        for (count, kind) in kinds.into_iter().filter(|(count, _)| *count > 0) {
            let (between, plural) =
                (if what.is_empty() { "" } else { ", " }, if count == 1 { "" } else { "s" });
            let _ = write!(what, "{between}{count} {kind}{plural}");
        }
        (!what.is_empty()).then(|| Loss::new(place, what))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_left_out_everywhere_is_counted_where_it_stands_and_properties_of_such_names_are_not() {
        let document = json!({
            "paths": {"/a": {"get": {
                "parameters": [{"schema": {"type": "integer", "default": 1, "maximum": 2, "format": "int32"}}],
                "responses": {"200": {}, "404": {}, "default": {}},
            }, "delete": {"responses": {"204": {}}}}},
            "components": {"schemas": {
                "A": {"properties": {"default": {"type": "string", "format": "uuid"}, "pattern": {"pattern": "a"}}},
                "B": {"type": "string", "format": "date-time"},
                "C": {"oneOf": [], "discriminator": {}},
            }},
        });
        let lines: Vec<String> = of(&document).iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "GET /a: 2 error answers, 1 default, 1 limit, 1 format",
                "schema A: 1 limit, 1 format",
                "schema C: 1 discriminator",
            ]
        );
    }
}
