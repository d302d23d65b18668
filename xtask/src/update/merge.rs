//! What of our document changes where the structure shall be another: everything else stays as it is written.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::fresh::{Context, Words, fresh, whole};
use crate::{
    order::Order,
    pointer,
    structure::{self, Holds, holds, is_prose},
    yaml::{Item, Kind, Member, Node, Target},
};

/// Names that are others from now on: by the place of the object that has them, the old one and the new one.
pub(super) type Renames = BTreeMap<String, BTreeMap<String, String>>;

/// The reference to a component that has another name now.
pub(super) fn renamed_reference(reference: &str, renames: &Renames) -> Option<String> {
    let (place, name) = reference.strip_prefix('#')?.rsplit_once('/')?;
    let new = renames.get(place)?.get(&pointer::unescape(name))?;
    Some(format!("#{place}/{}", pointer::escape(new)))
}

/// What a change leaves for people to do.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// What is new and has no words yet.
    pub(super) words: Words,
    /// Prose of ours beside something that has changed.
    pub(super) prose: BTreeSet<String>,
}

/// The keywords whose prose may be wrong once what is beside it changes.
const DESCRIBING: [&str; 3] = ["description", "summary", "title"];

/// What changes in our document for it to have the structure of the one that is wanted.
pub(super) fn merge(
    root: &Node,
    ours: &Value,
    wanted: &Value,
    order: &Order,
    renames: &Renames,
) -> (Target, Notes) {
    let mut merge = Merge { renames, place: String::new(), described: Vec::new(), notes: Notes::default() };
    let target = merge.value(root, ours, wanted, Some(order), Context::Keywords);
    (target, merge.notes)
}

struct Merge<'a> {
    renames: &'a Renames,
    place: String,
    /// The objects around the place that have prose.
    described: Vec<String>,
    notes: Notes,
}

