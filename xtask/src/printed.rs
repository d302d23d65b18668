//! What is printed: text of documents and file names goes to terminals, to CI logs and into Markdown.
//!
//! Every command prints through [`line()`]. It removes what a terminal acts on, and breaks up what a CI service takes for
//! a command. A text of several lines is divided by `lines` before, so a line break in a name starts no new line.

use std::{borrow::Cow, fmt::Write as _};

use tokenward_core::printable::printable;

/// Returns a text as one line that neither a terminal nor a CI service acts on.
///
/// GitHub takes a line for a command if it begins with `::`, and Azure a line that has `##[` or `##vso[` anywhere.
pub fn line(text: &str) -> Cow<'_, str> {
    let text = printable(text);
    let is_command = text.trim_start().starts_with("::");
    if !is_command && !has_command(&text) {
        return text;
    }
    let mut safe = String::with_capacity(text.len() + 2);
    if is_command {
        safe.push('\\');
    }
    for (index, c) in text.char_indices() {
        safe.push(c);
        if c == '#' && is_command_at(&text[index..]) {
            safe.push(' ');
        }
    }
    Cow::Owned(safe)
}

/// Reports each line of a text whose line breaks are ours.
pub(crate) fn lines(text: &str, report: &mut dyn FnMut(&str)) {
    text.lines().for_each(report);
}

fn has_command(text: &str) -> bool {
    text.match_indices("##").any(|(index, _)| is_command_at(&text[index..]))
}

/// Returns `true` for `##[` and `##word[`.
fn is_command_at(text: &str) -> bool {
    text.strip_prefix("##").is_some_and(|rest| {
        rest.trim_start_matches('#').trim_start_matches(|c: char| c.is_ascii_alphanumeric()).starts_with('[')
    })
}

/// Returns JSON with escapes for the characters that [`line()`] would replace.
pub(crate) fn json(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut last = ' ';
    for c in text.chars() {
        let is_safe = c == '\n' || matches!(printable(c.encode_utf8(&mut [0; 4])), Cow::Borrowed(_));
        if is_safe && (c, last) != ('#', '#') {
            escaped.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
        last = c;
    }
    escaped
}

/// Returns text of a document as code in Markdown: nothing in it is markup, a mention, a reference or an address.
pub(crate) fn code(text: &str) -> String {
    let line = line(text);
    let longest = line.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    match longest {
        0 if !line.trim().is_empty() => format!("{fence}{line}{fence}"),
        _ => format!("{fence} {line} {fence}"),
    }
}

/// Returns a sentence of ours with text of a document in it for Markdown: as it is, unless some of it could be markup.
pub(crate) fn markdown(text: &str) -> String {
    let line = line(text);
    let is_plain = |c: char| c.is_alphanumeric() || " `'\"(){}/.,:;+-=?$%^_…·–".contains(c);
    let is_balanced = !line.contains("``") && line.matches('`').count().is_multiple_of(2);
    let is_plain =
        line.chars().all(is_plain) && is_balanced && !line.contains("://") && !line.contains("www.");
    if is_plain { line.into_owned() } else { code(&line) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_a_command_or_moves_the_cursor() {
        for text in [
            "::error file=a::b",
            "  ::error::",
            "\u{a0}::warning::",
            "##[error]x",
            "a ##[error]x",
            "##vso[task.setvariable variable=a]b",
            "a ##vso[task.x]",
            "####vso[x]",
            "##teamcity[x]",
            "a\n::error::",
            "a\r::error::",
            "a\u{2028}::error::",
            "\u{1b}]0;title\u{7}\u{8}\0\u{7f}\u{9b}2J",
            "\u{202e}gpj.exe\u{2066}",
        ] {
            let shown = line(text);
            assert!(!shown.trim_start().starts_with("::") && !has_command(&shown), "{shown}");
            assert_eq!(shown.lines().count(), 1, "{shown}");
            assert!(
                !shown.chars().any(|c| c.is_control() || ('\u{2028}'..='\u{2069}').contains(&c)),
                "{shown}"
            );
            assert_eq!(line(&shown), shown);
        }
        for text in ["", "plain", "a::b", "## heading", "# [a]", "  - {b}", "Schlüssel 鍵"] {
            assert!(matches!(line(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn json_stays_what_it_is_and_holds_nothing_that_is_replaced() {
        let value = serde_json::json!({"a": "\u{1b}\u{7f}\u{9b}\u{202e}\u{e0001}\n##[error] ###vso[x]", "::b": ["::c"]});
        let text = json(&serde_json::to_string_pretty(&value).unwrap());
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
        assert!(text.lines().all(|json| line(json) == json), "{text}");
    }

    #[test]
    fn text_in_markdown_is_text() {
        for (text, expected) in [
            ("`a` has no form in Rust, and is left out", "`a` has no form in Rust, and is left out"),
            ("GET /a/{b}: one", "GET /a/{b}: one"),
            ("<img src=x onerror=y>", "`<img src=x onerror=y>`"),
            ("[a](b)", "`[a](b)`"),
            ("a ` b", "`` a ` b ``"),
            ("@everyone", "`@everyone`"),
            ("see https://a.example", "`see https://a.example`"),
            ("a\n# b", "`a # b`"),
        ] {
            assert_eq!(markdown(text), expected);
        }
    }
}
