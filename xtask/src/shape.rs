//! Whether a document has the shape that every later step takes for granted.
//!
//! OpenAPI's own rules are checked where they matter; here it is only that what
//! should be an object is one, and that no schema is made of itself.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{pointer::escape, problem::Problem, schema::members, vendor::METHODS};

/// Fails at the first place where a part of another kind stands.
pub(crate) fn check(document: &Value) -> Result<(), Problem> {
    object(document, "")?;
    for key in ["info", "paths", "components"] {
        document.get(key).map_or(Ok(()), |value| object(value, &format!("/{key}")))?;
    }
    for (path, item) in document.get("paths").into_iter().flat_map(members) {
        let place = format!("/paths/{}", escape(path));
        object(item, &place)?;
        parameters(item, &place)?;
        for (method, operation) in members(item).filter(|(method, _)| METHODS.contains(&method.as_str())) {
            self::operation(operation, &format!("{place}/{method}"))?;
        }
    }
    for (kind, named) in document.get("components").into_iter().flat_map(members) {
        let place = format!("/components/{kind}");
        object(named, &place)?;
        for (name, value) in members(named) {
            let place = format!("{place}/{}", escape(name));
            match kind.as_str() {
                "schemas" => schema(value, &place)?,
                _ => media(value, &place)?,
            }
        }
    }
    not_made_of_itself(document)
}

fn operation(operation: &Value, place: &str) -> Result<(), Problem> {
    object(operation, place)?;
    parameters(operation, place)?;
    if let Some(body) = operation.get("requestBody") {
        media(body, &format!("{place}/requestBody"))?;
    }
    let Some(answers) = operation.get("responses") else { return Ok(()) };
    object(answers, &format!("{place}/responses"))?;
    members(answers)
        .try_for_each(|(status, answer)| media(answer, &format!("{place}/responses/{}", escape(status))))
}

fn parameters(owner: &Value, place: &str) -> Result<(), Problem> {
    let Some(parameters) = owner.get("parameters") else { return Ok(()) };
    let place = format!("{place}/parameters");
    let list = parameters.as_array().ok_or_else(|| Problem::at(&place, "is no list"))?;
    list.iter().enumerate().try_for_each(|(index, parameter)| media(parameter, &format!("{place}/{index}")))
}

/// A parameter, a body or an answer, which hold schemas by themselves or by media type.
fn media(value: &Value, place: &str) -> Result<(), Problem> {
    object(value, place)?;
    if let Some(inner) = value.get("schema") {
        schema(inner, &format!("{place}/schema"))?;
    }
    let Some(content) = value.get("content") else { return Ok(()) };
    let place = format!("{place}/content");
    object(content, &place)?;
    members(content).try_for_each(|(name, inner)| media(inner, &format!("{place}/{}", escape(name))))
}

fn schema(value: &Value, place: &str) -> Result<(), Problem> {
    if value.is_boolean() {
        return Ok(());
    }
    object(value, place)?;
    if let Some(properties) = value.get("properties") {
        let place = format!("{place}/properties");
        object(properties, &place)?;
        for (name, inner) in members(properties) {
            schema(inner, &format!("{place}/{}", escape(name)))?;
        }
    }
    for key in ["items", "additionalProperties", "not"] {
        value.get(key).map_or(Ok(()), |inner| schema(inner, &format!("{place}/{key}")))?;
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        let Some(branches) = value.get(key) else { continue };
        let place = format!("{place}/{key}");
        let list = branches.as_array().ok_or_else(|| Problem::at(&place, "is no list"))?;
        for (index, inner) in list.iter().enumerate() {
            schema(inner, &format!("{place}/{index}"))?;
        }
    }
    Ok(())
}

/// Recursion is fine through a property, and has no meaning through references, choices and lists alone.
fn not_made_of_itself(document: &Value) -> Result<(), Problem> {
    let mut sound = BTreeSet::new();
    for (kind, named) in document.get("components").into_iter().flat_map(members) {
        for (name, _) in members(named) {
            let place = format!("#/components/{kind}/{}", escape(name));
            follow(document, &place, &mut Vec::new(), &mut sound)?;
        }
    }
    Ok(())
}

