//! `cargo xtask bite`: whether a test notices that something is missing that it is there for.
//!
//! A list of mutations takes one thing away each. The workspace is copied, one mutation applied after the other, and the
//! test has to fail on each for its own reason, which it says by a mark in its output: a mutation that does not compile,
//! or that fails another way, proves nothing.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use serde::Deserialize;

use crate::{files, problem::Problem};

/// What to run, and on what.
#[derive(Debug)]
pub struct Options {
    /// The list of mutations.
    pub list: PathBuf,
    /// Those alone whose reason contains this, without the run that has no mutation.
    pub only: Option<String>,
}

/// A list of mutations, and the test that has to notice each of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// The name of the test's target.
    test: String,
    /// What the test prints where it has noticed.
    mark: String,
    /// What is changed, one after the other.
    mutation: Vec<Mutation>,
}

/// One change of one file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutation {
    /// The file, from the workspace's root.
    file: PathBuf,
    /// What stands there exactly once.
    find: String,
    /// What takes its place.
    replace: String,
    /// What it takes away.
    why: String,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Run {
    /// It printed the mark, and was ended then.
    Noticed,
    /// It went through.
    Passed,
    /// It failed without the mark.
    Failed,
}

/// Runs the test on every mutation, reporting each; whether all were noticed.
pub fn run(root: &Path, options: &Options, report: &mut dyn FnMut(&str)) -> Result<bool, Problem> {
    let list = List::load(&options.list)?;
    list.check(root).map_err(|problem| problem.in_file(&options.list))?;
    // At the same place every time, so that what was compiled serves again.
    let copy = root.join("target/bite");
    refresh(root, &copy)?;
    if options.only.is_none() {
        let start = Instant::now();
        if list.run_test(&copy)? != Some(Run::Passed) {
            return Err(Problem::new(format!("the test `{}` fails without any mutation", list.test)));
        }
        report(&format!("{:>6.1} s  passes without a mutation", start.elapsed().as_secs_f64()));
    }
    let chosen = list.mutation.iter().filter(|mutation| match &options.only {
        Some(part) => mutation.why.contains(part),
        None => true,
    });
    let (mut count, mut survivors) = (0, Vec::new());
    for mutation in chosen {
        let start = Instant::now();
        let path = copy.join(&mutation.file);
        let original = read(&path)?;
        files::bring(&path, &original.replacen(&mutation.find, &mutation.replace, 1), false)?;
        let outcome = list.run_test(&copy);
        files::bring(&path, &original, false)?;
        let said = match outcome? {
            Some(Run::Noticed) => "noticed",
            Some(Run::Passed) => "SURVIVED",
            Some(Run::Failed) => "FAILED OTHERWISE",
            None => "DOES NOT COMPILE",
        };
        count += 1;
        let line = format!("{said}: {} ({})", mutation.why, mutation.file.display());
        report(&format!("{:>6.1} s  {line}", start.elapsed().as_secs_f64()));
        if said != "noticed" {
            survivors.push(line);
        }
    }
    report(&format!("{count} mutations, {} not noticed", survivors.len()));
    survivors.iter().for_each(|survivor| report(survivor));
    Ok(survivors.is_empty() && count > 0)
}

impl List {
    fn load(path: &Path) -> Result<Self, Problem> {
        toml::from_str(&read(path)?).map_err(|error| Problem::new(error).in_file(path))
    }

    /// Refuses mutations that do not say what they mean, before the first of them is run.
    fn check(&self, root: &Path) -> Result<(), Problem> {
        for Mutation { file, find, replace, why } in &self.mutation {
            let text = read(&root.join(file))?;
            let places = if find.is_empty() { 0 } else { text.matches(find.as_str()).count() };
            if places != 1 {
                let message = format!("`find` stands {places} times in {}, and not once", file.display());
                return Err(Problem::at(why, message));
            }
            if find == replace {
                return Err(Problem::at(why, "it changes nothing"));
            }
        }
        Ok(())
    }

    /// Builds the test and runs it; none where it does not compile.
    fn run_test(&self, copy: &Path) -> Result<Option<Run>, Problem> {
        let Some(program) = self.build(copy)? else { return Ok(None) };
        let (output, input) = io::pipe()?;
        let mut child = Command::new(program)
            // All at once: the quickest to notice is not behind the others.
            .args(["--nocapture", "--test-threads=32"])
            .env("RUST_BACKTRACE", "0")
            .current_dir(copy)
            .stdin(Stdio::null())
            .stdout(input.try_clone()?)
            .stderr(input)
            .spawn()?;
        let mut noticed = false;
        for line in BufReader::new(output).split(b'\n') {
            noticed = String::from_utf8_lossy(&line?).contains(&self.mark);
            if noticed {
                // Nothing that follows says more.
                child.kill()?;
                break;
            }
        }
        let status = child.wait()?;
        Ok(Some(match status.success() {
            _ if noticed => Run::Noticed,
            true => Run::Passed,
            false => Run::Failed,
        }))
    }

    /// The test's program.
    fn build(&self, copy: &Path) -> Result<Option<PathBuf>, Problem> {
        let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args([
                "test",
                "--locked",
                "--workspace",
                "--no-run",
                "--message-format=json",
                "--test",
                &self.test,
            ])
            // Cargo tells crates of one name in two workspaces by nothing: in one folder, what is built of a mutation
            // would be taken for what is built of the workspace.
            .env("CARGO_TARGET_DIR", copy.join("target"))
            // Small changes, one after the other, and nobody debugs them.
            .env("CARGO_INCREMENTAL", "1")
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .current_dir(copy)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()?;
        if !output.status.success() {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let mut messages =
            text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        let program = messages.find_map(|message| Some(message.get("executable")?.as_str()?.into()));
        program.map(Some).ok_or_else(|| Problem::new(format!("cargo builds no test `{}`", self.test)))
    }
}

/// Brings the copy to what the workspace is, and touches no file that is right already.
fn refresh(root: &Path, copy: &Path) -> Result<(), Problem> {
    let (wanted, found) = (listed(root)?, if copy.is_dir() { listed(copy)? } else { BTreeSet::new() });
    for path in found.difference(&wanted) {
        fs::remove_file(copy.join(path))?;
    }
    for path in &wanted {
        let to = copy.join(path);
        fs::create_dir_all(to.parent().unwrap_or(copy))?;
        // Not all of them are text.
        let bytes = fs::read(root.join(path))?;
        if fs::read(&to).ok().as_ref() != Some(&bytes) {
            fs::write(&to, bytes)?;
        }
    }
    Ok(())
}

/// Every file below but what is built, and what is hidden.
fn listed(root: &Path) -> Result<BTreeSet<PathBuf>, Problem> {
    let mut files = BTreeSet::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name();
            if name == "target" || name.to_string_lossy().starts_with('.') {
                continue;
            }
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else if let Ok(path) = entry.path().strip_prefix(root) {
                files.insert(path.to_owned());
            }
        }
    }
    Ok(files)
}

fn read(path: &Path) -> Result<String, Problem> {
    fs::read_to_string(path).map_err(|error| Problem::from(error).in_file(path))
}
