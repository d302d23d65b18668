//! The rate limits of a vendor that are known before the first call.

use std::time::Duration;

use crate::headers::retry_after::LONGEST;

/// A vendor's rate limit: a number of calls in a time window.
///
/// ```
/// use std::time::Duration;
/// use tokenward_http::RateLimit;
///
/// let hour = Duration::from_secs(3600);
/// let limits = [
///     RateLimit::on_the_clock(5000, hour),
///     RateLimit::told(["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"], hour).per_route(),
/// ];
/// ```
///
/// | kind | a call counts | effect |
/// |---|---|---|
/// | [`counted`](Self::counted) | for one window length after its response | no window of this length contains more calls, whenever it begins |
/// | [`on_the_clock`](Self::on_the_clock) | to the end of the window in which its response arrived, by the vendor's `Date` | the same, without unnecessary waiting |
/// | [`told`](Self::told) | as the vendor reports: the remaining calls, less those in flight | calls by other clients count, too |
///
/// A vendor's client passes its limits to [`Session::with_rate_limits`](crate::Session::with_rate_limits).
#[derive(Clone, Debug)]
#[must_use]
pub struct RateLimit {
    pub(super) rule: Rule,
    pub(super) window: Duration,
    pub(super) per_route: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Rule {
    Counted { calls: u64, on_the_clock: bool },
    Told { names: [&'static str; 3], longest: Duration },
}

impl RateLimit {
    /// Creates a limit whose window begins at an unknown time.
    pub fn counted(calls: u64, window: Duration) -> Self {
        Self::new(Rule::Counted { calls, on_the_clock: false }, window)
    }

    /// Creates a limit whose window begins at multiples of its length, as an hour begins on the hour.
    pub fn on_the_clock(calls: u64, window: Duration) -> Self {
        Self::new(Rule::Counted { calls, on_the_clock: true }, window)
    }

    /// Creates a limit that the headers of every response report.
    ///
    /// The headers contain the limit, the remaining calls, and the end of the window. The end can have any notation of
    /// [`Dialect::reset_headers`](crate::Dialect::reset_headers).
    ///
    /// An end that is in the past or more than one window ahead is ignored. In this case, the window ends one window
    /// length after it was first reported. If a response lacks the header of the remaining calls, there is no such
    /// limit until a later response has it.
    pub fn told([limit, remaining, reset]: [&'static str; 3], window: Duration) -> Self {
        Self::new(Rule::Told { names: [limit, remaining, reset], longest: window }, window)
    }

    /// Accepts window ends up to this far ahead, for a window whose length is not certain.
    pub fn with_longest(mut self, longest: Duration) -> Self {
        if let Rule::Told { longest: old, .. } = &mut self.rule {
            *old = longest.min(LONGEST);
        }
        self
    }

    /// Applies the limit to each operation separately.
    pub fn per_route(mut self) -> Self {
        self.per_route = true;
        self
    }

    fn new(rule: Rule, window: Duration) -> Self {
        Self { rule, window: window.clamp(Duration::from_millis(1), LONGEST), per_route: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_limit_has_the_rule_and_the_window_that_it_was_declared_with() {
        let counted = RateLimit::counted(7, HOUR);
        assert!(matches!(counted.rule, Rule::Counted { calls: 7, on_the_clock: false }));
        assert!(matches!(
            RateLimit::on_the_clock(7, HOUR).rule,
            Rule::Counted { calls: 7, on_the_clock: true }
        ));
        assert_eq!((counted.window, counted.per_route), (HOUR, false));
        assert!(counted.per_route().per_route);
        assert_eq!(RateLimit::counted(7, Duration::ZERO).window, Duration::from_millis(1));
        assert_eq!(RateLimit::counted(7, Duration::MAX).window, LONGEST);
    }

    #[test]
    fn the_longest_window_is_the_usual_one_unless_declared() {
        let longest = |limit: RateLimit| match limit.rule {
            Rule::Told { names: ["l", "r", "e"], longest } => Some(longest),
            _ => None,
        };
        let told = RateLimit::told(["l", "r", "e"], HOUR);
        assert_eq!(longest(told.clone()), Some(HOUR));
        assert_eq!(longest(told.clone().with_longest(2 * HOUR)), Some(2 * HOUR));
        assert_eq!(told.clone().with_longest(2 * HOUR).window, HOUR);
        assert_eq!(longest(told.with_longest(Duration::MAX)), Some(LONGEST));
    }
}
