//! `cargo xtask spec update`: takes the structure of a newly published document into ours, and leaves our words as they
//! stand.
//!
//! What is published is sliced to the kept operations and put into our document (`wanted`); what changes by that is
//! found node by node (`merge`) and written into the text. The text is read again before it replaces the
//! old one, and has to have the published structure then.

mod fresh;
mod merge;
#[cfg(test)]
mod tests;
mod wanted;

use std::path::{Path, PathBuf};

use serde_json::Value;

use self::merge::Notes;
use crate::{
    diff::{self, Kept},
    document,
    files::{self, Status},
    generate, lock,
    order::Order,
    overlay::{Overlay, Review},
    printed,
    problem::Problem,
    slice,
    vendor::{Upstream, Vendor},
    verify::{self, Difference},
    yaml,
};

/// What to update from what, and how.
#[derive(Debug)]
pub struct Options {
    /// The vendor.
    pub vendor: String,
    /// The published document.
    pub from: PathBuf,
    /// Whether to say what would change only.
    pub check: bool,
    /// Whether kept operations that the document lacks stay as they are.
    pub keep_missing: bool,
}

/// Our document brought to the published structure, with what there is to say of it.
struct Updated {
    text: String,
    document: Value,
    differences: Vec<Difference>,
    notes: Notes,
    renames: Vec<String>,
}

/// A document as its text and as its value.
struct Text {
    path: PathBuf,
    text: String,
    value: Value,
}

/// A published document with the order of its keys.
struct Published {
    path: PathBuf,
    value: Value,
    order: Order,
}

/// Updates, reporting as it goes; whether everything is right now.
pub fn run(root: &Path, options: &Options, report: &mut dyn FnMut(&str)) -> Result<bool, Problem> {
    let vendor = Vendor::load(&root.join("specs"), &options.vendor)?;
    let path = vendor.document();
    let value = document::load(&path)?;
    let text = std::fs::read_to_string(&path).map_err(|error| Problem::from(error).in_file(&path))?;
    let ours = Text { path, text, value };
    let value = document::load_published(&options.from)?;
    let order = document::read_as(&options.from)?;
    let published = Published { path: options.from.clone(), value, order };

    let upstream = verify::upstream_of(&vendor, &published.path, &published.value);
    report_missing(&vendor, upstream, &ours, &published, options.keep_missing, report)?;
    let updated = update(&vendor, upstream, &ours, &published)?;

    report_differences(&vendor, upstream, [&ours.value, &updated.document], &updated.differences, report);
    if !updated.differences.is_empty() {
        let kept = Kept::of_document(&vendor, upstream)?;
        printed::lines(&diff::compare(&ours.value, &updated.document, &kept).in_short(), report);
    }
    report_notes(&updated, report);

    // An overlay that cannot be read is found before anything is written.
    let reviews = overlay(&vendor, &updated.document)?;
    let status = files::bring(&ours.path, &updated.text, options.check)?;
    report(format!("{}: {status}", lock::relative(root, &ours.path)).trim_end());
    if status != Status::Fresh {
        report(&bookkeeping(&vendor, upstream, &options.from, root));
    }
    let applies = report_overlay(&vendor, &reviews, root, report);
    if status == Status::Stale {
        return Ok(false);
    }
    regenerate(root, &vendor, applies, options.check, report)
}

fn report_differences(
    vendor: &Vendor,
    upstream: &Upstream,
    documents: [&Value; 2],
    differences: &[Difference],
    report: &mut dyn FnMut(&str),
) {
    let count = match differences.len() {
        1 => "1 difference".to_owned(),
        count => format!("{count} differences"),
    };
    report(&format!("{} ({}): {count}", vendor.name, upstream.name));
    differences.iter().for_each(|difference| report(&format!("  {difference}")));
    let [had, has] = documents.map(|document| document.pointer("/info/version").cloned().unwrap_or_default());
    if had != has {
        report(&format!("  its own version: {had} is {has} now"));
    }
}

/// Generates the client from what stands now. The document is right whatever becomes of that.
fn regenerate(
    root: &Path,
    vendor: &Vendor,
    applies: bool,
    check: bool,
    report: &mut dyn FnMut(&str),
) -> Result<bool, Problem> {
    let next = format!("then run `cargo xtask generate {}`", vendor.name);
    if !applies {
        report(&format!("the client is not generated: mend the overlay, {next}"));
        return Ok(false);
    }
    let options = generate::Options { vendors: vec![vendor.name.clone()], check, ..Default::default() };
    generate::run(root, &options, report).or_else(|problem| {
        report(&format!("error: {problem}"));
        report(&format!("the client is not generated: mend this, {next}"));
        Ok(false)
    })
}

/// Says of each kept operation that the document lacks what it may be now, and stops there unless they are to stay.
fn report_missing(
    vendor: &Vendor,
    upstream: &Upstream,
    ours: &Text,
    published: &Published,
    keep_missing: bool,
    report: &mut dyn FnMut(&str),
) -> Result<(), Problem> {
    let missing = || upstream.operations.iter().filter(|(_, name)| !verify::has(&published.value, name));
    for (name, operation) in missing() {
        let candidates = wanted::candidates(&ours.value, &published.value, operation);
        let advice = match candidates.is_empty() {
            true => {
                "nothing is like it; where the vendor has dropped it, take it out of vendor.toml".to_owned()
            }
            false => format!(
                "`{}` is like it; where it is that, name that in vendor.toml",
                candidates.join("` or `")
            ),
        };
        report(&format!("missing: {name} = \"{operation}\": {advice}"));
    }
    let (missing, all) = (missing().count(), upstream.operations.len());
    if missing == 0 || (keep_missing && missing < all) {
        return Ok(());
    }
    let message = format!(
        "lacks {missing} of the {all} operations that are kept of {} ({}), so nothing was written",
        vendor.name, upstream.name
    );
    Err(Problem::new(message).in_file(&published.path))
}

