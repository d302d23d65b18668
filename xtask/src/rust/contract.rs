//! What generated code must be, checked on the code itself and not on the settings that were to bring it about.

use std::collections::{BTreeMap, BTreeSet};

use quote::{ToTokens, quote};
use syn::{Field, Fields, Ident, ImplItem, ImplItemFn, Item, ItemStruct, Visibility};
use tokenward_core::secret_names::sounds_secret;

use super::{
    code::{code, contains_word},
    growth,
    types::{generic_argument, is_optional, is_whole, json_name, serde_arguments},
};
use crate::{
    normalise::{DATE_DIALECTS, WIRE_SECRET},
    problem::Problem,
    vendor::Config,
};

/// Fails with the first promise that the code does not keep.
pub(crate) fn check(file: &syn::File, config: &Config) -> Result<(), Problem> {
    let types = types(file);
    names_are_unique(file, &types)?;
    every_operation_has_a_method(file, config)?;
    secrets_are_secrets(&types, config)?;
    dates_are_dates(&types, config)?;
    markers_are_gone(file)?;
    types_are_open(file, &types)?;
    answers_are_lenient(&types, config, &answers(file, &types))?;
    integers_are_read_however_they_are_written(&types, &answers(file, &types))?;
    fresh_secrets_are_read_first(file, &types, config)?;
    one_bad_item_costs_no_other(file, &types)?;
    nothing_panics_or_is_foreign(file)?;
    growth::check(file, &types)
}

pub(super) type Types<'a> = BTreeMap<String, &'a ItemStruct>;

pub(super) fn items(file: &syn::File) -> &[Item] {
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

pub(super) fn types(file: &syn::File) -> Types<'_> {
    items(file)
        .iter()
        .filter_map(|item| match item {
            Item::Struct(record) => Some((record.ident.to_string(), record)),
            _ => None,
        })
        .collect()
}

fn type_text(field: &Field) -> String {
    field.ty.to_token_stream().to_string().replace(' ', "")
}

pub(super) fn methods(file: &syn::File) -> impl Iterator<Item = &ImplItemFn> {
    file.items
        .iter()
        .filter_map(|item| match item {
            Item::Impl(implementation) => Some(&implementation.items),
            _ => None,
        })
        .flatten()
        .filter_map(|item| match item {
            ImplItem::Fn(function) if matches!(function.vis, Visibility::Public(_)) => Some(function),
            _ => None,
        })
}

fn every_operation_has_a_method(file: &syn::File, config: &Config) -> Result<(), Problem> {
    let methods: BTreeSet<String> = methods(file).map(|method| method.sig.ident.to_string()).collect();
    match config.operations().find(|(_, name)| !methods.contains(*name)) {
        Some((operation, name)) => {
            Err(Problem::at(operation, format!("has no method `{name}` in the generated client")))
        }
        None => Ok(()),
    }
}

/// What is named a secret has the type of secrets, and what sounds like one is named or denied.
fn secrets_are_secrets(types: &Types<'_>, config: &Config) -> Result<(), Problem> {
    let known: BTreeMap<String, &Field> = fields(types).collect();
    for secret in &config.secrets {
        let field = known.get(secret).ok_or_else(|| {
            Problem::at(secret, "is a secret in vendor.toml, and the generated code has no such field")
        })?;
        if !type_text(field).contains(WIRE_SECRET) {
            return Err(Problem::at(secret, format!("is a secret and came out as `{}`", type_text(field))));
        }
    }
    if let Some((name, field)) = shown(types).find(|(name, _)| !config.not_secrets.contains(name)) {
        let ty = type_text(field);
        return Err(Problem::at(
            name,
            format!(
                "sounds like a secret and is `{ty}`: list it in vendor.toml under `secrets` or `not_secrets`"
            ),
        ));
    }
    let known: BTreeSet<String> = fields(types).map(|(name, _)| name).collect();
    match config.not_secrets.iter().find(|name| !known.contains(*name)) {
        Some(stale) => Err(Problem::at(
            stale,
            "is listed under `not_secrets` in vendor.toml, and there is no such field",
        )),
        None => Ok(()),
    }
}

