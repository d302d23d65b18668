//! What a consumer of one API finds changed in another, by the rules that Cargo has for versions.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt,
};

use super::{Api, Item, ItemKind, split};

/// One change of an API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiChange {
    /// What changed, by its older name.
    pub item: Item,
    /// How.
    pub kind: ChangeKind,
    /// Whether code that compiled may not any more.
    pub breaking: bool,
}

/// How an item changed; a text is a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is new.
    Added(String),
    /// It is gone.
    Removed,
    /// It is declared otherwise.
    Changed {
        /// As it was.
        from: String,
        /// As it is.
        to: String,
    },
    /// A type has another path, and is otherwise what it was.
    Renamed(String),
}

pub(super) fn compare(old: &Api, new: &Api) -> Vec<ApiChange> {
    let renames = renames(old, new);
    let old = renamed(old, &renames);
    let mut changes: Vec<ApiChange> = renames
        .into_iter()
        .map(|(from, to)| {
            let item = Item { owner: from, kind: ItemKind::Type, name: String::new() };
            ApiChange { item, kind: ChangeKind::Renamed(to), breaking: true }
        })
        .collect();
    let replaced = replaced(&old, new);
    let is_said = |item: &&Item| {
        item.kind == ItemKind::Type || item.owner.is_empty() || !replaced.contains(item.owner.as_str())
    };
    for item in old.0.keys().chain(new.0.keys().filter(|item| !old.0.contains_key(item))).filter(is_said) {
        let (kind, breaking) = match (old.0.get(item), new.0.get(item)) {
            (Some(from), Some(to)) if from != to => {
                (ChangeKind::Changed { from: from.clone(), to: to.clone() }, !is_opened(from, to))
            }
            (Some(_), None) => (ChangeKind::Removed, true),
            (None, Some(to)) => (ChangeKind::Added(to.clone()), is_missed(&old, item)),
            _ => continue,
        };
        changes.push(ApiChange { item: item.clone(), kind, breaking });
    }
    changes.sort_by(|a, b| a.item.cmp(&b.item));
    changes
}

/// The types that came, went, or became another kind of type: one line says it all.
fn replaced<'a>(old: &'a Api, new: &'a Api) -> BTreeSet<&'a str> {
    let kind = |api: &'a Api, owner: &str| api.declaration(owner).map(|text| parts(text).1);
    let types: BTreeSet<&str> = old.types().union(&new.types()).copied().collect();
    types.into_iter().filter(|owner| kind(old, owner) != kind(new, owner)).collect()
}

/// Whether a consumer can count what there is, the word for what it is, and what follows.
fn parts(declaration: &str) -> (bool, &str, &str) {
    let rest = declaration.trim_start_matches("#[non_exhaustive] ");
    let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
    let (word, body) = rest.split_at(end);
    let is_whole = rest.len() == declaration.len() && !body.ends_with("..)") && !body.ends_with(".. }");
    (is_whole, word, body)
}

/// Whether a declaration only allows more than it did: a type that nobody could write out, and whose patterns all had
/// a rest, may be one now that can.
fn is_opened(from: &str, to: &str) -> bool {
    let ((was_whole, was, from), (_, is, to)) = (parts(from), parts(to));
    let plain = |body: &str| body.replace(" { .. }", "");
    !was_whole && was == is && matches!(is, "struct" | "enum") && plain(from) == plain(to)
}

/// Whether a literal or a match that named everything lacks what is new.
fn is_missed(old: &Api, item: &Item) -> bool {
    matches!(item.kind, ItemKind::Field | ItemKind::Variant)
        && old.declaration(&item.owner).is_some_and(|declaration| parts(declaration).0)
}

/// Types that are gone, each with one that came, is made of the same and is used in the same places.
fn renames(old: &Api, new: &Api) -> BTreeMap<String, String> {
    let (before, after) = (old.types(), new.types());
    let gone: BTreeSet<&str> = before.difference(&after).copied().collect();
    let came: BTreeSet<&str> = after.difference(&before).copied().collect();
    let mut alike: BTreeMap<_, VecDeque<&str>> = BTreeMap::new();
    for (to, anatomy) in anatomies(new, &came) {
        alike.entry(anatomy).or_default().push_back(to);
    }
    anatomies(old, &gone)
        .into_iter()
        .filter_map(|(from, anatomy)| {
            let to = alike.get_mut(&anatomy)?.pop_front()?;
            Some((from.to_owned(), to.to_owned()))
        })
        .collect()
}

/// What a type is made of and, in the second place, where it is used.
type Anatomy = BTreeSet<(bool, Item, String)>;

