//! OAuth clients: an id and a secret for the API that belong to no user.

use std::sync::Arc;

use serde::de::IgnoredAny;
use tokenward_core::{
    BoxFuture, Capabilities, CreateToken, Current, ErrorKind, IssuedToken, ListOptions, Operation, Result,
    RevokeOptions, Setting, Timestamp, Token, TokenFamily, TokenId, TokenManager, TokenStream, UpdateToken,
};
use tokenward_http::{
    Call, NextPage, Nullable, PageEnd, Pager, Response, SendError, Session, failed, listed, refuse_current,
    refuse_managed,
};

use crate::{
    SailPoint,
    client::bearer_seconds,
    convert::{replace, scopes},
    paging::{Page, Parameters},
    raw::types::{
        AccessType, CreateOauthClientRequest, CreateOauthClientResponse, GrantType, ListOauthClientsQuery,
        OauthClient,
    },
};

/// The family `sailpoint/oauth-client`.
///
/// ```no_run
/// use tokenward_sailpoint::{Access, CreateToken, Expiry, SailPoint, TokenManager};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let clients = SailPoint::from_env()?.build()?.oauth_clients();
/// let request = CreateToken::new("ci", Expiry::Never, Access::scopes(["sp:scopes:default"]));
/// let issued = clients.create(request.with_description("builds")).await?;
/// # Ok(())
/// # }
/// ```
///
/// The id of a token is its client id. A client is made for the
/// `CLIENT_CREDENTIALS` grant, as one that is enabled and works offline; its
/// bearers live an hour unless
/// [`with_bearer_lifetime`](CreateToken::with_bearer_lifetime) says otherwise,
/// from 15 seconds to 12 hours. Clients never end. Those of the platform,
/// which the vendor calls internal, are [`managed`](Token::managed).
///
/// Its scopes cannot be changed. Other kinds of client are made by
/// [`raw`](crate::raw). Source: the vendor's root document of August 2026.
#[derive(Clone, Debug)]
pub struct SailPointOauthClients {
    client: SailPoint,
}

const FAMILY: TokenFamily = TokenFamily::new("sailpoint", "oauth-client");

const fn call(operation: Operation) -> Call {
    Call::new(FAMILY, operation)
}

impl SailPointOauthClients {
    pub(crate) fn new(client: SailPoint) -> Self {
        Self { client }
    }
}

/// The list of all of them.
struct List(SailPoint);

impl Pager for List {
    type Token = OauthClient;
    type Cursor = Page;
    type Envelope = IgnoredAny;
    const FIELD: Option<&'static str> = None;

    fn session(&self) -> &Session {
        self.0.raw().session()
    }

    async fn send(self: Arc<Self>, page: Page) -> Result<Response, SendError> {
        let Parameters { limit, offset, count } = page.parameters();
        let query = ListOauthClientsQuery { limit, offset, count, ..ListOauthClientsQuery::default() };
        self.0.raw().list_oauth_clients_response(&query).await
    }

    fn next_page(&self, end: PageEnd<'_, Page, IgnoredAny>) -> NextPage<Page> {
        match end.cursor.next(&end) {
            Ok(next) => NextPage { next, ..NextPage::default() },
            Err(gap) => NextPage { gap: Some(gap), ..NextPage::default() },
        }
    }

    fn adopt(&self, _: &Call, page: &Page, _: &mut Token) -> Result<bool> {
        Ok(page.is_read())
    }
}

impl TokenManager for SailPointOauthClients {
    fn family(&self) -> TokenFamily {
        FAMILY
    }

