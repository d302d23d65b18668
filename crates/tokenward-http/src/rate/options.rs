//! The rate settings of a caller.

use std::time::Duration;

/// The share of a vendor's rate limits that a client uses.
///
/// ```
/// use std::time::Duration;
/// use tokenward_http::{HttpOptions, RateOptions};
///
/// // Reserve a fifth of each quota for other clients, and make at most 30 calls in any 10 seconds.
/// let modest = RateOptions::default().with_reserve_percent(20).with_at_most(30, Duration::from_secs(10));
/// let options = HttpOptions::default().with_rate(modest);
/// let unlimited = HttpOptions::default().with_rate(RateOptions::off());
/// ```
///
/// By default, a client uses the whole quota. A call waits until the vendor's window has room for it, in the order of
/// the calls. The wait counts towards the deadline of the call. If it would end after the deadline, nothing is sent.
/// The error then has the kind `RateLimited` and contains the length of the wait. So give a job with many concurrent
/// calls a [deadline](crate::HttpOptions::with_deadline) that covers the whole job.
///
/// A client and its clones count their calls together. Calls by other clients are known only if the vendor reports the
/// remaining quota. If it does not, set a reserve for them.
#[derive(Clone, Debug)]
#[must_use]
pub struct RateOptions {
    pub(super) obeys_vendor: bool,
    pub(super) reserve_percent: u8,
    pub(super) at_most: Option<(u64, Duration)>,
}

impl Default for RateOptions {
    fn default() -> Self {
        Self { obeys_vendor: true, reserve_percent: 0, at_most: None }
    }
}

impl RateOptions {
    /// Disables rate limiting: the vendor rejects excess requests, and the client retries those that are safe to retry.
    pub fn off() -> Self {
        Self { obeys_vendor: false, ..Self::default() }
    }

    /// Sets the share of each quota that is reserved for other clients, in percent; 0 by default.
    ///
    /// At least one call per window is always allowed.
    pub fn with_reserve_percent(mut self, percent: u8) -> Self {
        self.reserve_percent = percent.min(100);
        self
    }

    /// Limits the calls in any window of this length, in addition to the vendor's limits. At least one call is allowed.
    pub fn with_at_most(mut self, calls: u64, window: Duration) -> Self {
        self.at_most = Some((calls, window));
        self
    }

    pub(super) fn holds_back(&self) -> bool {
        self.obeys_vendor || self.at_most.is_some()
    }

    /// Returns the share of a limit that may be used.
    pub(super) fn share_of(&self, limit: u64) -> u64 {
        let reserve = (u128::from(limit) * u128::from(self.reserve_percent)).div_ceil(100);
        limit.saturating_sub(u64::try_from(reserve).unwrap_or(limit)).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reserve_is_rounded_up_and_leaves_one_call() {
        for (limit, percent, used) in
            [(100, 0, 100), (100, 20, 80), (5, 10, 4), (1, 50, 1), (100, 100, 1), (100, 255, 1), (0, 0, 1)]
        {
            let options = RateOptions::default().with_reserve_percent(percent);
            assert_eq!(options.share_of(limit), used, "{limit} {percent}");
        }
        assert_eq!(RateOptions::default().with_reserve_percent(50).share_of(u64::MAX), u64::MAX / 2);
    }

    #[test]
    fn nothing_is_held_back_if_neither_the_vendor_nor_the_user_limits_it() {
        let second = Duration::from_secs(1);
        assert!(RateOptions::default().holds_back());
        assert!(RateOptions::default().with_at_most(3, second).holds_back());
        assert!(!RateOptions::off().holds_back());
        assert!(RateOptions::off().with_at_most(3, second).holds_back());
        assert_eq!(RateOptions::off().with_at_most(3, second).at_most, Some((3, second)));
    }
}
