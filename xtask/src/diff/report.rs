//! A diff for people, for programs, and for a pull request.

use std::{collections::BTreeSet, fmt::Write as _};

use tokenward_core::printable::printable;

use super::{Change, Class, Diff, Outcome, Prose};
use crate::{printed, problem::Problem};

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
    /// For a comparison with what is expected: a line for each change, without the words.
    Lines,
}

/// How much of a report is shown; what is more is counted.
struct Most {
    /// Lines of changes, all kinds together.
    changes: usize,
    texts: usize,
    problems: usize,
    /// Of one place or text.
    length: usize,
}

/// A screen or two.
const SCREEN: Most = Most { changes: 28, texts: 8, problems: 8, length: 160 };
/// A pull request takes 65,536 characters.
const PULL_REQUEST: Most = Most { changes: 80, texts: 40, problems: 20, length: 300 };

pub(super) fn write(diff: &Diff, format: Format, all_prose: bool) -> Result<String, Problem> {
    match format {
        Format::Json => {
            serde_json::to_string_pretty(diff).map(|text| printed::json(&text)).map_err(Problem::new)
        }
        Format::Human => Ok(human(diff, all_prose)),
        Format::Markdown => Ok(markdown(diff)),
        Format::Lines => Ok(every_change(diff)),
    }
}

/// Text of a document on one line, which is not longer than that and does nothing to who shows it.
fn line(text: &str, longest: usize) -> String {
    let mut line: String = printable(text).chars().take(longest + 1).collect();
    if let Some((cut, _)) = line.char_indices().nth(longest) {
        line.truncate(cut);
        line.push('…');
    }
    line
}

