//! One timestamp type for every date format that vendors use.
//!
//! ```
//! use tokenward_http::{Timestamp, time};
//!
//! #[derive(serde::Deserialize)]
//! struct Token {
//!     #[serde(default, with = "time::epoch_seconds")]
//!     last_used: Option<Timestamp>,
//! }
//!
//! let token: Token = serde_json::from_str(r#"{"last_used": 1690115110.5}"#)?;
//! assert_eq!(token.last_used, Some("2023-07-23T12:25:10.5Z".parse()?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The modules differ only in the format that they write. All of them read the same formats:
//!
//! - A number counts seconds. It counts milliseconds if seconds would lie thousands of years ahead.
//! - A string is RFC 3339. A date without an offset is UTC.
//! - A date in 1970 or earlier means "not set", because no token event can be that old. Examples are `0` and the zero
//!   value of the vendor's language (`0001-01-01T00:00:00Z`). Such a date is decoded as absent.

use std::fmt;

use serde::{Deserializer, Serialize, Serializer, de};

use crate::decode::nullable::Nullable;
use tokenward_core::Timestamp;

/// A format in which a date is written. All formats are read alike.
trait Dialect {
    fn encode<S: Serializer>(time: Timestamp, serializer: S) -> Result<S::Ok, S::Error>;
}

/// A type that can hold a date, such as [`Timestamp`] or an optional one.
pub trait Dated: Sized {
    /// Returns the date, if there is one.
    fn date(&self) -> Option<Timestamp>;
    /// Creates a value from a decoded date.
    ///
    /// `None` stands for `null` or the vendor's "not set". Returns `None` if this type cannot hold that.
    fn from_date(date: Option<Timestamp>) -> Option<Self>;
}

impl Dated for Timestamp {
    fn date(&self) -> Option<Timestamp> {
        Some(*self)
    }

    fn from_date(date: Option<Timestamp>) -> Option<Self> {
        date
    }
}

impl Dated for Option<Timestamp> {
    fn date(&self) -> Option<Timestamp> {
        *self
    }

    fn from_date(date: Option<Timestamp>) -> Option<Self> {
        Some(date)
    }
}

impl Dated for Nullable<Timestamp> {
    fn date(&self) -> Option<Timestamp> {
        self.value().copied()
    }

    fn from_date(date: Option<Timestamp>) -> Option<Self> {
        Some(date.map_or(Nullable::Null, Nullable::Value))
    }
}

macro_rules! dialect {
    ($(#[$doc:meta])* $module:ident, $dialect:ident) => {
        $(#[$doc])*
        pub mod $module {
            use serde::{Deserializer, Serializer};

            /// Writes a date in this format.
            pub fn serialize<T: super::Dated, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
                super::encode::<super::$dialect, T, S>(value, serializer)
            }

            /// Reads a date. `null` and the vendors' zero dates are decoded as absent.
            pub fn deserialize<'de, T: super::Dated, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
                super::decode(deserializer)
            }
        }
    };
}

dialect! {
    /// RFC 3339 dates such as `2026-08-01T00:00:00.000Z`, for `#[serde(with)]`.
    rfc3339, Rfc3339
}
dialect! {
    /// Seconds since 1970 as a JSON number, with or without a fraction, for `#[serde(with)]`.
    epoch_seconds, EpochSeconds
}
dialect! {
    /// Milliseconds since 1970 as a JSON number, for `#[serde(with)]`.
    epoch_millis, EpochMillisDialect
}

struct Rfc3339;
struct EpochSeconds;
struct EpochMillisDialect;

impl Dialect for Rfc3339 {
    fn encode<S: Serializer>(time: Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&time)
    }
}

impl Dialect for EpochSeconds {
    fn encode<S: Serializer>(time: Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        if time.subsec_nanosecond() == 0 {
            serializer.serialize_i64(time.as_second())
        } else {
            serializer.serialize_f64(time.as_microsecond() as f64 / 1e6)
        }
    }
}

impl Dialect for EpochMillisDialect {
    fn encode<S: Serializer>(time: Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(time.as_millisecond())
    }
}

/// A date in milliseconds since 1970, for query parameters.
///
/// ```
/// use tokenward_http::{Timestamp, time::EpochMillis};
///
/// let expiry = EpochMillis::from("2026-08-01T00:00:00Z".parse::<Timestamp>()?);
/// assert_eq!(serde_json::to_string(&expiry)?, "1785542400000");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It can only be created from a date, so seconds cannot be passed instead of milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EpochMillis(Timestamp);

