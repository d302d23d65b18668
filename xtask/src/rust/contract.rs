//! What generated code must be, checked on the code itself and not on the settings that were to bring it about.

use std::collections::{BTreeMap, BTreeSet};

use quote::{ToTokens, quote};
use syn::{Field, Fields, Ident, ImplItem, Item, ItemStruct, Visibility, visit::Visit};

use super::types::{generic_argument, is_optional, serde_rename};
use crate::{
    normalise::{DATE_DIALECTS, Reach, WIRE_SECRET},
    problem::Problem,
    vendor::Config,
};

/// Fails with the first promise that the code does not keep.
pub(super) fn check(file: &syn::File, config: &Config, reach: &Reach) -> Result<(), Problem> {
    let types = types(file);
    every_operation_has_a_method(file, config)?;
    secrets_are_secrets(&types, config)?;
    dates_are_dates(&types, config)?;
    answers_are_lenient(&types, config, reach)?;
    types_are_open(file, &types)?;
    nothing_panics_or_is_foreign(file)
}

type Types<'a> = BTreeMap<String, &'a ItemStruct>;

fn items(file: &syn::File) -> &[Item] {
    file.items
        .iter()
        .find_map(|item| match item {
            Item::Mod(module) if module.ident == "types" => {
                module.content.as_ref().map(|(_, items)| items.as_slice())
            }
            _ => None,
        })
        .unwrap_or_default()
}

fn types(file: &syn::File) -> Types<'_> {
    items(file)
        .iter()
        .filter_map(|item| match item {
            Item::Struct(record) => Some((record.ident.to_string(), record)),
            _ => None,
        })
        .collect()
}

fn json_name(field: &Field) -> String {
    serde_rename(&field.attrs).or_else(|| field.ident.as_ref().map(Ident::to_string)).unwrap_or_default()
}

fn type_text(field: &Field) -> String {
    field.ty.to_token_stream().to_string().replace(' ', "")
}

fn every_operation_has_a_method(file: &syn::File, config: &Config) -> Result<(), Problem> {
    let methods: BTreeSet<String> = file
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Impl(implementation) => Some(&implementation.items),
            _ => None,
        })
        .flatten()
        .filter_map(|item| match item {
            ImplItem::Fn(function) if matches!(function.vis, Visibility::Public(_)) => {
                Some(function.sig.ident.to_string())
            }
            _ => None,
        })
        .collect();
    match config.operations().find(|(_, name)| !methods.contains(*name)) {
        Some((operation, name)) => {
            Err(Problem::at(operation, format!("has no method `{name}` in the generated client")))
        }
        None => Ok(()),
    }
}

/// What is named a secret has the type of secrets, and what sounds like one is named or denied.
fn secrets_are_secrets(types: &Types<'_>, config: &Config) -> Result<(), Problem> {
    for secret in &config.secrets {
        let field = find(types, secret).ok_or_else(|| {
            Problem::at(secret, "is a secret in vendor.toml, and the generated code has no such field")
        })?;
        if !type_text(field).contains(WIRE_SECRET) {
            return Err(Problem::at(secret, format!("is a secret and came out as `{}`", type_text(field))));
        }
    }
    for (name, field) in fields(types) {
        let is_text =
            type_text(field).contains("String") && generic_argument(&field.ty, "BTreeMap").is_none();
        if is_text && sounds_secret(&json_name(field)) && !config.not_secrets.contains(&name) {
            return Err(Problem::at(
                name,
                "sounds like a secret and is a plain string: list it in vendor.toml under `secrets` or `not_secrets`",
            ));
        }
    }
    match config.not_secrets.iter().find(|name| find(types, name).is_none()) {
        Some(stale) => Err(Problem::at(
            stale,
            "is listed under `not_secrets` in vendor.toml, and there is no such field",
        )),
        None => Ok(()),
    }
}

fn sounds_secret(name: &str) -> bool {
    const SUSPICIOUS: [&str; 5] = ["secret", "password", "token", "key", "credential"];

    let name = name.to_lowercase();
    SUSPICIOUS.iter().any(|word| name.ends_with(word))
}

