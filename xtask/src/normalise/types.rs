//! The Rust types of values: ours for secrets, dates and what plain types cannot say.

use serde_json::{Value, json};

use super::names::{has_property, properties_mut};
use crate::{
    problem::Problem,
    schema::{self, members},
    vendor::Config,
};

/// The type of a secret.
pub const WIRE_SECRET: &str = "tokenward_http::WireSecret";
/// The type of a field that may be null, absent or set.
pub const NULLABLE: &str = "tokenward_http::Nullable";

/// The formats of dates, the types that stand for them until fields are rewritten, and the modules that read them.
pub const DATE_DIALECTS: [(&str, &str, &str); 3] = [
    ("date-time", "Rfc3339", "rfc3339"),
    ("unix-seconds", "EpochSeconds", "epoch_seconds"),
    ("unix-millis", "EpochMillis", "epoch_millis"),
];

/// A schema that typify takes for a type of ours.
pub(super) fn rust_type(path: &str, parameters: &[Value], description: Option<&Value>) -> Value {
    let mut schema = json!({
        "x-rust-type": { "crate": "tokenward-http", "version": "*", "path": path, "parameters": parameters }
    });
    if let Some(description) = description {
        schema["description"] = description.clone();
    }
    schema
}

/// A choice between plain JSON types is any JSON: typify would try the branches, and lose null.
pub(super) fn any_json(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    let mut count = 0;
    schema::for_each(document, &mut |schema| {
        let plain = ["oneOf", "anyOf"].into_iter().any(|key| {
            schema
                .get(key)
                .and_then(Value::as_array)
                .is_some_and(|branches| branches.len() > 1 && branches.iter().all(is_plain))
        });
        if plain {
            let description = schema.get("description").cloned();
            *schema = json!({});
            if let Some(description) = description {
                schema["description"] = description;
            }
            count += 1;
        }
    });
    Ok(count)
}

/// Whether a schema says no more than which types of JSON it takes.
pub fn is_plain(schema: &Value) -> bool {
    members(schema).all(|(key, value)| match key.as_str() {
        "type" | "title" | "description" | "example" => true,
        "items" => is_plain(value),
        "anyOf" | "oneOf" => value.as_array().is_some_and(|branches| branches.iter().all(is_plain)),
        _ => false,
    })
}

/// Defaults go: a bad one panics at run time, and a good one is sent although nobody asked for it.
pub(super) fn defaults(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    Ok(remove_defaults(document))
}

/// Constraints go: each makes a type that refuses real values, and turns a secret into a plain string.
pub(super) fn constraints(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    Ok(remove_constraints(document))
}

/// Keywords that bound a value.
pub(crate) const CONSTRAINTS: [&str; 13] = [
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maximum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "minimum",
    "minItems",
    "minLength",
    "minProperties",
    "multipleOf",
    "pattern",
    "uniqueItems",
];

pub(crate) fn remove_defaults(document: &mut Value) -> usize {
    remove_keywords(document, &["default"])
}

pub(crate) fn remove_constraints(document: &mut Value) -> usize {
    remove_keywords(document, &CONSTRAINTS)
}

fn remove_keywords(document: &mut Value, keywords: &[&str]) -> usize {
    let mut count = 0;
    schema::for_each(document, &mut |schema| {
        if let Some(schema) = schema.as_object_mut() {
            count += keywords.iter().filter(|keyword| schema.remove(**keyword).is_some()).count();
        }
    });
    count
}

/// What `vendor.toml` names as a secret gets the type of secrets.
pub(super) fn secrets(document: &mut Value, config: &Config) -> Result<usize, Problem> {
    for secret in &config.secrets {
        let known =
            secret.split_once('.').is_some_and(|(name, property)| has_property(document, name, property));
        if !known {
            return Err(Problem::at(secret, "is a secret in vendor.toml, and no type has such a property"));
        }
    }
    let mut count = 0;
    for (name, property, schema) in properties_mut(document) {
        if config.secrets.contains(&format!("{name}.{property}")) {
            hide(schema);
            count += 1;
        }
    }
    Ok(count)
}

/// Text that is hidden, or a list or map of it.
fn hide(schema: &mut Value) {
    let inner = match schema.get("type").and_then(Value::as_str) {
        Some("array") => "items",
        Some("object") => "additionalProperties",
        _ => {
            *schema = rust_type(WIRE_SECRET, &[], schema.get("description"));
            return;
        }
    };
    schema.get_mut(inner).into_iter().for_each(hide);
}

/// Dates get the one time type, whatever their dialect.
pub(super) fn dates(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    let mut count = 0;
    schema::for_each(document, &mut |schema| {
        let format = schema.get("format").and_then(Value::as_str);
        if let Some((_, marker, _)) = DATE_DIALECTS.iter().find(|(name, ..)| format == Some(name)) {
            let nullable = schema["nullable"] == true;
            *schema = rust_type(&format!("tokenward_http::time::{marker}"), &[], schema.get("description"));
            if nullable {
                schema["nullable"] = true.into();
            }
            count += 1;
        }
    });
    Ok(count)
}

