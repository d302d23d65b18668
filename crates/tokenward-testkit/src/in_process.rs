//! A simulator that is called without a socket, through the same faults and the same record as a server.

use std::{
    error::Error,
    fmt,
    sync::{Arc, Mutex},
};

use crate::{
    Fault, Request, Response, Simulated,
    fault::{End, Harm},
    shared::lock,
};

/// A simulator called in process.
///
/// ```
/// use tokenward_testkit::{Clock, Fault, InProcess, LaunchDarkly, Method, Request};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let vendor = InProcess::new(LaunchDarkly::new(Clock::system()));
/// vendor.script(Fault::reset_before_effect());
/// let list = Request::new(Method::GET, "/api/v2/tokens").with_header("authorization", LaunchDarkly::ADMIN_TOKEN);
/// assert!(vendor.call(list.clone()).await.is_err());
/// assert_eq!(vendor.call(list).await.unwrap().status, 200);
/// assert_eq!(vendor.requests().len(), 2);
/// # }
/// ```
///
/// Clones are the same endpoint. [`Server::in_process`](crate::Server::in_process) is the one behind a server.
#[derive(Clone)]
pub struct InProcess {
    shared: Arc<Shared>,
}

struct Shared {
    simulated: Box<dyn Simulated>,
    faults: Mutex<Vec<Fault>>,
    requests: Mutex<Vec<Request>>,
}

/// The connection ended before the answer was complete.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Cut {
    /// What arrived until then: nothing, or headers and a part of the body.
    pub received: Option<Box<Response>>,
    /// The length that the headers announced, where some arrived.
    pub announced: Option<usize>,
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.received, self.announced) {
            (Some(received), Some(announced)) => {
                write!(f, "the connection ended after {} of {announced} bytes", received.body.len())
            }
            _ => f.write_str("the connection ended without an answer"),
        }
    }
}

impl Error for Cut {}

impl InProcess {
    /// Around this simulator.
    pub fn new(simulated: impl Simulated) -> Self {
        let shared =
            Shared { simulated: Box::new(simulated), faults: Mutex::default(), requests: Mutex::default() };
        Self { shared: Arc::new(shared) }
    }

    /// The name of the vendor.
    pub fn vendor(&self) -> &'static str {
        self.shared.simulated.vendor()
    }

    /// Sends a request.
    ///
    /// # Errors
    ///
    /// Where a [`Fault`] ends the connection.
    pub async fn call(&self, request: Request) -> Result<Response, Cut> {
        lock(&self.shared.requests).push(request.clone());
        let Some(harm) = self.next_harm(&request) else {
            return Ok(self.shared.simulated.respond(&request));
        };
        if let Some(run) = &harm.run {
            run();
        }
        let vendors = harm.effect.then(|| self.shared.simulated.respond(&request));
        let mut response = harm.apply(vendors, self.shared.simulated.now());
        if !harm.delay.is_zero() {
            tokio::time::sleep(harm.delay).await;
        }
        match harm.end {
            End::Whole => Ok(response),
            End::Nothing => Err(Cut { received: None, announced: None }),
            End::After(bytes) => {
                let announced = Some(response.body.len());
                response.body.truncate(bytes);
                Err(Cut { received: Some(Box::new(response)), announced })
            }
        }
    }

    /// Queues a fault.
    pub fn script(&self, fault: Fault) {
        lock(&self.shared.faults).push(fault);
    }

    /// Forgets the faults that are still queued.
    pub fn clear_script(&self) {
        lock(&self.shared.faults).clear();
    }

    /// All requests that arrived, in their order; those that were reset too.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.shared.requests).clone()
    }

    /// Forgets the requests that arrived.
    pub fn clear_requests(&self) {
        lock(&self.shared.requests).clear();
    }

    /// The queue is free again before the fault acts: what it runs may queue further ones.
    fn next_harm(&self, request: &Request) -> Option<Harm> {
        let mut faults = lock(&self.shared.faults);
        let index = faults.iter_mut().position(|fault| fault.takes(request))?;
        let harm = faults[index].harm.clone();
        faults.retain(|fault| !fault.is_spent());
        Some(harm)
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess").field("vendor", &self.vendor()).finish_non_exhaustive()
    }
}
