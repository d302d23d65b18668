//! What a request or an answer is made of: the names of its records, and the secrets in them.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use serde_json::Value;

use super::words;
use crate::{document, pointer, schema::members};

/// A property that sounds like a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Secret {
    /// Where it is; `*` is any item of a list.
    pub(super) place: String,
    /// Its words, by which one that is sent is known in an answer.
    pub(super) words: String,
    /// Not in a request.
    pub(super) read_only: bool,
    /// Not in an answer.
    pub(super) write_only: bool,
}

/// What a schema is, beyond lists and wrappers.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// The names of the components that it is, and where they stand.
    names: Vec<(String, String)>,
    /// The secrets in it.
    pub(super) secrets: Vec<Secret>,
}

/// The records of one document, each looked at once for every depth.
pub(super) struct Records<'a> {
    document: &'a Value,
    known: RefCell<HashMap<(&'a str, u8), Rc<Record>>>,
    /// How many references are being followed.
    open: Cell<usize>,
}

/// Beyond this many properties within properties nobody looks for the record of an operation.
const DEEPEST: u8 = 3;
/// No record is behind a longer chain of references; each of them is on the stack.
const LONGEST_CHAIN: usize = 64;
/// As many are enough to say what a record is, however many a hostile one has.
const MOST: usize = 16;

impl Record {
    /// The names of what it is, or lists: what one of its properties is says nothing of the whole.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let is_whole = |place: &str| {
            let mut segments = place.split('/').skip(1);
            segments.next().is_none_or(|first| first == "*" || segments.next() == Some("*"))
                && segments.all(|segment| segment == "*")
        };
        self.names.iter().filter(move |(place, _)| is_whole(place)).map(|(_, name)| name.as_str())
    }

    /// A secret that is met in several places is shown in the nearest one.
    fn shorten(&mut self) {
        self.secrets.sort_by_key(|secret| secret.place.matches('/').count());
        let mut met = BTreeSet::new();
        self.secrets.retain(|secret| met.insert(secret.words.clone()));
        self.secrets.truncate(MOST);
        self.names.truncate(MOST);
    }

    pub(super) fn add(&mut self, other: Self) {
        self.names.extend(other.names);
        let new = other.secrets.into_iter().filter(|secret| !self.secrets.contains(secret));
        let new: Vec<Secret> = new.collect();
        self.secrets.extend(new);
    }
}

impl<'a> Records<'a> {
    pub(super) fn of(document: &'a Value) -> Self {
        Self { document, known: RefCell::default(), open: Cell::new(0) }
    }

    /// What the schema is, and what is in it.
    pub(super) fn record(&self, schema: &'a Value) -> Record {
        let mut record = Record::default();
        self.look(schema, "", DEEPEST, &mut record);
        record.shorten();
        record
    }

    fn look(&self, schema: &'a Value, place: &str, depth: u8, record: &mut Record) {
        if record.secrets.len() > MOST {
            return;
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let inner = self.component(reference, depth);
            let names = inner.names.iter();
            record.names.extend(names.map(|(at, name)| (format!("{place}{at}"), name.clone())));
            record.secrets.extend(
                inner
                    .secrets
                    .iter()
                    .map(|secret| Secret { place: format!("{place}{}", secret.place), ..secret.clone() }),
            );
        }
        for branches in ["allOf", "anyOf", "oneOf"] {
            for branch in schema.get(branches).and_then(Value::as_array).into_iter().flatten() {
                self.look(branch, place, depth, record);
            }
        }
        if let Some(items) = schema.get("items") {
            self.look(items, &format!("{place}/*"), depth, record);
        }
        let properties = || schema.get("properties").into_iter().flat_map(members);
        let is_wrapper = !properties().any(|(name, _)| ["id", "_id", "uuid", "key"].contains(&name.as_str()));
        for (name, property) in properties() {
            let place = format!("{place}/{}", pointer::escape(name));
            let secret = words::secret(name);
            let is_about_secrets = secret.is_some() || !words::phrases(&words::words(name)).is_empty();
            if let Some(words) = secret.filter(|_| self.is_text(property)) {
                record.secrets.push(Secret {
                    place,
                    words,
                    read_only: property["readOnly"] == true,
                    write_only: property["writeOnly"] == true,
                });
            } else if depth > 0 && (is_wrapper || is_about_secrets) {
                self.look(property, &place, depth - 1, record);
            }
        }
    }

    /// What is behind a reference. One that leads to itself without a property in between adds nothing.
    fn component(&self, reference: &'a str, depth: u8) -> Rc<Record> {
        if let Some(known) = self.known.borrow().get(&(reference, depth)) {
            return Rc::clone(known);
        }
        if self.open.get() >= LONGEST_CHAIN {
            return Rc::default();
        }
        self.known.borrow_mut().insert((reference, depth), Rc::default());
        self.open.set(self.open.get() + 1);
        let mut record = Record {
            names: component_name(reference).map(|name| (String::new(), name)).into_iter().collect(),
            secrets: Vec::new(),
        };
        if let Some(schema) = document::target(self.document, reference) {
            self.look(schema, "", depth, &mut record);
        }
        self.open.set(self.open.get() - 1);
        record.shorten();
        let record = Rc::new(record);
        self.known.borrow_mut().insert((reference, depth), Rc::clone(&record));
        record
    }

    /// A secret is a text, or of no kind that is said.
    fn is_text(&self, schema: &Value) -> bool {
        const MOST_HOPS: usize = 16;

        let mut schema = schema;
        for _ in 0..MOST_HOPS {
            match schema
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|name| document::target(self.document, name))
            {
                Some(target) => schema = target,
                None => break,
            }
        }
        let is_closed = ["enum", "const", "properties", "items"].iter().any(|key| schema.get(key).is_some());
        let is_date =
            schema.get("format").and_then(Value::as_str).is_some_and(|format| format.starts_with("date"));
        let may_be_text = match schema.get("type") {
            None => true,
            Some(Value::Array(types)) => types.iter().any(|kind| kind == "string"),
            Some(kind) => kind == "string",
        };
        may_be_text && !is_closed && !is_date
    }
}

fn component_name(reference: &str) -> Option<String> {
    reference.strip_prefix("#/components/schemas/").filter(|name| !name.contains('/')).map(pointer::unescape)
}
