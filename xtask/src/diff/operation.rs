//! Two versions of one operation: where it is, what it takes, what it answers, and who may call it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    change::{Direction, Found},
    kept::{Operation, type_prefix},
    rules,
    schema::{At, Schemas, short, word},
    view::Document,
};
use crate::{route::template, schema::members};

/// Compares an operation that both documents have.
pub(super) fn compare<'a>(
    name: &str,
    old: &Operation<'a>,
    new: &Operation<'a>,
    schemas: &mut Schemas<'a>,
) -> Found {
    let mut found = Found::default();
    path(old, new, &mut found);
    texts(old, new, &mut found);
    let is_deprecated =
        |operation: &Operation<'_>| operation.operation.get("deprecated") == Some(&Value::Bool(true));
    match (is_deprecated(old), is_deprecated(new)) {
        (false, true) => found.add(rules::OPERATION_DEPRECATED, "operation", "is deprecated"),
        (true, false) => found.add(rules::OPERATION_UNDEPRECATED, "operation", "is no longer deprecated"),
        _ => {}
    }
    parameters(name, old, new, schemas, &mut found);
    body(name, old, new, schemas, &mut found);
    answers(name, old, new, schemas, &mut found);
    super::access::compare(
        &super::access::Access::of(schemas.old, old),
        &super::access::Access::of(schemas.new, new),
        &mut found,
    );
    found
}

fn path(old: &Operation<'_>, new: &Operation<'_>, found: &mut Found) {
    if template(old.path) != template(new.path) {
        found.add(rules::OPERATION_MOVED, "path", format!("{}, was {}", short(new.path), short(old.path)));
    } else if old.path != new.path {
        let what = format!("{}, was {}: name it so in vendor.toml", short(new.path), short(old.path));
        found.add(rules::PATH_PARAMETER_RENAMED, "path", what);
    }
}

fn texts(old: &Operation<'_>, new: &Operation<'_>, found: &mut Found) {
    for key in ["summary", "description"] {
        let text = |operation: &Operation<'_>| {
            operation.operation.get(key).and_then(Value::as_str).map(str::to_owned)
        };
        found.compare_texts(|| key.to_owned(), text(old).as_deref(), text(new).as_deref());
    }
}

/// A parameter: its place and its name, or its position where a path has it.
type Parameters<'a> = BTreeMap<(String, String), &'a Value>;

fn parameters_of<'a>(document: Document<'a>, operation: &Operation<'a>) -> Parameters<'a> {
    // What a client sets by itself, as OpenAPI says.
    const IGNORED: [&str; 3] = ["accept", "authorization", "content-type"];

    let mut parameters = Parameters::new();
    for owner in [operation.item, operation.operation] {
        for parameter in owner.get("parameters").and_then(Value::as_array).into_iter().flatten() {
            let parameter = document.resolve(parameter);
            let text = |key: &str| parameter.get(key).and_then(Value::as_str).unwrap_or_default();
            let (place, name) = (text("in").to_owned(), text("name").to_owned());
            let name = match place.as_str() {
                "path" => position(operation.path, &name),
                "header" => name.to_lowercase(),
                _ => name,
            };
            if place != "header" || !IGNORED.contains(&name.as_str()) {
                parameters.insert((place, name), parameter);
            }
        }
    }
    parameters
}

fn position(path: &str, name: &str) -> String {
    let names = path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or_default());
    let mut positions = names.enumerate().filter(|(_, known)| *known == name);
    positions.next().map_or_else(|| name.to_owned(), |(index, _)| format!("#{}", index + 1))
}

fn is_required(parameter: &Value) -> bool {
    parameter.get("required") == Some(&Value::Bool(true))
        || parameter.get("in").is_some_and(|place| place == "path")
}

fn parameters<'a>(
    method: &str,
    old: &Operation<'a>,
    new: &Operation<'a>,
    schemas: &mut Schemas<'a>,
    found: &mut Found,
) {
    let (was, mut is) = (parameters_of(schemas.old, old), parameters_of(schemas.new, new));
    let is_optional_query =
        |((place, _), parameter): (&(String, String), &&Value)| place == "query" && !is_required(parameter);
    let had_query = was.iter().any(is_optional_query);
    for (key @ (place, name), parameter) in &was {
        let shown = format!("{place} {}", short(name));
        if let Some(other) = is.remove(key) {
            parameter_pair(method, &shown, parameter, other, schemas, found);
            continue;
        }
        let moved = is.keys().find(|(_, other)| other == name).cloned();
        match moved {
            Some(key) => {
                is.remove(&key);
                found.add(rules::PARAMETER_MOVED, &shown, format!("stands in the {} now", key.0));
            }
            None => found.add(rules::PARAMETER_REMOVED, &shown, "is gone"),
        }
    }
    for ((place, name), parameter) in &is {
        let rule = match (is_required(parameter), place.as_str()) {
            (true, _) => rules::PARAMETER_ADDED_REQUIRED,
            (false, "query") if !had_query => rules::QUERY_INTRODUCED,
            // Each is an argument of the method.
            (false, "header" | "cookie") => rules::ARGUMENT_ADDED,
            (false, _) => rules::PARAMETER_ADDED,
        };
        let how = if is_required(parameter) { "required" } else { "optional" };
        found.add(rule, &format!("{place} {}", short(name)), format!("is new: {how}"));
    }
}

