//! What is sent and what is answered: one form each.

use serde_json::{Map, Value, json};

use super::{loss::Losses, walk};
use crate::{normalise::CONTENT_TYPE, pointer, schema};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const BYTES: &str = "application/octet-stream";
/// Between the parts of a body that the caller encodes.
const BOUNDARY: &str = "tokenward-boundary";

/// A media type without parameters, in lower case.
fn plain(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_lowercase()
}

/// How well a media type is read and sent; JSON best.
fn rank(media_type: &str) -> usize {
    match plain(media_type).as_str() {
        JSON => 0,
        "text/json" => 1,
        name if name.ends_with("+json") => 2,
        "*/*" | "application/*" | "" => 3,
        FORM => 4,
        _ => 5,
    }
}

fn is_json(media_type: &str) -> bool {
    rank(media_type) < 4
}

/// The media types, the best first.
fn ranked(content: &Map<String, Value>) -> Vec<String> {
    let mut names: Vec<String> = content.keys().cloned().collect();
    names.sort_by_key(|name| (rank(name), name.clone()));
    names
}

/// Of the answers one success is left. Where only `default` is described it is that; where none is, its body is unread.
pub(super) fn answers(document: &mut Value, losses: &mut Losses) -> usize {
    let mut count = 0;
    walk::each_operation(document, &mut |place, operation| {
        let Some(answers) = schema::object_mut(operation, "responses") else { return };
        let all = std::mem::take(answers);
        let mut successes: Vec<(String, Value)> = Vec::new();
        let mut default = None;
        for (status, answer) in all {
            match status.to_uppercase() {
                status if status.starts_with('2') && status.len() == 3 => successes.push((status, answer)),
                status if status == "DEFAULT" => default = Some(answer),
                _ => count += 1,
            }
        }
        // What has a body says more than what has none; the lower status is the usual one.
        successes.sort_by_key(|(status, answer)| (best(answer), status.clone()));
        let mut successes = successes.into_iter();
        let (status, answer) = match (successes.next(), default) {
            (Some(success), default) => {
                count += usize::from(default.is_some());
                success
            }
            (None, Some(default)) => {
                losses.at(place, "describes no success but `default`, which is taken for one");
                count += 1;
                ("2XX".to_owned(), default)
            }
            (None, None) => {
                losses.at(place, "describes no success: what it answers is left unread");
                count += 1;
                ("2XX".to_owned(), json!({}))
            }
        };
        for (other, dropped) in successes {
            count += 1;
            if form(&dropped) != form(&answer) {
                losses.at(
                    &format!("{place}/responses/{other}"),
                    format!("is another answer than {status}, and is read as that"),
                );
            }
        }
        answers.insert(status, answer);
    });
    count
}

/// How well the best form of an answer is read; 9 where there is none.
fn best(answer: &Value) -> usize {
    let content = answer.get("content").and_then(Value::as_object);
    content.into_iter().flatten().map(|(media_type, _)| rank(media_type)).min().unwrap_or(9)
}

fn form(answer: &Value) -> Option<&Value> {
    let content = answer.get("content").and_then(Value::as_object)?;
    let name = ranked(content).into_iter().next()?;
    content.get(&name)?.get("schema")
}

/// An answer is JSON, or bytes, or nothing.
pub(super) fn answer_media_types(document: &mut Value, losses: &mut Losses) -> usize {
    let mut count = 0;
    walk::each_operation(document, &mut |place, operation| {
        let Some(answers) = schema::object_mut(operation, "responses") else { return };
        for (status, answer) in answers {
            let place = format!("{place}/responses/{}", pointer::escape(status));
            let content = answer.get("content").and_then(Value::as_object).cloned().unwrap_or_default();
            let names = ranked(&content);
            let mut kept =
                json!({"description": answer.get("description").and_then(Value::as_str).unwrap_or_default()});
            if let Some(name) = names.first() {
                kept["content"] = match content.get(name).and_then(|media_type| media_type.get("schema")) {
                    Some(schema) if is_json(name) => {
                        if rank(name) == 2 {
                            losses.at(&place, format!("is {name}: {JSON} is asked for"));
                            count += 1;
                        }
                        json!({ JSON: { "schema": schema } })
                    }
                    None if is_json(name) => {
                        losses.at(&place, format!("is {name} without a schema: any JSON"));
                        count += 1;
                        json!({ JSON: { "schema": {} } })
                    }
                    _ => {
                        losses.at(&place, format!("is {name}: it is given as bytes"));
                        count += 1;
                        json!({ BYTES: {} })
                    }
                };
                let others: Vec<&str> =
                    names[1..].iter().map(String::as_str).filter(|name| !is_json(name)).collect();
                if !others.is_empty() {
                    losses.at(&place, format!("may be {}, too, which is not asked for", others.join(", ")));
                    count += 1;
                }
            }
            *answer = kept;
        }
    });
    count
}

