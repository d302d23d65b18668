//! Who may call an operation, and at which servers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{change::Found, kept::Operation, rules, schema::short, view::Document};
use crate::schema::members;

/// What an operation asks of its caller.
#[derive(Debug)]
pub(super) struct Access {
    /// The alternatives: the schemes that are needed together, and the scopes of each.
    alternatives: BTreeMap<BTreeSet<String>, BTreeSet<String>>,
    /// Where it is served.
    servers: BTreeSet<String>,
}

impl Access {
    pub(super) fn of(document: Document<'_>, operation: &Operation<'_>) -> Self {
        let security = operation.operation.get("security").or_else(|| document.0.get("security"));
        let mut alternatives = BTreeMap::new();
        for alternative in security.and_then(Value::as_array).into_iter().flatten() {
            let schemes: BTreeSet<String> = members(alternative).map(|(name, _)| name.clone()).collect();
            let scopes = members(alternative).flat_map(|(_, scopes)| scopes.as_array().into_iter().flatten());
            let scopes: BTreeSet<String> = scopes.filter_map(Value::as_str).map(str::to_owned).collect();
            // The same schemes with other scopes are one more way in: only what all of them ask for is needed.
            let known = alternatives.entry(schemes).or_insert_with(|| scopes.clone());
            *known = known.intersection(&scopes).cloned().collect();
        }
        let servers = [operation.operation, operation.item, document.0]
            .into_iter()
            .find_map(|owner| owner.get("servers"));
        let urls = servers.and_then(Value::as_array).into_iter().flatten().filter_map(address);
        Self { alternatives, servers: urls.collect() }
    }

    fn is_public(&self) -> bool {
        self.alternatives.is_empty() || self.alternatives.keys().any(BTreeSet::is_empty)
    }
}

/// The address of a server, its variables by name.
fn address(server: &Value) -> Option<String> {
    Some(server.get("url")?.as_str()?.trim_end_matches('/').to_owned())
}

pub(super) fn compare(old: &Access, new: &Access, found: &mut Found) {
    servers(old, new, found);
    match (old.is_public(), new.is_public()) {
        (true, true) => return,
        (true, false) => return found.add(rules::SCOPE_ADDED, "access", "a credential is needed"),
        (false, true) => {
            return found.add(rules::SCOPE_REMOVED, "access", "no credential is needed any more");
        }
        (false, false) => {}
    }
    for (schemes, was) in &old.alternatives {
        let Some(is) = new.alternatives.get(schemes) else {
            found.add(rules::CREDENTIAL_REMOVED, "access", format!("{} no longer suffices", names(schemes)));
            continue;
        };
        for scope in is.difference(was) {
            let what = format!("{} needs the scope {}", names(schemes), short(scope));
            found.add(rules::SCOPE_ADDED, "access", what);
        }
        for scope in was.difference(is) {
            let what = format!("{} no longer needs the scope {}", names(schemes), short(scope));
            found.add(rules::SCOPE_REMOVED, "access", what);
        }
    }
    for schemes in new.alternatives.keys().filter(|schemes| !old.alternatives.contains_key(*schemes)) {
        found.add(rules::CREDENTIAL_ADDED, "access", format!("{} suffices", names(schemes)));
    }
}

fn names(schemes: &BTreeSet<String>) -> String {
    short(&schemes.iter().map(String::as_str).collect::<Vec<_>>().join(" and "))
}

fn servers(old: &Access, new: &Access, found: &mut Found) {
    for server in new.servers.difference(&old.servers) {
        found.add(rules::SERVER_ADDED, "servers", format!("{} is new", short(server)));
    }
    for server in old.servers.difference(&new.servers) {
        found.add(rules::SERVER_REMOVED, "servers", format!("{} is gone", short(server)));
    }
}
