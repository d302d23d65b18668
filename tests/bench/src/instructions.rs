//! How many instructions a list costs per token, next to hand-written code.

use std::process::Command;

use clap::ValueEnum;
use tokenward_bench::items::List;

use crate::{
    Result,
    child::{ServerProcess, this_program},
    listing::Contender,
    server::Served,
    table::{Section, verdict},
};

const ABOUT: &str = "Instructions per token, counted by `valgrind --tool=callgrind` in the client's process alone. The figure is the \
difference between many lists and few, so that starting the program and connecting do not count. It differs by one or two percent from \
run to run, because responses arrive in other parts, and does not depend on what else the machine does. *hand-written* is `reqwest` and serde with all documented fields; *raw* is the \
generated client; *trait* is `TokenManager::list`.";

/// What is measured.
struct Plan {
    /// The number of tokens in a list.
    count: usize,
    /// How many lists the two runs read.
    few: usize,
    many: usize,
}

const WHOLE: Plan = Plan { count: 1000, few: 4, many: 24 };
const QUICK: Plan = Plan { count: 10, few: 1, many: 9 };

const MOST_OF_RAW: f64 = 1.10;

/// The bar of the trait for each vendor. It depends on what a token is made of: a Mist token has its privileges as scopes.
fn most_of_trait(list: List) -> f64 {
    match list {
        List::Mist | List::LaunchdarklyRelay => 1.15,
        List::Sailpoint => 0.95,
        List::Launchdarkly => 0.85,
        List::Atlassian => 1.00,
    }
}

pub(crate) fn section(quick: bool) -> Result<Section> {
    let mut section = Section::new("Instructions", ABOUT);
    if Command::new("valgrind").arg("--version").output().is_err() {
        section.note("not measured: `valgrind` is not installed");
        return Ok(section);
    }
    let columns = [
        "instructions a token",
        "hand-written",
        "raw",
        "trait",
        "raw / hand-written",
        "bar",
        "trait / hand-written",
        "bar",
        "",
    ];
    let table = section.table(&columns);
    let plan = if quick { QUICK } else { WHOLE };
    for list in List::COMPARED {
        let server = ServerProcess::start(Served { list, count: plan.count, delay_millis: 0 })?;
        let by_hand = per_token(list, Contender::HandWritten, &plan, &server.url)?;
        let (raw, ours) = (
            per_token(list, Contender::Raw, &plan, &server.url)?,
            per_token(list, Contender::Trait, &plan, &server.url)?,
        );
        let (raw_ratio, trait_ratio, most) = (raw / by_hand, ours / by_hand, most_of_trait(list));
        let is_met = raw_ratio <= MOST_OF_RAW && trait_ratio <= most;
        table.add_row([
            list.name().to_owned(),
            format!("{by_hand:.0}"),
            format!("{raw:.0}"),
            format!("{ours:.0}"),
            format!("{raw_ratio:.2}"),
            format!("≤ {MOST_OF_RAW:.2}"),
            format!("{trait_ratio:.2}"),
            format!("≤ {most:.2}"),
            // The figures of a trial meet nothing and miss nothing.
            if quick { String::new() } else { verdict(is_met).to_owned() },
        ]);
    }
    Ok(section)
}

fn per_token(list: List, contender: Contender, plan: &Plan, url: &str) -> Result<f64> {
    let count = |lists| counted(list, contender, plan.count, lists, url);
    let (few, many) = (count(plan.few)?, count(plan.many)?);
    // A run reads an eighth more lists first, which are counted as well.
    let lists = |measured: usize| measured + measured.div_ceil(8);
    // Of so few lists as a trial has, the difference may be less than that between two runs.
    Ok((many as f64 - few as f64) / ((lists(plan.many) - lists(plan.few)) * plan.count) as f64)
}

/// The instructions of a client's process that reads this many lists.
fn counted(list: List, contender: Contender, count: usize, lists: usize, url: &str) -> Result<u64> {
    let name = contender.to_possible_value().ok_or("it has no name")?;
    let mut program = Command::new("valgrind");
    program.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(this_program()?.get_program());
    program.args(["drive", list.flag(), name.get_name(), "--url", url]);
    program.args(["--count", &count.to_string(), "--lists", &lists.to_string()]);
    let output = program.output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said.lines().find_map(|line| line.split_once("Collected : "));
    let (_, collected) = collected.ok_or_else(|| format!("valgrind did not count: {said}"))?;
    Ok(collected.trim().parse()?)
}
