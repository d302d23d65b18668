//! `specs/lock.toml`: which inputs and which generator made which outputs.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tokenward_core::secret_names;

use crate::{api::Bump, files, problem::Problem};

const HEAD: &str =
    "# Written by `cargo xtask generate`: which inputs and which generator made which outputs.\n\n";

/// The crates that decide about the output, as `Cargo.lock` has them.
const GENERATOR: [&str; 3] = ["prettyplease", "progenitor", "typify"];

/// The rule that decides which fields are hidden, with the version that `tokenward-core` gives it.
const SECRET_NAMES: &str = "secret-names";

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
    /// What the changes since the last release ask for.
    #[serde(default, skip_serializing_if = "is_none")]
    pub bump: Bump,
    /// What the client was made from.
    pub inputs: BTreeMap<String, String>,
    /// What was made.
    pub outputs: BTreeMap<String, String>,
}

/// A line of it that nothing else tells.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    bump: Bump,
}

fn is_none(bump: &Bump) -> bool {
    *bump == Bump::None
}

impl Lock {
    /// Where it stands.
    pub fn path(root: &Path) -> PathBuf {
        root.join("specs/lock.toml")
    }

    /// The file as it stands, or what is left where there is none that can be read: it is an output, and is written anew.
    pub fn load(root: &Path) -> Result<Self, Problem> {
        let path = Self::path(root);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(toml::from_str(&text).unwrap_or_else(|_| Self::bumps_of(&text))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(Problem::from(error).in_file(&path)),
        }
    }

    /// What a file says of bumps although it is no TOML: all else can be made again. Where two sides of a merge disagree,
    /// the higher one counts.
    fn bumps_of(text: &str) -> Self {
        let mut lock = Self::default();
        let mut name = "";
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("[vendors.") {
                name = rest.split(['.', ']']).next().unwrap_or_default();
            } else if let Ok(bump) = toml::from_str::<Recorded>(line) {
                let entry = lock.vendors.entry(name.to_owned()).or_default();
                entry.bump = entry.bump.max(bump.bump);
            }
        }
        lock
    }

    /// Takes over the versions of the generator and makes sure that generated code calls what it was generated for.
    pub fn set_generator(&mut self, root: &Path) -> Result<(), Problem> {
        let path = root.join("Cargo.lock");
        self.generator = generator(&path).map_err(|problem| problem.in_file(&path))?;
        self.generator.insert(SECRET_NAMES.to_owned(), secret_names::VERSION.to_string());
        Ok(())
    }

    /// Records what a vendor's client was made from.
    pub fn set_vendor(&mut self, name: &str, entry: Entry) {
        self.vendors.insert(name.to_owned(), entry);
    }

    /// What a vendor's client has asked for since its last release.
    pub fn bump(&self, name: &str) -> Bump {
        self.vendors.get(name).map(|entry| entry.bump).unwrap_or_default()
    }

    /// Whether a vendor's client was made from this file, among others.
    pub fn has_input(&self, name: &str, file: &str) -> bool {
        self.vendors.get(name).is_some_and(|entry| entry.inputs.contains_key(file))
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
    Ok(lock
        .package
        .into_iter()
        .filter(|package| GENERATOR.contains(&package.name.as_str()))
        .map(|package| (package.name, package.version))
        .collect())
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
    fn a_merge_of_locks_forgets_no_bump() {
        let text = "[vendors.mist]\n<<<<<<< ours\nbump = \"patch\"\n=======\nbump = \"major\"\n>>>>>>> theirs\n\n\
                    [vendors.mist.inputs]\n\"a\" = \"sha256:0\"\n[vendors.sailpoint]\nbump = \"minor\"\n";
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("specs")).unwrap();
        std::fs::write(Lock::path(folder.path()), text).unwrap();
        let lock = Lock::load(folder.path()).unwrap();
        let bumps = ["mist", "sailpoint", "atlassian"].map(|name| lock.bump(name));
        assert_eq!(bumps, [Bump::Major, Bump::Minor, Bump::None]);
    }
}
