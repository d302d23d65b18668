//! JSON text, divided into its smallest parts.

use std::ops::Range;

use memchr::memchr2;

/// The kind of a part of JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lexeme {
    /// `{`
    OpenRecord,
    /// `}`
    CloseRecord,
    /// `[`
    OpenList,
    /// `]`
    CloseList,
    /// `,`
    Comma,
    /// `:`
    Colon,
    /// A string with its quotes.
    String,
    /// A string whose closing quote is missing, because the text ends there.
    UnclosedString,
    /// Anything else up to white space or another lexeme: a number, `true`, `false` or `null`.
    Scalar,
}

/// Finds one lexeme after another in bytes that may still be arriving. Each byte is examined once.
#[derive(Debug, Default)]
pub(super) struct Lexer {
    /// Where the current lexeme begins.
    start: usize,
    /// How many bytes were examined.
    examined: usize,
    open: Open,
}

/// The lexeme whose end has not arrived.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Open {
    #[default]
    Nothing,
    String {
        is_escaped: bool,
    },
    Scalar,
}

impl Lexer {
    /// Returns the next lexeme, or `None` if its end is not among these bytes. The bytes must begin with those of the
    /// previous call, unless [`forget`](Self::forget) was called.
    pub(super) fn next(&mut self, bytes: &[u8]) -> Option<(Lexeme, Range<usize>)> {
        loop {
            let rest = bytes.get(self.examined..).filter(|rest| !rest.is_empty())?;
            match self.open {
                Open::Nothing => {
                    let space =
                        rest.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(rest.len());
                    self.examined += space;
                    let byte = *bytes.get(self.examined)?;
                    self.start = self.examined;
                    self.examined += 1;
                    let lexeme = match byte {
                        b'{' => Lexeme::OpenRecord,
                        b'}' => Lexeme::CloseRecord,
                        b'[' => Lexeme::OpenList,
                        b']' => Lexeme::CloseList,
                        b',' => Lexeme::Comma,
                        b':' => Lexeme::Colon,
                        b'"' => {
                            self.open = Open::String { is_escaped: false };
                            continue;
                        }
                        _ => {
                            self.open = Open::Scalar;
                            continue;
                        }
                    };
                    return Some((lexeme, self.start..self.examined));
                }
                Open::String { is_escaped: true } => {
                    self.examined += 1;
                    self.open = Open::String { is_escaped: false };
                }
                Open::String { is_escaped: false } => {
                    let Some(at) = memchr2(b'"', b'\\', rest) else {
                        self.examined = bytes.len();
                        return None;
                    };
                    self.examined += at + 1;
                    if rest[at] == b'"' {
                        return Some(self.close(Lexeme::String));
                    }
                    self.open = Open::String { is_escaped: true };
                }
                Open::Scalar => {
                    let is_end = |byte: &u8| b",:\"{}[]".contains(byte) || byte.is_ascii_whitespace();
                    let Some(at) = rest.iter().position(is_end) else {
                        self.examined = bytes.len();
                        return None;
                    };
                    self.examined += at;
                    return Some(self.close(Lexeme::Scalar));
                }
            }
        }
    }

    /// Returns the lexeme that ends with the text.
    fn last(&mut self) -> Option<(Lexeme, Range<usize>)> {
        match self.open {
            Open::Nothing => None,
            Open::String { .. } => Some(self.close(Lexeme::UnclosedString)),
            Open::Scalar => Some(self.close(Lexeme::Scalar)),
        }
    }

    fn close(&mut self, lexeme: Lexeme) -> (Lexeme, Range<usize>) {
        self.open = Open::Nothing;
        (lexeme, self.start..self.examined)
    }

    /// Returns `true` if no byte was examined, or all of them were forgotten between two lexemes.
    pub(super) fn is_new(&self) -> bool {
        self.examined == 0 && self.open == Open::Nothing
    }

    /// Continues with bytes that follow those that were examined, instead of including them.
    pub(super) fn forget(&mut self) {
        (self.start, self.examined) = (0, 0);
    }
}

/// The lexemes of a text that has arrived completely, with the place of each.
#[derive(Debug)]
pub struct Lexemes<'a> {
    text: &'a str,
    lexer: Lexer,
}

impl<'a> Lexemes<'a> {
    /// Divides a text.
    pub fn of(text: &'a str) -> Self {
        Self { text, lexer: Lexer::default() }
    }
}

impl<'a> Iterator for Lexemes<'a> {
    type Item = (Lexeme, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        self.lexer.next(self.text.as_bytes()).or_else(|| self.lexer.last())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each lexeme as it is written in the text.
    fn lexemes(text: &str) -> Vec<(Lexeme, &str)> {
        Lexemes::of(text).map(|(lexeme, range)| (lexeme, &text[range])).collect()
    }

    #[test]
    fn a_text_is_divided_into_brackets_strings_marks_and_scalars() {
        use Lexeme::{CloseList, CloseRecord, Colon, Comma, OpenList, OpenRecord, Scalar, String};

        let expected = [
            (OpenRecord, "{"),
            (String, r#""a\"]\\""#),
            (Colon, ":"),
            (OpenList, "["),
            (Scalar, "-1.5e3"),
            (Comma, ","),
            (Scalar, "null"),
            (CloseList, "]"),
            (Comma, ","),
            (String, r#""""#),
            (Colon, ":"),
            (Scalar, "true"),
            (CloseRecord, "}"),
        ];
        assert_eq!(lexemes(r#" {"a\"]\\" : [-1.5e3 ,null],"":true}"#), expected);
    }

    #[test]
    fn a_text_that_ends_within_a_lexeme_yields_what_there_is_of_it() {
        assert_eq!(lexemes("17"), [(Lexeme::Scalar, "17")]);
        assert_eq!(lexemes(r#""a\"#), [(Lexeme::UnclosedString, r#""a\"#)]);
        assert_eq!(lexemes("\""), [(Lexeme::UnclosedString, "\"")]);
        assert_eq!(lexemes(" \n"), []);
    }

    #[test]
    fn a_text_is_divided_alike_however_it_arrives() {
        let text = r#"{"name":["\\\" é",17, {}],"x":false} "#;
        let whole: Vec<_> = Lexemes::of(text).collect();
        let (mut lexer, mut parts) = (Lexer::default(), Vec::new());
        for end in 0..=text.len() {
            parts.extend(std::iter::from_fn(|| lexer.next(&text.as_bytes()[..end])));
        }
        assert_eq!(parts, whole);
    }
}
