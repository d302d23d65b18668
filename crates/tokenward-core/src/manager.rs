//! The trait.

use std::{fmt, future::ready, sync::Arc};

use futures_core::stream::BoxStream;

use crate::{
    capability::Capabilities,
    error::{Error, ErrorKind, Result},
    model::{family::TokenFamily, id::TokenId, issued::IssuedToken, timestamp::Timestamp, token::Token},
    operation::Operation,
    request::{
        create::CreateToken, list::ListOptions, reset::ResetOptions, revoke::RevokeOptions,
        update::UpdateToken,
    },
};

/// What an operation gives: it is begun when it is polled, and has one type whoever implements it.
///
/// ```
/// use tokenward_core::BoxFuture;
///
/// fn answer(question: &str) -> BoxFuture<'_, usize> {
///     Box::pin(async move { question.len() })
/// }
/// ```
pub use futures_core::future::BoxFuture;

/// Tokens as they arrive, page by page; borrows nothing and asks for nothing until it is polled.
///
/// An error with a [`position`](Error::position) is about one item, and the
/// list goes on after it. [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete)
/// comes last, after all that could be had. Any other error ends the list.
pub type TokenStream = BoxStream<'static, Result<Token>>;

/// Everything that can be done with the tokens of one family.
///
/// ```
/// use std::sync::Arc;
/// use tokenward_core::{
///     Access, CreateToken, Expiry, ListOptions, MemoryTokens, Operation, TokenManager, TokenManagerExt,
/// };
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> tokenward_core::Result<()> {
/// let managers: Vec<Arc<dyn TokenManager>> = vec![Arc::new(MemoryTokens::default())];
/// for manager in &managers {
///     if manager.capabilities().supports(Operation::Create) {
///         let issued = manager.create(CreateToken::new("ci", Expiry::Never, Access::Full)).await?;
///         assert_eq!(manager.list_all(ListOptions::default()).await?, [issued.token]);
///     }
/// }
/// # Ok(())
/// # }
/// ```
///
/// A method that waits returns a [`BoxFuture`], which is an `async` block in a box:
///
/// ```
/// use tokenward_core::{
///     BoxFuture, Capabilities, ListOptions, MemoryTokens, Result, RevokeOptions, TokenFamily, TokenId, TokenManager,
///     TokenStream,
/// };
///
/// /// Lists another family, and ends what its token was used for before it ends the token.
/// #[derive(Debug)]
/// struct Orderly(MemoryTokens);
///
/// impl TokenManager for Orderly {
///     fn family(&self) -> TokenFamily {
///         self.0.family()
///     }
///
///     fn capabilities(&self) -> Capabilities {
///         self.0.capabilities()
///     }
///
///     fn list(&self, options: ListOptions) -> TokenStream {
///         self.0.list(options)
///     }
///
///     fn revoke<'a>(&'a self, id: &'a TokenId, options: RevokeOptions) -> BoxFuture<'a, Result<()>> {
///         Box::pin(async move {
///             let token = self.0.get(id).await?;
///             # drop(token);
///             self.0.revoke(id, options).await
///         })
///     }
/// }
/// ```
///
/// An implementation says in [`capabilities`](Self::capabilities) what it can
/// do. What it denies fails with [`ErrorKind::Unsupported`] and sends nothing,
/// which is what the provided methods do; a family that can do more replaces
/// them. Dropping a future cancels the call; a creation that was sent may then
/// have taken effect, like one whose answer is lost.
pub trait TokenManager: fmt::Debug + Send + Sync + 'static {
    /// Which kind of token this is about.
    fn family(&self) -> TokenFamily;

    /// What can be done, asked without a request.
    fn capabilities(&self) -> Capabilities;

    /// All tokens that the credential is shown.
    fn list(&self, options: ListOptions) -> TokenStream;

    /// One token.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) where there is none with this id.
    fn get<'a>(&'a self, _id: &'a TokenId) -> BoxFuture<'a, Result<Token>> {
        Box::pin(ready(Err(refused(self, Operation::Get))))
    }

    /// Makes a token. The request is sent once, whatever becomes of its answer.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Ambiguous`](crate::ErrorKind::Ambiguous) where a token may have been made whose
    /// secret did not arrive; an error with [`Error::into_secret`] where one was made otherwise than
    /// it was asked for.
    fn create(&self, _request: CreateToken) -> BoxFuture<'_, Result<IssuedToken>> {
        Box::pin(ready(Err(refused(self, Operation::Create))))
    }

    /// Changes a token and keeps its secret.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) where there is none with this id.
    fn update<'a>(&'a self, _id: &'a TokenId, _change: UpdateToken) -> BoxFuture<'a, Result<Token>> {
        Box::pin(ready(Err(refused(self, Operation::Update))))
    }

    /// Gives a token another secret, under the same id. The request is sent once.
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create).
    fn reset<'a>(&'a self, _id: &'a TokenId, _options: ResetOptions) -> BoxFuture<'a, Result<IssuedToken>> {
        Box::pin(ready(Err(refused(self, Operation::Reset))))
    }

    /// Ends a token.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Conflict`](crate::ErrorKind::Conflict), with nothing revoked, where it is or may be the
    /// credential in use; see [`RevokeOptions::even_if_current`]. A family whose vendor does not tell refuses every
    /// token then.
    fn revoke<'a>(&'a self, id: &'a TokenId, options: RevokeOptions) -> BoxFuture<'a, Result<()>>;

    /// Which token of this family the calls are made with.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) where the vendor does not tell.
    fn current(&self) -> BoxFuture<'_, Result<Current>> {
        Box::pin(ready(Err(refused(self, Operation::Current))))
    }

    /// Returns the time of day at the vendor, as far as its answers have told it; else the machine's.
    ///
    /// [`reconcile`](crate::TokenManagerExt::reconcile) compares dates of the vendor's with the time of a request, and the
    /// two clocks may differ.
    fn vendor_now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The refusal of what a family does not implement. One that claims it nevertheless contradicts itself.
