//! Limits of rate, of time and of life.

use std::time::Duration;

use tokenward::{ErrorKind, ListOptions, RetryAdvice, TokenManager, TokenManagerExt};
use tokenward_atlassian::Atlassian as AtlassianClient;
use tokenward_http::HttpOptions;
use tokenward_mist::Mist as MistClient;
use tokenward_sailpoint::{ApiVersion, SailPoint as SailPointClient};
use tokenward_testkit::{
    Atlassian, Clock, Fault, LaunchDarkly, Method, Mist, SailPoint, Server, SignedDuration,
};
use tokio::time::Instant;

use crate::{
    paused,
    support::{http, listing, never, once, sailpoint, serve},
};

fn impatient(server: &Server) -> SailPointClient {
    SailPointClient::builder(SailPoint::CLIENT_ID, SailPoint::CLIENT_SECRET)
        .base_url(server.url())
        .http(once())
        .build()
        .unwrap()
}

fn grants(server: &Server) -> usize {
    server.requests().iter().filter(|request| request.path == "/oauth/token").count()
}

#[tokio::test]
async fn fifty_first_calls_make_one_request_for_a_bearer() {
    let (vendor, server) = serve(SailPoint::new).await;
    let tokens = sailpoint(&server, ApiVersion::V1).personal_access_tokens();
    let lists = (0..50).map(|_| tokens.list_all(ListOptions::default()));
    for list in futures_util::future::join_all(lists).await {
        assert_eq!(list.unwrap().len(), vendor.token_ids().len());
    }
    assert_eq!(grants(&server), 1);
}

#[tokio::test]
async fn a_bearer_that_the_vendor_has_ended_is_renewed_and_the_read_is_sent_again() {
    let clock = Clock::system();
    let server = Server::start(SailPoint::new(clock.clone())).await.unwrap();
    let tokens = sailpoint(&server, ApiVersion::V1).personal_access_tokens();
    tokens.list_all(ListOptions::default()).await.unwrap();
    // The client's own clock has not moved, so it learns of it by the refusal.
    clock.advance(SignedDuration::from_hours(13));
    tokens.list_all(ListOptions::default()).await.unwrap();
    assert_eq!(grants(&server), 2);
}

#[tokio::test]
async fn a_creation_is_not_sent_again_with_another_bearer() {
    let clock = Clock::system();
    let server = Server::start(SailPoint::new(clock.clone())).await.unwrap();
    let tokens = sailpoint(&server, ApiVersion::V1).personal_access_tokens();
    tokens.list_all(ListOptions::default()).await.unwrap();
    clock.advance(SignedDuration::from_hours(13));
    let error = tokens.create(never("ci", &["sp:scopes:default"])).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Unauthenticated, RetryAdvice::Always));
    let sent =
        server.requests().iter().filter(|r| r.method == Method::POST && r.path.contains("personal")).count();
    assert_eq!(sent, 1);
    // The next one goes with another bearer.
    tokens.create(never("ci", &["sp:scopes:default"])).await.map(drop).unwrap();
}

#[tokio::test]
async fn what_the_token_endpoint_says_is_the_error_of_the_call() {
    let mut said = Vec::new();
    for status in [400, 401, 429, 503] {
        let (_, server) = serve(SailPoint::new).await;
        server.script(
            Fault::status(status).with_body("text/html", "CANARY").on(Method::POST, "/oauth/token").always(),
        );
        let (_, errors) = listing(&impatient(&server).personal_access_tokens()).await;
        assert_eq!(errors[0].status(), Some(status));
        said.push(format!("{} ({:?})", errors[0], errors[0].retry()));
    }
    insta::assert_snapshot!(said.join("\n"));
}

#[tokio::test]
async fn a_bearer_is_asked_for_again_after_a_transient_answer() {
    let (_, server) = serve(SailPoint::new).await;
    server.script(Fault::status(503).on(Method::POST, "/oauth/token"));
    sailpoint(&server, ApiVersion::V1)
        .personal_access_tokens()
        .list_all(ListOptions::default())
        .await
        .unwrap();
    assert_eq!(grants(&server), 2);
}

#[tokio::test]
async fn atlassian_a_full_window_says_when_the_next_one_opens() {
    let (vendor, server) = serve(Atlassian::new).await;
    vendor.rate_limit(0);
    let client = AtlassianClient::builder(Atlassian::ADMIN_KEY).base_url(server.url()).http(once());
    let keys = client.build().unwrap().api_keys(Atlassian::ORG_ID);
    let error = keys.list_all(ListOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited, "{error}");
    // The vendor writes the end of the window as a date.
    let wait = error.retry_after().unwrap();
    assert!(wait <= Duration::from_secs(60), "{wait:?}");
}

