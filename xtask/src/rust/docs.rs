//! Text of a document as documentation in Rust, where it must not become code, a link or a test.

use syn::{
    Attribute, Expr, Lit, Meta, parse_quote,
    visit_mut::{self, VisitMut},
};

/// Every doc comment of the file, line by line, with what rustdoc would misread made harmless.
pub(super) fn rewrite(file: &mut syn::File) {
    struct Docs;
    macro_rules! visit {
        ($($visit:ident: $node:ty),*) => {
            impl VisitMut for Docs {
                $(fn $visit(&mut self, node: &mut $node) {
                    by_lines(&mut node.attrs);
                    visit_mut::$visit(self, node);
                })*
            }
        };
    }
    visit! {
        visit_field_mut: syn::Field,
        visit_impl_item_fn_mut: syn::ImplItemFn,
        visit_item_const_mut: syn::ItemConst,
        visit_item_enum_mut: syn::ItemEnum,
        visit_item_mod_mut: syn::ItemMod,
        visit_item_struct_mut: syn::ItemStruct,
        visit_variant_mut: syn::Variant
    }
    Docs.visit_file_mut(file);
}

fn by_lines(attributes: &mut Vec<Attribute>) {
    for attribute in std::mem::take(attributes) {
        match text(&attribute) {
            Some(text) => attributes.extend(lines(&text)),
            None => attributes.push(attribute),
        }
    }
}

/// A doc comment of a text from the document.
pub(super) fn attribute(text: &str) -> Attribute {
    attribute_raw(&prose(text))
}

/// A doc comment of a text of ours.
pub(super) fn attribute_raw(text: &str) -> Attribute {
    parse_quote!(#[doc = #text])
}

fn text(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    if !pair.path.is_ident("doc") {
        return None;
    }
    match &pair.value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

fn lines(text: &str) -> Vec<Attribute> {
    text.trim_end()
        .lines()
        .map(|line| {
            // Four spaces would be a block of code, and a fence one too, which rustdoc compiles and runs.
            let line = line.trim().replace("```", "'''").replace("~~~", "---");
            let line = if line.is_empty() { line } else { format!(" {line}") };
            parse_quote!(#[doc = #line])
        })
        .collect()
}

/// The vendor's or our prose without HTML, links and bare addresses.
pub(super) fn prose(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut in_code = false;
    for character in text.chars() {
        match character {
            '`' => in_code = !in_code,
            '[' | ']' | '<' | '>' if !in_code => safe.push('\\'),
            _ => {}
        }
        safe.push(character);
    }
    safe.replace("://", ":\u{2060}//")
}