impl From<Timestamp> for EpochMillis {
    fn from(time: Timestamp) -> Self {
        Self(time)
    }
}

impl Serialize for EpochMillis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        EpochMillisDialect::encode(self.0, serializer)
    }
}

fn encode<F: Dialect, T: Dated, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    match value.date() {
        Some(time) => F::encode(time, serializer),
        None => serializer.serialize_none(),
    }
}

fn decode<'de, T: Dated, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let date = deserializer.deserialize_any(DateVisitor)?;
    T::from_date(date.filter(|date| *date > Timestamp::UNIX_EPOCH))
        .ok_or_else(|| de::Error::custom("a date is not set"))
}

struct DateVisitor;

/// Numbers from here on count milliseconds: in seconds, this is the year 5138. Smaller numbers count seconds: in
/// milliseconds, they would be dates up to 1973, before any token existed.
const MILLIS: f64 = 1e11;

impl de::Visitor<'_> for DateVisitor {
    type Value = Option<Timestamp>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Self::Value, E> {
        // A double represents today's dates to the microsecond and no finer. The cast saturates, and dates are rounded.
        let micros = value * if value >= MILLIS { 1e3 } else { 1e6 };
        Ok(Some(Timestamp::from_microsecond((micros + 0.5) as i64)))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Self::Value, E> {
        if value.is_empty() {
            return Ok(None);
        }
        read(value).map(Some).ok_or_else(|| E::invalid_value(de::Unexpected::Other("text"), &self))
    }
}

/// Parses a date: RFC 3339, which nearly all vendors use, or a shorter form of it.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| completed(text)?.parse().ok())
}

