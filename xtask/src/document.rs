//! Reading an OpenAPI document, YAML or JSON, 3.0 or 3.1, and refusing what is none.

use std::{collections::BTreeSet, path::Path};

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{pointer, problem::Problem, schema::members_mut, shape};

/// Published documents are a few megabytes.
const LARGEST: u64 = 32 << 20;
/// serde_json's own bound, for YAML too.
const DEEPEST: usize = 128;

/// Reads a document and checks that it is one: its version, its size, its depth and its references.
pub fn load(path: &Path) -> Result<Value, Problem> {
    let document = read(path)?;
    check_version(&document).and_then(|()| check(&document)).map_err(|problem| problem.in_file(path))?;
    Ok(document)
}

/// Reads a vendor's whole document. Only its version is checked: what is not kept of it may be in any state.
pub fn load_published(path: &Path) -> Result<Value, Problem> {
    let document = read(path)?;
    check_version(&document).map_err(|problem| problem.in_file(path))?;
    Ok(document)
}

/// Whether what is referred to is there, and what is there has the right shape.
pub fn check(document: &Value) -> Result<(), Problem> {
    shape::check(document)?;
    check_references(document)
}

/// Reads a YAML or JSON file as JSON, within bounds.
pub fn read(path: &Path) -> Result<Value, Problem> {
    read_as(path)
}

/// The same, as anything that can be made of it.
pub(crate) fn read_as<T: DeserializeOwned>(path: &Path) -> Result<T, Problem> {
    read_within_bounds(path).map_err(|problem| problem.in_file(path))
}

fn read_within_bounds<T: DeserializeOwned>(path: &Path) -> Result<T, Problem> {
    let size = std::fs::metadata(path)?.len();
    if size > LARGEST {
        return Err(Problem::new(format!(
            "{size} bytes are more than the {LARGEST} that a document may have"
        )));
    }
    let text = std::fs::read_to_string(path)?;
    if path.extension().is_some_and(|extension| extension == "json") {
        serde_json::from_str(&text).map_err(|error| {
            let place = format!("line {} column {}", error.line(), error.column());
            Problem::at(place, without_place(&error.to_string()))
        })
    } else {
        parse_yaml(&text)
    }
}

/// Reads YAML text, within the same bounds but for its size.
pub(crate) fn parse_yaml<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEEPEST,
            max_nodes: 4_000_000,
            max_events: 8_000_000,
        },
        strict_booleans: true,
        // Published examples hold `.inf`, which JSON has no number for.
        non_finite_float_policy: serde_saphyr::NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let place = error.location().map(|at| format!("line {} column {}", at.line(), at.column()));
        let message = match error.without_snippet() {
            serde_saphyr::Error::DuplicateMappingKey { key, .. } => {
                format!("the key {} stands here twice", key.as_deref().unwrap_or_default())
            }
            error => without_place(&error.to_string()).to_owned(),
        };
        match place {
            Some(place) => Problem::at(place, message),
            None => Problem::new(message),
        }
    })
}

/// A parser's message without the line and column at its end, which stand before it already.
fn without_place(message: &str) -> &str {
    message.rfind(" at line ").map_or(message, |end| &message[..end])
}

fn check_version(document: &Value) -> Result<(), Problem> {
    if let Some(version) = document.get("swagger") {
        return Err(Problem::at(
            "/swagger",
            format!(
                "Swagger {version} is not read; convert the document to OpenAPI 3.0 first (swagger2openapi does)"
            ),
        ));
    }
    match document.get("openapi").and_then(Value::as_str) {
        Some(version) if version.starts_with("3.0.") || version.starts_with("3.1.") => Ok(()),
        Some(version) => Err(Problem::at("/openapi", format!("version {version} is neither 3.0 nor 3.1"))),
        None if document.get("openapi").is_some() => {
            Err(Problem::at("/openapi", "is no text: write the version in quotes, with all its parts"))
        }
        None => Err(Problem::at("/openapi", "missing: this is no OpenAPI document")),
    }
}

/// Every `$ref` and every target of a discriminator's mapping stands in the same document.
fn check_references(document: &Value) -> Result<(), Problem> {
    check_reference_types(document, &mut String::new())?;
    let mut problem = None;
    walk_references(document, &mut String::new(), &mut |place, reference| {
        if problem.is_some() {
            return;
        }
        if !reference.starts_with("#/") {
            problem = Some(Problem::at(
                place,
                format!("`{reference}` points outside this file, which is not followed"),
            ));
        } else if document.pointer(&reference[1..]).is_none() {
            problem = Some(Problem::at(place, format!("`{reference}` points at nothing")));
        }
    });
    problem.map_or(Ok(()), Err)
}

/// A `$ref` is text; an object of that name is a property.
fn check_reference_types(value: &Value, place: &mut String) -> Result<(), Problem> {
    match value.get("$ref") {
        None | Some(Value::String(_) | Value::Object(_)) => {}
        Some(other) => return Err(Problem::at(place, format!("`$ref` is {other}, which refers to nothing"))),
    }
    let members = value.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value));
    let items =
        value.as_array().into_iter().flatten().enumerate().map(|(index, value)| (index.to_string(), value));
    members.chain(items).try_for_each(|(key, value)| {
        pointer::at_member(place, &key, |place| check_reference_types(value, place))
    })
}

