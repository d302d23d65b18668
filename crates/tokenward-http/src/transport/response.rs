//! A successful response, read within size limits. Errors give a location, but no values.

use std::fmt;

use bytes::Bytes;
use reqwest::{
    StatusCode,
    header::{CONTENT_ENCODING, HeaderMap},
};
use tokenward_core::BoxFuture;
use zeroize::Zeroizing;

use crate::{decode::limits::MOST_OF_A_RECORD, secrets::context::Context, transport::send_error::SendError};

/// A successful response whose body was not read yet.
pub struct Response {
    inner: reqwest::Response,
    limit: usize,
    /// The caller's limit on a list that is not held in memory as a whole.
    list_limit: Option<usize>,
    context: Context,
    /// Resends the request if the body breaks off; `None` if that is not safe.
    resend: Option<Box<Resend>>,
    unconfirmed: Option<UnconfirmedId>,
}

/// Omits the headers, which may contain secrets.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("status", &self.inner.status()).finish_non_exhaustive()
    }
}

/// A function that resends the request of a response whose body broke off.
pub(crate) struct Resend(Box<dyn FnOnce() -> Option<Sent> + Send>);

/// A request in flight. It is boxed, because it takes ten kilobytes and is moved several times. The code that uses it
/// is then also compiled once instead of once per caller.
pub(crate) type Sent = BoxFuture<'static, Result<Response, SendError>>;

impl Resend {
    pub(crate) fn new(send: impl FnOnce() -> Option<Sent> + Send + 'static) -> Self {
        Self(Box::new(send))
    }

    /// Resends the request after a wait, unless its attempts or its time are used up.
    pub(crate) fn sent(self) -> Option<Sent> {
        (self.0)()
    }
}

/// A request id that is held back, because the response may contain it as a secret.
pub(crate) struct UnconfirmedId {
    span: tracing::Span,
    id: String,
    /// The last bytes of the body.
    end: Zeroizing<Vec<u8>>,
    /// `true` if the body contains the id.
    is_repeated: bool,
}

impl UnconfirmedId {
    pub(crate) fn new(span: tracing::Span, id: String) -> Self {
        Self { span, id, end: Zeroizing::default(), is_repeated: false }
    }

    /// Looks for the id in the next part of the body.
    fn examine(&mut self, part: &[u8]) {
        // The id may be divided between two parts.
        self.end.extend_from_slice(part);
        self.is_repeated |= self.end.windows(self.id.len().max(1)).any(|window| window == self.id.as_bytes());
        let kept = self.end.len().min(self.id.len());
        self.end = Zeroizing::new(self.end[self.end.len() - kept..].to_vec());
    }

    /// Records the id in the span, unless the body contained it, too.
    fn confirm(self) {
        if !self.is_repeated {
            self.span.record("request_id", self.id);
        }
    }
}

/// The reason why a body was not read to its end.
#[derive(Debug)]
pub(crate) enum BodyError {
    /// The body is larger than the limit.
    TooLarge(usize),
    /// The body broke off.
    Broken(reqwest::Error),
    /// The body has an encoding that the client did not ask for.
    Encoded(&'static str),
}

impl BodyError {
    /// Returns the reason in our own words.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::TooLarge(limit) => too_large(*limit),
            Self::Broken(error) if error.is_timeout() => "the answer did not end in time".to_owned(),
            Self::Broken(_) => "the answer broke off".to_owned(),
            Self::Encoded(encoding) => {
                format!("the answer is encoded as {encoding}, although `identity` was asked for")
            }
        }
    }
}

/// A response, complete or as far as it arrived. Its memory is wiped, because it may contain a fresh secret.
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Zeroizing<Vec<u8>>,
    /// The reason why the body is not complete.
    pub(crate) broken: Option<BodyError>,
}

impl Response {
    pub(crate) fn new(inner: reqwest::Response, limit: usize) -> Self {
        Self { inner, limit, list_limit: None, context: Context::default(), resend: None, unconfirmed: None }
    }

    /// Sets the limit of a list that is read while it arrives.
    pub(crate) fn with_list_limit(self, list_limit: Option<usize>) -> Self {
        Self { list_limit, ..self }
    }

    /// Sets the context, including the known secrets.
    pub(crate) fn with_context(self, context: Context) -> Self {
        Self { context, ..self }
    }

    /// Sets the function that resends the request if the body breaks off.
    pub(crate) fn with_resend(self, resend: Resend) -> Self {
        Self { resend: Some(Box::new(resend)), ..self }
    }

    /// Sets the request id that is recorded in the span after the body was read.
    pub(crate) fn with_unconfirmed(self, unconfirmed: Option<UnconfirmedId>) -> Self {
        Self { unconfirmed, ..self }
    }

    /// Returns the limit on the body.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// Returns the response of the HTTP client.
    pub(crate) fn into_inner(self) -> reqwest::Response {
        self.inner
    }

