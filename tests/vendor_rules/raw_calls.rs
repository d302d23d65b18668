//! Every generated method with hostile arguments: a case for each row of the tables of operations.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::json;
use tokenward_atlassian::raw as atlassian;
use tokenward_launchdarkly::raw as launchdarkly;
use tokenward_mist::raw as mist;
use tokenward_sailpoint::raw as sailpoint;

/// What was said in a call, to be found again in its request.
pub(crate) struct Said<'a> {
    hostile: &'a mut Hostile,
    /// By the names of the path's parameters.
    pub(crate) ids: BTreeMap<&'static str, String>,
    pub(crate) query: Vec<(String, String)>,
    /// What the body holds.
    pub(crate) texts: Vec<String>,
}

impl<'a> Said<'a> {
    pub(crate) fn new(hostile: &'a mut Hostile) -> Self {
        Self { hostile, ids: BTreeMap::new(), query: Vec::new(), texts: Vec::new() }
    }

    fn id(&mut self, name: &'static str) -> String {
        let id = self.hostile.text();
        self.ids.insert(name, id.clone());
        id
    }

    fn asked(&mut self, name: &str) -> Option<String> {
        let value = self.hostile.text();
        self.query.push((name.to_owned(), value.clone()));
        Some(value)
    }

    fn number(&mut self, name: &str) -> Option<i64> {
        self.query.push((name.to_owned(), "7".to_owned()));
        Some(7)
    }

    fn text(&mut self) -> String {
        let text = self.hostile.text();
        self.texts.push(text.clone());
        text
    }
}

/// What addresses give a meaning to, words of the vendors' paths, and a few letters.
pub(crate) struct Hostile {
    rng: Rng,
    whole: Option<&'static str>,
}

impl Hostile {
    const WHOLE: [&str; 16] = [
        "",
        ".",
        "..",
        "%2e%2e",
        "..;",
        "../..",
        "..\\..",
        "a/../b",
        "count",
        "bulk-update",
        "reset",
        "v1",
        "//127.0.0.2/",
        "http://127.0.0.2/",
        "?showAll=false",
        "me&owner-id=all",
    ];
    const PARTS: [&str; 32] = [
        ".",
        "..",
        "/",
        "\\",
        "%",
        "%2e",
        "%2F",
        "%5c",
        "%00",
        "\0",
        "?",
        "#",
        ";",
        ":",
        "|",
        "@",
        "&",
        "=",
        "+",
        " ",
        "\n",
        "\r\n",
        "\t",
        "{id}",
        "a",
        "manage",
        "api-tokens",
        "apitokens",
        "relay-auto-configs",
        "v2025",
        "ü",
        "\u{202e}",
    ];

    pub(crate) fn with_seed(seed: u64) -> Self {
        Self { rng: Rng::with_seed(seed), whole: None }
    }

    /// In the first rounds every text is the same one; then each is made anew.
    pub(crate) fn begin(&mut self, round: usize) {
        self.whole = Self::WHOLE.get(round).copied();
    }

    pub(crate) fn text(&mut self) -> String {
        if let Some(whole) = self.whole {
            return whole.to_owned();
        }
        (0..self.rng.usize(1..6)).filter_map(|_| self.rng.choice(Self::PARTS)).collect()
    }
}

/// A query with every parameter set. One that is new to the vendor's document has to be named here.
macro_rules! query {
    ($said:ident, $types:ident::$query:ident { $($text:ident: $name:literal),* $(; $($number:ident: $as:literal),*)? }) => {{
        let mut query = $types::types::$query::default();
        $(query.$text = $said.asked($name);)*
        $($(query.$number = $said.number($as);)*)?
        assert!(!format!("{query:?}").contains("None"), "not all of it is asked: {query:?}");
        query
    }};
}

