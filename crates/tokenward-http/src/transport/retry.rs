//! Decides whether and when a request is retried. `session.rs` waits and sends it again (`send_until_answered`).

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use reqwest::{Response, StatusCode};
use tokio::time::Instant;

use crate::{config::retry_options::RetryOptions, headers::retry_after::LONGEST};

/// The remaining attempts and the remaining time of one request.
pub(crate) struct Plan {
    delays: ExponentialBackoff,
    max_delay: Duration,
    end: Instant,
}

impl Plan {
    /// Creates the plan for a request that must be answered by the deadline.
    pub(crate) fn new(options: &RetryOptions, repeatable: bool, deadline: Instant) -> Self {
        let attempts = if repeatable { options.attempts } else { 1 };
        let delays = ExponentialBuilder::new()
            .with_jitter()
            .with_min_delay(options.min_delay)
            .with_max_delay(options.max_delay)
            .with_max_times(attempts.saturating_sub(1))
            .build();
        Self {
            delays,
            max_delay: options.max_delay,
            end: deadline.min(Instant::now() + options.budget.min(LONGEST)),
        }
    }

    /// Returns the time before which the last attempt must begin.
    pub(crate) fn end(&self) -> Instant {
        self.end
    }

    /// Returns the wait before a request is resent because the body of its response broke off.
    pub(crate) fn wait_after_break(&mut self) -> Option<Duration> {
        self.wait(None)
    }

    /// Returns the wait before the next attempt, or `None` if this result is final.
    ///
    /// `asked` is the wait that the response asks for.
    pub(crate) fn wait_after(
        &mut self,
        result: &reqwest::Result<Response>,
        asked: Option<Duration>,
    ) -> Option<Duration> {
        let is_transient = match result {
            Ok(response) => is_transient(response.status()),
            Err(error) => error.is_connect() || error.is_timeout() || error.is_request(),
        };
        if is_transient { self.wait(asked) } else { None }
    }

    fn wait(&mut self, asked: Option<Duration>) -> Option<Duration> {
        // Jitter can exceed the longest wait.
        let own = self.delays.next()?.min(self.max_delay);
        let wait = asked.unwrap_or(own);
        let left = self.end.saturating_duration_since(Instant::now());
        (wait <= left).then_some(wait)
    }
}

fn is_transient(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
}

#[cfg(test)]
mod tests {
    use tokenward_core::Timestamp;

    use super::*;
    use crate::{dialect::Neutral, headers::retry_after::retry_after};

    const SECOND: Duration = Duration::from_secs(1);

    fn answer(status: u16, headers: &[(&str, &str)]) -> reqwest::Result<Response> {
        let mut answer = http::Response::builder().status(status);
        for (name, value) in headers {
            answer = answer.header(*name, *value);
        }
        Ok(answer.body("").unwrap().into())
    }

    /// Returns the wait after a response, as its headers ask for.
    fn wait_after(plan: &mut Plan, result: &reqwest::Result<Response>) -> Option<Duration> {
        let asked = result.as_ref().ok().and_then(|response| {
            retry_after(response.status(), response.headers(), &Neutral, Timestamp::now())
        });
        plan.wait_after(result, asked)
    }

