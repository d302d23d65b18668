//! What a vendor's crate takes to be built, beside the client that openapi-generator makes of the same document.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
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

const ABOUT: &str = "A program without a line depends on one client, in a debug build of its own with the options that cargo \
has by default. *Cold* is into an empty folder, everything having been fetched, one time, as a dependency from elsewhere is built, \
which is not incrementally; *warm* is incremental, after the client's `lib.rs` was touched, the middle of five. *Theirs* is what `openapi-generator generate -g rust --library reqwest` makes of \
`specs/<vendor>/openapi.yaml`. Both begin with our `Cargo.lock`, so that what both have is of one version. With rustls we compile ring, \
and theirs aws-lc, which is more C; with native-tls both link the OpenSSL of the system. Crates are those that are built for a client, \
besides itself.";

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
    crates: usize,
    generated_lines: usize,
    result: std::result::Result<Times, String>,
}

#[derive(Clone, Copy)]
struct Times {
    cold: Cost,
    warm: Cost,
}

/// One client of either kind, with one kind of TLS.
struct Pair {
    vendor: Vendor,
    tls: Tls,
    ours: Built,
    theirs: Option<Built>,
}

pub(crate) fn section(options: &Options, quick: bool) -> Result<Section> {
    let vendors = if options.vendor.is_empty() { Vendor::value_variants() } else { &options.vendor };
    let mut section = Section::new("Build", ABOUT);
    let mut pairs = Vec::new();
    for &vendor in vendors {
        let ours = ours(vendor)?;
        let made = options.openapi_generator.as_deref().map(|jar| theirs(vendor, jar)).transpose()?;
        for tls in [Tls::Rustls, Tls::Native] {
            let theirs = made.as_ref().map(|(_, client)| build(client, tls, quick)).transpose()?;
            pairs.push(Pair { vendor, tls, ours: build(&ours, tls, quick)?, theirs });
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

/// Builds a program without a line that depends on the client.
fn build(client: &Client, tls: Tls, quick: bool) -> Result<Built> {
    let program = tempfile::tempdir()?;
    let folder = program.path();
    fs::create_dir(folder.join("src"))?;
    fs::write(folder.join("src/main.rs"), "fn main() {}\n")?;
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let manifest = format!(
        "[package]\nname = \"program\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies.{}]\npath = {:?}\n\
         default-features = false\nfeatures = [{:?}]\n\n[workspace]\n",
        client.package,
        client.folder,
        tls.feature()
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    succeed(cargo(folder).args(["fetch", "--quiet"]))?;
    let tree = ["tree", "--locked", "--edges", "no-dev", "--prefix", "none", "--format", "{p}"];
    let tree = succeed(cargo(folder).args(tree))?;
    let crates: BTreeSet<&str> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    // Neither the program nor the client.
    let crates = crates.len().saturating_sub(2);
    let result = if quick { Err("not built".to_owned()) } else { times(client, folder)? };
    Ok(Built { crates, generated_lines: client.generated_lines, result })
}

fn times(client: &Client, folder: &Path) -> Result<std::result::Result<Times, String>> {
    let once = |incremental: &str| {
        let mut cargo = cargo(folder);
        run(cargo.args(["build", "--locked", "--offline", "--quiet"]).env("CARGO_INCREMENTAL", incremental))
    };
    let (output, cold) = once("0")?;
    if !output.status.success() {
        return Ok(Err(why(&String::from_utf8_lossy(&output.stderr))));
    }
    let library = fs::File::options().write(true).open(client.folder.join("src/lib.rs"))?;
    let untouched = library.metadata()?.modified()?;
    once("1")?;
    let mut warm = Vec::new();
    for _ in 0..TOUCHES {
        library.set_modified(SystemTime::now())?;
        warm.push(once("1")?.1);
    }
    library.set_modified(untouched)?;
    let middle = |of: fn(&Cost) -> Duration| {
        Duration::from_secs_f64(Spread::of(warm.iter().map(|cost| of(cost).as_secs_f64())).median)
    };
    Ok(Ok(Times { cold, warm: Cost { cpu: middle(|cost| cost.cpu), wall: middle(|cost| cost.wall) } }))
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
    let table = section.table(&["", "TLS", "crates", "theirs", "generated lines", "theirs"]);
    for Pair { vendor, tls, ours, theirs } in pairs {
        let of = |figure: fn(&Built) -> usize| {
            [
                figure(ours).to_string(),
                theirs.as_ref().map_or("not run".to_owned(), |built| figure(built).to_string()),
            ]
        };
        let figures = of(|built| built.crates).into_iter().chain(of(|built| built.generated_lines));
        table.add_row([vendor.name().to_owned(), tls.feature().to_owned()].into_iter().chain(figures));
    }
}

fn processor_time(section: &mut Section, pairs: &[Pair]) {
    let columns = ["s of CPU", "TLS", "cold", "theirs", "ratio", "warm", "theirs", "ratio", "bar", ""];
    let table = section.table(&columns);
    let mut add = |vendor: Vendor, tls: &str, ours: &Built, theirs: Option<&Built>| {
        let [cold, warm] = [|times: &Times| times.cold.cpu, |times: &Times| times.warm.cpu]
            .map(|of| [seconds(Some(ours), of), seconds(theirs, of), ratio(ours, theirs, of).1]);
        let is_met =
            ratio(ours, theirs, |times| times.cold.cpu).0.map(|ratio| verdict(ratio < 1.0).to_owned());
        let bar = ["cold < 1".to_owned(), is_met.unwrap_or_default()];
        let row = [vendor.name().to_owned(), tls.to_owned()];
        table.add_row(row.into_iter().chain(cold).chain(warm).chain(bar));
    };
    for pair in pairs {
        add(pair.vendor, pair.tls.feature(), &pair.ours, pair.theirs.as_ref());
    }
    for pair in pairs.chunks_exact(2) {
        add(pair[0].vendor, "each its own", &pair[0].ours, pair[1].theirs.as_ref());
    }
}

fn wall_time(section: &mut Section, pairs: &[Pair]) {
    let table = section.table(&["s", "TLS", "cold", "theirs", "warm", "theirs"]);
    for Pair { vendor, tls, ours, theirs } in pairs {
        let figures = [|times: &Times| times.cold.wall, |times: &Times| times.warm.wall]
            .map(|of| [seconds(Some(ours), of), seconds(theirs.as_ref(), of)]);
        let row = [vendor.name().to_owned(), tls.feature().to_owned()];
        table.add_row(row.into_iter().chain(figures.into_iter().flatten()));
    }
}

fn seconds(built: Option<&Built>, of: fn(&Times) -> Duration) -> String {
    match built.map(|built| &built.result) {
        Some(Ok(times)) => format!("{:.1}", of(times).as_secs_f64()),
        Some(Err(_)) => "—".to_owned(),
        None => "not run".to_owned(),
    }
}

fn ratio(ours: &Built, theirs: Option<&Built>, of: fn(&Times) -> Duration) -> (Option<f64>, String) {
    let time = |built: &Built| built.result.as_ref().ok().map(|times| of(times).as_secs_f64());
    let ratio = time(ours).zip(theirs.and_then(time)).map(|(ours, theirs)| ours / theirs);
    (ratio, ratio.map_or(String::new(), |ratio| format!("{ratio:.2}")))
}

fn notes(section: &mut Section, pairs: &[Pair]) {
    for Pair { vendor, tls, ours, theirs } in pairs {
        let both = [("ours", Some(ours)), ("theirs", theirs.as_ref())];
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
    fn what_does_not_compile_says_how_often_and_what_first() {
        let said = "warning: x\nerror[E0425]: no `a`\n --> src\nerror[E0308]: mismatched\nerror: could not compile `openapi`\n";
        assert_eq!(why(said), "does not compile, 2 errors: error[E0425]: no `a`");
    }
}
