//! From a document in normal form to the source of a client.
//!
//! progenitor writes the client; what it writes is then changed on the syntax
//! tree, never in the text, and checked against the vendor's configuration.

mod answers;
mod blame;
mod client;
mod code;
mod contract;
mod docs;
mod growth;
mod progenitor;
mod query;
mod types;

use proc_macro2::TokenStream;
use serde_json::Value;

pub(crate) use self::contract::{check, describe};

use crate::{
    normalise::{Reach, check_successes},
    problem::Problem,
    vendor::Config,
};

/// The client of one vendor.
#[derive(Debug)]
pub struct Client {
    /// Its source, formatted, without a header.
    pub source: String,
    /// How many operations it has.
    pub operations: usize,
    /// How many types.
    pub types: usize,
}

/// Generates the client, changes it and checks it.
pub fn generate(document: &Value, config: &Config) -> Result<Client, Problem> {
    finish(tree_of(document, config)?, document, config)
}

/// What progenitor writes of the document.
pub(crate) fn progenitor_tokens(document: &Value) -> Result<TokenStream, Problem> {
    check_successes(document)?;
    progenitor::generate(document)
}

/// What progenitor writes of the document, as a tree, changed; a fault is named with its place.
pub(crate) fn tree_of(document: &Value, config: &Config) -> Result<syn::File, Problem> {
    let tokens = progenitor_tokens(document).map_err(|problem| blame::find(document, problem))?;
    tree(tokens, document, config)
}

/// What progenitor wrote, as a tree, changed.
pub(crate) fn tree(tokens: TokenStream, document: &Value, config: &Config) -> Result<syn::File, Problem> {
    let reach = Reach::of(document);
    let mut file: syn::File =
        syn::parse2(tokens).map_err(|error| Problem::new(format!("progenitor wrote no Rust: {error}")))?;
    docs::make_harmless(&mut file);
    types::rewrite(&mut file, &reach, config)?;
    client::rewrite(&mut file, document, config)?;
    docs::rewrite(&mut file);
    Ok(file)
}

/// The source of what keeps the contract.
fn finish(file: syn::File, document: &Value, config: &Config) -> Result<Client, Problem> {
    contract::check(&file, config)?;
    written(file, document)
}

/// The source of a tree that has been checked.
pub(crate) fn written(mut file: syn::File, document: &Value) -> Result<Client, Problem> {
    Ok(Client {
        source: prettyplease::unparse(&file),
        operations: crate::schema::operations(document).count(),
        types: types::module(&mut file)?
            .iter()
            .filter(|item| matches!(item, syn::Item::Struct(_) | syn::Item::Enum(_)))
            .count(),
    })
}
