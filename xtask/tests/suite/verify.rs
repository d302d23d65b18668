//! Every structural difference between what is kept and what is published is reported, and no prose.

use std::path::Path;

use xtask::verify::{Published, Verdict, run, verify};

use crate::support::{made_up, put, root, vendors};

const OURS: &str = "
openapi: 3.0.3
info: {title: ours, version: '1'}
servers: [{url: 'https://api.example.com', description: ours}]
security: [{bearer: []}]
paths:
  /things:
    parameters: [{name: p, in: query, schema: {type: integer, default: 25}, description: ours}]
    post:
      operationId: createThing
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
      responses: {'200': {description: ours, headers: {x-limit: {schema: {type: integer}}}}}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
    oauth: {type: oauth2, flows: {clientCredentials: {tokenUrl: /token, scopes: {read: ours}}}}
  schemas:
    Thing:
      type: object
      required: [id]
      properties:
        id: {type: string}
        description: {type: string, description: a property of that name is structure}
        role: {type: string, enum: [a, b], readOnly: true}
";

/// What the published document has besides, and nobody keeps.
const UNKEPT: &str = "
    Other: {type: string}
";

fn differences(change: impl Fn(String) -> String) -> Vec<String> {
    let (folder, vendor) = made_up(OURS, "");
    let published = change(format!("{OURS}{UNKEPT}"));
    put(folder.path(), Path::new("made-up.yaml"), published.as_bytes());
    match verify(&vendor, &Published::Folder(folder.path().to_owned())).unwrap().remove(0).1 {
        Verdict::Compared { differences, .. } => differences.iter().map(ToString::to_string).collect(),
        verdict => panic!("{verdict:?}"),
    }
}

#[test]
fn prose_examples_extensions_order_and_what_is_not_kept_are_no_differences() {
    assert_eq!(
        differences(|text| {
            text.replace("ours", "theirs")
                .replace("a property of that name is structure", "other words")
                .replace("id: {type: string}", "id: {type: string, example: x, title: Id, x-order: 1}")
                .replace("enum: [a, b]", "enum: [b, a]")
                .replace("  /things:", "  /unkept: {get: {responses: {}}}\n  /things:")
                .replace("'#/components/schemas/Thing'", "'#/components/schemas/%54hing'")
        }),
        [""; 0]
    );
}

#[test]
fn every_structural_difference_is_reported_where_it_is() {
    let mut report = Vec::new();
    for (from, to) in [
        ("in: query", "in: header"),
        ("default: 25", "default: 20"),
        ("required: true", "required: false"),
        ("application/json:", "application/json-patch+json:"),
        ("'200':", "'201':"),
        ("required: [id]", "required: [id, role]"),
        ("id: {type: string}", "id: {type: string, format: uuid}"),
        ("id: {type: string}", "id: {type: string, nullable: true}"),
        ("description: {type: string,", "text: {type: string,"),
        ("enum: [a, b]", "enum: [a, b, c]"),
        (", readOnly: true", ""),
        ("scheme: bearer}", "scheme: basic}"),
        ("{read: ours}", "{read: ours, write: ours}"),
        ("security: [{bearer: []}]", "security: [{bearer: [read]}]"),
        ("api.example.com", "api.example.org"),
        ("openapi: 3.0.3", "openapi: 3.1.0"),
        ("x-limit: {schema: {type: integer}}", "x-limit: {schema: {type: string}}"),
    ] {
        let found = differences(|text| {
            assert!(text.contains(from));
            text.replace(from, to)
        });
        assert!(!found.is_empty(), "{from} → {to} was not seen");
        report.push(format!("{from} → {to}\n  {}", found.join("\n  ")));
    }
    insta::assert_snapshot!(report.join("\n"));
}

#[test]
fn an_operation_that_is_gone_is_a_difference() {
    let found = differences(|text| text.replace("/things:", "/stuff:"));
    assert!(found[0].starts_with("/components/schemas: ours {\"Thing\""), "{found:?}");
    assert!(found[1].starts_with("/paths/~1things: ours {"), "{found:?}");
    assert!(found.iter().all(|difference| difference.ends_with("published nothing")), "{found:?}");
}

#[test]
fn what_is_not_kept_may_be_in_any_state_and_what_is_kept_may_not() {
    let broken = "  /broken: {get: {$ref: 'elsewhere.yaml#/x', parameters: 7}}\n  /things:";
    assert_eq!(differences(|text| text.replace("  /things:", broken)), [""; 0]);

    let (folder, vendor) = made_up(OURS, "");
    let dangling = OURS.replace("id: {type: string}", "id: {$ref: '#/components/schemas/Gone'}");
    put(folder.path(), Path::new("made-up.yaml"), dangling.as_bytes());
    let problem = verify(&vendor, &Published::Folder(folder.path().to_owned())).unwrap_err().to_string();
    assert!(
        problem.ends_with(
            "made-up.yaml: /components/schemas/Thing/properties/id: `#/components/schemas/Gone` points at nothing"
        ),
        "{problem}"
    );
}

#[test]
fn a_kept_path_that_stands_elsewhere_is_compared_there_and_refused_outside_the_file() {
    let elsewhere = |text: String| {
        let (head, rest) = text.split_once("  /things:\n").unwrap();
        let (item, components) = rest.split_once("components:\n").unwrap();
        let item = item.replace("\n", "\n  ").trim_end().to_owned();
        format!(
            "{head}  /things: {{$ref: '#/components/pathItems/T'}}\ncomponents:\n  pathItems:\n    T:\n  {item}\n{components}"
        )
    };
    assert_eq!(differences(elsewhere), [""; 0]);

    let (folder, vendor) = made_up(OURS, "");
    let outside = "openapi: 3.0.3\npaths: {/things: {$ref: 'things.yaml'}, /other: {$ref: 'other.yaml'}}\n";
    put(folder.path(), Path::new("made-up.yaml"), outside.as_bytes());
    let problem = verify(&vendor, &Published::Folder(folder.path().to_owned())).unwrap_err().to_string();
    assert!(
        problem.ends_with("/paths/~1things: `things.yaml` points outside this file, which is not followed"),
        "{problem}"
    );
}

#[test]
fn one_file_is_compared_with_the_document_of_its_name() {
    let sailpoint = vendors().into_iter().find(|vendor| vendor.name == "sailpoint").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let compared = |name: &str| {
        let published = "{\"openapi\": \"3.0.1\", \"paths\": {}}";
        put(folder.path(), Path::new(name), published.as_bytes());
        verify(&sailpoint, &Published::File(folder.path().join(name)))
            .unwrap()
            .into_iter()
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
    };
    assert_eq!(compared("oauth.2026-03.yaml"), ["OAuth"]);
    assert_eq!(compared("new.json"), ["Identity Security Cloud"]);
}

#[test]
fn what_was_only_observed_is_not_called_equal() {
    let atlassian = vendors().into_iter().find(|vendor| vendor.name == "atlassian").unwrap();
    let folder = tempfile::tempdir().unwrap();
    // Our own document stands in for the published one.
    let file = atlassian.config.upstream[0].file.clone().unwrap();
    let ours = xtask::document::load(&atlassian.document()).unwrap();
    put(folder.path(), &file, ours.to_string().as_bytes());
    let mut lines = Vec::new();
    let equal =
        run(&root(), &["atlassian".into()], folder.path(), &mut |line| lines.push(line.to_owned())).unwrap();
    assert!(equal);
    assert_eq!(lines[1], "atlassian (API Access): not comparable, 5 operations are observed only");
}
