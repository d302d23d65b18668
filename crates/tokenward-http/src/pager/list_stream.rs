//! Paginated lists: lazy, protected against endless pagination, and complete or reported as incomplete.
//!
//! The next page is requested as soon as the end of the current one was read (`request_next_page`), and the request is
//! sent before the last token is yielded (`send_in_advance`).

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::{Stream, StreamExt, stream};
use tokenward_core::{Error, ErrorKind, Result, Token, TokenId, TokenStream};

use crate::{
    decode::text_buffer::TextBuffer,
    family::call::Call,
    pager::{
        body_stream::{BodyStream, Part},
        list_state::{Identity, ListState, MOST_TOKENS, MOST_UNREADABLE, MOVED},
        seen_ids::Arrival,
        stopwatch::Stopwatch,
        token_reader::{Item, TokenReader},
        vendor_pages::{PageEnd, Pager},
    },
    transport::response::Sent,
};

/// Returns the tokens of a vendor's list as a stream, which decodes each page while it arrives.
///
/// See [`Pager`] for an example.
///
/// # Requests
///
/// Nothing is sent before the first token is polled. From then on, the next page is requested in advance. After the
/// caller has taken the first page, up to [`Pager::most_in_parallel`] pages are requested concurrently, and their tokens stay in
/// order. Responses arrive even if the caller does not poll, so the caller may take its time between two tokens.
///
/// If a response breaks off before its first item, it is requested again. Later, an interruption ends the list after
/// the items that have arrived.
///
/// # Errors
///
/// An item that cannot be decoded is an error in its place, and does not end the list. A token that appears twice is
/// yielded once. A different record with the same id is an error in its place, too.
///
/// The list ends with [`ErrorKind::Incomplete`] in these cases:
///
/// - A page or a cursor appears a second time.
/// - The vendor's total decreases, or does not match the number of items.
/// - The last response announces more items, by status 206, a `Link`, or a total.
/// - The list has more than 1,000,000 tokens or 50,000 pages.
/// - The list takes longer than [`with_list_time`](crate::HttpOptions::with_list_time).
///
/// The list ends with [`ErrorKind::Protocol`] if more than 10,000 items cannot be decoded.
pub fn listed<L: Pager>(call: Call, listing: L, first: L::Cursor) -> TokenStream {
    Box::pin(ListStream::new(call, listing, first))
}

/// Finds the token with this id in a list.
///
/// ```
/// use tokenward_core::{ListOptions, MemoryTokens, TokenId, TokenManager};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let list = MemoryTokens::default().list(ListOptions::default());
/// assert_eq!(tokenward_http::find(list, &"17".parse::<TokenId>()?).await?, None);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Returns the error that ends the list before the token is found. If the list has no such token, returns the error of
/// the first item that could not be decoded, because that item may be the token.
pub async fn find(mut tokens: TokenStream, id: &TokenId) -> Result<Option<Token>> {
    let mut unreadable = None;
    while let Some(result) = tokens.next().await {
        match result {
            Ok(token) if token.id == *id => return Ok(Some(token)),
            Ok(_) => {}
            Err(error) if error.position().is_some() => unreadable = unreadable.or(Some(error)),
            Err(error) => return Err(error),
        }
    }
    unreadable.map_or(Ok(None), Err)
}

/// Returns a list that contains only this error.
///
/// ```
/// use tokenward_core::{Error, ErrorKind};
///
/// let list = tokenward_http::failed(Error::new(ErrorKind::Unsupported, "it has no owners"));
/// # let _ = list;
/// ```
pub fn failed(refusal: Error) -> TokenStream {
    Box::pin(stream::iter([Err(refusal)]))
}

/// The number of tokens that are decoded before the first one is yielded.
///
/// With two, the next page is requested before the last token of a page is yielded. More would take memory without a
/// benefit.
const HELD: usize = 2;

