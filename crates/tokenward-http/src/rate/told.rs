//! A quota whose remaining calls every response reports.

use std::time::Duration;

use reqwest::{StatusCode, header::HeaderMap};
use tokio::time::Instant;

use super::{
    options::RateOptions,
    window_clock::{VendorClock, guard},
};
use crate::headers::retry_after;
use tokenward_core::Timestamp;

/// Maximum number of calls in flight before the first window is known.
pub(super) const PROBES: u64 = 8;

/// Tolerance between the reported ends of one window, in milliseconds. Some vendors report it as seconds left.
const SAME_END: i64 = 1500;

/// The last reported number of remaining calls in the window, less the calls in flight.
///
/// The vendor may have counted some of the calls in flight already. Other calls then wait until the responses arrive.
#[derive(Clone, Debug)]
pub(super) struct Told {
    names: [&'static str; 3],
    length: Duration,
    longest: Duration,
    options: RateOptions,
    in_flight: u64,
    known: Known,
    limit: Option<u64>,
    /// Calls per second by other clients in the previous window.
    others_a_second: f64,
    /// `true` if other clients used the quota when none of our calls was in flight.
    is_shared: bool,
    /// The end of the last window. `stragglers` counts the calls in flight at that time that have a response by now.
    ended: Option<Instant>,
    stragglers: u64,
    /// The response time. Slow responses are remembered for longer.
    latency: Duration,
}

#[derive(Clone, Debug)]
enum Known {
    Nothing,
    /// The responses do not report this limit.
    Silent,
    Window(Window),
}

#[derive(Clone, Debug)]
struct Window {
    remaining: u64,
    /// The time of that report.
    told: Instant,
    /// The time of the last response.
    news: Instant,
    /// The time of the first response that certainly belongs to this window.
    opened: Instant,
    /// The number of our calls with a response.
    ours: u64,
    /// Calls that are not ours, or not known to be ours: at the start of the window, and now.
    others: (u64, u64),
    end: End,
}

#[derive(Clone, Copy, Debug)]
enum End {
    /// An exact time of the vendor's clock, in milliseconds.
    At(i64),
    /// A latest time of our clock.
    By(Instant),
}

/// A response and its times.
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
            others_a_second: 0.0,
            is_shared: true,
            ended: None,
            stragglers: 0,
            latency: Duration::ZERO,
        }
    }

    /// Returns the number of calls that can be sent now; `None` means no limit.
    pub(super) fn free(&mut self, now: Instant, clock: &VendorClock) -> Option<u64> {
        self.forget_what_ended(now, clock);
        let window = match &self.known {
            Known::Silent => return None,
            Known::Nothing => return Some(PROBES.min(self.share()).saturating_sub(self.in_flight)),
            Known::Window(window) => window,
        };
        let taken = self.in_flight.saturating_add(self.margin(now, window));
        Some(self.share_left(window).min(window.remaining.saturating_sub(taken)))
    }

    /// Returns the estimated time at which a call can be sent after this number of waiting calls.
    pub(super) fn opens(&mut self, now: Instant, ahead: u64, clock: &VendorClock) -> Instant {
        self.forget_what_ended(now, clock);
        let Known::Window(window) = &self.known else { return now };
        // The vendor may have counted the calls in flight already.
        let free = self.share_left(window).min(window.remaining);
        let Some(missing) = ahead.checked_sub(free) else { return now };
        let end = self.ends(window, clock);
        let turns = u32::try_from(missing / self.share()).unwrap_or(u32::MAX);
        self.length.checked_mul(turns).and_then(|later| end.checked_add(later)).unwrap_or(end)
    }

    /// Returns the time of the next check if no response arrives: the end of the window, or earlier if the reserve for
    /// other clients may shrink.
    pub(super) fn next(&self, now: Instant, clock: &VendorClock) -> Option<Instant> {
        let Known::Window(window) = &self.known else { return None };
        let end = self.ends(window, clock);
        let is_room_for_others = self.share_left(window).min(window.remaining) > self.in_flight;
        Some(if is_room_for_others { end.min(now + self.length / 20) } else { end })
    }

    pub(super) fn send(&mut self) {
        self.in_flight += 1;
    }

    pub(super) fn not_sent(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// Counts a request without a response as used, because the vendor may have counted it.
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
        match &mut self.known {
            Known::Window(window) => {
                match window.place_of(end, remaining, answer.sent, self.in_flight) {
                    Place::Before => {}
                    Place::Within => window.tell(remaining, answer.at),
                    Place::After => {
                        self.others_a_second = window.others_a_second(window.news, self.length);
                        // Calls with a response in the meantime may belong to the new window, too.
                        *window = Window::new(remaining, answer.at, window.ours, end.unwrap_or(by_length));
                        window.others.0 = limit.saturating_sub(remaining).saturating_sub(window.ours + 1);
                    }
                }
                window.count(limit);
                window.news = answer.at;
            }
            // This response may belong to the window that ended while the call was in flight.
            Known::Nothing if self.ended.is_some_and(|ended| answer.sent < ended) => self.stragglers += 1,
            Known::Nothing | Known::Silent => {
                let mut window = Window::new(remaining, answer.at, self.stragglers, end.unwrap_or(by_length));
                window.count(limit);
                window.others.0 = window.others.1;
                self.known = Known::Window(window);
            }
        }
        if let Known::Window(window) = &self.known
            && self.in_flight == 0
        {
            self.is_shared = window.others.1 > 0;
        }
    }

    /// Returns the end of the window that a response reports, if it is plausible: in the future, but not too far.
    fn told_end(&self, answer: Answered<'_>, clock: &VendorClock) -> Option<End> {
        let (earliest, latest) = (clock.earliest(answer.sent)?, clock.latest(answer.at)?);
        let now = Timestamp::from_millisecond(latest);
        let end = retry_after::time_of(answer.headers.get(self.names[2])?, now)?.as_millisecond();
        let longest = i64::try_from(self.longest.as_millis()).ok()?;
        (end > earliest && end <= latest.saturating_add(longest)).then_some(End::At(end))
    }

    fn forget_what_ended(&mut self, now: Instant, clock: &VendorClock) {
        if let Known::Window(window) = &self.known
            && self.ends(window, clock) <= now
        {
            self.others_a_second = window.others_a_second(window.news, self.length);
            self.known = Known::Nothing;
            (self.ended, self.stragglers) = (Some(now), 0);
        }
    }

    fn ends(&self, window: &Window, clock: &VendorClock) -> Instant {
        let by_length = window.told + self.length;
        match window.end {
            End::At(end) => clock.surely(end).map_or(by_length, |end| end + guard(self.length)),
            End::By(end) => end,
        }
    }

    fn share(&self) -> u64 {
        self.limit.map_or(u64::MAX, |limit| self.options.share_of(limit))
    }

    fn share_left(&self, window: &Window) -> u64 {
        self.share().saturating_sub(window.ours.saturating_add(self.in_flight))
    }

    /// Returns the reserve for calls that other clients make between the last response and the arrival of our call.
    fn margin(&self, now: Instant, window: &Window) -> u64 {
        let others = window.others_a_second(now, self.length).max(self.others_a_second);
        if others == 0.0 && !self.is_shared {
            return 0;
        }
        // Covers both directions at twice the usual response time.
        let meanwhile = now.saturating_duration_since(window.news) + self.latency * 4;
        1 + (others * meanwhile.as_secs_f64()).ceil() as u64
    }
}

