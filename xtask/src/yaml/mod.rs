//! Changing a YAML file without touching what stays: comments, order, quotes and line breaks.
//!
//! [`read`] finds where each value stands, [`edit`](edit::edit) puts a [`Target`] in place of it, and
//! [`write`] makes text of what is new. Anchors, tags and explicit keys are refused, as nothing here
//! could change them rightly.

mod edit;
mod read;
#[cfg(test)]
mod tests;
mod write;

use serde_json::Value;

pub(crate) use self::{
    edit::edit,
    read::{Kind, Node, read},
    write::document,
};

/// What shall stand where something stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    /// The same, to the byte.
    Same,
    /// Something else.
    Fresh(Fresh),
    /// The same mapping with these members; old ones in their old order.
    Map(Vec<Member>),
    /// The same list with these items; old ones in their old order.
    List(Vec<Item>),
}

/// A member of a mapping that is changed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member {
    /// Which one it was.
    pub(crate) old: Option<usize>,
    /// Its key from now on.
    pub(crate) key: String,
    /// Its value from now on; [`Target::Fresh`] where it is new.
    pub(crate) value: Target,
}

/// An item of a list that is changed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    /// Which one it was.
    pub(crate) old: Option<usize>,
    /// Its value from now on; [`Target::Fresh`] where it is new.
    pub(crate) value: Target,
}

/// A value that is new, its keys in the order in which they are written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fresh {
    /// A text, a number, a boolean or null.
    Scalar(Value),
    /// A mapping.
    Map(Vec<(String, Fresh)>),
    /// A list.
    List(Vec<Fresh>),
}

impl Fresh {
    fn is_empty(&self) -> bool {
        match self {
            Self::Scalar(_) => false,
            Self::Map(members) => members.is_empty(),
            Self::List(items) => items.is_empty(),
        }
    }

    /// The value as JSON.
    pub(crate) fn value(&self) -> Value {
        match self {
            Self::Scalar(value) => value.clone(),
            Self::Map(members) => members.iter().map(|(key, value)| (key.clone(), value.value())).collect(),
            Self::List(items) => items.iter().map(Self::value).collect(),
        }
    }
}

impl Target {
    /// What the edited text has to read as, where `old` is what it read as.
    pub(crate) fn value(&self, node: &Node, old: &Value) -> Value {
        match (self, &node.kind) {
            (Self::Fresh(fresh), _) => fresh.value(),
            (Self::Map(members), Kind::Map { entries, .. }) => members
                .iter()
                .map(|member| {
                    let entry = member.old.and_then(|old| entries.get(old));
                    let inner = entry.and_then(|entry| Some((&entry.value, old.get(entry.key.as_str())?)));
                    (member.key.clone(), member.value.inner_value(inner))
                })
                .collect(),
            (Self::List(items), Kind::List { items: nodes, .. }) => items
                .iter()
                .map(|item| {
                    let inner = item.old.and_then(|index| Some((&nodes.get(index)?.value, old.get(index)?)));
                    item.value.inner_value(inner)
                })
                .collect(),
            _ => old.clone(),
        }
    }

    fn inner_value(&self, old: Option<(&Node, &Value)>) -> Value {
        match (self, old) {
            (Self::Fresh(fresh), _) => fresh.value(),
            (target, Some((node, old))) => target.value(node, old),
            (_, None) => Value::Null,
        }
    }
}
