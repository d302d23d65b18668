//! What a list costs a token, beside hand-written code.

use std::hint::black_box;

use tokenward::TokenManager;
use tokenward_bench::{handwritten, items::List};
use tokio::runtime::Runtime;

use crate::{
    Result,
    bare::Bare,
    child::ServerProcess,
    clients::{Client, ORG, list},
    measure::{Cost, Spread, Stopwatch},
    server::Served,
    table::{Section, verdict},
};

const ABOUT: &str = "Processor time a token (of the program and the system, of the client's process alone), and \
wall time a list, from a server in another process whose answers are ready beforehand. All clients take turns on one \
thread, so that all of their time is counted; each figure is the median of the rounds, and a ratio is that of the \
rounds' own ratios, with the quartiles behind it. *hyper* throws the bytes away; *hand-written* is `reqwest` and \
serde with all documented fields; *raw* is the generated client; *trait* is `TokenManager::list`.";

/// With how many tokens the bars are held to.
const HELD_AT: usize = 1000;
const MOST_OF_TRAIT: f64 = 1.00;
const MOST_OF_RAW: f64 = 1.05;

/// How much is measured.
struct Plan {
    count: usize,
    rounds: usize,
    /// How many lists one measurement has.
    lists: usize,
}

const WHOLE: [Plan; 3] = [
    Plan { count: 10, rounds: 21, lists: 200 },
    Plan { count: HELD_AT, rounds: 31, lists: 12 },
    Plan { count: 100_000, rounds: 5, lists: 1 },
];

const QUICK: [Plan; 3] = [
    Plan { count: 10, rounds: 1, lists: 2 },
    Plan { count: HELD_AT, rounds: 1, lists: 1 },
    Plan { count: 10_000, rounds: 1, lists: 1 },
];

/// Who lists.
#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
pub(crate) enum Contender {
    Hyper,
    HandWritten,
    Raw,
    Trait,
}

use Contender::{HandWritten, Hyper, Raw, Trait};

const ALL: [Contender; 4] = [Hyper, HandWritten, Raw, Trait];

/// The clients, each with its connection, for one server.
struct Contenders {
    which: List,
    url: String,
    count: usize,
    runtime: Runtime,
    bare: Bare,
    reqwest: reqwest::Client,
    ours: Client,
    manager: Box<dyn TokenManager>,
}

impl Contenders {
    fn new(which: List, url: &str, count: usize) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let bare = runtime.block_on(Bare::connect(url))?;
        let reqwest = reqwest::Client::builder().no_proxy().build()?;
        let ours = Client::new(which, url)?;
        let manager = ours.manager(which);
        Ok(Self { which, url: url.to_owned(), count, runtime, bare, reqwest, ours, manager })
    }

    /// What so many lists cost. Each has to have every token.
    fn measure(&mut self, contender: Contender, lists: usize) -> Result<Cost> {
        let watch = Stopwatch::start();
        for _ in 0..lists {
            let Self { which, url, count, runtime, bare, reqwest, ours, manager } = self;
            let read = match contender {
                Hyper => runtime.block_on(bare.list(*which, *count)).map(|()| *count),
                HandWritten => runtime.block_on(list_by_hand(*which, reqwest, url)),
                Raw => runtime.block_on(ours.list_raw()),
                Trait => runtime.block_on(list(manager.as_ref())),
            }?;
            if read != *count {
                return Err(format!("{read} tokens of {count} were listed").into());
            }
        }
        Ok(watch.read())
    }
}

/// One client alone, for a profiler.
pub(crate) fn drive(which: List, contender: Contender, count: usize, lists: usize) -> Result<()> {
    let server = ServerProcess::start(Served { list: which, count, delay_millis: 0 })?;
    Contenders::new(which, &server.url, count)?.measure(contender, lists).map(drop)
}

/// How many tokens hand-written code lists.
pub(crate) async fn list_by_hand(which: List, client: &reqwest::Client, url: &str) -> Result<usize> {
    let mut count = 0;
    match which {
        List::Mist => handwritten::mist::list(client, url, ORG, |page| count += black_box(page).len()).await,
        List::Sailpoint => {
            handwritten::sailpoint::list(client, url, |page| count += black_box(page).len()).await
        }
        List::Launchdarkly => {
            handwritten::launchdarkly::list(client, url, |page| count += black_box(page).len()).await
        }
        List::Atlassian => {
            handwritten::atlassian::list(client, url, ORG, |page| count += black_box(page).len()).await
        }
        List::LaunchdarklyRelay => unreachable!("nobody wrote one by hand"),
    }?;
    Ok(count)
}

/// What was measured of one list: a round's costs in the order of [`ALL`], or why one was not taken.
struct Measured {
    rounds: Vec<[Option<Cost>; ALL.len()]>,
    lists: usize,
    count: usize,
    refusals: Vec<(Contender, String)>,
}

