//! API tokens that the users of an organization made for themselves.

use std::sync::Arc;

use serde::de::IgnoredAny;
use tokenward_core::{
    BoxFuture, Capabilities, Current, ErrorKind, ListOptions, Operation, Owner, Result, RevokeOptions,
    Setting, Timestamp, Token, TokenFamily, TokenId, TokenManager, TokenStream,
};
use tokenward_http::{Call, NextPage, PageEnd, Pager, Response, SendError, Session, failed, find, listed};

use crate::{
    Atlassian,
    convert::{Envelope, ITEMS, joined, split},
    raw::types::{ListOrgApiTokensQuery, OrgApiToken, UserApiToken},
};

/// The family `atlassian/user-token`.
///
/// ```no_run
/// use tokenward_atlassian::{Atlassian, ListOptions, RevokeOptions, TokenManager, TokenManagerExt};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let tokens = Atlassian::from_env()?.build()?.user_tokens("an-organization-id");
/// for token in tokens.list_all(ListOptions::default().with_owner("557058:an-account-id")).await? {
///     tokens.revoke(&token.id, RevokeOptions::default()).await?;
/// }
/// # Ok(())
/// # }
/// ```
///
/// **Id**: `account id/token id`, since the vendor wants both to revoke a token.
///
/// **List** shows the whole organization to a key with the scope
/// `read:tokens:admin`. With an owner, by account id, it shows one account's
/// to a key without scopes, which is also what **get** and **revoke** want: a
/// key with scopes is refused there.
///
/// Users make their tokens themselves; nothing of the secret is ever shown to
/// an administrator. "Revoke every token of the organization" is not here, and
/// no id reaches it.
///
/// Source: the vendor's document of February 2026 for one account's tokens;
/// what could be observed of its API Access pages for the organization's.
#[derive(Clone, Debug)]
pub struct AtlassianUserTokens {
    client: Atlassian,
    org_id: Arc<str>,
}

const FAMILY: TokenFamily = TokenFamily::new("atlassian", "user-token");

const fn call(operation: Operation) -> Call {
    Call::new(FAMILY, operation)
}

impl AtlassianUserTokens {
    pub(crate) fn new(client: Atlassian, org_id: String) -> Self {
        Self { client, org_id: org_id.into() }
    }

    fn of_account(&self, call: Call, account_id: &str) -> TokenStream {
        match call.within(account_id) {
            Ok(call) => {
                let list = OfAccount { client: self.client.clone(), account_id: account_id.to_owned() };
                listed(call, list, ())
            }
            Err(refusal) => failed(refusal),
        }
    }
}

/// The list of the whole organization.
struct OfOrganization(AtlassianUserTokens);

impl Pager for OfOrganization {
    type Token = OrgApiToken;
    type Cursor = Option<String>;
    type Envelope = Envelope;
    const FIELD: Option<&'static str> = ITEMS;

    fn session(&self) -> &Session {
        self.0.client.raw().session()
    }

    async fn send(self: Arc<Self>, cursor: Option<String>) -> Result<Response, SendError> {
        let query = ListOrgApiTokensQuery { cursor, ..ListOrgApiTokensQuery::default() };
        self.0.client.raw().list_org_api_tokens_response(&self.0.org_id, &query).await
    }

    fn next_page(&self, end: PageEnd<'_, Option<String>, Envelope>) -> NextPage<Option<String>> {
        end.envelope.next_page()
    }
}

/// The list of one account.
struct OfAccount {
    client: Atlassian,
    account_id: String,
}

impl Pager for OfAccount {
    type Token = UserApiToken;
    type Cursor = ();
    type Envelope = IgnoredAny;
    const FIELD: Option<&'static str> = None;

    fn session(&self) -> &Session {
        self.client.raw().session()
    }

    async fn send(self: Arc<Self>, (): ()) -> Result<Response, SendError> {
        self.client.raw().list_user_api_tokens_response(&self.account_id).await
    }

    fn adopt(&self, call: &Call, (): &(), token: &mut Token) -> Result<bool> {
        token.id = joined(&self.account_id, token.id.as_str())
            .ok_or_else(|| call.error(ErrorKind::Protocol, "the record has no `id` that can be used"))?;
        token.owner = Owner::known(Some(self.account_id.clone()), None, None);
        Ok(true)
    }
}

/// An operation about a token, with the two parts of its id.
fn about(operation: Operation, id: &TokenId) -> Result<(Call, &str, &str)> {
    let call = call(operation);
    let Some((account_id, token_id)) = split(id) else {
        let message = "an id of this family is `account id/token id`, as a list gives it";
        return Err(call.error(ErrorKind::InvalidInput, message).with_token(id.clone()));
    };
    Ok((call.about_parts(id, [account_id, token_id])?, account_id, token_id))
}

impl TokenManager for AtlassianUserTokens {
    fn family(&self) -> TokenFamily {
        FAMILY
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
            .native(Operation::List)
            .native(Operation::Revoke)
            .emulated(Operation::Get, "the list of the token's account is searched")
            .emulated(
                Operation::Current,
                "the credential is always an organization's API key, so it is none of these",
            )
            .unsupported(
                Operation::Create,
                "users make their API tokens themselves",
                Some("the user makes one in their account's security settings"),
            )
            .unsupported(
                Operation::Update,
                "an API token cannot be changed",
                Some("the user makes another one, and this one is revoked"),
            )
            .unsupported(
                Operation::Reset,
                "an API token gets no other secret",
                Some("the user makes another one, and this one is revoked"),
            )
            .with([Setting::ListByOwner])
            .with_coverage("only tokens of accounts that the organization manages are shown")
    }

    fn list(&self, options: ListOptions) -> TokenStream {
        if let Err(refusal) = options.check(FAMILY, &self.capabilities()) {
            return failed(refusal);
        }
        let call = call(Operation::List);
        match options.owner() {
            Some(account_id) => self.of_account(call, account_id),
            None => match call.within(&self.org_id) {
                Ok(call) => listed(call, OfOrganization(self.clone()), None),
                Err(refusal) => failed(refusal),
            },
        }
    }

    fn get<'a>(&'a self, id: &'a TokenId) -> BoxFuture<'a, Result<Token>> {
        Box::pin(async move {
            let (call, account_id, _) = about(Operation::Get, id)?;
            find(self.of_account(call.clone(), account_id), id).await?.ok_or_else(|| call.not_found())
        })
    }

    fn revoke<'a>(&'a self, id: &'a TokenId, _: RevokeOptions) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let (call, account_id, token_id) = about(Operation::Revoke, id)?;
            call.confirm(self.client.raw().delete_user_api_token_response(account_id, token_id)).await
        })
    }

    fn current(&self) -> BoxFuture<'_, Result<Current>> {
        Box::pin(async move { Ok(Current::Other) })
    }

    fn vendor_now(&self) -> Timestamp {
        self.client.raw().session().vendor_now()
    }
}
