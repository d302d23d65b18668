//! SailPoint Identity Security Cloud: personal access tokens and OAuth clients.

mod answer;
mod bearer;
mod bulk;
mod clients;
mod expiry;
mod filters;
mod paging;
mod pats;
mod state;

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use jiff::Timestamp;

use crate::{
    Clock, Request, Response, Simulated,
    shared::{lock, serve},
};
pub use paging::SailPointPaging;
use state::State;

/// A simulated SailPoint Identity Security Cloud.
///
/// ```
/// use tokenward_testkit::{Clock, Method, Request, SailPoint, Simulated};
///
/// let sailpoint = SailPoint::new(Clock::system());
/// let form = format!(
///     "grant_type=client_credentials&client_id={}&client_secret={}",
///     SailPoint::CLIENT_ID,
///     SailPoint::CLIENT_SECRET,
/// );
/// let grant = sailpoint.respond(
///     &Request::new(Method::POST, "/oauth/token").with_body("application/x-www-form-urlencoded", form),
/// );
/// let bearer = grant.body_json()["access_token"].as_str().unwrap().to_owned();
/// let list = Request::new(Method::GET, "/personal-access-tokens/v1?owner-id=me")
///     .with_header("authorization", &format!("Bearer {bearer}"));
/// assert_eq!(sailpoint.respond(&list).body_json().as_array().map(Vec::len), Some(2));
/// ```
///
/// # The world at the beginning
///
/// An administrator with two personal access tokens ([`CLIENT_ID`](Self::CLIENT_ID) and
/// [`CLIENT_SECRET`](Self::CLIENT_SECRET) are one), a user with one ([`USER_CLIENT_ID`](Self::USER_CLIENT_ID)), and one
/// that the platform manages ([`MANAGED_ID`](Self::MANAGED_ID)). Two OAuth clients
/// ([`API_CLIENT_ID`](Self::API_CLIENT_ID) is one).
///
/// # Rules
///
/// - `/oauth/token` grants a bearer for the id and secret of a token or a client, in a form of either encoding:
///   urlencoded or multipart. The bearer ends by the clock.
/// - Both forms of paths: `/v2024`, `/v2025`, `/v2026`, `/v3` and `/beta` before the resource, or `/v1` behind it.
/// - v2024, v3 and beta: a token lives for six months where nothing is said, and no longer. The others: a token without
///   an `expirationDate` never expires, and `userAwareTokenNeverExpires` has to say so.
/// - A patch is `application/json-patch+json`, or 415. It changes name and scope, and in the newer versions the expiry.
/// - Names are unique for an owner, who has 10 tokens at most. Left out, `scope` is `sp:scopes:all`.
/// - Bulk update of the expiry, by PATCH of `/personal-access-tokens/v1/bulk-update`: `{"ids": […], "patch": […]}` with 1
///   to 25 different ids. The answer has the tokens in the order of their ids, without `userAwareTokenNeverExpires`.
/// - A bearer of an OAuth client is refused for personal access tokens: 403. A user needs the right
///   `sp:all-personal-access-tokens:*` for what is not its own, and for a list without `owner-id`.
/// - `lastUsed` moves once a day at most. A changed scope does not reach bearers that were granted before.
/// - 100 calls in 10 seconds for a client's id and a version; then 429 with `Retry-After`.
///
/// # Chosen where nothing is known
///
/// - GET of one personal access token is 405. A patch of another's token is 403, as only rights for one's own are
///   documented for it.
/// - Bearers outlive the token they were granted for, unless
///   [`bearers_end_with_their_token`](Self::bearers_end_with_their_token) is set.
/// - Bulk update changes all tokens or none.
/// - `expirationDate` of a token that never expires is null only if the version's schema allows null, and otherwise left
///   out. The creation of an OAuth client answers an empty text or list for what the request left out.
///   [`answers_null`](Self::answers_null) makes all of these null.
/// - Lists are not paged, as the documents declare; [`paging`](Self::paging) chooses otherwise.
/// - An expired token stays in the list. An unknown `owner-id` has no tokens. `/oauth/token` is not limited.
/// - A managed token is changed and deleted like another: that nobody does so is for the client to see to.
#[derive(Clone)]
pub struct SailPoint {
    clock: Clock,
    state: Arc<Mutex<State>>,
}

