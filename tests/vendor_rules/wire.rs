//! What each operation of each family puts on the wire, and in which order.

use std::fmt::Write as _;

use tokenward::{
    Access, CreateToken, Expiry, ListOptions, ResetOptions, RevokeOptions, TokenId, TokenManager,
    TokenManagerExt, UpdateToken,
};
use tokenward_sailpoint::ApiVersion;
use tokenward_testkit::{Atlassian, LaunchDarkly, Mist, Request, SailPoint, Server};

use crate::support::{at, atlassian, launchdarkly, mist, never, sailpoint, serve};

fn describe(request: &Request) -> String {
    let mut text = format!("  {} {}", request.method, request.path);
    if !request.query.is_empty() {
        let _ = write!(text, "?{}", request.query);
    }
    for name in ["ld-api-version", "content-type"] {
        if let Some(value) = request.header(name) {
            let _ = write!(text, "\n    {name}: {value}");
        }
    }
    if !request.body.is_empty() {
        let _ = write!(text, "\n    {}", String::from_utf8_lossy(&request.body));
    }
    text
}

/// What was sent since the last time, under the name of what asked for it. Fresh ids differ by nothing but chance.
fn transcript(text: &mut String, operation: &str, server: &Server, fresh: Option<&TokenId>) {
    let _ = writeln!(text, "{operation}");
    for request in server.requests().iter().filter(|request| request.path != "/oauth/token") {
        let mut line = describe(request);
        if let Some(fresh) = fresh {
            line = line.replace(fresh.as_str(), "<fresh>");
        }
        let _ = writeln!(text, "{line}");
    }
    server.clear_requests();
}

/// Every operation that the family has, in the life of one token.
async fn life(
    server: &Server,
    manager: &dyn TokenManager,
    request: CreateToken,
    change: UpdateToken,
) -> String {
    let mut text = String::new();
    manager.list_all(ListOptions::default()).await.unwrap();
    transcript(&mut text, "list", server, None);
    let issued = manager.create(request).await.unwrap();
    let id = issued.token.id;
    transcript(&mut text, "create", server, None);
    manager.get(&id).await.unwrap();
    transcript(&mut text, "get", server, Some(&id));
    manager.update(&id, change).await.unwrap();
    transcript(&mut text, "update", server, Some(&id));
    let grace = ResetOptions::default().with_grace_until(at("2090-01-01T00:00:00Z"));
    if manager.reset(&id, grace).await.is_ok() {
        transcript(&mut text, "reset", server, Some(&id));
    }
    manager.revoke(&id, RevokeOptions::default()).await.unwrap();
    transcript(&mut text, "revoke", server, Some(&id));
    manager.current().await.unwrap();
    transcript(&mut text, "current", server, None);
    text
}

