//! Relay proxy configurations: the keys that relay proxies configure themselves with.

use std::sync::Arc;

use tokenward_core::{
    BoxFuture, Capabilities, CreateToken, Current, IssuedToken, ListOptions, Operation, ResetOptions, Result,
    RevokeOptions, Setting, Timestamp, Token, TokenFamily, TokenId, TokenManager, TokenStream, UpdateToken,
};
use tokenward_http::{Call, NextPage, PageEnd, Pager, Response, SendError, Session, failed, listed};

use crate::{
    LaunchDarkly,
    convert::{Envelope, policy, set},
    raw::types::{PatchWithComment, RelayAutoConfigPost, RelayAutoConfigRep, ResetRelayAutoConfigQuery},
};

/// The family `launchdarkly/relay-proxy-config`.
///
/// ```no_run
/// use tokenward_launchdarkly::{LaunchDarkly, ListOptions, TokenManagerExt};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let configs = LaunchDarkly::from_env()?.build()?.relay_proxy_configs();
/// for config in configs.list_all(ListOptions::default()).await? {
///     println!("{} {:?}", config.id, config.scopes);
/// }
/// # Ok(())
/// # }
/// ```
///
/// **Scopes** are the statements of its policy, each as JSON
/// (`{"effect":"allow","actions":["*"],"resources":["proj/*:env/*"]}`), in
/// their order. A configuration never ends, and the vendor does not say when
/// it was last used. The credential is always an access token, never one of
/// these.
///
/// Source: the vendor's document of March 2026.
#[derive(Clone, Debug)]
pub struct LaunchDarklyRelayProxyConfigs {
    client: LaunchDarkly,
}

const FAMILY: TokenFamily = TokenFamily::new("launchdarkly", "relay-proxy-config");

const fn call(operation: Operation) -> Call {
    Call::new(FAMILY, operation)
}

impl LaunchDarklyRelayProxyConfigs {
    pub(crate) fn new(client: LaunchDarkly) -> Self {
        Self { client }
    }
}

/// The list of all of them.
struct List(LaunchDarkly);

impl Pager for List {
    type Token = RelayAutoConfigRep;
    type Cursor = ();
    type Envelope = Envelope;
    const FIELD: Option<&'static str> = Some("items");

    fn session(&self) -> &Session {
        self.0.raw().session()
    }

    async fn send(self: Arc<Self>, (): ()) -> Result<Response, SendError> {
        self.0.raw().get_relay_proxy_configs_response().await
    }

    fn next_page(&self, end: PageEnd<'_, (), Envelope>) -> NextPage<()> {
        match end.envelope.total() {
            Ok(total) => {
                NextPage { total, gap: end.envelope.remainder(end.items as u64), ..NextPage::default() }
            }
            Err(gap) => NextPage { gap: Some(gap), ..NextPage::default() },
        }
    }
}

#[deny(clippy::missing_trait_methods)]
impl TokenManager for LaunchDarklyRelayProxyConfigs {
    fn family(&self) -> TokenFamily {
        FAMILY
    }

    fn capabilities(&self) -> Capabilities {
        const NO_END: &str = "a relay proxy configuration never ends";

        Operation::ALL
            .into_iter()
            .fold(Capabilities::default(), Capabilities::native)
            .emulated(Operation::Current, "the credential is always an access token, so it is none of these")
            .with([
                Setting::CreateWithoutEnd,
                Setting::CreateWithFullAccess,
                Setting::CreateWithScopes,
                Setting::UpdateName,
                Setting::UpdateToFullAccess,
                Setting::UpdateScopes,
                Setting::ResetWithGrace,
            ])
            .without(Setting::CreateWithExpiry, NO_END, None)
            .without(Setting::CreateWithDefaultExpiry, NO_END, Some("say never"))
            .without(Setting::UpdateExpiry, NO_END, None)
    }

    fn list(&self, options: ListOptions) -> TokenStream {
        if let Err(refusal) = options.check(FAMILY, &self.capabilities()) {
            return failed(refusal);
        }
        listed(call(Operation::List), List(self.client.clone()), ())
    }

    fn get<'a>(&'a self, id: &'a TokenId) -> BoxFuture<'a, Result<Token>> {
        Box::pin(async move {
            let call = call(Operation::Get).about(id)?;
            let sent = self.client.raw().get_relay_proxy_config_response(id.as_str());
            call.receive(sent).await?.token::<RelayAutoConfigRep>()
        })
    }

    fn create(&self, request: CreateToken) -> BoxFuture<'_, Result<IssuedToken>> {
        Box::pin(async move {
            let (call, request) = call(Operation::Create).begin_create(request, &self.capabilities())?;
            let policy = policy(request.access()).map_err(|error| call.locate(error))?;
            let body = RelayAutoConfigPost::new(request.name(), policy);
            let sent = self.client.raw().post_relay_auto_config_response(&body);
            call.receive(sent).await?.issued::<RelayAutoConfigRep>()
        })
    }

    fn update<'a>(&'a self, id: &'a TokenId, change: UpdateToken) -> BoxFuture<'a, Result<Token>> {
        Box::pin(async move {
            let call = call(Operation::Update).about(id)?;
            change.check(FAMILY, &self.capabilities())?;
            let mut patch = Vec::new();
            if let Some(name) = change.name() {
                patch.push(set("/name", name));
            }
            if let Some(access) = change.access() {
                let policy = policy(access).map_err(|error| call.locate(error))?;
                patch.push(set("/policy", serde_json::to_value(policy).unwrap_or_default()));
            }
            let body = PatchWithComment::new(patch);
            let sent = self.client.raw().patch_relay_auto_config_response(id.as_str(), &body);
            call.receive(sent).await?.token::<RelayAutoConfigRep>()
        })
    }

    fn reset<'a>(&'a self, id: &'a TokenId, options: ResetOptions) -> BoxFuture<'a, Result<IssuedToken>> {
        Box::pin(async move {
            let call = call(Operation::Reset).about(id)?;
            options.check(FAMILY, &self.capabilities())?;
            let query = ResetRelayAutoConfigQuery { expiry: options.grace_until().map(Into::into) };
            let sent = self.client.raw().reset_relay_auto_config_response(id.as_str(), &query);
            call.receive(sent).await?.issued::<RelayAutoConfigRep>()
        })
    }

    fn revoke<'a>(&'a self, id: &'a TokenId, _: RevokeOptions) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let call = call(Operation::Revoke).about(id)?;
            call.confirm(self.client.raw().delete_relay_auto_config_response(id.as_str())).await
        })
    }

    fn current(&self) -> BoxFuture<'_, Result<Current>> {
        Box::pin(async move { Ok(Current::Other) })
    }

    fn vendor_now(&self) -> Timestamp {
        self.client.raw().session().vendor_now()
    }
}
