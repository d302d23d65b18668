//! How a generated method reads a successful answer.

use reqwest::{StatusCode, header::HeaderMap};
use serde::{Serialize, de::DeserializeOwned};
use tokenward_core::Drift;
use zeroize::Zeroizing;

use crate::{
    decode::{
        issued::Issued,
        limits::{MOST_OF_A_RECORD, readable, within_a_page},
        mismatch::{Mismatch, from_record, from_text},
        reading,
        salvage::{OneOf, SECRET_TWICE, Salvaged, repeats},
    },
    runtime::{
        error::Error,
        value::{ByteStream, ResponseValue},
        whole::{Read, Whole},
    },
    secrets::context::Context,
    transport::response::{BodyError, Received, Response},
};

impl Response {
    /// Reads the body as one record, within 1 MiB.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidResponsePayload`], without any of its values, where it is too large or does not fit; the text
    /// says where.
    pub async fn decode<T: DeserializeOwned>(self) -> Result<ResponseValue<T>, Error> {
        let context = self.context().clone();
        let (text, status, headers) = self.within(MOST_OF_A_RECORD).text().await?;
        let record =
            record(&text, MOST_OF_A_RECORD, &context).map_err(|mismatch| unfit(&mismatch, &context))?;
        Ok(ResponseValue::new(record, status, headers))
    }

    /// Reads the body as what may be a list but is none of records, or may be anything, within 1 MiB.
    ///
    /// # Errors
    ///
    /// As [`decode`](Self::decode).
    pub async fn decode_any<T: DeserializeOwned>(self) -> Result<ResponseValue<T>, Error> {
        let context = self.context().clone();
        let (text, status, headers) = self.within(MOST_OF_A_RECORD).text().await?;
        let value = from_text(&text).map_err(|mismatch| unfit(&mismatch, &context))?;
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
        read: impl FnOnce(&str, usize, &Context) -> Result<T, Mismatch> + Send,
    ) -> Result<ResponseValue<T>, Error> {
        let (limit, context) = (self.limit(), self.context().clone());
        let (mut text, status, headers) = self.text().await?;
        within_a_page(&text).map_err(|problem| unreadable(problem.to_owned()))?;
        let list = read(&text, limit, &context).map_err(|mismatch| unfit(&mismatch, &context))?;
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

        let context = self.context().clone();
        let Received { status, headers, body, broken } =
            self.within(MOST_OF_A_RECORD).read_what_there_is().await;
        let (body, is_mended) = readable(body);
        let salvaged = Salvaged::of(body.as_bytes(), id, secrets).of_mended(is_mended);
        salvaged.secrets.iter().for_each(|(_, secret)| context.known.add_issued(secret.expose()));
        let details = details(&body, &salvaged).map_err(|drift| context.known.drift_without(drift));
        let mut found = salvaged.secrets.into_iter();
        let Some((_, secret)) = found.next() else {
            let end = broken.map(|broken| broken.reason() + ", and holds no secret");
            let what = end.unwrap_or_else(|| "the answer holds no secret".to_owned());
            return Err(unreadable(format!("{what}; {NEXT}")));
        };
        let issued = Issued { id: salvaged.id, secret, others: found.collect(), details };
        Ok(ResponseValue::new(issued, status, headers))
    }

    /// Leaves the body unread.
    pub fn empty(self) -> ResponseValue<()> {
        ResponseValue::new((), self.status(), self.headers().clone())
    }

    /// Gives the body as it arrives.
    pub fn stream(self) -> ResponseValue<ByteStream> {
        let (status, headers) = (self.status(), self.headers().clone());
        ResponseValue::new(ByteStream::of(self.into_inner()), status, headers)
    }
}

/// What has to be a record: one would also be taken from a list, by position.
fn record<T: DeserializeOwned>(text: &str, limit: usize, context: &Context) -> Result<T, Mismatch> {
    if text.trim_ascii_start().starts_with('[') {
        return from_record(text);
    }
    reading::read(text, limit, context, |text| from_record(text))
}

/// What was made as it is documented, unless a secret would be printed with it.
fn details<T: DeserializeOwned + Serialize>(body: &str, salvaged: &Salvaged) -> Result<T, Drift> {
    let OneOf(item) = from_text(body).map_err(|mismatch| mismatch.drift())?;
    let made: T = from_record(item.get()).map_err(|mismatch| mismatch.drift())?;
    match salvaged.drift() {
        Some(drift) => Err(drift),
        None if salvaged.secrets.iter().any(|(_, secret)| repeats(&made, secret.expose())) => {
            Err(Drift::new(".", SECRET_TWICE))
        }
        None => Ok(made),
    }
}

/// The error of an answer that does not fit. A key of a map stands in its path, which may be a secret.
fn unfit(mismatch: &Mismatch, context: &Context) -> Error {
    let is_shown = !context.known.is_in(&mismatch.drift().path);
    unreadable(if is_shown {
        mismatch.to_string()
    } else {
        context.known.drift_without(mismatch.drift()).to_string()
    })
}

fn unreadable(message: String) -> Error {
    Error::InvalidResponsePayload(message)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let salvaged = Salvaged::of(body.as_bytes(), Some("id"), &["key"]);
            let said = details::<Made>(body, &salvaged).err().map(|drift| drift.to_string());
            match (&said, drift) {
                (Some(said), Some(drift)) => assert!(said.contains(drift), "{body}: {said}"),
                _ => assert_eq!(said.as_deref(), drift, "{body}"),
            }
        }
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