/// Formats that would bring another type, or a narrower number, go.
pub(super) fn formats(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    let mut count = 0;
    schema::for_each(document, &mut |schema| {
        let wide = match schema.get("type").and_then(Value::as_str) {
            Some("integer") => Some("int64"),
            Some("number") => Some("double"),
            _ => None,
        };
        let format = schema.get("format").and_then(Value::as_str).map(str::to_owned);
        if format.is_none() || format.as_deref() == wide {
            return;
        }
        count += 1;
        match wide {
            Some(wide) => schema["format"] = wide.into(),
            None => {
                schema.as_object_mut().map(|schema| schema.remove("format"));
            }
        }
    });
    // A body of bytes is told by its format.
    for (_, _, operation) in schema::operations_mut(document) {
        if let Some(bytes) = operation.pointer_mut("/requestBody/content/application~1octet-stream/schema") {
            bytes["format"] = "binary".into();
        }
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        normalise::testing::{run, run_with, schemas, try_run},
        schema::reference_to,
    };

    #[test]
    fn a_choice_between_plain_types_is_any_json_and_others_stay() {
        let plain = json!({"description": "d", "oneOf": [
            {"type": "string"}, {"type": "object"}, {"type": "array", "items": {"anyOf": [{"type": "string"}]}},
        ]});
        let named = json!({"oneOf": [reference_to("A"), {"type": "string"}]});
        let words = json!({"oneOf": [{"type": "string", "enum": ["a"]}, {"type": "integer"}]});
        let (document, count) = run("any-json", schemas(json!({"P": plain, "N": named, "W": words})));
        assert_eq!(document, schemas(json!({"P": {"description": "d"}, "N": named, "W": words})));
        assert_eq!(count, 1);
    }

    #[test]
    fn defaults_go_and_a_property_of_that_name_stays() {
        let (document, count) = run(
            "defaults",
            schemas(json!({"A": {"properties": {"default": {"type": "string", "default": "6 months"}}}})),
        );
        assert_eq!(document, schemas(json!({"A": {"properties": {"default": {"type": "string"}}}})));
        assert_eq!(count, 1);
    }

    #[test]
    fn constraints_go() {
        let (document, count) = run(
            "constraints",
            schemas(json!({"A": {"type": "string", "pattern": "[a]\n", "minLength": 1, "enum": ["a"]}})),
        );
        assert_eq!(document, schemas(json!({"A": {"type": "string", "enum": ["a"]}})));
        assert_eq!(count, 2);
    }

    #[test]
    fn a_named_secret_gets_the_type_of_secrets_whatever_its_schema_says() {
        let (document, count) = run_with(
            "secrets",
            schemas(json!({"T": {"properties": {
                "key": {"type": "string", "minLength": 1, "nullable": true, "description": "d"}, "name": {"type": "string"},
            }}})),
            "secrets = ['T.key']",
        );
        let key = &document["components"]["schemas"]["T"]["properties"]["key"];
        assert_eq!(*key, rust_type(WIRE_SECRET, &[], Some(&json!("d"))));
        assert_eq!(count, 1);
    }

    #[test]
    fn a_secret_that_is_nowhere_is_refused() {
        assert_eq!(
            try_run("secrets", &mut schemas(json!({"T": {}})), "secrets = ['T.key']").unwrap_err(),
            "T.key: is a secret in vendor.toml, and no type has such a property"
        );
    }

    #[test]
    fn every_dialect_of_dates_gets_its_reader() {
        let (document, count) = run(
            "dates",
            schemas(json!({
                "A": {"type": "string", "format": "date-time", "nullable": true},
                "B": {"type": "number", "format": "unix-seconds"},
                "C": {"type": "integer", "format": "unix-millis"},
                "D": {"type": "integer", "format": "int64"},
            })),
        );
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["A"]["x-rust-type"]["path"], "tokenward_http::time::Rfc3339");
        assert_eq!(schemas["A"]["nullable"], true);
        assert_eq!(schemas["B"]["x-rust-type"]["path"], "tokenward_http::time::EpochSeconds");
        assert_eq!(schemas["C"]["x-rust-type"]["path"], "tokenward_http::time::EpochMillis");
        assert_eq!(schemas["D"], json!({"type": "integer", "format": "int64"}));
        assert_eq!(count, 3);
    }

    #[test]
    fn numbers_are_wide_and_strings_are_strings() {
        let (document, count) = run(
            "formats",
            schemas(json!({
                "A": {"type": "integer", "format": "int32"}, "B": {"type": "number", "format": "float"},
                "C": {"type": "string", "format": "uuid"}, "D": {"type": "integer", "format": "int64"},
            })),
        );
        assert_eq!(
            document,
            schemas(json!({
                "A": {"type": "integer", "format": "int64"}, "B": {"type": "number", "format": "double"},
                "C": {"type": "string"}, "D": {"type": "integer", "format": "int64"},
            }))
        );
        assert_eq!(count, 3);
    }
}
