//! What is said of a change, against a table of what is so.

use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

use serde_json::Value;
use xtask::{
    diff::{self, Class, Diff, Kept},
    prove::{Claim, Table},
    vendor::Vendor,
};

fn folder() -> PathBuf {
    PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("tests/suite/mutations")
}

fn table() -> Table {
    Table::load(&folder()).unwrap()
}

fn compare(table: &Table, old: &Value, new: &Value) -> Diff {
    let vendor = Vendor { name: "acme".into(), folder: folder(), config: table.config.clone() };
    let kept = Kept::of_vendor(&[vendor], old, new).unwrap().unwrap();
    diff::compare(old, new, &kept)
}

/// The worst that a diff says, in the words of the table.
fn verdict(diff: &Diff) -> String {
    let worst = diff
        .changes
        .iter()
        .min_by_key(|change| (!change.is_breaking(), change.absorbed.is_some(), change.class));
    let Some(worst) = worst else { return "none".into() };
    let breaks_decode = diff.changes.iter().any(|change| change.breaks_decode && change.is_breaking());
    let class = match worst.class {
        Class::Compile if breaks_decode => return "compile, decode".into(),
        Class::Compile => return "compile".into(),
        Class::Decode => "decode",
        Class::Behaviour if worst.is_breaking() => return "behaviour, breaking".into(),
        Class::Behaviour => "behaviour",
        Class::Additive => "additive",
    };
    if worst.absorbed.is_some() { format!("{class}, absorbed") } else { class.to_owned() }
}

const BREAKING: [&str; 4] = ["compile", "compile, decode", "decode", "behaviour, breaking"];

#[test]
fn no_breaking_change_is_missed_and_no_harmless_one_is_called_breaking() {
    let table = table();
    let base = &table.base;
    let mut matrix: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut wrong = String::new();
    let mut by_code_alone = Vec::new();
    for mutation in &table.rows {
        let mutated = table.changed(mutation).unwrap();
        for (way, diff, Claim(expected)) in [
            ("forward", compare(&table, base, &mutated), &mutation.forward),
            ("backward", compare(&table, &mutated, base), &mutation.backward),
        ] {
            let said = verdict(&diff);
            if said != *expected {
                let changes: Vec<String> = diff
                    .changes
                    .iter()
                    .map(|change| format!("{} {}: {}", change.rule.name, change.place, change.what))
                    .collect();
                let _ = writeln!(
                    wrong,
                    "{} ({way}): is {expected}, said {said}: {}",
                    mutation.name,
                    changes.join("; ")
                );
            }
            if let Some(problem) = &diff.code {
                let _ = writeln!(wrong, "{} ({way}): {problem}", mutation.name);
            }
            assert_eq!(
                diff.outcome == diff::Outcome::Breaking,
                BREAKING.contains(&said.as_str()),
                "{}",
                mutation.name
            );
            let breaks_code = |change: &&diff::Change| change.class == Class::Compile && change.is_breaking();
            let mut breaking = diff.changes.iter().filter(breaks_code).peekable();
            if breaking.peek().is_some() && breaking.all(|change| change.rule.name == "api-changed") {
                by_code_alone.push(format!("{} ({way})", mutation.name));
            }
            *matrix.entry((expected.clone(), said.clone())).or_default() += 1;
        }
    }
    assert_eq!(wrong, "");
    let lines: Vec<String> =
        matrix.iter().map(|((is, said), count)| format!("{count:>3} {is} called {said}")).collect();
    insta::assert_snapshot!(lines.join("\n"));
    // Without code, as with whole documents, the rules have to know.
    insta::assert_snapshot!("what_the_rules_miss_and_the_code_has", by_code_alone.join("\n"));
}

#[test]
fn every_rule_has_its_row() {
    let table = table();
    let mut fired = std::collections::BTreeSet::new();
    for mutation in &table.rows {
        let mutated = table.changed(mutation).unwrap();
        for diff in [compare(&table, &table.base, &mutated), compare(&table, &mutated, &table.base)] {
            fired.extend(diff.changes.iter().map(|change| change.rule.name));
        }
    }
    // What the rules miss, and the code has.
    fired.insert("api-changed");
    // No vendor's client is made of a document with several successes: the tests of the command have these.
    fired.extend([
        "another-success-added",
        "another-success-of-another-body-added",
        "another-success-removed",
    ]);
    let idle: Vec<&str> =
        diff::RULES.iter().map(|rule| rule.name).filter(|name| !fired.contains(name)).collect();
    assert_eq!(idle, [""; 0]);
}
