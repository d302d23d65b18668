//! A diff for people, for programs, and for a pull request.

use std::{collections::BTreeSet, fmt::Write as _};

use super::{Change, Diff, Outcome, Prose};
use crate::problem::Problem;

/// How a diff is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    #[default]
    Human,
    /// For programs.
    Json,
    /// For the body of a pull request.
    Markdown,
}

/// More of a kind are counted: a report is read on a screen.
const MOST_CHANGES: usize = 24;
const MOST_TEXTS: usize = 8;

pub(super) fn write(diff: &Diff, format: Format, all_prose: bool) -> Result<String, Problem> {
    match format {
        Format::Json => serde_json::to_string_pretty(diff).map_err(Problem::new),
        Format::Human => Ok(human(diff, all_prose)),
        Format::Markdown => Ok(markdown(diff)),
    }
}

impl Outcome {
    fn sentence(self) -> &'static str {
        match self {
            Self::None => "no change of the structure",
            Self::Additive => "nothing breaks",
            Self::Breaking => "breaking",
            Self::Unknown => "could not tell",
        }
    }
}

/// The changes of the structure, without what else there is to read.
pub(super) fn structure(diff: &Diff) -> String {
    let mut text = format!("{}: {}\n", diff.subject, headline(diff));
    for problem in &diff.unknown {
        let _ = writeln!(text, "  could not tell: {problem}");
    }
    if let Some(problem) = &diff.code {
        let _ = writeln!(text, "by the rules alone, as there is no code: {problem}");
    }
    for group in groups(&diff.changes) {
        let _ = writeln!(text, "{}", group.title);
        let lines = lines(&group.changes);
        for line in lines.iter().take(MOST_CHANGES) {
            let concerned = operations(line.operations, diff);
            let _ = writeln!(text, "  {}: {}  [{concerned}]", line.place, line.what.join("; "));
        }
        if let Some(more) = lines.len().checked_sub(MOST_CHANGES).filter(|more| *more > 0) {
            let _ = writeln!(text, "  and {more} more; --format json has all");
        }
    }
    text.trim_end().to_owned()
}

fn human(diff: &Diff, all_prose: bool) -> String {
    let mut text = structure(diff) + "\n";
    if !diff.prose.is_empty() {
        let review = diff.prose.iter().filter(|prose| prose.review).count();
        let _ = writeln!(text, "prose: {} passages differ, {review} of them want a review", diff.prose.len());
        let shown = if all_prose { diff.prose.len() } else { MOST_TEXTS };
        for prose in diff.prose.iter().take(shown) {
            let _ = writeln!(text, "  {}", prose_line(prose, diff, if all_prose { usize::MAX } else { 160 }));
        }
        if let Some(more) = diff.prose.len().checked_sub(shown).filter(|more| *more > 0) {
            let _ = writeln!(text, "  and {more} more; --prose lists all");
        }
    }
    for sighted in diff.sighted.iter().take(MOST_TEXTS) {
        let _ = writeln!(
            text,
            "new, not kept, and about tokens: {} ({})",
            sighted.operation,
            sighted.reasons.join("; ")
        );
    }
    if let Some(more) = diff.sighted.len().checked_sub(MOST_TEXTS).filter(|more| *more > 0) {
        let _ = writeln!(text, "  and {more} more; cargo xtask spec radar lists all");
    }
    let _ = write!(text, "{}", outside(diff));
    text
}

fn headline(diff: &Diff) -> String {
    let concerned: BTreeSet<&String> = diff.changes.iter().flat_map(|change| &change.operations).collect();
    match diff.outcome {
        Outcome::None => format!("{} in {} operations", diff.outcome.sentence(), diff.operations),
        outcome => format!(
            "{}, asks for a {} bump; {} of {} operations changed",
            outcome.sentence(),
            diff.bump,
            concerned.len(),
            diff.operations
        ),
    }
}

fn outside(diff: &Diff) -> String {
    let outside = diff.outside;
    format!(
        "not kept: {} operations, of which {} new, {} changed; {} gone",
        outside.of, outside.added, outside.changed, outside.removed
    )
}

