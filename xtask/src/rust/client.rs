//! Changes to the generated client: how it is made, what it sends, how it reads, and what it says of itself.

use std::collections::{BTreeMap, BTreeSet};

use quote::{format_ident, quote};
use serde_json::Value;
use syn::{
    Expr, ExprMethodCall, FnArg, ImplItem, ImplItemFn, Item, LitStr, Pat, PathArguments, PathSegment, Stmt,
    Type, parse_quote,
    visit_mut::{self, VisitMut},
};
use tokenward_core::secret_names::sounds_secret;

use super::{answers::Answers, docs, query, types};
use crate::{
    normalise::{CONTENT_TYPE, WIRE_NAME, is_authorized},
    problem::Problem,
    schema::{self, members},
    vendor::Config,
};

/// The client as a tree without the parts of progenitor that lose, print or guess.
pub(super) fn rewrite(file: &mut syn::File, document: &Value, config: &Config) -> Result<(), Problem> {
    file.items.retain(|item| !is_replaced(item));
    let imports = imports(&quote!(#file).to_string());
    file.items.splice(0..0, imports);
    let title = document["info"]["title"].as_str().unwrap_or_default();
    for item in &mut file.items {
        if let Item::Struct(client) = item {
            client.attrs.retain(|attribute| !attribute.path().is_ident("doc"));
            client.attrs.insert(0, docs::attribute(title));
        }
    }
    PlainErrors.visit_file_mut(file);
    let operations = Operations::of(document, config);
    let answers = Answers::of(file, config)?;
    let (mut queries, mut senders) = (Vec::new(), Vec::new());
    for method in methods(file) {
        let operation = operations.get(&method.sig.ident.to_string())?;
        BodyRewriter.visit_block_mut(&mut method.block);
        remove_version_header(method);
        let text = |name: &str| operation.parameters.get(name).map(String::as_str).unwrap_or_default();
        queries.extend(query::group(method, operation.name, text)?);
        query::write(method)?;
        WireNames(&operation.wire_names).visit_block_mut(&mut method.block);
        operation.document(method);
        senders.push(split_off_sending(method)?);
        answers.rewrite(method, &operation.method)?;
    }
    types::module(file)?.extend(queries);
    file.items.push(parse_quote! {
        #[doc = "The operations without the reading of their answers, which may be done in another way."]
        impl Client { #(#senders)* }
    });
    file.items.push(operations.table());
    file.items.push(secret_names(config));
    file.items.push(constructor());
    Ok(())
}

/// What the client needs from elsewhere, and no more.
fn imports(code: &str) -> Vec<Item> {
    let mut imports: Vec<Item> = vec![
        parse_quote!(
            pub use ::tokenward_http::runtime::{Error, ResponseValue};
        ),
        parse_quote!(
            use ::tokenward_http::{SendError, runtime::Response};
        ),
    ];
    if code.contains("form_urlencoded") {
        imports.push(parse_quote!(
            use ::tokenward_http::runtime::RequestBuilderExt;
        ));
    }
    if code.contains("ByteStream") {
        imports.push(parse_quote!(
            pub use ::tokenward_http::runtime::ByteStream;
        ));
    }
    if code.contains("encode_path") {
        imports.push(parse_quote!(
            use ::tokenward_http::runtime::encode_path;
        ));
    }
    imports
}

/// The imports, the constructors, which unwrap and know no authorization, the hooks, in whose place the session
/// stands, and the prelude.
fn is_replaced(item: &Item) -> bool {
    match item {
        Item::Use(_) => true,
        Item::Mod(module) => module.ident == "prelude",
        Item::Const(constant) => constant.ident == "_",
        Item::Impl(implementation) => {
            let is_constructor = |item: &ImplItem| matches!(item, ImplItem::Fn(function) if function.sig.ident == "new_with_client");
            implementation.trait_.is_some() || implementation.items.iter().any(is_constructor)
        }
        _ => false,
    }
}

/// What the configuration declares about the names of fields and the rule for names cannot know.
fn secret_names(config: &Config) -> Item {
    let names = |declared: &BTreeSet<String>| -> BTreeSet<String> {
        declared.iter().filter_map(|name| Some(name.split_once('.')?.1.to_owned())).collect()
    };
    let secrets = names(&config.secrets);
    let others = names(&config.not_secrets);
    let others = others.iter().filter(|name| sounds_secret(name) && !secrets.contains(*name));
    let secrets = secrets.iter().filter(|name| !sounds_secret(name));
    parse_quote! {
        #[doc = "Fields that hold a secret although their name does not say so, and fields that only sound secret."]
        pub(crate) const SECRET_NAMES: ::tokenward_http::SecretNames =
            ::tokenward_http::SecretNames::new(&[#(#secrets),*], &[#(#others),*]);
    }
}

/// How a session becomes a client.
fn constructor() -> Item {
    parse_quote! {
        impl Client {
            #[doc = "Creates a client that sends its requests through a session."]
            pub(crate) fn new(session: ::tokenward_http::Session) -> Self {
                Self {
                    baseurl: session.base_url().as_str().to_owned(),
                    client: session.client().clone(),
                    inner: session.with_secret_names(&SECRET_NAMES),
                }
            }

            #[doc = "Returns the session that this client sends its requests through."]
            pub(crate) fn session(&self) -> &::tokenward_http::Session {
                &self.inner
            }
        }
    }
}

/// Leaves to the method the reading of the answer, and gives the rest: the request, and its way through the session.
fn split_off_sending(method: &mut ImplItemFn) -> Result<ImplItemFn, Problem> {
    let name = method.sig.ident.to_string();
    let other_form = || Problem::at(&name, "progenitor wrote a method of another form");
    let is_info =
        |statement: &Stmt| matches!(statement, Stmt::Local(local) if path_of_pattern(&local.pat) == "info");
    let end = method.block.stmts.iter().position(is_info).ok_or_else(other_form)?;
    let read = match method.block.stmts.last() {
        Some(Stmt::Expr(Expr::Match(answer), None)) => answer.arms.first().map(|arm| arm.body.clone()),
        _ => None,
    };
    let read = read.ok_or_else(other_form)?;

    let mut sender = method.clone();
    sender.attrs = vec![docs::attribute(&format!("[`{name}`](Self::{name}), with its answer unread."))];
    sender.vis = parse_quote!(pub(crate));
    sender.sig.ident = format_ident!("{name}_response");
    sender.sig.output = parse_quote!(-> Result<Response, SendError>);
    // What is read and written back goes as it is, with fields that the document does not have.
    for input in &mut sender.sig.inputs {
        if let FnArg::Typed(typed) = input
            && path_of_pattern(&typed.pat) == "body"
            && matches!(&*typed.ty, Type::Reference(_))
        {
            *typed.ty = parse_quote!(&'a (impl ::serde::Serialize + ::std::marker::Sync + ?Sized));
        }
    }
    sender.block.stmts.truncate(end);
    sender.block.stmts.push(Stmt::Expr(parse_quote!(self.inner.call(ENDPOINTS, #name, request).await), None));
    // What was made mutable for the hooks.
    for statement in &mut sender.block.stmts {
        if let Stmt::Local(local) = statement
            && let Pat::Ident(pattern) = &mut local.pat
            && pattern.ident == "request"
        {
            pattern.mutability = None;
            local.attrs.clear();
        }
    }

    let arguments = method.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(&typed.pat),
        FnArg::Receiver(_) => None,
    });
    let ident = &sender.sig.ident;
    let read = match *read {
        Expr::Block(block) => block.block.stmts,
        expression => vec![Stmt::Expr(expression, None)],
    };
    method.block = parse_quote!({
        let response = self.#ident(#(#arguments),*).await?;
        #(#read)*
    });
    Ok(sender)
}

/// The methods of operations.
fn methods(file: &mut syn::File) -> impl Iterator<Item = &mut ImplItemFn> {
    file.items
        .iter_mut()
        .filter_map(|item| match item {
            Item::Impl(implementation) if implementation.trait_.is_none() => Some(&mut implementation.items),
            _ => None,
        })
        .flatten()
        .filter_map(|item| match item {
            ImplItem::Fn(function) if function.sig.asyncness.is_some() => Some(function),
            _ => None,
        })
}

struct BodyRewriter;

impl VisitMut for BodyRewriter {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        let called = match expression {
            Expr::Call(call) => path_of(&call.func),
            _ => String::new(),
        };
        // Reading that prints no body and has a bound.
        match called.as_str() {
            "ResponseValue :: from_response" => *expression = parse_quote!(response.decode()),
            "ResponseValue :: empty" => *expression = parse_quote!(response.empty()),
            "ResponseValue :: stream" => *expression = parse_quote!(response.stream()),
            _ => {}
        }
        match expression {
            // Secrets go out as they are, in a body and nowhere else.
            Expr::MethodCall(call) if call.method == "json" || call.method == "form_urlencoded" => {
                let body = &call.args;
                let outgoing: Expr = parse_quote!(&::tokenward_http::runtime::Outgoing(#body));
                call.args = std::iter::once(outgoing).collect();
            }
            _ => {}
        }
    }
}

/// No error is read as a type of the document, so there is one type of errors.
struct PlainErrors;

impl VisitMut for PlainErrors {
    fn visit_path_segment_mut(&mut self, segment: &mut PathSegment) {
        visit_mut::visit_path_segment_mut(self, segment);
        if segment.ident == "Error" && quote!(#segment).to_string() == "Error < () >" {
            segment.arguments = PathArguments::None;
        }
    }
}

/// What is sent has the vendor's names, where two of them would be one variable.
struct WireNames<'a>(&'a BTreeMap<&'a str, &'a str>);

impl VisitMut for WireNames<'_> {
    fn visit_lit_str_mut(&mut self, text: &mut LitStr) {
        if let Some(name) = self.0.get(text.value().as_str()) {
            *text = LitStr::new(name, text.span());
        }
    }
}

pub(super) fn path_of(expression: &Expr) -> String {
    quote!(#expression).to_string()
}

pub(super) fn path_of_pattern(pattern: &Pat) -> String {
    quote!(#pattern).to_string()
}

/// progenitor sends the version header of another framework with every request.
fn remove_version_header(method: &mut ImplItemFn) {
    struct RemoveHeaders;
    impl VisitMut for RemoveHeaders {
        fn visit_expr_mut(&mut self, expression: &mut Expr) {
            visit_mut::visit_expr_mut(self, expression);
            if let Expr::MethodCall(ExprMethodCall { receiver, method, .. }) = expression
                && method == "headers"
            {
                *expression = (**receiver).clone();
            }
        }
    }

    let is_about_headers = |statement: &Stmt| {
        let text = quote!(#statement).to_string();
        text.contains("header_map") && !text.contains(". headers (header_map)")
    };
    let is_version_header = |statement: &Stmt| quote!(#statement).to_string().contains("\"api-version\"");
    let others = method
        .block
        .stmts
        .iter()
        .filter(|statement| is_about_headers(statement) && !is_version_header(statement));
    // One statement, the map itself, is left where the operation has no headers of its own.
    if others.count() > 1 {
        method.block.stmts.retain(|statement| !is_version_header(statement));
    } else {
        method.block.stmts.retain(|statement| !is_about_headers(statement));
        RemoveHeaders.visit_block_mut(&mut method.block);
    }
}

/// The methods whose repetition changes nothing, as HTTP has it.
const REPEATABLE: [&str; 4] = ["get", "head", "put", "delete"];

struct Operation<'a> {
    name: &'a str,
    method: String,
    path: &'a str,
    content_type: Option<&'a str>,
    authorized: bool,
    repeatable: bool,
    value: &'a Value,
    /// Descriptions by the published name.
    parameters: BTreeMap<String, String>,
    /// The names to be sent, by those of the document.
    wire_names: BTreeMap<&'a str, &'a str>,
    scopes: Vec<String>,
}

struct Operations<'a>(Vec<Operation<'a>>);

impl<'a> Operations<'a> {
    fn of(document: &'a Value, config: &Config) -> Self {
        let name = |operation: &'a Value| operation["operationId"].as_str().unwrap_or_default();
        let mut operations: Vec<_> = schema::operations(document)
            .map(|(method, path, value)| Operation {
                name: name(value),
                repeatable: REPEATABLE.contains(&method) || config.repeatable.contains(name(value)),
                method: method.to_uppercase(),
                path,
                content_type: value.get(CONTENT_TYPE).and_then(Value::as_str),
                authorized: is_authorized(document, value),
                value,
                parameters: parameters(document, path, value),
                wire_names: wire_names(value),
                scopes: scopes(value),
            })
            .collect();
        operations.sort_by_key(|operation| operation.name);
        Self(operations)
    }

    fn get(&self, name: &str) -> Result<&Operation<'a>, Problem> {
        self.0.iter().find(|operation| operation.name == name).ok_or_else(|| {
            Problem::at(name, "progenitor wrote a method that is no operation of the document")
        })
    }

    fn table(&self) -> Item {
        let rows = self.0.iter().map(|operation| {
            let Operation { name, method, path, authorized, repeatable, .. } = operation;
            let content_type = match operation.content_type {
                Some(text) => quote!(::std::option::Option::Some(#text)),
                None => quote!(::std::option::Option::None),
            };
            quote! {
                ::tokenward_http::Endpoint {
                    id: #name,
                    method: #method,
                    path: #path,
                    content_type: #content_type,
                    authorized: #authorized,
                    repeatable: #repeatable,
                }
            }
        });
        parse_quote! {
            #[doc = "Every operation, with what its method alone does not tell."]
            pub const ENDPOINTS: &[::tokenward_http::Endpoint] = &[#(#rows),*];
        }
    }
}

impl Operation<'_> {
    fn document(&self, method: &mut ImplItemFn) {
        let text = |key: &str| self.value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let mut paragraphs: Vec<String> =
            [text("summary"), text("description")].into_iter().flatten().map(docs::prose).collect();
        if let Some(observed) = text("x-tokenward-observed") {
            paragraphs.push(format!("Observed: {}", docs::prose(observed)));
        }
        let mut facts = format!("`{} {}`", self.method, self.path);
        if !self.scopes.is_empty() {
            facts.push_str(&format!("; one of the scopes {}", self.scopes.join(", ")));
        }
        paragraphs.push(format!("{facts}."));
        let arguments: Vec<String> = self
            .parameters
            .iter()
            .filter(|(name, _)| self.path.contains(&format!("{{{name}}}")))
            .map(|(name, text)| format!("- `{name}`: {}", docs::prose(text)))
            .chain(
                self.value
                    .pointer("/requestBody/description")
                    .and_then(Value::as_str)
                    .map(|text| format!("- `body`: {}", docs::prose(text))),
            )
            .collect();
        if !arguments.is_empty() {
            paragraphs.push(arguments.join("\n"));
        }
        method.attrs.retain(|attribute| !attribute.path().is_ident("doc"));
        method.attrs.insert(0, docs::attribute_raw(&paragraphs.join("\n\n")));
    }
}

fn wire_names(operation: &Value) -> BTreeMap<&str, &str> {
    let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let names = parameters
        .filter_map(|parameter| Some((parameter["name"].as_str()?, parameter[WIRE_NAME].as_str()?)));
    names.collect()
}

fn scopes(operation: &Value) -> Vec<String> {
    let mut scopes: Vec<String> = operation
        .get("security")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .flat_map(members)
        .flat_map(|(_, scopes)| scopes.as_array().into_iter().flatten())
        .filter_map(Value::as_str)
        .map(|scope| format!("`{scope}`"))
        .collect();
    scopes.sort();
    scopes.dedup();
    scopes
}

fn parameters(document: &Value, path: &str, operation: &Value) -> BTreeMap<String, String> {
    let of_path =
        document.get("paths").and_then(|paths| paths.get(path)).and_then(|item| item.get("parameters"));
    [of_path, operation.get("parameters")]
        .into_iter()
        .flatten()
        .filter_map(Value::as_array)
        .flatten()
        .map(|parameter| match parameter.get("$ref").and_then(Value::as_str) {
            Some(reference) => document.pointer(&reference[1..]).unwrap_or(parameter),
            None => parameter,
        })
        .filter_map(|parameter| {
            let name = parameter.get("name")?.as_str()?;
            let text = parameter.get("description").and_then(Value::as_str).unwrap_or_default();
            Some((name.to_owned(), text.to_owned()))
        })
        .collect()
}