fn dates_are_dates(types: &Types<'_>, config: &Config) -> Result<(), Problem> {
    for date in &config.dates {
        let field = find(types, date).ok_or_else(|| {
            Problem::at(date, "is a date in vendor.toml, and the generated code has no such field")
        })?;
        if !type_text(field).contains("tokenward_http::Timestamp") {
            return Err(Problem::at(date, format!("is a date and came out as `{}`", type_text(field))));
        }
    }
    let is_date = |field: &Field| type_text(field).contains("tokenward_http::Timestamp");
    match fields(types).find(|(name, field)| is_date(field) && !config.dates.contains(name)) {
        Some((name, _)) => Err(Problem::at(name, "is a date that vendor.toml does not list under `dates`")),
        None => markers_are_gone(types),
    }
}

/// The types that mark dates until fields are rewritten exist, but for one, in the generator only.
fn markers_are_gone(types: &Types<'_>) -> Result<(), Problem> {
    let is_marker = |field: &Field| {
        DATE_DIALECTS.iter().any(|(_, marker, _)| {
            *marker != "EpochMillis" && type_text(field).contains(&format!("time::{marker}"))
        })
    };
    match fields(types).find(|(_, field)| is_marker(field)) {
        Some((name, field)) => {
            Err(Problem::at(name, format!("holds dates in a way that is not read: `{}`", type_text(field))))
        }
        None => Ok(()),
    }
}

/// In an answer, everything but an id may be absent.
fn answers_are_lenient(types: &Types<'_>, config: &Config, reach: &Reach) -> Result<(), Problem> {
    for (name, record) in types.iter().filter(|(name, _)| reach.answers.contains(*name)) {
        for field in &record.fields {
            let lenient = generic_argument(&field.ty, "Option").is_some() && is_optional(field);
            if !lenient && !config.ids.contains(&json_name(field)) {
                return Err(Problem::at(
                    format!("{name}.{}", json_name(field)),
                    "is in an answer, is no id, and would fail the answer where it is absent or null",
                ));
            }
        }
    }
    Ok(())
}

/// No closed enum, no record that refuses unknown fields, no type that refuses values.
fn types_are_open(file: &syn::File, types: &Types<'_>) -> Result<(), Problem> {
    for item in items(file) {
        if let Item::Enum(item) = item {
            let open = item.variants.iter().any(|variant| matches!(variant.fields, Fields::Unnamed(_)));
            let words = item.variants.iter().filter(|variant| matches!(variant.fields, Fields::Unit)).count();
            if !open || words + 1 != item.variants.len() {
                return Err(Problem::at(&item.ident, "is an enum that does not take every value"));
            }
        }
    }
    for (name, record) in types {
        if record.attrs.iter().any(|attribute| quote!(#attribute).to_string().contains("deny_unknown_fields"))
        {
            return Err(Problem::at(name, "refuses fields that nobody has heard of yet"));
        }
        if matches!(record.fields, Fields::Unnamed(_)) {
            return Err(Problem::at(name, "is a newtype: a constraint or an alias has come through"));
        }
    }
    Ok(())
}

/// No call that panics, and no crate that the clients do not have.
fn nothing_panics_or_is_foreign(file: &syn::File) -> Result<(), Problem> {
    struct Idents(BTreeSet<String>);
    impl Visit<'_> for Idents {
        fn visit_ident(&mut self, ident: &Ident) {
            self.0.insert(ident.to_string());
        }
    }

    let mut idents = Idents(BTreeSet::new());
    idents.visit_file(file);
    for (word, why) in [
        ("unwrap", "panics"),
        ("expect", "panics"),
        ("panic", "panics"),
        ("defaults", "brings a default that is sent though nobody asked for it"),
        ("from_response", "prints bodies in its errors, and has no bound"),
        ("ClientBuilder", "makes a client that knows no authorization"),
        ("chrono", "needs a crate that the clients do not have"),
        ("regress", "needs a crate that the clients do not have"),
        ("uuid", "needs a crate that the clients do not have"),
    ] {
        if idents.0.contains(word) {
            return Err(Problem::new(format!("the generated code has `{word}`, which {why}")));
        }
    }
    Ok(())
}

fn fields<'a>(types: &'a Types<'a>) -> impl Iterator<Item = (String, &'a Field)> {
    types.iter().flat_map(|(name, record)| {
        record.fields.iter().map(move |field| (format!("{name}.{}", json_name(field)), field))
    })
}

fn find<'a>(types: &'a Types<'a>, name: &str) -> Option<&'a Field> {
    fields(types).find(|(field, _)| field == name).map(|(_, field)| field)
}
