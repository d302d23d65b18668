//! Changes to the generated types.

use std::collections::{BTreeMap, BTreeSet};

use quote::{format_ident, quote};
use syn::{
    Attribute, Expr, Field, Fields, GenericArgument, Ident, Item, ItemEnum, ItemStruct, Lit, Meta,
    PathArguments, Type, parse_quote,
    punctuated::Punctuated,
    visit_mut::{self, VisitMut},
};

use super::growth;
use crate::{
    normalise::{DATE_DIALECTS, Reach},
    problem::Problem,
    vendor::Config,
};

/// The items of `pub mod types`.
pub(super) fn module(file: &mut syn::File) -> Result<&mut Vec<Item>, Problem> {
    file.items
        .iter_mut()
        .find_map(|item| match item {
            Item::Mod(module) if module.ident == "types" => module.content.as_mut().map(|(_, items)| items),
            _ => None,
        })
        .ok_or_else(|| Problem::new("progenitor wrote no module of types"))
}

pub(super) fn rewrite(file: &mut syn::File, reach: &Reach, config: &Config) -> Result<(), Problem> {
    let items = module(file)?;
    if config.numbered_fields {
        items.iter_mut().for_each(number_fields);
    }
    let mut rewritten = Vec::new();
    let records: BTreeSet<String> = items.iter().filter_map(record_name).collect();
    let open: BTreeSet<String> =
        items.iter().filter_map(words).map(|(item, _)| item.ident.to_string()).collect();
    for mut item in std::mem::take(items) {
        if let Some((item, words)) = words(&item) {
            rewritten.extend(open_enum(item, &words)?);
        } else if let Item::Struct(record) = &mut item {
            // A field more must break nobody; who makes one has `new` or `Default`.
            record.attrs.push(parse_quote!(#[non_exhaustive]));
            record.fields.iter_mut().for_each(rewrite_field);
            if reach.answers.contains(&record.ident.to_string()) {
                record.fields.iter_mut().for_each(|field| quarantine(&mut field.ty, &records));
                record.fields.iter_mut().for_each(read_whole);
            }
            let constructor =
                reach.requests.contains(&record.ident.to_string()).then(|| constructor(record)).flatten();
            rewritten.push(item);
            rewritten.extend(constructor);
        } else if !is_impl_for(&item, &open) {
            if let Item::Enum(choice) = &mut item {
                choice.attrs.push(parse_quote!(#[non_exhaustive]));
            }
            rewritten.push(item);
        }
    }
    // The module of conversion errors served the closed enums.
    let used = rewritten
        .iter()
        .filter(|item| !is_error_module(item))
        .any(|item| quote!(#item).to_string().contains("ConversionError"));
    rewritten.retain(|item| used || !is_error_module(item));
    *items = rewritten;
    Ok(())
}

/// Tells fields of one name apart by a number; each knows by `rename` what the vendor calls it.
fn number_fields(item: &mut Item) {
    struct Fields;
    impl VisitMut for Fields {
        fn visit_expr_struct_mut(&mut self, record: &mut syn::ExprStruct) {
            let idents = record.fields.iter_mut().filter_map(|field| match &mut field.member {
                syn::Member::Named(ident) => Some(ident),
                syn::Member::Unnamed(_) => None,
            });
            number(idents);
        }
    }

    match item {
        Item::Struct(record) => number(record.fields.iter_mut().filter_map(|field| field.ident.as_mut())),
        // Defaults, which name the fields in the same order.
        Item::Impl(implementation) => Fields.visit_item_impl_mut(implementation),
        _ => {}
    }
}

fn number<'a>(idents: impl Iterator<Item = &'a mut Ident>) {
    let mut idents: Vec<&mut Ident> = idents.collect();
    let all: BTreeSet<String> = idents.iter().map(|ident| ident.to_string()).collect();
    let mut taken = BTreeSet::new();
    for ident in &mut idents {
        let name = ident.to_string();
        if taken.insert(name.clone()) {
            continue;
        }
        let free = (2..).map(|number| format!("{}_{number}", name.trim_end_matches('_')));
        let is_free = |name: &String| !all.contains(name) && !taken.contains(name);
        if let Some(free) = free.into_iter().find(is_free) {
            **ident = format_ident!("{free}");
            taken.insert(free);
        }
    }
}

fn record_name(item: &Item) -> Option<String> {
    match item {
        Item::Struct(record) => Some(record.ident.to_string()),
        _ => None,
    }
}

/// The names of the records.
pub(super) fn records(file: &mut syn::File) -> Result<BTreeSet<String>, Problem> {
    Ok(module(file)?.iter().filter_map(record_name).collect())
}

/// The records that are a page, by name, with the field of their list: a list of records that have an id, in a record that
/// has none. If there are several such lists, the first counts.
pub(super) fn pages(
    file: &mut syn::File,
    ids: &BTreeSet<String>,
) -> Result<BTreeMap<String, Field>, Problem> {
    let structs = |item: &Item| match item {
        Item::Struct(record) => Some(record.clone()),
        _ => None,
    };
    let records: Vec<ItemStruct> = module(file)?.iter().filter_map(structs).collect();
    let has_id = |record: &&ItemStruct| record.fields.iter().any(|field| ids.contains(&json_name(field)));
    let listed: BTreeSet<String> =
        records.iter().filter(has_id).map(|record| record.ident.to_string()).collect();
    let is_list = |field: &Field| {
        let list = generic_argument(&field.ty, "Option").and_then(|list| generic_argument(list, "Items"));
        list.and_then(last_ident).is_some_and(|name| listed.contains(&name))
    };
    let page = |record: &ItemStruct| {
        let list = record.fields.iter().find(|field| is_list(field)).filter(|_| !has_id(&record))?;
        Some((record.ident.to_string(), list.clone()))
    };
    Ok(records.iter().filter_map(page).collect())
}

/// Lists of records, wherever they stand in a type, become lists of which one bad item costs no other.
pub(super) fn quarantine(ty: &mut Type, records: &BTreeSet<String>) {
    struct Quarantine<'a>(&'a BTreeSet<String>);
    impl VisitMut for Quarantine<'_> {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            visit_mut::visit_type_mut(self, ty);
            if let Some(item) = record_list(ty, self.0).cloned() {
                *ty = parse_quote!(::tokenward_http::Items<#item>);
            }
        }
    }

    Quarantine(records).visit_type_mut(ty);
}

/// The record of which a type is a plain list.
pub(super) fn record_list<'a>(ty: &'a Type, records: &BTreeSet<String>) -> Option<&'a Type> {
    generic_argument(ty, "Vec").filter(|item| last_ident(item).is_some_and(|name| records.contains(&name)))
}

/// `Token`, of `types::Token`.
pub(super) fn last_ident(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    path.path.segments.last().map(|segment| segment.ident.to_string())
}

fn is_error_module(item: &Item) -> bool {
    matches!(item, Item::Mod(module) if module.ident == "error")
}

fn is_impl_for(item: &Item, names: &BTreeSet<String>) -> bool {
    let Item::Impl(implementation) = item else { return false };
    let Type::Path(path) = &*implementation.self_ty else { return false };
    path.path.get_ident().is_some_and(|ident| names.contains(&ident.to_string()))
}

/// An enum of nothing but words, with the words as the vendor writes them.
fn words(item: &Item) -> Option<(&ItemEnum, Vec<(Ident, String)>)> {
    let Item::Enum(item) = item else { return None };
    let words = item
        .variants
        .iter()
        .map(|variant| {
            matches!(variant.fields, Fields::Unit).then(|| {
                let name = serde_rename(&variant.attrs).unwrap_or_else(|| variant.ident.to_string());
                (variant.ident.clone(), name)
            })
        })
        .collect::<Option<Vec<_>>>()?;
    (!words.is_empty()).then_some((item, words))
}

/// The enum again, with room for values that nobody has heard of yet.
fn open_enum(item: &ItemEnum, words: &[(Ident, String)]) -> Result<Vec<Item>, Problem> {
    let name = &item.ident;
    let docs = item.attrs.iter().filter(|attribute| attribute.path().is_ident("doc"));
    let free = |name: &&str| !words.iter().any(|(ident, _)| ident == name);
    let unknown = ["Unknown", "Unrecognized", "Unlisted"].into_iter().find(free);
    let unknown = unknown.map(|name| format_ident!("{name}")).ok_or_else(|| {
        Problem::at(name, "has values of all names that stand for a value which nobody has heard of")
    })?;
    let idents: Vec<_> = words.iter().map(|(ident, _)| ident).collect();
    let texts: Vec<_> = words.iter().map(|(_, text)| text).collect();
    let variant_docs = texts.iter().map(|text| format!("`{text}`"));
    let file: syn::File = parse_quote! {
        #(#docs)*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum #name {
            #(#[doc = #variant_docs] #idents,)*
            #[doc = "A value that the vendor's document does not list."]
            #unknown(::std::string::String),
        }
        impl #name {
            #[doc = "The value as the vendor writes it."]
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#idents => #texts,)*
                    Self::#unknown(value) => value,
                }
            }
        }
        impl ::std::convert::From<&str> for #name {
            fn from(value: &str) -> Self {
                match value {
                    #(#texts => Self::#idents,)*
                    value => Self::#unknown(value.to_owned()),
                }
            }
        }
        impl ::std::fmt::Display for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl ::serde::Serialize for #name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                ::tokenward_http::runtime::open_enum(deserializer)
            }
        }
    };
    Ok(file.items)
}

