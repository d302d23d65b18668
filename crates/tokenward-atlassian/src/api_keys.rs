//! API keys of an organization.

use std::sync::Arc;

use tokenward_core::{
    BoxFuture, Capabilities, ListOptions, Operation, Result, RevokeOptions, Token, TokenFamily, TokenId,
    TokenManager, TokenStream,
};
use tokenward_http::{Call, Listing, PageEnd, SendError, Turn, failed, find, listed, runtime::Response};

use crate::{
    Atlassian,
    convert::{Around, ITEMS},
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
/// is calling, so `revoke` cannot refuse it: compare the name yourself.
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

    fn stream(&self, call: &Call) -> TokenStream {
        listed(call.clone(), List(self.clone()), None)
    }
}

/// The list of the organization's keys.
struct List(AtlassianApiKeys);

impl Listing for List {
    type Token = OrgApiKey;
    type Cursor = Option<String>;
    type Around = Around;
    const FIELD: Option<&'static str> = ITEMS;

    async fn send(self: Arc<Self>, cursor: Option<String>) -> Result<Response, SendError> {
        let query = ListOrgApiKeysQuery { cursor, ..ListOrgApiKeysQuery::default() };
        self.0.client.raw().list_org_api_keys_response(&self.0.org_id, &query).await
    }

    fn turn(&self, end: PageEnd<'_, Option<String>, Around>) -> Turn<Option<String>> {
        end.around.turn()
    }
}

impl TokenManager for AtlassianApiKeys {
    fn family(&self) -> TokenFamily {
        FAMILY
    }

    fn capabilities(&self) -> Capabilities {
        const CONSOLE: &str = "make one in the administration console, under the organization's settings";

        Capabilities::default()
            .native(Operation::List)
            .native(Operation::Revoke)
            .emulated(Operation::Get, "the list is searched")
            .unsupported(Operation::Create, "API keys are made in the administration console", Some(CONSOLE))
            .unsupported(Operation::Update, "an API key cannot be changed", Some(CONSOLE))
            .unsupported(Operation::Reset, "an API key gets no other secret", Some(CONSOLE))
            .unsupported(
                Operation::Current,
                "the vendor does not tell which API key is calling",
                Some("compare the names that the list gives with the name that the key was made under"),
            )
    }

    fn list(&self, options: ListOptions) -> TokenStream {
        match options.check(FAMILY, &self.capabilities()) {
            Ok(()) => self.stream(&call(Operation::List)),
            Err(refusal) => failed(refusal),
        }
    }

    fn get<'a>(&'a self, id: &'a TokenId) -> BoxFuture<'a, Result<Token>> {
        Box::pin(async move {
            let call = call(Operation::Get).about(id);
            find(self.stream(&call), id).await?.ok_or_else(|| call.not_found())
        })
    }

    fn revoke<'a>(&'a self, id: &'a TokenId, _: RevokeOptions) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let sent = self.client.raw().revoke_org_api_key_response(&self.org_id, id.as_str());
            call(Operation::Revoke).about(id).done(sent).await
        })
    }
}
