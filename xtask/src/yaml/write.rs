//! Text for what is new, in the style of the file that it goes into.

use serde_json::Value;

use super::{
    Fresh,
    read::{Kind, Node},
};

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Style {
    /// By how much a mapping in a mapping is indented.
    pub(super) step: usize,
    /// By how much the dashes of a list in a mapping are.
    pub(super) list: usize,
    /// How a line ends.
    pub(super) line_break: &'static str,
}

impl Style {
    /// The style of the first places that show it.
    pub(super) fn of(text: &str, root: &Node) -> Self {
        let (mut step, mut list) = (None, None);
        look(text, root, &mut step, &mut list);
        let line_break =
            if text.find('\n').is_some_and(|end| text[..end].ends_with('\r')) { "\r\n" } else { "\n" };
        Self { step: step.unwrap_or(2), list: list.unwrap_or(0), line_break }
    }
}

fn look(text: &str, node: &Node, step: &mut Option<usize>, list: &mut Option<usize>) {
    match &node.kind {
        Kind::Map { flow: false, entries } => {
            for entry in entries {
                let indent = column(text, entry.value.start).saturating_sub(column(text, entry.key_start));
                match entry.value.kind {
                    Kind::Map { flow: false, .. } => drop(step.get_or_insert(indent.max(1))),
                    Kind::List { flow: false, .. } => drop(list.get_or_insert(indent)),
                    _ => {}
                }
                look(text, &entry.value, step, list);
            }
        }
        Kind::List { flow: false, items } => {
            items.iter().for_each(|item| look(text, &item.value, step, list));
        }
        _ => {}
    }
}

/// How many characters stand before a place on its line.
pub(super) fn column(text: &str, place: usize) -> usize {
    let start = text[..place].rfind('\n').map_or(0, |end| end + 1);
    text[start..place].chars().count()
}

/// A document of its own, in the style of those in `specs/`.
pub(crate) fn document(members: &[(String, Fresh)]) -> String {
    const STYLE: Style = Style { step: 2, list: 0, line_break: "\n" };

    members.iter().map(|member| self::member(member, 0, STYLE) + STYLE.line_break).collect()
}

/// What stands behind the colon of a key in this column.
pub(super) fn after_key(value: &Fresh, column: usize, style: Style) -> String {
    match value {
        Fresh::Map(members) if !members.is_empty() => {
            let start = line(column + style.step, style);
            members
                .iter()
                .map(|member| start.clone() + &self::member(member, column + style.step, style))
                .collect()
        }
        Fresh::List(items) if !items.is_empty() => {
            let start = line(column + style.list, style);
            items
                .iter()
                .map(|item| format!("{start}-{}", after_dash(item, column + style.list, style)))
                .collect()
        }
        _ => format!(" {}", alone(value)),
    }
}

/// What stands behind a dash in this column.
pub(super) fn after_dash(value: &Fresh, column: usize, style: Style) -> String {
    let inner = column + 2;
    let pieces: Vec<String> = match value {
        Fresh::Map(members) => members.iter().map(|member| self::member(member, inner, style)).collect(),
        Fresh::List(items) => {
            items.iter().map(|item| format!("-{}", after_dash(item, inner, style))).collect()
        }
        Fresh::Scalar(_) => Vec::new(),
    };
    match pieces.is_empty() {
        true => format!(" {}", alone(value)),
        false => format!(" {}", pieces.join(&line(inner, style))),
    }
}

fn member((key, value): &(String, Fresh), column: usize, style: Style) -> String {
    format!("{}:{}", self::key(key, false), after_key(value, column, style))
}

/// The start of a line, up to this column.
pub(super) fn line(column: usize, style: Style) -> String {
    format!("{}{}", style.line_break, " ".repeat(column))
}

/// A scalar, or a collection without anything in it, on a line that has nothing behind it.
pub(super) fn alone(value: &Fresh) -> String {
    match value {
        Fresh::Scalar(value) => scalar(value, false),
        value => flow(value),
    }
}

