//! Pages of the list, and the ways in which they can be wrong.

use serde_json::{Value, json};

use super::{state::link, tokens::invalid};
use crate::{Request, shared::Refusal};

const DEFAULT_LIMIT: usize = 25;

#[derive(Default)]
pub(super) struct Paging {
    pub(super) ignores_offset: bool,
    pub(super) cap: Option<usize>,
    pub(super) claimed_total: Option<usize>,
}

/// The whole list, as before it was paginated.
pub(super) fn whole(items: Vec<Value>) -> Value {
    json!({ "items": items, "_links": { "self": link("/api/v2/tokens") } })
}

/// The page that a request asks for; only what is on it is written out.
pub(super) fn page<T>(
    paging: &Paging,
    items: &[T],
    record: impl Fn(&T) -> Value,
    request: &Request,
) -> Result<Value, Refusal> {
    let number = |name: &str| match request.query_value(name) {
        None => Ok(None),
        Some(value) => match value.parse::<usize>() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(invalid(&format!("{name} has to be a number that is not negative"))),
        },
    };
    let asked = number("limit")?.filter(|limit| *limit > 0).unwrap_or(DEFAULT_LIMIT);
    let limit = paging.cap.map_or(asked, |cap| cap.clamp(1, asked));
    let asked_offset = number("offset")?.unwrap_or(0);
    let offset = if paging.ignores_offset { 0 } else { asked_offset };
    let there_is = items.len();
    let total = paging.claimed_total.unwrap_or(there_is);

    let show_all =
        request.query_value("showAll").map(|value| format!("&showAll={value}")).unwrap_or_default();
    let href = |offset: usize| link(&format!("/api/v2/tokens?limit={limit}&offset={offset}{show_all}"));
    let mut links = json!({ "self": href(asked_offset) });
    if asked_offset > 0 {
        links["first"] = href(0);
        links["prev"] = href(asked_offset.saturating_sub(limit));
    }
    let next = asked_offset.saturating_add(limit);
    if next < total {
        links["next"] = href(next);
        links["last"] = href((total - 1) / limit * limit);
    }
    let items: Vec<Value> = items.iter().skip(offset).take(limit).map(record).collect();
    Ok(json!({ "items": items, "totalCount": total, "_links": links }))
}
