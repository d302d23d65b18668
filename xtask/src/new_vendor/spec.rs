//! `openapi.yaml`: the structure of what is kept, in the order of the published document, without its prose.
//!
//! Where OpenAPI wants a text, and where Rust's documentation would be empty
//! without one, it is made of names and of numbers.

use heck::ToSnakeCase;
use serde_json::{Map, Value};

use super::name::Name;
use crate::{
    document,
    order::Order,
    problem::Problem,
    structure::{self, Holds},
    vendor::METHODS,
    yaml::{self, Fresh},
};

/// The vendored document.
#[derive(Debug)]
pub(super) struct Spec {
    /// Its text.
    pub(super) text: String,
    /// What it reads as.
    pub(super) value: Value,
    /// How many places wait for words of ours.
    pub(super) without_words: WithoutWords,
}

/// How many places wait for words of ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct WithoutWords {
    pub(super) operations: usize,
    pub(super) answers: usize,
    pub(super) parameters: usize,
    pub(super) schemas: usize,
    pub(super) fields: usize,
}

/// The text of a slice.
pub(super) fn write(slice: &Value, order: &Order, name: &Name) -> Result<Spec, Problem> {
    const TOP: [&str; 6] = ["openapi", "info", "servers", "security", "paths", "components"];

    let mut writer = Writer::default();
    let top = TOP.into_iter().filter_map(|key| {
        let (value, order) = (slice.get(key)?, order.member(key));
        let written = match key {
            "info" => info(value, name),
            key => writer.member(Context::Keywords, key, value, order),
        };
        Some((key.to_owned(), written))
    });
    let top: Vec<_> = top.collect();
    let text = format!(
        "# {}: the operations that Tokenward keeps, with the structure of the vendor's document.\n\
         # Prose is Tokenward's own. Corrections do not belong here but in overlay.yaml.\n{}",
        name.title(),
        yaml::document(&top),
    );
    let value = Fresh::Map(top).value();
    if document::parse_yaml::<Value>(&text)? != value {
        return Err(Problem::new("cannot be written as YAML: it reads as something else then"));
    }
    Ok(Spec { text, value, without_words: writer.without_words })
}

fn info(info: &Value, name: &Name) -> Fresh {
    let version = info.get("version").and_then(Value::as_str).unwrap_or("1");
    Fresh::Map(vec![
        ("title".to_owned(), words(format!("{}: what is kept of its API", name.title()))),
        ("version".to_owned(), words(version)),
    ])
}

/// What the keys of an object are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Context<'a> {
    /// Keywords.
    Keywords,
    /// Names, under this keyword.
    Names(&'a str),
    /// Methods, and what is shared by them.
    Path,
}

impl<'a> Context<'a> {
    fn inside<'b>(self, key: &'b str, value: &Value) -> Context<'b> {
        /// Names that [`structure`] compares as keywords.
        const NAMES: [&str; 5] = ["callbacks", "content", "encoding", "links", "variables"];

        match self {
            Self::Names("paths") => Context::Path,
            Self::Names(_) => Context::Keywords,
            Self::Keywords | Self::Path => match structure::holds(key, value) {
                Holds::Names | Holds::Labels => Context::Names(key),
                _ if NAMES.contains(&key) => Context::Names(key),
                _ => Context::Keywords,
            },
        }
    }

    fn is_names(self) -> bool {
        matches!(self, Self::Names(_))
    }
}

#[derive(Default)]
struct Writer {
    without_words: WithoutWords,
}

impl Writer {
    fn member(&mut self, context: Context<'_>, key: &str, value: &Value, order: Option<&Order>) -> Fresh {
        let is_keyword = !context.is_names();
        match context {
            // OpenAPI wants a text for each.
            Context::Names("scopes") => return words(""),
            _ if is_keyword && matches!(key, "default" | "enum" | "const") => return whole(value, order),
            _ => {}
        }
        let mut written = self.value(context.inside(key, value), value, order);
        let is_reference = value.get("$ref").is_some_and(Value::is_string);
        if let (Fresh::Map(members), false) = (&mut written, is_reference) {
            self.say(context, key, members);
        }
        written
    }

