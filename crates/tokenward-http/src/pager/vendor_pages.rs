//! The description of a vendor's list for [`listed`](crate::listed).

use std::{hash::Hash, sync::Arc};

use serde::de::DeserializeOwned;
use tokenward_core::{Result, Token};

use crate::{
    decode::vendor_token::VendorToken,
    family::{call::Call, response_head::ResponseHead},
    transport::{response::Response, send_error::SendError, session::Session},
};

/// A vendor's list of tokens: how to request a page, where its items are, and which page comes next.
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
    /// The type of the items.
    type Token: VendorToken;
    /// The parameter of a page request: an offset, a cursor, a filter.
    type Cursor: Clone + Eq + Hash + Send + 'static;
    /// The decoded fields of the envelope around the list.
    type Envelope: DeserializeOwned;

    /// The response field that contains the list, or `None` if the response itself is the list.
    const FIELD: Option<&'static str>;
    /// `true` if each page begins with the last item of the previous page, which reveals changes during listing.
    const OVERLAPS: bool = false;

    /// Returns the session for the page requests. It limits the time of the list.
    fn session(&self) -> &Session;

    /// Requests a page.
    fn send(
        self: Arc<Self>,
        cursor: Self::Cursor,
    ) -> impl Future<Output = Result<Response, SendError>> + Send + 'static;

    /// Returns the next page. By default, there is none.
    fn next_page(&self, _end: PageEnd<'_, Self::Cursor, Self::Envelope>) -> NextPage<Self::Cursor> {
        NextPage::default()
    }

    /// Completes a token with information of the family. Returns `true` if the caller asked for this token.
    ///
    /// # Errors
    ///
    /// The reason why the token does not belong to this family.
    fn adopt(&self, _call: &Call, _cursor: &Self::Cursor, _token: &mut Token) -> Result<bool> {
        Ok(true)
    }

    /// Returns the maximum number of concurrent page requests, if later cursors are known in advance.
    fn most_in_parallel(&self) -> usize {
        1
    }
}

/// A page that was read to its end.
pub struct PageEnd<'a, C, A> {
    /// The cursor of the page.
    pub cursor: &'a C,
    /// The number of items on the page.
    pub items: usize,
    /// `true` if the first item was the last item of the previous page.
    pub has_overlap: bool,
    /// The envelope around the list.
    pub envelope: A,
    pub(crate) head: &'a ResponseHead,
}

impl<C, A> PageEnd<'_, C, A> {
    /// Returns the value of a header, if it is a number.
    pub fn number(&self, header: &str) -> Option<u64> {
        self.head.number(header)
    }

    /// Returns the reason why the list is not complete after this page, if the response announces more items.
    ///
    /// `before` is the number of items on the previous pages. The signs are the status, a `Link`, or a total.
    /// [`listed`](crate::listed) checks this itself after the last page.
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

/// The position of a list after a page. By default, the list ends.
///
/// ```
/// let turn: tokenward_http::NextPage<u64> = tokenward_http::NextPage { total: Some(3), ..Default::default() };
/// assert!(turn.next.is_none());
/// ```
pub struct NextPage<C> {
    /// The cursor of the next page; `None` after the last page.
    pub next: Option<C>,
    /// The expected cursors of the pages after the next one. If a page begins elsewhere, it is requested again.
    pub further: Option<Box<dyn Iterator<Item = C> + Send>>,
    /// The total number of tokens that the vendor reports.
    pub total: Option<u64>,
    /// The reason why the list cannot be complete, if the page reveals one.
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