fn parameter_pair<'a>(
    method: &str,
    place: &str,
    old: &'a Value,
    new: &'a Value,
    schemas: &mut Schemas<'a>,
    found: &mut Found,
) {
    match (is_required(old), is_required(new)) {
        (false, true) => found.add(rules::PARAMETER_REQUIRED, place, "is required"),
        (true, false) => found.add(rules::PARAMETER_OPTIONAL, place, "is no longer required"),
        _ => {}
    }
    let is_deprecated = |parameter: &Value| parameter.get("deprecated") == Some(&Value::Bool(true));
    match (is_deprecated(old), is_deprecated(new)) {
        (false, true) => found.add(rules::PARAMETER_DEPRECATED, place, "is deprecated"),
        (true, false) => found.add(rules::PARAMETER_UNDEPRECATED, place, "is no longer deprecated"),
        _ => {}
    }
    if style(old) != style(new) {
        let what = format!("is written as {}, was {}", style(new), style(old));
        found.add(rules::PARAMETER_STYLE, place, what);
    }
    let text = |parameter: &'a Value| parameter.get("description").and_then(Value::as_str);
    found.compare_texts(|| place.to_owned(), text(old), text(new));
    if let (Some(old), Some(new)) = (parameter_schema(old), parameter_schema(new)) {
        let at = At::new(place.to_owned(), type_prefix(method), Direction::Sent);
        schemas.compare(old, new, &at, found);
    }
}

fn parameter_schema(parameter: &Value) -> Option<&Value> {
    let content = || members(parameter.get("content")?).next()?.1.get("schema");
    parameter.get("schema").or_else(content)
}

/// How a parameter is written: its style, whether lists are taken apart, or its media type.
fn style(parameter: &Value) -> String {
    let place = parameter.get("in").and_then(Value::as_str).unwrap_or_default();
    if let Some((media_type, _)) = parameter.get("content").and_then(|content| members(content).next()) {
        return short(media_type);
    }
    let default = if matches!(place, "query" | "cookie") { "form" } else { "simple" };
    let style = parameter.get("style").and_then(Value::as_str).unwrap_or(default);
    let explode = parameter.get("explode").and_then(Value::as_bool).unwrap_or(style == "form");
    format!("{}{}", short(style), if explode { ", taken apart" } else { "" })
}

/// The media type of a body that is sent or asked for, and its schema.
fn content<'a>(document: Document<'a>, body: Option<&'a Value>) -> BTreeMap<&'a str, &'a Value> {
    let content = body.and_then(|body| document.resolve(body).get("content"));
    content.into_iter().flat_map(members).map(|(name, media)| (name.as_str(), media)).collect()
}

fn is_json(media_type: &str) -> bool {
    let name = media_type.split(';').next().unwrap_or_default().trim();
    name == "application/json" || name.ends_with("+json")
}

/// The one media type that a client uses: JSON before kinds of JSON before others.
fn used<'a>(content: &BTreeMap<&'a str, &'a Value>) -> Option<(&'a str, &'a Value)> {
    let rank = |name: &str| match name {
        name if name.ends_with("+json") => 1,
        name if is_json(name) => 0,
        _ => 2,
    };
    content.iter().min_by_key(|(name, _)| rank(name)).map(|(name, media)| (*name, *media))
}