impl SailPoint {
    /// The id of a token of the administrator.
    pub const CLIENT_ID: &str = "5a110000000000000000000000000001";
    /// Its secret.
    pub const CLIENT_SECRET: &str = "simulated-sailpoint-admin-secret-0001";
    /// The id of the user's token.
    pub const USER_CLIENT_ID: &str = "5a110000000000000000000000000002";
    /// Its secret.
    pub const USER_CLIENT_SECRET: &str = "simulated-sailpoint-user-secret-0002";
    /// The id of an OAuth client.
    pub const API_CLIENT_ID: &str = "5a110000000000000000000000000003";
    /// Its secret.
    pub const API_CLIENT_SECRET: &str = "simulated-sailpoint-client-secret-0003";
    /// A token that the platform manages.
    pub const MANAGED_ID: &str = "5a110000000000000000000000000004";
    /// The administrator.
    pub const ADMIN_IDENTITY: &str = "5a1e0000000000000000000000000001";
    /// The user.
    pub const USER_IDENTITY: &str = "5a1e0000000000000000000000000002";

    /// The world at the beginning, at the time of this clock.
    pub fn new(clock: Clock) -> Self {
        let state = State::new(clock.now());
        Self { clock, state: Arc::new(Mutex::new(state)) }
    }

    /// Adds personal access tokens of other owners, ten each, and returns their ids.
    pub fn seed(&self, count: usize) -> Vec<String> {
        let now = self.clock.now();
        let mut state = lock(&self.state);
        (0..count).map(|_| state.seed_pat(now)).collect()
    }

    /// Adds OAuth clients, and returns their ids.
    pub fn seed_clients(&self, count: usize) -> Vec<String> {
        let now = self.clock.now();
        let mut state = lock(&self.state);
        (0..count).map(|_| state.seed_client(now)).collect()
    }

    /// The ids of all personal access tokens.
    pub fn token_ids(&self) -> Vec<String> {
        lock(&self.state).pats.iter().map(|pat| pat.id.clone()).collect()
    }

    /// The ids of all OAuth clients.
    pub fn client_ids(&self) -> Vec<String> {
        lock(&self.state).clients.iter().map(|client| client.id.clone()).collect()
    }

    /// Whether there is something of this id, of either family.
    pub fn exists(&self, id: &str) -> bool {
        let state = lock(&self.state);
        state.pats.iter().any(|pat| pat.id == id) || state.clients.iter().any(|client| client.id == id)
    }

    /// Whether this secret would be granted a bearer now, or this bearer let in.
    pub fn accepts(&self, secret: &str) -> bool {
        let now = self.clock.now();
        let state = lock(&self.state);
        state.bearer(secret, now).is_some()
            || state.pats.iter().any(|pat| pat.secret == secret && pat.lives(now))
            || state.clients.iter().any(|client| client.secret == secret && client.enabled())
    }

    /// Every secret and every bearer that was ever issued.
    pub fn secrets(&self) -> Vec<String> {
        lock(&self.state).issued.clone()
    }

    /// Refuses bearers as soon as the token or client is gone that they were granted for.
    pub fn bearers_end_with_their_token(&self, end: bool) {
        lock(&self.state).bearers_end_with_their_token = end;
    }

    /// Chooses what both lists make of `limit`, `offset` and `count`.
    ///
    /// ```
    /// # use tokenward_testkit::{Clock, SailPoint, SailPointPaging};
    /// let sailpoint = SailPoint::new(Clock::system());
    /// sailpoint.seed(1000 - sailpoint.token_ids().len());
    /// // A server that silently answers 250 of the 1,000 tokens.
    /// sailpoint.paging(SailPointPaging::Truncated);
    /// ```
    pub fn paging(&self, paging: SailPointPaging) {
        lock(&self.state).paging = paging;
    }

    /// Answers null for what has no value, also if the published schema of the answer does not allow null: the
    /// `expirationDate` of a token that never expires, and what the creation of an OAuth client left out.
    pub fn answers_null(&self, null: bool) {
        lock(&self.state).nulls = null;
    }

    /// So many calls in 10 seconds for a client's id and a version; 100 at the beginning.
    pub fn rate_limit(&self, calls: u64) {
        lock(&self.state).rate_limit = calls;
    }
}

impl Simulated for SailPoint {
    fn vendor(&self) -> &'static str {
        "sailpoint"
    }

    fn now(&self) -> Option<Timestamp> {
        Some(self.clock.now())
    }

    fn respond(&self, request: &Request) -> Response {
        let now = self.clock.now();
        serve(request, |request| answer::answer(&mut lock(&self.state), now, request)).dated(now)
    }
}

impl fmt::Debug for SailPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SailPoint").field("clock", &self.clock).finish_non_exhaustive()
    }
}
