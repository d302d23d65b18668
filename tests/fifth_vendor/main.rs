//! A vendor that these crates do not know: a client written by hand against the public API, and a simulator of its own.
//!
//! Acme is made up, and differs from every vendor of the workspace: in its error bodies, in the header with the id of a
//! request, in the header that declares when a rate limit resets, and in the status of a conflict. Nothing in
//! `tokenward-http` knows these words.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod acme;
mod dialect;
#[allow(dead_code, reason = "shared with the suite of the families, which uses more of it")]
#[path = "../vendor_rules/paused.rs"]
mod paused;
mod simulator;

use std::time::Duration;

use serde_json::json;
use tokenward_core::{
    Access, CreateToken, Error, ErrorKind, Expiry, ExposeSecret, ListOptions, RetryAdvice, RevokeOptions,
    Timestamp, TokenManager, TokenManagerExt, When,
};
use tokenward_http::{HttpOptions, RateOptions, RetryOptions};
use tokenward_testkit::{Clock, Fault, Method, Server, SignedDuration};

use acme::AcmeKeys;
use simulator::{Acme, CREDENTIAL, PAGE, WINDOW};

/// Sends every request once, and waits for no rate limit.
fn once() -> HttpOptions {
    HttpOptions::default().with_retry(RetryOptions::none()).with_rate(RateOptions::off())
}

async fn serve(acme: Acme) -> (Server, AcmeKeys) {
    let server = Server::start(acme).await.unwrap();
    let keys = AcmeKeys::new(&server.url(), &CREDENTIAL.into(), &once()).unwrap();
    (server, keys)
}

fn request(label: &str) -> CreateToken {
    CreateToken::new(label, Expiry::Never, Access::scopes(["read"]))
}

fn shown(error: &Error) -> String {
    format!("{error} {error:#} {error:?} {error:#?}")
}

#[tokio::test]
async fn a_list_of_several_pages_is_complete() {
    let acme = Acme::new(Clock::system());
    acme.seed(2 * PAGE + 5);
    let (server, keys) = serve(acme).await;
    let tokens = keys.list_all(ListOptions::default()).await.unwrap();
    assert_eq!(tokens.len(), 2 * PAGE + 5);
    assert_eq!(server.requests().len(), 3);
    assert_eq!(tokens[0].name.as_deref(), Some("seed-1"));
    assert!(matches!(tokens[0].created, When::At(_)), "{:?}", tokens[0].created);
}

#[tokio::test]
async fn a_create_returns_the_secret_and_a_get_the_token_without_it() {
    let (_server, keys) = serve(Acme::new(Clock::system())).await;
    let ends: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
    let request = CreateToken::new("ci", Expiry::At(ends), Access::scopes(["read", "write"]));
    let issued = keys.create(request).await.unwrap();
    assert_eq!(issued.secret.expose_secret(), "acme-secret-1");
    assert_eq!(issued.drift, None);
    let token = keys.get(&issued.token.id).await.unwrap();
    assert_eq!((token.name.as_deref(), token.expires), (Some("ci"), When::At(ends)));
    assert_eq!(token.scopes.as_deref(), Some(&["read".to_owned(), "write".to_owned()][..]));
    assert!(!format!("{token:?}").contains("acme-secret"));
}

#[tokio::test]
async fn a_revoked_key_is_not_found_and_the_key_in_use_is_not_revoked() {
    let (_server, keys) = serve(Acme::new(Clock::system())).await;
    let id = keys.create(request("ci")).await.unwrap().token.id;
    keys.revoke(&id, RevokeOptions::default()).await.unwrap();
    let error = keys.get(&id).await.unwrap_err();
    assert_eq!((error.kind(), error.vendor_code()), (ErrorKind::NotFound, Some("no_such_key")), "{error}");
    let error = keys.revoke(&"root".parse().unwrap(), RevokeOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
}

#[tokio::test]
async fn an_error_has_the_code_the_message_and_the_request_id_of_the_vendor() {
    let (server, keys) = serve(Acme::new(Clock::system())).await;
    let error = keys.get(&"k-404".parse().unwrap()).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::NotFound, Some(404)));
    assert_eq!(error.vendor_code(), Some("no_such_key"));
    assert_eq!(error.vendor_message(), Some("there is no key of this id"));
    assert_eq!(error.request_id(), Some("trace-1"));
    // Without the header, the id in the body counts.
    let body = json!({ "problem": { "id": "busy", "text": "try later", "trace": "body-7" } }).to_string();
    server.script(Fault::status(503).with_body("application/json", body));
    let error = keys.get(&"k-1".parse().unwrap()).await.unwrap_err();
    assert_eq!((error.kind(), error.request_id()), (ErrorKind::Unavailable, Some("body-7")), "{error}");
}

