//! What a list costs a token, beside hand-written code.

use std::hint::black_box;

use clap::ValueEnum;
use tokenward::TokenManager;
use tokenward_bench::{handwritten, items::List};
use tokio::runtime::Runtime;

use crate::{
    Result,
    bare::Bare,
    child::{ServerProcess, this_program},
    clients::{Client, ORG, list},
    measure::{Cost, Spread, Stopwatch},
    server::Served,
    table::{Section, verdict},
};

const ABOUT: &str = "Processor time a token (of the program and the system, of the client's process alone), and \
wall time a list, from a server in another process whose answers are ready beforehand. The clients take turns, each in a \
process of its own and on one thread, so that all of its time is counted; each figure is the median of the rounds, and a \
ratio is that of the rounds' own ratios, with the quartiles behind it. *hyper* throws the bytes away; *hand-written* is `reqwest` and \
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
    Plan { count: HELD_AT, rounds: 61, lists: 40 },
    Plan { count: 100_000, rounds: 5, lists: 1 },
];

const QUICK: [Plan; 3] = [
    Plan { count: 10, rounds: 1, lists: 2 },
    Plan { count: HELD_AT, rounds: 1, lists: 1 },
    Plan { count: 2000, rounds: 1, lists: 1 },
];

/// Who lists.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(crate) enum Contender {
    Hyper,
    HandWritten,
    Raw,
    Trait,
}

use Contender::{HandWritten, Hyper, Raw, Trait};

const ALL: [Contender; 4] = [Hyper, HandWritten, Raw, Trait];

/// One client alone.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Alone {
    /// Whose list it is.
    list: List,
    /// Who lists.
    contender: Contender,
    /// How many tokens a list has.
    #[arg(long, default_value_t = HELD_AT)]
    count: usize,
    /// How many times it is listed, after an eighth of that which is not counted.
    #[arg(long, default_value_t = 1000)]
    lists: usize,
    /// Where it is served; by a process of its own unless said.
    #[arg(long)]
    url: Option<String>,
}

/// What so many lists cost this process.
pub(crate) fn drive(alone: &Alone) -> Result<Cost> {
    let Alone { list, contender, count, lists, url } = alone;
    if let Some(url) = url {
        return Lister::new(*list, *contender, *count, url)?.measure(*lists);
    }
    let server = ServerProcess::start(Served { list: *list, count: *count, delay_millis: 0 })?;
    Lister::new(*list, *contender, *count, &server.url)?.measure(*lists)
}

/// A client with its connection.
struct Lister {
    which: List,
    url: String,
    count: usize,
    runtime: Runtime,
    by: By,
}

enum By {
    Hyper(Bare),
    HandWritten(reqwest::Client),
    Raw(Client),
    Trait(Box<dyn TokenManager>),
}

impl Lister {
    fn new(which: List, contender: Contender, count: usize, url: &str) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let by = match contender {
            Hyper => By::Hyper(runtime.block_on(Bare::connect(url))?),
            HandWritten => By::HandWritten(reqwest::Client::builder().no_proxy().build()?),
            Raw => By::Raw(Client::new(which, url)?),
            Trait => By::Trait(Client::new(which, url)?.manager(which)),
        };
        Ok(Self { which, url: url.to_owned(), count, runtime, by })
    }

    /// What so many lists cost, once the connection is made and memory is there. Each has to have every token.
    fn measure(&mut self, lists: usize) -> Result<Cost> {
        for _ in 0..lists.div_ceil(8) {
            self.list()?;
        }
        let watch = Stopwatch::start();
        for _ in 0..lists {
            self.list()?;
        }
        Ok(watch.read())
    }

    fn list(&mut self) -> Result<()> {
        let Self { which, url, count, runtime, by } = self;
        let read = match by {
            By::Hyper(bare) => runtime.block_on(bare.list(*which, *count)).map(|()| *count),
            By::HandWritten(reqwest) => runtime.block_on(list_by_hand(*which, reqwest, url)),
            By::Raw(ours) => runtime.block_on(ours.list_raw()),
            By::Trait(manager) => runtime.block_on(list(manager.as_ref())),
        }?;
        if read == *count { Ok(()) } else { Err(format!("{read} tokens of {count} were listed").into()) }
    }
}

/// What a client costs in a process of its own, as in a program that has no other, or why it refuses: what one does to the
/// memory of a process costs the next one up to a third.
fn apart(which: List, contender: Contender, plan: &Plan, url: &str) -> Result<Result<Cost, String>> {
    let name = contender.to_possible_value().ok_or("it has no name")?;
    let mut program = this_program()?;
    program.args(["drive", which.flag(), name.get_name(), "--url", url]);
    program.args(["--count", &plan.count.to_string(), "--lists", &plan.lists.to_string()]);
    let output = program.output()?;
    if !output.status.success() {
        return Ok(Err(String::from_utf8_lossy(&output.stderr)
            .trim()
            .trim_start_matches("Error: ")
            .to_owned()));
    }
    String::from_utf8(output.stdout)?.parse().map(Ok)
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
        List::LaunchdarklyRelay => return Err("nobody wrote a client for it by hand".into()),
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
    // The figures of a trial say nothing, so they meet nothing and miss nothing.
    processor_time(&mut section, &results, !quick);
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
    let (mut rounds, mut refusals) = (Vec::new(), Vec::<(Contender, String)>::new());
    for round in 0..plan.rounds {
        let mut costs = [None; ALL.len()];
        for turn in 0..ALL.len() {
            let place = (round + turn) % ALL.len();
            let contender = ALL[place];
            if refusals.iter().any(|(refusing, _)| *refusing == contender) {
                continue;
            }
            match (contender, apart(which, contender, plan, &server.url)?) {
                (_, Ok(cost)) => costs[place] = Some(cost),
                // Whoever refuses so many does not take part.
                (Raw | Trait, Err(refusal)) => refusals.push((contender, refusal)),
                (_, Err(refusal)) => return Err(refusal.into()),
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

fn processor_time(section: &mut Section, results: &[(List, Measured)], has_bars: bool) {
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
        let is_held = has_bars && measured.count == HELD_AT;
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
