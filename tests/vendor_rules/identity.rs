//! Which token is in use, and what the caller is shown.

use tokenward::{Current, ErrorKind, RevokeOptions, TokenManager};
use tokenward_sailpoint::{ApiVersion, SailPoint as Client};
use tokenward_testkit::{Fault, LaunchDarkly, Method, Mist, SailPoint};

use crate::support::{http, launchdarkly, listing, mist, never, sailpoint, serve};

#[tokio::test]
async fn mist_finds_its_token_without_masks_by_its_name() {
    let (vendor, server) = serve(Mist::new).await;
    vendor.no_reveal(true);
    let tokens = mist(&server, Mist::ORG_KEY).org_tokens(Mist::ORG_ID);
    assert_eq!(tokens.current().await.unwrap(), Current::Token(Mist::ORG_KEY_ID.parse().unwrap()));
}

#[tokio::test]
async fn mist_takes_every_token_that_fits_for_its_own_and_refuses_to_revoke_any() {
    let (vendor, server) = serve(Mist::new).await;
    let (all, _) = listing(&mist(&server, Mist::ORG_KEY).org_tokens(Mist::ORG_ID)).await;
    let ours = all.iter().find(|token| token.id.as_str() == Mist::ORG_KEY_ID).unwrap();
    let tokens = mist(&server, Mist::ORG_KEY).org_tokens(Mist::ORG_ID);
    let twin = tokens.create(never(ours.name.as_deref().unwrap(), &["read:org"])).await.unwrap().token.id;
    vendor.no_reveal(true);
    let Current::OneOf(candidates) = tokens.current().await.unwrap() else { panic!("one token fits") };
    assert_eq!(candidates.len(), 2);
    let error = tokens.revoke(&twin, RevokeOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    insta::assert_snapshot!(error);
    assert!(vendor.exists(twin.as_str()));
}

#[tokio::test]
async fn mist_tells_twins_apart_by_their_masks() {
    let (_, server) = serve(Mist::new).await;
    let tokens = mist(&server, Mist::ORG_KEY).org_tokens(Mist::ORG_ID);
    let (all, _) = listing(&tokens).await;
    let ours = all.iter().find(|token| token.id.as_str() == Mist::ORG_KEY_ID).unwrap();
    tokens.create(never(ours.name.as_deref().unwrap(), &["read:org"])).await.map(drop).unwrap();
    assert_eq!(tokens.current().await.unwrap(), Current::Token(ours.id.clone()));
}

#[tokio::test]
async fn mist_a_token_of_the_other_kind_is_none_of_the_family() {
    let (_, server) = serve(Mist::new).await;
    assert_eq!(mist(&server, Mist::ORG_KEY).user_tokens().find().await, Current::Other);
    assert_eq!(mist(&server, Mist::USER_KEY).org_tokens(Mist::ORG_ID).find().await, Current::Other);
}

trait Find {
    async fn find(&self) -> Current;
}

impl<M: TokenManager> Find for M {
    async fn find(&self) -> Current {
        self.current().await.unwrap()
    }
}

#[tokio::test]
async fn who_is_calling_is_asked_once() {
    let (_, server) = serve(LaunchDarkly::new).await;
    let tokens = launchdarkly(&server, LaunchDarkly::ADMIN_TOKEN).access_tokens();
    for _ in 0..3 {
        tokens.current().await.unwrap();
    }
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn launchdarkly_shows_a_member_less_than_an_administrator() {
    let (vendor, server) = serve(LaunchDarkly::new).await;
    let all = listing(&launchdarkly(&server, LaunchDarkly::ADMIN_TOKEN).access_tokens()).await.0.len();
    let tokens = launchdarkly(&server, LaunchDarkly::READER_TOKEN).access_tokens();
    let (own, errors) = listing(&tokens).await;
    assert!(errors.is_empty() && own.len() < all);
    assert_eq!(all, vendor.token_ids().len());
    assert!(tokens.capabilities().coverage().unwrap().contains("administrators"));
}

#[tokio::test]
async fn sailpoint_an_api_client_is_refused_personal_access_tokens_and_knows_itself_among_clients() {
    let (_, server) = serve(SailPoint::new).await;
    let client = Client::builder(SailPoint::API_CLIENT_ID, SailPoint::API_CLIENT_SECRET)
        .base_url(server.url())
        .http(http())
        .build()
        .unwrap();
    let (_, errors) = listing(&client.personal_access_tokens()).await;
    assert_eq!(errors[0].kind(), ErrorKind::PermissionDenied);
    let id = SailPoint::API_CLIENT_ID.parse().unwrap();
    assert_eq!(client.oauth_clients().current().await.unwrap(), Current::Token(id));
    let error = client
        .oauth_clients()
        .revoke(&SailPoint::API_CLIENT_ID.parse().unwrap(), RevokeOptions::default())
        .await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn sailpoint_does_not_revoke_what_may_be_the_platforms() {
    let (vendor, server) = serve(SailPoint::new).await;
    let tokens = sailpoint(&server, ApiVersion::V1).personal_access_tokens();
    let id = tokens.create(never("ci", &["sp:scopes:default"])).await.unwrap().token.id;
    server.script(Fault::status(503).on(Method::GET, "personal-access-tokens").always());
    let error = tokens.revoke(&id, RevokeOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    insta::assert_snapshot!(error);
    assert!(vendor.exists(id.as_str()));
}
