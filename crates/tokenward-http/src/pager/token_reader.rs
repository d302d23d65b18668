//! The conversion of list items into tokens.

use std::sync::Arc;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use tokenward_core::{Result, Token};
use zeroize::Zeroizing;

use crate::{
    decode::{
        list_reader::{self, ListReader},
        mismatch::from_record,
        text_buffer::TextBuffer,
        vendor_token::VendorToken,
    },
    family::response_head::ResponseHead,
};

/// A reader for a body that is a list of tokens, or a record with such a list in one of its fields.
pub(crate) struct TokenReader {
    head: Arc<ResponseHead>,
    list: ListReader,
    read: ReadItem,
    convert: ConvertItem,
}

/// Decodes the token at the beginning of a text, and returns its length, if it is as documented.
type ReadItem = fn(&ResponseHead, &str) -> Option<(Box<Token>, usize)>;

/// Converts a record into a token, or returns an error.
type ConvertItem = fn(&ResponseHead, &str) -> Result<Box<Token>>;

/// An item of a list.
pub(crate) struct Item {
    /// Boxed, because a token is large and is moved often.
    pub(crate) token: Result<Box<Token>>,
    /// The unparsed item, unless it was decoded directly.
    pub(crate) text: Option<Zeroizing<String>>,
    /// A checksum of the text, to detect a different record with the same id.
    pub(crate) sum: u16,
}

impl TokenReader {
    /// Creates a reader for a body that contains the list in this field, or is the list.
    pub(crate) fn of<V: VendorToken>(
        head: Arc<ResponseHead>,
        field: Option<&'static str>,
        buffer: TextBuffer,
    ) -> Self {
        let (read, convert) = (ResponseHead::read::<V>, ResponseHead::convert::<V>);
        Self { head, list: ListReader::new(field, buffer), read, convert }
    }

    /// Returns the status and headers of the response.
    pub(crate) fn head(&self) -> &ResponseHead {
        &self.head
    }

    /// Returns the reader of the list.
    pub(crate) fn list(&self) -> &ListReader {
        &self.list
    }

    /// Returns the buffer, to read another body with.
    pub(crate) fn into_buffer(self) -> TextBuffer {
        self.list.into_buffer()
    }

    /// Adds more of the body. [`next`](Self::next) must have returned `None`.
    pub(crate) fn push(&mut self, chunk: Bytes) {
        self.list.push(chunk);
    }

    /// Returns the next item, or `None` if its end has not arrived or the list has ended.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Protocol`](tokenward_core::ErrorKind::Protocol) if the body is not a list. Nothing after the error
    /// can be read.
    pub(crate) fn next(&mut self) -> Result<Option<Item>> {
        let Self { head, list, read, convert } = self;
        let mut decoded = None;
        let item = head.context.scope(|| {
            list.next(&mut |text| {
                let (token, length) = read(head, text)?;
                decoded = Some(token);
                Some(length)
            })
        });
        let Some(item) = item.map_err(|error| head.list_error(&error))? else { return Ok(None) };
        Ok(Some(match (item, decoded) {
            (list_reader::Item::Decoded(text), Some(token)) => {
                Item { token: Ok(token), text: None, sum: checksum(text) }
            }
            (list_reader::Item::Decoded(text) | list_reader::Item::Undecoded(text), _) => Item {
                token: head.context.scope(|| convert(head, text)),
                text: Some(Zeroizing::new(text.to_owned())),
                sum: checksum(text),
            },
            (list_reader::Item::Oversized, _) => {
                Item { token: Err(head.oversized()), text: Some(Zeroizing::default()), sum: 0 }
            }
        }))
    }

    /// Returns the envelope of the list. The body must have ended.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Protocol`](tokenward_core::ErrorKind::Protocol) if the body ended too early, the envelope is not as
    /// documented, or there is no list.
    pub(crate) fn end<A: DeserializeOwned>(&mut self) -> Result<A> {
        let Self { head, list, .. } = self;
        let read = |envelope: &str| {
            let read = head.context.scope(|| from_record(envelope));
            read.map_err(|mismatch| head.mismatch(&mismatch.without_place()))
        };
        let envelope = list.envelope().map_err(|error| head.list_error(&error)).and_then(read)?;
        list.require_list().map_err(|error| head.list_error(&error))?;
        Ok(envelope)
    }
}

