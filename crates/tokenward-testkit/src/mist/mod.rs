//! Juniper Mist: tokens of an organization and tokens of a user.

mod answer;
mod privileges;
mod state;

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use http::Method;
use jiff::Timestamp;

use crate::{
    Clock, Request, Response, Simulated,
    shared::{Refusal, allow, lock, serve},
};
use answer::refused;
use state::State;

/// A simulated Juniper Mist.
///
/// ```
/// use tokenward_testkit::{Clock, Method, Mist, Request, Simulated};
///
/// let mist = Mist::new(Clock::system());
/// let list = Request::new(Method::GET, &format!("/api/v1/orgs/{}/apitokens", Mist::ORG_ID))
///     .with_header("authorization", &format!("Token {}", Mist::ORG_KEY));
/// assert_eq!(mist.respond(&list).body_json().as_array().map(Vec::len), Some(3));
/// ```
///
/// # The world at the beginning
///
/// Two organizations: [`ORG_ID`](Self::ORG_ID) with three tokens ([`ORG_KEY`](Self::ORG_KEY) of role `admin`,
/// [`READER_KEY`](Self::READER_KEY) of role `read`, and one whose creator is deleted), and
/// [`OTHER_ORG_ID`](Self::OTHER_ORG_ID) with one ([`OTHER_ORG_KEY`](Self::OTHER_ORG_KEY)). One administrator of the
/// first organization, [`USER_EMAIL`](Self::USER_EMAIL), with two tokens ([`USER_KEY`](Self::USER_KEY) is one).
///
/// # Rules
///
/// - A key is whole in the answer to its creation, and `first4...last4` afterwards, or absent with
///   [`no_reveal`](Self::no_reveal). The creation of an organization's token does not answer `privileges`.
/// - The creation of a user's token answers a list of one. An organization's PUT answers nothing.
/// - `last_used` is null until a token is used, and then moves with every use: with a fraction for an
///   organization's token, in whole seconds for a user's, as the vendor's document has them.
/// - A user's token that is unused for more than 90 days is gone.
/// - 5,000 calls in an hour that begins on the hour: per token of an organization, and per account for all tokens of a
///   user. Then 429 with `Retry-After`.
///
/// # Chosen where nothing is known
///
/// - Tokens of an organization are changed by role `admin` only; every role may read them. Otherwise 403.
/// - Another organization than the credential's is 403, whether it exists or not. An organization's token has no tokens
///   of its own: `/self/apitokens` is 403 for it.
/// - PUT without `privileges` is 400, as creation is. A PUT with other `src_ips` than the token has is 400.
/// - Scope `site` without `site_id` is 400, and so is `sitegroup` without `sitegroup_id`.
/// - A token that an organization's token makes has no `created_by`.
/// - `no_reveal` leaves the answer to a creation alone. `src_ips` are kept and not enforced.
#[derive(Clone)]
pub struct Mist {
    clock: Clock,
    state: Arc<Mutex<State>>,
}

impl Mist {
    /// The organization of most credentials.
    pub const ORG_ID: &str = "a1000000-0000-4000-8000-000000000001";
    /// Another organization.
    pub const OTHER_ORG_ID: &str = "a1000000-0000-4000-8000-000000000002";
    /// An organization's token of role `admin`.
    pub const ORG_KEY: &str = "simulated-mist-org-admin-key-0001";
    /// Its id.
    pub const ORG_KEY_ID: &str = "a1000000-0000-4000-8000-0000000000a1";
    /// An organization's token of role `read`.
    pub const READER_KEY: &str = "simulated-mist-org-reader-key-0002";
    /// A token of the other organization.
    pub const OTHER_ORG_KEY: &str = "simulated-mist-other-org-key-0003";
    /// A token of the administrator.
    pub const USER_KEY: &str = "simulated-mist-user-key-0004";
    /// Its id.
    pub const USER_KEY_ID: &str = "a1000000-0000-4000-8000-0000000000b1";
    /// The administrator.
    pub const USER_EMAIL: &str = "admin@example.com";
    /// The administrator's id.
    pub const ADMIN_ID: &str = "a1000000-0000-4000-8000-0000000000c1";

    /// The world at the beginning, at the time of this clock.
    pub fn new(clock: Clock) -> Self {
        let state = State::new(clock.now());
        Self { clock, state: Arc::new(Mutex::new(state)) }
    }

    /// Adds tokens to [`ORG_ID`](Self::ORG_ID), and returns their ids.
    pub fn seed_org_tokens(&self, count: usize) -> Vec<String> {
        let now = self.clock.now();
        let mut state = lock(&self.state);
        (0..count).map(|_| state.seed_org_token(now)).collect()
    }

    /// Adds tokens to the administrator, and returns their ids.
    pub fn seed_user_tokens(&self, count: usize) -> Vec<String> {
        let now = self.clock.now();
        let mut state = lock(&self.state);
        (0..count).map(|_| state.seed_user_token(now)).collect()
    }

    /// The ids of the tokens of [`ORG_ID`](Self::ORG_ID).
    pub fn org_token_ids(&self) -> Vec<String> {
        let state = lock(&self.state);
        state.org_tokens.iter().filter(|t| t.org_id == Self::ORG_ID).map(|t| t.id.clone()).collect()
    }

    /// The ids of the administrator's tokens.
    pub fn user_token_ids(&self) -> Vec<String> {
        let mut state = lock(&self.state);
        state.remove_unused(self.clock.now());
        state.user_tokens.iter().map(|token| token.id.clone()).collect()
    }

    /// Whether there is a token of this id, of either family.
    pub fn exists(&self, id: &str) -> bool {
        let mut state = lock(&self.state);
        state.remove_unused(self.clock.now());
        state.org_tokens.iter().any(|t| t.id == id) || state.user_tokens.iter().any(|t| t.id == id)
    }

    /// Whether a request with this key would be let in now.
    pub fn accepts(&self, key: &str) -> bool {
        let mut state = lock(&self.state);
        state.remove_unused(self.clock.now());
        state.caller(key).is_some()
    }

    /// Every key that was ever issued.
    pub fn secrets(&self) -> Vec<String> {
        lock(&self.state).issued.clone()
    }

    /// Hides keys altogether where they would be masked.
    pub fn no_reveal(&self, hidden: bool) {
        lock(&self.state).no_reveal = hidden;
    }

    /// The administrator signs in by single sign-on, and cannot make tokens.
    pub fn single_sign_on(&self, required: bool) {
        lock(&self.state).single_sign_on = required;
    }

    /// So many calls in an hour; 5,000 at the beginning.
    pub fn hourly_limit(&self, calls: u64) {
        lock(&self.state).hourly_limit = calls;
    }
}

impl Simulated for Mist {
    fn vendor(&self) -> &'static str {
        "mist"
    }

    fn now(&self) -> Option<Timestamp> {
        Some(self.clock.now())
    }

    fn respond(&self, request: &Request) -> Response {
        let now = self.clock.now();
        let answer = |request: &Request| answer::answer(&mut lock(&self.state), now, request);
        serve(request, |request| answer(request).unwrap_or_else(|refusal| *refusal)).dated(now)
    }
}

impl fmt::Debug for Mist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mist").field("clock", &self.clock).finish_non_exhaustive()
    }
}

/// The path is known and the method is not one of its own.
fn no_such_method(method: &Method, methods: &[Method]) -> Refusal {
    let refusal = refused(405, &format!("{method} is not answered here"));
    Box::new(refusal.with_header("allow", &allow(methods)))
}
