//! `cargo xtask new-vendor`: from a published document to a vendor's folder and a crate that compiles.
//!
//! All of it is made in memory, from the configuration that [`derive`](mod@crate::derive) reads
//! off the document; then it is written, and generated the ordinary way. Where
//! that fails, nothing of it is left. What a document cannot say, and what has
//! to be looked at, is reported.

mod auth;
mod calls;
mod client;
mod files;
mod name;
mod prefix;
mod report;
mod servers;
mod spec;
mod write;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use regex::Regex;
use serde_json::Value;

use self::{
    auth::Auth,
    calls::ListCall,
    client::Client,
    name::Name,
    servers::Servers,
    spec::{Spec, WithoutWords},
};
use crate::{
    derive, document, generate, normalise, order::Order, problem::Problem, radar, rust, slice,
    vendor::Config, whole,
};

/// Whose client to begin, and from what.
#[derive(Debug)]
pub struct Options {
    /// The name of its folder, and of all that is named after it.
    pub name: String,
    /// The published document.
    pub from: PathBuf,
    /// Which operations, by `METHOD /path` or `operationId`; all where there is none.
    pub select: Option<String>,
    /// The day on which the structure is taken from the document, as `2026-11-22`.
    pub today: String,
}

/// Makes the vendor's folder and the crate, and reports what was found and what is left to do.
pub fn run(root: &Path, options: &Options, report: &mut dyn FnMut(&str)) -> Result<(), Problem> {
    let name = Name::parse(&options.name)?;
    let places = [root.join("specs").join(name.as_str()), root.join("crates").join(name.crate_name())];
    if let Some(place) = places.iter().find(|place| place.exists()) {
        return Err(Problem::new("is there already: nothing is written over it").in_file(place));
    }
    let select = options.select.as_deref().map(Regex::new).transpose();
    let select = select.map_err(|error| {
        // What is wrong stands behind a drawing of where.
        let reason = error.to_string();
        let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        Problem::at("--select", format!("is no regular expression: {reason}"))
    })?;
    let vendor = NewVendor::of(root, name, options, select.as_ref())?;
    let mut generated = Vec::new();
    write::all(root, &places, &vendor.files, || {
        let options =
            generate::Options { vendors: vec![vendor.name.as_str().to_owned()], ..Default::default() };
        match generate::run(root, &options, &mut |line| generated.push(line.to_owned()))? {
            true => Ok(()),
            false => {
                let error = generated.iter().find(|line| line.starts_with("error")).or(generated.last());
                Err(Problem::new(error.cloned().unwrap_or_default()))
            }
        }
    })?;
    report::all(&vendor, &generated, report);
    Ok(())
}

/// Brings `Cargo.lock` to what the members are now, without which `--locked` refuses to build.
pub fn lock(root: &Path, report: &mut dyn FnMut(&str)) {
    if !write::lock(root) {
        report(
            "Cargo.lock does not have the new crate: run `cargo metadata --offline > target/metadata.json`",
        );
    }
}

/// All that is known of a new vendor before anything is written.
struct NewVendor {
    name: Name,
    config: Config,
    auth: Auth,
    servers: Servers,
    other_servers: Vec<String>,
    has_unsaid_security: bool,
    lowered: Option<Lowered>,
    without_words: WithoutWords,
    list: Option<ListCall>,
    environment: Vec<(String, String)>,
    /// Operations on tokens that are not selected.
    unknown: Vec<String>,
    /// By their path from the workspace's root.
    files: Vec<(PathBuf, String)>,
}

impl NewVendor {
    fn of(root: &Path, name: Name, options: &Options, select: Option<&Regex>) -> Result<Self, Problem> {
        let in_file = |problem: Problem| problem.in_file(&options.from);
        let published = document::load_published(&options.from)?;
        let order: Order = document::read_as(&options.from)?;
        let Begun { spec, config, source, unsaid, lowered } =
            begin(&published, &order, &name, select).map_err(in_file)?;
        let config = described(config, &published, &name, options);
        let corrected = with_security(&spec.value, unsaid.as_ref());
        let auth = auth::of(&corrected, &published);
        let arguments = auth.arguments();
        let taken: BTreeSet<String> =
            client::TAKEN.iter().copied().chain(arguments.keys().copied()).map(str::to_owned).collect();
        let (servers, other_servers) = servers::of(&corrected, &taken);
        let client = Client { name: &name, auth: &auth, servers: &servers };
        let list = calls::list(&source, &config).map_err(in_file)?;
        let environment = client.environment();
        let files = files(root, &client, &config, list.as_ref(), spec.text, unsaid.as_ref())?;
        let sightings = radar::sightings(&published);
        let unknown = radar::unknown(&config, &sightings);
        let unknown = unknown.into_iter().map(|sighting| sighting.operation.clone()).collect();
        Ok(Self {
            without_words: spec.without_words,
            has_unsaid_security: unsaid.is_some(),
            lowered,
            name,
            config,
            auth,
            servers,
            other_servers,
            list,
            environment,
            unknown,
            files,
        })
    }
}

