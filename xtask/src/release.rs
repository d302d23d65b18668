//! `specs/<vendor>/api.txt`: the API of the last release, what has changed since, and what that asks of the version.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use crate::{
    api::{Api, ApiChange, Bump, Version},
    files,
    generate::Options,
    lock::{self, Lock},
    problem::Problem,
    vendor::Vendor,
};

const RELEASED: &str = "released";
const NOT_RELEASED: &str = "not released yet";

/// What a client offered when its crate was released last, or when the first version of it was made.
#[derive(Debug, PartialEq, Eq)]
struct Baseline {
    crate_name: String,
    version: Version,
    released: bool,
    /// The hash of the code without comments: a version says that it changed even where the API did not.
    code: String,
    api: Api,
}

impl Baseline {
    fn of(crate_name: &str, version: Version, source: &str) -> Result<Self, Problem> {
        let file = syn::parse_file(source).map_err(|error| Problem::new(format!("is no Rust: {error}")))?;
        let code = files::hash(prettyplease::unparse(&file).as_bytes());
        let crate_name = crate_name.to_owned();
        Ok(Self { crate_name, version, released: false, code, api: Api::of(source)? })
    }

    fn load(path: &Path) -> Result<Option<Self>, Problem> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text).map(Some).map_err(|problem| problem.in_file(path)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Problem::from(error).in_file(path)),
        }
    }

    fn parse(text: &str) -> Result<Self, Problem> {
        let mut lines = text.lines();
        let (head, code) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        let of_another_form = |line| {
            let expected = format!(
                "is not of the form `# crate 1.2.3, {RELEASED}` or `{NOT_RELEASED}`, with a line `# code sha256:…`"
            );
            Problem::at(format!("line {line}"), expected)
        };
        let (named, state) = head.split_once(", ").ok_or_else(|| of_another_form(1))?;
        let named = named.strip_prefix("# ").and_then(|named| named.split_once(' '));
        let (crate_name, version) = named.ok_or_else(|| of_another_form(1))?;
        let released = match state {
            RELEASED => true,
            NOT_RELEASED => false,
            _ => return Err(of_another_form(1)),
        };
        Ok(Self {
            crate_name: crate_name.to_owned(),
            version: version.parse()?,
            released,
            code: code.strip_prefix("# code ").ok_or_else(|| of_another_form(2))?.to_owned(),
            api: Api::parse(text)?,
        })
    }

    fn text(&self) -> String {
        let Self { crate_name, version, released, code, api } = self;
        let state = if *released { RELEASED } else { NOT_RELEASED };
        format!(
            "# {crate_name} {version}, {state}\n# code {code}\n\
             # What its generated module offers. Written by `cargo xtask generate`, and moved by its `--release`.\n\n{api}"
        )
    }

    fn version_text(&self) -> String {
        match self.released {
            true => self.version.to_string(),
            false => format!("{} ({NOT_RELEASED})", self.version),
        }
    }

    /// The lowest version that may be released with this bump. The first one is its own measure.
    fn releasable(&self, bump: Bump) -> Version {
        if self.released { self.version.raised(bump) } else { self.version }
    }
}

/// Where the API of a vendor's last release stands.
pub fn path(vendor: &Vendor) -> PathBuf {
    vendor.folder.join("api.txt")
}

/// What a client asks of its crate's version.
#[derive(Debug, Default)]
pub struct Outlook {
    /// What [`path`] has to hold.
    pub baseline: String,
    /// What `specs/lock.toml` has to record.
    pub bump: Bump,
    /// What changed, in a sentence; none where nothing did.
    pub summary: Option<String>,
    /// What changed in the API, what breaks first.
    pub changes: Vec<ApiChange>,
    /// Why nothing may be written.
    pub refusal: Option<String>,
    /// What somebody has to mend by hand.
    pub fault: Option<String>,
}