    fn capabilities(&self) -> Capabilities {
        const NO_END: &str = "an OAuth client never ends";
        const FIXED: &str = "the scopes of an OAuth client cannot be changed";

        Capabilities::default()
            .native(Operation::List)
            .native(Operation::Get)
            .native(Operation::Create)
            .native(Operation::Update)
            .native(Operation::Revoke)
            .emulated(Operation::Current, "the client id is asked for among the clients")
            .unsupported(
                Operation::Reset,
                "the vendor gives a client no other secret",
                Some("create another client, and revoke this one"),
            )
            .with([
                Setting::CreateWithoutEnd,
                Setting::CreateWithFullAccess,
                Setting::CreateWithScopes,
                Setting::CreateWithDescription,
                Setting::CreateWithBearerLifetime,
                Setting::UpdateName,
                Setting::UpdateDescription,
            ])
            .without(Setting::CreateWithExpiry, NO_END, None)
            .without(Setting::CreateWithDefaultExpiry, NO_END, Some("say never"))
            .without(Setting::UpdateExpiry, NO_END, None)
            .without(Setting::UpdateScopes, FIXED, Some("create another client, and revoke this one"))
            .without(Setting::UpdateToFullAccess, FIXED, Some("create another client, and revoke this one"))
    }

    fn list(&self, options: ListOptions) -> TokenStream {
        if let Err(refusal) = options.check(FAMILY, &self.capabilities()) {
            return failed(refusal);
        }
        listed(call(Operation::List), List(self.client.clone()), Page::Whole)
    }

    fn get<'a>(&'a self, id: &'a TokenId) -> BoxFuture<'a, Result<Token>> {
        Box::pin(async move {
            let call = call(Operation::Get).about(id)?;
            let sent = self.client.raw().get_oauth_client_response(id.as_str());
            call.receive(sent).await?.token::<OauthClient>()
        })
    }

    fn create(&self, request: CreateToken) -> BoxFuture<'_, Result<IssuedToken>> {
        Box::pin(async move {
            const AN_HOUR: i64 = 3600;

            let (call, request) = call(Operation::Create).begin_create(request, &self.capabilities())?;
            let seconds = bearer_seconds(&request).map_err(|error| call.locate(error))?;
            let mut body = CreateOauthClientRequest::new(
                seconds.unwrap_or(AN_HOUR),
                AccessType::Offline,
                Some(request.description().unwrap_or(request.name()).to_owned()),
                true,
                Some(vec![GrantType::ClientCredentials]),
                Some(request.name().to_owned()),
            );
            body.scope = Nullable::Value(scopes(request.access()).map_err(|error| call.locate(error))?);
            let sent = self.client.raw().create_oauth_client_response(&body);
            call.receive(sent).await?.issued::<CreateOauthClientResponse>()
        })
    }

    fn update<'a>(&'a self, id: &'a TokenId, change: UpdateToken) -> BoxFuture<'a, Result<Token>> {
        Box::pin(async move {
            let call = call(Operation::Update).about(id)?;
            change.check(FAMILY, &self.capabilities())?;
            let mut patch = Vec::new();
            if let Some(name) = change.name() {
                patch.push(replace("/name", name));
            }
            if let Some(text) = change.description() {
                patch.push(replace("/description", text));
            }
            let sent = self.client.raw().patch_oauth_client_response(id.as_str(), &patch);
            call.receive(sent).await?.token::<OauthClient>()
        })
    }

    fn revoke<'a>(&'a self, id: &'a TokenId, options: RevokeOptions) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let call = call(Operation::Revoke).about(id)?;
            if !options.is_even_if_current() {
                refuse_current(&call, id, Ok(self.client.credential()))?;
            }
            if !options.is_even_if_managed() {
                let sent = self.client.raw().get_oauth_client_response(id.as_str());
                let client = call.receive(sent).await.and_then(|answer| answer.token::<OauthClient>());
                refuse_managed(&call, id, client.map(Some))?;
            }
            call.confirm(self.client.raw().delete_oauth_client_response(id.as_str())).await
        })
    }

    fn current(&self) -> BoxFuture<'_, Result<Current>> {
        Box::pin(async move {
            let Current::Token(id) = self.client.credential() else { return Ok(Current::Other) };
            let call = call(Operation::Current).within(id.as_str())?;
            let sent = self.client.raw().get_oauth_client_response(id.as_str());
            match call.receive(sent).await.and_then(|answer| answer.token::<OauthClient>()) {
                Ok(client) => Ok(Current::Token(client.id)),
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(Current::Other),
                Err(error) => Err(error),
            }
        })
    }

    fn vendor_now(&self) -> Timestamp {
        self.client.raw().session().vendor_now()
    }
}
