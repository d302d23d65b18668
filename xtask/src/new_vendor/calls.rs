//! The generated methods, as an example and a README name them.

use std::collections::BTreeSet;

use syn::{FnArg, ImplItem, Item, Pat};

use super::name::Name;
use crate::{problem::Problem, vendor::Config};

/// A raw call that answers with a list.
#[derive(Debug)]
pub(super) struct ListCall {
    pub(super) method: String,
    pub(super) route: String,
    /// What has to be said, in the order of the parameters.
    arguments: Vec<ListArgument>,
    /// The field of the answer that is the list, and whether it may be missing; none where the answer is the list.
    field: Option<(String, bool)>,
}

#[derive(Debug)]
enum ListArgument {
    Text(String),
    Nothing,
}

/// The call that lists with the least to be said.
pub(super) fn list(source: &str, config: &Config) -> Result<Option<ListCall>, Problem> {
    let file = syn::parse_file(source).map_err(|error| Problem::new(format!("is no Rust: {error}")))?;
    let mut found: Vec<ListCall> = config
        .operations()
        .filter(|(route, _)| route.starts_with("GET "))
        .filter_map(|(route, method)| call(&file, route, method))
        .collect();
    found.sort_by_key(|call| (call.said().count(), call.field.is_some(), call.route.clone()));
    Ok(found.into_iter().next())
}

fn call(file: &syn::File, route: &str, method: &str) -> Option<ListCall> {
    let function = file.items.iter().find_map(|item| {
        let Item::Impl(implementation) = item else { return None };
        implementation.items.iter().find_map(|item| match item {
            ImplItem::Fn(function) if function.sig.ident == method => Some(function),
            _ => None,
        })
    })?;
    let mut arguments = Vec::new();
    for input in &function.sig.inputs {
        let FnArg::Typed(input) = input else { continue };
        let Pat::Ident(name) = &*input.pat else { return None };
        let ty = text(&input.ty);
        if ty == "&'astr" {
            arguments.push(ListArgument::Text(name.ident.to_string()));
        } else {
            let record = ty.strip_prefix("&'atypes::").and_then(|name| record(file, name))?;
            record.attrs.iter().find(|attribute| text(attribute).contains("Default"))?;
            arguments.push(ListArgument::Nothing);
        }
    }
    let syn::ReturnType::Type(_, answer) = &function.sig.output else { return None };
    let answer = text(answer);
    let answer = answer.strip_prefix("Result<ResponseValue<")?.split(">,Error>").next()?;
    let field = match answer.strip_prefix("types::") {
        None if answer.starts_with("::tokenward_http::Items<") => None,
        None => return None,
        Some(name) => Some(record(file, name)?.fields.iter().find_map(|field| {
            let ty = text(&field.ty);
            let name = field.ident.as_ref()?.to_string();
            let is_optional = ty.starts_with("::std::option::Option<::tokenward_http::Items<");
            (is_optional || ty.starts_with("::tokenward_http::Items<")).then_some((name, is_optional))
        })?),
    };
    Some(ListCall { method: method.to_owned(), route: route.to_owned(), arguments, field })
}

fn record<'a>(file: &'a syn::File, name: &str) -> Option<&'a syn::ItemStruct> {
    let types = file.items.iter().find_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => module.content.as_ref(),
        _ => None,
    });
    types?.1.iter().find_map(|item| match item {
        Item::Struct(record) if record.ident == name => Some(record),
        _ => None,
    })
}

fn text(tokens: &impl quote::ToTokens) -> String {
    tokens.to_token_stream().to_string().split_whitespace().collect()
}

impl ListCall {
    fn said(&self) -> impl Iterator<Item = &str> {
        self.arguments.iter().filter_map(|argument| match argument {
            ListArgument::Text(name) => Some(name.as_str()),
            ListArgument::Nothing => None,
        })
    }

    /// The call and its arguments, which are variables.
    fn expression(&self) -> String {
        let arguments: Vec<String> = self
            .arguments
            .iter()
            .map(|argument| match argument {
                ListArgument::Text(name) => format!("&{name}"),
                ListArgument::Nothing => "&Default::default()".to_owned(),
            })
            .collect();
        format!("{}({})", self.method, arguments.join(", "))
    }

    /// The items of an answer.
    fn items(&self, answer: &str) -> String {
        match &self.field {
            None => answer.to_owned(),
            Some((name, false)) => format!("{answer}.{name}"),
            Some((name, true)) => format!("{answer}.{name}.into_iter().flatten()"),
        }
    }

    /// `examples/list.rs`, not formatted yet.
    pub(super) fn example(&self, name: &Name, variables: &[(String, String)]) -> String {
        let (ty, variable) = (name.type_name(), name.variable_name());
        let binary = format!("{}-list", name.as_str());
        let required = variables.first().map(|(variable, _)| format!("{variable}=… ")).unwrap_or_default();
        let usage: String = self.said().map(|name| format!(" <{name}>")).collect();
        let after = if usage.is_empty() { String::new() } else { format!(" --{usage}") };
        let mut arguments = String::new();
        if !usage.is_empty() {
            arguments += "let mut arguments = std::env::args().skip(1);\n";
        }
        for argument in self.said() {
            arguments += &format!("let {argument} = arguments.next().ok_or(\"usage: {binary}{usage}\")?;\n");
        }
        format!(
            "//! Lists what `{route}` answers.\n//!\n//! ```text\n//! {required}cargo run --example {binary}{after}\n//! ```\n//!\n\
             //! The README has the variables of the environment.\n\n\
             #![allow(clippy::print_stdout, reason = \"an example's output is its purpose\")]\n\n\
             use {module}::{ty};\n\n\
             #[tokio::main]\nasync fn main() -> Result<(), Box<dyn std::error::Error>> {{\n\
             {arguments}let {variable} = {ty}::from_env()?.build()?;\n\
             let answer = {variable}.raw().{call}.await?.into_inner();\n\
             for item in {items} {{ match item {{ Ok(item) => println!(\"{{item:?}}\"), Err(bad) => println!(\"{{bad}}\"), }} }}\n\
             Ok(())\n}}\n",
            route = self.route,
            module = name.crate_ident(),
            call = self.expression(),
            items = self.items("answer"),
        )
    }
}

/// The names of the generated methods, for a table.
pub(super) fn table(config: &Config) -> String {
    let mut rows: BTreeSet<(&str, &str, &str)> = BTreeSet::new();
    for (route, name) in config.operations() {
        let (method, path) = route.split_once(' ').unwrap_or_default();
        rows.insert((path, method, name));
    }
    rows.into_iter().map(|(path, method, name)| format!("| `{name}` | `{method} {path}` |\n")).collect()
}
