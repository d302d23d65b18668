//! How often a request is sent again, as a caller configures it.

use std::time::Duration;

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
}
