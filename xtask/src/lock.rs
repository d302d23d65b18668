//! `specs/lock.toml`: which inputs and which generator made which outputs.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{files, problem::Problem};

const HEAD: &str =
    "# Written by `cargo xtask generate`: which inputs and which generator made which outputs.\n\n";

/// The crates that decide about the output, as `Cargo.lock` has them.
const GENERATOR: [&str; 4] = ["prettyplease", "progenitor", "progenitor-client", "typify"];

/// The lock file.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    generator: BTreeMap<String, String>,
    vendors: BTreeMap<String, Entry>,
}

/// One vendor: paths from the workspace's root, and hashes.
#[derive(Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    inputs: BTreeMap<String, String>,
    outputs: BTreeMap<String, String>,
}

impl Lock {
    /// Where it stands.
    pub fn path(root: &Path) -> PathBuf {
        root.join("specs/lock.toml")
    }

    /// The file as it stands, or an empty one where there is none that can be read: it is an output, and is written anew.
    pub fn load(root: &Path) -> Result<Self, Problem> {
        let path = Self::path(root);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(toml::from_str(&text).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(Problem::from(error).in_file(&path)),
        }
    }

    /// Takes over the versions of the generator and makes sure that generated code calls what it was generated for.
    pub fn set_generator(&mut self, root: &Path) -> Result<(), Problem> {
        let path = root.join("Cargo.lock");
        self.generator = generator(&path).map_err(|problem| problem.in_file(&path))?;
        Ok(())
    }

    /// Records what a vendor's client was made from.
    pub fn set_vendor(
        &mut self,
        name: &str,
        inputs: BTreeMap<String, String>,
        outputs: BTreeMap<String, String>,
    ) {
        self.vendors.insert(name.to_owned(), Entry { inputs, outputs });
    }

    /// Forgets vendors that are no more.
    pub fn keep_only(&mut self, names: &[&str]) {
        self.vendors.retain(|name, _| names.contains(&name.as_str()));
    }

    /// The file's content.
    pub fn text(&self) -> Result<String, Problem> {
        toml::to_string(self).map(|text| format!("{HEAD}{text}")).map_err(Problem::new)
    }
}

fn generator(cargo_lock: &Path) -> Result<BTreeMap<String, String>, Problem> {
    #[derive(Deserialize)]
    struct CargoLock {
        package: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        name: String,
        version: String,
    }

    let text = std::fs::read_to_string(cargo_lock)?;
    let lock: CargoLock = toml::from_str(&text).map_err(|error| Problem::new(error.message()))?;
    let versions: BTreeMap<String, String> = lock
        .package
        .into_iter()
        .filter(|package| GENERATOR.contains(&package.name.as_str()))
        .map(|package| (package.name, package.version))
        .collect();
    match (versions.get("progenitor"), versions.get("progenitor-client")) {
        (Some(generator), Some(runtime)) if generator == runtime => Ok(versions),
        (generator, runtime) => Err(Problem::at(
            "progenitor",
            format!(
                "the generator ({generator:?}) and the client's runtime ({runtime:?}) are of different versions"
            ),
        )),
    }
}

/// The hash of each file, by its path from the workspace's root.
pub fn hashes(root: &Path, paths: &[PathBuf]) -> Result<BTreeMap<String, String>, Problem> {
    paths
        .iter()
        .map(|path| {
            let content = std::fs::read(path).map_err(|error| Problem::from(error).in_file(path))?;
            Ok((relative(root, path), files::hash(&content)))
        })
        .collect()
}

/// A path from the workspace's root, with slashes.
pub fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generator_and_a_runtime_of_different_versions_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Cargo.lock");
        let write = |runtime: &str| {
            let package =
                |name: &str, version: &str| format!("[[package]]\nname = '{name}'\nversion = '{version}'\n");
            std::fs::write(&path, package("progenitor", "0.15.1") + &package("progenitor-client", runtime))
                .unwrap();
        };
        write("0.15.1");
        assert_eq!(generator(&path).unwrap()["progenitor"], "0.15.1");
        write("0.15.0");
        assert!(generator(&path).unwrap_err().to_string().contains("of different versions"));
    }
}
