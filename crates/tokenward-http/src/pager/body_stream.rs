//! A response body in flight, which is received even if nobody reads it at the moment.

use std::{
    collections::VecDeque,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use tokenward_core::{BoxFuture, Error, ErrorKind};
use tokio::{sync::mpsc, task::JoinHandle};
use tracing::Instrument;

use crate::{
    family::{call::Call, response_head::ResponseHead},
    transport::response::{BodyError, Chunks, Resend, Sent},
};

/// A request in flight, and the part of its response that has arrived. Dropping it cancels the request.
pub(crate) struct BodyStream {
    call: Call,
    stage: Stage,
}

enum Stage {
    /// The request advances only when it is polled. This is cheaper, and sufficient for a small body.
    Polled(BoxFuture<'static, Arrived>),
    Arrived(Arrived),
}

/// The parts that have arrived, and the source of the remaining ones.
struct Arrived {
    parts: VecDeque<Part>,
    rest: Option<Receiving>,
}

/// A task that receives a response while another one is read. The response does not time out while the caller is busy.
struct Receiving {
    parts: mpsc::Receiver<Part>,
    task: JoinHandle<()>,
}

pub(crate) enum Part {
    /// The response headers arrived with a success status.
    Head(Arc<ResponseHead>),
    Bytes(Bytes),
    /// The body has ended. If it ended too early, it may be requested again.
    End(Option<Box<Resend>>),
    /// The request failed, and may be requested again.
    Failed(Error, Option<Box<Resend>>),
}

impl Call {
    /// Creates a stream whose request is sent when it is polled. A body that is not small is received by a separate
    /// task.
    pub(crate) fn stream(&self, sent: Sent) -> BodyStream {
        let call = self.clone();
        let arrive = async move {
            match call.begin(sent).await {
                Ok((head, chunks)) if chunks.is_small() => call.collect(head, chunks).await,
                Ok((head, chunks)) => {
                    let first = Part::Head(head.clone());
                    let receive = |to| async move { call.forward(head, chunks, &to).await };
                    Arrived { parts: [first].into(), rest: Some(Receiving::spawn(receive)) }
                }
                Err(error) => Arrived { parts: [Part::Failed(error, None)].into(), rest: None },
            }
        };
        BodyStream { call: self.clone(), stage: Stage::Polled(Box::pin(arrive)) }
    }

    /// Creates a stream whose request is sent by a separate task, concurrently with others.
    pub(crate) fn stream_beside(&self, sent: Sent) -> BodyStream {
        let call = self.clone();
        let receive = |to: mpsc::Sender<Part>| async move {
            match call.begin(sent).await {
                Ok((head, chunks)) => {
                    let _ = to.send(Part::Head(head.clone())).await;
                    call.forward(head, chunks, &to).await;
                }
                Err(error) => drop(to.send(Part::Failed(error, None)).await),
            }
        };
        let arrived = Arrived { parts: VecDeque::new(), rest: Some(Receiving::spawn(receive)) };
        BodyStream { call: self.clone(), stage: Stage::Arrived(arrived) }
    }

    async fn begin(&self, sent: Sent) -> Result<(Arc<ResponseHead>, Chunks), Error> {
        let response = match sent.await {
            Ok(response) => response,
            Err(error) => return Err(Box::pin(self.failure(error)).await),
        };
        let (status, context) = (response.status(), response.context().clone());
        let (headers, chunks) = response.chunks();
        let head = Arc::new(ResponseHead::new(self.clone(), status, headers, context));
        let chunks = chunks.map_err(|broken| self.broken_off(&head, broken))?;
        Ok((head, chunks))
    }

    fn failed(&self, head: &ResponseHead, broken: BodyError, chunks: &mut Chunks) -> Part {
        let is_broken = matches!(broken, BodyError::Broken(_));
        Part::Failed(self.broken_off(head, broken), chunks.take_resend().filter(|_| is_broken))
    }

    fn broken_off(&self, head: &ResponseHead, broken: BodyError) -> Error {
        head.locate(self.broken(broken))
    }

    async fn collect(&self, head: Arc<ResponseHead>, mut chunks: Chunks) -> Arrived {
        let mut parts = VecDeque::from([Part::Head(head.clone())]);
        let last = loop {
            match chunks.next().await {
                Ok(Some(chunk)) => parts.push_back(Part::Bytes(chunk)),
                Ok(None) => break Part::End(chunks.take_resend_at_end()),
                Err(broken) => break self.failed(&head, broken, &mut chunks),
            }
        };
        parts.push_back(last);
        Arrived { parts, rest: None }
    }

    /// Sends the parts of a body to a channel until the body ends or the receiver is dropped.
    async fn forward(&self, head: Arc<ResponseHead>, mut chunks: Chunks, to: &mpsc::Sender<Part>) {
        loop {
            let (part, is_last) = match chunks.next().await {
                Ok(Some(chunk)) => (Part::Bytes(chunk), false),
                Ok(None) => (Part::End(chunks.take_resend_at_end()), true),
                Err(broken) => (self.failed(&head, broken, &mut chunks), true),
            };
            if to.send(part).await.is_err() || is_last {
                return;
            }
        }
    }
}

impl Receiving {
    fn spawn<R: Future<Output = ()> + Send + 'static>(receive: impl FnOnce(mpsc::Sender<Part>) -> R) -> Self {
        /// Capacity of the channel. With the largest chunks that hyper reads, these are some megabytes, which is more
        /// than nearly every list.
        const AHEAD: usize = 16;

        let (to, parts) = mpsc::channel(AHEAD);
        Self { parts, task: tokio::spawn(receive(to).in_current_span()) }
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl BodyStream {
    /// Sends the request if it was not sent yet, and stores what has arrived. Returns `true` if the response has begun.
    pub(crate) fn advance(&mut self, context: &mut Context<'_>) -> bool {
        if let Stage::Polled(arriving) = &mut self.stage {
            match arriving.as_mut().poll(context) {
                Poll::Ready(arrived) => self.stage = Stage::Arrived(arrived),
                Poll::Pending => return false,
            }
        }
        true
    }

    /// Returns the next part. It must not be called after the last one.
    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Part> {
        if !self.advance(context) {
            return Poll::Pending;
        }
        // If the runtime shuts down, the task ends without a last part.
        let lost = || Part::Failed(self.call.error(ErrorKind::Transport, "the request was given up"), None);
        let Stage::Arrived(Arrived { parts, rest }) = &mut self.stage else { return Poll::Pending };
        match (parts.pop_front(), rest) {
            (Some(part), _) => Poll::Ready(part),
            (None, Some(rest)) => rest.parts.poll_recv(context).map(|part| part.unwrap_or_else(lost)),
            (None, None) => Poll::Ready(lost()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        future::poll_fn,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use futures_util::{StreamExt, stream};
    use tokenward_core::{Operation, TokenFamily};

    use super::*;
    use crate::transport::response::Response;

    const LIST: Call = Call::new(TokenFamily::new("acme", "token"), Operation::List);

    /// Creates a response of this many kilobytes, and a counter of the kilobytes that were received.
    fn answer(kilobytes: usize) -> (Sent, Arc<AtomicUsize>) {
        let taken = Arc::new(AtomicUsize::new(0));
        let counter = taken.clone();
        let body = stream::iter(0..kilobytes).map(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
            Ok::<_, Infallible>(vec![b' '; 1 << 10])
        });
        let answer = http::Response::new(reqwest::Body::wrap_stream(body));
        let response = Response::new(answer.into(), usize::MAX);
        (Box::pin(async { Ok(response) }), taken)
    }

    /// Gives other tasks time to run.
    async fn pause() {
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn an_answer_goes_on_arriving_while_its_caller_does_something_else() {
        for is_beside in [false, true] {
            let (sent, taken) = answer(12);
            let mut body = if is_beside { LIST.stream_beside(sent) } else { LIST.stream(sent) };
            let first = poll_fn(|context| body.poll_next(context)).await;
            assert!(matches!(first, Part::Head(_)));
            pause().await;
            assert_eq!(taken.load(Ordering::Relaxed), 12, "{is_beside}");
        }
    }

    #[tokio::test]
    async fn no_more_than_some_parts_arrive_before_somebody_takes_them() {
        let (sent, taken) = answer(1000);
        let mut body = LIST.stream(sent);
        poll_fn(|context| body.poll_next(context)).await;
        pause().await;
        let ahead = taken.load(Ordering::Relaxed);
        assert!((16..=18).contains(&ahead), "{ahead}");
        drop(body);
        pause().await;
        assert_eq!(taken.load(Ordering::Relaxed), ahead, "nobody wants the rest");
    }
}
