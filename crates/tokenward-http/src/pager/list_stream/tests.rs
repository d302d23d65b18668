use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, de::IgnoredAny};
use tokenward_core::{Operation, Record, TokenFamily};

use crate::{
    config::{base_url::BaseUrl, http_options::HttpOptions},
    decode::{id_and_mask::Id, vendor_token::VendorToken},
    pager::{list_state::MOST_PAGES, vendor_pages::NextPage},
    runtime::Response,
    transport::{send_error::SendError, session::Session},
};

use super::*;

const CALL: Call = Call::new(TokenFamily::new("acme", "token"), Operation::List);

#[derive(Deserialize)]
struct Acme {
    id: Id,
}

impl VendorToken for Acme {
    const ID: &'static str = "id";
    const SECRET: &'static str = "key";
    type Fields<'a> = Self;

    fn token(fields: Self, family: TokenFamily) -> Option<Box<Token>> {
        Some(Box::new(Token::new(family, fields.id.known()?)))
    }
}

/// Creates a session whose lists may take ten minutes.
fn session() -> Session {
    let base = BaseUrl::parse("http://127.0.0.1:9").unwrap();
    let options = HttpOptions::default().with_list_time(Duration::from_secs(600));
    Session::new(base, &options, "acme/1").unwrap()
}

/// A list whose pages are generated on request, by number.
struct Pages<P> {
    session: Session,
    page: P,
    asked: Arc<AtomicUsize>,
    ahead: usize,
    delay: Duration,
}

/// The ids of a page, or `null` for an item without one; the next page; the total.
type Shown = (Vec<String>, Option<u64>, Option<u64>);

#[derive(Deserialize)]
struct Envelope {
    next: Option<u64>,
    total: Option<u64>,
}

impl<P: Fn(u64) -> Result<Shown, SendError> + Send + Sync + 'static> Pager for Pages<P> {
    type Token = Acme;
    type Cursor = u64;
    type Envelope = Envelope;
    const FIELD: Option<&'static str> = Some("items");

    fn session(&self) -> &Session {
        &self.session
    }

    async fn send(self: Arc<Self>, number: u64) -> Result<Response, SendError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(self.delay).await;
        let (ids, next, total) = (self.page)(number)?;
        let items: Vec<String> = ids.iter().map(|id| format!(r#"{{"id":{id}}}"#)).collect();
        let around = serde_json::json!({ "next": next, "total": total }).to_string();
        let body = format!(r#"{{"items":[{}],{}"#, items.join(","), &around[1..]);
        Ok(Response::new(http::Response::new(body).into(), 0))
    }

    fn next_page(&self, end: PageEnd<'_, u64, Envelope>) -> NextPage<u64> {
        let Envelope { next, total } = end.envelope;
        let further = next.map(|next| Box::new(next + 1..4) as Box<dyn Iterator<Item = u64> + Send>);
        NextPage { next, further, total, gap: None }
    }

    fn most_in_parallel(&self) -> usize {
        self.ahead
    }
}

fn stream(page: impl Fn(u64) -> Result<Shown, SendError> + Send + Sync + 'static) -> TokenStream {
    listed(
        CALL,
        Pages { session: session(), page, asked: Arc::default(), ahead: 1, delay: Duration::ZERO },
        0,
    )
}

type Written = Vec<(&'static [&'static str], Option<u64>, Option<u64>)>;

