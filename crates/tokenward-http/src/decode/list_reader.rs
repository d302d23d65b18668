//! An incremental parser for a list in a response body.

use bytes::Bytes;
use serde::de::IgnoredAny;
use tokenward_core::json::ValueEnd;
use zeroize::Zeroizing;

use crate::decode::{
    limits::MOST_OF_A_RECORD,
    mismatch::{Mismatch, from_text},
    text_buffer::{TextBuffer, extend},
};

/// Splits a body into the items of its list and the envelope around the list.
///
/// The body is a list, or a record with a list in one of its fields.
pub(crate) struct ListReader {
    field: Option<&'static str>,
    buffer: TextBuffer,
    /// The number of bytes before the content of the buffer.
    passed: usize,
    /// The length of the last returned item, which is still in the buffer.
    returned: usize,
    place: Place,
    value_end: ValueEnd,
    /// `true` if the current item is larger than the limit of a record.
    is_oversized: bool,
    /// The record around the list. It contains an empty list instead of the items.
    envelope: Zeroizing<String>,
    outside: usize,
    found: Found,
    items: usize,
    is_waiting: bool,
}

/// An item of a list.
#[derive(Debug)]
pub(crate) enum Item<'a> {
    /// The caller decoded the item from the text that had arrived.
    Decoded(&'a str),
    /// The item is one JSON value, but the caller could not decode it.
    Undecoded(&'a str),
    /// The item is larger than the limit of a record, and was dropped.
    Oversized,
}

/// Decodes the record at the beginning of a text, stores it, and returns its length.
///
/// Returns `None` if the record is not as documented, or its end has not arrived.
pub(crate) type DecodeItem<'a> = dyn FnMut(&str) -> Option<usize> + 'a;

/// The reason why a body is not a list, or not a complete one.
#[derive(Debug)]
pub(crate) enum ListError {
    /// The body is not JSON, ends too early, or has an envelope that is not as documented.
    Mismatch(Mismatch),
    /// Any other problem, in our own words.
    Other(String),
}

/// The state of the parser: the next expected element.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Start,
    /// The body does not have the expected form. All of it goes into the envelope.
    Other,
    Name,
    Colon {
        is_list: bool,
    },
    Value {
        is_list: bool,
    },
    FirstItem,
    Item,
    Separator,
    End,
}

/// The content of the list's field.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Found {
    Nothing,
    List,
    Other,
    Null,
}

/// The byte order mark that some servers send first.
const BYTE_ORDER_MARK: char = '\u{feff}';

impl ListReader {
    /// Creates a reader for a list that is the whole body or is in this field. It reuses the memory of a buffer.
    pub(crate) fn new(field: Option<&'static str>, buffer: TextBuffer) -> Self {
        Self {
            field,
            buffer,
            passed: 0,
            returned: 0,
            place: Place::Start,
            value_end: ValueEnd::default(),
            is_oversized: false,
            envelope: Zeroizing::default(),
            outside: 0,
            found: Found::Nothing,
            items: 0,
            is_waiting: true,
        }
    }

    /// Returns the buffer, to read another body with.
    pub(crate) fn into_buffer(self) -> TextBuffer {
        self.buffer.emptied()
    }

    /// Returns the number of items so far.
    pub(crate) fn items(&self) -> usize {
        self.items
    }

    /// Returns `true` if the list and its envelope have ended. Only white space may follow.
    pub(crate) fn is_complete(&self) -> bool {
        self.place == Place::End
    }

    /// Returns `true` if the body ended before the list and its envelope. The body must have ended.
    pub(crate) fn is_cut(&self) -> bool {
        self.place != Place::End && self.place != Place::Other
    }

    /// Adds more of the body. [`next`](Self::next) must have returned `None`.
    pub(crate) fn push(&mut self, chunk: Bytes) {
        self.buffer.push(chunk);
        self.is_waiting = false;
    }

    /// Returns `true` if more of the body must arrive before parsing can continue.
    pub(crate) fn is_waiting(&self) -> bool {
        self.is_waiting
    }