struct ListStream<L: Pager> {
    call: Call,
    listing: Arc<L>,
    /// The first cursor, until the first page is requested.
    first: Option<L::Cursor>,
    /// The current page. It is boxed, because it is moved often.
    page: Option<Box<Page<L::Cursor>>>,
    /// Pages that were requested in advance.
    asked: VecDeque<(L::Cursor, BodyStream)>,
    /// `true` if the last of these pages was not sent yet.
    is_unsent: bool,
    /// The cursors of further pages that can be requested in advance.
    further: Option<Box<dyn Iterator<Item = L::Cursor> + Send>>,
    ready: VecDeque<Result<Box<Token>>>,
    /// The error at the end of the list.
    ending: Option<Error>,
    /// The buffer that all pages reuse.
    buffer: TextBuffer,
    state: ListState,
    watch: Stopwatch,
    /// `true` if the time limit of the list has passed.
    is_over: bool,
}

/// A page, and the part of it that was read.
struct Page<C> {
    cursor: C,
    body: BodyStream,
    /// `true` if the page was requested in advance and nothing of it was received yet.
    is_advance: bool,
    reader: Option<TokenReader>,
    fresh: bool,
    repeated: bool,
    /// `true` if the page begins with the last item of the previous page.
    has_overlap: bool,
    /// `true` if it was determined what follows the page. `ending` is the error of a list that ends incomplete.
    is_turned: bool,
    ending: Option<Error>,
}

impl<L: Pager> Stream for ListStream<L> {
    type Item = Result<Token>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Token>>> {
        let state = &mut *self;
        loop {
            if state.ready.len() >= HELD || !state.is_readable() {
                // Separate branches, because a `map` or a common return would copy a token twice.
                match state.ready.pop_front() {
                    Some(Ok(token)) => {
                        state.watch.stop();
                        state.send_in_advance(context);
                        return Poll::Ready(Some(Ok(*token)));
                    }
                    Some(Err(error)) => {
                        state.watch.stop();
                        state.send_in_advance(context);
                        return Poll::Ready(Some(Err(error)));
                    }
                    None => {}
                }
            }
            if let Some(ending) = state.ending.take() {
                return Poll::Ready(Some(Err(ending)));
            }
            let Some(mut page) = state.open() else { return Poll::Ready(None) };
            if !page.is_waiting() {
                state.go_on(page);
                continue;
            }
            if state.is_over {
                state.fail(state.too_long());
                continue;
            }
            let part = page.body.poll_next(context);
            state.is_over = state.watch.poll_end(context).is_ready();
            match part {
                // Use a part that has arrived, even if the time limit has just passed.
                Poll::Ready(part) => state.receive(page, part),
                Poll::Pending => {
                    state.page = Some(page);
                    if !state.is_over {
                        return Poll::Pending;
                    }
                }
            }
        }
    }
}

/// No part of the state refers to another part of it.
impl<L: Pager> Unpin for ListStream<L> {}

impl<L: Pager> ListStream<L> {
    fn new(call: Call, listing: L, first: L::Cursor) -> Self {
        let mut state = ListState::default();
        state.cursors.insert(&first);
        Self {
            watch: Stopwatch::new(listing.session().list_time()),
            is_over: false,
            call,
            listing: Arc::new(listing),
            first: Some(first),
            page: None,
            asked: VecDeque::new(),
            is_unsent: false,
            further: None,
            ready: VecDeque::new(),
            ending: None,
            buffer: TextBuffer::default(),
            state,
        }
    }

    /// Returns `true` if a part of the current page has arrived but was not read yet.
    fn is_readable(&self) -> bool {
        self.page.as_ref().is_some_and(|page| !page.is_waiting())
    }

    /// Processes the next part of a page.
    fn receive(&mut self, mut page: Box<Page<L::Cursor>>, part: Part) {
        match part {
            Part::Head(head) => {
                page.is_advance = false;
                let buffer = std::mem::take(&mut self.buffer);
                page.reader = Some(TokenReader::of::<L::Token>(head, L::FIELD, buffer));
            }
            Part::Bytes(chunk) => {
                if let Some(reader) = &mut page.reader {
                    reader.push(chunk);
                }
            }
            Part::End(resend) => {
                // A body without an announced length that ends too early counts as broken off.
                let is_cut =
                    page.is_untouched() && page.reader.as_ref().is_some_and(|reader| reader.list().is_cut());
                match resend.filter(|_| is_cut).and_then(|resend| resend.sent()) {
                    Some(sent) => self.restart(&mut page, sent),
                    None => return self.close(page),
                }
            }
            // A page that was requested in advance may have timed out before the caller polled again.
            Part::Failed(error, _) if page.is_advance && error.kind() == ErrorKind::Transport => {
                page.is_advance = false;
                page.body = self.call.stream(Box::pin(self.listing.clone().send(page.cursor.clone())));
            }
            Part::Failed(error, resend) => {
                let is_untouched = page.is_untouched();
                match resend.filter(|_| is_untouched).and_then(|resend| resend.sent()) {
                    Some(sent) => self.restart(&mut page, sent),
                    None => return self.fail(error),
                }
            }
        }
        self.page = Some(page);
    }