/// A body is JSON, a form, or bytes that the caller encodes.
pub(super) fn request_media_types(document: &mut Value, losses: &mut Losses) -> usize {
    let mut count = 0;
    walk::each_operation(document, &mut |place, operation| {
        let Some(body) = operation.get("requestBody") else { return };
        let content = body.get("content").and_then(Value::as_object).cloned().unwrap_or_default();
        let names = ranked(&content);
        let place = format!("{place}/requestBody");
        let Some(name) = names.first() else {
            losses.at(&place, "says nothing of what it is, and is left out");
            operation.as_object_mut().map(|operation| operation.remove("requestBody"));
            count += 1;
            return;
        };
        if names.len() > 1 {
            losses.at(&place, format!("may be {}, too, which is left out", names[1..].join(", ")));
            count += 1;
        }
        let description = body.get("description").filter(|text| text.is_string()).cloned();
        let schema = content.get(name).and_then(|media_type| media_type.get("schema")).cloned();
        let mut kept = json!({"required": true});
        if let Some(description) = description {
            kept["description"] = description;
        }
        let mut real = None;
        kept["content"] = if is_json(name) || rank(name) == 4 {
            if schema.is_none() {
                losses.at(&place, format!("is {name} without a schema: any JSON"));
                count += 1;
            }
            let schema = schema.unwrap_or_else(|| json!({}));
            if rank(name) == 2 {
                // Declared as JSON, and named as it is, by a pass of every client.
                json!({ plain(name): { "schema": schema } })
            } else {
                json!({ if rank(name) == 4 { FORM } else { JSON }: { "schema": schema } })
            }
        } else {
            count += 1;
            let plain = plain(name);
            losses.at(
                &place,
                format!("is {plain}: it is sent as bytes that the caller encodes{}", parts(&plain)),
            );
            real = Some(if plain.starts_with("multipart/") {
                format!("{plain}; boundary={BOUNDARY}")
            } else if plain.contains('*') {
                BYTES.to_owned()
            } else {
                plain
            });
            json!({ BYTES: { "schema": { "type": "string", "format": "binary" } } })
        };
        operation["requestBody"] = kept;
        if let Some(real) = real.filter(|real| real != BYTES) {
            operation[CONTENT_TYPE] = real.into();
        }
    });
    count
}

fn parts(media_type: &str) -> String {
    if media_type.starts_with("multipart/") {
        format!(", with `{BOUNDARY}` between its parts")
    } else {
        String::new()
    }
}

/// A form holds text, numbers and words: what else its schema has is left out.
pub(super) fn forms(document: &mut Value, losses: &mut Losses) -> usize {
    let mut nested = Vec::new();
    for (method, path, operation) in schema::operations(document) {
        let Some(schema) = operation
            .pointer("/requestBody/content")
            .and_then(|content| content.get(FORM))
            .and_then(|media_type| media_type.get("schema"))
        else {
            continue;
        };
        let record = followed(document, schema);
        let place = format!("/paths/{}/{method}/requestBody", pointer::escape(path));
        let properties = record.get("properties").map(schema::members).into_iter().flatten();
        let found: Vec<&str> = properties
            .filter(|(_, property)| !is_plain(followed(document, property)))
            .map(|(name, _)| name.as_str())
            .collect();
        if !found.is_empty() {
            nested.push((
                place.clone(),
                format!("is a form, which cannot hold {}: sending fails where it is set", found.join(", ")),
            ));
        }
        if record.get("properties").is_none() {
            nested.push((place, "is a form of unknown fields: what is no flat record fails".to_owned()));
        }
    }
    let count = nested.len();
    nested.into_iter().for_each(|(place, what)| losses.at(&place, what));
    count
}

fn followed<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let inner = schema.get("allOf").and_then(|parts| parts.get(0)).unwrap_or(schema);
    let name = schema::reference(inner);
    name.and_then(|name| document["components"]["schemas"].get(name)).unwrap_or(inner)
}

