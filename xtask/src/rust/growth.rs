//! Room for what a vendor adds: a new field or value breaks no consumer, and what is sent can be made in spite of it.

use std::collections::BTreeSet;

use quote::quote;
use syn::{Attribute, FnArg, ImplItem, Item, ItemStruct, Visibility};

use super::{
    contract::{Types, idents, items, methods, within},
    types::last_ident,
};
use crate::problem::Problem;

/// Fails with the first type that cannot grow, or that a consumer needs and cannot make.
pub(super) fn check(file: &syn::File, types: &Types<'_>) -> Result<(), Problem> {
    for item in items(file) {
        let (visibility, attributes, name) = match item {
            Item::Struct(item) => (&item.vis, &item.attrs, &item.ident),
            Item::Enum(item) => (&item.vis, &item.attrs, &item.ident),
            _ => continue,
        };
        if matches!(visibility, Visibility::Public(_)) && !is_open(attributes) {
            return Err(Problem::at(name, "breaks its users as soon as it has one field or value more"));
        }
    }
    let constructed = constructed(file);
    let arguments = methods(file).flat_map(|method| &method.sig.inputs).filter_map(|input| match input {
        FnArg::Typed(typed) => Some(idents(&typed.ty)),
        FnArg::Receiver(_) => None,
    });
    let sent = within(arguments.flatten(), types);
    let is_made = |name: &String| {
        constructed.contains(name) || types.get(name).is_some_and(|record| derives_default(record))
    };
    match sent.iter().find(|name| !is_made(name)) {
        Some(name) => Err(Problem::at(name, "is sent, and has neither `new` nor a default to make it with")),
        None => Ok(()),
    }
}

fn is_open(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident("non_exhaustive"))
}

/// Whether a record can be made without naming a field.
pub(super) fn derives_default(record: &ItemStruct) -> bool {
    record.attrs.iter().any(|attribute| {
        attribute.path().is_ident("derive") && quote!(#attribute).to_string().contains("Default")
    })
}

/// The types with a public `new`.
fn constructed(file: &syn::File) -> BTreeSet<String> {
    let is_new = |item: &ImplItem| matches!(item, ImplItem::Fn(function) if function.sig.ident == "new" && matches!(function.vis, Visibility::Public(_)));
    items(file)
        .iter()
        .filter_map(|item| match item {
            Item::Impl(implementation) if implementation.items.iter().any(is_new) => {
                last_ident(&implementation.self_ty)
            }
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    /// What is said of a client that sends `Input` and is given `Token`, beside these types.
    fn verdict(types: syn::File) -> Result<(), String> {
        let types = &types.items;
        let file: syn::File = parse_quote! {
            pub mod types { #(#types)* }
            impl Client {
                pub async fn make(&self, body: &types::Input) -> Result<ResponseValue<types::Token>, Error> {}
            }
        };
        let types = super::super::contract::types(&file);
        check(&file, &types).map_err(|problem| problem.to_string())
    }

    #[test]
    fn what_can_grow_and_be_made_passes() {
        let types = parse_quote! {
            #[non_exhaustive] pub struct Token { pub id: String }
            #[derive(Clone, Default)] #[non_exhaustive] pub struct Input { pub parts: Option<Vec<Part>> }
            #[derive(Clone)] #[non_exhaustive] pub struct Part { pub kind: Kind }
            impl Part { pub fn new(kind: Kind) -> Self {} }
            #[non_exhaustive] pub enum Kind { One, Unknown(String) }
        };
        assert_eq!(verdict(types), Ok(()));
    }

    #[test]
    fn what_cannot_grow_is_named() {
        let message = "breaks its users as soon as it has one field or value more";
        let types = parse_quote! {
            pub struct Token { pub id: String }
            #[derive(Default)] #[non_exhaustive] pub struct Input {}
        };
        assert_eq!(verdict(types), Err(format!("Token: {message}")));
        let types = parse_quote! {
            #[derive(Default)] #[non_exhaustive] pub struct Input {}
            pub enum Kind { One, Unknown(String) }
        };
        assert_eq!(verdict(types), Err(format!("Kind: {message}")));
    }

    #[test]
    fn what_is_sent_and_cannot_be_made_is_named_at_any_depth() {
        let message = "is sent, and has neither `new` nor a default to make it with";
        let types = parse_quote! {
            #[derive(Clone)] #[non_exhaustive] pub struct Input { pub name: Option<String> }
        };
        assert_eq!(verdict(types), Err(format!("Input: {message}")));
        let types = parse_quote! {
            #[derive(Default)] #[non_exhaustive] pub struct Input { pub parts: Option<Vec<Part>> }
            #[derive(Clone)] #[non_exhaustive] pub struct Part {}
            impl Part { pub(crate) fn new() -> Self {} }
        };
        assert_eq!(verdict(types), Err(format!("Part: {message}")));
    }
}
