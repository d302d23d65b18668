//! A list in a response body, divided into its items while it arrives.

use bytes::Bytes;
use serde::de::IgnoredAny;
use tokenward_core::json::ValueEnd;

use crate::decode::{
    limits::MOST_OF_A_RECORD,
    mismatch::{Mismatch, from_text},
    text_buffer::TextBuffer,
};

/// Divides a body that is a list, or a record with a list in one of its fields, into the items of the list and the
/// envelope around it.
pub(crate) struct ListReader {
    field: Option<&'static str>,
    buffer: TextBuffer,
    /// How many bytes precede what the buffer holds.
    passed: usize,
    /// The length of the item that was returned last, which is still in the buffer.
    returned: usize,
    place: Place,
    value_end: ValueEnd,
    /// `true` if the current item is larger than what is kept.
    is_oversized: bool,
    /// The record around the list, with an empty list in its place.
    envelope: String,
    outside: usize,
    found: Found,
    items: usize,
    is_waiting: bool,
}

/// An item of a list.
#[derive(Debug)]
pub(crate) enum Item<'a> {
    /// The caller decoded it at once.
    Decoded(&'a str),
    /// It is one JSON value that the caller did not decode at once.
    Undecoded(&'a str),
    /// It is larger than a record may be, and was not kept.
    Oversized,
}

/// Decodes the record that a text begins with, keeps it, and returns its length. Returns `None` if the record is not as
/// documented, or its end has not arrived.
pub(crate) type DecodeItem<'a> = dyn FnMut(&str) -> Option<usize> + 'a;

/// Why a body is not a list, or not a complete one.
#[derive(Debug)]
pub(crate) enum ListError {
    /// It is not JSON, ends too early, or its envelope is not as documented.
    Mismatch(Mismatch),
    /// Anything else, in our words.
    Other(String),
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Start,
    /// The body is not what was expected, and is kept as a whole.
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

/// What the field of the list contains.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Found {
    Nothing,
    List,
    Other,
    Null,
}

/// A byte order mark, which some servers send first.
const BYTE_ORDER_MARK: char = '\u{feff}';

impl ListReader {
    /// Reads a list that is the whole body or stands in this field, with the memory of a buffer that was used before.
    pub(crate) fn new(field: Option<&'static str>, buffer: TextBuffer) -> Self {
        Self {
            field,
            buffer,
            passed: 0,
            returned: 0,
            place: Place::Start,
            value_end: ValueEnd::default(),
            is_oversized: false,
            envelope: String::new(),
            outside: 0,
            found: Found::Nothing,
            items: 0,
            is_waiting: true,
        }
    }

    /// Returns the memory, to read another body with.
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

    /// Returns `true` if the body, which has ended, ended before the list and its envelope.
    pub(crate) fn is_cut(&self) -> bool {
        self.place != Place::End && self.place != Place::Other
    }

    /// Adds more of the body. [`next`](Self::next) must have returned `None`.
    pub(crate) fn push(&mut self, chunk: Bytes) {
        self.buffer.push(chunk);
        self.is_waiting = false;
    }

    /// Returns `true` if nothing more can be read of what has arrived.
    pub(crate) fn is_waiting(&self) -> bool {
        self.is_waiting
    }

    /// Returns the next item, or `None` if its end has not arrived or the list has ended.
    ///
    /// Most items are as documented and have arrived completely, so `decode` is offered the text first and reads such an
    /// item once. The end of any other item is searched for, so a bad item does not affect the next one.
    ///
    /// # Errors
    ///
    /// [`ListError`] if what arrives is not a list. Nothing after it can be read.
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

    /// Returns the envelope of the list, after the body has ended: `{}` if the list is the whole body.
    ///
    /// # Errors
    ///
    /// [`ListError`] if the body ended too early, or is not a list and none of it stands in a field.
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

    /// Checks that the field of the list contains one, or `null`.
    ///
    /// # Errors
    ///
    /// [`ListError`] if it contains anything else or is missing.
    pub(crate) fn require_list(&self) -> Result<(), ListError> {
        match (self.found, self.field) {
            (Found::Nothing, Some(field)) => {
                Err(ListError::Other(format!("the answer has no `{field}`, and is no list")))
            }
            (Found::Other, _) => Err(ListError::not_a_list()),
            _ => Ok(()),
        }
    }

    /// Returns `true` if a list was found.
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
        // The rest of an oversized item may begin with anything.
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
                self.envelope.push_str("[]");
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

    /// Nearly every list has a comma and nothing else between two items.
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

    /// Keeps this many bytes of the envelope.
    fn keep(&mut self, length: usize, place: Place) -> Result<Step, ListError> {
        self.count_outside(length)?;
        // No secret is expected in an envelope, so the memory that growing leaves behind is not wiped.
        self.envelope.push_str(&self.buffer.rest()[..length]);
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

    /// Waits for more of the envelope, unless there is too much of it already.
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

    /// The error of a byte that is not JSON, or not at this place of a list.
    fn broken(&self) -> ListError {
        ListError::Mismatch(Mismatch::not_json(self.passed))
    }
}

impl ListError {
    fn not_a_list() -> Self {
        Self::Other(NO_LIST.to_owned())
    }
}

/// The problem of a response that is not a list where one is documented.
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
