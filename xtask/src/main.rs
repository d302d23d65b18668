//! `cargo xtask`: generates the vendor clients, compares the specs with what the vendors publish, and puts a test to the
//! test.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use xtask::{bite, generate, problem::Problem, verify, whole};

/// Generates the vendor clients from specs/ and checks them.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Brings the generated clients to what specs/ says; exit code 1 where --check finds a stale file, 2 on bad input.
    Generate {
        /// The vendors; all where none is named.
        vendors: Vec<String>,
        /// Compares, and writes nothing.
        #[arg(long)]
        check: bool,
        /// A published document, whole: its client becomes a crate of its own.
        #[arg(long, value_name = "FILE", requires = "out", conflicts_with_all = ["vendors", "check"])]
        spec: Option<PathBuf>,
        /// The folder of that crate.
        #[arg(long, value_name = "DIR", requires = "spec")]
        out: Option<PathBuf>,
        /// Only operations of which `METHOD /path` or the operationId matches.
        #[arg(long, value_name = "REGEX", requires = "spec")]
        select: Option<String>,
    },
    /// Takes away what a test watches over, one thing after the other; exit code 1 where it does not notice one.
    Bite {
        /// The list of mutations.
        #[arg(long, value_name = "FILE", default_value = "tests/canary/mutations.toml")]
        list: PathBuf,
        /// Only the mutations whose reason contains this.
        #[arg(long, value_name = "TEXT")]
        only: Option<String>,
    },
    /// Works on the vendored documents.
    Spec {
        #[command(subcommand)]
        command: Spec,
    },
}

#[derive(Subcommand)]
enum Spec {
    /// Compares the kept operations with the vendors' published documents; exit code 1 where they differ, 2 on bad input.
    Verify {
        /// The vendors; all where none is named.
        vendors: Vec<String>,
        /// A folder with the documents that vendor.toml names, or one vendor's document.
        #[arg(long, value_name = "DIR|FILE")]
        upstream: PathBuf,
    },
}

fn main() -> ExitCode {
    // progenitor follows a document's nesting on the stack.
    const STACK: usize = 256 << 20;

    let arguments = Arguments::parse();
    let worker = std::thread::Builder::new().stack_size(STACK).spawn(|| run(arguments));
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        Ok(Err(_)) | Err(_) => ExitCode::from(2),
    }
}

fn run(arguments: Arguments) -> ExitCode {
    // A closed pipe is no reason to fail half-way through writing files.
    let mut report = |line: &str| drop(writeln!(io::stdout(), "{line}"));
    let result = root().and_then(|root| match arguments.command {
        Command::Generate { spec: Some(spec), out: Some(out), select, .. } => {
            let options = whole::Options { spec: &spec, out: &out, select: select.as_deref() };
            whole::run(&root, &options, &mut report)
        }
        Command::Generate { vendors, check, .. } => {
            generate::run(&root, &generate::Options { vendors, check }, &mut report)
        }
        Command::Bite { list, only } => {
            bite::run(&root, &bite::Options { list: root.join(list), only }, &mut report)
        }
        Command::Spec { command: Spec::Verify { vendors, upstream } } => {
            verify::run(&root, &vendors, &upstream, &mut report)
        }
    });
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(problem) => {
            drop(writeln!(io::stderr(), "error: {problem}"));
            ExitCode::from(2)
        }
    }
}

/// The workspace's root. Asked for at run time: a binary may serve another checkout than it was built in.
fn root() -> Result<PathBuf, Problem> {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
    let start = here.canonicalize()?;
    start
        .ancestors()
        .find(|folder| folder.join("specs").is_dir() && folder.join("Cargo.lock").is_file())
        .map(Path::to_owned)
        .ok_or_else(|| Problem::new("no workspace with specs/ here or above").in_file(&start))
}
