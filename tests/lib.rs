//! Answers shaped like the vendors' documentation, and a server on this machine that gives them.

use wiremock::{
    Mock, MockServer, Request, Respond, ResponseTemplate,
    matchers::{any, method, path, path_regex},
};

/// The root README's examples are compiled as tests of this item.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
#[derive(Debug)]
pub struct ReadmeExamples;

/// A sample answer: `sample!("mist.create_org_api_token")`.
#[macro_export]
macro_rules! sample {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/samples/", $name, ".json"))
    };
}

/// A server that gives this one answer to everything, and remembers what it was asked.
pub async fn answering(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> MockServer {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(status).set_body_raw(body, content_type);
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

/// A server that gives all four vendors' lists, each at its own paths.
pub async fn vendors() -> MockServer {
    let server = MockServer::start().await;
    for (pattern, answer) in [
        ("^/users/[^/]+/manage/api-tokens$", sample!("atlassian.list_user_api_tokens")),
        ("^/admin/api-access/v1/orgs/[^/]+/api-tokens$", sample!("atlassian.list_org_api_tokens")),
        ("^/admin/api-access/v1/orgs/[^/]+/api-keys$", sample!("atlassian.list_org_api_keys")),
        ("^/api/v1/orgs/[^/]+/apitokens$", sample!("mist.list_org_api_tokens")),
        ("^/api/v1/self/apitokens$", sample!("mist.list_api_tokens")),
        ("^/personal-access-tokens/v1$", sample!("sailpoint.list_personal_access_tokens")),
        ("^/oauth-clients/v1$", sample!("sailpoint.list_oauth_clients")),
        ("^/api/v2/tokens$", sample!("launchdarkly.get_tokens")),
        ("^/api/v2/account/relay-auto-configs$", sample!("launchdarkly.get_relay_proxy_configs")),
    ] {
        Mock::given(method("GET")).and(path_regex(pattern)).respond_with(Json(answer)).mount(&server).await;
    }
    let token = Json(sample!("sailpoint.create_oauth_token"));
    Mock::given(method("POST")).and(path("/oauth/token")).respond_with(token).mount(&server).await;
    server
}

struct Json(&'static str);

impl Respond for Json {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        ResponseTemplate::new(200).set_body_raw(self.0, "application/json")
    }
}
