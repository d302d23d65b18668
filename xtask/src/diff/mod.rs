//! `cargo xtask spec diff`: what another version of a vendor's document means to who depends on the client.
//!
//! Both documents are reduced to the kept operations (`kept`). Each of these is compared by what it says, not by how
//! it is written (`view`): a record that moved into a component is the same record, and so is null in the spelling of
//! either version of OpenAPI. Each change gets a meaning in Rust terms (`rules`), which depends on who writes the value:
//! a field that is new in an answer breaks nothing, and one that is newly required in a request does.
//!
//! Texts are compared by themselves (`prose`), and what is not kept is counted (`outside`).

mod access;
mod change;
mod kept;
mod limits;
mod operation;
mod outside;
mod prose;
mod report;
mod rules;
mod rust;
mod schema;
mod sighted;
mod view;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use regex::Regex;
use serde::Serialize;
use serde_json::Value;

pub use self::{
    change::Change,
    outside::Outside,
    prose::Prose,
    report::Format,
    rules::{Class, RULES, Rule},
    sighted::Sighted,
};
use self::{
    change::{Direction, Found, Text},
    kept::{Operation, Operations, Wanted},
    schema::Schemas,
};
use crate::{
    api::Bump,
    document,
    overlay::Overlay,
    printed,
    problem::Problem,
    route::template,
    shape, slice,
    vendor::{Config, Upstream, Vendor},
};

/// What to compare, and how to show it.
#[derive(Debug)]
pub struct Options {
    /// The older document.
    pub old: PathBuf,
    /// The newer one.
    pub new: PathBuf,
    /// Whose kept operations count; found out where none is named.
    pub vendor: Option<String>,
    /// Which operations count instead: those whose `METHOD /path` or id matches.
    pub select: Option<String>,
    /// How the result is written.
    pub format: Format,
    /// Whether all texts are listed, not only the first ones.
    pub prose: bool,
}

/// What a new version asks of who depends on the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The structure of what is kept is the same.
    None,
    /// There is more than before, or the clients do not mind.
    Additive,
    /// Something that worked may stop working.
    Breaking,
    /// It could not be found out.
    Unknown,
}

impl Outcome {
    /// The exit code that stands for it.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Additive => 1,
            Self::Breaking => 2,
            Self::Unknown => 3,
        }
    }
}

/// How two versions of a document differ.
#[derive(Debug, Serialize)]
pub struct Diff {
    /// Whose kept operations were compared, or what they were selected by.
    pub subject: String,
    /// What it comes to.
    pub outcome: Outcome,
    /// How far the version of the crate has to be raised.
    pub bump: Bump,
    /// Why the bump is by the rules alone and not by the generated code, where it is.
    pub code: Option<String>,
    /// How many kept operations were compared.
    pub operations: usize,
    /// What the changes of each operation come to, by the names of their methods; nothing for those that did not change.
    pub by_operation: BTreeMap<String, Verdict>,
    /// What changed, the worst first.
    pub changes: Vec<Change>,
    /// What could not be compared, and why.
    pub unknown: Vec<String>,
    /// Texts that differ; no part of the outcome.
    pub prose: Vec<Prose>,
    /// Operations on tokens that are new and that nobody keeps.
    pub sighted: Vec<Sighted>,
    /// What is not kept.
    pub outside: Outside,
}

impl Diff {
    /// What the changes of the structure come to, for people.
    pub fn in_short(&self) -> String {
        report::structure(self)
    }
}

/// Whose document it is, and what is kept of it.
#[derive(Debug)]
pub struct Kept {
    subject: String,
    wanted: Wanted,
    config: Config,
    /// The corrections to the vendor's document, as far as they fit another version of it.
    overlay: Option<Overlay>,
}

impl Kept {
    /// The kept operations of the vendor's document that these two are versions of.
    pub fn of_vendor(vendors: &[Vendor], old: &Value, new: &Value) -> Result<Option<Self>, Problem> {
        kept::recognise(vendors, old, new)
            .map(|(vendor, upstream)| Self::of_document(vendor, upstream))
            .transpose()
    }

    /// What a vendor keeps of one of its documents.
    pub fn of_document(vendor: &Vendor, upstream: &Upstream) -> Result<Self, Problem> {
        Ok(Self {
            subject: format!("{} ({})", vendor.name, upstream.name),
            wanted: kept::of_upstream(upstream),
            config: vendor.config.clone(),
            overlay: Some(Overlay::load(&vendor.overlay())?),
        })
    }

    /// The operations of any document whose `METHOD /path` or id matches.
    pub fn selected(old: &Value, new: &Value, select: &Regex) -> Option<Self> {
        let wanted = kept::selected([old, new], select);
        (!wanted.is_empty()).then(|| Self {
            subject: format!("operations that match `{select}`"),
            wanted,
            config: Config::default(),
            overlay: None,
        })
    }
}

