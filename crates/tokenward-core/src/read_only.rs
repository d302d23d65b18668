//! A manager that cannot change anything.

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

/// A manager without its writing half: an inventory can be given one, and the compiler sees to the rest.
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
/// It has no method that writes, and is no [`TokenManager`]:
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
/// What it guards is the program's own mistakes. A credential that can only
/// read is better still, where the vendor has one.
#[derive(Clone, Debug)]
pub struct ReadOnly<M>(M);

impl<M: TokenManager> ReadOnly<M> {
    pub(crate) fn new(manager: M) -> Self {
        Self(manager)
    }

    /// Which kind of token this is about.
    pub fn family(&self) -> TokenFamily {
        self.0.family()
    }

    /// What can be done, without what writes.
    pub fn capabilities(&self) -> Capabilities {
        const WRITES: [Operation; 4] =
            [Operation::Create, Operation::Update, Operation::Reset, Operation::Revoke];
        const WHY: &str = "this manager is for reading only";

        WRITES.into_iter().fold(self.0.capabilities(), |all, operation| all.unsupported(operation, WHY, None))
    }

    /// As [`TokenManager::list`].
    pub fn list(&self, options: ListOptions) -> TokenStream {
        self.0.list(options)
    }

    /// As [`TokenManagerExt::list_all`](crate::TokenManagerExt::list_all).
    ///
    /// # Errors
    ///
    /// Whatever the list yields.
    pub async fn list_all(&self, options: ListOptions) -> Result<Vec<Token>> {
        self.0.list(options).try_collect().await
    }

    /// As [`TokenManagerExt::listing`](crate::TokenManagerExt::listing).
    pub async fn listing(&self, options: ListOptions) -> Listing {
        Listing::collect(self.0.list(options)).await
    }

    /// As [`TokenManagerExt::reconcile`](crate::TokenManagerExt::reconcile).
    ///
    /// # Errors
    ///
    /// What ends the list before it has shown anything.
    pub async fn reconcile(&self, attempt: &Attempt, among: ListOptions) -> Result<Reconciled> {
        reconcile::reconcile(self.0.list(among), attempt, || self.0.vendor_now()).await
    }

    /// As [`TokenManager::get`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) where there is none with this id.
    pub async fn get(&self, id: &TokenId) -> Result<Token> {
        self.0.get(id).await
    }

    /// As [`TokenManager::current`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) where the vendor does not tell.
    pub async fn current(&self) -> Result<Current> {
        self.0.current().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MemoryTokens, TokenManagerExt};

    /// Methods of a type come before those of a trait, and two traits that are both there do not compile: this
    /// compiles only where the type itself has none of these.
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
