//! Lists that come in pages: lazy, bounded against endless chains, and complete or saying that they are not.

use std::{
    collections::HashSet,
    fmt,
    hash::{BuildHasher, Hash, RandomState},
};

use futures_util::{StreamExt, stream};
use tokenward_core::{Error, ErrorKind, Result, Token, TokenId, TokenStream};

use crate::Call;

/// One page of a list.
///
/// `C` is what the next page is asked for with: a cursor, an offset.
///
/// ```
/// let page: tokenward_http::Page<()> = tokenward_http::Page::only([]);
/// assert!(page.next.is_none());
/// ```
pub struct Page<C> {
    /// Its items, in order, with an error in the place of each that cannot be read.
    pub tokens: Box<dyn Iterator<Item = Result<Token>> + Send>,
    /// What the next page is asked for with; `None` on the last.
    pub next: Option<C>,
    /// How many tokens the vendor says there are in all.
    pub total: Option<u64>,
    /// Why the list cannot be complete, where the page shows it.
    pub gap: Option<&'static str>,
}

impl<C> Page<C> {
    /// The only page of a list that the vendor does not page.
    pub fn only(tokens: impl IntoIterator<Item = Result<Token>, IntoIter: Send + 'static>) -> Self {
        Self { tokens: Box::new(tokens.into_iter()), next: None, total: None, gap: None }
    }
}

impl<C: fmt::Debug> fmt::Debug for Page<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("next", &self.next)
            .field("total", &self.total)
            .field("gap", &self.gap)
            .finish_non_exhaustive()
    }
}

