//! A generated client, as far as it matters to a compiler and to what it reads.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::{
    Attribute, FnArg, ImplItem, ImplItemFn, Item, Pat, ReturnType, Type, Visibility,
    visit_mut::{self, VisitMut},
};

use super::consumer;
use crate::{files, problem::Problem};

/// The client of one document.
#[derive(Debug)]
pub(super) struct Client {
    /// A name that no other client has: two documents of one client are one.
    pub(super) name: String,
    /// What it is compiled from, without its documentation.
    pub(super) source: String,
    /// What uses all of it.
    pub(super) consumer: String,
    /// What reads answers, by its hash.
    pub(super) reading: String,
    /// Calls of its methods that read an answer.
    pub(super) calls: String,
}

impl Client {
    pub(super) fn of(mut file: syn::File) -> Result<Self, Problem> {
        Undocumented.visit_file_mut(&mut file);
        let source = prettyplease::unparse(&file);
        Ok(Self {
            name: format!("client_{}", short_hash(&source)),
            consumer: consumer::of(&file)?,
            reading: short_hash(&reading(&file)),
            calls: calls(&file),
            source,
        })
    }
}

fn short_hash(text: &str) -> String {
    files::hash(text.as_bytes()).trim_start_matches("sha256:").chars().take(12).collect()
}

struct Undocumented;

impl VisitMut for Undocumented {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        attributes.retain(|attribute| !attribute.path().is_ident("doc"));
    }
}

/// The public methods that send.
fn methods(file: &syn::File) -> impl Iterator<Item = &ImplItemFn> {
    let members = file.items.iter().filter_map(|item| match item {
        Item::Impl(implementation) => Some(&implementation.items),
        _ => None,
    });
    members.flatten().filter_map(|member| match member {
        ImplItem::Fn(method) => {
            let is_public = matches!(method.vis, Visibility::Public(_));
            (is_public && method.sig.asyncness.is_some()).then_some(method)
        }
        _ => None,
    })
}

/// How the methods read their answers, and the types of these.
fn reading(file: &syn::File) -> String {
    let mut types: BTreeMap<String, Vec<&Item>> = BTreeMap::new();
    for item in file.items.iter().flat_map(|item| match item {
        Item::Mod(module) => module.content.as_ref().map(|(_, items)| items.as_slice()).unwrap_or_default(),
        _ => &[],
    }) {
        let name = match item {
            Item::Struct(record) => record.ident.to_string(),
            Item::Enum(choice) => choice.ident.to_string(),
            Item::Impl(implementation) => implementation.self_ty.to_token_stream().to_string(),
            _ => continue,
        };
        types.entry(name).or_default().push(item);
    }
    let mut text = String::new();
    let mut open = BTreeSet::new();
    for method in methods(file) {
        let (name, output, block) = (&method.sig.ident, &method.sig.output, &method.block);
        let tokens = quote!(#name #output #block);
        text += &tokens.to_string();
        idents(tokens, &mut open);
    }
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop_first() {
        if !seen.insert(name.clone()) {
            continue;
        }
        for item in types.get(&name).into_iter().flatten() {
            text += &item.to_token_stream().to_string();
            idents(item.to_token_stream(), &mut open);
        }
    }
    text
}

fn idents(tokens: TokenStream, found: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => drop(found.insert(ident.to_string())),
            TokenTree::Group(group) => idents(group.stream(), found),
            _ => {}
        }
    }
}

/// The arms of a match on a method's name.
fn calls(file: &syn::File) -> String {
    let arms = methods(file).map(|method| {
        let name = &method.sig.ident;
        let text = name.to_string();
        let arguments = method.sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(typed) => Some(argument(&typed.pat, &typed.ty)),
            FnArg::Receiver(_) => None,
        });
        let output = &method.sig.output;
        // A stream has no end that could be wrong.
        let answer = match is_stream(output) {
            true => quote!(.map(|_| ()).map_err(|error| format!("{error:?}"))),
            false => TokenStream::new(),
        };
        let called = quote!(client.#name(#(#arguments),*).await #answer);
        match is_stream(output) {
            true => quote!(#text => #called,),
            false => quote!(#text => said(#called),),
        }
    });
    quote!(#(#arms)*).to_string()
}

fn is_stream(output: &ReturnType) -> bool {
    output.to_token_stream().to_string().contains("ByteStream")
}

fn argument(pattern: &Pat, ty: &Type) -> TokenStream {
    let pattern = pattern.to_token_stream().to_string();
    let Type::Reference(reference) = ty else {
        let is_optional = ty.to_token_stream().to_string().contains("Option");
        return if is_optional { quote!(None) } else { quote!(argument(&[])) };
    };
    let mut inner = (*reference.elem).clone();
    Elided.visit_type_mut(&mut inner);
    match (inner.to_token_stream().to_string().as_str(), pattern.as_str()) {
        ("str", _) => quote!("x"),
        (_, "query") => quote!(&::std::default::Default::default()),
        _ => quote!(&argument::<#inner>(&case.sent)),
    }
}

struct Elided;

impl VisitMut for Elided {
    fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
        visit_mut::visit_type_reference_mut(self, reference);
        reference.lifetime = None;
    }
}

/// The module that calls these clients.
pub(super) fn dispatch<'a>(clients: impl Iterator<Item = &'a Client>) -> String {
    let mut modules = String::new();
    let mut arms = String::new();
    for Client { name, calls, .. } in clients {
        let use_of = format_ident!("use_{name}");
        modules += &format!(
            "#[path = \"{name}.rs\"]\nmod {name};\nmod {use_of} {{\n\
             use super::{{Case, argument, said, {name}::{{self, types}}}};\n\
             pub async fn read(session: tokenward_http::Session, case: &Case) -> Result<(), String> {{\n\
             let client = {name}::Client::new(session);\n\
             match case.method.as_str() {{ {calls} other => Err(format!(\"no method {{other}}\")) }}\n}}\n}}\n"
        );
        arms += &format!("\"{name}\" => {use_of}::read(session, case).await,\n");
    }
    format!(
        "use super::{{Case, argument, said}};\n{modules}\n\
         pub async fn read(session: tokenward_http::Session, case: &Case) -> Result<(), String> {{\n\
         match case.client.as_str() {{ {arms} other => Err(format!(\"no client {{other}}\")) }}\n}}\n"
    )
}
