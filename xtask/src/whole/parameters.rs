//! Parameters: in the path, the query or a header, of plain values, each with a name of its own in Rust.

use std::collections::BTreeSet;

use heck::ToSnakeCase;
use serde_json::{Value, json};

use super::{loss::Losses, walk};
use crate::{evidence, normalise::WIRE_NAME};

fn text<'a>(parameter: &'a Value, key: &str) -> &'a str {
    parameter.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Calls `change` with the parameters of each operation.
fn each(document: &mut Value, change: &mut dyn FnMut(&str, &mut Vec<Value>)) {
    walk::each_operation(document, &mut |place, operation| {
        if let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) {
            change(&format!("{place}/parameters"), parameters);
        }
    });
}

/// Parameters have a place, a name and a schema, and the operation's own stands for the path's.
pub(super) fn shapes(document: &mut Value, losses: &mut Losses) -> usize {
    let mut count = 0;
    each(document, &mut |place, parameters| {
        let mut seen = BTreeSet::new();
        // The operation's own stand behind those of its path.
        for parameter in std::mem::take(parameters).into_iter().rev() {
            let (name, at) = (text(&parameter, "name").to_owned(), text(&parameter, "in").to_owned());
            if !seen.insert((name.clone(), at.clone())) {
                count += 1;
                continue;
            }
            let reason = match at.as_str() {
                _ if name.is_empty() => Some("has no name"),
                "cookie" => Some("is a cookie, which a client has none of"),
                "header" if !is_header(&name) => Some("is no name that a header can have"),
                "path" | "query" | "header" => None,
                _ => Some("stands nowhere in a request"),
            };
            if let Some(reason) = reason {
                losses.at(place, format!("`{name}` {reason}, and is left out"));
                count += 1;
                continue;
            }
            parameters.push(kept(&parameter, &name, &at, place, losses));
        }
        parameters.reverse();
    });
    count
}

fn is_header(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))
}

/// What a client is made of, of a parameter.
fn kept(parameter: &Value, name: &str, at: &str, place: &str, losses: &mut Losses) -> Value {
    let required = at == "path" || parameter.get("required") == Some(&Value::Bool(true));
    let mut kept = json!({"name": name, "in": at, "required": required});
    for key in ["description", "style"] {
        if parameter.get(key).is_some_and(Value::is_string) {
            kept[key] = parameter[key].clone();
        }
    }
    if let Some(explode) = parameter.get("explode").filter(|explode| explode.is_boolean()) {
        kept["explode"] = explode.clone();
    }
    kept["schema"] = match (parameter.get("schema"), parameter.get("content")) {
        (Some(schema), _) => schema.clone(),
        (None, Some(_)) => {
            losses.at(place, format!("`{name}` is a document of its own: its text is passed"));
            json!({"type": "string"})
        }
        (None, None) => {
            losses.at(place, format!("`{name}` has no schema: it is text"));
            json!({"type": "string"})
        }
    };
    kept
}

/// The parameters of a path are those of its template, and no others.
pub(super) fn templates(document: &mut Value, losses: &mut Losses) -> usize {
    let mut count = 0;
    each(document, &mut |place, parameters| {
        let path = super::frame::last_name(place.rsplitn(3, '/').last().unwrap_or_default());
        let named = template(&path);
        parameters.retain(|parameter| {
            let is_there = text(parameter, "in") != "path" || named.contains(text(parameter, "name"));
            if !is_there {
                losses
                    .at(place, format!("`{}` is not in the path, and is left out", text(parameter, "name")));
                count += 1;
            }
            is_there
        });
        for name in named {
            let known =
                |parameter: &Value| text(parameter, "in") == "path" && text(parameter, "name") == name;
            if !parameters.iter().any(known) {
                losses.at(place, format!("`{name}` is in the path and not described: it is text"));
                parameters.push(
                    json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}),
                );
                count += 1;
            }
        }
    });
    count
}

/// The names in braces.
fn template(path: &str) -> BTreeSet<String> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
}

/// A parameter is text, a number, a boolean, a word, or in the query a list of them; what else is passed as text.
pub(super) fn values(document: &mut Value, losses: &mut Losses) -> usize {
    let schemas = document["components"]["schemas"].take();
    let mut count = 0;
    each(document, &mut |place, parameters| {
        for parameter in parameters {
            let (name, at) = (text(parameter, "name").to_owned(), text(parameter, "in").to_owned());
            let style = text(parameter, "style").to_owned();
            let is_usual = matches!(
                (at.as_str(), style.as_str()),
                (_, "") | ("query", "form") | ("path" | "header", "simple")
            );
            let is_one_text =
                parameter.get("explode") == Some(&Value::Bool(false)) || !is_usual || at != "query";
            if evidence::is_password(&parameter["schema"])
                || evidence::is_password(&parameter["schema"]["items"])
            {
                losses.at(
                    place,
                    format!("`{name}` may be a secret: look at it ({})", evidence::PLAIN_ARGUMENT),
                );
            }
            let simple = simple(&schemas, &parameter["schema"], &mut Vec::new());
            let schema = match simple {
                Simple::Value(schema) => schema,
                Simple::List(items) if !is_one_text => json!({"type": "array", "items": items}),
                Simple::List(_) => {
                    losses.at(place, format!("`{name}` is a list in one text, which the caller joins"));
                    count += 1;
                    json!({"type": "string"})
                }
                Simple::Other(what) => {
                    losses.at(place, format!("`{name}` is {what}: its text is passed as it is"));
                    count += 1;
                    json!({"type": "string"})
                }
            };
            if !is_usual && style != "deepObject" && schema["type"] != "string" {
                losses.at(place, format!("`{name}` has the style {style}, which is not kept"));
                count += 1;
            }
            parameter["schema"] = schema;
            if let Some(parameter) = parameter.as_object_mut() {
                parameter.remove("style");
                parameter.remove("explode");
            }
        }
    });
    document["components"]["schemas"] = schemas;
    count
}