#[tokio::test]
async fn a_conflict_that_only_the_vendors_code_declares_is_a_conflict() {
    let (_server, keys) = serve(Acme::new(Clock::system())).await;
    let _first = keys.create(request("ci")).await.unwrap();
    let error = keys.create(request("ci")).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Conflict, Some(400)), "{error}");
    assert_eq!(error.vendor_code(), Some("label_clash"));
}

#[tokio::test]
async fn no_body_declares_what_became_of_a_create_that_may_have_taken_effect() {
    let (server, keys) = serve(Acme::new(Clock::system())).await;
    let body = json!({ "problem": { "id": "label_clash", "text": "choose another label" } }).to_string();
    server.script(Fault::status(500).with_body("application/json", body).on(Method::POST, "/v1/keys"));
    let error = keys.create(request("ci")).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Ambiguous, RetryAdvice::Never), "{error}");
    assert!(error.attempt().is_some());
    assert_eq!(error.vendor_code(), Some("label_clash"));
}

#[tokio::test]
async fn an_error_that_repeats_the_credential_does_not_show_it() {
    let (server, keys) = serve(Acme::new(Clock::system())).await;
    let problem =
        json!({ "id": CREDENTIAL, "text": format!("the key {CREDENTIAL} is not live"), "trace": CREDENTIAL });
    let echo = Fault::status(403)
        .with_body("application/json", json!({ "problem": problem }).to_string())
        .with_header("acme-trace", CREDENTIAL)
        .with_header("acme-window-opens", CREDENTIAL);
    server.script(echo.always());
    for error in [
        keys.list_all(ListOptions::default()).await.unwrap_err(),
        keys.get(&"k-1".parse().unwrap()).await.unwrap_err(),
        keys.create(request("ci")).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::PermissionDenied);
        assert_eq!(error.vendor_message(), Some("the key … is not live"));
        assert_eq!((error.vendor_code(), error.request_id()), (None, None));
        assert!(!shown(&error).contains(CREDENTIAL), "{error:?}");
    }
}

#[tokio::test]
async fn a_429_names_the_wait_that_the_vendors_own_header_declares() {
    let clock = Clock::starting_at("2026-11-01T00:00:13Z".parse().unwrap());
    let acme = Acme::new(clock.clone());
    acme.quota(0);
    let (_server, keys) = serve(acme).await;
    let error = keys.list_all(ListOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.vendor_code()), (ErrorKind::RateLimited, Some("window_full")));
    assert_eq!(error.retry_after(), Some(WINDOW - Duration::from_secs(13)));
    clock.advance(SignedDuration::from_secs(10));
    let error = keys.list_all(ListOptions::default()).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(WINDOW - Duration::from_secs(23)));
}

#[tokio::test]
async fn a_list_waits_for_the_reset_of_a_full_window_and_is_complete() {
    let acme = Acme::new(paused::clock_at(Duration::ZERO));
    acme.seed(2 * PAGE + 5);
    acme.quota(2);
    let (server, tally) = paused::serve(acme, Duration::from_millis(5)).await.unwrap();
    let keys = AcmeKeys::new(&server.url(), &CREDENTIAL.into(), &HttpOptions::default()).unwrap();
    let start = tokio::time::Instant::now();
    let listed =
        paused::in_paused_time(&tally, Duration::from_secs(1), keys.list_all(ListOptions::default())).await;
    assert_eq!(listed.unwrap().len(), 2 * PAGE + 5);
    // Without the header, the client would ask again within seconds.
    assert_eq!((tally.done(), tally.refused()), (3, 1));
    assert!(start.elapsed() >= WINDOW - Duration::from_secs(1), "{:?}", start.elapsed());
}
