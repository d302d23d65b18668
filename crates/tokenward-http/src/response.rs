//! A successful answer, read within bounds, with errors that say where and never what.

use std::fmt;

use bytes::Bytes;
use reqwest::{
    StatusCode,
    header::{CONTENT_ENCODING, HeaderMap},
};
use serde::{Serialize, de::DeserializeOwned};
use tokenward_core::Drift;
use zeroize::Zeroizing;

use crate::{
    Issued, SendError,
    essentials::{Essentials, OneOf, SECRET_TWICE, repeats},
    misfit::{Misfit, from_record, from_text},
    reading::{self, Context},
    runtime::{ByteStream, Error, Read, ResponseValue, Whole},
    session::{Resend, UnconfirmedId},
};

/// A successful answer whose body is unread.
pub struct Response {
    inner: reqwest::Response,
    limit: usize,
    /// The bound of a list that is not held as a whole, where the caller has set one.
    list_limit: Option<usize>,
    context: Context,
    /// How the request is sent again if the body breaks off; nothing, if that is not safe.
    resend: Option<Box<Resend>>,
    unconfirmed: Option<UnconfirmedId>,
}

/// Without the headers, which may hold anything.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("status", &self.inner.status()).finish_non_exhaustive()
    }
}

/// Why a body was not read to its end.
#[derive(Debug)]
pub(crate) enum BodyError {
    /// It is larger than the bound.
    TooLarge(usize),
    /// It broke off.
    Broken(reqwest::Error),
    /// It is in an encoding that nobody asked for.
    Encoded(&'static str),
}

impl BodyError {
    /// What happened, in our words.
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

/// An answer that was read as far as there is anything of it, in memory that is wiped, since it may hold a fresh secret.
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Zeroizing<Vec<u8>>,
    /// Why it is not the whole.
    pub(crate) broken: Option<BodyError>,
}

impl Response {
    pub(crate) fn new(inner: reqwest::Response, limit: usize) -> Self {
        Self { inner, limit, list_limit: None, context: Context::default(), resend: None, unconfirmed: None }
    }

    /// With a bound of a list that is read while it arrives.
    pub(crate) fn with_list_limit(self, list_limit: Option<usize>) -> Self {
        Self { list_limit, ..self }
    }

    /// With what is known of secrets.
    pub(crate) fn with_context(self, context: Context) -> Self {
        Self { context, ..self }
    }

    /// With the request, to be sent again if the body breaks off.
    pub(crate) fn with_resend(self, resend: Resend) -> Self {
        Self { resend: Some(Box::new(resend)), ..self }
    }

    /// With the id of the request, which the span is told when the body was read.
    pub(crate) fn with_unconfirmed(self, unconfirmed: Option<UnconfirmedId>) -> Self {
        Self { unconfirmed, ..self }
    }

    /// What is known of secrets.
    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    /// The headers, and the body in parts, unless it is encoded or announces that it is too large.
    pub(crate) fn chunks(mut self) -> (HeaderMap, Result<Chunks, BodyError>) {
        let limit = self.list_limit.unwrap_or(usize::MAX);
        let announced = self.inner.content_length();
        let headers = self.take_headers();
        let chunks = match encoding(&headers) {
            Some(encoding) => Err(BodyError::Encoded(encoding)),
            None if announced.is_some_and(|announced| announced > limit as u64) => {
                Err(BodyError::TooLarge(limit))
            }
            None => {
                let is_announced = announced.is_some();
                Ok(Chunks { inner: self.inner, left: limit, limit, is_announced, resend: self.resend })
            }
        };
        (headers, chunks)
    }

    /// The headers, which nobody asks it for again.
    pub(crate) fn take_headers(&mut self) -> HeaderMap {
        std::mem::take(self.inner.headers_mut())
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        self.inner.headers()
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.inner.status()
    }

