//! Lowering OpenAPI 3.1 to 3.0.
//!
//! Documents that declare one version and use keywords of the other exist, so
//! the declared version decides nothing: every spelling is understood.

use serde_json::{Value, json};

use crate::{problem::Problem, schema, vendor::Config};

/// The schema `true` takes everything, as `{}` does.
pub(super) fn boolean_schemas(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    let (mut count, mut never) = (0, false);
    schema::for_each(document, &mut |schema| match schema {
        Value::Bool(true) => {
            *schema = json!({});
            count += 1;
        }
        Value::Bool(false) => never = true,
        _ => {}
    });
    if never {
        return Err(Problem::new("a schema that takes nothing (`false`) has no form in OpenAPI 3.0"));
    }
    Ok(count)
}

/// `type: [string, 'null']` and a choice with `{type: 'null'}` become `nullable: true`.
pub(super) fn null_types(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    let mut count = 0;
    let mut several = None;
    schema::for_each(document, &mut |schema| {
        if let Some(Value::Array(types)) = schema.get("type") {
            let mut named: Vec<Value> = types.iter().filter(|name| *name != "null").cloned().collect();
            let nullable = named.len() < types.len();
            match (named.pop(), named.is_empty()) {
                (Some(name), true) => schema["type"] = name,
                (Some(_), false) => several = Some(schema["type"].to_string()),
                (None, _) => {
                    schema.as_object_mut().map(|schema| schema.remove("type"));
                }
            }
            if nullable {
                schema["nullable"] = true.into();
            }
            count += 1;
        }
        for key in ["anyOf", "oneOf"] {
            let Some(branches) = schema.get_mut(key).and_then(Value::as_array_mut) else { continue };
            let before = branches.len();
            branches.retain(|branch| branch.get("type") != Some(&json!("null")));
            if branches.len() < before {
                schema["nullable"] = true.into();
                count += 1;
            }
        }
    });
    match several {
        Some(types) => Err(Problem::new(format!("a schema of the types {types} has no form in OpenAPI 3.0"))),
        None => Ok(count),
    }
}

/// `const: x` becomes an enum of one member.
pub(super) fn constants(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    let mut count = 0;
    schema::for_each(document, &mut |schema| {
        let Some(constant) = schema.as_object_mut().and_then(|schema| schema.remove("const")) else { return };
        if schema.get("type").is_none() && constant.is_string() {
            schema["type"] = "string".into();
        }
        schema["enum"] = json!([constant]);
        count += 1;
    });
    Ok(count)
}

/// A `$ref` beside other keywords becomes an `allOf`, which 3.0 does not ignore them in. Prose may stay beside it.
pub(super) fn reference_siblings(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    const PROSE: [&str; 5] = ["$ref", "description", "summary", "example", "examples"];

    let mut count = 0;
    schema::for_each(document, &mut |schema| {
        let Some(map) = schema.as_object_mut() else { return };
        if map.keys().all(|key| PROSE.contains(&key.as_str())) {
            return;
        }
        if let Some(reference) = map.remove("$ref") {
            let reference = json!({ "$ref": reference });
            match map.get_mut("allOf").and_then(Value::as_array_mut) {
                Some(parts) => parts.insert(0, reference),
                None => drop(map.insert("allOf".into(), json!([reference]))),
            }
            count += 1;
        }
    });
    Ok(count)
}

