//! Addresses and ids that lead elsewhere than they seem to.

use std::sync::Arc;

use tokenward::{
    BuildError, ErrorKind, ListOptions, ResetOptions, RevokeOptions, TokenManager, TokenManagerExt,
    UpdateToken, atlassian::Atlassian, launchdarkly::LaunchDarkly, mist::Mist, sailpoint::SailPoint,
};

use crate::server::{Server, answer, http};

#[tokio::test]
async fn an_id_with_a_slash_is_refused_by_every_family_before_anything_is_sent() {
    let server = Server::always(answer(200, "", "[]")).await;
    let url = &server.url;
    let atlassian = || Atlassian::builder("key").base_url(url).http(http()).build().unwrap();
    let mist = || Mist::builder("a-credential").base_url(url).http(http()).build().unwrap();
    let sailpoint = SailPoint::builder("id", "secret").base_url(url).http(http()).build().unwrap();
    let launchdarkly = LaunchDarkly::builder("api-x").base_url(url).http(http()).build().unwrap();
    let managers: Vec<Arc<dyn TokenManager>> = vec![
        Arc::new(atlassian().user_tokens("org")),
        Arc::new(atlassian().api_keys("org")),
        Arc::new(mist().org_tokens("org")),
        Arc::new(mist().user_tokens()),
        Arc::new(sailpoint.oauth_clients()),
        Arc::new(sailpoint.personal_access_tokens()),
        Arc::new(launchdarkly.access_tokens()),
        Arc::new(launchdarkly.relay_proxy_configs()),
    ];
    for id in ["account/a/b", "account/..\\b", "account/../../x", "a/\\"] {
        let id = &id.parse().unwrap();
        for manager in &managers {
            let bold = RevokeOptions::default().even_if_current().even_if_managed();
            let refusals = [
                manager.get(id).await.err(),
                manager.revoke(id, bold).await.err(),
                manager.update(id, UpdateToken::default().with_name("x")).await.err(),
                manager.reset(id, ResetOptions::default().even_if_current()).await.err(),
            ];
            for refusal in refusals {
                let refusal = refusal.expect("a refusal");
                let kind = refusal.kind();
                assert!(matches!(kind, ErrorKind::InvalidInput | ErrorKind::Unsupported), "{refusal}");
            }
        }
    }
    for organization in ["../../self", "a\\b", "a\nb"] {
        for manager in [
            Arc::new(mist().org_tokens(organization)) as Arc<dyn TokenManager>,
            Arc::new(atlassian().user_tokens(organization)),
            Arc::new(atlassian().api_keys(organization)),
        ] {
            let refusal = manager.list_all(ListOptions::default()).await.unwrap_err();
            assert_eq!(refusal.kind(), ErrorKind::InvalidInput, "{refusal}");
        }
    }
    let owner = ListOptions::default().with_owner("a/../b");
    let refusal = atlassian().user_tokens("org").list_all(owner).await.unwrap_err();
    assert_eq!(refusal.kind(), ErrorKind::InvalidInput);
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_raw_call_encodes_such_an_id() {
    let server = Server::always(answer(200, "", r#"{"id":"7"}"#)).await;
    let mist = Mist::builder("a-credential").base_url(&server.url).http(http()).build().unwrap();
    mist.raw().get_org_api_token("a/b", "..\\c").await.unwrap();
    assert!(server.requests()[0].starts_with("GET /api/v1/orgs/a%2Fb/apitokens/..%5Cc "));
}

#[test]
fn an_address_with_white_space_or_a_control_character_is_refused() {
    for address in
        ["https://h\tx.com", "https://h.com\n", " https://h.com", "https://h.com/a b", "https://h\r.com"]
    {
        let error = Mist::builder("a-credential").base_url(address).build().unwrap_err();
        assert!(matches!(error, BuildError::BaseUrl { .. }), "{address:?}");
    }
}
