//! What building a vendor's crate costs on top of plain `reqwest`, next to openapi-generator's client of the same document.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{Duration, SystemTime},
};

use clap::{Args, ValueEnum};
use tempfile::TempDir;

use crate::{
    Result,
    children::{cargo, lines, root, run, succeed},
    measure::{Cost, Spread},
    table::{Section, verdict},
};

const ABOUT: &str = "An empty program depends on one client, in a debug build of its own with cargo's default options. *Plain* is a \
program that depends on `reqwest` alone, with the feature `json` and the same kind of TLS. *Cold* is one build into an empty folder, \
after everything was fetched, and not incremental. *Share* is cold minus plain: what a program pays for the client that has `reqwest` anyway. \
*Warm* is an incremental build after the client's `lib.rs` was touched, the median of five. *Theirs* is the output of \
`openapi-generator generate -g rust --library reqwest` for `specs/<vendor>/openapi.yaml`. All programs start with our `Cargo.lock`, so \
the versions are the same. Crates are those that plain `reqwest` does not build, without the client itself.";

const TOUCHES: usize = 5;

/// What is built.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// openapi-generator, to compare with; needs Java, and the network for what its client depends on.
    #[arg(long, value_name = "JAR")]
    openapi_generator: Option<PathBuf>,
    /// The vendors; all unless said.
    #[arg(long)]
    vendor: Vec<Vendor>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Vendor {
    Atlassian,
    Launchdarkly,
    Mist,
    Sailpoint,
}

impl Vendor {
    fn name(self) -> &'static str {
        match self {
            Self::Atlassian => "atlassian",
            Self::Launchdarkly => "launchdarkly",
            Self::Mist => "mist",
            Self::Sailpoint => "sailpoint",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tls {
    /// Our default.
    Rustls,
    /// Theirs.
    Native,
}

impl Tls {
    fn feature(self) -> &'static str {
        match self {
            Self::Rustls => "rustls",
            Self::Native => "native-tls",
        }
    }
}

/// A crate to depend on.
struct Client {
    package: String,
    folder: PathBuf,
    generated_lines: usize,
}

/// What it took to build one, or why it was not built.
struct Built {
    /// The crates of the program's tree, without the program.
    crates: BTreeSet<String>,
    generated_lines: usize,
    result: std::result::Result<Times, String>,
}

#[derive(Clone, Copy)]
struct Times {
    cold: Cost,
    /// Of a client; not of `reqwest` alone.
    warm: Option<Cost>,
}

/// One client of either kind, with one kind of TLS, and `reqwest` alone with the same.
struct Pair<'a> {
    vendor: Vendor,
    tls: Tls,
    plain: &'a Built,
    ours: Built,
    theirs: Option<Built>,
}

pub(crate) fn section(options: &Options, quick: bool) -> Result<Section> {
    let vendors = if options.vendor.is_empty() { Vendor::value_variants() } else { &options.vendor };
    let mut section = Section::new("Build", ABOUT);
    let kinds = [Tls::Rustls, Tls::Native];
    let plain = [plain(kinds[0], quick)?, plain(kinds[1], quick)?];
    let mut pairs = Vec::new();
    for &vendor in vendors {
        let ours = ours(vendor)?;
        let made = options.openapi_generator.as_deref().map(|jar| theirs(vendor, jar)).transpose()?;
        for (tls, plain) in kinds.into_iter().zip(&plain) {
            let theirs = made.as_ref().map(|(_, client)| build(client, tls, quick)).transpose()?;
            pairs.push(Pair { vendor, tls, plain, ours: build(&ours, tls, quick)?, theirs });
        }
    }
    sizes(&mut section, &pairs);
    processor_time(&mut section, &pairs);
    wall_time(&mut section, &pairs);
    notes(&mut section, &pairs);
    Ok(section)
}

fn ours(vendor: Vendor) -> Result<Client> {
    let package = format!("tokenward-{}", vendor.name());
    let folder = root().join("crates").join(&package);
    Ok(Client { generated_lines: lines(&folder.join("src/generated.rs"))?, package, folder })
}

/// What openapi-generator makes of the same document; it goes with its folder.
fn theirs(vendor: Vendor, jar: &Path) -> Result<(TempDir, Client)> {
    let folder = tempfile::tempdir()?;
    let document = root().join("specs").join(vendor.name()).join("openapi.yaml");
    let mut generator = Command::new("java");
    generator.arg("-jar").arg(std::path::absolute(jar)?).args([
        "generate",
        "-g",
        "rust",
        "--library",
        "reqwest",
    ]);
    succeed(generator.arg("-i").arg(document).arg("-o").arg(folder.path()))?;
    let client = Client {
        package: "openapi".to_owned(),
        generated_lines: lines(&folder.path().join("src"))?,
        folder: folder.path().to_owned(),
    };
    Ok((folder, client))
}