impl Merge<'_> {
    fn value(
        &mut self,
        node: &Node,
        ours: &Value,
        wanted: &Value,
        order: Option<&Order>,
        context: Context<'_>,
    ) -> Target {
        match (&node.kind, ours, wanted) {
            (Kind::Map { entries, .. }, Value::Object(ours), Value::Object(wanted))
                if !entries.is_empty() =>
            {
                let is_described =
                    !context.is_names() && ours.keys().any(|key| DESCRIBING.contains(&key.as_str()));
                if is_described {
                    self.described.push(self.place.clone());
                }
                let target = self.map(node, ours, wanted, order, context);
                if is_described {
                    self.described.pop();
                }
                target
            }
            (Kind::List { items, .. }, Value::Array(ours), Value::Array(wanted)) if !items.is_empty() => {
                self.list(node, ours, wanted, order)
            }
            _ if ours == wanted => Target::Same,
            _ => {
                let fresh = fresh(wanted, order, context, &mut self.place, &mut self.notes.words);
                if fresh.value() == *ours {
                    return Target::Same;
                }
                if !self.is_only_renamed(ours, wanted) {
                    self.changed();
                }
                Target::Fresh(fresh)
            }
        }
    }

    /// Whether no prose says anything of this change: a reference to what has another name, or the name of an operation.
    fn is_only_renamed(&self, ours: &Value, wanted: &Value) -> bool {
        let new = ours.as_str().and_then(|reference| renamed_reference(reference, self.renames));
        self.place.ends_with("/operationId") || (new.is_some() && new.as_deref() == wanted.as_str())
    }

    fn map(
        &mut self,
        node: &Node,
        ours: &Map<String, Value>,
        wanted: &Map<String, Value>,
        order: Option<&Order>,
        context: Context<'_>,
    ) -> Target {
        let Kind::Map { entries, .. } = &node.kind else { return Target::Same };
        let is_kept = |key: &str| !context.is_names() && is_prose(key);
        let renames = self.renames.get(&self.place);
        let mut members = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            let key = renames.and_then(|renames| renames.get(&entry.key)).unwrap_or(&entry.key);
            let value = match (ours.get(&entry.key), wanted.get(key)) {
                // What only one of two readers sees is not ours to change.
                (None, _) => Target::Same,
                _ if is_kept(key) => Target::Same,
                (Some(ours), Some(wanted)) => {
                    let order = order.and_then(|order| order.member(key));
                    self.inside(key, |merge| merge.member(&entry.value, ours, wanted, order, context, key))
                }
                _ => {
                    self.changed();
                    continue;
                }
            };
            members.push(Member { old: Some(index), key: key.clone(), value });
        }
        // The vendor's prose stands elsewhere than ours: only structure says where structure belongs.
        let mut in_order = in_order(wanted, order);
        in_order.retain(|key| !is_kept(key));
        let is_sorted = self.place.starts_with("/components/")
            && self.place.matches('/').count() == 2
            && context.is_names()
            && members.len() > 1
            && members.is_sorted_by(|one, other| one.key <= other.key);
        for (index, key) in in_order.iter().enumerate() {
            if members.iter().any(|member| member.key == **key) {
                continue;
            }
            self.changed();
            let inner = order.and_then(|order| order.member(key));
            let value = context.member(key, &wanted[*key], inner, &mut self.place, &mut self.notes.words);
            let position = if is_sorted {
                members.partition_point(|member| member.key < **key)
            } else {
                let known = |key: &&String| members.iter().position(|member| member.key == **key);
                let before = in_order[..index].iter().rev().find_map(known).map(|position| position + 1);
                let behind = || in_order[index + 1..].iter().find_map(known);
                before.or_else(behind).unwrap_or(members.len())
            };
            members.insert(position, Member { old: None, key: (*key).clone(), value: Target::Fresh(value) });
        }
        let is_same = members.len() == entries.len()
            && members.iter().zip(entries).enumerate().all(|(index, (member, entry))| {
                member.old == Some(index) && member.key == entry.key && member.value == Target::Same
            });
        if is_same { Target::Same } else { Target::Map(members) }
    }

    fn member(
        &mut self,
        node: &Node,
        ours: &Value,
        wanted: &Value,
        order: Option<&Order>,
        context: Context<'_>,
        key: &str,
    ) -> Target {
        let inner = context.inside(key, wanted);
        let held = if context.is_names() { Holds::Keywords } else { holds(key, wanted) };
        match (held, &node.kind, ours, wanted) {
            (Holds::Labels, _, Value::Object(had), Value::Object(scopes)) if !had.is_empty() => {
                // Labels are prose: those that we have are what is wanted.
                let labels = scopes.keys().map(|scope| {
                    let label = had.get(scope).cloned();
                    (scope.clone(), label.unwrap_or_else(|| Value::String(String::new())))
                });
                self.value(node, ours, &labels.collect(), order, inner)
            }
            (
                Holds::Set | Holds::Parameters,
                Kind::List { items, .. },
                Value::Array(ours),
                Value::Array(wanted),
            ) if !items.is_empty() => {
                let word = match held {
                    Holds::Parameters => Some("parameter"),
                    _ => (key == "enum").then_some("value"),
                };
                self.unordered(node, ours, wanted, order, (held, word))
            }
            (Holds::Set, ..) if ours != wanted => {
                self.changed();
                Target::Fresh(whole(wanted))
            }
            _ => self.value(node, ours, wanted, order, inner),
        }
    }

    /// A list whose order means nothing: what is new stands behind what it stands behind in the wanted one.
    fn unordered(
        &mut self,
        node: &Node,
        ours: &[Value],
        wanted: &[Value],
        order: Option<&Order>,
        (held, word): (Holds, Option<&'static str>),
    ) -> Target {
        let Kind::List { items: nodes, .. } = &node.kind else { return Target::Same };
        let is_set = held == Holds::Set;
        let name = if is_set { structure::word } else { structure::parameter_name };
        let names: Vec<String> = wanted.iter().map(name).collect();
        let mut items: Vec<(String, Item)> = Vec::new();
        for (index, (place, ours)) in nodes.iter().zip(ours).enumerate() {
            let this = name(ours);
            let Some(found) = names.iter().position(|name| *name == this) else {
                self.changed();
                continue;
            };
            let order = order.and_then(|order| order.item(found));
            let value = match is_set {
                true => Target::Same,
                false => self.inside(&this, |merge| {
                    merge.value(&place.value, ours, &wanted[found], order, Context::Keywords)
                }),
            };
            items.push((this, Item { old: Some(index), value }));
        }
        for (index, this) in names.iter().enumerate() {
            if items.iter().any(|(name, _)| name == this) {
                continue;
            }
            self.changed();
            let inner = order.and_then(|order| order.item(index));
            let words = &mut self.notes.words;
            let value = pointer::at_member(&mut self.place, this, |place| {
                if let Some(word) = word {
                    words.note(place, word);
                }
                match is_set {
                    true => whole(&wanted[index]),
                    false => fresh(&wanted[index], inner, Context::Keywords, place, words),
                }
            });
            let known = |name: &String| items.iter().position(|(item, _)| item == name);
            let before = names[..index].iter().rev().find_map(known).map(|position| position + 1);
            let position =
                before.or_else(|| names[index + 1..].iter().find_map(known)).unwrap_or(items.len());
            items.insert(position, (this.clone(), Item { old: None, value: Target::Fresh(value) }));
        }
        list_of(items.into_iter().map(|(_, item)| item).collect(), nodes.len())
    }

    /// A list whose order matters: what is alike stays, what stands between it is changed in place, or comes, or goes.
    fn list(&mut self, node: &Node, ours: &[Value], wanted: &[Value], order: Option<&Order>) -> Target {
        let Kind::List { items: nodes, .. } = &node.kind else { return Target::Same };
        let texts = |values: &[Value]| -> Vec<String> {
            values.iter().map(|value| structure::of(value).to_string()).collect()
        };
        let mut items = Vec::new();
        for (old, new) in pairs(&texts(ours), &texts(wanted)) {
            let order = new.and_then(|new| order?.item(new));
            let index = new.or(old).unwrap_or_default().to_string();
            let value = match (old, new) {
                (Some(old), Some(new)) => self.inside(&index, |merge| {
                    merge.value(&nodes[old].value, &ours[old], &wanted[new], order, Context::Keywords)
                }),
                (None, Some(new)) => {
                    self.changed();
                    let words = &mut self.notes.words;
                    Target::Fresh(pointer::at_member(&mut self.place, &index, |place| {
                        if wanted[new].is_object() {
                            words.note(place, "item");
                        }
                        fresh(&wanted[new], order, Context::Keywords, place, words)
                    }))
                }
                _ => {
                    self.changed();
                    continue;
                }
            };
            items.push(Item { old, value });
        }
        list_of(items, nodes.len())
    }

    /// Our prose around this place may say what is no longer so.
    fn changed(&mut self) {
        // What the document says of itself is no place of the vendor's.
        let place = self.described.last().filter(|place| *place != "/info");
        self.notes.prose.extend(place.cloned());
    }

    fn inside<T>(&mut self, name: &str, run: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.place.len();
        self.place.push('/');
        self.place += &pointer::escape(name);
        let result = run(self);
        self.place.truncate(length);
        result
    }
}

