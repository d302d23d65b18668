//! Which value of a text had been come to when reading failed.

use tokenward_core::json::{Lexeme, Lexemes};

use crate::secrets::redact;

/// The fields and positions that lead to the value that these bytes end in, behind, or just before: `[1].id`. A name that may be
/// none of ours is `?`, since keys of a map are the vendor's text.
///
/// A reader knows how far it came, and this finds out where that is; so it is only asked where something is wrong, and nothing
/// has to be kept while all is well.
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

/// What is open where a text breaks off.
enum Level<'a> {
    /// With the position of the element.
    List(usize),
    /// With the name of the field, as it stands there, where it has come.
    Record(Option<&'a str>),
}

fn levels(text: &str) -> Vec<Level<'_>> {
    /// What lies deeper is named by what it lies in: a text may have a bracket in every byte.
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