pub(crate) async fn atlassian(raw: &atlassian::Client, operation: &str, said: &mut Said<'_>) {
    match operation {
        "list_user_api_tokens" => drop(raw.list_user_api_tokens(&said.id("account_id")).await),
        "delete_user_api_token" => {
            drop(raw.delete_user_api_token(&said.id("account_id"), &said.id("tokenId")).await);
        }
        "revoke_org_api_key" => {
            drop(raw.revoke_org_api_key(&said.id("orgId"), &said.id("apiKeyId")).await);
        }
        "list_org_api_keys" => {
            let query = query!(said, atlassian::ListOrgApiKeysQuery {
                cursor: "cursor", expires_at_from: "expiresAtFrom", expires_at_range_from: "expiresAtRangeFrom",
                expires_at_range_to: "expiresAtRangeTo", expires_at_search_type: "expiresAtSearchType",
                expires_at_to: "expiresAtTo", expires_at_uom: "expiresAtUom", key_type: "keyType",
                last_active_at_from: "lastActiveAtFrom", last_active_at_range_from: "lastActiveAtRangeFrom",
                last_active_at_range_to: "lastActiveAtRangeTo", last_active_at_search_type: "lastActiveAtSearchType",
                last_active_at_to: "lastActiveAtTo", last_active_at_uom: "lastActiveAtUom", q: "q", sort: "sort";
                expires_at_value: "expiresAtValue", last_active_at_value: "lastActiveAtValue", page_size: "pageSize"
            });
            drop(raw.list_org_api_keys(&said.id("orgId"), &query).await);
        }
        "count_org_api_keys" => {
            let query = query!(said, atlassian::CountOrgApiKeysQuery {
                expires_at_from: "expiresAtFrom", expires_at_range_from: "expiresAtRangeFrom",
                expires_at_range_to: "expiresAtRangeTo", expires_at_search_type: "expiresAtSearchType",
                expires_at_to: "expiresAtTo", expires_at_uom: "expiresAtUom", key_type: "keyType",
                last_active_at_from: "lastActiveAtFrom", last_active_at_range_from: "lastActiveAtRangeFrom",
                last_active_at_range_to: "lastActiveAtRangeTo", last_active_at_search_type: "lastActiveAtSearchType",
                last_active_at_to: "lastActiveAtTo", last_active_at_uom: "lastActiveAtUom", q: "q";
                expires_at_value: "expiresAtValue", last_active_at_value: "lastActiveAtValue"
            });
            drop(raw.count_org_api_keys(&said.id("orgId"), &query).await);
        }
        "list_org_api_tokens" => {
            let query = query!(said, atlassian::ListOrgApiTokensQuery {
                created_at_from: "createdAtFrom", created_at_range_from: "createdAtRangeFrom",
                created_at_range_to: "createdAtRangeTo", created_at_search_type: "createdAtSearchType",
                created_at_to: "createdAtTo", created_at_uom: "createdAtUom", cursor: "cursor",
                last_active_at_from: "lastActiveAtFrom", last_active_at_range_from: "lastActiveAtRangeFrom",
                last_active_at_range_to: "lastActiveAtRangeTo", last_active_at_search_type: "lastActiveAtSearchType",
                last_active_at_to: "lastActiveAtTo", last_active_at_uom: "lastActiveAtUom", q: "q", sort: "sort",
                status: "status";
                created_at_value: "createdAtValue", last_active_at_value: "lastActiveAtValue", page_size: "pageSize"
            });
            drop(raw.list_org_api_tokens(&said.id("orgId"), &query).await);
        }
        "count_org_api_tokens" => {
            let query = query!(said, atlassian::CountOrgApiTokensQuery {
                created_at_from: "createdAtFrom", created_at_range_from: "createdAtRangeFrom",
                created_at_range_to: "createdAtRangeTo", created_at_search_type: "createdAtSearchType",
                created_at_to: "createdAtTo", created_at_uom: "createdAtUom",
                last_active_at_from: "lastActiveAtFrom", last_active_at_range_from: "lastActiveAtRangeFrom",
                last_active_at_range_to: "lastActiveAtRangeTo", last_active_at_search_type: "lastActiveAtSearchType",
                last_active_at_to: "lastActiveAtTo", last_active_at_uom: "lastActiveAtUom", q: "q", status: "status";
                created_at_value: "createdAtValue", last_active_at_value: "lastActiveAtValue"
            });
            drop(raw.count_org_api_tokens(&said.id("orgId"), &query).await);
        }
        other => panic!("{other} has no case here"),
    }
}

