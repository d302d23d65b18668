//! The decoders and scanners as they were, next to those that replace them.
//! Both read the same texts, and every difference fails the test.
//! May depend on everything. It is built for this test only.

#![allow(unreachable_pub, dead_code, unused_imports, clippy::all, reason = "it is as it was")]

mod boundary;
mod elements;
mod items;
mod list_reader;
mod location;
mod reading;
mod record;

use std::{fmt::Write as _, sync::Arc};

use bytes::Bytes;
use reqwest::{StatusCode, header::HeaderMap};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::value::RawValue;
use tokenward_core::{Operation, Record, Token, TokenFamily, json, secret_names::SecretNames};

use crate::{
    decode::{self, fields::Id, mismatch::from_text, text_buffer::TextBuffer, vendor_token::VendorToken},
    family::{call::Call, response_head::ResponseHead},
    pager::token_reader::TokenReader,
    secrets::context::Context,
};

const CALL: Call = Call::new(TokenFamily::new("acme", "token"), Operation::List);
static NAMES: SecretNames = SecretNames::new(&["value"], &["displayKey"]);

#[derive(Debug, Deserialize, Serialize)]
struct Right<L> {
    role: String,
    #[serde(default)]
    within: Option<L>,
}

#[derive(Debug, Deserialize)]
struct NewAcme {
    id: String,
    name: Option<String>,
    count: Option<u32>,
    #[serde(default)]
    rights: Option<decode::items::Items<Right<decode::items::Items<Right<()>>>>>,
}

#[derive(Debug, Deserialize)]
struct OldAcme {
    id: String,
    name: Option<String>,
    count: Option<u32>,
    #[serde(default)]
    rights: Option<items::Items<Right<items::Items<Right<()>>>>>,
}

#[derive(Debug, Deserialize)]
struct Acme {
    id: Id,
    name: Option<String>,
    count: Option<u32>,
}

impl VendorToken for Acme {
    const ID: &'static str = "id";
    const SECRET: &'static str = "key";
    const SECRET_NAMES: &'static SecretNames = &NAMES;
    type Fields<'a> = Self;

    fn token(fields: Self, family: TokenFamily) -> Option<Box<Token>> {
        let mut token = Box::new(Token::new(family, fields.id.known()?));
        token.name = fields.name;
        token.scopes = fields.count.map(|count| vec![count.to_string()]);
        Some(token)
    }
}

fn context() -> Context {
    let context = Context { names: &NAMES, ..Context::default() };
    context.known.add_credential("known-secret-17");
    context
}

/// What comes of a raw list, in words.
fn new_raw(text: &str, sizes: &mut fastrand::Rng) -> Result<String, String> {
    let parts = parts(text.as_bytes(), sizes);
    let items = crate::runtime::read_parts::<NewAcme>(parts, &context())?;
    let mut said = String::new();
    for item in items {
        match item {
            Ok(NewAcme { id, name, count, rights }) => {
                let _ = write!(said, "{id} {name:?} {count:?} ");
                for right in rights.into_iter().flatten() {
                    match right {
                        Ok(right) => {
                            let within: Vec<_> = right
                                .within
                                .into_iter()
                                .flatten()
                                .map(|within| within.map_err(|bad| bad.to_string()))
                                .collect();
                            let _ = write!(said, "{} {within:?} ", right.role);
                        }
                        Err(bad) => {
                            let _ = write!(said, "{bad} {:?} ", bad.record().map(Record::as_str));
                        }
                    }
                }
            }
            Err(bad) => {
                let _ = write!(said, "{bad} {:?}", bad.record().map(Record::as_str));
            }
        }
        said.push('\n');
    }
    Ok(said)
}

fn old_raw(text: &str) -> Result<String, String> {
    let text = text.trim_start_matches('\u{feff}');
    let items = reading::read::<items::Items<OldAcme>>(text, 0, &context(), |text| from_text(text));
    let mut said = String::new();
    for item in items.map_err(|mismatch| mismatch.to_string())? {
        match item {
            Ok(OldAcme { id, name, count, rights }) => {
                let _ = write!(said, "{id} {name:?} {count:?} ");
                for right in rights.into_iter().flatten() {
                    match right {
                        Ok(right) => {
                            let within: Vec<_> = right
                                .within
                                .into_iter()
                                .flatten()
                                .map(|within| within.map_err(|bad| bad.to_string()))
                                .collect();
                            let _ = write!(said, "{} {within:?} ", right.role);
                        }
                        Err(bad) => {
                            let _ = write!(said, "{bad} {:?} ", bad.record().map(Record::as_str));
                        }
                    }
                }
            }
            Err(bad) => {
                let _ = write!(said, "{bad} {:?}", bad.record().map(Record::as_str));
            }
        }
        said.push('\n');
    }
    Ok(said)
}