pub(crate) fn section(quick: bool) -> Result<Section> {
    let mut section = Section::new("Listing", ABOUT);
    let mut results = Vec::new();
    for plan in if quick { &QUICK } else { &WHOLE } {
        for which in List::COMPARED {
            let measured = measure(which, plan);
            let measured =
                measured.map_err(|error| format!("{}, {} tokens: {error}", which.name(), plan.count))?;
            results.push((which, measured));
        }
    }
    processor_time(&mut section, &results);
    wall_time(&mut section, &results);
    for (which, measured) in &results {
        for (contender, refusal) in &measured.refusals {
            let name = if *contender == Raw { "raw" } else { "trait" };
            section.note(format!("—: {}, {} tokens, {name}: {refusal}", which.name(), measured.count));
        }
    }
    Ok(section)
}

fn measure(which: List, plan: &Plan) -> Result<Measured> {
    let server = ServerProcess::start(Served { list: which, count: plan.count, delay_millis: 0 })?;
    let mut contenders = Contenders::new(which, &server.url, plan.count)?;
    let mut refusals = Vec::new();
    // Connections are made, and whoever refuses so many does not take part.
    for contender in ALL {
        match (contender, contenders.measure(contender, 1)) {
            (Raw | Trait, Err(refusal)) => refusals.push((contender, refusal.to_string())),
            (_, result) => drop(result?),
        }
    }
    let mut rounds = Vec::new();
    for round in 0..plan.rounds {
        let mut costs = [None; ALL.len()];
        for turn in 0..ALL.len() {
            let place = (round + turn) % ALL.len();
            if refusals.iter().all(|(refusing, _)| *refusing != ALL[place]) {
                costs[place] = Some(contenders.measure(ALL[place], plan.lists)?);
            }
        }
        rounds.push(costs);
    }
    Ok(Measured { rounds, lists: plan.lists, count: plan.count, refusals })
}

impl Measured {
    fn spread(&self, of: impl Fn(&[Option<Cost>; ALL.len()]) -> Option<f64>) -> Option<Spread> {
        let values: Vec<f64> = self.rounds.iter().filter_map(of).collect();
        (!values.is_empty()).then(|| Spread::of(values))
    }

    /// Microseconds of the processor a token.
    fn cpu(&self, contender: Contender) -> Option<Spread> {
        let tokens = (self.lists * self.count) as f64;
        self.spread(|round| Some(round[contender as usize]?.cpu.as_secs_f64() * 1e6 / tokens))
    }

    /// Milliseconds a list.
    fn wall(&self, contender: Contender) -> Option<Spread> {
        self.spread(|round| Some(round[contender as usize]?.wall.as_secs_f64() * 1e3 / self.lists as f64))
    }

    /// Processor time as a part of the hand-written code's in the same round.
    fn ratio(&self, contender: Contender) -> Option<Spread> {
        self.spread(|round| {
            let baseline = round[HandWritten as usize]?.cpu.as_secs_f64();
            Some(round[contender as usize]?.cpu.as_secs_f64() / baseline)
        })
    }
}

fn processor_time(section: &mut Section, results: &[(List, Measured)]) {
    let bar = format!("≤ {MOST_OF_RAW:.2}, ≤ {MOST_OF_TRAIT:.2}");
    let columns = [
        "µs of CPU a token",
        "tokens",
        "hyper",
        "hand-written",
        "raw",
        "trait",
        "raw / hand-written",
        "trait / hand-written",
        "bar",
        "",
    ];
    let table = section.table(&columns);
    for (which, measured) in results {
        let (raw, ours) = (measured.ratio(Raw), measured.ratio(Trait));
        let is_within = |ratio: Option<Spread>, most: f64| ratio.is_some_and(|ratio| ratio.median <= most);
        let is_met = is_within(raw, MOST_OF_RAW) && is_within(ours, MOST_OF_TRAIT);
        let is_held = measured.count == HELD_AT;
        table.add_row([
            which.name().to_owned(),
            measured.count.to_string(),
            shown(measured.cpu(Hyper)),
            shown(measured.cpu(HandWritten)),
            shown(measured.cpu(Raw)),
            shown(measured.cpu(Trait)),
            with_quartiles(raw),
            with_quartiles(ours),
            if is_held { bar.clone() } else { String::new() },
            if is_held { verdict(is_met).to_owned() } else { String::new() },
        ]);
    }
}

fn wall_time(section: &mut Section, results: &[(List, Measured)]) {
    let table = section.table(&["ms a list", "tokens", "hyper", "hand-written", "raw", "trait"]);
    for (which, measured) in results {
        let walls = ALL.map(|contender| shown(measured.wall(contender)));
        table.add_row([which.name().to_owned(), measured.count.to_string()].into_iter().chain(walls));
    }
}

fn shown(spread: Option<Spread>) -> String {
    spread.map_or("—".to_owned(), |spread| format!("{:.2}", spread.median))
}

fn with_quartiles(spread: Option<Spread>) -> String {
    spread.map_or("—".to_owned(), |Spread { median, lower, upper }| {
        format!("{median:.2} ({lower:.2}–{upper:.2})")
    })
}