/// Compares two versions of a document.
pub fn compare(old: &Value, new: &Value, kept: &Kept) -> Diff {
    let [was, is] = kept::pair(old, new, &kept.wanted);
    let names: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let mut schemas = Schemas::new(old, new, &kept.config);
    let mut collected = Collected::default();
    let mut unknown = Vec::new();
    for name in &names {
        let mut found = Found::default();
        match (was.get(*name), is.get(*name)) {
            (Some(one), Some(other)) => {
                for (document, operation, side) in [(old, one, "older"), (new, other, "newer")] {
                    unknown.extend(dangling(document, operation.operation, name, side));
                }
                found = operation::compare(name, one, other, &mut schemas);
            }
            (Some(one), None) => {
                unknown.extend(elsewhere(new, one.path, name));
                let what = format!("{} is gone", schema::short(one.path));
                found.add(rules::OPERATION_REMOVED, "operation", what);
            }
            (None, Some(other)) => {
                let what = format!("{} is new", schema::short(other.path));
                found.add(rules::OPERATION_ADDED, "operation", what);
            }
            (None, None) => {}
        }
        collected.add(name, &found, &schemas);
    }
    document_texts(old, new, &mut collected);
    let compared: BTreeSet<*const Value> =
        was.values().chain(is.values()).map(|operation| std::ptr::from_ref(operation.operation)).collect();
    let (mut changes, prose) = collected.finish();
    let code = rust::compare((old, &was), (new, &is), kept);
    if let Ok(code) = &code {
        code.correct(&mut changes);
    }
    changes.sort_by(|one, other| one.order().cmp(&other.order()));
    let bump = bump(&changes, &code);
    unknown.extend(malformed((old, &was), (new, &is)));
    let outcome = outcome(&changes, &unknown);
    Diff {
        subject: kept.subject.clone(),
        outcome,
        bump,
        code: code.err().map(|problem| problem.to_string()),
        operations: names.len(),
        by_operation: by_operation(&changes),
        changes,
        unknown,
        prose,
        sighted: sighted::compare(old, new, &is, &kept.config),
        outside: outside::count(old, new, &compared),
    }
}

/// By the generated code, or by the rules where there is none.
fn bump(changes: &[Change], code: &Result<rust::Code, Problem>) -> Bump {
    let least = if changes.is_empty() { Bump::None } else { Bump::Patch };
    let by_rules = |change: &Change| match (change.class, change.absorbed) {
        (Class::Compile, None) => Bump::Major,
        (Class::Additive, None) => Bump::Minor,
        _ => Bump::Patch,
    };
    match code {
        Ok(code) => code.bump().max(least),
        Err(_) => changes.iter().map(by_rules).max().unwrap_or_default().max(least),
    }
}

/// The worst that the changes of one operation do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// What the worst of them does.
    pub class: Class,
    /// Whether something that worked may stop working.
    pub breaking: bool,
    /// Whether the clients do not mind it, nor any other.
    pub absorbed: bool,
}

fn by_operation(changes: &[Change]) -> BTreeMap<String, Verdict> {
    let mut verdicts = BTreeMap::new();
    for change in changes {
        let verdict = Verdict {
            class: change.class,
            breaking: change.is_breaking(),
            absorbed: change.absorbed.is_some(),
        };
        for operation in &change.operations {
            let rank = |verdict: &Verdict| (!verdict.breaking, verdict.absorbed, verdict.class);
            let worst = verdicts.entry(operation.clone()).or_insert(verdict);
            if rank(&verdict) < rank(worst) {
                *worst = verdict;
            }
        }
    }
    verdicts
}

/// What could not be read may be anything, so nothing is said where something could not.
fn outcome(changes: &[Change], unknown: &[String]) -> Outcome {
    match (unknown.is_empty(), changes.iter().any(Change::is_breaking), changes.is_empty()) {
        (false, ..) => Outcome::Unknown,
        (true, true, _) => Outcome::Breaking,
        (true, false, false) => Outcome::Additive,
        (true, false, true) => Outcome::None,
    }
}

/// Why what is kept of the documents cannot be what their vendor means.
fn malformed(old: (&Value, &Operations<'_>), new: (&Value, &Operations<'_>)) -> Vec<String> {
    let problem = |(document, found): (&Value, &Operations<'_>)| {
        if found.is_empty() {
            return Some("it has none of the operations: is it of another vendor?".to_owned());
        }
        let routes: Vec<String> = found.values().map(Operation::route).collect();
        let slice = slice::operations(document, routes.iter().map(String::as_str));
        shape::check(&slice).err().map(|problem| problem.to_string())
    };
    let problems = [problem(old), problem(new)];
    // A fault that stays as it is is no change.
    if let [Some(was), Some(is)] = &problems
        && was == is
        && let Some((place, _)) = was.split_once(": ")
        && old.0.pointer(place).is_some()
        && old.0.pointer(place) == new.0.pointer(place)
    {
        return Vec::new();
    }
    let sides = ["older", "newer"].into_iter().zip(problems);
    sides.filter_map(|(side, problem)| Some(format!("of the {side} document: {}", problem?))).collect()
}

