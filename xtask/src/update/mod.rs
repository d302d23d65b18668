//! `cargo xtask spec update`: takes the structure of a newly published document into ours, and leaves our words as they
//! stand.
//!
//! What is published is sliced to the kept operations and put into our document ([`wanted`]); what changes by that is
//! found node by node ([`merge`]) and written into the text. The text is read again before it replaces the
//! old one, and has to have the published structure then.

mod fresh;
mod merge;
mod wanted;

use std::path::{Path, PathBuf};

use serde_json::Value;

use self::merge::Notes;
use crate::{
    document,
    files::{self, Status},
    generate, lock,
    order::Order,
    overlay::{Overlay, Review},
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

/// Updates, reporting as it goes; whether everything is right now.
pub fn run(root: &Path, options: &Options, report: &mut dyn FnMut(&str)) -> Result<bool, Problem> {
    let vendor = Vendor::load(&root.join("specs"), &options.vendor)?;
    let published = document::load_published(&options.from)?;
    let upstream = verify::upstream_of(&vendor, &options.from, &published);
    let missing = missing(&vendor, upstream, &published)?;
    if !missing.is_empty() {
        missing.iter().for_each(|line| report(line));
        let all = upstream.operations.len();
        if !options.keep_missing || missing.len() == all {
            let message = format!(
                "lacks {} of the {all} operations that are kept of {} ({}); nothing was written",
                missing.len(),
                vendor.name,
                upstream.name
            );
            return Err(Problem::new(message).in_file(&options.from));
        }
    }
    let path = vendor.document();
    let old = std::fs::read_to_string(&path).map_err(|error| Problem::from(error).in_file(&path))?;
    let updated = update(&vendor, upstream, &published, &options.from, &old)?;
    // The verdict of `spec diff` for the slices before and after belongs here, before the single differences.
    report(&format!("{} ({}): {} differences", vendor.name, upstream.name, updated.differences.len()));
    updated.differences.iter().for_each(|difference| report(&format!("  {difference}")));
    report_people_s_part(&updated, report);

    let status = files::bring(&path, &updated.text, options.check)?;
    report(&format!("{} {status}", lock::relative(root, &path)));
    let changes = status != Status::Fresh;
    if changes {
        report(&bookkeeping(&vendor, upstream, &options.from, root));
    }
    let reviews = overlay(&vendor, &updated.document)?;
    let applies = report_overlay(&vendor, &reviews, root, report);
    if changes && options.check {
        return Ok(false);
    }
    if !applies {
        report(&format!("the client is not generated: mend the overlay, then run `cargo xtask generate {}`", vendor.name));
        return Ok(false);
    }
    let options = generate::Options { vendors: vec![vendor.name.clone()], check: options.check };
    generate::run(root, &options, report)
}

/// What there is to say of each kept operation that the document lacks.
fn missing(vendor: &Vendor, upstream: &Upstream, published: &Value) -> Result<Vec<String>, Problem> {
    let ours = document::load(&vendor.document())?;
    let gone = upstream.operations.iter().filter(|(_, operation)| !verify::has(published, operation));
    Ok(gone
        .map(|(name, operation)| {
            let (method, path) = operation.split_once(' ').unwrap_or_default();
            let id = ours.get("paths").and_then(|paths| paths.get(path)?.get(method.to_lowercase())?.get("operationId"));
            let candidates = wanted::candidates(published, operation, id.and_then(Value::as_str));
            let advice = match candidates.is_empty() {
                true => "nothing is like it; drop it from vendor.toml where the vendor has dropped it".to_owned(),
                false => format!("perhaps `{}`: name that in vendor.toml where it is", candidates.join("` or `")),
            };
            format!("missing: {name} = \"{operation}\"; {advice}")
        })
        .collect())
}

fn update(
    vendor: &Vendor,
    upstream: &Upstream,
    published: &Value,
    from: &Path,
    old: &str,
) -> Result<Updated, Problem> {
    let path = vendor.document();
    let ours = document::load(&path)?;
    let theirs = verify::published_slice(published, upstream).map_err(|problem| problem.in_file(from))?;
    let order = document::read_as::<Order>(from)?.with_prefix(&upstream.component_prefix);
    let wanted = wanted::wanted(&ours, &theirs, published.pointer("/info/version"), vendor, upstream);

    let in_file = |problem: Problem| problem.in_file(&path);
    let tree = yaml::read(old).map_err(in_file)?;
    let (target, notes) = merge::merge(&tree, &ours, &wanted.document, &order, &wanted.renames);
    let text = yaml::edit(old, &tree, &target).map_err(in_file)?;
    let document: Value = document::parse_yaml(&text).map_err(in_file)?;
    if document != target.value(&tree, &ours) {
        return Err(in_file(Problem::new("would not read as it should; nothing was written, change it by hand")));
    }
    prove(vendor, upstream, &theirs, [&ours, &document]).map_err(in_file)?;
    let before = slice::kept(&ours, upstream);
    let (_, differences) = verify::compare_slices(&before, &theirs, verify::is_main(vendor, upstream));
    let renames = wanted.renames.iter().flat_map(|(place, renames)| {
        renames.iter().map(move |(old, new)| format!("{place}: {old} is {new} now"))
    });
    let renames = renames.collect();
    Ok(Updated { text, document, differences, notes, renames })
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
        let differences = if other.name == upstream.name {
            let there = upstream.operations.values().filter(|operation| verify::has(theirs, operation));
            let new = slice::operations(new, there.map(String::as_str));
            verify::compare_slices(&new, theirs, verify::is_main(vendor, upstream)).1
        } else {
            verify::compare_slices(&slice::kept(new, other), &slice::kept(old, other), false).1
        };
        if let Some(difference) = differences.first() {
            let message = format!(
                "would not be as published in what is kept of {}, so nothing was written: {difference}",
                other.name
            );
            return Err(Problem::new(message));
        }
    }
    Ok(())
}

fn report_people_s_part(updated: &Updated, report: &mut dyn FnMut(&str)) {
    let mut list = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            report(title);
            lines.iter().for_each(|line| report(&format!("  {line}")));
        }
    };
    list("renamed, with our prose:", updated.renames.clone());
    let words = updated.notes.words.0.iter();
    list("new, and without a word of ours:", words.map(|(place, what)| format!("{place} ({what})")).collect());
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
    let path = vendor.overlay();
    let overlay = Overlay::parse(document::read(&path)?).map_err(|problem| problem.in_file(&path))?;
    Ok(overlay.review(document))
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
