//! Where in a document the fault is that progenitor reports without a place.

use serde_json::{Value, json};

use super::progenitor;
use crate::{
    document,
    problem::Problem,
    schema::{components, operations, reference_to},
};

/// The problem again, at the smallest part of the document that has it by itself.
pub(super) fn find(document: &Value, problem: Problem) -> Problem {
    // A fault of the document as a whole is no part's.
    let mut frame = document.clone();
    frame["paths"] = json!({});
    frame["components"] = json!({});
    if progenitor::generate(&frame).is_err() {
        return problem;
    }
    match component(document).or_else(|| operation(document)) {
        Some(place) => Problem::at(place, problem),
        None => problem,
    }
}

/// The schema that fails by itself, with what it is made of, and is made of least.
fn component(document: &Value) -> Option<String> {
    components(document)
        .map(|(name, _)| (name, document::reached(document, &reference_to(name))))
        .filter(|(_, reached)| {
            let mut part = document.clone();
            part["paths"] = json!({});
            if let Some(components) = part.get_mut("components") {
                document::retain_components(components, reached);
            }
            progenitor::generate(&part).is_err()
        })
        .min_by_key(|(_, reached)| reached.len())
        .map(|(name, _)| format!("/components/schemas/{name}"))
}

fn operation(document: &Value) -> Option<String> {
    operations(document)
        .find(|(method, path, operation)| {
            let mut item = json!({ *method: operation });
            if let Some(parameters) = document["paths"][*path].get("parameters") {
                item["parameters"] = parameters.clone();
            }
            let mut part = document.clone();
            part["paths"] = json!({ *path: item });
            progenitor::generate(&part).is_err()
        })
        .map(|(method, path, _)| format!("{} {path}", method.to_uppercase()))
}
