//! The time of day at the vendor, as far as its answers tell it.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use reqwest::header::{DATE, HeaderMap};
use tokenward_core::Timestamp;

/// By how much the vendor's clock is ahead of the machine's.
///
/// It is told by the `Date` of an answer, to a second and the time that the answer took: enough to tell a token that was
/// made before a request from one that was made by it.
#[derive(Debug)]
pub(crate) struct ServerClock {
    /// In milliseconds, or [`UNKNOWN`].
    ahead: AtomicI64,
}

const UNKNOWN: i64 = i64::MIN;

/// A date has no fraction: on average, it is half a second old.
const HALF_A_SECOND: i64 = 500;

impl Default for ServerClock {
    fn default() -> Self {
        Self { ahead: AtomicI64::new(UNKNOWN) }
    }
}

impl ServerClock {
    /// Takes over the date of an answer that has just arrived.
    pub(crate) fn observe(&self, headers: &HeaderMap, now: Timestamp) {
        let date = headers.get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
        if let Some(date) = date {
            let date = Timestamp::from(date).as_millisecond().saturating_add(HALF_A_SECOND);
            self.ahead.store(date.saturating_sub(now.as_millisecond()), Ordering::Relaxed);
        }
    }

    /// The time at the vendor when the machine's clock shows this; the same, as long as no answer has told it.
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