/// Our text with the published structure.
fn update(
    vendor: &Vendor,
    upstream: &Upstream,
    ours: &Text,
    published: &Published,
) -> Result<Updated, Problem> {
    let theirs = verify::published_slice(&published.value, upstream)
        .map_err(|problem| problem.in_file(&published.path))?;
    let order = published.order.clone().with_prefix(&upstream.component_prefix);
    let version = published.value.pointer("/info/version");
    let wanted = wanted::wanted(&ours.value, &theirs, version, vendor, upstream);

    let in_file = |problem: Problem| problem.in_file(&ours.path);
    let tree = yaml::read(&ours.text).map_err(in_file)?;
    let (target, notes) = merge::merge(&tree, &ours.value, &wanted.document, &order, &wanted.renames);
    let text = yaml::edit(&ours.text, &tree, &target).map_err(in_file)?;
    let document: Value = document::parse_yaml(&text).map_err(in_file)?;
    if document != target.value(&tree, &ours.value) {
        return Err(in_file(Problem::new(
            "would not read as it should, so nothing was written: change it by hand",
        )));
    }
    prove(vendor, upstream, &theirs, [&ours.value, &document]).map_err(in_file)?;
    let before = wanted::renamed(&ours.value, &wanted.renames);
    let before = slice::operations(&before, there(upstream, &theirs));
    let (_, differences) = verify::compare_slices(&before, &theirs, verify::is_main(vendor, upstream));
    let renames = wanted.renames.iter().flat_map(|(place, renames)| {
        renames.iter().map(move |(old, new)| format!("{place}: {old} is {new} now"))
    });
    let renames = renames.collect();
    Ok(Updated { text, document, differences, notes, renames })
}

/// The kept operations that are in this document.
fn there<'a>(upstream: &'a Upstream, document: &Value) -> impl Iterator<Item = &'a str> {
    upstream.operations.values().map(String::as_str).filter(|operation| verify::has(document, operation))
}

/// The new document has the published structure, and of the vendor's other documents the one that it had.
fn prove(
    vendor: &Vendor,
    upstream: &Upstream,
    theirs: &Value,
    [old, new]: [&Value; 2],
) -> Result<(), Problem> {
    document::check(new)?;
    for other in &vendor.config.upstream {
        let (differences, advice) = if other.name == upstream.name {
            let new = slice::operations(new, there(upstream, theirs));
            let differences = verify::compare_slices(&new, theirs, verify::is_main(vendor, upstream)).1;
            (differences, "this is for you to write by hand")
        } else {
            let differences =
                verify::compare_slices(&slice::kept(new, other), &slice::kept(old, other), false).1;
            (differences, "two documents name different things alike, so give one a `component_prefix`")
        };
        if let Some(difference) = differences.first() {
            let message =
                format!("what is kept of {} would not be as published ({difference}): {advice}", other.name);
            return Err(Problem::new(message));
        }
    }
    Ok(())
}

fn report_notes(updated: &Updated, report: &mut dyn FnMut(&str)) {
    let mut list = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            report(title);
            lines.iter().for_each(|line| report(&format!("  {line}")));
        }
    };
    list("renamed, with our prose:", updated.renames.clone());
    let words = updated.notes.words.0.iter();
    list(
        "new, and without a word of ours:",
        words.map(|(place, what)| format!("{place} ({what})")).collect(),
    );
    list("our prose beside a change, to be read again:", updated.notes.prose.iter().cloned().collect());
}

/// What `vendor.toml` says of the document that was compared, which is for the one who compared it to say.
fn bookkeeping(vendor: &Vendor, upstream: &Upstream, from: &Path, root: &Path) -> String {
    let file = upstream.file.as_ref().map_or_else(String::new, |file| {
        let new = from.file_name().map(|name| file.with_file_name(name)).unwrap_or_default();
        if new == *file { String::new() } else { format!(", `file` (\"{}\")", new.display()) }
    });
    format!(
        "{}: bring `version` (\"{}\"), `compared` (\"{}\"){} of \"{}\" up to date",
        lock::relative(root, &vendor.folder.join("vendor.toml")),
        upstream.version,
        upstream.compared,
        file,
        upstream.name,
    )
}

fn overlay(vendor: &Vendor, document: &Value) -> Result<Vec<Review>, Problem> {
    Ok(Overlay::load(&vendor.overlay())?.review(document))
}

/// Says what is wrong with the overlay; whether it can be applied.
fn report_overlay(vendor: &Vendor, reviews: &[Review], root: &Path, report: &mut dyn FnMut(&str)) -> bool {
    let path = lock::relative(root, &vendor.overlay());
    for Review { index, target, holds, message } in reviews {
        let kind = if *holds { "note" } else { "error" };
        report(&format!("{kind}: {path}: actions[{index}] {target}: {message}"));
    }
    reviews.iter().all(|review| review.holds)
}