fn written(pages: Written) -> impl Fn(u64) -> Result<Shown, SendError> {
    move |number| {
        let (ids, next, total) = pages[number as usize];
        Ok((ids.iter().map(|id| format!(r#""{id}""#)).collect(), next, total))
    }
}

async fn shown(stream: TokenStream) -> Vec<String> {
    stream
        .map(|result| result.map_or_else(|error| error.to_string(), |token| token.id.to_string()))
        .collect()
        .await
}

/// Returns the elements of a list with these pages: ids, and errors as text. A cursor is the number of a page.
async fn list(pages: Written) -> Vec<String> {
    shown(stream(written(pages))).await
}

#[tokio::test]
async fn pages_follow_each_other_to_the_end() {
    let pages: Written =
        vec![(&["a", "b"], Some(1), Some(4)), (&["c"], Some(2), Some(4)), (&["d"], None, Some(4))];
    assert_eq!(list(pages).await, ["a", "b", "c", "d"]);
    assert_eq!(list(vec![(&[], None, Some(0))]).await, [""; 0]);
}

#[tokio::test]
async fn a_list_that_contradicts_itself_says_so_at_its_end_and_keeps_what_it_has() {
    let contradictions: [Written; 7] = [
        // Endless pages without items.
        (1..40).map(|next| (&[] as &[&str], Some(next), None)).collect(),
        // The vendor ignores the offset.
        vec![(&["a", "b"], Some(1), Some(4)), (&["a", "b"], Some(2), Some(4))],
        // The cursor does not change, or runs in a circle.
        vec![(&["a"], Some(0), None)],
        vec![(&["a"], Some(1), None), (&["b"], Some(0), None)],
        // The list shrinks while it is read.
        vec![(&["a", "b"], Some(1), Some(4)), (&["c"], None, Some(3))],
        // The list is shorter or longer than announced.
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
async fn nothing_is_asked_for_before_it_is_wanted_but_one_page_and_nothing_after_an_error() {
    let asked = Arc::new(AtomicUsize::new(0));
    let page = |number| match number {
        2 => Err(SendError::Refused("no".to_owned())),
        _ => Ok((vec![format!(r#""{number}""#)], Some(number + 1), None)),
    };
    let mut stream = listed(
        CALL,
        Pages { session: session(), page, asked: asked.clone(), ahead: 1, delay: Duration::ZERO },
        0,
    );
    let settle = || async {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    };
    settle().await;
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    stream.next().await.unwrap().unwrap();
    settle().await;
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    stream.next().await.unwrap().unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap_err().kind(), ErrorKind::InvalidInput);
    assert!(stream.next().await.is_none());
    settle().await;
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_page_is_asked_for_before_the_last_item_of_the_one_before_it_is_given() {
    for (count, is_bad) in (1..12).flat_map(|count| [(count, false), (count, true)]) {
        let asked = Arc::new(AtomicUsize::new(0));
        let page = move |number| {
            let mut ids: Vec<String> = (0..count).map(|item| format!(r#""{number}-{item}""#)).collect();
            if is_bad {
                ids[count - 1] = "null".to_owned();
            }
            Ok((ids, Some(number + 1), None))
        };
        let mut stream = listed(
            CALL,
            Pages { session: session(), page, asked: asked.clone(), ahead: 1, delay: Duration::ZERO },
            0,
        );
        for number in 1..4 {
            for item in 1..=count {
                let result = stream.next().await.unwrap();
                assert_eq!(result.is_err(), is_bad && item == count);
            }
            assert_eq!(asked.load(Ordering::SeqCst), number + 1, "pages of {count}, {is_bad}");
        }
    }
}

/// A list that delivers one item and then stalls.
struct Begun(Session);

impl Pager for Begun {
    type Token = Acme;
    type Cursor = ();
    type Envelope = IgnoredAny;
    const FIELD: Option<&'static str> = None;

    fn session(&self) -> &Session {
        &self.0
    }

    async fn send(self: Arc<Self>, (): ()) -> Result<Response, SendError> {
        let arrived = stream::iter([Ok::<_, Infallible>(r#"[{"id":"a"},{"#)]).chain(stream::pending());
        let body = reqwest::Body::wrap_stream(arrived);
        Ok(Response::new(http::Response::new(body).into(), usize::MAX))
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_is_given_when_it_has_arrived_whatever_comes_behind_it() {
    let mut list = listed(CALL, Begun(session()), ());
    let first = tokio::time::timeout(Duration::from_secs(1), list.next()).await;
    assert_eq!(first.unwrap().unwrap().unwrap().id.as_str(), "a");
}

#[tokio::test]
async fn pages_side_by_side_come_in_order_and_one_that_was_guessed_wrong_is_asked_for_again() {
    for (third, expected) in [(2, 4), (5, 6)] {
        let asked = Arc::new(AtomicUsize::new(0));
        let page = move |number| {
            let next = match number {
                1 => Some(third),
                5 => Some(3),
                3 => None,
                number => Some(number + 1),
            };
            Ok((vec![format!(r#""{number}""#)], next, None))
        };
        let list = listed(
            CALL,
            Pages { session: session(), page, asked: asked.clone(), ahead: 4, delay: Duration::ZERO },
            0,
        );
        let ids = shown(list).await;
        assert_eq!(ids, ["0", "1", &third.to_string(), "3"]);
        assert_eq!(asked.load(Ordering::SeqCst), expected, "asked for, with what was guessed");
    }
}

#[tokio::test]
async fn an_item_that_cannot_be_read_counts_and_stops_nothing() {
    let page = |_| Ok((vec!["null".to_owned(), r#""b""#.to_owned()], None, Some(2)));
    let results: Vec<_> = stream(page).collect().await;
    assert_eq!(results.len(), 2);
    assert_eq!(results[0].as_ref().unwrap_err().position(), Some(0));
    assert!(results[1].is_ok());
}

#[tokio::test]
async fn a_list_without_an_end_ends_with_an_error_and_what_came_before_it() {
    let all = |count, id: fn(u64) -> String| {
        stream(move |page| Ok(((page * 1000..page * 1000 + 1000).map(id).collect(), Some(page + 1), count)))
    };
    let tokens = all(None, |number| format!(r#""{number}""#));
    let unreadable = all(None, |_| "null".to_owned());
    let chain = stream(|page| Ok((vec![format!(r#""{page}""#)], Some(page + 1), None)));
    let mut said = Vec::new();
    for (list, most) in [(chain, MOST_PAGES), (tokens, MOST_TOKENS), (unreadable, MOST_UNREADABLE as u64)] {
        let (count, last) =
            list.fold((0, None), |(count, _), item| async move { (count + 1, Some(item)) }).await;
        assert_eq!(count, most + 1);
        said.push(last.unwrap().unwrap_err().to_string());
    }
    insta::assert_snapshot!(said.join("\n"));
}

#[tokio::test]
async fn another_record_under_the_same_id_is_an_error_in_its_place() {
    let page = |_| {
        let ids = [r#""a""#, r#""a""#, r#""a","name":"other""#, r#""b""#];
        Ok((ids.map(str::to_owned).to_vec(), None, Some(3)))
    };
    let results: Vec<_> = stream(page).collect().await;
    let said: Vec<String> = results
        .into_iter()
        .map(|result| match result {
            Ok(token) => token.id.to_string(),
            Err(error) => format!("{error} {:?}", error.record().map(Record::as_str)),
        })
        .collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn a_chain_without_an_end_ends_when_its_time_is_used_up_and_not_while_the_caller_is_away() {
    let begun = tokio::time::Instant::now();
    let page = |page| Ok((vec![format!(r#""{page}""#)], Some(page + 1), None));
    let delay = Duration::from_secs(7);
    let mut list =
        listed(CALL, Pages { session: session(), page, asked: Arc::default(), ahead: 1, delay }, 0);
    let (mut count, mut away, mut last) = (0, Duration::ZERO, None);
    while let Some(result) = list.next().await {
        match result {
            Ok(_) => {
                count += 1;
                away += Duration::from_secs(1);
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Err(error) => last = Some(error),
        }
    }
    let last = last.unwrap();
    assert_eq!(last.kind(), ErrorKind::Incomplete);
    assert_eq!(
        last.to_string(),
        format!(
            "acme/token list: incomplete: it takes more than 600 s, where reading ends: ask for fewer, or set another \
             time by `with_list_time` ({count} items were read)"
        )
    );
    let waited = begun.elapsed() - away;
    assert_eq!(waited, Duration::from_secs(600), "{count} tokens");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_never_comes_ends_with_the_time_of_the_list() {
    let begun = tokio::time::Instant::now();
    let mut list = listed(CALL, Begun(session()), ());
    assert!(list.next().await.unwrap().is_ok());
    let error = list.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), begun.elapsed()), (ErrorKind::Incomplete, Duration::from_secs(600)));
    assert!(list.next().await.is_none());
}

#[tokio::test]
async fn a_token_is_found_or_known_to_be_missing_or_the_error_is_given() {
    let token = |id: &str| Ok(Token::new(CALL.family(), id.parse().unwrap()));
    let unreadable = |position| Err(CALL.error(ErrorKind::Protocol, "not a token").with_position(position));
    let broken = || Err(CALL.error(ErrorKind::Transport, "it broke off"));
    let id: TokenId = "b".parse().unwrap();
    for (list, expected) in [
        (vec![], Ok(None)),
        (vec![token("a"), token("c")], Ok(None)),
        (vec![token("a"), token("b"), broken()], Ok(Some("b".to_owned()))),
        (vec![unreadable(0), token("b")], Ok(Some("b".to_owned()))),
        (vec![unreadable(0), token("a"), unreadable(2)], Err((ErrorKind::Protocol, Some(0)))),
        (vec![unreadable(0), broken(), token("b")], Err((ErrorKind::Transport, None))),
    ] {
        let found = find(Box::pin(stream::iter(list)), &id).await;
        let found = found.map(|token| token.map(|token| token.id.to_string()));
        assert_eq!(found.map_err(|error| (error.kind(), error.position())), expected);
    }
}

#[tokio::test]
async fn a_failed_list_yields_its_refusal_and_ends() {
    let mut list = failed(Error::new(ErrorKind::Unsupported, "it has no owners"));
    assert_eq!(list.next().await.unwrap().unwrap_err().kind(), ErrorKind::Unsupported);
    assert!(list.next().await.is_none());
}

#[tokio::test]
async fn ten_thousand_items_that_cannot_be_read_are_allowed_and_one_more_is_not() {
    for (unreadable, ending) in [(MOST_UNREADABLE, None), (MOST_UNREADABLE + 1, Some(ErrorKind::Protocol))] {
        let page = move |_| Ok((vec!["null".to_owned(); unreadable], None, None));
        let mut results: Vec<_> = stream(page).collect().await;
        assert_eq!(results.len(), unreadable);
        let last = results.pop().unwrap().unwrap_err();
        assert_eq!((last.kind(), last.position().is_none()), (ErrorKind::Protocol, ending.is_some()));
    }
}
