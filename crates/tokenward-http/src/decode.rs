//! Reading an answer within bounds, with errors that say where and never what.

use progenitor_client::{Error, ResponseValue};
use serde::de::{DeserializeOwned, Error as _};
use zeroize::Zeroizing;

pub(crate) async fn decode<T: DeserializeOwned, E>(
    response: reqwest::Response,
    limit: usize,
) -> Result<ResponseValue<T>, Error<E>> {
    let status = response.status();
    let headers = response.headers().clone();
    let body = read_body(response, limit).await?;
    let value = from_slice(&body).map_err(unreadable)?;
    Ok(ResponseValue::new(value, status, headers))
}

/// The whole body, in memory that is wiped: it may hold a fresh secret.
async fn read_body<E>(mut response: reqwest::Response, limit: usize) -> Result<Zeroizing<Vec<u8>>, Error<E>> {
    let too_large = || unreadable(format!("the answer is larger than {limit} bytes"));
    let announced = response.content_length().unwrap_or_default();
    if announced > limit as u64 {
        return Err(too_large());
    }
    let mut body = Zeroizing::new(Vec::with_capacity(announced as usize));
    while let Some(chunk) = response.chunk().await.map_err(Error::ResponseBodyError)? {
        if body.len() + chunk.len() > limit {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The value, or where the text does not fit. serde's own messages quote values.
fn from_slice<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        describe(&path, &error.into_inner())
    })?;
    deserializer.end().map_err(|error| describe(".", &error))?;
    Ok(value)
}

const LONGEST_PATH: usize = 120;

fn describe(path: &str, error: &serde_json::Error) -> String {
    let problem = match error.classify() {
        serde_json::error::Category::Eof => "the answer ends too early",
        serde_json::error::Category::Data => "the answer has another shape than documented",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "the answer is not JSON",
    };
    // Keys of a map are the vendor's text, and stand in the path like names of ours.
    let path = path.replace(|c: char| !(c.is_ascii_alphanumeric() || "_-.[]?".contains(c)), "?");
    let path: String = path.chars().take(LONGEST_PATH).collect();
    format!("{problem} at `{path}`, line {} column {}", error.line(), error.column())
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
        from_slice::<Vec<Token>>(body.as_bytes()).unwrap_err()
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
        assert_eq!(map, "the answer has another shape than documented at `a?b.id`, line 1 column 18");
        assert_eq!(error(""), "the answer ends too early at `.`, line 1 column 0");
    }
}
