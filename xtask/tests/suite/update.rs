//! A newly published structure comes in; our words, our order and our comments stay.

use std::process::Command;

use similar::{ChangeTag, TextDiff};

use crate::made_up::{GENERATED, NO_ACTIONS, VENDOR, Workspace};

const OURS: &str = "\
# Made up: what is kept.
openapi: 3.0.3
info: {title: ours, description: ours, version: '1'}
servers:
- url: https://api.example.com # the only one
  description: Ours.
security:
- bearer: []
paths:
  # Things are made here.
  /things:
    parameters:
    - name: dry
      in: query
      schema: {type: boolean}
      description: Whether to try only.
    post:
      operationId: createThing
      summary: Make a thing.
      requestBody:
        description: The thing to make.
        required: true
        content:
          application/json:
            schema:
              $ref: '#/components/schemas/Thing'
      responses:
        '200':
          description: The new thing.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Thing'
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer} # as everybody has it
  schemas:
    Role:
      type: string
      description: What it may do.
      # The first one is for people.
      enum: [read, write]
    Thing:
      type: object
      description: A thing, with a note that goes over
        two lines.
      required:
      - id
      - role
      properties:
        # Opaque.
        id:
          type: string
          description: Its id.
        role:
          $ref: '#/components/schemas/Role'

        note:
          type: string
          description: |
            Free text.
            Of two lines.
";

/// Our document with these replacements, none of them in vain.
fn with(text: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "`{from}` is not there");
        text.replace(from, to)
    })
}

/// The document as a vendor writes it: other prose, no comments, other order of what has none.
fn published(changes: &[(&str, &str)]) -> String {
    let text =
        with(OURS, &[("Its id.", "Their words."), ("Make a thing.", "Their words."), ("# Opaque.", "")]);
    with(&text, changes)
}

/// The lines that differ.
fn difference(old: &str, new: &str) -> String {
    let difference = TextDiff::from_lines(old, new);
    let changes = difference.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal);
    changes.map(|change| format!("{}{}", change.tag(), change.value())).collect()
}

#[test]
fn new_structure_comes_in_and_everything_else_stays_as_it_is_written() {
    let text = "{type: string, description: Their words., example: x}";
    let mut report = String::new();
    for (what, changes) in [
        ("nothing", vec![]),
        (
            "a property in the middle",
            vec![("        role:\n", &format!("        at: {text}\n        role:\n") as &str)],
        ),
        (
            "a property that is gone",
            vec![
                ("        role:\n          $ref: '#/components/schemas/Role'\n", ""),
                ("      - role\n", ""),
            ],
        ),
        ("what is required", vec![("      - id\n      - role\n", "      - note\n      - id\n")]),
        ("nothing is required", vec![("      required:\n      - id\n      - role\n", "")]),
        ("values", vec![("[read, write]", "[admin, write, 'no']")]),
        (
            "null",
            vec![(
                "          type: string\n          description: |",
                "          nullable: true\n          type: string\n          description: |",
            )],
        ),
        (
            "3.1",
            vec![
                ("3.0.3", "3.1.0"),
                (
                    "          type: string\n          description: |",
                    "          type: [string, 'null']\n          description: |",
                ),
            ],
        ),
        (
            "a parameter of the path",
            vec![(
                "    post:\n",
                "    - {name: b, in: query, required: true, schema: {type: integer}}\n    post:\n",
            )],
        ),
        ("another type of a parameter", vec![("{type: boolean}", "{type: string, enum: [a]}")]),
        ("an answer", vec![("        '200':", "        '404': {description: Their words.}\n        '200':")]),
        (
            "a component",
            vec![
                ("        role:\n", "        owner: {$ref: '#/components/schemas/Owner'}\n        role:\n"),
                (
                    "    Role:\n",
                    "    Owner: {properties: {id: {type: string, title: x}}, title: x, type: object}\n    Role:\n",
                ),
            ],
        ),
        (
            "a component that is gone",
            vec![("          $ref: '#/components/schemas/Role'\n", "          type: string\n")],
        ),
        (
            "a component whose name is written otherwise, and which is another",
            vec![("schemas/Role", "schemas/ro-le"), ("    Role:", "    ro-le:"), ("[read, write]", "[read]")],
        ),
        (
            "a component with another name",
            vec![("schemas/Role", "schemas/Access"), ("    Role:", "    Access:")],
        ),
        (
            "a server",
            vec![("servers:\n", "servers:\n- url: https://eu.example.com\n  description: Their words.\n")],
        ),
        (
            "security",
            vec![
                ("- bearer: []\n", "- key: []\n"),
                ("    bearer:", "    key: {type: apiKey, name: k, in: header}\n    bearer:"),
            ],
        ),
        ("its version", vec![("version: '1'", "version: '2'")]),
    ] {
        let workspace = Workspace::new(OURS, NO_ACTIONS, VENDOR);
        let published = published(&changes);
        let (result, said) = workspace.update(&published);
        assert_eq!(result, Ok(true), "{what}: {said}");
        let ours = workspace.ours();
        assert!(!ours.contains("Their words"), "{what}: {ours}");
        report += &format!("== {what}\n{said}{}", difference(OURS, &ours));

        let (result, said) = workspace.update(&published);
        assert_eq!((result, workspace.ours() == ours), (Ok(true), true), "{what}: {said}");
        assert!(said.contains("made-up (main): 0 differences\n"), "{what}: {said}");
        assert!(said.contains("specs/made-up/openapi.yaml: fresh\n"), "{what}: {said}");
        assert!(!said.contains("lock.toml"), "{what}: {said}");
    }
    insta::assert_snapshot!(report);
}

