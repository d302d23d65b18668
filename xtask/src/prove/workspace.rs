//! A workspace of its own, in which clients, consumers and a program that reads answers are compiled.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde::Serialize;
use serde_json::Value;

use super::{
    client::{self, Client},
    samples::Answer,
};
use crate::{files, problem::Problem};

/// A consumer of one client, compiled with another, by their names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    pub(super) consumer: String,
    pub(super) client: String,
}

impl Pair {
    fn module(&self) -> String {
        format!("{}_with_{}", self.consumer, self.client)
    }
}

/// Answers that one method of one client is to read.
#[derive(Debug, Serialize)]
pub(super) struct Case {
    pub(super) client: String,
    pub(super) method: String,
    pub(super) sent: Vec<Value>,
    pub(super) answers: Vec<Answer>,
}

/// Where all of it is compiled.
pub(super) struct Workspace<'a> {
    root: &'a Path,
    folder: PathBuf,
    clients: &'a BTreeMap<String, Client>,
}

/// The members: two crates of clients, for two processors; consumers that are expected to compile, and others.
const CLIENTS: [&str; 2] = ["clients_one", "clients_two"];
const KEPT: &str = "consumers_kept";
const BROKEN: &str = "consumers_broken";
const READER: &str = "reader";

/// What the compiler says: errors of one round hide those of the next.
const MOST_ROUNDS: usize = 12;

impl<'a> Workspace<'a> {
    /// At the same place every time, so that what was compiled serves again.
    pub(super) fn new(
        root: &'a Path,
        folder: PathBuf,
        clients: &'a BTreeMap<String, Client>,
    ) -> Result<Self, Problem> {
        let workspace = Self { root, folder, clients };
        workspace.manifests()?;
        for (index, member) in CLIENTS.iter().enumerate() {
            let mine = clients.values().skip(index).step_by(CLIENTS.len());
            let sources: BTreeMap<&str, &str> =
                mine.map(|client| (client.name.as_str(), client.source.as_str())).collect();
            workspace.member(member, "lib", sources.keys().copied().map(public).collect(), &sources)?;
        }
        // Cargo wants every member to be there.
        if !workspace.folder.join(READER).join("src/main.rs").is_file() {
            workspace.member(READER, "main", vec!["fn main() {}".to_owned()], &BTreeMap::new())?;
        }
        Ok(workspace)
    }

    fn manifests(&self) -> Result<(), Problem> {
        let manifest = read(&self.root.join("Cargo.toml"))?;
        let manifest: toml::Table = toml::from_str(&manifest).map_err(Problem::new)?;
        let shared = |name: &str| manifest.get("workspace")?.get("dependencies")?.get(name);
        let dependency = |name: &str, features: &[&str]| -> Result<String, Problem> {
            let version =
                shared(name).and_then(|value| value.as_str().or_else(|| value.get("version")?.as_str()));
            let version = version.ok_or_else(|| Problem::at(name, "is no shared dependency"))?;
            Ok(format!(
                "{name} = {{ version = \"{version}\", default-features = false, features = {features:?} }}\n"
            ))
        };
        let http = self.root.join("crates/tokenward-http");
        let dependencies = [
            format!("tokenward-http = {{ path = {:?} }}\n", http.display().to_string()),
            dependency("reqwest", &["json"])?,
            dependency("serde", &["derive", "std"])?,
            dependency("serde_json", &["std"])?,
        ]
        .concat();
        let local: String =
            CLIENTS.iter().map(|name| format!("{name} = {{ path = \"../{name}\" }}\n")).collect();
        let tokio = dependency("tokio", &["rt", "net", "time"])?;
        let members = CLIENTS.iter().copied().chain([KEPT, BROKEN, READER]);
        let names: Vec<&str> = members.collect();
        let profile = manifest.get("profile").map(|profile| toml::to_string(profile).map_err(Problem::new));
        let profile = profile.transpose()?.unwrap_or_default().replace("[dev", "[profile.dev");
        self.put("Cargo.toml", &format!("[workspace]\nresolver = \"3\"\nmembers = {names:?}\n\n{profile}"))?;
        for name in names {
            let more = match name {
                KEPT | BROKEN => local.as_str(),
                READER => tokio.as_str(),
                _ => "",
            };
            let package = format!(
                "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n"
            );
            self.put(
                &format!("{name}/Cargo.toml"),
                &format!("{package}\n[dependencies]\n{dependencies}{more}"),
            )?;
        }
        // The versions that the clients have.
        if !self.folder.join("Cargo.lock").is_file() {
            fs::copy(self.root.join("Cargo.lock"), self.folder.join("Cargo.lock"))?;
        }
        Ok(())
    }

