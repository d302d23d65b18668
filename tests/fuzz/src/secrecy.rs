//! What no output may hold.

use std::fmt::{Debug, Display};

/// What the secrets of the corpus and of mutated inputs start with, and no text of ours has in it.
pub(crate) const CANARY: &str = "CANARY";

/// Fails where an error shows the canary, beyond what it is to show: ids.
pub(crate) fn assert_silent(error: &(impl Display + Debug), shown: &[Option<&str>]) {
    let text = error.to_string();
    assert_eq!(text.lines().count(), 1, "an error is one line: {text:?}");
    assert_hidden(&format!("{text} {error:?}"), shown);
}

/// Fails where a text shows the canary, but for these parts of it.
pub(crate) fn assert_hidden(text: &str, shown: &[Option<&str>]) {
    let mut rest = text.to_owned();
    for shown in shown.iter().flatten().filter(|shown| !shown.is_empty()) {
        rest = rest.replace(shown, "").replace(shown.escape_debug().to_string().as_str(), "");
    }
    assert!(!rest.contains(CANARY), "this shows what it must not: {text}");
}

/// Whether the canary is part of a field's name: those are the vendor's, and an error says where it is by them.
pub(crate) fn is_named(text: &str) -> bool {
    text.match_indices(CANARY).any(|(start, _)| {
        let behind = &text[start..];
        behind.find('"').is_some_and(|end| behind[end + 1..].trim_start().starts_with(':'))
    })
}
