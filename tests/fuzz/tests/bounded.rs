//! Every entry point, over the corpus and a bounded number of changes of it, on stable.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::{
    collections::BTreeSet,
    fmt,
    path::{Path, PathBuf},
    sync::mpsc::{self, RecvTimeoutError},
    time::Duration,
};

use fastrand::Rng;
use tokenward_fuzz::{ENTRIES, Entry, mutate::mutate};

/// The slowest input takes a thirtieth of it. A loop without an end is found by it, too.
const LONGEST: Duration = Duration::from_secs(2);

/// As large as the generator's own: progenitor follows a document's nesting on the stack.
const STACK: usize = 256 << 20;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn corpus(entry: &Entry) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(entry.name)
}

/// The files below a folder, by name.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// An input that is a file as it is, or one after a change.
#[derive(Clone)]
struct Input {
    file: PathBuf,
    mutation: Option<usize>,
    bytes: Vec<u8>,
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mutation {
            Some(number) => write!(f, "mutation {number} of {}", self.file.display()),
            None => self.file.display().fmt(f),
        }
    }
}

fn originals(entry: &Entry) -> Vec<Input> {
    let mut inputs = files(&corpus(entry));
    for (folder, start, end) in entry.seeds {
        let is_seed = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with(start) && name.ends_with(end)
        };
        inputs.extend(files(&workspace().join(folder)).into_iter().filter(is_seed));
    }
    inputs.into_iter().map(|file| Input { bytes: planted(&file), file, mutation: None }).collect()
}

/// The samples' secrets, as those that the entry points look for.
fn planted(file: &Path) -> Vec<u8> {
    let bytes = std::fs::read(file).unwrap();
    match String::from_utf8(bytes) {
        Ok(text) => text.replace("SECRET-", "CANARY-").into_bytes(),
        Err(error) => error.into_bytes(),
    }
}

fn inputs(entry: &Entry) -> impl Iterator<Item = Input> {
    let originals = originals(entry);
    assert!(originals.len() > 1, "{} has no corpus", entry.name);
    let changed = originals.clone();
    let mutated = (0..entry.mutations).map(move |number| {
        let original = &changed[number % changed.len()];
        let bytes = mutate(&original.bytes, &mut Rng::with_seed(number as u64));
        Input { mutation: Some(number), bytes, ..original.clone() }
    });
    originals.into_iter().chain(mutated)
}

/// Runs an entry on its inputs; the first one that fails, or does not end.
fn run(entry: &'static Entry) -> Result<usize, Input> {
    let (sender, receiver) = mpsc::channel();
    let worker = move || {
        for input in inputs(entry) {
            sender.send(input.clone()).unwrap();
            (entry.run)(&input.bytes);
        }
    };
    let worker = std::thread::Builder::new().stack_size(STACK).spawn(worker).unwrap();
    let (mut current, mut count) = (None, 0);
    loop {
        match receiver.recv_timeout(LONGEST) {
            Ok(input) => (current, count) = (Some(input), count + 1),
            Err(RecvTimeoutError::Timeout) => return Err(current.unwrap()),
            Err(RecvTimeoutError::Disconnected) => {
                return worker.join().map(|()| count).map_err(|_| current.unwrap());
            }
        }
    }
}

/// Runs the entry, and leaves an input that fails where it can be looked at.
fn check(name: &str) {
    let entry = ENTRIES.iter().find(|entry| entry.name == name).unwrap();
    match run(entry) {
        Ok(count) => assert!(count > entry.mutations),
        Err(input) => {
            let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.input"));
            std::fs::write(&path, &input.bytes).unwrap();
            let start: Vec<String> = input.bytes.iter().take(64).map(|byte| format!("{byte:02x}")).collect();
            panic!(
                "`{name}` panics or does not end at {input}: {} bytes that start with {}; all in {}",
                input.bytes.len(),
                start.concat(),
                path.display()
            );
        }
    }
}

macro_rules! bounded {
    ($($name:ident)*) => {
        $(#[test] fn $name() { check(stringify!($name)); })*
        const TESTED: &[&str] = &[$(stringify!($name)),*];
    };
}

bounded! {
    atlassian launchdarkly mist sailpoint refusals records dates words
    document overlay vendor normalise pipeline verify
}

#[test]
fn every_entry_point_is_tested_has_a_corpus_and_is_a_target_of_the_fuzzer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = |folder: PathBuf| -> BTreeSet<String> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
    };
    let known: BTreeSet<String> = ENTRIES.iter().map(|entry| entry.name.to_owned()).collect();
    assert_eq!(TESTED.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(), known);
    assert_eq!(names(folder.join("corpus")), known);
    assert_eq!(names(folder.join("targets/bin")), known);
    for name in &known {
        let target = std::fs::read_to_string(folder.join(format!("targets/bin/{name}.rs"))).unwrap();
        assert!(target.contains(&format!("tokenward_fuzz::{name}")), "{name}");
        let manifest = std::fs::read_to_string(folder.join("targets/Cargo.toml")).unwrap();
        assert!(manifest.contains(&format!("name = \"{name}\"\npath = \"bin/{name}.rs\"\n")), "{name}");
    }
}

#[test]
fn every_operation_of_every_client_is_read() {
    assert_eq!(tokenward_fuzz::unlisted(), BTreeSet::new());
}
