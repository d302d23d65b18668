//! Conveniences over the trait, which no implementation has to think of.

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

/// What every [`TokenManager`] can do beside its operations.
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
    /// All tokens, or the first error.
    ///
    /// # Errors
    ///
    /// Whatever [`list`](TokenManager::list) yields: what is returned is complete.
    fn list_all(&self, options: ListOptions) -> impl Future<Output = Result<Vec<Token>>> + Send {
        self.list(options).try_collect()
    }

    /// All that can be had, and what was in the way of the rest.
    fn listing(&self, options: ListOptions) -> impl Future<Output = Listing> + Send {
        Listing::collect(self.list(options))
    }

    /// What became of a creation whose answer was lost: see [`Reconciled`].
    ///
    /// All of the list that the options ask for is read: those of one owner are
    /// enough where the credential is shown no others, and the token would be
    /// among them. A creation with a [lineage](crate::CreateToken::with_lineage)
    /// is told for sure; of one without, only that nothing of its name was made.
    ///
    /// Only a token without the mark is told by dates. The time of the creation is brought to the vendor's clock, which the answers
    /// to the list tell. A token counts as older than the request if it is older by more than five minutes: the
    /// machine's clock may have been set since by no more than that.
    ///
    /// # Errors
    ///
    /// What ends the list before it has shown anything.
    fn reconcile(
        &self,
        attempt: &Attempt,
        among: ListOptions,
    ) -> impl Future<Output = Result<Reconciled>> + Send {
        reconcile::reconcile(self.list(among), attempt, || self.vendor_now())
    }

    /// The same manager without the methods that write.
    fn read_only(self) -> ReadOnly<Self>
    where
        Self: Sized,
    {
        ReadOnly::new(self)
    }
}

impl<M: TokenManager + ?Sized> TokenManagerExt for M {}
