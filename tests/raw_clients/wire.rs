//! What each operation puts on the wire: method, path, query, headers and body.

use std::{collections::BTreeSet, fmt::Write as _};

use serde_json::json;
use tokenward_atlassian::raw::types as atlassian;
use tokenward_http::{Endpoint, Timestamp};
use tokenward_launchdarkly::raw::types as launchdarkly;
use tokenward_mist::raw::types as mist;
use tokenward_sailpoint::raw::types as sailpoint;
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{any, path},
};

use crate::support::{self, CREDENTIAL};

/// A server that answers every call with what no operation minds, and a bearer token where one is asked for.
async fn server() -> MockServer {
    let server = MockServer::start().await;
    let grant =
        ResponseTemplate::new(200).set_body_json(json!({"access_token": "bearer", "expires_in": 600}));
    Mock::given(path("/oauth/token")).respond_with(grant).mount(&server).await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    server
}

/// The request as a reader of the documentation would write it down.
fn describe(request: &Request) -> String {
    let mut text = format!("{} {}", request.method, request.url.path());
    if let Some(query) = request.url.query() {
        let _ = write!(text, "?{query}");
    }
    let shown: BTreeSet<String> = request
        .headers
        .iter()
        .filter(|(name, _)| !["host", "content-length", "user-agent"].contains(&name.as_str()))
        .map(|(name, value)| {
            format!("\n{name}: {}", value.to_str().unwrap().replace(CREDENTIAL, "<credential>"))
        })
        .collect();
    text.extend(shown);
    if !request.body.is_empty() {
        let _ = write!(text, "\n\n{}", std::str::from_utf8(&request.body).unwrap());
    }
    text
}

/// Runs each call, and gives the requests by operation; every operation of the table has to be among the calls.
macro_rules! transcript {
    ($server:ident, $operations:expr, $client:expr, { $($name:ident($($argument:expr),*);)* }) => {{
        let client = $client;
        let mut called = BTreeSet::new();
        let mut transcript = String::new();
        $(
            // Only the request is of interest; the answer fits some operations and not others.
            let _ = client.raw().$name($($argument),*).await;
            let requests = $server.received_requests().await.unwrap();
            let request = requests.last().unwrap();
            let _ = write!(transcript, "# {}\n{}\n\n", stringify!($name), describe(request));
            called.insert(stringify!($name));
        )*
        let known: BTreeSet<&str> = $operations.iter().map(|operation: &Endpoint| operation.id).collect();
        assert_eq!(called, known, "every operation has a wire test");
        transcript
    }};
}

#[tokio::test]
async fn atlassian() {
    let server = server().await;
    let mut tokens = atlassian::ListOrgApiTokensQuery::default();
    tokens.q = Some("robin".into());
    tokens.status = Some("ALLOWED".into());
    tokens.page_size = Some(50);
    tokens.cursor = Some("c/1+=".into());
    let mut count = atlassian::CountOrgApiTokensQuery::default();
    count.created_at_value = Some(30);
    insta::assert_snapshot!(transcript!(
        server,
        tokenward_atlassian::raw::ENDPOINTS,
        support::atlassian(&server),
        {
            list_user_api_tokens("557058:a|b");
            delete_user_api_token("557058:a", "token/1");
            list_org_api_tokens("org-1", &tokens);
            count_org_api_tokens("org-1", &count);
            list_org_api_keys("org-1", &Default::default());
            count_org_api_keys("org-1", &Default::default());
            revoke_org_api_key("org-1", "key-1");
        }
    ));
}

#[tokio::test]
async fn mist() {
    let server = server().await;
    let mut org_token = mist::OrgApiTokenInput::new("ci");
    org_token.privileges =
        Some(vec![mist::PrivilegeOrgInput::new(mist::PrivilegeOrgRole::Read, mist::PrivilegeOrgScope::Org)]);
    let mut user_token = mist::UserApiTokenInput::default();
    user_token.name = Some("laptop".into());
    insta::assert_snapshot!(transcript!(server, tokenward_mist::raw::ENDPOINTS, support::mist(&server), {
        list_org_api_tokens("org");
        create_org_api_token("org", &org_token);
        get_org_api_token("org", "id");
        update_org_api_token("org", "id", &org_token);
        delete_org_api_token("org", "id");
        list_api_tokens();
        create_api_token(&user_token);
        get_api_token("id");
        update_api_token("id", &user_token);
        delete_api_token("id");
        get_self();
    }));
}