/// Completes a date to RFC 3339.
///
/// The seconds, the offset, or the whole time of day may be missing. The zone name that Java appends is removed.
fn completed(text: &str) -> Option<String> {
    const DAY: usize = "2026-08-01".len();
    const MINUTE: usize = "2026-08-01T00:00".len();

    let text = text.strip_suffix(']').and_then(|text| text.split_once('[')).map_or(text, |(date, _)| date);
    if text.len() == DAY {
        return Some(format!("{text}T00:00:00Z"));
    }
    let (minute, rest) = text.split_at_checked(MINUTE)?;
    let seconds = if rest.starts_with(':') { "" } else { ":00" };
    let utc = if rest.contains(['Z', 'z', '+', '-']) { "" } else { "Z" };
    Some(format!("{minute}{seconds}{rest}{utc}"))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, Serialize, Debug, PartialEq)]
    struct Dates {
        #[serde(default, with = "rfc3339", skip_serializing_if = "Option::is_none")]
        text: Option<Timestamp>,
        #[serde(default, with = "epoch_seconds", skip_serializing_if = "Option::is_none")]
        seconds: Option<Timestamp>,
        #[serde(default, with = "epoch_millis", skip_serializing_if = "Nullable::is_absent")]
        millis: Nullable<Timestamp>,
    }

    fn dates(json: &str) -> Dates {
        serde_json::from_str(json).unwrap()
    }

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn every_dialect_decodes_to_the_same_instant() {
        let want = Some(time("2023-07-23T12:25:10Z"));
        for json in [
            r#"{"seconds":1690115110}"#,
            r#"{"seconds":1690115110.0}"#,
            r#"{"text":"2023-07-23T12:25:10Z"}"#,
            r#"{"text":"2023-07-23T12:25:10.000Z"}"#,
            r#"{"text":"2023-07-23T14:25:10+02:00"}"#,
            r#"{"text":"2023-07-23T12:25:10+0000"}"#,
            r#"{"text":"2023-07-23 12:25:10"}"#,
            r#"{"text":"2023-07-23T14:25:10+02:00[Europe/Berlin]"}"#,
            r#"{"text":"2023-07-23T12:25:10.000"}"#,
            r#"{"millis":1690115110000}"#,
            r#"{"millis":1690115110000.0}"#,
        ] {
            let dates = dates(json);
            let got = dates.text.or(dates.seconds).or(dates.millis.date());
            assert_eq!(got, want, "{json}");
        }
        assert_eq!(
            dates(r#"{"seconds":1690115110.123456}"#).seconds,
            Some(time("2023-07-23T12:25:10.123456Z"))
        );
        assert_eq!(
            dates(r#"{"seconds":1690115110.1234566}"#).seconds,
            Some(time("2023-07-23T12:25:10.123457Z"))
        );
        assert_eq!(
            dates(r#"{"millis":1690115110123.9}"#).millis.date(),
            Some(time("2023-07-23T12:25:10.123900Z"))
        );
        for text in ["2026-03-01", "2026-03-01T00:00", "2026-03-01T00:00Z", "2026-03-01T01:00+01:00"] {
            assert_eq!(
                dates(&format!(r#"{{"text":"{text}"}}"#)).text,
                Some(time("2026-03-01T00:00:00Z")),
                "{text}"
            );
        }
    }

    #[test]
    fn nothing_turns_into_1970_or_year_1() {
        for json in [
            r#"{}"#,
            r#"{"text":null,"seconds":null}"#,
            r#"{"text":"","seconds":0}"#,
            r#"{"text":"0001-01-01T00:00:00Z","seconds":0.0}"#,
            r#"{"text":"1970-01-01T00:00:00.000Z","seconds":-1}"#,
            r#"{"text":"0001-01-01","seconds":-1.5}"#,
            r#"{"text":"1970-01-01T02:00:00+02:00","seconds":-0.0}"#,
        ] {
            assert_eq!((dates(json).text, dates(json).seconds), (None, None), "{json}");
        }
        assert_eq!(dates("{}").millis, Nullable::Absent);
        assert_eq!(dates(r#"{"millis":0}"#).millis, Nullable::Null);
        assert_eq!(dates(r#"{"millis":null}"#).millis, Nullable::Null);
    }

    #[test]
    fn a_required_date_has_to_be_set() {
        #[derive(Deserialize, Serialize)]
        struct Required {
            #[serde(with = "rfc3339")]
            at: Timestamp,
        }
        let json = r#"{"at":"2026-08-01T00:00:00Z"}"#;
        let required: Required = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&required).unwrap(), json);
        for json in [r#"{"at":null}"#, r#"{"at":""}"#, r#"{"at":"0001-01-01T00:00:00Z"}"#, "{}"] {
            assert!(serde_json::from_str::<Required>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn seconds_where_milliseconds_are_documented_are_no_date_in_1970_and_the_reverse_none_in_55_000() {
        assert_eq!(dates(r#"{"millis":1690115110}"#).millis, Nullable::Value(time("2023-07-23T12:25:10Z")));
        assert_eq!(dates(r#"{"seconds":1690115110000}"#).seconds, Some(time("2023-07-23T12:25:10Z")));
    }

    #[test]
    fn a_date_beyond_the_range_is_the_last_one_and_fails_nothing() {
        for json in [
            r#"{"text":"9999-12-31T23:59:59.999999999Z"}"#,
            r#"{"text":"9999-12-31T23:59:59-00:01"}"#,
            r#"{"seconds":253402300800000}"#,
            r#"{"seconds":1e300}"#,
            r#"{"seconds":18446744073709551615}"#,
        ] {
            let dates = dates(json);
            assert_eq!(dates.text.or(dates.seconds), Some(Timestamp::MAX), "{json}");
        }
        let last_day = time("9999-12-31T23:59:59.999Z");
        assert_eq!(dates(r#"{"text":"9999-12-31T23:59:59.999Z"}"#).text, Some(last_day));
        assert_eq!(dates(r#"{"seconds":253402300799000}"#).seconds, Some(time("9999-12-31T23:59:59Z")));
        assert_eq!(dates(r#"{"text":"9999-12-31T23:59:59+00:00"}"#).text, Some(time("9999-12-31T23:59:59Z")));
        assert_eq!(dates(r#"{"seconds":-1e300,"text":"0000-01-01T00:00:00Z"}"#), dates("{}"));
    }

    #[test]
    fn what_is_no_date_is_refused_without_being_quoted() {
        for text in
            ["2026-08-01T", "2026-13-01", "2026-08-01T00", "2026-08-01T00:00:00+2", "0001-13-01T00:00:00Z"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        for json in [r#"{"text":"soon"}"#, r#"{"seconds":true}"#, r#"{"seconds":{}}"#] {
            let error = serde_json::from_str::<Dates>(json).unwrap_err().to_string();
            assert!(!error.contains("soon"), "{error}");
        }
    }

    #[test]
    fn a_date_encodes_in_its_own_dialect() {
        let json = r#"{"text":"2026-08-01T00:00:00.5Z","seconds":1690115110.5,"millis":1785542400000}"#;
        assert_eq!(serde_json::to_string(&dates(json)).unwrap(), json);
        assert_eq!(serde_json::to_string(&dates(r#"{"millis":null}"#)).unwrap(), r#"{"millis":null}"#);
        assert_eq!(
            serde_json::to_string(&dates(r#"{"seconds":1690115110}"#)).unwrap(),
            r#"{"seconds":1690115110}"#
        );
    }
}
