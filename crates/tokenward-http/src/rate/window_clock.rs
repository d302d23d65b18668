//! Bounds of the vendor's clock, from the `Date` headers of its responses.

use std::time::Duration;

use tokio::time::Instant;

use tokenward_core::Timestamp;

/// Returns the safety margin between the clock that counts a vendor's calls and the clock that dates its responses.
pub(super) fn guard(window: Duration) -> Duration {
    (window / 100).min(Duration::from_secs(1))
}

/// The difference between the vendor's clock and ours, as two bounds that each dated response may narrow.
///
/// The machine's time of day is not used, so it may be wrong.
#[derive(Debug)]
pub(super) struct VendorClock {
    origin: Instant,
    /// Lower and upper bound of the difference, in milliseconds to be added to the time since `origin`.
    ahead: Option<(i64, i64)>,
}

/// Maximum age of a `Date` header, in milliseconds. It has no fraction, and a server may update it only once a second.
const DATE: i64 = 2000;

impl VendorClock {
    pub(super) fn new() -> Self {
        Self { origin: Instant::now(), ahead: None }
    }

    /// Narrows the bounds by the `Date` of a response that was written between `sent` and `answered`.
    pub(super) fn observe(&mut self, sent: Instant, answered: Instant, date: Timestamp) {
        let date = date.as_millisecond();
        let seen = (date - self.millis(answered), date + DATE - self.millis(sent));
        let narrowed = self.ahead.map(|(low, high)| (low.max(seen.0), high.min(seen.1)));
        // If the bounds contradict each other, one of the clocks was set.
        self.ahead = narrowed.filter(|(low, high)| low <= high).or(Some(seen));
    }

    /// Returns the earliest time that the vendor's clock can show.
    pub(super) fn earliest(&self, at: Instant) -> Option<i64> {
        self.ahead.map(|(low, _)| self.millis(at).saturating_add(low))
    }

    /// Returns the latest time that the vendor's clock can show.
    pub(super) fn latest(&self, at: Instant) -> Option<i64> {
        self.ahead.map(|(_, high)| self.millis(at).saturating_add(high))
    }

    /// Returns the point at which the vendor's clock has certainly reached this time.
    pub(super) fn surely(&self, time: i64) -> Option<Instant> {
        let (low, _) = self.ahead?;
        let millis = u64::try_from(time.saturating_sub(low)).unwrap_or(0);
        self.origin.checked_add(Duration::from_millis(millis))
    }

    /// Truncates to milliseconds. [`guard`](super::guard) allows for the difference.
    fn millis(&self, at: Instant) -> i64 {
        i64::try_from(at.saturating_duration_since(self.origin).as_millis()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn answers_narrow_the_bounds_and_a_clock_that_was_set_starts_them_anew() {
        let mut clock = VendorClock::new();
        let start = Instant::now();
        let after = |millis| start + Duration::from_millis(millis);
        let date = Timestamp::from_second;
        assert_eq!(clock.surely(0), None);
        clock.observe(after(0), after(900), date(100));
        assert_eq!((clock.earliest(start), clock.latest(start)), (Some(99_100), Some(102_000)));
        clock.observe(after(1400), after(1500), date(101));
        assert_eq!((clock.earliest(start), clock.latest(start)), (Some(99_500), Some(101_600)));
        assert_eq!(clock.surely(101_500), Some(after(2000)));
        clock.observe(after(1500), after(1600), date(50));
        assert_eq!((clock.earliest(start), clock.latest(start)), (Some(48_400), Some(50_500)));
    }
}