#[test]
fn the_way_to_an_older_document_and_back_loses_the_words_of_what_the_older_one_lacks_and_nothing_else() {
    let workspace = Workspace::new(OURS, NO_ACTIONS, VENDOR);
    let newer = published(&[]);
    let older = with(
        &newer,
        &[
            ("3.0.3", "3.0.1"),
            ("read, write", "read"),
            ("      - id\n      - role\n", "      - id\n"),
            ("        role:\n          $ref: '#/components/schemas/Role'\n", ""),
            (
                "        id:\n          type: string\n",
                "        id:\n          type: integer\n          minimum: 1\n",
            ),
            (
                "    - name: dry\n      in: query\n",
                "    - {name: wet, in: query, schema: {type: string}}\n    - name: dry\n      in: query\n      deprecated: true\n",
            ),
            ("- bearer: []", "- {}"),
        ],
    );
    assert_eq!(workspace.update(&older).0, Ok(true));
    assert!(!workspace.ours().contains("Role"));
    assert_eq!(workspace.update(&newer).0, Ok(true));
    let lost = difference(OURS, &workspace.ours());
    insta::assert_snapshot!(lost);
}

#[test]
fn a_document_between_braces_and_one_with_other_line_breaks_are_changed_as_well() {
    let change = [(
        "          type: string\n          description: |",
        "          type: integer\n          description: |",
    )];
    let json: serde_json::Value =
        xtask::document::read(&Workspace::new(OURS, "", "").0.path().join("specs/made-up/openapi.yaml"))
            .unwrap();
    let lines = OURS.replace('\n', "\r\n");
    let (in_braces, in_lines) = (r#"lines.\n","type":"string""#, "string\r\n          description: |");
    for (ours, from, to) in [
        (json.to_string(), in_braces, in_braces.replace(r#":"string""#, ": integer")),
        (lines, in_lines, in_lines.replace("string", "integer")),
    ] {
        let workspace = Workspace::new(&ours, NO_ACTIONS, VENDOR);
        let (result, said) = workspace.update(&published(&change));
        assert_eq!(result, Ok(true), "{said}");
        let (found, wanted) = (workspace.ours(), with(&ours, &[(from, &to)]));
        assert!(found == wanted, "{}", difference(&wanted, &found));
    }
}

#[test]
fn a_check_writes_nothing_and_says_that_there_is_something_to_write() {
    let workspace = Workspace::new(OURS, NO_ACTIONS, VENDOR);
    let check = |published: &str| workspace.update_with(published, |options| options.check = true);
    assert_eq!(workspace.update(OURS).0, Ok(true));
    let generated = workspace.text(GENERATED);
    assert!(generated.contains("create_thing"));
    let lock = workspace.text("specs/lock.toml");

    let (result, said) = check(&published(&[]));
    assert_eq!(result, Ok(true), "{said}");
    let (result, said) = check(&published(&[("{type: boolean}", "{type: string}")]));
    assert_eq!(result, Ok(false), "{said}");
    assert!(said.contains("specs/made-up/openapi.yaml: stale\n"), "{said}");
    assert_eq!(workspace.ours(), OURS);
    assert_eq!((workspace.text(GENERATED), workspace.text("specs/lock.toml")), (generated, lock));
}

#[test]
fn every_action_that_no_longer_holds_is_named_and_a_mended_one_with_the_good_news() {
    let action = |target: &str, rest: &str| {
        format!("- {{target: {target}, description: It is so., x-evidence: Seen., {rest}}}\n")
    };
    let actions = [
        action(
            "$.components.schemas.Thing.properties.note",
            "x-expect-absent: [format], update: {format: uuid}",
        ),
        action(
            "$.components.schemas.Thing.properties.id",
            "x-expect: {type: string}, update: {format: uuid}",
        ),
        action("$.components.schemas.Role", "x-expect: {type: string}, update: {description: Another.}"),
        action(
            "$.components.schemas.Thing.properties.role",
            "x-expect: {$ref: '#/components/schemas/Role'}, remove: true",
        ),
        action(
            "$.components.schemas.Thing.properties",
            "x-expect-absent: [at], update: {at: {type: string, description: When.}}",
        ),
        action("$.components.schemas.Thing", "x-expect: {type: object}, update: {deprecated: true}"),
        action(
            "\"$.paths['/things'].parameters[0]\"",
            "x-expect: {schema: {type: boolean}}, update: {required: true}",
        ),
    ];
    let overlay = with(NO_ACTIONS, &[(" []\n", &format!("\n{}", actions.concat()))]);
    let workspace = Workspace::new(OURS, &overlay, VENDOR);
    assert_eq!(workspace.update(OURS).0, Ok(true));
    let generated = workspace.text(GENERATED);

    let new = published(&[
        (
            "          type: string\n          description: |",
            "          type: string\n          format: uri\n          description: |",
        ),
        ("          description: Their words.", "          format: uuid"),
        ("          $ref: '#/components/schemas/Role'\n", "          type: string\n"),
        ("        role:\n", "        at: {type: string, description: Their words.}\n        role:\n"),
        ("{type: boolean}", "{type: integer}"),
    ]);
    let (result, said) = workspace.update(&new);
    assert_eq!(result, Ok(false));
    insta::assert_snapshot!(said);
    // The document is right, and the client is left to the one who mends the overlay.
    assert!(workspace.ours().contains("format: uri"));
    assert_eq!(workspace.text(GENERATED), generated);
    let (result, said) = workspace.update(&new);
    assert_eq!(result, Ok(false), "{said}");
    assert!(said.contains("openapi.yaml: fresh"), "{said}");
}

#[test]
fn an_operation_that_is_not_there_is_named_with_what_it_may_be_and_nothing_is_written() {
    let mut report = String::new();
    for (what, from, to) in [
        ("another name of the path", "  /things:", "  /items:"),
        ("another version", "  /things:", "  /v2/things:"),
        (
            "another method",
            "    post:\n      operationId: createThing",
            "    put:\n      operationId: putThing",
        ),
        ("gone", "  /things:\n", "  /things:\n    x-was-here: true\n  /other:\n    x-y:\n"),
    ] {
        let workspace = Workspace::new(OURS, NO_ACTIONS, VENDOR);
        let mut new = published(&[(from, to)]);
        if what == "gone" {
            new = with(&new, &[("createThing", "other"), ("    post:", "    x-post:")]);
        }
        for keep_missing in [false, true] {
            let (result, said) = workspace.update_with(&new, |options| options.keep_missing = keep_missing);
            assert_eq!(workspace.ours(), OURS);
            report += &format!("== {what}\n{said}{}\n", result.unwrap_err());
        }
    }
    insta::assert_snapshot!(report);
}

/// A second operation, which has a component of its own.
const SECOND: &str = "  /others:
    get:
      operationId: listOthers
      summary: List the others.
      responses:
        '200':
          description: All of them.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Others'
";
const OTHERS: &str =
    "    Others:\n      type: array\n      items:\n        $ref: '#/components/schemas/Thing'\n";

fn with_second(text: &str) -> String {
    with(
        text,
        &[
            ("components:\n", &format!("{SECOND}components:\n")),
            ("    Role:\n", &format!("{OTHERS}    Role:\n")),
        ],
    )
}

#[test]
fn what_vendor_toml_names_comes_in_and_what_it_does_not_name_goes() {
    let two = format!("{VENDOR}list_others = 'GET /others'\n");
    let workspace = Workspace::new(OURS, NO_ACTIONS, &two);
    let new = with_second(&published(&[]));
    let (result, said) = workspace.update(&new);
    assert_eq!(result, Ok(true), "{said}");
    let ours = workspace.ours();
    insta::assert_snapshot!(format!("{said}{}", difference(OURS, &ours)));

    workspace.put("specs/made-up/vendor.toml", VENDOR);
    assert_eq!(workspace.update(&new).0, Ok(true));
    assert_eq!(workspace.ours(), OURS);
}

#[test]
fn an_operation_that_has_moved_keeps_its_words_once_vendor_toml_says_where_it_is() {
    let moved = VENDOR.replace("POST /things", "POST /v2/items");
    let workspace = Workspace::new(OURS, NO_ACTIONS, &moved);
    let (result, said) = workspace.update(&published(&[("  /things:", "  /v2/items:")]));
    assert_eq!(result, Ok(true), "{said}");
    assert_eq!(workspace.ours(), OURS.replace("/things:", "/v2/items:"));
    assert!(said.contains("renamed, with our prose:\n  /paths: /things is /v2/items now\n"), "{said}");
}

#[test]
fn an_operation_that_is_missing_stays_where_it_is_asked_to() {
    let two = format!("{VENDOR}list_others = 'GET /others'\n");
    let ours = with_second(OURS);
    let workspace = Workspace::new(&ours, NO_ACTIONS, &two);
    let new = published(&[("{type: boolean}", "{type: string}")]);
    assert!(workspace.update(&new).0.is_err());
    assert_eq!(workspace.ours(), ours);
    let (result, said) = workspace.update_with(&new, |options| options.keep_missing = true);
    assert_eq!(result, Ok(true), "{said}");
    assert_eq!(workspace.ours(), ours.replace("{type: boolean}", "{type: string}"));
    assert!(said.contains("made-up (main): 1 difference\n"), "{said}");
}

const OTHER_DOCUMENT: &str = "
[[upstream]]
name = 'other'
published = ''
version = '1'
compared = ''
licence = ''
file = 'other.1.yaml'
PREFIX
[upstream.operations]
list_others = 'GET /others'
";

#[test]
fn of_two_documents_the_one_with_the_operations_is_meant_and_the_other_s_part_stays() {
    let vendor = format!("{VENDOR}{}", OTHER_DOCUMENT.replace("PREFIX", "component_prefix = 'Other'"));
    let ours = with_second(OURS);
    let ours = with(
        &ours,
        &[
            ("schemas/Others", "schemas/OtherList"),
            ("    Others:", "    OtherList:"),
            (
                "      items:\n        $ref: '#/components/schemas/Thing'",
                "      items:\n        type: string",
            ),
        ],
    );
    let workspace = Workspace::new(&ours, NO_ACTIONS, &vendor);
    let other = "openapi: 3.1.0\ninfo: {title: t, version: '7'}\nservers: [{url: 'https://other.example.com'}]\npaths:\n  /others:\n    get:\n      operationId: listOthers\n      responses:\n        '200': {description: Their words., content: {application/json: {schema: {$ref: '#/components/schemas/List'}}}}\ncomponents:\n  schemas:\n    Thing: {type: string}\n    List: {type: array, items: {$ref: '#/components/schemas/Thing'}}\n";
    let (result, said) = workspace.update(other);
    assert_eq!(result, Ok(true), "{said}");
    assert!(said.starts_with("made-up (other): "), "{said}");
    insta::assert_snapshot!(difference(&ours, &workspace.ours()));
}

#[test]
fn two_documents_that_name_different_things_alike_are_told_apart_by_hand() {
    let vendor = format!("{VENDOR}{}", OTHER_DOCUMENT.replace("PREFIX", ""));
    let ours = with_second(OURS);
    let workspace = Workspace::new(&ours, NO_ACTIONS, &vendor);
    let (result, _) =
        workspace.update(&published(&[("{type: boolean}", "{type: string}"), ("      - role\n", "")]));
    let problem = result.unwrap_err();
    assert!(problem.contains("what is kept of other would not be as published"), "{problem}");
    assert!(problem.ends_with("so give one a `component_prefix`"), "{problem}");
    assert_eq!(workspace.ours(), ours);
}

#[test]
fn bad_input_gives_one_line_and_nothing_is_written() {
    let mut report = String::new();
    for (what, new, overlay, ours) in [
        ("truncated", "openapi: 3.0.3\npaths: {".to_owned(), NO_ACTIONS, OURS.to_owned()),
        ("Swagger", "swagger: '2.0'\n".to_owned(), NO_ACTIONS, OURS.to_owned()),
        (
            "dangling",
            published(&[("    Role:", "    Roll:"), ("{type: boolean}", "{type: string}")]),
            NO_ACTIONS,
            OURS.to_owned(),
        ),
        ("overlay", published(&[("{type: boolean}", "{type: string}")]), "overlay: 1.0.0\n", OURS.to_owned()),
        (
            "an anchor",
            published(&[("{type: boolean}", "{type: string}")]),
            NO_ACTIONS,
            with(OURS, &[("{type: boolean}", "&b {type: boolean}")]),
        ),
        (
            "a comment",
            published(&[("[read, write]", "[read]")]),
            NO_ACTIONS,
            with(OURS, &[("[read, write]", "[read, # one\n        write]")]),
        ),
    ] {
        let workspace = Workspace::new(&ours, overlay, VENDOR);
        let (result, said) = workspace.update(&new);
        report += &format!("{what}: {}\n", result.expect_err(&said));
        assert_eq!(workspace.ours(), ours, "{what}");
        assert_eq!(workspace.text(GENERATED), "", "{what}");
    }
    let workspace = Workspace::new(OURS, NO_ACTIONS, VENDOR);
    let gone = workspace.update_with("", |options| options.from = "not-there.yaml".into());
    report += &format!("no file: {}\n", gone.0.unwrap_err());
    insta::assert_snapshot!(report);
}

#[test]
fn a_client_that_cannot_be_generated_leaves_the_document_updated_and_says_what_is_next() {
    let workspace = Workspace::new(OURS, NO_ACTIONS, VENDOR);
    let new = published(&[("        role:\n", "        api_key: {type: string}\n        role:\n")]);
    let (result, said) = workspace.update(&new);
    assert_eq!(result, Ok(false), "{said}");
    assert!(workspace.ours().contains("        api_key:\n          type: string\n"), "{}", workspace.ours());
    assert_eq!(workspace.text(GENERATED), "");
    let last: Vec<&str> = said.lines().rev().take(2).collect();
    assert!(last[1].starts_with("error: ") && last[1].contains("api_key"), "{said}");
    assert_eq!(last[0], "the client is not generated: mend this, then run `cargo xtask generate made-up`");
}

#[test]
fn the_exit_code_says_whether_all_is_done_something_is_left_or_nothing_was_written() {
    let workspace = Workspace::new(OURS, NO_ACTIONS, VENDOR);
    let code = |published: &str, more: &[&str]| {
        workspace.put("made-up.2.yaml", published);
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["spec", "update", "made-up", "--from", "made-up.2.yaml"])
            .args(more)
            .env("CARGO_MANIFEST_DIR", workspace.0.path())
            .current_dir(workspace.0.path())
            .output()
            .unwrap();
        (output.status.code(), output.stderr.is_empty())
    };
    let new = published(&[("{type: boolean}", "{type: string}")]);
    assert_eq!(code(&new, &["--check"]), (Some(1), true));
    assert_eq!(code(&new, &["--dry-run"]), (Some(1), true));
    assert_eq!(code(&new, &[]), (Some(0), true));
    assert_eq!(code(&new, &["--check"]), (Some(0), true));
    assert_eq!(code("swagger: '2.0'\n", &[]), (Some(2), false));
    assert_eq!(code(&published(&[("  /things:", "  /items:")]), &["--keep-missing"]), (Some(2), false));
}