    /// Requests a page again from its beginning. No item of it may have been read.
    fn restart(&mut self, page: &mut Page<L::Cursor>, sent: Sent) {
        self.buffer = page.reader.take().map(TokenReader::into_buffer).unwrap_or_default();
        page.body = self.call.stream(sent);
    }

    /// Returns the current page, or the next one.
    fn open(&mut self) -> Option<Box<Page<L::Cursor>>> {
        let is_first = self.first.take().map(|first| self.ask(first)).is_some();
        let page = self.page.take().or_else(|| {
            let (cursor, body) = self.asked.pop_front()?;
            Some(Box::new(Page::new(cursor, body, !is_first)))
        });
        // Everything that has arrived was read, so more pages will be needed soon.
        while self.further.is_some() && self.asked.len() + 1 < self.listing.most_in_parallel() {
            match self.further.as_mut().and_then(Iterator::next) {
                Some(cursor) => self.ask(cursor),
                None => self.further = None,
            }
        }
        page
    }

    fn ask(&mut self, cursor: L::Cursor) {
        let sent = Box::pin(self.listing.clone().send(cursor.clone()));
        let is_beside = self.listing.most_in_parallel() > 1;
        let body = if is_beside { self.call.stream_beside(sent) } else { self.call.stream(sent) };
        self.asked.push_back((cursor, body));
        self.is_unsent = !is_beside;
    }

    /// Sends the request for the next page before a token is yielded.
    fn send_in_advance(&mut self, context: &mut Context<'_>) {
        if std::mem::take(&mut self.is_unsent)
            && let Some((_, body)) = self.asked.back_mut()
        {
            body.advance(context);
        }
    }

    /// Reads the part of a page that has arrived.
    fn go_on(&mut self, mut page: Box<Page<L::Cursor>>) {
        match self.read(&mut page) {
            Ok(()) => self.page = Some(page),
            Err(error) => self.fail(error),
        }
    }

    /// Reads some of the items that have arrived, and requests the next page as soon as it is known.
    fn read(&mut self, page: &mut Page<L::Cursor>) -> Result<()> {
        while self.ready.len() < HELD
            && let Some(reader) = &mut page.reader
            && let Some(item) = reader.next()?
        {
            self.accept(page, item)?;
        }
        if page.reader.as_ref().is_some_and(|reader| reader.list().is_complete()) {
            self.request_next_page(page)?;
        }
        Ok(())
    }

    fn close(&mut self, mut page: Box<Page<L::Cursor>>) {
        match self.request_next_page(&mut page) {
            Ok(()) => self.ending = page.ending,
            Err(error) => self.fail(error),
        }
        self.buffer = page.reader.map(TokenReader::into_buffer).unwrap_or_default();
    }

    fn accept(&mut self, page: &mut Page<L::Cursor>, item: Item) -> Result<()> {
        if L::OVERLAPS && self.is_overlap(page, &item) {
            page.has_overlap = true;
            return Ok(());
        }
        let state = &mut self.state;
        let position = state.position;
        state.position += 1;
        let sum = item.sum;
        let adopted = item.token.and_then(|mut token| {
            let is_asked_for = self.listing.adopt(&self.call, &page.cursor, &mut token)?;
            Ok(is_asked_for.then_some(token))
        });
        let result = match adopted {
            Ok(None) => return Ok(()),
            Ok(Some(token)) => match state.tokens.arrive(token.id.as_str(), sum) {
                Arrival::New => {
                    page.fresh = true;
                    Ok(token)
                }
                Arrival::Again => {
                    page.repeated = true;
                    return Ok(());
                }
                Arrival::Other => {
                    page.repeated = true;
                    state.unreadable += 1;
                    Err(other_record(&self.call, *token).with_position(position))
                }
            },
            Err(error) => {
                state.unreadable += 1;
                Err(error.with_position(position))
            }
        };
        if state.unreadable > MOST_UNREADABLE {
            let message =
                format!("more than {MOST_UNREADABLE} of its items cannot be read: it is no list of tokens");
            return Err(self.call.error(ErrorKind::Protocol, message));
        }
        if state.count() > MOST_TOKENS {
            let message = format!(
                "it has more than {MOST_TOKENS} tokens, where reading ends: ask for fewer, such as one owner's"
            );
            return Err(self.call.error(ErrorKind::Incomplete, message));
        }
        self.ready.push_back(result);
        Ok(())
    }

