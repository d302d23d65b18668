//! `cargo xtask budget`: what each published crate costs those who build it, compared with what it may cost.
//!
//! Every client needs an HTTP client, so the crates that plain `reqwest` builds with the same features do not count. What is
//! left is the share that a program pays for Tokenward.
//!
//! The budget is a file that somebody decides about, so that a dependency more, or a pass that doubles the generated
//! code, is a decision and no accident. A budget far above what there is would let such a thing pass, and is refused, too.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde::{Deserialize, de::DeserializeOwned};

use crate::problem::Problem;

/// Where the budget is, from the workspace's root.
const FILE: &str = ".cargo/budget.toml";

/// One platform for everybody: figures of the machine that it runs on would differ from one to the next.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// So many crates more than there are still bound them.
const CRATES_TO_SPARE: usize = 3;
/// And so many hundredths of the lines.
const LINES_TO_SPARE: usize = 10;

/// What each crate may cost, by its name.
pub type Budget = BTreeMap<String, Cost>;

/// What a crate costs, or may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// The crates that are built for it, without itself and without those that plain `reqwest` builds with the same
    /// features.
    pub crates: usize,
    /// The lines of its generated module, where it has one.
    pub generated_lines: Option<usize>,
}

/// Compares, and reports; whether every crate is within its budget, and every budget near its crate.
pub fn run(root: &Path, report: &mut dyn FnMut(&str)) -> Result<bool, Problem> {
    let path = root.join(FILE);
    let budget = budget(&path).map_err(|problem| problem.in_file(&path))?;
    let costs = costs(root)?;
    table(&budget, &costs).iter().for_each(|line| report(line));
    let faults = compare(&budget, &costs);
    faults.iter().for_each(|fault| report(&fault.to_string()));
    Ok(faults.is_empty())
}

fn budget(path: &Path) -> Result<Budget, Problem> {
    toml::from_str(&std::fs::read_to_string(path)?).map_err(|error| Problem::new(error.message()))
}

/// What is wrong with a crate or its budget, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Fault {
    /// It costs more than it may.
    Exceeded(Figure),
    /// It may cost far more than it does.
    Loose(Figure),
    /// Nobody has said what it may cost.
    NoRow(String, Cost),
    /// There is no such crate, or it is not published.
    NoCrate(String),
}

/// One figure of one crate.
#[derive(Debug, PartialEq, Eq)]
pub struct Figure {
    krate: String,
    kind: Kind,
    is: usize,
    may_be: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Crates,
    Lines,
}

impl Kind {
    fn key(self) -> &'static str {
        match self {
            Self::Crates => "crates",
            Self::Lines => "generated_lines",
        }
    }

    fn describe(self) -> &'static str {
        match self {
            Self::Crates => "crates are built for it on top of reqwest",
            Self::Lines => "lines are generated for it",
        }
    }

    /// The most that a budget may be where this is the figure.
    fn loosest(self, is: usize) -> usize {
        match self {
            Self::Crates => is + CRATES_TO_SPARE,
            Self::Lines => is + is * LINES_TO_SPARE / 100,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exceeded(figure) => {
                let Figure { krate, kind, is, may_be } = figure;
                let look = match kind {
                    Kind::Crates => format!("`cargo tree -p {krate} -e no-dev` lists them"),
                    Kind::Lines => "the header of the generated file says what each pass did".to_owned(),
                };
                write!(
                    f,
                    "{krate}: {is} {}, and its budget is {may_be}: take out what came in ({look}), or raise `{}` in \
                     {FILE} and say in the commit what for",
                    kind.describe(),
                    kind.key()
                )
            }
            Self::Loose(Figure { krate, kind, is, may_be }) => write!(
                f,
                "{krate}: {is} {}, and its budget of {may_be} no longer bounds that: tighten `{}` in {FILE} to {is}, \
                 or to {} at most",
                kind.describe(),
                kind.key(),
                kind.loosest(*is)
            ),
            Self::NoRow(krate, cost) => {
                let lines = cost.generated_lines.map(|lines| format!(" and generated_lines = {lines}"));
                write!(
                    f,
                    "{krate}: has no budget, or not of everything: put [{krate}] with crates = {}{} into {FILE}",
                    cost.crates,
                    lines.unwrap_or_default()
                )
            }
            Self::NoCrate(krate) => {
                write!(f, "{krate}: has a budget for what is not there: take it out of {FILE}")
            }
        }
    }
}

/// Compares what there is with what there may be.
pub fn compare(budget: &Budget, costs: &Budget) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (krate, cost) in costs {
        let Some(row) = budget.get(krate) else {
            faults.push(Fault::NoRow(krate.clone(), *cost));
            continue;
        };
        let mut figure = |kind: Kind, is: usize, may_be: usize| {
            let figure = Figure { krate: krate.clone(), kind, is, may_be };
            if is > may_be {
                faults.push(Fault::Exceeded(figure));
            } else if may_be > kind.loosest(is) {
                faults.push(Fault::Loose(figure));
            }
        };
        figure(Kind::Crates, cost.crates, row.crates);
        match (cost.generated_lines, row.generated_lines) {
            (Some(is), Some(may_be)) => figure(Kind::Lines, is, may_be),
            (Some(_), None) => faults.push(Fault::NoRow(krate.clone(), *cost)),
            (None, Some(_)) => faults.push(Fault::NoCrate(format!("{krate}.{}", Kind::Lines.key()))),
            (None, None) => {}
        }
    }
    let gone = budget.keys().filter(|krate| !costs.contains_key(*krate));
    faults.extend(gone.cloned().map(Fault::NoCrate));
    faults
}

