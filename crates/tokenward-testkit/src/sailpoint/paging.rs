//! What a list makes of `limit`, `offset` and `count`.

use serde_json::{Value, json};

use super::answer::{Answer, Call, Refusal, refused};
use crate::Response;

/// The default and the greatest `limit` of the vendor's paged lists.
const PAGE: usize = 250;

/// How the simulated SailPoint pages its two lists: personal access tokens and OAuth clients.
///
/// The vendor's documents declare no `limit`, `offset` and `count` for them, though most of its other lists have all
/// three. [`SailPoint::paging`](crate::SailPoint::paging) chooses what the server does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SailPointPaging {
    /// Ignores all three and answers every item: the documents declare none of them.
    #[default]
    Ignored,
    /// Pages as the other lists do: `limit` is 250 by default and at most, and `count=true` adds `X-Total-Count`. A greater
    /// `limit` is 400.
    Honored,
    /// Honors `limit` and `offset`, but never sends a total.
    WithoutTotal,
    /// Answers the first 250 items whatever the request asks for, without a total.
    Truncated,
}

/// Answers a list, or the page of it that the request asks for.
pub(super) fn answer<T>(
    paging: SailPointPaging,
    call: &Call<'_>,
    items: &[T],
    record: impl Fn(&T) -> Value,
) -> Answer {
    let (offset, limit) = match paging {
        SailPointPaging::Ignored => (0, usize::MAX),
        SailPointPaging::Truncated => (0, PAGE),
        SailPointPaging::Honored | SailPointPaging::WithoutTotal => {
            (number(call, "offset", 0, usize::MAX)?, number(call, "limit", PAGE, PAGE)?)
        }
    };
    let page: Vec<Value> = items.iter().skip(offset).take(limit).map(record).collect();
    let response = Response::json(200, &json!(page));
    let counts = call.request.query_value("count").as_deref() == Some("true");
    if paging == SailPointPaging::Honored && counts {
        return Ok(response.with_header("x-total-count", &items.len().to_string()));
    }
    Ok(response)
}

fn number(call: &Call<'_>, name: &str, default: usize, most: usize) -> Result<usize, Refusal> {
    match call.request.query_value(name) {
        None => Ok(default),
        Some(value) => value
            .parse()
            .ok()
            .filter(|number| *number <= most)
            .ok_or_else(|| refused(400, format!("{name} must be a number from 0 to {most}"))),
    }
}
