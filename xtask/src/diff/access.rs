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
    /// Where that is if nobody chooses, by the addresses as they are written.
    defaults: BTreeMap<String, String>,
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
        let servers = || servers.and_then(Value::as_array).into_iter().flatten();
        let defaults = servers().filter_map(|server| Some((url(server)?, default(server)?)));
        Self { alternatives, servers: servers().flat_map(addresses).collect(), defaults: defaults.collect() }
    }

    fn is_public(&self) -> bool {
        self.alternatives.is_empty() || self.alternatives.keys().any(BTreeSet::is_empty)
    }
}

fn url(server: &Value) -> Option<String> {
    Some(server.get("url")?.as_str()?.trim_end_matches('/').to_owned())
}

/// The address of a server with the values that its variables have by themselves.
fn default(server: &Value) -> Option<String> {
    let variables = server.get("variables").into_iter().flat_map(members);
    let values = variables.filter_map(|(name, variable)| Some((name, variable.get("default")?.as_str()?)));
    Some(values.fold(url(server)?, |url, (name, value)| url.replace(&format!("{{{name}}}"), value)))
}

/// The addresses of a server: its own, and those with other values of its variables.
fn addresses(server: &Value) -> BTreeSet<String> {
    /// A server of more is one of any.
    const MOST: usize = 100;

    let mut all: BTreeSet<String> = url(server).into_iter().collect();
    for (name, variable) in server.get("variables").into_iter().flat_map(members) {
        let listed = variable.get("enum").and_then(Value::as_array).into_iter().flatten();
        let values: BTreeSet<&str> =
            listed.chain(variable.get("default")).filter_map(Value::as_str).collect();
        if values.is_empty() || all.len() * values.len() > MOST {
            continue;
        }
        let place = format!("{{{name}}}");
        all = all.iter().flat_map(|url| values.iter().map(|value| url.replace(&place, value))).collect();
    }
    all
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
    for (url, was) in &old.defaults {
        // One that came or went is said to have.
        let is_there = |server: &String| old.servers.contains(server) && new.servers.contains(server);
        if let Some(is) = new.defaults.get(url).filter(|is| *is != was && is_there(is) && is_there(was)) {
            let what = format!("{} by default, was {}", short(is), short(was));
            found.add(rules::SERVER_DEFAULT, "servers", what);
        }
    }
    for server in old.servers.difference(&new.servers) {
        found.add(rules::SERVER_REMOVED, "servers", format!("{} is gone", short(server)));
    }
}
