//! `cargo xtask generate`: brings every client to what its folder in `specs/` says.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use similar::{ChangeTag, TextDiff};
use tokenward_core::printable::printable;

use crate::{
    files::{self, Status},
    lock::{self, Entry, Lock},
    pipeline::{self, Generated, Without},
    printed,
    problem::Problem,
    release::{self, Outlook},
    vendor::Vendor,
};

/// What to generate, and how.
#[derive(Debug, Default)]
pub struct Options {
    /// The vendors; all where there is none.
    pub vendors: Vec<String>,
    /// Whether to compare only.
    pub check: bool,
    /// Whether what is there is released now: what comes is compared with it.
    pub release: bool,
    /// Whether a bump may be lowered that was asked for before.
    pub lower_bump: bool,
}

/// Generates, reporting each vendor as it is done; whether everything is right now.
pub fn run(root: &Path, options: &Options, report: &mut dyn FnMut(&str)) -> Result<bool, Problem> {
    let specs = root.join("specs");
    let all = Vendor::all(&specs)?;
    let chosen = choose(&all, &options.vendors)?;
    let mut lock = Lock::load(root)?;
    lock.set_generator(root)?;
    lock.keep_only(&all.iter().map(|vendor| vendor.name.as_str()).collect::<Vec<_>>());

    // All in memory first: a fault of one vendor's input leaves every output untouched.
    let outputs: Vec<Output<'_>> =
        chosen.into_iter().map(|vendor| make(root, vendor, &lock, options)).collect::<Result<_, _>>()?;
    let mut right = true;
    for output in &outputs {
        if let Some(refusal) = &output.outlook.refusal {
            right = false;
            report_changes(output, true, report);
            printed::lines(refusal, report);
        }
    }
    if !right && !options.check {
        return Ok(false);
    }
    for output in &outputs {
        right &= write(root, output, &mut lock, options, report)?;
    }
    let path = Lock::path(root);
    let status = bring(root, &path, &lock.text()?, "cargo xtask generate", options, report)?;
    if status == Status::Written {
        report(&format!("{:<14}{status}", "lock.toml"));
    }
    Ok(right && status != Status::Stale)
}

/// The client of one vendor, not written yet.
struct Output<'a> {
    vendor: &'a Vendor,
    path: PathBuf,
    generated: Generated,
    outlook: Outlook,
    time: Duration,
}

fn make<'a>(root: &Path, vendor: &'a Vendor, lock: &Lock, options: &Options) -> Result<Output<'a>, Problem> {
    let path = root.join("crates").join(&vendor.config.crate_name).join("src/generated.rs");
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    if !folder.is_dir() {
        let message = format!("{} is no folder: is `crate` right?", lock::relative(root, &folder));
        return Err(Problem::at("crate", message).in_file(&vendor.folder.join("vendor.toml")));
    }
    let start = Instant::now();
    let generated = pipeline::generate(vendor, &Without::default())?;
    let time = start.elapsed();
    let outlook = release::outlook(root, vendor, &generated.source, lock, options)?;
    Ok(Output { vendor, path, generated, outlook, time })
}

/// Brings the files of one vendor and its entry of the lock to what they have to be; whether they are that now.
fn write(
    root: &Path,
    output: &Output<'_>,
    lock: &mut Lock,
    options: &Options,
    report: &mut dyn FnMut(&str),
) -> Result<bool, Problem> {
    let Output { vendor, path, generated, outlook, .. } = output;
    let command = format!("cargo xtask generate {}", vendor.name);
    let status = files::bring(path, &generated.source, options.check)?;
    printed::lines(&summary(output, status), report);
    let mut right = status != Status::Stale;
    if !right {
        printed::lines(&stale(root, path, &generated.source, &command), report);
    }
    let baseline = release::path(vendor);
    if outlook.refusal.is_none() {
        report_changes(output, status != Status::Fresh || lock.bump(&vendor.name) != outlook.bump, report);
        let status = bring(root, &baseline, &outlook.baseline, &command, options, report)?;
        right &= status != Status::Stale;
    }
    if let Some(fault) = &outlook.fault {
        right = false;
        printed::lines(fault, report);
    }
    let mut inputs =
        lock::hashes(root, &[vendor.document(), vendor.overlay(), vendor.folder.join("vendor.toml")])?;
    inputs.insert(lock::relative(root, &baseline), files::hash(outlook.baseline.as_bytes()));
    let outputs = BTreeMap::from([(lock::relative(root, path), files::hash(generated.source.as_bytes()))]);
    lock.set_vendor(&vendor.name, Entry { bump: outlook.bump, inputs, outputs });
    Ok(right)
}

