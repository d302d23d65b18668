//! What an answer that is none looks like to the caller.

use std::time::Duration;

use tokenward_http::HttpOptions;
use tokenward_mist::{Mist, raw::Error};
use tokenward_tests::{answering, sample};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::support::{self, CREDENTIAL};

async fn create(status: u16, content_type: &str, body: &str) -> Error {
    let server = answering(status, content_type, body).await;
    let request = tokenward_mist::raw::types::OrgApiTokenInput::new("ci");
    support::mist(&server).raw().create_org_api_token("org", &request).await.unwrap_err()
}

async fn get(status: u16, content_type: &str, body: &str) -> Error {
    let server = answering(status, content_type, body).await;
    support::mist(&server).raw().get_org_api_token("org", "id").await.unwrap_err()
}

#[tokio::test]
async fn an_answer_that_does_not_fit_says_where_and_never_what() {
    let mut errors = Vec::new();
    for (content_type, body) in [
        ("application/json", r#"{"id":"x","key":"CANARY","name":17}"#),
        ("application/json", r#"{"id":"x","key":"CANARY""#),
        ("application/json", r#"{"id":"x","key":["CANARY"]}"#),
        ("text/html", "<html>CANARY</html>"),
        ("application/json", ""),
    ] {
        let error = get(200, content_type, body).await;
        for text in [format!("{error}"), format!("{error:?}"), format!("{error:#}")] {
            assert!(!text.contains("CANARY"), "{text}");
        }
        errors.push(error.to_string());
    }
    for body in [r#"{"id":"x","key":["CANARY"]}"#, "<html>CANARY</html>", ""] {
        let error = create(200, "application/json", body).await;
        assert!(!format!("{error} {error:?}").contains("CANARY"));
        errors.push(error.to_string());
    }
    insta::assert_snapshot!(errors.join("\n"));
}

#[tokio::test]
async fn an_error_status_arrives_with_its_body_unread() {
    for status in [400, 401, 403, 404, 409, 422, 429, 500, 503] {
        let Error::UnexpectedResponse(response) = create(status, "text/html", "<html>busy</html>").await
        else {
            panic!("{status} gave another error");
        };
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(response.text().await.unwrap(), "<html>busy</html>");
    }
}

#[tokio::test]
async fn any_success_status_gives_the_secret() {
    for status in [200, 201, 202] {
        let server = answering(status, "application/json", sample!("launchdarkly.post_token")).await;
        let issued =
            support::launchdarkly(&server).raw().post_token(&Default::default()).await.unwrap().into_inner();
        assert_eq!(issued.secret.expose(), "SECRET-launchdarkly-token");
        assert_eq!(issued.details.unwrap().id, issued.id.unwrap());
    }
}

#[tokio::test]
async fn an_answer_beyond_the_bound_is_refused() {
    let server = answering(200, "application/json", vec![b' '; 1001]).await;
    let options = HttpOptions::default().with_body_limit(1000);
    let mist = Mist::builder(CREDENTIAL).base_url(server.uri()).http(options).build().unwrap();
    let error = mist.raw().list_api_tokens().await.unwrap_err();
    assert!(error.to_string().contains("the answer is larger than 1000 bytes"), "{error}");
}

/// A server that reads one request, sends this head, and goes on as it is told.
async fn raw<F>(head: &'static str, then: impl FnOnce(TcpStream) -> F + Send + 'static) -> String
where
    F: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await;
        let _ = stream.write_all(head.as_bytes()).await;
        then(stream).await;
    });
    url
}

#[tokio::test]
async fn a_body_without_an_end_is_refused_at_the_bound() {
    let url = raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", |mut stream| async move {
        while stream.write_all(b"5\r\n[[[[[\r\n").await.is_ok() {}
    });
    let options = HttpOptions::default().with_body_limit(100_000);
    let mist = Mist::builder(CREDENTIAL).base_url(url.await).http(options).build().unwrap();
    let error = mist.raw().list_api_tokens().await.unwrap_err();
    assert!(error.to_string().contains("the answer is larger than 100000 bytes"), "{error}");
}

#[tokio::test]
async fn an_announced_length_beyond_the_bound_is_refused_before_it_is_read() {
    // Held open: who waits for the body waits until the time-out.
    let url = raw("HTTP/1.1 200 OK\r\ncontent-length: 100000000000\r\n\r\n", |stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    });
    let mist = Mist::builder(CREDENTIAL).base_url(url.await).build().unwrap();
    let error = mist.raw().list_api_tokens().await.unwrap_err();
    assert!(error.to_string().contains("the answer is larger than"), "{error}");
}

#[tokio::test]
async fn an_announced_length_beyond_all_memory_takes_none() {
    let url = raw("HTTP/1.1 200 OK\r\ncontent-length: 9223372036854775807\r\n\r\n[", |stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    });
    let options = HttpOptions::default().with_body_limit(usize::MAX).with_timeout(Duration::from_millis(100));
    let mist = Mist::builder(CREDENTIAL).base_url(url.await).http(options).build().unwrap();
    assert!(mist.raw().list_api_tokens().await.is_err());
}

#[tokio::test]
async fn no_credential_follows_a_redirect() {
    let elsewhere = answering(200, "application/json", "[]").await;
    let server = MockServer::start().await;
    let redirect = ResponseTemplate::new(307).insert_header("location", elsewhere.uri());
    Mock::given(any()).respond_with(redirect).mount(&server).await;
    let error = support::mist(&server).raw().list_api_tokens().await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 307);
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn headers_that_may_hold_anything_are_in_no_error_and_those_about_the_answer_stay() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(403)
        .insert_header("set-cookie", "session=CANARY")
        .insert_header("location", "https://example.com/?token=CANARY")
        .insert_header("x-echo", "CANARY")
        .insert_header("request-id", "of CANARY")
        .insert_header("x-ratelimit-remaining", "7")
        .insert_header("x-request-id", "request-17");
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let error = support::mist(&server).raw().list_api_tokens().await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("CANARY"));
    let Error::UnexpectedResponse(response) = error else { panic!("{error}") };
    assert_eq!(response.headers()["x-ratelimit-remaining"], "7");
    assert_eq!(response.headers()["x-request-id"], "request-17");
}
