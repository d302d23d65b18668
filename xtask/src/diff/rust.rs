//! The clients that both documents give, and the verdict of their code.
//!
//! The rules say what a change means from what the document says. Whether a program still compiles is a matter of the
//! generated code, and that can be asked: what it says stands above the rules.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    Kept,
    change::Change,
    kept::{self, Operations},
    rules::{self, Class},
};
use crate::{
    api::{Api, ApiChange, Bump, CLIENT, ChangeKind},
    derive, normalise,
    problem::Problem,
    rust, schema, slice,
    vendor::Config,
    whole,
};

/// What the generated code says.
#[derive(Debug)]
pub(super) struct Code {
    old: Api,
    changes: Vec<ApiChange>,
    /// Whether the newer client has nothing.
    is_gone: bool,
}

/// Generates both clients and compares what they offer.
pub(super) fn compare(
    old: (&Value, &Operations<'_>),
    new: (&Value, &Operations<'_>),
    kept: &Kept,
) -> Result<Code, Problem> {
    // A selection may be a whole document, whose client takes minutes.
    const MOST: usize = 200;

    if old.1.len().max(new.1.len()) > MOST {
        return Err(Problem::new(format!("no code is generated for more than {MOST} operations")));
    }
    let both = |lower: bool| {
        let of = |(document, operations): (&Value, &Operations<'_>), side: &str| {
            api(document, operations, kept, lower)
                .map_err(|problem| Problem::new(format!("of the {side} document: {problem}")))
        };
        Ok((of(old, "older")?, of(new, "newer")?))
    };
    // As the client would be generated; where that is refused, as any document is.
    let (old, new) = both(false).or_else(|problem: Problem| both(true).map_err(|_| problem))?;
    Ok(Code { changes: old.compare(&new), is_gone: new == Api::default(), old })
}

/// The API of the client of these operations.
fn api(document: &Value, operations: &Operations<'_>, kept: &Kept, lower: bool) -> Result<Api, Problem> {
    if operations.is_empty() {
        return Ok(Api::default());
    }
    let routes: BTreeMap<String, String> =
        operations.iter().map(|(name, operation)| (name.clone(), operation.route())).collect();
    let mut slice = slice::operations(document, routes.values().map(String::as_str));
    if let Some(overlay) = &kept.overlay {
        overlay.apply_where_it_fits(&mut slice);
        // What it adds is compared where the vendor has it.
        slice = slice::operations(&slice, routes.values().map(String::as_str));
    }
    if lower {
        whole::lower(&mut slice, None)?;
    }
    let mut config = derive::names(&slice, None)?;
    fit(&mut config, &slice, &routes, &kept.config);
    derive::until_hiding(&mut slice, &mut config)?;
    mark_dates(&mut slice, &kept.config);
    derive::hide(&slice, &mut config);
    normalise::between(derive::HIDING, "", &mut slice, &config)?;
    Api::of_tree(&rust::tree_of(&slice, &config)?)
}

/// Takes over from the vendor's configuration what this document has.
fn fit(config: &mut Config, slice: &Value, routes: &BTreeMap<String, String>, vendors: &Config) {
    for upstream in &mut config.upstream {
        upstream.operations.clone_from(routes);
    }
    if vendors.upstream.is_empty() {
        return;
    }
    config.ids.clone_from(&vendors.ids);
    for (name, _) in schema::components(slice) {
        if let Some(rust) = vendors.type_of(name) {
            config.types.insert(name.clone(), rust.clone());
        }
    }
}

/// Where the vendor's configuration knows a date, the document has one, however it is written.
fn mark_dates(document: &mut Value, vendors: &Config) {
    for date in &vendors.dates {
        let Some((record, property)) = date.split_once('.') else { continue };
        let pointer = |name: &str| {
            format!(
                "/components/schemas/{}/properties/{}",
                crate::pointer::escape(name),
                crate::pointer::escape(property)
            )
        };
        for name in [record.to_owned(), format!("{record}Input")] {
            let Some(schema) = document.pointer_mut(&pointer(&name)) else { continue };
            let is_scalar = ["integer", "number", "string"].iter().any(|kind| schema["type"] == *kind);
            if is_scalar {
                schema["format"] = json!("date-time");
            }
        }
    }
}

impl Code {
    /// How far the version of the crate has to be raised.
    pub(super) fn bump(&self) -> Bump {
        Bump::of(&self.changes)
    }

    /// Corrects what the rules say where the code says otherwise.
    pub(super) fn correct(&self, changes: &mut Vec<Change>) {
        // That all is gone is said.
        if self.is_gone {
            return;
        }
        if !self.changes.iter().any(|change| change.breaking) {
            for change in changes.iter_mut().filter(|change| change.class == Class::Compile) {
                change.take_back_compile();
            }
            return;
        }
        let unexplained: Vec<Change> = self
            .changes
            .iter()
            .filter(|change| change.breaking && !self.is_explained(change, changes))
            .map(|change| Change {
                operations: self.operations(change),
                ..Change::new(rules::API_CHANGED, "in Rust".to_owned(), change.to_string())
            })
            .collect();
        changes.extend(unexplained);
    }

    fn operations(&self, change: &ApiChange) -> BTreeSet<String> {
        if change.item.owner == CLIENT && !change.item.name.is_empty() {
            return BTreeSet::from([change.item.name.clone()]);
        }
        self.old.methods_with(&change.item.owner).into_iter().map(str::to_owned).collect()
    }

    /// Whether one of the changes that break code is the reason of this one.
    fn is_explained(&self, change: &ApiChange, changes: &[Change]) -> bool {
        let breaking =
            || changes.iter().filter(|known| known.class == Class::Compile && known.absorbed.is_none());
        let owner = change.item.owner.rsplit("::").next().unwrap_or_default();
        let is_reason = |known: &Change| {
            let head = known.place.split(['.', ' ', '[', '{']).next().unwrap_or_default();
            let is_of_operation = change.item.owner == CLIENT && known.operations.contains(&change.item.name);
            // A renamed type changes every text that it stands in.
            let is_of_renamed = known.rule == rules::TYPE_RENAMED && change.to_string().contains(head);
            let is_of_query = known.place == format!("query {}", change.item.name)
                && known.operations.iter().any(|name| owner == format!("{}Query", kept::type_prefix(name)));
            head == owner || is_of_operation || is_of_renamed || is_of_query
        };
        // What goes with the operation or the field that it served.
        let operations = self.operations(change);
        let goes_along = change.kind == ChangeKind::Removed
            && !operations.is_empty()
            && operations.iter().all(|name| breaking().any(|known| known.operations.contains(name)));
        goes_along || breaking().any(is_reason)
    }
}
