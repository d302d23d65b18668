//! API keys of an organization.

use std::sync::Arc;

use tokenward_core::{
    BoxFuture, Capabilities, Current, ErrorKind, ListOptions, Operation, Result, RevokeOptions, Timestamp,
    Token, TokenFamily, TokenId, TokenManager, TokenStream,
};
use tokenward_http::{
    Call, NextPage, PageEnd, Pager, Response, SendError, Session, failed, find, listed, refuse_current,
};

use crate::{
    Atlassian,
    convert::{Envelope, ITEMS},
    raw::types::{ListOrgApiKeysQuery, OrgApiKey},
};

/// The family `atlassian/api-key`.
///
/// ```no_run
/// use tokenward_atlassian::{Atlassian, ListOptions, TokenManagerExt};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let keys = Atlassian::from_env()?.build()?.api_keys("an-organization-id");
/// for key in keys.list_all(ListOptions::default()).await? {
///     println!("{:?} ends: {}", key.name, key.expires);
/// }
/// # Ok(())
/// # }
/// ```
///
/// Keys are made in the administration console, for a year at most. A key that
/// is revoked may go on working for up to ten minutes.
///
/// **Get** searches the list. **Current**: the vendor does not tell which key
/// is calling. Tell its id to the builder, by
/// [`api_key_id`](crate::AtlassianBuilder::api_key_id): `revoke` then refuses
/// that key, and every key otherwise, unless
/// [`RevokeOptions::even_if_current`] is set.
///
/// Source: what could be observed of the vendor's API Access pages.
#[derive(Clone, Debug)]
pub struct AtlassianApiKeys {
    client: Atlassian,
    org_id: Arc<str>,
}

const FAMILY: TokenFamily = TokenFamily::new("atlassian", "api-key");

const fn call(operation: Operation) -> Call {
    Call::new(FAMILY, operation)
}

impl AtlassianApiKeys {
    pub(crate) fn new(client: Atlassian, org_id: String) -> Self {
        Self { client, org_id: org_id.into() }
    }

    /// An operation within the organization.
    fn call(&self, operation: Operation) -> Result<Call> {
        call(operation).within(&self.org_id)
    }

    fn stream(&self, call: &Call) -> TokenStream {
        listed(call.clone(), List(self.clone()), None)
    }
}

/// The list of the organization's keys.
struct List(AtlassianApiKeys);

impl Pager for List {
    type Token = OrgApiKey;
    type Cursor = Option<String>;
    type Envelope = Envelope;
    const FIELD: Option<&'static str> = ITEMS;

    fn session(&self) -> &Session {
        self.0.client.raw().session()
    }

    async fn send(self: Arc<Self>, cursor: Option<String>) -> Result<Response, SendError> {
        let query = ListOrgApiKeysQuery { cursor, ..ListOrgApiKeysQuery::default() };
        self.0.client.raw().list_org_api_keys_response(&self.0.org_id, &query).await
    }

    fn next_page(&self, end: PageEnd<'_, Option<String>, Envelope>) -> NextPage<Option<String>> {
        end.envelope.next_page()
    }
}

impl TokenManager for AtlassianApiKeys {
    fn family(&self) -> TokenFamily {
        FAMILY
    }

    fn capabilities(&self) -> Capabilities {
        const CONSOLE: &str = "make one in the administration console, under the organization's settings";

        let capabilities = Capabilities::default()
            .native(Operation::List)
            .native(Operation::Revoke)
            .emulated(Operation::Get, "the list is searched")
            .unsupported(Operation::Create, "API keys are made in the administration console", Some(CONSOLE))
            .unsupported(Operation::Update, "an API key cannot be changed", Some(CONSOLE))
            .unsupported(Operation::Reset, "an API key gets no other secret", Some(CONSOLE));
        match self.client.api_key_id() {
            Some(_) => capabilities.emulated(Operation::Current, "the builder was told the id of the key"),
            None => capabilities.unsupported(
                Operation::Current,
                "the vendor does not tell which API key is calling",
                Some("tell the builder its id, by `api_key_id`"),
            ),
        }
    }

    fn list(&self, options: ListOptions) -> TokenStream {
        let call = options.check(FAMILY, &self.capabilities()).and_then(|()| self.call(Operation::List));
        match call {
            Ok(call) => self.stream(&call),
            Err(refusal) => failed(refusal),
        }
    }

    fn get<'a>(&'a self, id: &'a TokenId) -> BoxFuture<'a, Result<Token>> {
        Box::pin(async move {
            let call = self.call(Operation::Get)?.about(id)?;
            find(self.stream(&call), id).await?.ok_or_else(|| call.not_found())
        })
    }

    fn revoke<'a>(&'a self, id: &'a TokenId, options: RevokeOptions) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let call = self.call(Operation::Revoke)?.about(id)?;
            if !options.is_even_if_current() {
                let Some(current) = self.client.api_key_id() else {
                    let message = "it may be the credential in use, which the vendor does not tell apart: tell the \
                                   builder its id by `api_key_id`, or say `even_if_current`; nothing was done";
                    return Err(call.error(ErrorKind::Conflict, message));
                };
                refuse_current(&call, id, Ok(Current::Token(current.clone())))?;
            }
            call.confirm(self.client.raw().revoke_org_api_key_response(&self.org_id, id.as_str())).await
        })
    }

    fn current(&self) -> BoxFuture<'_, Result<Current>> {
        Box::pin(async move {
            self.capabilities().check(FAMILY, Operation::Current, [])?;
            Ok(self.client.api_key_id().cloned().map_or(Current::Other, Current::Token))
        })
    }

    fn vendor_now(&self) -> Timestamp {
        self.client.raw().session().vendor_now()
    }
}
