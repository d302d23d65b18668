//! `cargo xtask`: generates the vendor clients, compares the specs with what the vendors publish, and puts a test to the
//! test.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use xtask::{
    bite, budget, diff, generate, new_vendor, printed, problem::Problem, prove, radar, update, verify, whole,
};

/// Generates the vendor clients from specs/ and checks them.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Brings the generated clients to what specs/ says; exit code 1 where --check finds a stale file or the version is at
    /// odds with the API, 2 on bad input.
    Generate {
        /// The vendors; all where none is named.
        vendors: Vec<String>,
        /// Compares, and writes nothing.
        #[arg(long, conflicts_with_all = ["release", "lower_bump"])]
        check: bool,
        /// Makes what is there the API of the last release; its version has to be raised before as far as was asked.
        #[arg(long, conflicts_with = "lower_bump")]
        release: bool,
        /// Takes back a bump that was asked for before and is not any more.
        #[arg(long)]
        lower_bump: bool,
        /// A published document, whole: its client becomes a crate of its own.
        #[arg(long, value_name = "FILE", requires = "out", conflicts_with_all = ["vendors", "check", "release", "lower_bump"])]
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
    /// Compares the dependencies and the generated lines of each published crate with .cargo/budget.toml; exit code 1
    /// where one has more, or where the budget no longer bounds it, 2 on bad input.
    Budget,
    /// Begins the folder and the crate of a further vendor; exit code 2 where nothing can be made of the document, and
    /// then nothing is written.
    NewVendor {
        /// The vendor's name, in small letters, as its folder and its crate have it.
        name: String,
        /// The vendor's published document.
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        /// Only the operations whose `METHOD /path` or id matches.
        #[arg(long, value_name = "REGEX")]
        select: Option<String>,
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
    /// Tells what another version of a vendor's document means to who depends on the client; exit code 0 where the
    /// structure of what is kept is the same, 1 where nothing breaks, 2 where something does, 3 where it cannot tell.
    Diff {
        /// The older document.
        old: PathBuf,
        /// The newer one.
        new: PathBuf,
        /// Whose document it is; found out where it is not said.
        #[arg(long, conflicts_with = "select")]
        vendor: Option<String>,
        /// Compares the operations whose `METHOD /path` or id matches, instead of those that a vendor keeps.
        #[arg(long, value_name = "REGEX")]
        select: Option<String>,
        /// How the result is written.
        #[arg(long, value_enum, default_value_t)]
        format: diff::Format,
        /// Lists all texts that differ, not only the first ones.
        #[arg(long)]
        prose: bool,
    },
    /// Shows that what `diff` says is so: old consumers are compiled with new clients, and old clients read new answers;
    /// exit code 1 where the table of changes is wrong, 2 on bad input.
    Prove {
        /// The folder of the table.
        #[arg(long, value_name = "DIR", default_value = "xtask/tests/suite/mutations")]
        table: PathBuf,
        /// Only the changes whose name contains this.
        #[arg(long, value_name = "TEXT")]
        only: Option<String>,
    },
    /// Looks for operations on tokens that nobody keeps or knows; exit code 1 where there are some, 2 on bad input.
    Radar {
        /// The vendors; all where none is named.
        vendors: Vec<String>,
        /// A folder with the documents that vendor.toml names, or one vendor's document.
        #[arg(long, value_name = "DIR|FILE")]
        upstream: PathBuf,
    },
    /// Takes the structure of a newly published document into specs/, and leaves our prose, order and comments as they
    /// are; exit code 1 where --check finds something to take in or an action of the overlay no longer holds, 2 on bad
    /// input.
    Update {
        /// The vendor.
        vendor: String,
        /// The published document.
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        /// Says what would change, and writes nothing.
        #[arg(long, visible_alias = "dry-run")]
        check: bool,
        /// Leaves kept operations that the document lacks as they are.
        #[arg(long)]
        keep_missing: bool,
    },
}

fn main() -> ExitCode {
    // progenitor follows a document's nesting on the stack.
    const STACK: usize = 256 << 20;

    // A panic may quote a document, too.
    std::panic::set_hook(Box::new(|panic| {
        drop(writeln!(io::stderr(), "error: {}", printed::line(&panic.to_string())));
    }));
    let is_diff = std::env::args().skip(1).take(2).eq(["spec", "diff"]);
    let unreadable = if is_diff { diff::Outcome::Unknown.exit_code() } else { 2 };
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            if error.use_stderr() {
                // It quotes the arguments, and a file's name may be one.
                let text = error.render().to_string();
                text.lines().for_each(|line| drop(writeln!(io::stderr(), "{}", printed::line(line))));
            } else {
                drop(error.print());
            }
            return ExitCode::from(if error.use_stderr() { unreadable } else { 0 });
        }
    };
    let worker = std::thread::Builder::new().stack_size(STACK).spawn(move || run(arguments, unreadable));
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        Ok(Err(_)) | Err(_) => ExitCode::from(unreadable),
    }
}

/// Runs the command; `unreadable` is the exit code where it cannot: 2 says of a diff that something breaks.
fn run(arguments: Arguments, unreadable: u8) -> ExitCode {
    // A closed pipe is no reason to fail half-way through writing files.
    let mut report = |line: &str| drop(writeln!(io::stdout(), "{}", printed::line(line)));
    let stale = |is_right: bool| u8::from(!is_right);
    let result = root().and_then(|root| match arguments.command {
        Command::Generate { spec: Some(spec), out: Some(out), select, .. } => {
            let options = whole::Options { spec: &spec, out: &out, select: select.as_deref() };
            whole::run(&root, &options, &mut report).map(stale)
        }
        Command::Generate { vendors, check, release, lower_bump, .. } => {
            generate::run(&root, &generate::Options { vendors, check, release, lower_bump }, &mut report)
                .map(stale)
        }
        Command::Bite { list, only } => {
            bite::run(&root, &bite::Options { list: root.join(list), only }, &mut report).map(stale)
        }
        Command::Budget => budget::run(&root, &mut report).map(stale),
        Command::NewVendor { name, from, select } => {
            let today = jiff::Timestamp::now().strftime("%F").to_string();
            new_vendor::run(&root, &new_vendor::Options { name, from, select, today }, &mut report)?;
            new_vendor::lock(&root, &mut report);
            Ok(0)
        }
        Command::Spec { command: Spec::Verify { vendors, upstream } } => {
            verify::run(&root, &vendors, &upstream, &mut report).map(stale)
        }
        Command::Spec { command: Spec::Diff { old, new, vendor, select, format, prose } } => {
            let options = diff::Options { old, new, vendor, select, format, prose };
            diff::run(&root, &options, &mut report).map(diff::Outcome::exit_code)
        }
        Command::Spec { command: Spec::Prove { table, only } } => {
            prove::run(&root, &prove::Options { table, only }, &mut report).map(stale)
        }
        Command::Spec { command: Spec::Radar { vendors, upstream } } => {
            radar::run(&root, &vendors, &upstream, &mut report).map(stale)
        }
        Command::Spec { command: Spec::Update { vendor, from, check, keep_missing } } => {
            update::run(&root, &update::Options { vendor, from, check, keep_missing }, &mut report).map(stale)
        }
    });
    match result {
        Ok(code) => ExitCode::from(code),
        Err(problem) => {
            drop(writeln!(io::stderr(), "error: {}", printed::line(&problem.to_string())));
            ExitCode::from(unreadable)
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