#[tokio::test]
async fn atlassian_user_token() {
    let (_, server) = serve(Atlassian::new).await;
    let tokens = atlassian(&server, Atlassian::ADMIN_KEY).user_tokens(Atlassian::ORG_ID);
    let mut text = String::new();
    let all = tokens.list_all(ListOptions::default()).await.unwrap();
    transcript(&mut text, "list", &server, None);
    tokens.list_all(ListOptions::default().with_owner(Atlassian::ACCOUNT_ID)).await.unwrap();
    transcript(&mut text, "list by owner", &server, None);
    tokens.get(&all[0].id).await.unwrap();
    transcript(&mut text, "get", &server, None);
    tokens.revoke(&all[0].id, RevokeOptions::default()).await.unwrap();
    transcript(&mut text, "revoke", &server, None);
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn atlassian_api_key() {
    let (_, server) = serve(Atlassian::new).await;
    let keys = atlassian(&server, Atlassian::ADMIN_KEY).api_keys(Atlassian::ORG_ID);
    let mut text = String::new();
    let id = Atlassian::SCOPED_KEY_ID.parse().unwrap();
    keys.list_all(ListOptions::default()).await.unwrap();
    transcript(&mut text, "list", &server, None);
    keys.get(&id).await.unwrap();
    transcript(&mut text, "get", &server, None);
    keys.revoke(&id, RevokeOptions::default()).await.unwrap();
    transcript(&mut text, "revoke", &server, None);
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn mist_org_token() {
    let (_, server) = serve(Mist::new).await;
    let tokens = mist(&server, Mist::ORG_KEY).org_tokens(Mist::ORG_ID);
    let request =
        never("ci", &["read:site:5a17e000-0000-4000-8000-000000000001"]).with_source_ips(["192.0.2.1"]);
    insta::assert_snapshot!(life(&server, &tokens, request, UpdateToken::default().with_name("ci-2")).await);
}

#[tokio::test]
async fn mist_user_token() {
    let (_, server) = serve(Mist::new).await;
    let tokens = mist(&server, Mist::USER_KEY).user_tokens();
    let request = CreateToken::new("ci", Expiry::Never, Access::Full);
    insta::assert_snapshot!(life(&server, &tokens, request, UpdateToken::default().with_name("ci-2")).await);
}

#[tokio::test]
async fn sailpoint_personal_access_token() {
    let (_, server) = serve(SailPoint::new).await;
    let tokens = sailpoint(&server, ApiVersion::V1).personal_access_tokens();
    let request =
        CreateToken::new("ci", Expiry::At(at("2090-01-01T00:00:00Z")), Access::scopes(["sp:scopes:default"]))
            .with_bearer_lifetime(std::time::Duration::from_secs(600));
    let change =
        UpdateToken::default().with_name("ci-2").with_expiry(Expiry::Never).with_access(Access::Full);
    let mut text = life(&server, &tokens, request, change).await;
    let unused = ListOptions::default().with_owner("me").with_unused_since(at("2026-08-01T00:00:00Z"));
    tokens.list_all(unused).await.unwrap();
    transcript(&mut text, "list of one owner's that is unused", &server, None);
    tokens.create(never("never", &["sp:scopes:default"])).await.map(drop).unwrap();
    transcript(&mut text, "create without an end", &server, None);
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn sailpoint_personal_access_token_of_2024() {
    let (_, server) = serve(SailPoint::new).await;
    let tokens = sailpoint(&server, ApiVersion::V2024).personal_access_tokens();
    let request = CreateToken::new("ci", Expiry::VendorDefault, Access::Full);
    insta::assert_snapshot!(life(&server, &tokens, request, UpdateToken::default().with_name("ci-2")).await);
}

#[tokio::test]
async fn sailpoint_oauth_client() {
    let (_, server) = serve(SailPoint::new).await;
    let clients = sailpoint(&server, ApiVersion::V1).oauth_clients();
    let request = never("ci", &["sp:scopes:default"]).with_description("builds");
    insta::assert_snapshot!(life(&server, &clients, request, UpdateToken::default().with_name("ci-2")).await);
}

#[tokio::test]
async fn launchdarkly_access_token() {
    let (_, server) = serve(LaunchDarkly::new).await;
    let tokens = launchdarkly(&server, LaunchDarkly::ADMIN_TOKEN).access_tokens();
    let [(role, _), _] = LaunchDarkly::CUSTOM_ROLES;
    let access = Access::scopes([format!("custom-role-key:{role}")]);
    let request = CreateToken::new("ci", Expiry::At(at("2090-01-01T00:00:00Z")), access)
        .for_service()
        .with_description("builds");
    let change =
        UpdateToken::default().with_name("ci-2").with_expiry(Expiry::Never).with_access(Access::Full);
    insta::assert_snapshot!(life(&server, &tokens, request, change).await);
}

#[tokio::test]
async fn launchdarkly_relay_proxy_config() {
    let (_, server) = serve(LaunchDarkly::new).await;
    let configs = launchdarkly(&server, LaunchDarkly::ADMIN_TOKEN).relay_proxy_configs();
    let request = CreateToken::new("edge", Expiry::Never, Access::Full);
    let change = UpdateToken::default().with_name("edge-2").with_access(Access::scopes([
        r#"{"effect":"allow","actions":["*"],"resources":["proj/web:env/*"]}"#,
    ]));
    insta::assert_snapshot!(life(&server, &configs, request, change).await);
}
