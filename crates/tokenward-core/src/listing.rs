//! The outcome of a list call that goes on after errors.

use std::future::ready;

use futures_util::StreamExt;

use crate::{error::Error, manager::TokenStream, model::token::Token};

/// The tokens of a list that could be read, and the errors of the others.
///
/// ```
/// use tokenward_core::Listing;
///
/// fn report(listing: &Listing) -> String {
///     let what = if listing.is_complete() { "all" } else { "at least" };
///     format!("{what} {} tokens", listing.tokens.len())
/// }
/// assert_eq!(report(&Listing::default()), "all 0 tokens");
/// ```
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Listing {
    /// The tokens that could be read.
    pub tokens: Vec<Token>,
    /// One error for each token that could not be decoded, and one if the list ended early or is incomplete.
    pub errors: Vec<Error>,
}

impl Listing {
    /// Reads a list to its end.
    pub(crate) fn collect(tokens: TokenStream) -> impl Future<Output = Self> + Send {
        tokens.fold(Self::default(), |mut listing, result| {
            match result {
                Ok(token) => listing.tokens.push(token),
                Err(error) => listing.errors.push(error),
            }
            ready(listing)
        })
    }

    /// Returns `true` if the listing has all tokens that the vendor shows to the credential.
    pub fn is_complete(&self) -> bool {
        self.errors.is_empty()
    }
}
