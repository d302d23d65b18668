//! API tokens that the users of an organization made for themselves.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream;
use tokenward_core::{
    Capabilities, Current, ErrorKind, ListOptions, Operation, Owner, Result, RevokeOptions, Setting, Token,
    TokenFamily, TokenId, TokenManager, TokenStream,
};
use tokenward_http::{Answer, Call, Page, failed, find, paged};

use crate::{
    Atlassian,
    convert::{joined, page, split},
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

    async fn page(self, cursor: Option<String>, position: usize) -> Result<Page<Option<String>>> {
        let query = ListOrgApiTokensQuery { cursor, ..ListOrgApiTokensQuery::default() };
        let sent = self.client.raw().list_org_api_tokens_response(&self.org_id, &query);
        let answer = call(Operation::List).answer(sent).await?;
        page::<OrgApiToken>(answer, position)
    }

    async fn of_account(self, account_id: String) -> Result<Page<()>> {
        let call = call(Operation::List);
        let answer = call.answer(self.client.raw().list_user_api_tokens_response(&account_id)).await?;
        Ok(Page::only(tokens_of(&call, answer, account_id)?))
    }
}

fn tokens_of(
    call: &Call,
    answer: Answer,
    account_id: String,
) -> Result<impl Iterator<Item = Result<Token>> + Send + use<>> {
    let list = answer.list()?;
    let call = call.clone();
    let of_account = move |(position, token): (usize, Result<Token>)| {
        let mut token = token?;
        token.id = joined(&account_id, token.id.as_str()).ok_or_else(|| {
            call.error(ErrorKind::Protocol, "the record has no `id` that can be used").with_position(position)
        })?;
        token.owner = Owner::known(Some(account_id.clone()), None, None);
        Ok(token)
    };
    Ok(answer.tokens::<UserApiToken>(list, 0).enumerate().map(of_account))
}

/// The two parts of an id, or why it has none.
fn parts<'a>(call: &Call, id: &'a TokenId) -> Result<(&'a str, &'a str)> {
    split(id).ok_or_else(|| {
        let message = "an id of this family is `account id/token id`, as a list gives it";
        call.error(ErrorKind::InvalidInput, message)
    })
}

#[async_trait]
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
        let tokens = self.clone();
        match options.owner().map(str::to_owned) {
            Some(owner) => paged(call, (), move |(), _| tokens.clone().of_account(owner.clone())),
            None => paged(call, None, move |cursor, position| tokens.clone().page(cursor, position)),
        }
    }

    async fn get(&self, id: &TokenId) -> Result<Token> {
        let call = call(Operation::Get).about(id);
        let (account_id, _) = parts(&call, id)?;
        let answer = call.answer(self.client.raw().list_user_api_tokens_response(account_id)).await?;
        let tokens = stream::iter(tokens_of(&call, answer, account_id.to_owned())?);
        find(Box::pin(tokens), id).await?.ok_or_else(|| call.not_found())
    }

    async fn revoke(&self, id: &TokenId, _: RevokeOptions) -> Result<()> {
        let call = call(Operation::Revoke).about(id);
        let (account_id, token_id) = parts(&call, id)?;
        call.done(self.client.raw().delete_user_api_token_response(account_id, token_id)).await
    }

    async fn current(&self) -> Result<Current> {
        Ok(Current::Other)
    }
}
