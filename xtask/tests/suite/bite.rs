//! A test is put to the test: what it does not notice is told from what it does.

use std::path::Path;

use tempfile::TempDir;
use xtask::{
    bite::{Options, run},
    problem::Problem,
};

use crate::support::put;

/// A workspace of one crate, whose test watches over one thing and depends on another.
fn workspace(mutations: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = |path: &str, content: &str| put(folder.path(), Path::new(path), content.as_bytes());
    file("Cargo.toml", "[workspace]\nresolver = '3'\nmembers = ['made-up']\n");
    file("Cargo.lock", "version = 4\n\n[[package]]\nname = \"made-up\"\nversion = \"0.0.0\"\n");
    file("made-up/Cargo.toml", "[package]\nname = 'made-up'\nversion = '0.0.0'\nedition = '2024'\n");
    file(
        "made-up/src/lib.rs",
        "pub fn shown(secret: &str) -> &str {\n    if secret.is_empty() { secret } else { \"…\" }\n}\n\
         pub const TWO: u8 = 2;\npub const UNWATCHED: u8 = 3;\n",
    );
    file(
        "made-up/tests/watch.rs",
        "#[test]\nfn it_is_not_shown() {\n    assert_eq!(made_up::TWO, 2);\n    \
         assert_eq!(made_up::shown(\"a secret\"), \"…\", \"found: it is shown\");\n}\n",
    );
    put(folder.path(), Path::new("made-up/no-text.bin"), b"\xff\xfe");
    file("list.toml", &format!("test = 'watch'\nmark = 'found:'\n{mutations}"));
    folder
}

fn mutation(why: &str, find: &str, replace: &str) -> String {
    format!(
        "[[mutation]]\nwhy = '{why}'\nfile = 'made-up/src/lib.rs'\nfind = '{find}'\nreplace = '{replace}'\n"
    )
}

fn bite(workspace: &TempDir, only: Option<&str>) -> (Result<bool, Problem>, String) {
    let options = Options { list: workspace.path().join("list.toml"), only: only.map(str::to_owned) };
    let mut output = String::new();
    let result = run(workspace.path(), &options, &mut |line| output += &format!("{line}\n"));
    (result, output)
}

const HIDDEN: [&str; 3] = ["it is hidden", "{ \"…\" }", "{ secret }"];

#[test]
fn only_a_failure_for_the_tests_own_reason_counts() {
    let [why, find, replace] = HIDDEN;
    let list = [
        mutation(why, find, replace),
        mutation("nobody looks", "u8 = 3", "u8 = 4"),
        mutation("another failure", "u8 = 2", "u8 = 4"),
        mutation("no Rust", "pub const TWO", "pub constant TWO"),
    ];
    let workspace = workspace(&list.concat());
    let (right, output) = bite(&workspace, None);
    assert!(!right.unwrap(), "{output}");
    for line in [
        "passes without a mutation",
        "noticed: it is hidden (made-up/src/lib.rs)",
        "SURVIVED: nobody looks",
        "FAILED OTHERWISE: another failure",
        "DOES NOT COMPILE: no Rust",
        "4 mutations, 3 not noticed",
    ] {
        assert!(output.contains(line), "{line} is not in\n{output}");
    }
    let (right, output) = bite(&workspace, Some(why));
    assert!(right.unwrap() && output.contains("1 mutations, 0 not noticed"), "{output}");
}

#[test]
fn a_test_that_fails_anyway_proves_nothing() {
    let [why, find, replace] = HIDDEN;
    let workspace = workspace(&mutation(why, find, replace));
    put(
        workspace.path(),
        Path::new("made-up/src/lib.rs"),
        b"pub const TWO: u8 = 1; // { \"\xe2\x80\xa6\" }\n",
    );
    let (result, output) = bite(&workspace, None);
    assert_eq!(result.unwrap_err().to_string(), "the test `watch` fails without any mutation", "{output}");
}

#[test]
fn a_mutation_that_stands_nowhere_or_twice_or_changes_nothing_is_named() {
    for (find, replace, problem) in [
        ("no such text", "", "it: `find` stands 0 times in made-up/src/lib.rs, and not once"),
        ("pub const", "", "it: `find` stands 2 times in made-up/src/lib.rs, and not once"),
        ("", "x", "it: `find` stands 0 times in made-up/src/lib.rs, and not once"),
        ("u8 = 2", "u8 = 2", "it: it changes nothing"),
    ] {
        let (result, output) = bite(&workspace(&mutation("it", find, replace)), None);
        let said = result.unwrap_err().to_string();
        assert!(said.ends_with(problem) && said.contains("list.toml"), "{said}");
        assert_eq!(output, "", "nothing was run");
    }
}
