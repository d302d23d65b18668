//! Access tokens: personal and service tokens of an account.

use std::sync::Arc;

use tokenward_core::{
    BoxFuture, Capabilities, CreateToken, Current, ErrorKind, Expiry, IssuedToken, ListOptions, Operation,
    ResetOptions, Result, RevokeOptions, Setting, Timestamp, Token, TokenFamily, TokenId, TokenManager,
    TokenStream, UpdateToken,
};
use tokenward_http::{
    Call, NextPage, PageEnd, Pager, Response, SendError, Session, confirm_expiry, failed, is_same_time,
    listed, refuse_current,
};

use crate::{
    LaunchDarkly,
    convert::{CustomRolesBy, Envelope, Rights, remove, set},
    raw::types::{
        AccessTokenPost, CallerIdentityRep, GetTokensQuery, PatchOperation, ResetTokenQuery,
        Token as AccessToken,
    },
};

/// The family `launchdarkly/access-token`.
///
/// ```no_run
/// use tokenward_launchdarkly::{Access, CreateToken, Expiry, LaunchDarkly, TokenManager};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let tokens = LaunchDarkly::from_env()?.build()?.access_tokens();
/// let request = CreateToken::new("ci", Expiry::Never, Access::scopes(["role:reader"])).for_service();
/// let issued = tokens.create(request).await?;
/// # Ok(())
/// # }
/// ```
///
/// **Scopes** are `role:reader`, `role:writer` or `role:admin`; or custom
/// roles; or statements of a policy, each as JSON
/// (`{"effect":"allow","actions":["*"],"resources":["proj/*"]}`); one of the
/// three. A creation takes custom roles as `custom-role-key:…`, a change takes
/// them as `custom-role-id:…`, which is also how they are read: the vendor
/// wants the key in one place and the id in the other.
///
/// **List** asks for the largest page, and for one token twice at the seam of
/// two pages, so that a list that moves while it is read is noticed. It shows
/// what the credential is shown: see [`Capabilities::coverage`].
///
/// **Expiry** is new in October 2026, and an instance that does not know it
/// ignores it: the answer is compared with the request. Where it was ignored,
/// the error names the token and
/// [`into_secret`](tokenward_core::Error::into_secret) has its secret.
///
/// **Reset** is deprecated by the vendor in favour of a second token and an
/// earlier expiry of the first; it still works.
///
/// Some answers with 401 mean a lack of permission. Source: the vendor's
/// document of March 2026, and its Python client 25.0.0.
#[derive(Clone, Debug)]
pub struct LaunchDarklyAccessTokens {
    client: LaunchDarkly,
}

const FAMILY: TokenFamily = TokenFamily::new("launchdarkly", "access-token");

/// The largest page that is asked for; a smaller one that comes is taken as it is.
const PAGE: i64 = 100;

const IGNORED: &str = "the instance ignores the expiry that was asked for: the token ends as before";

const fn call(operation: Operation) -> Call {
    Call::new(FAMILY, operation)
}

/// How many pages go side by side: a thousand tokens take two round trips, and a list takes a small part of a window.
const SIDE_BY_SIDE: usize = 10;

/// The list of all that the credential is shown. A page begins with the last token of the one before.
struct List(LaunchDarkly);

impl Pager for List {
    type Token = AccessToken;
    /// How many tokens came before.
    type Cursor = u64;
    type Envelope = Envelope;
    const FIELD: Option<&'static str> = Some("items");
    const OVERLAPS: bool = true;

    fn session(&self) -> &Session {
        self.0.raw().session()
    }

    async fn send(self: Arc<Self>, before: u64) -> Result<Response, SendError> {
        let offset = i64::try_from(before.saturating_sub(1)).ok();
        let query = GetTokensQuery { limit: Some(PAGE), offset, show_all: Some(true) };
        self.0.raw().get_tokens_response(&query).await
    }