    /// Reads the body as one record, within 1 MiB.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidResponsePayload`], without any of its values, where it is too large or does not fit; the text
    /// says where.
    pub async fn decode<T: DeserializeOwned>(self) -> Result<ResponseValue<T>, Error> {
        let context = self.context.clone();
        let (text, status, headers) = self.within(MOST_OF_A_RECORD).text().await?;
        let record = record(&text, MOST_OF_A_RECORD, &context).map_err(|misfit| unfit(&misfit, &context))?;
        Ok(ResponseValue::new(record, status, headers))
    }

    /// Reads the body as what may be a list but is none of records, or may be anything, within 1 MiB.
    ///
    /// # Errors
    ///
    /// As [`decode`](Self::decode).
    pub async fn decode_any<T: DeserializeOwned>(self) -> Result<ResponseValue<T>, Error> {
        let context = self.context.clone();
        let (text, status, headers) = self.within(MOST_OF_A_RECORD).text().await?;
        let value = from_text(&text).map_err(|misfit| unfit(&misfit, &context))?;
        Ok(ResponseValue::new(value, status, headers))
    }

    /// Reads the body as an integer or a list of integers, within 1 MiB; `5.0` is one.
    ///
    /// # Errors
    ///
    /// As [`decode`](Self::decode).
    pub async fn decode_whole<T: Whole>(self) -> Result<ResponseValue<T>, Error> {
        let read = self.decode_any::<Read<T>>().await?;
        let (status, headers) = (read.status(), read.headers().clone());
        Ok(ResponseValue::new(read.into_inner().0, status, headers))
    }

    /// Reads the body as a list of records, within the bound of the client.
    ///
    /// # Errors
    ///
    /// As [`decode`](Self::decode).
    pub async fn decode_list<T: DeserializeOwned>(self) -> Result<ResponseValue<T>, Error> {
        let read = |text: &str, limit, context: &Context| {
            reading::read(text, limit, context, |text| from_text(text))
        };
        self.read_around_items(read).await
    }

    /// Reads the body as a record around a list, within the bound of the client.
    ///
    /// # Errors
    ///
    /// As [`decode`](Self::decode).
    pub async fn decode_page<T: DeserializeOwned>(self) -> Result<ResponseValue<T>, Error> {
        self.read_around_items(record).await
    }

    async fn read_around_items<T>(
        self,
        read: impl FnOnce(&str, usize, &Context) -> Result<T, Misfit> + Send,
    ) -> Result<ResponseValue<T>, Error> {
        let (limit, context) = (self.limit, self.context.clone());
        let (mut text, status, headers) = self.text().await?;
        within_a_page(&text).map_err(|problem| unreadable(problem.to_owned()))?;
        let list = read(&text, limit, &context).map_err(|misfit| unfit(&misfit, &context))?;
        // What is in use is wiped byte by byte, and what is not at once.
        text.clear();
        Ok(ResponseValue::new(list, status, headers))
    }

    /// The body as text, with what came before it.
    async fn text(self) -> Result<(Zeroizing<String>, StatusCode, HeaderMap), Error> {
        let Received { status, headers, body, broken } = self.read().await?;
        match broken {
            Some(BodyError::Broken(error)) => Err(Error::ResponseBodyError(error)),
            Some(other) => Err(unreadable(other.reason())),
            None => Ok((readable(body).0, status, headers)),
        }
    }

