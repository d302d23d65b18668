//! Changes of an input: of its bytes, and of its structure where it is JSON.

use fastrand::Rng;
use serde_json::{Map, Value};

/// What documents of both kinds are made of, and what nobody expects.
const NAMES: [&str; 48] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "components",
    "const",
    "content",
    "default",
    "deprecated",
    "description",
    "discriminator",
    "enum",
    "examples",
    "expect",
    "format",
    "get",
    "id",
    "in",
    "items",
    "key",
    "mapping",
    "maximum",
    "minLength",
    "name",
    "not",
    "nullable",
    "oneOf",
    "openapi",
    "operationId",
    "parameters",
    "patch",
    "pattern",
    "properties",
    "propertyName",
    "readOnly",
    "required",
    "responses",
    "schema",
    "security",
    "servers",
    "title",
    "token",
    "type",
    "url",
    "x-one-or-many",
    "x-rust-type",
    "",
    "ü\n\"/~{}",
];

/// The values of such names, and others.
const TEXTS: [&str; 30] = [
    "",
    ".",
    "..",
    "/",
    "#/",
    "#/components/schemas/A",
    "#/components/schemas/B/properties/a",
    "#/paths/~1a/get",
    "0001-01-01T00:00:00Z",
    "2026-08-01T00:00:00.000Z",
    "9999-12-31T23:59:59Z",
    "CANARY-1234567890",
    "application/json",
    "array",
    "boolean",
    "byte",
    "date-time",
    "integer",
    "null",
    "number",
    "object",
    "self",
    "string",
    "type",
    "unix-millis",
    "unix-seconds",
    "uuid",
    "{a}",
    "\u{1b}[2J\r\n",
    "日本語 ```\n*/",
];

const BYTES: [&[u8]; 22] = [
    b"\"",
    b"\\",
    b"\\u0000",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\n",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"- ",
    b"&a ",
    b"*a",
    b"<<: ",
    b"null",
    b"1e999",
    b"-0",
    b"18446744073709551616",
    b"CANARY-abcdefgh",
];

/// The input after one to four changes. The same seed makes the same changes.
pub fn mutate(input: &[u8], rng: &mut Rng) -> Vec<u8> {
    let rounds = rng.usize(1..5);
    match serde_json::from_slice::<Value>(input) {
        Ok(mut value) if rng.u8(..4) > 0 => {
            (0..rounds).for_each(|_| change(&mut value, rng));
            value.to_string().into_bytes()
        }
        _ => {
            let mut bytes = input.to_vec();
            (0..rounds).for_each(|_| change_bytes(&mut bytes, rng));
            bytes
        }
    }
}

fn change_bytes(bytes: &mut Vec<u8>, rng: &mut Rng) {
    /// An input does not grow beyond this by doubling parts of itself.
    const LONGEST: usize = 1 << 16;

    let start = rng.usize(..=bytes.len());
    let end = (start + rng.usize(..16)).min(bytes.len());
    match rng.u8(..6) {
        0 => drop(bytes.drain(start..end)),
        1 => bytes.truncate(start),
        2 if bytes.len() < LONGEST => {
            let part = bytes[start..end].to_vec();
            drop(bytes.splice(start..start, part));
        }
        3 => bytes.iter_mut().skip(start).take(1).for_each(|byte| *byte ^= 1 << rng.u8(..8)),
        4 => bytes.iter_mut().skip(start).take(1).for_each(|byte| *byte = rng.u8(..)),
        _ => drop(bytes.splice(start..start, rng.choice(BYTES).unwrap_or_default().iter().copied())),
    }
}

/// One change somewhere in the value.
fn change(value: &mut Value, rng: &mut Rng) {
    let (from, to) = (rng.usize(..count(value)), rng.usize(..count(value)));
    let elsewhere = node(value, &mut { from }).map(|node| node.clone()).unwrap_or_default();
    let Some(target) = node(value, &mut { to }) else { return };
    match (target, rng.u8(..7)) {
        (Value::Object(fields), 0) => {
            if let Some(name) = key(fields, rng) {
                fields.remove(&name);
            }
        }
        (Value::Object(fields), 1) => {
            if let Some(value) = key(fields, rng).and_then(|name| fields.remove(&name)) {
                fields.insert(name(rng), value);
            }
        }
        (Value::Object(fields), 2) => drop(fields.insert(name(rng), elsewhere)),
        (Value::Object(fields), 3) => drop(fields.insert(name(rng), anything(rng, 0))),
        (Value::Array(items), 0) if !items.is_empty() => drop(items.swap_remove(rng.usize(..items.len()))),
        (Value::Array(items), 1) => items.push(elsewhere),
        (Value::Array(items), 2) => items.push(anything(rng, 0)),
        (target, 4) => *target = elsewhere,
        (target, _) => *target = anything(rng, 0),
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Object(fields) => fields.values().map(count).sum(),
        Value::Array(items) => items.iter().map(count).sum(),
        _ => 0,
    }
}

/// The value that many steps on, in the order of the text.
fn node<'a>(value: &'a mut Value, steps: &mut usize) -> Option<&'a mut Value> {
    if *steps == 0 {
        return Some(value);
    }
    *steps -= 1;
    match value {
        Value::Object(fields) => fields.values_mut().find_map(|value| node(value, steps)),
        Value::Array(items) => items.iter_mut().find_map(|value| node(value, steps)),
        _ => None,
    }
}

fn key(fields: &Map<String, Value>, rng: &mut Rng) -> Option<String> {
    rng.choice(fields.keys()).cloned()
}

fn name(rng: &mut Rng) -> String {
    rng.choice(NAMES).unwrap_or_default().to_owned()
}

fn anything(rng: &mut Rng, depth: usize) -> Value {
    match rng.u8(..if depth < 3 { 11 } else { 8 }) {
        0 => Value::Null,
        1 => rng.bool().into(),
        2 => rng.i64(..).into(),
        3 => rng.i8(..).into(),
        4 => ((rng.f64() - 0.5) * 1e300).into(),
        5..=7 => rng.choice(TEXTS).unwrap_or_default().into(),
        8 => (0..rng.usize(..3)).map(|_| anything(rng, depth + 1)).collect(),
        _ => (0..rng.usize(..3)).map(|_| (name(rng), anything(rng, depth + 1))).collect(),
    }
}
