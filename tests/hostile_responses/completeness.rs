//! A list is complete or says that it is not, and nothing is revoked by what a part of a list shows.

use std::sync::Arc;

use tokenward::{
    Error, ErrorKind, ListOptions, RevokeOptions, TokenManager, TokenManagerExt, atlassian::Atlassian,
    launchdarkly::LaunchDarkly, mist::Mist, sailpoint::SailPoint,
};

use crate::server::{Server, answer, http};

/// The credential that Mist's answers mask.
const MIST: &str = "abcd5678efgh";

fn mist(server: &Server) -> Mist {
    Mist::builder(MIST).base_url(&server.url).http(http()).build().unwrap()
}

/// All families, at one address.
fn managers(url: &str) -> Vec<Arc<dyn TokenManager>> {
    let atlassian = Atlassian::builder("key").base_url(url).http(http()).build().unwrap();
    let mist = Mist::builder(MIST).base_url(url).http(http()).build().unwrap();
    let sailpoint = SailPoint::builder("id", "secret").base_url(url).http(http()).build().unwrap();
    let launchdarkly = LaunchDarkly::builder("api-x").base_url(url).http(http()).build().unwrap();
    vec![
        Arc::new(atlassian.user_tokens("org")),
        Arc::new(atlassian.api_keys("org")),
        Arc::new(mist.org_tokens("org")),
        Arc::new(mist.user_tokens()),
        Arc::new(sailpoint.personal_access_tokens()),
        Arc::new(sailpoint.oauth_clients()),
        Arc::new(launchdarkly.access_tokens()),
        Arc::new(launchdarkly.relay_proxy_configs()),
    ]
}

