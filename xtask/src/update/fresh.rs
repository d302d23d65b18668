//! What is new, without the vendor's prose, and what of it needs words of ours.

use serde_json::Value;

use super::merge::in_order;
use crate::{
    order::Order,
    pointer,
    structure::{Holds, holds, is_prose},
    vendor::METHODS,
    yaml::Fresh,
};

/// What is new and has no words yet, with its place.
#[derive(Debug, Default)]
pub(super) struct Words(pub(super) Vec<(String, &'static str)>);

impl Words {
    pub(super) fn note(&mut self, place: &str, what: &'static str) {
        self.0.push((place.to_owned(), what));
    }
}

/// What the keys of an object are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context<'a> {
    /// Keywords.
    Keywords,
    /// Names, under this keyword.
    Names(&'a str),
    /// Methods, and what is shared by them.
    Path,
}

impl<'a> Context<'a> {
    pub(super) fn is_names(self) -> bool {
        matches!(self, Self::Names(_))
    }

    /// The context of a member's own keys.
    pub(super) fn inside<'b>(self, key: &'b str, value: &Value) -> Context<'b> {
        match self {
            Self::Names("paths") => Context::Path,
            Self::Names(_) => Context::Keywords,
            Self::Keywords | Self::Path => match holds(key, value) {
                Holds::Names | Holds::Labels => Context::Names(key),
                _ => Context::Keywords,
            },
        }
    }

    /// What a new member is called where it needs words.
    fn word_for(self, key: &str) -> Option<&'static str> {
        match self {
            Self::Names("properties") => Some("property"),
            Self::Names("schemas") => Some("schema"),
            Self::Names("responses") => Some("answer"),
            Self::Names("parameters") => Some("parameter"),
            Self::Names("requestBodies") => Some("body"),
            Self::Names("securitySchemes") => Some("security scheme"),
            Self::Names("headers") => Some("header"),
            Self::Names("scopes") => Some("scope"),
            Self::Path if METHODS.contains(&key) => Some("operation"),
            Self::Keywords if key == "requestBody" => Some("body"),
            _ => None,
        }
    }

    /// A new member of an object.
    pub(super) fn member(
        self,
        key: &str,
        value: &Value,
        order: Option<&Order>,
        place: &mut String,
        words: &mut Words,
    ) -> Fresh {
        pointer::at_member(place, key, |place| {
            let is_reference = value.get("$ref").is_some_and(Value::is_string);
            if let Some(word) = self.word_for(key).filter(|word| !is_reference || *word == "property") {
                words.note(place, word);
            }
            if self == Self::Names("scopes") {
                return Fresh::Scalar(Value::String(String::new()));
            }
            let held = if self.is_names() { Holds::Keywords } else { holds(key, value) };
            let mut new = match (held, value) {
                (Holds::Parameters, Value::Array(parameters)) => {
                    Fresh::List(self::parameters(parameters, order, place, words))
                }
                (Holds::Set, value) => whole(value),
                _ => fresh(value, order, self.inside(key, value), place, words),
            };
            if let (Self::Names("schemas"), Fresh::Map(members)) = (self, &mut new) {
                // What it is stands first, as in every other; the rest is as the vendor has it.
                members.sort_by_key(|(key, _)| key != "type");
            }
            if let (Self::Names("responses"), Fresh::Map(members), false) = (self, &mut new, is_reference) {
                // OpenAPI wants a description, and this one says no more than is known.
                let text = if key.chars().all(|c| c.is_ascii_digit()) {
                    format!("Answer with status {key}.")
                } else {
                    "Answer.".to_owned()
                };
                members.insert(0, ("description".to_owned(), Fresh::Scalar(text.into())));
            }
            new
        })
    }
}

/// A value without prose, its keys in the order of the document that it is from.
pub(super) fn fresh(
    value: &Value,
    order: Option<&Order>,
    context: Context<'_>,
    place: &mut String,
    words: &mut Words,
) -> Fresh {
    match value {
        Value::Object(map) => Fresh::Map(
            in_order(map, order)
                .into_iter()
                .filter(|key| context.is_names() || !is_prose(key))
                .map(|key| {
                    let order = order.and_then(|order| order.member(key));
                    (key.clone(), context.member(key, &map[key], order, place, words))
                })
                .collect(),
        ),
        Value::Array(items) => Fresh::List(
            items
                .iter()
                .enumerate()
                .map(|(index, item)| {
                    let order = order.and_then(|order| order.item(index));
                    pointer::at_member(place, &index.to_string(), |place| {
                        fresh(item, order, Context::Keywords, place, words)
                    })
                })
                .collect(),
        ),
        scalar => Fresh::Scalar(scalar.clone()),
    }
}

/// A value with all that is in it: an item of an enum may look like anything, and is no schema.
pub(super) fn whole(value: &Value) -> Fresh {
    match value {
        Value::Object(map) => {
            Fresh::Map(map.iter().map(|(key, value)| (key.clone(), whole(value))).collect())
        }
        Value::Array(items) => Fresh::List(items.iter().map(whole).collect()),
        scalar => Fresh::Scalar(scalar.clone()),
    }
}

fn parameters(
    parameters: &[Value],
    order: Option<&Order>,
    place: &mut String,
    words: &mut Words,
) -> Vec<Fresh> {
    let parameter = |(index, parameter): (usize, &Value)| {
        let name = crate::structure::parameter_name(parameter);
        let order = order.and_then(|order| order.item(index));
        pointer::at_member(place, &name, |place| {
            if parameter.get("$ref").is_none() {
                words.note(place, "parameter");
            }
            fresh(parameter, order, Context::Keywords, place, words)
        })
    };
    parameters.iter().enumerate().map(parameter).collect()
}