/// A list whose pages are fetched one after the other, when they are needed.
///
/// ```
/// use futures_util::StreamExt;
/// use tokenward_core::{Operation, Token, TokenFamily};
/// use tokenward_http::{Call, Page, paged};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let family = TokenFamily::new("acme", "token");
/// let list = paged(Call::new(family, Operation::List), 0, move |number: u8, _| async move {
///     let id = number.to_string().parse().map_err(|_| Call::new(family, Operation::List).not_found())?;
///     let next = (number < 2).then_some(number + 1);
///     Ok(Page { next, total: Some(3), ..Page::only([Ok(Token::new(family, id))]) })
/// });
/// assert_eq!(list.count().await, 3);
/// # }
/// ```
///
/// A token that comes twice is yielded once. The list ends with
/// [`ErrorKind::Incomplete`] where a page or a cursor comes a second time, the
/// vendor's total changes to a smaller one or is not reached, a page says so,
/// or it has more than 500,000 tokens or 50,000 pages; and with [`ErrorKind::Protocol`] where
/// more than 10,000 cannot be read. `fetch` gets the cursor and how many items
/// came before.
pub fn paged<C, F, P>(call: Call, first: C, fetch: F) -> TokenStream
where
    C: Hash + Send + 'static,
    F: Fn(C, usize) -> P + Send + 'static,
    P: Future<Output = Result<Page<C>>> + Send,
{
    let state = State {
        call,
        fetch,
        cursors: Seen::with(&first),
        next: Some(first),
        tokens: Seen::default(),
        page: None,
        ending: None,
        position: 0,
        unreadable: 0,
        barren: 0,
        total: None,
        gap: None,
    };
    Box::pin(stream::unfold(state, |mut state| async move {
        loop {
            if let Some(result) = state.pull() {
                return Some((result, state));
            }
            if let Some(ending) = state.ending.take() {
                return Some((Err(ending), state));
            }
            let cursor = state.next.take()?;
            match (state.fetch)(cursor, state.position).await {
                Ok(page) => state.turn(page),
                Err(error) => state.ending = Some(error),
            }
        }
    }))
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

/// How many pages without a token a list may have in a row before it is taken for one without an end.
const MOST_BARREN: usize = 20;

/// How many tokens are remembered, so that none comes twice: no organization is known to have as many.
const MOST_TOKENS: u64 = 500_000;

/// How many pages are asked for: with all tokens that are read, ten on each.
const MOST_PAGES: u64 = 50_000;

/// How many items a list may have that cannot be read before it is taken for something else.
const MOST_UNREADABLE: usize = 10_000;

struct State<C, F> {
    call: Call,
    fetch: F,
    next: Option<C>,
    cursors: Seen,
    tokens: Seen,
    page: Option<Reading<C>>,
    /// What is yielded last.
    ending: Option<Error>,
    /// How many items came in all, those that came twice included.
    position: usize,
    unreadable: usize,
    /// How many pages in a row had no token that was new.
    barren: usize,
    total: Option<u64>,
    gap: Option<&'static str>,
}

/// A page, and what has come of it.
struct Reading<C> {
    page: Page<C>,
    fresh: bool,
    repeated: bool,
}

impl<C: Hash, F> State<C, F> {
    fn turn(&mut self, page: Page<C>) {
        self.page = Some(Reading { page, fresh: false, repeated: false });
    }

    /// The next item of the page; at its end nothing, and what comes after it is known.
    fn pull(&mut self) -> Option<Result<Token>> {
        let reading = self.page.as_mut()?;
        for result in reading.page.tokens.by_ref() {
            self.position += 1;
            match &result {
                Ok(token) if !self.tokens.insert(token.id.as_str()) => {
                    reading.repeated = true;
                    continue;
                }
                Ok(_) => reading.fresh = true,
                Err(_) => {
                    self.tokens.count += 1;
                    self.unreadable += 1;
                }
            }
            if self.unreadable > MOST_UNREADABLE {
                let message = format!(
                    "more than {MOST_UNREADABLE} of its items cannot be read: it is no list of tokens"
                );
                return self.end(self.call.error(ErrorKind::Protocol, message));
            }
            if self.tokens.count > MOST_TOKENS {
                let message = format!(
                    "it has more than {MOST_TOKENS} tokens, where reading ends: ask for fewer, such as one owner's"
                );
                return self.end(self.call.error(ErrorKind::Incomplete, message));
            }
            return Some(result);
        }
        if let Some(reading) = self.page.take() {
            self.close(reading);
        }
        None
    }

    /// Nothing comes behind this.
    fn end(&mut self, error: Error) -> Option<Result<Token>> {
        (self.page, self.next) = (None, None);
        Some(Err(error))
    }

    fn close(&mut self, Reading { page, fresh, repeated }: Reading<C>) {
        self.barren = if fresh { 0 } else { self.barren + 1 };
        if let (Some(earlier), Some(now)) = (self.total, page.total)
            && now < earlier
        {
            self.gap.get_or_insert("tokens went while it was read");
        }
        self.total = page.total.or(self.total);
        if let Some(gap) = page.gap {
            self.gap.get_or_insert(gap);
        }
        self.next = match page.next {
            _ if repeated && !fresh => self.stop("a page came twice"),
            Some(_) if self.barren >= MOST_BARREN => self.stop("page after page came without a token"),
            Some(_) if self.cursors.count >= MOST_PAGES => self.stop("it has pages without an end"),
            Some(next) if !self.cursors.insert(&next) => self.stop("a cursor came twice"),
            next => next,
        };
        if self.next.is_none() {
            self.finish();
        }
    }

    fn stop(&mut self, gap: &'static str) -> Option<C> {
        self.gap.get_or_insert(gap);
        None
    }

    fn finish(&mut self) {
        let count = self.tokens.count;
        let wrong_total = self.total.filter(|total| *total != count);
        let what = match (self.gap, wrong_total) {
            (None, None) => return,
            (Some(gap), _) => format!("{gap}: list it again ({count} items were read)"),
            (None, Some(total)) => {
                format!(
                    "the vendor says there are {total} tokens, and {count} items were read: list it again"
                )
            }
        };
        self.ending = Some(self.call.error(ErrorKind::Incomplete, what));
    }
}

/// What came before, by its hash: there may be many, and they may be long.
#[derive(Default)]
struct Seen {
    hashes: HashSet<u64>,
    hasher: RandomState,
    count: u64,
}

impl Seen {
    fn with(first: &impl Hash) -> Self {
        let mut seen = Self::default();
        seen.insert(first);
        seen
    }

    fn insert(&mut self, one: &(impl Hash + ?Sized)) -> bool {
        let is_new = self.hashes.insert(self.hasher.hash_one(one));
        self.count += u64::from(is_new);
        is_new
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use tokenward_core::{Operation, TokenFamily};

    use super::*;

    const CALL: Call = Call::new(TokenFamily::new("acme", "token"), Operation::List);

    fn page(ids: &[&str], next: Option<usize>, total: Option<u64>) -> Page<usize> {
        let tokens = ids.iter().map(|id| Ok(Token::new(CALL.family(), id.parse().unwrap())));
        Page { next, total, ..Page::only(tokens.collect::<Vec<_>>()) }
    }

    type Pages = Vec<(&'static [&'static str], Option<usize>, Option<u64>)>;

    /// What a list of these pages yields: ids, and errors as text. A cursor is the number of a page.
    async fn list(pages: Pages) -> Vec<String> {
        let stream = paged(CALL, 0, move |cursor, _| {
            let (ids, next, total) = pages[cursor];
            async move { Ok(page(ids, next, total)) }
        });
        stream
            .map(|result| result.map_or_else(|error| error.to_string(), |token| token.id.to_string()))
            .collect()
            .await
    }

    #[tokio::test]
    async fn pages_follow_each_other_to_the_end() {
        let pages: Pages =
            vec![(&["a", "b"], Some(1), Some(4)), (&["c"], Some(2), Some(4)), (&["d"], None, Some(4))];
        assert_eq!(list(pages).await, ["a", "b", "c", "d"]);
        assert_eq!(list(vec![(&[], None, Some(0))]).await, [""; 0]);
    }

    #[tokio::test]
    async fn a_list_that_contradicts_itself_says_so_at_its_end_and_keeps_what_it_has() {
        let contradictions: [Pages; 7] = [
            // Pages without end, and nothing on them.
            (1..40).map(|next| (&[] as &[&str], Some(next), None)).collect(),
            // The vendor ignores the offset.
            vec![(&["a", "b"], Some(1), Some(4)), (&["a", "b"], Some(2), Some(4))],
            // The cursor stands still, or goes in a circle.
            vec![(&["a"], Some(0), None)],
            vec![(&["a"], Some(1), None), (&["b"], Some(0), None)],
            // It shrinks while it is read.
            vec![(&["a", "b"], Some(1), Some(4)), (&["c"], None, Some(3))],
            // It is shorter, or longer, than announced.
            vec![(&["a"], None, Some(2))],
            vec![(&["a", "b"], None, Some(1))],
        ];
        let mut said = String::new();
        for pages in contradictions {
            said += &format!("{}\n", list(pages).await.join(" · "));
        }
        insta::assert_snapshot!(said);
    }

    #[tokio::test]
    async fn a_last_page_that_came_before_is_not_taken_for_the_last_one() {
        let said = list(vec![(&["a", "b"], Some(1), None), (&["a", "b"], None, None)]).await;
        assert_eq!(said.len(), 3);
        assert!(said[2].contains("a page came twice"), "{}", said[2]);
    }

    #[tokio::test]
    async fn nothing_is_fetched_before_it_is_asked_for_and_nothing_after_an_error() {
        let fetched = Arc::new(AtomicUsize::new(0));
        let count = fetched.clone();
        let mut stream = paged(CALL, 0, move |cursor: usize, _| {
            count.fetch_add(1, Ordering::SeqCst);
            async move {
                if cursor == 2 {
                    Err(CALL.error(ErrorKind::Transport, "lost"))
                } else {
                    Ok(page(&[["a", "b"][cursor]], Some(cursor + 1), None))
                }
            }
        });
        assert_eq!(fetched.load(Ordering::SeqCst), 0);
        stream.next().await.unwrap().unwrap();
        assert_eq!(fetched.load(Ordering::SeqCst), 1);
        stream.next().await.unwrap().unwrap();
        assert_eq!(stream.next().await.unwrap().unwrap_err().kind(), ErrorKind::Transport);
        assert!(stream.next().await.is_none());
        assert_eq!(fetched.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn an_item_that_cannot_be_read_counts_and_stops_nothing() {
        let stream = paged(CALL, (), |(), _| async {
            let bad = Err(CALL.error(ErrorKind::Protocol, "no").with_position(0));
            let good = Ok(Token::new(CALL.family(), "b".parse().unwrap()));
            Ok(Page { total: Some(2), ..Page::only([bad, good]) })
        });
        let results: Vec<_> = stream.collect().await;
        assert_eq!(results.len(), 2);
        assert!(results[0].is_err() && results[1].is_ok());
    }

    #[tokio::test]
    async fn a_list_without_an_end_ends_with_an_error_and_what_came_before_it() {
        let endless = |item: fn(u64) -> Result<Token>| {
            paged(CALL, (), move |(), _| async move { Ok(Page::only((0_u64..).map(item))) })
        };
        let tokens = endless(|number| Ok(Token::new(CALL.family(), number.to_string().parse().unwrap())));
        let unreadable = endless(|_| Err(CALL.error(ErrorKind::Protocol, "no").with_position(0)));
        let chain = paged(CALL, 0, |page: u64, _| async move {
            let token = Ok(Token::new(CALL.family(), page.to_string().parse().unwrap()));
            Ok(Page { next: Some(page + 1), ..Page::only([token]) })
        });
        let mut said = Vec::new();
        for (list, most) in [(chain, MOST_PAGES), (tokens, MOST_TOKENS), (unreadable, MOST_UNREADABLE as u64)]
        {
            let (count, last) =
                list.fold((0, None), |(count, _), item| async move { (count + 1, Some(item)) }).await;
            assert_eq!(count, most + 1);
            said.push(last.unwrap().unwrap_err().to_string());
        }
        insta::assert_snapshot!(said.join("\n"));
    }
}
