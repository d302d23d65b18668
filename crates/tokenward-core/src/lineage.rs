//! The mark that identifies the token of a creation whose response was lost.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    str::FromStr,
    sync::Arc,
};

use crate::model::timestamp::Timestamp;

/// A mark that identifies the token of one creation.
///
/// ```
/// use tokenward_core::{Access, CreateToken, Expiry, Lineage};
///
/// let lineage = Lineage::random();
/// // Store the mark before you send the request: then you find the token even after a crash.
/// let kept = lineage.to_string();
/// let request = CreateToken::new("ci", Expiry::Never, Access::Full).with_lineage(lineage.clone());
/// assert_eq!(request.lineage(), Some(&lineage));
/// assert_eq!(kept.parse::<Lineage>()?, lineage);
/// # Ok::<(), tokenward_core::InvalidLineage>(())
/// ```
///
/// The mark is at the end of the token's description, or of its name if the family does not support descriptions. The
/// mark is not secret. Use each mark for one creation only.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Lineage(Arc<str>);

/// The error of a text that is not a valid [`Lineage`].
///
/// ```
/// let error = "two words".parse::<tokenward_core::Lineage>().unwrap_err();
/// assert_eq!(error.to_string(), "a lineage is 8 to 64 small letters, digits and hyphens");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidLineage;

impl fmt::Display for InvalidLineage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a lineage is 8 to 64 small letters, digits and hyphens")
    }
}

impl std::error::Error for InvalidLineage {}

const SHORTEST: usize = 8;
const LONGEST: usize = 64;

/// The prefix of a random mark.
const RANDOM: &str = "lineage-";
/// The characters after the prefix.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const LENGTH: u32 = 12;

impl Lineage {
    /// Creates a random, unique mark: `lineage-` and 12 characters.
    pub fn random() -> Self {
        // The system seeds `RandomState` once per thread, and each instance has a different key.
        let random = RandomState::new().hash_one(Timestamp::now());
        let characters = (0..LENGTH).map(|place| char::from(ALPHABET[(random >> (5 * place)) as usize % 32]));
        Self(format!("{RANDOM}{}", characters.collect::<String>()).into())
    }

    /// Returns the mark as it appears in a name or a description.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Appends the mark to a text.
    pub(crate) fn behind(&self, text: Option<&str>) -> String {
        match text.map(str::trim_end).filter(|text| !text.is_empty()) {
            Some(text) => format!("{text} {}", self.0),
            None => self.0.to_string(),
        }
    }

    /// Returns `true` if a text contains the mark as a separate word.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        text.split_whitespace().any(|word| word == &*self.0)
    }

    /// Returns `true` if a vendor may have truncated the marked name to the name that it shows.
    ///
    /// The shown name must contain a part of the mark, or be long enough on its own.
    pub(crate) fn is_cut_from(&self, name: &str, shown: &str) -> bool {
        let (sent, shown) = (self.behind(Some(name)), shown.trim_end_matches(['.', '…']).trim_end());
        let is_beginning = sent.len() > shown.len() && sent.starts_with(shown);
        is_beginning
            && shown != name.trim_end()
            && (shown.len() > name.trim_end().len() || shown.len() >= SHORTEST)
    }

    /// Returns `true` if a text ends with the mark of another creation.
    ///
    /// Such a mark is random, or has the same prefix as `ours` up to and including the last hyphen.
    pub(crate) fn is_other_in(text: &str, ours: Option<&Self>) -> bool {
        const SHORTEST_BEGINNING: usize = 4;

        let Some(last) = text.split_whitespace().next_back().and_then(|word| word.parse::<Self>().ok())
        else {
            return false;
        };
        let random = last.0.strip_prefix(RANDOM).filter(|characters| characters.len() == LENGTH as usize);
        let is_random =
            random.is_some_and(|characters| characters.bytes().all(|byte| ALPHABET.contains(&byte)));
        let beginning = ours.and_then(|ours| Some(&ours.0[..=ours.0.rfind('-')?]));
        let is_alike = beginning
            .is_some_and(|beginning| beginning.len() >= SHORTEST_BEGINNING && last.0.starts_with(beginning));
        Some(&last) != ours && (is_random || is_alike)
    }

    /// Returns `true` if a text ends with a prefix of the mark. A vendor may have truncated a text that was too long.
    pub(crate) fn is_cut_in(&self, text: &str) -> bool {
        let last = text.trim_end_matches(['.', '…']).split_whitespace().next_back().unwrap_or_default();
        last.len() >= SHORTEST && last != &*self.0 && self.0.starts_with(last)
    }
}

impl FromStr for Lineage {
    type Err = InvalidLineage;

    fn from_str(text: &str) -> Result<Self, InvalidLineage> {
        let is_mark = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_lineage = (SHORTEST..=LONGEST).contains(&text.len()) && text.bytes().all(is_mark);
        if is_lineage { Ok(Self(text.into())) } else { Err(InvalidLineage) }
    }
}

impl fmt::Display for Lineage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Lineage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lineage({})", self.0)
    }
}

/// A create request that was sent, with the facts that identify its token.
///
/// ```
/// use tokenward_core::{Attempt, Lineage, Timestamp};
///
/// // These values were stored before a crash.
/// let sent_at: Timestamp = "2026-11-01T12:00:00Z".parse()?;
/// let attempt = Attempt::new("ci", sent_at).with_lineage("lineage-7k3m9q2x4b5c".parse()?);
/// assert_eq!(attempt.name, "ci");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// If the response was lost, [`Error::attempt`](crate::Error::attempt) returns the attempt. Pass it to
/// [`reconcile`](crate::TokenManagerExt::reconcile). `Debug` omits the name, because an error must not show any part of
/// a request.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The requested name, without the mark.
    pub name: String,
    /// The mark of the request.
    pub lineage: Option<Lineage>,
    /// The time at which the request was sent, or shortly before.
    pub sent_at: Timestamp,
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt")
            .field("lineage", &self.lineage)
            .field("sent_at", &self.sent_at)
            .finish_non_exhaustive()
    }
}