/// The lines that each group of so many gets, when all of them share so many: the worst ones first, and each at least one.
fn shares(groups: &[usize], most: usize) -> Vec<usize> {
    let mut left = most.saturating_sub(groups.len());
    let shares = groups.iter().map(|wanted| {
        let more = wanted.saturating_sub(1).min(left.div_ceil(2));
        left -= more;
        more + 1
    });
    shares.collect()
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
    let mut text = format!("{}: {}\n", line(&diff.subject, SCREEN.length), headline(diff));
    for problem in diff.unknown.iter().take(SCREEN.problems) {
        let _ = writeln!(text, "  could not tell: {}", line(problem, SCREEN.length));
    }
    text += &more(diff.unknown.len(), SCREEN.problems, "--format json has all");
    if let Some(problem) = &diff.code {
        let _ = writeln!(text, "by the rules alone, as there is no code: {problem}");
    }
    let groups: Vec<(String, Vec<Line<'_>>)> =
        groups(&diff.changes).into_iter().map(|group| (group.title, lines(&group.changes))).collect();
    let sizes: Vec<usize> = groups.iter().map(|(_, lines)| lines.len()).collect();
    for ((title, lines), share) in groups.iter().zip(shares(&sizes, SCREEN.changes)) {
        let _ = writeln!(text, "{title}");
        for Line { place, what, operations } in lines.iter().take(share) {
            let [place, what] = [place, what.join("; ").as_str()].map(|part| line(part, SCREEN.length));
            let _ = writeln!(text, "  {place}: {what}  [{}]", self::operations(operations, diff));
        }
        text += &more(lines.len(), share, "--format json has all");
    }
    text.trim_end().to_owned()
}

fn human(diff: &Diff, all_prose: bool) -> String {
    let mut text = structure(diff) + "\n";
    if !diff.prose.is_empty() {
        let review = diff.prose.iter().filter(|prose| prose.review).count();
        let _ = writeln!(text, "prose: {} passages differ, {review} of them want a review", diff.prose.len());
        let (shown, longest) =
            if all_prose { (diff.prose.len(), usize::MAX) } else { (SCREEN.texts, SCREEN.length) };
        for prose in diff.prose.iter().take(shown) {
            let _ = writeln!(text, "  {}", prose_line(prose, diff, longest));
        }
        text += &more(diff.prose.len(), shown, "--prose lists all");
    }
    for sighted in diff.sighted.iter().take(SCREEN.texts) {
        let said = format!("{} ({})", sighted.operation, sighted.reasons.join("; "));
        let _ = writeln!(text, "new, not kept, and about tokens: {}", line(&said, SCREEN.length));
    }
    text += &more(diff.sighted.len(), SCREEN.texts, "cargo xtask spec radar lists all");
    let _ = write!(text, "{}", outside(diff));
    text
}

fn more(all: usize, shown: usize, where_else: &str) -> String {
    match all.saturating_sub(shown) {
        0 => String::new(),
        more => format!("  and {more} more; {where_else}\n"),
    }
}

fn every_change(diff: &Diff) -> String {
    let mut text = format!("{}, {}\n", diff.outcome.sentence(), diff.bump);
    for change in &diff.changes {
        let also = if change.breaks_decode && change.class == Class::Compile { " and decode" } else { "" };
        let how = match (change.is_breaking(), change.absorbed) {
            (_, Some(_)) => ", absorbed",
            (true, None) if change.class == Class::Behaviour => ", breaking",
            _ => "",
        };
        let is_of_all = change.operations.len() == diff.operations && diff.operations > 1;
        let all: Vec<&str> = change.operations.iter().map(String::as_str).collect();
        let operations = if is_of_all { "all operations".to_owned() } else { all.join(", ") };
        let _ = writeln!(
            text,
            "{}{also}{how}: {} {} [{}]",
            change.class,
            change.rule.name,
            line(&change.place, usize::MAX - 1),
            line(&operations, usize::MAX - 1)
        );
    }
    text.trim_end().to_owned()
}

fn headline(diff: &Diff) -> String {
    let concerned: BTreeSet<&String> = diff.changes.iter().flat_map(|change| &change.operations).collect();
    match diff.outcome {
        Outcome::None => format!("{} in {} operations", diff.outcome.sentence(), diff.operations),
        Outcome::Unknown => {
            format!("{}; what else was found is no verdict", diff.outcome.sentence())
        }
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
        let also = if change.breaks_decode && change.class == Class::Compile { " and decode" } else { "" };
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
    const LONGEST: usize = 60;

    if concerned.len() == diff.operations && diff.operations > 1 {
        return "all operations".to_owned();
    }
    let names: Vec<String> = concerned.iter().take(MOST).map(|name| line(name, LONGEST)).collect();
    match concerned.len().saturating_sub(MOST) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

fn prose_line(prose: &Prose, diff: &Diff, longest: usize) -> String {
    let mark = if prose.review { "review" } else { "note  " };
    let [place, words] = [&prose.place, &prose.words].map(|text| line(text, longest.min(usize::MAX - 1)));
    let of = if prose.operations.is_empty() {
        String::new()
    } else {
        format!("  [{}]", operations(&prose.operations, diff))
    };
    format!("{mark} {place}: {words}{of}")
}

fn markdown(diff: &Diff) -> String {
    let mut text = format!("### {}: {}\n", code(&diff.subject), headline(diff));
    for problem in diff.unknown.iter().take(PULL_REQUEST.problems) {
        let _ = write!(text, "\n- **could not tell**: {}", code(problem));
    }
    if let Some(problem) = &diff.code {
        let _ = write!(text, "\nBy the rules alone, as there is no code: {}\n", code(problem));
    }
    let groups: Vec<(String, Vec<Line<'_>>)> =
        groups(&diff.changes).into_iter().map(|group| (group.title, lines(&group.changes))).collect();
    let sizes: Vec<usize> = groups.iter().map(|(_, lines)| lines.len()).collect();
    for ((title, lines), share) in groups.iter().zip(shares(&sizes, PULL_REQUEST.changes)) {
        let _ = write!(text, "\n**{}**\n\n", title.replace('`', ""));
        for Line { place, what, operations } in lines.iter().take(share) {
            let concerned = self::operations(operations, diff);
            let _ = writeln!(text, "- {}: {} ({})", code(place), code(&what.join("; ")), code(&concerned));
        }
        text += &more(lines.len(), share, "`--format json` has all").replacen("  and", "- and", 1);
    }
    if !diff.prose.is_empty() {
        let _ = write!(text, "\n<details><summary>{} passages differ</summary>\n\n", diff.prose.len());
        for prose in diff.prose.iter().take(PULL_REQUEST.texts) {
            let mark = if prose.review { "**review** " } else { "" };
            let _ = writeln!(text, "- {mark}{}: {}", code(&prose.place), code(&prose.words));
        }
        let all = more(diff.prose.len(), PULL_REQUEST.texts, "`--prose` lists all");
        text += &all.replacen("  and", "- and", 1);
        let _ = write!(text, "\n</details>\n");
    }
    for sighted in diff.sighted.iter().take(PULL_REQUEST.texts) {
        let (operation, reasons) = (code(&sighted.operation), code(&sighted.reasons.join("; ")));
        let _ = writeln!(text, "\n- new, not kept, and about tokens: {operation} ({reasons})");
    }
    let _ = write!(text, "\n{}", outside(diff));
    text
}

/// Text of a document as code: nothing in it is markup, a mention, a reference or an address.
fn code(text: &str) -> String {
    printed::code(&line(text, PULL_REQUEST.length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_a_pull_request_is_text() {
        for (text, expected) in [
            ("plain", "`plain`"),
            ("", "`  `"),
            ("a `b` c", "`` a `b` c ``"),
            ("a``` @everyone", "```` a``` @everyone ````"),
            ("line\n\n# heading", "`line  # heading`"),
            ("left\u{202e}right\u{1b}[2J", "`left\u{fffd}right\u{fffd}[2J`"),
        ] {
            assert_eq!(code(text), expected);
        }
        assert_eq!(code(&"x".repeat(9000)).chars().count(), PULL_REQUEST.length + 3);
    }

    #[test]
    fn what_is_worst_is_shown_first_and_each_kind_at_least_once() {
        assert_eq!(shares(&[5, 3], 40), [5, 3]);
        assert_eq!(shares(&[100, 100, 100], 40), [20, 10, 6]);
        let many = shares(&[1000; 30], 40);
        assert!(many.iter().sum::<usize>() <= 40 && !many.contains(&0), "{many:?}");
    }
}
