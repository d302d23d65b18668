//! What `cargo xtask generate` and `cargo xtask spec diff` take.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use clap::Args;
use serde_json::Value;

use crate::{
    Result,
    children::{cargo, root, run, succeed},
    measure::{Cost, Spread, Stopwatch},
    table::{Section, verdict},
};

const ABOUT: &str = "The processor's time of `xtask` as `cargo xtask` runs it, a debug build that is there already, without \
cargo itself: the middle of several runs. Beside it, what reading the same documents takes, optimised, and nothing else.";

/// The bar.
const MOST: Duration = Duration::from_secs(1);

/// Which documents are compared.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// Two versions of a vendor's document, for `spec diff`; as often as there are vendors.
    #[arg(long, num_args = 2, value_names = ["OLD", "NEW"])]
    diff: Vec<PathBuf>,
}

pub(crate) fn section(options: &Options, quick: bool) -> Result<Section> {
    let rounds = if quick { 1 } else { 9 };
    let (root, xtask) = (root(), program(&root())?);
    let mut section = Section::new("Generation", ABOUT);
    let mut rows = vec![row(
        "`generate --check`, all vendors".to_owned(),
        &root,
        Command::new(&xtask).args(["generate", "--check"]),
        &documents(&root)?,
        rounds,
    )?];
    for pair in options.diff.chunks_exact(2) {
        let name = |path: &Path| path.file_name().unwrap_or_default().display().to_string();
        let folder = pair[1].parent().map(name).unwrap_or_default();
        let title = format!("`spec diff`, {folder} {} {}", name(&pair[0]), name(&pair[1]));
        let pair: Vec<PathBuf> = pair.iter().map(std::path::absolute).collect::<Result<_, _>>()?;
        rows.push(row(title, &root, Command::new(&xtask).args(["spec", "diff"]).args(&pair), &pair, rounds)?);
    }
    let table = section.table(&["", "reading, s of CPU", "s of CPU", "s", "bar", ""]);
    for Row { title, reading, cpu, wall } in rows {
        let is_met = cpu < MOST.as_secs_f64();
        let figures = [reading, cpu, wall].map(|seconds| format!("{seconds:.2}"));
        let bar = [format!("< {}", MOST.as_secs()), verdict(is_met).to_owned()];
        table.add_row([title].into_iter().chain(figures).chain(bar));
    }
    if options.diff.is_empty() {
        section.note("not run: `spec diff`, as no two documents were named with `--diff OLD NEW`");
    }
    Ok(section)
}

struct Row {
    title: String,
    reading: f64,
    cpu: f64,
    wall: f64,
}

fn row(title: String, root: &Path, command: &mut Command, read: &[PathBuf], rounds: usize) -> Result<Row> {
    let (mut costs, mut reading) = (Vec::<Cost>::new(), Vec::new());
    for _ in 0..rounds {
        let watch = Stopwatch::start();
        for path in read {
            xtask_read::read(path)?;
        }
        reading.push(watch.read().cpu.as_secs_f64());
        let (output, cost) = run(command.current_dir(root))?;
        // Of a diff, 1 and 2 say what was found.
        if output.status.code().is_none_or(|code| code > 2) || output.stdout.is_empty() {
            return Err(format!("{title} fails: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        costs.push(cost);
    }
    let middle =
        |of: fn(&Cost) -> Duration| Spread::of(costs.iter().map(|cost| of(cost).as_secs_f64())).median;
    let (cpu, wall) = (middle(|cost| cost.cpu), middle(|cost| cost.wall));
    Ok(Row { title, reading: Spread::of(reading).median, cpu, wall })
}

/// The documents that all clients are generated from.
fn documents(root: &Path) -> Result<Vec<PathBuf>> {
    let mut documents = Vec::new();
    for entry in std::fs::read_dir(root.join("specs"))? {
        let folder = entry?.path();
        let both = ["openapi.yaml", "overlay.yaml"].map(|name| folder.join(name));
        documents.extend(both.into_iter().filter(|path| path.is_file()));
    }
    Ok(documents)
}

/// The program that `cargo xtask` runs.
fn program(root: &Path) -> Result<PathBuf> {
    let arguments = ["build", "--locked", "--quiet", "--package", "xtask", "--message-format", "json"];
    let said = succeed(cargo(root).args(arguments))?;
    let messages = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut programs = messages.filter_map(|message| Some(message.get("executable")?.as_str()?.into()));
    programs.next_back().ok_or_else(|| "cargo builds no xtask".into())
}
