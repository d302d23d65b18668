//! SailPoint's.

use serde_json::json;
use tokenward_http::WireSecret;
use tokenward_sailpoint::{
    SailPoint,
    raw::{
        ENDPOINTS,
        types::{
            AccessType, CreateOauthClientRequest, CreateOauthTokenBody, CreateOauthTokenBodyGrantType,
            CreatePersonalAccessTokenRequest, GrantType, JsonPatchOperation, JsonPatchOperationOp,
            ListOauthClientsQuery, ListPersonalAccessTokensQuery, UpdatePersonalAccessTokensRequest,
        },
    },
};
use tokenward_testkit::Search;
use tokenward_tests::sample;

use super::{operations, unread};
use crate::{
    outcomes::planted,
    plants::{
        data::{ASKED, SAID, TOKEN_ID},
        plant, secret, secrets,
    },
};

operations! {
    SailPoint, ENDPOINTS;
    list_oauth_clients(&clients())
        => planted(sample!("sailpoint.list_oauth_clients"));
    create_oauth_client(&client()) => planted(sample!("sailpoint.create_oauth_client"));
    get_oauth_client(&plant(TOKEN_ID)) => planted(sample!("sailpoint.list_oauth_clients"))[0].take();
    delete_oauth_client(&plant(TOKEN_ID)) => unread();
    patch_oauth_client(&plant(TOKEN_ID), &patch()) => planted(sample!("sailpoint.list_oauth_clients"))[0].take();
    create_oauth_token(&grant()) => planted(sample!("sailpoint.create_oauth_token"));
    list_personal_access_tokens(&tokens()) => planted(sample!("sailpoint.list_personal_access_tokens"));
    create_personal_access_token(&token()) => planted(sample!("sailpoint.create_personal_access_token"));
    update_personal_access_tokens(&UpdatePersonalAccessTokensRequest::new(vec![plant(SAID)], patch()))
        => planted(sample!("sailpoint.list_personal_access_tokens"));
    delete_personal_access_token(&plant(TOKEN_ID)) => unread();
    patch_personal_access_token(&plant(TOKEN_ID), &patch())
        => planted(sample!("sailpoint.list_personal_access_tokens"))[0].take();
}

fn clients() -> ListOauthClientsQuery {
    let mut query = ListOauthClientsQuery::default();
    query.filters = Some(plant(ASKED));
    query
}

fn tokens() -> ListPersonalAccessTokensQuery {
    let mut query = ListPersonalAccessTokensQuery::default();
    (query.filters, query.owner_id) = (Some(plant(ASKED)), Some(plant(ASKED)));
    query
}

/// With everything that is a secret in a request.
fn grant() -> CreateOauthTokenBody {
    let secret = || Some(WireSecret::from(plant(secret::SENT)));
    let mut body = CreateOauthTokenBody::new(plant(SAID), CreateOauthTokenBodyGrantType::RefreshToken);
    (body.client_secret, body.code, body.code_verifier, body.refresh_token) =
        (secret(), secret(), secret(), secret());
    (body.redirect_uri, body.scope) = (Some(plant(SAID)), Some(plant(SAID)));
    body
}

fn token() -> CreatePersonalAccessTokenRequest {
    let mut token = CreatePersonalAccessTokenRequest::new(plant(SAID));
    token.scope = vec![plant(SAID)].into();
    token
}

fn client() -> CreateOauthClientRequest {
    let said = || plant(SAID);
    let grants = Some(vec![GrantType::from(said().as_str())]);
    let mut client =
        CreateOauthClientRequest::new(750, AccessType::Offline, Some(said()), true, grants, Some(said()));
    (client.business_name, client.homepage_url) = (said().into(), said().into());
    client.redirect_uris = vec![said()].into();
    client
}

fn patch() -> Vec<JsonPatchOperation> {
    let mut replace = JsonPatchOperation::new(JsonPatchOperationOp::Replace, format!("/{}", plant(SAID)));
    replace.value = json!({ "name": plant(SAID) }).into();
    vec![replace]
}

#[test]
fn a_request_with_secrets_prints_none() {
    let mut search = Search::new(secrets());
    search.value("a request", &grant());
    search.text("a request as JSON", &serde_json::to_string(&grant()).unwrap());
    search.assert_clean();
}