/// What comes of a document.
struct Begun {
    spec: Spec,
    config: Config,
    source: String,
    /// The security that the document forgot to ask for.
    unsaid: Option<Value>,
    /// Where the structure is not the published one.
    lowered: Option<Lowered>,
}

/// Why the structure as published would not do, and what the one that does has not.
struct Lowered {
    refusal: Problem,
    losses: Vec<whole::Loss>,
}

/// The structure of what is selected, what is read off it, and the client that it gives.
///
/// Where the passes refuse the structure as it is published, it is lowered to one that they take, and says what is lost.
fn begin(published: &Value, order: &Order, name: &Name, select: Option<&Regex>) -> Result<Begun, Problem> {
    let operations = derive::operations(published, select)?;
    let slice = slice::operations(published, operations.values().map(String::as_str));
    let unsaid = auth::unsaid(published);
    let refusal = match begin_with(&slice, order, name, unsaid.clone()) {
        Ok(begun) => return Ok(begun),
        Err(refusal) => refusal,
    };
    let mut lowered = published.clone();
    let (_, losses) = whole::lower(&mut lowered, select)?;
    // Credentials and addresses are none of a client's methods, and are left as they are.
    if let Some(servers) = published.get("servers") {
        lowered["servers"] = servers.clone();
    }
    if let Some(schemes) = published.pointer("/components/securitySchemes") {
        lowered["components"]["securitySchemes"] = schemes.clone();
    }
    if let (Some(_), Some(lowered)) = (&unsaid, lowered.as_object_mut()) {
        lowered.remove("security");
    }
    let mut begun = begin_with(&lowered, order, name, unsaid)?;
    begun.lowered = Some(Lowered { refusal, losses });
    Ok(begun)
}

fn begin_with(slice: &Value, order: &Order, name: &Name, unsaid: Option<Value>) -> Result<Begun, Problem> {
    document::check(slice)?;
    let spec = spec::write(slice, order, name)?;
    let mut document = with_security(&spec.value, unsaid.as_ref());
    // Descriptions tell of secrets, and the written document has none of them.
    let mut config = derive::config(&with_security(slice, unsaid.as_ref()), None)?;
    normalise::normalise(&mut document, &config, &[])?;
    normalise::check_choices(&document)?;
    // Only where it has to be.
    config.numbered_fields = false;
    let source = match rust::generate(&document, &config) {
        Ok(client) => client.source,
        Err(_) => {
            config.numbered_fields = true;
            rust::generate(&document, &config)?.source
        }
    };
    Ok(Begun { spec, config, source, unsaid, lowered: None })
}

fn with_security(document: &Value, unsaid: Option<&Value>) -> Value {
    let mut document = document.clone();
    if let Some(security) = unsaid {
        document["security"] = security.clone();
    }
    document
}

/// The configuration with what no document says of itself.
fn described(mut config: Config, published: &Value, name: &Name, options: &Options) -> Config {
    config.title = name.title();
    config.crate_name = name.crate_name();
    let file = options.from.file_name().map(|file| Path::new(name.as_str()).join(file));
    for upstream in &mut config.upstream {
        upstream.name = name.title();
        upstream.compared = options.today.clone();
        upstream.file = file.clone();
        let licence = published.pointer("/info/license/name").and_then(Value::as_str);
        upstream.licence = licence.unwrap_or("not stated").to_owned();
    }
    config
}

fn files(
    root: &Path,
    client: &Client<'_>,
    config: &Config,
    list: Option<&ListCall>,
    spec: String,
    unsaid: Option<&Value>,
) -> Result<Vec<(PathBuf, String)>, Problem> {
    let (name, auth) = (client.name, client.auth);
    let specs = Path::new("specs").join(name.as_str());
    let folder = Path::new("crates").join(name.crate_name());
    let has_servers = matches!(client.servers, Servers::Several(_));
    let formatted = |source: &str| write::formatted(root, source);
    let mut files = vec![
        (specs.join("openapi.yaml"), spec),
        (specs.join("overlay.yaml"), files::overlay(name, unsaid)),
        (specs.join("vendor.toml"), files::vendor(name, config)),
        (folder.join("Cargo.toml"), files::manifest(name, list.is_some())),
        (folder.join("README.md"), files::readme(name, client, auth, config, list)),
        (folder.join("src/lib.rs"), formatted(&files::root(name, has_servers))?),
        (folder.join("src/client.rs"), formatted(&client.source())?),
    ];
    if let Some(list) = list {
        let example = list.example(name, &client.environment());
        files.push((folder.join("examples/list.rs"), formatted(&example)?));
    }
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        if let Ok(text) = std::fs::read_to_string(root.join(licence)) {
            files.push((folder.join(licence), text));
        }
    }
    Ok(files)
}
