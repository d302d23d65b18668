//! Prints what the clients cost as Markdown, each figure with its baseline from the same run.
//!
//! ```text
//! cargo figures              # all of them
//! cargo figures listing      # one section
//! cargo figures --quick      # a trial that takes seconds, and whose figures say nothing
//! ```

#![allow(clippy::print_stdout, reason = "the figures are the program's output")]

mod bare;
mod child;
mod clients;
mod listing;
mod measure;
mod server;
mod table;

use std::error::Error;

use clap::{Parser, Subcommand};

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

#[derive(Clone, Copy, Subcommand)]
enum What {
    /// Processor and wall time of lists.
    Listing,
    /// Serves one list, until stdin ends.
    #[command(hide = true)]
    Serve(Served),
}

const SECTIONS: [What; 1] = [What::Listing];

fn main() -> Result<()> {
    let Arguments { what, quick } = Arguments::parse();
    let what = what.as_ref().map_or(&SECTIONS[..], std::slice::from_ref);
    for what in what {
        match what {
            What::Listing => print(&listing::section(quick)?),
            What::Serve(served) => server::run(*served)?,
        }
    }
    Ok(())
}

fn print(section: &Section) {
    println!("{section}");
}
