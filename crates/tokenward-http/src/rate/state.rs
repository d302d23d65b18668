//! The state of a vendor's quotas in one session.

use std::{collections::HashMap, time::Duration};

use reqwest::header::DATE;
use tokio::time::Instant;

use super::{
    counted::Counted,
    limit::{RateLimit, Rule},
    options::RateOptions,
    told::{Answered, Told},
    window_clock::VendorClock,
};
use crate::headers::retry_after::{self, LONGEST};
use tokenward_core::Timestamp;

/// The quotas, and the number of calls that wait for each.
#[derive(Debug)]
pub(super) struct State {
    clock: VendorClock,
    /// The end of a wait that the vendor has asked for.
    blocked: Option<Instant>,
    shared: Vec<Bucket>,
    per_route: Vec<Bucket>,
    routes: HashMap<&'static str, Vec<Bucket>>,
}

#[derive(Clone, Debug)]
struct Bucket {
    quota: Quota,
    waiting: u64,
}

#[derive(Clone, Debug)]
enum Quota {
    Counted(Counted),
    Told(Box<Told>),
}

/// The outcome of a request that had a slot.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome<'a> {
    NotSent,
    /// The request failed. It is unknown whether the vendor has counted it.
    Lost,
    Answered(Answered<'a>),
}

impl State {
    pub(super) fn new(vendors: &[RateLimit], options: &RateOptions) -> Self {
        let vendors: &[RateLimit] = if options.obeys_vendor { vendors } else { &[] };
        let (per_route, shared): (Vec<_>, Vec<_>) = vendors.iter().partition(|limit| limit.per_route);
        let bucket = |limit| Bucket { quota: Quota::new(limit, options), waiting: 0 };
        let own = options.at_most.map(|(calls, window)| {
            let limit = RateLimit::counted(calls, window);
            Bucket { quota: Quota::new(&limit, &RateOptions::default()), waiting: 0 }
        });
        Self {
            clock: VendorClock::new(),
            blocked: None,
            shared: shared.into_iter().map(bucket).chain(own).collect(),
            per_route: per_route.into_iter().map(bucket).collect(),
            routes: HashMap::new(),
        }
    }

    /// Adds a waiting call, and returns the estimated time at which it can be sent.
    pub(super) fn enter(&mut self, operation: &'static str) -> Instant {
        let now = Instant::now();
        let mut opens = self.blocked.unwrap_or(now).max(now);
        self.each(operation, |bucket, clock| {
            opens = opens.max(bucket.quota.opens(now, bucket.waiting, clock));
            bucket.waiting += 1;
        });
        opens
    }

    pub(super) fn leave(&mut self, operation: &'static str) {
        self.each(operation, |bucket, _| bucket.waiting = bucket.waiting.saturating_sub(1));
    }

    /// Takes a place in every quota, or in none of them.
    ///
    /// On failure, returns the time of the next check and the estimated time at which there is room.
    pub(super) fn take(&mut self, operation: &'static str) -> Result<(), (Instant, Instant)> {
        let now = Instant::now();
        let blocked = self.blocked.filter(|until| *until > now);
        let (mut look, mut opens) = (blocked, blocked.unwrap_or(now));
        let mut sooner = |at: Instant| look = Some(look.map_or(at, |look| look.min(at)));
        let mut is_free = blocked.is_none();
        self.each(operation, |bucket, clock| {
            if bucket.quota.free(now, clock) == Some(0) {
                is_free = false;
                opens = opens.max(bucket.quota.opens(now, 0, clock));
                if let Some(next) = bucket.quota.next(now, clock) {
                    sooner(next);
                }
            }
        });
        if !is_free {
            return Err((look.unwrap_or(now + LONGEST), opens));
        }
        self.each(operation, |bucket, _| bucket.quota.send());
        Ok(())
    }

    /// Makes every call wait, because the vendor has asked for it.
    pub(super) fn block(&mut self, from: Instant, wait: Duration) {
        /// The longest window of any known vendor. If the vendor asks for more, it will ask again then.
        const LONGEST_BLOCK: Duration = Duration::from_secs(3600);

        let until = from + wait.min(LONGEST_BLOCK);
        self.blocked = Some(self.blocked.map_or(until, |blocked| blocked.max(until)));
    }

    pub(super) fn settle(&mut self, operation: &'static str, outcome: Outcome<'_>) {
        if let Outcome::Answered(answer) = outcome {
            let date =
                answer.headers.get(DATE).and_then(|date| retry_after::time_of(date, Timestamp::UNIX_EPOCH));
            if let Some(date) = date {
                self.clock.observe(answer.sent, answer.at, date);
            }
        }
        self.each(operation, |bucket, clock| bucket.quota.settle(outcome, clock));
    }

    /// Returns the number of calls of an operation that could be sent now; `None` means no limit.
    pub(super) fn free(&mut self, operation: &str) -> Option<u64> {
        let now = Instant::now();
        if self.blocked.is_some_and(|until| until > now) {
            return Some(0);
        }
        let clock = &self.clock;
        let routes = self.routes.get_mut(operation).unwrap_or(&mut self.per_route);
        let buckets = self.shared.iter_mut().chain(routes);
        buckets.filter_map(|bucket| Some(bucket.quota.free(now, clock)?.saturating_sub(bucket.waiting))).min()
    }

    fn each(&mut self, operation: &'static str, mut act: impl FnMut(&mut Bucket, &VendorClock)) {
        let routes = self.routes.entry(operation).or_insert_with(|| self.per_route.clone());
        self.shared.iter_mut().chain(routes).for_each(|bucket| act(bucket, &self.clock));
    }
}

impl Quota {
    fn new(limit: &RateLimit, options: &RateOptions) -> Self {
        match limit.rule {
            Rule::Counted { calls, on_the_clock } => {
                Self::Counted(Counted::new(options.share_of(calls), limit.window, on_the_clock))
            }
            Rule::Told { names, longest } => {
                Self::Told(Box::new(Told::new(names, limit.window, longest, options.clone())))
            }
        }
    }

    fn free(&mut self, now: Instant, clock: &VendorClock) -> Option<u64> {
        match self {
            Self::Counted(counted) => Some(counted.free(now)),
            Self::Told(told) => told.free(now, clock),
        }
    }

    fn opens(&mut self, now: Instant, ahead: u64, clock: &VendorClock) -> Instant {
        match self {
            Self::Counted(counted) => counted.opens(now, ahead),
            Self::Told(told) => told.opens(now, ahead, clock),
        }
    }

    fn next(&self, now: Instant, clock: &VendorClock) -> Option<Instant> {
        match self {
            Self::Counted(counted) => counted.next(),
            Self::Told(told) => told.next(now, clock),
        }
    }

    fn send(&mut self) {
        match self {
            Self::Counted(counted) => counted.send(),
            Self::Told(told) => told.send(),
        }
    }

    fn settle(&mut self, outcome: Outcome<'_>, clock: &VendorClock) {
        /// A cancelled request may still be on its way to the vendor.
        const ON_ITS_WAY: Duration = Duration::from_secs(1);

        match (self, outcome) {
            (Self::Counted(counted), Outcome::NotSent) => counted.not_sent(),
            (Self::Counted(counted), Outcome::Lost) => counted.answered(Instant::now() + ON_ITS_WAY, clock),
            (Self::Counted(counted), Outcome::Answered(answer)) => counted.answered(answer.at, clock),
            (Self::Told(told), Outcome::NotSent) => told.not_sent(),
            (Self::Told(told), Outcome::Lost) => told.lost(),
            (Self::Told(told), Outcome::Answered(answer)) => told.answered(answer, clock),
        }
    }
}
