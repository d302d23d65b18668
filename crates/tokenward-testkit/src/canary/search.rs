//! What was searched, and what was found.

use std::{
    collections::HashSet,
    error::Error,
    fmt,
    hash::{BuildHasher, RandomState},
};

use super::{Canaries, Hit};

/// Searches everything that a program puts out, and tells at the end.
///
/// ```
/// use tokenward_testkit::{Canaries, Canary, Search};
///
/// let mut search = Search::new(Canaries::new([Canary::new("the credential")]));
/// search.text("the log", "GET /tokens 200");
/// search.value("the answer", &Some(17));
/// search.error("the failure", &std::io::Error::other("no answer"));
/// search.assert_clean();
/// ```
#[derive(Debug)]
pub struct Search {
    canaries: Canaries,
    texts: usize,
    bytes: usize,
    hits: Vec<Hit>,
    hasher: RandomState,
    /// What was searched and held nothing, by its hash: a program says most things many times.
    clean: HashSet<u64>,
}

impl Search {
    /// For these canaries.
    pub fn new(canaries: Canaries) -> Self {
        Self {
            canaries,
            texts: 0,
            bytes: 0,
            hits: Vec::new(),
            hasher: RandomState::new(),
            clean: HashSet::new(),
        }
    }

    /// Searches a text; the place is what a hit says.
    pub fn text(&mut self, place: &str, text: &str) {
        self.texts += 1;
        self.bytes += text.len();
        let hash = self.hasher.hash_one(text);
        if self.clean.contains(&hash) {
            return;
        }
        let hits = self.canaries.find_in(text);
        if hits.is_empty() {
            self.clean.insert(hash);
        }
        self.hits.extend(hits.into_iter().map(|hit| hit.at(place)));
    }

    /// Searches what `Debug` shows of a value, on one line and on many.
    pub fn value(&mut self, place: &str, value: &(impl fmt::Debug + ?Sized)) {
        self.text(place, &format!("{value:?}"));
        self.text(place, &format!("{value:#?}"));
    }

    /// Searches what `Display` and `Debug` show of an error, and of each that caused it.
    pub fn error(&mut self, place: &str, error: &(dyn Error + 'static)) {
        let mut next = Some(error);
        while let Some(error) = next {
            self.text(place, &format!("{error} {error:#}"));
            self.value(place, error);
            next = error.source();
        }
    }

    /// How many texts were searched.
    pub fn texts(&self) -> usize {
        self.texts
    }

    /// How many bytes they had.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// What was found.
    pub fn hits(&self) -> &[Hit] {
        &self.hits
    }

    /// Fails the test where anything was found.
    ///
    /// # Panics
    ///
    /// With the hits, each kind of them in each place once.
    #[track_caller]
    pub fn assert_clean(&self) {
        let mut said: Vec<String> = self.hits.iter().map(Hit::to_string).collect();
        said.sort();
        said.dedup();
        assert!(said.is_empty(), "{}", said.join("\n"));
    }
}
