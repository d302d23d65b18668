//! A list in an answer, read item by item while it arrives.

use std::sync::Arc;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use tokenward_core::{Error, Result, Token};
use zeroize::Zeroizing;

use crate::{
    before::boundary::Boundary,
    decode::{
        limits::MOST_OF_A_RECORD,
        list_reader::NO_LIST,
        mismatch::{Mismatch, from_record, from_text},
        text_buffer::TextBuffer,
        vendor_token::VendorToken,
    },
    family::response_head::ResponseHead,
};

/// Reads a body that is a list, or a record with a list in one of its fields.
pub(crate) struct ListReader {
    head: Arc<ResponseHead>,
    field: Option<&'static str>,
    read: ReadItem,
    convert: ConvertItem,
    buffer: TextBuffer,
    /// How many bytes came before what is read now.
    passed: usize,
    place: Place,
    boundary: Boundary,
    /// Whether the value that is passed over is larger than what is kept.
    is_oversized: bool,
    /// What stands beside the list, with an empty one in its place.
    envelope: String,
    outside: usize,
    found: Found,
    items: usize,
    is_waiting: bool,
}

/// The token that a text begins with and its length, where it is as documented.
type ReadItem = fn(&ResponseHead, &str) -> Option<(Box<Token>, usize)>;

/// A record as a token, or why it is none.
type ConvertItem = fn(&ResponseHead, &str) -> Result<Box<Token>>;

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Start,
    /// The body is something else, and read as a whole.
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

/// What stands where the list is documented to stand.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Found {
    Nothing,
    List,
    Null,
    Other,
}

/// What some put before a text.
const MARK: char = '\u{feff}';

impl ListReader {
    /// Of a body whose list of such tokens stands in this field, or is the whole, with the memory of one that was read
    /// before.
    pub(crate) fn of<V: VendorToken>(
        head: Arc<ResponseHead>,
        field: Option<&'static str>,
        buffer: TextBuffer,
    ) -> Self {
        Self {
            head,
            field,
            read: ResponseHead::read::<V>,
            convert: ResponseHead::convert::<V>,
            buffer,
            passed: 0,
            place: Place::Start,
            boundary: Boundary::default(),
            is_oversized: false,
            envelope: String::new(),
            outside: 0,
            found: Found::Nothing,
            items: 0,
            is_waiting: true,
        }
    }

    /// What is known of the answer.
    pub(crate) fn head(&self) -> &ResponseHead {
        &self.head
    }

    /// The memory, to read another body with.
    pub(crate) fn into_buffer(self) -> TextBuffer {
        self.buffer.emptied()
    }

    /// How many items were read.
    pub(crate) fn items(&self) -> usize {
        self.items
    }

    /// Whether the list, and what is around it, have come to their end. Nothing but space may come behind that.
    pub(crate) fn is_complete(&self) -> bool {
        self.place == Place::End
    }

    /// Whether the body, which has ended, ends before the list and what is around it do.
    pub(crate) fn is_cut(&self) -> bool {
        self.place != Place::End && self.place != Place::Other
    }

    /// More of the body. [`next`](Self::next) has nothing more of what came before.
    pub(crate) fn push(&mut self, chunk: Bytes) {
        self.buffer.push(chunk);
        self.is_waiting = false;
    }

    /// Whether nothing more can be read of what came.
    pub(crate) fn is_waiting(&self) -> bool {
        self.is_waiting
    }

    /// The next item, or nothing where its end has not arrived, or there is none.
    ///
    /// # Errors
    ///
    /// Where what arrives is no list: nothing can be read behind that.
    pub(crate) fn next(&mut self) -> Result<Option<Item>> {
        self.skip_comma();
        loop {
            match self.advance()? {
                Step::Item(item) => {
                    self.items += 1;
                    self.place = Place::Separator;
                    return Ok(Some(item));
                }
                Step::On => {}
                Step::Wait if self.buffer.more() => {}
                Step::Wait => {
                    self.is_waiting = true;
                    return Ok(None);
                }
            }
        }
    }

    /// What stands beside the list, when the body has ended.
    ///
    /// # Errors
    ///
    /// Where the body has ended too early, what is beside the list does not fit, or there is no list.
    pub(crate) fn end<A: DeserializeOwned>(&mut self) -> Result<A> {
        match (self.place, self.field) {
            (Place::End, None) => return self.read_envelope("{}"),
            (Place::End, Some(_)) => {}
            // What it is, if it is anything.
            (Place::Other | Place::Start, None) => {
                from_text::<&RawValue>(&self.envelope).map_err(|mismatch| self.head.mismatch(&mismatch))?;
                return Err(self.head.protocol(NO_LIST.to_owned()));
            }
            (Place::Other | Place::Start, Some(_)) => {}
            _ => return Err(self.head.mismatch(&Mismatch::cut_off(self.passed + self.buffer.rest().len()))),
        }
        let read = self.read_envelope(&self.envelope)?;
        match (self.found, self.field) {
            (Found::Nothing, Some(field)) => {
                Err(self.head.protocol(format!("the answer has no `{field}`, and is no list")))
            }
            (Found::Other, _) => Err(self.head.protocol(NO_LIST.to_owned())),
            _ => Ok(read),
        }
    }

    fn read_envelope<A: DeserializeOwned>(&self, envelope: &str) -> Result<A> {
        from_record(envelope).map_err(|mismatch| self.head.mismatch(&mismatch.without_place()))
    }

