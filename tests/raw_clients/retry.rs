//! What is sent again and what is sent once, whatever becomes of it.

use std::time::{Duration, Instant};

use tokenward_http::{HttpOptions, RetryOptions};
use tokenward_launchdarkly::LaunchDarkly;
use tokenward_mist::{Mist, raw::types::OrgApiTokenInput};
use tokenward_tests::sample;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::support::{self, CREDENTIAL};

/// Impatient, so that no test waits for long.
fn options() -> HttpOptions {
    let delays = Duration::from_millis(1);
    HttpOptions::default().with_retry(RetryOptions::default().with_delays(delays, delays))
}

/// A server that gives these answers in turn, the last one for ever.
async fn answering_in_turn(answers: &[ResponseTemplate]) -> MockServer {
    let server = MockServer::start().await;
    for (index, answer) in answers.iter().enumerate() {
        let times = if index + 1 == answers.len() { u64::MAX } else { 1 };
        Mock::given(any()).respond_with(answer.clone()).up_to_n_times(times).mount(&server).await;
    }
    server
}

fn list() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw("[]", "application/json")
}

fn mist(server: &MockServer, options: HttpOptions) -> Mist {
    Mist::builder(CREDENTIAL).base_url(server.uri()).http(options).build().unwrap()
}

async fn sent(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

#[tokio::test]
async fn a_read_is_sent_again_until_the_vendor_answers() {
    for status in [408, 429, 500, 502, 503, 504] {
        let server =
            answering_in_turn(&[ResponseTemplate::new(status), ResponseTemplate::new(status), list()]).await;
        mist(&server, options()).raw().list_api_tokens().await.unwrap();
        assert_eq!(sent(&server).await, 3, "{status}");
    }
}

#[tokio::test]
async fn an_idempotent_write_is_sent_again_with_its_body() {
    let server = answering_in_turn(&[ResponseTemplate::new(503), ResponseTemplate::new(200)]).await;
    let mist = mist(&server, options());
    mist.raw().update_org_api_token("org", "id", &OrgApiTokenInput::new("ci")).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 2);
    assert!(requests[0].body == requests[1].body && !requests[0].body.is_empty());
    server.reset().await;
    let server = answering_in_turn(&[ResponseTemplate::new(503), ResponseTemplate::new(200)]).await;
    self::mist(&server, options()).raw().delete_org_api_token("org", "id").await.unwrap();
    assert_eq!(sent(&server).await, 2);
}

#[tokio::test]
async fn a_creation_and_a_patch_are_sent_once_whatever_the_answer() {
    for status in [401, 408, 429, 500, 502, 503, 504] {
        let answer = ResponseTemplate::new(status).insert_header("retry-after", "0");
        let server = answering_in_turn(&[answer, list()]).await;
        let error = mist(&server, options())
            .raw()
            .create_org_api_token("org", &OrgApiTokenInput::new("ci"))
            .await
            .unwrap_err();
        assert_eq!((error.status().unwrap().as_u16(), sent(&server).await), (status, 1));
        server.reset().await;

        let server = answering_in_turn(&[ResponseTemplate::new(status), list()]).await;
        let launchdarkly =
            LaunchDarkly::builder(CREDENTIAL).base_url(server.uri()).http(options()).build().unwrap();
        launchdarkly.raw().patch_token("id", &vec![]).await.unwrap_err();
        assert_eq!(sent(&server).await, 1);
    }
}

#[tokio::test]
async fn a_creation_whose_answer_does_not_come_is_sent_once() {
    let late = list().set_delay(Duration::from_secs(5));
    let server = answering_in_turn(&[late]).await;
    let mist = mist(&server, options().with_timeout(Duration::from_millis(50)));
    mist.raw().create_org_api_token("org", &OrgApiTokenInput::new("ci")).await.unwrap_err();
    assert_eq!(sent(&server).await, 1);
}

#[tokio::test]
async fn attempts_end_and_the_last_answer_is_given() {
    let server = answering_in_turn(&[ResponseTemplate::new(503).set_body_string("busy")]).await;
    let error = mist(&server, options()).raw().list_api_tokens().await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), sent(&server).await), (503, 4));
    let server = answering_in_turn(&[ResponseTemplate::new(503)]).await;
    let once = HttpOptions::default().with_retry(RetryOptions::none());
    mist(&server, once).raw().list_api_tokens().await.unwrap_err();
    assert_eq!(sent(&server).await, 1);
}

#[tokio::test]
async fn a_wait_beyond_the_budget_is_not_begun() {
    let answer = ResponseTemplate::new(429).insert_header("retry-after", "3600");
    let server = answering_in_turn(&[answer, list()]).await;
    let start = Instant::now();
    let error = mist(&server, options()).raw().list_api_tokens().await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), sent(&server).await), (429, 1));
    // The server has a thread of its own, so this is real time: a wait that is cut to the budget takes a minute.
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
}

#[tokio::test]
async fn what_will_not_change_is_not_asked_again() {
    for status in [400, 401, 403, 404, 409, 422, 501] {
        let server = answering_in_turn(&[ResponseTemplate::new(status), list()]).await;
        mist(&server, options()).raw().list_api_tokens().await.unwrap_err();
        assert_eq!(sent(&server).await, 1, "{status}");
    }
}

/// A server that grants bearers and refuses this many calls that are made with one.
async fn refusing(calls: u64) -> MockServer {
    let server = MockServer::start().await;
    let path = wiremock::matchers::path("/oauth/token");
    let grant =
        ResponseTemplate::new(200).set_body_raw(sample!("sailpoint.create_oauth_token"), "application/json");
    Mock::given(path).respond_with(grant).mount(&server).await;
    Mock::given(any()).respond_with(ResponseTemplate::new(401)).up_to_n_times(calls).mount(&server).await;
    Mock::given(any()).respond_with(list()).mount(&server).await;
    server
}

#[tokio::test]
async fn a_bearer_that_is_refused_is_renewed_once_for_a_call_that_may_be_repeated() {
    let server = refusing(1).await;
    support::sailpoint(&server).raw().list_oauth_clients(&Default::default()).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    let paths: Vec<&str> = requests.iter().map(|request| request.url.path()).collect();
    assert_eq!(paths, ["/oauth/token", "/oauth-clients/v1", "/oauth/token", "/oauth-clients/v1"]);
}

#[tokio::test]
async fn a_bearer_that_is_refused_for_good_is_renewed_once() {
    let server = refusing(u64::MAX).await;
    let sailpoint = support::sailpoint(&server);
    let query = Default::default();
    let call = sailpoint.raw().list_oauth_clients(&query);
    let error = tokio::time::timeout(Duration::from_secs(10), call).await.expect("it ends").unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), sent(&server).await), (401, 4));
}
