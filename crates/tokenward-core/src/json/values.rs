//! Where values end, and the elements of a list.

use super::lexer::{Lexeme, Lexer};

/// Finds the end of one value, and continues there when more of the text has arrived.
///
/// It counts brackets and skips strings. What is between them is for a parser to judge.
#[derive(Debug, Default)]
pub struct ValueEnd {
    lexer: Lexer,
    depth: usize,
}

impl ValueEnd {
    /// Returns `true` if nothing was examined yet.
    pub fn is_new(&self) -> bool {
        self.depth == 0 && self.lexer.is_new()
    }

    /// Continues with bytes that follow those that were examined, instead of including them.
    pub fn forget(&mut self) {
        self.lexer.forget();
    }

    /// Returns the length of the value that these bytes begin with, or `None` if its end has not arrived. The bytes must
    /// begin with those of the previous call.
    ///
    /// A number or a word ends only at what follows it.
    pub fn find(&mut self, bytes: &[u8]) -> Option<usize> {
        while let Some((lexeme, range)) = self.lexer.next(bytes) {
            match lexeme {
                Lexeme::OpenRecord | Lexeme::OpenList => self.depth += 1,
                Lexeme::CloseRecord | Lexeme::CloseList if self.depth > 1 => self.depth -= 1,
                Lexeme::CloseRecord | Lexeme::CloseList => return Some(range.end),
                _ if self.depth == 0 => return Some(range.end),
                _ => {}
            }
        }
        None
    }
}

/// The elements of a list as they are written. Anything but a list has none.
#[derive(Debug)]
pub struct Elements<'a>(&'a str);

impl<'a> Elements<'a> {
    /// Divides a text that is one valid JSON value.
    pub fn of(json: &'a str) -> Self {
        let json = json.trim_ascii_start();
        Self(if json.starts_with('[') { json } else { "" })
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        // A bracket or a comma precedes each element.
        let rest = self.0.strip_prefix(['[', ','])?.trim_ascii_start();
        let end = ValueEnd::default().find(rest.as_bytes()).filter(|_| !rest.starts_with(']'));
        let (element, rest) = rest.split_at_checked(end.unwrap_or_default())?;
        self.0 = rest.trim_ascii_start();
        Some(element).filter(|element| !element.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_end_of_a_value_is_found_however_it_arrives() {
        for value in [
            "{}",
            r#"{"a":[1,{"b":"]}\"\\"}],"c":{}}"#,
            r#""a\\""#,
            r#""\"}""#,
            "17",
            "-1.5e3",
            "null",
            "[]",
            r#"[[],["]"]]"#,
        ] {
            for after in [",", "]", " ]", "}", "\n"] {
                let text = format!("{value}{after}");
                assert_eq!(ValueEnd::default().find(text.as_bytes()), Some(value.len()), "{text}");
                let mut end = ValueEnd::default();
                let found = (0..=text.len()).find_map(|length| end.find(&text.as_bytes()[..length]));
                assert_eq!(found, Some(value.len()), "{text}");
            }
            let cut = &value.as_bytes()[..value.len() - 1];
            assert_eq!(ValueEnd::default().find(cut), None, "{value}");
        }
    }

    #[test]
    fn the_end_of_a_value_is_found_after_its_beginning_was_forgotten() {
        let mut end = ValueEnd::default();
        assert!(end.is_new());
        for part in [r#"{"a":"#, r#""]}\"#, r#""}"#, r#"",[{"#, "}"] {
            assert_eq!(end.find(part.as_bytes()), None, "{part}");
            end.forget();
            assert!(!end.is_new(), "{part}");
        }
        assert_eq!(end.find(b"]} ,"), Some(2));
    }

    #[test]
    fn the_elements_of_a_list_are_as_they_are_written() {
        for text in [
            "[]",
            " [ ] ",
            r#"[1,-2.5e3,"a,]\"[",null,true,{"b":[1,2]},[[]]]"#,
            "[\n 1 ,\t2\r\n, {\"a\" : [ ] } ]",
        ] {
            let all: Vec<Value> = serde_json::from_str(text).unwrap();
            let elements = Elements::of(text).map(|element| serde_json::from_str::<Value>(element).unwrap());
            assert_eq!(elements.collect::<Vec<_>>(), all, "{text}");
        }
        for text in ["{}", "null", r#""[1]""#, "17"] {
            assert_eq!(Elements::of(text).count(), 0, "{text}");
        }
    }
}
