//! No id, name or filter leads anywhere but to its own operation, whatever it is made of.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use tokenward::{
    Access, CreateToken, Expiry, ListOptions, Operation, ResetOptions, RevokeOptions, Setting, TokenId,
    TokenManager, TokenManagerExt, UpdateToken,
};
use tokenward_http::Endpoint;
use tokenward_sailpoint::ApiVersion;
use tokenward_testkit::{
    Atlassian, Clock, LaunchDarkly, Method, Mist, Request, Response, SailPoint, Server, Simulated,
};

use crate::{
    privileges::rows,
    raw_calls::{self, Hostile, Said},
    support::{called, http, serve},
};

const ROUNDS: usize = 60;
/// What stands before every path, as behind a gateway.
const BASE: &str = "/gateway/v9";

/// A simulator to which every id is one that it knows, so that an operation goes on behind its first request.
///
/// It ends nothing, and says a hostile cursor.
struct Yielding<V> {
    vendor: V,
    operations: Vec<Endpoint>,
    known: BTreeMap<&'static str, String>,
    cursor: Arc<Mutex<String>>,
}

impl<V: Simulated> Simulated for Yielding<V> {
    fn vendor(&self) -> &'static str {
        self.vendor.vendor()
    }

    fn respond(&self, request: &Request) -> Response {
        // What is wrong here is said by the test, which has seen the request, too.
        let Some(path) = request.path.strip_prefix(BASE) else { return Response::new(404) };
        let mut inner = request.clone();
        inner.path = path.to_owned();
        let Some(operation) = called(&self.operations, &inner) else { return Response::new(404) };
        if request.method == Method::DELETE || operation.path.contains("/revoke/") {
            return Response::new(204);
        }
        let is_further_page = query(request).iter().any(|(name, _)| name == "cursor");
        if operation.path.starts_with("/admin/") {
            inner.query.clear();
        }
        inner.path = with_ids(operation.path, |name| self.known.get(name).cloned().unwrap_or_default());
        let response = self.vendor.respond(&inner);
        let mut body = response.body_json();
        if body.get("links").is_none() {
            return response;
        }
        body["links"] = match is_further_page {
            true => json!({}),
            false => json!({ "next": *self.cursor.lock().unwrap() }),
        };
        Response::json(response.status, &body)
    }
}