    /// Returns the next item, or `None` if its end has not arrived or the list has ended.
    ///
    /// Most items are as documented and have arrived completely. `decode` therefore gets the text first and reads such
    /// an item only once. For any other item, the parser searches for its end, so a bad item does not affect the next
    /// one.
    ///
    /// # Errors
    ///
    /// [`ListError`] if the body is not a list. Nothing after the error can be read.
    pub(crate) fn next(&mut self, decode: &mut DecodeItem<'_>) -> Result<Option<Item<'_>>, ListError> {
        let returned = std::mem::take(&mut self.returned);
        self.pass(returned);
        self.skip_comma();
        loop {
            match self.advance(decode)? {
                Step::Item { length, is_decoded } => {
                    self.end_item(length);
                    let item = &self.buffer.rest()[..length];
                    return Ok(Some(if is_decoded { Item::Decoded(item) } else { Item::Undecoded(item) }));
                }
                Step::OversizedItem { length } => {
                    self.end_item(length);
                    return Ok(Some(Item::Oversized));
                }
                Step::Continue => {}
                Step::Wait if self.buffer.more() => {}
                Step::Wait => {
                    self.is_waiting = true;
                    return Ok(None);
                }
            }
        }
    }

    /// Returns the envelope of the list, or `{}` if the list is the whole body. The body must have ended.
    ///
    /// # Errors
    ///
    /// [`ListError`] if the body ended too early, or if it should be a list but is not.
    pub(crate) fn envelope(&mut self) -> Result<&str, ListError> {
        match (self.place, self.field) {
            (Place::End, None) => Ok("{}"),
            (Place::End | Place::Other | Place::Start, Some(_)) => Ok(&self.envelope),
            (Place::Other | Place::Start, None) => {
                from_text::<IgnoredAny>(&self.envelope).map_err(ListError::Mismatch)?;
                Err(ListError::not_a_list())
            }
            _ => Err(ListError::Mismatch(Mismatch::cut_off(self.passed + self.buffer.rest().len()))),
        }
    }

    /// Checks that the list's field contains a list or `null`.
    ///
    /// # Errors
    ///
    /// [`ListError`] if the field has another value or is missing.
    pub(crate) fn require_list(&self) -> Result<(), ListError> {
        match (self.found, self.field) {
            (Found::Nothing, Some(field)) => {
                Err(ListError::Other(format!("the answer has no `{field}`, and is no list")))
            }
            (Found::Other, _) => Err(ListError::not_a_list()),
            _ => Ok(()),
        }
    }

    /// Returns `true` if the body contains the list.
    pub(crate) fn has_list(&self) -> bool {
        self.field.is_none() || self.found == Found::List
    }

    fn end_item(&mut self, length: usize) {
        self.value_end = ValueEnd::default();
        self.is_oversized = false;
        self.items += 1;
        self.place = Place::Separator;
        self.returned = length;
    }

    fn advance(&mut self, decode: &mut DecodeItem<'_>) -> Result<Step, ListError> {
        // The rest of an oversized item may begin with any byte.
        if self.is_oversized {
            return self.item(decode);
        }
        if self.place == Place::Start {
            self.skip_mark();
        }
        if self.place != Place::Other {
            self.skip_space()?;
        }
        let Some(&byte) = self.buffer.rest().as_bytes().first() else { return Ok(Step::Wait) };
        match (self.place, byte) {
            (Place::Start, b'[') if self.field.is_none() => self.step(Place::FirstItem),
            (Place::Start, b'{') if self.field.is_some() => self.keep(1, Place::Name),
            (Place::Start | Place::Other, _) => self.keep(self.buffer.rest().len(), Place::Other),
            (Place::Name, b'}') => self.keep(1, Place::End),
            (Place::Name, b',') => self.keep(1, Place::Name),
            (Place::Name, b'"') => self.name(),
            (Place::Colon { is_list }, b':') => self.keep(1, Place::Value { is_list }),
            (Place::Value { is_list: true }, b'[') => {
                if self.found != Found::Nothing {
                    return Err(ListError::Other("the answer has its list twice".to_owned()));
                }
                self.found = Found::List;
                extend(&mut self.envelope, "[]");
                self.step(Place::FirstItem)
            }
            (Place::Value { is_list }, _) => self.value(is_list),
            (Place::FirstItem | Place::Separator, b']') => {
                self.step(if self.field.is_some() { Place::Name } else { Place::End })
            }
            (Place::Separator, b',') => self.step(Place::Item),
            (Place::FirstItem | Place::Item, byte) if !matches!(byte, b']' | b',' | b'}') => {
                self.item(decode)
            }
            _ => Err(self.broken()),
        }
    }

    /// In nearly every list, items are separated by a comma without white space.
    fn skip_comma(&mut self) {
        if self.place == Place::Separator && self.buffer.rest().starts_with(",{") {
            self.pass(1);
            self.place = Place::Item;
        }
    }

    fn skip_mark(&mut self) {
        if self.passed == 0 && self.buffer.rest().starts_with(BYTE_ORDER_MARK) {
            self.pass(BYTE_ORDER_MARK.len_utf8());
        }
    }

    fn skip_space(&mut self) -> Result<(), ListError> {
        let rest = self.buffer.rest();
        let space = rest.len() - rest.trim_ascii_start().len();
        self.pass(space);
        if self.field.is_some() && !matches!(self.place, Place::FirstItem | Place::Item | Place::Separator) {
            self.count_outside(space)?;
        }
        Ok(())
    }

    fn step(&mut self, place: Place) -> Result<Step, ListError> {
        self.pass(1);
        self.place = place;
        Ok(Step::Continue)
    }

    /// Moves this many bytes to the envelope.
    fn keep(&mut self, length: usize, place: Place) -> Result<Step, ListError> {
        self.count_outside(length)?;
        extend(&mut self.envelope, &self.buffer.rest()[..length]);
        self.pass(length);
        self.place = place;
        Ok(Step::Continue)
    }

    fn count_outside(&mut self, length: usize) -> Result<(), ListError> {
        self.outside += length;
        if self.outside > MOST_OF_A_RECORD {
            let problem = "the record around the list is larger than 1 MiB, where reading ends";
            return Err(ListError::Other(problem.to_owned()));
        }
        Ok(())
    }

    fn name(&mut self) -> Result<Step, ListError> {
        let Some(length) = self.value_end.find(self.buffer.rest().as_bytes()) else {
            return self.wait_outside();
        };
        let name = serde_json::from_str::<String>(&self.buffer.rest()[..length]);
        let is_list = name.is_ok_and(|name| Some(name.as_str()) == self.field);
        self.value_end = ValueEnd::default();
        self.keep(length, Place::Colon { is_list })
    }

    fn value(&mut self, is_list: bool) -> Result<Step, ListError> {
        let Some(length) = self.value_end.find(self.buffer.rest().as_bytes()) else {
            return self.wait_outside();
        };
        if is_list {
            let is_null = &self.buffer.rest()[..length] == "null";
            self.found = if is_null { Found::Null } else { Found::Other };
        }
        self.value_end = ValueEnd::default();
        self.keep(length, Place::Name)
    }

    /// Waits for more of the envelope, unless it is already too large.
    fn wait_outside(&mut self) -> Result<Step, ListError> {
        let waiting = self.buffer.rest().len();
        self.count_outside(waiting)?;
        self.outside -= waiting;
        Ok(Step::Wait)
    }

    fn item(&mut self, decode: &mut DecodeItem<'_>) -> Result<Step, ListError> {
        let rest = self.buffer.rest();
        if self.value_end.is_new()
            && !self.is_oversized
            && let Some(length) = decode(rest)
        {
            return Ok(Step::Item { length, is_decoded: true });
        }
        let Some(length) = self.value_end.find(rest.as_bytes()) else {
            if rest.len() > MOST_OF_A_RECORD || self.is_oversized {
                self.is_oversized = true;
                self.value_end.forget();
                self.pass(self.buffer.rest().len());
            }
            return Ok(Step::Wait);
        };
        if self.is_oversized {
            return Ok(Step::OversizedItem { length });
        }
        let item = &rest[..length];
        if decode(item) == Some(length) {
            return Ok(Step::Item { length, is_decoded: true });
        }
        from_text::<IgnoredAny>(item).map_err(|_| self.broken())?;
        Ok(Step::Item { length, is_decoded: false })
    }

    fn pass(&mut self, length: usize) {
        self.buffer.consume(length);
        self.passed += length;
    }

    /// Returns the error for a byte that is not valid JSON at this point of a list.
    fn broken(&self) -> ListError {
        ListError::Mismatch(Mismatch::not_json(self.passed))
    }
}

impl ListError {
    fn not_a_list() -> Self {
        Self::Other(NO_LIST.to_owned())
    }
}

/// The problem of a response that is not a list although one is documented.
pub(crate) const NO_LIST: &str = "the answer is no list where one is documented";

enum Step {
    Item {
        length: usize,
        is_decoded: bool,
    },
    OversizedItem {
        length: usize,
    },
    Continue,
    /// More of the body is needed.
    Wait,
}
