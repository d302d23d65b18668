//! A quota that the vendor documents but does not report in its responses.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

use super::window_clock::{VendorClock, guard};

/// A fixed number of places, of which each call takes one until no window can contain both this call and a later one.
///
/// The vendor counts a call at some time between the request and the response. So each place is kept for the length of
/// a window after the response: the vendor counts any later call at least one window later. If the vendor's clock and
/// the start of its windows are known, the place is free at the end of the window in which the response arrived.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    most: u64,
    window: Duration,
    on_the_clock: bool,
    in_flight: u64,
    /// The times at which the places of answered calls become free, in ascending order.
    held: VecDeque<Instant>,
}

impl Counted {
    pub(super) fn new(most: u64, window: Duration, on_the_clock: bool) -> Self {
        Self { most: most.max(1), window, on_the_clock, in_flight: 0, held: VecDeque::new() }
    }

    pub(super) fn free(&mut self, now: Instant) -> u64 {
        while self.held.front().is_some_and(|free| *free <= now) {
            self.held.pop_front();
        }
        self.most.saturating_sub(self.in_flight + self.held.len() as u64)
    }

    /// Returns the time at which a call can be sent after this number of waiting calls.
    pub(super) fn opens(&mut self, now: Instant, ahead: u64) -> Instant {
        let Some(missing) = ahead.checked_sub(self.free(now)) else { return now };
        let (turns, place) = (missing / self.most, missing % self.most);
        let freed = usize::try_from(place).ok().and_then(|place| self.held.get(place)).copied();
        let turns = u32::try_from(turns).unwrap_or(u32::MAX);
        let first = freed.unwrap_or(now + self.window);
        self.window.checked_mul(turns).and_then(|later| first.checked_add(later)).unwrap_or(first)
    }

    /// Returns the time at which the next place becomes free, unless all calls are still in flight.
    pub(super) fn next(&self) -> Option<Instant> {
        self.held.front().copied()
    }

    pub(super) fn send(&mut self) {
        self.in_flight += 1;
    }

    pub(super) fn not_sent(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    pub(super) fn answered(&mut self, at: Instant, clock: &VendorClock) {
        self.not_sent();
        let whole = at + self.window;
        let free = self.window_ends(at, clock).map_or(whole, |end| end.min(whole));
        let last = self.held.back().copied().unwrap_or(free);
        self.held.push_back(free.max(last));
    }

    fn window_ends(&self, at: Instant, clock: &VendorClock) -> Option<Instant> {
        if !self.on_the_clock {
            return None;
        }
        let length = i64::try_from(self.window.as_millis()).ok()?;
        let end = (clock.latest(at)?.div_euclid(length) + 1).checked_mul(length)?;
        Some(clock.surely(end)? + guard(self.window))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokenward_core::Timestamp;

    const WINDOW: Duration = Duration::from_secs(10);

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[tokio::test(start_paused = true)]
    async fn a_slot_is_free_again_a_window_after_the_answer() {
        let (start, clock) = (Instant::now(), VendorClock::new());
        let mut counted = Counted::new(3, WINDOW, false);
        assert_eq!((counted.free(start), counted.next()), (3, None));
        counted.send();
        counted.send();
        assert_eq!((counted.free(start), counted.next()), (1, None));
        counted.answered(start + seconds(1.0), &clock);
        assert_eq!((counted.free(start), counted.next()), (1, Some(start + seconds(11.0))));
        counted.not_sent();
        assert_eq!(counted.free(start + seconds(10.999)), 2);
        assert_eq!((counted.free(start + seconds(11.0)), counted.next()), (3, None));
        counted.not_sent();
        assert_eq!(counted.free(start + seconds(11.0)), 3);
        assert_eq!(Counted::new(0, WINDOW, false).free(start), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_opens_when_the_calls_ahead_of_it_have_left_their_slots() {
        let (start, clock) = (Instant::now(), VendorClock::new());
        let mut counted = Counted::new(2, WINDOW, false);
        counted.send();
        assert_eq!(counted.opens(start, 0), start);
        assert_eq!(counted.opens(start, 1), start + WINDOW);
        counted.send();
        counted.answered(start + seconds(1.0), &clock);
        counted.answered(start + seconds(4.0), &clock);
        let now = start + seconds(5.0);
        for (ahead, opens) in [(0, 11.0), (1, 14.0), (2, 21.0), (3, 24.0), (5, 34.0)] {
            assert_eq!(counted.opens(now, ahead), start + seconds(opens), "{ahead}");
        }
        let now = start + seconds(12.0);
        assert_eq!(counted.opens(now, 0), now);
        assert_eq!(counted.opens(now, 1), start + seconds(14.0));
    }

    #[tokio::test(start_paused = true)]
    async fn on_the_clock_a_slot_is_free_when_the_vendors_window_ends() {
        let start = Instant::now();
        let mut clock = VendorClock::new();
        let answered_at = |counted: &mut Counted, clock: &VendorClock, at: f64| {
            counted.send();
            counted.answered(start + seconds(at), clock);
        };
        let mut unknown = Counted::new(9, WINDOW, true);
        answered_at(&mut unknown, &clock, 4.0);
        assert_eq!(unknown.next(), Some(start + seconds(14.0)));

        // The vendor's clock shows between 100 and 102 s at the start, so its window ends after at most 10 s.
        clock.observe(start, start, Timestamp::from_second(100));
        let mut on_the_clock = Counted::new(9, WINDOW, true);
        answered_at(&mut on_the_clock, &clock, 5.0);
        assert_eq!(on_the_clock.next(), Some(start + seconds(10.1)));
        let mut sliding = Counted::new(9, WINDOW, false);
        answered_at(&mut sliding, &clock, 5.0);
        assert_eq!(sliding.next(), Some(start + seconds(15.0)));

        // Places become free in the order of the responses.
        answered_at(&mut unknown, &clock, 5.0);
        assert_eq!(unknown.free(start + seconds(13.9)), 7);
        assert_eq!(unknown.free(start + seconds(14.0)), 9);
    }
}
