//! What has to do with tokens and is neither kept nor known is named, and nothing else is.

use std::{path::Path, process::Command};

use serde_json::json;
use xtask::{
    document, radar,
    vendor::{METHODS, Vendor},
};

use crate::support::{copy, made_up, put, root, vendors};

const PUBLISHED: &str = "
openapi: 3.0.3
info: {title: published, version: '1'}
paths:
  /things:
    post: {responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}}
    get: {responses: {}}
  /things/{id}/whoami:
    get: {operationId: getCaller, responses: {}}
  /robots:
    get: {responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Robots'}}}}}}
  /stars:
    get: {responses: {}}
components:
  schemas:
    Thing: {properties: {id: {type: string}, secret: {type: string}}}
    Robots: {properties: {rows: {items: {$ref: '#/components/schemas/Thing'}}}}
";

/// What is reported of the published document, and whether it is clean.
fn report(known: &str) -> (String, bool) {
    let (folder, vendor) = made_up("openapi: 3.0.3\npaths: {}\n", known);
    put(folder.path(), Path::new("made-up.yaml"), PUBLISHED.as_bytes());
    let mut lines = Vec::new();
    let report = &mut |line: &str| lines.push(line.to_owned());
    let clean = radar::run(folder.path(), &[vendor.name], folder.path(), report).unwrap();
    (lines.join("\n"), clean)
}

#[test]
fn what_is_not_kept_is_named_with_its_reasons_until_it_is_known() {
    let (text, clean) = report("");
    assert!(!clean);
    assert_eq!(
        text,
        "made-up (main): 5 operations, 4 have to do with tokens: 1 kept, 0 known, 3 unknown
  GET /robots: answer property /rows/*/secret of Robots
  GET /things: beside POST /things, which answers /secret
  GET /things/{id}/whoami: path segment whoami"
    );
    let known = "[[known]]\noperations = ['GET /robots', '* /things*']\nreason = 'r'";
    let (text, clean) = report(known);
    assert!(clean, "{text}");
    assert_eq!(text, "made-up (main): 5 operations, 4 have to do with tokens: 1 kept, 3 known, 0 unknown");
}

#[test]
fn a_pattern_that_silences_nothing_is_named() {
    let known = "[[known]]\noperations = ['GET /robots', '* /things*', 'GET /stars']\nreason = 'stars'";
    let (text, clean) = report(known);
    assert!(!clean);
    assert!(
        text.ends_with("\n  vendor.toml: `GET /stars` under `known` silences nothing: take it out (stars)"),
        "{text}"
    );
}

#[test]
fn more_than_a_screen_is_counted() {
    let paths: String =
        (0..50).map(|index| format!("  /a{index}/tokens: {{get: {{responses: {{}}}}}}\n")).collect();
    let (folder, vendor) = made_up("openapi: 3.0.3\npaths: {}\n", "");
    let published = format!("openapi: 3.0.3\npaths:\n{paths}");
    put(folder.path(), Path::new("made-up.yaml"), published.as_bytes());
    let mut lines = Vec::new();
    radar::run(folder.path(), &[vendor.name], folder.path(), &mut |line| lines.push(line.to_owned()))
        .unwrap();
    assert!(lines[0].ends_with("0 kept, 0 known, 50 unknown"), "{}", lines[0]);
    assert_eq!((lines.len(), lines[31].as_str()), (32, "  … and 20 more"));
}

#[test]
fn a_known_operation_without_a_reason_is_refused() {
    let (folder, _) = made_up("openapi: 3.0.3\npaths: {}\n", "");
    let path = Path::new("specs/made-up/vendor.toml");
    let text = std::fs::read_to_string(folder.path().join(path)).unwrap();
    let text = text.replace("[[upstream]]", "[[known]]\noperations = ['GET /a']\nreason = ' '\n[[upstream]]");
    put(folder.path(), path, text.as_bytes());
    let problem = Vendor::load(&folder.path().join("specs"), "made-up").unwrap_err().to_string();
    assert!(
        problem.ends_with("vendor.toml: known: there is no reason why `GET /a` is not kept"),
        "{problem}"
    );
}

#[test]
fn every_kept_operation_would_be_named_if_it_was_not_kept() {
    // One that was just begun keeps whatever somebody wants to look at.
    for mut vendor in vendors().into_iter().filter(|vendor| !vendor.config.families.is_empty()) {
        let mut document = document::load(&vendor.document()).unwrap();
        let added: Vec<String> =
            vendor.config.upstream.iter().flat_map(|upstream| upstream.added.values().cloned()).collect();
        for operation in added {
            let (method, path) = operation.split_once(' ').unwrap();
            document["paths"][path][method.to_lowercase()] = json!({});
        }
        let found = radar::sightings(&document);
        assert_eq!(radar::unknown(&vendor.config, &found), Vec::<&radar::Sighting>::new());

        let kept: Vec<String> =
            vendor.config.operations().map(|(operation, _)| operation.to_owned()).collect();
        for upstream in &mut vendor.config.upstream {
            upstream.operations.clear();
            upstream.added.clear();
        }
        let unknown = radar::unknown(&vendor.config, &found);
        for operation in &kept {
            assert!(
                unknown.iter().any(|sighting| sighting.operation == *operation),
                "{operation} of {}",
                vendor.name
            );
        }
        let operations = document["paths"].as_object().unwrap().values();
        let count: usize =
            operations.map(|item| METHODS.iter().filter(|method| item.get(**method).is_some()).count()).sum();
        assert_eq!(unknown.len(), count);
    }
}

#[test]
fn the_exit_code_says_whether_something_is_unknown() {
    let copy = copy();
    let radar = |paths: &str| {
        let published = format!("openapi: 3.0.3\npaths: {paths}\n");
        put(copy.path(), Path::new("published.yaml"), published.as_bytes());
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["spec", "radar", "atlassian", "--upstream", "published.yaml"])
            .env("CARGO_MANIFEST_DIR", copy.path())
            .current_dir(copy.path())
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(radar("{/stars: {get: {}}}"), (Some(0), String::new()));
    assert_eq!(radar("{/secrets: {get: {}}}"), (Some(1), String::new()));
    let (code, error) = radar("{/secrets: {$ref: 'secrets.yaml'}}");
    assert_eq!(code, Some(2));
    assert!(error.contains("/paths/~1secrets: `secrets.yaml` points outside this file"), "{error}");
    let (code, error) = radar("{");
    assert_eq!(code, Some(2));
    assert!(error.starts_with("error: published.yaml: line 2 column 8: "), "{error}");
}

#[test]
fn a_document_that_cannot_be_had_is_not_called_clean_in_silence() {
    let folder = tempfile::tempdir().unwrap();
    let file = Path::new("atlassian/user-management.2026-02.json");
    put(folder.path(), file, b"{\"openapi\":\"3.0.0\",\"paths\":{}}");
    let mut lines = Vec::new();
    radar::run(&root(), &["atlassian".into()], folder.path(), &mut |line| lines.push(line.to_owned()))
        .unwrap();
    assert_eq!(lines[1], "atlassian (API Access): not looked at, there is no whole document");
}