fn parts(body: &[u8], sizes: &mut fastrand::Rng) -> Vec<Bytes> {
    let (mut parts, mut rest) = (Vec::new(), body);
    while !rest.is_empty() {
        let (part, others) = rest.split_at(sizes.usize(1..=rest.len()));
        parts.push(Bytes::copy_from_slice(part));
        rest = others;
    }
    parts
}

/// What comes of a family's list, in words.
macro_rules! read_tokens {
    ($reader:expr, $parts:expr) => {{
        let (mut reader, mut said) = ($reader, String::new());
        'all: {
            for part in $parts {
                reader.push(part);
                loop {
                    match reader.next() {
                        Ok(None) => break,
                        Ok(Some(item)) => {
                            let _ = match &item.token {
                                Ok(token) => writeln!(
                                    said,
                                    "{token:?} {:?} {}",
                                    token.record.as_ref().map(Record::as_str),
                                    item.sum
                                ),
                                Err(error) => writeln!(
                                    said,
                                    "{error} {:?} {}",
                                    error.record().map(Record::as_str),
                                    item.sum
                                ),
                            };
                        }
                        Err(error) => {
                            let _ = writeln!(said, "{error}");
                            break 'all;
                        }
                    }
                }
            }
            let _ = writeln!(said, "{:?}", reader.end::<IgnoredAny>().map_err(|error| error.to_string()));
        }
        said
    }};
}

fn head() -> Arc<ResponseHead> {
    Arc::new(ResponseHead::new(CALL, StatusCode::OK, HeaderMap::new(), context()))
}

/// JSON at random, often like the records above.
fn value(random: &mut fastrand::Rng, depth: usize) -> String {
    const NAMES: [&str; 12] = [
        "id",
        "name",
        "count",
        "rights",
        "role",
        "within",
        "key",
        "value",
        "displayKey",
        "a\\u0062c",
        "k\\u0065y",
        "known-secret-17",
    ];
    const SCALARS: [&str; 14] = [
        "1",
        "17",
        "-2.5e3",
        "1e400",
        "-1e400",
        "null",
        "true",
        r#""text""#,
        r#""a\"]},{[\\""#,
        r#""\ud800""#,
        r#""é€😀""#,
        r#""""#,
        r#""1234...5678""#,
        r#""known-secret-17""#,
    ];
    let space = |random: &mut fastrand::Rng| if random.u8(0..12) == 0 { " \n" } else { "" };
    match random.u8(0..10) {
        0..5 if depth < 5 => {
            let count = random.usize(0..5);
            let members: Vec<String> = (0..count)
                .map(|_| {
                    let name = NAMES[random.usize(0..NAMES.len())];
                    let value = match name {
                        "id" | "role" if random.u8(0..8) > 0 => format!("\"{}\"", random.u8(0..9)),
                        "rights" | "within" if random.u8(0..8) > 0 => list(random, depth + 1),
                        _ => value(random, depth + 1),
                    };
                    format!(
                        "{}\"{name}\"{}:{}{value}{}",
                        space(random),
                        space(random),
                        space(random),
                        space(random)
                    )
                })
                .collect();
            format!("{{{}}}", members.join(","))
        }
        5 if depth < 5 => list(random, depth + 1),
        _ => SCALARS[random.usize(0..SCALARS.len())].to_owned(),
    }
}

