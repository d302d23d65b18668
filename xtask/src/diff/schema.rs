//! Two schemas, compared by what becomes of them in Rust.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;
use serde_json::Value;

use super::{
    change::{Direction, Found, Pair},
    limits,
    rules::{self, Rule},
    view::{Document, Shape, View},
};
use crate::{pointer, vendor::Config};

/// Compares schemas, each pair of named ones once.
#[derive(Debug)]
pub(super) struct Schemas<'a> {
    pub(super) old: Document<'a>,
    pub(super) new: Document<'a>,
    config: &'a Config,
    pub(super) compared: BTreeMap<Pair, Found>,
    depth: usize,
}

/// Stands behind the name of a record that is sent: what it is called depends on whether it is read as well.
pub(super) const SENT: char = '\u{1}';

/// Where a schema stands.
#[derive(Clone, Debug)]
pub(super) struct At {
    /// As reports name it.
    pub(super) place: String,
    /// What a record here would be called that has no name of its own.
    type_name: String,
    /// The property that it is, with the name of its record.
    property: Option<(String, String)>,
    direction: Direction,
    /// Whether nothing is required here: null and absence are taken in any case.
    is_lenient: bool,
}

impl At {
    pub(super) fn new(place: String, type_name: String, direction: Direction) -> Self {
        Self { place, type_name, property: None, direction, is_lenient: false }
    }

    fn inside(&self, place: &str, type_name: &str, is_lenient: bool) -> Self {
        Self {
            place: format!("{}{place}", self.place),
            type_name: format!("{}{type_name}", self.type_name),
            property: None,
            direction: self.direction,
            is_lenient,
        }
    }

    /// The rule for what is sent, or the one for what is read.
    fn rule(&self, sent: &'static Rule, read: &'static Rule) -> &'static Rule {
        match self.direction {
            Direction::Sent => sent,
            Direction::Read => read,
        }
    }
}

impl<'a> Schemas<'a> {
    pub(super) fn new(old: &'a Value, new: &'a Value, config: &'a Config) -> Self {
        Self { old: Document(old), new: Document(new), config, compared: BTreeMap::new(), depth: 0 }
    }

    /// The Rust type that a component becomes.
    pub(super) fn rust_name(&self, component: &str) -> String {
        self.config.type_of(component).cloned().unwrap_or_else(|| component.to_upper_camel_case())
    }

    /// Compares two schemas at a place; what named ones hold is kept beside, under their names.
    pub(super) fn compare(&mut self, old: &'a Value, new: &'a Value, at: &At, found: &mut Found) {
        // A list of lists of itself has no end, and no form in Rust either.
        const DEEPEST: usize = 64;

        let (one, other) = (self.old.view(old), self.new.view(new));
        if self.depth >= DEEPEST {
            return;
        }
        self.depth += 1;
        self.place(&one, &other, at, found);
        match (&one.name, &other.name) {
            (Some(old), Some(new)) => {
                let pair = Pair { old: old.clone(), new: new.clone(), direction: at.direction };
                found.pairs.insert(pair.clone());
                if !self.compared.contains_key(&pair) {
                    self.compared.insert(pair.clone(), Found::default());
                    let name = self.rust_name(old);
                    let mut at = At::new(name.clone(), name, at.direction);
                    if at.direction == Direction::Sent && one.shape() == Shape::Record {
                        at.place.push(SENT);
                    }
                    let mut inside = Found::default();
                    self.component_texts(&pair, &at, &mut inside);
                    self.insides(&one, &other, &at, &mut inside);
                    self.compared.insert(pair, inside);
                }
            }
            _ => self.insides(&one, &other, at, found),
        }
        self.depth -= 1;
    }

