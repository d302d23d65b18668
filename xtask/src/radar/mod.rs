//! `cargo xtask spec radar`: operations outside the kept set that have to do with tokens.
//!
//! [`sightings`] names those of a whole document with the reasons, which are
//! words in names and secrets in answers. [`unknown`] leaves those that nobody
//! has decided about: they are not kept, and `vendor.toml` does not list them
//! under `known`.
//!
//! A secret counts where the vendor issues it, which is where no request of the
//! same resource has it: the rest are other people's, and only kept there.

mod command;
mod records;
pub(crate) mod words;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde_json::Value;

pub use self::command::run;
use self::records::{Record, Records, Secret};
use crate::{
    document,
    schema::{self, members},
    vendor::Config,
};

/// An operation that has to do with tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// `METHOD /path`.
    pub operation: String,
    /// The document's own name for it.
    pub operation_id: Option<String>,
    /// What says so, the strongest first.
    pub reasons: Vec<Reason>,
}

/// One thing that speaks for tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What it says; saying it in two places is saying it once.
    phrase: String,
    weight: u8,
    text: String,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// All operations of a document that have to do with tokens, by path and method.
pub fn sightings(document: &Value) -> Vec<Sighting> {
    let records = Records::of(document);
    let looks: Vec<Look<'_>> = schema::operations(document)
        .map(|(method, path, operation)| Look::at(document, &records, method, path, operation))
        .collect();
    let sent = sent(&looks);
    let issuing = issuing(&looks, &sent);
    let mut sightings: Vec<Sighting> =
        looks.iter().filter_map(|look| look.sighting(&sent, issuing.get(look.resource.as_str()))).collect();
    sightings.sort_by_key(|sighting| {
        sighting.operation.split_once(' ').map(|(method, path)| (path.to_owned(), method.to_owned()))
    });
    sightings
}

/// Those that are not kept, and that `vendor.toml` does not list as known.
pub fn unknown<'a>(config: &Config, sightings: &'a [Sighting]) -> Vec<&'a Sighting> {
    sightings
        .iter()
        .filter(|sighting| !is_kept(config, &sighting.operation))
        .filter(|sighting| !config.known.iter().any(|known| known.covers(&sighting.operation)))
        .collect()
}

/// A parameter of the path is what it is, whatever it is called.
fn is_kept(config: &Config, operation: &str) -> bool {
    let operation = without_parameter_names(operation);
    config.operations().any(|(kept, _)| without_parameter_names(kept) == operation)
}

fn without_parameter_names(path: &str) -> String {
    let segments = path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

/// What is read off one operation alone.
struct Look<'a> {
    method: &'a str,
    path: &'a str,
    operation: &'a Value,
    /// The path of the collection that it belongs to, without the names of parameters.
    resource: String,
    sent: Record,
    answered: Record,
    /// The name of the component that the answer is, if it is one.
    answer: Option<String>,
}

/// The secrets that the requests of each resource have, by their words.
type Sent = BTreeMap<String, BTreeSet<String>>;

