//! Methods that a path does not answer, and those that every path answers.

use reqwest::Method;
use tokenward_testkit::{Atlassian, Clock, InProcess, LaunchDarkly, Mist, Request, SailPoint, Simulated};

use crate::client::{START, World};

/// A path of each kind, with its methods.
const ATLASSIAN: [(&str, &str); 6] = [
    ("/users/712020:4f9acfd2-0002/manage/api-tokens", "GET, HEAD, OPTIONS"),
    ("/users/712020:4f9acfd2-0002/manage/api-tokens/any", "DELETE, OPTIONS"),
    (
        "/admin/api-access/v1/orgs/a7100000-0000-4000-8000-000000000001/api-tokens",
        "GET, DELETE, HEAD, OPTIONS",
    ),
    ("/admin/api-access/v1/orgs/a7100000-0000-4000-8000-000000000001/api-tokens/count", "GET, HEAD, OPTIONS"),
    ("/admin/api-access/v1/orgs/a7100000-0000-4000-8000-000000000001/api-keys", "GET, HEAD, OPTIONS"),
    ("/admin/api-access/v1/orgs/a7100000-0000-4000-8000-000000000001/api-keys/revoke/any", "PATCH, OPTIONS"),
];
const MIST: [(&str, &str); 6] = [
    ("/api/v1/self", "GET, HEAD, OPTIONS"),
    ("/api/v1/self/usage", "GET, HEAD, OPTIONS"),
    ("/api/v1/self/apitokens", "GET, POST, HEAD, OPTIONS"),
    ("/api/v1/self/apitokens/a1000000-0000-4000-8000-0000000000b1", "GET, PUT, DELETE, HEAD, OPTIONS"),
    ("/api/v1/orgs/a1000000-0000-4000-8000-000000000001/apitokens", "GET, POST, HEAD, OPTIONS"),
    (
        "/api/v1/orgs/a1000000-0000-4000-8000-000000000001/apitokens/a1000000-0000-4000-8000-0000000000a1",
        "GET, PUT, DELETE, HEAD, OPTIONS",
    ),
];
const SAILPOINT: [(&str, &str); 7] = [
    ("/oauth/token", "POST, OPTIONS"),
    ("/personal-access-tokens/v1", "GET, POST, HEAD, OPTIONS"),
    ("/v2025/personal-access-tokens", "GET, POST, HEAD, OPTIONS"),
    ("/personal-access-tokens/v1/any", "PATCH, DELETE, OPTIONS"),
    ("/personal-access-tokens/v1/bulk-update", "PATCH, OPTIONS"),
    ("/oauth-clients/v1", "GET, POST, HEAD, OPTIONS"),
    ("/oauth-clients/v1/5a110000000000000000000000000003", "GET, PATCH, DELETE, HEAD, OPTIONS"),
];
const LAUNCHDARKLY: [(&str, &str); 7] = [
    ("/api/v2/tokens", "GET, POST, HEAD, OPTIONS"),
    ("/api/v2/tokens/5f0000000000000000000001", "GET, PATCH, DELETE, HEAD, OPTIONS"),
    ("/api/v2/tokens/5f0000000000000000000001/reset", "POST, OPTIONS"),
    ("/api/v2/account/relay-auto-configs", "GET, POST, HEAD, OPTIONS"),
    ("/api/v2/account/relay-auto-configs/{relay}", "GET, PATCH, DELETE, HEAD, OPTIONS"),
    ("/api/v2/account/relay-auto-configs/{relay}/reset", "POST, OPTIONS"),
    ("/api/v2/caller-identity", "GET, HEAD, OPTIONS"),
];

