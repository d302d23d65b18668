//! The wait that a vendor asks for, in every notation in use.

use std::time::Duration;

use reqwest::{
    StatusCode,
    header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER},
};

use crate::{decode::dates, dialect::Dialect};
use tokenward_core::Timestamp;

/// The longest accepted wait: one day. It exceeds every vendor's window, and cannot overflow a point in time.
pub(crate) const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Returns the wait that the vendor asks for, or `None` if no header gives a time in the future.
///
/// `Retry-After` takes precedence over the reset headers that the vendor's dialect declares. A reset counts only with
/// status 429: vendors send it with every response, usually without asking for a wait. If there are several, the latest
/// one counts, because no header declares which limit was reached. Times refer to the vendor's clock, which the
/// response's `Date` header gives.
pub(crate) fn retry_after(
    status: StatusCode,
    headers: &HeaderMap,
    dialect: &dyn Dialect,
    now: Timestamp,
) -> Option<Duration> {
    let now = headers.get(DATE).and_then(|date| time_of(date, now)).unwrap_or(now);
    let wait =
        |value| Some(time_of(value, now)?.saturating_duration_since(now)).filter(|wait| !wait.is_zero());
    let is_limited = status == StatusCode::TOO_MANY_REQUESTS;
    let asked = headers.get(RETRY_AFTER).and_then(wait);
    let names = if is_limited { dialect.reset_headers() } else { &[] };
    let resets = names.iter().flat_map(|name| headers.get_all(*name));
    asked.or_else(|| resets.filter_map(wait).max())
}

/// Parses the time in a header, in any notation. A small number is a number of seconds from now.
pub(crate) fn time_of(value: &HeaderValue, now: Timestamp) -> Option<Timestamp> {
    /// Larger numbers are dates. In seconds, this number is a date in 2001, or a wait of 31 years.
    const DATES: f64 = 1e9;
    /// Larger dates are in milliseconds. In seconds, this number is the year 5138.
    const MILLIS: f64 = 1e11;

    let text = value.to_str().ok()?.trim();
    if let Ok(number) = text.parse::<f64>() {
        return match number {
            number if number >= MILLIS => Some(Timestamp::from_millisecond(number as i64)),
            number if number >= DATES => Some(Timestamp::from_second(number as i64)),
            number => Some(now + Duration::try_from_secs_f64(number).ok()?),
        }
        .filter(|time| *time < Timestamp::MAX);
    }
    httpdate::parse_http_date(text).map(Timestamp::from).ok().or_else(|| dates::read(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct TwoResets;

    impl Dialect for TwoResets {
        fn reset_headers(&self) -> &'static [&'static str] {
            &["x-ratelimit-reset", "x-ratelimit-auth-token-reset"]
        }
    }

    fn said(headers: &[(&'static str, &str)]) -> Option<Duration> {
        said_with(StatusCode::TOO_MANY_REQUESTS, headers)
    }

    fn said_with(status: StatusCode, headers: &[(&'static str, &str)]) -> Option<Duration> {
        let now = "2026-08-01T00:00:00Z".parse().unwrap();
        let headers =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        retry_after(status, &headers, &TwoResets, now)
    }

    #[test]
    fn every_dialect_says_how_long() {
        let seconds = |n| Some(Duration::from_secs(n));
        assert_eq!(said(&[("retry-after", "7")]), seconds(7));
        assert_eq!(said(&[("retry-after", " 1.5 ")]), Some(Duration::from_millis(1500)));
        for date in
            ["Sat, 01 Aug 2026 00:00:09 GMT", "Saturday, 01-Aug-26 00:00:09 GMT", "Sat Aug  1 00:00:09 2026"]
        {
            assert_eq!(said(&[("retry-after", date)]), seconds(9), "{date}");
        }
        assert_eq!(said(&[("x-ratelimit-reset", "1785542405000")]), seconds(5));
        assert_eq!(said(&[("x-ratelimit-reset", "1785542405")]), seconds(5));
        assert_eq!(said(&[("x-ratelimit-reset", "2026-08-01T00:00:11Z")]), seconds(11));
        assert_eq!(said(&[("x-ratelimit-reset", "2026-08-01T00:01Z")]), seconds(60));
        assert_eq!(said(&[("x-ratelimit-reset", "3")]), seconds(3));
        assert_eq!(
            said(&[
                ("x-ratelimit-reset", "1785542405000"),
                ("x-ratelimit-auth-token-reset", "1785542406000")
            ]),
            seconds(6)
        );
        assert_eq!(said(&[("retry-after", "2"), ("x-ratelimit-reset", "1785542405000")]), seconds(2));
    }

    #[test]
    fn a_time_is_one_of_the_vendors_clock() {
        let ahead = ("date", "Sat, 01 Aug 2026 01:00:00 GMT");
        assert_eq!(said(&[ahead, ("x-ratelimit-reset", "1785546007000")]), Some(Duration::from_secs(7)));
        assert_eq!(said(&[ahead, ("x-ratelimit-reset", "1785542405000")]), None);
        assert_eq!(said(&[ahead, ("retry-after", "7")]), Some(Duration::from_secs(7)));
        assert_eq!(said(&[("date", "today"), ("retry-after", "7")]), Some(Duration::from_secs(7)));
    }

    #[test]
    fn a_reset_that_comes_with_every_answer_says_nothing_of_another_status() {
        let busy = |headers| said_with(StatusCode::SERVICE_UNAVAILABLE, headers);
        assert_eq!(busy(&[("x-ratelimit-reset", "1785542405000")]), None);
        assert_eq!(
            busy(&[("retry-after", "7"), ("x-ratelimit-reset", "1785542405000")]),
            Some(Duration::from_secs(7))
        );
    }

    #[test]
    fn what_is_past_or_garbage_says_nothing() {
        for value in [
            "0",
            "-5",
            "1785542300000",
            "2026-07-31T23:59:59Z",
            "soon",
            "",
            "NaN",
            "inf",
            "1e300",
            "253402300800000",
            "Sun, 01 Aug 2026 00:00:09 GMT",
            "\u{e9}",
        ] {
            assert_eq!(said(&[("retry-after", value)]), None, "{value}");
            assert_eq!(said(&[("x-ratelimit-reset", value)]), None, "{value}");
        }
        assert_eq!(
            said(&[("retry-after", "0"), ("x-ratelimit-reset", "1785542405000")]),
            Some(Duration::from_secs(5))
        );
        assert_eq!(said(&[("x-ratelimit-remaining", "5"), ("reset", "5")]), None);
        assert_eq!(
            said(&[("retry-after", "soon"), ("x-ratelimit-reset", "4")]),
            Some(Duration::from_secs(4))
        );
    }
}
