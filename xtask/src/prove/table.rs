//! The table of what a vendor may do to a document, and what each means.

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;
use serde_json::Value;

use crate::{
    document,
    problem::Problem,
    schema::{self, components, members},
    vendor::Config,
};

/// One thing that a vendor may do to a document, and what it means, done and taken back.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// What is done.
    pub name: String,
    /// How.
    pub patch: json_patch::Patch,
    /// What it means.
    pub forward: Claim,
    /// What it means to take it back.
    pub backward: Claim,
}

/// What is said of a change, in the words of the table.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(transparent)]
pub struct Claim(pub String);

impl Claim {
    /// Whether a program that compiled no longer does.
    pub fn breaks_compile(&self) -> bool {
        self.0.starts_with("compile")
    }

    /// Whether a program that was built before cannot read the answers any more.
    pub fn breaks_decode(&self) -> bool {
        self.0 == "decode" || self.0.ends_with(", decode")
    }
}

/// A document, and what may be done to it.
#[derive(Debug)]
pub struct Table {
    /// The document before.
    pub base: Value,
    /// What is kept of it.
    pub config: Config,
    /// What may be done to it.
    pub rows: Vec<Row>,
}

impl Table {
    /// Reads `base.yaml`, `vendor.toml` and `table.yaml` in a folder.
    pub fn load(folder: &Path) -> Result<Self, Problem> {
        let rows = folder.join("table.yaml");
        let config = folder.join("vendor.toml");
        let text = std::fs::read_to_string(&config).map_err(|error| Problem::from(error).in_file(&config))?;
        Ok(Self {
            base: document::load(&folder.join("base.yaml"))?,
            config: toml::from_str(&text).map_err(|error| Problem::new(error).in_file(&config))?,
            rows: serde_json::from_value(document::read(&rows)?)
                .map_err(|error| Problem::new(error).in_file(&rows))?,
        })
    }

    /// The document after.
    pub fn changed(&self, row: &Row) -> Result<Value, Problem> {
        let mut document = self.base.clone();
        json_patch::patch(&mut document, &row.patch).map_err(|error| Problem::at(&row.name, error))?;
        Ok(document)
    }

    /// What somebody writes into `vendor.toml` when the document has become this one.
    pub fn config(&self, document: &Value) -> Config {
        fitted(&self.config, document)
    }
}

fn fitted(config: &Config, document: &Value) -> Config {
    let mut fitted = config.clone();
    for upstream in &mut fitted.upstream {
        upstream.operations = upstream
            .operations
            .iter()
            .filter_map(|(name, route)| Some((name.clone(), found(document, name, route)?)))
            .collect();
    }
    let of_type = |component: &str, property: &str| {
        let name = fitted.types.get(component).map_or(component, String::as_str);
        format!("{name}.{property}")
    };
    let mut fields: BTreeMap<String, &Value> = BTreeMap::new();
    for (component, schema) in components(document) {
        for (property, schema) in schema.get("properties").into_iter().flat_map(members) {
            fields.insert(of_type(component, property), schema);
        }
    }
    fitted.secrets.retain(|name| fields.contains_key(name));
    fitted.dates.retain(|name| fields.contains_key(name));
    for (name, schema) in fields {
        let property = name.split_once('.').map_or("", |(_, property)| property);
        if schema["type"] == "string" && tokenward_core::secret_names::sounds_secret(property) {
            fitted.secrets.insert(name.clone());
        }
        if schema["format"] == "date-time" {
            fitted.dates.insert(name);
        }
    }
    fitted
}

/// Where an operation stands: where it stood, or where its id is now.
fn found(document: &Value, name: &str, route: &str) -> Option<String> {
    use heck::ToSnakeCase;

    let key = |method: &str, path: &str| format!("{} {path}", method.to_uppercase());
    let has_id = |operation: &Value| {
        operation.get("operationId").and_then(Value::as_str).is_some_and(|id| id.to_snake_case() == name)
    };
    let here = schema::operations(document).find(|(method, path, _)| key(method, path) == route);
    let moved = || schema::operations(document).find(|(.., operation)| has_id(operation));
    here.or_else(moved).map(|(method, path, _)| key(method, path))
}