struct Group<'a> {
    title: String,
    changes: Vec<&'a Change>,
}

/// Changes of one place in the same operations.
struct Line<'a> {
    place: &'a str,
    what: Vec<&'a str>,
    operations: &'a BTreeSet<String>,
}

fn lines<'a>(changes: &[&'a Change]) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'a>> = Vec::new();
    for change in changes {
        let Change { place, what, operations, .. } = change;
        match lines.iter_mut().find(|line| line.place == place && line.operations == operations) {
            Some(line) => line.what.push(what),
            None => lines.push(Line { place, what: vec![what], operations }),
        }
    }
    lines
}

/// The changes by what they do.
fn groups(changes: &[Change]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for change in changes {
        let also =
            if change.breaks_decode && change.class == super::Class::Compile { " and decode" } else { "" };
        let title = match change.absorbed {
            Some(why) => format!("absorbed, as {why}"),
            None => format!("{}{also}", change.class),
        };
        match groups.iter_mut().find(|group| group.title == title) {
            Some(group) => group.changes.push(change),
            None => groups.push(Group { title, changes: vec![change] }),
        }
    }
    groups
}

fn operations(concerned: &BTreeSet<String>, diff: &Diff) -> String {
    const MOST: usize = 3;

    if concerned.len() == diff.operations && diff.operations > 1 {
        return "all operations".to_owned();
    }
    let mut names: Vec<&str> = concerned.iter().map(String::as_str).collect();
    let more = names.len().saturating_sub(MOST);
    names.truncate(MOST);
    match more {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

fn prose_line(prose: &Prose, diff: &Diff, longest: usize) -> String {
    let mark = if prose.review { "review" } else { "note  " };
    let mut words = prose.words.clone();
    if let Some((cut, _)) = words.char_indices().nth(longest) {
        words.truncate(cut);
        words.push('…');
    }
    let of = if prose.operations.is_empty() {
        String::new()
    } else {
        format!("  [{}]", operations(&prose.operations, diff))
    };
    format!("{mark} {}: {words}{of}", prose.place)
}

fn markdown(diff: &Diff) -> String {
    let mut text = format!("### {}: {}\n", code(&diff.subject), headline(diff));
    for problem in &diff.unknown {
        let _ = write!(text, "\n- **could not tell**: {}", escape(problem));
    }
    for group in groups(&diff.changes) {
        let _ = write!(text, "\n**{}**\n\n", group.title);
        for line in lines(&group.changes) {
            let concerned = operations(line.operations, diff);
            let what = escape(&line.what.join("; "));
            let _ = writeln!(text, "- {}: {what} ({})", code(line.place), escape(&concerned));
        }
    }
    if !diff.prose.is_empty() {
        let _ = write!(text, "\n<details><summary>{} passages differ</summary>\n\n", diff.prose.len());
        for prose in &diff.prose {
            let mark = if prose.review { "**review** " } else { "" };
            let _ = writeln!(text, "- {mark}{}: {}", code(&prose.place), escape(&prose.words));
        }
        let _ = write!(text, "\n</details>\n");
    }
    for sighted in &diff.sighted {
        let reasons = escape(&sighted.reasons.join("; "));
        let _ =
            writeln!(text, "\n- new, not kept, and about tokens: {} ({reasons})", code(&sighted.operation));
    }
    let _ = write!(text, "\n{}", outside(diff));
    text
}

/// Text of a document as code: nothing in it is markup.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'"))
}

/// Text of a document as text: nothing in it is markup, a mention or a reference.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            // A zero-width joiner keeps a mention and a reference from being one.
            '@' | '#' => {
                escaped.push(c);
                escaped.push('\u{2060}');
            }
            '\\' | '*' | '_' | '[' | ']' | '!' | '|' | '~' | '`' => {
                escaped.push('\\');
                escaped.push(c);
            }
            _ => escaped.push(c),
        }
    }
    escaped
}
