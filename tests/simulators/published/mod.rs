//! Compares every answer of a simulator with the vendor's published document: status, media type, headers, body.

mod allowed;
mod calls;
mod schema;
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use libtest_mimic::{Failed, Trial};
use serde_json::Value;
use tokenward_http::Endpoint;
use tokenward_testkit::{Method, Request, Response};

use self::schema::Validator;

/// A published document, and the calls whose answers it describes.
pub(crate) struct Document {
    /// The path in the folder that `TOKENWARD_UPSTREAM` names.
    pub(crate) file: &'static str,
    /// The prefix of the simulator's paths, which the document's server address has instead.
    prefix: &'static str,
    calls: fn(&str) -> Vec<Exchange>,
    /// The operations of the generated client. Each one in the document must be answered with success.
    operations: &'static [Endpoint],
}

/// A request and its answer.
pub(crate) type Exchange = (Request, Response);

/// The documents that are compared. There is none of Atlassian's API Access, which is known by observation only.
const DOCUMENTS: [Document; 7] = [
    Document {
        file: "atlassian/user-management.2026-02.json",
        prefix: "",
        calls: |_| calls::atlassian(),
        operations: tokenward_atlassian::raw::ENDPOINTS,
    },
    Document {
        file: "launchdarkly/openapi.2026-03.json",
        prefix: "",
        calls: |_| calls::launchdarkly(),
        operations: tokenward_launchdarkly::raw::ENDPOINTS,
    },
    Document {
        file: "mist/openapi.2511.1.5.yaml",
        prefix: "",
        calls: |_| calls::mist(),
        operations: tokenward_mist::raw::ENDPOINTS,
    },
    Document {
        file: "sailpoint/oauth.2026-03.yaml",
        prefix: "",
        calls: |_| calls::sailpoint_bearers(),
        operations: tokenward_sailpoint::raw::ENDPOINTS,
    },
    Document {
        file: "sailpoint/openapi.root.2026-08.yaml",
        prefix: "",
        calls: calls::sailpoint,
        operations: tokenward_sailpoint::raw::ENDPOINTS,
    },
    Document {
        file: "sailpoint/openapi.v2025.2026-08.yaml",
        prefix: "/v2025",
        calls: calls::sailpoint,
        operations: tokenward_sailpoint::raw::ENDPOINTS,
    },
    Document {
        file: "sailpoint/openapi.v2024.2026-08.yaml",
        prefix: "/v2024",
        calls: calls::sailpoint,
        operations: tokenward_sailpoint::raw::ENDPOINTS,
    },
];

pub(crate) fn trials() -> Vec<Trial> {
    let folder = std::env::var_os("TOKENWARD_UPSTREAM").map(PathBuf::from);
    let against = DOCUMENTS.iter().map(|document| match folder.clone() {
        Some(folder) => Trial::test(format!("{}: every answer is as published", document.file), move || {
            document.check(&folder)
        }),
        None => {
            let name = format!(
                "{}: every answer is as published (TOKENWARD_UPSTREAM names no folder)",
                document.file
            );
            Trial::test(name, || Err("the document is not here".into())).with_ignored_flag(true)
        }
    });
    against.chain(tests::trials()).collect()
}

impl Document {
    fn check(&self, folder: &Path) -> Result<(), Failed> {
        let published = xtask_read::read(&folder.join(self.file))?;
        let exchanges = (self.calls)(self.prefix);
        let mut answered = BTreeSet::new();
        let mut violations = BTreeSet::new();
        for (request, response) in &exchanges {
            let path = request.path.strip_prefix(self.prefix).unwrap();
            let Some(template) = template(&published, path) else {
                return Err(format!("{path} is not a path of {}", self.file).into());
            };
            let name = format!("{} {template}", request.method);
            if (200..300).contains(&response.status) {
                answered.insert(name.clone());
            }
            violations.extend(
                check(&published, template, &request.method, response)
                    .into_iter()
                    .map(|what| format!("{name} {} {what}", response.status)),
            );
        }
        let missing: Vec<_> = self.published_operations(&published).difference(&answered).cloned().collect();
        let allowed: BTreeMap<_, _> = allowed::of(self.file).collect();
        let faults: Vec<_> = violations.iter().filter(|what| !allowed.contains_key(what.as_str())).collect();
        let unneeded: Vec<_> = allowed.keys().filter(|what| !violations.contains(**what)).collect();
        eprintln!("{}: {} answers, {} allowed violations", self.file, exchanges.len(), allowed.len());
        if missing.is_empty() && faults.is_empty() && unneeded.is_empty() {
            return Ok(());
        }
        Err(format!(
            "without a success: {missing:#?}\nnot as published: {faults:#?}\nallowed without need: {unneeded:#?}"
        )
        .into())
    }

    /// Returns the client's operations that the document has, as the document's method and path.
    fn published_operations(&self, published: &Value) -> BTreeSet<String> {
        let operations = self.operations.iter().filter_map(|operation| {
            let path = if self.prefix.is_empty() {
                operation.path.to_owned()
            } else {
                operation.path.replace("/v1", "")
            };
            let known = published["paths"].get(&path)?.get(operation.method.to_ascii_lowercase())?;
            known.is_object().then(|| format!("{} {path}", operation.method))
        });
        operations.collect()
    }
}

/// Returns the document's path template that a request's path matches.
fn template<'a>(published: &'a Value, path: &str) -> Option<&'a str> {
    let fits = |template: &&String| {
        let (mut wanted, mut words) = (template.split('/'), path.split('/'));
        let fit = wanted
            .by_ref()
            .all(|wanted| words.next().is_some_and(|word| wanted.starts_with('{') || wanted == word));
        fit && words.next().is_none()
    };
    let paths = published["paths"].as_object()?.keys();
    // A literal segment wins over a parameter.
    paths.filter(fits).min_by_key(|template| template.matches('{').count()).map(String::as_str)
}

/// Returns the violations of the document's declarations for an operation.
pub(crate) fn check(published: &Value, path: &str, method: &Method, response: &Response) -> BTreeSet<String> {
    let mut validator = Validator::new(published);
    let responses = &published["paths"][path][method.as_str().to_ascii_lowercase()]["responses"];
    let declared = responses.get(response.status.to_string()).or_else(|| responses.get("default"));
    let Some(declared) = declared.map(|declared| validator.resolve(declared)) else {
        return BTreeSet::from(["undeclared status".to_owned()]);
    };
    for (name, header) in declared["headers"].as_object().into_iter().flatten() {
        let header = validator.resolve(header);
        match response.header(name) {
            // The schema may require a number.
            Some(text) => {
                let value = serde_json::from_str(text).unwrap_or_else(|_| text.into());
                validator.check(&header["schema"], &value, &format!("header {name}"));
            }
            None if header["required"] == true => {
                validator.violations.insert(format!("header {name}: required"));
            }
            None => {}
        }
    }
    let announced = response.header("content-type").map(|value| value.split(';').next().unwrap_or_default());
    let content = declared["content"].as_object().filter(|content| !content.is_empty());
    match (content, announced) {
        (None, None) if response.body.is_empty() => {}
        (None, _) => drop(validator.violations.insert("a body: none is declared".to_owned())),
        (Some(content), announced) => match announced.and_then(|announced| content.get(announced)) {
            Some(media) => match serde_json::from_slice(&response.body) {
                Ok(body) => validator.check(&media["schema"], &body, ""),
                Err(_) => drop(validator.violations.insert("the body: not JSON".to_owned())),
            },
            None => drop(validator.violations.insert("the media type: not declared".to_owned())),
        },
    }
    validator.violations
}
