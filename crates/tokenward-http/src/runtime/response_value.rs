//! The result of a method of a generated client.

use std::{
    fmt,
    ops::Deref,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::{Stream, stream};
use reqwest::{StatusCode, header::HeaderMap};

/// A decoded response body, with the status and the headers.
#[derive(Clone)]
pub struct ResponseValue<T> {
    value: T,
    status: StatusCode,
    headers: HeaderMap,
}

impl<T> ResponseValue<T> {
    pub(crate) fn new(value: T, status: StatusCode, headers: HeaderMap) -> Self {
        Self { value, status, headers }
    }

    /// Returns the decoded body.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Returns the status, which is always a success.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }
}

impl<T> Deref for ResponseValue<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Omits the headers, which may contain secrets.
impl<T: fmt::Debug> fmt::Debug for ResponseValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// A response body as a stream of chunks.
pub struct ByteStream(Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>);

impl ByteStream {
    pub(crate) fn of(response: reqwest::Response) -> Self {
        Self(Box::pin(stream::try_unfold(response, async |mut response| {
            let chunk = response.chunk().await.map_err(reqwest::Error::without_url)?;
            Ok(chunk.map(|chunk| (chunk, response)))
        })))
    }
}

impl Stream for ByteStream {
    type Item = reqwest::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ByteStream").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt;

    use super::*;

    #[tokio::test]
    async fn a_body_arrives_part_by_part_beside_what_came_before_it() {
        let answer =
            http::Response::builder().status(201).header("x-total", "CANARY").body("a body").unwrap();
        let response = reqwest::Response::from(answer);
        let (status, headers) = (response.status(), response.headers().clone());
        let value = ResponseValue::new(ByteStream::of(response), status, headers);
        assert_eq!((value.status().as_u16(), &value.headers()["x-total"]), (201, &"CANARY".parse().unwrap()));
        assert_eq!(format!("{value:?}"), "ByteStream(..)");
        let parts: Vec<Bytes> = value.into_inner().try_collect().await.unwrap();
        assert_eq!(parts.concat(), b"a body");
    }
}
