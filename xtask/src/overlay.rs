//! OpenAPI Overlay 1.0, strict: a correction that no longer finds what it corrects fails.
//!
//! Each action has, beside the specification's `target`, `description`,
//! `update` and `remove`, three extensions of ours:
//!
//! - `x-evidence`: where the fact was seen (required, as is `description`, the reason);
//! - `x-expect`: what each target holds today: a value that must be part of it;
//! - `x-expect-absent`: keys that each target must not have today.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use crate::{document, problem::Problem, structure::is_prose};

/// A document of corrections.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overlay {
    overlay: String,
    #[allow(dead_code, reason = "required by the specification; read so that it is checked")]
    info: Info,
    #[serde(default)]
    #[allow(dead_code, reason = "of the specification; the folder says it already")]
    extends: Option<String>,
    /// The corrections, in their order.
    pub actions: Vec<Action>,
}

#[derive(Clone, Debug, Deserialize)]
struct Info {
    #[allow(dead_code, reason = "required by the specification; read so that it is checked")]
    title: String,
    #[allow(dead_code, reason = "required by the specification; read so that it is checked")]
    version: String,
}

/// One correction.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    target: String,
    /// Why it is needed.
    pub description: String,
    #[serde(rename = "x-evidence")]
    evidence: String,
    #[serde(default, rename = "x-expect")]
    expect: Option<Value>,
    #[serde(default, rename = "x-expect-absent")]
    expect_absent: Vec<String>,
    #[serde(default)]
    update: Option<Value>,
    #[serde(default)]
    remove: bool,
}

impl Overlay {
    /// Reads an overlay from its file.
    pub fn load(path: &Path) -> Result<Self, Problem> {
        Self::parse(document::read(path)?).map_err(|problem| problem.in_file(path))
    }

    /// Reads an overlay from its JSON form.
    pub fn parse(value: Value) -> Result<Self, Problem> {
        let overlay: Self = serde_path_to_error::deserialize(value)
            .map_err(|error| Problem::at(error.path().to_string(), error.inner()))?;
        if !overlay.overlay.starts_with("1.0.") {
            return Err(Problem::at("overlay", format!("version {} is not 1.0", overlay.overlay)));
        }
        for (index, action) in overlay.actions.iter().enumerate() {
            action.check().map_err(|message| Problem::at(format!("actions[{index}]"), message))?;
        }
        Ok(overlay)
    }

    /// Applies the actions that still find what they correct, in order: to a document that is not the vendored one.
    pub fn apply_where_it_fits(&self, document: &mut Value) {
        for action in &self.actions {
            // What does not fit changes nothing.
            drop(action.apply(document));
        }
    }

    /// Applies every action, in order.
    pub fn apply(&self, document: &mut Value) -> Result<(), Problem> {
        for (index, action) in self.actions.iter().enumerate() {
            action.apply(document).map_err(|message| {
                Problem::at(
                    format!("actions[{index}] {}", action.target),
                    format!("{message} (reason of the action: {})", action.description),
                )
            })?;
        }
        Ok(())
    }
}

/// What has become of an action in a document that its author has not seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Where the action stands in the overlay.
    pub index: usize,
    /// What it is for.
    pub target: String,
    /// Whether it can be applied.
    pub holds: bool,
    /// What is wrong with it, and what is to be done.
    pub message: String,
}

impl Overlay {
    /// Tries every action, in order; those with which something is wrong.
    pub fn review(&self, document: &Value) -> Vec<Review> {
        let mut document = document.clone();
        let mut reviews = Vec::new();
        for (index, action) in self.actions.iter().enumerate() {
            let before = document.clone();
            let review = |holds, message| Review { index, target: action.target.clone(), holds, message };
            match action.apply(&mut document) {
                Ok(()) if document == before => {
                    reviews.push(review(
                        true,
                        "changes nothing any more: the vendor has mended it; take the action out".into(),
                    ));
                }
                Ok(()) => {}
                Err(message) => {
                    document = before;
                    let advice = action.advice(&document);
                    reviews.push(review(false, format!("{message}; {advice}")));
                }
            }
        }
        reviews
    }
}

