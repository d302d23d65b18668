//! API tokens of an organization.

use std::sync::Arc;

use serde::de::IgnoredAny;
use tokenward_core::{
    BoxFuture, Capabilities, CreateToken, Current, ErrorKind, IssuedToken, ListOptions, Operation, Result,
    RevokeOptions, Setting, Timestamp, Token, TokenFamily, TokenId, TokenManager, TokenStream, UpdateToken,
};
use tokenward_http::{
    Call, Pager, Response, ResponseBody, SendError, Session, failed, listed, refuse_current,
};
use tokio::sync::OnceCell;

use crate::{
    Mist,
    client::Caller,
    convert::{privileges, replacement},
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

    /// An operation within the organization.
    fn call(&self, operation: Operation) -> Result<Call> {
        call(operation).within(&self.org_id)
    }

    async fn answer(&self, call: &Call, id: &TokenId) -> Result<ResponseBody> {
        call.receive(self.client.raw().get_org_api_token_response(&self.org_id, id.as_str())).await
    }

    async fn find_current(&self) -> Result<Current> {
        let call = self.call(Operation::Current)?;
        let name = match self.client.caller(&call).await? {
            Caller::Person => return Ok(Current::Other),
            Caller::Token(name) => Some(name),
            Caller::Unknown => None,
        };
        let answer = call.receive(self.client.raw().list_org_api_tokens_response(&self.org_id)).await?;
        self.client.which_is_it(&call, &answer, name.as_deref())
    }
}

/// The list of all of them.
struct List(MistOrgTokens);

impl Pager for List {
    type Token = OrgApiToken;
    type Cursor = ();
    type Envelope = IgnoredAny;
    const FIELD: Option<&'static str> = None;

    fn session(&self) -> &Session {
        self.0.client.raw().session()
    }

    async fn send(self: Arc<Self>, (): ()) -> Result<Response, SendError> {
        self.0.client.raw().list_org_api_tokens_response(&self.0.org_id).await
    }
}

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
        let call = options.check(FAMILY, &self.capabilities()).and_then(|()| self.call(Operation::List));
        match call {
            Ok(call) => listed(call, List(self.clone()), ()),
            Err(refusal) => failed(refusal),
        }
    }

    fn get<'a>(&'a self, id: &'a TokenId) -> BoxFuture<'a, Result<Token>> {
        Box::pin(async move {
            let call = self.call(Operation::Get)?.about(id)?;
            self.answer(&call, id).await?.token::<OrgApiToken>()
        })
    }

    fn create(&self, request: CreateToken) -> BoxFuture<'_, Result<IssuedToken>> {
        Box::pin(async move {
            let (call, request) =
                self.call(Operation::Create)?.begin_create(request, &self.capabilities())?;
            if request.source_ips().len() > MOST_SOURCE_IPS {
                return Err(call.error(ErrorKind::InvalidInput, "there are more than 10 source addresses"));
            }
            let mut body = OrgApiTokenInput::new(request.name());
            body.privileges = Some(privileges(request.access()).map_err(|error| call.locate(error))?);
            body.src_ips = (!request.source_ips().is_empty()).then(|| request.source_ips().to_vec());
            let sent = self.client.raw().create_org_api_token_response(&self.org_id, &body);
            call.receive(sent).await?.issued::<OrgApiToken>()
        })
    }

    fn update<'a>(&'a self, id: &'a TokenId, change: UpdateToken) -> BoxFuture<'a, Result<Token>> {
        Box::pin(async move {
            let call = self.call(Operation::Update)?.about(id)?;
            change.check(FAMILY, &self.capabilities())?;
            change.access().map(privileges).transpose().map_err(|error| call.locate(error))?;
            let body = replacement(self.answer(&call, id).await?.read()?, &change);
            let body = body.map_err(|error| call.locate(error))?;
            call.confirm(self.client.raw().update_org_api_token_response(&self.org_id, id.as_str(), &body))
                .await?;
            self.answer(&call, id).await?.token::<OrgApiToken>()
        })
    }

    fn revoke<'a>(&'a self, id: &'a TokenId, options: RevokeOptions) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let call = self.call(Operation::Revoke)?.about(id)?;
            if !options.is_even_if_current() {
                refuse_current(&call, id, self.current().await)?;
            }
            call.confirm(self.client.raw().delete_org_api_token_response(&self.org_id, id.as_str())).await
        })
    }

    fn current(&self) -> BoxFuture<'_, Result<Current>> {
        Box::pin(async move { self.current.get_or_try_init(|| self.find_current()).await.cloned() })
    }

    fn vendor_now(&self) -> Timestamp {
        self.client.raw().session().vendor_now()
    }
}
