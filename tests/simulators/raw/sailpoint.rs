//! SailPoint's operations, in each form of the API that the vendor publishes.

use serde_json::json;
use tokenward_sailpoint::{
    ApiVersion, SailPoint,
    raw::{
        ENDPOINTS,
        types::{
            AccessType, CreateOauthClientRequest, CreateOauthTokenBody, CreateOauthTokenBodyGrantType,
            CreatePersonalAccessTokenRequest, GrantType, JsonPatchOperation, JsonPatchOperationOp,
            ListOauthClientsQuery, ListPersonalAccessTokensQuery, UpdatePersonalAccessTokensRequest,
        },
    },
};
use tokenward_testkit::{Clock, SailPoint as Simulator, Server};

use super::{Case, http, operations};

/// The published versions, and the newest one with nulls that its schemas do not allow.
pub(crate) const FORMS: [&str; 4] =
    ["sailpoint v1", "sailpoint v1 with nulls", "sailpoint v2025", "sailpoint v2024"];

async fn start(form: &str) -> (Simulator, Server, SailPoint) {
    let vendor = Simulator::new(Clock::system());
    vendor.seed(2);
    vendor.answers_null(form.ends_with("nulls"));
    let version = match form {
        "sailpoint v2025" => ApiVersion::V2025,
        "sailpoint v2024" => ApiVersion::V2024,
        _ => ApiVersion::V1,
    };
    let server = Server::start(vendor.clone()).await.unwrap();
    let client = SailPoint::builder(Simulator::CLIENT_ID, Simulator::CLIENT_SECRET)
        .base_url(server.url())
        .api_version(version)
        .http(http())
        .build()
        .unwrap();
    (vendor, server, client)
}

/// The cases of one form. Only v1 has the bulk update.
pub(crate) fn cases_of(form: &str) -> Vec<Case> {
    let mut cases = cases();
    if !form.starts_with("sailpoint v1") {
        cases.retain(|case| case.operation != "update_personal_access_tokens");
    }
    cases
}

operations! {
    ENDPOINTS, start, vendor;
    list_oauth_clients(&ListOauthClientsQuery::default());
    create_oauth_client(&client());
    get_oauth_client(Simulator::API_CLIENT_ID);
    delete_oauth_client(Simulator::API_CLIENT_ID);
    patch_oauth_client(Simulator::API_CLIENT_ID, &rename());
    create_oauth_token(&grant());
    list_personal_access_tokens(&ListPersonalAccessTokensQuery::default());
    create_personal_access_token(&token());
    update_personal_access_tokens(&UpdatePersonalAccessTokensRequest::new(vendor.token_ids(), expire()));
    delete_personal_access_token(Simulator::USER_CLIENT_ID);
    patch_personal_access_token(Simulator::CLIENT_ID, &rename());
}

fn grant() -> CreateOauthTokenBody {
    let grant_type = CreateOauthTokenBodyGrantType::ClientCredentials;
    let mut body = CreateOauthTokenBody::new(Simulator::CLIENT_ID, grant_type);
    body.client_secret = Some(Simulator::CLIENT_SECRET.to_owned().into());
    body
}

/// A token that never expires, in the versions that allow it.
fn token() -> CreatePersonalAccessTokenRequest {
    let mut token = CreatePersonalAccessTokenRequest::new("ci");
    token.user_aware_token_never_expires = true.into();
    token
}

/// A client without any optional field.
fn client() -> CreateOauthClientRequest {
    let grants = Some(vec![GrantType::ClientCredentials]);
    CreateOauthClientRequest::new(
        750,
        AccessType::Offline,
        Some("in tests".to_owned()),
        true,
        grants,
        Some("ci".to_owned()),
    )
}

fn rename() -> Vec<JsonPatchOperation> {
    replace("/name", "renamed")
}

fn expire() -> Vec<JsonPatchOperation> {
    replace("/expirationDate", "2090-01-01T00:00:00Z")
}

fn replace(path: &str, value: &str) -> Vec<JsonPatchOperation> {
    let mut replace = JsonPatchOperation::new(JsonPatchOperationOp::Replace, path);
    replace.value = json!(value).into();
    vec![replace]
}
