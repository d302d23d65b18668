//! The command as it is called: its exit codes, its formats, and documents that are odd.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;
use xtask::diff::{Format, Options, Outcome, run};

use crate::support::{put, root};

/// An API with one of each thing that may stand elsewhere in its document.
fn document() -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Things", "version": "1", "description": "At most 100 calls in a minute."},
        "servers": [{"url": "https://a.example"}],
        "security": [{"key": ["read", "write"]}],
        "paths": {"/things/{id}": {
            "parameters": [{"$ref": "#/components/parameters/Id"}],
            "get": {"operationId": "getThing", "responses": {"200": {"$ref": "#/components/responses/One"}}},
            "put": {
                "operationId": "putThing",
                "requestBody": {"$ref": "#/components/requestBodies/One"},
                "responses": {"204": {"description": "Done."}},
            },
        }},
        "components": {
            "parameters": {"Id": {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}},
            "responses": {"One": {"description": "One.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}},
            "requestBodies": {"One": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Input"}}}}},
            "schemas": {
                "Thing": {"type": "object", "properties": {
                    "id": {"type": "string"},
                    "parent": {"$ref": "#/components/schemas/Thing"},
                    "size": {"type": "integer"},
                }},
                "Input": {"type": "object", "properties": {
                    "name": {"type": "string"},
                    "size": {"type": "integer", "minimum": 1},
                }},
            },
        },
    })
}

/// The document with something else at this place; nothing takes it away.
fn with(pointer: &str, value: Value) -> Value {
    let mut document = document();
    let (owner, key) = pointer.rsplit_once('/').unwrap();
    let owner = document.pointer_mut(owner).unwrap().as_object_mut().unwrap();
    let key = key.replace("~1", "/");
    if value.is_null() {
        owner.remove(&key).unwrap();
    } else {
        owner.insert(key, value);
    }
    document
}

struct Files {
    folder: TempDir,
}

