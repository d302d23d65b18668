//! A program that uses everything a module offers, derived from the module's syntax tree.
//!
//! It calls every method with every argument of its type, reads and sets every field, makes and matches every variant,
//! and asks for every trait. It compiles with the module that it was derived from, and with every other that offers at
//! least the same. It does not name all fields of a record, nor match an enum without a wildcard: nobody can.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{
    FnArg, GenericParam, ImplItem, ImplItemFn, Item, ItemEnum, ItemImpl, ItemStruct, Lifetime, ReceiverKind,
    ReturnType, Type, Visibility, parse_quote,
    visit_mut::{self, VisitMut},
};

use crate::problem::Problem;

/// The consumer of a module; whoever compiles it gives it the module as `raw`.
pub(super) fn of(module: &syn::File) -> Result<String, Problem> {
    let mut uses = Uses::default();
    uses.items(&module.items)?;
    let functions = uses.functions;
    let tokens = quote! {
        use raw::*;
        fn any<T>() -> T { loop {} }
        #(#functions)*
    };
    let file: syn::File = syn::parse2(tokens).map_err(|error| Problem::new(format!("no Rust: {error}")))?;
    Ok(prettyplease::unparse(&file))
}

#[derive(Default)]
struct Uses {
    /// The path of the module, after `raw`.
    path: Vec<syn::Ident>,
    functions: Vec<TokenStream>,
}

