//! The files that are not generated: the configuration, the manifest, the README and the crate's root.

use std::{collections::BTreeSet, fmt::Write as _};

use serde_json::Value;

use super::{
    auth::Auth,
    calls::{self, ListCall},
    client::Client,
    name::Name,
};
use crate::{
    schema,
    vendor::Config,
    yaml::{self, Fresh},
};

/// `overlay.yaml`; the security that the document forgot to ask for is its first correction.
pub(super) fn overlay(name: &Name, unsaid: Option<&Value>) -> String {
    let text = format!(
        "# What the vendor's document gets wrong. An action names what it changes, why, and what it expects to find:\n\
         #\n\
         # - target: $.components.schemas.Thing.properties.createdAt\n\
         #   description: It is a date, and has no format.\n\
         #   x-evidence: How it is known.\n\
         #   x-expect: {{type: string}}\n\
         #   x-expect-absent: [format]\n\
         #   update: {{format: date-time}}\n\
         overlay: 1.0.0\ninfo:\n  title: Corrections to the {} document\n  version: 1.0.0\nextends: openapi.yaml\n",
        name.title()
    );
    let actions = unsaid.map(security_action).into_iter().collect();
    text + &yaml::document(&[("actions".to_owned(), Fresh::List(actions))])
}

/// Asks for what the document names.
fn security_action(security: &Value) -> Fresh {
    let text = |text: &str| Fresh::Scalar(text.into());
    let map = |members: Vec<(&str, Fresh)>| {
        Fresh::Map(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    };
    let schemes = security.as_array().into_iter().flatten().flat_map(schema::members);
    let schemes = schemes.map(|(name, _)| map(vec![(name, Fresh::List(Vec::new()))]));
    map(vec![
        ("target", text("$")),
        ("description", text("Its operations want a credential, and none of them says so.")),
        ("x-evidence", text("The document names security schemes, and uses none.")),
        ("x-expect", map(vec![("components", map(vec![("securitySchemes", map(Vec::new()))]))])),
        ("x-expect-absent", Fresh::List(vec![text("security")])),
        ("update", map(vec![("security", Fresh::List(schemes.collect()))])),
    ])
}

/// `vendor.toml`.
pub(super) fn vendor(name: &Name, config: &Config) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let list = |key: &str, values: &BTreeSet<String>| match values.len() {
        0 => format!("{key} = []\n"),
        1..=3 => {
            let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
            format!("{key} = [{}]\n", values.join(", "))
        }
        _ => {
            let values: String = values.iter().map(|value| format!("  {},\n", quoted(value))).collect();
            format!("{key} = [\n{values}]\n")
        }
    };
    let mut text = format!(
        "# What is kept of the vendor's documents, and what the generated client must look like.\n\
         title = {}\ncrate = {}\n# `{}/…`, once there are any.\nfamilies = []\n\n\
         # Properties that identify a record: they alone are required of an answer.\n{}",
        quoted(&config.title),
        quoted(&config.crate_name),
        name.as_str(),
        list("ids", &config.ids),
    );
    text += "# Read off the document: what sounds like a secret and is text. Check it by eye: what is missing is printed.\n";
    text += &list("secrets", &config.secrets);
    if !config.not_secrets.is_empty() {
        text += "# Named like secrets and not text, or where a list goes on: check that they are none.\n";
        text += &list("not_secrets", &config.not_secrets);
    }
    if !config.passing_secrets.is_empty() {
        text += "# Answers with a secret that is read as any field is: one that was just made belongs to those that are read first.\n";
        text += &list("passing_secrets", &config.passing_secrets);
    }
    text += "# Those that the document declares; those that it does not want a correction in overlay.yaml.\n";
    text += &list("dates", &config.dates);
    if config.numbered_fields {
        text +=
            "# Properties that become one name in Rust are told apart by a number.\nnumbered_fields = true\n";
    }
    if !config.types.is_empty() {
        text += "\n[types]\n";
        for (component, rust) in &config.types {
            let _ = writeln!(text, "{} = {}", key(component), quoted(rust));
        }
    }
    for upstream in &config.upstream {
        let _ = write!(
            text,
            "\n# `published` is where the document can be had; `file` where it is under the folder that\n\
             # `cargo xtask spec verify --upstream` names.\n\
             [[upstream]]\nname = {}\npublished = {}\nversion = {}\ncompared = {}\nlicence = {}\n",
            quoted(&upstream.name),
            quoted(&upstream.published),
            quoted(&upstream.version),
            quoted(&upstream.compared),
            quoted(&upstream.licence),
        );
        if let Some(file) = &upstream.file {
            let _ = writeln!(text, "file = {}", quoted(&file.to_string_lossy()));
        }
        text += "\n[upstream.operations]\n";
        for (name, operation) in &upstream.operations {
            let _ = writeln!(text, "{} = {}", key(name), quoted(operation));
        }
    }
    text
}

