//! Whole documents: whatever a vendor publishes, brought to what the passes of every client take.
//!
//! A vendored document is refused where it has something that no client can
//! have, so that somebody decides. A published one has hundreds of such
//! places. Here each is lowered by a named pass, and what is lost by that is
//! said with its operation or schema.

mod bodies;
mod census;
mod compose;
mod enums;
mod frame;
mod hoist;
mod keywords;
mod loss;
mod nulls;
mod parameters;
mod references;
mod rescue;
mod walk;
mod write;

use regex::Regex;
use serde_json::Value;

use self::loss::Losses;
pub use self::{
    loss::Loss,
    write::{Options, run},
};
use crate::{
    derive,
    normalise::{self, Count},
    problem::Problem,
    rust::{self, Client},
    slice,
    vendor::Config,
};

/// One step, which tells what is lost by it.
struct Pass {
    name: &'static str,
    run: fn(&mut Value, &mut Losses) -> usize,
}

/// What is done before operations can be chosen by path or id.
const FRAME: &[Pass] = &[
    Pass { name: "document-frame", run: frame::document },
    Pass { name: "path-references", run: frame::path_references },
    Pass { name: "operation-shapes", run: frame::operations },
    // While everything that may be referred to is there.
    Pass { name: "inner-schemas", run: references::inner_schemas },
];

/// What is done with the chosen operations.
const PASSES: &[Pass] = &[
    Pass { name: "server-prefixes", run: frame::servers },
    Pass { name: "unsaid-security", run: frame::security },
    Pass { name: "inlined-references", run: references::inline },
    Pass { name: "one-success", run: bodies::answers },
    Pass { name: "answer-media-types", run: bodies::answer_media_types },
    Pass { name: "body-media-types", run: bodies::request_media_types },
    Pass { name: "parameter-shapes", run: parameters::shapes },
    Pass { name: "path-parameters", run: parameters::templates },
    // Its mapping would keep schemas that nothing else reaches.
    Pass { name: "discriminators", run: references::discriminators },
    Pass { name: "unreached-schemas", run: references::unused },
    Pass { name: "schema-names", run: references::names },
    // Keywords, while every schema stands where the document has it: losses are told by that place.
    Pass { name: "schema-shapes", run: keywords::shapes },
    Pass { name: "unknown-keywords", run: keywords::unknown },
    Pass { name: "patterns-and-tuples", run: keywords::patterns_and_tuples },
    Pass { name: "missing-schemas", run: references::missing_schemas },
    Pass { name: "declared-passwords", run: keywords::passwords },
    Pass { name: "null-branches", run: keywords::null_branches },
    Pass { name: "several-types", run: keywords::several_types },
    Pass { name: "type-words", run: keywords::types },
    Pass { name: "enum-members", run: enums::members },
    Pass { name: "further-properties", run: keywords::further_properties },
    // What only tells apart what is the same in Rust would get in the way of comparing parts.
    Pass { name: "defaults", run: |document, _| remove(document, normalise::remove_defaults) },
    Pass { name: "constraints", run: |document, _| remove(document, normalise::remove_constraints) },
    Pass { name: "parameter-values", run: parameters::values },
    Pass { name: "parameter-names", run: parameters::names },
    Pass { name: "single-parts", run: hoist::single_parts },
    Pass { name: "inner-types", run: hoist::inner_types },
    Pass { name: "compositions", run: compose::compositions },
    Pass { name: "required-properties", run: keywords::required },
    Pass { name: "plain-types", run: hoist::plain_types },
    Pass { name: "nullable-types", run: nulls::nullable_types },
    Pass { name: "never-null", run: nulls::never_null },
    Pass { name: "recursive-nulls", run: nulls::recursive_nulls },
    Pass { name: "dates-in-lists", run: keywords::dates },
    Pass { name: "flat-forms", run: bodies::forms },
    Pass { name: "unused-schemas", run: references::unused },
];

fn remove(document: &mut Value, pass: fn(&mut Value) -> usize) -> usize {
    pass(document)
}

/// Brings the operations of a published document, or those of which `METHOD /path` or the `operationId` matches, to
/// what the passes of every client take; with how often each step did something, and what is lost.
pub fn lower(document: &mut Value, select: Option<&Regex>) -> Result<(Vec<Count>, Vec<Loss>), Problem> {
    let mut losses = Losses::default();
    let lowered = lower_with(document, select, &mut losses)?;
    Ok((lowered.passes, losses.into_sorted()))
}

