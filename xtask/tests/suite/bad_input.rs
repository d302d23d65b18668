//! Bad input gives one clear line with file and place, exit code 2, and leaves every output as it was.

use std::{
    path::Path,
    process::{Command, Output},
};

use tempfile::TempDir;

use crate::support::{copy, put, vendors};

fn xtask(root: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .env("CARGO_MANIFEST_DIR", root)
        .current_dir(root)
        .output()
        .unwrap()
}

/// The one line that the command prints when this file of a copy has been changed.
fn complaint(path: &str, change: impl Fn(String) -> Vec<u8>) -> String {
    let copy = copy();
    let text = std::fs::read_to_string(copy.path().join(path)).unwrap();
    put(copy.path(), Path::new(path), &change(text));
    let outputs = |copy: &TempDir| {
        ["atlassian", "launchdarkly", "mist", "sailpoint"].map(|vendor| {
            let path = copy.path().join(format!("crates/tokenward-{vendor}/src/generated.rs"));
            let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
            (std::fs::read(&path).unwrap(), modified)
        })
    };
    let before = outputs(&copy);
    let output = xtask(copy.path(), &["generate"]);
    assert_eq!(outputs(&copy), before, "an output was touched");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    let root = copy.path().canonicalize().unwrap().display().to_string();
    text.replace(&root, "…")
}

fn replaced(from: &'static str, to: &'static str) -> impl Fn(String) -> Vec<u8> {
    move |text| {
        assert!(text.contains(from), "`{from}` is not in the file");
        text.replacen(from, to, 1).into_bytes()
    }
}

#[test]
fn a_bad_document_is_named_with_its_place() {
    const MIST: &str = "specs/mist/openapi.yaml";
    const LAUNCHDARKLY: &str = "specs/launchdarkly/openapi.yaml";
    const SAILPOINT: &str = "specs/sailpoint/openapi.yaml";

    let mut complaints = String::new();
    // By themselves, so that no line number of ours is in what they give.
    const START: &str = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\n";
    complaints += &complaint(MIST, |_| format!("{START}paths: {{/a: {{get: ").into_bytes());
    complaints += &complaint(MIST, |_| vec![0xff, 0xfe, 0x00]);
    complaints += &complaint(MIST, |_| b"swagger: '2.0'\n".to_vec());
    complaints += &complaint(MIST, |_| {
        format!("{START}x: {}{}\n", "[".repeat(10_000), "]".repeat(10_000)).into_bytes()
    });
    complaints += &complaint(MIST, |_| format!("{START}x: {}\n", "y".repeat(40 << 20)).into_bytes());
    complaints += &complaint(MIST, |_| format!("{START}paths: []\n").into_bytes());
    complaints +=
        &complaint(LAUNCHDARKLY, replaced("'#/components/schemas/Token'", "'#/components/schemas/Tokem'"));
    complaints += &complaint(LAUNCHDARKLY, replaced("'#/components/schemas/Token'", "'tokens.yaml#/Token'"));
    complaints +=
        &complaint(LAUNCHDARKLY, replaced("'#/components/schemas/Token'", "'https://example.com/t.yaml'"));
    complaints += &complaint(SAILPOINT, replaced("application/json-patch+json:", "multipart/form-data:"));
    complaints += &complaint(
        SAILPOINT,
        replaced("/personal-access-tokens/v1/{id}:", "/personal-access-tokens/v3/{id}:"),
    );
    complaints +=
        &complaint(SAILPOINT, replaced("- CONFIDENTIAL\n", "- CONFIDENTIAL\n      - CONFIDENTIAL\n"));
    insta::assert_snapshot!(complaints);
}