/// Builds a program that depends on `reqwest` alone.
fn plain(tls: Tls, quick: bool) -> Result<Built> {
    let program = Program::new("reqwest", r#"version = "0.13""#, &["json", tls.feature()])?;
    let result = if quick { not_built() } else { program.cold()?.map(|cold| Times { cold, warm: None }) };
    Ok(Built { crates: program.crates()?, generated_lines: 0, result })
}

/// Builds a program that depends on the client.
fn build(client: &Client, tls: Tls, quick: bool) -> Result<Built> {
    let source = format!("path = {:?}", client.folder);
    let program = Program::new(&client.package, &source, &[tls.feature()])?;
    let result = if quick { not_built() } else { program.times(client)? };
    Ok(Built { crates: program.crates()?, generated_lines: client.generated_lines, result })
}

fn not_built<T>() -> std::result::Result<T, String> {
    Err("not built".to_owned())
}

/// An empty program with one dependency. Its folder is deleted when it is dropped.
struct Program(TempDir);

impl Program {
    fn new(package: &str, source: &str, features: &[&str]) -> Result<Self> {
        let program = tempfile::tempdir()?;
        let folder = program.path();
        fs::create_dir(folder.join("src"))?;
        fs::write(folder.join("src/main.rs"), "fn main() {}\n")?;
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
        let manifest = format!(
            "[package]\nname = \"program\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies.{package}]\n{source}\ndefault-features = false\nfeatures = {features:?}\n\n[workspace]\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        succeed(cargo(folder).args(["fetch", "--quiet"]))?;
        Ok(Self(program))
    }

    fn crates(&self) -> Result<BTreeSet<String>> {
        let tree = ["tree", "--locked", "--edges", "no-dev", "--prefix", "none", "--format", "{p}"];
        let tree = succeed(cargo(self.0.path()).args(tree))?;
        let crates = tree.lines().map(|line| line.trim_end_matches(" (*)").to_owned());
        Ok(crates.filter(|krate| !krate.starts_with("program v")).collect())
    }

    fn build(&self, incremental: &str) -> Result<(Output, Cost)> {
        let mut cargo = cargo(self.0.path());
        run(cargo.args(["build", "--locked", "--offline", "--quiet"]).env("CARGO_INCREMENTAL", incremental))
    }

    /// Builds into the empty folder; the reason if it does not compile.
    fn cold(&self) -> Result<std::result::Result<Cost, String>> {
        let (output, cold) = self.build("0")?;
        let said = String::from_utf8_lossy(&output.stderr);
        Ok(if output.status.success() { Ok(cold) } else { Err(why(&said)) })
    }

    fn times(&self, client: &Client) -> Result<std::result::Result<Times, String>> {
        let cold = match self.cold()? {
            Ok(cold) => cold,
            Err(why) => return Ok(Err(why)),
        };
        let library = fs::File::options().write(true).open(client.folder.join("src/lib.rs"))?;
        let untouched = library.metadata()?.modified()?;
        self.build("1")?;
        let mut warm = Vec::new();
        for _ in 0..TOUCHES {
            library.set_modified(SystemTime::now())?;
            warm.push(self.build("1")?.1);
        }
        library.set_modified(untouched)?;
        let middle = |of: fn(&Cost) -> Duration| {
            Duration::from_secs_f64(Spread::of(warm.iter().map(|cost| of(cost).as_secs_f64())).median)
        };
        let warm = Cost { cpu: middle(|cost| cost.cpu), wall: middle(|cost| cost.wall) };
        Ok(Ok(Times { cold, warm: Some(warm) }))
    }
}

/// How many errors the compiler found, and the first of them.
fn why(said: &str) -> String {
    let errors = said.lines().filter(|line| line.starts_with("error") && !line.contains("could not compile"));
    let errors: Vec<&str> = errors.collect();
    format!(
        "does not compile, {} errors: {}",
        errors.len(),
        errors.first().copied().unwrap_or("no reason given")
    )
}

fn sizes(section: &mut Section, pairs: &[Pair]) {
    let table = section.table(&["", "TLS", "crates", "theirs", "plain", "generated lines", "theirs"]);
    for Pair { vendor, tls, plain, ours, theirs } in pairs {
        let told = |figure: Option<usize>| figure.map_or("not run".to_owned(), |figure| figure.to_string());
        let theirs = theirs.as_ref();
        table.add_row([
            vendor.name().to_owned(),
            tls.feature().to_owned(),
            told(Some(added(ours, plain))),
            told(theirs.map(|theirs| added(theirs, plain))),
            told(Some(plain.crates.len())),
            told(Some(ours.generated_lines)),
            told(theirs.map(|theirs| theirs.generated_lines)),
        ]);
    }
}

/// Counts the crates that plain `reqwest` does not build, without the client itself.
fn added(client: &Built, plain: &Built) -> usize {
    client.crates.difference(&plain.crates).count().saturating_sub(1)
}

fn processor_time(section: &mut Section, pairs: &[Pair]) {
    let columns = [
        "s of CPU", "TLS", "plain", "cold", "theirs", "share", "theirs", "ratio", "warm", "theirs", "ratio",
        "bar", "",
    ];
    let table = section.table(&columns);
    for Pair { vendor, tls, plain, ours, theirs } in pairs {
        let (plain, ours) = (Some(*plain), Some(ours));
        let theirs = theirs.as_ref();
        let shares = [share(ours, plain), share(theirs, plain)];
        let warms = [ours, theirs].map(|built| time(built, |times| Some(times.warm?.cpu)));
        let is_met = quotient(shares).map(|ratio| verdict(ratio < 1.0).to_owned());
        let ratio = |figures| quotient(figures).map_or(String::new(), |ratio| format!("{ratio:.2}"));
        table.add_row([
            vendor.name().to_owned(),
            tls.feature().to_owned(),
            seconds(plain, cold),
            seconds(ours, cold),
            seconds(theirs, cold),
            told(ours, shares[0]),
            told(theirs, shares[1]),
            ratio(shares),
            told(ours, warms[0]),
            told(theirs, warms[1]),
            ratio(warms),
            "share < 1".to_owned(),
            is_met.unwrap_or_default(),
        ]);
    }
}

fn wall_time(section: &mut Section, pairs: &[Pair]) {
    let table = section.table(&["s", "TLS", "plain", "cold", "theirs", "warm", "theirs"]);
    for Pair { vendor, tls, plain, ours, theirs } in pairs {
        let wall = |times: &Times| Some(times.cold.wall);
        let plain = [seconds(Some(plain), wall)];
        let figures = [wall, |times: &Times| Some(times.warm?.wall)]
            .map(|of| [seconds(Some(ours), of), seconds(theirs.as_ref(), of)]);
        let row = [vendor.name().to_owned(), tls.feature().to_owned()];
        table.add_row(row.into_iter().chain(plain).chain(figures.into_iter().flatten()));
    }
}

fn cold(times: &Times) -> Option<Duration> {
    Some(times.cold.cpu)
}

fn time(built: Option<&Built>, of: impl Fn(&Times) -> Option<Duration>) -> Option<f64> {
    Some(of(built?.result.as_ref().ok()?)?.as_secs_f64())
}

/// Returns the seconds of a client's cold build that are not those of plain `reqwest`.
fn share(client: Option<&Built>, plain: Option<&Built>) -> Option<f64> {
    Some(time(client, cold)? - time(plain, cold)?)
}

fn quotient([ours, theirs]: [Option<f64>; 2]) -> Option<f64> {
    Some(ours? / theirs?)
}

fn seconds(built: Option<&Built>, of: impl Fn(&Times) -> Option<Duration>) -> String {
    told(built, time(built, of))
}

fn told(built: Option<&Built>, seconds: Option<f64>) -> String {
    match (built, seconds) {
        (_, Some(seconds)) => format!("{seconds:.1}"),
        (Some(_), None) => "—".to_owned(),
        (None, None) => "not run".to_owned(),
    }
}

fn notes(section: &mut Section, pairs: &[Pair]) {
    for Pair { vendor, tls, plain, ours, theirs } in pairs {
        let both = [("plain", Some(*plain)), ("ours", Some(ours)), ("theirs", theirs.as_ref())];
        for (whose, result) in both.into_iter().filter_map(|(whose, built)| Some((whose, &built?.result))) {
            if let Err(why) = result {
                section.note(format!("—: {}, {}, {whose}: {why}", vendor.name(), tls.feature()));
            }
        }
    }
    if pairs.iter().any(|pair| pair.theirs.is_none()) {
        section.note(
            "not run: what openapi-generator makes, as it was not named with `--openapi-generator JAR`",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_what_plain_reqwest_does_not_take() {
        let built = |crates: &[&str], seconds| Built {
            crates: crates.iter().map(|&krate| krate.to_owned()).collect(),
            generated_lines: 0,
            result: Ok(Times {
                cold: Cost { cpu: Duration::from_secs(seconds), wall: Duration::ZERO },
                warm: None,
            }),
        };
        let (plain, client) =
            (built(&["http", "reqwest"], 40), built(&["client", "date", "http", "reqwest"], 47));
        assert_eq!(share(Some(&client), Some(&plain)), Some(7.0));
        assert_eq!(added(&client, &plain), 1);
        let failed = Built { result: Err(String::new()), ..client };
        assert_eq!(told(Some(&failed), share(Some(&failed), Some(&plain))), "—");
        assert_eq!(told(None, share(None, Some(&plain))), "not run");
    }

    #[test]
    fn what_does_not_compile_says_how_often_and_what_first() {
        let said = "warning: x\nerror[E0425]: no `a`\n --> src\nerror[E0308]: mismatched\nerror: could not compile `openapi`\n";
        assert_eq!(why(said), "does not compile, 2 errors: error[E0425]: no `a`");
    }
}
