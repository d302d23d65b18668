//! An answer on its way, received whether or not somebody is reading it just now.

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

/// A request that was sent, and what has arrived of its answer. It ends when this is dropped.
pub(crate) struct BodyStream {
    call: Call,
    stage: Stage,
}

enum Stage {
    /// Nobody waits for it but who polls it. That is the cheaper way, and enough for what is small.
    Polled(BoxFuture<'static, Arrived>),
    Arrived(Arrived),
}

/// What has arrived, and where the rest comes from.
struct Arrived {
    parts: VecDeque<Part>,
    rest: Option<Receiving>,
}

/// A task of its own, so that an answer arrives while another one is read, and its time does not run out while the caller
/// does something else.
struct Receiving {
    parts: mpsc::Receiver<Part>,
    task: JoinHandle<()>,
}

pub(crate) enum Part {
    /// The answer is a success, and begins.
    Head(Arc<ResponseHead>),
    Bytes(Bytes),
    /// How it may be asked for again, should it have ended too early.
    End(Option<Box<Resend>>),
    /// Nothing more comes, and how it may be asked for again.
    Failed(Error, Option<Box<Resend>>),
}

impl Call {
    /// Begins with a request that is sent when it is polled. An answer that is not small is received by itself.
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

    /// Begins with a request that is sent and answered by itself, beside others.
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

    /// Gives a body on until it ends, or nobody is there any more who would want it.
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
        /// With the largest chunks that hyper reads, some megabytes: more than nearly every list has.
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
    /// Sends the request, if nobody has, and takes what has arrived of its answer; whether that has begun.
    pub(crate) fn advance(&mut self, context: &mut Context<'_>) -> bool {
        if let Stage::Polled(arriving) = &mut self.stage {
            match arriving.as_mut().poll(context) {
                Poll::Ready(arrived) => self.stage = Stage::Arrived(arrived),
                Poll::Pending => return false,
            }
        }
        true
    }

    /// What comes next; after the end nothing is to be asked for.
    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Part> {
        if !self.advance(context) {
            return Poll::Pending;
        }
        // The task ends without a word where the runtime ends.
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

    /// An answer of so many kilobytes, and how many of them were taken from the connection.
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

    /// Time for what runs beside.
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