impl Action {
    /// What to do with an action that cannot be applied.
    fn advice(&self, document: &Value) -> String {
        let targets: Vec<&Value> =
            JsonPath::parse(&self.target).map(|path| path.query(document).all()).unwrap_or_default();
        let has = |key: &&String| targets.iter().all(|target| target.get(key.as_str()).is_some());
        match &self.update {
            _ if targets.is_empty() && self.remove => {
                "where the vendor has taken it out, the vendor has mended it: take the action out; \
                 where it stands elsewhere now, change the target".into()
            }
            _ if targets.is_empty() => {
                "where it stands elsewhere now, change the target; where it is gone, take the action out".into()
            }
            Some(update) if targets.iter().all(|target| says(target, update)) => {
                "the vendor has mended it: take the action out".into()
            }
            Some(_) if self.expect_absent.iter().find(has).is_some() => {
                "the vendor says something of it now: where that is right, the vendor has mended it: take the action out; \
                 where not, expect what stands there now".into()
            }
            _ => "look whether it is still needed: expect what stands there now, or take the action out".into(),
        }
    }

    fn check(&self) -> Result<(), String> {
        if self.update.is_some() == self.remove {
            return Err("has to have either `update` or `remove: true`".into());
        }
        if self.description.trim().is_empty() || self.evidence.trim().is_empty() {
            return Err("has to give its reason in `description` and its evidence in `x-evidence`".into());
        }
        let expects_something =
            self.expect.as_ref().is_some_and(|expect| *expect != Value::Object(Map::new()));
        if !expects_something && self.expect_absent.is_empty() {
            return Err("has to say what it expects: `x-expect` or `x-expect-absent`".into());
        }
        Ok(())
    }

    fn apply(&self, document: &mut Value) -> Result<(), String> {
        let path =
            JsonPath::parse(&self.target).map_err(|error| format!("target is no JSONPath: {error}"))?;
        let mut targets: Vec<String> =
            path.query_located(document).locations().map(|at| at.to_json_pointer()).collect();
        if targets.is_empty() {
            return Err("target matches nothing".into());
        }
        // A later element of an array goes first, so that indices stay right while elements are removed.
        targets.sort_by(|one, other| segments(other).cmp(&segments(one)));
        // A path may reach a place in several ways; it is changed once.
        targets.dedup();
        for target in &targets {
            self.check_expectation(document.pointer(target).unwrap_or(&Value::Null))
                .map_err(|message| format!("{target} {message}"))?;
        }
        for target in &targets {
            match &self.update {
                Some(update) => merge(document.pointer_mut(target).ok_or("target is gone")?, update),
                None => remove(document, target)?,
            }
        }
        Ok(())
    }

    fn check_expectation(&self, target: &Value) -> Result<(), String> {
        if let Some(expect) = &self.expect
            && !contains(target, expect)
        {
            return Err(format!("is no longer as expected: {expect} was to be part of it"));
        }
        match self.expect_absent.iter().find(|key| target.get(key.as_str()).is_some()) {
            Some(key) => Err(format!("has `{key}` now, which was expected to be missing")),
            None => Ok(()),
        }
    }
}

/// The segments of a pointer, numbers as numbers: element 10 comes after element 2.
fn segments(pointer: &str) -> Vec<(usize, &str)> {
    pointer.split('/').map(|segment| (segment.parse().unwrap_or(0), segment)).collect()
}

/// Whether `part` is in `whole`: equal scalars and arrays, and objects with at least these keys.
fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(key, part)| whole.get(key).is_some_and(|whole| contains(whole, part)))
        }
        _ => whole == part,
    }
}

/// Whether the target says already what an update would make it say, in whatever words.
fn says(target: &Value, update: &Value) -> bool {
    match (target, update) {
        (Value::Object(target), Value::Object(update)) => update
            .iter()
            .filter(|(key, value)| !(is_prose(key) && value.is_string()))
            .all(|(key, update)| target.get(key).is_some_and(|target| says(target, update))),
        (Value::Array(target), Value::Array(update)) => update.iter().all(|update| target.contains(update)),
        _ => target == update,
    }
}

/// The specification's merge: objects by key, arrays by appending, the rest by replacing.
fn merge(target: &mut Value, update: &Value) {
    match (target, update) {
        (Value::Object(target), Value::Object(update)) => merge_objects(target, update),
        (Value::Array(target), Value::Array(update)) => target.extend(update.iter().cloned()),
        (Value::Array(target), update) => target.push(update.clone()),
        (target, update) => *target = update.clone(),
    }
}