fn key(name: &str) -> String {
    let is_bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if is_bare { name.to_owned() } else { toml::Value::from(name).to_string() }
}

/// The crate's manifest.
pub(super) fn manifest(name: &Name, has_list: bool) -> String {
    let example = match has_list {
        true => format!(
            "\n[dev-dependencies]\ntokio = {{ workspace = true, features = [\"macros\", \"rt-multi-thread\"] }}\n\n\
             [[example]]\nname = \"{}-list\"\npath = \"examples/list.rs\"\n",
            name.as_str()
        ),
        false => String::new(),
    };
    format!(
        "[package]\nname = \"{}\"\ndescription = \"Client for {}\"\n\
         version.workspace = true\nedition.workspace = true\nrust-version.workspace = true\nlicense.workspace = true\n\
         keywords.workspace = true\ncategories.workspace = true\nreadme = \"README.md\"\n\n\
         [features]\ndefault = [\"rustls\"]\nrustls = [\"tokenward-http/rustls\"]\n\
         rustls-no-provider = [\"tokenward-http/rustls-no-provider\"]\nnative-tls = [\"tokenward-http/native-tls\"]\n\n\
         [dependencies]\nreqwest.workspace = true\nserde.workspace = true\n\
         serde_json.workspace = true\ntokenward-core.workspace = true\ntokenward-http.workspace = true\n\
         {example}\n[lints]\nworkspace = true\n",
        name.crate_name(),
        name.title(),
    )
}

/// The crate's root.
pub(super) fn root(name: &Name, has_servers: bool) -> String {
    let ty = name.type_name();
    let server = if has_servers { ", Server" } else { "" };
    format!(
        "#![doc = include_str!(\"../README.md\")]\n\nmod client;\n\
         #[allow(\n    dead_code,\n    missing_docs,\n    unreachable_pub,\n    clippy::all,\n    \
         clippy::allow_attributes_without_reason,\n    reason = \"generated: descriptions are the document's, \
         the style is progenitor's, and not all answers are read here\"\n)]\n#[rustfmt::skip]\nmod generated;\n\n\
         pub use client::{{{ty}, {ty}Builder{server}}};\n\n\
         /// The generated client, for those who want every field.\n///\n\
         /// It follows the vendor's document. A record of it can grow: one that is sent begins with `new` or `default()`.\n\
         pub mod raw {{\n    pub use crate::generated::*;\n    pub use tokenward_http::{{BadItem, Issued, Items}};\n}}\n\n\
         pub use tokenward_core::*;\n\
         pub use tokenward_http::{{BuildError, Environment, HttpOptions, Nullable, RateOptions, RetryOptions, WireSecret}};\n",
    )
}

/// The crate's README, which is its documentation.
pub(super) fn readme(
    name: &Name,
    client: &Client<'_>,
    auth: &Auth,
    config: &Config,
    list: Option<&ListCall>,
) -> String {
    let (ty, module, title) = (name.type_name(), name.crate_ident(), name.title());
    let variable = name.variable_name();
    let variables: String = client
        .environment()
        .iter()
        .map(|(variable, meaning)| format!("| `{variable}` | {meaning} |\n"))
        .collect();
    let arguments = auth.alternatives.first().map(super::client::sample).unwrap_or_default();
    let mut others = String::new();
    for one in auth.alternatives.iter().skip(1) {
        let _ = writeln!(others, "- `{ty}::{}` takes {}.", one.constructor(), one.describe());
    }
    if !others.is_empty() {
        others = format!("The vendor takes other credentials, too:\n\n{others}\n");
    }
    let example = match list {
        Some(_) => format!("`cargo run --example {}-list` lists by the environment.\n\n", name.as_str()),
        None => String::new(),
    };
    format!(
        "# {crate_name}\n\n{title}: the generated client. There are no families yet, so it has no tokens behind the one trait.\n\n\
         ```rust\nuse {module}::{ty};\n\nlet {variable} = {ty}::builder({arguments}){address}.build()?;\n\
         let raw = {variable}.raw();\n# let _ = raw;\n# Ok::<(), {module}::BuildError>(())\n```\n\n\
         {others}`{ty}::from_env` reads these. A variable that is set and empty counts as not set.\n\n\
         | variable | meaning |\n|---|---|\n{variables}\n{example}\
         ## Every field\n\n\
         `{ty}::raw` is the generated client; it follows the vendor's document, and its records can grow: what is sent begins\n\
         with `new` or `default()`. A creation gives `raw::Issued`: the secret and the id, read first and by themselves, and\n\
         beside them the answer as it is documented or where it differs. A list is `raw::Items`: an item that cannot be read\n\
         costs no other, and `strict()` fails with the first.\n\n\
         | method | operation |\n|---|---|\n{table}\n\
         ## Features\n\n`rustls` (default, with the platform's certificates), `rustls-no-provider`, `native-tls`. It runs on tokio.\n",
        crate_name = name.crate_name(),
        address = client.address_sample(),
        table = calls::table(config),
    )
}
