//! How calls wait for the rate limits of a session. After a 429, all of them wait.

use std::{
    collections::HashMap,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use reqwest::{StatusCode, header::HeaderMap};
use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};

use super::{
    limit::RateLimit,
    options::RateOptions,
    state::{Outcome, State},
    told::Answered,
};

/// The rate limits of one session, and the calls that wait for them.
#[derive(Debug)]
pub(crate) struct Limiter {
    state: Mutex<State>,
    /// Notifies waiting calls after a response has arrived or a call was cancelled.
    changed: Notify,
    /// Queues by operation: the first call holds the lock, and the others wait for it in order.
    turns: Mutex<HashMap<&'static str, Arc<tokio::sync::Mutex<()>>>>,
}

/// The permission to send one request. If it is dropped, the request counts as lost.
#[derive(Debug)]
pub(crate) struct Slot {
    limiter: Arc<Limiter>,
    operation: &'static str,
    sent: Instant,
    is_settled: bool,
}

/// The error of a call that cannot be sent before its deadline, with the known length of the wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TooLate(pub(crate) Duration);

impl Limiter {
    /// Creates a limiter, or returns `None` if there are no limits to apply.
    pub(crate) fn new(vendors: &[RateLimit], options: &RateOptions) -> Option<Arc<Self>> {
        options.holds_back().then(|| {
            let state = Mutex::new(State::new(vendors, options));
            Arc::new(Self { state, changed: Notify::new(), turns: Mutex::default() })
        })
    }

    /// Waits until a request may be sent, after the waiting requests of the same operation.
    pub(crate) async fn slot(
        self: &Arc<Self>,
        operation: &'static str,
        deadline: Instant,
    ) -> Result<Slot, TooLate> {
        let waiting = Waiting::enter(self, operation);
        refuse_beyond(deadline, waiting.opens)?;
        let turn = lock(&self.turns).entry(operation).or_default().clone();
        let late = |_| TooLate(waiting.opens.saturating_duration_since(Instant::now()));
        let _turn = timeout_at(deadline, turn.lock()).await.map_err(late)?;
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            let taken = lock(&self.state).take(operation);
            let Err((look, opens)) = taken else {
                return Ok(Slot {
                    limiter: self.clone(),
                    operation,
                    sent: Instant::now(),
                    is_settled: false,
                });
            };
            refuse_beyond(deadline, opens)?;
            if Instant::now() >= deadline {
                return Err(TooLate(opens.saturating_duration_since(Instant::now())));
            }
            let _ = timeout_at(look.min(deadline), changed).await;
        }
    }

    /// Returns the number of calls of an operation that would not have to wait; `None` means no limit.
    pub(crate) fn free(&self, operation: &str) -> Option<usize> {
        let free = lock(&self.state).free(operation)?;
        Some(usize::try_from(free).unwrap_or(usize::MAX))
    }
}

fn refuse_beyond(deadline: Instant, opens: Instant) -> Result<(), TooLate> {
    if opens > deadline {
        return Err(TooLate(opens.saturating_duration_since(Instant::now())));
    }
    Ok(())
}

/// A waiting call. It counts as waiting until it is dropped.
pub(super) struct Waiting<'a> {
    limiter: &'a Limiter,
    operation: &'static str,
    opens: Instant,
}

impl<'a> Waiting<'a> {
    pub(super) fn enter(limiter: &'a Limiter, operation: &'static str) -> Self {
        let opens = lock(&limiter.state).enter(operation);
        Self { limiter, operation, opens }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        lock(&self.limiter.state).leave(self.operation);
    }
}

impl Slot {
    /// Settles the slot after a response, at which the vendor has counted the request.
    ///
    /// After status 429, all calls wait for as long as the response asks.
    pub(crate) fn answered(mut self, status: StatusCode, headers: &HeaderMap, asked: Option<Duration>) {
        let at = Instant::now();
        if let (StatusCode::TOO_MANY_REQUESTS, Some(wait)) = (status, asked) {
            lock(&self.limiter.state).block(at, wait);
        }
        self.settle(Outcome::Answered(Answered { sent: self.sent, at, status, headers }));
    }

    /// Settles the slot of a request that was not sent.
    pub(crate) fn give_back(mut self) {
        self.settle(Outcome::NotSent);
    }

    fn settle(&mut self, outcome: Outcome<'_>) {
        self.is_settled = true;
        lock(&self.limiter.state).settle(self.operation, outcome);
        self.limiter.changed.notify_waiters();
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if !self.is_settled {
            self.settle(Outcome::Lost);
        }
    }
}

/// No operation under these locks can fail halfway, so a poisoned lock is safe to use.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