fn follow(
    document: &Value,
    place: &str,
    path: &mut Vec<String>,
    sound: &mut BTreeSet<String>,
) -> Result<(), Problem> {
    /// No document is made of so many layers; the generator follows them on the stack.
    const DEEPEST: usize = 64;

    if sound.contains(place) {
        return Ok(());
    }
    let at = |message: &str| Problem::at(place.trim_start_matches('#'), message);
    if path.iter().any(|open| open == place) {
        return Err(at("is made of itself"));
    }
    if path.len() >= DEEPEST {
        return Err(at(&format!("is the end of a chain of more than {DEEPEST} references")));
    }
    path.push(place.to_owned());
    if let Some(value) = place.strip_prefix('#').and_then(|pointer| document.pointer(pointer)) {
        for next in made_of(value) {
            follow(document, next, path, sound)?;
        }
    }
    path.pop();
    sound.insert(place.to_owned());
    Ok(())
}

/// The references that stand where the value stands: a list does, and so does what it lists; the properties of a
/// record do not.
fn made_of(value: &Value) -> Vec<&str> {
    let branches =
        ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|key| value.get(key)?.as_array()).flatten();
    let inner = branches.chain(value.get("items")).flat_map(made_of);
    value.get("$ref").and_then(Value::as_str).into_iter().chain(inner).collect()
}

fn object(value: &Value, place: &str) -> Result<(), Problem> {
    if value.is_object() {
        return Ok(());
    }
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Err(Problem::at(
        if place.is_empty() { "/" } else { place },
        format!("is {found} where an object should be"),
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_of_another_kind_is_named_with_its_place() {
        let ok = json!({"responses": {}});
        let mut problems = String::new();
        for document in [
            json!([]),
            json!({"paths": []}),
            json!({"paths": {"/a/b": 1}}),
            json!({"paths": {"/a": {"get": "x"}}}),
            json!({"paths": {"/a": {"get": ok, "parameters": {}}}}),
            json!({"paths": {"/a": {"get": {"parameters": [1]}}}}),
            json!({"paths": {"/a": {"get": {"responses": {"200": {"content": {"application/json": {"schema": 7}}}}}}}}),
            json!({"components": {"schemas": {"A": "x"}}}),
            json!({"components": {"schemas": {"A": {"properties": {"b": null}}}}}),
            json!({"components": {"schemas": {"A": {"items": [{}]}}}}),
            json!({"components": {"schemas": {"A": {"oneOf": {}}}}}),
            json!({"components": {"schemas": {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}}}),
            json!({"components": {"schemas": {"A": {"allOf": [{"$ref": "#/components/schemas/A"}]}}}}),
            json!({"components": {"schemas": {"A": {"type": "array", "items": {"$ref": "#/components/schemas/A"}}}}}),
            json!({"components": {"schemas": {"A": {"allOf": [{"oneOf": [{"$ref": "#/components/schemas/A"}, {}]}]}}}}),
            json!({"components": {"responses": {"R": {"$ref": "#/components/responses/R"}}}}),
            json!({"components": {"parameters": {"P": {"$ref": "#/components/parameters/P"}}}}),
            long_chain(),
        ] {
            problems += &format!("{}\n", check(&document).unwrap_err());
        }
        insta::assert_snapshot!(problems);
    }

    fn long_chain() -> Value {
        let schemas: serde_json::Map<String, Value> = (0..1000)
            .map(|n| {
                (
                    format!("L{n:04}"),
                    json!({"allOf": [{"$ref": format!("#/components/schemas/L{:04}", n + 1)}]}),
                )
            })
            .collect();
        json!({"components": {"schemas": schemas}})
    }

    #[test]
    fn recursion_through_a_property_is_sound_and_so_is_a_boolean_schema() {
        let document = json!({"components": {"schemas": {
            "Tree": {"properties": {"left": {"$ref": "#/components/schemas/Tree"}, "any": true}},
            "Alias": {"$ref": "#/components/schemas/Tree"},
            "Forest": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
        }}});
        assert_eq!(check(&document), Ok(()));
    }
}