impl Attempt {
    /// Creates an attempt without a mark.
    pub fn new(name: impl Into<String>, sent_at: Timestamp) -> Self {
        Self { name: name.into(), lineage: None, sent_at }
    }

    /// Sets the mark of the request.
    #[must_use]
    pub fn with_lineage(mut self, lineage: Lineage) -> Self {
        self.lineage = Some(lineage);
        self
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_marks_are_the_same() {
        let marks: HashSet<_> = (0..1000).map(|_| Lineage::random()).collect();
        assert_eq!(marks.len(), 1000);
        assert!(marks.iter().all(|mark| mark.as_str().parse::<Lineage>().as_ref() == Ok(mark)));
    }

    #[test]
    fn a_mark_is_found_as_a_word_and_not_in_another() {
        let lineage: Lineage = "lineage-17".parse().unwrap();
        for (text, marked) in [(Some("ci"), "ci lineage-17"), (Some(" "), "lineage-17"), (None, "lineage-17")]
        {
            assert_eq!(lineage.behind(text), marked);
            assert!(lineage.is_in(marked));
        }
        assert!(!lineage.is_in("ci lineage-171") && !lineage.is_in("ci"));
        for (text, is_cut) in [
            ("ci lineage-1", true),
            ("ci lineage-1...", true),
            ("ci lineage-17", false),
            ("ci lineage-18", false),
            ("ci lineage-1 of x", false),
            ("ci line", false),
            ("", false),
        ] {
            assert_eq!(lineage.is_cut_in(text), is_cut, "{text}");
        }
    }

    #[test]
    fn what_could_not_be_found_again_is_no_mark() {
        for text in ["short", "two words", "UPPER-CASE", "ümläut-ü", "a\nb-c-d-e-f", &"x".repeat(65)] {
            assert!(text.parse::<Lineage>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_random_mark_has_twelve_characters_of_the_alphabet() {
        let marks: Vec<_> = (0..200).map(|_| Lineage::random()).collect();
        let random: Vec<_> =
            marks.iter().map(|mark| mark.as_str().strip_prefix("lineage-").unwrap()).collect();
        assert!(random.iter().all(|random| random.len() == 12));
        let used: HashSet<u8> = random.iter().flat_map(|random| random.bytes()).collect();
        assert_eq!(used, ALPHABET.iter().copied().collect());
        for place in 0..12 {
            let at: HashSet<u8> = random.iter().map(|random| random.as_bytes()[place]).collect();
            assert!(at.len() > 8, "{place}: {at:?}");
        }
    }

    #[test]
    fn a_mark_has_8_to_64_small_letters_digits_and_hyphens() {
        for (text, is_mark) in [
            ("abcdefgh", true),
            ("1234-678", true),
            (&"x".repeat(64), true),
            ("abcdefg", false),
            (&"x".repeat(65), false),
            ("abcdefgH", false),
            ("abcdefg_", false),
        ] {
            assert_eq!(text.parse::<Lineage>().is_ok(), is_mark, "{text}");
        }
        let lineage: Lineage = "lineage-17".parse().unwrap();
        assert_eq!(format!("{lineage} {lineage:?}"), "lineage-17 Lineage(lineage-17)");
        assert_eq!(InvalidLineage.to_string(), "a lineage is 8 to 64 small letters, digits and hyphens");
    }

    #[test]
    fn another_mark_is_random_or_begins_like_ours() {
        let mark = |text: &str| text.parse::<Lineage>().unwrap();
        for (text, ours, is_other) in [
            ("ci lineage-abcdefghjkmn", None, true),
            ("ci lineage-abcdefghjkmn", Some("lineage-abcdefghjkmn"), false),
            ("ci lineage-abcdefghjkmn", Some("build-1234"), true),
            ("ci lineage-abcdefghjkm", None, false),
            ("ci lineage-abcdefghjkml", None, false),
            ("ci lineage-abcdefghjkmn x", None, false),
            ("ci abc-12345", Some("abc-67890"), true),
            ("ci abc-12345", Some("abc-12345"), false),
            ("ci ab-123456", Some("ab-567890"), false),
            ("ci xyz-12345", Some("abc-67890"), false),
            ("ci abcdefgh", Some("abcdefghi"), false),
            ("", Some("abc-67890"), false),
        ] {
            assert_eq!(Lineage::is_other_in(text, ours.map(mark).as_ref()), is_other, "{text} {ours:?}");
        }
    }

    #[test]
    fn a_cut_mark_has_eight_characters_or_more() {
        let lineage: Lineage = "lineage-17".parse().unwrap();
        for (text, is_cut) in [("ci lineage", false), ("ci lineage-", true), ("ci lineage…", false)] {
            assert_eq!(lineage.is_cut_in(text), is_cut, "{text}");
        }
    }

    #[test]
    fn an_attempt_keeps_its_mark_and_debug_leaves_its_name_out() {
        let sent_at: Timestamp = "2026-08-01T12:00:00Z".parse().unwrap();
        let attempt = Attempt::new("CANARY", sent_at).with_lineage("lineage-17".parse().unwrap());
        assert_eq!((attempt.name.as_str(), attempt.sent_at), ("CANARY", sent_at));
        assert_eq!(attempt.lineage.as_ref().map(Lineage::as_str), Some("lineage-17"));
        let shown = format!("{attempt:?}");
        assert!(shown.contains("Lineage(lineage-17)") && !shown.contains("CANARY"), "{shown}");
    }
}
