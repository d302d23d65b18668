//! Atlassian Administration: API tokens of managed users and API keys of an organization.

mod access;
mod answer;
mod page;
mod state;
mod users;

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use jiff::{SignedDuration, Timestamp};

use crate::{
    Clock, Request, Response, Simulated,
    shared::{lock, serve},
};
use state::State;

/// A simulated Atlassian Administration.
///
/// ```
/// use tokenward_testkit::{Atlassian, Clock, Method, Request, Simulated};
///
/// let atlassian = Atlassian::new(Clock::system());
/// let id = atlassian.add_user_token(Atlassian::ACCOUNT_ID, "build server", Some(90));
/// let list = Request::new(Method::GET, "/users/557058%3A295406f3-0001%7Ca/manage/api-tokens")
///     .with_header("authorization", &format!("Bearer {}", Atlassian::ADMIN_KEY));
/// let tokens = atlassian.respond(&list).body_json();
/// assert!(tokens.as_array().unwrap().iter().any(|token| token["id"] == id));
/// ```
///
/// # The world at the beginning
///
/// An organization with two managed accounts, [`ACCOUNT_ID`](Self::ACCOUNT_ID) with two tokens and
/// [`OTHER_ACCOUNT_ID`](Self::OTHER_ACCOUNT_ID) with one, and two API keys: [`ADMIN_KEY`](Self::ADMIN_KEY) without scopes
/// and [`SCOPED_KEY`](Self::SCOPED_KEY) with those that API Access asks for.
///
/// # Rules
///
/// - `/users/{account_id}/manage/api-tokens` wants a key without scopes; one with scopes is 403, which names
///   `manage:org`, a scope that cannot be chosen.
/// - `/admin/api-access/v1` wants the operation's scope, or a key without scopes. Its lists are paged:
///   `links.next` is the next cursor, not a URL. A count is a bare integer.
/// - A user's tokens are made by the user, never here: tests call [`add_user_token`](Self::add_user_token).
/// - A revoked key is refused at once, or after [`revocation_lag`](Self::revocation_lag).
/// - DELETE of the organization's `api-tokens`, the path of the list, revokes the tokens of all users.
/// - `X-RateLimit-Limit`, `-Remaining` and `-Reset` (ISO 8601) on every answer.
///
/// # Chosen where nothing is known
///
/// - To revoke a key is 204, as is to revoke all tokens. A revoked key leaves the list at once, lag or not.
/// - 50 items on a page where `pageSize` is not given. `links.next` is absent on the last page.
/// - Of the filters, `q` (part of the label) and `status` are simulated. `status` is `ALLOWED` for every token.
/// - An expired token stays in the list. Another organization is 403.
/// - API Access tells errors as the user management API does, by `key`.
/// - 1,000 calls in a minute for a key; then 429 without a body.
#[derive(Clone)]
pub struct Atlassian {
    clock: Clock,
    state: Arc<Mutex<State>>,
}

impl Atlassian {
    /// The organization.
    pub const ORG_ID: &str = "a7100000-0000-4000-8000-000000000001";
    /// An account of a managed user.
    pub const ACCOUNT_ID: &str = "557058:295406f3-0001|a";
    /// Another one.
    pub const OTHER_ACCOUNT_ID: &str = "712020:4f9acfd2-0002";
    /// An API key without scopes.
    pub const ADMIN_KEY: &str = "simulated-atlassian-admin-key-0001";
    /// Its id.
    pub const ADMIN_KEY_ID: &str = "key-000000000001";
    /// An API key with scopes.
    pub const SCOPED_KEY: &str = "simulated-atlassian-scoped-key-0002";
    /// Its id.
    pub const SCOPED_KEY_ID: &str = "key-000000000002";
    /// The scopes of [`SCOPED_KEY`](Self::SCOPED_KEY).
    pub const SCOPES: [&str; 4] =
        ["read:tokens:admin", "delete:tokens:admin", "read:keys:admin", "delete:keys:admin"];

    /// The world at the beginning, at the time of this clock.
    pub fn new(clock: Clock) -> Self {
        let state = State::new(clock.now());
        Self { clock, state: Arc::new(Mutex::new(state)) }
    }