fn refused<M: TokenManager + ?Sized>(manager: &M, operation: Operation) -> Error {
    let family = manager.family();
    match manager.capabilities().check(family, operation, []) {
        Err(refusal) => refusal,
        Ok(()) => Error::new(ErrorKind::Unsupported, "it is claimed to be supported and is not implemented")
            .with_place(family, operation),
    }
}

/// Which token of a family the calls are made with, as far as the vendor tells.
///
/// ```
/// use tokenward_core::{Current, TokenId};
///
/// let (ours, other): (TokenId, TokenId) = ("17".parse()?, "18".parse()?);
/// assert!(Current::Token(ours.clone()).may_be(&ours));
/// assert!(!Current::Other.may_be(&other));
/// # Ok::<(), tokenward_core::InvalidTokenId>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Current {
    /// This one.
    Token(TokenId),
    /// One of these; the vendor does not tell which.
    OneOf(Vec<TokenId>),
    /// None of this family: the credential is of another kind.
    Other,
}

impl Current {
    /// Whether this token is the credential in use, or cannot be told from it.
    pub fn may_be(&self, id: &TokenId) -> bool {
        // A vendor that reads ids as numbers takes capitals for small letters.
        let is = |current: &TokenId| current.as_str().eq_ignore_ascii_case(id.as_str());
        match self {
            Self::Token(current) => is(current),
            Self::OneOf(candidates) => candidates.iter().any(is),
            Self::Other => false,
        }
    }
}

#[deny(clippy::missing_trait_methods)]
impl<M: TokenManager + ?Sized> TokenManager for Arc<M> {
    fn family(&self) -> TokenFamily {
        (**self).family()
    }

    fn capabilities(&self) -> Capabilities {
        (**self).capabilities()
    }

    fn list(&self, options: ListOptions) -> TokenStream {
        (**self).list(options)
    }

    fn get<'a>(&'a self, id: &'a TokenId) -> BoxFuture<'a, Result<Token>> {
        (**self).get(id)
    }

    fn create(&self, request: CreateToken) -> BoxFuture<'_, Result<IssuedToken>> {
        (**self).create(request)
    }

    fn update<'a>(&'a self, id: &'a TokenId, change: UpdateToken) -> BoxFuture<'a, Result<Token>> {
        (**self).update(id, change)
    }

    fn reset<'a>(&'a self, id: &'a TokenId, options: ResetOptions) -> BoxFuture<'a, Result<IssuedToken>> {
        (**self).reset(id, options)
    }

    fn revoke<'a>(&'a self, id: &'a TokenId, options: RevokeOptions) -> BoxFuture<'a, Result<()>> {
        (**self).revoke(id, options)
    }

    fn current(&self) -> BoxFuture<'_, Result<Current>> {
        (**self).current()
    }

    fn vendor_now(&self) -> Timestamp {
        (**self).vendor_now()
    }
}
