//! Decoding errors that give the place and the kinds of value. serde's own messages quote values.

use std::fmt;

use serde::Deserialize;
use tokenward_core::Drift;

use crate::decode::location::place;

/// Decodes a value, or returns the mismatch.
pub(crate) fn from_text<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Mismatch> {
    serde_json::from_str(text).map_err(|error| Mismatch::new(text, &error))
}

/// Decodes a text that must be a record, or returns the mismatch.
///
/// Derived code also accepts a list for a record, by position. A list has no field names to recognize secrets by, so it
/// is refused.
pub(crate) fn from_record<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Mismatch> {
    if text.trim_ascii_start().starts_with('[') {
        return Err(Mismatch {
            path: ".".to_owned(),
            problem: OTHER_SHAPE,
            expected: Some("a record"),
            found: Some("a list"),
            place: Some(Place::Line { line: 1, column: 1 }),
        });
    }
    from_text(text)
}

/// The place at which a text does not fit its type, and the difference.
#[derive(Debug)]
pub(crate) struct Mismatch {
    path: String,
    problem: &'static str,
    expected: Option<&'static str>,
    found: Option<&'static str>,
    place: Option<Place>,
}

/// A place in the text: line and column from one, as in editors, or a byte offset from zero if the text was not kept.
#[derive(Debug)]
enum Place {
    Line { line: usize, column: usize },
    Byte(usize),
}

impl Mismatch {
    fn new(text: &str, error: &serde_json::Error) -> Self {
        const LONGEST_PATH: usize = 120;

        let said = error.to_string();
        let problem = match error.classify() {
            serde_json::error::Category::Eof => TOO_EARLY,
            serde_json::error::Category::Data if said.starts_with(TOO_MANY_ITEMS) => TOO_MANY_ITEMS,
            serde_json::error::Category::Data if said.starts_with(TOO_MANY_UNREADABLE) => TOO_MANY_UNREADABLE,
            serde_json::error::Category::Data => OTHER_SHAPE,
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => NOT_JSON,
        };
        let missing = missing_field(&said);
        let path = place(text.get(..read(text, error)).unwrap_or(text));
        let path = match (path.as_str(), missing) {
            (".", Some(field)) => field.to_owned(),
            (path, Some(field)) => format!("{path}.{field}"),
            (_, None) => path,
        };
        // Cut between names: half a name could be an unrecognized secret.
        let path = match path.char_indices().nth(LONGEST_PATH) {
            Some((end, _)) => path[..end].rsplit_once('.').map_or("?", |(path, _)| path).to_owned(),
            None => path,
        };
        let found = missing.map(|_| "nothing").or_else(|| found(&said));
        let place = Some(Place::Line { line: error.line(), column: error.column() });
        Self { path, problem, expected: expected(&said), found, place }
    }

    /// Creates the mismatch of a text that is not JSON from this byte on.
    pub(crate) fn not_json(byte: usize) -> Self {
        Self::at_byte(NOT_JSON, byte)
    }

    /// Creates the mismatch of a text that ends too early, after this many bytes.
    pub(crate) fn cut_off(bytes: usize) -> Self {
        Self::at_byte(TOO_EARLY, bytes)
    }

    fn at_byte(problem: &'static str, byte: usize) -> Self {
        Self { path: ".".to_owned(), problem, expected: None, found: None, place: Some(Place::Byte(byte)) }
    }

    /// Removes the line and the column, if they do not refer to the received text.
    pub(crate) fn without_place(self) -> Self {
        Self { place: None, ..self }
    }

    pub(crate) fn drift(&self) -> Drift {
        Drift::new(self.path.clone(), self.problem).with_kinds(self.expected, self.found)
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.drift().fmt(f)?;
        match self.place {
            Some(Place::Line { line, column }) => write!(f, ", line {line} column {column}"),
            Some(Place::Byte(byte)) => write!(f, ", byte {byte}"),
            None => Ok(()),
        }
    }
}

const NOT_JSON: &str = "the answer is not JSON";
const TOO_EARLY: &str = "the answer ends too early";
const OTHER_SHAPE: &str = "the answer has another shape than documented";

/// The problem of a list with more items than the limit.
pub(crate) const TOO_MANY_ITEMS: &str =
    "the answer has a list with more items than are kept: 25000, or in proportion to `with_body_limit`";

/// The problem of a response with more items that cannot be decoded than are reported.
pub(crate) const TOO_MANY_UNREADABLE: &str = "the answer has more than 10000 items that cannot be read";

/// Returns the number of bytes before the error.
fn read(text: &str, error: &serde_json::Error) -> usize {
    let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    lines.map(str::len).sum::<usize>() + error.column()
}

/// Returns the missing field. Its name is one of ours.
fn missing_field(said: &str) -> Option<&str> {
    said.strip_prefix("missing field `")?.split_once('`').map(|(field, _)| field)
}

