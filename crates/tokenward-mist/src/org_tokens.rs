//! API tokens of an organization.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::value::RawValue;
use tokenward_core::{
    Capabilities, CreateToken, Current, ErrorKind, IssuedToken, ListOptions, Operation, Result,
    RevokeOptions, Setting, Token, TokenFamily, TokenId, TokenManager, TokenStream, UpdateToken,
};
use tokenward_http::{Call, Page, failed, paged, refuse_current};
use tokio::sync::OnceCell;

use crate::{
    Mist,
    convert::{privileges, repeated},
    raw::types::{OrgApiToken, OrgApiTokenInput},
};

/// The family `mist/org-token`.
///
/// ```no_run
/// use tokenward_mist::{Access, CreateToken, Expiry, Mist, TokenManager};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let tokens = Mist::from_env()?.build()?.org_tokens("an-organization-id");
/// let request = CreateToken::new("ci", Expiry::Never, Access::scopes(["read:org"]));
/// let issued = tokens.create(request).await?;
/// # Ok(())
/// # }
/// ```
///
/// **Scopes** are `role:scope`, with an id behind it where the scope has one:
/// `admin:org`, `write:site:<site id>`, `read:sitegroup:<group id>`,
/// `read:orgsites`. A privilege that says more than that is JSON, as it is
/// read: `{"role":"read","scope":"org","views":["reporting"]}`. There are at
/// most ten.
///
/// **Update** replaces the whole record, so it is read first and what is not
/// changed is repeated; the vendor answers nothing, so it is read again
/// afterwards. Source addresses cannot be changed.
///
/// **Current**: the vendor does not tell an organization's token which one it
/// is. What its own record says is compared with the names in the list, and
/// the credential with the masks there; where several fit, all of them are
/// taken for it.
///
/// Tokens never end; the limit of 5,000 calls an hour is counted per token.
/// Source: the vendor's document 2511.1.5.
#[derive(Clone, Debug)]
pub struct MistOrgTokens {
    client: Mist,
    org_id: Arc<str>,
    current: Arc<OnceCell<Current>>,
}

const FAMILY: TokenFamily = TokenFamily::new("mist", "org-token");

const MOST_SOURCE_IPS: usize = 10;

const fn call(operation: Operation) -> Call {
    Call::new(FAMILY, operation)
}

impl MistOrgTokens {
    pub(crate) fn new(client: Mist, org_id: String) -> Self {
        Self { client, org_id: org_id.into(), current: Arc::default() }
    }

    async fn page(self) -> Result<Page<()>> {
        let answer = call(Operation::List)
            .answer(self.client.raw().list_org_api_tokens_response(&self.org_id))
            .await?;
        Ok(Page::only(answer.tokens::<OrgApiToken>(&answer.read::<Vec<&RawValue>>()?, 0)))
    }

    async fn record(&self, call: &Call, id: &TokenId) -> Result<(Token, OrgApiToken)> {
        let answer =
            call.answer(self.client.raw().get_org_api_token_response(&self.org_id, id.as_str())).await?;
        Ok((answer.token::<OrgApiToken>()?, answer.read()?))
    }

    async fn find_current(&self) -> Result<Current> {
        let call = call(Operation::Current);
        let Some(name) = self.client.caller(&call).await?.token_name else { return Ok(Current::Other) };
        let answer = call.answer(self.client.raw().list_org_api_tokens_response(&self.org_id)).await?;
        let tokens: Vec<OrgApiToken> = answer.read()?;
        let candidates = tokens.into_iter().filter(|token| token.name.as_deref() == Some(&name));
        Ok(self.client.which_is_it(candidates.map(|token| (token.id, token.key))))
    }
}

fn input(name: String, token: &OrgApiToken) -> Result<OrgApiTokenInput> {
    let mut input = OrgApiTokenInput::new(name);
    input.privileges = repeated(token)?;
    input.src_ips = token.src_ips.clone();
    Ok(input)
}

#[async_trait]
impl TokenManager for MistOrgTokens {
    fn family(&self) -> TokenFamily {
        FAMILY
    }

    fn capabilities(&self) -> Capabilities {
        const NO_END: &str = "a token of an organization never ends";

        Capabilities::default()
            .native(Operation::List)
            .native(Operation::Get)
            .native(Operation::Create)
            .native(Operation::Update)
            .native(Operation::Revoke)
            .emulated(Operation::Current, "names and masks in the list are compared; several tokens may fit")
            .unsupported(
                Operation::Reset,
                "the vendor gives a token no other key",
                Some("create another token, and revoke this one"),
            )
            .with([
                Setting::CreateWithoutEnd,
                Setting::CreateWithFullAccess,
                Setting::CreateWithScopes,
                Setting::CreateWithSourceIps,
                Setting::UpdateName,
                Setting::UpdateToFullAccess,
                Setting::UpdateScopes,
            ])
            .without(Setting::CreateWithExpiry, NO_END, None)
            .without(Setting::CreateWithDefaultExpiry, NO_END, Some("say never"))
            .without(Setting::UpdateExpiry, NO_END, None)
    }

    fn list(&self, options: ListOptions) -> TokenStream {
        if let Err(refusal) = options.check(FAMILY, &self.capabilities()) {
            return failed(refusal);
        }
        let tokens = self.clone();
        paged(call(Operation::List), (), move |(), _| tokens.clone().page())
    }

    async fn get(&self, id: &TokenId) -> Result<Token> {
        Ok(self.record(&call(Operation::Get).about(id), id).await?.0)
    }

    async fn create(&self, request: CreateToken) -> Result<IssuedToken> {
        let call = call(Operation::Create);
        request.check(FAMILY, &self.capabilities())?;
        if request.source_ips().len() > MOST_SOURCE_IPS {
            return Err(call.error(ErrorKind::InvalidInput, "there are more than 10 source addresses"));
        }
        let mut body = OrgApiTokenInput::new(request.name());
        body.privileges = Some(privileges(request.access()).map_err(|error| call.placed(error))?);
        body.src_ips = (!request.source_ips().is_empty()).then(|| request.source_ips().to_vec());
        let sent = self.client.raw().create_org_api_token_response(&self.org_id, &body);
        call.answer(sent).await?.issued::<OrgApiToken>()
    }

    async fn update(&self, id: &TokenId, change: UpdateToken) -> Result<Token> {
        let call = call(Operation::Update).about(id);
        change.check(FAMILY, &self.capabilities())?;
        let asked = change.access().map(privileges).transpose().map_err(|error| call.placed(error))?;
        let (before, record) = self.record(&call, id).await?;
        let name = change.name().map(str::to_owned).or(before.name).unwrap_or_default();
        let mut body = input(name, &record).map_err(|error| call.placed(error))?;
        body.privileges = asked.or(body.privileges);
        call.done(self.client.raw().update_org_api_token_response(&self.org_id, id.as_str(), &body)).await?;
        Ok(self.record(&call, id).await?.0)
    }

    async fn revoke(&self, id: &TokenId, options: RevokeOptions) -> Result<()> {
        let call = call(Operation::Revoke).about(id);
        if !options.is_even_if_current() {
            refuse_current(&call, id, self.current().await)?;
        }
        call.done(self.client.raw().delete_org_api_token_response(&self.org_id, id.as_str())).await
    }

    async fn current(&self) -> Result<Current> {
        self.current.get_or_try_init(|| self.find_current()).await.cloned()
    }
}
