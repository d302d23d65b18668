//! How much memory a list takes while it is read, and when its first token is there.

use std::{
    io::BufRead,
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use futures_util::{FutureExt, StreamExt};
use tokenward::{HttpOptions, ListOptions, TokenStream};
use tokenward_bench::items::List;

use crate::{
    Result,
    child::{ServerProcess, this_program},
    clients::Client,
    gate::{self, PART},
    resident,
    server::Served,
    table::{Section, verdict},
};

const ABOUT: &str = "A list of the trait whose tokens are dropped as they come, with options as they are by default: \
the peak of what is resident, in a process of its own, above what was when a short list had been read. Then, how much \
of one array the vendor had sent when its first token was there: it is sent in parts of 64 KiB, the next one when \
nothing more comes of the last.";

const MOST_KIB: u64 = 16 << 10;

/// Lists that come in pages.
const PAGED: [List; 2] = [List::Launchdarkly, List::Atlassian];
/// Lists that come as one array.
const ARRAYS: [List; 3] = [List::Mist, List::Sailpoint, List::LaunchdarklyRelay];

pub(crate) fn section(quick: bool) -> Result<Section> {
    let (paged, array, slow) = if quick { (10_000, 10_000, 1000) } else { (1_000_000, 100_000, 10_000) };
    let mut section = Section::new("Memory", ABOUT);
    let lists = PAGED.map(|list| (list, paged)).into_iter().chain(ARRAYS.map(|list| (list, array)));
    let peaks: Vec<_> =
        lists.map(|(list, count)| Ok((list, count, peak(list, count)?))).collect::<Result<_>>()?;
    let table = section.table(&["list", "tokens", "listed", "MiB above idle", "s", "bar", ""]);
    for (list, count, peak) in &peaks {
        let is_held = PAGED.contains(list);
        let is_whole = peak.count == *count && peak.end.is_empty();
        let is_met = is_whole && peak.added_kib.is_some_and(|added| added <= MOST_KIB);
        table.add_row([
            list.name().to_owned(),
            count.to_string(),
            peak.count.to_string(),
            peak.added_kib.map_or("?".to_owned(), |kib| format!("{:.1}", kib as f64 / 1024.0)),
            format!("{:.1}", peak.time.as_secs_f64()),
            if is_held { format!("≤ {}", MOST_KIB >> 10) } else { String::new() },
            if is_held { verdict(is_met).to_owned() } else { String::new() },
        ]);
    }
    for (list, count, peak) in peaks.iter().filter(|(_, _, peak)| !peak.end.is_empty()) {
        section.note(format!("{}, {count} tokens, ends with: {}", list.name(), peak.end));
    }
    let firsts: Vec<_> =
        ARRAYS.into_iter().map(|list| Ok((list, first_token(list, slow)?))).collect::<Result<_>>()?;
    let table = section.table(&["first token of one array", "tokens", "KiB sent", "KiB in all", "bar", ""]);
    for (list, First { sent, all }) in firsts {
        table.add_row([
            list.name().to_owned(),
            slow.to_string(),
            (sent >> 10).to_string(),
            (all >> 10).to_string(),
            "before the last byte".to_owned(),
            verdict(sent < all).to_owned(),
        ]);
    }
    Ok(section)
}

/// What a list did in a process of its own.
struct Peak {
    count: usize,
    added_kib: Option<u64>,
    time: Duration,
    /// The error that it ended with, if it did.
    end: String,
}

fn peak(list: List, count: usize) -> Result<Peak> {
    let served = |count| ServerProcess::start(Served { list, count, delay_millis: 0 });
    let (short, long) = (served(10)?, served(count)?);
    let output = this_program()?.args(["probe", list.flag(), &short.url, &long.url]).output()?;
    let said = String::from_utf8(output.stdout)?;
    match said.trim_end_matches('\n').splitn(4, '\t').collect::<Vec<_>>()[..] {
        [count, added, millis, end] => Ok(Peak {
            count: count.parse()?,
            added_kib: added.parse().ok(),
            time: Duration::from_millis(millis.parse()?),
            end: end.to_owned(),
        }),
        _ => Err(format!("the process of {} died: {}", list.name(), output.status).into()),
    }
}

/// In a process of its own: a short list first, and then the one that is measured.
pub(crate) fn probe(list: List, short: &str, long: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let client = |url: &str| Client::with_options(list, url, HttpOptions::default());
    let (warm, end) = runtime.block_on(drain(client(short)?.manager(list).list(ListOptions::default())));
    if warm != 10 || !end.is_empty() {
        return Err(format!("the short list has {warm} tokens: {end}").into());
    }
    let manager = client(long)?.manager(list);
    resident::forget_peak();
    let idle = resident::resident();
    let start = std::time::Instant::now();
    let (count, end) = runtime.block_on(drain(manager.list(ListOptions::default())));
    let millis = start.elapsed().as_millis();
    let added = match (idle, resident::resident()) {
        (Some((idle, _)), Some((_, peak))) => peak.saturating_sub(idle).to_string(),
        _ => "unknown".to_owned(),
    };
    println!("{count}\t{added}\t{millis}\t{}", end.replace(['\n', '\t'], " "));
    Ok(())
}

/// How many tokens came, and the error that ended them.
async fn drain(mut tokens: TokenStream) -> (usize, String) {
    let (mut count, mut end) = (0, String::new());
    while let Some(token) = tokens.next().await {
        match token {
            Ok(_) => count += 1,
            Err(error) => end = error.to_string(),
        }
    }
    (count, end)
}

/// How many bytes had been sent at most when the first token was there.
struct First {
    sent: usize,
    all: usize,
}

fn first_token(list: List, count: usize) -> Result<First> {
    let all = gate::body(list, count).len();
    let mut server = ServerProcess::of(["gate", "--list", list.flag(), "--count", &count.to_string()])?;
    let sent = sent_parts(&mut server)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let manager = Client::new(list, &server.url)?.manager(list);
    let parts = all.div_ceil(PART);
    let released = runtime.block_on(async {
        let mut tokens = manager.list(ListOptions::default());
        for part in 1..=parts {
            server.signal()?;
            if let Some(token) = token_of_part(&mut tokens, &sent).await? {
                return token.map(|_| part).map_err(Into::into);
            }
        }
        match tokens.next().await {
            Some(Ok(_)) => Ok(parts),
            Some(Err(error)) => Err(error.into()),
            None => Err("the list is empty".into()),
        }
    });
    let released: Result<usize> = released;
    Ok(First { sent: all.min(PART * released?), all })
}

/// A token, if one comes while the part is sent, or soon behind it. Nothing waits for a time: whatever there is to be
/// read is read within some turns of the runtime.
async fn token_of_part(
    tokens: &mut TokenStream,
    sent: &Receiver<()>,
) -> Result<Option<tokenward::Result<tokenward::Token>>> {
    const TURNS: usize = 500;

    let mut left = None;
    while left != Some(0) {
        if let Some(token) = tokens.next().now_or_never() {
            return token.map(Some).ok_or_else(|| "the list is empty".into());
        }
        tokio::task::yield_now().await;
        left = match left {
            None => sent.try_recv().is_ok().then_some(TURNS),
            Some(turns) => Some(turns - 1),
        };
    }
    Ok(None)
}

/// A message for each part that the server has sent.
fn sent_parts(server: &mut ServerProcess) -> Result<Receiver<()>> {
    let said = server.said.take().ok_or("the server says nothing")?;
    let (send, sent) = mpsc::channel();
    thread::spawn(move || {
        for line in said.lines().map_while(std::io::Result::ok) {
            if line == gate::SENT {
                let _ = send.send(());
            }
        }
    });
    Ok(sent)
}
