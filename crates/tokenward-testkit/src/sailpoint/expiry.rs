//! How long a token may live, by version.

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde_json::Value;

/// The versions by what they make of a missing expiry.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Era {
    /// Six months where nothing is said, and no longer.
    SixMonths,
    /// Never where nothing is said, which has to be acknowledged.
    Acknowledged,
}

/// What a creation asks for: when it expires, and whether never was acknowledged.
pub(super) fn at_creation(
    era: Era,
    asked: Option<&Value>,
    acknowledged: Option<&Value>,
    now: Timestamp,
) -> Result<(Option<Timestamp>, bool), &'static str> {
    let date = read(asked)?;
    if date.is_some_and(|date| date <= now) {
        return Err("expirationDate has to be ahead");
    }
    match era {
        Era::SixMonths => {
            let latest = six_months_after(now);
            match date {
                None => Ok((Some(latest), false)),
                Some(date) if date > latest => Err("expirationDate has to be within six months"),
                Some(date) => Ok((Some(date), false)),
            }
        }
        Era::Acknowledged => {
            let acknowledged = flag(acknowledged)?;
            if date.is_none() && !acknowledged {
                return Err("without an expirationDate, userAwareTokenNeverExpires has to be true");
            }
            Ok((date, acknowledged))
        }
    }
}

/// A date; null is none.
pub(super) fn read(value: Option<&Value>) -> Result<Option<Timestamp>, &'static str> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(date)) => match date.parse() {
            Ok(date) => Ok(Some(date)),
            Err(_) => Err("expirationDate is no date"),
        },
        Some(_) => Err("expirationDate is no date"),
    }
}

pub(super) fn flag(value: Option<&Value>) -> Result<bool, &'static str> {
    match value {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => Err("userAwareTokenNeverExpires has to be true or false"),
    }
}

fn six_months_after(time: Timestamp) -> Timestamp {
    let later = time.to_zoned(TimeZone::UTC).checked_add(6.months());
    later.map_or(Timestamp::MAX, |later| later.timestamp())
}