enum Simple {
    Value(Value),
    List(Value),
    Other(&'static str),
}

/// What a parameter of this schema is.
fn simple(schemas: &Value, schema: &Value, open: &mut Vec<String>) -> Simple {
    if let Some(name) = crate::schema::reference(schema) {
        if open.iter().any(|other| other == name) {
            return Simple::Other("made of itself");
        }
        open.push(name.to_owned());
        let found = simple(schemas, schemas.get(name).unwrap_or(&Value::Null), open);
        open.pop();
        return match found {
            // Words have a name, which is worth keeping.
            Simple::Value(value) if value.get("enum").is_some() && schemas[name].get("enum").is_some() => {
                Simple::Value(json!({ "$ref": format!("#/components/schemas/{name}") }))
            }
            found => found,
        };
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        let Some(branches) = schema.get(key).and_then(Value::as_array) else { continue };
        let mut kinds: Vec<Simple> = branches.iter().map(|branch| simple(schemas, branch, open)).collect();
        return match (kinds.pop(), kinds.is_empty()) {
            (Some(kind), true) => kind,
            // One value, or several of them: several can be passed for one.
            (Some(Simple::List(items)), false)
                if kinds.iter().all(|kind| matches!(kind, Simple::Value(value) if *value == items)) =>
            {
                Simple::List(items)
            }
            (Some(Simple::Value(value)), false)
                if kinds.iter().all(|kind| matches!(kind, Simple::Value(other) if *other == value)) =>
            {
                Simple::Value(value)
            }
            _ => Simple::Other("a choice"),
        };
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => {
            let mut kept = json!({"type": "string"});
            if let Some(words) = schema.get("enum") {
                kept["enum"] = words.clone();
            }
            Simple::Value(kept)
        }
        Some(kind @ ("integer" | "number" | "boolean")) => Simple::Value(json!({ "type": kind })),
        Some("array") => match schema.get("items").map(|items| simple(schemas, items, open)) {
            Some(Simple::Value(items)) => Simple::List(items),
            _ => Simple::Other("a list of what is no plain value"),
        },
        Some(_) => Simple::Other("a record"),
        None => Simple::Other("of no plain type"),
    }
}

/// Names that a generated method has already, or that are no names.
const TAKEN: [&str; 14] = [
    "body",
    "client",
    "header_map",
    "info",
    "query",
    "request",
    "response",
    "result",
    "self",
    "super",
    "crate",
    "url",
    "value",
    "_",
];

/// Two parameters of one name in Rust are told apart by a number; what is sent stays as it is.
pub(super) fn names(document: &mut Value, _: &mut Losses) -> usize {
    let mut count = 0;
    let mut renamed: Vec<(String, String, String)> = Vec::new();
    each(document, &mut |place, parameters| {
        let mut taken: BTreeSet<String> = TAKEN.iter().map(|name| (*name).to_owned()).collect();
        // What every path has in common is named first, so that operations of one path agree.
        let mut order: Vec<usize> = (0..parameters.len()).collect();
        order.sort_by_key(|index| (text(&parameters[*index], "in") != "path", *index));
        for index in order {
            let name = text(&parameters[index], "name").to_owned();
            let own = variable(&name);
            let mut free = own.clone();
            let mut number = 2;
            while taken.contains(&free) {
                free = format!("{own}_{number}");
                number += 1;
            }
            taken.insert(free.clone());
            if free == own && !own.starts_with('_') {
                continue;
            }
            count += 1;
            let parameter = &mut parameters[index];
            if text(parameter, "in") == "path" {
                renamed.push((place.to_owned(), name, free.clone()));
            } else {
                parameter[WIRE_NAME] = name.into();
            }
            parameter["name"] = free.into();
        }
    });
    // The template of a path is one for all its operations.
    let mut by_path: std::collections::BTreeMap<String, Vec<(String, String, String)>> = Default::default();
    for (place, old, new) in renamed {
        let path = super::frame::last_name(place.rsplitn(3, '/').last().unwrap_or_default());
        by_path.entry(path).or_default().push((place, old, new));
    }
    for (path, changes) in by_path {
        rename_in_template(document, &path, &changes);
    }
    count
}

fn rename_in_template(document: &mut Value, path: &str, changes: &[(String, String, String)]) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return };
    let Some(mut item) = paths.remove(path) else { return };
    let mut template = path.to_owned();
    for (_, old, new) in changes {
        template = template.replace(&format!("{{{old}}}"), &format!("{{{new}}}"));
    }
    // Those that name it otherwise follow.
    for (_, operation) in item.as_object_mut().into_iter().flatten() {
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            if text(parameter, "in") == "path"
                && let Some((_, _, new)) = changes.iter().find(|(_, old, _)| old == text(parameter, "name"))
            {
                parameter["name"] = new.clone().into();
            }
        }
    }
    if paths.contains_key(&template) {
        paths.insert(path.to_owned(), item);
    } else {
        paths.insert(template, item);
    }
}

