//! However a document is written, the same client comes out of it.

use xtask::pipeline::{Without, generate};

use crate::support::made_up;

const PLAIN: &str = "
openapi: 3.0.3
info: {title: t, version: '1'}
paths:
  /things:
    parameters: [{$ref: '#/components/parameters/P'}]
    post:
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/A Thing'}}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/A Thing'}}}}
        '404': {description: none, content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}}
components:
  parameters:
    P: {name: p, in: query, schema: {type: string}}
  schemas:
    A Thing: {type: object, properties: {id: {type: string}, on: {type: boolean}, kind: {$ref: '#/components/schemas/Kind'}}}
    Kind: {type: object, properties: {'200': {type: string}, 'null': {type: string}}}
    Error: {type: object, properties: {message: {type: string}}}
";

fn source(document: &str) -> String {
    let (_folder, vendor) = made_up(document, "");
    generate(&vendor, &Without::default()).unwrap().source
}

fn replaced(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(PLAIN.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}

#[test]
fn every_way_to_write_a_document_gives_the_same_client() {
    let plain = source(PLAIN);
    assert!(plain.contains("pub on: ") && plain.contains("pub kind: "), "{plain}");
    let json: serde_json::Value = {
        let (_folder, vendor) = made_up(PLAIN, "");
        xtask::document::read(&vendor.document()).unwrap()
    };
    for (what, document) in [
        ("JSON", format!("\u{feff}{json:#}")),
        ("Windows line ends", PLAIN.replace('\n', "\r\n")),
        ("numbers as keys", replaced(&[("'200'", "200"), ("'404'", "404")])),
        ("percent-encoded names", replaced(&[("schemas/A Thing'", "schemas/%41%20Thing'")])),
        (
            "aliases",
            replaced(&[
                ("'200': {description: ok, content: {", "'200': {description: ok, content: &content {"),
                (
                    "'404': {description: none, content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}}",
                    "'404': {description: none, content: *content}",
                ),
            ]),
        ),
        (
            "a path item that stands elsewhere",
            replaced(&[
                ("openapi: 3.0.3", "openapi: 3.1.0"),
                (
                    "paths:\n  /things:\n",
                    "paths: {/things: {$ref: '#/components/pathItems/T'}}\nx-item:\n  T:\n",
                ),
                ("components:\n", "components:\n  pathItems: {T: {$ref: '#/x-item/T'}}\n"),
            ]),
        ),
    ] {
        let lines = |text: &str| -> Vec<String> {
            // The header counts what the passes did, which may differ.
            text.lines().filter(|line| !line.starts_with("//")).map(str::to_owned).collect()
        };
        assert_eq!(lines(&source(&document)), lines(&plain), "{what}");
    }
}
