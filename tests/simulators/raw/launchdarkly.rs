//! LaunchDarkly's operations.

use serde_json::json;
use tokenward_http::Timestamp;
use tokenward_launchdarkly::{
    LaunchDarkly,
    raw::{
        ENDPOINTS,
        types::{
            AccessTokenPost, AccessTokenPostRole, GetTokensQuery, PatchOperation, PatchWithComment,
            RelayAutoConfigPost, ResetRelayAutoConfigQuery, ResetTokenQuery, StatementEffect, StatementInput,
        },
    },
};
use tokenward_testkit::{Clock, LaunchDarkly as Simulator, Server};

use super::{http, operations};

async fn start(_: &str) -> (Simulator, Server, LaunchDarkly) {
    let vendor = Simulator::new(Clock::system());
    let server = Server::start(vendor.clone()).await.unwrap();
    let client =
        LaunchDarkly::builder(Simulator::ADMIN_TOKEN).base_url(server.url()).http(http()).build().unwrap();
    (vendor, server, client)
}

operations! {
    ENDPOINTS, start, vendor;
    get_relay_proxy_configs();
    post_relay_auto_config(&config());
    get_relay_proxy_config(&vendor.relay_config_ids()[0]);
    delete_relay_auto_config(&vendor.relay_config_ids()[0]);
    patch_relay_auto_config(&vendor.relay_config_ids()[0], &PatchWithComment::new(rename()));
    reset_relay_auto_config(&vendor.relay_config_ids()[0], &config_expiry());
    get_caller_identity();
    get_tokens(&all());
    post_token(&token());
    get_token(Simulator::SERVICE_TOKEN_ID);
    delete_token(Simulator::SERVICE_TOKEN_ID);
    patch_token(Simulator::SERVICE_TOKEN_ID, &rename());
    reset_token(Simulator::SERVICE_TOKEN_ID, &token_expiry());
}

fn in_2090() -> Timestamp {
    "2090-01-01T00:00:00Z".parse().unwrap()
}

fn config_expiry() -> ResetRelayAutoConfigQuery {
    let mut query = ResetRelayAutoConfigQuery::default();
    query.expiry = Some(in_2090().into());
    query
}

fn token_expiry() -> ResetTokenQuery {
    let mut query = ResetTokenQuery::default();
    query.expiry = Some(in_2090().into());
    query
}

fn all() -> GetTokensQuery {
    let mut query = GetTokensQuery::default();
    (query.limit, query.offset, query.show_all) = (Some(100), Some(0), Some(true));
    query
}

fn token() -> AccessTokenPost {
    let mut token = AccessTokenPost::default();
    token.name = Some("ci".to_owned());
    token.role = Some(AccessTokenPostRole::Reader);
    token
}

fn config() -> RelayAutoConfigPost {
    let mut statement = StatementInput::new(StatementEffect::Allow);
    statement.actions = Some(vec!["*".to_owned()]);
    statement.resources = Some(vec!["proj/*:env/*".to_owned()]);
    RelayAutoConfigPost::new("ci", vec![statement])
}

fn rename() -> Vec<PatchOperation> {
    let mut replace = PatchOperation::new("replace", "/name");
    replace.value = json!("renamed").into();
    vec![replace]
}