#[test]
fn a_bad_overlay_or_configuration_is_named_with_its_place() {
    const OVERLAY: &str = "specs/launchdarkly/overlay.yaml";
    const VENDOR: &str = "specs/launchdarkly/vendor.toml";

    let mut complaints = String::new();
    complaints +=
        &complaint(OVERLAY, replaced("$.components.schemas.UnixMillis", "$.components.schemas.Gone"));
    complaints += &complaint(OVERLAY, replaced("{type: integer, format: int64}", "{type: string}"));
    complaints += &complaint(OVERLAY, replaced("$.components.schemas.UnixMillis", "$.components[?"));
    complaints += &complaint(OVERLAY, replaced("x-evidence", "x-evidenze"));
    complaints += &complaint(OVERLAY, replaced("overlay: 1.0.0", "overlay: 2.0.0"));
    complaints += &complaint(
        "specs/launchdarkly/openapi.yaml",
        replaced("        lastUsed:\n", "        expiry: {type: integer}\n        lastUsed:\n"),
    );
    complaints += &complaint(VENDOR, replaced("ids = [", "ids = "));
    complaints += &complaint(VENDOR, replaced("ids = [", "idz = ["));
    complaints += &complaint(VENDOR, replaced("crate = \"tokenward-launchdarkly\"", "crate = \"../../etc\""));
    complaints += &complaint(VENDOR, replaced("get_tokens = \"GET /api/v2/tokens\"\n", ""));
    complaints += &complaint(VENDOR, replaced("get_tokens = ", "get_tokens_response = "));
    complaints += &complaint(VENDOR, replaced("ids = [", "repeatable = [\"get_tokenz\"]\nids = ["));
    complaints += &complaint(VENDOR, replaced("\"Token.token\"", "\"Token.tokem\""));
    complaints += &complaint(VENDOR, replaced(", \"Token.token\"", ""));
    complaints += &complaint(VENDOR, replaced("not_secrets = [\"RelayAutoConfigRep.displayKey\"]", ""));
    complaints += &complaint(VENDOR, replaced("  \"Token.lastUsed\",\n", ""));
    insta::assert_snapshot!(complaints);
}

#[test]
fn a_crate_that_is_nowhere_is_named_before_anything_is_written() {
    let complaint =
        complaint("specs/sailpoint/vendor.toml", replaced("tokenward-sailpoint", "tokenward-sailpoimt"));
    assert!(
        complaint.ends_with(
            "vendor.toml: crate: crates/tokenward-sailpoimt/src is no folder: is `crate` right?\n"
        ),
        "{complaint}"
    );
    let complaint =
        self::complaint("specs/sailpoint/vendor.toml", replaced("tokenward-sailpoint", "tokenward-mist"));
    assert!(
        complaint.ends_with("vendor.toml: crate: `tokenward-mist` is also the crate of mist\n"),
        "{complaint}"
    );
}

#[test]
fn a_lock_that_cannot_be_read_is_stale_and_written_anew() {
    let copy = copy();
    let lock = std::fs::read(copy.path().join("specs/lock.toml")).unwrap();
    put(copy.path(), Path::new("specs/lock.toml"), b"<<<<<<< ours");
    assert_eq!(xtask(copy.path(), &["generate", "--check"]).status.code(), Some(1));
    assert_eq!(xtask(copy.path(), &["generate"]).status.code(), Some(0));
    assert_eq!(std::fs::read(copy.path().join("specs/lock.toml")).unwrap(), lock);
}

#[test]
fn an_unknown_vendor_is_named_beside_the_known_ones() {
    let copy = copy();
    let output = xtask(copy.path(), &["generate", "okta"]);
    assert_eq!(output.status.code(), Some(2));
    let known: Vec<String> = vendors().into_iter().map(|vendor| vendor.name).collect();
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        format!("error: no vendor `okta` in specs/; there are {}\n", known.join(", "))
    );
}

#[test]
fn a_stale_output_is_exit_code_1() {
    let copy = copy();
    put(copy.path(), Path::new("crates/tokenward-mist/src/generated.rs"), b"edited");
    assert_eq!(xtask(copy.path(), &["generate", "--check"]).status.code(), Some(1));
    assert_eq!(xtask(copy.path(), &["generate", "--check", "sailpoint"]).status.code(), Some(0));
    assert_eq!(xtask(copy.path(), &["generate", "mist"]).status.code(), Some(0));
    assert_eq!(xtask(copy.path(), &["generate", "--check"]).status.code(), Some(0));
}