/// Why an operation may be there all the same: what its path has is in another file.
fn elsewhere(document: &Value, path: &str, name: &str) -> Option<String> {
    let mut items = document.get("paths").into_iter().flat_map(crate::schema::members);
    let (_, item) = items.find(|(known, _)| template(known) == template(path))?;
    let reference = item.get("$ref")?.as_str()?;
    let is_here = document::target(document, reference).is_some();
    (!is_here).then(|| format!("{name}: {} is not in the newer document", schema::short(reference)))
}

/// What an operation refers to and its document does not have.
fn dangling(document: &Value, operation: &Value, name: &str, side: &str) -> Vec<String> {
    let mut dangling = BTreeSet::new();
    let reached = document::reached(document, operation);
    let parts = reached.iter().filter_map(|reference| document.pointer(&reference[1..])).chain([operation]);
    for part in parts {
        document::walk_references(part, &mut |_, reference| {
            if reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer)).is_none() {
                dangling
                    .insert(format!("{name}: {} is not in the {side} document", schema::short(reference)));
            }
        });
    }
    dangling.into_iter().collect()
}

/// What a document says of all its operations at once.
fn document_texts(old: &Value, new: &Value, collected: &mut Collected) {
    let text = |document: &'_ Value| {
        document.pointer("/info/description").and_then(Value::as_str).map(str::to_owned)
    };
    let mut found = Found::default();
    found.compare_texts(|| "document".to_owned(), text(old).as_deref(), text(new).as_deref());
    for text in found.texts {
        collected.texts.entry(text).or_default();
    }
}

/// Changes and texts with the operations that each concerns.
#[derive(Default)]
struct Collected {
    changes: BTreeMap<(&'static str, String, String), (&'static Rule, BTreeSet<String>)>,
    texts: BTreeMap<Text, BTreeSet<String>>,
    /// The Rust names of the records that are read.
    read: BTreeSet<String>,
}

impl Collected {
    fn add(&mut self, operation: &str, found: &Found, schemas: &Schemas<'_>) {
        let reached = schemas.reached(found);
        for pair in reached.iter().filter(|pair| pair.direction == Direction::Read) {
            self.read.insert(schemas.rust_name(&pair.old));
        }
        for found in reached.iter().map(|pair| &schemas.compared[pair]).chain([found]) {
            for (rule, place, what) in &found.changes {
                let key = (rule.name, place.clone(), what.clone());
                self.changes.entry(key).or_insert((rule, BTreeSet::new())).1.insert(operation.to_owned());
            }
            for text in &found.texts {
                self.texts.entry(text.clone()).or_default().insert(operation.to_owned());
            }
        }
    }

    fn finish(self) -> (Vec<Change>, Vec<Prose>) {
        let read = self.read;
        let changes: Vec<Change> = self
            .changes
            .into_iter()
            .map(|((_, place, what), (rule, operations))| Change {
                operations,
                ..Change::new(rule, in_rust(&place, &read), what)
            })
            .collect();
        let mut texts: BTreeMap<Text, BTreeSet<String>> = BTreeMap::new();
        for (mut text, operations) in self.texts {
            // A record that is sent and read says one thing once.
            text.place = in_rust(&text.place, &BTreeSet::new());
            texts.entry(text).or_default().extend(operations);
        }
        let mut prose: Vec<Prose> =
            texts.iter().flat_map(|(text, operations)| prose::of(text, operations)).collect();
        prose.sort_by_key(|prose| !prose.review);
        (changes, prose)
    }
}

/// A record that is sent is called `…Input` where it is read as well.
fn in_rust(place: &str, read: &BTreeSet<String>) -> String {
    match place.split_once(schema::SENT) {
        Some((name, rest)) if read.contains(name) => format!("{name}Input{rest}"),
        Some((name, rest)) => format!("{name}{rest}"),
        None => place.to_owned(),
    }
}

/// Compares the files, and reports.
pub fn run(root: &Path, options: &Options, report: &mut dyn FnMut(&str)) -> Result<Outcome, Problem> {
    let [old, new] = [&options.old, &options.new].map(|path| document::load_published(path));
    let (old, new) = (old?, new?);
    let kept = choose(root, options, &old, &new)?;
    let diff = compare(&old, &new, &kept);
    printed::lines(&report::write(&diff, options.format, options.prose)?, report);
    Ok(diff.outcome)
}

fn choose(root: &Path, options: &Options, old: &Value, new: &Value) -> Result<Kept, Problem> {
    if let Some(select) = &options.select {
        let select = Regex::new(select)
            .map_err(|error| Problem::at("--select", format!("is no regular expression: {error}")))?;
        return Kept::selected(old, new, &select)
            .ok_or_else(|| Problem::at("--select", "matches no operation of either document"));
    }
    let specs = root.join("specs");
    let vendors = match &options.vendor {
        Some(name) => vec![Vendor::load(&specs, name)?],
        None => Vendor::all(&specs)?,
    };
    Kept::of_vendor(&vendors, old, new)?.ok_or_else(|| {
        Problem::new(
            "neither document has a kept operation: is it another vendor's? `--select REGEX` names operations of any document",
        )
    })
}