    fn advance(&mut self) -> Result<Step> {
        // What is left of an item that is passed over begins with anything.
        if self.is_oversized {
            return self.item();
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
                    return Err(self.head.protocol("the answer has its list twice".to_owned()));
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
            (Place::FirstItem | Place::Item, byte) if !matches!(byte, b']' | b',' | b'}') => self.item(),
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
        if self.passed == 0 && self.buffer.rest().starts_with(MARK) {
            self.pass(MARK.len_utf8());
        }
    }

    fn skip_space(&mut self) -> Result<()> {
        let rest = self.buffer.rest();
        let space = rest.len() - rest.trim_ascii_start().len();
        self.pass(space);
        if self.field.is_some() && !matches!(self.place, Place::FirstItem | Place::Item | Place::Separator) {
            self.outside(space)?;
        }
        Ok(())
    }

    fn step(&mut self, place: Place) -> Result<Step> {
        self.pass(1);
        self.place = place;
        Ok(Step::On)
    }

    /// Keeps so many bytes of what is beside the list.
    fn keep(&mut self, length: usize, place: Place) -> Result<Step> {
        self.outside(length)?;
        // No secret is expected beside a list; what is left behind by growing is the vendor's text about pages.
        self.envelope.push_str(&self.buffer.rest()[..length]);
        self.pass(length);
        self.place = place;
        Ok(Step::On)
    }

    fn outside(&mut self, length: usize) -> Result<()> {
        self.outside += length;
        if self.outside > MOST_OF_A_RECORD {
            let problem = "the record around the list is larger than 1 MiB, where reading ends";
            return Err(self.head.protocol(problem.to_owned()));
        }
        Ok(())
    }

    fn name(&mut self) -> Result<Step> {
        let Some(length) = self.boundary.find(self.buffer.rest().as_bytes()) else {
            return self.wait_outside();
        };
        let name = serde_json::from_str::<String>(&self.buffer.rest()[..length]);
        let is_list = name.is_ok_and(|name| Some(name.as_str()) == self.field);
        self.boundary = Boundary::default();
        self.keep(length, Place::Colon { is_list })
    }

    fn value(&mut self, is_list: bool) -> Result<Step> {
        let Some(length) = self.boundary.find(self.buffer.rest().as_bytes()) else {
            return self.wait_outside();
        };
        if is_list {
            let is_null = &self.buffer.rest()[..length] == "null";
            self.found = if is_null { Found::Null } else { Found::Other };
        }
        self.boundary = Boundary::default();
        self.keep(length, Place::Name)
    }

    /// More of what is beside the list is wanted, unless there is too much of it already.
    fn wait_outside(&mut self) -> Result<Step> {
        let waiting = self.buffer.rest().len();
        self.outside(waiting)?;
        self.outside -= waiting;
        Ok(Step::Wait)
    }

    fn item(&mut self) -> Result<Step> {
        let rest = self.buffer.rest();
        // Most items are as documented, and have arrived as a whole: they are read once.
        let is_new = self.boundary.is_new() && !self.is_oversized;
        if is_new && let Some((token, length)) = (self.read)(&self.head, rest) {
            let sum = checksum(&rest[..length]);
            self.pass(length);
            return Ok(Step::Item(Item { token: Ok(token), text: None, sum }));
        }
        let Some(length) = self.boundary.find(rest.as_bytes()) else {
            if rest.len() > MOST_OF_A_RECORD || self.is_oversized {
                self.is_oversized = true;
                self.boundary.forget();
                self.pass(self.buffer.rest().len());
            }
            return Ok(Step::Wait);
        };
        let item = self.whole_item(length)?;
        self.boundary = Boundary::default();
        self.is_oversized = false;
        self.pass(length);
        Ok(Step::Item(item))
    }

    fn whole_item(&self, length: usize) -> Result<Item> {
        if self.is_oversized {
            return Ok(Item { token: Err(self.head.oversized()), text: Some(Zeroizing::default()), sum: 0 });
        }
        let item = &self.buffer.rest()[..length];
        if let Some((token, read)) = (self.read)(&self.head, item)
            && read == length
        {
            return Ok(Item { token: Ok(token), text: None, sum: checksum(item) });
        }
        let raw: &RawValue = from_text(item).map_err(|_| self.broken())?;
        let token = (self.convert)(&self.head, raw.get());
        Ok(Item { token, text: Some(Zeroizing::new(item.to_owned())), sum: checksum(item) })
    }

    fn pass(&mut self, length: usize) {
        self.buffer.consume(length);
        self.passed += length;
    }

    /// What stands here is no JSON, or not where a list has it.
    fn broken(&self) -> Error {
        self.head.mismatch(&Mismatch::not_json(self.passed))
    }
}

enum Step {
    Item(Item),
    On,
    /// More of the body is wanted.
    Wait,
}

/// An item of a list.
pub(crate) struct Item {
    /// In a box, since a token is large and passes through many hands.
    pub(crate) token: Result<Box<Token>>,
    /// As it stands there, where it is no token that was read at once.
    pub(crate) text: Option<Zeroizing<String>>,
    /// Of its text, so that another record under the same id is noticed.
    pub(crate) sum: u16,
}

/// A checksum that tells two records apart, and takes a few nanoseconds: four sums side by side.
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