/// Compares the client of a vendor with its last release.
pub fn outlook(
    root: &Path,
    vendor: &Vendor,
    source: &str,
    lock: &Lock,
    options: &Options,
) -> Result<Outlook, Problem> {
    let name = &vendor.name;
    let path = path(vendor);
    let manifest = root.join("crates").join(&vendor.config.crate_name).join("Cargo.toml");
    let version = version(root, &manifest)?;
    let mut present = Baseline::of(&vendor.config.crate_name, version, source)?;
    present.released = options.release;
    let file = lock::relative(root, &path);
    let Some(last) = Baseline::load(&path)? else {
        let refusal = format!(
            "error: {file} is missing, and with it the API of the last release: restore it, or say that what is here is \
             released, by `cargo xtask generate {name} --release`"
        );
        let is_lost = lock.has_input(name, &file) && !options.release;
        return Ok(Outlook {
            baseline: present.text(),
            refusal: is_lost.then_some(refusal),
            ..Outlook::default()
        });
    };
    if last.crate_name != vendor.config.crate_name {
        return Err(Problem::at("line 1", format!("is of `{}`", last.crate_name)).in_file(&path));
    }
    if version < last.version {
        let message = format!("{version} is lower than {}, whose API is in {file}", last.version);
        return Err(Problem::at("version", message).in_file(&manifest));
    }

    let mut changes = last.api.compare(&present.api);
    changes.sort_by_key(|change| !change.breaking);
    let bump = match Bump::of(&changes) {
        Bump::None if last.code != present.code => Bump::Patch,
        bump => bump,
    };
    let mut outlook = Outlook { summary: summary(&last, &changes, bump), changes, ..Outlook::default() };
    let (lowest, asked) = (last.releasable(bump), last.version.raised(bump));
    let too_low = format!(
        "{name} asks for {asked} ({bump}), and the version of its crate is {version}: raise it to that"
    );
    if options.release {
        outlook.baseline = present.text();
        outlook.refusal = (version < lowest).then(|| format!("error: {too_low}, and release it then"));
        return Ok(outlook);
    }
    outlook.baseline = last.text();
    outlook.bump = bump;
    let recorded = lock.bump(name);
    let mend = format!("run `cargo xtask generate {name}");
    if bump < recorded && !options.lower_bump {
        outlook.bump = recorded;
        outlook.refusal = Some(format!(
            "error: {name} asks for `{bump}` now, and specs/lock.toml has `{recorded}` since {}, which would be forgotten. \
             If what asked for it is gone for good, {mend} --lower-bump`",
            last.version
        ));
    } else if options.check && bump != recorded {
        outlook.fault =
            Some(format!("error: {name} asks for `{bump}`, and specs/lock.toml has `{recorded}`; {mend}`"));
    } else if version > last.version && version < lowest {
        outlook.fault = Some(format!("error: {too_low}"));
    }
    Ok(outlook)
}

fn summary(last: &Baseline, changes: &[ApiChange], bump: Bump) -> Option<String> {
    let asked = format!("asks for {} ({bump})", last.version.raised(bump));
    let breaking = changes.iter().filter(|change| change.breaking).count();
    let since = last.version_text();
    match bump {
        Bump::None => None,
        Bump::Patch => Some(format!("API: the same as in {since}, with other code: {asked}")),
        Bump::Minor => Some(format!("API: {} additive since {since}: {asked}", changes.len())),
        Bump::Major => {
            let mut text = format!("API: {breaking} breaking");
            if changes.len() > breaking {
                let _ = write!(text, ", {} additive", changes.len() - breaking);
            }
            let _ = write!(text, " since {since}: {asked}");
            Some(text)
        }
    }
}

/// The version of a crate, its own or the one of the workspace.
fn version(root: &Path, manifest: &Path) -> Result<Version, Problem> {
    let read = |path: &Path| -> Result<toml::Table, Problem> {
        let text = std::fs::read_to_string(path).map_err(|error| Problem::from(error).in_file(path))?;
        text.parse().map_err(|error: toml::de::Error| Problem::new(error.message()).in_file(path))
    };
    let package =
        |table: &toml::Table| table.get("package").and_then(|package| package.get("version")).cloned();
    let (path, version) = match package(&read(manifest)?) {
        Some(toml::Value::Table(_)) => {
            let path = root.join("Cargo.toml");
            let workspace = read(&path)?;
            (path, workspace.get("workspace").and_then(toml::Value::as_table).and_then(package))
        }
        version => (manifest.to_owned(), version),
    };
    let text = version.as_ref().and_then(toml::Value::as_str);
    let text = text.ok_or_else(|| Problem::at("version", "is missing").in_file(&path))?;
    text.parse().map_err(|problem: Problem| problem.in_file(&path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_baseline_can_be_read_again() {
        let source = "pub struct Client { inner: () } impl Client { pub async fn list(&self) {} }";
        let mut baseline = Baseline::of("tokenward-made-up", "1.2.3".parse().unwrap(), source).unwrap();
        for released in [false, true] {
            baseline.released = released;
            assert_eq!(Baseline::parse(&baseline.text()).unwrap(), baseline);
        }
    }

    #[test]
    fn what_is_no_baseline_is_refused_with_its_place() {
        for (text, place) in [
            ("", "line 1: is not of the form"),
            ("# tokenward-mist 0.1.0", "line 1: is not of the form"),
            ("# tokenward-mist 0.1.0, lost\n# code x", "line 1: is not of the form"),
            ("# tokenward-mist 0.1, released\n# code x", "`0.1` is no version of the form 1.2.3"),
            ("# tokenward-mist 0.1.0, released\n", "line 2: is not of the form"),
            ("# tokenward-mist 0.1.0, released\n# code x\n<<<<<<< HEAD", "line 3: is no `path: declaration`"),
        ] {
            let problem = Baseline::parse(text).unwrap_err().to_string();
            assert!(problem.starts_with(place), "{text}: {problem}");
        }
    }

    #[test]
    fn other_code_with_other_comments_alone_is_the_same_code() {
        let code = |source| Baseline::of("a", "1.0.0".parse().unwrap(), source).unwrap().code;
        assert_eq!(code("// one\npub fn f() {}"), code("// another\n\npub fn f() { }"));
        assert_ne!(code("pub fn f() {}"), code("pub fn f() { g() }"));
    }
}
