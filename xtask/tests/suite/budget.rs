//! A crate that costs more than it may is told from one whose budget has lost its meaning.

use std::path::Path;

use tempfile::TempDir;
use xtask::{
    budget::{self, Budget, Cost},
    problem::Problem,
};

use crate::support::{put, root};

fn one(crates: usize, generated_lines: impl Into<Option<usize>>) -> Budget {
    Budget::from([("made-up".to_owned(), Cost { crates, generated_lines: generated_lines.into() })])
}

fn faults(budget: &Budget, costs: &Budget) -> Vec<String> {
    budget::compare(budget, costs).iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_within_its_budget_and_near_it_passes() {
    for (crates, lines) in [(20, 1000), (22, 1050), (23, 1100)] {
        assert_eq!(faults(&one(crates, lines), &one(20, 1000)), [""; 0], "{crates} {lines}");
    }
    assert_eq!(faults(&one(0, None), &one(0, None)), [""; 0]);
}

#[test]
fn what_is_beyond_its_budget_is_named_with_what_to_do() {
    assert_eq!(
        faults(&one(20, 1000), &one(21, 1001)),
        [
            "made-up: 21 crates are built for it on top of reqwest, and its budget is 20: take out what came in (`cargo \
             tree -p made-up -e no-dev` lists them), or raise `crates` in .cargo/budget.toml and say in the commit what for",
            "made-up: 1001 lines are generated for it, and its budget is 1000: take out what came in (the header of the \
             generated file says what each pass did), or raise `generated_lines` in .cargo/budget.toml and say in the \
             commit what for",
        ]
    );
}

#[test]
fn a_budget_that_bounds_nothing_is_to_be_tightened() {
    assert_eq!(
        faults(&one(24, 1101), &one(20, 1000)),
        [
            "made-up: 20 crates are built for it on top of reqwest, and its budget of 24 no longer bounds that: tighten `crates` in \
             .cargo/budget.toml to 20, or to 23 at most",
            "made-up: 1000 lines are generated for it, and its budget of 1101 no longer bounds that: tighten \
             `generated_lines` in .cargo/budget.toml to 1000, or to 1100 at most",
        ]
    );
}

#[test]
fn every_crate_has_a_row_of_what_it_has_and_every_row_a_crate() {
    let nothing = Budget::new();
    let no_row = "made-up: has no budget, or not of everything: put [made-up] with crates = 20 and generated_lines = 1000 \
                  into .cargo/budget.toml";
    let no_crate =
        |what: &str| format!("{what}: has a budget for what is not there: take it out of .cargo/budget.toml");
    assert_eq!(faults(&nothing, &one(20, 1000)), [no_row]);
    assert_eq!(faults(&one(20, None), &one(20, 1000)), [no_row]);
    assert_eq!(faults(&one(20, 1000), &nothing), [no_crate("made-up")]);
    assert_eq!(faults(&one(20, 1000), &one(20, None)), [no_crate("made-up.generated_lines")]);
}

/// A workspace of a crate with a generated module, of `below` and `reqwest` that it depends on, and of one that is not
/// published. `reqwest` depends on `http`, with a feature on `tls`, and `below` on `http`, too.
fn workspace(budget: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = |path: &str, content: &str| put(folder.path(), Path::new(path), content.as_bytes());
    let package = |name: &str, rest: &str| {
        format!("[package]\nname = '{name}'\nversion = '0.0.0'\nedition = '2024'\n{rest}")
    };
    file(
        "Cargo.toml",
        "[workspace]\nresolver = '3'\nmembers = ['made-up', 'below', 'tests', 'reqwest', 'http', 'tls', 'unused']\n",
    );
    file(
        "Cargo.lock",
        "version = 4\n\n[[package]]\nname = \"below\"\nversion = \"0.0.0\"\ndependencies = [\n \"http\",\n]\n\n\
         [[package]]\nname = \"http\"\nversion = \"0.0.0\"\n\n\
         [[package]]\nname = \"made-up\"\nversion = \"0.0.0\"\n\
         dependencies = [\n \"below\",\n \"reqwest\",\n \"tests\",\n]\n\n\
         [[package]]\nname = \"reqwest\"\nversion = \"0.0.0\"\ndependencies = [\n \"http\",\n \"tls\",\n \"unused\",\n]\n\n\
         [[package]]\nname = \"tests\"\nversion = \"0.0.0\"\n\n\
         [[package]]\nname = \"tls\"\nversion = \"0.0.0\"\n\n\
         [[package]]\nname = \"unused\"\nversion = \"0.0.0\"\n",
    );
    let dependencies = "[dependencies]\nbelow = { path = '../below' }\n\
                        reqwest = { path = '../reqwest', features = ['tls'] }\n\
                        [dev-dependencies]\ntests = { path = '../tests' }\n";
    file("made-up/Cargo.toml", &package("made-up", dependencies));
    file("made-up/src/lib.rs", "");
    file("made-up/src/generated.rs", "// one\n// two\n");
    let private = |name: &str, rest: &str| package(name, &format!("publish = false\n{rest}"));
    file("below/Cargo.toml", &package("below", "[dependencies]\nhttp = { path = '../http' }\n"));
    file("below/src/lib.rs", "");
    let dependencies = "[features]\ntls = ['dep:tls']\n[dependencies]\nhttp = { path = '../http' }\n\
                        tls = { path = '../tls', optional = true }\n\
                        unused = { path = '../unused', optional = true }\n";
    file("reqwest/Cargo.toml", &private("reqwest", dependencies));
    file("reqwest/src/lib.rs", "");
    for name in ["http", "tls", "unused"] {
        file(&format!("{name}/Cargo.toml"), &private(name, ""));
        file(&format!("{name}/src/lib.rs"), "");
    }
    file("tests/Cargo.toml", &package("tests", "publish = false\n"));
    file("tests/src/lib.rs", "");
    file(".cargo/budget.toml", budget);
    folder
}

fn run(budget: &str) -> (Result<bool, Problem>, Vec<String>) {
    let mut lines = Vec::new();
    let result = budget::run(workspace(budget).path(), &mut |line| lines.push(line.to_owned()));
    (result, lines)
}

#[test]
fn crates_of_tests_and_of_plain_reqwest_do_not_count() {
    let (right, lines) = run("[below]\ncrates = 1\n[made-up]\ncrates = 1\ngenerated_lines = 2\n");
    assert_eq!(right, Ok(true), "{lines:?}");
    assert_eq!(
        lines,
        [
            "                          crates  budget   lines  budget",
            "below                          1       1       –       –",
            "made-up                        1       1       2       2",
        ]
    );
    let (right, lines) = run("[below]\ncrates = 1\n[made-up]\ncrates = 0\ngenerated_lines = 2\n");
    assert_eq!(right, Ok(false));
    assert!(
        lines
            .last()
            .unwrap()
            .starts_with("made-up: 1 crates are built for it on top of reqwest, and its budget is 0")
    );
}

#[test]
fn a_budget_that_says_something_else_is_no_budget() {
    let (result, _) = run("[made-up]\ncrate = 1\n");
    let problem = result.unwrap_err().to_string();
    assert!(problem.contains("budget.toml: unknown field `crate`"), "{problem}");
}

#[test]
fn the_gate_compares() {
    let gate = std::fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(gate.lines().any(|line| line == "step cargo xtask budget"));
}
