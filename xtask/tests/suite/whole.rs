//! A published document gives a client whatever it holds, and says what that has not.

use std::path::{Path, PathBuf};

use regex::Regex;
use serde_json::{Value, json};
use xtask::{document, whole};

use crate::support::{root, with_room};

fn odd() -> Value {
    let path = root().join("xtask/tests/suite/documents/odd.yaml");
    document::load_published(&path).unwrap()
}

#[test]
fn every_oddity_is_lowered_and_every_loss_is_said() {
    let whole = with_room(|| whole::generate(odd(), None).unwrap());
    syn::parse_file(&whole.client.source).unwrap();
    let losses: Vec<String> = whole.losses.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!("losses", losses.join("\n"));
    let operations: Vec<String> =
        whole.config.operations().map(|(route, name)| format!("{name}: {route}")).collect();
    insta::assert_snapshot!("operations", operations.join("\n"));
}

#[test]
fn what_is_sent_has_the_vendors_names_and_nothing_of_the_document_becomes_code() {
    let source = with_room(|| whole::generate(odd(), None).unwrap().client.source);
    for name in
        ["\"dry-run\"", "\"dry_run\"", "\"query\"", "\"X-Trace\"", "rename = \"_type\"", "rename = \"Type\""]
    {
        assert!(source.contains(name), "{name}");
    }
    assert!(!source.contains("process::Command"));
    assert!(source.contains("multipart/form-data; boundary=tokenward-boundary"));
    assert!(source.contains("application/merge-patch+json"));
}

#[test]
fn a_selection_has_no_loss_of_what_was_not_selected() {
    let select = Regex::new("^(GET|DELETE) /things/").unwrap();
    let whole = with_room(|| whole::generate(odd(), Some(&select)).unwrap());
    let names: Vec<&str> = whole.config.operations().map(|(_, name)| name).collect();
    assert_eq!(names, ["get_things_id_json", "new_operation"]);
    let of_selected = |place: &str| {
        ["GET /things/{id}.json", "DELETE /things/{id}.json", "schema Thing", "security"].contains(&place)
    };
    let other = whole.losses.iter().find(|loss| !of_selected(&loss.place));
    assert_eq!(other, None);
}

fn small(schemas: Value) -> Value {
    let answer = |name: &str| {
        json!({"get": {"operationId": format!("read{name}"), "responses": {"200": {"description": "", "content": {
            "application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}},
        }}}}})
    };
    let paths: serde_json::Map<String, Value> =
        schemas.as_object().unwrap().keys().map(|name| (format!("/{name}"), answer(name))).collect();
    json!({"openapi": "3.0.0", "info": {}, "paths": paths, "components": {"schemas": schemas}})
}

#[test]
fn documents_that_are_hardly_any_give_a_client_or_one_line() {
    for (document, problem) in [
        (json!({"openapi": "3.1.0"}), Some("/paths: there is no operation")),
        (json!({"openapi": "3.1.0", "paths": []}), Some("/paths: there is no operation")),
        (json!([]), Some("is no OpenAPI document")),
        (json!({"openapi": "3.1.0", "paths": {"/": {"get": {}}}}), None),
        (small(json!({"A": {"$ref": "#/components/schemas/A"}})), None),
        (
            small(
                json!({"A": {"allOf": [{"$ref": "#/components/schemas/B"}]}, "B": {"allOf": [{"$ref": "#/components/schemas/A"}]}}),
            ),
            None,
        ),
        (small(json!({"A": [], "B": null, "C": false, "D": "x"})), None),
    ] {
        let outcome = with_room(|| whole::generate(document.clone(), None));
        assert_eq!(
            outcome.map(|_| ()).map_err(|problem| problem.to_string()).err().as_deref(),
            problem,
            "{document}"
        );
    }
}

fn generate(out: &Path) -> Result<Vec<String>, String> {
    let root = root();
    let spec: PathBuf = root.join("xtask/tests/suite/documents/odd.yaml");
    let options = whole::Options { spec: &spec, out, select: Some("things") };
    let mut lines = Vec::new();
    let result = with_room(|| whole::run(&root, &options, &mut |line| lines.push(line.to_owned())));
    result.map(|_| lines).map_err(|problem| problem.to_string())
}

#[test]
fn a_folder_is_written_again_and_a_strange_file_in_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("client");
    let lines = generate(&out).unwrap();
    assert!(lines.last().unwrap().starts_with("4 of 4 files written"), "{lines:?}");
    assert!(lines.len() < 40, "{lines:?}");
    std::fs::create_dir(out.join("target")).unwrap();
    assert!(generate(&out).unwrap().last().unwrap().starts_with("0 of 4 files written"));
    std::fs::write(out.join("src/mine.rs"), "").unwrap();
    let refused = generate(&out).unwrap_err();
    assert!(
        refused
            .ends_with("src/mine.rs: was not written by this command: give another folder, or take it out"),
        "{refused}"
    );
    std::fs::remove_file(out.join("src/mine.rs")).unwrap();
    std::fs::write(out.join("Cargo.toml"), "[package]").unwrap();
    assert!(generate(&out).unwrap_err().contains("Cargo.toml"));
}
