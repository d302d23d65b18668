//! Nothing that is checked in as the output of a test holds a secret that a test uses.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tokenward_testkit::{
    Atlassian, Canaries, Canary, Clock, LaunchDarkly, Mist, SECRET_MARK, SailPoint, Search,
};

use crate::plants::{plant, secret};

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The files below that end so; what is built is no part of it.
fn files(folder: &Path, end: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let (path, name) = (entry.path(), entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            if name != "target" && !name.to_string_lossy().starts_with('.') {
                files(&path, end, found);
            }
        } else if path.to_string_lossy().ends_with(end) {
            found.push(path);
        }
    }
}

/// The secrets of the samples, of the simulators, and those that are planted here and elsewhere.
fn secrets() -> Vec<String> {
    let mut samples = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("samples"), ".json", &mut samples);
    let texts: Vec<String> = samples.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let quoted = texts.iter().flat_map(|text| text.split('"')).map(str::to_owned);
    let mut secrets: Vec<String> = quoted.filter(|text| text.starts_with("SECRET-")).collect();
    assert!(secrets.len() >= 8, "{}", secrets.len());
    let clock = Clock::system();
    secrets.extend(Atlassian::new(clock.clone()).secrets());
    secrets.extend(Mist::new(clock.clone()).secrets());
    secrets.extend(SailPoint::new(clock.clone()).secrets());
    secrets.extend(LaunchDarkly::new(clock).secrets());
    secrets.extend(secret::ALL.map(plant));
    secrets.extend(["CANARY-credential".to_owned(), format!("api-{SECRET_MARK}")]);
    secrets
}

#[test]
fn no_snapshot_holds_a_secret() {
    let secrets = secrets().into_iter();
    let canaries = secrets.map(|secret| Canary::known(secret.chars().take(20).collect::<String>(), secret));
    let mut search = Search::new(Canaries::new(canaries));
    let mut snapshots = Vec::new();
    files(workspace(), ".snap", &mut snapshots);
    assert!(snapshots.len() >= 40, "{}", snapshots.len());
    for path in snapshots {
        let text = fs::read_to_string(&path).unwrap();
        // What secrets begin with, and the name that they have in tests: no part of one either.
        for mark in ["SECRET-", SECRET_MARK, "CANARY"] {
            assert!(!text.contains(mark), "canary found: {mark} in {}", path.display());
        }
        search.text(&path.display().to_string(), &text);
    }
    search.assert_clean();
}
