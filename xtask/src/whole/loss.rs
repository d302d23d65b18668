//! What a published document has and its client has not.

use std::{collections::BTreeMap, fmt};

use tokenward_core::printable::printable;

use crate::{pointer::unescape, vendor::METHODS};

/// Something that was left out, or that is said less exactly than in the document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Loss {
    /// The operation, the schema or the part of the document.
    pub place: String,
    /// What it is.
    pub what: String,
}

impl Loss {
    /// A loss at a place that is named as it is printed.
    pub(super) fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: one_line(&place.into()), what: one_line(&what.into()) }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// The losses so far.
#[derive(Debug, Default)]
pub(crate) struct Losses(Vec<Loss>);

impl Losses {
    /// At a JSON pointer; what stands in an operation or in a schema is reported there.
    pub(crate) fn at(&mut self, pointer: &str, what: impl fmt::Display) {
        let mut segments = pointer.split('/').skip(1).map(unescape);
        let (place, inner) = match (segments.next().as_deref(), segments.next(), segments.next()) {
            (Some("paths"), Some(path), Some(method)) if METHODS.contains(&method.as_str()) => {
                (format!("{} {path}", method.to_uppercase()), segments.collect::<Vec<_>>())
            }
            (Some("paths"), Some(path), inner) => (path, inner.into_iter().chain(segments).collect()),
            (Some("components"), Some(kind), Some(name)) => {
                let kind = if kind == "schemas" { "schema" } else { &kind };
                (format!("{kind} {name}"), segments.collect())
            }
            (first, second, third) => {
                let first = first.unwrap_or_default().to_owned();
                (first, second.into_iter().chain(third).chain(segments).collect())
            }
        };
        let inner = inner.join("/");
        let what = if inner.is_empty() { what.to_string() } else { format!("{inner}: {what}") };
        self.push(place, what);
    }

    /// At a place that is named as it is printed.
    pub(crate) fn push(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.0.push(Loss::new(place, what));
    }

    /// All of them, by place, each once.
    pub(crate) fn into_sorted(mut self) -> Vec<Loss> {
        self.0.sort();
        self.0.dedup();
        self.0
    }
}

/// What a document says may hold line breaks, control characters and a megabyte.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 240;

    let mut line = printable(text).into_owned();
    if let Some((cut, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(cut);
        line.push('…');
    }
    line
}

/// The losses with those of one place together, operations before schemas.
pub(crate) fn by_place(losses: &[Loss]) -> BTreeMap<(bool, &str), Vec<&str>> {
    let mut places: BTreeMap<(bool, &str), Vec<&str>> = BTreeMap::new();
    for Loss { place, what } in losses {
        places.entry((place.starts_with("schema "), place)).or_default().push(what);
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_is_told_by_its_operation_or_schema() {
        let mut losses = Losses::default();
        losses.at("/paths/~1a~1{b}/get/responses/200", "one");
        losses.at("/paths/~1a/parameters/0", "two");
        losses.at("/components/schemas/A", "three\nlines");
        losses.at("/components/schemas/A/properties/b~1c", "four");
        losses.at("/webhooks", "five");
        losses.at("/webhooks", "five");
        let text: Vec<String> = losses.into_sorted().iter().map(ToString::to_string).collect();
        assert_eq!(
            text,
            [
                "/a: parameters/0: two",
                "GET /a/{b}: responses/200: one",
                "schema A: properties/b/c: four",
                "schema A: three lines",
                "webhooks: five",
            ]
        );
    }
}
