//! Personal access tokens: a user's id and secret for the API.

use std::sync::Arc;

use serde::de::IgnoredAny;
use serde_json::Value;
use tokenward_core::{
    BoxFuture, Capabilities, CreateToken, Current, ErrorKind, Expiry, IssuedToken, ListOptions, Operation,
    Record, Result, RevokeOptions, Setting, Timestamp, Token, TokenFamily, TokenId, TokenManager,
    TokenStream, UpdateToken, When,
};
use tokenward_http::{
    Call, NextPage, Nullable, PageEnd, Pager, Response, SendError, Session, confirm_expiry, failed, find,
    is_same_time, listed, refuse_current, refuse_managed,
};

use crate::{
    SailPoint, WithoutExpiry,
    client::bearer_seconds,
    convert::{replace, scopes},
    paging::{Page, Parameters},
    raw::types::{
        CreatePersonalAccessTokenRequest, CreatePersonalAccessTokenResponse, JsonPatchOperation,
        ListPersonalAccessTokensQuery, PersonalAccessToken,
    },
};

/// The family `sailpoint/personal-access-token`.
///
/// ```no_run
/// use std::time::Duration;
/// use tokenward_sailpoint::{Access, CreateToken, Expiry, SailPoint, Timestamp, TokenManager};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let tokens = SailPoint::from_env()?.build()?.personal_access_tokens();
/// let in_a_month = Expiry::At(Timestamp::now() + Duration::from_secs(30 * 24 * 60 * 60));
/// let issued = tokens.create(CreateToken::new("ci", in_a_month, Access::scopes(["sp:scopes:default"]))).await?;
/// # Ok(())
/// # }
/// ```
///
/// The id of a token is the client id that goes with its secret. It is made
/// for the user who is calling; ten a user are the most. An API client's id
/// and secret do not reach this family.
///
/// **Scopes** are the vendor's. Without any the vendor would grant
/// `sp:scopes:all`, so that is sent, and has to be said as
/// [`Access::Full`](tokenward_core::Access::Full). A change of scopes reaches
/// bearers that exist already not at all, and others after up to 20 minutes.
///
/// **Expiry** differs by API version; see [`ApiVersion`](crate::ApiVersion).
/// In V2024, `v3` and `beta` a token ends after six months at the latest, and its
/// date cannot be changed. Later, [`Expiry::Never`] is sent with the
/// acknowledgement that the vendor wants.
///
/// **Revoke** reads the list first, to tell whether the token is the
/// platform's; [`RevokeOptions::even_if_managed`] saves that.
///
/// **Get** searches the list, since the vendor has no such operation. **Last
/// used** is updated once a day at most. Tokens of the platform are
/// [`managed`](Token::managed); to revoke one has to be asked for by
/// [`RevokeOptions::even_if_managed`].
///
/// **List** has no pages in the vendor's document. If as many tokens come as
/// fill pages of its other lists, 250 or a multiple, and no total with them,
/// one more request asks for one token and the total. If the vendor honours
/// either, the list is read page by page; if it honours neither, the list says
/// that it may be incomplete.
///
/// A bearer that was got with a revoked token may live on until it ends.
/// Source: the vendor's documents v2024, v2025 and root of August 2026.
#[derive(Clone, Debug)]
pub struct SailPointPersonalAccessTokens {
    client: SailPoint,
}

const FAMILY: TokenFamily = TokenFamily::new("sailpoint", "personal-access-token");

const fn call(operation: Operation) -> Call {
    Call::new(FAMILY, operation)
}

/// The part of a list that one request gets.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Part {
    All,
    UnusedSince(Timestamp),
    NeverUsed,
}

impl Part {
    fn filter(&self) -> Option<String> {
        match self {
            Self::All => None,
            Self::UnusedSince(time) => Some(format!("lastUsed le {}", date(*time))),
            Self::NeverUsed => Some("lastUsed isnull".to_owned()),
        }
    }

    /// Whether a token belongs to this part, should the vendor ignore the filter.
    fn has(&self, token: &Token) -> bool {
        match self {
            Self::All => true,
            Self::UnusedSince(time) => token.last_used.at().is_some_and(|used| used <= *time),
            Self::NeverUsed => token.last_used.at().is_none(),
        }
    }
}

/// Whether a token has this owner, or may have: `me` is nobody's id.
fn is_owned_by(token: &Token, owner_id: Option<&str>) -> bool {
    let owner = token.owner.as_ref().and_then(|owner| owner.id.as_deref());
    match (owner_id, owner) {
        (Some(asked), Some(owner)) => asked == "me" || asked == owner,
        _ => true,
    }
}

/// How the vendor writes dates: with milliseconds.
fn date(time: Timestamp) -> String {
    format!("{:.3}", in_millis(time))
}

fn in_millis(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond())
}

impl SailPointPersonalAccessTokens {
    pub(crate) fn new(client: SailPoint) -> Self {
        Self { client }
    }

