//! A manager without write methods.

use futures_util::TryStreamExt;

use crate::{
    capability::Capabilities,
    error::Result,
    lineage::Attempt,
    listing::Listing,
    manager::{Current, TokenManager, TokenStream},
    model::{family::TokenFamily, id::TokenId, token::Token},
    operation::Operation,
    reconcile::{self, Reconciled},
    request::list::ListOptions,
};

/// A read-only view of a [`TokenManager`].
///
/// Pass it to code that must not change tokens, such as an inventory. The compiler enforces this.
///
/// ```
/// use tokenward_core::{ListOptions, MemoryTokens, Operation, ReadOnly, TokenManagerExt};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> tokenward_core::Result<()> {
/// let tokens: ReadOnly<MemoryTokens> = MemoryTokens::default().read_only();
/// assert!(tokens.list_all(ListOptions::default()).await?.is_empty());
/// assert!(!tokens.capabilities().supports(Operation::Revoke));
/// # Ok(())
/// # }
/// ```
///
/// It has no write methods, and does not implement [`TokenManager`]:
///
/// ```compile_fail,E0599
/// # use tokenward_core::{MemoryTokens, RevokeOptions, TokenId, TokenManager, TokenManagerExt};
/// # async fn revoke(id: &TokenId) {
/// let tokens = MemoryTokens::default().read_only();
/// let _ = tokens.revoke(id, RevokeOptions::default()).await;
/// # }
/// ```
///
/// ```compile_fail,E0277
/// # use tokenward_core::{MemoryTokens, TokenManager, TokenManagerExt};
/// fn takes(_: impl TokenManager) {}
/// takes(MemoryTokens::default().read_only());
/// ```
///
/// It protects against mistakes in the program. If the vendor supports read-only credentials, they protect better.
#[derive(Clone, Debug)]
pub struct ReadOnly<M>(M);

impl<M: TokenManager> ReadOnly<M> {
    pub(crate) fn new(manager: M) -> Self {
        Self(manager)
    }

    /// Returns the family that this manager is for.
    pub fn family(&self) -> TokenFamily {
        self.0.family()
    }

    /// Returns the capabilities of the manager, with all write operations unsupported.
    pub fn capabilities(&self) -> Capabilities {
        const WRITES: [Operation; 4] =
            [Operation::Create, Operation::Update, Operation::Reset, Operation::Revoke];
        const WHY: &str = "this manager is for reading only";

        WRITES.into_iter().fold(self.0.capabilities(), |all, operation| all.unsupported(operation, WHY, None))
    }

    /// Lists tokens like [`TokenManager::list`].
    pub fn list(&self, options: ListOptions) -> TokenStream {
        self.0.list(options)
    }

    /// Returns all tokens or the first error, like [`list_all`](crate::TokenManagerExt::list_all).
    ///
    /// # Errors
    ///
    /// The first error that the list yields.
    pub async fn list_all(&self, options: ListOptions) -> Result<Vec<Token>> {
        self.0.list(options).try_collect().await
    }

    /// Returns tokens and errors, like [`listing`](crate::TokenManagerExt::listing).
    pub async fn listing(&self, options: ListOptions) -> Listing {
        Listing::collect(self.0.list(options)).await
    }

    /// Determines the outcome of a creation, like [`reconcile`](crate::TokenManagerExt::reconcile).
    ///
    /// # Errors
    ///
    /// An error that ends the list before it yields a token that may be the new one.
    pub async fn reconcile(&self, attempt: &Attempt, among: ListOptions) -> Result<Reconciled> {
        reconcile::reconcile(self.0.list(among), attempt, || self.0.vendor_now()).await
    }

    /// Returns one token, like [`TokenManager::get`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if no token has this id.
    pub async fn get(&self, id: &TokenId) -> Result<Token> {
        self.0.get(id).await
    }

    /// Returns the token that the client authenticates with, like [`TokenManager::current`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the vendor does not report it.
    pub async fn current(&self) -> Result<Current> {
        self.0.current().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MemoryTokens, TokenManagerExt};

    /// Method calls prefer an inherent method to one of a trait, and are ambiguous between two traits. So the test
    /// compiles only if [`ReadOnly`] has none of these methods, inherent or of another trait.
    trait Absent {
        fn create(&self) -> bool {
            true
        }
        fn update(&self) -> bool {
            true
        }
        fn reset(&self) -> bool {
            true
        }
        fn revoke(&self) -> bool {
            true
        }
    }

    impl<M> Absent for ReadOnly<M> {}

    #[test]
    fn it_has_no_method_that_writes() {
        let tokens = MemoryTokens::default().read_only();
        assert!(tokens.create() && tokens.update() && tokens.reset() && tokens.revoke());
    }

    #[test]
    fn it_claims_nothing_that_it_does_not_have() {
        let tokens = MemoryTokens::default().read_only();
        let supported: Vec<Operation> =
            Operation::ALL.into_iter().filter(|one| tokens.capabilities().supports(*one)).collect();
        assert_eq!(supported, [Operation::List, Operation::Get, Operation::Current]);
    }
}
