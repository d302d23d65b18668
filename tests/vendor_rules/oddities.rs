//! Answers that nobody expects: what is unknown is neither lost, nor widened, nor taken for "no".

use tokenward::{
    Access, CreateToken, Current, ErrorKind, Expiry, ListOptions, Result, RevokeOptions, TokenId,
    TokenManager, TokenManagerExt, UpdateToken, When,
};
use tokenward_sailpoint::ApiVersion;
use tokenward_testkit::{Atlassian, Fault, LaunchDarkly, Method, Mist, SailPoint, Server};

use crate::support::{atlassian, launchdarkly, listing, mist, never, sailpoint, serve};

fn id(text: &str) -> TokenId {
    text.parse().unwrap()
}

/// From now on, the item with this id has another shape than documented, in every list.
fn unreadable(server: &Server, id: &str, field: &'static str) {
    let id = id.to_owned();
    let edit = Fault::edit(move |answer| {
        for item in answer.as_array_mut().unwrap() {
            if item["id"] == id.as_str() {
                item[field] = serde_json::json!({"of": ["tomorrow"]});
            }
        }
    });
    server.script(edit.on(Method::GET, "tokens").always());
}

#[tokio::test]
async fn sailpoint_a_token_that_cannot_be_read_is_neither_missing_nor_revoked() {
    let (vendor, server) = serve(SailPoint::new).await;
    unreadable(&server, SailPoint::MANAGED_ID, "name");
    let tokens = sailpoint(&server, ApiVersion::V1).personal_access_tokens();
    let managed = id(SailPoint::MANAGED_ID);
    let error = tokens.revoke(&managed, RevokeOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    assert!(vendor.exists(SailPoint::MANAGED_ID));
    assert_eq!(tokens.get(&managed).await.unwrap_err().kind(), ErrorKind::Protocol);
    // What can be read is found beside it.
    assert_eq!(tokens.get(&id(SailPoint::CLIENT_ID)).await.unwrap().id.as_str(), SailPoint::CLIENT_ID);
}

#[tokio::test]
async fn atlassian_a_token_that_cannot_be_read_is_not_missing() {
    let (vendor, server) = serve(Atlassian::new).await;
    let token = vendor.add_user_token(Atlassian::ACCOUNT_ID, "ci", None);
    unreadable(&server, &token, "label");
    let tokens = atlassian(&server, Atlassian::ADMIN_KEY).user_tokens(Atlassian::ORG_ID);
    let error = tokens.get(&id(&format!("{}/{token}", Atlassian::ACCOUNT_ID))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
}

#[tokio::test]
async fn atlassian_a_date_that_is_not_there_is_not_known() {
    let (_, server) = serve(Atlassian::new).await;
    let without = |list: fn(&mut serde_json::Value) -> &mut serde_json::Value| {
        Fault::edit(move |answer| {
            for item in list(answer).as_array_mut().unwrap() {
                item.as_object_mut().unwrap().retain(|name, _| !name.starts_with("expir"));
            }
        })
    };
    let tokens = atlassian(&server, Atlassian::ADMIN_KEY).user_tokens(Atlassian::ORG_ID);
    server.script(without(|answer| &mut answer["data"]).on(Method::GET, "/orgs/"));
    server.script(without(|answer| answer).on(Method::GET, "/users/"));
    let of_account = ListOptions::default().with_owner(Atlassian::ACCOUNT_ID);
    for options in [ListOptions::default(), of_account] {
        let listed = tokens.list_all(options).await.unwrap();
        assert!(!listed.is_empty() && listed.iter().all(|token| token.expires == When::Unknown));
    }
}

#[tokio::test]
async fn a_restriction_that_is_not_known_is_refused_and_not_dropped() {
    let (_, server) = serve(LaunchDarkly::new).await;
    let client = launchdarkly(&server, LaunchDarkly::ADMIN_TOKEN);
    let statement = r#"{"effect":"allow","actions":["*"],"resources":["*"],"not_resources":["proj/prod"]}"#;
    let wide = Access::scopes([statement]);
    let change = UpdateToken::default().with_access(wide.clone());
    let token = id(LaunchDarkly::READER_TOKEN_ID);
    let create = || CreateToken::new("ci", Expiry::Never, wide.clone());
    let mut refused: Vec<Result<()>> = vec![
        client.access_tokens().create(create()).await.map(drop),
        client.access_tokens().update(&token, change.clone()).await.map(drop),
        client.relay_proxy_configs().create(create()).await.map(drop),
        client.relay_proxy_configs().update(&token, change).await.map(drop),
    ];
    assert!(server.requests().is_empty());

    let (_, server) = serve(Mist::new).await;
    let tokens = mist(&server, Mist::ORG_KEY).org_tokens(Mist::ORG_ID);
    let narrow = Access::scopes([r#"{"role":"write","scope":"org","sites":["s-1"]}"#]);
    refused.push(tokens.create(CreateToken::new("ci", Expiry::Never, narrow.clone())).await.map(drop));
    let change = UpdateToken::default().with_access(narrow);
    refused.push(tokens.update(&id(Mist::ORG_KEY_ID), change).await.map(drop));
    assert!(server.requests().is_empty());
    for result in refused {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}

#[tokio::test]
async fn mist_a_credential_that_the_vendor_says_little_of_is_not_revoked_by_mistake() {
    let edits: [fn(&mut serde_json::Value); 3] = [
        |said| drop(said.as_object_mut().unwrap().remove("name")),
        |said| said["email"] = "".into(),
        |said| *said = serde_json::json!({}),
    ];
    for edit in edits {
        let (vendor, server) = serve(Mist::new).await;
        server.script(Fault::edit(edit).on(Method::GET, "/api/v1/self"));
        let tokens = mist(&server, Mist::ORG_KEY).org_tokens(Mist::ORG_ID);
        let error = tokens.revoke(&id(Mist::ORG_KEY_ID), RevokeOptions::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        assert!(vendor.exists(Mist::ORG_KEY_ID));
    }
}

#[tokio::test]
async fn mist_either_an_address_or_an_administrators_id_tells_a_person() {
    for said in [serde_json::json!({"email": "a@example.com"}), serde_json::json!({"admin_id": "7"})] {
        let (_, server) = serve(Mist::new).await;
        server.script(Fault::body(said.to_string()).on(Method::GET, "/api/v1/self"));
        let tokens = mist(&server, Mist::ORG_KEY).org_tokens(Mist::ORG_ID);
        assert_eq!(tokens.current().await.unwrap(), Current::Other);
    }
}

#[tokio::test]
async fn mist_one_odd_record_does_not_block_the_others() {
    let (vendor, server) = serve(Mist::new).await;
    let seeded = vendor.seed_org_tokens(2);
    unreadable(&server, &seeded[0], "created_time");
    let tokens = mist(&server, Mist::ORG_KEY).org_tokens(Mist::ORG_ID);
    tokens.revoke(&id(&seeded[1]), RevokeOptions::default()).await.unwrap();
    assert!(!vendor.exists(&seeded[1]));
    assert_eq!(tokens.current().await.unwrap(), Current::Token(id(Mist::ORG_KEY_ID)));
}

#[tokio::test]
async fn launchdarkly_a_caller_without_an_id_is_not_taken_for_another_kind() {
    let (vendor, server) = serve(LaunchDarkly::new).await;
    let without = |fields: &'static str| Fault::body(fields).on(Method::GET, "caller-identity");
    server.script(without(r#"{"accountId":"1"}"#));
    let tokens = launchdarkly(&server, LaunchDarkly::ADMIN_TOKEN).access_tokens();
    let ours = id(LaunchDarkly::ADMIN_TOKEN_ID);
    let error = tokens.revoke(&ours, RevokeOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    assert!(vendor.exists(LaunchDarkly::ADMIN_TOKEN_ID));
    server.script(without(r#"{"clientId":"an-oauth-client"}"#));
    assert_eq!(tokens.current().await.unwrap(), Current::Other);
}

#[tokio::test]
async fn the_credential_in_use_is_known_by_its_id_in_capitals_too() {
    let (_, server) = serve(Mist::new).await;
    let tokens = mist(&server, Mist::ORG_KEY).org_tokens(Mist::ORG_ID);
    let ours = id(&Mist::ORG_KEY_ID.to_ascii_uppercase());
    assert_eq!(tokens.revoke(&ours, RevokeOptions::default()).await.unwrap_err().kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn launchdarkly_a_list_that_moved_around_an_item_that_cannot_be_read_says_so() {
    let (vendor, server) = serve(LaunchDarkly::new).await;
    vendor.seed(200);
    let moved = vendor.clone();
    let bad = Fault::edit(|answer| {
        let last = answer["items"].as_array_mut().unwrap().last_mut().unwrap();
        last["name"] = serde_json::json!({"of": "tomorrow"});
    });
    server.script(bad.on(Method::GET, "/api/v2/tokens"));
    let meanwhile = Fault::run(move || {
        moved.remove(&moved.token_ids()[5]);
        moved.seed(1);
    });
    server.script(meanwhile.on(Method::GET, "/api/v2/tokens"));
    let tokens = launchdarkly(&server, LaunchDarkly::ADMIN_TOKEN).access_tokens();
    let (_, errors) = listing(&tokens).await;
    let kinds: Vec<ErrorKind> = errors.iter().map(|error| error.kind()).collect();
    assert_eq!(kinds, [ErrorKind::Protocol, ErrorKind::Incomplete], "{errors:?}");
}

#[tokio::test]
async fn launchdarkly_a_list_that_stands_still_around_an_item_that_cannot_be_read_ends() {
    let (vendor, server) = serve(LaunchDarkly::new).await;
    vendor.seed(200);
    vendor.ignores_offset(true);
    let bad = Fault::edit(|answer| answer["items"][3]["name"] = serde_json::json!({"of": "tomorrow"}));
    server.script(bad.on(Method::GET, "/api/v2/tokens").always());
    let (_, errors) = listing(&launchdarkly(&server, LaunchDarkly::ADMIN_TOKEN).access_tokens()).await;
    assert_eq!(errors.last().unwrap().kind(), ErrorKind::Incomplete);
    assert!(server.requests().len() < 30);
}

#[tokio::test]
async fn an_answer_without_a_list_is_not_an_empty_list() {
    let other = || Fault::body(r#"{"message":"sign in first"}"#).on(Method::GET, "");
    let (_, server) = serve(LaunchDarkly::new).await;
    let client = launchdarkly(&server, LaunchDarkly::ADMIN_TOKEN);
    let mut managers: Vec<(Server, Box<dyn TokenManager>)> = Vec::new();
    managers.push((server, Box::new(client.access_tokens())));
    let (_, server) = serve(LaunchDarkly::new).await;
    let client = launchdarkly(&server, LaunchDarkly::ADMIN_TOKEN);
    managers.push((server, Box::new(client.relay_proxy_configs())));
    for kind in ["users", "keys"] {
        let (_, server) = serve(Atlassian::new).await;
        let client = atlassian(&server, Atlassian::ADMIN_KEY);
        let manager: Box<dyn TokenManager> = match kind {
            "users" => Box::new(client.user_tokens(Atlassian::ORG_ID)),
            _ => Box::new(client.api_keys(Atlassian::ORG_ID)),
        };
        managers.push((server, manager));
    }
    for (server, manager) in managers {
        server.script(other());
        let (tokens, errors) = listing(&*manager).await;
        assert!(tokens.is_empty());
        assert_eq!(errors[0].kind(), ErrorKind::Protocol, "{}", manager.family());
    }
}

#[tokio::test]
async fn an_update_whose_end_is_ignored_is_an_error_for_every_end() {
    let (_, server) = serve(LaunchDarkly::new).await;
    let tokens = launchdarkly(&server, LaunchDarkly::ADMIN_TOKEN).access_tokens();
    let ours = id(LaunchDarkly::READER_TOKEN_ID);
    server.script(Fault::edit(|token| token["expiry"] = 1_900_000_000_000_i64.into()).on(Method::PATCH, ""));
    let never = UpdateToken::default().with_name("x").with_expiry(Expiry::Never);
    assert_eq!(tokens.update(&ours, never.clone()).await.unwrap_err().kind(), ErrorKind::Protocol);

    let (_, server) = serve(SailPoint::new).await;
    let tokens = sailpoint(&server, ApiVersion::V1).personal_access_tokens();
    let keep = Fault::edit(|token| token["expirationDate"] = "2030-01-01T00:00:00.000Z".into());
    server.script(keep.on(Method::PATCH, ""));
    let error = tokens.update(&id(SailPoint::CLIENT_ID), never).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
}

#[tokio::test]
async fn launchdarkly_a_change_that_changes_nothing_is_not_sent() {
    let (_, server) = serve(LaunchDarkly::new).await;
    let tokens = launchdarkly(&server, LaunchDarkly::ADMIN_TOKEN).access_tokens();
    let never = UpdateToken::default().with_expiry(Expiry::Never);
    tokens.update(&id(LaunchDarkly::READER_TOKEN_ID), never).await.unwrap();
    assert!(server.requests().iter().all(|request| request.method == Method::GET));
}

#[tokio::test]
async fn sailpoint_a_missing_date_means_what_the_version_says() {
    for (version, means) in [
        (ApiVersion::V1, When::Never),
        (ApiVersion::V2024, When::Unknown),
        (ApiVersion::prefixed("v2031").unwrap(), When::Unknown),
    ] {
        let (_, server) = serve(SailPoint::new).await;
        let bare = r#"[{"id":"7","name":"ci","lastUsed":null}]"#;
        server.script(
            Fault::status(200).with_body("application/json", bare).on(Method::GET, "personal-access"),
        );
        let (tokens, _) = listing(&sailpoint(&server, version).personal_access_tokens()).await;
        assert_eq!((tokens[0].expires, tokens[0].last_used), (means, When::Never));
    }
}

#[tokio::test]
async fn sailpoint_a_creation_that_drifted_says_nothing_of_its_end() {
    let (_, server) = serve(SailPoint::new).await;
    let tokens = sailpoint(&server, ApiVersion::V1).personal_access_tokens();
    let drift = Fault::edit(|answer| answer["name"] = serde_json::json!([1]));
    server.script(drift.on(Method::POST, "personal-access-tokens"));
    let issued = tokens.create(never("ci", &["sp:scopes:default"])).await.unwrap();
    assert!(issued.drift.is_some());
    assert_eq!(issued.token.expires, When::Unknown);
}

#[tokio::test]
async fn sailpoint_a_client_of_the_platform_is_not_revoked_unless_that_is_said() {
    let (vendor, server) = serve(SailPoint::new).await;
    let client = vendor.seed_clients(1).remove(0);
    let clients = sailpoint(&server, ApiVersion::V1).oauth_clients();
    server.script(
        Fault::edit(|answer| answer["internal"] = true.into()).on(Method::GET, "oauth-clients/v1/").always(),
    );
    let error = clients.revoke(&id(&client), RevokeOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(vendor.exists(&client));
    clients.revoke(&id(&client), RevokeOptions::default().even_if_managed()).await.unwrap();
}

#[tokio::test]
async fn what_each_vendor_says_of_owners_and_masks_is_read() {
    let (_, server) = serve(Mist::new).await;
    let (tokens, _) = listing(&mist(&server, Mist::ORG_KEY).org_tokens(Mist::ORG_ID)).await;
    for token in &tokens {
        let record = token.record.as_ref().unwrap().to_value();
        let email = token.owner.as_ref().and_then(|owner| owner.email.as_deref());
        assert_eq!(email, record["created_by"].as_str());
        assert!(token.mask.as_ref().unwrap().contains("..."));
    }
    assert!(tokens.iter().any(|token| token.owner.is_some()));

    let (_, server) = serve(LaunchDarkly::new).await;
    let client = launchdarkly(&server, LaunchDarkly::ADMIN_TOKEN);
    let (configs, _) = listing(&client.relay_proxy_configs()).await;
    assert!(configs.iter().all(|config| config.mask.as_ref().is_some_and(|mask| mask.len() == 4)));
    let whole =
        Fault::edit(|answer| answer["items"][0]["displayKey"] = "rel-a-whole-key-in-its-place".into());
    server.script(whole.on(Method::GET, "relay-auto-configs"));
    let (configs, _) = listing(&client.relay_proxy_configs()).await;
    assert_eq!(configs[0].mask, None);
}
