//! Every pass and every correction is there for a reason, which shows when it is left out.

use similar::{ChangeTag, TextDiff};
use xtask::{
    normalise::PASSES,
    pipeline::{Without, generate},
    vendor::Vendor,
};

use crate::support::{made_up, vendors};

/// What OpenAPI 3.1 can say and none of the four vendors' kept operations does.
const RARE: &str = r##"
openapi: 3.1.0
info: {title: Rare, version: '1'}
servers: [{url: 'https://api.example.com'}]
paths:
  /things:
    post:
      parameters: [{name: Authorization, in: header, required: true, schema: {type: string}}]
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
      responses:
        '200': {description: ok}
components:
  schemas:
    Name: {type: string}
    Thing:
      type: object
      properties:
        kind: {const: thing}
        list: {type: array, items: true}
        name: {$ref: '#/components/schemas/Name', nullable: true}
"##;

/// What becomes of a vendor's client without a part of the pipeline, or nothing where it becomes the same.
fn consequence(vendor: &Vendor, without: &Without<'_>) -> Option<String> {
    // The header counts what the passes did, which is no consequence.
    let code =
        |source: String| source.lines().filter(|line| !line.starts_with("//")).collect::<Vec<_>>().join("\n");
    let whole = code(generate(vendor, &Without::default()).unwrap().source);
    match generate(vendor, without) {
        Err(problem) => {
            let text = problem.to_string();
            Some(text.replace(&vendor.folder.display().to_string(), &vendor.name))
        }
        Ok(generated) => {
            let changed = code(generated.source);
            let diff = TextDiff::from_lines(&whole, &changed);
            let first = |tag| {
                diff.iter_all_changes().find(|change| change.tag() == tag).map(|change| change.value().trim())
            };
            match (first(ChangeTag::Delete), first(ChangeTag::Insert)) {
                (None, None) => None,
                (lost, gained) => {
                    Some(format!("`{}` becomes `{}`", lost.unwrap_or_default(), gained.unwrap_or_default()))
                }
            }
        }
    }
}

#[test]
fn every_pass_is_needed() {
    let (_folder, rare) = made_up(RARE, "");
    let mut subjects = vendors();
    subjects.push(rare);
    let mut report = String::new();
    for pass in PASSES {
        let without = Without { passes: &[pass.name], action: None };
        let consequences: Vec<String> = subjects
            .iter()
            .filter_map(|vendor| {
                consequence(vendor, &without).map(|text| format!("  {}: {text}\n", vendor.name))
            })
            .collect();
        assert!(!consequences.is_empty(), "without {} everything is as before", pass.name);
        report += &format!("without {}\n{}", pass.name, consequences.concat());
    }
    insta::assert_snapshot!(report);
}

#[test]
fn every_correction_is_needed() {
    let mut report = String::new();
    for vendor in vendors() {
        let corrections = generate(&vendor, &Without::default()).unwrap().corrections;
        for index in 0..corrections {
            let without = Without { passes: &[], action: Some(index) };
            let text = consequence(&vendor, &without)
                .unwrap_or_else(|| panic!("{}: without action {index} everything is as before", vendor.name));
            report += &format!("{} without action {index}: {text}\n", vendor.name);
        }
    }
    insta::assert_snapshot!(report);
}
