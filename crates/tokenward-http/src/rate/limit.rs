//! What is known of a vendor's rate limits before the first call.

use std::time::Duration;

use crate::headers::retry_after::LONGEST;

/// A limit that a vendor sets: so many calls in a window of time, and how that window is known.
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
/// | kind | a call that was answered counts | so |
/// |---|---|---|
/// | [`counted`](Self::counted) | for the length of a window from its answer | no window has more, wherever it begins |
/// | [`on_the_clock`](Self::on_the_clock) | to the end of the window in which its answer came, by the vendor's `Date` | the same, without a wait for more than is needed |
/// | [`told`](Self::told) | as the vendor says: what remains, less what is on its way | others who use the quota are counted, too |
///
/// A vendor's client declares them in its builder, by [`Session::with_rate_limits`](crate::Session::with_rate_limits).
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
    /// So many calls in a window, of which nobody says when it begins.
    pub fn counted(calls: u64, window: Duration) -> Self {
        Self::new(Rule::Counted { calls, on_the_clock: false }, window)
    }

    /// So many calls in a window that begins at the multiples of its length, as an hour begins on the hour.
    pub fn on_the_clock(calls: u64, window: Duration) -> Self {
        Self::new(Rule::Counted { calls, on_the_clock: true }, window)
    }

    /// As the headers of every answer tell: the limit, what remains of it, and when the window ends, in any of the
    /// notations of [`Dialect::reset_headers`](crate::Dialect::reset_headers).
    ///
    /// An end that does not lie ahead within one window is not believed. Then the window ends when its length has passed since
    /// it was first told of. Where a header is missing, there is no such limit until one comes that has it.
    pub fn told([limit, remaining, reset]: [&'static str; 3], window: Duration) -> Self {
        Self::new(Rule::Told { names: [limit, remaining, reset], longest: window }, window)
    }

    /// Believes an end that is as far ahead as this, where the length of a window is not certain.
    pub fn with_longest(mut self, longest: Duration) -> Self {
        if let Rule::Told { longest: old, .. } = &mut self.rule {
            *old = longest.min(LONGEST);
        }
        self
    }

    /// Each operation has a limit of its own.
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
