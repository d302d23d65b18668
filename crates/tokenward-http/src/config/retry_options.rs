//! The retry settings of a caller.

use std::time::Duration;

/// The settings for retries: how often, how far apart, and for how long.
///
/// ```
/// use std::time::Duration;
/// use tokenward_http::{HttpOptions, RetryOptions};
///
/// let patient = HttpOptions::default().with_retry(RetryOptions::default().with_budget(Duration::from_secs(300)));
/// let never = HttpOptions::default().with_retry(RetryOptions::none());
/// ```
///
/// | operation | retried after |
/// |---|---|
/// | GET, PUT, DELETE, and operations that are known to be idempotent | 408, 429, 500, 502, 503, 504, a timeout, a lost connection |
/// | other POST and PATCH requests | nothing: if the response to a creation is lost, a retry would create a second token |
///
/// The client waits as long as the vendor asks. Otherwise, the wait grows from half a second, with jitter. If a wait
/// would end after the budget, the client does not wait and returns the response at once.
#[derive(Clone, Debug)]
#[must_use]
pub struct RetryOptions {
    pub(crate) attempts: usize,
    pub(crate) min_delay: Duration,
    pub(crate) max_delay: Duration,
    pub(crate) budget: Duration,
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
    /// Disables retries.
    pub fn none() -> Self {
        Self { attempts: 1, ..Self::default() }
    }

    /// Sets the maximum number of attempts, including the first one; 4 by default.
    pub fn with_attempts(mut self, attempts: usize) -> Self {
        self.attempts = attempts;
        self
    }

    /// Sets the shortest and the longest wait, if the vendor does not ask for one; 0.5 s and 10 s by default.
    pub fn with_delays(mut self, min: Duration, max: Duration) -> Self {
        (self.min_delay, self.max_delay) = (min, max);
        self
    }

    /// Sets how long after the first attempt another one may begin; one minute by default.
    pub fn with_budget(mut self, budget: Duration) -> Self {
        self.budget = budget;
        self
    }
}