fn is_plain(schema: &Value) -> bool {
    let kind = schema.get("type").and_then(Value::as_str);
    kind.is_some_and(|kind| ["string", "integer", "number", "boolean"].contains(&kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whole::testing::{one, reference, run};

    fn json_of(schema: Value) -> Value {
        json!({"content": {JSON: {"schema": schema}}})
    }

    #[test]
    fn one_success_is_left_and_what_it_hides_is_said() {
        let (a, b) = (json_of(json!({"type": "string"})), json_of(json!({"type": "integer"})));
        for (before, after, lost) in [
            (json!({"200": a, "404": b, "default": b}), json!({"200": a}), 0),
            (json!({"201": a, "200": {}}), json!({"201": a}), 1),
            (json!({"200": a, "201": a}), json!({"200": a}), 0),
            (json!({"default": a}), json!({"2XX": a}), 1),
            (json!({"2xx": a}), json!({"2XX": a}), 0),
            (json!({"302": a}), json!({"2XX": {}}), 1),
        ] {
            let (operation, _, losses) = one("one-success", json!({"responses": before}));
            assert_eq!((operation["responses"].clone(), losses.len()), (after, lost), "{before} {losses:?}");
        }
    }

    #[test]
    fn an_answer_is_json_or_bytes_or_nothing() {
        let schema = json!({"schema": {"type": "string"}});
        for (content, after, lost) in [
            (json!({"application/json; charset=utf-8": schema}), json!({JSON: schema}), 0),
            (json!({"application/hal+json": schema}), json!({JSON: schema}), 1),
            (json!({"*/*": schema}), json!({JSON: schema}), 0),
            (json!({JSON: {}}), json!({JSON: {"schema": {}}}), 1),
            (json!({JSON: schema, "application/xml": {}}), json!({JSON: schema}), 1),
            (json!({"text/plain": schema}), json!({BYTES: {}}), 1),
            (json!({}), Value::Null, 0),
        ] {
            let (operation, _, losses) =
                one("answer-media-types", json!({"responses": {"200": {"content": content}}}));
            assert_eq!(
                (operation["responses"]["200"]["content"].clone(), losses.len()),
                (after, lost),
                "{content}"
            );
        }
    }

    #[test]
    fn a_body_is_json_a_form_or_bytes() {
        let schema = json!({"schema": {"type": "string"}});
        let bytes = json!({BYTES: {"schema": {"type": "string", "format": "binary"}}});
        let multipart = json!("multipart/form-data; boundary=tokenward-boundary");
        for (content, after, real, lost) in [
            (json!({"*/*": schema}), json!({JSON: schema}), Value::Null, 0),
            (
                json!({"application/json-patch+json": schema}),
                json!({"application/json-patch+json": schema}),
                Value::Null,
                0,
            ),
            (json!({FORM: schema}), json!({FORM: schema}), Value::Null, 0),
            (json!({"multipart/form-data": schema}), bytes.clone(), multipart, 1),
            (json!({"text/csv; header=1": schema}), bytes.clone(), json!("text/csv"), 1),
            (json!({"image/*": schema}), bytes, Value::Null, 1),
            (json!({JSON: schema, "application/xml": schema}), json!({JSON: schema}), Value::Null, 1),
        ] {
            let (operation, _, losses) =
                one("body-media-types", json!({"requestBody": {"content": content}}));
            assert_eq!(
                (&operation["requestBody"]["content"], &operation[CONTENT_TYPE]),
                (&after, &real),
                "{content}"
            );
            assert_eq!(losses.len(), lost, "{losses:?}");
        }
        let (operation, _, losses) = one("body-media-types", json!({"requestBody": {"content": {}}}));
        assert!(operation.get("requestBody").is_none() && losses.len() == 1);
    }

    #[test]
    fn what_a_form_cannot_hold_is_said() {
        let document = json!({
            "paths": {"/a": {"post": {"requestBody": {"content": {FORM: {"schema": reference("F")}}}}}},
            "components": {"schemas": {"F": {"properties": {
                "name": {"type": "string"}, "list": {"type": "array"}, "words": {"allOf": [reference("W")]},
            }}, "W": {"type": "string", "enum": ["a"]}}},
        });
        let (_, count, losses) = run("flat-forms", document);
        assert_eq!(
            losses,
            ["POST /a: requestBody: is a form, which cannot hold list: sending fails where it is set"]
        );
        assert_eq!(count, 1);
    }
}