/// Every method that a path does not allow is 405, and every 405 has `Allow`; OPTIONS answers the same list, and HEAD the
/// head of GET.
async fn check<V: Simulated + Clone>(vendor: V, authorization: &str, paths: &[(&str, &str)]) {
    let endpoint = InProcess::new(vendor);
    for (path, allow) in paths {
        let call = async |method: &Method| {
            let request = Request::new(method.clone(), path).with_header("authorization", authorization);
            endpoint.call(request).await.unwrap()
        };
        for method in [Method::GET, Method::PUT, Method::TRACE, Method::POST, Method::PATCH, Method::DELETE] {
            if !allow.split(", ").any(|name| name == method.as_str()) {
                let refused = call(&method).await;
                assert_eq!((refused.status, refused.header("allow")), (405, Some(*allow)), "{method} {path}");
            }
        }
        let options = call(&Method::OPTIONS).await;
        assert_eq!((options.status, options.header("allow")), (204, Some(*allow)), "{path}");
        assert_eq!((options.body.len(), options.header("content-type")), (0, None), "{path}");
        let head = call(&Method::HEAD).await;
        assert!(head.body.is_empty(), "{path}");
        if allow.contains("HEAD") {
            let get = call(&Method::GET).await;
            assert_eq!((head.status, get.status), (200, 200), "{path}");
            assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        } else {
            assert_eq!((head.status, head.header("allow")), (405, Some(*allow)), "{path}");
        }
    }
}

fn clock() -> Clock {
    Clock::starting_at(START.parse().unwrap())
}

#[tokio::test]
async fn every_405_names_the_methods_of_its_path() {
    let key = format!("Bearer {}", Atlassian::ADMIN_KEY);
    check(Atlassian::new(clock()), &key, &ATLASSIAN).await;

    let mist = Mist::new(clock());
    check(mist.clone(), &format!("Token {}", Mist::USER_KEY), &MIST).await;
    // A role that may change nothing may still ask what could be done.
    check(mist, &format!("Token {}", Mist::READER_KEY), &MIST[4..5]).await;

    let (world, _) = crate::sailpoint::world().await;
    let bearer = world.vendor.secrets().pop().unwrap();
    check(world.vendor.clone(), &format!("Bearer {bearer}"), &SAILPOINT).await;

    let launchdarkly = LaunchDarkly::new(clock());
    let relay = launchdarkly.relay_config_ids().remove(0);
    let paths = LAUNCHDARKLY.map(|(path, allow)| (path.replace("{relay}", &relay), allow));
    let paths: Vec<(&str, &str)> = paths.iter().map(|(path, allow)| (path.as_str(), *allow)).collect();
    check(launchdarkly.clone(), LaunchDarkly::ADMIN_TOKEN, &paths).await;
    check(launchdarkly, LaunchDarkly::READER_TOKEN, &paths[3..4]).await;
}

#[tokio::test]
async fn over_http_head_announces_the_length_of_get_and_sends_no_body() {
    let world = World::new(LaunchDarkly::new).await;
    let client = world.client(LaunchDarkly::ADMIN_TOKEN);
    client.get("/api/v2/tokens").await;
    let head = client.send(Method::HEAD, "/api/v2/tokens", None).await;
    let get = client.get("/api/v2/tokens").await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    assert_eq!(head.number("content-length"), get.text.len() as i64);
    // The connection is still in step.
    assert_eq!(client.send(Method::OPTIONS, "/api/v2/tokens", None).await.status, 204);
    assert_eq!(client.get("/api/v2/tokens").await.status, 200);
}

#[tokio::test]
async fn without_a_credential_no_method_is_answered() {
    for vendor in [
        InProcess::new(Atlassian::new(clock())),
        InProcess::new(Mist::new(clock())),
        InProcess::new(SailPoint::new(clock())),
        InProcess::new(LaunchDarkly::new(clock())),
    ] {
        let path = match vendor.vendor() {
            "atlassian" => ATLASSIAN[0].0,
            "mist" => MIST[0].0,
            "sailpoint" => SAILPOINT[1].0,
            _ => LAUNCHDARKLY[0].0,
        };
        for method in [Method::HEAD, Method::OPTIONS, Method::PUT] {
            let answer = vendor.call(Request::new(method.clone(), path)).await.unwrap();
            assert_eq!(answer.status, 401, "{} {method}", vendor.vendor());
        }
    }
}