    fn put(&self, path: &str, content: &str) -> Result<(), Problem> {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(&self.folder))?;
        files::bring(&path, content, false).map(|_| ())
    }

    /// The sources of one member: what stands in its first file, and the files beside it.
    fn member(
        &self,
        member: &str,
        first: &str,
        lines: Vec<String>,
        beside: &BTreeMap<&str, &str>,
    ) -> Result<(), Problem> {
        let wanted: BTreeSet<String> =
            beside.keys().copied().chain([first]).map(|name| format!("{name}.rs")).collect();
        let folder = self.folder.join(member).join("src");
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if !wanted.contains(&*entry.file_name().to_string_lossy()) {
                fs::remove_file(entry.path())?;
            }
        }
        for (name, source) in beside {
            self.put(&format!("{member}/src/{name}.rs"), source)?;
        }
        self.put(&format!("{member}/src/{first}.rs"), &format!("#![allow(warnings)]\n{}", lines.join("\n")))
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.root.join("target"), PathBuf::from);
        command
            .args(arguments)
            .args(["--offline", "--message-format=json"])
            // Dependencies that are compiled there already serve here, too.
            .env("CARGO_TARGET_DIR", target)
            .current_dir(&self.folder)
            .stdin(Stdio::null());
        command
    }

    /// The pairs of these that do not compile, each with the compiler's first word on it.
    pub(super) fn refused(&self, kept: &[Pair], broken: &[Pair]) -> Result<BTreeMap<Pair, String>, Problem> {
        let mut open: Vec<(&str, Vec<&Pair>)> =
            vec![(KEPT, kept.iter().collect()), (BROKEN, broken.iter().collect())];
        let modules: BTreeMap<String, &Pair> =
            kept.iter().chain(broken).map(|pair| (pair.module(), pair)).collect();
        let mut refused = BTreeMap::new();
        for _ in 0..MOST_ROUNDS {
            for (member, pairs) in &open {
                self.consumers(member, pairs)?;
            }
            let found = self.errors(&modules)?;
            if found.is_empty() {
                return Ok(refused);
            }
            for (_, pairs) in &mut open {
                pairs.retain(|pair| !found.contains_key(*pair));
            }
            refused.extend(found);
        }
        Err(Problem::new(format!("the compiler finds something new after {MOST_ROUNDS} rounds")))
    }

    fn consumers(&self, member: &str, pairs: &[&Pair]) -> Result<(), Problem> {
        let crate_of = |client: &str| {
            let index = self.clients.keys().position(|name| name == client).unwrap_or_default();
            CLIENTS[index % CLIENTS.len()]
        };
        let sources: BTreeMap<String, String> = pairs
            .iter()
            .map(|pair| {
                let consumer = &self.clients[&pair.consumer].consumer;
                let source = format!("use {}::{} as raw;\n{consumer}", crate_of(&pair.client), pair.client);
                (pair.module(), source)
            })
            .collect();
        let sources: BTreeMap<&str, &str> =
            sources.iter().map(|(name, source)| (name.as_str(), source.as_str())).collect();
        self.member(member, "lib", sources.keys().copied().map(public).collect(), &sources)
    }

    fn errors(&self, modules: &BTreeMap<String, &Pair>) -> Result<BTreeMap<Pair, String>, Problem> {
        let arguments = ["check", "--keep-going", "-p", KEPT, "-p", BROKEN];
        let output = self.cargo(&arguments).stderr(Stdio::piped()).output()?;
        let mut found = BTreeMap::new();
        for message in messages(&output.stdout) {
            let Some(message) = message.get("message").filter(|message| message["level"] == "error") else {
                continue;
            };
            let rendered = message["message"].as_str().unwrap_or_default();
            let spans = message["spans"].as_array().into_iter().flatten();
            let files = spans.filter_map(|span| Path::new(span["file_name"].as_str()?).file_stem()?.to_str());
            match files.into_iter().find_map(|module| modules.get(module)) {
                Some(pair) => drop(found.entry((*pair).clone()).or_insert_with(|| rendered.to_owned())),
                // That some errors were found is one more message.
                None if rendered.starts_with("aborting") => {}
                None => return Err(Problem::new(format!("a client does not compile: {rendered}"))),
            }
        }
        if found.is_empty() && !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let said = said.lines().find(|line| line.starts_with("error")).unwrap_or("no reason given");
            return Err(Problem::new(format!("cargo does not compile the consumers: {said}")));
        }
        Ok(found)
    }

    /// What is wrong with the answers of each case, as the clients see it.
    pub(super) fn unread(&self, cases: &[Case]) -> Result<Vec<Vec<String>>, Problem> {
        let names: BTreeSet<&str> = cases.iter().map(|case| case.client.as_str()).collect();
        let clients: Vec<&Client> = names.iter().filter_map(|name| self.clients.get(*name)).collect();
        let dispatch = client::dispatch(clients.iter().copied());
        let mut sources: BTreeMap<&str, &str> =
            clients.iter().map(|client| (client.name.as_str(), client.source.as_str())).collect();
        sources.insert("clients", &dispatch);
        self.member(READER, "main", vec![include_str!("program.rs").replace("//!", "//")], &sources)?;
        let output = self.cargo(&["build", "-p", READER]).stderr(Stdio::piped()).output()?;
        let messages = messages(&output.stdout);
        if !output.status.success() {
            let rendered = messages.iter().find(|message| message["message"]["level"] == "error");
            let rendered = rendered.and_then(|message| message["message"]["rendered"].as_str());
            let said =
                rendered.map_or_else(|| String::from_utf8_lossy(&output.stderr).into_owned(), str::to_owned);
            return Err(Problem::new(format!("the reader does not compile: {}", said.replace('\n', " "))));
        }
        let program = messages.iter().find_map(|message| message.get("executable")?.as_str());
        let program = program.ok_or_else(|| Problem::new("cargo builds no reader"))?;
        let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = serde_json::to_vec(cases).map_err(Problem::new)?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(&input)?;
        }
        let output = child.wait_with_output()?;
        let lines = String::from_utf8_lossy(&output.stdout).into_owned();
        let found: Vec<Vec<String>> =
            lines.lines().map(serde_json::from_str).collect::<Result<_, _>>().map_err(Problem::new)?;
        match found.len() == cases.len() {
            true => Ok(found),
            false => Err(Problem::new(format!("the reader read {} of {} cases", found.len(), cases.len()))),
        }
    }
}

fn public(module: &str) -> String {
    format!("pub mod {module};")
}

fn messages(output: &[u8]) -> Vec<Value> {
    String::from_utf8_lossy(output).lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn read(path: &Path) -> Result<String, Problem> {
    fs::read_to_string(path).map_err(|error| Problem::from(error).in_file(path))
}
