//! Tests of the limiter against the simulators, in tokio's paused time.

mod properties;
mod vendors;
mod waiting;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use reqwest::{StatusCode, header::HeaderMap};
use tokenward_testkit::{Clock, Request, SignedDuration, Simulated, Timestamp};
use tokio::time::{Instant, sleep, sleep_until};

use super::{
    limit::RateLimit,
    limiter::{Limiter, TooLate},
    options::RateOptions,
};
use crate::{dialect::Neutral, headers::retry_after::retry_after};

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A deadline one day ahead.
fn no_deadline() -> Instant {
    Instant::now() + seconds(86_400)
}

/// Starts a clock this long after a full hour, at which the windows of all simulators begin.
fn clock_at(phase: Duration) -> Clock {
    // Makes the random delays the same on every run.
    fastrand::seed(phase.as_millis() as u64);
    let hour: Timestamp = "2026-11-01T12:00:00Z".parse().unwrap();
    let clock = Clock::tokio_starting_at(hour);
    clock.advance(SignedDuration::try_from(phase).unwrap());
    clock
}

/// A simulator, a kind of request to it, and the shortest and longest latency.
#[derive(Clone)]
struct Vendor {
    simulated: Arc<dyn Simulated>,
    latency: (Duration, Duration),
}

#[derive(Debug, Default)]
struct ListState {
    done: AtomicUsize,
    refused: AtomicUsize,
}

impl Vendor {
    fn new(simulated: impl Simulated, latency: (u64, u64)) -> Self {
        Self { simulated: Arc::new(simulated), latency: (millis(latency.0), millis(latency.1)) }
    }

    /// Lets the request arrive at a random time within its latency.
    async fn respond(&self, request: &Request) -> tokenward_testkit::Response {
        let micros = |duration: Duration| duration.as_micros() as u64;
        let latency = fastrand::u64(micros(self.latency.0)..=micros(self.latency.1));
        let there = fastrand::u64(0..=latency);
        sleep(Duration::from_micros(there)).await;
        let response = self.simulated.respond(request);
        sleep(Duration::from_micros(latency - there)).await;
        response
    }

    /// Makes one call, through a limiter if there is one.
    async fn call(
        &self,
        limiter: Option<&Arc<Limiter>>,
        operation: &'static str,
        request: &Request,
    ) -> StatusCode {
        let slot = match limiter {
            Some(limiter) => Some(limiter.slot(operation, no_deadline()).await.unwrap()),
            None => None,
        };
        let response = self.respond(request).await;
        let status = StatusCode::from_u16(response.status).unwrap();
        if let Some(slot) = slot {
            answered_by(slot, status, &response.headers);
        }
        status
    }
}

/// Settles a slot as a session does.
fn answered_by(slot: super::limiter::Slot, status: StatusCode, headers: &HeaderMap) {
    let asked = retry_after(status, headers, &Neutral, tokenward_core::Timestamp::now());
    slot.answered(status, headers, asked);
}

/// A job that calls as fast as possible for a time span.
struct Job {
    vendor: Vendor,
    limiter: Option<Arc<Limiter>>,
    requests: Vec<(&'static str, Request)>,
    side_by_side: usize,
}

impl Job {
    async fn run(self, span: Duration) -> ListState {
        let end = Instant::now() + span;
        let (state, job) = (Arc::new(ListState::default()), Arc::new(self));
        let workers: Vec<_> = (0..job.side_by_side)
            .map(|worker| {
                let (state, job) = (state.clone(), job.clone());
                tokio::spawn(async move {
                    let work = async {
                        for turn in worker.. {
                            let (operation, request) = &job.requests[turn % job.requests.len()];
                            let status = job.vendor.call(job.limiter.as_ref(), operation, request).await;
                            state.count(status);
                        }
                    };
                    let _ = tokio::time::timeout_at(end, work).await;
                })
            })
            .collect();
        for worker in workers {
            worker.await.unwrap();
        }
        drop(job);
        Arc::into_inner(state).unwrap()
    }
}

impl ListState {
    fn count(&self, status: StatusCode) {
        let is_refused = status == StatusCode::TOO_MANY_REQUESTS;
        assert!(status.is_success() || is_refused, "{status}");
        let counter = if is_refused { &self.refused } else { &self.done };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    fn done(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }

    fn refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }

    /// Asserts that no call was refused, and that at least 95 % of the allowed calls were made.
    #[track_caller]
    fn assert_full(&self, allowed: usize, what: &str) {
        assert_eq!(self.refused(), 0, "{what}: {self:?}");
        assert!(self.done() * 100 >= allowed * 95, "{what}: {} of {allowed}", self.done());
    }
}
