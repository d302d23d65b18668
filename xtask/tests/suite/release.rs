//! What a change of a client asks of its version, and that nobody forgets it.

use std::path::Path;

use tempfile::TempDir;
use xtask::generate::{Options, run};

use crate::support::{copy, put};

const DOCUMENT: &str = "specs/mist/openapi.yaml";
const CONFIG: &str = "specs/mist/vendor.toml";
const BASELINE: &str = "specs/mist/api.txt";
const LOCK: &str = "specs/lock.toml";
const MANIFEST: &str = "Cargo.toml";

/// A workspace at version 0.1.0.
struct Workspace(TempDir);

impl Workspace {
    /// In which nothing was ever generated, whatever was in the one that it is a copy of.
    fn new() -> Self {
        let workspace = Self(copy());
        std::fs::remove_file(workspace.0.path().join(BASELINE)).unwrap();
        put(workspace.0.path(), Path::new(LOCK), b"");
        let is_version = |line: &str| line.starts_with("version = ");
        let manifest = workspace.read(MANIFEST);
        let version = manifest.lines().find(|line| is_version(line)).unwrap();
        workspace.replace(MANIFEST, &format!("\n{version}\n"), "\nversion = \"0.1.0\"\n");
        workspace
    }

    /// In which the first version was released.
    fn released() -> Self {
        let workspace = Self::new();
        let (right, output) = workspace.release();
        assert!(right, "{output}");
        workspace
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.0.path().join(file)).unwrap()
    }

    fn replace(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{file} has no {from}");
        put(self.0.path(), Path::new(file), text.replace(from, to).as_bytes());
    }

    /// What a vendor adds: a property that is read, and one that may be sent.
    fn grow(&self) {
        let property = "        last_used:\n";
        self.replace(DOCUMENT, property, &format!("        colour:\n          type: string\n{property}"));
    }

    fn shrink(&self) {
        self.replace(DOCUMENT, "        colour:\n          type: string\n", "");
    }

    /// What breaks: an operation under another name.
    fn rename(&self) {
        self.replace(CONFIG, "get_self = ", "get_me = ");
    }

    fn version(&self, from: &str, to: &str) {
        self.replace(MANIFEST, &format!("\nversion = \"{from}\"\n"), &format!("\nversion = \"{to}\"\n"));
    }

    fn run(&self, options: &Options) -> (bool, String) {
        let mut output = String::new();
        let right = run(self.0.path(), options, &mut |line| output += &format!("{line}\n")).unwrap();
        (right, output)
    }

    fn generate(&self) -> (bool, String) {
        self.run(&mist())
    }

    fn check(&self) -> (bool, String) {
        self.run(&Options { check: true, ..mist() })
    }

    fn release(&self) -> (bool, String) {
        self.run(&Options { release: true, ..mist() })
    }

    fn all(&self) -> [String; 4] {
        [BASELINE, LOCK, DOCUMENT, "crates/tokenward-mist/src/generated.rs"].map(|file| self.read(file))
    }
}

fn mist() -> Options {
    Options { vendors: vec!["mist".to_owned()], ..Options::default() }
}

/// The lines about the API, and about faults.
fn said(output: &str) -> String {
    let is_about_it = |line: &&str| {
        ["API: ", "breaking  ", "additive  ", "error: ", "… and"].iter().any(|word| line.contains(word))
    };
    output.lines().filter(is_about_it).map(|line| format!("{line}\n")).collect()
}

#[test]
fn what_changes_is_printed_with_the_version_that_it_asks_for_and_recorded() {
    let workspace = Workspace::released();
    assert!(!workspace.read(LOCK).contains("bump"));

    workspace.grow();
    let (right, added) = workspace.generate();
    assert!(right, "{added}");
    assert!(workspace.read(LOCK).contains("[vendors.mist]\nbump = \"minor\"\n"), "{}", workspace.read(LOCK));

    workspace.rename();
    let (right, broken) = workspace.generate();
    assert!(right, "{broken}");
    assert!(workspace.read(LOCK).contains("[vendors.mist]\nbump = \"major\"\n"));
    insta::assert_snapshot!(format!("{}\n{}", said(&added), said(&broken)));

    // What is known is said in one line, and a second run writes nothing.
    let before = workspace.all();
    let (right, again) = workspace.generate();
    assert!(right);
    assert_eq!(said(&again).lines().count(), 1, "{again}");
    assert!(said(&again).contains("asks for 0.2.0 (major)"), "{again}");
    assert_eq!(workspace.all(), before);
    let (right, output) = workspace.check();
    assert!(right, "{output}");
}

#[test]
fn code_that_does_something_else_behind_the_same_api_asks_for_a_patch() {
    let workspace = Workspace::released();
    workspace.replace(DOCUMENT, "/api/v1/self", "/api/v2/self");
    workspace.replace(CONFIG, "/api/v1/self", "/api/v2/self");
    let (right, output) = workspace.generate();
    assert!(right, "{output}");
    assert!(
        output.contains("API: the same as in 0.1.0, with other code: asks for 0.1.1 (patch)"),
        "{output}"
    );
}

#[test]
fn a_bump_is_not_lowered_in_silence() {
    let workspace = Workspace::released();
    workspace.grow();
    assert!(workspace.generate().0);
    let before = workspace.all();

    workspace.shrink();
    let (right, output) = workspace.generate();
    assert!(!right, "{output}");
    let refused = said(&output);
    assert_eq!(
        [&workspace.all()[..2], &workspace.all()[3..]],
        [&before[..2], &before[3..]],
        "something was written"
    );
    let (right, checked) = workspace.check();
    assert!(!right && said(&checked).contains(refused.trim()), "{checked}");

    let (right, output) = workspace.run(&Options { lower_bump: true, ..mist() });
    assert!(right, "{output}");
    assert!(!workspace.read(LOCK).contains("bump"));
    insta::assert_snapshot!(refused);
}

