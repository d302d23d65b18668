//! What is read by itself: dates, records, addresses and ids.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokenward_core::{Record, TokenId, printable::printable};
use tokenward_http::{BaseUrl, Nullable, Timestamp, time};

use crate::secrecy::assert_silent;

/// A date in every dialect.
#[derive(Deserialize, Serialize)]
struct Dates {
    #[serde(with = "time::rfc3339")]
    text: Option<Timestamp>,
    #[serde(with = "time::epoch_seconds")]
    seconds: Option<Timestamp>,
    #[serde(with = "time::epoch_millis")]
    millis: Nullable<Timestamp>,
}

/// Reads the input as a date in JSON: all dialects alike, and as they write it.
pub fn dates(data: &[u8]) {
    let Ok(value) = serde_json::from_slice::<&serde_json::value::RawValue>(data) else { return };
    let value = value.get();
    let json = format!(r#"{{"text":{value},"seconds":{value},"millis":{value}}}"#);
    let Ok(dates) = serde_json::from_str::<Dates>(&json) else { return };
    let Some(date) = dates.text else {
        assert!(dates.seconds.is_none() && dates.millis == Nullable::Null, "dialects differ: {json}");
        return;
    };
    assert!(date > Timestamp::UNIX_EPOCH, "a date that nothing has: {date}");
    assert_eq!((dates.seconds, &dates.millis), (Some(date), &Nullable::Value(date)), "dialects differ");
    let written = serde_json::to_string(&dates).unwrap_or_default();
    let again: Result<Dates, _> = serde_json::from_str(&written);
    assert!(again.is_ok(), "a date is not read again: {written}");
    let Ok(again) = again else { return };
    assert_eq!(again.text, Some(date), "{written}");
    // Between these years a number says by its size whether it counts seconds or milliseconds.
    let is_told = |date: Timestamp| (100_000_000..100_000_000_000).contains(&date.as_second());
    if is_told(date) {
        for again in [again.seconds, again.millis.value().copied()] {
            let apart = again.map(|again| again.abs_diff(date));
            assert!(apart.is_some_and(|apart| apart <= Duration::from_millis(1)), "{date}: {written}");
        }
    }
}

/// Reads the input as a vendor's own record.
pub fn records(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Record::from_json(text) {
        Ok(record) => {
            let again = Record::from_json(record.as_str()).ok();
            assert_eq!(again.as_ref().map(Record::as_str), Some(record.as_str()), "a record reads itself");
        }
        Err(error) => assert_silent(&error, &[]),
    }
}

/// Reads the input as an address, as an id and as a time.
pub fn words(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match BaseUrl::parse(text) {
        Ok(base) => {
            let base = base.as_str();
            assert!(base.starts_with("https://") || base.starts_with("http://"), "{base}");
            assert!(!base.ends_with('/') && !base.contains(['?', '#']), "{base}");
            assert!(base.split('/').nth(2).is_some_and(|host| !host.contains('@')), "{base}");
            let again = BaseUrl::parse(base);
            assert_eq!(again.as_ref().ok().map(BaseUrl::as_str), Some(base), "an address reads itself");
        }
        Err(error) => assert_silent(&error, &[]),
    }
    match text.parse::<TokenId>() {
        Ok(id) => {
            let json = serde_json::to_string(&id).unwrap_or_default();
            assert_eq!(serde_json::from_str::<TokenId>(&json).ok(), Some(id), "an id reads itself");
        }
        Err(_) => {
            let is_unprintable = printable(text) != text;
            assert!(is_unprintable || matches!(text, "" | "." | ".."), "an id is refused: {text:?}");
        }
    }
    match text.parse::<Timestamp>() {
        Ok(time) => assert_eq!(time.to_string().parse(), Ok(time), "a time reads itself"),
        Err(error) => assert_silent(&error, &[]),
    }
}
