//! From a vendor's document to the one form of OpenAPI 3.0 that progenitor turns into good Rust.
//!
//! A chain of passes, each of which does one thing and counts how often. Which
//! vendor is at hand is data (`vendor.toml`), never a condition. The order
//! matters and is explained where it does.

mod answers;
mod choices;
mod names;
mod operations;
mod reach;
mod records;
mod types;
mod version;

use serde_json::Value;

pub use self::{
    answers::check_successes,
    choices::check_choices,
    operations::{CONTENT_TYPE, WIRE_NAME, is_authorized},
    reach::Reach,
    types::{DATE_DIALECTS, NULLABLE, WIRE_SECRET, is_plain},
};
pub(crate) use self::{
    operations::first_server,
    types::{CONSTRAINTS, remove_constraints, remove_defaults},
};
use crate::{problem::Problem, vendor::Config};

/// One step.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    /// Its name in reports and in the header of the generated file.
    pub name: &'static str,
    run: fn(&mut Value, &Config) -> Result<usize, Problem>,
}

/// How often a pass did what it does.
pub type Count = (&'static str, usize);

/// All passes, in their order.
pub const PASSES: &[Pass] = &[
    // To 3.0 first: what follows knows one dialect only.
    Pass { name: "boolean-schemas", run: version::boolean_schemas },
    Pass { name: "null-types", run: version::null_types },
    Pass { name: "constants", run: version::constants },
    Pass { name: "reference-siblings", run: version::reference_siblings },
    Pass { name: "version-3.0", run: version::version_3_0 },
    // Operations are named by their published paths, so before paths get prefixes.
    Pass { name: "operation-names", run: operations::names },
    Pass { name: "path-servers", run: operations::path_servers },
    Pass { name: "error-answers", run: answers::errors_out },
    Pass { name: "header-parameters", run: operations::header_parameters },
    Pass { name: "request-media-types", run: operations::request_media_types },
    // Once the error answers are gone, most components are unused.
    Pass { name: "unused-components", run: names::unused_components },
    Pass { name: "type-names", run: names::type_names },
    // Before inline records get names, so that the branches of such a choice get none.
    Pass { name: "any-json", run: types::any_json },
    Pass { name: "aliases", run: names::aliases },
    Pass { name: "inline-records", run: names::inline_records },
    // Every record has a name now, and can be told apart by direction.
    Pass { name: "directions", run: records::directions },
    Pass { name: "read-only", run: records::read_only },
    Pass { name: "lenient-answers", run: records::lenient_answers },
    Pass { name: "nullable-map-values", run: records::nullable_map_values },
    Pass { name: "open-records", run: records::open_records },
    Pass { name: "defaults", run: types::defaults },
    Pass { name: "constraints", run: types::constraints },
    Pass { name: "deprecations", run: operations::deprecations },
    // Types of ours come last: no pass looks behind them.
    Pass { name: "secrets", run: types::secrets },
    Pass { name: "dates", run: types::dates },
    Pass { name: "formats", run: types::formats },
    Pass { name: "nullable-requests", run: records::nullable_requests },
    Pass { name: "optional-collections", run: records::optional_collections },
];

/// Runs the passes, but for those named in `without`, which tests leave out to show what they are for.
pub fn normalise(document: &mut Value, config: &Config, without: &[&str]) -> Result<Vec<Count>, Problem> {
    run_all(PASSES.iter().filter(|pass| !without.contains(&pass.name)), document, config)
}

/// Runs the passes that come before this one.
pub(crate) fn before(name: &str, document: &mut Value, config: &Config) -> Result<Vec<Count>, Problem> {
    run_all(PASSES.iter().take_while(|pass| pass.name != name), document, config)
}

/// Runs this pass and those that come behind it, up to `end`, or all where there is none of that name.
pub(crate) fn between(
    name: &str,
    end: &str,
    document: &mut Value,
    config: &Config,
) -> Result<Vec<Count>, Problem> {
    let rest = PASSES.iter().skip_while(|pass| pass.name != name);
    run_all(rest.take_while(|pass| pass.name != end), document, config)
}

fn run_all<'a>(
    passes: impl Iterator<Item = &'a Pass>,
    document: &mut Value,
    config: &Config,
) -> Result<Vec<Count>, Problem> {
    passes
        .map(|pass| {
            let count = (pass.run)(document, config)
                .map_err(|problem| Problem::new(format!("{problem} (pass {})", pass.name)))?;
            Ok((pass.name, count))
        })
        .collect()
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// A configuration that keeps nothing and names nothing, but for what the TOML adds.
    pub(crate) fn config(extra: &str) -> Config {
        let text = format!(
            "title = 'Test'\ncrate = 'tokenward-test'\nfamilies = []\n{extra}\n[[upstream]]\nname = 'main'\n\
             published = ''\nversion = ''\ncompared = ''\nlicence = ''\noperations = {{}}\n"
        );
        toml::from_str(&text).unwrap()
    }

    /// The document after one pass, and how often it did what it does.
    pub(crate) fn run(name: &str, document: Value) -> (Value, usize) {
        run_with(name, document, "")
    }

    pub(crate) fn run_with(name: &str, mut document: Value, extra: &str) -> (Value, usize) {
        let count = try_run(name, &mut document, extra).unwrap();
        (document, count)
    }

    pub(crate) fn try_run(name: &str, document: &mut Value, extra: &str) -> Result<usize, String> {
        let pass = PASSES.iter().find(|pass| pass.name == name).unwrap();
        (pass.run)(document, &config(extra)).map_err(|problem| problem.to_string())
    }

    /// A document with these component schemas.
    pub(crate) fn schemas(schemas: Value) -> Value {
        serde_json::json!({ "components": { "schemas": schemas } })
    }
}
