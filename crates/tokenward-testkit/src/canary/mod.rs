//! Planted secrets, and the search for them in whatever a program prints, in any encoding.
//!
//! The suite `tests/canary` of the workspace uses them on the clients.

mod needles;
mod reading;
mod search;

use std::fmt;

use self::needles::{Match, Needles};
pub use self::search::Search;
use crate::mint::split_mix;

/// A secret that is planted so that it can be looked for.
///
/// ```
/// use tokenward_testkit::Canary;
///
/// let canary = Canary::new("the credential");
/// assert!(canary.text().starts_with("CANARY-"));
/// assert_eq!(format!("{canary:?}"), r#"Canary("the credential")"#);
/// ```
///
/// It can stand in a header, an address, an id or JSON, and it looks like a secret: letters of both kinds and digits,
/// without a pattern. The same name gives the same text on every run.
#[derive(Clone)]
pub struct Canary {
    name: String,
    text: String,
    /// Where the part begins that nobody writes by chance.
    random: usize,
    /// How many characters of that part are a find.
    least: usize,
}

impl Canary {
    /// A canary of this name.
    pub fn new(name: impl Into<String>) -> Self {
        const PREFIX: &str = "CANARY-";
        const LENGTH: usize = 32;
        const SIGNS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

        let name = name.into();
        // FNV-1a: all that is wanted is that two names differ.
        let mut state = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let random = (0..LENGTH).map(|position| {
            // One of each kind at the front, so that none looks like a word or a number.
            let (first, count) = [(0, 10), (10, 26), (36, 26)].get(position).copied().unwrap_or((0, 62));
            char::from(SIGNS[first + (split_mix(&mut state) % count) as usize])
        });
        let text = PREFIX.chars().chain(random).collect();
        Self { name, text, random: PREFIX.len(), least: needles::WINDOW }
    }

    /// A secret that is there already, such as one of a simulator's. Only the whole of it is a find: its parts may be
    /// plain words.
    ///
    /// # Panics
    ///
    /// Where it has less than eight characters: such a text stands anywhere by chance.
    #[track_caller]
    pub fn known(name: impl Into<String>, secret: impl Into<String>) -> Self {
        let (name, text) = (name.into(), secret.into());
        assert!(
            text.len() >= needles::WINDOW,
            "{name}: a secret of less than eight characters is not looked for"
        );
        Self { name, random: 0, least: text.len(), text }
    }

    /// What it is called in a [`Hit`].
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The secret.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn random_part(&self) -> &[u8] {
        &self.text.as_bytes()[self.random..]
    }
}

impl fmt::Debug for Canary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Canary").field(&self.name).finish()
    }
}

/// Canaries that are looked for together.
///
/// ```
/// use tokenward_testkit::{Canaries, Canary};
///
/// let credential = Canary::new("the credential");
/// let canaries = Canaries::new([credential.clone()]);
/// canaries.assert_absent("the log", "GET /tokens 200");
///
/// let log = format!("sending {:?}", credential.text().as_bytes());
/// let hits = canaries.find_in(&log);
/// assert_eq!((hits[0].canary(), hits[0].form()), ("the credential", "a list of bytes"));
/// let hits = canaries.find_in(&format!("POST /tokens?key={} HTTP/1.1", credential.text()));
/// assert_eq!(hits[0].excerpt(), "POST … HTTP/1.1");
/// ```
///
/// What is found is each canary, or eight characters of it that follow one another:
///
/// | form | such as |
/// |---|---|
/// | plain, and in another case | `CANARY-7Qx…` |
/// | reversed | `…xQ7-YRANAC` |
/// | base64, of either alphabet, within whatever was encoded with it | a basic authorization |
/// | percent-encoded, as few signs or as all; with escapes of JSON, Rust or HTML | `%43`, `\u0043`, `\x43`, `&#67;` |
/// | hexadecimal | `43414e` |
/// | a list of bytes, decimal or hexadecimal | `[67, 65]`, `43:41` |
/// | with other signs between its characters | `['C', 'A']` |
///
/// and each of them within another one.
#[derive(Clone, Debug)]
pub struct Canaries {
    canaries: Vec<Canary>,
    needles: Needles,
}

impl Canaries {
    /// These.
    pub fn new(canaries: impl IntoIterator<Item = Canary>) -> Self {
        let canaries: Vec<Canary> = canaries.into_iter().collect();
        let needles = Needles::new(canaries.iter().map(|canary| (canary.random_part(), canary.least)));
        Self { canaries, needles }
    }

    /// Every place of the text where one of them, or a part of one, stands in whatever form.
    pub fn find_in(&self, text: &str) -> Vec<Hit> {
        let found = self.needles.find(text.as_bytes());
        let excerpt = |found: &Match| {
            let excerpt = excerpt(text, found);
            // What stands beside it may be another one.
            if self.needles.find(excerpt.as_bytes()).is_empty() { excerpt } else { "…".to_owned() }
        };
        let hit = |found: &Match| Hit {
            canary: self.canaries[found.index].name.clone(),
            form: found.form.clone(),
            characters: found.length,
            excerpt: excerpt(found),
            place: String::new(),
        };
        found.iter().map(hit).collect()
    }

    /// Fails the test where one of them stands in the text.
    ///
    /// # Panics
    ///
    /// With every [`Hit`].
    #[track_caller]
    pub fn assert_absent(&self, place: &str, text: &str) {
        let hits: Vec<String> = self.find_in(text).into_iter().map(|hit| hit.at(place).to_string()).collect();
        assert!(hits.is_empty(), "{}", hits.join("\n"));
    }
}

/// Where a canary was found. Shows the surroundings and nothing of the canary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    canary: String,
    form: String,
    characters: usize,
    excerpt: String,
    place: String,
}

impl Hit {
    /// The same, in this place.
    pub(crate) fn at(self, place: &str) -> Self {
        Self { place: place.to_owned(), ..self }
    }

    /// The name of the canary.
    pub fn canary(&self) -> &str {
        &self.canary
    }

    /// In which form it stands there: `plain`, `reversed, base64`.
    pub fn form(&self) -> &str {
        &self.form
    }

    /// What stands around it, with `…` in its place.
    pub fn excerpt(&self) -> &str {
        &self.excerpt
    }
}

impl fmt::Display for Hit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { canary, form, characters, excerpt, place } = self;
        write!(f, "canary found: {canary} ({form}, {characters} characters)")?;
        if !place.is_empty() {
            write!(f, " in {place}")?;
        }
        write!(f, ": {excerpt}")
    }
}

/// The surroundings, the whole word left out in which it stands.
fn excerpt(text: &str, found: &Match) -> String {
    const AROUND: usize = 40;

    let is_around = |c: char| c.is_whitespace() || "\"'`<>()[]{},;".contains(c);
    let floor = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (floor(found.start), floor(found.end.min(text.len())));
    let before = text[..start].trim_end_matches(|c| !is_around(c));
    let after = text[end..].trim_start_matches(|c| !is_around(c));
    let before = &before[floor(before.len().saturating_sub(AROUND))..];
    let after = &after[..floor_of(after, AROUND)];
    format!("{before}…{after}").replace(char::is_control, " ")
}

fn floor_of(text: &str, most: usize) -> usize {
    let end = text.len().min(most);
    (0..=end).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
