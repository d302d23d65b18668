//! Clients of simulators.

use std::time::Duration;

use tokenward::{CreateToken, Error, Expiry, ListOptions, Token, TokenManager, TokenManagerExt};
use tokenward_atlassian::Atlassian;
use tokenward_http::{Endpoint, HttpOptions, RateOptions, RetryOptions, Timestamp};
use tokenward_launchdarkly::LaunchDarkly;
use tokenward_mist::Mist;
use tokenward_sailpoint::{ApiVersion, SailPoint};
use tokenward_testkit::{self as testkit, Clock, Request, Server, Simulated};

pub(crate) async fn serve<V: Simulated + Clone>(make: fn(Clock) -> V) -> (V, Server) {
    let vendor = make(Clock::system());
    let server = Server::start(vendor.clone()).await.unwrap();
    (vendor, server)
}

/// Sends again without waits that count, and never waits for a rate limit.
pub(crate) fn http() -> HttpOptions {
    let moment = Duration::from_millis(1);
    once().with_retry(RetryOptions::default().with_delays(moment, moment))
}

pub(crate) fn once() -> HttpOptions {
    HttpOptions::default().with_retry(RetryOptions::none()).with_rate(RateOptions::off())
}

pub(crate) fn atlassian(server: &Server, key: &str) -> Atlassian {
    let id = match key {
        testkit::Atlassian::ADMIN_KEY => testkit::Atlassian::ADMIN_KEY_ID,
        testkit::Atlassian::SCOPED_KEY => testkit::Atlassian::SCOPED_KEY_ID,
        _ => "a-key-of-the-test",
    };
    Atlassian::builder(key).api_key_id(id).base_url(server.url()).http(http()).build().unwrap()
}

pub(crate) fn mist(server: &Server, key: &str) -> Mist {
    Mist::builder(key).base_url(server.url()).http(http()).build().unwrap()
}

pub(crate) fn launchdarkly(server: &Server, token: &str) -> LaunchDarkly {
    LaunchDarkly::builder(token).base_url(server.url()).http(http()).build().unwrap()
}

pub(crate) fn sailpoint(server: &Server, version: ApiVersion) -> SailPoint {
    SailPoint::builder(testkit::SailPoint::CLIENT_ID, testkit::SailPoint::CLIENT_SECRET)
        .base_url(server.url())
        .api_version(version)
        .http(http())
        .build()
        .unwrap()
}

/// What a list gives: its tokens, and the texts of its errors.
pub(crate) async fn listing(manager: &dyn TokenManager) -> (Vec<Token>, Vec<Error>) {
    let listing = manager.listing(ListOptions::default()).await;
    (listing.tokens, listing.errors)
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn never(name: &str, scopes: &[&str]) -> CreateToken {
    CreateToken::new(name, Expiry::Never, tokenward::Access::scopes(scopes.iter().copied()))
}

/// The operation whose place a request reached, the most particular one where there are several.
pub(crate) fn called<'a>(operations: &'a [Endpoint], request: &Request) -> Option<&'a Endpoint> {
    let words = |operation: &Endpoint| {
        let segments = operation.path.split('/');
        segments.filter(|segment| !segment.starts_with('{')).count()
    };
    let is_its = |operation: &&Endpoint| {
        let mut pairs = operation.path.split('/').zip(request.path.split('/'));
        operation.method == request.method.as_str()
            && operation.path.split('/').count() == request.path.split('/').count()
            && pairs.all(|(wanted, is)| wanted.starts_with('{') || wanted == is)
    };
    operations.iter().filter(is_its).max_by_key(|operation| words(operation))
}