    /// Reads the body as something that was made, with its secrets: they and the id first and by themselves, from as
    /// much of the body as there is.
    ///
    /// # Errors
    ///
    /// As [`decode`](Self::decode), where no secret arrived.
    pub async fn issued<T: DeserializeOwned + Serialize>(
        self,
        id: Option<&'static str>,
        secrets: &[&'static str],
    ) -> Result<ResponseValue<Issued<T>>, Error> {
        const NEXT: &str = "a token may have been made: look for it in a list, and revoke it";

        let context = self.context.clone();
        let Received { status, headers, body, broken } =
            self.within(MOST_OF_A_RECORD).read_what_there_is().await;
        let (body, is_mended) = readable(body);
        let essentials = Essentials::of(body.as_bytes(), id, secrets).of_mended(is_mended);
        essentials.secrets.iter().for_each(|(_, secret)| context.known.add_issued(secret.expose()));
        let details = details(&body, &essentials).map_err(|drift| context.known.drift_without(drift));
        let mut found = essentials.secrets.into_iter();
        let Some((_, secret)) = found.next() else {
            let end = broken.map(|broken| broken.reason() + ", and holds no secret");
            let what = end.unwrap_or_else(|| "the answer holds no secret".to_owned());
            return Err(unreadable(format!("{what}; {NEXT}")));
        };
        let issued = Issued { id: essentials.id, secret, others: found.collect(), details };
        Ok(ResponseValue::new(issued, status, headers))
    }

    /// Leaves the body unread.
    pub fn empty(self) -> ResponseValue<()> {
        ResponseValue::new((), self.status(), self.headers().clone())
    }

    /// Gives the body as it arrives.
    pub fn stream(self) -> ResponseValue<ByteStream> {
        let (status, headers) = (self.status(), self.headers().clone());
        ResponseValue::new(ByteStream::of(self.inner), status, headers)
    }

    /// With a smaller bound.
    pub(crate) fn within(self, limit: usize) -> Self {
        Self { limit: self.limit.min(limit), ..self }
    }

    /// The body, unless it announces that it is too large. If it breaks off, the request is sent again where that is safe.
    ///
    /// # Errors
    ///
    /// What became of the request that was sent again.
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

    /// As much of the body as there is, within the bound.
    pub(crate) async fn read_what_there_is(mut self) -> Received {
        /// What is announced is not believed beyond this.
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
        if let Some(unconfirmed) = self.unconfirmed {
            unconfirmed.confirm(&body);
        }
        Received { status, headers, body, broken }
    }
}

/// The encoding of a body that cannot be read as it is, by a name of ours.
fn encoding(headers: &HeaderMap) -> Option<&'static str> {
    const KNOWN: [&str; 5] = ["gzip", "br", "deflate", "zstd", "compress"];

    let name = headers.get(CONTENT_ENCODING)?.to_str().unwrap_or("?").trim().to_ascii_lowercase();
    let name = name.strip_prefix("x-").unwrap_or(&name);
    match name {
        "" | "identity" => None,
        name => Some(KNOWN.into_iter().find(|known| *known == name).unwrap_or("something unknown")),
    }
}

/// A body in parts.
pub(crate) struct Chunks {
    inner: reqwest::Response,
    left: usize,
    limit: usize,
    /// Whether the answer announced its length, so that its end is its end.
    is_announced: bool,
    resend: Option<Box<Resend>>,
}

impl Chunks {
    /// How the request is sent again if the body has ended too early, which shows only if no length was announced.
    pub(crate) fn take_resend_at_end(&mut self) -> Option<Box<Resend>> {
        self.resend.take().filter(|_| !self.is_announced)
    }

    /// How the request is sent again, if that is safe.
    pub(crate) fn take_resend(&mut self) -> Option<Box<Resend>> {
        self.resend.take()
    }

