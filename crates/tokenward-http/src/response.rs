//! A successful answer, read within bounds, with errors that say where and never what.

use progenitor_client::{ByteStream, Error, ResponseValue};
use reqwest::StatusCode;
use serde::{Deserialize, de::DeserializeOwned, de::Error as _};
use tokenward_core::Drift;
use zeroize::Zeroizing;

/// A successful answer whose body is unread.
#[derive(Debug)]
pub struct Response {
    inner: reqwest::Response,
    limit: usize,
}

/// Why a body was not read to its end.
#[derive(Debug)]
pub(crate) enum BodyError {
    /// It is larger than the bound.
    TooLarge(usize),
    /// It broke off.
    Broken(reqwest::Error),
}

/// A body in memory that is wiped, since it may hold a fresh secret, and why it is not the whole.
pub(crate) type Body = (Zeroizing<Vec<u8>>, Option<BodyError>);

impl Response {
    pub(crate) fn new(inner: reqwest::Response, limit: usize) -> Self {
        Self { inner, limit }
    }

    pub(crate) fn headers(&self) -> &reqwest::header::HeaderMap {
        self.inner.headers()
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.inner.status()
    }

    /// Reads the body as JSON.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidResponsePayload`], without the payload and without any of
    /// its values, where it is too large or does not fit; the text says where.
    pub async fn decode<T: DeserializeOwned, E>(self) -> Result<ResponseValue<T>, Error<E>> {
        let (status, headers) = (self.inner.status(), self.inner.headers().clone());
        let (body, error) = self.read().await;
        match error {
            Some(BodyError::Broken(error)) => return Err(Error::ResponseBodyError(error)),
            Some(BodyError::TooLarge(limit)) => return Err(unreadable(too_large(limit))),
            None => {}
        }
        let value = from_slice(&body).map_err(|misfit| unreadable(misfit.to_string()))?;
        Ok(ResponseValue::new(value, status, headers))
    }

    /// Leaves the body unread.
    pub fn empty(self) -> ResponseValue<()> {
        ResponseValue::empty(self.inner)
    }

    /// Gives the body as it arrives.
    pub fn stream(self) -> ResponseValue<ByteStream> {
        ResponseValue::stream(self.inner)
    }

    /// The body, unless it announces that it is too large.
    pub(crate) async fn read(self) -> Body {
        if self.inner.content_length().is_some_and(|announced| announced > self.limit as u64) {
            return (Zeroizing::default(), Some(BodyError::TooLarge(self.limit)));
        }
        self.read_what_there_is().await
    }

    /// As much of the body as there is, within the bound.
    pub(crate) async fn read_what_there_is(mut self) -> Body {
        /// What is announced is not believed beyond this.
        const MOST_AT_ONCE: u64 = 64 << 10;

        let announced = self.inner.content_length().unwrap_or_default().min(MOST_AT_ONCE);
        let mut body = Zeroizing::new(Vec::with_capacity(announced as usize));
        loop {
            match self.inner.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > self.limit => {
                    let left = self.limit - body.len();
                    body.extend_from_slice(&chunk[..left]);
                    return (body, Some(BodyError::TooLarge(self.limit)));
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => return (body, None),
                Err(error) => return (body, Some(BodyError::Broken(error))),
            }
        }
    }
}

pub(crate) fn too_large(limit: usize) -> String {
    format!("the answer is larger than {limit} bytes")
}

/// The value, or where the text does not fit. serde's own messages quote values.
pub(crate) fn from_slice<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Misfit> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        Misfit::new(&path, &error.into_inner())
    })?;
    deserializer.end().map_err(|error| Misfit::new(".", &error))?;
    Ok(value)
}

/// Where a text does not fit, and in what way.
#[derive(Debug)]
pub(crate) struct Misfit {
    pub(crate) path: String,
    pub(crate) problem: &'static str,
    line: usize,
    column: usize,
}

impl Misfit {
    fn new(path: &str, error: &serde_json::Error) -> Self {
        const LONGEST_PATH: usize = 120;

        let problem = match error.classify() {
            serde_json::error::Category::Eof => "the answer ends too early",
            serde_json::error::Category::Data => "the answer has another shape than documented",
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => "the answer is not JSON",
        };
        // Keys of a map are the vendor's text, and stand in the path like names of ours.
        let path = path.replace(|c: char| !(c.is_ascii_alphanumeric() || "_-.[]?".contains(c)), "?");
        let path = path.chars().take(LONGEST_PATH).collect();
        Self { path, problem, line: error.line(), column: error.column() }
    }

    pub(crate) fn drift(&self) -> Drift {
        Drift::new(self.path.clone(), self.problem)
    }
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { path, problem, line, column } = self;
        write!(f, "{problem} at `{path}`, line {line} column {column}")
    }
}

fn unreadable<E>(message: String) -> Error<E> {
    Error::InvalidResponsePayload(Default::default(), serde_json::Error::custom(message))
}
#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Token {
        #[allow(dead_code, reason = "only its decoding is of interest")]
        id: i64,
    }

    fn error(body: &str) -> String {
        from_slice::<Vec<Token>>(body.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn an_error_says_where_and_never_what() {
        assert_eq!(
            error(r#"[{"id":1},{"id":"CANARY"}]"#),
            "the answer has another shape than documented at `[1].id`, line 1 column 24"
        );
        assert_eq!(
            error(r#"[{"id":1},{"CANARY":1}]"#),
            "the answer has another shape than documented at `[1]`, line 1 column 22"
        );
        assert_eq!(error(r#"[{"id":1"#), "the answer ends too early at `[0].?`, line 1 column 8");
        assert_eq!(error("<html>CANARY"), "the answer is not JSON at `.`, line 1 column 1");
        assert_eq!(error("[] CANARY"), "the answer is not JSON at `.`, line 1 column 4");
        let map =
            from_slice::<std::collections::BTreeMap<String, Token>>(br#"{"a\nb":{"id":null}}"#).unwrap_err();
        assert_eq!(
            map.to_string(),
            "the answer has another shape than documented at `a?b.id`, line 1 column 18"
        );
        assert_eq!(error(""), "the answer ends too early at `.`, line 1 column 0");
    }
}
