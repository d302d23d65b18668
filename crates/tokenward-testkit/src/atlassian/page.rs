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

/// What has a number, which the order of a list and its cursors go by.
pub(super) trait Numbered {
    fn number(&self) -> u64;
    fn record(&self) -> Value;
}

/// The page that a request asks for; only what is on it is written out.
pub(super) fn page<T: Numbered>(paging: &Paging, items: &[&T], request: &Request) -> Result<Value, Refusal> {
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
    let rest: Vec<&T> = items.iter().copied().filter(|item| item.number() > after).collect();
    let shown = &rest[..size.min(rest.len())];
    let mut links = json!({ "self": asked_cursor.clone().unwrap_or_else(|| write(0)) });
    let next = match shown.last() {
        Some(last) if rest.len() > shown.len() => Some(write(last.number())),
        _ if paging.circle => Some(write(0)),
        _ => None,
    };
    if let Some(next) = next {
        links["next"] = json!(match asked_cursor {
            Some(asked) if paging.stands_still => asked,
            _ => next,
        });
    }
    let data: Vec<Value> = shown.iter().map(|item| item.record()).collect();
    Ok(json!({ "data": data, "links": links }))
}

/// A cursor is no offset: it stays right where something before it is removed.
fn write(after: u64) -> String {
    format!("cur-{after:012x}")
}

fn read(cursor: &str) -> Option<u64> {
    u64::from_str_radix(cursor.strip_prefix("cur-")?, 16).ok()
}
