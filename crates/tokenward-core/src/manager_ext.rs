//! Convenience methods that every manager gets without implementing them.

use futures_util::TryStreamExt;

use crate::{
    error::Result,
    lineage::Attempt,
    listing::Listing,
    manager::TokenManager,
    model::token::Token,
    read_only::ReadOnly,
    reconcile::{self, Reconciled},
    request::list::ListOptions,
};

/// Methods of every [`TokenManager`] in addition to its operations.
///
/// ```
/// use tokenward_core::{ListOptions, MemoryTokens, TokenManagerExt};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let listing = MemoryTokens::default().listing(ListOptions::default()).await;
/// assert!(listing.is_complete() && listing.tokens.is_empty());
/// # }
/// ```
pub trait TokenManagerExt: TokenManager {
    /// Returns all tokens, or the first error.
    ///
    /// # Errors
    ///
    /// The first error that [`list`](TokenManager::list) yields. A returned list is therefore complete.
    fn list_all(&self, options: ListOptions) -> impl Future<Output = Result<Vec<Token>>> + Send {
        self.list(options).try_collect()
    }

    /// Returns all tokens that could be read, and the errors of the others.
    fn listing(&self, options: ListOptions) -> impl Future<Output = Listing> + Send {
        Listing::collect(self.list(options))
    }

    /// Determines the outcome of a creation whose response was lost: see [`Reconciled`].
    ///
    /// This method reads the complete list that `among` selects. The tokens of one owner suffice if the vendor shows
    /// no other tokens to the credential, and the new token would be among them.
    ///
    /// The outcome is certain only for a creation with a [lineage](crate::CreateToken::with_lineage). For a creation
    /// without one, only the absence of a token with its name is certain.
    ///
    /// For tokens without the mark, the creation date matters. This method converts the time of the request to the
    /// vendor's clock, which the responses of the list report. A token is older than the request if the difference is
    /// more than five minutes. This tolerates an adjustment of the machine's clock since the request by up to five
    /// minutes.
    ///
    /// # Errors
    ///
    /// An error that ends the list before it yields a token that may be the new one.
    fn reconcile(
        &self,
        attempt: &Attempt,
        among: ListOptions,
    ) -> impl Future<Output = Result<Reconciled>> + Send {
        reconcile::reconcile(self.list(among), attempt, || self.vendor_now())
    }

    /// Returns this manager without its write methods.
    fn read_only(self) -> ReadOnly<Self>
    where
        Self: Sized,
    {
        ReadOnly::new(self)
    }
}

impl<M: TokenManager + ?Sized> TokenManagerExt for M {}