/// The fields that sound like a secret and are of a type that prints one.
fn shown<'a>(types: &'a Types<'a>) -> impl Iterator<Item = (String, &'a Field)> {
    const HARMLESS: [&str; 6] = ["bool", "i64", "f64", "Timestamp", "WireSecret", "EpochMillis"];

    fields(types).filter(|(_, field)| {
        sounds_secret(&json_name(field)) && {
            let ty = type_text(field);
            !HARMLESS.iter().any(|kind| ty.contains(kind))
        }
    })
}

fn dates_are_dates(types: &Types<'_>, config: &Config) -> Result<(), Problem> {
    let known: BTreeMap<String, &Field> = fields(types).collect();
    for date in &config.dates {
        let field = known.get(date).ok_or_else(|| {
            Problem::at(date, "is a date in vendor.toml, and the generated code has no such field")
        })?;
        if !type_text(field).contains("tokenward_http::Timestamp") {
            return Err(Problem::at(date, format!("is a date and came out as `{}`", type_text(field))));
        }
    }
    match fields(types).find(|(name, field)| is_date(field) && !config.dates.contains(name)) {
        Some((name, _)) => Err(Problem::at(name, "is a date that vendor.toml does not list under `dates`")),
        None => Ok(()),
    }
}

fn is_date(field: &Field) -> bool {
    type_text(field).contains("tokenward_http::Timestamp")
}

/// Takes over into the configuration what the contract asks it for and only the code tells: which fields are dates,
/// and which sound like a secret and are none that can be hidden.
pub(crate) fn describe(file: &syn::File, config: &mut Config) {
    let types = types(file);
    config.dates.extend(fields(&types).filter(|(_, field)| is_date(field)).map(|(name, _)| name));
    config.not_secrets.extend(shown(&types).map(|(name, _)| name));
}

/// The types that mark dates until fields are rewritten exist, but for one, in the generator only.
fn markers_are_gone(file: &syn::File) -> Result<(), Problem> {
    let used = idents(file);
    let left = DATE_DIALECTS.iter().find(|(_, marker, _)| *marker != "EpochMillis" && used.contains(*marker));
    match left {
        Some((format, marker, _)) => Err(Problem::new(format!(
            "a `{format}` stands where no field is, as `{marker}`: only fields can be dates"
        ))),
        None => Ok(()),
    }
}

/// The types that the methods give back, and all that those are made of.
fn answers(file: &syn::File, types: &Types<'_>) -> BTreeSet<String> {
    within(methods(file).flat_map(|method| idents(&method.sig.output)), types)
}

/// Of these types those that are records, and all that they are made of.
pub(super) fn within(names: impl IntoIterator<Item = String>, types: &Types<'_>) -> BTreeSet<String> {
    let mut open: Vec<String> = names.into_iter().collect();
    let mut records = BTreeSet::new();
    while let Some(name) = open.pop() {
        if let Some(record) = types.get(&name)
            && records.insert(name)
        {
            open.extend(record.fields.iter().flat_map(|field| idents(&field.ty)));
        }
    }
    records
}

pub(super) fn idents(tokens: &impl ToTokens) -> BTreeSet<String> {
    fn collect(tokens: proc_macro2::TokenStream, found: &mut BTreeSet<String>) {
        for token in tokens {
            match token {
                proc_macro2::TokenTree::Ident(ident) => drop(found.insert(ident.to_string())),
                proc_macro2::TokenTree::Group(group) => collect(group.stream(), found),
                _ => {}
            }
        }
    }
    let mut found = BTreeSet::new();
    collect(tokens.to_token_stream(), &mut found);
    found
}

fn first_twice(mut names: impl Iterator<Item = String>) -> Option<String> {
    let mut seen = BTreeSet::new();
    names.find(|name| !seen.insert(name.clone()))
}

