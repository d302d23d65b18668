//! An answer on its way, received whether or not somebody is reading it just now.

use std::task::{Context, Poll};

use bytes::Bytes;
use tokenward_core::{Error, ErrorKind};
use tokio::{sync::mpsc, task::JoinHandle};
use tracing::Instrument;

use crate::{Call, SendError, answer::Head, response::Response};

/// A request that was sent, and what has arrived of its answer.
///
/// It is a task of its own, so that an answer arrives while another one is read, and its time does not run out while the
/// caller does something else. It ends when this is dropped.
pub(crate) struct Incoming {
    parts: mpsc::Receiver<Part>,
    task: JoinHandle<()>,
    lost: Call,
}

pub(crate) enum Part {
    /// The answer is a success, and begins.
    Head(Box<Head>),
    Bytes(Bytes),
    End,
    Failed(Error),
}

impl Call {
    /// Begins with a request whose answer is read in parts.
    pub(crate) fn incoming(
        &self,
        sent: impl Future<Output = Result<Response, SendError>> + Send + 'static,
    ) -> Incoming {
        /// With the largest chunks that hyper reads, some megabytes: more than nearly every list has.
        const AHEAD: usize = 16;

        let (to, parts) = mpsc::channel(AHEAD);
        let call = self.clone();
        // Ten kilobytes, which are moved several times until they run.
        let sent = Box::pin(sent);
        let receive = async move {
            let last = match call.receive(sent, &to).await {
                Ok(()) => Part::End,
                Err(error) => Part::Failed(error),
            };
            // Nobody is there any more who would want it.
            let _ = to.send(last).await;
        };
        Incoming { parts, task: tokio::spawn(receive.in_current_span()), lost: self.clone() }
    }

    async fn receive(
        &self,
        sent: impl Future<Output = Result<Response, SendError>> + Send,
        to: &mpsc::Sender<Part>,
    ) -> Result<(), Error> {
        let response = match sent.await {
            Ok(response) => response,
            Err(error) => return Err(Box::pin(self.failure(error)).await),
        };
        let head = Head::new(self.clone(), response.status(), response.headers().clone());
        let broken = |error| head.located(self.broken(error));
        let mut chunks = response.chunks().map_err(broken)?;
        let _ = to.send(Part::Head(Box::new(head.clone()))).await;
        while let Some(chunk) = chunks.next().await.map_err(broken)? {
            let _ = to.send(Part::Bytes(chunk)).await;
        }
        Ok(())
    }
}

impl Incoming {
    /// What comes next; after the end nothing is to be asked for.
    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Part> {
        // The task ends without a word where the runtime ends.
        let lost = || Part::Failed(self.lost.error(ErrorKind::Transport, "the request was given up"));
        self.parts.poll_recv(context).map(|part| part.unwrap_or_else(lost))
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        self.task.abort();
    }
}
