//! LaunchDarkly: access tokens and Relay Proxy configurations.

mod answer;
mod limits;
mod page;
mod relay;
mod roles;
mod state;
mod tokens;

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use jiff::Timestamp;

use crate::{
    Clock, Request, Response, Simulated,
    shared::{lock, serve},
};
use state::State;

/// A simulated LaunchDarkly.
///
/// ```
/// use tokenward_testkit::{Clock, LaunchDarkly, Method, Request, Simulated};
///
/// let launchdarkly = LaunchDarkly::new(Clock::system());
/// let list = Request::new(Method::GET, "/api/v2/tokens?showAll=true")
///     .with_header("authorization", LaunchDarkly::ADMIN_TOKEN);
/// assert_eq!(launchdarkly.respond(&list).body_json()["totalCount"], 3);
/// ```
///
/// # The world at the beginning
///
/// Two members, an administrator and a reader, each with a personal token ([`ADMIN_TOKEN`](Self::ADMIN_TOKEN) and
/// [`READER_TOKEN`](Self::READER_TOKEN)), a service token of role `admin` ([`SERVICE_TOKEN`](Self::SERVICE_TOKEN)), two
/// custom roles ([`CUSTOM_ROLES`](Self::CUSTOM_ROLES): key and id), and two Relay Proxy configurations.
///
/// # Rules
///
/// - The credential stands in `Authorization` by itself; with a scheme word before it, it is refused.
/// - A token's value is whole in the answer to its creation and to a reset, and its last four characters otherwise.
/// - A token has a role, custom roles or an inline role: one of the three. Custom roles are named by key at creation, by
///   id in a patch and in every answer.
/// - Before version 20240415 (by `LD-API-Version`, or the token's own default) a list comes whole and without a total.
/// - `remove` of what is not there is 422. `expiry` is epoch milliseconds; a token that is past it is refused.
/// - A reset ends the old value at once, or at `expiry`.
/// - Windows of 10 seconds for the account and for each route, and for each token with
///   [`limit_auth_token`](Self::limit_auth_token). Every answer tells what is left.
///
/// # Chosen where nothing is known
///
/// - Visible are a caller's own personal tokens; service tokens to administrators and to service tokens; personal tokens
///   of others to administrators who ask for `showAll`, or by id. What is not visible is 404.
/// - A reader changes nothing. Others than administrators change their own personal tokens, and give no more than their
///   own role. 403, or 401 with [`denies_as_unauthorized`](Self::denies_as_unauthorized).
/// - `replace` of a known member that is not there puts it there. Members that cannot be changed are 400, `serviceToken`
///   too. An `expiry` that is not ahead is 400, except that of a reset, which then ends the old value at once.
/// - `lastUsed` is absent until a token is used. An expired token stays in the list.
/// - The most tokens an account may have ([`account_limit`](Self::account_limit)) refuse the next with 400.
/// - A list is in the order of creation. 1,000 calls for the account and 500 for a route in a window.
#[derive(Clone)]
pub struct LaunchDarkly {
    clock: Clock,
    state: Arc<Mutex<State>>,
}

impl LaunchDarkly {
    /// The administrator's personal token.
    pub const ADMIN_TOKEN: &str = "api-simulated-launchdarkly-admin-0001";
    /// Its id.
    pub const ADMIN_TOKEN_ID: &str = "5f0000000000000000000001";
    /// A reader's personal token.
    pub const READER_TOKEN: &str = "api-simulated-launchdarkly-reader-0002";
    /// Its id.
    pub const READER_TOKEN_ID: &str = "5f0000000000000000000002";
    /// A service token of role `admin`.
    pub const SERVICE_TOKEN: &str = "api-simulated-launchdarkly-service-0003";
    /// Its id.
    pub const SERVICE_TOKEN_ID: &str = "5f0000000000000000000003";
    /// The administrator, who is the account's owner too.
    pub const ADMIN_MEMBER_ID: &str = "5e0000000000000000000001";
    /// The reader.
    pub const READER_MEMBER_ID: &str = "5e0000000000000000000002";
    /// The custom roles: key and id.
    pub const CUSTOM_ROLES: [(&str, &str); 2] =
        [("token-rotator", "5d0000000000000000000001"), ("auditor", "5d0000000000000000000002")];

    /// The world at the beginning, at the time of this clock.
    pub fn new(clock: Clock) -> Self {
        let state = State::new(clock.now());
        Self { clock, state: Arc::new(Mutex::new(state)) }
    }

