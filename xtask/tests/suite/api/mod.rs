//! What the generated modules offer, and what a change of that asks for.

mod table;

use std::{
    fmt::Write as _,
    path::Path,
    process::{Command, Output},
};

use xtask::api::{Api, Bump};

use self::table::ROWS;
use crate::support::{root, vendors};

#[test]
fn the_public_api_of_each_generated_module_is_known() {
    for vendor in vendors() {
        let path = root().join("crates").join(&vendor.config.crate_name).join("src/generated.rs");
        let api = Api::of(&std::fs::read_to_string(path).unwrap()).unwrap();
        insta::assert_snapshot!(vendor.name.as_str(), api.to_string());
    }
}

#[test]
fn a_text_of_an_api_is_the_api() {
    let generated = vendors().into_iter().map(|vendor| {
        let path = root().join("crates").join(&vendor.config.crate_name).join("src/generated.rs");
        std::fs::read_to_string(path).unwrap()
    });
    let made_up = ROWS.iter().flat_map(|row| [row.old.to_owned(), row.new.to_owned()]);
    for source in generated.chain(made_up) {
        let api = Api::of(&source).unwrap();
        assert_eq!(Api::parse(&api.to_string()).unwrap(), api, "cannot be read again:\n{api}");
        assert_eq!(api.compare(&api), []);
    }
    assert!(Api::parse("types::Token").unwrap_err().to_string().starts_with("line 1: "));
}

#[test]
fn what_a_module_cannot_have_is_refused_and_not_left_out() {
    for source in [
        "pub trait Extra {}",
        "macro_rules! extra { () => {} }",
        "pub static LIMIT: u8 = 1;",
        "pub use std::fmt::*;",
    ] {
        let problem = Api::of(source).unwrap_err().to_string();
        assert!(problem.contains("is of a kind that generated modules do not have"), "{problem}");
    }
    assert!(Api::of("pub struct {").unwrap_err().to_string().starts_with("is no Rust"));
}

#[test]
fn every_change_of_an_api_is_named_in_a_line() {
    let mut report = String::new();
    for row in ROWS {
        let (old, new) = (Api::of(row.old).unwrap(), Api::of(row.new).unwrap());
        let changes = old.compare(&new);
        assert_eq!(Bump::of(&changes) == Bump::Major, row.breaks, "{}: {changes:#?}", row.name);
        let _ = writeln!(report, "{}: {}", row.name, Bump::of(&changes));
        for change in changes {
            let class = if change.breaking { "breaking" } else { "additive" };
            let _ = writeln!(report, "  {class}  {change}");
        }
    }
    insta::assert_snapshot!(report);
}

#[test]
fn what_is_called_breaking_breaks_a_consumer_and_nothing_else_does() {
    let folder = tempfile::tempdir().unwrap();
    for (name, source) in [("old", modules(|row| row.old)), ("new", modules(|row| row.new))] {
        let output = compile(folder.path(), name, &source, &[]);
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let with =
        |library: &str| format!("raw_api={}", folder.path().join(format!("lib{library}.rmeta")).display());
    let mut all = String::new();
    for (index, row) in ROWS.iter().enumerate() {
        let _ = writeln!(all, "pub mod r{index} {{ use raw_api::r{index} as raw; {} }}", row.consumer);
    }
    let before = compile(folder.path(), "before", &all, &["--extern", &with("old")]);
    assert!(before.status.success(), "{}", String::from_utf8_lossy(&before.stderr));
    for (index, row) in ROWS.iter().enumerate() {
        let source = format!("use raw_api::r{index} as raw; {}", row.consumer);
        let after = compile(folder.path(), &format!("after{index}"), &source, &["--extern", &with("new")]);
        let said = String::from_utf8_lossy(&after.stderr);
        assert_eq!(!after.status.success(), row.breaks, "{}: {said}", row.name);
    }
}

fn modules(source: impl Fn(&table::Row) -> &str) -> String {
    let module = |(index, row)| format!("pub mod r{index} {{ {} }}\n", source(row));
    ROWS.iter().enumerate().map(module).collect()
}

/// Compiles a library down to what others need of it.
fn compile(folder: &Path, name: &str, source: &str, arguments: &[&str]) -> Output {
    let path = folder.join(format!("{name}.rs"));
    std::fs::write(&path, source).unwrap();
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    Command::new(compiler)
        .args([
            "--edition=2024",
            "--crate-type=lib",
            "--emit=metadata",
            "--cap-lints=allow",
            "--crate-name",
            name,
        ])
        .arg("--out-dir")
        .arg(folder)
        .args(arguments)
        .arg(&path)
        .output()
        .unwrap()
}
