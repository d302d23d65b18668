//! `specs/<vendor>/vendor.toml`: what is kept of a vendor's documents, and what the result must look like.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use heck::ToSnakeCase;
use serde::Deserialize;

use crate::problem::Problem;

/// One vendor's folder in `specs/`.
#[derive(Clone, Debug)]
pub struct Vendor {
    /// The folder's name.
    pub name: String,
    /// The folder.
    pub folder: PathBuf,
    /// `vendor.toml`.
    pub config: Config,
}

/// `vendor.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The vendor's name in sentences.
    pub title: String,
    /// The crate that the client is generated into.
    #[serde(rename = "crate")]
    pub crate_name: String,
    /// The kinds of token that the operations serve.
    pub families: Vec<String>,
    /// Properties that identify a record; nothing else is required of an answer.
    #[serde(default)]
    pub ids: BTreeSet<String>,
    /// `Type.property` of each secret.
    #[serde(default)]
    pub secrets: BTreeSet<String>,
    /// `Type.property` of what is named like a secret and is none.
    #[serde(default)]
    pub not_secrets: BTreeSet<String>,
    /// Operations with POST whose answer has a secret that is read as any field is, and not first and by itself.
    #[serde(default)]
    pub passing_secrets: BTreeSet<String>,
    /// `Type.property` of each date.
    #[serde(default)]
    pub dates: BTreeSet<String>,
    /// Operations that may be sent twice although their method does not say so.
    #[serde(default)]
    pub repeatable: BTreeSet<String>,
    /// Names of Rust types for component schemas whose own make poor ones.
    #[serde(default)]
    pub types: BTreeMap<String, String>,
    /// Operations that have to do with tokens and are not kept, so that only new ones are named.
    #[serde(default)]
    pub known: Vec<Known>,
    /// Whether properties that become one name in Rust are told apart by a number; they are refused otherwise.
    #[serde(default)]
    pub numbered_fields: bool,
    /// The vendor's documents.
    pub upstream: Vec<Upstream>,
    /// `Type.property` of what the document requires of answers, if the configuration is derived from one.
    #[serde(skip)]
    pub required: BTreeSet<String>,
    /// What may be a secret, and why, by place, if the configuration is derived from a document.
    #[serde(skip)]
    pub doubts: BTreeMap<String, String>,
}

/// Operations that somebody looked at, and why they are not kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// `METHOD /path` of each; a `*` stands for anything.
    pub operations: Vec<String>,
    /// Why.
    pub reason: String,
}

impl Known {
    /// Whether the pattern is this operation's, a `*` in it standing for anything.
    pub fn matches(pattern: &str, operation: &str) -> bool {
        let mut parts = pattern.split('*');
        let Some(mut rest) = parts.next().and_then(|start| operation.strip_prefix(start)) else {
            return false;
        };
        let mut parts: Vec<&str> = parts.collect();
        let Some(end) = parts.pop() else { return rest.is_empty() };
        for part in parts {
            match rest.split_once(part) {
                Some((_, after)) => rest = after,
                None => return false,
            }
        }
        rest.ends_with(end)
    }

    /// Whether one of the patterns is this operation's.
    pub fn covers(&self, operation: &str) -> bool {
        self.operations.iter().any(|pattern| Self::matches(pattern, operation))
    }
}

/// One document of a vendor.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upstream {
    /// What it is called in reports.
    pub name: String,
    /// Where it is published.
    pub published: String,
    /// The version that it gives itself, or the month of its publication.
    pub version: String,
    /// When our structure was last compared with it.
    pub compared: String,
    /// The licence that it states.
    pub licence: String,
    /// Its file under the folder that `spec verify --upstream` names; none where no full document is to be had.
    #[serde(default)]
    pub file: Option<PathBuf>,
    /// What its components' names start with in our document, where two documents name different things alike.
    #[serde(default)]
    pub component_prefix: String,
    /// Kept operations: the name of the Rust method, and `METHOD /path` as published.
    pub operations: BTreeMap<String, String>,
    /// Operations that an overlay adds to what this document has.
    #[serde(default)]
    pub added: BTreeMap<String, String>,
}

