//! The trait that each family implements.

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

/// A boxed future, which every operation of [`TokenManager`] returns.
///
/// The operation starts when the future is first polled.
///
/// ```
/// use tokenward_core::BoxFuture;
///
/// fn answer(question: &str) -> BoxFuture<'_, usize> {
///     Box::pin(async move { question.len() })
/// }
/// ```
pub use futures_core::future::BoxFuture;

/// A stream of tokens, in the order in which the pages arrive.
///
/// The stream borrows nothing, and sends no request before it is polled.
///
/// An error with a [`position`](Error::position) is about one item, and the list continues after it.
/// [`ErrorKind::Incomplete`] is the last item, after all tokens that could be read. Any other error ends the list.
pub type TokenStream = BoxStream<'static, Result<Token>>;

/// The operations on the tokens of one family.
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
/// Asynchronous methods return a [`BoxFuture`], which is a boxed `async` block:
///
/// ```
/// use tokenward_core::{
///     BoxFuture, Capabilities, ListOptions, MemoryTokens, Result, RevokeOptions, TokenFamily, TokenId, TokenManager,
///     TokenStream,
/// };
///
/// /// Wraps another manager, and shuts down the users of a token before it revokes the token.
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
/// An implementation declares its [`capabilities`](Self::capabilities). An unsupported operation fails with
/// [`ErrorKind::Unsupported`] and sends no request. The provided methods do exactly this. A family that supports an
/// operation overrides its method.
///
/// Dropping a future cancels the call. If the create request was already sent, it may have taken effect, as if its
/// response had been lost.
pub trait TokenManager: fmt::Debug + Send + Sync + 'static {
    /// Returns the family that this manager is for.
    fn family(&self) -> TokenFamily;

    /// Returns the supported operations and settings, without a request.
    fn capabilities(&self) -> Capabilities;

    /// Lists all tokens that the vendor shows to the credential.
    fn list(&self, options: ListOptions) -> TokenStream;

    /// Returns one token.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if no token has this id.
    fn get<'a>(&'a self, _id: &'a TokenId) -> BoxFuture<'a, Result<Token>> {
        Box::pin(ready(Err(refused(self, Operation::Get))))
    }

    /// Creates a token.
    ///
    /// The request is sent at most once, even if the response is lost.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Ambiguous`] if the vendor may have created a token, but its secret did not arrive. If the vendor
    /// created a token that differs from the request, [`Error::into_secret`] returns its secret.
    fn create(&self, _request: CreateToken) -> BoxFuture<'_, Result<IssuedToken>> {
        Box::pin(ready(Err(refused(self, Operation::Create))))
    }

    /// Changes a token, and keeps its secret.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if no token has this id.
    fn update<'a>(&'a self, _id: &'a TokenId, _change: UpdateToken) -> BoxFuture<'a, Result<Token>> {
        Box::pin(ready(Err(refused(self, Operation::Update))))
    }

    /// Replaces the secret of a token, and keeps its id.
    ///
    /// The request is sent at most once.
    ///
    /// # Errors
    ///
    /// The errors of [`create`](Self::create).
    fn reset<'a>(&'a self, _id: &'a TokenId, _options: ResetOptions) -> BoxFuture<'a, Result<IssuedToken>> {
        Box::pin(ready(Err(refused(self, Operation::Reset))))
    }

    /// Revokes a token.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Conflict`] if the token is or may be the credential in use. The manager then revokes nothing. If a
    /// vendor does not report which token is in use, every token may be. [`RevokeOptions::even_if_current`] disables
    /// this check.
    fn revoke<'a>(&'a self, id: &'a TokenId, options: RevokeOptions) -> BoxFuture<'a, Result<()>>;

    /// Returns the token that this client authenticates with.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] if the vendor does not report it.
    fn current(&self) -> BoxFuture<'_, Result<Current>> {
        Box::pin(ready(Err(refused(self, Operation::Current))))
    }

    /// Returns the current time of the vendor's clock, which its responses report.
    ///
    /// Without such a response, it returns the time of the machine's clock. The two clocks may differ, and
    /// [`reconcile`](crate::TokenManagerExt::reconcile) compares dates of the vendor with the time of a request.
    fn vendor_now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Returns the error of an operation that a family does not implement, even if its capabilities declare the operation.
fn refused<M: TokenManager + ?Sized>(manager: &M, operation: Operation) -> Error {
    let family = manager.family();
    match manager.capabilities().check(family, operation, []) {
        Err(refusal) => refusal,
        Ok(()) => Error::new(ErrorKind::Unsupported, "it is claimed to be supported and is not implemented")
            .with_place(family, operation),
    }
}

/// The token that a client authenticates with, as far as the vendor reports it.
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
    /// This token.
    Token(TokenId),
    /// One of these tokens. The vendor does not report which one.
    OneOf(Vec<TokenId>),
    /// A credential that does not belong to this family.
    Other,
}

impl Current {
    /// Returns `true` if this token is, or may be, the credential in use.
    pub fn may_be(&self, id: &TokenId) -> bool {
        // A vendor that parses ids, such as UUIDs, ignores their case.
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
