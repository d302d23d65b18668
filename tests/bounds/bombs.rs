//! What a vendor, or whoever speaks in its place, may send.

use std::{sync::LazyLock, time::Duration};

use tokenward_http::{HttpOptions, RateOptions, RetryOptions};

use crate::{
    bytes::{Pieces, joined, listed, nested, repeated, text, zipped_zeros},
    server::{Answer, Drip},
    targets::{Call, SECRET, Target},
};

pub(crate) struct Bomb {
    pub(crate) name: &'static str,
    pub(crate) on: fn(&Target) -> bool,
    /// What the request with this first line gets, of which so many came before.
    pub(crate) answer: fn(&Target, &str, usize) -> Answer,
    pub(crate) http: fn() -> HttpOptions,
    /// How many items of a list its caller takes.
    pub(crate) take: usize,
    /// How long it may take.
    pub(crate) within: Duration,
    /// Whether the answer to a creation holds the secret before the bomb, or within what is read.
    pub(crate) has_secret: bool,
    /// What a family has to say of it, beside what is kept as a snapshot.
    pub(crate) says: &'static str,
    /// How many go off at once: more where there is nothing to do but wait.
    pub(crate) at_once: usize,
}

const MB: usize = 1_000_000;
const MILLION: usize = 1_000_000;
/// More than any list has: it is read to its end.
const ALL: usize = usize::MAX;
const SOME: usize = 2_000;
/// Whoever takes as long does not end. It is no measure of speed: debug builds on busy machines are slow.
const LONG: Duration = Duration::from_secs(60);
const INCOMPLETE: &str = "incomplete";
const LATE: &str = "in time";
const BEARER: &str = r#"{"access_token":"jwt","token_type":"bearer"}"#;

static ZIPPED: LazyLock<Vec<u8>> = LazyLock::new(|| zipped_zeros(100 * MB));

/// With waits that do not count.
fn http() -> HttpOptions {
    let moment = Duration::from_millis(1);
    let retry = RetryOptions::default().with_delays(moment, moment);
    HttpOptions::default().with_retry(retry).with_rate(RateOptions::off())
}

fn with_timeout() -> HttpOptions {
    http().with_timeout(Duration::from_millis(300))
}

fn with_deadline() -> HttpOptions {
    http().with_deadline(Duration::from_millis(600))
}

impl Bomb {
    const fn with_secret(mut self) -> Self {
        self.has_secret = true;
        self
    }
}

const fn bomb(
    name: &'static str,
    on: fn(&Target) -> bool,
    answer: fn(&Target, &str, usize) -> Answer,
) -> Bomb {
    Bomb { name, on, answer, http, take: SOME, within: LONG, has_secret: false, says: "", at_once: 2 }
}

fn all(_: &Target) -> bool {
    true
}

/// Where much is to be read. What reads is the same for all families, so these stand for the others.
fn some(target: &Target) -> bool {
    match (target.family.name, target.call) {
        ("mist/org-token", call) => !(target.is_raw && call == Call::Get),
        ("atlassian/user-token", call) => call == Call::List,
        ("launchdarkly/access-token", call) => call == Call::Create && !target.is_raw,
        _ => false,
    }
}

/// The lists and creations of every family, and the same below one.
fn most(target: &Target) -> bool {
    target.call != Call::Get && (!target.is_raw || target.family.name == "mist/org-token")
}

fn some_lists(target: &Target) -> bool {
    some(target) && lists(target)
}

fn lists(target: &Target) -> bool {
    target.call == Call::List
}

fn family_lists(target: &Target) -> bool {
    lists(target) && !target.is_raw
}

fn creations(target: &Target) -> bool {
    target.call == Call::Create
}

fn chains(target: &Target) -> bool {
    let paged = ["atlassian/user-token", "atlassian/api-key", "launchdarkly/access-token"];
    family_lists(target) && paged.contains(&target.family.name)
}

fn of_sailpoint(target: &Target) -> bool {
    target.family.name.starts_with("sailpoint")
}

/// What comes before the bomb: a bearer, and a list or a token as they ought to be.
pub(crate) fn ordinary(target: &Target, line: &str) -> Answer {
    if line.contains(" /oauth/token") {
        return Answer::whole(BEARER);
    }
    Answer::whole(format!(
        "{}{}{}",
        target.family.around[0],
        (target.family.item)(1),
        target.family.behind(1)
    ))
}

/// The bomb, for whatever does not ask for a bearer.
pub(crate) fn answer(bomb: &Bomb, target: &Target, line: &str, before: usize) -> Answer {
    if line.contains(" /oauth/token") && !bomb.name.contains("token endpoint") {
        return Answer::whole(BEARER);
    }
    (bomb.answer)(target, line, before)
}