fn lower_with(document: &mut Value, select: Option<&Regex>, losses: &mut Losses) -> Result<Lowered, Problem> {
    if !document.is_object() {
        return Err(Problem::new("is no OpenAPI document"));
    }
    // What is lost of operations that nobody asked for is nobody's loss.
    let mut elsewhere = Losses::default();
    let mut counts = run_all(FRAME, document, if select.is_some() { &mut elsewhere } else { losses });
    let names = derive::operations(document, select)?;
    *document = slice::operations(document, names.values().map(String::as_str));
    frame::name_operations(document, &names);
    let dropped = census::of(document);
    counts.extend(run_all(PASSES, document, losses));
    Ok(Lowered { passes: counts, dropped })
}

/// What was done to bring a document to what every client takes.
struct Lowered {
    passes: Vec<Count>,
    dropped: Vec<Loss>,
}

fn run_all(passes: &[Pass], document: &mut Value, losses: &mut Losses) -> Vec<Count> {
    passes.iter().map(|pass| (pass.name, (pass.run)(document, losses))).collect()
}

/// A client of a published document.
#[derive(Debug)]
pub struct Whole {
    /// Its source, without a header.
    pub client: Client,
    /// The configuration that was read off the document.
    pub config: Config,
    /// What each pass did.
    pub passes: Vec<Count>,
    /// What the document has and the client has not.
    pub losses: Vec<Loss>,
    /// What no client has of any document, by operation and schema.
    pub dropped: Vec<Loss>,
}

/// Generates the client of a published document, or of a selection of its operations.
pub fn generate(mut document: Value, select: Option<&Regex>) -> Result<Whole, Problem> {
    let mut losses = Losses::default();
    let Lowered { mut passes, dropped } = lower_with(&mut document, select, &mut losses)?;
    let mut config = derive::names(&document, None)?;
    passes.extend(derive::until_hiding(&mut document, &mut config)?);
    // A record of which nothing is sent is one no more.
    hoist::plain_types(&mut document, &mut losses);
    derive::hide(&document, &mut config);
    for (place, why) in &config.doubts {
        losses.push(place, why);
    }
    passes.extend(normalise::between(derive::HIDING, "", &mut document, &config)?);
    let file = rescue::tree(&mut document, &mut config, &mut losses)?;
    for name in &config.passing_secrets {
        losses.push(
            config.operations().find(|(_, other)| other == name).map_or(name.as_str(), |(route, _)| route),
            "answers with what sounds like a secret, which is lost where the answer has another shape",
        );
    }
    for name in &config.not_secrets {
        losses.push(format!("field {name}"), "sounds like a secret and is of a type that is printed");
    }
    let client = rust::written(file, &document)?;
    Ok(Whole { client, config, passes, losses: losses.into_sorted(), dropped })
}

#[cfg(test)]
mod testing {
    use serde_json::json;

    use super::*;

    /// The document after one pass, how often that did what it does, and what is lost.
    pub(super) fn run(name: &str, mut document: Value) -> (Value, usize, Vec<String>) {
        let mut losses = Losses::default();
        let pass = FRAME.iter().chain(PASSES).find(|pass| pass.name == name).unwrap();
        let count = (pass.run)(&mut document, &mut losses);
        (document, count, losses.into_sorted().iter().map(ToString::to_string).collect())
    }

    /// A document with these component schemas.
    pub(super) fn schemas(schemas: Value) -> Value {
        json!({"paths": {}, "components": {"schemas": schemas}})
    }

    /// What a pass makes of component schemas.
    pub(super) fn lowered(name: &str, before: Value) -> (Value, usize, Vec<String>) {
        let (document, count, losses) = run(name, schemas(before));
        (document["components"]["schemas"].clone(), count, losses)
    }

    /// Runs a pass over each schema, and compares what it is then and how much is lost.
    pub(super) fn check(pass: &str, cases: &[(Value, Value, usize)]) {
        for (before, after, lost) in cases {
            let (schemas, _, losses) = lowered(pass, json!({ "A": before }));
            assert_eq!((&schemas["A"], losses.len()), (after, *lost), "{pass} {before} {losses:?}");
        }
    }

    /// A document with one operation.
    pub(super) fn operation(operation: Value) -> Value {
        json!({"paths": {"/a/{b}": {"post": operation}}, "components": {"schemas": {}}})
    }

    /// What a pass makes of one operation.
    pub(super) fn one(name: &str, before: Value) -> (Value, usize, Vec<String>) {
        let (document, count, losses) = run(name, operation(before));
        (document["paths"]["/a/{b}"]["post"].clone(), count, losses)
    }

    pub(super) use crate::schema::reference_to as reference;
}
