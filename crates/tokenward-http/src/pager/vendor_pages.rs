//! How a vendor gives its list, in the words that [`listed`](crate::listed) reads it by.

use std::{hash::Hash, sync::Arc};

use serde::de::DeserializeOwned;
use tokenward_core::{Result, Token};

use crate::{
    decode::vendor_token::VendorToken,
    family::{call::Call, response_head::ResponseHead},
    transport::{response::Response, send_error::SendError, session::Session},
};

/// A vendor's list of tokens: how a page is asked for, where its items stand, and what comes behind it.
///
/// ```
/// use std::sync::Arc;
/// use serde::de::IgnoredAny;
/// use tokenward_core::{Operation, Token, TokenFamily, TokenStream};
/// use tokenward_http::{Call, Id, Pager, Response, SendError, Session, VendorToken, listed};
///
/// #[derive(serde::Deserialize)]
/// struct AcmeToken {
///     id: Id,
/// }
///
/// impl VendorToken for AcmeToken {
///     const ID: &'static str = "id";
///     const SECRET: &'static str = "secret";
///     type Fields<'a> = Self;
///
///     fn token(fields: Self, family: TokenFamily) -> Option<Box<Token>> {
///         Some(Box::new(Token::new(family, fields.id.known()?)))
///     }
/// }
///
/// struct AcmeTokens(Session);
///
/// impl Pager for AcmeTokens {
///     type Token = AcmeToken;
///     type Cursor = ();
///     type Envelope = IgnoredAny;
///     const FIELD: Option<&'static str> = Some("items");
///
///     fn session(&self) -> &Session {
///         &self.0
///     }
///
///     async fn send(self: Arc<Self>, (): ()) -> Result<Response, SendError> {
///         let request = self.0.client().get(format!("{}/tokens", self.0.base_url().as_str())).build()?;
///         self.0.call(&[], "list_tokens", request).await
///     }
/// }
///
/// fn list(session: Session) -> TokenStream {
///     listed(Call::new(TokenFamily::new("acme", "token"), Operation::List), AcmeTokens(session), ())
/// }
/// ```
pub trait Pager: Send + Sync + 'static {
    /// What its items are.
    type Token: VendorToken;
    /// What a page is asked for with: an offset, a cursor, a filter.
    type Cursor: Clone + Eq + Hash + Send + 'static;
    /// What is read of what stands beside the list.
    type Envelope: DeserializeOwned;

    /// The field of the answer that holds the list, or `None` where the answer is the list.
    const FIELD: Option<&'static str>;
    /// Whether a page begins with the last item of the page before, so that a list that moves is noticed.
    const OVERLAPS: bool = false;

    /// The session that the pages are asked for through; it bounds the time that the list takes.
    fn session(&self) -> &Session;

    /// Asks for a page.
    fn send(
        self: Arc<Self>,
        cursor: Self::Cursor,
    ) -> impl Future<Output = Result<Response, SendError>> + Send + 'static;

    /// What comes behind a page; nothing, unless said.
    fn next_page(&self, _end: PageEnd<'_, Self::Cursor, Self::Envelope>) -> NextPage<Self::Cursor> {
        NextPage::default()
    }

    /// Completes a token with what the family knows of it; whether it was asked for.
    ///
    /// # Errors
    ///
    /// Where it is none of this family's.
    fn adopt(&self, _call: &Call, _cursor: &Self::Cursor, _token: &mut Token) -> Result<bool> {
        Ok(true)
    }

    /// How many pages may be under way at the same time, where it is known where they begin.
    fn most_in_parallel(&self) -> usize {
        1
    }
}

/// A page that has ended.
pub struct PageEnd<'a, C, A> {
    /// What it was asked for with.
    pub cursor: &'a C,
    /// How many items it had.
    pub items: usize,
    /// Whether the first of them was the last of the page before.
    pub has_overlap: bool,
    /// What stood beside the list.
    pub envelope: A,
    pub(crate) head: &'a ResponseHead,
}

impl<C, A> PageEnd<'_, C, A> {
    /// A header's number, where it is one.
    pub fn number(&self, header: &str) -> Option<u64> {
        self.head.number(header)
    }

    /// Returns why the list is not complete behind this page, if its answer announces more than so many items before it and
    /// its own: by its status, a `Link`, or a total.
    ///
    /// [`listed`](crate::listed) asks for this by itself behind the last page.
    pub fn remainder(&self, before: u64) -> Option<&'static str> {
        self.head.remainder(before + self.items as u64)
    }
}

impl<C, A> std::fmt::Debug for PageEnd<'_, C, A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PageEnd")
            .field("items", &self.items)
            .field("has_overlap", &self.has_overlap)
            .finish_non_exhaustive()
    }
}

/// What comes behind a page; nothing, unless said.
///
/// ```
/// let turn: tokenward_http::NextPage<u64> = tokenward_http::NextPage { total: Some(3), ..Default::default() };
/// assert!(turn.next.is_none());
/// ```
pub struct NextPage<C> {
    /// What the next page is asked for with; `None` on the last.
    pub next: Option<C>,
    /// Where those behind the next one are likely to begin. One that begins elsewhere after all is asked for again.
    pub further: Option<Box<dyn Iterator<Item = C> + Send>>,
    /// How many tokens the vendor says there are in all.
    pub total: Option<u64>,
    /// Why the list cannot be complete, where the page shows it.
    pub gap: Option<&'static str>,
}

impl<C> Default for NextPage<C> {
    fn default() -> Self {
        Self { next: None, further: None, total: None, gap: None }
    }
}

impl<C> std::fmt::Debug for NextPage<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NextPage").field("total", &self.total).field("gap", &self.gap).finish_non_exhaustive()
    }
}
