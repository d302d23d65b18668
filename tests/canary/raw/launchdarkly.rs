//! LaunchDarkly's.

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
use tokenward_tests::sample;

use super::{operations, unread};
use crate::{
    outcomes::planted,
    plants::{data::SAID, data::TOKEN_ID, plant},
};

operations! {
    LaunchDarkly, ENDPOINTS;
    get_relay_proxy_configs() => planted(sample!("launchdarkly.get_relay_proxy_configs"));
    post_relay_auto_config(&config()) => planted(sample!("launchdarkly.post_relay_auto_config"));
    get_relay_proxy_config(&plant(TOKEN_ID)) => planted(sample!("launchdarkly.post_relay_auto_config"));
    delete_relay_auto_config(&plant(TOKEN_ID)) => unread();
    patch_relay_auto_config(&plant(TOKEN_ID), &commented())
        => planted(sample!("launchdarkly.post_relay_auto_config"));
    reset_relay_auto_config(&plant(TOKEN_ID), &config_expiry())
        => planted(sample!("launchdarkly.post_relay_auto_config"));
    get_caller_identity() => planted(sample!("launchdarkly.get_caller_identity"));
    get_tokens(&all())
        => planted(sample!("launchdarkly.get_tokens"));
    post_token(&token()) => planted(sample!("launchdarkly.post_token"));
    get_token(&plant(TOKEN_ID)) => planted(sample!("launchdarkly.post_token"));
    delete_token(&plant(TOKEN_ID)) => unread();
    patch_token(&plant(TOKEN_ID), &patch()) => planted(sample!("launchdarkly.post_token"));
    reset_token(&plant(TOKEN_ID), &token_expiry())
        => planted(sample!("launchdarkly.post_token"));
}

fn at() -> Timestamp {
    "2090-01-01T00:00:00Z".parse().unwrap()
}

fn config_expiry() -> ResetRelayAutoConfigQuery {
    let mut query = ResetRelayAutoConfigQuery::default();
    query.expiry = Some(at().into());
    query
}

fn token_expiry() -> ResetTokenQuery {
    let mut query = ResetTokenQuery::default();
    query.expiry = Some(at().into());
    query
}

fn all() -> GetTokensQuery {
    let mut query = GetTokensQuery::default();
    (query.limit, query.offset, query.show_all) = (Some(100), Some(0), Some(true));
    query
}

fn token() -> AccessTokenPost {
    let mut token = AccessTokenPost::default();
    (token.name, token.description) = (Some(plant(SAID)), Some(plant(SAID)));
    token.custom_role_ids = Some(vec![plant(SAID)]);
    token.role = Some(AccessTokenPostRole::from(plant(SAID).as_str()));
    token
}

fn config() -> RelayAutoConfigPost {
    let mut statement = StatementInput::new(StatementEffect::Allow);
    statement.actions = Some(vec![plant(SAID)]);
    statement.resources = Some(vec![plant(SAID)]);
    RelayAutoConfigPost::new(plant(SAID), vec![statement])
}

fn patch() -> Vec<PatchOperation> {
    let mut replace = PatchOperation::new("replace", format!("/{}", plant(SAID)));
    replace.value = json!({ "name": plant(SAID) }).into();
    vec![replace]
}

fn commented() -> PatchWithComment {
    let mut patch = PatchWithComment::new(patch());
    patch.comment = Some(plant(SAID));
    patch
}