/// Calls `found` with the place and text of each reference.
pub fn walk_references(value: &Value, place: &mut String, found: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get("$ref") {
                found(place, reference);
            }
            if let (Some(_), Some(Value::Object(mapping))) = (map.get("propertyName"), map.get("mapping")) {
                for target in mapping.values().filter_map(Value::as_str).filter(|target| target.contains('/'))
                {
                    found(place, target);
                }
            }
            for (key, value) in map {
                pointer::at_member(place, key, |place| walk_references(value, place, found));
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                pointer::at_member(place, &index.to_string(), |place| walk_references(value, place, found));
            }
        }
        _ => {}
    }
}

/// Points every reference, those of discriminators included, to where `new` says.
pub fn rewrite_references(value: &mut Value, new: &dyn Fn(&str) -> Option<String>) {
    let rewrite = |reference: &mut Value| {
        if let Some(new) = reference.as_str().and_then(new) {
            *reference = new.into();
        }
    };
    match value {
        Value::Object(map) => {
            map.get_mut("$ref").into_iter().for_each(rewrite);
            if map.contains_key("propertyName") {
                let targets = map.get_mut("mapping").into_iter().flat_map(members_mut);
                targets.for_each(|(_, target)| rewrite(target));
            }
            map.values_mut().for_each(|value| rewrite_references(value, new));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| rewrite_references(value, new)),
        _ => {}
    }
}

/// Every reference that this value reaches, through components of every kind.
pub fn reached(document: &Value, start: &Value) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut open = vec![start];
    while let Some(value) = open.pop() {
        walk_references(value, &mut String::new(), &mut |_, reference| {
            if let Some(target) = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer))
                && reached.insert(reference.to_owned())
            {
                open.push(target);
            }
        });
    }
    reached
}

/// Takes out the components that are not among these references; how many those were.
///
/// Security schemes are named without a reference, and stay.
pub fn retain_components(components: &mut Value, reached: &BTreeSet<String>) -> usize {
    let mut count = 0;
    for (kind, named) in members_mut(components) {
        let Some(named) = named.as_object_mut().filter(|_| kind != "securitySchemes") else { continue };
        let before = named.len();
        named.retain(|name, _| reached.contains(&format!("#/components/{kind}/{}", pointer::escape(name))));
        count += before - named.len();
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load_text(name: &str, text: &str) -> Result<Value, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        load(&path).map_err(|problem| problem.to_string().replace(&path.display().to_string(), name))
    }

    const START: &str = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths: {}\n";

    #[test]
    fn yaml_and_json_of_both_versions_are_read_alike() {
        let yaml = load_text("a.yaml", START).unwrap();
        let json = r#"{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{}}"#;
        assert_eq!(yaml, load_text("a.json", json).unwrap());
        assert!(load_text("a.yaml", &START.replace("3.0.3", "3.1.0")).is_ok());
    }

    #[test]
    fn scalars_that_yaml_1_1_bends_stay_what_they_are() {
        let document =
            load_text("a.yaml", &format!("{START}x: {{a: no, b: 2024-01-01, c: 0123, d: on}}")).unwrap();
        assert_eq!(document["x"]["a"], "no");
        assert_eq!(document["x"]["b"], "2024-01-01");
        assert_eq!(document["x"]["d"], "on");
        assert_eq!(load_text("a.yaml", &format!("{START}x: .inf")).unwrap()["x"], ".inf");
    }

    #[test]
    fn what_is_no_document_is_refused_with_file_and_place() {
        let deep_yaml = format!("{START}x: {}{}", "[".repeat(10_000), "]".repeat(10_000));
        let deep_json = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let large = format!("{START}x: {}", "y".repeat(40 << 20));
        let mut problems = String::new();
        for (name, text) in [
            ("truncated.yaml", "openapi: 3.0.3\ninfo: {title: t, version"),
            ("truncated.json", r#"{"openapi": "3.0.3", "info": {"title""#),
            ("number.yaml", &format!("{START}x: {{$ref: 1}}\n")),
            ("shape.yaml", &format!("{START}components: []\n")),
            ("twice.yaml", &format!("{START}paths: {{}}\n")),
            ("dangles.yaml", &format!("{START}x: {{y: [{{$ref: '#/components/schemas/No~1ne'}}]}}\n")),
            ("outside.yaml", &format!("{START}x: {{$ref: 'other.yaml#/A'}}\n")),
            ("remote.yaml", &format!("{START}x: {{$ref: 'https://example.com/a.yaml'}}\n")),
            (
                "mapping.yaml",
                &format!("{START}x: {{propertyName: k, mapping: {{a: '#/components/schemas/B'}}}}\n"),
            ),
            ("swagger.yaml", "swagger: '2.0'\n"),
            ("future.yaml", "openapi: 4.0.0\n"),
            ("unquoted.yaml", "openapi: 3.0\n"),
            ("other.yaml", "name: x\n"),
            ("empty.yaml", ""),
            ("deep.yaml", &deep_yaml),
            ("deep.json", &deep_json),
            ("large.yaml", &large),
        ] {
            problems += &load_text(name, text).unwrap_err();
            problems.push('\n');
        }
        insta::assert_snapshot!(problems);
    }
}
