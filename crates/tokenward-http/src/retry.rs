//! Which requests are sent again, when, and when not.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use reqwest::{Response, StatusCode};
use tokio::time::Instant;

use crate::{Timestamp, retry_after::retry_after};

/// How often a request is sent again, and for how long in all.
///
/// ```
/// use std::time::Duration;
/// use tokenward_http::{HttpOptions, RetryOptions};
///
/// let patient = HttpOptions::default().with_retry(RetryOptions::default().with_budget(Duration::from_secs(300)));
/// let never = HttpOptions::default().with_retry(RetryOptions::none());
/// ```
///
/// | operation | is sent again after |
/// |---|---|
/// | GET, PUT, DELETE, and what is known to change nothing when it is repeated | 408, 429, 500, 502, 503, 504, a time-out, a lost connection |
/// | POST, PATCH otherwise | nothing: a creation whose answer is lost would be made twice |
///
/// The wait is what the vendor asks for, or grows with jitter from half a
/// second. A wait that would end beyond the budget is not begun: the caller
/// gets the answer at once.
#[derive(Clone, Debug)]
#[must_use]
pub struct RetryOptions {
    attempts: usize,
    min_delay: Duration,
    max_delay: Duration,
    budget: Duration,
}

impl Default for RetryOptions {
    fn default() -> Self {
        Self {
            attempts: 4,
            min_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(10),
            budget: Duration::from_secs(60),
        }
    }
}

impl RetryOptions {
    /// Every request is sent once.
    pub fn none() -> Self {
        Self { attempts: 1, ..Self::default() }
    }

    /// How often a request is sent at most, the first time included; 4 unless said.
    pub fn with_attempts(mut self, attempts: usize) -> Self {
        self.attempts = attempts;
        self
    }

    /// Between what bounds a wait grows that the vendor does not set; 0.5 s and 10 s unless said.
    pub fn with_delays(mut self, min: Duration, max: Duration) -> Self {
        (self.min_delay, self.max_delay) = (min, max);
        self
    }

    /// How long after the first sending another may begin; a minute unless said.
    pub fn with_budget(mut self, budget: Duration) -> Self {
        self.budget = budget;
        self
    }

    /// The plan for one request, which has to be answered by the deadline.
    pub(crate) fn plan(&self, repeatable: bool, deadline: Instant) -> Plan {
        let attempts = if repeatable { self.attempts } else { 1 };
        let delays = ExponentialBuilder::new()
            .with_jitter()
            .with_min_delay(self.min_delay)
            .with_max_delay(self.max_delay)
            .with_max_times(attempts.saturating_sub(1))
            .build();
        Plan {
            delays,
            max_delay: self.max_delay,
            end: deadline.min(Instant::now() + self.budget.min(LONGEST)),
        }
    }
}

/// A day: more than any vendor's window, and far from where adding to a point in time would overflow.
pub(crate) const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// What is left to one request.
pub(crate) struct Plan {
    delays: ExponentialBackoff,
    max_delay: Duration,
    end: Instant,
}

impl Plan {
    /// When the last sending has to have begun.
    pub(crate) fn end(&self) -> Instant {
        self.end
    }

    /// How long to wait before a request is sent again whose answer broke off.
    pub(crate) fn wait_after_break(&mut self) -> Option<Duration> {
        self.wait(None)
    }

    /// How long to wait before the request is sent again, or `None` where this is its answer.
    pub(crate) fn wait_after(&mut self, result: &reqwest::Result<Response>) -> Option<Duration> {
        let asked = match result {
            Ok(response) if is_transient(response.status()) => {
                retry_after(response.status(), response.headers(), Timestamp::now())
            }
            Ok(_) => return None,
            Err(error) if error.is_connect() || error.is_timeout() || error.is_request() => None,
            Err(_) => return None,
        };
        self.wait(asked)
    }

    fn wait(&mut self, asked: Option<Duration>) -> Option<Duration> {
        // Jitter comes on top of the longest wait.
        let own = self.delays.next()?.min(self.max_delay);
        let wait = asked.unwrap_or(own);
        let left = self.end.saturating_duration_since(Instant::now());
        (wait <= left).then_some(wait)
    }
}

fn is_transient(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
}
