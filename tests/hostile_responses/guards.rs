//! What stands before a revocation says its cause first, and advises a way around it only where that can help.

use std::net::TcpListener;

use tokenward::{
    BuildError, ErrorKind, RevokeOptions, TokenId, TokenManager, atlassian::Atlassian,
    launchdarkly::LaunchDarkly, sailpoint::SailPoint,
};

use crate::server::{Server, answer, http};

fn id() -> TokenId {
    "7".parse().unwrap()
}

#[tokio::test]
async fn a_dead_credential_and_a_vendor_that_is_not_reached_are_called_that() {
    let dead = Server::always(answer(401, "", r#"{"code":"unauthorized"}"#)).await;
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (url, kind, cause) in [
        (dead.url.clone(), ErrorKind::Unauthenticated, "the credential is refused"),
        (format!("http://{nobody}"), ErrorKind::Transport, "the connection was refused"),
    ] {
        let client = LaunchDarkly::builder("api-x").base_url(&url).http(http()).build().unwrap();
        let error = client.access_tokens().revoke(&id(), RevokeOptions::default()).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.message().starts_with(cause), "{error}");
        assert!(!error.message().contains("even_if_current"), "{error}");
    }
    let forbidden = Server::always(answer(403, "", "{}")).await;
    let client = LaunchDarkly::builder("api-x").base_url(&forbidden.url).http(http()).build().unwrap();
    let error = client.access_tokens().revoke(&id(), RevokeOptions::default()).await.unwrap_err();
    assert!(error.message().starts_with("the credential may not do this, so it is not known"), "{error}");
    assert!(error.message().contains("even_if_current"), "{error}");
}

#[tokio::test]
async fn a_client_that_does_not_exist_is_not_found() {
    let server = Server::start(|_, request| match request.starts_with("POST") {
        true => answer(200, "", r#"{"access_token":"a.b.c","expires_in":600}"#),
        false => answer(404, "", "{}"),
    })
    .await;
    let sailpoint = SailPoint::builder("id", "secret").base_url(&server.url).http(http()).build().unwrap();
    let error = sailpoint.oauth_clients().revoke(&id(), RevokeOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.message(), "there is no such token, or it is not shown to this credential");
    assert_eq!(error.token_id(), Some(&id()));
}

#[tokio::test]
async fn atlassians_key_in_use_is_not_revoked_and_without_its_id_none_is() {
    let server = Server::always(answer(204, "", "")).await;
    let builder = || Atlassian::builder("a-key").base_url(&server.url).http(http());
    let untold = builder().build().unwrap().api_keys("org");
    let refusal = untold.revoke(&id(), RevokeOptions::default()).await.unwrap_err();
    assert_eq!(refusal.kind(), ErrorKind::Conflict);
    assert!(refusal.message().contains("api_key_id") && refusal.message().contains("even_if_current"));
    assert_eq!(untold.current().await.unwrap_err().kind(), ErrorKind::Unsupported);

    let told = builder().api_key_id("7").build().unwrap().api_keys("org");
    assert_eq!(told.revoke(&id(), RevokeOptions::default()).await.unwrap_err().kind(), ErrorKind::Conflict);
    assert!(told.current().await.unwrap().may_be(&id()));
    assert!(server.requests().is_empty());

    told.revoke(&"8".parse().unwrap(), RevokeOptions::default()).await.unwrap();
    told.revoke(&id(), RevokeOptions::default().even_if_current()).await.unwrap();
    untold.revoke(&id(), RevokeOptions::default().even_if_current()).await.unwrap();
    assert_eq!(server.requests().len(), 3);
    assert!(matches!(builder().api_key_id("").build(), Err(BuildError::Setting { .. })));
}