    /// Whether two schemas differ in more than what their types are called.
    pub(super) fn differ(&mut self, old: Option<&'a Value>, new: Option<&'a Value>) -> bool {
        let (Some(old), Some(new)) = (old, new) else { return old.is_some() != new.is_some() };
        let at = At::new("errors".to_owned(), "Error".to_owned(), Direction::Read);
        let mut found = Found::default();
        self.compare(old, new, &at, &mut found);
        let reached = self.reached(&found);
        let all = reached.iter().flat_map(|pair| &self.compared[pair].changes).chain(&found.changes);
        all.into_iter().any(|(rule, ..)| *rule != rules::TYPE_RENAMED)
    }

    /// The pairs of named schemas that were compared for something, all the way down.
    pub(super) fn reached(&self, found: &Found) -> BTreeSet<Pair> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&Pair> = found.pairs.iter().collect();
        while let Some(pair) = open.pop() {
            if reached.insert(pair.clone()) {
                open.extend(self.compared.get(pair).into_iter().flat_map(|found| &found.pairs));
            }
        }
        reached
    }

    fn component_texts(&self, pair: &Pair, at: &At, found: &mut Found) {
        let text = |document: Document<'a>, name: &str, key: &str| {
            document.0.pointer(&format!("/components/schemas/{}", pointer::escape(name)))?.get(key)?.as_str()
        };
        for key in ["title", "description"] {
            let (old, new) = (text(self.old, &pair.old, key), text(self.new, &pair.new, key));
            found.compare_texts(|| format!("{} ({key})", at.place), old, new);
        }
    }

    /// What a place says of itself: null, defaults, deprecation, the name of its type.
    fn place(&mut self, old: &View<'a>, new: &View<'a>, at: &At, found: &mut Found) {
        let kinds = (old.shape(), new.shape());
        if kinds.0 == kinds.1 {
            let has_name = |shape| matches!(shape, Shape::Record | Shape::Words | Shape::Choice);
            let name = |view: &View<'_>| match &view.name {
                Some(name) => Some(self.rust_name(name)),
                None => has_name(kinds.0).then(|| at.type_name.clone()),
            };
            if let (Some(old), Some(new)) = (name(old), name(new))
                && old != new
            {
                found.add(rules::TYPE_RENAMED, &old, format!("the type is called {new}"));
            }
            self.nullability(old, new, at, found);
        }
        let default = |view: &View<'a>| view.own_keyword("default").or_else(|| view.keyword("default"));
        if default(old).filter(|value| !value.is_null()) != default(new).filter(|value| !value.is_null()) {
            let rule = at.rule(rules::DEFAULT_SENT, rules::DEFAULT_READ);
            found.add(rule, &at.place, format!("default {}, was {}", word(default(new)), word(default(old))));
        }
        match (old.flag("deprecated"), new.flag("deprecated")) {
            (false, true) => found.add(rules::FIELD_DEPRECATED, &at.place, "is deprecated"),
            (true, false) => found.add(rules::FIELD_UNDEPRECATED, &at.place, "is no longer deprecated"),
            _ => {}
        }
        for key in ["title", "description"] {
            let suffix = if key == "title" { " (title)" } else { "" };
            found.compare_texts(|| format!("{}{suffix}", at.place), old.text(key), new.text(key));
        }
    }

    fn nullability(&self, old: &View<'a>, new: &View<'a>, at: &At, found: &mut Found) {
        // Any JSON has null in it.
        if old.nullable == new.nullable || old.shape() == Shape::Any {
            return;
        }
        let became = new.nullable;
        let read = match (at.is_lenient, became) {
            (true, true) => rules::FIELD_NULLABLE_READ,
            (true, false) => rules::FIELD_NOT_NULLABLE_READ,
            (false, true) => rules::NULLABLE_READ,
            (false, false) => rules::NOT_NULLABLE_READ,
        };
        let sent = if became { rules::NULLABLE_SENT } else { rules::NOT_NULLABLE_SENT };
        found.add(at.rule(sent, read), &at.place, if became { "may be null" } else { "is no longer null" });
    }

    /// What a schema is made of.
    fn insides(&mut self, old: &View<'a>, new: &View<'a>, at: &At, found: &mut Found) {
        let (was, is) = (old.shape(), new.shape());
        if is_date(old, at, self.config) && is_date(new, at, self.config) {
            if (was, old.format()) != (is, new.format()) {
                found.add(rules::DATE_DIALECT, &at.place, format!("is {}, was {}", kind(new), kind(old)));
            }
            return;
        }
        if was != is || is_date(old, at, self.config) != is_date(new, at, self.config) {
            let is_read_as_before = was != is && (takes(was, is) || self.is_taken_for(new, old))
                || was == is && is == Shape::Text && !is_date(old, at, self.config);
            let read = if is_read_as_before { rules::NARROWED_READ } else { rules::RETYPED_READ };
            let rule = at.rule(rules::RETYPED_SENT, read);
            found.add(rule, &at.place, format!("is {}, was {}", kind(new), kind(old)));
            return;
        }
        if old.format() != new.format() {
            found.add(rules::FORMAT, &at.place, format!("is {}, was {}", kind(new), kind(old)));
        }
        let rule = [
            at.rule(rules::LIMIT_NARROWED, rules::LIMIT_READ),
            at.rule(rules::LIMIT_WIDENED, rules::LIMIT_READ),
        ];
        limits::compare(old, new, rule, &at.place, found);
        self.values(old, new, at, found);
        match was {
            Shape::Record => self.properties(old, new, at, found),
            Shape::Choice => self.branches(old, new, at, found),
            Shape::List => {
                self.inner(old.keyword("items"), new.keyword("items"), &at.inside("[]", "Item", false), found)
            }
            Shape::Map => {
                let is_read = at.direction == Direction::Read;
                self.inner(old.additional(), new.additional(), &at.inside("{}", "Value", is_read), found);
            }
            _ => {}
        }
        match (old.is_closed(), new.is_closed()) {
            (false, true) => found.add(rules::CLOSED, &at.place, "takes no unknown fields"),
            (true, false) => found.add(rules::OPENED, &at.place, "takes unknown fields"),
            _ => {}
        }
    }

    fn inner(&mut self, old: Option<&'a Value>, new: Option<&'a Value>, at: &At, found: &mut Found) {
        const ANY: &Value = &Value::Null;

        if old.is_some() || new.is_some() {
            self.compare(old.unwrap_or(ANY), new.unwrap_or(ANY), at, found);
        }
    }

    fn values(&self, old: &View<'a>, new: &View<'a>, at: &At, found: &mut Found) {
        let set = |view: &View<'a>| {
            view.values()
                .map(|values| values.into_iter().map(|value| word(Some(value))).collect::<BTreeSet<_>>())
        };
        let (old_values, new_values) = match (set(old), set(new)) {
            (Some(old), Some(new)) => (old, new),
            (None, None) => return,
            (old_values, _) => {
                let rule = at.rule(rules::RETYPED_SENT, rules::RETYPED_READ);
                let is = if old_values.is_some() { "is no longer" } else { "is" };
                found.add(rule, &at.place, format!("{is} limited to some values"));
                return;
            }
        };
        for value in new_values.difference(&old_values) {
            let read =
                if new.shape() == Shape::Words { rules::WORD_ADDED_READ } else { rules::NUMBER_ADDED_READ };
            found.add(at.rule(rules::WORD_ADDED_SENT, read), &at.place, format!("`{value}` is new"));
        }
        for value in old_values.difference(&new_values) {
            let rule = match old.shape() {
                Shape::Words => rules::WORD_REMOVED,
                // A number is no variant.
                _ => at.rule(rules::NUMBER_REMOVED_SENT, rules::NUMBER_REMOVED_READ),
            };
            found.add(rule, &at.place, format!("`{value}` is gone"));
        }
    }

    fn branches(&mut self, old: &View<'a>, new: &View<'a>, at: &At, found: &mut Found) {
        let name = |document: Document<'a>, branch: &'a Value| match document.view(branch).name {
            Some(name) => self.rust_name(&name),
            None => crate::structure::of(branch).to_string(),
        };
        let named = |document: Document<'a>, view: &View<'a>| -> BTreeMap<String, &'a Value> {
            view.branches().into_iter().flatten().map(|branch| (name(document, branch), branch)).collect()
        };
        let (mut was, mut is) = (named(self.old, old), named(self.new, new));
        for name in was.keys().cloned().collect::<Vec<_>>() {
            if let (Some(other), Some(one)) = (is.remove(&name), was.get(&name).copied()) {
                was.remove(&name);
                self.compare(one, other, &at.inside("", "", false), found);
            }
        }
        for name in was.keys() {
            found.add(rules::BRANCH_REMOVED, &at.place, format!("{} is no longer one of it", short(name)));
        }
        let known: Vec<View<'a>> =
            old.branches().into_iter().flatten().map(|branch| self.old.view(branch)).collect();
        for (name, branch) in &is {
            let branch = self.new.view(branch);
            let is_taken = known.iter().any(|known| self.is_taken_for(&branch, known));
            let read = if is_taken { rules::BRANCH_TAKEN } else { rules::BRANCH_ADDED_READ };
            let rule = at.rule(rules::BRANCH_ADDED_SENT, read);
            found.add(rule, &at.place, format!("{} is one of it", short(name)));
        }
        if old.keyword("discriminator") != new.keyword("discriminator") {
            found.add(rules::DISCRIMINATOR, &at.place, "another discriminator");
        }
    }

    /// Whether a field is one of those that are hidden, in a version of the document that nobody has described yet, too.
    fn is_secret(&self, record: &str, property: &str, shape: Shape) -> bool {
        let name = format!("{record}.{property}");
        let sounds = shape == Shape::Text && tokenward_core::secret_names::sounds_secret(property);
        self.config.secrets.contains(&name) || sounds && !self.config.not_secrets.contains(&name)
    }

    /// Whether what is of one alternative can be read as of another.
    fn is_taken_for(&self, new: &View<'a>, old: &View<'a>) -> bool {
        let ids = || self.config.ids.iter().filter(|id| old.properties().contains_key(id.as_str()));
        match (new.shape(), old.shape()) {
            (Shape::Record | Shape::Map, Shape::Record) => {
                ids().all(|id| !old.requires(id) || new.requires(id))
            }
            (new, old) => new == old || takes(old, new),
        }
    }

    fn properties(&mut self, old: &View<'a>, new: &View<'a>, at: &At, found: &mut Found) {
        let hidden = match at.direction {
            Direction::Sent => "readOnly",
            Direction::Read => "writeOnly",
        };
        let visible = |document: Document<'a>, view: &View<'a>| {
            let mut properties = view.properties();
            properties.retain(|_, schema| !document.view(schema).flag(hidden));
            properties
        };
        let (was, is) = (visible(self.old, old), visible(self.new, new));
        let (all_was, all_is) = (old.properties(), new.properties());
        for name in was.keys().chain(is.keys()).collect::<BTreeSet<_>>() {
            let mut inside = at.inside(&format!(".{name}"), &name.to_upper_camel_case(), false);
            inside.property = Some((at.type_name.clone(), (*name).to_owned()));
            let is_id = self.config.ids.contains(*name);
            inside.is_lenient = at.direction == Direction::Read && !is_id;
            match (was.get(name), is.get(name)) {
                (Some(one), Some(other)) => {
                    required((old.requires(name), new.requires(name)), is_id, &inside, found);
                    // An id that may be left out may as well be null.
                    inside.is_lenient |=
                        at.direction == Direction::Read && !(old.requires(name) && new.requires(name));
                    self.compare(one, other, &inside, found);
                }
                (Some(_), None) => {
                    let is_secret = self.is_secret(&at.type_name, name, self.old.view(was[name]).shape());
                    let read = match (is_id && old.requires(name), is_secret) {
                        (true, _) => rules::ID_REMOVED,
                        (false, true) => rules::SECRET_REMOVED,
                        (false, false) => rules::FIELD_REMOVED_READ,
                    };
                    let what = if all_is.contains_key(name) {
                        format!("is {hidden} now")
                    } else {
                        "is gone".to_owned()
                    };
                    found.add(inside.rule(rules::FIELD_REMOVED_SENT, read), &inside.place, what);
                }
                (None, _) => {
                    let is_required = new.requires(name);
                    let began = if all_was.contains_key(name) {
                        format!("is no longer {hidden}")
                    } else {
                        "is new".to_owned()
                    };
                    let sent =
                        if is_required { rules::FIELD_ADDED_REQUIRED } else { rules::FIELD_ADDED_SENT };
                    let what = is.get(name).map(|schema| kind(&self.new.view(schema))).unwrap_or_default();
                    let how =
                        if is_required && at.direction == Direction::Sent { "required" } else { "optional" };
                    found.add(
                        inside.rule(sent, rules::FIELD_ADDED_READ),
                        &inside.place,
                        format!("{began}: {what}, {how}"),
                    );
                }
            }
        }
    }
}

