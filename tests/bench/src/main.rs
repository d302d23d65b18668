//! Prints what the clients cost as Markdown, each figure with its baseline from the same run.
//!
//! ```text
//! cargo figures              # all of them
//! cargo figures listing      # one section
//! cargo figures --quick      # a trial that takes seconds, and whose figures say nothing
//! ```

#![allow(clippy::print_stdout, reason = "the figures are the program's output")]

mod bare;
mod build;
mod child;
mod children;
mod clients;
mod gate;
mod generation;
mod instructions;
mod inventory;
mod latency;
mod listing;
mod measure;
mod memory;
mod rate;
#[path = "../../bounds/memory.rs"]
mod resident;
mod server;
mod table;

use std::error::Error;

use clap::{Parser, Subcommand};

use tokenward_bench::items::List;

use crate::{server::Served, table::Section};

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

/// What the clients cost, beside hand-written code.
#[derive(Parser)]
struct Arguments {
    /// What is measured; everything unless said.
    #[command(subcommand)]
    what: Option<What>,
    /// A trial that takes seconds, and whose figures say nothing.
    #[arg(long, global = true)]
    quick: bool,
}

#[derive(Clone, Subcommand)]
enum What {
    /// Processor and wall time of lists.
    Listing,
    /// Instructions of lists, counted by valgrind.
    Instructions,
    /// Round trips of a list of pages.
    Latency,
    /// All families at once, beside the slowest one.
    Inventory,
    /// Peak memory of long lists, and when the first token is there.
    Memory,
    /// The build cost of each vendor's crate on top of plain reqwest, next to openapi-generator's client.
    Build(build::Options),
    /// Processor time of `cargo xtask generate` and `cargo xtask spec diff`.
    Generation(generation::Options),
    /// How much of the vendors' rate limits bulk jobs use.
    Rate,
    /// One client alone, for a profiler: it prints the nanoseconds of the processor and those that passed.
    Drive(listing::Alone),
    /// Lists once, and says what that took of memory.
    #[command(hide = true)]
    Probe { list: List, short: String, long: String },
    /// Serves one list part by part, until stdin ends.
    #[command(hide = true)]
    Gate {
        #[arg(long)]
        list: List,
        #[arg(long)]
        count: usize,
    },
    /// Serves one list, until stdin ends.
    #[command(hide = true)]
    Serve(Served),
}

const SECTIONS: [What; 6] =
    [What::Listing, What::Instructions, What::Latency, What::Inventory, What::Memory, What::Rate];

fn main() -> Result<()> {
    let Arguments { what, quick } = Arguments::parse();
    let what = what.as_ref().map_or(&SECTIONS[..], std::slice::from_ref);
    for what in what {
        match what {
            What::Listing => print(&listing::section(quick)?),
            What::Instructions => print(&instructions::section(quick)?),
            What::Latency => print(&latency::section(quick)?),
            What::Inventory => print(&inventory::section(quick)?),
            What::Memory => print(&memory::section(quick)?),
            What::Build(options) => print(&build::section(options, quick)?),
            What::Generation(options) => print(&generation::section(options, quick)?),
            What::Rate => print(&rate::section(quick)?),
            What::Probe { list, short, long } => memory::probe(*list, short, long)?,
            What::Gate { list, count } => gate::run(*list, *count)?,
            What::Drive(alone) => println!("{}", listing::drive(alone)?),
            What::Serve(served) => server::run(*served)?,
        }
    }
    Ok(())
}

fn print(section: &Section) {
    println!("{section}");
}
