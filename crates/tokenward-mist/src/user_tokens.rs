//! API tokens of the administrator who is calling.

use std::sync::Arc;

use serde::de::IgnoredAny;
use tokenward_core::{
    BoxFuture, Capabilities, CreateToken, Current, IssuedToken, ListOptions, Operation, Result,
    RevokeOptions, Setting, Timestamp, Token, TokenFamily, TokenId, TokenManager, TokenStream, UpdateToken,
};
use tokenward_http::{Call, Pager, Response, SendError, Session, failed, listed, refuse_current};
use tokio::sync::OnceCell;

use crate::{
    Mist,
    client::Caller,
    raw::types::{UserApiToken, UserApiTokenInput},
};

/// The family `mist/user-token`.
///
/// ```no_run
/// use tokenward_mist::{ListOptions, Mist, TokenManagerExt};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let tokens = Mist::from_env()?.build()?.user_tokens();
/// for token in tokens.list_all(ListOptions::default()).await? {
///     println!("{} was last used: {}", token.id, token.last_used);
/// }
/// # Ok(())
/// # }
/// ```
///
/// A token has the rights of its administrator, so it is created with
/// [`Access::Full`](tokenward_core::Access::Full), and has no scopes. It never
/// ends, but the vendor removes it when it was not used for 90 days.
/// Administrators who sign in by SSO have none: they use their organization's.
///
/// **Current**: the credential is compared with the masks in the list; where
/// several fit, all of them are taken for it.
///
/// Source: the vendor's document 2511.1.5.
#[derive(Clone, Debug)]
pub struct MistUserTokens {
    client: Mist,
    current: Arc<OnceCell<Current>>,
}

const FAMILY: TokenFamily = TokenFamily::new("mist", "user-token");

const fn call(operation: Operation) -> Call {
    Call::new(FAMILY, operation)
}

impl MistUserTokens {
    pub(crate) fn new(client: Mist) -> Self {
        Self { client, current: Arc::default() }
    }

    async fn find_current(&self) -> Result<Current> {
        let call = call(Operation::Current);
        if let Caller::Token(_) = self.client.caller(&call).await? {
            return Ok(Current::Other);
        }
        let answer = call.receive(self.client.raw().list_api_tokens_response()).await?;
        self.client.which_is_it(&call, &answer, None)
    }
}

/// The list of all of them.
struct List(MistUserTokens);

impl Pager for List {
    type Token = UserApiToken;
    type Cursor = ();
    type Envelope = IgnoredAny;
    const FIELD: Option<&'static str> = None;

    fn session(&self) -> &Session {
        self.0.client.raw().session()
    }

    async fn send(self: Arc<Self>, (): ()) -> Result<Response, SendError> {
        self.0.client.raw().list_api_tokens_response().await
    }
}

impl TokenManager for MistUserTokens {
    fn family(&self) -> TokenFamily {
        FAMILY
    }

    fn capabilities(&self) -> Capabilities {
        const NO_END: &str = "a user's token never ends, unless it is not used for 90 days";
        const NO_SCOPES: &str = "a user's token has its administrator's rights";

        Capabilities::default()
            .native(Operation::List)
            .native(Operation::Get)
            .native(Operation::Create)
            .native(Operation::Update)
            .native(Operation::Revoke)
            .emulated(Operation::Current, "masks in the list are compared; several tokens may fit")
            .unsupported(
                Operation::Reset,
                "the vendor gives a token no other key",
                Some("create another token, and revoke this one"),
            )
            .with([Setting::CreateWithoutEnd, Setting::CreateWithFullAccess, Setting::UpdateName])
            .without(Setting::CreateWithExpiry, NO_END, None)
            .without(Setting::CreateWithDefaultExpiry, NO_END, Some("say never"))
            .without(
                Setting::CreateWithScopes,
                NO_SCOPES,
                Some("say full access, or create a token of the organization"),
            )
            .without(Setting::UpdateExpiry, NO_END, None)
            .without(Setting::UpdateScopes, NO_SCOPES, None)
            .with_coverage("only the tokens of the administrator who is calling are shown")
    }

    fn list(&self, options: ListOptions) -> TokenStream {
        if let Err(refusal) = options.check(FAMILY, &self.capabilities()) {
            return failed(refusal);
        }
        listed(call(Operation::List), List(self.clone()), ())
    }

    fn get<'a>(&'a self, id: &'a TokenId) -> BoxFuture<'a, Result<Token>> {
        Box::pin(async move {
            let call = call(Operation::Get).about(id)?;
            let sent = self.client.raw().get_api_token_response(id.as_str());
            call.receive(sent).await?.token::<UserApiToken>()
        })
    }

    fn create(&self, request: CreateToken) -> BoxFuture<'_, Result<IssuedToken>> {
        Box::pin(async move {
            let (call, request) = call(Operation::Create).begin_create(request, &self.capabilities())?;
            let body = UserApiTokenInput { name: Some(request.name().to_owned()) };
            let sent = self.client.raw().create_api_token_response(&body);
            call.receive(sent).await?.issued::<UserApiToken>()
        })
    }

    fn update<'a>(&'a self, id: &'a TokenId, change: UpdateToken) -> BoxFuture<'a, Result<Token>> {
        Box::pin(async move {
            let call = call(Operation::Update).about(id)?;
            change.check(FAMILY, &self.capabilities())?;
            let body = UserApiTokenInput { name: change.name().map(str::to_owned) };
            let sent = self.client.raw().update_api_token_response(id.as_str(), &body);
            call.receive(sent).await?.token::<UserApiToken>()
        })
    }

    fn revoke<'a>(&'a self, id: &'a TokenId, options: RevokeOptions) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let call = call(Operation::Revoke).about(id)?;
            if !options.is_even_if_current() {
                refuse_current(&call, id, self.current().await)?;
            }
            call.confirm(self.client.raw().delete_api_token_response(id.as_str())).await
        })
    }

    fn current(&self) -> BoxFuture<'_, Result<Current>> {
        Box::pin(async move { self.current.get_or_try_init(|| self.find_current()).await.cloned() })
    }

    fn vendor_now(&self) -> Timestamp {
        self.client.raw().session().vendor_now()
    }
}