    /// Adds service tokens of role `reader`, and returns their ids.
    pub fn seed(&self, count: usize) -> Vec<String> {
        let now = self.clock.now();
        let mut state = lock(&self.state);
        (0..count).map(|_| state.seed_token(now)).collect()
    }

    /// Adds Relay Proxy configurations, and returns their ids.
    pub fn seed_relay_configs(&self, count: usize) -> Vec<String> {
        let now = self.clock.now();
        let mut state = lock(&self.state);
        (0..count).map(|_| state.seed_relay(now)).collect()
    }

    /// The ids of all access tokens.
    pub fn token_ids(&self) -> Vec<String> {
        lock(&self.state).tokens.iter().map(|token| token.id.clone()).collect()
    }

    /// The ids of all Relay Proxy configurations.
    pub fn relay_config_ids(&self) -> Vec<String> {
        lock(&self.state).relays.iter().map(|relay| relay.id.clone()).collect()
    }

    /// Whether there is something of this id, of either family.
    pub fn exists(&self, id: &str) -> bool {
        let state = lock(&self.state);
        state.tokens.iter().any(|token| token.id == id) || state.relays.iter().any(|relay| relay.id == id)
    }

    /// Whether a token or a Relay Proxy key of this value would be let in now.
    pub fn accepts(&self, value: &str) -> bool {
        let now = self.clock.now();
        let state = lock(&self.state);
        state.caller(value, now).is_some() || state.relays.iter().any(|relay| relay.key.opens(value, now))
    }

    /// Every token and key that was ever issued.
    pub fn secrets(&self) -> Vec<String> {
        lock(&self.state).issued.clone()
    }

    /// Removes a member, and with it all of its personal tokens.
    pub fn remove_member(&self, id: &str) {
        lock(&self.state).tokens.retain(|token| token.service || token.member.id() != id);
    }

    /// Removes a token as somebody else would, between two requests.
    pub fn remove(&self, id: &str) {
        lock(&self.state).tokens.retain(|token| token.id != id);
    }

    /// Knows no `expiry`, as instances did before it came: in requests it is ignored without an error, and answers have
    /// none.
    pub fn ignores_expiry(&self, ignored: bool) {
        lock(&self.state).ignores_expiry = ignored;
    }

    /// Answers 401 where a permission is missing, and not 403.
    pub fn denies_as_unauthorized(&self, unauthorized: bool) {
        lock(&self.state).denies_as_unauthorized = unauthorized;
    }

    /// So many tokens may there be in the account.
    pub fn account_limit(&self, tokens: usize) {
        lock(&self.state).account_limit = Some(tokens);
    }

    /// Answers the first page whatever `offset` is asked for.
    pub fn ignores_offset(&self, ignored: bool) {
        lock(&self.state).paging.ignores_offset = ignored;
    }

    /// Answers no more than this on a page, whatever `limit` is asked for.
    pub fn page_cap(&self, items: usize) {
        lock(&self.state).paging.cap = Some(items);
    }

    /// Tells this total, whatever there is.
    pub fn claims_total(&self, total: usize) {
        lock(&self.state).paging.claimed_total = Some(total);
    }

    /// So many calls of the whole account in 10 seconds.
    pub fn limit_global(&self, calls: u64) {
        lock(&self.state).limits.global = calls;
    }

    /// So many calls of one route in 10 seconds.
    pub fn limit_route(&self, calls: u64) {
        lock(&self.state).limits.route = calls;
    }

    /// So many calls by one token in 10 seconds; without this there is no such limit, nor headers of it.
    pub fn limit_auth_token(&self, calls: u64) {
        lock(&self.state).limits.auth_token = Some(calls);
    }

    /// `X-Ratelimit-Reset` names a time that is past, as has been observed.
    pub fn reset_in_the_past(&self, past: bool) {
        lock(&self.state).limits.reset_in_the_past = past;
    }
}

impl Simulated for LaunchDarkly {
    fn vendor(&self) -> &'static str {
        "launchdarkly"
    }

    fn now(&self) -> Option<Timestamp> {
        Some(self.clock.now())
    }

    fn respond(&self, request: &Request) -> Response {
        let now = self.clock.now();
        serve(request, |request| answer::answer(&mut lock(&self.state), now, request)).dated(now)
    }
}

impl fmt::Debug for LaunchDarkly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LaunchDarkly").field("clock", &self.clock).finish_non_exhaustive()
    }
}