    fn next_page(&self, end: PageEnd<'_, u64, Envelope>) -> NextPage<u64> {
        let items = end.items as u64;
        let total = match end.envelope.total() {
            Ok(total) => total,
            Err(gap) => return NextPage { gap: Some(gap), ..NextPage::default() },
        };
        let behind = end.cursor.saturating_sub(1) + items;
        let has_nothing_new = items == u64::from(end.has_overlap);
        if has_nothing_new || total == Some(behind) || !self.0.is_paged() {
            return NextPage { total, gap: end.envelope.remainder(behind), ..NextPage::default() };
        }
        let further = total.and_then(|total| further(behind, items, total));
        NextPage { next: Some(behind), further, total, gap: None }
    }

    /// Within what the vendor's limits leave: more would only wait, and others behind them.
    fn most_in_parallel(&self) -> usize {
        self.0.free_for_pages().map_or(SIDE_BY_SIDE, |free| free.clamp(1, SIDE_BY_SIDE))
    }
}

/// How many tokens come before the pages behind the next one, if all are as long as this one.
fn further(behind: u64, items: u64, total: u64) -> Option<Box<dyn Iterator<Item = u64> + Send>> {
    let new = usize::try_from(items.checked_sub(1)?).ok().filter(|new| *new > 0)?;
    Some(Box::new((behind..total).step_by(new).skip(1)))
}

impl LaunchDarklyAccessTokens {
    pub(crate) fn new(client: LaunchDarkly) -> Self {
        Self { client }
    }

    async fn record(&self, call: &Call, id: &TokenId) -> Result<(Token, AccessToken)> {
        let answer = call.receive(self.client.raw().get_token_response(id.as_str())).await?;
        Ok((answer.token::<AccessToken>()?, answer.read()?))
    }
}

fn is_set(text: Option<String>) -> bool {
    text.is_some_and(|text| !text.is_empty())
}

/// The operations that change a token, given what it is now.
fn patch(change: &UpdateToken, rights: Option<Rights>, before: &AccessToken) -> Vec<PatchOperation> {
    let mut patch = Vec::new();
    if let Some(name) = change.name() {
        patch.push(set("/name", name));
    }
    if let Some(text) = change.description() {
        patch.push(set("/description", text));
    }
    match change.expires() {
        Some(Expiry::At(time)) => patch.push(set("/expiry", time.as_millisecond())),
        Some(_) if before.expiry.is_some() => patch.push(remove("/expiry")),
        _ => {}
    }
    if let Some(rights) = rights {
        let (field, value) = rights.field();
        let present = [
            ("/role", before.role.is_some()),
            ("/customRoleIds", before.custom_role_ids.as_ref().is_some_and(|ids| !ids.is_empty())),
            ("/inlineRole", before.inline_role.as_ref().is_some_and(|role| !role.is_empty())),
        ];
        let others = present.iter().filter(|(other, is_present)| *is_present && *other != field);
        patch.extend(others.map(|(other, _)| remove(other)));
        patch.push(set(field, value));
    }
    patch
}

#[deny(clippy::missing_trait_methods)]
impl TokenManager for LaunchDarklyAccessTokens {
    fn family(&self) -> TokenFamily {
        FAMILY
    }

    fn capabilities(&self) -> Capabilities {
        const NO_DEFAULT: &str = "by default a token never ends";

        Operation::ALL
            .into_iter()
            .fold(Capabilities::default(), Capabilities::native)
            .with([
                Setting::CreateWithExpiry,
                Setting::CreateWithoutEnd,
                Setting::CreateWithFullAccess,
                Setting::CreateWithScopes,
                Setting::CreateWithDescription,
                Setting::CreateForService,
                Setting::UpdateName,
                Setting::UpdateDescription,
                Setting::UpdateExpiry,
                Setting::UpdateWithoutEnd,
                Setting::UpdateToFullAccess,
                Setting::UpdateScopes,
                Setting::ResetWithGrace,
            ])
            .without(Setting::CreateWithDefaultExpiry, NO_DEFAULT, Some("say a date, or never"))
            .with_coverage("personal tokens of other members are shown to administrators only")
    }

    fn list(&self, options: ListOptions) -> TokenStream {
        if let Err(refusal) = options.check(FAMILY, &self.capabilities()) {
            return failed(refusal);
        }
        listed(call(Operation::List), List(self.client.clone()), 0)
    }

