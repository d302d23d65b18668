//! Reading an OpenAPI document, YAML or JSON, 3.0 or 3.1, and refusing what is none.
//!
//! Every command reads with [`load`] or [`load_published`], which give a document its one form: each path has its
//! operations, and each reference is to a component.

mod canonical;
mod references;

use std::path::Path;

use serde_json::Value;

pub use xtask_read::read;
pub(crate) use xtask_read::{parse_yaml, read_as};

pub(crate) use self::references::{check_paths, is_retained};
pub use self::references::{reached, retain_components, rewrite_references, target, walk_references};
use crate::{problem::Problem, shape};

/// Reads a document and checks that it is one: its version, its size, its depth and its references.
pub fn load(path: &Path) -> Result<Value, Problem> {
    let document = load_published(path)?;
    check(&document).map_err(|problem| problem.in_file(path))?;
    Ok(document)
}

/// Reads a vendor's whole document. Only its version is checked: what is not kept of it may be in any state.
pub fn load_published(path: &Path) -> Result<Value, Problem> {
    let mut document = read(path)?;
    check_version(&document).map_err(|problem| problem.in_file(path))?;
    canonical::bring(&mut document);
    Ok(document)
}

/// Whether what is referred to is there, and what is there has the right shape.
pub fn check(document: &Value) -> Result<(), Problem> {
    check_paths(document)?;
    shape::check(document)?;
    references::check(document)
}

fn check_version(document: &Value) -> Result<(), Problem> {
    let at = |place: &str, message: &str| Err(Problem::at(place, message));
    if let Some(version) = document.get("swagger") {
        let version = version.as_str().map_or_else(|| version.to_string(), str::to_owned);
        let message = format!(
            "Swagger {version} is not read: convert the document to OpenAPI 3.0 first (swagger2openapi does)"
        );
        return at("/swagger", &message);
    }
    match document.get("openapi") {
        Some(Value::String(version)) => match version.split('.').collect::<Vec<_>>()[..] {
            ["3", "0" | "1", _] => Ok(()),
            ["3", "0" | "1"] => {
                at("/openapi", &format!("version {version} lacks its last part: write {version}.0"))
            }
            _ => at("/openapi", &format!("version {version} is neither 3.0 nor 3.1, and is not read")),
        },
        Some(_) => at("/openapi", "is no text: write the version in quotes, with all its parts"),
        None => at("/openapi", "missing: this is no OpenAPI document"),
    }
}

#[cfg(test)]
mod tests;
