//! The decoding of a successful response in a generated method.

use reqwest::{StatusCode, header::HeaderMap};
use serde::{
    Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use zeroize::Zeroizing;

use crate::{
    decode::{
        issued::Issued,
        items::{self, BadItem, Items},
        limits::{MOST_OF_A_RECORD, most_items_within, readable},
        list_reader::{Item, ListError, ListReader},
        mismatch::{Mismatch, TOO_MANY_ITEMS, TOO_MANY_UNREADABLE, from_record, from_text},
        salvage::Salvaged,
        text_buffer::TextBuffer,
    },
    runtime::{
        error::Error,
        integers::{Read, Whole},
        response_value::{ByteStream, ResponseValue},
    },
    secrets::context::{Budget, Context},
    transport::response::{BodyError, Received, Response},
};

impl Response {
    /// Decodes the body as one record of at most 1 MiB.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidResponsePayload`] if the body is too large or does not fit the type. The text contains the
    /// location, but no values.
    pub async fn decode<T: DeserializeOwned>(self) -> Result<ResponseValue<T>, Error> {
        let context = self.context().clone();
        let (text, status, headers) = self.within(MOST_OF_A_RECORD).text().await?;
        let record = context.scope(|| from_record(&text)).map_err(|mismatch| unfit(&mismatch, &context))?;
        Ok(ResponseValue::new(record, status, headers))
    }

    /// Decodes the body as any JSON value of at most 1 MiB. Lists of records have [`decode_list`](Self::decode_list).
    ///
    /// # Errors
    ///
    /// The same errors as [`decode`](Self::decode).
    pub async fn decode_any<T: DeserializeOwned>(self) -> Result<ResponseValue<T>, Error> {
        let context = self.context().clone();
        let (text, status, headers) = self.within(MOST_OF_A_RECORD).text().await?;
        let value = context.scope(|| from_text(&text)).map_err(|mismatch| unfit(&mismatch, &context))?;
        Ok(ResponseValue::new(value, status, headers))
    }

    /// Decodes the body as an integer or a list of integers, of at most 1 MiB. `5.0` is an integer.
    ///
    /// # Errors
    ///
    /// The same errors as [`decode`](Self::decode).
    pub async fn decode_whole<T: Whole>(self) -> Result<ResponseValue<T>, Error> {
        let read = self.decode_any::<Read<T>>().await?;
        let (status, headers) = (read.status(), read.headers().clone());
        Ok(ResponseValue::new(read.into_inner().0, status, headers))
    }

    /// Decodes the body as a list of records while it arrives, within the limits of the client.
    ///
    /// If the body breaks off or ends too early, the list is requested again from its beginning, if that is safe.
    ///
    /// # Errors
    ///
    /// The same errors as [`decode`](Self::decode).
    pub async fn decode_list<T: DeserializeOwned + Send>(self) -> Result<ResponseValue<Items<T>>, Error> {
        let mut items = Collected::default();
        let Listed { status, headers, .. } = self.read_list(None, &mut items).await?;
        Ok(ResponseValue::new(items.0.into(), status, headers))
    }

    /// Decodes the body as a record with a list in this field while it arrives, within the limits of the client. `put`
    /// stores the list in the record.
    ///
    /// The record without the items may have at most 1 MiB. If the body breaks off or ends too early, the list is
    /// requested again from its beginning, if that is safe.
    ///
    /// # Errors
    ///
    /// The same errors as [`decode`](Self::decode).
    pub async fn decode_page<P: DeserializeOwned + Send, T: DeserializeOwned + Send>(
        self,
        field: &'static str,
        put: impl FnOnce(&mut P, Items<T>) + Send,
    ) -> Result<ResponseValue<P>, Error> {
        let context = self.context().clone();
        let mut items = Collected::default();
        let Listed { status, headers, mut list } = self.read_list(Some(field), &mut items).await?;
        let has_list = list.has_list();
        let envelope = list.envelope().map_err(|error| not_listed(error, &context))?;
        let page = context.scope(|| from_record(envelope));
        let mut page: P = page.map_err(|mismatch| unfit(&mismatch.without_place(), &context))?;
        if has_list {
            put(&mut page, items.0.into());
        }
        Ok(ResponseValue::new(page, status, headers))
    }

    /// Reads a list. If the body breaks off, it is read again from its beginning if that is safe.
    ///
    /// This function is compiled once, not once for each type of item.
    async fn read_list(
        mut self,
        field: Option<&'static str>,
        items: &mut dyn Collect,
    ) -> Result<Listed, Error> {
        let (limit, context) = (self.limit(), self.context().clone());
        loop {
            let status = self.status();
            let (headers, chunks) = self.chunks_within(limit);
            let mut chunks = chunks.map_err(|broken| unreadable(broken.reason()))?;
            let mut list = ListReader::new(field, TextBuffer::default());
            items.clear();
            let mut budget =
                Budget { nested: most_items_within(limit).saturating_mul(4), ..Budget::of_record() };
            let (broken, resend) = loop {
                match chunks.next().await {
                    Ok(Some(chunk)) => {
                        list.push(chunk);
                        let read = || read_items(&mut list, items, most_items_within(limit));
                        let read = context.scope_of_part(&mut budget, read);
                        read.map_err(|error| not_listed(error, &context))?;
                    }
                    Ok(None) if list.is_cut() => break (None, chunks.take_resend_at_end()),
                    Ok(None) => break (None, None),
                    Err(broken @ BodyError::Broken(_)) => break (Some(broken), chunks.take_resend()),
                    Err(broken) => break (Some(broken), None),
                }
            };
            if let Some(sent) = resend.and_then(|resend| resend.sent()) {
                self = sent.await?.with_context(context.clone());
                continue;
            }
            return match broken {
                Some(BodyError::Broken(error)) => Err(Error::ResponseBodyError(error)),
                Some(broken) => Err(unreadable(broken.reason())),
                None if field.is_none() => {
                    list.envelope().map_err(|error| not_listed(error, &context))?;
                    Ok(Listed { status, headers, list })
                }
                None => Ok(Listed { status, headers, list }),
            };
        }
    }

    /// Reads the body as text, with the status and the headers.
    async fn text(self) -> Result<(Zeroizing<String>, StatusCode, HeaderMap), Error> {
        let Received { status, headers, body, broken } = self.read().await?;
        match broken {
            Some(BodyError::Broken(error)) => Err(Error::ResponseBodyError(error)),
            Some(other) => Err(unreadable(other.reason())),
            None => Ok((readable(body).0, status, headers)),
        }
    }

    /// Decodes the body as a newly created object with its secrets.
    ///
    /// The id and the secrets are read first, independently of the rest, and even if the body is not complete.
    ///
    /// # Errors
    ///
    /// The same errors as [`decode`](Self::decode), if no secret arrived.
    pub async fn issued<T: DeserializeOwned + Serialize>(
        self,
        id: Option<&'static str>,
        secrets: &[&'static str],
    ) -> Result<ResponseValue<Issued<T>>, Error> {
        self.read_issued(id, secrets, false).await
    }

    /// Decodes the body as [`issued`](Self::issued) does, from a list whose first record is the new object.
    ///
    /// # Errors
    ///
    /// The same errors as [`issued`](Self::issued).
    pub async fn issued_in_list<T: DeserializeOwned + Serialize>(
        self,
        id: Option<&'static str>,
        secrets: &[&'static str],
    ) -> Result<ResponseValue<Issued<T>>, Error> {
        self.read_issued(id, secrets, true).await
    }

    async fn read_issued<T: DeserializeOwned + Serialize>(
        self,
        id: Option<&'static str>,
        secrets: &[&'static str],
        is_in_list: bool,
    ) -> Result<ResponseValue<Issued<T>>, Error> {
        const NEXT: &str = "a token may have been made: look for it in a list, and revoke it";

        let context = self.context().clone();
        let Received { status, headers, body, broken } =
            self.within(MOST_OF_A_RECORD).read_what_there_is().await;
        let (body, is_mended) = readable(body);
        let salvaged = Salvaged::of(body.as_bytes(), id, secrets, &context).of_mended(is_mended);
        let decode =
            |record: &str| context.scope(|| from_record(record)).map_err(|mismatch| mismatch.drift());
        let details =
            salvaged.details(&body, is_in_list, decode).map_err(|drift| context.known.drift_without(drift));
        let mut found = salvaged.secrets.into_iter();
        let Some((_, secret)) = found.next() else {
            let end = broken.map(|broken| broken.reason() + ", and holds no secret");
            let what = end.unwrap_or_else(|| "the answer holds no secret".to_owned());
            return Err(unreadable(format!("{what}; {NEXT}")));
        };
        let issued = Issued { id: salvaged.id, secret, others: found.collect(), details };
        Ok(ResponseValue::new(issued, status, headers))
    }

    /// Returns the status and the headers, without reading the body.
    pub fn empty(self) -> ResponseValue<()> {
        ResponseValue::new((), self.status(), self.headers().clone())
    }

    /// Returns the body as a stream.
    pub fn stream(self) -> ResponseValue<ByteStream> {
        let (status, headers) = (self.status(), self.headers().clone());
        ResponseValue::new(ByteStream::of(self.into_inner()), status, headers)
    }
}

/// A list that was read to its end, without its items.
struct Listed {
    status: StatusCode,
    headers: HeaderMap,
    list: ListReader,
}

/// A collector for the items of a list.
trait Collect: Send {
    /// Decodes the record at the beginning of a text, stores it, and returns its length.
    fn decode(&mut self, text: &str) -> Option<usize>;

    /// Stores an item that [`decode`](Self::decode) could not decode at once, and returns `true` if it can be decoded.
    fn push(&mut self, text: &str) -> bool;

    /// Stores an item that is larger than the limit of a record.
    fn push_oversized(&mut self);

    fn len(&self) -> usize;

    fn clear(&mut self);
}

struct Collected<T>(Vec<Result<T, BadItem>>);

impl<T> Default for Collected<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: DeserializeOwned + Send> Collect for Collected<T> {
    fn decode(&mut self, text: &str) -> Option<usize> {
        // Derived code would also accept a list for a record, by position.
        if !text.starts_with('{') {
            return None;
        }
        let budget = Budget::current();
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let Ok(record) = T::deserialize(&mut deserializer) else {
            budget.restore();
            return None;
        };
        let length = deserializer.into_iter::<IgnoredAny>().byte_offset();
        if length > MOST_OF_A_RECORD {
            budget.restore();
            return None;
        }
        self.0.push(Ok(record));
        Some(length)
    }

    fn push(&mut self, text: &str) -> bool {
        let item = items::item(self.0.len(), text);
        let is_decoded = item.is_ok();
        self.0.push(item);
        is_decoded
    }

    fn push_oversized(&mut self) {
        self.0.push(Err(BadItem::oversized(self.0.len())));
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

/// Decodes the items that have arrived.
fn read_items(list: &mut ListReader, items: &mut dyn Collect, most: usize) -> Result<(), ListError> {
    let too_many = || ListError::Other(TOO_MANY_UNREADABLE.to_owned());
    while let Some(item) = list.next(&mut |text| items.decode(text))? {
        match item {
            Item::Decoded(_) => {}
            Item::Undecoded(text) => {
                let budget = Budget::current();
                if !items.push(text) {
                    budget.restore();
                    Budget::spend_unreadable().ok_or_else(too_many)?;
                }
            }
            Item::Oversized => {
                items.push_oversized();
                Budget::spend_unreadable().ok_or_else(too_many)?;
            }
        }
        if items.len() > most {
            return Err(ListError::Other(TOO_MANY_ITEMS.to_owned()));
        }
    }
    Ok(())
}

/// Returns the error for a body that is not a list, or not a complete one.
fn not_listed(error: ListError, context: &Context) -> Error {
    match error {
        ListError::Mismatch(mismatch) => unfit(&mismatch, context),
        ListError::Other(problem) => unreadable(problem),
    }
}

/// Returns the error for a body that does not fit its type. The path is redacted, because it may contain a key of a
/// map, which may be a secret.
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
            let context = Context::default();
            let salvaged = Salvaged::of(body.as_bytes(), Some("id"), &["key"], &context);
            let decode = |record: &str| from_record::<Made>(record).map_err(|mismatch| mismatch.drift());
            let said = salvaged.details(body, true, decode).err().map(|drift| drift.to_string());
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