    /// Gives a place the words that it needs, or counts that it has none.
    fn say(&mut self, context: Context<'_>, key: &str, members: &mut Vec<(String, Fresh)>) {
        let count = &mut self.without_words;
        match context {
            Context::Names("responses") => {
                count.answers += 1;
                members.insert(0, ("description".to_owned(), words(answer(key))));
            }
            Context::Path if METHODS.contains(&key) => {
                count.operations += 1;
                let id = members.iter().position(|(key, _)| key == "operationId");
                if let Some((_, Fresh::Scalar(Value::String(name)))) = id.and_then(|id| members.get(id)) {
                    let summary = ("summary".to_owned(), words(sentence(name)));
                    members.insert(id.map_or(0, |id| id + 1), summary);
                }
            }
            Context::Names("parameters") => count.parameters += 1,
            Context::Names("schemas") => count.schemas += 1,
            Context::Names("properties") => count.fields += 1,
            _ => {}
        }
    }

    fn value(&mut self, context: Context<'_>, value: &Value, order: Option<&Order>) -> Fresh {
        match value {
            Value::Object(map) => Fresh::Map(
                in_order(map, order)
                    .into_iter()
                    .filter(|key| context.is_names() || !structure::is_prose(key))
                    .map(|key| {
                        let order = order.and_then(|order| order.member(key));
                        (key.clone(), self.member(context, key, &map[key], order))
                    })
                    .collect(),
            ),
            Value::Array(items) => Fresh::List(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| {
                        self.without_words.parameters += usize::from(item.get("in").is_some());
                        self.value(Context::Keywords, item, order.and_then(|order| order.item(index)))
                    })
                    .collect(),
            ),
            scalar => Fresh::Scalar(scalar.clone()),
        }
    }
}

/// What may look like anything, and holds no keywords.
fn whole(value: &Value, order: Option<&Order>) -> Fresh {
    match value {
        Value::Object(map) => Fresh::Map(
            in_order(map, order)
                .into_iter()
                .map(|key| (key.clone(), whole(&map[key], order.and_then(|order| order.member(key)))))
                .collect(),
        ),
        Value::Array(items) => Fresh::List(
            items
                .iter()
                .enumerate()
                .map(|(index, item)| whole(item, order.and_then(|order| order.item(index))))
                .collect(),
        ),
        scalar => Fresh::Scalar(scalar.clone()),
    }
}

/// The keys as the document has them; what it has elsewhere stands behind them.
fn in_order<'a>(map: &'a Map<String, Value>, order: Option<&Order>) -> Vec<&'a String> {
    let mut keys: Vec<&String> = map.keys().collect();
    keys.sort_by_key(|key| order.map_or(usize::MAX, |order| order.position(key)));
    keys
}

/// What a status means, by its standard name.
fn answer(status: &str) -> String {
    let name = match status {
        "200" => "OK",
        "201" => "Created",
        "202" => "Accepted",
        "204" => "No content",
        "304" => "Not modified",
        "400" => "Bad request",
        "401" => "Unauthorized",
        "402" => "Payment required",
        "403" => "Forbidden",
        "404" => "Not found",
        "405" => "Method not allowed",
        "406" => "Not acceptable",
        "409" => "Conflict",
        "410" => "Gone",
        "412" => "Precondition failed",
        "413" => "Content too large",
        "415" => "Unsupported media type",
        "422" => "Unprocessable content",
        "429" => "Too many requests",
        "500" => "Internal server error",
        "501" => "Not implemented",
        "502" => "Bad gateway",
        "503" => "Service unavailable",
        "504" => "Gateway timeout",
        "default" => "Any other answer",
        status if status.chars().all(|c| c.is_ascii_digit()) => return format!("Status {status}."),
        _ => "An answer",
    };
    format!("{name}.")
}

/// `List things.` of `listThings`.
fn sentence(name: &str) -> String {
    let words = name.to_snake_case().replace('_', " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        None => String::new(),
    }
}

fn words(text: impl Into<String>) -> Fresh {
    Fresh::Scalar(Value::String(text.into()))
}
