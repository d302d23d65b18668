//! One change, and where it was found.

use std::collections::BTreeSet;

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::rules::{self, Class, Rule};

/// One change of the structure, with what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What kind of change.
    pub rule: &'static Rule,
    /// What it does.
    pub class: Class,
    /// Whether a program that was built before cannot read the answers, whatever else it does.
    pub breaks_decode: bool,
    /// Why the generated clients do not mind, where they do not.
    pub absorbed: Option<&'static str>,
    /// The Rust type and field, the parameter or the part of an operation.
    pub place: String,
    /// What it was and what it is.
    pub what: String,
    /// The operations that it concerns, by their methods' names.
    pub operations: BTreeSet<String>,
}

impl Change {
    /// A change as its rule has it, of no operation yet.
    pub(super) fn new(rule: &'static Rule, place: String, what: String) -> Self {
        let Rule { class, breaks_decode, absorbed, .. } = *rule;
        Self { rule, class, breaks_decode, absorbed, place, what, operations: BTreeSet::new() }
    }

    /// Whether something that worked may stop working, or do something else unasked.
    pub fn is_breaking(&self) -> bool {
        self.rule.breaking && self.absorbed.is_none()
    }

    /// The generated code is the same.
    pub(super) fn take_back_compile(&mut self) {
        /// What the vendor wants otherwise than before, whether or not the code says it.
        const DEMANDS: [&Rule; 9] = [
            rules::PARAMETER_ADDED_REQUIRED,
            rules::PARAMETER_REQUIRED,
            rules::PARAMETER_MOVED,
            rules::BODY_ADDED,
            rules::RETYPED_SENT,
            rules::FIELD_ADDED_REQUIRED,
            rules::FIELD_REQUIRED_SENT,
            rules::NOT_NULLABLE_SENT,
            rules::WORD_REMOVED,
        ];

        if self.breaks_decode {
            self.class = Class::Decode;
        } else if DEMANDS.contains(&self.rule) {
            self.class = Class::Behaviour;
        } else {
            self.absorbed = Some("the generated code offers the same");
        }
    }

    /// What sorts changes: what breaks first, then by class, place and words.
    pub(super) fn order(&self) -> (bool, Class, &str, &str, &str) {
        (self.absorbed.is_some(), self.class, &self.place, self.rule.name, &self.what)
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Change", 8)?;
        fields.serialize_field("kind", self.rule.name)?;
        fields.serialize_field("class", &self.class)?;
        fields.serialize_field("breaks_decode", &self.breaks_decode)?;
        fields.serialize_field("breaking", &self.is_breaking())?;
        fields.serialize_field("absorbed", &self.absorbed)?;
        fields.serialize_field("place", &self.place)?;
        fields.serialize_field("what", &self.what)?;
        fields.serialize_field("operations", &self.operations)?;
        fields.end()
    }
}

/// A text that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Text {
    pub(super) place: String,
    pub(super) old: String,
    pub(super) new: String,
}

/// What was found at one place and below, but for named schemas, which are found once.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) changes: Vec<(&'static Rule, String, String)>,
    pub(super) texts: Vec<Text>,
    pub(super) pairs: BTreeSet<Pair>,
}

/// A named schema of each side, compared in one direction.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    pub(super) old: String,
    pub(super) new: String,
    pub(super) direction: Direction,
}

/// Who writes what a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Direction {
    Sent,
    Read,
}

impl Found {
    pub(super) fn add(&mut self, rule: &'static Rule, place: &str, what: impl Into<String>) {
        self.changes.push((rule, place.to_owned(), what.into()));
    }

    /// Notes two texts, where they differ in more than white space.
    pub(super) fn compare_texts(
        &mut self,
        place: impl FnOnce() -> String,
        old: Option<&str>,
        new: Option<&str>,
    ) {
        let [old, new] = [old, new].map(Option::unwrap_or_default);
        if !old.split_whitespace().eq(new.split_whitespace()) {
            self.texts.push(Text { place: place(), old: old.to_owned(), new: new.to_owned() });
        }
    }
}
