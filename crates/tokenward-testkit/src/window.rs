//! How many calls were made in the window that is running.

use std::{collections::HashMap, hash::Hash};

use jiff::Timestamp;

/// Counts calls per key in windows of one length, which begin at multiples of it.
///
/// A window of an hour begins on the hour.
#[derive(Debug)]
pub(crate) struct Windows<K> {
    milliseconds: i64,
    counts: HashMap<K, (i64, u64)>,
}

impl<K: Eq + Hash> Windows<K> {
    pub(crate) fn of_seconds(seconds: i64) -> Self {
        Self { milliseconds: seconds * 1000, counts: HashMap::new() }
    }

    /// Counts one call, and says how many there are in this window.
    pub(crate) fn count(&mut self, key: K, now: Timestamp) -> u64 {
        let window = self.window(now);
        let entry = self.counts.entry(key).or_insert((window, 0));
        if entry.0 != window {
            *entry = (window, 0);
        }
        entry.1 += 1;
        entry.1
    }

    /// When the window ends that is running now.
    pub(crate) fn reset(&self, now: Timestamp) -> Timestamp {
        let end = (self.window(now) + 1).saturating_mul(self.milliseconds);
        Timestamp::from_millisecond(end).unwrap_or(Timestamp::MAX)
    }

    /// The seconds until then, rounded up as `Retry-After` is.
    pub(crate) fn seconds_left(&self, now: Timestamp) -> i64 {
        let left = self.reset(now).as_millisecond() - now.as_millisecond();
        (left + 999) / 1000
    }

    fn window(&self, now: Timestamp) -> i64 {
        now.as_millisecond().div_euclid(self.milliseconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_begins_at_a_multiple_of_its_length() {
        let mut windows = Windows::of_seconds(3600);
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(windows.count("a", at(3599)), 1);
        assert_eq!(windows.count("a", at(3599)), 2);
        assert_eq!(windows.seconds_left(at(3599)), 1);
        assert_eq!(windows.count("b", at(3599)), 1);
        assert_eq!(windows.count("a", at(3600)), 1);
        assert_eq!(windows.reset(at(3600)), at(7200));
        assert_eq!(windows.seconds_left(Timestamp::from_millisecond(3_600_001).unwrap()), 3600);
    }
}