    fn stream(&self, call: &Call, options: &ListOptions) -> TokenStream {
        let first = options.unused_since().map_or(Part::All, Part::UnusedSince);
        let list = List { tokens: self.clone(), owner_id: options.owner().map(str::to_owned) };
        listed(call.clone(), list, (first, Page::Whole))
    }

    /// A date that is not there means "never", in the versions that know such tokens.
    fn expiry(&self, said: When) -> When {
        match (said, self.without_expiry()) {
            (When::Unknown, WithoutExpiry::Never) => When::Never,
            (said, _) => said,
        }
    }

    fn without_expiry(&self) -> WithoutExpiry {
        self.client.api_version().without_expiry()
    }
}

/// The list of everybody's tokens, or of one owner's.
struct List {
    tokens: SailPointPersonalAccessTokens,
    owner_id: Option<String>,
}

impl Pager for List {
    type Token = PersonalAccessToken;
    type Cursor = (Part, Page);
    type Envelope = IgnoredAny;
    const FIELD: Option<&'static str> = None;

    fn session(&self) -> &Session {
        self.tokens.client.raw().session()
    }

    async fn send(self: Arc<Self>, (part, page): (Part, Page)) -> Result<Response, SendError> {
        let Parameters { limit, offset, count } = page.parameters();
        let (filters, owner_id) = (part.filter(), self.owner_id.clone());
        let query = ListPersonalAccessTokensQuery { filters, owner_id, limit, offset, count };
        self.tokens.client.raw().list_personal_access_tokens_response(&query).await
    }

    fn next_page(&self, end: PageEnd<'_, (Part, Page), IgnoredAny>) -> NextPage<(Part, Page)> {
        let (part, page) = end.cursor;
        let other_part = || matches!(part, Part::UnusedSince(_)).then_some((Part::NeverUsed, Page::Whole));
        match page.next(&end) {
            Ok(Some(page)) => NextPage { next: Some((part.clone(), page)), ..NextPage::default() },
            Ok(None) => NextPage { next: other_part(), ..NextPage::default() },
            Err(gap) => NextPage { next: other_part(), gap: Some(gap), ..NextPage::default() },
        }
    }

    fn adopt(&self, _: &Call, (part, page): &(Part, Page), token: &mut Token) -> Result<bool> {
        token.expires = self.tokens.expiry(token.expires);
        Ok(page.is_read() && part.has(token) && is_owned_by(token, self.owner_id.as_deref()))
    }
}

fn patch(change: &UpdateToken) -> Result<Vec<JsonPatchOperation>> {
    let mut patch = Vec::new();
    if let Some(name) = change.name() {
        patch.push(replace("/name", name));
    }
    if let Some(access) = change.access() {
        patch.push(replace("/scope", scopes(access)?));
    }
    match change.expires() {
        Some(Expiry::At(time)) => patch.push(replace("/expirationDate", date(time))),
        Some(_) => {
            patch.push(replace("/userAwareTokenNeverExpires", true));
            patch.push(replace("/expirationDate", Value::Null));
        }
        None => {}
    }
    Ok(patch)
}

impl TokenManager for SailPointPersonalAccessTokens {
    fn family(&self) -> TokenFamily {
        FAMILY
    }

    fn capabilities(&self) -> Capabilities {
        const SIX_MONTHS: &str = "in this version of the API a token ends after six months at the latest";
        const FIXED: &str = "in this version of the API the date of a token cannot be changed";
        const NEVER: &str = "in this version of the API a token without a date never ends";

        let common = Capabilities::default()
            .native(Operation::List)
            .native(Operation::Create)
            .native(Operation::Update)
            .native(Operation::Revoke)
            .emulated(Operation::Get, "the list is searched")
            .emulated(Operation::Current, "the client id is looked for among the caller's tokens")
            .unsupported(
                Operation::Reset,
                "the vendor gives a token no other secret",
                Some("create another token, and revoke this one"),
            )
            .with([
                Setting::ListByOwner,
                Setting::ListUnusedSince,
                Setting::CreateWithExpiry,
                Setting::CreateWithFullAccess,
                Setting::CreateWithScopes,
                Setting::CreateWithBearerLifetime,
                Setting::UpdateName,
                Setting::UpdateScopes,
                Setting::UpdateToFullAccess,
            ])
            .with_coverage("without the right to manage all tokens, only the caller's own are shown");
        let dated = [Setting::CreateWithoutEnd, Setting::UpdateExpiry, Setting::UpdateWithoutEnd];
        match self.without_expiry() {
            WithoutExpiry::SixMonths => common
                .with([Setting::CreateWithDefaultExpiry])
                .without(Setting::CreateWithoutEnd, SIX_MONTHS, Some("use V1, or V2025 and later"))
                .without(Setting::UpdateExpiry, FIXED, Some("use V1, or V2025 and later"))
                .without(Setting::UpdateWithoutEnd, FIXED, Some("use V1, or V2025 and later")),
            WithoutExpiry::Never => common.with(dated).without(
                Setting::CreateWithDefaultExpiry,
                NEVER,
                Some("say a date, or never"),
            ),
            WithoutExpiry::Unknown => common.with(dated).without(
                Setting::CreateWithDefaultExpiry,
                "what a missing date means is not known for this version of the API",
                Some("say a date, or never"),
            ),
        }
    }

