//! What was made, what was found, and what is left to do by hand.

use super::{Lowered, NewVendor, servers::Servers, spec::WithoutWords};

/// As many lines as say enough of any list.
const MOST: usize = 10;

pub(super) fn all(vendor: &NewVendor, generated: &[String], report: &mut dyn FnMut(&str)) {
    report("written");
    for (path, content) in &vendor.files {
        report(&format!("  {} ({} lines)", path.display(), content.lines().count()));
    }
    report(&format!(
        "  crates/{}/src/generated.rs, specs/{}/api.txt, specs/lock.toml, Cargo.lock",
        vendor.name.crate_name(),
        vendor.name.as_str()
    ));
    generated
        .iter()
        .filter(|line| !line.starts_with("lock.toml"))
        .for_each(|line| report(&format!("  {line}")));
    found(vendor, report);
    by_hand(vendor, report);
    next(vendor, report);
}

fn found(vendor: &NewVendor, report: &mut dyn FnMut(&str)) {
    report("found");
    let mut or = "";
    for one in &vendor.auth.alternatives {
        report(&format!("  credential: {or}{}", one.describe()));
        or = "or ";
    }
    if vendor.auth.alternatives.is_empty() {
        report("  credential: none is asked for");
    }
    report(&match &vendor.servers {
        Servers::Unknown => "  address: none, so that `base_url` has to be said".to_owned(),
        Servers::One(url) => format!("  address: {url}"),
        Servers::Several(all) => {
            let all: Vec<String> = all.iter().map(|(name, url)| format!("{name} {url}")).collect();
            format!("  addresses: {}", all.join(", "))
        }
        Servers::Template { url, .. } => format!("  address: {url}"),
    });
    report(&match &vendor.list {
        Some(list) => format!("  a list to try: {}, as `{}`", list.route, list.method),
        None => "  a list to try: none".to_owned(),
    });
    let variables: Vec<&str> = vendor.environment.iter().map(|(name, _)| name.as_str()).collect();
    report(&format!("  environment: {}", variables.join(", ")));
}

fn by_hand(vendor: &NewVendor, report: &mut dyn FnMut(&str)) {
    let name = vendor.name.as_str();
    report("by hand, in this order");
    let config = &vendor.config;
    report(&format!(
        "  - specs/{name}/vendor.toml: check by eye what was read off the document, and say in `published` where it can be had"
    ));
    for (what, list) in [
        ("secrets", &config.secrets),
        ("not_secrets", &config.not_secrets),
        ("passing_secrets", &config.passing_secrets),
        ("dates", &config.dates),
        ("ids", &config.ids),
    ] {
        report(&format!("      {what}: {}", some(list.iter().map(String::as_str))));
    }
    for (place, why) in config.doubts.iter().take(MOST) {
        report(&format!("      {place}: {why}"));
    }
    if config.doubts.len() > MOST {
        report(&format!("      and {} more places that may hold a secret", config.doubts.len() - MOST));
    }
    let file = config.upstream.iter().find_map(|upstream| upstream.file.as_deref());
    if let Some(file) = file {
        report(&format!("      file: put the document there, as {}, or take the line out", file.display()));
    }
    report("      repeatable: what may be sent twice although it is a POST or a PATCH");
    let mut point = |text: String| report(&format!("  - {text}"));
    if let Some(Lowered { refusal, losses }) = &vendor.lowered {
        point(format!(
            "specs/{name}/openapi.yaml: not the published structure, which would not do ({refusal}); `spec verify` and \
             `spec update` will see another one. Put the published one there and mend it in overlay.yaml, or keep this one. \
             What it lost: {}",
            if losses.is_empty() { "nothing".to_owned() } else { losses.len().to_string() }
        ));
        losses.iter().take(MOST).for_each(|loss| point(format!("  lost: {loss}")));
        if losses.len() > MOST {
            point(format!("  and {} more", losses.len() - MOST));
        }
    }
    if vendor.has_unsaid_security {
        point(format!(
            "specs/{name}/overlay.yaml: the document asks for no credential and names some; the overlay asks for any of them: check it"
        ));
    }
    for reason in &vendor.auth.by_hand {
        point(format!("src/client.rs: a credential to look at: {reason}"));
    }
    for url in &vendor.other_servers {
        point(format!("src/client.rs: an address that it does not have: {url}"));
    }
    if !vendor.unknown.is_empty() {
        point(format!(
            "{} operations have to do with tokens and are not selected: keep them, or list them under `known`, with the reason: {}",
            vendor.unknown.len(),
            some(vendor.unknown.iter().map(String::as_str))
        ));
    }
    let WithoutWords { operations, answers, parameters, schemas, fields } = vendor.without_words;
    point(format!(
        "specs/{name}/openapi.yaml: words of our own for {operations} operations, {parameters} parameters, {answers} answers, \
         {schemas} schemas and {fields} fields"
    ));
    point("families: a file for each in src/, after the model of another vendor's, and `families` in vendor.toml".to_owned());
    point(
        "README.md of the crate: what it is for, the least right of each operation, what it cannot do"
            .to_owned(),
    );
    let crate_name = vendor.name.crate_name();
    point(format!("Cargo.toml: a line for {crate_name} in the table of dependencies"));
    point(format!(".cargo/deny.toml: {crate_name} among those who may depend on reqwest"));
    point(format!(".cargo/budget.toml: what {crate_name} may cost; `cargo xtask budget` says what it does"));
    point(".ci/run: the vendor in the lists of clients that are built alone".to_owned());
    point("crates/tokenward: a feature, a module, the TLS features, the tables of the READMEs".to_owned());
    point("crates/tokenward-testkit: a simulator; tests/: the promises, on it".to_owned());
    point("CHANGELOG.md: a line for those who use the crates".to_owned());
}

fn next(vendor: &NewVendor, report: &mut dyn FnMut(&str)) {
    let name = vendor.name.as_str();
    report("next");
    report(&format!("  cargo test -p {}", vendor.name.crate_name()));
    if vendor.list.is_some() {
        report(&format!("  cargo run --example {name}-list"));
    }
    report(&format!("  cargo xtask generate {name}, after each change of specs/{name}"));
    report("  INSTA_UPDATE=always cargo test --workspace, and read the snapshots that are new");
}

fn some<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let count = names.len();
    let mut text = names.take(MOST).collect::<Vec<_>>().join(", ");
    if count == 0 {
        text = "none".to_owned();
    } else if count > MOST {
        text += &format!(" and {} more", count - MOST);
    }
    text
}
