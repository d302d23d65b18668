//! The pipeline from a vendor's document to a client, on documents, corrections and configurations of any kind.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use tempfile::TempDir;
use xtask::{
    document::{check, load, read},
    normalise::PASSES,
    overlay::Overlay,
    pipeline::{Without, generate},
    problem::Problem,
    vendor::{Config, Vendor},
    verify::Published,
};

/// A vendor's folder in `specs/`, in a workspace of its own.
struct Workspace(TempDir);

const NAME: &str = "fuzzed";

impl Workspace {
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().ok()?;
        std::fs::create_dir_all(folder.path().join("specs").join(NAME)).ok()?;
        Some(Self(folder))
    }

    fn specs(&self) -> PathBuf {
        self.0.path().join("specs")
    }

    /// The input as a file of the vendor's.
    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> Option<PathBuf> {
        let path = self.specs().join(NAME).join(name);
        std::fs::write(&path, content).ok()?;
        Some(path)
    }

    /// The result, where it is one; else the problem has to be of one line, in this file.
    fn expect<T>(&self, result: Result<T, Problem>) -> Option<T> {
        result
            .map_err(|problem| {
                let text = problem.to_string();
                assert_eq!(text.lines().count(), 1, "a problem is one line: {text:?}");
                assert!(text.starts_with(&self.specs().display().to_string()), "in which file? {text}");
            })
            .ok()
    }
}

/// The result, where it is one; else the problem, which is of one line.
fn one_line<T>(result: Result<T, Problem>) -> Option<T> {
    result
        .map_err(|problem| {
            let text = problem.to_string();
            assert_eq!(text.lines().count(), 1, "a problem is one line: {text:?}");
        })
        .ok()
}

/// Reads the input as a document, in YAML and in JSON.
pub fn document(data: &[u8]) {
    let Some(workspace) = Workspace::new() else { return };
    for name in ["openapi.yaml", "openapi.json"] {
        let Some(path) = workspace.file(name, data) else { continue };
        let Some(document) = workspace.expect(load(&path)) else { continue };
        let text = document.to_string();
        let again = workspace.file("again.json", &text).and_then(|path| workspace.expect(load(&path)));
        assert_eq!(again.as_ref(), Some(&document), "a document reads itself: {text}");
    }
}

/// Reads the input as an overlay, with what it is to be applied to as `document` beside the actions.
pub fn overlay(data: &[u8]) {
    let Some(workspace) = Workspace::new() else { return };
    let Some(path) = workspace.file("overlay.yaml", data) else { return };
    let Some(mut value) = workspace.expect(read(&path)) else { return };
    let mut document = value.as_object_mut().and_then(|value| value.remove("document")).unwrap_or_default();
    let Some(overlay) = one_line(Overlay::parse(value)) else { return };
    let _ = one_line(overlay.apply(&mut document));
    let _ = one_line(check(&document));
}

/// Reads the input as a vendor's configuration.
pub fn vendor(data: &[u8]) {
    let Some(workspace) = Workspace::new() else { return };
    if workspace.file("vendor.toml", data).is_none() {
        return;
    }
    if let Some(vendor) = workspace.expect(Vendor::load(&workspace.specs(), NAME)) {
        let folder = Path::new("crates").join(&vendor.config.crate_name);
        assert_eq!(folder.components().count(), 2, "a crate's name leads elsewhere: {folder:?}");
        assert!(!vendor.config.upstream.is_empty());
    }
    assert!(Vendor::all(&workspace.specs()).is_ok_and(|all| all.len() == 1) || workspace.is_refused());
}

impl Workspace {
    fn is_refused(&self) -> bool {
        Vendor::load(&self.specs(), NAME).is_err()
    }
}

/// Brings the input, a document, to the normal form.
pub fn normalise(data: &[u8]) {
    let Some(workspace) = Workspace::new() else { return };
    let Some((document, config)) = configured(&workspace, data) else { return };
    let normal = |mut document: Value| {
        xtask::normalise::normalise(&mut document, &config, &[]).map(|counts| (document, counts))
    };
    let result = normal(document.clone());
    assert_eq!(result, normal(document), "twice the same");
    if let Some((_, counts)) = one_line(result) {
        assert_eq!(counts.len(), PASSES.len());
    }
}

/// Makes a client of the input, a document.
pub fn pipeline(data: &[u8]) {
    let Some(workspace) = Workspace::new() else { return };
    let Some((_, config)) = configured(&workspace, data) else { return };
    let operations = config.operations().count();
    let none = "overlay: 1.0.0\ninfo: {title: none, version: '1'}\nactions: []\n";
    if workspace.file("overlay.yaml", none).is_none() {
        return;
    }
    let vendor = Vendor { name: NAME.to_owned(), folder: workspace.specs().join(NAME), config };
    let Some(client) = workspace.expect(generate(&vendor, &Without::default())) else { return };
    assert_eq!(client.operations, operations, "every operation has its method");
    let again = generate(&vendor, &Without::default());
    assert!(again.is_ok_and(|again| again.source == client.source), "twice the same");
}

/// Compares the input, a document, with a document that is published.
pub fn verify(data: &[u8]) {
    let Some(workspace) = Workspace::new() else { return };
    let Some((document, config)) = configured(&workspace, data) else { return };
    let vendor = Vendor { name: NAME.to_owned(), folder: workspace.specs().join(NAME), config };
    let theirs = document.get("x-published").unwrap_or(&document).to_string();
    let Some(published) = workspace.file("published.json", theirs) else { return };
    let Some(verdicts) = workspace.expect(xtask::verify::verify(&vendor, &Published::File(published))) else {
        return;
    };
    assert_eq!(verdicts.len(), 1);
}

/// The input as a vendor's document, with a configuration that names its operations.
fn configured(workspace: &Workspace, data: &[u8]) -> Option<(Value, Config)> {
    let document = workspace.expect(load(&workspace.file("openapi.yaml", data)?))?;
    let config = config(&document)?;
    Some((document, config))
}

/// A configuration that keeps every operation, and says otherwise what the document's `x-vendor` says.
fn config(document: &Value) -> Option<Config> {
    const SENT: [&str; 6] = ["get", "put", "post", "delete", "head", "patch"];

    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    let operations: Map<String, Value> = paths
        .filter(|(path, _)| path.starts_with('/'))
        .flat_map(|(path, item)| {
            item.as_object().into_iter().flatten().map(move |(method, _)| (path, method))
        })
        .filter(|(_, method)| SENT.contains(&method.as_str()))
        .enumerate()
        .map(|(number, (path, method))| {
            (format!("call_{number}"), format!("{} {path}", method.to_uppercase()).into())
        })
        .collect();
    let mut config = json!({
        "title": "Fuzzed",
        "crate": "tokenward-fuzzed",
        "families": [],
        "ids": ["id"],
        "upstream": [{
            "name": "main", "published": "", "version": "", "compared": "", "licence": "",
            "file": "published.json", "operations": operations,
        }],
    });
    for (key, value) in document.get("x-vendor").and_then(Value::as_object).into_iter().flatten() {
        if ["ids", "secrets", "not_secrets", "dates", "types", "repeatable"].contains(&key.as_str()) {
            config[key] = value.clone();
        }
    }
    serde_json::from_value(config).ok()
}