fn sent(looks: &[Look<'_>]) -> Sent {
    let mut sent = Sent::new();
    for look in looks {
        let secrets = look.sent.secrets.iter().filter(|secret| !secret.read_only);
        sent.entry(look.resource.clone()).or_default().extend(secrets.map(|secret| secret.words.clone()));
    }
    sent
}

/// The first operation of each resource that issues a secret, and that secret's place.
fn issuing<'a>(looks: &'a [Look<'a>], sent: &Sent) -> BTreeMap<&'a str, (String, &'a str)> {
    let mut issuing = BTreeMap::new();
    for look in looks {
        if let Some(secret) = look.issued(sent).next() {
            issuing.entry(look.resource.as_str()).or_insert_with(|| (look.name(), secret.place.as_str()));
        }
    }
    issuing
}

impl<'a> Look<'a> {
    fn at(
        document: &'a Value,
        records: &Records<'a>,
        method: &'a str,
        path: &'a str,
        operation: &'a Value,
    ) -> Self {
        let whole = without_parameter_names(path);
        let bodies = operation.get("requestBody").into_iter().flat_map(|body| schemas(document, body));
        let mut look = Self {
            method,
            path,
            operation,
            resource: whole.trim_end_matches("/{}").to_owned(),
            sent: Record::default(),
            answered: Record::default(),
            answer: None,
        };
        bodies.for_each(|schema| look.sent.add(records.record(schema)));
        for schema in successes(operation).flat_map(|answer| schemas(document, answer)) {
            look.answered.add(records.record(schema));
            look.answer = look.answer.or_else(|| schema::reference(schema).map(str::to_owned));
        }
        look
    }

    fn name(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    fn text(&self, key: &str) -> Option<&'a str> {
        self.operation.get(key).and_then(Value::as_str)
    }

    /// The secrets that are answered, and that nobody sends to this resource or one that it is within.
    fn issued(&self, sent: &Sent) -> impl Iterator<Item = &Secret> {
        let within = self.resource.match_indices('/').map(|(end, _)| &self.resource[..end]);
        let known: BTreeSet<&str> = within
            .chain([self.resource.as_str()])
            .filter_map(|resource| sent.get(resource))
            .flat_map(|words| words.iter().map(String::as_str))
            .collect();
        self.answered
            .secrets
            .iter()
            .filter(move |secret| !secret.write_only && !known.contains(secret.words.as_str()))
    }

    fn sighting(&self, sent: &Sent, issuing: Option<&(String, &str)>) -> Option<Sighting> {
        let mut reasons = Vec::new();
        self.reasons_of_names(&mut reasons);
        let of = self.answer.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
        let mut issues = false;
        for secret in self.issued(sent) {
            issues = true;
            let text = format!("answer property {}{of}", secret.place);
            reasons.push(Reason { phrase: secret.place.clone(), weight: words::ENOUGH, text });
        }
        // What takes back a secret has none in its answer.
        if let Some((operation, place)) = issuing.filter(|_| !issues) {
            let text = format!("beside {operation}, which answers {place}");
            reasons.push(Reason { phrase: "beside".to_owned(), weight: words::ENOUGH, text });
        }
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.weight));
        let mut said = BTreeSet::new();
        reasons.retain(|reason| said.insert(reason.phrase.clone()));
        let weight: u32 = reasons.iter().map(|reason| u32::from(reason.weight)).sum();
        reasons.dedup_by(|one, other| one.text == other.text);
        (weight >= u32::from(words::ENOUGH)).then(|| Sighting {
            operation: self.name(),
            operation_id: self.text("operationId").map(str::to_owned),
            reasons,
        })
    }

    /// What the path, the names, the tags and the summary say.
    fn reasons_of_names(&self, reasons: &mut Vec<Reason>) {
        let mut add = |where_: &str, text: &str, most: &dyn Fn(&str, u8) -> u8| {
            for (phrase, weight) in words::phrases(&words::words(text)) {
                let text = format!("{where_} {text}");
                reasons.push(Reason { weight: most(&phrase, weight), phrase, text });
            }
        };
        let fixed = self.path.split('/').filter(|segment| !segment.starts_with('{'));
        let fixed: Vec<&str> = fixed.filter(|segment| !segment.is_empty()).collect();
        for segment in &fixed {
            add("path segment", segment, &|_, weight| weight);
        }
        // `oauth/clients` says what neither segment says.
        for pair in fixed.windows(2) {
            add("path segments", &pair.join("/"), &|_, weight| weight);
        }
        if let Some(name) = self.text("operationId") {
            add("operationId", name, &|_, weight| weight);
        }
        // A single word may stand for something else in these.
        let several = |phrase: &str, weight: u8| if phrase.contains(' ') { weight } else { 1 };
        for tag in self.operation.get("tags").and_then(Value::as_array).into_iter().flatten() {
            tag.as_str().into_iter().for_each(|tag| add("tag", tag, &several));
        }
        for name in self.answered.names() {
            add("answer", name, &several);
        }
        for name in self.sent.names() {
            add("request", name, &several);
        }
        if let Some(summary) = self.text("summary") {
            add("summary", summary, &|_, _| 1);
        }
        // A key by itself may be a name as well, so that something else has to say what it is.
        if let Some(keys) = fixed.iter().find(|segment| words::words(segment) == ["key"]) {
            let text = format!("path segment {keys}");
            reasons.push(Reason { phrase: "key".to_owned(), weight: 1, text });
        }
        let ends_with_caller = fixed.last().is_some_and(|last| ["me", "self"].contains(last));
        if self.method == "get" && ends_with_caller && self.path.ends_with(|last: char| last != '}') {
            let text = format!("path segment {}", fixed.last().copied().unwrap_or_default());
            reasons.push(Reason { phrase: "caller".to_owned(), weight: words::ENOUGH, text });
        }
    }
}

/// The answers of success; the default one where there is none.
fn successes(operation: &Value) -> impl Iterator<Item = &Value> {
    let answers = || operation.get("responses").into_iter().flat_map(members);
    let has_success = answers().any(|(status, _)| status.starts_with('2'));
    answers()
        .filter(move |(status, _)| status.starts_with('2') || (!has_success && *status == "default"))
        .map(|(_, answer)| answer)
}

/// The schemas of a body or an answer, which may stand elsewhere.
fn schemas<'a>(document: &'a Value, body: &'a Value) -> impl Iterator<Item = &'a Value> {
    let there = body.get("$ref").and_then(Value::as_str).and_then(|name| document::target(document, name));
    let content = there.unwrap_or(body).get("content").into_iter().flat_map(members);
    content.filter_map(|(_, media)| media.get("schema"))
}

#[cfg(test)]
mod tests;