/// An empty list in the form of whoever is asked, after a bearer if one is asked for.
fn empty(request: &str, status: u16, headers: &str) -> Vec<u8> {
    match () {
        () if request.starts_with("POST") => {
            answer(200, "", r#"{"access_token":"a.b.c","token_type":"bearer","expires_in":600}"#)
        }
        () if request.contains("/admin/") => answer(status, headers, r#"{"data":[],"links":{}}"#),
        () if request.contains("/api/v2/") => answer(status, headers, r#"{"items":[],"totalCount":0}"#),
        () => answer(status, headers, "[]"),
    }
}

async fn last_error(manager: &dyn TokenManager) -> Option<Error> {
    manager.listing(ListOptions::default()).await.errors.pop()
}

#[tokio::test]
async fn every_list_is_incomplete_if_its_answer_announces_more() {
    for (status, headers) in [
        (206, ""),
        (200, "X-Page-Total: 300\r\nX-Page-Limit: 100\r\n"),
        (200, "X-Total-Count: 7\r\n"),
        (200, "Link: <https://api.example/next>; rel=\"next\"\r\n"),
        (200, "Link: <a>; rel=\"prev\"\r\nlink: <b>;rel=next\r\n"),
        (200, "Content-Range: items 0-99/300\r\n"),
        (200, "X-Next-Page: 2\r\n"),
    ] {
        let server = Server::start(move |_, request| empty(request, status, headers)).await;
        for manager in managers(&server.url) {
            let error = last_error(&*manager).await.map(|error| error.kind());
            assert_eq!(error, Some(ErrorKind::Incomplete), "{} {status} {headers}", manager.family());
        }
    }
    let server = Server::start(|_, request| empty(request, 200, "X-Page-Total: 0\r\n")).await;
    for manager in managers(&server.url) {
        assert!(last_error(&*manager).await.is_none(), "{}", manager.family());
    }
}

#[tokio::test]
async fn the_links_and_totals_in_a_body_count_as_well() {
    for (body, family) in [
        (r#"{"items":[],"totalCount":3}"#, 7),
        (r#"{"items":[],"_links":{"next":{"href":"/api/v2/account/relay-auto-configs?offset=20"}}}"#, 7),
        (r#"{"items":[],"totalCount":0,"_links":{"next":{"href":"/api/v2/tokens?offset=20"}}}"#, 6),
    ] {
        let server = Server::always(answer(200, "", body)).await;
        let manager = &managers(&server.url)[family];
        let error = last_error(&**manager).await.map(|error| error.kind());
        assert_eq!(error, Some(ErrorKind::Incomplete), "{} {body}", manager.family());
    }
}

/// Mist: who is calling, and a list.
fn mist_answers(
    caller: &'static str,
    list: &'static str,
    headers: &'static str,
) -> impl Fn(usize, &str) -> Vec<u8> {
    move |_, request| match () {
        () if request.starts_with("DELETE") => answer(200, "", ""),
        () if request.starts_with("GET /api/v1/self ") => answer(200, "", caller),
        () => answer(200, headers, list),
    }
}

#[tokio::test]
async fn a_part_of_mists_list_does_not_let_the_credential_in_use_be_revoked() {
    const OTHER: &str = r#"[{"id":"other","name":"other","key":"zzzz...zzzz"}]"#;
    const CALLER: &str = r#"{"name":"ours"}"#;

    for (caller, headers) in [
        (CALLER, "X-Page-Total: 300\r\nX-Page-Limit: 100\r\n"),
        (CALLER, "Link: <x>; rel=\"next\"\r\n"),
        // Nothing is announced, but the token that is calling is not there.
        (CALLER, ""),
        (r#"{}"#, "X-Page-Total: 300\r\n"),
    ] {
        let server = Server::start(mist_answers(caller, OTHER, headers)).await;
        let tokens = mist(&server).org_tokens("org");
        assert_eq!(tokens.current().await.unwrap_err().kind(), ErrorKind::Incomplete, "{caller} {headers}");
        let refusal = tokens.revoke(&"ours".parse().unwrap(), RevokeOptions::default()).await.unwrap_err();
        assert_eq!(refusal.kind(), ErrorKind::Incomplete, "{caller} {headers}");
        assert!(refusal.to_string().ends_with("nothing was done"), "{refusal}");
        assert!(!server.requests().iter().any(|request| request.starts_with("DELETE")));
    }
    let server = Server::start(mist_answers(r#"{"email":"a@example.com"}"#, OTHER, "")).await;
    let refusal =
        mist(&server).user_tokens().revoke(&"ours".parse().unwrap(), RevokeOptions::default()).await;
    assert_eq!(refusal.unwrap_err().kind(), ErrorKind::Incomplete, "the list lacks the caller");
    let server =
        Server::start(mist_answers(r#"{"email":"a@example.com"}"#, "[]", "X-Total-Count: 2\r\n")).await;
    let refusal =
        mist(&server).user_tokens().revoke(&"ours".parse().unwrap(), RevokeOptions::default()).await;
    assert_eq!(refusal.unwrap_err().kind(), ErrorKind::Incomplete);

    let server =
        Server::start(mist_answers(CALLER, r#"[{"id":"a","name":"ours"},{"id":"b","name":"b"}]"#, "")).await;
    let tokens = mist(&server).org_tokens("org");
    tokens.revoke(&"b".parse().unwrap(), RevokeOptions::default()).await.unwrap();
    assert_eq!(
        tokens.revoke(&"a".parse().unwrap(), RevokeOptions::default()).await.unwrap_err().kind(),
        ErrorKind::Conflict
    );
}

#[tokio::test]
async fn another_record_under_one_id_is_reported_in_its_place_and_an_equal_one_is_not() {
    let list = r#"[{"id":"a","name":"one"},{"id":"a","name":"one"},{"id":"a","name":"two"},{"id":"b"}]"#;
    let server = Server::always(answer(200, "", list)).await;
    let listing = mist(&server).org_tokens("org").listing(ListOptions::default()).await;
    let ids: Vec<&str> = listing.tokens.iter().map(|token| token.id.as_str()).collect();
    assert_eq!(ids, ["a", "b"]);
    assert_eq!(listing.errors.len(), 1);
    let error = &listing.errors[0];
    assert_eq!((error.kind(), error.position()), (ErrorKind::Protocol, Some(2)));
    assert_eq!(error.token_id().unwrap().as_str(), "a");
    assert_eq!(error.record().unwrap().as_str(), r#"{"id":"a","name":"two"}"#);
}