    /// A user makes a token, which lives for so many days (1 to 365), or without end as older ones did. Returns its id.
    ///
    /// An account that is not known yet is a managed one from then on.
    pub fn add_user_token(&self, account_id: &str, label: &str, days: Option<u16>) -> String {
        lock(&self.state).add_token(account_id, label, days, self.clock.now())
    }

    /// Adds an API key with these scopes, or without any, that lives for a year. Returns its id and the key.
    pub fn add_api_key(&self, label: &str, scopes: &[&str]) -> (String, String) {
        lock(&self.state).add_key(label, scopes, self.clock.now())
    }

    /// A user signs in with a token.
    pub fn use_user_token(&self, id: &str) {
        let now = self.clock.now();
        let mut state = lock(&self.state);
        for token in state.tokens.iter_mut().filter(|token| token.id == id) {
            token.last_access = Some(now);
        }
    }

    /// Adds tokens to [`ACCOUNT_ID`](Self::ACCOUNT_ID), and returns their ids.
    pub fn seed(&self, count: usize) -> Vec<String> {
        let now = self.clock.now();
        let mut state = lock(&self.state);
        (0..count)
            .map(|_| {
                let label = format!("seeded {}", state.tokens.len() + 1);
                state.add_token(Self::ACCOUNT_ID, &label, Some(365), now)
            })
            .collect()
    }

    /// The ids of the tokens of all users.
    pub fn user_token_ids(&self) -> Vec<String> {
        lock(&self.state).tokens.iter().map(|token| token.id.clone()).collect()
    }

    /// The ids of the API keys that are not revoked.
    pub fn api_key_ids(&self) -> Vec<String> {
        let state = lock(&self.state);
        state.keys.iter().filter(|key| key.revoked.is_none()).map(|key| key.id.clone()).collect()
    }

    /// Whether there is a token or a key of this id that is not revoked.
    pub fn exists(&self, id: &str) -> bool {
        let state = lock(&self.state);
        state.tokens.iter().any(|token| token.id == id)
            || state.keys.iter().any(|key| key.id == id && key.revoked.is_none())
    }

    /// Whether a request with this key would be let in now.
    pub fn accepts(&self, key: &str) -> bool {
        lock(&self.state).caller(key, self.clock.now()).is_some()
    }

    /// Every key that was ever issued.
    pub fn secrets(&self) -> Vec<String> {
        lock(&self.state).keys.iter().map(|key| key.value.clone()).collect()
    }

    /// How long a revoked key is let in; the vendor speaks of 10 minutes at most.
    pub fn revocation_lag(&self, lag: SignedDuration) {
        lock(&self.state).revocation_lag = lag;
    }

    /// Removes a user's token as the user would, between two requests.
    pub fn remove(&self, id: &str) {
        lock(&self.state).tokens.retain(|token| token.id != id);
    }

    /// Answers no more than this on a page, whatever `pageSize` is asked for.
    pub fn page_cap(&self, items: usize) {
        lock(&self.state).paging.cap = Some(items);
    }

    /// `links.next` is the cursor that was asked with.
    pub fn cursor_stands_still(&self, still: bool) {
        lock(&self.state).paging.stands_still = still;
    }

    /// `links.next` of the last page leads to the first one.
    pub fn cursors_go_in_a_circle(&self, circle: bool) {
        lock(&self.state).paging.circle = circle;
    }

    /// So many calls in a minute for a key; 1,000 at the beginning.
    pub fn rate_limit(&self, calls: u64) {
        lock(&self.state).rate_limit = calls;
    }
}

impl Simulated for Atlassian {
    fn vendor(&self) -> &'static str {
        "atlassian"
    }

    fn now(&self) -> Option<Timestamp> {
        Some(self.clock.now())
    }

    fn respond(&self, request: &Request) -> Response {
        let now = self.clock.now();
        serve(request, |request| answer::answer(&mut lock(&self.state), now, request)).dated(now)
    }
}

impl fmt::Debug for Atlassian {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Atlassian").field("clock", &self.clock).finish_non_exhaustive()
    }
}