    /// Returns the context, including the known secrets.
    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    /// Returns the headers, and the body in chunks, within the limit of a list that is not held in memory.
    pub(crate) fn chunks(self) -> (HeaderMap, Result<Chunks, BodyError>) {
        let limit = self.list_limit.unwrap_or(usize::MAX);
        self.chunks_within(limit)
    }

    /// Returns the headers, and the body in chunks, unless it is encoded or announces more bytes than this.
    pub(crate) fn chunks_within(mut self, limit: usize) -> (HeaderMap, Result<Chunks, BodyError>) {
        let announced = self.inner.content_length();
        let headers = self.take_headers();
        let chunks = match encoding(&headers) {
            Some(encoding) => Err(BodyError::Encoded(encoding)),
            None if announced.is_some_and(|announced| announced > limit as u64) => {
                Err(BodyError::TooLarge(limit))
            }
            None => {
                let is_announced = announced.is_some();
                let (resend, unconfirmed) = (self.resend, self.unconfirmed);
                Ok(Chunks { inner: self.inner, left: limit, limit, is_announced, resend, unconfirmed })
            }
        };
        (headers, chunks)
    }

    /// Takes the headers out of the response.
    pub(crate) fn take_headers(&mut self) -> HeaderMap {
        std::mem::take(self.inner.headers_mut())
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        self.inner.headers()
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.inner.status()
    }

    /// Lowers the limit.
    pub(crate) fn within(self, limit: usize) -> Self {
        Self { limit: self.limit.min(limit), ..self }
    }

    /// Reads the body, unless its announced length exceeds the limit. If it breaks off, the request is resent if that
    /// is safe.
    ///
    /// # Errors
    ///
    /// The error of the request that was resent.
    pub(crate) async fn read(mut self) -> Result<Received, SendError> {
        loop {
            let resend = self.resend.take();
            let (limit, context) = (self.limit, self.context.clone());
            if self.inner.content_length().is_some_and(|announced| announced > limit as u64) {
                return Ok(Received {
                    status: self.status(),
                    headers: self.take_headers(),
                    body: Zeroizing::default(),
                    broken: Some(BodyError::TooLarge(limit)),
                });
            }
            let received = self.read_what_there_is().await;
            let again = match &received.broken {
                Some(BodyError::Broken(_)) => resend.and_then(|resend| resend.sent()),
                _ => None,
            };
            match again {
                Some(again) => self = again.await?.within(limit).with_context(context),
                None => return Ok(received),
            }
        }
    }

    /// Reads as much of the body as arrives, within the limit.
    pub(crate) async fn read_what_there_is(mut self) -> Received {
        /// Maximum capacity that is allocated for an announced length.
        const MOST_AT_ONCE: u64 = 64 << 10;

        let (status, headers) = (self.status(), self.headers().clone());
        let announced = self.inner.content_length().unwrap_or_default();
        let mut body = Zeroizing::new(Vec::with_capacity(announced.min(MOST_AT_ONCE) as usize));
        let announced = usize::try_from(announced).unwrap_or_default();
        if let Some(encoding) = encoding(&headers) {
            return Received { status, headers, body, broken: Some(BodyError::Encoded(encoding)) };
        }
        let broken = loop {
            match self.inner.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > self.limit => {
                    let left = self.limit - body.len();
                    push(&mut body, &chunk[..left], self.limit, announced);
                    break Some(BodyError::TooLarge(self.limit));
                }
                Ok(Some(chunk)) => push(&mut body, &chunk, self.limit, announced),
                Ok(None) => break None,
                Err(error) => break Some(BodyError::Broken(error.without_url())),
            }
        };
        if let Some(mut unconfirmed) = self.unconfirmed {
            unconfirmed.examine(&body);
            unconfirmed.confirm();
        }
        Received { status, headers, body, broken }
    }
}

/// Returns the encoding of an encoded body, as one of our own words.
fn encoding(headers: &HeaderMap) -> Option<&'static str> {
    const KNOWN: [&str; 5] = ["gzip", "br", "deflate", "zstd", "compress"];

    let name = headers.get(CONTENT_ENCODING)?.to_str().unwrap_or("?").trim().to_ascii_lowercase();
    let name = name.strip_prefix("x-").unwrap_or(&name);
    match name {
        "" | "identity" => None,
        name => Some(KNOWN.into_iter().find(|known| *known == name).unwrap_or("something unknown")),
    }
}

/// A body in chunks.
pub(crate) struct Chunks {
    inner: reqwest::Response,
    left: usize,
    limit: usize,
    /// `true` if the response announced its length, so a shorter body is reported as broken off.
    is_announced: bool,
    resend: Option<Box<Resend>>,
    unconfirmed: Option<UnconfirmedId>,
}

impl Chunks {
    /// Returns the function that resends the request if the body ended too early. That can only go unnoticed if no
    /// length was announced.
    pub(crate) fn take_resend_at_end(&mut self) -> Option<Box<Resend>> {
        self.resend.take().filter(|_| !self.is_announced)
    }

