//! A program that depends on Tokenward behaves as if it depended on `reqwest` with the same features instead.
//!
//! The tests that build programs take minutes, so they are ignored by default. Run them with
//!
//! ```text
//! cargo fetch --locked --manifest-path tests/host_programs/program/Cargo.toml
//! cargo test --locked --workspace --test host_programs -- --ignored
//! rm -r target/hosts
//! ```

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
};

/// What the program printed: a value for each key.
type Told = BTreeMap<String, String>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Builds the program with these features, and runs it. All programs share one build directory.
fn run(features: &[&str]) -> Told {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["run", "--locked", "--offline", "--quiet", "--features", &features.join(",")])
        .current_dir(root().join("tests/host_programs/program"))
        .env("CARGO_TARGET_DIR", target.join("hosts"))
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "with the features {features:?}: {said}");
    let told = String::from_utf8(output.stdout).unwrap();
    told.lines()
        .map(|line| line.split_once(": ").unwrap())
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// What the program told about itself, without what it told about its Tokenward client.
fn host(told: &Told) -> Told {
    told.iter()
        .filter(|(key, _)| !key.starts_with("tokenward"))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect()
}

/// Asserts that both clients work over http, and that both or neither begin a handshake, which is the same one.
fn assert_both_work(told: &Told) {
    assert_eq!(told["plain client"], "built", "{told:?}");
    assert_eq!(told["plain client over http"], "200 OK", "{told:?}");
    assert_eq!(told["tokenward client"], "built", "{told:?}");
    assert_eq!(told["tokenward client over http"], "0 tokens", "{told:?}");
    assert_eq!(told["tokenward client over https"], told["plain client over https"], "{told:?}");
}

#[test]
#[ignore = "builds programs; .ci/run runs it"]
fn a_host_that_enables_no_tls_gets_the_tls_of_reqwest() {
    let alone = run(&[]);
    assert_eq!(alone["plain client over https"], "no handshake");
    let with_ours = run(&["tokenward-defaults"]);
    assert_both_work(&with_ours);
    assert_eq!(host(&with_ours), run(&["reqwest-rustls"]));
}

#[test]
#[ignore = "builds programs; .ci/run runs it"]
fn a_host_with_native_tls_keeps_it() {
    let alone = run(&["native-tls"]);
    let with_ours = run(&["native-tls", "tokenward-defaults"]);
    assert_both_work(&with_ours);
    assert_eq!(host(&with_ours), alone);
}

#[test]
#[ignore = "builds programs; .ci/run runs it"]
fn a_host_with_the_defaults_of_reqwest_sees_no_change() {
    let alone = run(&["reqwest-defaults", "rustls"]);
    assert_eq!([&*alone["installed provider"], &*alone["rustls builder"]], ["none", "AwsLcRs"]);
    let with_ours = run(&["reqwest-defaults", "rustls", "tokenward-defaults"]);
    assert_both_work(&with_ours);
    assert_eq!(host(&with_ours), alone);
}

#[test]
#[ignore = "builds programs; .ci/run runs it"]
fn a_host_that_relies_on_ring_finds_one_provider_next_to_a_tokenward_without_tls() {
    let alone = run(&["ring"]);
    assert_eq!([&*alone["installed provider"], &*alone["rustls builder"]], ["none", "Ring"]);
    let with_ours = run(&["ring", "tokenward-without-tls"]);
    assert_both_work(&with_ours);
    assert_eq!(host(&with_ours), alone);
}

#[test]
#[ignore = "builds programs; .ci/run runs it"]
fn next_to_ring_the_default_features_do_what_the_feature_rustls_of_reqwest_does() {
    let with_reqwest = run(&["ring", "reqwest-rustls"]);
    assert_eq!(with_reqwest["rustls builder"], "panics");
    let with_ours = run(&["ring", "tokenward-defaults"]);
    assert_both_work(&with_ours);
    assert_eq!(host(&with_ours), with_reqwest);
}

#[test]
#[ignore = "builds programs; .ci/run runs it"]
fn without_a_provider_a_tokenward_client_is_an_error_and_with_one_it_works() {
    let alone = run(&["ring", "reqwest-no-provider"]);
    assert_eq!(alone["plain client without a provider"], "panics");
    let with_ours = run(&["ring", "reqwest-no-provider", "tokenward-no-provider"]);
    assert_eq!(
        with_ours["tokenward client without a provider"],
        "TLS could not be set up: no rustls crypto provider is installed; call `CryptoProvider::install_default` before \
         building the client, or enable the feature `rustls`"
    );
    assert_both_work(&with_ours);
    assert_eq!([&*with_ours["installed provider"], &*with_ours["rustls builder"]], ["Ring", "Ring"]);
    assert_eq!(host(&with_ours), alone);
}

#[test]
fn the_host_program_locks_the_versions_of_the_workspace() {
    let ours = locked(&root().join("Cargo.lock"));
    let other: Vec<_> = locked(&root().join("tests/host_programs/program/Cargo.lock"))
        .into_iter()
        .filter(|(name, versions)| ours.get(name).is_some_and(|ours| versions.is_disjoint(ours)))
        .collect();
    assert!(
        other.is_empty(),
        "{other:?}: copy Cargo.lock to tests/host_programs/program and run `cargo metadata` there"
    );
}

/// The versions of each package in a lock file.
fn locked(file: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(file).unwrap();
    let value = |block: &str, key: &str| {
        block.lines().find_map(|line| Some(line.strip_prefix(key)?.trim_matches('"').to_owned()))
    };
    let mut packages = BTreeMap::<_, BTreeSet<_>>::new();
    for block in text.split("[[package]]").skip(1) {
        let name = value(block, "name = ").unwrap();
        packages.entry(name).or_default().insert(value(block, "version = ").unwrap());
    }
    packages
}