/// Computes a checksum that distinguishes two records in a few nanoseconds, from four interleaved sums.
fn checksum(text: &str) -> u16 {
    const LANES: usize = 4;
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

    let mut sums = [text.len() as u64; LANES];
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let (groups, left) = words.as_chunks::<LANES>();
    for group in groups {
        for (sum, word) in sums.iter_mut().zip(group) {
            *sum = sum.rotate_left(5) ^ u64::from_le_bytes(*word);
        }
    }
    for word in left {
        sums[0] = sums[0].rotate_left(5) ^ u64::from_le_bytes(*word);
    }
    for byte in rest {
        sums[0] = sums[0].rotate_left(5) ^ u64::from(*byte);
    }
    let sum = sums.into_iter().fold(0_u64, |all, sum| (all ^ sum).wrapping_mul(ODD));
    (sum >> 48) as u16
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use tokenward_core::{ErrorKind, Operation, Record, TokenFamily};

    use super::*;
    use crate::{family::call::Call, pager::read_list::read_list};

    #[derive(Deserialize)]
    struct Acme {
        id: String,
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        rights: Option<String>,
    }

    impl VendorToken for Acme {
        const ID: &'static str = "id";
        const SECRET: &'static str = "key";
        type Fields<'a> = Self;

        fn token(fields: Self, family: TokenFamily) -> Option<Box<Token>> {
            let mut token = Box::new(Token::new(family, fields.id.parse().ok()?));
            token.name = fields.name;
            token.scopes = fields.rights.map(|rights| vec![rights]);
            Some(token)
        }
    }

    const CALL: Call = Call::new(TokenFamily::new("acme", "token"), Operation::List);

    fn read(field: Option<&'static str>, body: &[u8]) -> Vec<Result<Token>> {
        read_list::<Acme>(CALL, field, [Bytes::copy_from_slice(body)])
    }

    fn said(results: Vec<Result<Token>>) -> String {
        let said: Vec<String> = results
            .into_iter()
            .map(|result| match result {
                Ok(token) => format!("{} {}", token.id, token.record.as_ref().unwrap().as_str()),
                Err(error) => format!("{error}\n    {:?}", error.record().map(Record::as_str)),
            })
            .collect();
        said.join("\n")
    }

    const MIXED: &str = "\u{feff} [{\"id\":\"1\"}, {\"id\":2,\"key\":\"CANARY\"},null ,{\"id\":\".\"},\"CANARY\",\
        17,[\"9\"],{\"id\":\"5\",\"key\":\"CANARY\",\"name\":\"a\\\"]}\"}]\n";

    #[test]
    fn an_item_that_cannot_be_read_is_an_error_in_its_place() {
        insta::assert_snapshot!(said(read(None, MIXED.as_bytes())));
    }

    #[test]
    fn where_the_parts_end_makes_no_difference() {
        let long = "x".repeat(9000);
        let page = format!(
            r#"{{"total": 4, "links":{{"items":[1]}}, "items" : [ {{"id":"1","name":"{long}"}},{{"id":"2"}} , {{}},
            {{"id":"4"}}] , "next":"a\"]}}"}}"#
        );
        for (field, body) in [(None, MIXED.as_bytes()), (Some("items"), page.as_bytes())] {
            let whole = said(read(field, body));
            for size in [1, 2, 3, 5, 7, 64, 1000] {
                let parts = body.chunks(size).map(Bytes::copy_from_slice);
                assert_eq!(said(read_list::<Acme>(CALL, field, parts)), whole, "{size}");
            }
        }
    }

    /// Returns a body and the items that are read from it.
    fn shown(field: Option<&'static str>, body: &str) -> String {
        let said = said(read(field, body.as_bytes())).replace("CANARY", "LEAK");
        format!("{}\n{said}\n\n", body.replace("CANARY", "…"))
    }

    #[test]
    fn what_is_no_list_or_ends_too_early_says_so_behind_what_came() {
        let mut lines = String::new();
        for body in [
            "{}",
            "null",
            r#""[]""#,
            "17",
            "<html>CANARY",
            "",
            "[",
            "[{\"id\":\"1\"",
            "[{\"id\":\"1\"},",
            "[{\"id\":\"1\"},]",
            "[,]",
            "[{\"id\":\"1\"} {\"id\":\"2\"}]",
            "[{\"id\":\"1\"}] CANARY",
            "[{\"id\":CANARY},{\"id\":\"2\"}]",
            "]",
        ] {
            lines += &shown(None, body);
        }
        for body in [
            "[]",
            "{}",
            "null",
            r#"{"items":null}"#,
            r#"{"items":"CANARY"}"#,
            r#"{"items":{"id":"1"}}"#,
            r#"{"items":[]"#,
            r#"{"items":[{"id":"1"}],"next"}"#,
            r#"{"items":[{"id":"1"}],}"#,
            r#"{"items":[],"items":[{"id":"1"}]}"#,
            r#"{"items":[]} {}"#,
            r#"{"other":[1]}"#,
            r#"{"items":[],CANARY:1}"#,
            "",
        ] {
            lines += &shown(Some("items"), body);
        }
        assert!(!lines.contains("LEAK"), "{lines}");
        insta::assert_snapshot!(lines);
    }

    #[test]
    fn rights_that_only_the_record_has_are_never_short_in_silence() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        for unkept in [deep.as_str(), r#""\ud800""#] {
            let list = format!(r#"[{{"id":"1","rights":"all","new":{unkept}}},{{"id":"2","rights":"all"}}]"#);
            let results = read(None, list.as_bytes());
            assert_eq!(results[0].as_ref().unwrap_err().position(), Some(0), "{unkept}");
            assert_eq!(results[1].as_ref().unwrap().scopes.as_ref().unwrap().len(), 1);
        }
    }

    #[test]
    fn one_bad_byte_costs_no_other_item() {
        let results = read(None, b"[{\"id\":\"1\",\"name\":\"\xff\"},{\"id\":\"2\",\"new\":\"\xff\"}]");
        let records: Vec<_> =
            results.into_iter().map(|token| token.unwrap().record.unwrap().as_str().to_owned()).collect();
        assert_eq!(records, [r#"{"id":"1","name":"?"}"#, r#"{"id":"2","new":"?"}"#]);
    }

    #[test]
    fn a_record_beyond_its_bound_costs_itself_only_and_is_not_held() {
        let large = "x".repeat(1 << 20);
        let body = format!(r#"[{{"id":"1","name":"{large}"}},{{"id":"2"}}]"#);
        for size in [body.len(), 10_000, 3 << 19] {
            let results =
                read_list::<Acme>(CALL, None, body.as_bytes().chunks(size).map(Bytes::copy_from_slice));
            assert_eq!(results.len(), 2);
            insta::assert_snapshot!("a_record_beyond_its_bound", results[0].as_ref().unwrap_err());
            assert!(results[1].is_ok());
        }
        // The last bytes arrive one by one, and look like the end of another element.
        for end in [r#",],}"},{"id":"2"}]"#, r#"}]","b":[{}]}, null, {"id":"2"}]"#] {
            let mut parts = vec![Bytes::from(format!(r#"[{{"id":"1","name":"{large}"#)), r#" \" "#.into()];
            parts.extend(end.bytes().map(|byte| Bytes::copy_from_slice(&[byte])));
            let results = read_list::<Acme>(CALL, None, parts);
            assert_eq!(
                results.last().unwrap().as_ref().map(|token| token.id.as_str()).ok(),
                Some("2"),
                "{end}"
            );
            assert!(results[0].is_err());
        }
    }

    #[test]
    fn what_stands_beside_a_list_is_bounded() {
        let large = "x".repeat(1 << 20);
        for (body, is_refused) in [
            (
                format!(r#"{{"items":[{{"id":"1","name":"]\"]"}}, {}],"total":1}}"#, " ".repeat(2 << 20)),
                false,
            ),
            (format!(r#"{{"items":[],"total":"{large}"}}"#), true),
            (format!(r#"{{"{large}":"#), true),
            (format!("{{{}\"items\":[]}}", " ".repeat(2 << 20)), true),
            (format!(r#""[{large}""#), true),
        ] {
            let parts = body.as_bytes().chunks(50_000).map(Bytes::copy_from_slice);
            let results = read_list::<Acme>(CALL, Some("items"), parts);
            let refusals = results.iter().filter_map(|result| result.as_ref().err());
            let refusals = refusals.filter(|error| error.to_string().contains("larger than 1 MiB"));
            assert_eq!(refusals.count() == 1, is_refused, "{}", &body[..20]);
            assert!(results.iter().flat_map(Result::as_ref).all(|token| token.id.as_str() == "1"));
        }
        assert_eq!(read(None, b"{}")[0].as_ref().unwrap_err().kind(), ErrorKind::Protocol);
    }
}