    fn list(&self, options: ListOptions) -> TokenStream {
        match options.check(FAMILY, &self.capabilities()) {
            Ok(()) => self.stream(&call(Operation::List), &options),
            Err(refusal) => failed(refusal),
        }
    }

    fn get<'a>(&'a self, id: &'a TokenId) -> BoxFuture<'a, Result<Token>> {
        Box::pin(async move {
            let call = call(Operation::Get).about(id)?;
            let found = find(self.stream(&call, &ListOptions::default()), id).await?;
            found.ok_or_else(|| call.not_found())
        })
    }

    fn create(&self, request: CreateToken) -> BoxFuture<'_, Result<IssuedToken>> {
        Box::pin(async move {
            let (call, request) = call(Operation::Create).begin_create(request, &self.capabilities())?;
            let mut body = CreatePersonalAccessTokenRequest::new(request.name());
            body.scope = Nullable::Value(scopes(request.access()).map_err(|error| call.locate(error))?);
            if let Some(seconds) = bearer_seconds(&request).map_err(|error| call.locate(error))? {
                body.access_token_validity_seconds = seconds.into();
            }
            match request.expires() {
                Expiry::At(time) => body.expiration_date = Nullable::Value(in_millis(time)),
                Expiry::Never => {
                    body.expiration_date = Nullable::Null;
                    body.user_aware_token_never_expires = Nullable::Value(true);
                }
                _ => {}
            }
            self.client
                .api_version()
                .check(&body, Timestamp::now())
                .map_err(|reason| call.error(ErrorKind::InvalidInput, reason))?;
            let sent = self.client.raw().create_personal_access_token_response(&body);
            let mut issued = call.receive(sent).await?.issued::<CreatePersonalAccessTokenResponse>()?;
            // The vendor's document and its servers disagree on whether the answer has the date. One that is null is a
            // word, though, and one that is not there is none.
            let record = issued.token.record.as_ref().map(Record::to_value).unwrap_or_default();
            let is_null = record.get("expirationDate").is_some_and(Value::is_null);
            if issued.drift.is_none() && (is_null || request.expires() == Expiry::Never) {
                issued.token.expires = self.expiry(issued.token.expires);
            }
            confirm_expiry(&call, issued, request.expires())
        })
    }

    fn update<'a>(&'a self, id: &'a TokenId, change: UpdateToken) -> BoxFuture<'a, Result<Token>> {
        Box::pin(async move {
            let call = call(Operation::Update).about(id)?;
            change.check(FAMILY, &self.capabilities())?;
            let patch = patch(&change).map_err(|error| call.locate(error))?;
            let sent = self.client.raw().patch_personal_access_token_response(id.as_str(), &patch);
            let mut token = call.receive(sent).await?.token::<PersonalAccessToken>()?;
            token.expires = self.expiry(token.expires);
            let ends_as_asked = match change.expires() {
                Some(Expiry::At(time)) => token.expires.at().is_some_and(|ends| is_same_time(time, ends)),
                Some(Expiry::Never) => token.expires.at().is_none(),
                _ => true,
            };
            if !ends_as_asked {
                let message = format!(
                    "the vendor ignores the expiry that was asked for: the token ends {}",
                    token.expires
                );
                return Err(call.error(ErrorKind::Protocol, message));
            }
            Ok(token)
        })
    }

    fn revoke<'a>(&'a self, id: &'a TokenId, options: RevokeOptions) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let call = call(Operation::Revoke).about(id)?;
            if !options.is_even_if_current() {
                refuse_current(&call, id, Ok(self.client.credential()))?;
            }
            if !options.is_even_if_managed() {
                let token = find(self.stream(&call, &ListOptions::default()), id).await;
                refuse_managed(&call, id, token)?;
            }
            call.confirm(self.client.raw().delete_personal_access_token_response(id.as_str())).await
        })
    }

    fn current(&self) -> BoxFuture<'_, Result<Current>> {
        Box::pin(async move {
            let Current::Token(id) = self.client.credential() else { return Ok(Current::Other) };
            let own = self.stream(&call(Operation::Current), &ListOptions::default().with_owner("me"));
            let found = find(own, &id).await?;
            Ok(found.map_or(Current::Other, |token| Current::Token(token.id)))
        })
    }

    fn vendor_now(&self) -> Timestamp {
        self.client.raw().session().vendor_now()
    }
}
