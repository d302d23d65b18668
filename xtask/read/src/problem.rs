//! What is wrong, in which file, and where in it.

use std::{fmt, path::Path};

use tokenward_core::printable::printable;

/// A fault of an input, on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    file: Option<String>,
    place: Option<String>,
    message: String,
}

impl Problem {
    /// A fault whose file and place are not known here; callers add them.
    pub fn new(message: impl fmt::Display) -> Self {
        Self { file: None, place: None, message: one_line(&message.to_string()) }
    }

    /// At a JSON pointer, a line and column, or an operation.
    pub fn at(place: impl fmt::Display, message: impl fmt::Display) -> Self {
        Self { place: Some(one_line(&place.to_string())), ..Self::new(message) }
    }

    /// In this file, unless a file is named already.
    #[must_use]
    pub fn in_file(mut self, path: &Path) -> Self {
        self.file.get_or_insert_with(|| printable(&path.display().to_string()).into_owned());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in [&self.file, &self.place].into_iter().flatten() {
            write!(f, "{part}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl From<std::io::Error> for Problem {
    fn from(error: std::io::Error) -> Self {
        Self::new(error)
    }
}

/// Input may hold line breaks and control characters; a terminal gets neither, nor more than it can show.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 400;
    let mut line = printable(text.lines().next().unwrap_or_default()).into_owned();
    if let Some((cut, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(cut);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_one_line_whatever_the_input_holds() {
        let problem = Problem::at("/paths", format!("bad \u{1b}[2J{}\nsecond line", "x".repeat(900)));
        let text = problem.in_file(Path::new("specs/a/openapi.yaml")).to_string();
        assert!(text.starts_with("specs/a/openapi.yaml: /paths: bad \u{fffd}[2Jxxx"), "{text}");
        assert!(text.lines().count() == 1 && text.chars().count() < 500);
    }
}