    /// Creates a plan for a request that may be repeated, with a deadline of one hour.
    fn plan(options: &RetryOptions) -> Plan {
        Plan::new(options, true, Instant::now() + 3600 * SECOND)
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_ends_within_the_budget_is_as_long_as_the_vendor_asks() {
        let options = RetryOptions::default().with_budget(60 * SECOND);
        for seconds in ["1", "59", "60"] {
            let wait = wait_after(&mut plan(&options), &answer(429, &[("retry-after", seconds)]));
            assert_eq!(wait, Some(Duration::from_secs(seconds.parse().unwrap())));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_beyond_the_budget_is_refused_and_not_shortened() {
        let options = RetryOptions::default().with_budget(60 * SECOND);
        for seconds in ["60.001", "61", "3600"] {
            assert_eq!(
                wait_after(&mut plan(&options), &answer(429, &[("retry-after", seconds)])),
                None,
                "{seconds}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn time_that_has_passed_is_taken_off_the_budget() {
        let mut plan = plan(&RetryOptions::default().with_budget(60 * SECOND));
        tokio::time::advance(55 * SECOND).await;
        let asked = |seconds| answer(503, &[("retry-after", seconds)]);
        assert_eq!(wait_after(&mut plan, &asked("5")), Some(5 * SECOND));
        assert_eq!(wait_after(&mut plan, &asked("6")), None);
        tokio::time::advance(6 * SECOND).await;
        assert_eq!(wait_after(&mut plan, &asked("1")), None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_budget_and_the_deadline_end_a_plan_and_the_earlier_one_counts() {
        let now = Instant::now();
        let options = RetryOptions::default().with_budget(60 * SECOND);
        assert_eq!(Plan::new(&options, true, now + 3600 * SECOND).end(), now + 60 * SECOND);
        assert_eq!(Plan::new(&options, true, now + 5 * SECOND).end(), now + 5 * SECOND);
        let boundless = RetryOptions::default().with_budget(Duration::MAX);
        assert_eq!(Plan::new(&boundless, true, now + 48 * 3600 * SECOND).end(), now + 24 * 3600 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_the_vendor_does_not_set_grows_and_never_exceeds_the_longest() {
        let options = RetryOptions::default().with_attempts(8).with_delays(SECOND, 3 * SECOND);
        let mut plan = plan(&options);
        let waits: Vec<_> = std::iter::from_fn(|| plan.wait_after_break()).take(20).collect();
        assert_eq!(waits.len(), 7);
        assert!((SECOND..=2 * SECOND).contains(&waits[0]), "{waits:?}");
        assert!((2 * SECOND..=3 * SECOND).contains(&waits[1]), "{waits:?}");
        assert!(waits[2..].iter().all(|wait| *wait == 3 * SECOND), "{waits:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_defaults_are_four_attempts_and_waits_from_half_a_second() {
        let mut plan = plan(&RetryOptions::default());
        let waits: Vec<_> = std::iter::from_fn(|| plan.wait_after_break()).take(20).collect();
        assert_eq!(waits.len(), 3);
        assert!((SECOND / 2..=SECOND).contains(&waits[0]), "{waits:?}");
        assert_eq!(plan.end() - Instant::now(), 60 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn only_a_repeatable_request_with_attempts_left_is_repeated() {
        let deadline = Instant::now() + 3600 * SECOND;
        let busy = answer(503, &[]);
        assert!(wait_after(&mut Plan::new(&RetryOptions::default(), true, deadline), &busy).is_some());
        assert_eq!(wait_after(&mut Plan::new(&RetryOptions::default(), false, deadline), &busy), None);
        for attempts in [0, 1] {
            let options = RetryOptions::default().with_attempts(attempts);
            assert_eq!(wait_after(&mut plan(&options), &busy), None, "{attempts}");
        }
        assert_eq!(wait_after(&mut plan(&RetryOptions::none()), &busy), None);
    }

    #[tokio::test(start_paused = true)]
    async fn only_transient_statuses_are_retried() {
        for status in 200..600 {
            let is_retried = wait_after(&mut plan(&RetryOptions::default()), &answer(status, &[])).is_some();
            assert_eq!(is_retried, [408, 429, 500, 502, 503, 504].contains(&status), "{status}");
        }
    }

    #[tokio::test]
    async fn a_lost_connection_and_a_timeout_are_retried_and_other_errors_are_not() {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let refused = client.get("http://127.0.0.1:1").send().await;
        assert!(refused.as_ref().unwrap_err().is_connect());
        assert!(wait_after(&mut plan(&RetryOptions::default()), &refused).is_some());

        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let late = client.get(&address).timeout(Duration::from_millis(20)).send().await;
        assert!(late.as_ref().unwrap_err().is_timeout());
        assert!(wait_after(&mut plan(&RetryOptions::default()), &late).is_some());

        let unusable = client.get("not an address").send().await;
        assert!(unusable.as_ref().unwrap_err().is_builder());
        assert!(wait_after(&mut plan(&RetryOptions::default()), &unusable).is_none());
    }
}
