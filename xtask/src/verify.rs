//! `cargo xtask spec verify`: the structure of what is kept against what the vendors publish, node by node.
//!
//! Only the [`structure`] is compared, not the prose.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{
    document, pointer,
    problem::Problem,
    slice, structure,
    vendor::{Upstream, Vendor},
};

/// One difference: where, what we have, and what the vendor publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    place: String,
    ours: Option<String>,
    theirs: Option<String>,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
        write!(f, "{}: ours {}, published {}", self.place, side(&self.ours), side(&self.theirs))
    }
}

/// What was compared, or why it was not.
#[derive(Debug)]
pub enum Verdict {
    /// The kept part and the published one, as many nodes each, and how they differ.
    Compared {
        /// How many values of ours were compared.
        nodes: usize,
        /// How they differ from the published ones.
        differences: Vec<Difference>,
    },
    /// There is no published document to compare with.
    NotComparable {
        /// How many operations that concerns.
        operations: usize,
    },
}

/// Where the published documents are.
#[derive(Clone, Debug)]
pub enum Published {
    /// A folder that holds each document under the path that `vendor.toml` names.
    Folder(PathBuf),
    /// One document of one vendor.
    File(PathBuf),
}

impl Published {
    /// What the path is, for these vendors.
    pub(crate) fn at(path: &Path, vendors: &[String]) -> Result<Self, Problem> {
        if path.is_dir() {
            Ok(Self::Folder(path.to_owned()))
        } else if vendors.len() == 1 {
            Ok(Self::File(path.to_owned()))
        } else {
            Err(Problem::new("is no folder; name one vendor to compare it with a file").in_file(path))
        }
    }

    /// The vendor's documents, as far as they can be had: all that are in the folder, or the one that the file is.
    pub(crate) fn documents<'a>(&self, vendor: &'a Vendor) -> Result<Vec<Document<'a>>, Problem> {
        let load = |path: PathBuf| document::load_published(&path).map(|whole| (path, whole));
        match self {
            Self::File(path) => {
                let (path, whole) = load(path.clone())?;
                Ok(vec![(upstream_of(vendor, &path, &whole), Some((path, whole)))])
            }
            Self::Folder(folder) => {
                let all = vendor.config.upstream.iter();
                all.map(|upstream| {
                    let path = upstream.file.as_ref().map(|file| folder.join(file));
                    Ok((upstream, path.map(load).transpose()?))
                })
                .collect()
            }
        }
    }
}

/// One of a vendor's documents, with its path and its value where it can be had.
pub(crate) type Document<'a> = (&'a Upstream, Option<(PathBuf, Value)>);

/// Compares every document of the vendor, or the one that the file is.
pub fn verify(vendor: &Vendor, published: &Published) -> Result<Vec<(String, Verdict)>, Problem> {
    let ours = document::load(&vendor.document())?;
    let compared = |upstream: &Upstream, path: &Path, whole: &Value| {
        let theirs = published_slice(whole, upstream).map_err(|problem| problem.in_file(path))?;
        let ours = slice::kept(&ours, upstream);
        let (nodes, differences) = compare_slices(&ours, &theirs, is_main(vendor, upstream));
        Ok((upstream.name.clone(), Verdict::Compared { nodes, differences }))
    };
    published
        .documents(vendor)?
        .into_iter()
        .map(|(upstream, document)| match document {
            Some((path, whole)) => compared(upstream, &path, &whole),
            None => {
                let operations = upstream.operations.len();
                Ok((upstream.name.clone(), Verdict::NotComparable { operations }))
            }
        })
        .collect()
}

/// What is kept of a published document, in a state to be read and with our names.
pub(crate) fn published_slice(whole: &Value, upstream: &Upstream) -> Result<Value, Problem> {
    let slice = slice::kept(whole, upstream);
    document::check(&slice)?;
    Ok(slice::with_our_names(slice, &upstream.component_prefix))
}

/// Whether the vendor's other documents leave it to this one to say which version, servers and security there are.
pub(crate) fn is_main(vendor: &Vendor, upstream: &Upstream) -> bool {
    vendor.config.upstream[0].name == upstream.name
}

/// Whether a document has an operation (`METHOD /path`).
pub(crate) fn has(document: &Value, operation: &str) -> bool {
    let (method, path) = operation.split_once(' ').unwrap_or_default();
    let item = document.get("paths").and_then(|paths| paths.get(path));
    item.is_some_and(|item| item.get(method.to_lowercase()).is_some())
}

