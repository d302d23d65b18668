//! What a method of a generated client gives.

use std::{
    fmt,
    ops::Deref,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::{Stream, stream};
use reqwest::{StatusCode, header::HeaderMap};

/// What was read of an answer, and what came before its body.
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

    /// What was read.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The status, which is a success.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
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

/// Without the headers, which may hold anything.
impl<T: fmt::Debug> fmt::Debug for ResponseValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// A body as it arrives.
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
