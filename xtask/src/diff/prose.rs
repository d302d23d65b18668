//! Texts that differ: what a person has to read, with the words that changed.

use std::collections::BTreeSet;

use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use super::change::Text;

/// A text that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Prose {
    /// Whether the words that changed may mean another behaviour: numbers, limits, duties, negations.
    pub review: bool,
    /// The Rust type and field, the parameter or the part of an operation.
    pub place: String,
    /// The words that changed, with some around them: `[-gone-]` and `{+new+}`.
    pub words: String,
    /// The operations that it concerns.
    pub operations: BTreeSet<String>,
}

/// What differs in a text: all at once, or piece by piece where it is long.
pub(super) fn of(text: &Text, operations: &BTreeSet<String>) -> Vec<Prose> {
    let parts = parts(&text.old, &text.new);
    pieces(&parts)
        .map(|piece| {
            let mut changed = piece.iter().filter(|part| part.tag != ChangeTag::Equal);
            Prose {
                review: changed.any(|part| part.words.iter().any(|word| matters(word))),
                place: text.place.clone(),
                words: excerpt(piece),
                operations: operations.clone(),
            }
        })
        .collect()
}

/// The parts, cut where much lies between two changes.
fn pieces<'p, 'a>(parts: &'p [Part<'a>]) -> impl Iterator<Item = &'p [Part<'a>]> {
    const FAR: usize = 40;

    let is_far = |part: &Part<'_>| part.tag == ChangeTag::Equal && part.words.len() >= FAR;
    let is_change = |part: &Part<'_>| part.tag != ChangeTag::Equal;
    let inner = 1..parts.len().saturating_sub(1).max(1);
    let cuts: Vec<usize> = inner.filter(|index| is_far(&parts[*index])).collect();
    let starts = std::iter::once(0).chain(cuts.clone());
    let ends = cuts.into_iter().map(|cut| cut + 1).chain([parts.len()]);
    starts.zip(ends).map(|(start, end)| &parts[start..end]).filter(move |piece| piece.iter().any(is_change))
}

/// Words that follow each other and share their fate.
struct Part<'a> {
    tag: ChangeTag,
    words: Vec<&'a str>,
}

fn parts<'a>(old: &'a str, new: &'a str) -> Vec<Part<'a>> {
    let [old, new] = [old, new].map(|text| text.split_whitespace().collect::<Vec<_>>());
    let diff = TextDiff::from_slices(&old, &new);
    let mut parts: Vec<Part<'a>> = Vec::new();
    for op in diff.ops() {
        let (tag, before, after) = (op.tag(), &old[op.old_range()], &new[op.new_range()]);
        let sides: &[(ChangeTag, &[&'a str])] = match tag {
            similar::DiffTag::Equal => &[(ChangeTag::Equal, before)],
            _ => &[(ChangeTag::Delete, before), (ChangeTag::Insert, after)],
        };
        for (tag, words) in sides.iter().filter(|(_, words)| !words.is_empty()) {
            parts.push(Part { tag: *tag, words: words.to_vec() });
        }
    }
    parts
}

/// Whether a word tells of a behaviour, rather than being part of a phrase.
fn matters(word: &str) -> bool {
    const WORDS: [&str; 50] = [
        "all",
        "allowed",
        "always",
        "automatically",
        "cannot",
        "default",
        "defaults",
        "deprecated",
        "disallowed",
        "discouraged",
        "don't",
        "each",
        "exactly",
        "except",
        "expire",
        "expires",
        "expired",
        "ignored",
        "ignores",
        "immediately",
        "important",
        "legacy",
        "limit",
        "limited",
        "limits",
        "longer",
        "maximum",
        "mandatory",
        "minimum",
        "most",
        "must",
        "never",
        "no",
        "none",
        "not",
        "once",
        "only",
        "optional",
        "permission",
        "removed",
        "require",
        "required",
        "requires",
        "return",
        "returned",
        "returns",
        "scope",
        "shall",
        "unlimited",
        "without",
    ];

    if word.contains("://") || word.contains("](") {
        return false;
    }
    let plain = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    // A right such as `sp:my-tokens:manage`, a number, a duty.
    plain.chars().any(|c| c.is_ascii_digit())
        || plain.contains(':')
        || WORDS.binary_search(&plain.as_str()).is_ok()
}

/// The parts that changed, with a few words around them.
fn excerpt(parts: &[Part<'_>]) -> String {
    const AROUND: usize = 3;
    const LONGEST: usize = 40;

    let mut text: Vec<String> = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let all = part.words.len();
        let joined = |words: &[&str]| words.join(" ");
        let (is_first, is_last) = (index == 0, index + 1 == parts.len());
        text.push(match part.tag {
            ChangeTag::Equal => {
                let head = if is_first { 0 } else { AROUND.min(all) };
                let tail = if is_last { all } else { all.saturating_sub(AROUND).max(head) };
                let [head, tail] = [joined(&part.words[..head]), joined(&part.words[tail..])];
                let gap = if tail.is_empty() && is_last && all <= AROUND || head.is_empty() && all <= AROUND {
                    ""
                } else if all <= 2 * AROUND && !is_first && !is_last {
                    " "
                } else {
                    " … "
                };
                format!("{head}{gap}{tail}").trim().to_owned()
            }
            ChangeTag::Delete => format!("[-{}-]", capped(&part.words, LONGEST)),
            ChangeTag::Insert => format!("{{+{}+}}", capped(&part.words, LONGEST)),
        });
    }
    let text = text.join(" ");
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn capped(words: &[&str], most: usize) -> String {
    match words.len() {
        length if length > most => format!("{} … ({} words)", words[..most].join(" "), length),
        _ => words.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prose(old: &str, new: &str) -> (bool, String) {
        let text = Text { place: "p".into(), old: old.into(), new: new.into() };
        let prose = of(&text, &BTreeSet::new());
        (prose[0].review, prose[0].words.clone())
    }

    #[test]
    fn the_words_that_changed_are_shown_with_a_few_around_them() {
        let (_, words) = prose(
            "The token can be used at any time and from anywhere in the whole wide world.",
            "The token can be used at any hour and from anywhere in the whole wide world.",
        );
        assert_eq!(words, "… used at any [-time-] {+hour+} and from anywhere …");
        assert_eq!(prose("", "New text.").1, "{+New text.+}");
    }

    #[test]
    fn numbers_duties_and_rights_want_a_review_and_spelling_does_not() {
        for [old, new] in [
            ["It ends after 6 months.", "It ends after twelve months."],
            ["There is a limit of 6 months.", "There is no upper limit."],
            ["The field is read.", "The field is ignored."],
            ["Needs sp:my-tokens:manage.", "Needs sp:all-tokens:manage."],
        ] {
            assert!(prose(old, new).0, "{old} {new}");
        }
        for [old, new] in [
            ["Teh token.", "The token."],
            ["See [here](https://a.com/v1/x).", "See [there](https://a.com/v2/x)."],
            ["A header that browsers send.", "The header which browsers send."],
        ] {
            assert!(!prose(old, new).0, "{old} {new}");
        }
    }

    #[test]
    fn a_control_character_of_a_document_reaches_no_terminal() {
        assert!(!prose("a", "b\u{1b}[2J").1.contains('\u{1b}'));
    }
}