#[tokio::test]
async fn a_window_that_is_full_says_when_the_next_one_opens() {
    let clock = Clock::system();
    let vendor = SailPoint::new(clock.clone());
    vendor.rate_limit(5);
    let server = Server::start(vendor).await.unwrap();
    let tokens = impatient(&server).personal_access_tokens();
    for _ in 0..5 {
        tokens.list_all(ListOptions::default()).await.unwrap();
    }
    let error = tokens.list_all(ListOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::RateLimited, RetryAdvice::Always));
    let wait = error.retry_after().unwrap();
    assert!(wait <= Duration::from_secs(10), "{wait:?}");
    clock.advance(SignedDuration::from_secs(10));
    tokens.list_all(ListOptions::default()).await.unwrap();
}

#[tokio::test]
async fn a_reset_in_the_past_is_no_wait() {
    let (vendor, server) = serve(LaunchDarkly::new).await;
    vendor.limit_global(0);
    vendor.reset_in_the_past(true);
    let client =
        tokenward_launchdarkly::LaunchDarkly::builder(LaunchDarkly::ADMIN_TOKEN).base_url(server.url());
    let (_, errors) = listing(&client.http(once()).build().unwrap().access_tokens()).await;
    assert_eq!((errors[0].kind(), errors[0].retry_after()), (ErrorKind::RateLimited, None));
}

#[tokio::test]
async fn a_secret_in_an_answer_beyond_the_bound_arrives_and_a_list_beyond_it_does_not() {
    let (vendor, server) = serve(Mist::new).await;
    let options = HttpOptions::default().with_body_limit(2000);
    let tokens = mist_within(&server, options).user_tokens();
    let long = Fault::edit(|answer| answer[0]["zzz"] = "x".repeat(5000).into());
    server.script(long.on(Method::POST, "/apitokens"));
    let request = tokenward::CreateToken::new("ci", tokenward::Expiry::Never, tokenward::Access::Full);
    let issued = tokens.create(request).await.unwrap();
    assert!(vendor.accepts(tokenward::ExposeSecret::expose_secret(&issued.secret)));
    assert_eq!(issued.drift.unwrap().problem, "the answer ends too early");
    vendor.seed_user_tokens(40);
    let (_, errors) = listing(&tokens).await;
    assert_eq!(errors[0].kind(), ErrorKind::Protocol);
}

fn mist_within(server: &Server, options: HttpOptions) -> MistClient {
    MistClient::builder(Mist::USER_KEY).base_url(server.url()).http(options).build().unwrap()
}

