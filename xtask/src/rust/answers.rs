//! How the methods read their answers: a fresh secret first, and a list item by item.

use std::collections::{BTreeMap, BTreeSet};

use quote::{format_ident, quote};
use syn::{
    Expr, Field, ImplItemFn, Item, ReturnType, Type, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::types;
use crate::{problem::Problem, vendor::Config};

/// What tells how an answer is to be read.
pub(super) struct Answers {
    made: Made,
    passing: BTreeSet<String>,
    /// The fields of the lists, by the names of the pages.
    pages: BTreeMap<String, Field>,
    records: BTreeSet<String>,
}

impl Answers {
    pub(super) fn of(file: &mut syn::File, config: &Config) -> Result<Self, Problem> {
        Ok(Self {
            made: Made::of(file, config)?,
            passing: config.passing_secrets.clone(),
            pages: types::pages(file, &config.ids)?,
            records: types::records(file)?,
        })
    }

    /// Lets a method, of an operation with this method of HTTP, read so that nothing good is lost.
    pub(super) fn rewrite(&self, method: &mut ImplItemFn, http: &str) -> Result<(), Problem> {
        match self.made.by(method, http).filter(|_| !self.passing.contains(&method.sig.ident.to_string())) {
            Some((made, is_in_list)) => made.read_secrets_first(method, is_in_list),
            None => self.read_as_a_list(method)?,
        }
        Ok(())
    }

    /// Makes of a list in an answer one of which a bad item costs no other, and lets it be as large as a list may.
    fn read_as_a_list(&self, method: &mut ImplItemFn) -> Result<(), Problem> {
        let answer = answer_type(method)?;
        types::quarantine(answer, &self.records);
        if body(answer).is_some_and(types::is_whole) {
            replace_decode(method, &parse_quote!(response.decode_whole()));
            return Ok(());
        }
        let reading = match answered(answer).as_deref() {
            Some("Items") => parse_quote!(response.decode_list()),
            // A list is refused if a record is expected.
            Some("Value" | "Vec") => parse_quote!(response.decode_any()),
            Some(name) => match self.pages.get(name) {
                Some(list) => decode_page(body(answer), list),
                None => return Ok(()),
            },
            None => return Ok(()),
        };
        replace_decode(method, &reading);
        Ok(())
    }
}

/// Reads the list of a page by itself, and puts it into its field.
fn decode_page(page: Option<&Type>, list: &Field) -> Expr {
    let (name, field) = (types::json_name(list), &list.ident);
    parse_quote! {
        response.decode_page(#name, |page: &mut #page, list| page.#field = ::std::option::Option::Some(list))
    }
}

/// The type of the value that a method reads.
fn body(answer: &Type) -> Option<&Type> {
    types::generic_argument(types::generic_argument(answer, "Result")?, "ResponseValue")
}

/// The name of what an answer is read as.
fn answered(answer: &Type) -> Option<String> {
    types::last_ident(body(answer)?)
}

fn replace_decode(method: &mut ImplItemFn, reading: &Expr) {
    struct Replace<'a>(&'a Expr);
    impl VisitMut for Replace<'_> {
        fn visit_expr_mut(&mut self, expression: &mut Expr) {
            visit_mut::visit_expr_mut(self, expression);
            if matches!(expression, Expr::MethodCall(call) if call.method == "decode") {
                *expression = self.0.clone();
            }
        }
    }

    Replace(reading).visit_block_mut(&mut method.block);
}

/// What a method gives.
fn answer_type(method: &mut ImplItemFn) -> Result<&mut Type, Problem> {
    let name = method.sig.ident.to_string();
    match &mut method.sig.output {
        ReturnType::Type(_, ty) => Ok(ty),
        ReturnType::Default => Err(Problem::at(name, "progenitor wrote a method that gives nothing")),
    }
}

/// The records with secrets, by name: what a POST answers with one of them was made, and its secret is shown once.
struct Made(BTreeMap<String, MadeRecord>);

/// Which of a record's fields must not be lost.
struct MadeRecord {
    ty: Type,
    id: Option<String>,
    secrets: Vec<String>,
}

impl Made {
    fn of(file: &mut syn::File, config: &Config) -> Result<Self, Problem> {
        let mut made = BTreeMap::new();
        for item in types::module(file)? {
            let Item::Struct(record) = item else { continue };
            let name = &record.ident;
            let fields: Vec<String> = record.fields.iter().map(types::json_name).collect();
            let is_secret = |field: &&String| config.secrets.contains(&format!("{name}.{field}"));
            let secrets: Vec<String> = fields.iter().filter(is_secret).cloned().collect();
            if !secrets.is_empty() {
                let id = fields.into_iter().find(|field| config.ids.contains(field));
                made.insert(name.to_string(), MadeRecord { ty: parse_quote!(types::#name), id, secrets });
            }
        }
        Ok(Self(made))
    }

    /// What an operation makes, if anything: one record, or the first of a list.
    fn by(&self, method: &ImplItemFn, http: &str) -> Option<(&MadeRecord, bool)> {
        let ReturnType::Type(_, output) = &method.sig.output else { return None };
        let answer = types::generic_argument(types::generic_argument(output, "Result")?, "ResponseValue")?;
        let item = types::generic_argument(answer, "Vec");
        let made = self.0.get(&types::last_ident(item.unwrap_or(answer))?).filter(|_| http == "POST")?;
        Some((made, item.is_some()))
    }
}

impl MadeRecord {
    fn read_secrets_first(&self, method: &mut ImplItemFn, is_in_list: bool) {
        let Self { ty, id, secrets } = self;
        let id = match id {
            Some(id) => quote!(::std::option::Option::Some(#id)),
            None => quote!(::std::option::Option::None),
        };
        method.sig.output = parse_quote!(-> Result<ResponseValue<::tokenward_http::Issued<#ty>>, Error>);
        let read = format_ident!("{}", if is_in_list { "issued_in_list" } else { "issued" });
        replace_decode(method, &parse_quote!(response.#read(#id, &[#(#secrets),*])));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_not_refused_where_one_may_arrive() {
        let answers = Answers {
            made: Made(BTreeMap::new()),
            passing: BTreeSet::new(),
            pages: BTreeMap::from([("Page".to_owned(), parse_quote!(pub list: Option<Items<Token>>))]),
            records: BTreeSet::from(["Token".to_owned()]),
        };
        for (answer, reading) in [
            ("Vec<Token>", "decode_list"),
            ("Vec<String>", "decode_any"),
            ("Vec<Vec<Token>>", "decode_any"),
            ("serde_json::Value", "decode_any"),
            (
                "Page",
                "decode_page (\"list\" , | page : & mut Page , list | page . list = :: std :: option :: Option :: Some (list)",
            ),
            ("Token", "decode"),
            ("BTreeMap<String, bool>", "decode"),
            ("i64", "decode_whole"),
            ("Vec<Option<i64>>", "decode_whole"),
            ("BTreeMap<String, i64>", "decode_whole"),
        ] {
            let answer: Type = syn::parse_str(answer).unwrap();
            let mut method: ImplItemFn = parse_quote! {
                pub async fn read(&self) -> Result<ResponseValue<#answer>, Error> {
                    let response = self.read_response().await?;
                    response.decode().await
                }
            };
            answers.rewrite(&mut method, "GET").unwrap();
            let code = quote!(#method).to_string();
            let call = if reading.ends_with(')') { reading.to_owned() } else { format!("{reading} ()") };
            assert!(code.contains(&format!("response . {call}")), "{code}");
        }
    }
}
