//! Every family with what is behind it: a simulator of its vendor, or nothing.

use std::{
    cell::Cell,
    collections::BTreeSet,
    pin::Pin,
    sync::Arc,
    time::{Duration, SystemTime},
};

use futures_util::FutureExt;
use tokenward::{
    Access, CreateToken, Expiry, ListOptions, MemoryTokens, Operation, Setting, Timestamp, Token, TokenId,
    TokenManager, TokenManagerExt,
};
use tokenward_atlassian::Atlassian;
use tokenward_http::{HttpOptions, RateOptions, RetryOptions};
use tokenward_launchdarkly::LaunchDarkly;
use tokenward_mist::Mist;
use tokenward_sailpoint::{ApiVersion, SailPoint};
use tokenward_testkit::{self as testkit, Clock, Method, Server};

use crate::behaviour::Facts;

pub(crate) const HOUR: Duration = Duration::from_secs(60 * 60);
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A family under test.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) make: fn() -> Pin<Box<dyn Future<Output = World>>>,
}

macro_rules! subjects {
    ($($name:literal => $make:expr),* $(,)?) => {
        pub(crate) const SUBJECTS: &[Subject] = &[$(Subject { name: $name, make: || Box::pin($make) }),*];
    };
}

subjects! {
    "memory/token" => memory(),
    "atlassian/user-token" => atlassian_user_tokens(),
    "atlassian/api-key" => atlassian_api_keys(),
    "mist/org-token" => mist_org_tokens(),
    "mist/user-token" => mist_user_tokens(),
    "sailpoint/personal-access-token" => personal_access_tokens(ApiVersion::V1),
    "sailpoint/personal-access-token (v2024)" => personal_access_tokens(ApiVersion::V2024),
    "sailpoint/oauth-client" => oauth_clients(),
    "launchdarkly/access-token" => access_tokens(),
    "launchdarkly/relay-proxy-config" => relay_proxy_configs(),
}

type Accepts = Box<dyn Fn(&str) -> bool>;

/// A family, and what its vendor knows behind its back.
pub(crate) struct World {
    pub(crate) manager: Arc<dyn TokenManager>,
    pub(crate) server: Option<Server>,
    pub(crate) clock: Clock,
    /// A token that is there, is not the credential in use, and belongs to nobody's platform.
    pub(crate) known: TokenId,
    /// The credential in use, where it is one of the family.
    pub(crate) current: Option<TokenId>,
    pub(crate) managed: Option<TokenId>,
    /// An id that nobody has.
    pub(crate) missing: TokenId,
    /// An owner of some tokens, and not of others.
    pub(crate) owner: Option<String>,
    /// What a new token may do, and something else.
    pub(crate) access: [Access; 2],
    /// How a creation and a change are sent.
    pub(crate) create_on: Option<(Method, &'static str)>,
    pub(crate) ids: Box<dyn Fn() -> BTreeSet<String>>,
    pub(crate) seed: Box<dyn Fn(usize)>,
    /// Whether the vendor lets this secret in.
    pub(crate) accepts: Option<Accepts>,
    pub(crate) secrets: Box<dyn Fn() -> Vec<String>>,
    pub(crate) paged: bool,
}

impl World {
    pub(crate) fn facts(&self) -> Facts {
        Facts {
            capabilities: self.manager.capabilities(),
            served: self.server.is_some(),
            has_current: self.current.is_some(),
            has_managed: self.managed.is_some(),
            has_owners: self.owner.is_some(),
            paged: self.paged,
        }
    }

    pub(crate) fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    /// How many requests there were but those for a bearer token.
    pub(crate) fn sent(&self) -> usize {
        let Some(server) = &self.server else { return 0 };
        server.requests().iter().filter(|request| request.path != "/oauth/token").count()
    }

    /// How many requests of this kind there were.
    pub(crate) fn sent_of(&self, method: &Method, part: &str) -> usize {
        let is_one = |request: &&testkit::Request| request.method == method && request.path.contains(part);
        self.server().requests().iter().filter(is_one).count()
    }

    /// A request that the family takes.
    pub(crate) fn request(&self, name: &str) -> CreateToken {
        CreateToken::new(name, self.expiry(), self.access[0].clone())
    }

    pub(crate) fn expiry(&self) -> Expiry {
        let allows = |setting| self.manager.capabilities().allows(setting);
        if allows(Setting::CreateWithoutEnd) { Expiry::Never } else { self.in_days(30) }
    }

