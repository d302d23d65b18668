//! The credential of each vendor, and SailPoint's exchange of one for a bearer token.

use tokenward_launchdarkly::LaunchDarkly;
use tokenward_mist::{HttpOptions, Mist};
use tokenward_sailpoint::{ApiVersion, SailPoint};
use tokenward_tests::{answering, sample};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};

use crate::support::{self, CREDENTIAL};

async fn sailpoint_server(token_answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(path("/oauth/token")).respond_with(token_answer).mount(&server).await;
    let list = ResponseTemplate::new(200).set_body_raw("[]", "application/json");
    Mock::given(wiremock::matchers::any()).respond_with(list).mount(&server).await;
    server
}

fn granted() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(sample!("sailpoint.create_oauth_token"), "application/json")
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_first_calls_to_sailpoint_make_one_token_request() {
    let server = sailpoint_server(granted()).await;
    let sailpoint = support::sailpoint(&server);
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let sailpoint = sailpoint.clone();
            tokio::spawn(
                async move { sailpoint.raw().list_oauth_clients(&Default::default()).await.map(|_| ()) },
            )
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let requests = server.received_requests().await.unwrap();
    let token_requests = requests.iter().filter(|request| request.url.path() == "/oauth/token").count();
    assert_eq!((requests.len(), token_requests), (51, 1));
    let bearer = "Bearer SECRET-sailpoint-bearer";
    assert!(requests.iter().skip(1).all(|request| request.headers["authorization"] == bearer));
}

#[tokio::test]
async fn the_token_endpoint_gets_the_secret_in_a_form_and_no_authorization() {
    let server = sailpoint_server(granted()).await;
    support::sailpoint(&server).raw().list_oauth_clients(&Default::default()).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    let body = std::str::from_utf8(&requests[0].body).unwrap();
    assert_eq!(body, format!("grant_type=client_credentials&client_id=client-id&client_secret={CREDENTIAL}"));
    assert!(!requests[0].headers.contains_key("authorization"));
}

#[tokio::test]
async fn a_refused_credential_says_what_the_token_endpoint_said_and_shows_nothing() {
    let mut errors = Vec::new();
    for answer in [
        ResponseTemplate::new(401).set_body_raw("CANARY", "text/html"),
        ResponseTemplate::new(200).set_body_raw("{}", "application/json"),
        ResponseTemplate::new(200).set_body_raw(r#"{"access_token":"CANARY"#, "application/json"),
        ResponseTemplate::new(200).set_body_raw(r#"{"access_token":"CANARY\n"}"#, "application/json"),
    ] {
        let server = sailpoint_server(answer).await;
        let error =
            support::sailpoint(&server).raw().list_oauth_clients(&Default::default()).await.unwrap_err();
        assert_eq!(server.received_requests().await.unwrap().len(), 1);
        errors.push(error.to_string());
    }
    let errors = errors.join("\n");
    assert!(!errors.contains("CANARY"), "{errors}");
    insta::assert_snapshot!(errors);
}

#[tokio::test]
async fn a_version_of_sailpoint_is_spoken_on_its_own_paths() {
    for (version, path) in [
        (ApiVersion::V1, "/personal-access-tokens/v1/abc"),
        (ApiVersion::V2024, "/v2024/personal-access-tokens/abc"),
        (ApiVersion::V2025, "/v2025/personal-access-tokens/abc"),
        (ApiVersion::V2026, "/v2026/personal-access-tokens/abc"),
        (ApiVersion::prefixed("v3").unwrap(), "/v3/personal-access-tokens/abc"),
    ] {
        let server = sailpoint_server(granted()).await;
        let sailpoint =
            SailPoint::builder("id", CREDENTIAL).base_url(server.uri()).api_version(version).build().unwrap();
        sailpoint.raw().delete_personal_access_token("abc").await.unwrap();
        assert_eq!(server.received_requests().await.unwrap().last().unwrap().url.path(), path);
    }
}

#[tokio::test]
async fn a_version_is_spoken_behind_a_gateway_too() {
    let server = MockServer::start().await;
    Mock::given(path("/gateway/oauth/token")).respond_with(granted()).mount(&server).await;
    Mock::given(wiremock::matchers::any()).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    let sailpoint = SailPoint::builder("id", CREDENTIAL)
        .base_url(format!("{}/gateway/", server.uri()))
        .api_version(ApiVersion::V2024)
        .build()
        .unwrap();
    sailpoint.raw().delete_personal_access_token("abc").await.unwrap();
    let requests = server.received_requests().await.unwrap();
    let paths: Vec<&str> = requests.iter().map(|request| request.url.path()).collect();
    assert_eq!(paths, ["/gateway/oauth/token", "/gateway/v2024/personal-access-tokens/abc"]);
}

#[tokio::test]
async fn the_user_agent_and_the_version_header_are_sent_and_no_version_of_another_framework() {
    let server = answering(200, "application/json", "{}").await;
    let options = HttpOptions::default().with_user_agent_suffix("inventory/2.1");
    let launchdarkly = LaunchDarkly::builder(CREDENTIAL)
        .base_url(server.uri())
        .api_version("beta")
        .http(options)
        .build()
        .unwrap();
    launchdarkly.raw().get_caller_identity().await.unwrap();
    let requests = server.received_requests().await.unwrap();
    let headers = &requests[0].headers;
    let product = concat!("tokenward-launchdarkly/", env!("CARGO_PKG_VERSION"), " inventory/2.1");
    assert_eq!(
        (&headers["ld-api-version"], &headers["user-agent"]),
        (&"beta".parse().unwrap(), &product.parse().unwrap())
    );
    assert!(!headers.contains_key("api-version"));
}

#[test]
fn what_cannot_be_used_is_refused_when_the_client_is_built() {
    let errors = [
        Mist::builder("CANARY\n").build().err().unwrap(),
        Mist::builder("").build().err().unwrap(),
        Mist::builder(CREDENTIAL).base_url("http://api.mist.com").build().err().unwrap(),
        LaunchDarkly::builder(CREDENTIAL).api_version("2024-04-15").build().err().unwrap(),
        SailPoint::builder("id", CREDENTIAL).build().err().unwrap(),
        SailPoint::builder("id", CREDENTIAL).tenant("acme.evil.example/").build().err().unwrap(),
        ApiVersion::prefixed("v3/..").err().unwrap(),
    ];
    let errors = errors.map(|error| error.to_string()).join("\n");
    assert!(!errors.contains("CANARY"));
    insta::assert_snapshot!(errors);
}