fn required((was, is): (bool, bool), is_id: bool, at: &At, found: &mut Found) {
    if was == is {
        return;
    }
    let read = match (is_id, is) {
        (true, true) => rules::ID_REQUIRED,
        (true, false) => rules::ID_OPTIONAL,
        (false, true) => rules::FIELD_REQUIRED_READ,
        (false, false) => rules::FIELD_OPTIONAL_READ,
    };
    let sent = if is { rules::FIELD_REQUIRED_SENT } else { rules::FIELD_OPTIONAL_SENT };
    found.add(at.rule(sent, read), &at.place, if is { "is required" } else { "is no longer required" });
}

/// Whether the type of one shape reads what has another.
fn takes(was: Shape, is: Shape) -> bool {
    // A choice of words is open: it reads any.
    matches!(
        (was, is),
        (Shape::Any, _)
            | (Shape::Number, Shape::Integer)
            | (Shape::Text, Shape::Words)
            | (Shape::Words, Shape::Text)
    )
}

/// Whether a reader of dates takes it, whatever its type.
fn is_date(view: &View<'_>, at: &At, config: &Config) -> bool {
    let named =
        at.property.as_ref().is_some_and(|(record, name)| config.dates.contains(&format!("{record}.{name}")));
    let is_scalar = matches!(view.shape(), Shape::Text | Shape::Integer | Shape::Number);
    is_scalar && (named || view.format() == Some("date-time"))
}

/// What a schema is, in words.
fn kind(view: &View<'_>) -> String {
    let kind = match (&view.name, view.format()) {
        (Some(name), _) => format!("`{}`", short(name)),
        (None, Some(format)) => format!("{} ({})", view.shape().describe(), short(format)),
        (None, None) => view.shape().describe().to_owned(),
    };
    if view.nullable { format!("{kind} or null") } else { kind }
}

/// A value as reports show it.
pub(super) fn word(value: Option<&Value>) -> String {
    match value {
        None => "none".to_owned(),
        Some(Value::String(text)) if text.trim().is_empty() => format!("{text:?}"),
        Some(Value::String(text)) => short(text),
        Some(value) => short(&value.to_string()),
    }
}

/// A character as it may be shown: none that moves, hides or turns around what stands beside it.
pub(super) fn shown(c: char) -> char {
    let is_formatting =
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    if c.is_control() || is_formatting { ' ' } else { c }
}

/// Text of a document, which may be long and may hold anything, in one short line.
pub(super) fn short(text: &str) -> String {
    const LONGEST: usize = 60;

    let mut line: String = text.chars().map(shown).take(LONGEST + 1).collect();
    if let Some((cut, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(cut);
        line.push('…');
    }
    line
}
