//! Code as text without the texts in it, to look for calls in.

use proc_macro2::{Spacing, TokenStream, TokenTree};

/// The tokens without texts, each with a space behind it but within `::`.
pub(super) fn code(tokens: TokenStream) -> String {
    fn write(tokens: TokenStream, code: &mut String) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => {
                    code.push_str("( ");
                    write(group.stream(), code);
                    code.push_str(") ");
                }
                TokenTree::Punct(mark) => {
                    code.push(mark.as_char());
                    if mark.spacing() == Spacing::Alone {
                        code.push(' ');
                    }
                }
                TokenTree::Ident(ident) => {
                    code.push_str(&ident.to_string());
                    code.push(' ');
                }
                TokenTree::Literal(_) => code.push_str("_ "),
            }
        }
    }

    let mut text = String::new();
    write(tokens, &mut text);
    text
}

/// Whether the code has this where a word begins.
pub(super) fn contains_word(code: &str, word: &str) -> bool {
    let starts_with_letter = word.starts_with(|c: char| c.is_alphanumeric());
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        !starts_with_letter || before.is_none_or(|c| !(c.is_alphanumeric() || c == '_'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_found_and_a_field_or_a_text_of_that_name_is_not() {
        let call = code(quote::quote!(x.unwrap(); a::uuid::Uuid));
        assert!(contains_word(&call, ". unwrap (") && contains_word(&call, "uuid ::"));
        let other = code(quote::quote!(
            struct A {
                uuid: B,
                unwrap: C,
                my_uuid: my_uuid::D,
            },
            "x . unwrap ( uuid ::"
        ));
        assert!(!contains_word(&other, ". unwrap (") && !contains_word(&other, "uuid ::"));
    }
}
