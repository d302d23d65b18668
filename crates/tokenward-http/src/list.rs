//! The items of a list, one by one: a page of a million is not held in memory twice.

use std::{fmt, ops::Range};

use serde::{
    Deserializer as _,
    de::{IgnoredAny, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use tokenward_core::{Result, Token};

use crate::{Answer, VendorToken};

/// A list that stands in an answer. Got from [`Answer::list`].
///
/// ```
/// use tokenward_core::{Operation, TokenFamily};
/// use tokenward_http::{Answer, Call};
///
/// let call = Call::new(TokenFamily::new("acme", "token"), Operation::List);
/// let answer = Answer::from_body(call, r#"[{"id": "1"}, null]"#);
/// let list = answer.list()?;
/// assert_eq!(list.len(), 2);
/// assert_eq!(answer.items(&list).last().map(|item| item.get()), Some("null"));
/// # Ok::<(), tokenward_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Where it stands in the body.
    pub(crate) range: Range<usize>,
    len: usize,
}

impl List {
    pub(crate) fn new(list: &RawValue, start: usize) -> Self {
        Self { range: start..start + list.get().len(), len: count(list) }
    }

    /// How many items it has.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// How many elements a JSON list has. In one go, which is several times as fast as one by one.
fn count(list: &RawValue) -> usize {
    struct Count;
    impl<'de> Visitor<'de> for Count {
        type Value = usize;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<usize, A::Error> {
            let mut count = 0;
            while seq.next_element::<IgnoredAny>()?.is_some() {
                count += 1;
            }
            Ok(count)
        }
    }

    serde_json::Deserializer::from_str(list.get()).deserialize_seq(Count).unwrap_or_default()
}

/// The elements of a JSON list, none of anything else.
#[derive(Debug)]
pub(crate) struct Elements<'a>(&'a str);

impl<'a> Elements<'a> {
    pub(crate) fn of(value: &'a RawValue) -> Self {
        Self::in_text(value.get())
    }

    /// Of a text that is JSON, as every [`RawValue`] is.
    pub(crate) fn in_text(text: &'a str) -> Self {
        let text = text.trim_ascii_start();
        Self(if text.starts_with('[') { text } else { "" })
    }

    /// What is left of the text.
    fn rest(&self) -> &'a str {
        self.0
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = &'a RawValue;

    fn next(&mut self) -> Option<&'a RawValue> {
        // A bracket or a comma stands before each element.
        let rest = self.0.strip_prefix(['[', ','])?.trim_ascii_start();
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
        let element = values.next().and_then(|element| element.ok());
        self.0 = if element.is_some() { rest[values.byte_offset()..].trim_ascii_start() } else { "" };
        element
    }
}

/// The items of a list as tokens, read when they are asked for, with an error in the place of each that is none.
#[derive(Debug)]
pub(crate) struct Tokens<V> {
    answer: Answer,
    rest: Range<usize>,
    position: usize,
    vendor: std::marker::PhantomData<fn() -> V>,
}

impl<V: VendorToken> Tokens<V> {
    pub(crate) fn new(answer: Answer, list: List, first_position: usize) -> Self {
        Self { answer, rest: list.range, position: first_position, vendor: std::marker::PhantomData }
    }
}

impl<V: VendorToken> Iterator for Tokens<V> {
    type Item = Result<Token>;

    fn next(&mut self) -> Option<Result<Token>> {
        let text = self.answer.text(self.rest.clone());
        // The first time a list, then what stands behind an element of it.
        let mut elements = Elements(text.trim_ascii_start());
        let element = elements.next();
        self.rest.start = self.rest.end - elements.rest().len();
        let position = self.position;
        self.position += 1;
        let token = self.answer.convert::<V>(element?);
        Some(token.map_err(|error| error.with_position(position)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_comes_as_it_stands_there() {
        for text in [
            "[]",
            " [ ] ",
            r#"[1,-2.5e3,"a,]\"[",null,true,{"b":[1,2]},[[]]]"#,
            "[\n 1 ,\t2\r\n, {\"a\" : [ ] } ]",
        ] {
            let whole: &RawValue = serde_json::from_str(text).unwrap();
            let all: Vec<&RawValue> = serde_json::from_str(text).unwrap();
            let elements: Vec<&str> = Elements::of(whole).map(RawValue::get).collect();
            assert_eq!(elements, all.into_iter().map(RawValue::get).collect::<Vec<_>>(), "{text}");
            assert_eq!(count(whole), elements.len(), "{text}");
        }
        for text in ["{}", "null", r#""[1]""#, "17"] {
            assert_eq!(Elements::of(serde_json::from_str(text).unwrap()).count(), 0, "{text}");
        }
    }
}
