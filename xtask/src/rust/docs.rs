//! Text of a document as documentation in Rust, where it must not become code, a link or a test.

use syn::{
    Attribute, Expr, Lit, Meta, parse_quote,
    visit_mut::{self, VisitMut},
};

/// Every doc comment that progenitor took from the document, made harmless.
pub(super) fn make_harmless(file: &mut syn::File) {
    for_each(file, |attributes| {
        for attribute in attributes {
            if let Some(text) = text(attribute) {
                *attribute = self::attribute(&text);
            }
        }
    });
}

/// Every doc comment, line by line.
pub(super) fn rewrite(file: &mut syn::File) {
    for_each(file, |attributes| {
        for attribute in std::mem::take(attributes) {
            match text(&attribute) {
                Some(text) => attributes.extend(lines(&text)),
                None => attributes.push(attribute),
            }
        }
    });
}

/// Calls `change` on the attributes of everything that has documentation.
fn for_each(file: &mut syn::File, change: fn(&mut Vec<Attribute>)) {
    struct Docs(fn(&mut Vec<Attribute>));
    macro_rules! visit {
        ($($visit:ident: $node:ty),*) => {
            impl VisitMut for Docs {
                $(fn $visit(&mut self, node: &mut $node) {
                    (self.0)(&mut node.attrs);
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
    Docs(change).visit_file_mut(file);
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
            let line = line.trim().replace(char::is_control, " ").replace("```", "'''").replace("~~~", "---");
            let line = if line.is_empty() { line } else { format!(" {line}") };
            parse_quote!(#[doc = #line])
        })
        .collect()
}

/// Prose of a document without HTML and without links, whose targets may be anything; addresses stay addresses.
pub(super) fn prose(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut in_code = false;
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if !in_code && (rest.starts_with("https://") || rest.starts_with("http://")) {
            let address = address(rest);
            safe.push_str(&format!("<{address}>"));
            rest = &rest[address.len()..];
            continue;
        }
        match character {
            '`' => in_code = !in_code,
            '[' | ']' | '<' | '>' if !in_code => safe.push('\\'),
            _ => {}
        }
        safe.push(character);
        rest = &rest[character.len_utf8()..];
    }
    safe
}

/// The address that the text starts with, without the punctuation behind it.
fn address(text: &str) -> &str {
    let end = text.find(|c: char| c.is_whitespace() || "()[]<>\"'`".contains(c)).unwrap_or(text.len());
    text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_becomes_neither_html_nor_links_and_code_stays_code() {
        assert_eq!(
            prose("See [docs](https://example.com/a?b=c). Use <b> in `Vec<T>`, or http://x.example."),
            "See \\[docs\\](<https://example.com/a?b=c>). Use \\<b\\> in `Vec<T>`, or <http://x.example>."
        );
    }

    #[test]
    fn no_line_becomes_code_that_rustdoc_would_run() {
        let mut file: syn::File = syn::parse_quote! {
            #[doc = "Text.\n\n```\npanic!()\n```\n    indented!()\n~~~\n#![feature(x)] */"]
            pub struct A;
        };
        rewrite(&mut file);
        let source = prettyplease::unparse(&file);
        assert_eq!(
            source,
            "/// Text.\n///\n/// \'\'\'\n/// panic!()\n/// \'\'\'\n/// indented!()\n/// ---\n/// #![feature(x)] */\npub struct A;\n"
        );
    }
}