    /// Whether all of it fits where a connection keeps what nobody has read yet.
    pub(crate) fn is_small(&self) -> bool {
        const SMALL: u64 = 64 << 10;

        self.inner.content_length().is_some_and(|announced| announced <= SMALL)
    }

    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, BodyError> {
        let chunk = self.inner.chunk().await.map_err(|error| BodyError::Broken(error.without_url()))?;
        let length = chunk.as_ref().map_or(0, Bytes::len);
        self.left = self.left.checked_sub(length).ok_or(BodyError::TooLarge(self.limit))?;
        Ok(chunk)
    }
}

/// What has to be a record: one would also be taken from a list, by position.
fn record<T: DeserializeOwned>(text: &str, limit: usize, context: &Context) -> Result<T, Misfit> {
    if text.trim_ascii_start().starts_with('[') {
        return from_record(text);
    }
    reading::read(text, limit, context, |text| from_record(text))
}

/// What was made as it is documented, unless a secret would be printed with it.
fn details<T: DeserializeOwned + Serialize>(body: &str, essentials: &Essentials) -> Result<T, Drift> {
    let OneOf(item) = from_text(body).map_err(|misfit| misfit.drift())?;
    let made: T = from_record(item.get()).map_err(|misfit| misfit.drift())?;
    match essentials.drift() {
        Some(drift) => Err(drift),
        None if essentials.secrets.iter().any(|(_, secret)| repeats(&made, secret.expose())) => {
            Err(Drift::new(".", SECRET_TWICE))
        }
        None => Ok(made),
    }
}

/// Grows into other memory and wipes what it leaves, which a vector by itself would not. In few steps, since what is left
/// behind may not go back to the system; and to what is announced, as soon as a step reaches it, since all there is room for
/// is wiped in the end.
fn push(body: &mut Zeroizing<Vec<u8>>, chunk: &[u8], limit: usize, announced: usize) {
    const STEPS: [usize; 5] = [64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20];

    let needed = body.len() + chunk.len();
    if needed > body.capacity() {
        // A bound may be set higher than there is memory.
        let step = STEPS.into_iter().find(|step| *step >= needed).unwrap_or(needed.saturating_mul(2));
        let step = if (needed..step).contains(&announced) { announced } else { step };
        let capacity = step.min(limit).max(needed);
        let mut larger = Zeroizing::new(Vec::with_capacity(capacity));
        larger.extend_from_slice(body);
        // Wiped at once, and not byte by byte.
        body.clear();
        *body = larger;
    }
    body.extend_from_slice(chunk);
}

/// A token is small, and who reads one keeps it as a whole, some parts of it twice.
pub(crate) const MOST_OF_A_RECORD: usize = 1 << 20;

pub(crate) const TOO_LARGE_A_RECORD: &str = "the record is larger than 1 MiB, where reading ends";

/// Refuses a text that is larger than any record is.
pub(crate) fn within_a_record(text: &str) -> Result<(), &'static str> {
    if text.len() <= MOST_OF_A_RECORD { Ok(()) } else { Err(TOO_LARGE_A_RECORD) }
}

