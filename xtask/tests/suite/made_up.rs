//! A made-up vendor whose document is updated.

use std::path::Path;

use tempfile::TempDir;
use xtask::update::{Options, run};

use crate::support::{put, root};

pub(crate) const NO_ACTIONS: &str = "overlay: 1.0.0\ninfo: {title: none, version: '1'}\nactions: []\n";

pub(crate) const VENDOR: &str = "\
title = 'Made up'
crate = 'tokenward-made-up'
families = []
ids = ['id']

[[upstream]]
name = 'main'
published = ''
version = '1'
compared = '2026-01-01'
licence = ''
file = 'made-up.1.yaml'

[upstream.operations]
create_thing = 'POST /things'
";

pub(crate) const GENERATED: &str = "crates/tokenward-made-up/src/generated.rs";

/// The folder of one vendor, with all that an update reads and writes.
pub(crate) struct Workspace(pub(crate) TempDir);

impl Workspace {
    pub(crate) fn new(ours: &str, overlay: &str, vendor: &str) -> Self {
        let this = Self(tempfile::tempdir().unwrap());
        this.put("specs/made-up/openapi.yaml", ours);
        this.put("specs/made-up/overlay.yaml", overlay);
        this.put("specs/made-up/vendor.toml", vendor);
        this.put("Cargo.lock", &std::fs::read_to_string(root().join("Cargo.lock")).unwrap());
        this.put(
            "crates/tokenward-made-up/Cargo.toml",
            "[package]\nname = 'tokenward-made-up'\nversion = '0.1.0'\n",
        );
        this.put(GENERATED, "");
        this
    }

    pub(crate) fn put(&self, path: &str, content: &str) {
        put(self.0.path(), Path::new(path), content.as_bytes());
    }

    pub(crate) fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.0.path().join(path)).unwrap()
    }

    pub(crate) fn ours(&self) -> String {
        self.text("specs/made-up/openapi.yaml")
    }

    pub(crate) fn update_with(
        &self,
        published: &str,
        change: impl FnOnce(&mut Options),
    ) -> (Result<bool, String>, String) {
        self.put("made-up.2.yaml", published);
        let from = self.0.path().join("made-up.2.yaml");
        let mut options = Options { vendor: "made-up".into(), from, check: false, keep_missing: false };
        change(&mut options);
        let mut report = String::new();
        let result = run(self.0.path(), &options, &mut |line| report += &format!("{line}\n"));
        let folder = self.0.path().display().to_string();
        // How long it took is another number each time, and how it was generated is another test's.
        let report: String = report
            .lines()
            .filter(|line| !line.starts_with("made-up  ") && !line.starts_with("       "))
            .map(|line| line.to_owned() + "\n")
            .collect();
        (result.map_err(|problem| problem.to_string().replace(&folder, "…")), report)
    }

    pub(crate) fn update(&self, published: &str) -> (Result<bool, String>, String) {
        self.update_with(published, |_| {})
    }
}
