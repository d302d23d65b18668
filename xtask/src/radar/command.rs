//! The command: every document of the vendors, and what to say about it.

use std::{collections::BTreeSet, path::Path};

use super::{Sighting, is_kept, sightings, unknown};
use crate::{
    document,
    problem::Problem,
    schema,
    vendor::{Known, Vendor},
    verify::Published,
};

/// As many lines as fit a screen beside the numbers.
const MOST_LINES: usize = 30;
/// As many reasons as fit a line.
const MOST_REASONS: usize = 3;

/// Looks at the documents of the chosen vendors, reporting as it goes; whether nothing is unknown and nothing listed for
/// no use.
pub fn run(
    root: &Path,
    names: &[String],
    published: &Path,
    report: &mut dyn FnMut(&str),
) -> Result<bool, Problem> {
    let published = Published::at(published, names)?;
    let mut clean = true;
    for vendor in &Vendor::chosen(&root.join("specs"), names)? {
        clean &= look(vendor, &published, report)?;
    }
    Ok(clean)
}

fn look(vendor: &Vendor, published: &Published, report: &mut dyn FnMut(&str)) -> Result<bool, Problem> {
    let mut lines = Vec::new();
    let mut seen = BTreeSet::new();
    let mut looked_at = 0;
    for (upstream, document) in published.documents(vendor)? {
        let name = format!("{} ({})", vendor.name, upstream.name);
        let Some((path, document)) = document else {
            report(&format!("{name}: not looked at, there is no whole document"));
            continue;
        };
        document::check_paths(&document).map_err(|problem| problem.in_file(&path))?;
        let found = sightings(&document);
        let unknown = unknown(&vendor.config, &found);
        let kept = found.iter().filter(|sighting| is_kept(&vendor.config, &sighting.operation)).count();
        report(&format!(
            "{name}: {} operations, {} have to do with tokens: {kept} kept, {} known, {} unknown",
            schema::operations(&document).count(),
            found.len(),
            found.len() - kept - unknown.len(),
            unknown.len()
        ));
        lines.extend(unknown.iter().map(|sighting| line(sighting)));
        seen.extend(found.into_iter().map(|sighting| sighting.operation));
        looked_at += 1;
    }
    let with_document = vendor.config.upstream.iter().filter(|upstream| upstream.file.is_some()).count();
    // What one document has not, another may have.
    if looked_at == with_document {
        lines.extend(stale(&vendor.config.known, &seen));
    }
    lines.iter().take(MOST_LINES).for_each(|line| report(&format!("  {line}")));
    if lines.len() > MOST_LINES {
        report(&format!("  … and {} more", lines.len() - MOST_LINES));
    }
    Ok(lines.is_empty())
}

fn line(sighting: &Sighting) -> String {
    let mut line = sighting.operation.clone();
    let reasons: Vec<String> = sighting.reasons.iter().take(MOST_REASONS).map(ToString::to_string).collect();
    line += &format!(": {}", reasons.join("; "));
    if sighting.reasons.len() > MOST_REASONS {
        line += &format!("; {} more", sighting.reasons.len() - MOST_REASONS);
    }
    line
}

/// A pattern that silences nothing hides what will match it one day.
fn stale(known: &[Known], seen: &BTreeSet<String>) -> Vec<String> {
    let patterns =
        known.iter().flat_map(|known| known.operations.iter().map(move |pattern| (known, pattern)));
    patterns
        .filter(|(_, pattern)| !seen.iter().any(|operation| Known::matches(pattern, operation)))
        .map(|(known, pattern)| {
            format!("vendor.toml: `{pattern}` under `known` silences nothing: take it out ({})", known.reason)
        })
        .collect()
}
