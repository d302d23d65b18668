//! What bounds values without making another type of them.

use serde_json::Value;

use super::{
    change::Found,
    rules::Rule,
    schema::word,
    view::{Shape, View},
};

/// Keywords that bound from below, those that bound from above, and those that bound otherwise.
const LEAST: [&str; 3] = ["minLength", "minItems", "minProperties"];
const MOST: [&str; 3] = ["maxLength", "maxItems", "maxProperties"];
const OTHER: [&str; 3] = ["multipleOf", "pattern", "uniqueItems"];

/// Notes the limits that differ, by the rule for what is narrower or by the one for what is wider.
pub(super) fn compare(
    old: &View<'_>,
    new: &View<'_>,
    [narrowed, widened]: [&'static Rule; 2],
    place: &str,
    found: &mut Found,
) {
    let mut add = |is_narrower: bool, what: String| {
        found.add(if is_narrower { narrowed } else { widened }, place, what);
    };
    for (key, upwards) in [("minimum", 1.0), ("maximum", -1.0)] {
        let (was, is) = (Bound::of(old, key, upwards), Bound::of(new, key, upwards));
        if was != is {
            let is_narrower = is.is_some_and(|is| was.is_none_or(|was| was.is_wider_than(is, upwards)));
            add(is_narrower, format!("{key} {}, was {}", Bound::describe(is), Bound::describe(was)));
        }
    }
    for key in LEAST.into_iter().chain(MOST).chain(OTHER) {
        let (was, is) = (said(old, key), said(new, key));
        let [before, after] = [was, is].map(|value| value.and_then(Value::as_f64));
        if was == is || before.is_some() && before == after {
            continue;
        }
        let is_narrower = match (before, after) {
            (Some(was), Some(is)) if LEAST.contains(&key) => is > was,
            (Some(was), Some(is)) if MOST.contains(&key) => is < was,
            _ => is.is_some(),
        };
        add(is_narrower, format!("{key} {}, was {}", word(is), word(was)));
    }
}

/// What a keyword says, but for what is so anyway.
fn said<'a>(view: &View<'a>, key: &str) -> Option<&'a Value> {
    let is_nothing = |value: &Value| match value {
        Value::Number(number) => LEAST.contains(&key) && number.as_f64() == Some(0.0),
        Value::Bool(is_bound) => !is_bound,
        _ => false,
    };
    view.keyword(key).filter(|value| !is_nothing(value))
}

/// The least or the most that a number may be.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bound {
    value: f64,
    /// Whether it may not be that itself.
    is_exclusive: bool,
}

impl Bound {
    /// In the spelling of either version of OpenAPI. Of two the narrower one holds.
    fn of(view: &View<'_>, key: &str, upwards: f64) -> Option<Self> {
        let number = |key: &str| view.keyword(key).and_then(Value::as_f64);
        let exclusive = if key == "minimum" { "exclusiveMinimum" } else { "exclusiveMaximum" };
        let plain = number(key).map(|value| Self { value, is_exclusive: view.flag(exclusive) });
        let own = number(exclusive).map(|value| Self { value, is_exclusive: true });
        let bound = match (plain, own) {
            (Some(plain), Some(own)) => Some(if plain.is_wider_than(own, upwards) { own } else { plain }),
            (plain, own) => plain.or(own),
        };
        let is_whole = |value: f64| view.shape() == Shape::Integer && value.fract() == 0.0;
        bound.map(|bound| match bound.is_exclusive && is_whole(bound.value) {
            // The next whole number is as good.
            true => Self { value: bound.value + upwards, is_exclusive: false },
            false => bound,
        })
    }

    fn is_wider_than(self, other: Self, upwards: f64) -> bool {
        let [own, others] = [self.value * upwards, other.value * upwards];
        own < others || self.value == other.value && other.is_exclusive && !self.is_exclusive
    }

    fn describe(bound: Option<Self>) -> String {
        match bound {
            None => "none".to_owned(),
            Some(Self { value, is_exclusive: true }) => format!("{value} and not itself"),
            Some(Self { value, is_exclusive: false }) => value.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::diff::{rules, view::Document};

    fn said_of(old: &Value, new: &Value) -> String {
        let nothing = Value::Null;
        let [one, other] = [old, new].map(|schema| Document(&nothing).view(schema));
        let mut found = Found::default();
        compare(&one, &other, [rules::LIMIT_NARROWED, rules::LIMIT_WIDENED], "p", &mut found);
        let lines: Vec<String> =
            found.changes.iter().map(|(rule, _, what)| format!("{} {what}", rule.name)).collect();
        lines.join("; ")
    }

    #[test]
    fn two_ways_to_say_one_limit_are_one() {
        for [one, other] in [
            [
                json!({"type": "number", "minimum": 0, "exclusiveMinimum": true}),
                json!({"type": "number", "exclusiveMinimum": 0.0}),
            ],
            [json!({"type": "integer", "exclusiveMaximum": 10}), json!({"type": "integer", "maximum": 9})],
            [
                json!({"type": "number", "maximum": 1, "exclusiveMaximum": false}),
                json!({"type": "number", "maximum": 1.0}),
            ],
            [json!({"minLength": 0, "uniqueItems": false}), json!({})],
            [
                json!({"type": "number", "minimum": 1, "exclusiveMinimum": 5}),
                json!({"type": "number", "exclusiveMinimum": 5}),
            ],
        ] {
            assert_eq!(said_of(&one, &other), "");
            assert_eq!(said_of(&other, &one), "");
        }
    }

    #[test]
    fn what_is_narrower_is_told_from_what_is_wider() {
        for (old, new, said) in [
            (json!({"minimum": 1}), json!({"minimum": 2}), "request-limit-narrowed minimum 2, was 1"),
            (json!({"maximum": 1}), json!({"maximum": 2}), "request-limit-widened maximum 2, was 1"),
            (
                json!({"minimum": 1}),
                json!({"exclusiveMinimum": 1}),
                "request-limit-narrowed minimum 1 and not itself, was 1",
            ),
            (
                json!({"exclusiveMinimum": 1}),
                json!({"minimum": 1}),
                "request-limit-widened minimum 1, was 1 and not itself",
            ),
            (json!({}), json!({"pattern": "a"}), "request-limit-narrowed pattern a, was none"),
            (json!({"uniqueItems": true}), json!({}), "request-limit-widened uniqueItems none, was true"),
            (json!({"maxItems": 3}), json!({"maxItems": 2}), "request-limit-narrowed maxItems 2, was 3"),
        ] {
            assert_eq!(said_of(&old, &new), said);
        }
    }
}
