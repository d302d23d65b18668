//! A quota of which every answer tells what remains.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::{StatusCode, header::HeaderMap};
use tokio::time::Instant;

use super::{RateOptions, clock::VendorClock};
use crate::retry_after;

/// Before anything is known of a window, so many calls are on their way at most.
pub(super) const PROBES: u64 = 8;

/// Ends of one window may differ by this, in milliseconds, where they are told as seconds that are left.
const SAME_END: i64 = 1500;

/// What remains is what was told last of the window, less the calls whose answers have not come.
///
/// Some of those may be counted in it already; that holds back a call for no longer than it takes their answers to come.
#[derive(Clone, Debug)]
pub(super) struct Told {
    names: [&'static str; 3],
    length: Duration,
    longest: Duration,
    options: RateOptions,
    in_flight: u64,
    known: Known,
    limit: Option<u64>,
    /// How many calls of others there were in the window before this one.
    others: u64,
    /// How long answers take, the slow ones remembered for longer.
    latency: Duration,
}

#[derive(Clone, Debug)]
enum Known {
    Nothing,
    /// The answers do not speak of this limit.
    Silent,
    Window(Window),
}

#[derive(Clone, Debug)]
struct Window {
    remaining: u64,
    /// When that was told.
    told: Instant,
    /// Our calls that were answered.
    ours: u64,
    /// The calls of others, as far as they cannot be ours.
    others: u64,
    end: End,
}

#[derive(Clone, Copy, Debug)]
enum End {
    /// At this time of the vendor's clock, in milliseconds.
    At(i64),
    /// Then at the latest.
    By(Instant),
}

/// One answer and its times.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answered<'a> {
    pub(super) sent: Instant,
    pub(super) at: Instant,
    pub(super) status: StatusCode,
    pub(super) headers: &'a HeaderMap,
}