impl Uses {
    fn items(&mut self, items: &[Item]) -> Result<(), Problem> {
        for item in items {
            match item {
                Item::Struct(record) if is_public(&record.vis) => self.record(record),
                Item::Enum(choice) if is_public(&choice.vis) => self.choice(choice),
                Item::Type(alias) if is_public(&alias.vis) => {
                    let (name, ty) = (&alias.ident, &alias.ty);
                    self.add(quote!(let _: #ty = any::<#name>();));
                }
                Item::Const(constant) if is_public(&constant.vis) => {
                    let (name, ty) = (&constant.ident, &constant.ty);
                    self.add(quote!(let _: #ty = #name;));
                }
                Item::Fn(function) if is_public(&function.vis) => {
                    let name = &function.sig.ident;
                    self.call(quote!(#name), &function.sig, None)?;
                }
                Item::Impl(implementation) => self.implementation(implementation)?,
                Item::Mod(module) if is_public(&module.vis) => {
                    let name = &module.ident;
                    let path: Vec<_> = self.path.iter().chain([name]).cloned().collect();
                    let mut inner = Self { path: path.clone(), ..Self::default() };
                    let content = module.content.as_ref().map(|(_, items)| items.as_slice());
                    inner.items(content.unwrap_or_default())?;
                    let functions = inner.functions;
                    let inner = format_ident!("of_{name}");
                    self.functions.push(quote! {
                        mod #inner {
                            use super::{any, raw};
                            use raw #(::#path)*::*;
                            #(#functions)*
                        }
                    });
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn add(&mut self, body: TokenStream) {
        let name = format_ident!("f{}", self.functions.len());
        self.functions.push(quote!(fn #name() { #body }));
    }

    fn record(&mut self, record: &ItemStruct) {
        let name = &record.ident;
        for (index, field) in record.fields.iter().enumerate().filter(|(_, field)| is_public(&field.vis)) {
            let ty = &field.ty;
            let member = match &field.ident {
                Some(ident) => quote!(#ident),
                None => {
                    let index = syn::Index::from(index);
                    quote!(#index)
                }
            };
            self.add(quote! {
                let mut record = any::<#name>();
                record.#member = any::<#ty>();
                let _: #ty = record.#member;
            });
        }
        self.derives(name, &record.attrs);
    }

    fn choice(&mut self, choice: &ItemEnum) {
        let name = &choice.ident;
        for variant in &choice.variants {
            let ident = &variant.ident;
            let types: Vec<&Type> = variant.fields.iter().map(|field| &field.ty).collect();
            match &variant.fields {
                syn::Fields::Unit => self.add(quote! {
                    match #name::#ident { #name::#ident => {} _ => {} }
                }),
                syn::Fields::Unnamed(_) => {
                    let fields: Vec<_> =
                        (0..types.len()).map(|index| format_ident!("field{index}")).collect();
                    self.add(quote! {
                        match #name::#ident(#(any::<#types>()),*) {
                            #name::#ident(#(#fields),*) => { #(let _: #types = #fields;)* }
                            _ => {}
                        }
                    });
                }
                syn::Fields::Named(_) => {
                    let fields: Vec<_> =
                        variant.fields.iter().filter_map(|field| field.ident.as_ref()).collect();
                    self.add(quote! {
                        match (#name::#ident { #(#fields: any::<#types>()),* }) {
                            #name::#ident { #(#fields),* } => { #(let _: #types = #fields;)* }
                            _ => {}
                        }
                    });
                }
            }
        }
        self.derives(name, &choice.attrs);
    }

    fn derives(&mut self, name: &syn::Ident, attributes: &[syn::Attribute]) {
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
            let paths = attribute
                .parse_args_with(syn::punctuated::Punctuated::<syn::Path, syn::Token![,]>::parse_terminated);
            for path in paths.iter().flatten() {
                let last = path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
                let bound: syn::Path = match last.as_str() {
                    "Deserialize" => parse_quote!(::serde::Deserialize<'x>),
                    "Debug" => parse_quote!(::std::fmt::Debug),
                    "Hash" => parse_quote!(::std::hash::Hash),
                    _ => path.clone(),
                };
                self.implements(&parse_quote!(#name), &bound, &[]);
            }
        }
    }

    fn implements(&mut self, ty: &Type, bound: &syn::Path, lifetimes: &[Lifetime]) {
        let mut bound = bound.clone();
        Lifetimes::Named.visit_path_mut(&mut bound);
        self.add(quote! {
            fn implements<T: for<'x #(, #lifetimes)*> #bound>() {}
            implements::<#ty>();
        });
    }

    fn implementation(&mut self, implementation: &ItemImpl) -> Result<(), Problem> {
        let ty = &*implementation.self_ty;
        if let Some((bound, _)) = &implementation.trait_ {
            let lifetimes: Option<Vec<Lifetime>> = implementation
                .generics
                .params
                .iter()
                .map(|parameter| match parameter {
                    GenericParam::Lifetime(parameter) => Some(parameter.lifetime.clone()),
                    _ => None,
                })
                .collect();
            // What the hooks of the generator are implemented for is nobody else's.
            let is_foreign = bound.leading_colon.is_some();
            if let Some(lifetimes) = lifetimes.filter(|_| is_foreign && matches!(ty, Type::Path(_))) {
                self.implements(ty, bound, &lifetimes);
            }
            return Ok(());
        }
        for member in &implementation.items {
            if let ImplItem::Fn(ImplItemFn { vis, sig, .. }) = member
                && is_public(vis)
            {
                let name = &sig.ident;
                self.call(quote!(<#ty>::#name), sig, Some(ty))?;
            }
        }
        Ok(())
    }

    fn call(
        &mut self,
        path: TokenStream,
        signature: &syn::Signature,
        owner: Option<&Type>,
    ) -> Result<(), Problem> {
        let mut arguments = Vec::new();
        for input in &signature.inputs {
            let mut ty = match input {
                FnArg::Typed(typed) => (*typed.ty).clone(),
                FnArg::Receiver(receiver) => match &receiver.kind {
                    ReceiverKind::Reference(_, _, None) => parse_quote!(&Self),
                    ReceiverKind::Reference(..) => parse_quote!(&mut Self),
                    ReceiverKind::Typed(_, ty) => (**ty).clone(),
                    _ => parse_quote!(Self),
                },
            };
            Own(owner).visit_type_mut(&mut ty);
            Lifetimes::Elided.visit_type_mut(&mut ty);
            if let Type::ImplTrait(given) = &ty {
                ty = converted(given)
                    .ok_or_else(|| Problem::at(&signature.ident, "takes what no consumer can name"))?;
            }
            arguments.push(quote!(any::<#ty>()));
        }
        let mut output: Type = match &signature.output {
            ReturnType::Type(_, ty) => (**ty).clone(),
            ReturnType::Default => parse_quote!(()),
        };
        Own(owner).visit_type_mut(&mut output);
        Lifetimes::Elided.visit_type_mut(&mut output);
        let name = format_ident!("f{}", self.functions.len());
        self.functions.push(match signature.asyncness.is_some() {
            true => quote!(async fn #name() { let _: #output = #path(#(#arguments),*).await; }),
            false => quote!(fn #name() { let _: #output = #path(#(#arguments),*); }),
        });
        Ok(())
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// `T` of `impl Into<T>`.
fn converted(given: &syn::TypeImplTrait) -> Option<Type> {
    let syn::TypeParamBound::Trait(bound) = given.bounds.first()? else { return None };
    let last = bound.path.segments.last().filter(|segment| segment.ident == "Into")?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        syn::GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    }
}

/// Writes out `Self`.
struct Own<'a>(Option<&'a Type>);

impl VisitMut for Own<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        visit_mut::visit_type_mut(self, ty);
        if let (Type::Path(path), Some(owner)) = (&*ty, self.0)
            && path.path.is_ident("Self")
        {
            *ty = owner.clone();
        }
    }
}

/// Lifetimes of a signature outside of it: left out, or all of one name in a bound.
enum Lifetimes {
    Elided,
    Named,
}

impl VisitMut for Lifetimes {
    fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
        visit_mut::visit_type_reference_mut(self, reference);
        match self {
            Self::Elided => reference.lifetime = None,
            Self::Named => drop(reference.lifetime.get_or_insert_with(|| parse_quote!('x))),
        }
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if matches!(self, Self::Elided) && lifetime.ident != "static" {
            *lifetime = parse_quote!('_);
        }
    }
}