impl Vendor {
    /// Every vendor in the folder `specs`, by name.
    pub fn all(specs: &Path) -> Result<Vec<Self>, Problem> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(specs).map_err(|error| Problem::from(error).in_file(specs))? {
            let entry = entry?;
            if entry.path().join("vendor.toml").is_file() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        let vendors: Vec<Self> =
            names.iter().map(|name| Self::load(specs, name)).collect::<Result<_, _>>()?;
        let mut crates = BTreeMap::new();
        for vendor in &vendors {
            if let Some(other) = crates.insert(&vendor.config.crate_name, &vendor.name) {
                let message = format!("`{}` is also the crate of {other}", vendor.config.crate_name);
                return Err(Problem::at("crate", message).in_file(&vendor.folder.join("vendor.toml")));
            }
        }
        Ok(vendors)
    }

    /// Those of these names; every one where none is named.
    pub fn chosen(specs: &Path, names: &[String]) -> Result<Vec<Self>, Problem> {
        if names.is_empty() {
            Self::all(specs)
        } else {
            names.iter().map(|name| Self::load(specs, name)).collect()
        }
    }

    /// One vendor by the name of its folder.
    pub fn load(specs: &Path, name: &str) -> Result<Self, Problem> {
        let folder = specs.join(name);
        let path = folder.join("vendor.toml");
        let text = std::fs::read_to_string(&path).map_err(|error| Problem::from(error).in_file(&path))?;
        let config: Config = toml::from_str(&text).map_err(|error| {
            let place = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            Problem::at(format!("line {place}"), error.message()).in_file(&path)
        })?;
        config.check().map_err(|problem| problem.in_file(&path))?;
        Ok(Self { name: name.to_owned(), folder, config })
    }

    /// The vendored document.
    pub fn document(&self) -> PathBuf {
        self.folder.join("openapi.yaml")
    }

    /// The corrections to it.
    pub fn overlay(&self) -> PathBuf {
        self.folder.join("overlay.yaml")
    }
}

impl Config {
    /// All operations, those that an overlay adds included: `METHOD /path` and the method's name.
    pub fn operations(&self) -> impl Iterator<Item = (&str, &str)> {
        self.upstream
            .iter()
            .flat_map(|upstream| upstream.operations.iter().chain(&upstream.added))
            .map(|(name, operation)| (operation.as_str(), name.as_str()))
    }

    /// The Rust type that a component is named, in this document or in one that spells its name in other cases.
    pub fn type_of(&self, component: &str) -> Option<&String> {
        let alike = || self.types.iter().find(|(name, _)| name.eq_ignore_ascii_case(component));
        self.types.get(component).or_else(|| alike().map(|(_, rust)| rust))
    }

    fn check(&self) -> Result<(), Problem> {
        let plain =
            |text: &str| text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        // It becomes a path under crates/.
        if !plain(&self.crate_name) || self.crate_name.is_empty() {
            return Err(Problem::at("crate", format!("`{}` is no crate's name", self.crate_name)));
        }
        if self.upstream.is_empty() {
            return Err(Problem::at("upstream", "there is no document"));
        }
        let mut names = BTreeSet::new();
        for (operation, name) in self.operations() {
            if !names.insert(name) {
                return Err(Problem::at(name, "two operations have this name"));
            }
            check_method_name(name)?;
            let known = operation
                .split_once(' ')
                .is_some_and(|(method, path)| SENT.contains(&method) && path.starts_with('/'));
            if !known {
                return Err(Problem::at(name, format!("`{operation}` is not of the form `GET /path`")));
            }
        }
        if let Some(known) = self.known.iter().find(|known| known.reason.trim().is_empty()) {
            let operations = known.operations.join(", ");
            return Err(Problem::at("known", format!("there is no reason why `{operations}` is not kept")));
        }
        match self.repeatable.iter().find(|name| !names.contains(name.as_str())) {
            Some(name) => Err(Problem::at("repeatable", format!("`{name}` is no operation that is kept"))),
            None => Ok(()),
        }
    }
}

/// An operation becomes a method beside those that every client has.
pub(crate) fn check_method_name(name: &str) -> Result<(), Problem> {
    if name != name.to_snake_case() || syn::parse_str::<syn::Ident>(name).is_err() {
        return Err(Problem::at(
            name,
            "is no name for a method in Rust: write it in snake case, and no keyword",
        ));
    }
    if name == "new" || name.ends_with("_response") {
        return Err(Problem::at(
            name,
            "is or may be a method that every client has: name the operation otherwise",
        ));
    }
    Ok(())
}

/// The methods that a generated client can send.
pub(crate) const SENT: [&str; 6] = ["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH"];

/// The methods that a path item may have.
pub const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
