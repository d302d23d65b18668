//! Lists that come in pages: lazy, bounded against endless chains, and complete or saying that they are not.

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

/// A list as its vendor gives it, read while it arrives.
///
/// See [`Pager`] for an example.
///
/// Nothing is sent before the first token is asked for. From then on one page
/// is asked for in advance, and as many as [`Pager::most_in_parallel`] allows once the
/// caller has taken the first page: they go side by side, and their tokens come
/// in order. What was asked for arrives whether or not the caller is waiting,
/// so a caller may take its time between two tokens.
///
/// A token that comes twice is yielded once; another record under the same id
/// is an error in its place, like an item that cannot be read, and ends
/// nothing. The list ends with [`ErrorKind::Incomplete`] if a page or a cursor
/// comes a second time, if the vendor's total changes to a smaller one or is
/// not reached, if the last answer announces more (by status 206, a `Link`, or a
/// total), if it has more than a million tokens or 50,000 pages, or if it takes
/// longer than [`with_list_time`](crate::HttpOptions::with_list_time). It ends
/// with [`ErrorKind::Protocol`] if more than 10,000 items cannot be read. An
/// answer that breaks off before its first item is asked for again; later, it
/// ends the list behind what has arrived.
pub fn listed<L: Pager>(call: Call, listing: L, first: L::Cursor) -> TokenStream {
    Box::pin(ListStream::new(call, listing, first))
}

/// The token with this id, looked for in a list.
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
/// What ends the list before the token is found, and the first item that cannot be read where it is not found: then
/// it is not known whether there is one.
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

/// A list that is nothing but its refusal.
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

/// How many tokens are read before the first of them is given away: so what comes behind a page is asked for before its
/// last one is. More would take memory that one after the other can have.
const HELD: usize = 2;

struct ListStream<L: Pager> {
    call: Call,
    listing: Arc<L>,
    /// Where the list begins, until it is asked for.
    first: Option<L::Cursor>,
    /// In a box, as it passes through many hands.
    page: Option<Box<Page<L::Cursor>>>,
    /// Pages that were asked for in advance.
    asked: VecDeque<(L::Cursor, BodyStream)>,
    /// Whether the last of them waits to be sent.
    is_unsent: bool,
    /// Where those begin that can be asked for behind them.
    further: Option<Box<dyn Iterator<Item = L::Cursor> + Send>>,
    ready: VecDeque<Result<Box<Token>>>,
    /// What is yielded last.
    ending: Option<Error>,
    /// The memory that one page after the other is read with.
    buffer: TextBuffer,
    state: ListState,
    watch: Stopwatch,
    /// Whether the time of the list is used up.
    is_over: bool,
}

/// A page, and what has come of it.
struct Page<C> {
    cursor: C,
    body: BodyStream,
    /// Whether it was asked for in advance, and nothing has come of it.
    is_advance: bool,
    reader: Option<TokenReader>,
    fresh: bool,
    repeated: bool,
    /// Whether it begins with the last item of the page before.
    has_overlap: bool,
    /// Whether what comes behind it is known, and what that is where it is an error.
    is_turned: bool,
    ending: Option<Error>,
}

impl<L: Pager> Stream for ListStream<L> {
    type Item = Result<Token>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Token>>> {
        let state = &mut *self;
        loop {
            if state.ready.len() >= HELD || !state.is_readable() {
                // Each by itself: a `map`, or one return for both, would copy a token twice.
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
                // What has arrived is given, even if it was the last moment.
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

/// Nothing in it refers to another part of it.
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

    /// Whether more of a page has arrived than was read.
    fn is_readable(&self) -> bool {
        self.page.as_ref().is_some_and(|page| !page.is_waiting())
    }

    /// The page as far as it has arrived now.
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
                // A body without a length that ends too early has broken off.
                let is_cut =
                    page.is_untouched() && page.reader.as_ref().is_some_and(|reader| reader.list().is_cut());
                match resend.filter(|_| is_cut).and_then(|resend| resend.sent()) {
                    Some(sent) => self.restart(&mut page, sent),
                    None => return self.close(page),
                }
            }
            // It may have been too late for an answer that was asked for in advance when the caller came back.
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

    /// Reads a page of which nothing was read from its beginning.
    fn restart(&mut self, page: &mut Page<L::Cursor>, sent: Sent) {
        self.buffer = page.reader.take().map(TokenReader::into_buffer).unwrap_or_default();
        page.body = self.call.stream(sent);
    }

    /// The page that is being read, or the next one.
    fn open(&mut self) -> Option<Box<Page<L::Cursor>>> {
        let is_first = self.first.take().map(|first| self.ask(first)).is_some();
        let page = self.page.take().or_else(|| {
            let (cursor, body) = self.asked.pop_front()?;
            Some(Box::new(Page::new(cursor, body, !is_first)))
        });
        // All that has arrived was taken, so the rest is wanted soon.
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

    /// Sends what was asked for in advance, before the caller goes away with a token.
    fn send_in_advance(&mut self, context: &mut Context<'_>) {
        if std::mem::take(&mut self.is_unsent)
            && let Some((_, body)) = self.asked.back_mut()
        {
            body.advance(context);
        }
    }

    /// Reads what has arrived of a page.
    fn go_on(&mut self, mut page: Box<Page<L::Cursor>>) {
        match self.read(&mut page) {
            Ok(()) => self.page = Some(page),
            Err(error) => self.fail(error),
        }
    }

    /// Reads some of the items that have arrived, and asks for what comes behind them as soon as that is known.
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

    /// Whether a page begins with this item because the page before ended with it.
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

    /// Finds out what comes behind a page, once.
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
            // Of a list that is read on, the announced rest is what comes next.
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

    /// Nothing comes behind this.
    fn fail(&mut self, error: Error) {
        (self.asked, self.further) = (VecDeque::new(), None);
        self.ending = Some(error);
    }
}

/// The error of a record under an id that another record has.
fn other_record(call: &Call, token: Token) -> Error {
    let message = "another record came before under the same id: it is not known which of them is right";
    let error = call.error(ErrorKind::Protocol, message).with_token(token.id);
    match token.record {
        Some(record) => error.with_record(record),
        None => error,
    }
}

impl<C> Page<C> {
    /// Whether nothing was read of it, so that it may be read again.
    fn is_untouched(&self) -> bool {
        !self.is_turned && self.reader.as_ref().is_none_or(|reader| reader.list().items() == 0)
    }

    /// Whether more of it has to arrive.
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