/// The document says that it is 3.0.3, and keywords without a form there are refused.
pub(super) fn version_3_0(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    const WITHOUT_A_FORM: [&str; 16] = [
        "$dynamicRef",
        "contains",
        "contentEncoding",
        "contentMediaType",
        "dependencies",
        "dependentRequired",
        "dependentSchemas",
        "else",
        "if",
        "minContains",
        "patternProperties",
        "prefixItems",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    ];

    const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

    let (mut found, mut unknown) = (None, None);
    schema::for_each(document, &mut |schema| {
        found = found.or(WITHOUT_A_FORM.into_iter().find(|key| schema.get(key).is_some()));
        let kind = schema.get("type").and_then(Value::as_str).filter(|kind| !TYPES.contains(kind));
        unknown = unknown.take().or(kind.map(str::to_owned));
    });
    if let Some(kind) = unknown {
        return Err(Problem::new(format!(
            "`{kind}` is no type of OpenAPI: say in the overlay what is meant"
        )));
    }
    if let Some(keyword) = found {
        return Err(Problem::new(format!("the keyword `{keyword}` has no form in OpenAPI 3.0")));
    }
    let count = usize::from(document["openapi"] != "3.0.3");
    document["openapi"] = "3.0.3".into();
    if let Some(map) = document.as_object_mut() {
        map.remove("jsonSchemaDialect");
        map.remove("webhooks");
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::testing::{run, schemas, try_run};

    #[test]
    fn the_schema_true_takes_everything() {
        let closed = json!({"additionalProperties": false, "properties": {"a": true}, "items": true});
        let (document, count) = run("boolean-schemas", schemas(json!({"A": closed})));
        let open = json!({"additionalProperties": false, "properties": {"a": {}}, "items": {}});
        assert_eq!((document, count), (schemas(json!({"A": open})), 2));
        let mut never = schemas(json!({"A": {"properties": {"a": false}}}));
        assert!(try_run("boolean-schemas", &mut never, "").unwrap_err().contains("takes nothing"));
    }

    #[test]
    fn both_spellings_of_null_become_nullable() {
        let (document, count) = run(
            "null-types",
            schemas(json!({
                "A": {"type": ["string", "null"]},
                "B": {"anyOf": [{"$ref": "#/components/schemas/A"}, {"type": "null"}]},
                "C": {"type": "string", "nullable": true},
                "D": {"type": "object", "properties": {"e": {"type": ["null", "integer"]}}},
                "F": {"type": ["null"]},
            })),
        );
        assert_eq!(
            document,
            schemas(json!({
                "A": {"type": "string", "nullable": true},
                "B": {"anyOf": [{"$ref": "#/components/schemas/A"}], "nullable": true},
                "C": {"type": "string", "nullable": true},
                "D": {"type": "object", "properties": {"e": {"type": "integer", "nullable": true}}},
                "F": {"nullable": true},
            }))
        );
        assert_eq!(count, 4);
    }

    #[test]
    fn several_types_at_once_are_refused() {
        let mut document = schemas(json!({"A": {"type": ["string", "integer"]}}));
        assert_eq!(
            try_run("null-types", &mut document, "").unwrap_err(),
            r#"a schema of the types ["string","integer"] has no form in OpenAPI 3.0"#
        );
    }

    #[test]
    fn a_constant_becomes_an_enum_and_a_property_of_that_name_stays() {
        let (document, count) = run(
            "constants",
            schemas(json!({"A": {"const": "x"}, "B": {"properties": {"const": {"type": "string"}}}})),
        );
        assert_eq!(
            document,
            schemas(
                json!({"A": {"type": "string", "enum": ["x"]}, "B": {"properties": {"const": {"type": "string"}}}})
            )
        );
        assert_eq!(count, 1);
    }

    #[test]
    fn keywords_beside_a_reference_are_not_lost() {
        let reference = json!({"$ref": "#/components/schemas/A"});
        let described = json!({"$ref": "#/components/schemas/A", "description": "prose"});
        let (document, count) = run(
            "reference-siblings",
            schemas(
                json!({"B": {"$ref": "#/components/schemas/A", "nullable": true}, "C": described, "D": reference}),
            ),
        );
        assert_eq!(
            document,
            schemas(json!({"B": {"allOf": [reference], "nullable": true}, "C": described, "D": reference}))
        );
        assert_eq!(count, 1);
    }

    #[test]
    fn a_reference_joins_what_a_schema_is_made_of_already() {
        let [a, b] = ["A", "B"].map(|name| json!({"$ref": format!("#/components/schemas/{name}")}));
        let (document, count) = run(
            "reference-siblings",
            schemas(json!({"C": {"$ref": "#/components/schemas/A", "allOf": [b]}})),
        );
        assert_eq!(document, schemas(json!({"C": {"allOf": [a, b]}})));
        assert_eq!(count, 1);
    }

    #[test]
    fn a_type_that_is_none_is_refused_by_name() {
        let mut document = schemas(json!({"A": {"properties": {"type": {"type": "date-time"}}}}));
        assert_eq!(
            try_run("version-3.0", &mut document, "").unwrap_err(),
            "`date-time` is no type of OpenAPI: say in the overlay what is meant"
        );
    }

    #[test]
    fn a_keyword_without_a_form_in_3_0_is_refused_by_name() {
        let mut document = schemas(json!({"A": {"patternProperties": {}}}));
        assert_eq!(
            try_run("version-3.0", &mut document, "").unwrap_err(),
            "the keyword `patternProperties` has no form in OpenAPI 3.0"
        );
    }
}
