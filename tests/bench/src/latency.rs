//! How many round trips a list of pages takes where each answer is late.

use std::time::Duration;

use futures_util::TryStreamExt;
use serde_json::Value;
use tokenward::{ListOptions, Token, TokenManager};
use tokenward_bench::items::List;

use crate::{
    Result,
    child::ServerProcess,
    clients::Client,
    listing::list_by_hand,
    measure::{Spread, Stopwatch},
    server::Served,
    table::{Section, verdict},
};

const LIST: List = List::Launchdarkly;
const COUNT: usize = 1001;
const DELAY: Duration = Duration::from_millis(50);
const MOST_ROUND_TRIPS: f64 = 3.0;

pub(crate) fn section(quick: bool) -> Result<Section> {
    let about = format!(
        "Wall time of listing {COUNT} tokens of {} where every answer takes {} ms, in such times. The median of the \
         rounds, with the quartiles behind it; the order of the tokens is checked.",
        LIST.name(),
        DELAY.as_millis()
    );
    let mut section = Section::new("Latency", about);
    let delay_millis = u64::try_from(DELAY.as_millis())?;
    let server = ServerProcess::start(Served { list: LIST, count: COUNT, delay_millis })?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let reqwest = reqwest::Client::builder().no_proxy().build()?;
    let manager = Client::new(LIST, &server.url)?.manager(LIST);
    let ids = ids()?;
    let (mut by_hand, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..if quick { 1 } else { 7 } {
        let watch = Stopwatch::start();
        let count = runtime.block_on(list_by_hand(LIST, &reqwest, &server.url))?;
        by_hand.push(round_trips(watch.read().wall));
        let watch = Stopwatch::start();
        let tokens = runtime.block_on(all(manager.as_ref()))?;
        ours.push(round_trips(watch.read().wall));
        if count != COUNT || !tokens.iter().map(|token| token.id.as_str()).eq(ids.iter().map(String::as_str))
        {
            return Err("the tokens that were listed are not those that are there, in their order".into());
        }
    }
    let table = section.table(&["client", "round trips", "bar", ""]);
    table.add_row(["hand-written, page after page".to_owned(), shown(Spread::of(by_hand))]);
    let ours = Spread::of(ours);
    let bar = format!("≤ {MOST_ROUND_TRIPS:.0}");
    // What is not waiting is no round trip.
    let is_met = ours.median < MOST_ROUND_TRIPS + 0.5;
    table.add_row(["trait".to_owned(), shown(ours), bar, verdict(is_met).to_owned()]);
    Ok(section)
}

async fn all(manager: &dyn TokenManager) -> tokenward::Result<Vec<Token>> {
    manager.list(ListOptions::default()).try_collect().await
}

fn ids() -> Result<Vec<String>> {
    let id = |number| -> Result<String> {
        let item: Value = serde_json::from_str(&LIST.item(number))?;
        Ok(item["_id"].as_str().unwrap_or_default().to_owned())
    };
    (0..COUNT).map(id).collect()
}

fn round_trips(wall: Duration) -> f64 {
    wall.as_secs_f64() / DELAY.as_secs_f64()
}

fn shown(Spread { median, lower, upper }: Spread) -> String {
    format!("{median:.2} ({lower:.2}–{upper:.2})")
}