/// Returns the kind of the value in the text, without the value. serde's messages begin with it.
fn found(said: &str) -> Option<&'static str> {
    const KINDS: [(&str, &str); 10] = [
        ("null", "null"),
        ("unit value", "null"),
        ("text", "text"),
        ("string", "text"),
        ("integer `-", "a negative number"),
        ("integer", "a whole number"),
        ("floating point", "a number that is not whole, or too large"),
        ("boolean", "true or false"),
        ("sequence", "a list"),
        ("map", "a record"),
    ];

    let (is_out_of_range, said) = match said.strip_prefix("invalid type: ") {
        Some(said) => (false, said),
        None => (true, said.strip_prefix("invalid value: ")?),
    };
    let found = KINDS.iter().find(|(word, _)| said.starts_with(word)).map(|(_, kind)| *kind);
    match found {
        // The kind is right, so the number is too large or too small.
        Some("a whole number") if is_out_of_range => Some("one that is out of range"),
        // serde_json's word for a number that no float can represent.
        None if said.starts_with("number") => Some("a number"),
        found => found,
    }
}

/// Returns the kind of value that our type expects. serde's messages end with it, and only our own words are used.
fn expected(said: &str) -> Option<&'static str> {
    const KINDS: [(&str, &str); 14] = [
        ("a string", "text"),
        ("a borrowed string", "text"),
        ("string", "text"),
        ("a secret", "text"),
        ("a boolean", "true or false"),
        ("a date", "a date"),
        ("a sequence", "a list"),
        ("a list", "a list"),
        ("a record or a list", "a record or a list"),
        ("a record", "a record"),
        ("a map", "a record"),
        ("struct ", "a record"),
        ("f64", "a number"),
        ("f32", "a number"),
    ];
    const WHOLE: [&str; 5] = ["i8", "i16", "i32", "i64", "isize"];
    const NOT_NEGATIVE: [&str; 5] = ["u8", "u16", "u32", "u64", "usize"];

    let (_, said) = said.rsplit_once(", expected ")?;
    let word = said.split(" at line ").next()?;
    if WHOLE.contains(&word) {
        return Some("a whole number");
    }
    if NOT_NEGATIVE.contains(&word) {
        return Some("a whole number that is not negative");
    }
    KINDS.iter().find(|(start, _)| word.starts_with(start)).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only its decoding is of interest")]
    struct Token {
        id: i64,
        name: Option<String>,
        #[serde(default, with = "crate::decode::dates::epoch_seconds")]
        created: Option<crate::Timestamp>,
        live: Option<bool>,
        weight: Option<f64>,
        inner: Option<Box<Token>>,
        tags: Option<Vec<String>>,
    }

    fn error(body: &str) -> String {
        from_text::<Vec<Token>>(body).unwrap_err().to_string()
    }

    #[test]
    fn an_error_says_where_and_which_kinds_and_never_what() {
        let mut said = String::new();
        for body in [
            r#"[{"id":1},{"id":"CANARY"}]"#,
            r#"[{"id":1},{"CANARY":1}]"#,
            r#"[{"id":1,"inner":{"name":"CANARY"}}]"#,
            r#"[{"id":1,"name":["CANARY"]}]"#,
            r#"[{"id":1,"name":{"CANARY":1}}]"#,
            r#"[{"id":749.25,"name":"CANARY"}]"#,
            r#"[{"id":null}]"#,
            r#"[{"id":99999999999999999999}]"#,
            r#"[{"id":true}]"#,
            r#"[{"id":1,"created":"CANARY, expected struct CANARY"}]"#,
            r#"[{"id":1,"live":"CANARY"}]"#,
            r#"[{"id":1,"weight":"CANARY, expected a string"}]"#,
            r#"[{"id":1,"inner":"CANARY"}]"#,
            r#"[{"id":1,"tags":{"CANARY":"CANARY"}}]"#,
            r#"[{"id":1,"tags":["a",17]}]"#,
            r#"{"CANARY":1}"#,
            r#"["CANARY"]"#,
            "[\n  {\"id\":1},\n  {\"id\":1, \"name\":\n 17}]",
            r#"[{"id":1"#,
            "<html>CANARY",
            "[] CANARY",
            "",
        ] {
            said +=
                &format!("{}\n    {}\n", body.replace("CANARY", "…"), error(body).replace("CANARY", "LEAK"));
        }
        assert!(!said.contains("LEAK"), "{said}");
        insta::assert_snapshot!(said);
    }

    #[test]
    fn a_list_is_not_read_as_a_record_by_position() {
        let list = r#" [1,"CANARY",null,null,null,null,null]"#;
        assert!(from_text::<Token>(list).is_ok());
        let mismatch = from_record::<Token>(list).unwrap_err();
        assert!(mismatch.to_string().ends_with("a record is expected, and a list is there, line 1 column 1"));
        assert!(from_record::<Token>(r#"{"id":1}"#).is_ok() && from_record::<i64>(" 17").is_ok());
    }

    #[test]
    fn a_key_of_a_map_stands_in_a_path_only_if_it_looks_like_a_field() {
        for (name, shown) in [("a_b", "a_b"), ("a\\nb", "?"), ("CANARY7f3a", "?"), ("a.CANARY[0]", "?")] {
            let map = format!(r#"{{"{name}":{{"id":null}}}}"#);
            let error = from_text::<BTreeMap<String, Token>>(&map).unwrap_err();
            assert!(error.to_string().contains(&format!("documented at `{shown}.id`")), "{error}");
        }
    }
}
