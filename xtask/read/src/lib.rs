//! From a file to a value: bytes, encoding, format, bounds.
//!
//! A crate of its own, because reading is half of what `cargo xtask` does with a published document: it is optimised in
//! every build, which takes seconds here and would take two minutes in `xtask`.

pub mod problem;

use std::{fmt, io::Read, path::Path};

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use serde_saphyr::{Error, budget::BudgetBreach};

use problem::Problem;

/// Published documents are a few megabytes.
const LARGEST: u64 = 32 << 20;
/// serde_json's own bound, for YAML too.
const DEEPEST: usize = 128;

/// Reads a YAML or JSON file as JSON, within bounds.
pub fn read(path: &Path) -> Result<Value, Problem> {
    read_as(path).map(|Strict(value)| value)
}

/// The same, as anything that can be made of it.
pub fn read_as<T: DeserializeOwned>(path: &Path) -> Result<T, Problem> {
    text(path).and_then(|text| parse_as(&text)).map_err(|problem| problem.in_file(path))
}

fn text(path: &Path) -> Result<String, Problem> {
    let file = std::fs::File::open(path)?;
    let size = file.metadata()?.len();
    let mut bytes = Vec::new();
    // Not every file knows its size.
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Problem::new(format!(
            "{} bytes are more than the {LARGEST} that a document may have",
            size.max(LARGEST + 1)
        )));
    }
    decode(bytes)
}

fn decode(bytes: Vec<u8>) -> Result<String, Problem> {
    if bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(b"PK") {
        return Err(Problem::new("is compressed: unpack it first"));
    }
    let is_wide = bytes.starts_with(&[0xff, 0xfe])
        || bytes.starts_with(&[0xfe, 0xff])
        || bytes.iter().take(4).any(|byte| *byte == 0);
    if is_wide {
        return Err(Problem::new("is UTF-16 or UTF-32: convert it to UTF-8 first (iconv does)"));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let place = format!("byte {}", error.utf8_error().valid_up_to() + 1);
        Problem::at(place, "is no UTF-8")
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(text) => text.to_owned(),
        None => text,
    })
}

/// The content says what it is; a name may say anything.
fn parse_as<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let mut start = text.chars().filter(|letter| !letter.is_whitespace());
    match (start.next(), start.next()) {
        // YAML may begin like JSON, and go on otherwise.
        (Some('{'), Some('"' | '}')) | (Some('['), _) => {
            parse_json(text).or_else(|problem| parse_yaml(text).map_err(|_| problem))
        }
        (Some('<'), _) => Err(Problem::new("begins with `<`: a page or XML, and no OpenAPI document")),
        _ => parse_yaml(text),
    }
}

fn parse_json<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    serde_json::from_str(text).map_err(|error| {
        let place = format!("line {} column {}", error.line(), error.column());
        Problem::at(place, without_place(&error.to_string()))
    })
}

/// Reads YAML, within the same bounds but for its size.
pub fn parse_yaml<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEEPEST,
            max_nodes: 2_000_000,
            max_events: 4_000_000,
            // Where one error answer is written once and named in every operation; how much aliases stand for is bounded
            // beside this.
            enforce_alias_anchor_ratio: false,
        },
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        // A tag may mean that another file is to be read here.
        reject_unsupported_tags: true,
        // Published examples hold `.inf`, which JSON has no number for.
        non_finite_float_policy: serde_saphyr::NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let place = error.location().map(|at| format!("line {} column {}", at.line(), at.column()));
        let message = yaml_message(error.without_snippet());
        match place {
            Some(place) => Problem::at(place, message),
            None => Problem::new(message),
        }
    })
}

/// What is wrong, where the parser says it in terms of its own.
fn yaml_message(error: &Error) -> String {
    const TOO_MUCH: &str = "is more, with what its aliases stand for, than a document may be";

    match error {
        Error::DuplicateMappingKey { key, .. } => twice(key.as_deref().unwrap_or_default()),
        Error::NullIntoString { .. } => "a key is null: write it in quotes".to_owned(),
        Error::Unexpected { expected: "string scalar", .. } => "a key is no text".to_owned(),
        Error::MultipleDocuments { .. } => {
            "a second document begins in this file: only one is read".to_owned()
        }
        Error::RecursiveReferencesRequireWeakTypes { .. } => {
            "an alias stands within what it names".to_owned()
        }
        Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => {
            format!("is nested more than {DEEPEST} deep")
        }
        Error::Budget { .. } | Error::AliasReplayLimitExceeded { .. } => TOO_MUCH.to_owned(),
        Error::AliasError { error, .. } => yaml_message(error),
        error => without_place(&error.to_string()).to_owned(),
    }
}

fn twice(key: &str) -> String {
    format!("the key {key} stands here twice")
}

/// A parser's message without the line and column at its end, which stand before it already.
fn without_place(message: &str) -> &str {
    message.rfind(" at line ").map_or(message, |end| &message[..end])
}

/// A value of whose keys none was there twice: of two, one would be lost.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Values).map(Self)
    }
}

struct Values;

impl<'de> Visitor<'de> for Values {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(twice(&key)));
            }
            let Strict(value) = members.next_value()?;
            map.insert(key, value);
        }
        Ok(map.into())
    }
}