    /// Returns `true` if this item is the first one of its page and also the last one of the previous page.
    fn is_overlap(&mut self, page: &Page<L::Cursor>, item: &Item) -> bool {
        let is_first = page.reader.as_ref().is_some_and(|reader| reader.list().items() == 1);
        let identity = Identity::of(item);
        let is_same = self.state.last.as_ref() == Some(&identity);
        if is_first && self.state.last.is_some() && !is_same {
            self.state.gap.get_or_insert(MOVED);
        }
        self.state.last = Some(identity);
        is_first && is_same
    }

    /// Reads where the next page is, once per page, and requests it in advance.
    fn request_next_page(&mut self, page: &mut Page<L::Cursor>) -> Result<()> {
        let Some(reader) = page.reader.as_mut().filter(|_| !page.is_turned) else { return Ok(()) };
        page.is_turned = true;
        let envelope = reader.end()?;
        let turn = self.listing.next_page(PageEnd {
            cursor: &page.cursor,
            items: reader.list().items(),
            has_overlap: page.has_overlap,
            envelope,
            head: reader.head(),
        });
        self.state.total(turn.total);
        let announced = match turn.next {
            // If there is a next page, the announced remainder is on it.
            Some(_) => None,
            None => reader.head().remainder(self.state.position as u64),
        };
        self.state.gap = self.state.gap.or(turn.gap).or(announced);
        let Some(next) = self.state.go_on(turn.next, page.fresh, page.repeated) else {
            (self.asked, self.further) = (VecDeque::new(), None);
            page.ending = self.state.ending(&self.call);
            return Ok(());
        };
        if self.asked.front().is_none_or(|(asked, _)| *asked != next) {
            self.asked.clear();
            self.further = turn.further;
            self.ask(next);
        }
        Ok(())
    }

    fn too_long(&self) -> Error {
        let seconds = self.listing.session().list_time().as_secs();
        let message = format!(
            "it takes more than {seconds} s, where reading ends: ask for fewer, or set another time by `with_list_time` \
             ({} items were read)",
            self.state.count()
        );
        self.call.error(ErrorKind::Incomplete, message)
    }

    /// Ends the list with this error.
    fn fail(&mut self, error: Error) {
        (self.asked, self.further) = (VecDeque::new(), None);
        self.ending = Some(error);
    }
}

/// Creates the error for a record whose id belongs to another record.
fn other_record(call: &Call, token: Token) -> Error {
    let message = "another record came before under the same id: it is not known which of them is right";
    let error = call.error(ErrorKind::Protocol, message).with_token(token.id);
    match token.record {
        Some(record) => error.with_record(record),
        None => error,
    }
}

impl<C> Page<C> {
    /// Returns `true` if no item of the page was read, so it can be requested again.
    fn is_untouched(&self) -> bool {
        !self.is_turned && self.reader.as_ref().is_none_or(|reader| reader.list().items() == 0)
    }

    /// Returns `true` if more of the page must arrive.
    fn is_waiting(&self) -> bool {
        self.reader.as_ref().is_none_or(|reader| reader.list().is_waiting())
    }

    fn new(cursor: C, body: BodyStream, is_advance: bool) -> Self {
        Self {
            cursor,
            body,
            is_advance,
            reader: None,
            fresh: false,
            repeated: false,
            has_overlap: false,
            is_turned: false,
            ending: None,
        }
    }
}

#[cfg(test)]
mod tests;