pub(crate) async fn mist(raw: &mist::Client, operation: &str, said: &mut Said<'_>) {
    let of_user = |name| {
        let mut body = mist::types::UserApiTokenInput::default();
        body.name = Some(name);
        body
    };
    match operation {
        "get_self" => drop(raw.get_self().await),
        "list_api_tokens" => drop(raw.list_api_tokens().await),
        "create_api_token" => drop(raw.create_api_token(&of_user(said.text())).await),
        "get_api_token" => drop(raw.get_api_token(&said.id("apitoken_id")).await),
        "update_api_token" => {
            drop(raw.update_api_token(&said.id("apitoken_id"), &of_user(said.text())).await);
        }
        "delete_api_token" => drop(raw.delete_api_token(&said.id("apitoken_id")).await),
        "list_org_api_tokens" => drop(raw.list_org_api_tokens(&said.id("org_id")).await),
        "create_org_api_token" => {
            let body = org_token(said);
            drop(raw.create_org_api_token(&said.id("org_id"), &body).await);
        }
        "get_org_api_token" => {
            drop(raw.get_org_api_token(&said.id("org_id"), &said.id("apitoken_id")).await);
        }
        "update_org_api_token" => {
            let body = org_token(said);
            drop(raw.update_org_api_token(&said.id("org_id"), &said.id("apitoken_id"), &body).await);
        }
        "delete_org_api_token" => {
            drop(raw.delete_org_api_token(&said.id("org_id"), &said.id("apitoken_id")).await);
        }
        other => panic!("{other} has no case here"),
    }
}

fn org_token(said: &mut Said<'_>) -> mist::types::OrgApiTokenInput {
    let mut body = mist::types::OrgApiTokenInput::new(said.text());
    body.src_ips = Some(vec![said.text()]);
    body
}

pub(crate) async fn sailpoint(raw: &sailpoint::Client, operation: &str, said: &mut Said<'_>) {
    use sailpoint::types::{
        AccessType, CreateOauthClientRequest, CreateOauthTokenBody, CreateOauthTokenBodyGrantType,
        CreatePersonalAccessTokenRequest, JsonPatchOperation, JsonPatchOperationOp,
        UpdatePersonalAccessTokensRequest,
    };

    let patch = |path: String, value: String| {
        let mut operation = JsonPatchOperation::new(JsonPatchOperationOp::Replace, path);
        operation.value = json!(value).into();
        vec![operation]
    };
    match operation {
        "list_oauth_clients" => {
            said.query.push(("count".to_owned(), "true".to_owned()));
            let mut query = sailpoint::types::ListOauthClientsQuery::default();
            (query.count, query.filters) = (Some(true), said.asked("filters"));
            (query.limit, query.offset) = (said.number("limit"), said.number("offset"));
            assert!(!format!("{query:?}").contains("None"), "not all of it is asked: {query:?}");
            drop(raw.list_oauth_clients(&query).await);
        }
        "create_oauth_client" => {
            let body = CreateOauthClientRequest::new(
                60,
                AccessType::Offline,
                Some(said.text()),
                true,
                None,
                Some(said.text()),
            );
            drop(raw.create_oauth_client(&body).await);
        }
        "get_oauth_client" => drop(raw.get_oauth_client(&said.id("id")).await),
        "delete_oauth_client" => drop(raw.delete_oauth_client(&said.id("id")).await),
        "patch_oauth_client" => {
            let patch = patch(said.text(), said.text());
            drop(raw.patch_oauth_client(&said.id("id"), &patch).await);
        }
        "create_oauth_token" => {
            let mut body =
                CreateOauthTokenBody::new(said.text(), CreateOauthTokenBodyGrantType::Unknown(said.text()));
            body.redirect_uri = Some(said.text());
            body.scope = Some(said.text());
            body.client_secret = Some(said.text().into());
            drop(raw.create_oauth_token(&body).await);
        }
        "list_personal_access_tokens" => {
            said.query.push(("count".to_owned(), "true".to_owned()));
            let mut query = sailpoint::types::ListPersonalAccessTokensQuery::default();
            (query.filters, query.owner_id) = (said.asked("filters"), said.asked("owner-id"));
            (query.limit, query.offset) = (said.number("limit"), said.number("offset"));
            query.count = Some(true);
            assert!(!format!("{query:?}").contains("None"), "not all of it is asked: {query:?}");
            drop(raw.list_personal_access_tokens(&query).await);
        }
        "create_personal_access_token" => {
            let mut body = CreatePersonalAccessTokenRequest::new(said.text());
            body.scope = vec![said.text()].into();
            drop(raw.create_personal_access_token(&body).await);
        }
        "update_personal_access_tokens" => {
            let body =
                UpdatePersonalAccessTokensRequest::new(vec![said.text()], patch(said.text(), said.text()));
            drop(raw.update_personal_access_tokens(&body).await);
        }
        "delete_personal_access_token" => drop(raw.delete_personal_access_token(&said.id("id")).await),
        "patch_personal_access_token" => {
            let patch = patch(said.text(), said.text());
            drop(raw.patch_personal_access_token(&said.id("id"), &patch).await);
        }
        other => panic!("{other} has no case here"),
    }
}

