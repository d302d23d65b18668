//! What is the same for every crate of the workspace, read off the manifests.

use std::{
    fs,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn manifest(folder: &Path) -> Table {
    fs::read_to_string(folder.join("Cargo.toml")).unwrap().parse().unwrap()
}

fn table<'a>(of: &'a Table, name: &str) -> Option<&'a Table> {
    of.get(name).and_then(Value::as_table)
}

/// The folder and the manifest of each member.
fn members() -> Vec<(PathBuf, Table)> {
    let root = root();
    let manifest_of_all = manifest(&root);
    let members = table(&manifest_of_all, "workspace").unwrap()["members"].as_array().unwrap();
    let folders = members.iter().flat_map(|member| {
        let member = member.as_str().unwrap();
        match member.strip_suffix("/*") {
            Some(folder) => {
                let entries = fs::read_dir(root.join(folder)).unwrap();
                entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect()
            }
            None => vec![root.join(member)],
        }
    });
    folders.map(|folder| (folder.clone(), manifest(&folder))).collect()
}

#[test]
fn no_crate_of_ours_runs_anything_when_it_is_compiled() {
    for (folder, manifest) in members() {
        let package = table(&manifest, "package").unwrap();
        let name = package["name"].as_str().unwrap();
        assert!(!folder.join("build.rs").exists(), "{name} has a build script");
        assert!(!package.contains_key("build"), "{name} names a build script");
        assert!(!manifest.contains_key("build-dependencies"), "{name} has dependencies of a build script");
        let is_macro = table(&manifest, "lib").is_some_and(|lib| lib.contains_key("proc-macro"));
        assert!(!is_macro, "{name} is a procedural macro");
    }
}

#[test]
fn every_crate_has_the_lints_of_the_workspace_and_every_dependency_stands_in_its_one_table() {
    let members = members();
    assert!(members.len() >= 10, "{}", members.len());
    for (folder, manifest) in members {
        let folder = folder.display();
        let lints = table(&manifest, "lints").and_then(|lints| lints.get("workspace")?.as_bool());
        assert_eq!(lints, Some(true), "{folder} does not inherit the lints");
        for kind in ["dependencies", "dev-dependencies"] {
            for (name, dependency) in table(&manifest, kind).into_iter().flatten() {
                let inherited = dependency.get("workspace").and_then(Value::as_bool);
                assert_eq!(inherited, Some(true), "{folder}: {name} does not stand in the table of all");
            }
        }
        assert!(!manifest.contains_key("target"), "{folder} has dependencies of one platform");
    }
}

#[test]
fn whatever_the_gate_builds_it_builds_from_the_lock_file() {
    let root = root();
    assert!(root.join("Cargo.lock").exists());
    assert!(!fs::read_to_string(root.join(".gitignore")).unwrap().contains("Cargo.lock"));
    let gate = fs::read_to_string(root.join(".ci/run")).unwrap();
    let gate = gate.replace("\\\n", " ");
    let code = gate.lines().filter(|line| !line.trim_start().starts_with('#') && !line.contains("skip \""));
    let mut commands = 0;
    for command in code.flat_map(|line| line.split("cargo ").skip(1)) {
        commands += 1;
        // Those that resolve nothing; and the alias, which says it itself.
        let exempt = ["deny --version", "deny fetch db", "fmt ", "xtask "];
        let is_locked = command.contains("--locked") || exempt.iter().any(|name| command.starts_with(name));
        assert!(is_locked, "cargo {command}");
    }
    assert!(commands > 10, "{commands}");
    let aliases = fs::read_to_string(root.join(".cargo/config.toml")).unwrap();
    assert!(aliases.contains("run --locked "), "{aliases}");
}