/// Of these types, which have no names in it.
fn anatomies<'a>(api: &Api, names: &BTreeSet<&'a str>) -> BTreeMap<&'a str, Anatomy> {
    let mut anatomies: BTreeMap<&str, Anatomy> = BTreeMap::new();
    for (item, text) in &api.0 {
        let mut used = BTreeSet::new();
        let mut blank = |text: &str| {
            replaced_paths(text, |path| {
                used.extend(names.get(path));
                names.contains(path).then_some("_")
            })
        };
        let blanked = Item { owner: blank(&item.owner), kind: item.kind, name: blank(&item.name) };
        let text = blank(text);
        for name in used {
            let part = (item.owner != name, blanked.clone(), text.clone());
            anatomies.entry(name).or_default().insert(part);
        }
    }
    anatomies
}

fn renamed(api: &Api, names: &BTreeMap<String, String>) -> Api {
    let rename = |text: &str| replaced_paths(text, |path| names.get(path).map(String::as_str));
    let items = api.0.iter().map(|(item, text)| {
        let item = Item { owner: rename(&item.owner), kind: item.kind, name: rename(&item.name) };
        (item, rename(text))
    });
    Api(items.collect())
}

/// Whether a text has a path as a whole.
pub(super) fn mentions(text: &str, path: &str) -> bool {
    replaced_paths(text, |found| (found == path).then_some("")) != text
}

/// A text with other paths in the place of some.
fn replaced_paths<'a>(text: &str, mut other: impl FnMut(&str) -> Option<&'a str>) -> String {
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let (mut replaced, mut rest) = (String::new(), text);
    while let Some(start) = rest.find(is_path) {
        let (before, path) = rest.split_at(start);
        let (path, after) = path.split_at(path.find(|c| !is_path(c)).unwrap_or(path.len()));
        replaced.push_str(before);
        replaced.push_str(other(path).unwrap_or(path));
        rest = after;
    }
    replaced + rest
}

impl fmt::Display for ApiChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.item.path();
        match (&self.kind, self.item.kind) {
            (ChangeKind::Renamed(to), _) => write!(f, "{path} is {to} now"),
            (ChangeKind::Added(_), ItemKind::Impl) => write!(f, "{path}: impl {} added", self.item.name),
            (ChangeKind::Removed, ItemKind::Impl) => write!(f, "{path}: impl {} removed", self.item.name),
            (ChangeKind::Added(declaration), _) => write!(f, "{path}: added, {declaration}"),
            (ChangeKind::Removed, _) => write!(f, "{path}: removed"),
            (ChangeKind::Changed { from, to }, ItemKind::Function) => {
                write!(f, "{path}: {}", signature(from, to))
            }
            (ChangeKind::Changed { from, to }, ItemKind::Type) if parts(from).1 == parts(to).1 => {
                match (from.starts_with("#["), to.starts_with("#[")) {
                    (false, true) => write!(f, "{path}: is #[non_exhaustive] now"),
                    (true, false) => write!(f, "{path}: is no longer #[non_exhaustive]"),
                    _ => write!(f, "{path}: is {to}, was {from}"),
                }
            }
            (ChangeKind::Changed { from, to }, _) => write!(f, "{path}: is {to}, was {from}"),
        }
    }
}

/// The qualifiers, the arguments and the answer of a function.
fn function(declaration: &str) -> Option<(&str, Vec<&str>, &str)> {
    let (head, rest) = declaration.split_once('(')?;
    let mut depth = 1_i32;
    let end = rest.find(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth == 0
    })?;
    Some((head, split(&rest[..end], ','), rest[end + 1..].trim_start_matches(" -> ")))
}

/// The difference of two signatures, as short as it can be said.
fn signature(from: &str, to: &str) -> String {
    let whole = || format!("is {to}, was {from}");
    let (Some((head, old, was)), Some((new_head, new, is))) = (function(from), function(to)) else {
        return whole();
    };
    let mut said = Vec::new();
    if head != new_head {
        return whole();
    }
    if let [argument] = surplus(&new, &old)[..] {
        said.push(format!("argument added, {argument}"));
    } else if let [argument] = surplus(&old, &new)[..] {
        said.push(format!("argument removed, {argument}"));
    } else if old.len() == new.len() {
        let changed = old.iter().zip(&new).filter(|(old, new)| old != new);
        said.extend(changed.map(|(old, new)| format!("argument is {new}, was {old}")));
    } else {
        return whole();
    }
    if was != is {
        let unit = |text: &str| if text.is_empty() { "()".to_owned() } else { text.to_owned() };
        said.push(format!("gives {}, gave {}", unit(is), unit(was)));
    }
    said.join("; ")
}

/// What the longer list has beside the shorter one; nothing where it does not have all of that, in its order.
fn surplus<'a>(longer: &[&'a str], shorter: &[&str]) -> Vec<&'a str> {
    let mut expected = shorter.iter().peekable();
    let mut surplus = Vec::new();
    for argument in longer {
        if expected.next_if(|expected| *expected == argument).is_none() {
            surplus.push(*argument);
        }
    }
    if expected.peek().is_none() { surplus } else { Vec::new() }
}