fn body<'a>(
    method: &str,
    old: &Operation<'a>,
    new: &Operation<'a>,
    schemas: &mut Schemas<'a>,
    found: &mut Found,
) {
    let (was, is) = (old.operation.get("requestBody"), new.operation.get("requestBody"));
    let (old_content, new_content) = (content(schemas.old, was), content(schemas.new, is));
    let (Some((old_type, old_media)), Some((new_type, new_media))) = (used(&old_content), used(&new_content))
    else {
        match (old_content.is_empty(), new_content.is_empty()) {
            (true, false) => found.add(rules::BODY_ADDED, "request body", "is new"),
            (false, true) => found.add(rules::BODY_REMOVED, "request body", "is gone"),
            _ => {}
        }
        return;
    };
    let required = |document: Document<'a>, body: Option<&'a Value>| {
        body.is_some_and(|body| document.resolve(body).get("required") == Some(&Value::Bool(true)))
    };
    match (required(schemas.old, was), required(schemas.new, is)) {
        (false, true) => found.add(rules::BODY_REQUIRED, "request body", "is required"),
        (true, false) => found.add(rules::BODY_OPTIONAL, "request body", "is no longer required"),
        _ => {}
    }
    let text = |document: Document<'a>, body: Option<&'a Value>| {
        body.and_then(|body| document.resolve(body).get("description")?.as_str())
    };
    found.compare_texts(|| "request body".into(), text(schemas.old, was), text(schemas.new, is));
    media_types(
        "request body",
        [(&old_content, old_type), (&new_content, new_type)],
        [rules::REQUEST_MEDIA_TYPE, rules::REQUEST_MEDIA_TYPE_ADDED, rules::REQUEST_MEDIA_TYPE_UNUSED],
        found,
    );
    let at = At::new("request body".into(), format!("{}Body", type_prefix(method)), Direction::Sent);
    media(old_media, new_media, &at, schemas, found);
}

fn media<'a>(old: &'a Value, new: &'a Value, at: &At, schemas: &mut Schemas<'a>, found: &mut Found) {
    const ANY: &Value = &Value::Null;

    schemas.compare(old.get("schema").unwrap_or(ANY), new.get("schema").unwrap_or(ANY), at, found);
}

fn media_types(
    place: &str,
    [(old, old_type), (new, new_type)]: [(&BTreeMap<&str, &Value>, &str); 2],
    [changed, added, removed]: [&'static rules::Rule; 3],
    found: &mut Found,
) {
    if old_type != new_type {
        found.add(changed, place, format!("is {}, was {}", short(new_type), short(old_type)));
    }
    for name in new.keys().filter(|name| !old.contains_key(*name) && **name != new_type) {
        found.add(added, place, format!("{} is offered too", short(name)));
    }
    for name in old.keys().filter(|name| !new.contains_key(*name) && **name != old_type) {
        found.add(removed, place, format!("{} is no longer offered", short(name)));
    }
}

/// The answer for every status that is not named.
const DEFAULT: &str = "default";

/// The successes, the one that a client reads first: the first one with a body, or the first.
fn successes<'a>(document: Document<'a>, operation: &Operation<'a>) -> Vec<(&'a str, &'a Value)> {
    let answers = operation.operation.get("responses").into_iter().flat_map(members);
    let mut successes: Vec<_> = answers
        .filter(|(status, _)| status.starts_with('2') || *status == DEFAULT)
        .map(|(status, answer)| (status.as_str(), document.resolve(answer)))
        .collect();
    successes.sort_by_key(|(status, answer)| (*status == DEFAULT, answer.get("content").is_none(), *status));
    successes
}

/// A success beside the one that is read: it is read as that one is.
fn other_successes<'a>(
    old: &[(&'a str, &'a Value)],
    new: &[(&'a str, &'a Value)],
    schemas: &mut Schemas<'a>,
    found: &mut Found,
) {
    let others = |all: &[(&'a str, &'a Value)]| -> BTreeMap<&'a str, &'a Value> {
        all.iter().filter(|(status, _)| *status != DEFAULT).copied().collect()
    };
    let (was, is) = (others(old), others(new));
    let Some((read, one)) = old.first() else { return };
    if !is.contains_key(read) {
        return;
    }
    for (status, other) in is.iter().filter(|(status, _)| !was.contains_key(*status)) {
        let (one, other) = (content(schemas.old, Some(one)), content(schemas.new, Some(other)));
        let is_otherwise = match (used(&one), used(&other)) {
            (Some((_, one)), Some((_, other))) => schemas.differ(one.get("schema"), other.get("schema")),
            (Some(_), None) => true,
            (None, _) => false,
        };
        let rule = if is_otherwise { rules::SUCCESS_OTHERWISE } else { rules::SUCCESS_ADDED };
        found.add(rule, "answer", format!("{} is a success, too", short(status)));
    }
    for status in was.keys().filter(|status| !is.contains_key(*status)) {
        found.add(rules::SUCCESS_REMOVED, "answer", format!("{} is no longer a success", short(status)));
    }
}