    /// The simulator's time.
    pub(crate) fn time(&self) -> Timestamp {
        SystemTime::from(self.clock.now()).into()
    }

    pub(crate) fn in_days(&self, days: u32) -> Expiry {
        // Whole seconds, as every vendor keeps them.
        Expiry::At(Timestamp::from_second(self.time().as_second()) + days * DAY)
    }

    pub(crate) async fn list(&self) -> Vec<Token> {
        self.manager.list_all(ListOptions::default()).await.unwrap()
    }

    /// The token as it is now, by `get` or by the list.
    pub(crate) async fn now(&self, id: &TokenId) -> Token {
        if self.manager.capabilities().supports(Operation::Get) {
            self.manager.get(id).await.unwrap()
        } else {
            self.list().await.into_iter().find(|token| token.id == *id).unwrap()
        }
    }

    pub(crate) fn is_there(&self, id: &TokenId) -> bool {
        (self.ids)().contains(bare(id))
    }
}

/// The vendor's id of the token, without the account that Atlassian's have before it.
pub(crate) fn bare(id: &TokenId) -> &str {
    id.as_str().rsplit_once('/').map_or(id.as_str(), |(_, token)| token)
}

fn id(text: impl AsRef<str>) -> TokenId {
    text.as_ref().parse().unwrap()
}

thread_local! {
    /// How long a client waits for an answer, for the worlds that this thread makes.
    pub(crate) static PATIENCE: Cell<Duration> = const { Cell::new(Duration::from_secs(10)) };
}

/// Without waits that count.
fn http() -> HttpOptions {
    let moment = Duration::from_millis(1);
    let retry = RetryOptions::default().with_attempts(3).with_delays(moment, moment);
    HttpOptions::default().with_retry(retry).with_rate(RateOptions::off()).with_timeout(PATIENCE.get())
}

fn set(ids: Vec<String>) -> BTreeSet<String> {
    ids.into_iter().collect()
}

async fn memory() -> World {
    let tokens = MemoryTokens::default();
    let never = |name| CreateToken::new(name, Expiry::Never, Access::scopes(["read"]));
    let current = tokens.create(never("ours")).await.unwrap().token.id;
    let known = tokens.create(never("known")).await.unwrap().token.id;
    tokens.set_current(current.clone());
    let (listed, seeded) = (tokens.clone(), tokens.clone());
    World {
        manager: Arc::new(tokens),
        server: None,
        clock: Clock::system(),
        known,
        current: Some(current),
        managed: None,
        missing: id("no-such-token"),
        owner: None,
        access: [Access::scopes(["read"]), Access::scopes(["read", "write"])],
        create_on: None,
        ids: Box::new(move || {
            let all = listed.list_all(ListOptions::default()).now_or_never();
            all.unwrap().unwrap().iter().map(|token| token.id.to_string()).collect()
        }),
        seed: Box::new(move |count| {
            for _ in 0..count {
                drop(seeded.create(never("seeded")).now_or_never().unwrap().unwrap());
            }
        }),
        accepts: None,
        secrets: Box::new(Vec::new),
        paged: false,
    }
}

/// What is the same for every family behind a server; the rest is filled in by each.
fn world(manager: impl TokenManager, server: Server, clock: Clock, known: &str) -> World {
    World {
        manager: Arc::new(manager),
        server: Some(server),
        clock,
        known: id(known),
        current: None,
        managed: None,
        missing: id("no-such-token"),
        owner: None,
        access: [Access::Full, Access::Full],
        create_on: None,
        ids: Box::new(BTreeSet::new),
        seed: Box::new(|_| {}),
        accepts: None,
        secrets: Box::new(Vec::new),
        paged: false,
    }
}

async fn atlassian_user_tokens() -> World {
    let clock = Clock::system();
    let vendor = testkit::Atlassian::new(clock.clone());
    let server = Server::start(vendor.clone()).await.unwrap();
    let client = Atlassian::builder(testkit::Atlassian::ADMIN_KEY)
        .base_url(server.url())
        .http(http())
        .build()
        .unwrap();
    let known = vendor.add_user_token(testkit::Atlassian::ACCOUNT_ID, "known", Some(30));
    let known = format!("{}/{known}", testkit::Atlassian::ACCOUNT_ID);
    let (listed, seeded, secret) = (vendor.clone(), vendor.clone(), vendor);
    World {
        missing: id(format!("{}/no-such-token", testkit::Atlassian::ACCOUNT_ID)),
        owner: Some(testkit::Atlassian::OTHER_ACCOUNT_ID.to_owned()),
        ids: Box::new(move || set(listed.user_token_ids())),
        seed: Box::new(move |count| drop(seeded.seed(count))),
        secrets: Box::new(move || secret.secrets()),
        paged: true,
        ..world(client.user_tokens(testkit::Atlassian::ORG_ID), server, clock, &known)
    }
}

async fn atlassian_api_keys() -> World {
    let clock = Clock::system();
    let vendor = testkit::Atlassian::new(clock.clone());
    let server = Server::start(vendor.clone()).await.unwrap();
    let client = Atlassian::builder(testkit::Atlassian::ADMIN_KEY)
        .api_key_id(testkit::Atlassian::ADMIN_KEY_ID)
        .base_url(server.url())
        .http(http())
        .build()
        .unwrap();
    let (known, _) = vendor.add_api_key("known", &testkit::Atlassian::SCOPES);
    let (listed, seeded, secret) = (vendor.clone(), vendor.clone(), vendor);
    World {
        ids: Box::new(move || set(listed.api_key_ids())),
        seed: Box::new(move |count| {
            for number in 0..count {
                seeded.add_api_key(&format!("seeded-{number}"), &[]);
            }
        }),
        secrets: Box::new(move || secret.secrets()),
        paged: true,
        current: Some(id(testkit::Atlassian::ADMIN_KEY_ID)),
        ..world(client.api_keys(testkit::Atlassian::ORG_ID), server, clock, &known)
    }
}

async fn mist_org_tokens() -> World {
    let clock = Clock::system();
    let vendor = testkit::Mist::new(clock.clone());
    let server = Server::start(vendor.clone()).await.unwrap();
    let client = Mist::builder(testkit::Mist::ORG_KEY).base_url(server.url()).http(http()).build().unwrap();
    let known = vendor.seed_org_tokens(1).remove(0);
    let (listed, seeded, lets_in, secret) = (vendor.clone(), vendor.clone(), vendor.clone(), vendor);
    World {
        current: Some(id(testkit::Mist::ORG_KEY_ID)),
        access: [
            Access::scopes(["read:org"]),
            Access::scopes(["write:org", "read:site:5a17e000-0000-4000-8000-000000000001"]),
        ],
        create_on: Some((Method::POST, "/apitokens")),
        ids: Box::new(move || set(listed.org_token_ids())),
        seed: Box::new(move |count| drop(seeded.seed_org_tokens(count))),
        accepts: Some(Box::new(move |secret| lets_in.accepts(secret))),
        secrets: Box::new(move || secret.secrets()),
        ..world(client.org_tokens(testkit::Mist::ORG_ID), server, clock, &known)
    }
}

async fn mist_user_tokens() -> World {
    let clock = Clock::system();
    let vendor = testkit::Mist::new(clock.clone());
    let server = Server::start(vendor.clone()).await.unwrap();
    let client = Mist::builder(testkit::Mist::USER_KEY).base_url(server.url()).http(http()).build().unwrap();
    let known = vendor.seed_user_tokens(1).remove(0);
    let (listed, seeded, lets_in, secret) = (vendor.clone(), vendor.clone(), vendor.clone(), vendor);
    World {
        current: Some(id(testkit::Mist::USER_KEY_ID)),
        create_on: Some((Method::POST, "/apitokens")),
        ids: Box::new(move || set(listed.user_token_ids())),
        seed: Box::new(move |count| drop(seeded.seed_user_tokens(count))),
        accepts: Some(Box::new(move |secret| lets_in.accepts(secret))),
        secrets: Box::new(move || secret.secrets()),
        ..world(client.user_tokens(), server, clock, &known)
    }
}

async fn sailpoint(version: ApiVersion) -> (testkit::SailPoint, Server, Clock, SailPoint) {
    let clock = Clock::system();
    let vendor = testkit::SailPoint::new(clock.clone());
    let server = Server::start(vendor.clone()).await.unwrap();
    let client = SailPoint::builder(testkit::SailPoint::CLIENT_ID, testkit::SailPoint::CLIENT_SECRET)
        .base_url(server.url())
        .api_version(version)
        .http(http())
        .build()
        .unwrap();
    (vendor, server, clock, client)
}

async fn personal_access_tokens(version: ApiVersion) -> World {
    let (vendor, server, clock, client) = sailpoint(version).await;
    let tokens = client.personal_access_tokens();
    // Of the caller's: another owner's cannot be changed.
    let soon = Expiry::At(Timestamp::from(SystemTime::from(clock.now())) + DAY);
    let known =
        tokens.create(CreateToken::new("known", soon, Access::scopes(["sp:scopes:default"]))).await.unwrap();
    server.clear_requests();
    let (listed, seeded, lets_in, secret) = (vendor.clone(), vendor.clone(), vendor.clone(), vendor);
    World {
        current: Some(id(testkit::SailPoint::CLIENT_ID)),
        managed: Some(id(testkit::SailPoint::MANAGED_ID)),
        owner: Some(testkit::SailPoint::USER_IDENTITY.to_owned()),
        access: [
            Access::scopes(["sp:scopes:default"]),
            Access::scopes(["sp:scopes:default", "sp:my-personal-access-tokens:manage"]),
        ],
        create_on: Some((Method::POST, "personal-access-tokens")),
        ids: Box::new(move || set(listed.token_ids())),
        seed: Box::new(move |count| drop(seeded.seed(count))),
        accepts: Some(Box::new(move |secret| lets_in.accepts(secret))),
        secrets: Box::new(move || secret.secrets()),
        ..world(tokens, server, clock, known.token.id.as_str())
    }
}

async fn oauth_clients() -> World {
    let (vendor, server, clock, client) = sailpoint(ApiVersion::V1).await;
    let known = vendor.seed_clients(1).remove(0);
    let (listed, seeded, lets_in, secret) = (vendor.clone(), vendor.clone(), vendor.clone(), vendor);
    World {
        access: [Access::scopes(["sp:scopes:default"]), Access::scopes(["sp:scopes:default"])],
        create_on: Some((Method::POST, "oauth-clients")),
        ids: Box::new(move || set(listed.client_ids())),
        seed: Box::new(move |count| drop(seeded.seed_clients(count))),
        accepts: Some(Box::new(move |secret| lets_in.accepts(secret))),
        secrets: Box::new(move || secret.secrets()),
        ..world(client.oauth_clients(), server, clock, &known)
    }
}

async fn launchdarkly() -> (testkit::LaunchDarkly, Server, Clock, LaunchDarkly) {
    let clock = Clock::system();
    let vendor = testkit::LaunchDarkly::new(clock.clone());
    let server = Server::start(vendor.clone()).await.unwrap();
    let client = LaunchDarkly::builder(testkit::LaunchDarkly::ADMIN_TOKEN)
        .base_url(server.url())
        .http(http())
        .build()
        .unwrap();
    (vendor, server, clock, client)
}

async fn access_tokens() -> World {
    let (vendor, server, clock, client) = launchdarkly().await;
    let (listed, seeded, lets_in, secret) = (vendor.clone(), vendor.clone(), vendor.clone(), vendor);
    World {
        current: Some(id(testkit::LaunchDarkly::ADMIN_TOKEN_ID)),
        access: [Access::scopes(["role:reader"]), Access::scopes(["role:writer"])],
        create_on: Some((Method::POST, "/api/v2/tokens")),
        ids: Box::new(move || set(listed.token_ids())),
        seed: Box::new(move |count| drop(seeded.seed(count))),
        accepts: Some(Box::new(move |secret| lets_in.accepts(secret))),
        secrets: Box::new(move || secret.secrets()),
        paged: true,
        ..world(client.access_tokens(), server, clock, testkit::LaunchDarkly::READER_TOKEN_ID)
    }
}

async fn relay_proxy_configs() -> World {
    let (vendor, server, clock, client) = launchdarkly().await;
    let known = vendor.relay_config_ids().remove(0);
    let (listed, seeded, lets_in, secret) = (vendor.clone(), vendor.clone(), vendor.clone(), vendor);
    let statement = |actions: &str| {
        format!(r#"{{"actions":["{actions}"],"effect":"allow","resources":["proj/*:env/*"]}}"#)
    };
    World {
        access: [
            Access::scopes([statement("*")]),
            Access::scopes([statement("viewProject"), statement("*")]),
        ],
        create_on: Some((Method::POST, "relay-auto-configs")),
        ids: Box::new(move || set(listed.relay_config_ids())),
        seed: Box::new(move |count| drop(seeded.seed_relay_configs(count))),
        accepts: Some(Box::new(move |secret| lets_in.accepts(secret))),
        secrets: Box::new(move || secret.secrets()),
        ..world(client.relay_proxy_configs(), server, clock, &known)
    }
}
