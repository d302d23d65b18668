//! Credentials of vendors that are still to come: keys in other places, and an OAuth client's id and secret.

use std::sync::Arc;

use tokenward_http::{
    BaseUrl, Bearer, Endpoint, HttpOptions, KeyPlace, RetryOptions, SecretString, SendError, Session,
};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{any, path},
};

const CANARY: &str = "CANARY-0123456789";

fn list(authorized: bool) -> Endpoint {
    Endpoint { id: "list", method: "GET", path: "/things", content_type: None, authorized, repeatable: true }
}

fn session(url: &str) -> Session {
    let options = HttpOptions::default().with_retry(RetryOptions::none());
    Session::new(BaseUrl::parse(url).unwrap(), &options, "tokenward-acme/1").unwrap()
}

async fn call(session: &Session, authorized: bool) -> Result<tokenward_http::Response, SendError> {
    let url = format!("{}/things", session.base_url().as_str());
    session.call(&[list(authorized)], "list", session.client().get(url).build().unwrap()).await
}

async fn answering(status: u16) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(status)).mount(&server).await;
    server
}

#[tokio::test]
async fn a_key_goes_with_what_needs_authorization_and_with_nothing_else() {
    let server = answering(200).await;
    let key = SecretString::from(CANARY);
    let session = session(&server.uri()).with_key(KeyPlace::Header("x-api-key"), &key).unwrap();
    let session = session.with_key(KeyPlace::Cookie("sid"), &key).unwrap();
    call(&session, true).await.unwrap();
    call(&session, false).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests[0].headers["x-api-key"], CANARY);
    assert_eq!(requests[0].headers["cookie"], format!("sid={CANARY}").as_str());
    assert!(!format!("{:?}", requests[1].headers).contains(CANARY));
    assert!(!format!("{session:?}").contains(CANARY));
}

#[tokio::test]
async fn no_answer_and_no_error_keeps_the_address_with_a_key_in_it() {
    let with_key = |url: &str| session(url).with_key(KeyPlace::Query("key"), &CANARY.into()).unwrap();
    let server = answering(500).await;
    let refused = call(&with_key(&server.uri()), true).await.unwrap_err();
    assert_eq!(server.received_requests().await.unwrap()[0].url.query(), Some("key=CANARY-0123456789"));
    let unanswered = call(&with_key("http://127.0.0.1:1"), true).await.unwrap_err();
    for error in [refused, unanswered] {
        let error = tokenward_mist::raw::Error::from(error);
        assert!(!format!("{error:?} {error}").contains(CANARY), "{error:?}");
    }
}

#[tokio::test]
async fn an_oauth_client_gets_its_bearer_once_and_sends_its_secret_in_a_form() {
    let server = MockServer::start().await;
    let granted = format!(r#"{{"access_token": "{CANARY}", "token_type": "bearer", "expires_in": "3600"}}"#);
    let granted = ResponseTemplate::new(200).set_body_raw(granted, "application/json");
    Mock::given(path("/oauth/token")).respond_with(granted).mount(&server).await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let session = client_of(&server);
    call(&session, true).await.unwrap();
    call(&session, true).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 3);
    let form = "grant_type=client_credentials&client_id=an+id&client_secret=a%26secret";
    assert_eq!(std::str::from_utf8(&requests[0].body).unwrap(), form);
    assert_eq!(requests[0].headers["content-type"], "application/x-www-form-urlencoded");
    for request in &requests[1..] {
        assert_eq!(request.headers["authorization"], format!("Bearer {CANARY}").as_str());
    }
}

fn client_of(server: &MockServer) -> Session {
    let endpoint = BaseUrl::parse(&format!("{}/oauth/token", server.uri())).unwrap();
    let options = HttpOptions::default().with_retry(RetryOptions::none());
    let bearer =
        Bearer::client_credentials(endpoint, &options, "tokenward-acme/1", "an id", "a&secret").unwrap();
    session(&server.uri()).with_authorization(Arc::new(bearer))
}

#[tokio::test]
async fn what_a_token_endpoint_answers_otherwise_is_said_and_not_shown() {
    let mut errors = Vec::new();
    for answer in [
        ResponseTemplate::new(401).set_body_raw(CANARY, "text/plain"),
        ResponseTemplate::new(200).set_body_raw("{}", "application/json"),
        ResponseTemplate::new(200).set_body_raw(format!(r#"{{"access_token": ["{CANARY}"]}}"#), "text/plain"),
    ] {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(answer).mount(&server).await;
        let error = call(&client_of(&server), true).await.unwrap_err();
        assert!(!format!("{error:?} {error}").contains(CANARY));
        errors.push(error.to_string());
    }
    insta::assert_snapshot!(errors.join("\n"));
}