/// Brings one file to what it has to be, or says what is stale in it.
fn bring(
    root: &Path,
    path: &Path,
    content: &str,
    command: &str,
    options: &Options,
    report: &mut dyn FnMut(&str),
) -> Result<Status, Problem> {
    let status = files::bring(path, content, options.check)?;
    if status == Status::Stale {
        printed::lines(&stale(root, path, content, command), report);
    }
    Ok(status)
}

fn choose<'a>(all: &'a [Vendor], names: &[String]) -> Result<Vec<&'a Vendor>, Problem> {
    if names.is_empty() {
        return Ok(all.iter().collect());
    }
    names
        .iter()
        .map(|name| {
            all.iter().find(|vendor| vendor.name == *name).ok_or_else(|| {
                let known: Vec<_> = all.iter().map(|vendor| vendor.name.as_str()).collect();
                Problem::new(format!("no vendor `{name}` in specs/; there are {}", known.join(", ")))
            })
        })
        .collect()
}

fn summary(output: &Output<'_>, status: Status) -> String {
    let Output { vendor, generated, time, .. } = output;
    let seconds = time.as_secs_f64();
    let mut text = format!(
        "{:<14}{status}  {} operations, {} types, {} corrections, {} lines, {seconds:.2} s",
        vendor.name,
        generated.operations,
        generated.types,
        generated.corrections,
        generated.source.lines().count(),
    );
    let passes: Vec<String> = generated
        .passes
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    for line in passes.chunks(6) {
        let _ = write!(text, "\n{:<14}{}", "", line.join(" · "));
    }
    text
}

/// What has changed since the last release, and each change of the API where they are news.
fn report_changes(output: &Output<'_>, are_news: bool, report: &mut dyn FnMut(&str)) {
    const LINES: usize = 20;

    let Output { vendor, outlook, .. } = output;
    let Some(summary) = &outlook.summary else { return };
    report(&format!("{:<14}{summary}", vendor.name));
    if !are_news {
        return;
    }
    for change in outlook.changes.iter().take(LINES) {
        let class = if change.breaking { "breaking" } else { "additive" };
        report(&format!("{:<14}{class}  {change}", ""));
    }
    if outlook.changes.len() > LINES {
        report(&format!("{:<14}… and {} more", "", outlook.changes.len() - LINES));
    }
}

/// What is stale, why, and the command that mends it.
fn stale(root: &Path, path: &Path, content: &str, command: &str) -> String {
    const LINES: usize = 12;

    let file = lock::relative(root, path);
    let file = printable(&file);
    let Ok(found) = std::fs::read_to_string(path) else {
        return format!("error: {file} is missing; run `{command}`");
    };
    let mut text = format!("error: {file} is not what its inputs give; run `{command}`");
    let diff = TextDiff::from_lines(found.as_str(), content);
    let changes = diff.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal);
    for change in changes.take(LINES) {
        let place = change.old_index().or(change.new_index()).map_or(0, |index| index + 1);
        let _ = write!(text, "\n  {place:>5} {}{}", change.tag(), change.value().trim_end());
    }
    text
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Fresh => "fresh  ",
            Self::Stale => "stale  ",
            Self::Written => "written",
        })
    }
}