pub(crate) async fn launchdarkly(raw: &launchdarkly::Client, operation: &str, said: &mut Said<'_>) {
    use launchdarkly::types::{
        AccessTokenPost, GetTokensQuery, PatchOperation, PatchWithComment, RelayAutoConfigPost,
        ResetRelayAutoConfigQuery, ResetTokenQuery,
    };

    let patch = |op: String, path: String, value: String| {
        let mut operation = PatchOperation::new(op, path);
        operation.value = json!(value).into();
        vec![operation]
    };
    match operation {
        "get_relay_proxy_configs" => drop(raw.get_relay_proxy_configs().await),
        "post_relay_auto_config" => {
            drop(raw.post_relay_auto_config(&RelayAutoConfigPost::new(said.text(), Vec::new())).await);
        }
        "get_relay_proxy_config" => drop(raw.get_relay_proxy_config(&said.id("id")).await),
        "delete_relay_auto_config" => drop(raw.delete_relay_auto_config(&said.id("id")).await),
        "patch_relay_auto_config" => {
            let mut body = PatchWithComment::new(patch(said.text(), said.text(), said.text()));
            body.comment = Some(said.text());
            drop(raw.patch_relay_auto_config(&said.id("id"), &body).await);
        }
        "reset_relay_auto_config" => {
            let query = ResetRelayAutoConfigQuery::default();
            drop(raw.reset_relay_auto_config(&said.id("id"), &query).await);
        }
        "get_caller_identity" => drop(raw.get_caller_identity().await),
        "get_tokens" => {
            said.query.push(("showAll".to_owned(), "true".to_owned()));
            let mut query = GetTokensQuery::default();
            (query.limit, query.offset) = (said.number("limit"), said.number("offset"));
            query.show_all = Some(true);
            assert!(!format!("{query:?}").contains("None"), "not all of it is asked: {query:?}");
            drop(raw.get_tokens(&query).await);
        }
        "post_token" => {
            let mut body = AccessTokenPost::default();
            (body.name, body.description) = (Some(said.text()), Some(said.text()));
            body.custom_role_ids = Some(vec![said.text()]);
            drop(raw.post_token(&body).await);
        }
        "get_token" => drop(raw.get_token(&said.id("id")).await),
        "delete_token" => drop(raw.delete_token(&said.id("id")).await),
        "patch_token" => {
            let patch = patch(said.text(), said.text(), said.text());
            drop(raw.patch_token(&said.id("id"), &patch).await);
        }
        "reset_token" => {
            drop(raw.reset_token(&said.id("id"), &ResetTokenQuery::default()).await);
        }
        other => panic!("{other} has no case here"),
    }
}
