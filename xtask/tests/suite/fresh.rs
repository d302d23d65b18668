//! What is checked in is what is generated, every time and whatever does not matter.

use std::path::Path;

use xtask::{
    generate::{Options, run},
    pipeline::{Without, generate},
    vendor::Vendor,
};

use crate::support::{copy, put, root, vendors};

fn run_in(root: &Path, check: bool) -> (bool, String) {
    let mut output = String::new();
    let options = Options { check, ..Options::default() };
    let right = run(root, &options, &mut |line| output += &format!("{line}\n")).unwrap();
    (right, output)
}

#[test]
fn the_clients_that_are_checked_in_are_fresh() {
    let (right, output) = run_in(&root(), true);
    assert!(right, "{output}");
}

#[test]
fn a_second_run_writes_nothing() {
    let copy = copy();
    let modified = || {
        let path = copy.path().join("crates/tokenward-mist/src/generated.rs");
        std::fs::metadata(path).unwrap().modified().unwrap()
    };
    let before = modified();
    assert!(run_in(copy.path(), false).0);
    assert_eq!(modified(), before);
}

#[test]
fn an_edited_or_missing_output_is_named_with_the_command_that_mends_it() {
    let copy = copy();
    let generated = Path::new("crates/tokenward-mist/src/generated.rs");
    let before = std::fs::read_to_string(copy.path().join(generated)).unwrap();
    put(
        copy.path(),
        generated,
        before.replacen("Global", "global", 1).replacen("pub struct Admin", "struct Admin", 1).as_bytes(),
    );
    let (right, output) = run_in(copy.path(), true);
    assert!(!right);
    let errors: Vec<&str> = output.lines().skip_while(|line| !line.starts_with("error")).take(3).collect();
    insta::assert_snapshot!(errors.join("\n"));

    std::fs::remove_file(copy.path().join(generated)).unwrap();
    let (right, output) = run_in(copy.path(), true);
    assert!(!right);
    assert!(
        output.contains(
            "error: crates/tokenward-mist/src/generated.rs is missing; run `cargo xtask generate mist`"
        ),
        "{output}"
    );
    assert!(run_in(copy.path(), false).0);
    assert_eq!(std::fs::read_to_string(copy.path().join(generated)).unwrap(), before);
}

#[test]
fn an_edited_input_makes_the_lock_stale_even_where_the_output_stays() {
    let copy = copy();
    let input = Path::new("specs/mist/openapi.yaml");
    let text = std::fs::read_to_string(copy.path().join(input)).unwrap();
    put(copy.path(), input, format!("# a comment\n{text}").as_bytes());
    let (right, output) = run_in(copy.path(), true);
    assert!(!right);
    assert!(
        output.contains("error: specs/lock.toml is not what its inputs give; run `cargo xtask generate`"),
        "{output}"
    );
}

#[test]
fn another_generator_makes_the_lock_stale() {
    let copy = copy();
    let text = std::fs::read_to_string(copy.path().join("Cargo.lock")).unwrap();
    let prettyplease = "name = \"prettyplease\"\nversion = \"0.3.0\"";
    assert!(text.contains(prettyplease));
    let other = text.replace(prettyplease, "name = \"prettyplease\"\nversion = \"0.3.1\"");
    put(copy.path(), Path::new("Cargo.lock"), other.as_bytes());
    let (right, output) = run_in(copy.path(), true);
    assert!(!right);
    assert!(output.contains("+prettyplease = \"0.3.1\""), "{output}");
}

#[test]
fn the_lock_forgets_a_vendor_that_is_gone() {
    let copy = copy();
    std::fs::remove_dir_all(copy.path().join("specs/mist")).unwrap();
    assert!(run_in(copy.path(), false).0);
    let lock = std::fs::read_to_string(copy.path().join("specs/lock.toml")).unwrap();
    assert!(!lock.contains("mist") && lock.contains("sailpoint"));
}

#[test]
fn key_order_whitespace_and_the_documents_own_version_change_no_byte_of_code() {
    for vendor in vendors() {
        let copy = copy();
        let specs = copy.path().join("specs");
        let path = specs.join(&vendor.name).join("openapi.yaml");
        let document = xtask::document::load(&path).unwrap();
        // JSON is YAML; the keys are sorted in it, and all of it stands on one line.
        let mut shuffled = document.clone();
        shuffled["info"]["version"] = "another".into();
        std::fs::write(&path, shuffled.to_string()).unwrap();
        let source = |vendor: &Vendor| generate(vendor, &Without::default()).unwrap().source;
        assert!(
            source(&Vendor::load(&specs, &vendor.name).unwrap()) == source(&vendor),
            "{} differs",
            vendor.name
        );
    }
}

#[test]
fn the_generated_modules_stay_small() {
    for vendor in vendors() {
        let lines = generate(&vendor, &Without::default()).unwrap().source.lines().count();
        assert!(lines < 3000, "{}: {lines} lines", vendor.name);
    }
}