fn merge_objects(target: &mut Map<String, Value>, update: &Map<String, Value>) {
    for (key, value) in update {
        match target.get_mut(key) {
            Some(target) => merge(target, value),
            None => {
                target.insert(key.clone(), value.clone());
            }
        }
    }
}

fn remove(document: &mut Value, target: &str) -> Result<(), String> {
    let (parent, key) = target.rsplit_once('/').ok_or("the document itself cannot be removed")?;
    let key = crate::pointer::unescape(key);
    match document.pointer_mut(parent) {
        Some(Value::Object(parent)) => {
            parent.remove(&key);
        }
        Some(Value::Array(parent)) => {
            let index: usize = key.parse().map_err(|_| "target is gone")?;
            if index < parent.len() {
                parent.remove(index);
            }
        }
        _ => return Err("target is gone".into()),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn overlay(action: Value) -> Result<Overlay, String> {
        let mut full = json!({"target": "$.a", "description": "the vendor forgot it", "x-evidence": "seen"});
        merge(&mut full, &action);
        let overlay = json!({"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": [full]});
        Overlay::parse(overlay).map_err(|problem| problem.to_string())
    }

    fn apply(action: Value, mut document: Value) -> Result<Value, String> {
        overlay(action)?.apply(&mut document).map_err(|problem| problem.to_string())?;
        Ok(document)
    }

    #[test]
    fn an_update_merges_objects_appends_to_arrays_and_replaces_scalars() {
        let document = json!({"a": {"kept": 1, "list": [1], "old": 1}});
        let action = json!({"x-expect": {"old": 1}, "update": {"list": [2], "old": 2, "new": {"x": 1}}});
        assert_eq!(
            apply(action, document).unwrap(),
            json!({"a": {"kept": 1, "list": [1, 2], "old": 2, "new": {"x": 1}}})
        );
    }

    #[test]
    fn remove_takes_every_match() {
        let action = json!({"target": "$.a[?@.gone == true]", "x-expect": {"gone": true}, "remove": true});
        let document = json!({"a": [{"gone": true}, {"gone": false}, {"gone": true}]});
        assert_eq!(apply(action.clone(), document).unwrap(), json!({"a": [{"gone": false}]}));

        let gone = |index| index == 2 || index == 10;
        let long: Vec<Value> = (0..12).map(|index| json!({"gone": gone(index), "index": index})).collect();
        let left: Vec<Value> = long.iter().filter(|item| item["gone"] == false).cloned().collect();
        assert_eq!(apply(action, json!({"a": long})).unwrap(), json!({"a": left}));
    }

    #[test]
    fn a_target_that_is_reached_twice_is_changed_once() {
        let remove = json!({"target": "$.a[0, 0]", "x-expect": {"x": 1}, "remove": true});
        assert_eq!(apply(remove, json!({"a": [{"x": 1}, {"x": 2}]})).unwrap(), json!({"a": [{"x": 2}]}));
        let update = json!({"target": "$['a', 'a']", "x-expect-absent": ["x"], "update": [2]});
        assert_eq!(apply(update, json!({"a": [1]})).unwrap(), json!({"a": [1, 2]}));
    }

    #[test]
    fn an_action_whose_world_has_changed_fails_with_its_reason() {
        let update = json!({"x-expect": {"type": "string"}, "update": {"format": "date-time"}});
        let absent = json!({"x-expect-absent": ["format"], "update": {"format": "date-time"}});
        let mut problems = Vec::new();
        for (action, document) in [
            (&update, json!({"b": {}})),
            (&update, json!({"a": {"type": "integer"}})),
            (&absent, json!({"a": {"format": "date-time"}})),
        ] {
            problems.push(apply(action.clone(), document).unwrap_err());
        }
        insta::assert_snapshot!(problems.join("\n"));
    }

    #[test]
    fn an_action_that_cannot_fail_is_refused() {
        for action in [
            json!({"update": {}}),
            json!({"x-expect": {}, "update": {}}),
            json!({"x-expect": {"a": 1}, "update": {}, "description": " "}),
            json!({"x-expect": {"a": 1}, "update": {}, "x-evidence": ""}),
            json!({"x-expect": {"a": 1}, "update": {}, "remove": true}),
            json!({"x-expect": {"a": 1}}),
            json!({"x-expect": {"a": 1}, "update": {}, "x-expects": 1}),
        ] {
            assert!(overlay(action.clone()).is_err(), "{action}");
        }
    }
}
