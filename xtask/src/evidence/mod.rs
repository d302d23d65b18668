//! Evidence of secrets that no name gives away: a fresh key in a field called `value`, a declared password.
//!
//! A field is hidden if one strong reason or two weaker ones speak for it. If one weaker reason does, the field stays
//! as it is, and the report names it. A hidden field that is no secret costs its reader a call of `expose`; a secret
//! that is not hidden ends up in a log.

mod names;
mod phrases;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tokenward_core::secret_names::sounds_secret;

use self::{names::Named, phrases::Said};
use crate::{
    radar::words,
    schema::{self, components, members},
};

/// Why an argument that is declared as a password is named.
pub(crate) const PLAIN_ARGUMENT: &str = "it is declared as a password, and is a plain argument";

/// What was found in a document.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    /// `Type.property` of each field to hide.
    pub(crate) secrets: BTreeSet<String>,
    /// What may be a secret, and why, by place.
    pub(crate) doubts: BTreeMap<String, String>,
    /// `METHOD /path` of each operation that makes or replaces a credential.
    pub(crate) making: BTreeSet<String>,
}

/// Looks for secrets in a document whose records have names.
///
/// `named` are the fields that are hidden because of their names.
pub(crate) fn of(document: &Value, named: &BTreeSet<String>) -> Evidence {
    let mut search = Search { document, named, evidence: Evidence::default() };
    search.passwords();
    search.descriptions();
    search.wrappers();
    search.creations();
    let Evidence { secrets, mut doubts, making } = search.evidence;
    doubts.retain(|place, _| {
        let field = place.strip_prefix("field ").unwrap_or_default();
        !secrets.contains(field) && !named.contains(field)
    });
    Evidence { secrets, doubts, making }
}

fn description(of: &Value) -> &str {
    of.get("description").and_then(Value::as_str).unwrap_or_default()
}

const VERBS_THAT_MAKE: [&str; 19] = [
    "create",
    "add",
    "new",
    "generate",
    "issue",
    "mint",
    "make",
    "register",
    "provision",
    "insert",
    "exchange",
    "clone",
    "rotate",
    "reset",
    "regenerate",
    "roll",
    "renew",
    "recreate",
    "reissue",
];

const VERBS_THAT_REPLACE: [&str; 9] =
    ["rotate", "rotation", "reset", "regenerate", "roll", "renew", "recreate", "reissue", "refresh"];

const OTHER_VERBS: [&str; 52] = [
    "search",
    "query",
    "list",
    "get",
    "find",
    "validate",
    "verify",
    "check",
    "introspect",
    "revoke",
    "disable",
    "enable",
    "deactivate",
    "activate",
    "archive",
    "unarchive",
    "delete",
    "remove",
    "destroy",
    "update",
    "edit",
    "patch",
    "test",
    "count",
    "export",
    "lock",
    "unlock",
    "suspend",
    "resume",
    "cancel",
    "approve",
    "deny",
    "reject",
    "read",
    "lookup",
    "inspect",
    "decode",
    "attach",
    "detach",
    "assign",
    "move",
    "transfer",
    "fetch",
    "filter",
    "sync",
    "evaluate",
    "sign",
    "encrypt",
    "decrypt",
    "restore",
    "expire",
    "report",
];

/// Words for what gives access.
const CREDENTIALS: [&str; 9] =
    ["key", "token", "secret", "credential", "password", "passphrase", "pat", "jwt", "apikey"];

/// What stands before `key` or `token` if it gives access to nothing.
const OTHER_KEYS: [&str; 15] = [
    "primary",
    "foreign",
    "partition",
    "sort",
    "public",
    "translation",
    "cache",
    "idempotency",
    "page",
    "cursor",
    "next",
    "continuation",
    "count",
    "max",
    "metadata",
];

fn speaks_of_credentials(words: &[String]) -> bool {
    words.iter().enumerate().any(|(index, word)| {
        let before = index.checked_sub(1).map(|index| words[index].as_str());
        CREDENTIALS.contains(&word.as_str()) && !before.is_some_and(|before| OTHER_KEYS.contains(&before))
    })
}

