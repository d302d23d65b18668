//! The parameters of a query: optional ones in one record, and all of them in the address.

use std::collections::BTreeMap;

use heck::ToUpperCamelCase;
use quote::{format_ident, quote};
use syn::{
    Expr, ExprCall, ExprMethodCall, FnArg, ImplItemFn, Item, Lit, Pat, Type, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::{
    client::{path_of, path_of_pattern},
    docs, types,
};
use crate::problem::Problem;

/// What progenitor wraps the name and the value of a parameter in.
const PARAMETER: &str = "progenitor_client :: QueryParam :: new";

/// Puts the parameters into the address, as one list: progenitor adds them to the request one by one, by its own runtime.
pub(super) fn write(method: &mut ImplItemFn) -> Result<(), Problem> {
    #[derive(Default)]
    struct Take(Vec<Expr>);
    impl VisitMut for Take {
        fn visit_expr_mut(&mut self, expression: &mut Expr) {
            visit_mut::visit_expr_mut(self, expression);
            let Expr::MethodCall(ExprMethodCall { receiver, method, args, .. }) = expression else { return };
            if method == "query"
                && let Some(Expr::Reference(parameter)) = args.first()
                && let Expr::Call(call) = &*parameter.expr
                && path_of(&call.func) == PARAMETER
            {
                let pair = &call.args;
                self.0.push(parse_quote!((#pair)));
                *expression = (**receiver).clone();
            }
        }
    }
    struct Address {
        pairs: Vec<Expr>,
    }
    impl VisitMut for Address {
        fn visit_expr_method_call_mut(&mut self, call: &mut ExprMethodCall) {
            visit_mut::visit_expr_method_call_mut(self, call);
            if path_of(&call.receiver) == "self . client"
                && let Some(url) = call.args.last_mut()
            {
                let pairs = std::mem::take(&mut self.pairs);
                *url = parse_quote!(::tokenward_http::runtime::query(#url, &[#(#pairs),*])?);
            }
        }
    }

    let mut taken = Take::default();
    taken.visit_block_mut(&mut method.block);
    if taken.0.is_empty() {
        return Ok(());
    }
    let mut address = Address { pairs: taken.0 };
    address.visit_block_mut(&mut method.block);
    if address.pairs.is_empty() {
        Ok(())
    } else {
        Err(Problem::at(&method.sig.ident, "progenitor wrote a method of another form"))
    }
}

/// Optional query parameters become one record with a default, so that a new one breaks nobody.
pub(super) fn group<'a>(
    method: &mut ImplItemFn,
    operation: &str,
    text: impl Fn(&str) -> &'a str,
) -> Result<Option<Item>, Problem> {
    #[derive(Default)]
    struct Collect {
        named: BTreeMap<String, String>,
        twice: Option<String>,
    }
    impl VisitMut for Collect {
        fn visit_expr_call_mut(&mut self, call: &mut ExprCall) {
            visit_mut::visit_expr_call_mut(self, call);
            if path_of(&call.func) != PARAMETER {
                return;
            }
            let [Expr::Lit(name), Expr::Reference(value)] = call.args.iter().collect::<Vec<_>>()[..] else {
                return;
            };
            if let (Lit::Str(name), Expr::Path(ident)) = (&name.lit, &*value.expr) {
                let ident = path_of(&Expr::Path(ident.clone()));
                if self.named.insert(ident.clone(), name.value()).is_some() {
                    self.twice = Some(ident);
                }
            }
        }
    }
    struct Redirect<'a> {
        optional: &'a BTreeMap<String, Type>,
    }
    impl VisitMut for Redirect<'_> {
        fn visit_expr_call_mut(&mut self, call: &mut ExprCall) {
            if path_of(&call.func) == PARAMETER
                && let Some(Expr::Reference(value)) = call.args.last_mut()
                && let Some((ident, _)) = self.optional.get_key_value(&path_of(&value.expr))
            {
                let ident = format_ident!("{ident}");
                *value.expr = parse_quote!(query.#ident);
            } else {
                visit_mut::visit_expr_call_mut(self, call);
            }
        }
    }

    let mut collect = Collect::default();
    collect.visit_block_mut(&mut method.block);
    if let Some(ident) = collect.twice {
        return Err(Problem::at(operation, format!("two of its parameters become `{ident}` in Rust")));
    }
    let mut optional = BTreeMap::new();
    let mut inputs = syn::punctuated::Punctuated::<FnArg, syn::Token![,]>::new();
    let mut body = None;
    for input in std::mem::take(&mut method.sig.inputs) {
        let parameter = match &input {
            FnArg::Typed(typed) => match &*typed.pat {
                Pat::Ident(pattern) => Some((pattern.ident.to_string(), typed)),
                _ => None,
            },
            FnArg::Receiver(_) => None,
        };
        match parameter {
            Some((name, typed)) if collect.named.contains_key(&name) => {
                match types::generic_argument(&typed.ty, "Option") {
                    Some(inner) => {
                        optional.insert(name, owned(inner));
                    }
                    None => inputs.push(input),
                }
            }
            Some((name, _)) if name == "body" => body = Some(input),
            _ => inputs.push(input),
        }
    }
    if optional.is_empty() {
        inputs.extend(body);
        method.sig.inputs = inputs;
        return Ok(None);
    }
    let is_query =
        |input: &FnArg| matches!(input, FnArg::Typed(typed) if path_of_pattern(&typed.pat) == "query");
    if inputs.iter().any(is_query) {
        let message = "has a parameter `query` beside optional ones, which are passed as `query`";
        return Err(Problem::at(operation, message));
    }
    let record = format_ident!("{}Query", method.sig.ident.to_string().to_upper_camel_case());
    inputs.push(parse_quote!(query: &'a types::#record));
    inputs.extend(body);
    method.sig.inputs = inputs;
    Redirect { optional: &optional }.visit_block_mut(&mut method.block);

    let title = format!("What can be asked for in [`{}`](super::Client::{}).", operation, operation);
    let fields = optional.iter().map(|(name, ty)| {
        let ident = format_ident!("{name}");
        let doc = docs::attribute(collect.named.get(name).map(|name| text(name)).unwrap_or_default());
        quote!(#doc pub #ident: ::std::option::Option<#ty>)
    });
    Ok(Some(parse_quote! {
        #[doc = #title]
        #[derive(Clone, Debug, Default)]
        #[non_exhaustive]
        pub struct #record { #(#fields),* }
    }))
}

/// `String` for `&'a str`, and so on, as the module of types writes it: the record owns what it holds.
fn owned(parameter: &Type) -> Type {
    struct InTypes;
    impl VisitMut for InTypes {
        fn visit_path_mut(&mut self, path: &mut syn::Path) {
            visit_mut::visit_path_mut(self, path);
            if path.segments.len() > 1 && path.segments[0].ident == "types" {
                path.segments = std::mem::take(&mut path.segments).into_iter().skip(1).collect();
            }
        }
    }

    let mut ty = match parameter {
        Type::Reference(reference) => (*reference.elem).clone(),
        other => other.clone(),
    };
    if quote!(#ty).to_string() == "str" {
        return parse_quote!(::std::string::String);
    }
    InTypes.visit_type_mut(&mut ty);
    ty
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_stand_in_the_address_in_their_order() {
        let mut method: ImplItemFn = parse_quote! {
            async fn list(&self) {
                let request = self
                    .client
                    .get(url)
                    .header(name, value)
                    .query(&progenitor_client::QueryParam::new("a", &query.a))
                    .query(&progenitor_client::QueryParam::new("b", &b))
                    .build()?;
            }
        };
        write(&mut method).unwrap();
        let expected: ImplItemFn = parse_quote! {
            async fn list(&self) {
                let request = self
                    .client
                    .get(::tokenward_http::runtime::query(url, &[("a", &query.a), ("b", &b)])?)
                    .header(name, value)
                    .build()?;
            }
        };
        assert_eq!(quote!(#method).to_string(), quote!(#expected).to_string());
    }

    #[test]
    fn a_parameter_that_finds_no_address_is_not_lost_in_silence() {
        let mut method: ImplItemFn = parse_quote! {
            async fn list(&self) {
                let request = other.get(url).query(&progenitor_client::QueryParam::new("a", &query.a)).build()?;
            }
        };
        assert!(write(&mut method).unwrap_err().to_string().contains("another form"));
    }
}
