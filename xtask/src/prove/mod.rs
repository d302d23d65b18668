//! `cargo xtask spec prove`: whether what `spec diff` says of a change is so.
//!
//! A table has what a vendor may do to a document and what each change means, and a test holds `spec diff` to it. Here the
//! table itself is put to the test. Both documents of each row go through the pipeline. A consumer that uses everything
//! the old client offers is compiled with the new one (`consumer`), and the old client reads what the new document
//! describes (`samples`) over a connection. The compiler and the client have the last word.

mod client;
mod consumer;
mod samples;
mod table;
mod workspace;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    time::Instant,
};

use serde_json::Value;

pub use self::table::{Claim, Row, Table};
use self::{
    client::Client,
    workspace::{Case, Pair, Workspace},
};
use crate::{document, normalise, printed, problem::Problem, rust, schema, slice, vendor::Config};

/// What to prove.
#[derive(Debug)]
pub struct Options {
    /// The folder of the table.
    pub table: PathBuf,
    /// Those rows alone whose name contains this.
    pub only: Option<String>,
}

/// A document with its client.
struct Version {
    document: Value,
    config: Config,
    client: String,
}

/// One direction of a row.
struct Verdict<'a> {
    row: &'a Row,
    way: &'static str,
    claim: &'a Claim,
    old: &'a Version,
    new: &'a Version,
}

/// What was seen of one direction.
#[derive(Debug, Default)]
struct Seen {
    /// Why a consumer of the old client does not compile with the new one.
    refused: Option<String>,
    /// What of the new document's answers the old client cannot read.
    unread: Option<String>,
}

/// Puts every row to the test, reporting each that is not so; whether all are.
pub fn run(root: &Path, options: &Options, report: &mut dyn FnMut(&str)) -> Result<bool, Problem> {
    let start = Instant::now();
    let mut table = Table::load(&root.join(&options.table))?;
    table.rows.retain(|row| options.only.as_ref().is_none_or(|part| row.name.contains(part)));
    let mut clients = BTreeMap::new();
    let base = version(&table, table.base.clone(), &mut clients)?;
    let mut wrong = 0;
    let mut changed = Vec::new();
    for row in &table.rows {
        match version(&table, table.changed(row)?, &mut clients) {
            Ok(version) => changed.push((row, version)),
            Err(problem) => {
                wrong += 1;
                report(&format!("WRONG: {} has no client: {problem}", row.name));
            }
        }
    }
    let verdicts: Vec<Verdict<'_>> = changed
        .iter()
        .flat_map(|(row, changed)| {
            [
                Verdict { row, way: "forward", claim: &row.forward, old: &base, new: changed },
                Verdict { row, way: "backward", claim: &row.backward, old: changed, new: &base },
            ]
        })
        .collect();
    let workspace = Workspace::new(root, root.join("target/prove"), &clients)?;
    report(&format!(
        "{:>6.1} s  {} clients of {} documents",
        seconds(start),
        clients.len(),
        changed.len() + 1
    ));
    let refused = compile(&workspace, &clients, &verdicts)?;
    report(&format!("{:>6.1} s  consumers compiled", seconds(start)));
    let unread = read(&workspace, &clients, &verdicts)?;
    report(&format!("{:>6.1} s  answers read", seconds(start)));
    for (index, verdict) in verdicts.iter().enumerate() {
        let seen =
            Seen { refused: refused.get(&verdict.pair()).cloned(), unread: unread.get(&index).cloned() };
        if let Some(objection) = objection(verdict.claim, &seen) {
            wrong += 1;
            report(&format!(
                "WRONG: {} ({}) is called {}, and {objection}",
                verdict.row.name, verdict.way, verdict.claim.0
            ));
        }
    }
    printed::lines(&summary(&verdicts, &refused, &unread, wrong), report);
    Ok(wrong == 0 && !verdicts.is_empty())
}

fn seconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64()
}

/// What speaks against a claim, if anything.
fn objection(claim: &Claim, seen: &Seen) -> Option<String> {
    let said = match (claim.breaks_compile(), &seen.refused) {
        (true, None) => Some("all that used the old client compiles with the new one".to_owned()),
        (false, Some(why)) => Some(format!("what used the old client does not compile: {why}")),
        _ => None,
    };
    let read = match (claim.breaks_decode(), &seen.unread) {
        (true, None) => Some("the old client reads every new answer".to_owned()),
        (false, Some(why)) => Some(format!("the old client cannot read {why}")),
        _ => None,
    };
    match (said, read) {
        (Some(said), Some(read)) => Some(format!("{said}; {read}")),
        (said, read) => said.or(read),
    }
}

