//! Pages by cursor, and the ways in which they can be wrong.

use serde_json::{Value, json};

use super::answer::bad_field;
use crate::{Request, shared::Refusal};

const DEFAULT_SIZE: usize = 50;

#[derive(Default)]
pub(super) struct Paging {
    pub(super) cap: Option<usize>,
    pub(super) stands_still: bool,
    pub(super) circle: bool,
}

/// The page that a request asks for, of records with their numbers in ascending order.
pub(super) fn page(paging: &Paging, records: &[(u64, Value)], request: &Request) -> Result<Value, Refusal> {
    let asked = match request.query_value("pageSize") {
        None => DEFAULT_SIZE,
        Some(size) => {
            size.parse().ok().filter(|size| *size > 0).ok_or_else(|| bad_field("pageSize", "positive"))?
        }
    };
    let size = paging.cap.map_or(asked, |cap| cap.clamp(1, asked));
    let asked_cursor = request.query_value("cursor");
    let after = match &asked_cursor {
        None => 0,
        Some(cursor) => read(cursor).ok_or_else(|| bad_field("cursor", "unknown"))?,
    };
    let rest: Vec<_> = records.iter().filter(|(number, _)| *number > after).collect();
    let shown = &rest[..size.min(rest.len())];
    let mut links = json!({ "self": asked_cursor.clone().unwrap_or_else(|| write(0)) });
    let next = match shown.last() {
        Some((last, _)) if rest.len() > shown.len() => Some(write(*last)),
        _ if paging.circle => Some(write(0)),
        _ => None,
    };
    if let Some(next) = next {
        links["next"] = json!(match asked_cursor {
            Some(asked) if paging.stands_still => asked,
            _ => next,
        });
    }
    let data: Vec<&Value> = shown.iter().map(|(_, record)| record).collect();
    Ok(json!({ "data": data, "links": links }))
}

/// A cursor is no offset: it stays right where something before it is removed.
fn write(after: u64) -> String {
    format!("cur-{after:012x}")
}

fn read(cursor: &str) -> Option<u64> {
    u64::from_str_radix(cursor.strip_prefix("cur-")?, 16).ok()
}