/// A creation's answer with its id and secret, and this field before or behind them.
fn created(target: &Target, before: Pieces, behind: Pieces) -> Pieces {
    let (id, secret) = (target.family.id, target.family.secret.unwrap_or_default());
    let essentials = format!(r#""{id}":"t1","{secret}":"{SECRET}once""#);
    joined([text("{"), before, text(essentials), behind, text("}")])
}

/// A body that never comes to its point, after what counts where a token was made.
fn endless(target: &Target, bytes: usize) -> Pieces {
    match target.call {
        Call::Create => {
            created(target, text(""), joined([text(r#","note":""#), repeated("x", bytes), text("\"")]))
        }
        _ => joined([text("[\""), repeated("x", bytes), text("\"]")]),
    }
}

fn list_of(target: &Target, count: usize, items: Pieces) -> Pieces {
    joined([text(target.family.around[0]), items, text(target.family.behind(count))])
}

/// One record with this between its fields, or a list with it, as the call reads.
fn record_with(target: &Target, field: Pieces) -> Pieces {
    match target.call {
        Call::Create => created(target, text(""), joined([text(","), field])),
        Call::Get => joined([text(format!(r#"{{"{}":"t1","#, target.family.id)), field, text("}")]),
        Call::List => {
            let good = |number| text((target.family.item)(number));
            let id = target.family.id;
            let open = text(format!(r#",{{"{id}":"t2","#));
            list_of(target, 3, joined([good(1), open, field, text("},"), good(3)]))
        }
    }
}

fn dripped(target: &Target, drip: Drip) -> Answer {
    Answer { drip: Some(drip), ..Answer::chunked(record_with(target, text(r#""name":"slow""#))) }
}

/// A page after which there is always another.
fn page(target: &Target, line: &str, before: usize, items: impl Fn(usize) -> Pieces) -> Answer {
    const OF_PAGE: usize = 1000;

    let offset = line.split("offset=").nth(1).map(|rest| {
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next();
        digits.and_then(|digits| digits.parse().ok()).unwrap_or_default()
    });
    let (first, end) = match offset {
        Some(offset) => (offset, format!(r#"],"totalCount":{MILLION}000}}"#)),
        None => (before * OF_PAGE, format!(r#"],"links":{{"next":"page-{before}"}}}}"#)),
    };
    Answer::chunked(joined([text(target.family.around[0]), items(first), text(end)]))
}

pub(crate) static BOMBS: &[Bomb] = &[
    bomb("100 MB that are announced", all, |target, _, _| Answer {
        length: Some(200 * MB as u64),
        ..Answer::chunked(endless(target, 100 * MB))
    })
    .with_secret(),
    bomb("100 MB in chunks", most, |target, _, _| Answer::chunked(endless(target, 100 * MB))).with_secret(),
    bomb("100 MB before the secret", creations, |target, _, _| {
        let note = joined([text(r#""note":""#), repeated("x", 100 * MB), text("\",")]);
        Answer::chunked(created(target, note, text("")))
    }),
    bomb("100 MB of a refusal", all, |target, _, _| Answer {
        status: 400,
        ..Answer::chunked(endless(target, 100 * MB))
    }),
    bomb("100 MB of being out of order", all, |target, _, _| Answer {
        status: 503,
        ..Answer::chunked(endless(target, 100 * MB))
    }),
    bomb("100 MB from the token endpoint", of_sailpoint, |_, _, _| {
        Answer::chunked(joined([text(r#"{"access_token":""#), repeated("x", 100 * MB)]))
    }),
    bomb("100 MB announced by the token endpoint", of_sailpoint, |_, _, _| Answer {
        length: Some(100 * MB as u64),
        ..Answer::chunked(joined([text(r#"{"access_token":""#), repeated("x", 100 * MB)]))
    }),
    bomb("a depth bomb from the token endpoint", of_sailpoint, |_, _, _| {
        Answer::chunked(joined([text(r#"{"x":"#), nested("[", "]", 5 * MB), text("}")]))
    }),
    bomb("10 MB of open brackets", some, |_, _, _| Answer::chunked(repeated("[", 10 * MB))),
    bomb("10 MB of open objects", some, |_, _, _| Answer::chunked(repeated(r#"{"a":"#, 2 * MB))),
    bomb("10 MB of depth in one record", some, |target, _, _| {
        let deep = joined([text(r#""name":"#), nested("[", "]", 5 * MB)]);
        Answer::chunked(record_with(target, deep))
    })
    .with_secret(),
    bomb("10 MB of objects in one record", some, |target, _, _| {
        let deep = joined([text(r#""name":"#), nested(r#"{"a":"#, "}", 10 * MB / 6)]);
        Answer::chunked(record_with(target, deep))
    })
    .with_secret(),
    bomb("500 kB of depth before the secret", creations, |target, _, _| {
        let deep = joined([text(r#""name":"#), nested("[", "]", MB / 4), text(",")]);
        Answer::chunked(created(target, deep, text("")))
    })
    .with_secret(),
    bomb("100 MB of zeros in gzip", all, |_, _, _| Answer {
        headers: Box::new(["content-encoding: gzip".to_owned()].into_iter()),
        ..Answer::whole(ZIPPED.clone())
    }),
    Bomb {
        http: with_timeout,
        within: Duration::from_secs(4),
        at_once: 10,
        says: LATE,
        ..bomb("a body a byte at a time, to the time-out", all, |target, _, _| dripped(target, Drip::Body))
    },
    Bomb {
        http: with_timeout,
        within: Duration::from_secs(4),
        at_once: 10,
        says: LATE,
        ..bomb("a head a byte at a time, to the time-out", all, |target, _, _| dripped(target, Drip::Head))
    },
    Bomb {
        http: with_deadline,
        within: Duration::from_secs(4),
        at_once: 10,
        says: LATE,
        ..bomb("a body a byte at a time, to the deadline", some, |target, _, _| dripped(target, Drip::Body))
    },
    Bomb {
        http: with_deadline,
        within: Duration::from_secs(4),
        at_once: 10,
        says: LATE,
        ..bomb("a head a byte at a time, to the deadline", some, |target, _, _| dripped(target, Drip::Head))
    },
    Bomb {
        says: INCOMPLETE,
        // A fifth more than a list may have: whoever bounds it ends before.
        take: 1_200_000,
        within: Duration::from_secs(120),
        ..bomb("pages of tokens without an end", chains, |target, line, before| {
            let item = target.family.item;
            page(target, line, before, |first| listed(1000, move |number| item(first + number)))
        })
    },
    Bomb {
        says: INCOMPLETE,
        take: ALL,
        ..bomb("empty pages without an end", chains, |target, line, before| {
            page(target, line, before, |_| text(""))
        })
    },
    Bomb {
        says: "more than 10000 of its items cannot be read",
        take: ALL,
        ..bomb("pages of nonsense without an end", chains, |target, line, before| {
            page(target, line, before, |_| listed(1000, |_| "0".to_owned()))
        })
    },
    bomb("a million zeros", some_lists, |target, _, _| {
        Answer::chunked(list_of(target, MILLION, listed(MILLION, |_| "0".to_owned())))
    }),
    bomb("a million empty objects", some_lists, |target, _, _| {
        Answer::chunked(list_of(target, MILLION, listed(MILLION, |_| "{}".to_owned())))
    }),
    // An item of a list within a record takes a hundred times as much memory as its text.
    bomb("a million items within records", some_lists, |target, _, _| {
        let items = "{},".repeat(20_000);
        let record = format!(r#"{{"id":"1","name":"ci","privileges":[{items}{{}}]}}"#);
        Answer::chunked(list_of(target, 50, listed(50, move |_| record.clone())))
    }),
    bomb("a million tokens", some_lists, |target, _, _| {
        Answer::chunked(list_of(target, MILLION, listed(MILLION, target.family.item)))
    }),
    bomb("16 MB of zeros", some_lists, |target, _, _| {
        Answer::chunked(list_of(target, 8 * MILLION, joined([repeated("0,", 8 * MILLION - 1), text("0")])))
    }),
    // What serde says of a text that does not fit is six times as long as this one.
    bomb("15 MB of text beside the items", some_lists, |_, _, _| {
        Answer::chunked(joined([
            text(r#"{"totalCount":""#),
            repeated("\u{7f}", 15 * MB),
            text(r#"","links":7,"items":[],"data":[]}"#),
        ]))
    }),
    bomb("a million headers", all, |target, line, _| Answer {
        headers: Box::new((0..MILLION).map(|number| format!("x-{number}: y"))),
        ..ordinary(target, line)
    }),
    bomb("a header of 1 MB", all, |target, line, _| Answer {
        headers: Box::new(std::iter::once_with(|| format!("x-long: {}", "y".repeat(MB)))),
        ..ordinary(target, line)
    }),
    bomb("a secret of 10 MB", creations, |target, _, _| {
        let (id, secret) = (target.family.id, target.family.secret.unwrap_or_default());
        let open = format!(r#"{{"{id}":"t1","{secret}":"{SECRET}"#);
        Answer::chunked(joined([text(open), repeated("x", 10 * MB), text("\"}")]))
    }),
    bomb("a name of 10 MB", some, |target, _, _| {
        let name = joined([text(r#""name":""#), repeated("x", 10 * MB), text("\"")]);
        Answer::chunked(record_with(target, name))
    })
    .with_secret(),
    bomb("a million equal keys", some, |target, _, _| {
        let keys = joined([repeated(r#""x":0,"#, MILLION), text(r#""x":0"#)]);
        Answer::chunked(record_with(target, keys))
    })
    .with_secret(),
];
