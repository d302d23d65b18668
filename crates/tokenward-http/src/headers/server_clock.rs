//! An estimate of the vendor's clock, from the `Date` headers of its responses.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use reqwest::header::{DATE, HeaderMap};
use tokenward_core::Timestamp;

/// The difference between the vendor's clock and the machine's clock.
///
/// It comes from the `Date` header of a response. Its error is up to one second plus the duration of the request. This
/// is accurate enough to tell an older token from one that a request has created.
#[derive(Debug)]
pub(crate) struct ServerClock {
    /// The difference in milliseconds, or [`UNKNOWN`].
    ahead: AtomicI64,
}

const UNKNOWN: i64 = i64::MIN;

/// A `Date` header has no fraction, so it is half a second old on average.
const HALF_A_SECOND: i64 = 500;

impl Default for ServerClock {
    fn default() -> Self {
        Self { ahead: AtomicI64::new(UNKNOWN) }
    }
}

impl ServerClock {
    /// Updates the difference from a response that has just arrived.
    pub(crate) fn observe(&self, headers: &HeaderMap, now: Timestamp) {
        let date = headers.get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
        if let Some(date) = date {
            let date = Timestamp::from(date).as_millisecond().saturating_add(HALF_A_SECOND);
            self.ahead.store(date.saturating_sub(now.as_millisecond()), Ordering::Relaxed);
        }
    }

    /// Returns the vendor's time at this time of the machine's clock. Before the first response, both are equal.
    pub(crate) fn at(&self, now: Timestamp) -> Timestamp {
        match self.ahead.load(Ordering::Relaxed) {
            UNKNOWN => now,
            ahead if ahead < 0 => now - Duration::from_millis(ahead.unsigned_abs()),
            ahead => now + Duration::from_millis(ahead.unsigned_abs()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_date_tells_the_time_and_before_it_the_machine_does() {
        let clock = ServerClock::default();
        let now: Timestamp = "2026-11-30T12:00:00Z".parse().unwrap();
        assert_eq!(clock.at(now), now);
        for (date, expected) in [
            ("Mon, 30 Nov 2026 12:06:00 GMT", "2026-11-30T12:06:00.5Z"),
            ("Mon, 30 Nov 2026 11:54:00 GMT", "2026-11-30T11:54:00.5Z"),
            ("no date", "2026-11-30T11:54:00.5Z"),
        ] {
            let headers = HeaderMap::from_iter([(DATE, date.parse().unwrap())]);
            clock.observe(&headers, now);
            assert_eq!(clock.at(now).to_string(), expected, "{date}");
        }
    }
}
