//! A limit on the total time of waiting.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep};

/// A limit on the sum of all intervals between [`poll_end`](Self::poll_end) and [`stop`](Self::stop).
#[derive(Debug)]
pub(crate) struct Stopwatch {
    left: Duration,
    since: Option<Instant>,
    /// Wakes the task when no time is left.
    timer: Option<Pin<Box<Sleep>>>,
}

impl Stopwatch {
    /// Creates a stopwatch with this total time.
    pub(crate) fn new(time: Duration) -> Self {
        Self { left: time, since: None, timer: None }
    }

    /// Starts the stopwatch if it is stopped. Ready when all of the time has passed.
    pub(crate) fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let now = Instant::now();
        let since = *self.since.get_or_insert(now);
        let end = since + self.left;
        if now >= end {
            return Poll::Ready(());
        }
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(self.left)));
        // The timer may be too early, because time that did not count has passed since it was set.
        while timer.as_mut().poll(context).is_ready() {
            if Instant::now() >= end {
                return Poll::Ready(());
            }
            timer.as_mut().reset(end);
        }
        Poll::Pending
    }

    /// Stops the stopwatch until the next poll.
    pub(crate) fn stop(&mut self) {
        if let Some(since) = self.since.take() {
            self.left = self.left.saturating_sub(since.elapsed());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_the_time_while_it_runs_counts() {
        let start = Instant::now();
        let mut watch = Stopwatch::new(Duration::from_secs(10));
        for _ in 0..3 {
            let is_over =
                tokio::time::timeout(Duration::from_secs(3), poll_fn(|context| watch.poll_end(context)));
            assert!(is_over.await.is_err());
            watch.stop();
            tokio::time::sleep(Duration::from_secs(100)).await;
        }
        poll_fn(|context| watch.poll_end(context)).await;
        assert_eq!(start.elapsed(), Duration::from_secs(3 * 103 + 1));
    }
}