/// Which of the vendor's documents a published one is: the one of its name; else the one whose operations it has most of,
/// the main one where that says nothing.
pub(crate) fn upstream_of<'a>(vendor: &'a Vendor, path: &Path, published: &Value) -> &'a Upstream {
    let all = &vendor.config.upstream;
    let is_named = |upstream: &&Upstream| {
        upstream.file.as_ref().is_some_and(|file| file.file_name() == path.file_name())
    };
    let has = |upstream: &Upstream| {
        upstream.operations.values().filter(|operation| has(published, operation)).count()
    };
    let most = all.iter().map(has).max();
    let by_operations = || all.iter().find(|upstream| Some(has(upstream)) == most);
    all.iter().find(is_named).or_else(by_operations).unwrap_or(&all[0])
}

/// How many values of ours were compared, and how they differ.
pub(crate) fn compare_slices(ours: &Value, theirs: &Value, is_main: bool) -> (usize, Vec<Difference>) {
    let (mut ours, mut theirs) = (structure::of(ours), structure::of(theirs));
    for side in [&mut ours, &mut theirs] {
        // What a document says of itself is no structure of what is kept.
        side.as_object_mut().map(|side| side.remove("info"));
    }
    if !is_main {
        // The document's own version, servers and security schemes are those of the main one.
        for side in [&mut ours, &mut theirs] {
            for key in ["openapi", "security", "servers"] {
                side.as_object_mut().map(|side| side.remove(key));
            }
            side["components"].as_object_mut().map(|components| components.remove("securitySchemes"));
        }
    }
    let mut differences = Vec::new();
    compare(&ours, &theirs, &mut String::new(), &mut differences);
    (count(&ours), differences)
}

fn compare(ours: &Value, theirs: &Value, place: &mut String, differences: &mut Vec<Difference>) {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let keys: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
            for key in keys {
                pointer::at_member(place, key, |place| {
                    compare_members(ours.get(key), theirs.get(key), place, differences);
                });
            }
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            for index in 0..ours.len().max(theirs.len()) {
                pointer::at_member(place, &index.to_string(), |place| {
                    compare_members(ours.get(index), theirs.get(index), place, differences);
                });
            }
        }
        _ if ours == theirs => {}
        _ => differences.push(difference(place, Some(ours), Some(theirs))),
    }
}

fn compare_members(
    ours: Option<&Value>,
    theirs: Option<&Value>,
    place: &mut String,
    differences: &mut Vec<Difference>,
) {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => compare(ours, theirs, place, differences),
        _ => differences.push(difference(place, ours, theirs)),
    }
}

fn difference(place: &str, ours: Option<&Value>, theirs: Option<&Value>) -> Difference {
    const LONGEST: usize = 120;

    let text = |value: &Value| {
        let text = value.to_string();
        match text.char_indices().nth(LONGEST) {
            Some((cut, _)) => format!("{}…", &text[..cut]),
            None => text,
        }
    };
    Difference { place: place.to_owned(), ours: ours.map(text), theirs: theirs.map(text) }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Object(map) => map.values().map(count).sum(),
        Value::Array(items) => items.iter().map(count).sum(),
        _ => 0,
    }
}

/// Verifies the chosen vendors, reporting as it goes; whether nothing differs.
pub fn run(
    root: &Path,
    names: &[String],
    published: &Path,
    report: &mut dyn FnMut(&str),
) -> Result<bool, Problem> {
    let published = Published::at(published, names)?;
    let mut equal = true;
    for vendor in &Vendor::chosen(&root.join("specs"), names)? {
        for (document, verdict) in verify(vendor, &published)? {
            let name = format!("{} ({document})", vendor.name);
            match verdict {
                Verdict::NotComparable { operations } => {
                    report(&format!("{name}: not comparable, {operations} operations are observed only"));
                }
                Verdict::Compared { nodes, differences } if differences.is_empty() => {
                    report(&format!("{name}: equal, {nodes} nodes"));
                }
                Verdict::Compared { nodes, differences } => {
                    equal = false;
                    report(&format!("{name}: {} of {nodes} nodes differ", differences.len()));
                    differences.iter().for_each(|difference| report(&format!("  {difference}")));
                }
            }
        }
    }
    Ok(equal)
}