/// All figures beside their budgets.
fn table(budget: &Budget, costs: &Budget) -> Vec<String> {
    let cell = |figure: Option<usize>| figure.map_or_else(|| "–".to_owned(), |figure| figure.to_string());
    let line = |cells: [&str; 5]| {
        let [krate, crates, most_crates, lines, most_lines] = cells;
        format!("{krate:<24}{crates:>8}{most_crates:>8}{lines:>8}{most_lines:>8}")
    };
    let mut table = vec![line(["", "crates", "budget", "lines", "budget"])];
    for (krate, cost) in costs {
        let row = budget.get(krate);
        table.push(line([
            krate,
            &cell(Some(cost.crates)),
            &cell(row.map(|row| row.crates)),
            &cell(cost.generated_lines),
            &cell(row.and_then(|row| row.generated_lines)),
        ]));
    }
    table
}

/// What every crate costs that can be published.
fn costs(root: &Path) -> Result<Budget, Problem> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        name: String,
        manifest_path: PathBuf,
        /// The registries that it may go to; any where none is said.
        publish: Option<Vec<String>>,
    }

    let Metadata { packages } =
        json(&cargo(root, &["metadata", "--format-version", "1", "--no-deps", "--locked", "--offline"])?)?;
    let published =
        packages.into_iter().filter(|package| package.publish.as_ref().is_none_or(|to| !to.is_empty()));
    published
        .map(|Package { name, manifest_path, .. }| {
            let generated = manifest_path.with_file_name("src").join("generated.rs");
            let cost = Cost { crates: crates(root, &name)?, generated_lines: lines(&generated)? };
            Ok((name, cost))
        })
        .collect()
}

/// Counts the crates that are built for this one: with its default features, on [`PLATFORM`], for its build scripts as well,
/// but not for its tests. Those that plain `reqwest` builds do not count.
fn crates(root: &Path, package: &str) -> Result<usize, Problem> {
    let all = tree(root, &["--locked", "--package", package])?;
    let plain =
        match all.iter().find_map(|(krate, features)| Some((krate.strip_prefix("reqwest v")?, features))) {
            Some((version, features)) => plain_reqwest(root, version, features)?,
            None => Tree::new(),
        };
    Ok(all.keys().filter(|krate| !plain.contains_key(*krate)).count().saturating_sub(1))
}

/// Returns what a program builds that depends on `reqwest` alone, in this version and with these features.
fn plain_reqwest(root: &Path, version: &str, features: &str) -> Result<Tree, Problem> {
    // The folder follows in parentheses if the crate is not from a registry.
    let source = match version.split_once(" (") {
        Some((_, folder)) => format!("path = {:?}", folder.trim_end_matches(')')),
        None => format!("version = \"={version}\""),
    };
    let features: Vec<&str> = features.split(',').filter(|feature| !feature.is_empty()).collect();
    let program = tempfile::tempdir()?;
    let file = |name: &str, text: &str| std::fs::write(program.path().join(name), text);
    file("main.rs", "fn main() {}\n")?;
    file(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"program\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [[bin]]\nname = \"program\"\npath = \"main.rs\"\n\n\
             [dependencies.reqwest]\n{source}\ndefault-features = false\nfeatures = {features:?}\n\n[workspace]\n"
        ),
    )?;
    std::fs::copy(root.join("Cargo.lock"), program.path().join("Cargo.lock"))?;
    tree(program.path(), &[])
}

/// The crates of a tree, each with its version and its features.
type Tree = BTreeMap<String, String>;

fn tree(folder: &Path, selection: &[&str]) -> Result<Tree, Problem> {
    let shape = ["--edges", "no-dev", "--target", PLATFORM, "--prefix", "none", "--format", "{p}|{f}"];
    let tree = cargo(folder, &[&["tree", "--offline"], selection, &shape].concat())?;
    // A crate whose own tree was shown before is marked.
    let lines = tree.lines().map(|line| line.trim_end_matches(" (*)"));
    Ok(lines
        .filter_map(|line| line.split_once('|'))
        .map(|(krate, features)| (krate.to_owned(), features.to_owned()))
        .collect())
}

fn lines(file: &Path) -> Result<Option<usize>, Problem> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(text.lines().count())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Problem::from(error).in_file(file)),
    }
}

fn json<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    serde_json::from_str(text).map_err(|error| Problem::new(format!("cargo metadata: {error}")))
}

/// What cargo prints.
fn cargo(root: &Path, arguments: &[&str]) -> Result<String, Problem> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(arguments)
        .current_dir(root)
        .stdin(Stdio::null())
        .output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().find(|line| line.starts_with("error")).unwrap_or("no reason given");
        return Err(Problem::new(format!(
            "cargo {}: {said} (`cargo fetch --locked` gets what is not on this machine)",
            arguments.first().copied().unwrap_or_default()
        )));
    }
    String::from_utf8(output.stdout).map_err(|_| Problem::new("cargo prints what is no text"))
}