/// A value between braces or brackets.
pub(super) fn flow(value: &Fresh) -> String {
    match value {
        Fresh::Scalar(value) => scalar(value, true),
        Fresh::Map(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(key, value)| format!("{}: {}", self::key(key, true), flow(value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        Fresh::List(items) => {
            format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", "))
        }
    }
}

/// A key, in quotes where it needs them.
pub(super) fn key(key: &str, in_braces: bool) -> String {
    text(key, in_braces)
}

fn scalar(value: &Value, in_braces: bool) -> String {
    match value {
        Value::String(value) => text(value, in_braces),
        value => value.to_string(),
    }
}

/// A text: plain where nobody could read it as anything else, on one line always.
fn text(value: &str, in_braces: bool) -> String {
    let unprintable = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
    // The template of a path or an address is no more than a text where no braces are expected.
    let is_template = || !value.starts_with(['{', '}']) && is_plain(&value.replace(['{', '}'], "x"));
    if value.chars().any(unprintable) {
        escaped(value)
    } else if is_plain(value) || (!in_braces && is_template()) {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', "''"))
    }
}

fn escaped(value: &str) -> String {
    let mut written = String::from("\"");
    for c in value.chars() {
        match c {
            '"' => written += "\\\"",
            '\\' => written += "\\\\",
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                written += &format!("\\u{:04x}", u32::from(c));
            }
            c => written.push(c),
        }
    }
    written.push('"');
    written
}

/// Whether a text needs no quotes, between braces either.
fn is_plain(value: &str) -> bool {
    const WORDS: [&str; 10] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan"];

    let starts_well =
        value.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '$' | '/')) || is_version(value);
    let goes_on_well = |c: char| c.is_alphanumeric() || "_$/.-+ ();=:".contains(c);
    let ends_well = !value.ends_with([' ', ':']) && !value.contains(": ");
    starts_well
        && ends_well
        && value.chars().all(goes_on_well)
        && !WORDS.contains(&value.to_lowercase().as_str())
}

/// Digits with more points than a number can have.
fn is_version(value: &str) -> bool {
    value.split('.').count() > 2
        && value.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::parse_yaml;

    #[test]
    fn whatever_is_written_reads_as_what_it_was() {
        let texts = [
            "",
            " ",
            "a",
            "yes",
            "NO",
            "null",
            "~",
            "0123",
            "1.5",
            "1e3",
            "0x1f",
            "2024-01-01",
            "3.0.3",
            "a: b",
            "a:",
            "a #b",
            "#a",
            "- a",
            "-",
            "? a",
            "[a",
            "{a}",
            "/a/{b}",
            "'a'",
            "\"a\"",
            "it's",
            "a\nb",
            "a\tb",
            "é 日本",
            "\u{feff}a\u{2028}",
            "a\\b",
            "&a",
            "*a",
            "!a",
            "%a",
            "@a",
            "`a",
            "a, b",
            ".inf",
            "=",
            "<<",
            "a ",
            "|",
            ">",
            "https://{tenant}.example.com",
            "\u{7}",
            "\u{1f600}",
            "true",
            "a:b",
            "1_000",
            "$ref",
        ];
        let mut members = vec![("200".to_owned(), Fresh::Map(Vec::new()))];
        for value in texts {
            members.push((format!("k{value}"), Fresh::Scalar(value.into())));
            members.push((value.to_owned(), Fresh::List(vec![Fresh::Scalar(value.into())])));
        }
        let inner = Fresh::List(vec![Fresh::Map(members.clone()), Fresh::List(Vec::new())]);
        members.push(("list".to_owned(), Fresh::List(vec![inner.clone(), inner, Fresh::Scalar(1.5.into())])));
        let written = document(&members);
        assert_eq!(parse_yaml::<Value>(&written).unwrap(), Fresh::Map(members).value(), "{written}");
        assert!(written.starts_with("'200': {}\n"), "{written}");
    }
}