impl Files {
    fn of(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        files.iter().for_each(|(name, text)| put(folder.path(), Path::new(name), text.as_bytes()));
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What is said of two files, and the exit code.
    fn diff(&self, old: &str, new: &str, format: Format) -> (u8, String) {
        let select = Some(".".to_owned());
        let options =
            Options { old: self.path(old), new: self.path(new), vendor: None, select, format, prose: false };
        let mut output = String::new();
        let code = match run(&root(), &options, &mut |line| output += &format!("{line}\n")) {
            Ok(outcome) => outcome.exit_code(),
            Err(problem) => {
                output += &problem.to_string().replace(&self.folder.path().display().to_string(), "");
                Outcome::Unknown.exit_code()
            }
        };
        (code, output)
    }
}

fn diff_in(old: &Value, new: &Value, format: Format) -> (u8, String) {
    Files::of(&[("old.json", &old.to_string()), ("new.json", &new.to_string())])
        .diff("old.json", "new.json", format)
}

fn diff(old: &Value, new: &Value) -> (u8, String) {
    diff_in(old, new, Format::Human)
}

#[test]
fn what_cannot_be_read_is_no_verdict() {
    let good = document().to_string();
    let files = Files::of(&[
        ("good.json", &good),
        ("empty.json", ""),
        ("truncated.json", &good[..200]),
        ("number.json", "5"),
        ("swagger.json", r#"{"swagger": "2.0"}"#),
        ("later.json", r#"{"openapi": "3.9.0", "paths": {}}"#),
        ("folder/file.json", ""),
    ]);
    let mut report = String::new();
    for bad in [
        "empty.json",
        "truncated.json",
        "number.json",
        "swagger.json",
        "later.json",
        "folder",
        "missing.json",
    ] {
        let (code, said) = files.diff("good.json", bad, Format::Human);
        assert_eq!((code, files.diff(bad, "good.json", Format::Human).0), (3, 3), "{bad}");
        report += &format!("{said}\n");
    }
    insta::assert_snapshot!(report);
}

#[test]
fn a_part_that_is_elsewhere_or_of_another_shape_is_no_verdict_and_is_named() {
    let schema = "/components/schemas/Thing";
    for (new, said) in [
        (with(schema, Value::Null), "#/components/schemas/Thing is not in the newer document"),
        (with(schema, json!({"$ref": "b.json#/Thing"})), "b.json#/Thing is not in the newer document"),
        (with(schema, json!([1])), "/components/schemas/Thing: is a list where an object should be"),
        (with(schema, json!({"allOf": [{"$ref": "#/components/schemas/Thing"}]})), "is made of itself"),
        (with("/components/responses/One", Value::Null), "#/components/responses/One is not in the newer"),
        (with("/paths/~1things~1{id}/get/parameters", json!({"a": 1})), "/get/parameters: is no list"),
        (
            with("/paths/~1things~1{id}", json!({"$ref": "paths.json#/things"})),
            "paths.json#/things is not in",
        ),
        (with("/paths", json!({})), "of the newer document: it has none of the operations"),
    ] {
        let (code, output) = diff(&document(), &new);
        assert_eq!(code, 3, "{output}");
        assert!(output.contains("could not tell") && output.contains(said), "{said}:\n{output}");
        assert_eq!(diff(&new, &document()).0, 3, "{said}");
    }
}

#[test]
fn a_fault_that_both_documents_have_is_no_change() {
    let faulty = |fault: &str| with("/components/schemas/Thing/properties/size", json!(fault));
    let (code, output) = diff(&faulty("type: string"), &faulty("type: string"));
    assert_eq!(code, 0, "{output}");
    assert_eq!(diff(&faulty("type: string"), &faulty("type: integer")).0, 3);
}

#[test]
fn other_ways_to_write_the_same_document_are_no_change() {
    let mut newer = document();
    newer["openapi"] = "3.1.0".into();
    newer["security"] = json!([{"key": ["write", "read"]}]);
    let item = newer["paths"]["/things/{id}"].take();
    newer["components"]["pathItems"] = json!({"One": item});
    newer["paths"]["/things/{id}"] = json!({"$ref": "#/components/pathItems/One"});
    let properties = &mut newer["components"]["schemas"]["Thing"]["properties"];
    properties["id"] = json!({"type": ["string"], "examples": ["x"]});
    properties["parent"] = json!({"$ref": "#/components/schemas/Thing", "description": "The one above."});
    newer["components"]["schemas"]["Input"]["properties"]["size"] =
        json!({"type": "integer", "exclusiveMinimum": 0});
    let (code, output) = diff(&document(), &newer);
    assert_eq!(code, 0, "{output}");
    assert_eq!(diff(&newer, &document()).0, 0);
    let (code, output) = diff(&newer, &newer);
    assert_eq!((code, output.contains("no change")), (0, true));
}

#[test]
fn a_second_success_that_has_another_body_cannot_be_read() {
    let path = "/paths/~1things~1{id}/get/responses/202";
    for (answer, code) in [
        (json!({"description": "Later."}), 2),
        (json!({"description": "", "content": {"application/json": {"schema": {"type": "integer"}}}}), 2),
        (json!({"$ref": "#/components/responses/One"}), 1),
    ] {
        let (found, output) = diff(&document(), &with(path, answer.clone()));
        assert!(found == code && output.contains("202 is a success, too"), "{answer}: {output}");
        assert_eq!(diff(&with(path, answer), &document()).0, 1, "one fewer breaks nothing");
    }
}

/// Two documents with changes of many kinds, and texts that would do something to who shows them.
fn hostile() -> [Value; 2] {
    let old = document();
    let mut new = document();
    new["info"]["description"] =
        "At most 50 calls in a minute, @everyone.\u{1b}[2J </details><img src=x>".into();
    let things = &mut new["components"]["schemas"];
    things["Thing"]["properties"]["`x`\n\n# @all <b>\u{202e}"] =
        json!({"type": "string", "description": "[x](https://evil.example) ![y](z)"});
    things["Thing"]["properties"]["size"] = json!({"type": "string"});
    things["Input"]["required"] = json!(["name"]);
    things["Input"]["properties"]["size"]["minimum"] = 10.into();
    new["servers"] = json!([{"url": "https://a.example"}, {"url": "https://b.example/<script>"}]);
    new["paths"]["/things"] =
        json!({"get": {"operationId": "listThings", "responses": {"204": {"description": ""}}}});
    [old, new]
}

#[test]
fn the_formats_say_the_same_and_nothing_in_them_acts() {
    let [old, new] = hostile();
    for (name, format) in [
        ("human", Format::Human),
        ("markdown", Format::Markdown),
        ("lines", Format::Lines),
        ("json", Format::Json),
    ] {
        let (code, output) = diff_in(&old, &new, format);
        assert_eq!(code, 2);
        insta::assert_snapshot!(name, output);
        let is_hidden = |c: &char| c.is_control() && *c != '\n' || ('\u{202a}'..='\u{202e}').contains(c);
        if format != Format::Json {
            assert_eq!(output.chars().find(is_hidden), None, "{output}");
        }
    }
}

#[test]
fn json_can_be_read_and_markdown_holds_text_in_code_only() {
    let [old, new] = hostile();
    let json: Value = serde_json::from_str(&diff_in(&old, &new, Format::Json).1).unwrap();
    assert_eq!(json["outcome"], "breaking");
    let (_, markdown) = diff_in(&old, &new, Format::Markdown);
    for line in markdown.lines().filter(|line| line.starts_with("- ")) {
        // What is left between spans of code is ours.
        let mut outside = String::new();
        let mut rest = line;
        while let Some(start) = rest.find('`') {
            outside += &rest[..start];
            let ticks: String = rest[start..].chars().take_while(|c| *c == '`').collect();
            let after = &rest[start + ticks.len()..];
            rest = after.split_once(&ticks).map_or("", |(_, rest)| rest.trim_start_matches('`'));
        }
        outside += rest;
        assert!(!outside.contains(['<', '@', '!', '#']) && !outside.contains("]("), "{line}: {outside}");
    }
}

#[test]
fn the_order_of_keys_changes_no_byte_of_a_report() {
    fn reversed(value: &Value) -> String {
        match value {
            Value::Object(map) => {
                let members =
                    map.iter().rev().map(|(key, value)| format!("{}:{}", json!(key), reversed(value)));
                format!("{{{}}}", members.collect::<Vec<_>>().join(","))
            }
            Value::Array(items) => format!("[{}]", items.iter().map(reversed).collect::<Vec<_>>().join(",")),
            scalar => scalar.to_string(),
        }
    }
    let [old, new] = hostile();
    for format in [Format::Human, Format::Markdown, Format::Json] {
        let files = Files::of(&[("old.json", &reversed(&old)), ("new.json", &reversed(&new))]);
        assert_eq!(files.diff("old.json", "new.json", format), diff_in(&old, &new, format));
    }
}

#[test]
fn a_report_is_read_on_a_screen_whatever_has_changed() {
    let large = |kind: &str| {
        let mut document = document();
        for number in 0..300 {
            let name = format!("field_{number}_{}", "x".repeat(300));
            document["components"]["schemas"]["Thing"]["properties"][&name] =
                json!({"type": kind, "description": format!("{kind} must be {}", "word ".repeat(200))});
            document["components"]["schemas"]["Input"]["properties"][&name] =
                json!({"type": kind, "default": number});
        }
        document
    };
    let (old, new) = (large("string"), large("integer"));
    let (code, human) = diff(&old, &new);
    assert_eq!(code, 2);
    assert!(human.lines().count() <= 60, "{} lines", human.lines().count());
    assert!(human.lines().all(|line| line.chars().count() < 500));
    let (_, markdown) = diff_in(&old, &new, Format::Markdown);
    assert!(markdown.len() < 60_000, "{} bytes are no body of a pull request", markdown.len());
    assert!(human.contains("more; --format json has all") && markdown.contains("`--format json` has all"));
}