/// Dates become `Timestamp`s with a reader for their dialect, and `Nullable` loses the `Option` around it.
fn rewrite_field(field: &mut Field) {
    let rename = serde_rename(&field.attrs).map(|name| quote!(rename = #name,));
    // A record within itself is boxed with its absence, which then is written as null.
    if let Some(inner) =
        generic_argument(&field.ty, "Box").and_then(|inner| generic_argument(inner, "Option"))
    {
        let skip = "::std::option::Option::is_none";
        field.ty = parse_quote!(::std::option::Option<::std::boxed::Box<#inner>>);
        field.attrs.retain(|attribute| !attribute.path().is_ident("serde"));
        field.attrs.push(parse_quote!(#[serde(#rename default, skip_serializing_if = #skip)]));
        return;
    }
    let with = |module: &str| {
        let path = format!("::tokenward_http::time::{module}");
        quote!(with = #path,)
    };
    let timestamp: Type = parse_quote!(::tokenward_http::Timestamp);
    let (ty, attribute): (Type, Attribute) = match generic_argument(&field.ty, "Option") {
        None => match dialect(&field.ty) {
            Some(module) => {
                let with = with(module);
                (timestamp, parse_quote!(#[serde(#rename #with)]))
            }
            None => return,
        },
        Some(inner) => match (generic_argument(inner, "Nullable"), dialect(inner)) {
            (Some(value), _) => {
                let module = dialect(value);
                let value = module.map_or(value, |_| &timestamp);
                let with = module.map(with);
                let skip = "::tokenward_http::Nullable::is_absent";
                (
                    parse_quote!(::tokenward_http::Nullable<#value>),
                    parse_quote!(#[serde(#rename default, #with skip_serializing_if = #skip)]),
                )
            }
            (None, Some(module)) => {
                let with = with(module);
                let skip = "::std::option::Option::is_none";
                (
                    parse_quote!(::std::option::Option<#timestamp>),
                    parse_quote!(#[serde(#rename default, #with skip_serializing_if = #skip)]),
                )
            }
            (None, None) => return,
        },
    };
    field.attrs.retain(|attribute| !attribute.path().is_ident("serde"));
    field.attrs.push(attribute);
    field.ty = ty;
}

/// Lets an integer of an answer be read if it is written as `5.0`.
fn read_whole(field: &mut Field) {
    let mut arguments = serde_arguments(&field.attrs);
    let has = |arguments: &[Meta], name: &str| arguments.iter().any(|meta| meta.path().is_ident(name));
    let is_read_otherwise = ["with", "deserialize_with", "flatten"].iter().any(|name| has(&arguments, name));
    if is_read_otherwise || !is_whole(&field.ty) {
        return;
    }
    if is_optional(field) && !has(&arguments, "default") {
        arguments.push(parse_quote!(default));
    }
    arguments.push(parse_quote!(deserialize_with = "::tokenward_http::runtime::whole"));
    field.attrs.retain(|attribute| !attribute.path().is_ident("serde"));
    field.attrs.push(parse_quote!(#[serde(#(#arguments),*)]));
}

/// Returns `true` if the type is an integer, or nothing but integers, in a form that `runtime::Whole` reads.
pub(super) fn is_whole(ty: &Type) -> bool {
    if let Some(inner) = ["Option", "Nullable", "Vec"].iter().find_map(|name| generic_argument(ty, name)) {
        return is_whole(inner);
    }
    match map_value(ty) {
        Some(value) => is_whole(value),
        None => last_ident(ty).is_some_and(|name| name == "i64"),
    }
}

/// `T` of a map from text to `T`.
fn map_value(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == "BTreeMap")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.last() {
        Some(GenericArgument::Type(value)) => Some(value),
        _ => None,
    }
}

/// The module that reads the date which this type marks.
fn dialect(ty: &Type) -> Option<&'static str> {
    let Type::Path(path) = ty else { return None };
    let segments: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let marker = segments.strip_prefix(&["tokenward_http".to_owned(), "time".to_owned()])?.first()?;
    DATE_DIALECTS.iter().find(|(_, name, _)| name == marker).map(|(_, _, module)| *module)
}

/// `T` of a type `Name<T>`.
pub(super) fn generic_argument<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// `new` with what is required, for a record that has no `Default`.
fn constructor(record: &ItemStruct) -> Option<Item> {
    if growth::derives_default(record) {
        return None;
    }
    let name = &record.ident;
    let (mut parameters, mut values) = (Vec::new(), Vec::new());
    for field in &record.fields {
        let (ident, ty) = (field.ident.as_ref()?, &field.ty);
        if is_optional(field) {
            values.push(quote!(#ident: ::std::default::Default::default()));
        } else if quote!(#ty).to_string().ends_with("String") {
            parameters.push(quote!(#ident: impl ::std::convert::Into<#ty>));
            values.push(quote!(#ident: #ident.into()));
        } else {
            parameters.push(quote!(#ident: #ty));
            values.push(quote!(#ident));
        }
    }
    Some(parse_quote! {
        impl #name {
            #[doc = "With what is required, and nothing else."]
            #[allow(clippy::too_many_arguments)]
            pub fn new(#(#parameters),*) -> Self {
                Self { #(#values),* }
            }
        }
    })
}

/// Whether a field can be left out of what is sent.
pub(super) fn is_optional(field: &Field) -> bool {
    serde_arguments(&field.attrs).iter().any(|meta| meta.path().is_ident("skip_serializing_if"))
}

/// The name of a field as the vendor writes it.
pub(super) fn json_name(field: &Field) -> String {
    serde_rename(&field.attrs).or_else(|| field.ident.as_ref().map(Ident::to_string)).unwrap_or_default()
}

/// The name that serde reads and writes.
fn serde_rename(attributes: &[Attribute]) -> Option<String> {
    serde_arguments(attributes).iter().find_map(|meta| match meta {
        Meta::NameValue(pair) if pair.path.is_ident("rename") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    })
}

pub(super) fn serde_arguments(attributes: &[Attribute]) -> Vec<Meta> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
        .filter_map(|attribute| {
            attribute.parse_args_with(Punctuated::<Meta, syn::Token![,]>::parse_terminated).ok()
        })
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_integer_of_an_answer_is_read_if_it_is_written_with_a_point() {
        let mut record: ItemStruct = parse_quote! {
            pub struct Page {
                #[doc = "d"]
                #[serde(rename = "totalCount", skip_serializing_if = "x")]
                pub total: ::std::option::Option<i64>,
                pub id: i64,
                #[serde(skip_serializing_if = "x")]
                pub parts: ::std::option::Option<::std::vec::Vec<i64>>,
                #[serde(skip_serializing_if = "x")]
                pub by_name: ::std::option::Option<::std::collections::BTreeMap<::std::string::String, Option<i64>>>,
                #[serde(skip_serializing_if = "x")]
                pub share: ::std::option::Option<f64>,
                #[serde(with = "x")]
                pub end: ::std::option::Option<i64>,
            }
        };
        record.fields.iter_mut().for_each(read_whole);
        let read: Vec<(String, bool, bool)> = record
            .fields
            .iter()
            .map(|field| {
                let has = |name| serde_arguments(&field.attrs).iter().any(|meta| meta.path().is_ident(name));
                (json_name(field), has("deserialize_with"), has("default"))
            })
            .collect();
        let expected = [
            ("totalCount", true, true),
            ("id", true, false),
            ("parts", true, true),
            ("by_name", true, true),
            ("share", false, false),
            ("end", false, false),
        ];
        assert_eq!(read, expected.map(|(name, whole, default)| (name.to_owned(), whole, default)));
    }

    #[test]
    fn a_page_is_a_record_around_a_list_of_what_has_an_id() {
        let mut file: syn::File = parse_quote! {
            pub mod types {
                pub struct Page {
                    pub items: Option<::tokenward_http::Items<Token>>,
                    pub links: Option<Vec<String>>,
                }
                pub struct Token {
                    #[serde(rename = "_id")]
                    pub id: String,
                    pub parts: Option<::tokenward_http::Items<Token>>,
                }
                pub struct Account {
                    pub rights: Option<::tokenward_http::Items<Right>>,
                }
                pub struct Right {
                    pub role: String,
                }
            }
        };
        let pages = pages(&mut file, &BTreeSet::from(["_id".to_owned()])).unwrap();
        let lists: Vec<_> = pages.iter().map(|(page, list)| (page.as_str(), json_name(list))).collect();
        assert_eq!(lists, [("Page", "items".to_owned())]);
    }
}
