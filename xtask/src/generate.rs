//! `cargo xtask generate`: brings every client to what its folder in `specs/` says.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
    time::Instant,
};

use similar::{ChangeTag, TextDiff};

use crate::{
    files::{self, Status},
    lock::{self, Lock},
    pipeline::{self, Generated, Without},
    problem::Problem,
    vendor::Vendor,
};

/// What to generate, and how.
#[derive(Debug)]
pub struct Options {
    /// The vendors; all where there is none.
    pub vendors: Vec<String>,
    /// Whether to compare only.
    pub check: bool,
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
    let mut outputs = Vec::new();
    for vendor in chosen {
        let folder = output(root, vendor).parent().map(Path::to_owned).unwrap_or_default();
        if !folder.is_dir() {
            let message = format!("{} is no folder: is `crate` right?", lock::relative(root, &folder));
            return Err(Problem::at("crate", message).in_file(&vendor.folder.join("vendor.toml")));
        }
        let start = Instant::now();
        let generated = pipeline::generate(vendor, &Without::default())?;
        outputs.push((vendor, generated, start.elapsed()));
    }
    let mut right = true;
    for (vendor, generated, time) in &outputs {
        let path = output(root, vendor);
        let status = files::bring(&path, &generated.source, options.check)?;
        report(&summary(vendor, generated, status, time.as_secs_f64()));
        if status == Status::Stale {
            right = false;
            report(&stale(root, &path, &generated.source, &format!("cargo xtask generate {}", vendor.name)));
        }
        lock.set_vendor(
            &vendor.name,
            lock::hashes(root, &[vendor.document(), vendor.overlay(), vendor.folder.join("vendor.toml")])?,
            BTreeMap::from([(lock::relative(root, &path), files::hash(generated.source.as_bytes()))]),
        );
    }
    let path = Lock::path(root);
    let text = lock.text()?;
    let status = files::bring(&path, &text, options.check)?;
    if status != Status::Fresh {
        report(&format!("{:<14}{status}", "lock.toml"));
    }
    if status == Status::Stale {
        right = false;
        report(&stale(root, &path, &text, "cargo xtask generate"));
    }
    Ok(right)
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

fn output(root: &Path, vendor: &Vendor) -> PathBuf {
    root.join("crates").join(&vendor.config.crate_name).join("src/generated.rs")
}

fn summary(vendor: &Vendor, generated: &Generated, status: Status, seconds: f64) -> String {
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

/// What is stale, why, and the command that mends it.
fn stale(root: &Path, path: &Path, content: &str, command: &str) -> String {
    const LINES: usize = 12;

    let file = lock::relative(root, path);
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
