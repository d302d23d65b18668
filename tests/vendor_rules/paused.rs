//! A client and its simulator over real sockets, in tokio's paused time: an hour takes as long as what happens in it.

use std::{
    future::{Future, pending},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::{Either, join_all, select};
use tokenward::{ListOptions, TokenManager, TokenManagerExt};
use tokenward_testkit::{Clock, Fault, Request, Response, Server, SignedDuration, Simulated, Timestamp};
use tokio::time::{Instant, advance, sleep_until, timeout_at};

/// What a simulator has answered.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    done: AtomicUsize,
    refused: AtomicUsize,
}

impl Tally {
    pub(crate) fn done(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }

    /// How many calls were too many.
    pub(crate) fn refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }

    fn count(&self, response: &Response) {
        let counter = if response.status == 429 { &self.refused } else { &self.done };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// A simulator whose answers are counted, but for those that grant a bearer.
struct Counted<V> {
    simulated: V,
    tally: Arc<Tally>,
}

impl<V: Simulated> Simulated for Counted<V> {
    fn vendor(&self) -> &'static str {
        self.simulated.vendor()
    }

    fn respond(&self, request: &Request) -> Response {
        let response = self.simulated.respond(request);
        if request.path != "/oauth/token" {
            self.tally.count(&response);
        }
        response
    }
}

/// A clock that follows tokio's, so long after a full hour.
pub(crate) fn clock_at(phase: Duration) -> Clock {
    let clock = Clock::tokio_starting_at(Timestamp::UNIX_EPOCH);
    clock.advance(SignedDuration::from_hours(500_000));
    clock.advance(SignedDuration::try_from(phase).unwrap_or_default());
    clock
}

/// A server that answers after this delay, and what it has answered.
pub(crate) async fn serve(
    simulated: impl Simulated,
    delay: Duration,
) -> std::io::Result<(Server, Arc<Tally>)> {
    let tally = Arc::new(Tally::default());
    let server = Server::start(Counted { simulated, tally: tally.clone() }).await?;
    server.script(Fault::delay(delay).always());
    Ok((server, tally))
}

/// Runs this while time moves in steps, small ones while the simulator is asked something.
///
/// Tokio would move it by itself when every task waits, be it for a socket that has something already. Here there is
/// always a task that does not wait.
pub(crate) async fn in_paused_time<T>(tally: &Tally, longest: Duration, work: impl Future<Output = T>) -> T {
    const SHORTEST: Duration = Duration::from_millis(1);
    /// A request and its answer need a few turns of all tasks.
    const TURNS: usize = 12;

    tokio::time::pause();
    let time = pin!(async {
        let (mut step, mut seen) = (SHORTEST, 0);
        loop {
            for _ in 0..TURNS {
                tokio::task::yield_now().await;
            }
            let now = tally.done() + tally.refused();
            step = if now == seen { (step * 2).min(longest) } else { SHORTEST };
            seen = now;
            advance(step).await;
        }
    });
    let result = match select(pin!(work), time).await {
        Either::Left((result, _)) => result,
        Either::Right(((), _)) => pending().await,
    };
    tokio::time::resume();
    result
}

/// Lists as often as it can until a span is over, so many times side by side; after an error when it says, or a second later.
pub(crate) async fn list_for(span: Duration, side_by_side: usize, manager: &dyn TokenManager) {
    let end = Instant::now() + span;
    let workers = (0..side_by_side).map(|_| async {
        while Instant::now() < end {
            let listed = timeout_at(end, manager.list_all(ListOptions::default())).await;
            if let Ok(Err(error)) = listed {
                let wait = error.retry_after().unwrap_or(Duration::from_secs(1));
                sleep_until(end.min(Instant::now() + wait)).await;
            }
        }
    });
    join_all(workers).await;
}

/// Somebody else asks the same vendor in these intervals; how often that was refused.
pub(crate) async fn others_ask(
    vendor: &impl Simulated,
    request: &Request,
    every: Duration,
    span: Duration,
) -> usize {
    let (start, mut call, mut refused) = (Instant::now(), 0, 0);
    while every * call < span {
        sleep_until(start + every * call).await;
        refused += usize::from(vendor.respond(request).status == 429);
        call += 1;
    }
    refused
}