fn summary(
    verdicts: &[Verdict<'_>],
    refused: &BTreeMap<Pair, String>,
    unread: &BTreeMap<usize, String>,
    wrong: usize,
) -> String {
    let compile = verdicts.iter().filter(|verdict| refused.contains_key(&verdict.pair())).count();
    format!(
        "{all} verdicts: {compile} old consumers do not compile and {} do; {} old clients cannot read new answers and {} can; {wrong} wrong",
        verdicts.len() - compile,
        unread.len(),
        verdicts.len() - unread.len(),
        all = verdicts.len(),
    )
}

/// Lets the document go through the pipeline, but for the contract, which refuses what no vendor of ours has.
fn version(
    table: &Table,
    document: Value,
    clients: &mut BTreeMap<String, Client>,
) -> Result<Version, Problem> {
    let config = table.config(&document);
    let mut normal = slice::operations(&document, config.operations().map(|(route, _)| route));
    document::check(&normal)?;
    mark_dates(&mut normal, &config);
    normalise::normalise(&mut normal, &config, &[])?;
    let client = Client::of(rust::tree_of(&normal, &config)?)?;
    let name = client.name.clone();
    clients.entry(name.clone()).or_insert(client);
    Ok(Version { document, config, client: name })
}

/// What somebody writes into `overlay.yaml`: a number that is a date is one.
fn mark_dates(document: &mut Value, config: &Config) {
    for (record, property) in config.dates.iter().filter_map(|date| date.split_once('.')) {
        let pointer = format!("/components/schemas/{record}/properties/{property}");
        if let Some(schema) = document.pointer_mut(&pointer).filter(|schema| schema["type"] == "integer") {
            schema["format"] = "unix-seconds".into();
        }
    }
}

impl Verdict<'_> {
    fn pair(&self) -> Pair {
        Pair { consumer: self.old.client.clone(), client: self.new.client.clone() }
    }
}

/// The pairs that do not compile. Every consumer has to compile with its own client, or it proves nothing.
fn compile(
    workspace: &Workspace<'_>,
    clients: &BTreeMap<String, Client>,
    verdicts: &[Verdict<'_>],
) -> Result<BTreeMap<Pair, String>, Problem> {
    let own = clients.keys().map(|name| Pair { consumer: name.clone(), client: name.clone() });
    let own: BTreeSet<Pair> = own.collect();
    let pairs: BTreeMap<Pair, bool> =
        verdicts.iter().map(|verdict| (verdict.pair(), verdict.claim.breaks_compile())).collect();
    let (broken, kept): (Vec<_>, Vec<_>) =
        pairs.into_iter().filter(|(pair, _)| !own.contains(pair)).partition(|(_, breaks)| *breaks);
    let kept: Vec<Pair> = kept.into_iter().map(|(pair, _)| pair).chain(own.iter().cloned()).collect();
    let broken: Vec<Pair> = broken.into_iter().map(|(pair, _)| pair).collect();
    let refused = workspace.refused(&kept, &broken)?;
    match refused.iter().find(|(pair, _)| own.contains(pair)) {
        Some((pair, why)) => {
            Err(Problem::new(format!("{} does not compile with its own consumer: {why}", pair.client)))
        }
        None => Ok(refused),
    }
}

/// What the old clients cannot read of the new answers, by the place of the verdict.
fn read(
    workspace: &Workspace<'_>,
    clients: &BTreeMap<String, Client>,
    verdicts: &[Verdict<'_>],
) -> Result<BTreeMap<usize, String>, Problem> {
    // One client of those that read alike stands for all of them.
    let mut readers: BTreeMap<&str, &Version> = BTreeMap::new();
    let mut cases = Vec::new();
    let mut of = Vec::new();
    for (index, verdict) in verdicts.iter().enumerate() {
        let old = *readers.entry(clients[&verdict.old.client].reading.as_str()).or_insert(verdict.old);
        for (method, sent, answers) in answers(old, verdict.new) {
            of.push(Some(index));
            cases.push(Case { client: old.client.clone(), method, sent, answers });
        }
    }
    for old in readers.values() {
        for (method, sent, answers) in answers(old, old) {
            of.push(None);
            cases.push(Case { client: old.client.clone(), method, sent, answers });
        }
    }
    let mut unread = BTreeMap::new();
    for ((index, case), problems) in of.into_iter().zip(&cases).zip(workspace.unread(&cases)?) {
        let Some(problem) = problems.into_iter().next() else { continue };
        let said = format!("an answer to {}: {problem}", case.method);
        match index {
            Some(index) => drop(unread.entry(index).or_insert(said)),
            // An answer that its own client cannot read proves nothing.
            None => return Err(Problem::new(format!("{} cannot read its own answers: {said}", case.client))),
        }
    }
    Ok(unread)
}

/// What the new document answers to the methods that the old one has as well.
fn answers(old: &Version, new: &Version) -> Vec<(String, Vec<Value>, Vec<samples::Answer>)> {
    let operation = |version: &Version, method: &str| {
        let (route, _) = version.config.operations().find(|(_, name)| *name == method)?;
        let all = schema::operations(&version.document);
        let found =
            all.into_iter().find(|(verb, path, _)| format!("{} {path}", verb.to_uppercase()) == route);
        found.map(|(.., operation)| operation.clone())
    };
    let methods = old.config.operations().map(|(_, method)| method);
    methods
        .filter_map(|method| {
            let (before, after) = (operation(old, method)?, operation(new, method)?);
            let sent = samples::requests(&old.document, &before);
            Some((method.to_owned(), sent, samples::answers(&new.document, &after)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_wrong_where_the_compiler_or_the_client_says_otherwise() {
        let seen = |refused: bool, unread: bool| Seen {
            refused: refused.then(|| "no field".to_owned()),
            unread: unread.then(|| "this".to_owned()),
        };
        for (claim, refused, unread) in [
            ("compile", true, false),
            ("compile, decode", true, true),
            ("decode", false, true),
            ("decode, absorbed", false, false),
            ("behaviour, breaking", false, false),
            ("additive", false, false),
            ("none", false, false),
        ] {
            let claim = Claim(claim.to_owned());
            for (is_refused, is_unread) in [(false, false), (false, true), (true, false), (true, true)] {
                let objection = objection(&claim, &seen(is_refused, is_unread));
                assert_eq!(
                    objection.is_none(),
                    (refused, unread) == (is_refused, is_unread),
                    "{claim:?} {objection:?}"
                );
            }
        }
    }
}