/// Refuses a text with more outside of its lists than any page has. The items of a list are read one by one, and what is
/// said of a value that does not fit quotes it, several times as large as it is.
pub(crate) fn within_a_page(text: &str) -> Result<(), &'static str> {
    let (mut outside, mut depth) = (0_usize, 0_usize);
    let (mut is_text, mut is_escaped) = (false, false);
    if text.len() <= MOST_OF_A_RECORD {
        return Ok(());
    }
    for byte in text.bytes() {
        outside += usize::from(depth == 0);
        if outside > MOST_OF_A_RECORD {
            return Err("the record around the list is larger than 1 MiB, where reading ends");
        }
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_text,
            b'"' => is_text = !is_text,
            b'[' if !is_text => depth += 1,
            b']' if !is_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

pub(crate) fn too_large(limit: usize) -> String {
    // That of one record is fixed.
    let hint = if limit == MOST_OF_A_RECORD { "" } else { ": `with_body_limit` moves that" };
    format!("the answer is larger than {limit} bytes, where reading ends{hint}")
}

/// The error of an answer that does not fit. A key of a map stands in its path, which may be a secret.
fn unfit(misfit: &Misfit, context: &Context) -> Error {
    let is_shown = !context.known.is_in(&misfit.drift().path);
    unreadable(if is_shown {
        misfit.to_string()
    } else {
        context.known.drift_without(misfit.drift()).to_string()
    })
}

fn unreadable(message: String) -> Error {
    Error::InvalidResponsePayload(message)
}

/// As JSON has to be: UTF-8, and without a mark before it. One bad byte in one item must not cost the others, nor
/// millions of them more memory. Also whether there were any.
pub(crate) fn readable(mut body: Zeroizing<Vec<u8>>) -> (Zeroizing<String>, bool) {
    const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

    if body.starts_with(BYTE_ORDER_MARK) {
        body.drain(..BYTE_ORDER_MARK.len());
    }
    let mut start = 0;
    while let Err(error) = std::str::from_utf8(&body[start..]) {
        let bad = start + error.valid_up_to();
        start = error.error_len().map_or(body.len(), |length| bad + length);
        body[bad..start].fill(b'?');
    }
    (Zeroizing::new(String::from_utf8(std::mem::take(&mut body)).unwrap_or_default()), start > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_made_readable_where_it_stands() {
        for (body, text) in [
            (&b"abc"[..], "abc"),
            (b"\xef\xbb\xbf{}", "{}"),
            (b"a\xffb\xc3\xbcc\xc3", "a?b\u{fc}c?"),
            (b"\xf0\x9f\x92", "???"),
            (b"", ""),
        ] {
            let (read, is_mended) = readable(Zeroizing::new(body.to_vec()));
            assert_eq!((read.as_str(), is_mended), (text, text.contains('?')));
        }
    }

    #[test]
    fn what_was_made_is_given_whole_where_no_secret_would_be_printed_with_it() {
        type Made = std::collections::BTreeMap<String, crate::Nullable<serde_json::Value>>;

        for (body, drift) in [
            (r#"{"id":"7","name":"ci"}"#, None),
            (r#"[{"id":"7","name":"CANARY too","key":"CANARY"}]"#, Some("another field, too at `.`")),
            (r#"{"id":"7","data":{"key":"CANARY"}}"#, Some("another place than documented at `key`")),
            (r#"{"id":"7","key":"CANARY""#, Some("ends too early")),
            (
                r#"[{"id":"7","key":"CANARY"},{"id":"8","key":"B"}]"#,
                Some("another record, which was not read"),
            ),
        ] {
            let essentials = Essentials::of(body.as_bytes(), Some("id"), &["key"]);
            let said = details::<Made>(body, &essentials).err().map(|drift| drift.to_string());
            match (&said, drift) {
                (Some(said), Some(drift)) => assert!(said.contains(drift), "{body}: {said}"),
                _ => assert_eq!(said.as_deref(), drift, "{body}"),
            }
        }
    }

    #[test]
    fn a_page_may_be_as_large_as_its_items_are_and_no_larger() {
        let large = "\u{7f}".repeat(MOST_OF_A_RECORD);
        for (page, is_refused) in [
            (format!(r#"{{"items":[{{"a":"]\"]{large}"}},"{large}",[["{large}"]]],"total":1}}"#), false),
            (format!(r#"["{large}"]"#), false),
            (format!(r#"{{"items":[],"total":"{large}"}}"#), true),
            (format!(r#"{{"items":["]\"["],"total":"{large}"}}"#), true),
            (format!(r#"{{"[\\":["\\"],"total":"[{large}"#), true),
            (format!(r#""[{large}""#), true),
        ] {
            assert_eq!(within_a_page(&page).is_err(), is_refused, "{}", &page[..20]);
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

    #[tokio::test]
    async fn what_may_be_a_list_is_read_as_it_comes_and_a_record_is_none() {
        fn answer(body: &str) -> Response {
            Response::new(http::Response::new(body.to_owned()).into(), 1 << 20)
        }

        for body in ["[]", r#"["a"]"#, r#"{"a":1}"#, "17"] {
            let value: serde_json::Value = serde_json::from_str(body).unwrap();
            let read = answer(body).decode_any::<serde_json::Value>().await.unwrap();
            assert_eq!(read.into_inner(), value);
        }
        assert_eq!(answer(r#"["a"]"#).decode_any::<Vec<String>>().await.unwrap().into_inner(), ["a"]);
        assert!(answer("[]").decode::<serde_json::Value>().await.is_err());
        let large = format!("[{}1]", "1,".repeat(1 << 20));
        assert!(answer(&large).decode_any::<Vec<u8>>().await.is_err());
    }
}