/// Two names of the vendor's that become one in Rust would not compile.
fn names_are_unique(file: &syn::File, types: &Types<'_>) -> Result<(), Problem> {
    for (name, record) in types {
        let fields = record.fields.iter().filter_map(|field| field.ident.as_ref()).map(Ident::to_string);
        if let Some(field) = first_twice(fields) {
            return Err(Problem::at(name, format!("two of its properties become `{field}` in Rust")));
        }
    }
    let all = items(file).iter().filter_map(|item| match item {
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Enum(item) => Some(item.ident.to_string()),
        _ => None,
    });
    match first_twice(all) {
        Some(name) => {
            Err(Problem::at(name, "two types have this name: name one of them under [types] in vendor.toml"))
        }
        None => Ok(()),
    }
}

/// In an answer, everything but an id may be absent.
fn answers_are_lenient(
    types: &Types<'_>,
    config: &Config,
    answers: &BTreeSet<String>,
) -> Result<(), Problem> {
    for (name, record) in types.iter().filter(|(name, _)| answers.contains(*name)) {
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

/// In an answer, an integer may be written as `5.0`.
fn integers_are_read_however_they_are_written(
    types: &Types<'_>,
    answers: &BTreeSet<String>,
) -> Result<(), Problem> {
    let is_refused = |field: &Field| {
        let is_read = |meta: &syn::Meta| meta.path().is_ident("deserialize_with");
        is_whole(&field.ty) && !serde_arguments(&field.attrs).iter().any(is_read)
    };
    let in_answers = |name: &String| name.split_once('.').is_some_and(|(record, _)| answers.contains(record));
    match fields(types).find(|(name, field)| in_answers(name) && is_refused(field)) {
        Some((name, _)) => {
            Err(Problem::at(name, "is an integer in an answer that fails if it is written as `5.0`"))
        }
        None => Ok(()),
    }
}

/// What a POST answers with a secret was made, and its secret is shown once.
fn fresh_secrets_are_read_first(file: &syn::File, types: &Types<'_>, config: &Config) -> Result<(), Problem> {
    let has_secret = |name: &String| {
        types
            .get(name)
            .is_some_and(|record| record.fields.iter().any(|field| type_text(field).contains(WIRE_SECRET)))
    };
    let posts: BTreeSet<&str> =
        config.operations().filter(|(route, _)| route.starts_with("POST ")).map(|(_, name)| name).collect();
    for method in methods(file) {
        let (name, answer) = (method.sig.ident.to_string(), idents(&method.sig.output));
        let is_issued = answer.contains("Issued");
        let checked = posts.contains(name.as_str()) && !config.passing_secrets.contains(&name);
        if checked && !is_issued && within(answer, types).iter().any(has_secret) {
            return Err(Problem::at(
                name,
                "makes something with a secret, which is lost where the answer has another shape",
            ));
        }
    }
    Ok(())
}

/// In an answer, no plain list of records, which fails as a whole.
fn one_bad_item_costs_no_other(file: &syn::File, types: &Types<'_>) -> Result<(), Problem> {
    let is_plain = |ty: &str| {
        ty.split("Vec<").skip(1).any(|rest| {
            let name = rest.split_once('>').map_or("", |(name, _)| name);
            types.contains_key(name)
        })
    };
    let text =
        |tokens: &dyn ToTokens| tokens.to_token_stream().to_string().replace(' ', "").replace("types::", "");
    let answers = answers(file, types);
    let fields = fields(types)
        .filter(|(name, _)| name.split_once('.').is_some_and(|(record, _)| answers.contains(record)));
    let plain = fields
        .map(|(name, field)| (name, text(&field.ty)))
        .chain(methods(file).map(|method| (method.sig.ident.to_string(), text(&method.sig.output))))
        .find(|(_, ty)| is_plain(ty));
    match plain {
        Some((name, _)) => {
            Err(Problem::at(name, "is a list in an answer of which one bad item fails the whole"))
        }
        None => Ok(()),
    }
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
    let code = code(file.to_token_stream());
    for (word, why) in [
        (". unwrap (", "panics"),
        (". expect (", "panics"),
        ("panic !", "panics"),
        ("mod defaults", "brings a default that is sent though nobody asked for it"),
        ("defaults ::", "brings a default that is sent though nobody asked for it"),
        (":: from_response", "prints bodies in its errors, and has no bound"),
        ("ClientBuilder ::", "makes a client that knows no authorization"),
        ("chrono ::", "needs a crate that the clients do not have"),
        ("regress ::", "needs a crate that the clients do not have"),
        ("uuid ::", "needs a crate that the clients do not have"),
    ] {
        if contains_word(&code, word) {
            let word: String = word.chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
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

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    /// What the contract says of a client whose one method answers with `Token`, beside these types.
    fn verdict(types: &syn::File, extra: &str) -> String {
        let types = &types.items;
        let file: syn::File = parse_quote! {
            pub mod types { #(#types)* }
            impl Client {
                pub async fn get_token(&self) -> Result<ResponseValue<types::Token>, Error> {}
            }
        };
        let config = format!(
            "title = ''\ncrate = 'x'\nfamilies = []\nids = ['id']\n{extra}\n[[upstream]]\nname = ''\npublished = ''\n\
             version = ''\ncompared = ''\nlicence = ''\noperations = {{ get_token = 'GET /token' }}"
        );
        match check(&file, &toml::from_str(&config).unwrap()) {
            Ok(()) => "kept".to_owned(),
            Err(problem) => problem.to_string(),
        }
    }

    fn good() -> syn::File {
        parse_quote! {
            #[non_exhaustive]
            pub struct Token {
                pub id: ::std::string::String,
                #[serde(rename = "apiKey", skip_serializing_if = "::std::option::Option::is_none")]
                pub api_key: ::std::option::Option<::tokenward_http::WireSecret>,
                #[serde(skip_serializing_if = "::std::option::Option::is_none")]
                pub inner: ::std::option::Option<Inner>,
            }
            #[non_exhaustive]
            pub struct Inner {}
            #[non_exhaustive]
            pub enum Role { Admin, Unknown(::std::string::String) }
        }
    }

    #[test]
    fn a_client_that_keeps_every_promise_passes() {
        assert_eq!(verdict(&good(), "secrets = ['Token.apiKey']"), "kept");
    }

    #[test]
    fn every_broken_promise_is_named() {
        let token = |rest: syn::File| {
            let mut file: syn::File = parse_quote!(
                pub struct Token {
                    pub id: ::std::string::String,
                }
            );
            file.items.extend(rest.items);
            file
        };
        let mut verdicts = Vec::new();
        for (types, extra) in [
            (good(), "secrets = ['Token.gone']"),
            (good(), "not_secrets = ['Token.gone']"),
            (good(), "dates = ['Token.gone']"),
            (good(), "dates = ['Token.id']"),
            (
                parse_quote!(
                    pub struct Token {
                        pub key: ::std::option::Option<::std::string::String>,
                    }
                ),
                "",
            ),
            (
                parse_quote!(
                    pub struct Token {
                        pub key: ::std::option::Option<::std::string::String>,
                    }
                ),
                "secrets = ['Token.key']",
            ),
            (
                parse_quote!(
                    pub struct Token {
                        pub name: ::std::string::String,
                    }
                ),
                "",
            ),
            (
                parse_quote!(
                    pub struct Token {
                        pub id: String,
                        pub id: String,
                    }
                ),
                "",
            ),
            (
                parse_quote!(
                    pub struct Token {
                        #[serde(skip_serializing_if = "x")]
                        pub inner: Option<Inner>,
                    }
                    pub struct Inner {
                        pub name: bool,
                    }
                ),
                "",
            ),
            (
                parse_quote!(
                    pub struct Token {
                        #[serde(skip_serializing_if = "x")]
                        pub at: Option<::tokenward_http::Timestamp>,
                    }
                ),
                "",
            ),
            (
                parse_quote!(
                    pub struct Token {
                        #[serde(skip_serializing_if = "x")]
                        pub at: Option<Vec<::tokenward_http::time::Rfc3339>>,
                    }
                ),
                "",
            ),
            (
                token(parse_quote!(
                    pub enum Role {
                        Admin,
                        Reader,
                    }
                )),
                "",
            ),
            (
                token(parse_quote!(
                    pub struct Name(String);
                )),
                "",
            ),
            (
                token(parse_quote!(
                    #[serde(deny_unknown_fields)]
                    pub struct Closed {}
                )),
                "",
            ),
            (
                token(parse_quote!(
                    pub struct Token {}
                )),
                "",
            ),
            (
                token(parse_quote!(
                    fn f() {
                        x.unwrap()
                    }
                )),
                "",
            ),
            (
                token(parse_quote!(
                    fn f() -> chrono::Utc {}
                )),
                "",
            ),
            (
                parse_quote!(
                    pub struct Token {
                        #[serde(skip_serializing_if = "x")]
                        pub inner: Option<Vec<Inner>>,
                    }
                    pub struct Inner {}
                ),
                "",
            ),
            (
                parse_quote!(
                    pub struct Token {
                        #[serde(skip_serializing_if = "x")]
                        pub total: Option<i64>,
                    }
                ),
                "",
            ),
        ] {
            verdicts.push(verdict(&types, extra));
        }
        assert!(verdicts.iter().all(|verdict| verdict != "kept"), "{verdicts:#?}");
        insta::assert_snapshot!(verdicts.join("\n"));
    }

    #[test]
    fn a_method_that_could_lose_a_secret_or_a_good_item_is_named() {
        let config = "title = ''\ncrate = 'x'\nfamilies = []\nsecrets = ['Token.key']\n[[upstream]]\nname = ''\n\
                      published = ''\nversion = ''\ncompared = ''\nlicence = ''\n\
                      operations = { make = 'POST /tokens', change = 'PATCH /tokens' }";
        let verdict = |made: syn::Type, changed: syn::Type| {
            let file: syn::File = parse_quote! {
                pub mod types {
                    #[non_exhaustive]
                    pub struct Token {
                        #[serde(skip_serializing_if = "x")]
                        pub key: Option<::tokenward_http::WireSecret>,
                    }
                    #[non_exhaustive]
                    pub struct Wrapper {
                        #[serde(skip_serializing_if = "x")]
                        pub made: Option<Token>,
                    }
                }
                impl Client {
                    pub async fn make(&self) -> Result<ResponseValue<#made>, Error> {}
                    pub async fn change(&self) -> Result<ResponseValue<#changed>, Error> {}
                }
            };
            check(&file, &toml::from_str(config).unwrap()).map_err(|problem| problem.to_string())
        };
        let issued: syn::Type = parse_quote!(::tokenward_http::Issued<types::Token>);
        let (token, list): (syn::Type, syn::Type) =
            (parse_quote!(types::Token), parse_quote!(Vec<types::Token>));
        assert_eq!(verdict(issued.clone(), token.clone()), Ok(()));
        let lost = "make: makes something with a secret, which is lost where the answer has another shape";
        assert_eq!(verdict(token.clone(), token.clone()), Err(lost.to_owned()));
        assert_eq!(verdict(list.clone(), token.clone()), Err(lost.to_owned()));
        assert_eq!(verdict(parse_quote!(types::Wrapper), token), Err(lost.to_owned()));
        let plain = "change: is a list in an answer of which one bad item fails the whole";
        assert_eq!(verdict(issued, list), Err(plain.to_owned()));
    }

    #[test]
    fn an_operation_without_a_method_is_named() {
        let file: syn::File = parse_quote!(
            pub mod types {}
        );
        let config = "title = ''\ncrate = 'x'\nfamilies = []\n[[upstream]]\nname = ''\npublished = ''\nversion = ''\n\
                      compared = ''\nlicence = ''\noperations = { get_token = 'GET /token' }";
        let problem = check(&file, &toml::from_str(config).unwrap()).unwrap_err();
        assert_eq!(problem.to_string(), "GET /token: has no method `get_token` in the generated client");
    }
}