fn answers<'a>(
    method: &str,
    old: &Operation<'a>,
    new: &Operation<'a>,
    schemas: &mut Schemas<'a>,
    found: &mut Found,
) {
    errors(old, new, schemas, found);
    let (was, is) = (successes(schemas.old, old), successes(schemas.new, new));
    other_successes(&was, &is, schemas, found);
    let (was, is) = (was.first().copied(), is.first().copied());
    let (Some((old_status, was)), Some((new_status, is))) = (was, is) else {
        match (was.is_some(), is.is_some()) {
            (true, false) => found.add(rules::ANSWER_REMOVED, "answer", "no success is declared any more"),
            (false, true) => found.add(rules::ANSWER_ADDED, "answer", "a success is declared"),
            _ => {}
        }
        return;
    };
    if old_status != new_status {
        found.add(
            rules::STATUS,
            "answer",
            format!("status {}, was {}", short(new_status), short(old_status)),
        );
    }
    let text = |answer: &'a Value| answer.get("description").and_then(Value::as_str);
    found.compare_texts(|| "answer".into(), text(was), text(is));
    headers(was, is, found);
    let (old_content, new_content) = (content(schemas.old, Some(was)), content(schemas.new, Some(is)));
    match (used(&old_content), used(&new_content)) {
        (None, None) => {}
        (None, Some(_)) => found.add(rules::ANSWER_ADDED, "answer", "has a body"),
        (Some(_), None) => found.add(rules::ANSWER_REMOVED, "answer", "has no body any more"),
        (Some((old_type, old_media)), Some((new_type, new_media))) => {
            let changed = match (is_json(old_type), is_json(new_type)) {
                (true, false) => rules::ANSWER_NO_JSON,
                (false, true) => rules::ANSWER_NEWLY_JSON,
                _ => rules::ANSWER_MEDIA_TYPE,
            };
            media_types(
                "answer",
                [(&old_content, old_type), (&new_content, new_type)],
                [changed, rules::ANSWER_MEDIA_TYPE_ADDED, rules::ANSWER_MEDIA_TYPE_UNUSED],
                found,
            );
            let at = At::new("answer".into(), format!("{}Response", type_prefix(method)), Direction::Read);
            media(old_media, new_media, &at, schemas, found);
        }
    }
}

fn headers(old: &Value, new: &Value, found: &mut Found) {
    let names = |answer: &Value| -> BTreeSet<String> {
        answer.get("headers").into_iter().flat_map(members).map(|(name, _)| name.to_lowercase()).collect()
    };
    let (was, is) = (names(old), names(new));
    for name in is.difference(&was) {
        found.add(rules::ANSWER_HEADER_ADDED, "answer", format!("header {} is new", short(name)));
    }
    for name in was.difference(&is) {
        found.add(rules::ANSWER_HEADER_REMOVED, "answer", format!("header {} is gone", short(name)));
    }
}

fn errors<'a>(old: &Operation<'a>, new: &Operation<'a>, schemas: &mut Schemas<'a>, found: &mut Found) {
    let errors = |document: Document<'a>, operation: &Operation<'a>| -> BTreeMap<&'a str, &'a Value> {
        let answers = operation.operation.get("responses").into_iter().flat_map(members);
        let errors = answers.filter(|(status, _)| !status.starts_with('2') && *status != DEFAULT);
        errors.map(|(status, answer)| (status.as_str(), document.resolve(answer))).collect()
    };
    let (was, is) = (errors(schemas.old, old), errors(schemas.new, new));
    for status in is.keys().filter(|status| !was.contains_key(*status)) {
        found.add(rules::ERROR_ADDED, "errors", format!("{} is declared", short(status)));
    }
    for (status, answer) in &was {
        let Some(other) = is.get(status) else {
            found.add(rules::ERROR_REMOVED, "errors", format!("{} is no longer declared", short(status)));
            continue;
        };
        let text = |answer: &'a Value| answer.get("description").and_then(Value::as_str);
        found.compare_texts(
            || format!("errors {}", word(Some(&Value::from(*status)))),
            text(answer),
            text(other),
        );
        error_bodies(status, answer, other, schemas, found);
    }
}

/// Whether an error's body has changed: how does not matter, as no type is made of it.
fn error_bodies<'a>(
    status: &str,
    old: &'a Value,
    new: &'a Value,
    schemas: &mut Schemas<'a>,
    found: &mut Found,
) {
    let (was, is) = (content(schemas.old, Some(old)), content(schemas.new, Some(new)));
    let has_changed = match (used(&was), used(&is)) {
        (Some((_, old)), Some((_, new))) => schemas.differ(old.get("schema"), new.get("schema")),
        (was, is) => was.is_some() != is.is_some(),
    };
    if has_changed {
        found.add(rules::ERROR_CHANGED, "errors", format!("{} has another body", short(status)));
    }
}