/// Returns `true` if a record of this name is a credential, and not something about one.
fn is_credential(record: &str) -> bool {
    const FORMS: [&str; 22] = [
        "response",
        "created",
        "create",
        "dto",
        "result",
        "resource",
        "detail",
        "output",
        "info",
        "rep",
        "view",
        "model",
        "object",
        "item",
        "entity",
        "new",
        "plain",
        "plaintext",
        "v",
        "with",
        "input",
        "full",
    ];

    let mut words = words::words(record);
    while words.pop_if(|last| FORMS.contains(&last.as_str())).is_some() {}
    words.last().is_some_and(|last| CREDENTIALS.contains(&last.as_str()))
        && !words.len().checked_sub(2).is_some_and(|index| OTHER_KEYS.contains(&words[index].as_str()))
}

fn has(words: &[String], list: &[&str]) -> bool {
    words.iter().any(|word| list.contains(&word.as_str()))
}

/// Text that is no date, address or id by its declaration.
fn is_free_text(schema: &Value) -> bool {
    const CLOSED: [&str; 13] = [
        "date-time",
        "date",
        "time",
        "duration",
        "uri",
        "url",
        "uri-reference",
        "email",
        "idn-email",
        "hostname",
        "ipv4",
        "ipv6",
        "cidr",
    ];

    let is_closed =
        schema.get("format").and_then(Value::as_str).is_some_and(|format| CLOSED.contains(&format));
    schema.get("type").is_some_and(|kind| kind == "string") && schema.get("enum").is_none() && !is_closed
}

pub(crate) fn is_password(schema: &Value) -> bool {
    let format = schema.get("format").and_then(Value::as_str);
    format.is_some_and(|format| format.eq_ignore_ascii_case("password"))
}

/// Returns `true` if a password is declared anywhere in a schema, outside of its properties.
fn holds_password(schema: &Value) -> bool {
    let inner = ["items", "additionalProperties"].into_iter().filter_map(|key| schema.get(key));
    let branches =
        ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
    is_password(schema) || inner.chain(branches).any(holds_password)
}

/// Why a declared password is named that is not hidden.
pub(crate) const PRINTED: &str = "it is declared as a password, and its type is printed";

/// The components that a schema is, or lists, or maps to.
fn targets(schema: &Value) -> Vec<&str> {
    let mut found: Vec<&str> = schema::reference(schema).into_iter().collect();
    for key in ["allOf", "anyOf", "oneOf"] {
        found.extend(schema.get(key).and_then(Value::as_array).into_iter().flatten().flat_map(targets));
    }
    for key in ["items", "additionalProperties"] {
        found.extend(schema.get(key).into_iter().flat_map(targets));
    }
    found
}

struct Search<'a> {
    document: &'a Value,
    named: &'a BTreeSet<String>,
    evidence: Evidence,
}

impl<'a> Search<'a> {
    fn fields(&self) -> Vec<(&'a String, &'a String, &'a Value)> {
        let document = self.document;
        let fields = |(record, schema): (&'a String, &'a Value)| {
            let properties = schema.get("properties").into_iter().flat_map(members);
            properties.map(move |(property, schema)| (record, property, schema))
        };
        components(document).flat_map(fields).collect()
    }

