//! A simulator behind a socket of this machine.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Method, StatusCode, header};
use http_body_util::BodyExt;
use hyper::{
    body::{Body, Frame, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{AbortHandle, JoinSet},
};

use crate::{Cut, Fault, InProcess, Request, Response, Simulated};

/// A simulator served over HTTP on 127.0.0.1; it stops when it is dropped.
///
/// ```
/// use tokenward_testkit::{Clock, LaunchDarkly, Server};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let vendor = LaunchDarkly::new(Clock::system());
/// let server = Server::start(vendor.clone()).await?;
/// // Point the client under test to this URL, with this credential.
/// let (url, credential) = (server.url(), LaunchDarkly::ADMIN_TOKEN);
/// assert!(url.starts_with("http://127.0.0.1:"));
/// # let _ = credential;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    endpoint: InProcess,
    task: AbortHandle,
}

impl Server {
    /// Serves on a port that the system chooses.
    ///
    /// # Errors
    ///
    /// Where the system gives no socket.
    pub async fn start(simulated: impl Simulated) -> io::Result<Self> {
        Self::start_on(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), simulated).await
    }

    /// Serves on this address, which has to be one of this machine alone.
    ///
    /// # Errors
    ///
    /// Where it is not, or is taken.
    pub async fn start_on(address: SocketAddr, simulated: impl Simulated) -> io::Result<Self> {
        if !address.ip().is_loopback() {
            let reason = "a simulator with known credentials is served on loopback only";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let endpoint = InProcess::new(simulated);
        let task = tokio::spawn(accept(listener, endpoint.clone())).abort_handle();
        Ok(Self { address, endpoint, task })
    }

    /// Where it is served: `http://127.0.0.1:` and the port.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The same endpoint without the socket: one state, one record, one queue of faults.
    pub fn in_process(&self) -> &InProcess {
        &self.endpoint
    }

    /// Queues a fault.
    pub fn script(&self, fault: Fault) {
        self.endpoint.script(fault);
    }

    /// Forgets the faults that are still queued.
    pub fn clear_script(&self) {
        self.endpoint.clear_script();
    }

    /// All requests that arrived, in their order; those that were reset too.
    pub fn requests(&self) -> Vec<Request> {
        self.endpoint.requests()
    }

    /// Forgets the requests that arrived.
    pub fn clear_requests(&self) {
        self.endpoint.clear_requests();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The connections are this task's own: they end with it.
async fn accept(listener: TcpListener, endpoint: InProcess) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                match accepted {
                    Ok((stream, _)) => drop(connections.spawn(connection(stream, endpoint.clone()))),
                    // As when there are too many open files: others get a turn to close theirs.
                    Err(_) => tokio::task::yield_now().await,
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, endpoint: InProcess) {
    // Small answers would otherwise wait for the client's acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| answer(&endpoint, request));
    // A simulator dates its answers by its own clock. An error is a client that went away, or a fault.
    let _ =
        http1::Builder::new().auto_date_header(false).serve_connection(TokioIo::new(stream), service).await;
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// An error makes hyper end the connection without an answer.
async fn answer(
    endpoint: &InProcess,
    request: http::Request<Incoming>,
) -> Result<http::Response<Answer>, Failure> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes().into();
    let head_only = head.method == Method::HEAD;
    let request = Request {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body,
    };
    match endpoint.call(request).await {
        Ok(response) => {
            let length = response.body.len();
            message(response, length, head_only)
        }
        Err(Cut { received: Some(received), announced }) => {
            let length = announced.unwrap_or(received.body.len());
            message(*received, length, head_only)
        }
        Err(cut) => Err(cut.into()),
    }
}

fn message(response: Response, announced: usize, head_only: bool) -> Result<http::Response<Answer>, Failure> {
    let Response { status, headers, body } = response;
    let cut = body.len() < announced;
    let mut message = http::Response::new(Answer { left: Some(Bytes::from(body)), cut, flushed: false });
    *message.status_mut() = StatusCode::from_u16(status)?;
    *message.headers_mut() = headers;
    // Neither has a body, and 204 no length either. An answer to HEAD announces the body of GET itself.
    if status != 204
        && status != 304
        && !(head_only && message.headers().contains_key(header::CONTENT_LENGTH))
    {
        message.headers_mut().insert(header::CONTENT_LENGTH, announced.into());
    }
    Ok(message)
}

/// A body that may end before its time.
struct Answer {
    left: Option<Bytes>,
    cut: bool,
    flushed: bool,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        match self.left.take() {
            Some(bytes) if !bytes.is_empty() => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            _ if !self.cut => Poll::Ready(None),
            // Hyper sends what it has while it waits; an error at once would take the headers along.
            _ if !self.flushed => {
                self.flushed = true;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            _ => Poll::Ready(Some(Err("a fault ends the connection here"))),
        }
    }

    fn is_end_stream(&self) -> bool {
        !self.cut && self.left.as_ref().is_none_or(Bytes::is_empty)
    }
}