#[tokio::test]
async fn a_call_ends_at_its_deadline_however_long_a_sending_may_take() {
    let (_, server) = serve(Mist::new).await;
    server.script(Fault::delay(Duration::from_secs(3600)).always());
    let options = HttpOptions::default().with_deadline(Duration::from_millis(100));
    let start = std::time::Instant::now();
    let (_, errors) = listing(&mist_within(&server, options).user_tokens()).await;
    assert_eq!(errors[0].kind(), ErrorKind::Transport, "{}", errors[0]);
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn the_deadline_counts_the_wait_for_a_bearer() {
    let (_, server) = serve(SailPoint::new).await;
    server.script(Fault::delay(Duration::from_secs(3600)).on(Method::POST, "/oauth/token").always());
    let client = SailPointClient::builder(SailPoint::CLIENT_ID, SailPoint::CLIENT_SECRET)
        .base_url(server.url())
        .http(HttpOptions::default().with_deadline(Duration::from_millis(100)))
        .build()
        .unwrap();
    let (_, errors) = listing(&client.personal_access_tokens()).await;
    assert_eq!(
        (errors[0].kind(), errors[0].retry()),
        (ErrorKind::Transport, RetryAdvice::Always),
        "{}",
        errors[0]
    );
}

#[tokio::test]
async fn a_wait_beyond_the_budget_is_not_begun() {
    const BUDGET: Duration = Duration::from_secs(60);
    const STEP: Duration = Duration::from_millis(5);

    for (asked, requests) in [("1", 4), ("61", 1), ("3600", 1)] {
        let (_, server) = serve(Mist::new).await;
        server.script(Fault::status(429).with_header("retry-after", asked).always());
        let retry = tokenward_http::RetryOptions::default().with_budget(BUDGET);
        let tokens = mist_within(&server, HttpOptions::default().with_retry(retry)).user_tokens();
        let listed = async {
            let start = Instant::now();
            let (_, errors) = listing(&tokens).await;
            (start.elapsed(), errors[0].kind())
        };
        let (elapsed, kind) = paused::in_paused_time(&paused::Tally::default(), STEP, listed).await;
        assert_eq!((kind, server.requests().len()), (ErrorKind::RateLimited, requests), "{asked}");
        // Each wait of a second is waited for; a longer one is neither begun nor cut to the budget.
        let waited = Duration::from_secs(requests as u64 - 1);
        assert!((waited..waited + BUDGET / 2).contains(&elapsed), "{asked}: {elapsed:?}");
    }
}

#[tokio::test]
async fn the_deadline_counts_the_renewal_of_a_bearer_that_was_refused() {
    let clock = Clock::system();
    let server = Server::start(SailPoint::new(clock.clone())).await.unwrap();
    let client = SailPointClient::builder(SailPoint::CLIENT_ID, SailPoint::CLIENT_SECRET)
        .base_url(server.url())
        .http(HttpOptions::default().with_deadline(Duration::from_millis(400)))
        .build()
        .unwrap();
    let tokens = client.personal_access_tokens();
    tokens.list_all(ListOptions::default()).await.unwrap();
    clock.advance(SignedDuration::from_hours(13));
    server.script(Fault::delay(Duration::from_secs(3600)).on(Method::POST, "/oauth/token").always());
    let (_, errors) = listing(&tokens).await;
    assert_eq!(
        (errors[0].kind(), errors[0].retry()),
        (ErrorKind::Transport, RetryAdvice::Always),
        "{}",
        errors[0]
    );
    assert_eq!(grants(&server), 2);
}

#[tokio::test]
async fn a_token_endpoint_that_makes_no_sense_is_not_asked_for_ever_and_one_that_says_when_is_heard() {
    let mut said = Vec::new();
    for body in ["<html>", r#"{"token_type":"bearer"}"#, r#"{"access_token":"two words"}"#] {
        let (_, server) = serve(SailPoint::new).await;
        server.script(Fault::body(body).on(Method::POST, "/oauth/token").always());
        let (_, errors) = listing(&impatient(&server).personal_access_tokens()).await;
        assert_eq!((errors[0].kind(), errors[0].retry()), (ErrorKind::Protocol, RetryAdvice::Never));
        said.push(errors[0].to_string());
    }
    insta::assert_snapshot!(said.join("\n"));
    let (_, server) = serve(SailPoint::new).await;
    let later = Fault::status(429).with_header("retry-after", "77");
    server.script(later.on(Method::POST, "/oauth/token").always());
    let (_, errors) = listing(&impatient(&server).personal_access_tokens()).await;
    assert_eq!(errors[0].retry_after(), Some(Duration::from_secs(77)));
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_not_begun() {
    let (_, server) = serve(Mist::new).await;
    server.script(Fault::status(429).with_header("retry-after", "50").always());
    let options = HttpOptions::default().with_deadline(Duration::from_secs(40));
    let (_, errors) = listing(&mist_within(&server, options).user_tokens()).await;
    assert_eq!(errors[0].retry_after(), Some(Duration::from_secs(50)));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_vendor_that_was_there_a_moment_ago_may_have_been_sent_something() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        drop(listener);
        let _ = stream.read(&mut [0; 4096]).await;
        let busy = "HTTP/1.1 503 Busy\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        let _ = stream.write_all(busy.as_bytes()).await;
    });
    let tokens =
        MistClient::builder(Mist::USER_KEY).base_url(url).http(http()).build().unwrap().user_tokens();
    let said = tokenward::RevokeOptions::default().even_if_current();
    let error = tokens.revoke(&"17".parse().unwrap(), said).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Transport, RetryAdvice::IfIdempotent), "{error}");
}

#[tokio::test]
async fn a_vendor_that_is_not_there_was_sent_nothing() {
    let server = serve(Mist::new).await.1;
    let url = server.url();
    drop(server);
    let client = MistClient::builder(Mist::USER_KEY).base_url(url).http(once()).build().unwrap();
    let error = client
        .user_tokens()
        .create(tokenward::CreateToken::new("ci", tokenward::Expiry::Never, tokenward::Access::Full))
        .await;
    let error = error.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Transport, RetryAdvice::Always), "{error}");
}