impl Told {
    pub(super) fn new(
        names: [&'static str; 3],
        length: Duration,
        longest: Duration,
        options: RateOptions,
    ) -> Self {
        Self {
            names,
            length,
            longest,
            options,
            in_flight: 0,
            known: Known::Nothing,
            limit: None,
            others: 0,
            latency: Duration::ZERO,
        }
    }

    /// None is without a bound.
    pub(super) fn free(&mut self, now: Instant, clock: &VendorClock) -> Option<u64> {
        self.forget_what_ended(now, clock);
        let window = match &self.known {
            Known::Silent => return None,
            Known::Nothing => return Some(PROBES.min(self.share()).saturating_sub(self.in_flight)),
            Known::Window(window) => window,
        };
        let taken = self.in_flight.saturating_add(self.margin(window));
        Some(self.share_left(window).min(window.remaining.saturating_sub(taken)))
    }

    /// When a call can be sent before which so many others go, as far as that is known.
    pub(super) fn opens(&mut self, now: Instant, ahead: u64, clock: &VendorClock) -> Instant {
        self.forget_what_ended(now, clock);
        let Known::Window(window) = &self.known else { return now };
        // Those on their way may be counted already.
        let free = self.share_left(window).min(window.remaining);
        let Some(missing) = ahead.checked_sub(free) else { return now };
        let end = self.ends(window, clock);
        let turns = u32::try_from(missing / self.share()).unwrap_or(u32::MAX);
        self.length.checked_mul(turns).and_then(|later| end.checked_add(later)).unwrap_or(end)
    }

    /// When there is more to send, whatever answers come.
    pub(super) fn next(&self, clock: &VendorClock) -> Option<Instant> {
        match &self.known {
            Known::Window(window) => Some(self.ends(window, clock)),
            Known::Nothing | Known::Silent => None,
        }
    }

    pub(super) fn send(&mut self) {
        self.in_flight += 1;
    }

    pub(super) fn not_sent(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// It may have been counted, and its answer will not tell.
    pub(super) fn lost(&mut self) {
        self.not_sent();
        if let Known::Window(window) = &mut self.known {
            window.ours += 1;
            window.remaining = window.remaining.saturating_sub(1);
        }
    }

    pub(super) fn answered(&mut self, answer: Answered<'_>, clock: &VendorClock) {
        self.forget_what_ended(answer.at, clock);
        self.latency = (answer.at - answer.sent).max(self.latency * 7 / 8);
        let number = |name| answer.headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
        let Some(remaining) = number(self.names[1]) else {
            self.lost();
            if matches!(self.known, Known::Nothing) && answer.status.is_success() {
                self.known = Known::Silent;
            }
            return;
        };
        self.not_sent();
        let known = self.limit.unwrap_or(0).max(remaining.saturating_add(1));
        let limit = number(self.names[0]).unwrap_or(known);
        self.limit = Some(limit);
        let end = self.told_end(answer, clock);
        let by_length = End::By(answer.at + self.length);
        let used = limit.saturating_sub(remaining);
        match &mut self.known {
            Known::Window(window) => match window.is_followed_by(end, remaining, answer.sent) {
                Some(true) => {
                    self.others = window.others;
                    // What was answered meanwhile may be of the new window, too.
                    let ours = window.ours.saturating_add(1).min(used);
                    *window = Window::new(remaining, answer.at, ours, end.unwrap_or(by_length));
                }
                Some(false) => window.tell(remaining, answer.at, used),
                None => {}
            },
            Known::Nothing | Known::Silent => {
                self.known =
                    Known::Window(Window::new(remaining, answer.at, used.min(1), end.unwrap_or(by_length)));
            }
        }
        if let Known::Window(window) = &mut self.known {
            let ours = window.ours.saturating_add(self.in_flight);
            window.others = window.others.max(used.saturating_sub(ours));
        }
    }

    /// The end that an answer tells, where it can be: it is ahead, by no more than a window.
    fn told_end(&self, answer: Answered<'_>, clock: &VendorClock) -> Option<End> {
        let (earliest, latest) = (clock.earliest(answer.sent)?, clock.latest(answer.at)?);
        let now = Timestamp::from_millisecond(latest).ok()?;
        let end = retry_after::time_of(answer.headers.get(self.names[2])?, now)?.as_millisecond();
        let longest = i64::try_from(self.longest.as_millis()).ok()?;
        (end > earliest && end <= latest.saturating_add(longest)).then_some(End::At(end))
    }

    fn forget_what_ended(&mut self, now: Instant, clock: &VendorClock) {
        if let Known::Window(window) = &self.known
            && self.ends(window, clock) <= now
        {
            self.others = window.others;
            self.known = Known::Nothing;
        }
    }

    fn ends(&self, window: &Window, clock: &VendorClock) -> Instant {
        let by_length = window.told + self.length;
        match window.end {
            End::At(end) => clock.surely(end).map_or(by_length, |end| end + super::guard(self.length)),
            End::By(end) => end,
        }
    }

    fn share(&self) -> u64 {
        self.limit.map_or(u64::MAX, |limit| self.options.share_of(limit))
    }

    fn share_left(&self, window: &Window) -> u64 {
        self.share().saturating_sub(window.ours.saturating_add(self.in_flight))
    }

    /// Room for the calls that others make while ours are on their way.
    fn margin(&self, window: &Window) -> u64 {
        let others = window.others.max(self.others);
        if others == 0 {
            return 0;
        }
        let meanwhile = others.saturating_mul(2).saturating_mul(self.latency.as_millis() as u64);
        meanwhile / (self.length.as_millis() as u64).max(1) + 1
    }
}

impl Window {
    fn new(remaining: u64, told: Instant, ours: u64, end: End) -> Self {
        Self { remaining, told, ours, others: 0, end }
    }

    /// Whether an answer is of a later window than this, or, as none, of an earlier one.
    fn is_followed_by(&self, end: Option<End>, remaining: u64, sent: Instant) -> Option<bool> {
        match (self.end, end) {
            (End::At(old), Some(End::At(new))) if new < old - SAME_END => None,
            (End::At(old), Some(End::At(new))) => Some(new > old + SAME_END),
            (End::By(_), Some(_)) => Some(true),
            // More remains than before, and it was counted after that.
            _ => Some(remaining > self.remaining && sent >= self.told),
        }
    }

    fn tell(&mut self, remaining: u64, at: Instant, used: u64) {
        if remaining <= self.remaining {
            (self.remaining, self.told) = (remaining, at);
        }
        self.ours = self.ours.saturating_add(1).min(used.max(self.ours));
    }
}
