//! The public API of a generated module: read off its syntax tree, as text, and compared with another.
//!
//! The text has one item a line, sorted, and can be read again: `path: declaration`. A field's declaration is its type.
//! What a vendor's document calls a thing, how it is described and how it is sent is no part of it.

mod bump;
mod compare;
mod read;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

pub use self::{
    bump::{Bump, Version},
    compare::{ApiChange, ChangeKind},
};
use crate::problem::Problem;

/// What a module offers, with how it is declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Api(BTreeMap<Item, String>);

/// One thing that a consumer can name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// The path of the type or of the module that it belongs to; of a type and of what it implements, the type's own.
    pub owner: String,
    /// What it is.
    pub kind: ItemKind,
    /// Its name; none for a type.
    pub name: String,
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemKind {
    /// A struct, an enum or an alias.
    Type,
    /// A trait that a type implements, derived or not.
    Impl,
    /// A public field.
    Field,
    /// A variant of an enum.
    Variant,
    /// A constant.
    Constant,
    /// A function, of a type or of a module.
    Function,
    /// What is passed on from elsewhere.
    Reexport,
}

/// The type whose methods are the operations.
pub(crate) const CLIENT: &str = "Client";

impl Api {
    /// The API of a module's source.
    pub fn of(source: &str) -> Result<Self, Problem> {
        let file = syn::parse_file(source).map_err(|error| Problem::new(format!("is no Rust: {error}")))?;
        read::read(&file).map(Self)
    }

    /// The API of a module's syntax tree.
    pub(crate) fn of_tree(file: &syn::File) -> Result<Self, Problem> {
        read::read(file).map(Self)
    }

    /// The methods of the client that a type stands in, by itself or in another type.
    pub(crate) fn methods_with(&self, type_path: &str) -> BTreeSet<&str> {
        let mut methods = BTreeSet::new();
        let mut types = BTreeSet::from([type_path]);
        let mut open = vec![type_path];
        while let Some(path) = open.pop() {
            for (item, declaration) in &self.0 {
                if !compare::mentions(declaration, path) {
                    continue;
                }
                if item.kind == ItemKind::Function && item.owner == CLIENT {
                    methods.insert(item.name.as_str());
                } else if types.insert(&item.owner) {
                    open.push(&item.owner);
                }
            }
        }
        methods
    }

    /// The API that a text has, as [`Display`](fmt::Display) writes it.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let mut items = BTreeMap::new();
        for (index, line) in text.lines().enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let of_another_form = || Problem::at(format!("line {}", index + 1), "is no `path: declaration`");
            let (path, declaration) = line.split_once(": ").ok_or_else(of_another_form)?;
            let kind = ItemKind::of(declaration);
            match (kind, path.rsplit_once("::")) {
                (ItemKind::Impl, _) => {
                    for name in split(declaration.trim_start_matches("impl "), ',') {
                        let item = Item { owner: path.to_owned(), kind, name: name.to_owned() };
                        items.insert(item, String::new());
                    }
                }
                (ItemKind::Type, _) => {
                    let item = Item { owner: path.to_owned(), kind, name: String::new() };
                    items.insert(item, declaration.to_owned());
                }
                (_, parts) => {
                    let (owner, name) = parts.unwrap_or(("", path));
                    let item = Item { owner: owner.to_owned(), kind, name: name.to_owned() };
                    items.insert(item, declaration.to_owned());
                }
            }
        }
        Ok(Self(items))
    }

    /// What a consumer of this API finds changed in a newer one, in the order of the items.
    #[must_use]
    pub fn compare(&self, newer: &Self) -> Vec<ApiChange> {
        compare::compare(self, newer)
    }

    fn declaration(&self, owner: &str) -> Option<&str> {
        let item = Item { owner: owner.to_owned(), kind: ItemKind::Type, name: String::new() };
        self.0.get(&item).map(String::as_str)
    }

    fn types(&self) -> BTreeSet<&str> {
        let types = self.0.keys().filter(|item| item.kind == ItemKind::Type);
        types.map(|item| item.owner.as_str()).collect()
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut items = self.0.iter().peekable();
        while let Some((item, declaration)) = items.next() {
            if item.kind != ItemKind::Impl {
                writeln!(f, "{}: {declaration}", item.path())?;
                continue;
            }
            write!(f, "{}: impl {}", item.owner, item.name)?;
            let is_beside = |other: &Item| other.kind == ItemKind::Impl && other.owner == item.owner;
            while let Some((other, _)) = items.next_if(|(other, _)| is_beside(other)) {
                write!(f, ", {}", other.name)?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

impl Item {
    /// What a consumer writes to name it.
    #[must_use]
    pub fn path(&self) -> String {
        match (self.kind, self.owner.as_str()) {
            (ItemKind::Type | ItemKind::Impl, owner) => owner.to_owned(),
            (_, "") => self.name.clone(),
            (_, owner) => format!("{owner}::{}", self.name),
        }
    }
}

impl ItemKind {
    /// Words that no type begins with tell the kinds apart.
    fn of(declaration: &str) -> Self {
        let first = declaration.split([' ', '<']).next().unwrap_or_default();
        match first {
            "#[non_exhaustive]" | "struct" | "enum" | "type" => Self::Type,
            "impl" => Self::Impl,
            "variant" => Self::Variant,
            "use" => Self::Reexport,
            "fn" | "async" => Self::Function,
            "const" if declaration.starts_with("const fn ") => Self::Function,
            "const" => Self::Constant,
            _ => Self::Field,
        }
    }
}

/// The parts between separators that stand in no brackets.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut depth, mut start, mut before) = (Vec::new(), 0_i32, 0, ' ');
    for (index, c) in text.char_indices() {
        match c {
            '<' | '(' | '[' | '{' => depth += 1,
            '>' if before == '-' => {}
            '>' | ')' | ']' | '}' => depth -= 1,
            c if c == separator && depth == 0 => {
                parts.push(text[start..index].trim());
                start = index + c.len_utf8();
            }
            _ => {}
        }
        before = c;
    }
    let last = text[start..].trim();
    parts.extend((!last.is_empty()).then_some(last));
    parts
}