fn with_ids(template: &str, id: impl Fn(&str) -> String) -> String {
    let segment = |segment: &str| match segment.strip_prefix('{') {
        Some(name) => percent_encoding::utf8_percent_encode(
            &id(name.trim_end_matches('}')),
            percent_encoding::NON_ALPHANUMERIC,
        )
        .to_string(),
        None => segment.to_owned(),
    };
    template.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// What was asked for, decoded.
fn query(request: &Request) -> Vec<(String, String)> {
    form_urlencoded::parse(request.query.as_bytes()).into_owned().collect()
}

/// Every text that a body holds, whatever its form.
fn texts(request: &Request) -> BTreeSet<String> {
    fn collect(value: &Value, texts: &mut BTreeSet<String>) {
        match value {
            Value::String(text) => drop(texts.insert(text.clone())),
            Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
            Value::Object(fields) => fields.values().for_each(|value| collect(value, texts)),
            _ => {}
        }
    }

    let mut found = BTreeSet::new();
    match request.json() {
        Some(value) => collect(&value, &mut found),
        None => found.extend(form_urlencoded::parse(&request.body).map(|(_, value)| value.into_owned())),
    }
    found
}

/// A vendor on a simulator behind a gateway, with its operations as they are served there.
struct Served {
    server: Server,
    operations: Vec<Endpoint>,
    cursor: Arc<Mutex<String>>,
}

impl Served {
    async fn start(
        vendor: impl Simulated,
        operations: Vec<Endpoint>,
        known: &[(&'static str, &str)],
    ) -> Self {
        let cursor = Arc::<Mutex<String>>::default();
        let known = known.iter().map(|(name, id)| (*name, (*id).to_owned())).collect();
        let served = Yielding { vendor, operations: operations.clone(), known, cursor: cursor.clone() };
        Self { server: Server::start(served).await.unwrap(), operations, cursor }
    }

    fn url(&self) -> String {
        format!("{}{BASE}", self.server.url())
    }

    /// Whatever arrived since the last time, as operations with their ids. It arrived at this host, below the base path.
    fn arrived(&self) -> Vec<Arrived> {
        let requests = self.server.requests();
        self.server.clear_requests();
        let host = self.server.url().replace("http://", "");
        let arrived = |mut request: Request| {
            assert_eq!(request.header("host"), Some(host.as_str()), "{}", request.path);
            let path = request.path.strip_prefix(BASE).unwrap_or_else(|| panic!("{}", request.path));
            request.path = path.to_owned();
            let operation = called(&self.operations, &request)
                .unwrap_or_else(|| panic!("{} {}", request.method, request.path));
            let pairs = operation.path.split('/').zip(request.path.split('/'));
            let ids = pairs.filter_map(|(wanted, is)| {
                let name = wanted.strip_prefix('{')?.trim_end_matches('}').to_owned();
                Some((name, percent_decode_str(is).decode_utf8().unwrap().into_owned()))
            });
            Arrived { name: operation.id, ids: ids.collect(), request: request.clone() }
        };
        requests.into_iter().map(arrived).collect()
    }
}

struct Arrived {
    name: &'static str,
    ids: Vec<(String, String)>,
    request: Request,
}

impl Arrived {
    /// It has these ids, by the names of the path's parameters.
    fn check_ids(&self, ids: &BTreeMap<&'static str, String>) {
        for (name, id) in &self.ids {
            assert_eq!(ids.get(name.as_str()), Some(id), "{} reached {}", self.name, self.request.path);
        }
    }
}

const BEARER: &str = "create_oauth_token";

async fn atlassian() -> (Served, tokenward_atlassian::Atlassian) {
    let vendor = Atlassian::new(Clock::system());
    vendor.rate_limit(u64::MAX);
    let token = vendor.add_user_token(Atlassian::ACCOUNT_ID, "known", None);
    let known = [
        ("orgId", Atlassian::ORG_ID),
        ("account_id", Atlassian::ACCOUNT_ID),
        ("tokenId", token.as_str()),
        ("apiKeyId", Atlassian::SCOPED_KEY_ID),
    ];
    let served = Served::start(vendor, tokenward_atlassian::raw::ENDPOINTS.to_vec(), &known).await;
    let builder = tokenward_atlassian::Atlassian::builder(Atlassian::ADMIN_KEY);
    let client = builder.base_url(served.url()).http(http()).build().unwrap();
    (served, client)
}

async fn mist(key: &str) -> (Served, tokenward_mist::Mist) {
    let vendor = Mist::new(Clock::system());
    vendor.hourly_limit(u64::MAX);
    let ids = if key == Mist::ORG_KEY { vendor.seed_org_tokens(1) } else { vendor.seed_user_tokens(1) };
    let known = [("org_id", Mist::ORG_ID), ("apitoken_id", ids[0].as_str())];
    let served = Served::start(vendor, tokenward_mist::raw::ENDPOINTS.to_vec(), &known).await;
    let builder = tokenward_mist::Mist::builder(key);
    let client = builder.base_url(served.url()).http(http()).build().unwrap();
    (served, client)
}

async fn sailpoint(version: ApiVersion) -> (Served, tokenward_sailpoint::SailPoint) {
    let vendor = SailPoint::new(Clock::system());
    vendor.rate_limit(u64::MAX);
    let id = vendor.seed_clients(1).remove(0);
    // Where the version moves a path to; what it does not have is not there.
    let moved = |operation: &Endpoint| {
        let (resource, rest) = operation.path.split_once("/v1")?;
        let path: &'static str = format!("/v2025{resource}{rest}").leak();
        (!rest.contains("bulk-update")).then_some(Endpoint { path, ..*operation })
    };
    let operations = tokenward_sailpoint::raw::ENDPOINTS;
    let served = match version {
        ApiVersion::V1 => operations.to_vec(),
        _ => {
            let bearer = operations.iter().filter(|operation| operation.id == BEARER).copied();
            operations.iter().filter_map(moved).chain(bearer).collect()
        }
    };
    let served = Served::start(vendor, served, &[("id", id.as_str())]).await;
    let builder = tokenward_sailpoint::SailPoint::builder(SailPoint::CLIENT_ID, SailPoint::CLIENT_SECRET);
    let client = builder.base_url(served.url()).api_version(version).http(http()).build().unwrap();
    (served, client)
}

async fn launchdarkly(relay: bool) -> (Served, tokenward_launchdarkly::LaunchDarkly) {
    let vendor = LaunchDarkly::new(Clock::system());
    let id =
        if relay { vendor.relay_config_ids().remove(0) } else { LaunchDarkly::READER_TOKEN_ID.to_owned() };
    let served =
        Served::start(vendor, tokenward_launchdarkly::raw::ENDPOINTS.to_vec(), &[("id", id.as_str())]).await;
    let builder = tokenward_launchdarkly::LaunchDarkly::builder(LaunchDarkly::ADMIN_TOKEN);
    let client = builder.base_url(served.url()).http(http()).build().unwrap();
    (served, client)
}

/// Calls every generated method again and again.
async fn check_raw(served: &Served, mut call: impl AsyncFnMut(&'static str, &mut Said<'_>)) {
    let mut hostile = Hostile::with_seed(11);
    let mut reached = BTreeSet::new();
    for round in 0..ROUNDS {
        hostile.begin(round);
        for operation in &served.operations {
            let mut said = Said::new(&mut hostile);
            call(operation.id, &mut said).await;
            said.query.sort();
            for arrived in served.arrived() {
                if arrived.name == BEARER && operation.id != BEARER {
                    continue;
                }
                assert_eq!(arrived.name, operation.id, "{:?} {}", said.ids, arrived.request.path);
                arrived.check_ids(&said.ids);
                let mut asked = query(&arrived.request);
                asked.sort();
                assert_eq!(asked, said.query, "{}", arrived.request.path);
                let texts = texts(&arrived.request);
                assert!(said.texts.iter().all(|text| texts.contains(text)), "{:?} in {texts:?}", said.texts);
                reached.insert(arrived.name);
            }
        }
    }
    let all: BTreeSet<&str> = served.operations.iter().map(|operation| operation.id).collect();
    assert_eq!(reached, all);
}

#[tokio::test]
async fn atlassians_generated_calls_reach_their_own_operation_with_what_was_said_or_nothing() {
    let (served, client) = atlassian().await;
    check_raw(&served, async |name, said| raw_calls::atlassian(client.raw(), name, said).await).await;
}

#[tokio::test]
async fn mists_generated_calls_reach_their_own_operation_with_what_was_said_or_nothing() {
    let (served, client) = mist(Mist::ORG_KEY).await;
    check_raw(&served, async |name, said| raw_calls::mist(client.raw(), name, said).await).await;
}

#[tokio::test]
async fn sailpoints_generated_calls_reach_their_own_operation_with_what_was_said_or_nothing() {
    for version in [ApiVersion::V1, ApiVersion::V2025] {
        let (served, client) = sailpoint(version).await;
        check_raw(&served, async |name, said| raw_calls::sailpoint(client.raw(), name, said).await).await;
    }
}

#[tokio::test]
async fn launchdarklys_generated_calls_reach_their_own_operation_with_what_was_said_or_nothing() {
    let (served, client) = launchdarkly(false).await;
    check_raw(&served, async |name, said| raw_calls::launchdarkly(client.raw(), name, said).await).await;
}

/// What is said to a family.
struct Asked {
    org: String,
    id: TokenId,
    owner: String,
    name: String,
    cursor: String,
}

impl Asked {
    fn new(family: (&str, &str), hostile: &mut Hostile) -> Self {
        let id = match family {
            ("atlassian", "user-token") => format!("{}/{}", hostile.text(), hostile.text()),
            _ => hostile.text(),
        };
        // What is no id cannot be said.
        let id = id.parse().unwrap_or_else(|_| "an-id".parse().unwrap());
        let [org, owner, name, cursor] = [(); 4].map(|()| hostile.text());
        Self { org, id, owner, name, cursor }
    }

    /// The ids that may stand in a path, by the names of its parameters.
    fn ids(&self, family: (&str, &str), operation: &str) -> BTreeMap<&'static str, String> {
        let (account, token) = self.id.as_str().split_once('/').unwrap_or_default();
        let account = if operation == "list" { &self.owner } else { account };
        let mut ids = BTreeMap::from([("orgId", self.org.clone()), ("org_id", self.org.clone())]);
        for name in ["id", "apitoken_id", "apiKeyId"] {
            ids.insert(name, self.id.to_string());
        }
        if operation == "current" {
            // Its own credential is looked for among the others.
            ids.insert("id", SailPoint::CLIENT_ID.to_owned());
        }
        if family == ("atlassian", "user-token") {
            ids.extend([("account_id", account.to_owned()), ("tokenId", token.to_owned())]);
        }
        ids
    }

    /// The query of this request says what was asked for and nothing else.
    fn check_query(&self, arrived: &Arrived, operation: &str) {
        for (name, value) in query(&arrived.request) {
            let is_as_said = match name.as_str() {
                "owner-id" if operation == "current" => value == "me",
                "owner-id" => value == self.owner,
                "cursor" => value == self.cursor,
                "filters" => {
                    ["lastUsed le 2026-08-01T00:00:00.000Z", "lastUsed isnull"].contains(&value.as_str())
                }
                "limit" | "offset" | "expiry" => value.bytes().all(|byte| byte.is_ascii_digit()),
                "showAll" => value == "true",
                _ => false,
            };
            assert!(is_as_said, "{name} = {value:?} in {} of {operation}", arrived.request.path);
        }
    }

    async fn run(&self, manager: &dyn TokenManager, operation: Operation) {
        let capabilities = manager.capabilities();
        match operation {
            Operation::List => {
                drop(manager.listing(ListOptions::default()).await);
                let mut options = ListOptions::default();
                if capabilities.allows(Setting::ListByOwner) {
                    options = options.with_owner(&self.owner);
                }
                if capabilities.allows(Setting::ListUnusedSince) {
                    options = options.with_unused_since("2026-08-01T00:00:00Z".parse().unwrap());
                }
                drop(manager.listing(options).await);
            }
            Operation::Get => drop(manager.get(&self.id).await),
            Operation::Create => {
                drop(manager.create(CreateToken::new(&self.name, Expiry::Never, Access::Full)).await);
            }
            Operation::Update => {
                drop(manager.update(&self.id, UpdateToken::default().with_name(&self.name)).await);
            }
            Operation::Reset => drop(manager.reset(&self.id, ResetOptions::default()).await),
            Operation::Revoke => {
                let _ = manager.revoke(&self.id, RevokeOptions::default()).await;
                let unguarded = RevokeOptions::default().even_if_current().even_if_managed();
                let _ = manager.revoke(&self.id, unguarded).await;
            }
            Operation::Current => drop(manager.current().await),
            other => panic!("{other} has no case here"),
        }
    }
}

/// Asks the family for everything that it can do, again and again.
async fn check_family(served: &Served, family: (&str, &str), make: impl Fn(&str) -> Box<dyn TokenManager>) {
    let mut hostile = Hostile::with_seed(13);
    let mut reached = BTreeSet::new();
    for round in 0..ROUNDS {
        hostile.begin(round);
        let asked = Asked::new(family, &mut hostile);
        let manager = make(&asked.org);
        served.cursor.lock().unwrap().clone_from(&asked.cursor);
        for operation in Operation::ALL {
            if !manager.capabilities().supports(operation) {
                continue;
            }
            asked.run(manager.as_ref(), operation).await;
            let name = operation.as_str();
            let (ids, allowed) = (asked.ids(family, name), allowed(family, name));
            for arrived in served.arrived() {
                assert!(allowed.contains(arrived.name), "{} of {family:?} called {}", name, arrived.name);
                arrived.check_ids(&ids);
                if arrived.name != BEARER {
                    asked.check_query(&arrived, name);
                    let is_named =
                        arrived.request.body.is_empty() || texts(&arrived.request).contains(&asked.name);
                    assert!(is_named, "{:?} in {:?}", asked.name, texts(&arrived.request));
                }
                reached.insert((operation, arrived.name.to_owned()));
            }
        }
    }
    for operation in Operation::ALL {
        for call in allowed(family, operation.as_str()) {
            // Who is calling is asked once, and a bearer got once, by whichever operation comes first.
            let is_shared = [BEARER, "get_self", "get_caller_identity"].contains(&call.as_str());
            let is_shared = is_shared || operation == Operation::Current;
            let was_reached =
                reached.iter().any(|(by, name)| *name == call && (is_shared || *by == operation));
            assert!(was_reached, "{operation} of {family:?} never called {call}");
        }
    }
}

/// The calls that the README says the operation makes, in one way or another.
fn allowed((vendor, family): (&str, &str), operation: &str) -> BTreeSet<String> {
    let rows = rows(vendor).into_iter();
    let rows = rows.filter(|row| {
        row.family == "both" || (row.family == family && row.operation.split(' ').next() == Some(operation))
    });
    rows.flat_map(|row| row.calls).collect()
}

#[tokio::test]
async fn atlassians_families_make_their_own_calls_alone_with_what_was_said() {
    let (served, client) = atlassian().await;
    check_family(&served, ("atlassian", "user-token"), |org| Box::new(client.user_tokens(org))).await;
    check_family(&served, ("atlassian", "api-key"), |org| Box::new(client.api_keys(org))).await;
}

#[tokio::test]
async fn mists_families_make_their_own_calls_alone_with_what_was_said() {
    let (served, client) = mist(Mist::ORG_KEY).await;
    check_family(&served, ("mist", "org-token"), |org| Box::new(client.org_tokens(org))).await;
    let (served, client) = mist(Mist::USER_KEY).await;
    check_family(&served, ("mist", "user-token"), |_| Box::new(client.user_tokens())).await;
}

#[tokio::test]
async fn sailpoints_families_make_their_own_calls_alone_with_what_was_said() {
    for version in [ApiVersion::V1, ApiVersion::V2025] {
        let (served, client) = sailpoint(version.clone()).await;
        let tokens = ("sailpoint", "personal-access-token");
        check_family(&served, tokens, |_| Box::new(client.personal_access_tokens())).await;
        let (served, client) = sailpoint(version).await;
        check_family(&served, ("sailpoint", "oauth-client"), |_| Box::new(client.oauth_clients())).await;
    }
}

#[tokio::test]
async fn launchdarklys_families_make_their_own_calls_alone_with_what_was_said() {
    let (served, client) = launchdarkly(false).await;
    check_family(&served, ("launchdarkly", "access-token"), |_| Box::new(client.access_tokens())).await;
    let (served, client) = launchdarkly(true).await;
    let configs = ("launchdarkly", "relay-proxy-config");
    check_family(&served, configs, |_| Box::new(client.relay_proxy_configs())).await;
}

#[tokio::test]
async fn no_id_ends_a_token_or_key_of_an_atlassian_organization_that_has_another() {
    let (vendor, server) = serve(Atlassian::new).await;
    vendor.rate_limit(u64::MAX);
    let client = crate::support::atlassian(&server, Atlassian::ADMIN_KEY);
    let before = (vendor.user_token_ids(), vendor.api_key_ids());
    let mut hostile = Hostile::with_seed(7);
    for round in 0..ROUNDS {
        hostile.begin(round);
        let (one, other) = (hostile.text(), hostile.text());
        let _ = client.raw().delete_user_api_token(&one, &other).await;
        let _ = client.raw().revoke_org_api_key(&one, &other).await;
        if let Ok(id) = format!("{one}/{other}").parse() {
            let _ = client.user_tokens(&one).revoke(&id, RevokeOptions::default()).await;
        }
        if let Ok(id) = other.parse() {
            let _ = client.api_keys(Atlassian::ORG_ID).revoke(&id, RevokeOptions::default()).await;
        }
    }
    // Most are refused or not found; the rest would be a test of nothing.
    assert!(server.requests().len() > ROUNDS, "{}", server.requests().len());
    assert_eq!((vendor.user_token_ids(), vendor.api_key_ids()), before);
}