#[tokio::test]
async fn sailpoint() {
    let server = server().await;
    let mut token = sailpoint::CreatePersonalAccessTokenRequest::new("ci");
    token.scope = vec!["sp:my-personal-access-tokens:read".to_owned()].into();
    token.expiration_date = "2026-08-01T00:00:00Z".parse::<Timestamp>().unwrap().into();
    let mut never =
        sailpoint::JsonPatchOperation::new(sailpoint::JsonPatchOperationOp::Replace, "/expirationDate");
    never.value = tokenward_http::Nullable::Null;
    let patch = vec![never];
    let bulk = sailpoint::UpdatePersonalAccessTokensRequest::new(vec!["a".into(), "b".into()], patch.clone());
    let client = sailpoint::CreateOauthClientRequest::new(
        750,
        sailpoint::AccessType::Offline,
        Some("portal".into()),
        true,
        Some(vec![sailpoint::GrantType::ClientCredentials]),
        Some("Portal".into()),
    );
    let mut tokens = sailpoint::ListPersonalAccessTokensQuery::default();
    tokens.owner_id = Some("me".into());
    tokens.filters = Some("lastUsed le 2026-01-01T00:00:00Z".into());
    let grant = sailpoint::CreateOauthTokenBody::new(
        "id",
        sailpoint::CreateOauthTokenBodyGrantType::ClientCredentials,
    );
    insta::assert_snapshot!(transcript!(
        server,
        tokenward_sailpoint::raw::ENDPOINTS,
        support::sailpoint(&server),
        {
            list_personal_access_tokens(&tokens);
            create_personal_access_token(&token);
            patch_personal_access_token("id", &patch);
            delete_personal_access_token("id");
            update_personal_access_tokens(&bulk);
            list_oauth_clients(&Default::default());
            create_oauth_client(&client);
            get_oauth_client("id");
            patch_oauth_client("id", &patch);
            delete_oauth_client("id");
            create_oauth_token(&grant);
        }
    ));
}

#[tokio::test]
async fn launchdarkly() {
    let server = server().await;
    let expiry: Timestamp = "2026-08-01T00:00:00Z".parse().unwrap();
    let mut page = launchdarkly::GetTokensQuery::default();
    page.limit = Some(100);
    page.offset = Some(200);
    page.show_all = Some(true);
    let mut token = launchdarkly::AccessTokenPost::default();
    token.name = Some("ci".into());
    token.role = Some(launchdarkly::AccessTokenPostRole::Reader);
    token.service_token = Some(true);
    token.expiry = Some(expiry);
    let mut replace = launchdarkly::PatchOperation::new("replace", "/expiry");
    replace.value = json!(1_785_542_400_000_i64).into();
    let patch = vec![replace];
    let policy = vec![launchdarkly::StatementInput::new(launchdarkly::StatementEffect::Allow)];
    let relay = launchdarkly::RelayAutoConfigPost::new("edge", policy);
    let commented = launchdarkly::PatchWithComment::new(patch.clone());
    let mut reset = launchdarkly::ResetTokenQuery::default();
    reset.expiry = Some(expiry.into());
    let mut reset_relay = launchdarkly::ResetRelayAutoConfigQuery::default();
    reset_relay.expiry = Some(expiry.into());
    insta::assert_snapshot!(transcript!(
        server,
        tokenward_launchdarkly::raw::ENDPOINTS,
        support::launchdarkly(&server),
        {
            get_tokens(&page);
            post_token(&token);
            get_token("id");
            patch_token("id", &patch);
            delete_token("id");
            reset_token("id", &reset);
            get_relay_proxy_configs();
            post_relay_auto_config(&relay);
            get_relay_proxy_config("id");
            patch_relay_auto_config("id", &commented);
            delete_relay_auto_config("id");
            reset_relay_auto_config("id", &reset_relay);
            get_caller_identity();
        }
    ));
}