    fn get<'a>(&'a self, id: &'a TokenId) -> BoxFuture<'a, Result<Token>> {
        Box::pin(async move { Ok(self.record(&call(Operation::Get).about(id)?, id).await?.0) })
    }

    fn create(&self, request: CreateToken) -> BoxFuture<'_, Result<IssuedToken>> {
        Box::pin(async move {
            let (call, request) = call(Operation::Create).begin_create(request, &self.capabilities())?;
            let mut body = AccessTokenPost {
                name: Some(request.name().to_owned()),
                description: request.description().map(str::to_owned),
                expiry: match request.expires() {
                    Expiry::At(time) => Some(time),
                    _ => None,
                },
                service_token: request.is_for_service().then_some(true),
                ..AccessTokenPost::default()
            };
            Rights::of(request.access(), CustomRolesBy::Key)
                .and_then(|rights| rights.put_into(&mut body))
                .map_err(|error| call.locate(error))?;
            let answer = call.receive(self.client.raw().post_token_response(&body)).await?;
            confirm_expiry(&call, answer.issued::<AccessToken>()?, request.expires())
        })
    }

    fn update<'a>(&'a self, id: &'a TokenId, change: UpdateToken) -> BoxFuture<'a, Result<Token>> {
        Box::pin(async move {
            let call = call(Operation::Update).about(id)?;
            change.check(FAMILY, &self.capabilities())?;
            let rights = change.access().map(|access| Rights::of(access, CustomRolesBy::Id));
            let rights = rights.transpose().map_err(|error| call.locate(error))?;
            let (before, record) = self.record(&call, id).await?;
            let patch = patch(&change, rights, &record);
            if patch.is_empty() {
                return Ok(before);
            }
            let token = call
                .receive(self.client.raw().patch_token_response(id.as_str(), &patch))
                .await?
                .token::<AccessToken>()?;
            match change.expires() {
                Some(Expiry::At(time))
                    if !token.expires.at().is_some_and(|ends| is_same_time(time, ends)) =>
                {
                    Err(call.error(ErrorKind::Protocol, IGNORED))
                }
                Some(Expiry::Never) if token.expires.at().is_some() => {
                    Err(call.error(ErrorKind::Protocol, IGNORED))
                }
                _ => Ok(token),
            }
        })
    }

    fn reset<'a>(&'a self, id: &'a TokenId, options: ResetOptions) -> BoxFuture<'a, Result<IssuedToken>> {
        Box::pin(async move {
            let call = call(Operation::Reset).about(id)?;
            options.check(FAMILY, &self.capabilities())?;
            if options.grace_until().is_none() && !options.is_even_if_current() {
                refuse_current(&call, id, self.current().await)?;
            }
            let query = ResetTokenQuery { expiry: options.grace_until().map(Into::into) };
            call.receive(self.client.raw().reset_token_response(id.as_str(), &query))
                .await?
                .issued::<AccessToken>()
        })
    }

    fn revoke<'a>(&'a self, id: &'a TokenId, options: RevokeOptions) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let call = call(Operation::Revoke).about(id)?;
            if !options.is_even_if_current() {
                refuse_current(&call, id, self.current().await)?;
            }
            call.confirm(self.client.raw().delete_token_response(id.as_str())).await
        })
    }

    fn current(&self) -> BoxFuture<'_, Result<Current>> {
        Box::pin(async move {
            let ask = || async {
                let answer = call(Operation::Current)
                    .receive(self.client.raw().get_caller_identity_response())
                    .await?;
                let caller: CallerIdentityRep = answer.read()?;
                match caller.token_id.and_then(|id| id.parse().ok()) {
                    Some(id) => Ok(Current::Token(id)),
                    // An OAuth client's credential is no access token. It has a name since October 2026.
                    None if is_set(caller.client_id) || is_set(caller.client_name) => Ok(Current::Other),
                    None => {
                        let message = "the vendor does not say which token is calling";
                        Err(call(Operation::Current).error(ErrorKind::Protocol, message))
                    }
                }
            };
            self.client.current().get_or_try_init(ask).await.cloned()
        })
    }

    fn vendor_now(&self) -> Timestamp {
        self.client.raw().session().vendor_now()
    }
}