/// The variable that a parameter of this name becomes.
fn variable(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let snake = plain.to_snake_case();
    match snake {
        snake if snake.is_empty() => "_".to_owned(),
        snake if snake.starts_with(|c: char| c.is_numeric()) => format!("_{snake}"),
        snake if syn::parse_str::<syn::Ident>(&snake).is_err() => format!("{snake}_"),
        snake => snake,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whole::testing::{one, run};

    fn parameters(name: &str, before: Value) -> (Value, usize, Vec<String>) {
        let (operation, count, losses) = one(name, json!({"parameters": before}));
        (operation["parameters"].clone(), count, losses)
    }

    #[test]
    fn a_parameter_has_a_place_a_name_and_a_schema() {
        let (after, count, losses) = parameters(
            "parameter-shapes",
            json!([
                {"in": "query", "name": "a", "schema": {"type": "integer"}},
                {"in": "query", "name": "a", "schema": {"type": "string"}, "example": 1},
                {"in": "cookie", "name": "b"}, {"in": "header", "name": "a b"}, {"in": "body", "name": "c"}, {"in": "query"},
                {"in": "path", "name": "d"},
            ]),
        );
        let text = json!({"type": "string"});
        assert_eq!(
            after,
            json!([
                {"in": "query", "name": "a", "required": false, "schema": text},
                {"in": "path", "name": "d", "required": true, "schema": text},
            ])
        );
        assert_eq!((count, losses.len()), (5, 5), "{losses:?}");
    }

    #[test]
    fn the_parameters_of_a_path_are_those_of_its_template() {
        let (after, count, losses) = parameters("path-parameters", json!([{"in": "path", "name": "c"}]));
        assert_eq!(
            after,
            json!([{"in": "path", "name": "b", "required": true, "schema": {"type": "string"}}])
        );
        assert_eq!((count, losses.len()), (2, 2));
    }

    #[test]
    fn what_is_no_plain_value_is_passed_as_text() {
        let text = json!({"type": "string"});
        let list = json!({"type": "array", "items": text});
        let of = |at: &str, schema: &Value| json!({"in": at, "name": "a", "schema": schema});
        for (before, after, lost) in [
            (of("query", &list), list.clone(), 0),
            (of("header", &list), text.clone(), 1),
            (json!({"in": "query", "name": "a", "explode": false, "schema": list}), text.clone(), 1),
            (of("query", &json!({"type": "object"})), text.clone(), 1),
            (of("query", &json!({"oneOf": [text, {"type": "integer"}]})), text.clone(), 1),
            (of("query", &json!({"oneOf": [text, list]})), list.clone(), 0),
            (of("query", &json!({"type": "string", "format": "date-time"})), text.clone(), 0),
            (of("query", &json!({})), text.clone(), 1),
        ] {
            let (parameters, _, losses) = parameters("parameter-values", json!([before]));
            assert_eq!((&parameters[0]["schema"], losses.len()), (&after, lost), "{before} {losses:?}");
        }
    }

    #[test]
    fn two_parameters_of_one_name_in_rust_are_sent_by_their_own() {
        let document = json!({"components": {"schemas": {}}, "paths": {"/x/{id}/{type}": {"get": {"parameters": [
            {"in": "query", "name": "id"}, {"in": "path", "name": "id"}, {"in": "header", "name": "X-Id"},
            {"in": "query", "name": "x_id"}, {"in": "query", "name": "body"}, {"in": "path", "name": "type"},
        ]}}}});
        let (document, count, losses) = run("parameter-names", document);
        let found = &document["paths"]["/x/{id}/{type}"]["get"]["parameters"];
        let names: Vec<(&str, Option<&str>)> =
            found.as_array().unwrap().iter().map(|p| (text(p, "name"), p[WIRE_NAME].as_str())).collect();
        let expected = [
            ("id_2", Some("id")),
            ("id", None),
            ("X-Id", None),
            ("x_id_2", Some("x_id")),
            ("body_2", Some("body")),
            ("type", None),
        ];
        assert_eq!(names, expected);
        assert_eq!((count, losses.len()), (3, 0));
    }
}