fn list_of(items: Vec<Item>, had: usize) -> Target {
    let is_same = |(index, item): (usize, &Item)| item.old == Some(index) && item.value == Target::Same;
    if items.len() == had && items.iter().enumerate().all(is_same) {
        Target::Same
    } else {
        Target::List(items)
    }
}

/// The keys of an object in the order of the document that it is from.
pub(super) fn in_order<'a>(object: &'a Map<String, Value>, order: Option<&Order>) -> Vec<&'a String> {
    let mut keys: Vec<&String> = object.keys().collect();
    keys.sort_by_cached_key(|key| order.map_or(usize::MAX, |order| order.position(key)));
    keys
}

/// Which of the old items becomes which of the new ones: the longest run of equal ones, and between two of them, as long
/// as there are both, one after the other.
fn pairs(old: &[String], new: &[String]) -> Vec<(Option<usize>, Option<usize>)> {
    let mut longest = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i][j] = match old[i] == new[j] {
                true => longest[i + 1][j + 1] + 1,
                false => longest[i + 1][j].max(longest[i][j + 1]),
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let (mut pairs, mut gone, mut come) = (Vec::new(), Vec::new(), Vec::new());
    let close = |gone: &mut Vec<usize>, come: &mut Vec<usize>, pairs: &mut Vec<_>| {
        for index in 0..gone.len().max(come.len()) {
            pairs.push((gone.get(index).copied(), come.get(index).copied()));
        }
        gone.clear();
        come.clear();
    };
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            close(&mut gone, &mut come, &mut pairs);
            pairs.push((Some(i), Some(j)));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && longest[i + 1][j] >= longest[i][j + 1]) {
            gone.push(i);
            i += 1;
        } else {
            come.push(j);
            j += 1;
        }
    }
    close(&mut gone, &mut come, &mut pairs);
    pairs
}