/// The window that a response belongs to, relative to the current one.
enum Place {
    Before,
    Within,
    After,
}

impl Window {
    fn new(remaining: u64, told: Instant, ours: u64, end: End) -> Self {
        Self { remaining, told, news: told, opened: told, ours, others: (0, 0), end }
    }

    fn place_of(&self, end: Option<End>, remaining: u64, sent: Instant, in_flight: u64) -> Place {
        match (self.end, end) {
            (End::At(old), Some(End::At(new))) if new < old.saturating_sub(SAME_END) => Place::Before,
            (End::At(old), Some(End::At(new))) if new > old.saturating_add(SAME_END) => Place::After,
            (End::At(_), Some(End::At(_))) => Place::Within,
            (End::By(_), Some(_)) => Place::After,
            // More calls remain than before, and the call was sent after the last report.
            _ if remaining > self.remaining && sent >= self.told => Place::After,
            // Fewer calls remain than this window can have left.
            _ if remaining.saturating_add(in_flight).saturating_add(1) < self.remaining
                && sent < self.opened =>
            {
                Place::Before
            }
            _ => Place::Within,
        }
    }

    fn tell(&mut self, remaining: u64, at: Instant) {
        if remaining <= self.remaining {
            (self.remaining, self.told) = (remaining, at);
        }
    }

    /// Counts a call of ours with a response.
    fn count(&mut self, limit: u64) {
        let used = limit.saturating_sub(self.remaining);
        self.ours = self.ours.saturating_add(1).min(used);
        self.others.1 = used - self.ours;
    }

    /// Returns the calls per second by other clients.
    ///
    /// Our own calls in flight count as theirs if the vendor has counted them, until the responses arrive.
    fn others_a_second(&self, now: Instant, length: Duration) -> f64 {
        let time = now.saturating_duration_since(self.opened).max(length / 20);
        self.others.1.saturating_sub(self.others.0) as f64 / time.as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 3] = ["limit", "remaining", "reset"];
    const LENGTH: Duration = Duration::from_secs(10);
    /// 2026-08-01, in seconds.
    const DATE: i64 = 1_785_542_400;