    /// Returns the function that resends the request, if that is safe.
    pub(crate) fn take_resend(&mut self) -> Option<Box<Resend>> {
        self.resend.take()
    }

    /// Returns `true` if the whole body fits into the receive buffer of the connection.
    pub(crate) fn is_small(&self) -> bool {
        const SMALL: u64 = 64 << 10;

        self.inner.content_length().is_some_and(|announced| announced <= SMALL)
    }

    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, BodyError> {
        let chunk = self.inner.chunk().await.map_err(|error| BodyError::Broken(error.without_url()))?;
        match (&chunk, &mut self.unconfirmed) {
            (Some(chunk), Some(unconfirmed)) => unconfirmed.examine(chunk),
            (None, unconfirmed) => unconfirmed.take().into_iter().for_each(UnconfirmedId::confirm),
            (Some(_), None) => {}
        }
        let length = chunk.as_ref().map_or(0, Bytes::len);
        self.left = self.left.checked_sub(length).ok_or(BodyError::TooLarge(self.limit))?;
        Ok(chunk)
    }
}

/// Appends a chunk. If the body must grow, the old memory is wiped, which `Vec` does not do.
///
/// The body grows in few steps, because the allocator may not return the old memory to the system. A step that reaches
/// the announced length allocates exactly this length, because all of the capacity is wiped in the end.
fn push(body: &mut Zeroizing<Vec<u8>>, chunk: &[u8], limit: usize, announced: usize) {
    const STEPS: [usize; 5] = [64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20];

    let needed = body.len() + chunk.len();
    if needed > body.capacity() {
        // The caller may set a limit that is larger than the memory.
        let step = STEPS.into_iter().find(|step| *step >= needed).unwrap_or(needed.saturating_mul(2));
        let step = if (needed..step).contains(&announced) { announced } else { step };
        let capacity = step.min(limit).max(needed);
        let mut larger = Zeroizing::new(Vec::with_capacity(capacity));
        larger.extend_from_slice(body);
        // A cleared vector is wiped as one block, which is faster than byte by byte.
        body.clear();
        *body = larger;
    }
    body.extend_from_slice(chunk);
}

pub(crate) fn too_large(limit: usize) -> String {
    // The limit of a single record is fixed.
    let hint = if limit == MOST_OF_A_RECORD { "" } else { ": `with_body_limit` moves that" };
    format!("the answer is larger than {limit} bytes, where reading ends{hint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_the_body_contains_is_found_wherever_its_parts_end() {
        for (parts, is_repeated) in [
            (&["..r-17.."][..], true),
            (&["..r-", "17"][..], true),
            (&["r", "-", "1", "7"][..], true),
            (&["..r-1", ".7"][..], false),
            (&[][..], false),
        ] {
            let mut id = UnconfirmedId::new(tracing::Span::none(), "r-17".to_owned());
            parts.iter().for_each(|part| id.examine(part.as_bytes()));
            assert_eq!(id.is_repeated, is_repeated, "{parts:?}");
        }
    }

    #[test]
    fn a_body_grows_no_further_than_its_bound() {
        let mut body = Zeroizing::new(Vec::new());
        for chunk in [&[1_u8; 600][..], &[2; 300], &[3; 124]] {
            push(&mut body, chunk, 1024, 0);
        }
        assert_eq!((body.len(), body.capacity()), (1024, 1024));
        assert_eq!((body[599], body[600], body[1023]), (1, 2, 3));
    }

    #[test]
    fn a_bound_beyond_all_memory_takes_no_more_than_twice_what_came() {
        let mut body = Zeroizing::new(Vec::new());
        for _ in 0..17 {
            push(&mut body, &[7; 1 << 20], usize::MAX, 0);
        }
        assert_eq!((body.len(), body.capacity()), (17 << 20, 34 << 20));
    }

    #[tokio::test]
    async fn a_list_that_is_read_in_parts_ends_at_the_bound_that_was_set_announced_or_not() {
        let unannounced = || {
            let parts = ["[1,", "2,", "3]"].map(Ok::<_, std::io::Error>);
            let body = reqwest::Body::wrap_stream(futures_util::stream::iter(parts));
            Response::new(http::Response::new(body).into(), 0)
        };
        for (limit, read) in [(None, 7), (Some(7), 7), (Some(6), 5), (Some(4), 3)] {
            let mut chunks = unannounced().with_list_limit(limit).chunks().1.unwrap();
            let mut length = 0;
            let end = loop {
                match chunks.next().await {
                    Ok(Some(chunk)) => length += chunk.len(),
                    end => break end,
                }
            };
            assert_eq!((length, end.is_err()), (read, read < 7), "{limit:?}");
        }
        let announced = |limit| {
            let answer = http::Response::new("[1,2]".to_owned());
            Response::new(answer.into(), 0).with_list_limit(Some(limit)).chunks().1.is_ok()
        };
        assert!(announced(5) && !announced(4));
    }
}
