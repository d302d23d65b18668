//! A quota that the vendor declares and does not tell of.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

use super::clock::VendorClock;

/// Each call has one of so many places, from its sending until no window can hold both it and a later call.
///
/// The vendor has counted a call when its answer arrives, at the latest, and not before it was sent. So a place is kept for a
/// window's length from the answer: what is sent then is counted later by at least that much. Where the vendor's clock
/// and the beginnings of its windows are known, the end of the window in which the answer came is soon enough.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    most: u64,
    window: Duration,
    on_the_clock: bool,
    in_flight: u64,
    /// When the places of answered calls are free again, in order.
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

    /// When a call can be sent before which so many others go.
    pub(super) fn opens(&mut self, now: Instant, ahead: u64) -> Instant {
        let Some(missing) = ahead.checked_sub(self.free(now)) else { return now };
        let (turns, place) = (missing / self.most, missing % self.most);
        let freed = usize::try_from(place).ok().and_then(|place| self.held.get(place)).copied();
        let turns = u32::try_from(turns).unwrap_or(u32::MAX);
        let first = freed.unwrap_or(now + self.window);
        self.window.checked_mul(turns).and_then(|later| first.checked_add(later)).unwrap_or(first)
    }

    /// When the next place is free, as far as answers have come.
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
        Some(clock.surely(end)? + super::guard(self.window))
    }
}
