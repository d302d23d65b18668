//! Sanitizes text of a vendor before it is printed.
//!
//! The library and the tools pass all text of third parties through this module before they print it. Terminals
//! interpret control characters, and CI services interpret lines of a certain form. The module has no dependencies.

use std::borrow::Cow;

/// Returns a text as one line without control characters.
///
/// ```
/// use tokenward_core::printable::printable;
///
/// assert_eq!(printable("\u{1b}[31mred\u{7}\nnext"), "\u{fffd}[31mred\u{fffd} next");
/// assert_eq!(printable("plain"), "plain");
/// ```
///
/// White space becomes a space. Every other control character becomes U+FFFD, and so does a character that changes
/// the direction of text or has no width: it makes a text look like another one.
pub fn printable(text: &str) -> Cow<'_, str> {
    match is_printable(text) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.chars().map(|c| replacement(c).unwrap_or(c)).collect()),
    }
}

/// Returns `true` if [`printable`] changes nothing in a text.
pub fn is_printable(text: &str) -> bool {
    // Most texts are ASCII. Without an early exit, the compiler vectorizes this loop.
    let is_plain = text.bytes().fold(true, |is_plain, byte| is_plain & matches!(byte, b' '..=b'~'));
    is_plain || text.chars().all(|c| replacement(c).is_none())
}

/// Returns the replacement for a character that must not be printed.
fn replacement(c: char) -> Option<char> {
    match c {
        '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        c if c.is_control() => Some(char::REPLACEMENT_CHARACTER),
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => {
            Some(char::REPLACEMENT_CHARACTER)
        }
        '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' => {
            Some(char::REPLACEMENT_CHARACTER)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_acts_on_is_left() {
        for control in (0..=0x1f).chain([0x7f]).chain(0x80..=0x9f) {
            let text = format!("a{}b", char::from(control));
            assert!(!printable(&text).chars().any(char::is_control), "{control:#x}");
        }
        for text in ["\u{1b}]0;title\u{7}", "a\u{8}b", "\r\n::error file=x::", "\u{202e}gpj.exe", "\u{feff}"]
        {
            let shown = printable(text);
            assert_eq!(shown.lines().count(), 1);
            assert!(shown.chars().all(|c| replacement(c).is_none()), "{text:?}");
            assert!(is_printable(&shown) && !is_printable(text), "{text:?}");
        }
    }

    #[test]
    fn text_of_any_language_is_left_as_it_is() {
        for text in ["", "a token", "Schlüssel", "鍵", "مفتاح", "🔑", "a\u{301}"] {
            assert!(is_printable(text) && matches!(printable(text), Cow::Borrowed(same) if same == text));
        }
    }
}
