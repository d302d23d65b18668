//! How calls wait for the rate limits of a session. A 429 lets all of them wait.

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
    /// An answer has come, or a call was given up.
    changed: Notify,
    /// Of the calls of one operation, the first one holds its turn; the others wait for it, in order.
    turns: Mutex<HashMap<&'static str, Arc<tokio::sync::Mutex<()>>>>,
}

/// The permission to send one request, which others lack meanwhile. Dropped, it counts as a call that was lost.
#[derive(Debug)]
pub(crate) struct Slot {
    limiter: Arc<Limiter>,
    operation: &'static str,
    sent: Instant,
    is_settled: bool,
}

/// The call would have to wait for longer than it may: for so long, as far as that is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TooLate(pub(crate) Duration);

impl Limiter {
    /// None, where nothing is to be held back.
    pub(crate) fn new(vendors: &[RateLimit], options: &RateOptions) -> Option<Arc<Self>> {
        options.holds_back().then(|| {
            let state = Mutex::new(State::new(vendors, options));
            Arc::new(Self { state, changed: Notify::new(), turns: Mutex::default() })
        })
    }

    /// Waits until a request may be sent, behind those of this operation that wait already.
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

    /// How many calls of an operation would not have to wait; `None` is without a bound.
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

/// A call that waits, as long as it does.
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
    /// The vendor has answered, and counted the request by now. With status 429, every call waits for as long as the response
    /// asks.
    pub(crate) fn answered(mut self, status: StatusCode, headers: &HeaderMap, asked: Option<Duration>) {
        let at = Instant::now();
        if let (StatusCode::TOO_MANY_REQUESTS, Some(wait)) = (status, asked) {
            lock(&self.limiter.state).block(at, wait);
        }
        self.settle(Outcome::Answered(Answered { sent: self.sent, at, status, headers }));
    }

    /// Nothing was sent.
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

/// Nothing that is done under a lock here can fail halfway.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