    struct Test {
        start: Instant,
        clock: VendorClock,
        told: Told,
    }

    impl Test {
        fn new() -> Self {
            let told = Told::new(NAMES, LENGTH, LENGTH, RateOptions::default());
            Self { start: Instant::now(), clock: VendorClock::new(), told }
        }

        fn after(&self, seconds: f64) -> Instant {
            self.start + Duration::from_secs_f64(seconds)
        }

        fn free(&mut self, seconds: f64) -> Option<u64> {
            self.told.free(self.after(seconds), &self.clock)
        }

        /// Sends a call that gets its response at once.
        fn answered(&mut self, seconds: f64, status: u16, headers: &[(&'static str, &str)]) {
            self.told.send();
            let headers: HeaderMap =
                headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
            let (at, status) = (self.after(seconds), StatusCode::from_u16(status).unwrap());
            self.told.answered(Answered { sent: at, at, status, headers: &headers }, &self.clock);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn eight_calls_go_before_anything_is_known_and_again_after_the_window() {
        let mut test = Test::new();
        assert_eq!(test.free(0.0), Some(8));
        test.told.send();
        test.told.send();
        test.told.not_sent();
        assert_eq!(test.free(0.0), Some(7));
        test.told.not_sent();
        test.answered(1.0, 200, &[("limit", "100"), ("remaining", "99")]);
        assert_eq!((test.free(1.0), test.free(10.999)), (Some(99), Some(99)));
        assert_eq!(test.free(11.0), Some(8));
    }

    #[tokio::test(start_paused = true)]
    async fn what_remains_is_free_less_the_calls_on_their_way_and_room_for_others() {
        let mut test = Test::new();
        test.answered(1.0, 200, &[("limit", "100"), ("remaining", "40")]);
        // 59 calls were made by other clients, which may make one now.
        assert_eq!(test.free(1.0), Some(39));
        test.told.send();
        test.told.send();
        assert_eq!(test.free(1.0), Some(37));
        test.told.lost();
        assert_eq!(test.free(1.0), Some(37));
        // 20 calls by other clients in two seconds are ten per second.
        test.answered(3.0, 200, &[("limit", "100"), ("remaining", "18")]);
        assert_eq!(test.free(3.0), Some(16));
        assert_eq!(test.free(4.0), Some(18 - 1 - 1 - 7));
    }

    #[tokio::test(start_paused = true)]
    async fn a_reserve_bounds_the_calls_of_one_window() {
        let mut test = Test::new();
        test.told.options = RateOptions::default().with_reserve_percent(90);
        test.answered(1.0, 200, &[("limit", "100"), ("remaining", "99")]);
        assert_eq!(test.free(1.0), Some(9));
        test.told.send();
        assert_eq!(test.free(1.0), Some(8));
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_opens_at_the_end_of_the_window_that_has_room_for_it() {
        let mut test = Test::new();
        let now = test.after(2.0);
        assert_eq!(test.told.opens(now, 1000, &test.clock), now);
        test.answered(1.0, 200, &[("limit", "5"), ("remaining", "3")]);
        for (ahead, opens) in [(0, 2.0), (2, 2.0), (3, 11.0), (7, 11.0), (8, 21.0), (13, 31.0)] {
            assert_eq!(test.told.opens(now, ahead, &test.clock), test.after(opens), "{ahead}");
        }
        // Other clients may use less than their reserve, so an early check is useful.
        assert_eq!(test.told.next(now, &test.clock), Some(test.after(2.5)));
        for _ in 0..2 {
            test.told.send();
        }
        assert_eq!(test.told.next(now, &test.clock), Some(test.after(11.0)));
        assert_eq!(Test::new().told.next(now, &test.clock), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_success_without_the_header_means_that_there_is_no_limit() {
        let mut test = Test::new();
        test.answered(1.0, 503, &[]);
        assert_eq!(test.free(1.0), Some(8));
        test.answered(1.0, 200, &[]);
        assert_eq!(test.free(1.0), None);
        test.answered(1.0, 200, &[("remaining", "20")]);
        assert_eq!(test.free(1.0), Some(20));
    }

    #[tokio::test(start_paused = true)]
    async fn an_end_counts_if_it_is_ahead_by_no_more_than_a_window() {
        for (reset, ends) in [(1, 11.0), (2, 2.1), (5, 5.1), (13, 13.1), (14, 11.0), (-5, 11.0)] {
            let mut test = Test::new();
            test.clock.observe(test.start, test.start, Timestamp::from_second(DATE));
            let reset = (DATE + reset).to_string();
            test.answered(1.0, 200, &[("limit", "100"), ("remaining", "99"), ("reset", &reset)]);
            let Known::Window(window) = &test.told.known else { panic!("a window") };
            let ended = test.told.ends(window, &test.clock);
            assert_eq!(ended, test.after(ends), "{reset}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_belongs_to_the_window_whose_end_it_tells() {
        let now = Instant::now();
        let place = |old, new, remaining, sent, in_flight| {
            let window = Window::new(50, now, 0, old);
            match window.place_of(new, remaining, sent, in_flight) {
                Place::Before => "before",
                Place::Within => "within",
                Place::After => "after",
            }
        };
        for (new, expected) in
            [(8_499, "before"), (8_500, "within"), (10_000, "within"), (11_500, "within"), (11_501, "after")]
        {
            assert_eq!(place(End::At(10_000), Some(End::At(new)), 50, now, 0), expected, "{new}");
        }
        assert_eq!(place(End::By(now), Some(End::At(10_000)), 50, now, 0), "after");
        let earlier = now - Duration::from_millis(1);
        for (remaining, sent, in_flight, expected) in [
            (51, now, 0, "after"),
            (50, now, 0, "within"),
            (51, earlier, 0, "within"),
            (48, earlier, 0, "before"),
            (49, earlier, 0, "within"),
            (48, earlier, 1, "within"),
            (47, earlier, 1, "before"),
            (10, now, 0, "within"),
        ] {
            assert_eq!(place(End::By(now), None, remaining, sent, in_flight), expected, "{remaining}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_window_keeps_the_lowest_remainder_and_counts_others() {
        let now = Instant::now();
        let second = Duration::from_secs(1);
        let mut window = Window::new(50, now, 3, End::By(now + LENGTH));
        window.tell(51, now + second);
        assert_eq!((window.remaining, window.told), (50, now));
        window.tell(50, now + second);
        assert_eq!((window.remaining, window.told), (50, now + second));
        window.tell(40, now + 2 * second);
        assert_eq!((window.remaining, window.told), (40, now + 2 * second));
        window.count(100);
        assert_eq!((window.ours, window.others), (4, (0, 56)));
        window.others.0 = 16;
        assert_eq!(window.others_a_second(now + 4 * second, LENGTH), 10.0);
        // The start of a window counts as a twentieth of its length.
        assert_eq!(window.others_a_second(now, LENGTH), 80.0);
        window.count(41);
        assert_eq!((window.ours, window.others.1), (1, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_lost_call_is_taken_off_what_remains_and_counts_as_ours() {
        let mut test = Test::new();
        test.answered(1.0, 200, &[("limit", "100"), ("remaining", "99")]);
        test.answered(1.0, 200, &[("limit", "100"), ("remaining", "98")]);
        test.told.send();
        test.told.lost();
        let Known::Window(window) = &test.told.known else { panic!("a window") };
        assert_eq!((window.ours, window.remaining, test.told.in_flight), (3, 97, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_answer_is_remembered_by_seven_eighths_of_its_time() {
        let mut test = Test::new();
        let headers = HeaderMap::new();
        for (sent, at, latency) in [(0.0, 8.0, 8.0), (8.0, 8.0, 7.0), (8.0, 10.0, 6.125), (10.0, 20.0, 10.0)]
        {
            let (sent, at) = (test.after(sent), test.after(at));
            test.told.send();
            test.told.answered(Answered { sent, at, status: StatusCode::OK, headers: &headers }, &test.clock);
            assert_eq!(test.told.latency, Duration::from_secs_f64(latency));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_window_that_begins_early_takes_over_our_calls() {
        let mut test = Test::new();
        test.answered(1.0, 200, &[("limit", "100"), ("remaining", "40")]);
        test.answered(2.0, 200, &[("limit", "100"), ("remaining", "90")]);
        let Known::Window(window) = &test.told.known else { panic!("a window") };
        assert_eq!((window.remaining, window.ours, window.others), (90, 2, (8, 8)));
        assert_eq!((window.opened, window.news), (test.after(2.0), test.after(2.0)));
        assert_eq!(test.told.ends(window, &test.clock), test.after(12.0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_was_sent_before_the_window_ended_is_counted_in_the_next_one() {
        let mut test = Test::new();
        let headers = [("limit", "100"), ("remaining", "90")];
        test.answered(1.0, 200, &headers);
        assert_eq!(test.free(11.0), Some(8));
        let map: HeaderMap =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        for at in [11.2, 11.4] {
            let (sent, at, status) = (test.after(10.999), test.after(at), StatusCode::OK);
            test.told.send();
            test.told.answered(Answered { sent, at, status, headers: &map }, &test.clock);
        }
        assert_eq!((test.told.stragglers, test.free(11.4)), (2, Some(8)));
        test.answered(11.0, 200, &headers);
        let Known::Window(window) = &test.told.known else { panic!("a window") };
        assert_eq!((window.ours, window.others), (3, (7, 7)));
    }
}