    fn properties(&self, record: &str) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
        let schema = self.document.pointer("/components/schemas").and_then(|schemas| schemas.get(record));
        schema.and_then(|schema| schema.get("properties")).into_iter().flat_map(members)
    }

    fn is_hidden(&self, field: &str) -> bool {
        self.named.contains(field) || self.evidence.secrets.contains(field)
    }

    fn hide(&mut self, record: &str, property: &str) {
        self.evidence.secrets.insert(format!("{record}.{property}"));
        // A record that is sent as well has a second form for that.
        let input = format!("{record}Input");
        if self.properties(&input).any(|(name, schema)| name == property && is_free_text(schema)) {
            self.evidence.secrets.insert(format!("{input}.{property}"));
        }
    }

    fn doubt(&mut self, place: impl Into<String>, why: &str) {
        self.evidence
            .doubts
            .entry(place.into())
            .or_insert_with(|| format!("may be a secret: look at it ({why})"));
    }

    /// What is declared as a password, wherever it stands.
    fn passwords(&mut self) {
        for (record, property, schema) in self.fields() {
            match schema.get("type").and_then(Value::as_str) {
                Some("string") if is_password(schema) && schema.get("enum").is_none() => {
                    self.hide(record, property)
                }
                Some("array") if schema.get("items").is_some_and(is_password) => {
                    match schema["items"]["type"] == "string" {
                        true => self.hide(record, property),
                        false => self.doubt(format!("field {record}.{property}"), PRINTED),
                    }
                }
                Some("object") if schema.get("additionalProperties").is_some_and(is_password) => {
                    match schema["additionalProperties"]["type"] == "string"
                        && schema.get("properties").is_none()
                    {
                        true => self.hide(record, property),
                        false => self.doubt(format!("field {record}.{property}"), PRINTED),
                    }
                }
                _ if holds_password(schema) => self.doubt(format!("field {record}.{property}"), PRINTED),
                _ => {}
            }
        }
        for (method, path, operation) in schema::operations(self.document) {
            let route = format!("{} {path}", method.to_uppercase());
            let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
            for parameter in parameters {
                let schema = parameter.get("schema").unwrap_or(&Value::Null);
                if is_password(schema) || schema.get("items").is_some_and(is_password) {
                    let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
                    self.doubt(format!("{route}, parameter {name}"), PLAIN_ARGUMENT);
                }
            }
            let answers = operation.get("responses").into_iter().flat_map(members).map(|(_, answer)| answer);
            let bodies = answers.chain(operation.get("requestBody"));
            let schemas = bodies.filter_map(|body| body.get("content")).flat_map(members);
            let is_plain = |media: &Value| {
                let schema = media.get("schema").unwrap_or(&Value::Null);
                is_password(schema)
                    || ["items", "additionalProperties"]
                        .iter()
                        .any(|key| schema.get(*key).is_some_and(is_password))
            };
            if schemas.map(|(_, media)| media).any(is_plain) {
                self.doubt(format!("{route}, body"), PRINTED);
            }
        }
    }

    /// What a description calls a credential, or says can be read once.
    fn descriptions(&mut self) {
        for (record, property, schema) in self.fields() {
            let named = Named::of(property);
            if !is_free_text(schema) || self.is_hidden(&format!("{record}.{property}")) || is_cursor(property)
            {
                continue;
            }
            let said = Said::of(description(schema));
            let is_about_credentials = said.credential || speaks_of_credentials(&words::words(record));
            let place = || format!("field {record}.{property}");
            match named {
                Named::Never if said.once && is_link(property) => {
                    self.doubt(place(), "its description says that it is shown once")
                }
                Named::Never => {}
                Named::Describing if said.once && !said.part => {
                    self.doubt(place(), "its description says that it is shown once")
                }
                Named::Describing => {}
                Named::Carrier if (said.once || said.itself) && is_about_credentials => {
                    self.hide(record, property)
                }
                _ if said.part && (said.once || said.itself) => {
                    self.doubt(place(), "its description speaks of a credential")
                }
                _ if said.once && is_about_credentials => self.hide(record, property),
                _ if said.itself && !said.part => self.hide(record, property),
                _ if said.once => self.doubt(place(), "its description says that it is shown once"),
                _ => {}
            }
        }
    }

    /// What holds a value in full, within a record or next to one that sounds like a secret.
    fn wrappers(&mut self) {
        let read: BTreeSet<&str> = schema::operations(self.document)
            .filter_map(|(.., operation)| operation.get("responses"))
            .flat_map(|answers| self.answered(answers))
            .collect();
        for (record, property, schema) in self.fields() {
            if !sounds_secret(property) || is_cursor(property) {
                continue;
            }
            let inner = targets(schema);
            for inner in &inner {
                for name in self.carriers(inner) {
                    self.hide(inner, name);
                }
            }
            // A key next to a value is half of a pair.
            let is_pair = ["key", "keys"].contains(&property.to_lowercase().as_str());
            if inner.is_empty() || is_pair || schema.get("type").is_some_and(|kind| kind == "array") {
                continue;
            }
            for name in self.carriers(record) {
                match read.contains(record.as_str()) {
                    true => self.hide(record, name),
                    false => self.doubt(
                        format!("field {record}.{name}"),
                        "it stands next to what sounds like a secret",
                    ),
                }
            }
        }
        for (record, _) in components(self.document) {
            // A key may be that of a pair, and is one half of it then.
            let is_pair = self.properties(record).any(|(name, _)| name == "key");
            if !is_credential(record) || is_pair {
                continue;
            }
            for name in self.carriers(record) {
                match has(
                    &words::words(record),
                    &["token", "secret", "credential", "password", "api", "access"],
                ) {
                    true => self.hide(record, name),
                    false => self.doubt(format!("field {record}.{name}"), "its record is named after a key"),
                }
            }
        }
    }

    /// The text fields of a record that hold a value in full, and are not said to be a part of it.
    fn carriers(&self, record: &str) -> Vec<&'a String> {
        self.properties(record)
            .filter(|(name, schema)| {
                Named::of(name) == Named::Carrier
                    && !is_cursor(name)
                    && is_free_text(schema)
                    && !Said::of(description(schema)).part
            })
            .map(|(name, _)| name)
            .collect()
    }

    /// What creations of credentials answer with.
    fn creations(&mut self) {
        let mut elsewhere = None;
        for (method, path, operation) in schema::operations(self.document) {
            let answers = operation.get("responses").into_iter().flat_map(members).map(|(_, answer)| answer);
            let answers: Vec<&Value> = answers.collect();
            let mut records =
                operation.get("responses").map(|answers| self.answered(answers)).unwrap_or_default();
            // What only this answer holds belongs to it, however deep it stands.
            let inner = operation.get("responses").map(|answers| self.reached(answers, true));
            let elsewhere = elsewhere.get_or_insert_with(|| self.read_by_get());
            for record in inner.unwrap_or_default() {
                if !records.contains(&record) && !elsewhere.contains(record) {
                    records.push(record);
                }
            }
            let direct: Vec<&str> = answers
                .iter()
                .filter_map(|answer| answer.get("content"))
                .flat_map(members)
                .filter_map(|(_, media)| media.get("schema"))
                .flat_map(targets)
                .collect();
            let Some(making) = Making::of(method, path, operation, &direct) else { continue };
            let route = format!("{} {path}", method.to_uppercase());
            self.evidence.making.insert(route.clone());
            if answers.iter().any(|answer| is_text_answer(answer)) {
                self.doubt(
                    format!("{route}, answer"),
                    "the operation makes a credential and answers with text",
                );
            }
            let said = answers.iter().map(|answer| Said::of(description(answer)));
            let said = said.fold(self.said_of(operation), Said::or);
            self.creation(&route, path, &records, said.once, making);
        }
    }

    /// The records that some look-up answers with.
    fn read_by_get(&self) -> BTreeSet<&'a str> {
        schema::operations(self.document)
            .filter(|(method, ..)| *method == "get")
            .filter_map(|(.., operation)| operation.get("responses"))
            .flat_map(|answers| self.reached(answers, true))
            .collect()
    }

    fn said_of(&self, operation: &Value) -> Said {
        let text = |key: &str| operation.get(key).and_then(Value::as_str).unwrap_or_default();
        Said::of(text("summary")).or(Said::of(text("description")))
    }

    fn creation(
        &mut self,
        route: &str,
        path: &str,
        records: &[&'a str],
        is_shown_once: bool,
        making: Making,
    ) {
        let listed = self.listed(path);
        let (mut lonely, mut doubtful) = (Vec::new(), Vec::new());
        let mut has_secret = false;
        for record in records {
            // The names that JSON web tokens come in pairs under.
            let pair: Vec<&String> = self
                .properties(record)
                .filter(|(name, schema)| {
                    ["access", "refresh"].contains(&name.as_str()) && is_free_text(schema)
                })
                .map(|(name, _)| name)
                .collect();
            if pair.len() == 2 {
                pair.into_iter().for_each(|name| self.hide(record, name));
            }
            for (property, schema) in self.properties(record) {
                let field = format!("{record}.{property}");
                let kinds = ["type", "$ref", "allOf", "oneOf", "anyOf", "enum"];
                let is_anything = !kinds.iter().any(|key| schema.get(key).is_some());
                if is_anything && Named::of(property) == Named::Carrier {
                    doubtful.push(field);
                    continue;
                }
                if self.is_hidden(&field) {
                    has_secret |= !property.to_lowercase().contains("public");
                    continue;
                }
                let named = Named::of(property);
                if !is_free_text(schema)
                    || is_cursor(property)
                    || matches!(named, Named::Never | Named::Describing)
                {
                    continue;
                }
                let is_listed = listed.as_ref().map(|listed| listed.contains(property.as_str()));
                let said = Said::of(description(schema));
                match (named, is_listed) {
                    _ if said.part => {}
                    (Named::Carrier, Some(true)) => doubtful.push(field),
                    (Named::Carrier, _) => {
                        self.hide(record, property);
                        has_secret = true;
                    }
                    (_, Some(false)) => lonely.push((*record, property)),
                    (_, None) if is_shown_once || said.credential || making.is_certain => {
                        lonely.push((*record, property));
                    }
                    _ => {}
                }
            }
        }
        if !has_secret && let [(record, property)] = lonely[..] {
            self.hide(record, property);
            has_secret = true;
        } else if !has_secret {
            doubtful.extend(lonely.iter().map(|(record, property)| format!("{record}.{property}")));
        }
        for field in &doubtful {
            self.doubt(format!("field {field}"), "the answer to the creation of a credential has it");
        }
        if !has_secret && doubtful.is_empty() && !records.is_empty() && (making.is_certain || is_shown_once) {
            self.evidence.doubts.entry(route.to_owned()).or_insert_with(|| {
                "may answer with a secret: it makes a credential, and no field of its answer is known as one".to_owned()
            });
        }
    }

    /// The names of the fields that the list of these records, or the look-up of one, has; nothing if there is neither.
    fn listed(&self, path: &str) -> Option<BTreeSet<&'a str>> {
        let mut routes = vec![path.to_owned()];
        routes.extend(
            path.rsplit_once('/').map(|(outer, _)| outer.to_owned()).filter(|outer| outer.contains('/')),
        );
        let is_one_of = |other: &str| {
            let below = |route: &String| {
                let rest = other.strip_prefix(route.as_str()).and_then(|rest| rest.strip_prefix('/'));
                rest.is_some_and(|rest| rest.starts_with('{') && !rest.contains('/'))
            };
            routes.iter().any(|route| other == route || below(route))
        };
        let answers = schema::operations(self.document)
            .filter(|(method, other, _)| *method == "get" && is_one_of(other))
            .filter_map(|(.., operation)| operation.get("responses"));
        let records: BTreeSet<&str> = answers.flat_map(|answers| self.answered(answers)).collect();
        let names =
            || records.iter().flat_map(|record| self.properties(record)).map(|(name, _)| name.as_str());
        (!records.is_empty()).then(|| names().collect())
    }

    /// The records of an answer: what it is or lists, within wrappers.
    fn answered(&self, answers: &'a Value) -> Vec<&'a str> {
        self.reached(answers, false)
    }

    /// The same, and the records within a record that has an id if `all` is set.
    fn reached(&self, answers: &'a Value, all: bool) -> Vec<&'a str> {
        const DEEPEST: usize = 5;
        /// What holds the fields of a record that has its id elsewhere.
        const PARTS: [&str; 2] = ["attributes", "data"];

        let schemas = members(answers).filter_map(|(_, answer)| answer.get("content")).flat_map(members);
        let mut open: Vec<(&str, usize)> = schemas
            .filter_map(|(_, media)| media.get("schema"))
            .flat_map(targets)
            .map(|name| (name, DEEPEST))
            .collect();
        let mut found = Vec::new();
        while let Some((record, depth)) = open.pop() {
            if depth == 0 || found.contains(&record) {
                continue;
            }
            found.push(record);
            let has_id =
                self.properties(record).any(|(name, _)| ["id", "_id", "uuid"].contains(&name.as_str()));
            for (name, schema) in self.properties(record) {
                if all || !has_id || PARTS.contains(&name.as_str()) || sounds_secret(name) {
                    open.extend(targets(schema).into_iter().map(|name| (name, depth - 1)));
                }
            }
            // A component may be a list or a choice of records.
            if let Some(schema) = self.document.pointer("/components/schemas").and_then(|all| all.get(record))
            {
                open.extend(targets(schema).into_iter().map(|name| (name, depth - 1)));
            }
        }
        found
    }
}

/// Returns `true` if a property says where a list goes on.
pub(crate) fn is_cursor(property: &str) -> bool {
    const WORDS: [&str; 6] = ["continu", "cursor", "next", "offset", "page", "resume"];

    let name = property.to_lowercase();
    WORDS.iter().any(|word| name.contains(word))
}

fn is_link(property: &str) -> bool {
    has(&words::words(property), &["url", "uri", "href", "link"])
}

fn is_text_answer(answer: &Value) -> bool {
    let media = answer.get("content").into_iter().flat_map(members);
    media.filter_map(|(_, media)| media.get("schema")).any(|schema| {
        is_free_text(schema)
            || schema.get("additionalProperties").is_some_and(is_free_text)
            || schema.get("items").is_some_and(is_free_text)
    })
}

/// What an operation that makes or replaces a credential is known by.
#[derive(Clone, Copy, Debug)]
struct Making {
    /// Its path or its id ends in a word for a key or a token, which the vendor makes; a password is its user's.
    is_certain: bool,
}

impl Making {
    /// Nothing, if an operation makes no credential.
    fn of(method: &str, path: &str, operation: &Value, records: &[&str]) -> Option<Self> {
        let text = |key: &str| operation.get(key).and_then(Value::as_str).unwrap_or_default();
        let id = words::words(text("operationId"));
        let summary = words::words(text("summary").split('.').next().unwrap_or_default());
        // `/keys/{id}:rotate` has three parts, too.
        let path = path.replace("}:", "}/").replace(':', "/");
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let runs: Vec<Vec<String>> = segments
            .split(|segment| segment.contains('{'))
            .map(|run| run.iter().flat_map(|segment| words::words(segment)).collect())
            .collect();
        let last = runs.last().cloned().unwrap_or_default();
        // The noun of `/keys/{id}/rotate` is before the id, and that of `/keys/{id}/members` is not.
        let is_noun = |run: &&Vec<String>| !run.iter().all(|word| is_verb(word));
        let noun = runs.iter().rev().find(is_noun);
        let noun = noun.filter(|noun| **noun == last || last.iter().all(|word| is_verb(word)));
        let makes = |words: &[String]| has(words, &VERBS_THAT_MAKE) || has(words, &VERBS_THAT_REPLACE);
        let replaces = |words: &[String]| has(words, &VERBS_THAT_REPLACE);
        let is_about = noun.is_some_and(|noun| speaks_of_credentials(noun))
            || speaks_of_credentials(&id)
            || records.iter().any(|record| is_credential(record))
            || (makes(&summary) && speaks_of_credentials(&summary));
        let is_making = match method {
            "post" if makes(&last) => true,
            "post" if has(&last, &OTHER_VERBS) => false,
            "post" if makes(&id) => true,
            "post" if has(&id, &OTHER_VERBS) => false,
            // Without a verb, what is posted to a collection is created, and what is posted to one of it is changed.
            "post" => !last.is_empty(),
            // What is put to a key may be a new one; what it answers with is compared with what the key is read as.
            "put" if !has(&id, &OTHER_VERBS) && noun.is_some_and(|noun| speaks_of_credentials(noun)) => true,
            "put" | "patch" => replaces(&last) || replaces(&id),
            _ => false,
        };
        let ends_in_one = |words: &[String]| {
            let noun = words.iter().rev().find(|word| !is_verb(word));
            noun.is_some_and(|noun| CREDENTIALS.contains(&noun.as_str()) && !noun.starts_with("pass"))
        };
        let is_certain = (noun.is_some_and(|noun| ends_in_one(noun)) || ends_in_one(&id))
            && (method == "post" || replaces(&last) || replaces(&id));
        (is_about && is_making).then_some(Self { is_certain })
    }
}

fn is_verb(word: &str) -> bool {
    [&VERBS_THAT_MAKE[..], &VERBS_THAT_REPLACE, &OTHER_VERBS].iter().any(|verbs| verbs.contains(&word))
}