#[test]
fn a_check_notices_a_bump_that_is_not_recorded() {
    let workspace = Workspace::released();
    workspace.grow();
    assert!(workspace.generate().0);
    workspace.replace(LOCK, "[vendors.mist]\nbump = \"minor\"\n\n", "");
    let (right, output) = workspace.check();
    assert!(!right);
    let said =
        "error: mist asks for `minor`, and specs/lock.toml has `none`; run `cargo xtask generate mist`";
    assert!(output.contains(said), "{output}");
}

#[test]
fn a_release_needs_the_version_that_was_asked_for() {
    let workspace = Workspace::released();
    workspace.rename();
    assert!(workspace.generate().0);
    let mut refused = String::new();
    for version in ["0.1.0", "0.1.1"] {
        if version == "0.1.1" {
            workspace.version("0.1.0", "0.1.1");
        }
        let before = workspace.all();
        let (right, output) = workspace.release();
        assert!(!right, "{output}");
        assert_eq!(workspace.all(), before, "something was written");
        refused += &said(&output);
    }
    // A version that was raised, and not far enough, is not left to the day of the release.
    let (right, output) = workspace.check();
    assert!(!right);
    refused += &said(&output);
    insta::assert_snapshot!(refused);

    workspace.version("0.1.1", "0.2.0");
    assert!(workspace.check().0);
    let (right, output) = workspace.release();
    assert!(right, "{output}");
    assert!(workspace.read(BASELINE).starts_with("# tokenward-mist 0.2.0, released\n"));
    assert!(workspace.read(BASELINE).contains("Client::get_me: "));
    assert!(!workspace.read(LOCK).contains("bump"));
    assert!(workspace.check().0);
    let before = workspace.all();
    assert!(workspace.release().0);
    assert_eq!(workspace.all(), before, "a second release of the same writes something");
    // What the next change is compared with.
    workspace.replace(CONFIG, "get_me = ", "get_self = ");
    let (_, output) = workspace.generate();
    assert!(output.contains("since 0.2.0: asks for 0.3.0 (major)"), "{output}");
}

#[test]
fn a_first_version_is_released_as_it_stands() {
    let workspace = Workspace::new();
    assert!(workspace.generate().0);
    assert!(workspace.read(BASELINE).starts_with("# tokenward-mist 0.1.0, not released yet\n"));
    workspace.rename();
    let (right, output) = workspace.generate();
    assert!(right && output.contains("since 0.1.0 (not released yet): asks for 0.2.0 (major)"), "{output}");
    assert!(workspace.release().0);
    assert!(workspace.read(BASELINE).starts_with("# tokenward-mist 0.1.0, released\n"));
    assert!(workspace.read(BASELINE).contains("Client::get_me: "));
    assert!(workspace.check().0);
}

#[test]
fn without_the_last_release_nothing_is_compared_and_nothing_is_green() {
    let workspace = Workspace::released();
    let path = workspace.0.path().join(BASELINE);
    std::fs::remove_file(&path).unwrap();
    for right in [workspace.generate(), workspace.check()] {
        let said = "error: specs/mist/api.txt is missing, and with it the API of the last release";
        assert!(!right.0 && right.1.contains(said), "{}", right.1);
    }
    assert!(!path.exists());
    assert!(workspace.release().0 && workspace.check().0);

    // A vendor that is new has its first version.
    std::fs::remove_file(&path).unwrap();
    put(workspace.0.path(), Path::new(LOCK), b"");
    let (right, output) = workspace.check();
    let said = "error: specs/mist/api.txt is missing; run `cargo xtask generate mist`";
    assert!(!right && output.contains(said), "{output}");
    assert!(workspace.generate().0);
    assert!(workspace.read(BASELINE).starts_with("# tokenward-mist 0.1.0, not released yet\n"));
    assert!(workspace.check().0);
}

#[test]
fn a_baseline_or_a_version_that_cannot_be_is_bad_input() {
    let problem = |change: &dyn Fn(&Workspace)| {
        let workspace = Workspace::released();
        change(&workspace);
        let before = workspace.all();
        let problem = run(workspace.0.path(), &mist(), &mut |_| ()).unwrap_err().to_string();
        assert_eq!(workspace.all(), before, "something was written");
        let check = Options { check: true, ..mist() };
        assert_eq!(run(workspace.0.path(), &check, &mut |_| ()).unwrap_err().to_string(), problem);
        problem.replace(&workspace.0.path().display().to_string(), "")
    };
    let problems = [
        problem(&|workspace| workspace.replace(BASELINE, ", released", ", lost")),
        problem(&|workspace| workspace.replace(BASELINE, "# tokenward-mist", "# tokenward-other")),
        problem(&|workspace| workspace.replace(BASELINE, "Client: struct", "<<<<<<< ours\nClient: struct")),
        problem(&|workspace| workspace.version("0.1.0", "0.0.9")),
        problem(&|workspace| workspace.version("0.1.0", "0.2.0-alpha.1")),
        problem(&|workspace| {
            workspace.replace("crates/tokenward-mist/Cargo.toml", "\nversion.workspace = true\n", "\n")
        }),
    ];
    insta::assert_snapshot!(problems.join("\n"));
}
