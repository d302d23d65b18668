//! The path to the value at which decoding failed.

use tokenward_core::json::{Lexeme, Lexemes};

use crate::secrets::redact;

/// Returns the path to the value that these bytes end in, after, or just before: `[1].id`.
///
/// The path shows `?` for a name that does not look like a field name. Keys of maps are vendor text and may contain a
/// secret.
///
/// The path is computed only after an error, so decoding does not have to track it.
pub(crate) fn place(read: &str) -> String {
    let mut place = String::new();
    for level in levels(read) {
        let name = match level {
            Level::List(index) => {
                place.push_str(&format!("[{index}]"));
                continue;
            }
            Level::Record(None) => continue,
            Level::Record(Some(name)) => serde_json::from_str::<String>(name).ok(),
        };
        if !place.is_empty() {
            place.push('.');
        }
        place.push_str(name.as_deref().and_then(redact::name).as_deref().unwrap_or("?"));
    }
    if place.is_empty() { ".".to_owned() } else { place }
}

/// A list or record that is still open at the end of the text.
enum Level<'a> {
    /// The position of the current element.
    List(usize),
    /// The name of the current field as it is written, if it has arrived.
    Record(Option<&'a str>),
}

fn levels(text: &str) -> Vec<Level<'_>> {
    /// Deeper values get the path of their ancestor, because every byte of a text may be a bracket.
    const DEEPEST: usize = 16;

    let (mut levels, mut deeper) = (Vec::new(), 0_usize);
    for (lexeme, range) in Lexemes::of(text) {
        match lexeme {
            Lexeme::String | Lexeme::UnclosedString if deeper == 0 => {
                if let Some(Level::Record(name @ None)) = levels.last_mut() {
                    *name = Some(&text[range]);
                }
            }
            Lexeme::OpenList | Lexeme::OpenRecord if levels.len() == DEEPEST => deeper += 1,
            Lexeme::OpenList => levels.push(Level::List(0)),
            Lexeme::OpenRecord => levels.push(Level::Record(None)),
            Lexeme::CloseList | Lexeme::CloseRecord if deeper > 0 => deeper -= 1,
            Lexeme::CloseList | Lexeme::CloseRecord => drop(levels.pop()),
            Lexeme::Comma if deeper == 0 => match levels.last_mut() {
                Some(Level::List(index)) => *index += 1,
                Some(Level::Record(name)) => *name = None,
                None => {}
            },
            _ => {}
        }
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_that_was_come_to_is_named_wherever_reading_ends() {
        for (read, expected) in [
            ("", "."),
            ("17", "."),
            ("[", "[0]"),
            ("[1, ", "[1]"),
            ("[1, 2", "[1]"),
            ("[1, 2]", "."),
            (r#"{"#, "."),
            (r#"{"na"#, "?"),
            (r#"{"name""#, "name"),
            (r#"{"name": "#, "name"),
            (r#"{"name": "te"#, "name"),
            (r#"{"name": "]},{[\"""#, "name"),
            (r#"{"name": "\\", "#, "."),
            (r#"{"name": {"first": [[], [17"#, "name.first[1][0]"),
            (r#"{"name": {"first": [[], [17]]}"#, "name"),
            (r#"{"\u006eame": "#, "name"),
        ] {
            assert_eq!(place(read), expected, "{read}");
        }
    }

    #[test]
    fn what_lies_deep_is_named_by_what_it_lies_in() {
        let deep = "[".repeat(1000);
        let open = format!(r#"{{"name": {deep}1, {{"a": 2"#);
        assert_eq!(place(&open), format!("name{}", "[0]".repeat(15)));
        let closed = format!(r#"{{"name": {deep}1, 2{}, "id": "#, "]".repeat(1000));
        assert_eq!(place(&closed), "id");
    }
}
