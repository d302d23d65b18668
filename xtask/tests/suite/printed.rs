//! No name or text of a document reaches a terminal or a CI log as a command.

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};

use crate::support::{copy, made_up, put};

/// What a terminal or a CI service would act on.
const EVIL: &str =
    "\u{1b}[31m\u{1b}]0;t\u{7}\u{8}\u{7f}\u{202e}x\n::error file=a::b\r\n##[error]c\u{2028}##vso[task.d]e";

/// Runs a command in a workspace.
fn xtask(root: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).env("CARGO_MANIFEST_DIR", root).current_dir(root).output().unwrap()
}

fn printed(root: &Path, arguments: &[&str]) -> String {
    let Output { stdout, stderr, .. } = xtask(root, arguments);
    let printed = [stdout, stderr].map(|text| String::from_utf8(text).unwrap()).concat();
    assert_harmless(&printed, arguments);
    printed
}

fn assert_harmless(text: &str, of: &[&str]) {
    assert!(!text.trim().is_empty(), "{of:?} prints nothing");
    for line in text.split('\n') {
        let is_command =
            line.trim_start().starts_with("::") || line.contains("##[") || line.contains("##vso[");
        let is_control = |c: char| {
            c.is_control() || ('\u{2028}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c)
        };
        assert!(!is_command && !line.contains(is_control), "{of:?}: {line:?}");
    }
}

/// A document whose every name and text is hostile; `extra` makes it another version.
fn hostile(extra: &str) -> Value {
    let schema = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let record = json!({"type": "object", "title": EVIL, "description": format!("{EVIL}{extra}"), "required": [format!("{EVIL}{extra}")], "properties": {
        "id": {"type": "string"},
        format!("{EVIL}{extra}"): {"type": ["string", "integer"], "description": EVIL, "enum": [EVIL, extra]},
        format!("token{EVIL}"): {"type": "object", "additionalProperties": true, "unknownWord\n::error::": EVIL},
        "format": {"type": "integer", "format": "password", "description": format!("shown once {EVIL}{extra}")},
    }});
    let answer =
        json!({"200": {"description": EVIL, "content": {"application/json": {"schema": schema("Thing")}}}});
    json!({
        "openapi": "3.1.0",
        "info": {"title": EVIL, "version": format!("{EVIL}{extra}"), "description": EVIL, "license": {"name": EVIL}},
        "servers": [{"url": format!("https://example.com/{EVIL}")}, {"url": format!("https://b.example.com/{EVIL}{{x}}"), "variables": {"x": {"default": EVIL}}}],
        "security": [{(EVIL): []}, {"gone\n::error::": []}],
        "paths": {
            "/things": {"post": {"operationId": "createThing", "summary": EVIL, "description": format!("{EVIL}{extra}"), "responses": answer,
                "parameters": [{"in": "query", "name": format!("{EVIL}{extra}"), "description": EVIL, "schema": {"type": "object", "format": "password"}}]}},
            format!("/tokens/{EVIL}{extra}"): {"post": {"operationId": format!("create token {EVIL}{extra}"), "responses": answer}, "get": {"operationId": "x", "responses": answer}},
        },
        "components": {
            "schemas": {"Thing": record, format!("Thing{EVIL}"): record},
            "securitySchemes": {(EVIL): {"type": "apiKey", "in": "header", "name": "Authorization", "description": format!("`Token {{x}}` {EVIL}")}},
        },
        format!("x{EVIL}"): 1,
    })
}

#[test]
fn a_client_of_a_hostile_document_is_reported_harmlessly() {
    let folder = copy();
    let root = folder.path();
    put(root, Path::new("::error::\u{1b}.json"), hostile("").to_string().as_bytes());
    let spec = root.join("::error::\u{1b}.json");
    let out = root.join("out");
    let said = printed(root, &["generate", "--spec", spec.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    assert!(said.contains("lost in"), "{said}");
    let losses = std::fs::read_to_string(out.join("losses.md")).unwrap();
    assert_harmless(&losses, &["losses.md"]);
    assert_eq!(losses.matches("<!--").count(), losses.matches("-->").count());
    assert!(
        losses.lines().all(|line| !line.contains("##") || line.starts_with("## ") || line.contains('`')),
        "{losses}"
    );
    let refused = printed(root, &["generate", "--spec", "gone\n::error::", "--out", "x"]);
    assert!(refused.contains("error: gone"), "{refused}");
    printed(root, &["generate", "\n::error::\u{1b}[2J"]);
    printed(root, &["generate", "--\n::error::\u{1b}[2J"]);
}

#[test]
fn a_vendor_that_begins_with_a_hostile_document_is_reported_harmlessly() {
    let folder = copy();
    let root = folder.path();
    put(root, Path::new("evil.json"), hostile("").to_string().as_bytes());
    let said = printed(root, &["new-vendor", "evil", "--from", "evil.json"]);
    assert!(said.contains("written") || said.starts_with("error: "), "{said}");
    printed(root, &["new-vendor", "a\n::error::", "--from", "evil.json"]);
}

#[test]
fn two_versions_of_a_hostile_document_are_compared_harmlessly() {
    let folder = copy();
    let root = folder.path();
    put(root, Path::new("old.json"), hostile("").to_string().as_bytes());
    put(root, Path::new("new.json"), hostile("2").to_string().as_bytes());
    for format in ["human", "lines", "markdown", "json"] {
        let arguments =
            ["spec", "diff", "old.json", "new.json", "--select", ".", "--prose", "--format", format];
        let said = printed(root, &arguments);
        if format == "json" {
            let diff: Value = serde_json::from_str(&said).unwrap();
            assert!(diff.to_string().contains("\\u001b"), "the document's names are lost: {diff}");
        }
    }
    printed(root, &["spec", "diff", "old\n::error::.json", "new.json"]);
}

#[test]
fn the_documents_of_a_vendor_are_worked_on_harmlessly() {
    let (folder, _) = made_up(&hostile("").to_string(), "");
    let root = folder.path();
    put(root, Path::new("Cargo.lock"), b"");
    put(root, Path::new("upstream/made-up.yaml"), hostile("2").to_string().as_bytes());
    let said = printed(root, &["spec", "verify", "--upstream", "upstream"]);
    assert!(said.contains("nodes differ"), "{said}");
    let said = printed(root, &["spec", "radar", "--upstream", "upstream"]);
    assert!(said.contains("1 unknown") || said.contains("2 unknown"), "{said}");
    printed(root, &["spec", "update", "made-up", "--from", "upstream/made-up.yaml", "--check"]);
    printed(root, &["generate"]);
    let names = format!("name = '{}'", "a\u{7f}::error::");
    put(root, Path::new("specs/made-up/vendor.toml"), names.as_bytes());
    printed(root, &["generate"]);
}

#[test]
fn lists_of_ours_with_hostile_names_are_read_harmlessly() {
    let folder = copy();
    let root = folder.path();
    let name = serde_json::to_string(EVIL).unwrap();
    put(root, Path::new(".cargo/budget.toml"), format!("[{name}]\ncrates = 'x'\n").as_bytes());
    printed(root, &["budget"]);
    let mutation = format!("file = 'Cargo.toml'\nfind = 'nothing of it'\nreplace = ''\nwhy = {name}");
    let list = format!("test = 'x'\nmark = 'x'\ncommand = []\n[[mutation]]\n{mutation}");
    put(root, Path::new("list.toml"), list.as_bytes());
    printed(root, &["bite", "--list", "list.toml"]);
    put(root, Path::new("table/table.yaml"), format!("{name}: [").as_bytes());
    printed(root, &["spec", "prove", "--table", "table"]);
}