fn record(random: &mut fastrand::Rng, depth: usize) -> String {
    let rights =
        if random.bool() { format!(r#","rights":{}"#, list(random, depth + 1)) } else { String::new() };
    format!(
        r#"{{"id":"{}","role":"r","name":{}{rights}}}"#,
        random.u8(0..9),
        if random.bool() { "null" } else { "\"n\"" }
    )
}

fn list(random: &mut fastrand::Rng, depth: usize) -> String {
    let items: Vec<String> = (0..random.usize(0..4))
        .map(|_| if random.u8(0..3) > 0 && depth < 4 { record(random, depth) } else { value(random, depth) })
        .collect();
    format!("[{}]", items.join(","))
}

/// A text with some bytes changed, removed or doubled.
fn mutated(text: &str, random: &mut fastrand::Rng) -> Option<String> {
    const MARKS: &[u8] = b"{}[],:\"\\ 1an\n";
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..random.usize(1..4) {
        if bytes.is_empty() {
            break;
        }
        let at = random.usize(0..bytes.len());
        match random.u8(0..4) {
            0 => bytes[at] = MARKS[random.usize(0..MARKS.len())],
            1 => drop(bytes.remove(at)),
            2 => bytes.insert(at, MARKS[random.usize(0..MARKS.len())]),
            _ => bytes.truncate(at),
        }
    }
    String::from_utf8(bytes).ok()
}

/// The bodies of the fuzz corpus, as they are.
fn corpus() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/corpus");
    let mut texts = Vec::new();
    for name in ["atlassian", "launchdarkly", "mist", "records", "refusals", "sailpoint", "words"] {
        for entry in std::fs::read_dir(folder.join(name)).unwrap() {
            texts.extend(std::fs::read_to_string(entry.unwrap().path()));
        }
    }
    assert!(texts.len() > 20, "{}", texts.len());
    texts
}

#[test]
fn the_new_decoders_read_what_the_old_ones_read() {
    let mut random = fastrand::Rng::with_seed(16);
    let corpus = corpus();
    let (mut texts, mut lists, mut differing) = (0, 0, Vec::new());
    let count = std::env::var("SIDE_BY_SIDE").ok().and_then(|count| count.parse().ok()).unwrap_or(20_000);
    for number in 0..count {
        let text = match number % 4 {
            0 => corpus[random.usize(0..corpus.len())].clone(),
            1 => value(&mut random, 0),
            2 => list(&mut random, 0),
            _ => {
                format!(r#"{{"total":1,"items":{},"next":{}}}"#, list(&mut random, 0), value(&mut random, 1))
            }
        };
        let text = if random.bool() { Some(text) } else { mutated(&text, &mut random) };
        let Some(text) = text else { continue };
        texts += 1;
        let cut = (0..=random.usize(0..=text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);

        // The old code stopped at a letter that is not ASCII and not in a string.
        if serde_json::from_str::<IgnoredAny>(&text).is_ok() {
            assert_eq!(
                decode::location::place(&text[..cut]),
                location::place(&text[..cut]),
                "{}",
                &text[..cut]
            );
        }
        let mut new = json::ValueEnd::default();
        let mut old = boundary::Boundary::default();
        let trimmed = text.trim_start();
        // A scalar that runs into a bracket or a quote ends there now.
        if trimmed.starts_with(['{', '[', '"']) {
            assert_eq!(new.find(trimmed.as_bytes()), old.find(trimmed.as_bytes()), "{trimmed}");
        }
        if let Ok(raw) = serde_json::from_str::<&RawValue>(&text) {
            let new: Vec<&str> = json::Elements::of(raw.get()).collect();
            assert_eq!(new, elements::Elements::of(raw).map(RawValue::get).collect::<Vec<_>>(), "{text}");
        }
        // Of what is not JSON, the old code showed parts.
        if let (Ok(new), Ok(_)) =
            (Record::from_read_json(&text, &NAMES), serde_json::from_str::<IgnoredAny>(&text))
        {
            assert_eq!(new.as_str(), &*record::without_secrets(&text, &NAMES), "{text}");
        }
        for field in [None, Some("items")] {
            let parts = parts(text.as_bytes(), &mut random);
            let new =
                read_tokens!(TokenReader::of::<Acme>(head(), field, TextBuffer::default()), parts.clone());
            let old = read_tokens!(
                list_reader::ListReader::of::<Acme>(head(), field, TextBuffer::default()),
                parts
            );
            if serde_json::from_str::<IgnoredAny>(text.trim_start_matches('\u{feff}')).is_ok() {
                assert_eq!(new, old, "{field:?} {text}");
                continue;
            }
            // Both end with an error if the text is not JSON. One may notice it earlier, with fewer tokens before it.
            let tokens = |said: &str| -> Vec<String> {
                said.lines().filter(|line| line.starts_with("Token")).map(str::to_owned).collect()
            };
            let is_prefix =
                tokens(&new).starts_with(&tokens(&old)) || tokens(&old).starts_with(&tokens(&new));
            assert!(is_prefix, "{field:?} {text}: {new} {old}");
            let is_refused = |said: &str| !said.lines().last().is_some_and(|line| line.starts_with("Ok"));
            assert!(is_refused(&new) && is_refused(&old), "{field:?} {text}: {new} {old}");
        }
        match (new_raw(&text, &mut random), old_raw(&text)) {
            (Ok(new), Ok(old)) => {
                lists += usize::from(!old.is_empty());
                assert_eq!(new, old, "{text}");
            }
            (Err(_), Err(_)) => {}
            (new, old) => differing.push(format!("{text}\n    new {new:?}\n    old {old:?}")),
        }
    }
    println!("{texts} texts, {lists} raw lists with items");
    assert!(
        differing.is_empty(),
        "{} differ:\n{}",
        differing.len(),
        differing[..differing.len().min(10)].join("\n")
    );
}
