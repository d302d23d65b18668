//! Rules of single vendors that a caller would otherwise learn in production.

use std::time::Duration;

use tokenward::{
    Access, CreateToken, ErrorKind, Expiry, ExposeSecret, Setting, Timestamp, TokenId, TokenManager,
    UpdateToken, When,
};
use tokenward_sailpoint::ApiVersion;
use tokenward_testkit::{Atlassian, Fault, LaunchDarkly, Method, Mist, SailPoint};

use crate::support::{atlassian, launchdarkly, mist, never, sailpoint, serve};

fn in_days(days: u64) -> Expiry {
    Expiry::At(Timestamp::now() + Duration::from_secs(days * 24 * 60 * 60))
}

#[tokio::test]
async fn launchdarkly_an_expiry_that_is_ignored_is_an_error_with_the_token_and_its_secret() {
    let (vendor, server) = serve(LaunchDarkly::new).await;
    vendor.ignores_expiry(true);
    let tokens = launchdarkly(&server, LaunchDarkly::ADMIN_TOKEN).access_tokens();
    let error = tokens
        .create(CreateToken::new("ci", in_days(30), Access::scopes(["role:reader"])))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    assert!(error.to_string().contains("a token was made that ends never"), "{error}");
    assert!(vendor.exists(error.token_id().unwrap().as_str()));
    let secret = error.into_secret().unwrap();
    assert!(vendor.accepts(secret.expose_secret()));
}

#[tokio::test]
async fn launchdarkly_a_change_of_expiry_that_is_ignored_is_an_error() {
    let (vendor, server) = serve(LaunchDarkly::new).await;
    let tokens = launchdarkly(&server, LaunchDarkly::ADMIN_TOKEN).access_tokens();
    let id: TokenId = LaunchDarkly::READER_TOKEN_ID.parse().unwrap();
    vendor.ignores_expiry(true);
    let error = tokens.update(&id, UpdateToken::default().with_expiry(in_days(30))).await.unwrap_err();
    assert_eq!(error.token_id(), Some(&id), "{error}");
}

#[tokio::test]
async fn launchdarkly_custom_roles_are_created_by_key_and_changed_by_id() {
    let (_, server) = serve(LaunchDarkly::new).await;
    let tokens = launchdarkly(&server, LaunchDarkly::ADMIN_TOKEN).access_tokens();
    let [(key, id), (_, other_id)] = LaunchDarkly::CUSTOM_ROLES;
    let issued = tokens.create(never("ci", &[&format!("custom-role-key:{key}")])).await.unwrap();
    assert_eq!(issued.token.scopes, Some(vec![format!("custom-role-id:{id}")]));
    let other = Access::scopes([format!("custom-role-id:{other_id}")]);
    let updated = tokens.update(&issued.token.id, UpdateToken::default().with_access(other)).await.unwrap();
    assert_eq!(updated.scopes, Some(vec![format!("custom-role-id:{other_id}")]));
    let statement = r#"{"actions":["*"],"effect":"allow","resources":["proj/*"]}"#;
    let inline = UpdateToken::default().with_access(Access::scopes([statement]));
    let updated = tokens.update(&issued.token.id, inline).await.unwrap();
    assert_eq!(updated.scopes, Some(vec![statement.to_owned()]));
}

#[tokio::test]
async fn mist_source_addresses_are_few_and_survive_an_update() {
    let (_, server) = serve(Mist::new).await;
    let tokens = mist(&server, Mist::ORG_KEY).org_tokens(Mist::ORG_ID);
    let many = never("ci", &["read:org"]).with_source_ips((0..11).map(|n| format!("192.0.2.{n}")));
    assert_eq!(tokens.create(many).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    assert!(server.requests().is_empty());
    let issued = tokens.create(never("ci", &["read:org"]).with_source_ips(["192.0.2.1"])).await.unwrap();
    let change = UpdateToken::default().with_name("ci-2").with_access(Access::Full);
    let updated = tokens.update(&issued.token.id, change).await.unwrap();
    assert_eq!(updated.scopes, Some(vec!["admin:org".to_owned()]));
    assert_eq!(updated.record.unwrap().to_value()["src_ips"], serde_json::json!(["192.0.2.1"]));
}

#[tokio::test]
async fn mist_a_role_that_nobody_knows_survives_an_update() {
    let (_, server) = serve(Mist::new).await;
    let tokens = mist(&server, Mist::ORG_KEY).org_tokens(Mist::ORG_ID);
    let issued = tokens.create(never("ci", &["read:org"])).await.unwrap();
    let tomorrow = Fault::edit(|answer| answer["privileges"][0]["role"] = "network_admin".into());
    server.script(tomorrow.on(Method::GET, "/apitokens/"));
    // The simulator does not know the role either: what counts is what was sent.
    let _ = tokens.update(&issued.token.id, UpdateToken::default().with_name("ci-2")).await;
    let put = server.requests().into_iter().find(|request| request.method == Method::PUT).unwrap();
    assert_eq!(put.json().unwrap()["privileges"][0]["role"], "network_admin");
}

#[tokio::test]
async fn sailpoint_what_an_end_means_depends_on_the_version() {
    let create = async |version: ApiVersion, name: &str, expires| {
        // A server for each: ten tokens are all that a user may have.
        let (_, server) = serve(SailPoint::new).await;
        let tokens = sailpoint(&server, version).personal_access_tokens();
        tokens.create(CreateToken::new(name, expires, Access::scopes(["sp:scopes:default"]))).await
    };
    let prefixed = |name| ApiVersion::prefixed(name).unwrap();
    for (number, version) in [ApiVersion::V2024, prefixed("v3"), prefixed("beta")].into_iter().enumerate() {
        let issued =
            create(version.clone(), &format!("default-{number}"), Expiry::VendorDefault).await.unwrap();
        assert!(issued.token.expires.at().is_some());
        let late = create(version.clone(), "late", in_days(300)).await.unwrap_err();
        assert_eq!(late.kind(), ErrorKind::InvalidInput, "{late}");
        let never = create(version, "never", Expiry::Never).await.unwrap_err();
        assert_eq!(never.kind(), ErrorKind::Unsupported, "{never}");
    }
    for (number, version) in [ApiVersion::V2025, ApiVersion::V2026, ApiVersion::V1].into_iter().enumerate() {
        let issued = create(version.clone(), &format!("never-{number}"), Expiry::Never).await.unwrap();
        assert_eq!(issued.token.expires, When::Never);
        let issued = create(version.clone(), &format!("late-{number}"), in_days(300)).await.unwrap();
        assert!(issued.token.expires.at().is_some());
        let default = create(version, "default", Expiry::VendorDefault).await.unwrap_err();
        assert_eq!(default.kind(), ErrorKind::Unsupported, "{default}");
    }
}

#[tokio::test]
async fn sailpoint_an_end_that_the_answer_does_not_have_is_no_error_and_one_that_is_null_is() {
    let (vendor, server) = serve(SailPoint::new).await;
    let tokens = sailpoint(&server, ApiVersion::V1).personal_access_tokens();
    let request = |name: &str| CreateToken::new(name, in_days(30), Access::Full);
    let absent = Fault::edit(|answer| drop(answer.as_object_mut().unwrap().remove("expirationDate")));
    server.script(absent.on(Method::POST, "personal-access-tokens"));
    let issued = tokens.create(request("absent")).await.unwrap();
    assert_eq!((issued.token.expires, issued.drift), (When::Unknown, None));

    let null = Fault::edit(|answer| answer["expirationDate"] = serde_json::Value::Null);
    server.script(null.on(Method::POST, "personal-access-tokens"));
    let error = tokens.create(request("null")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    assert!(vendor.accepts(error.into_secret().unwrap().expose_secret()));
}

#[tokio::test]
async fn sailpoint_creates_a_token_that_never_expires_whether_the_answer_has_null_or_no_date() {
    let (vendor, server) = serve(SailPoint::new).await;
    let tokens = sailpoint(&server, ApiVersion::V1).personal_access_tokens();
    for (name, null) in [("absent", false), ("null", true)] {
        vendor.answers_null(null);
        let issued = tokens.create(CreateToken::new(name, Expiry::Never, Access::Full)).await.unwrap();
        assert_eq!((issued.token.expires, issued.drift), (When::Never, None), "{name}");
    }
}

#[tokio::test]
async fn sailpoint_a_filter_that_is_ignored_is_applied_all_the_same() {
    let (_, server) = serve(SailPoint::new).await;
    let tokens = sailpoint(&server, ApiVersion::V1).personal_access_tokens();
    let (all, _) = crate::support::listing(&tokens).await;
    let today = serde_json::json!(
        all.iter().map(|token| token.record.as_ref().unwrap().to_value()).collect::<Vec<_>>()
    );
    server.script(Fault::body(today.to_string()).on(Method::GET, "filters=").always());
    let long_ago =
        tokenward::ListOptions::default().with_unused_since(crate::support::at("2020-01-01T00:00:00Z"));
    let unused = tokenward::TokenManagerExt::list_all(&tokens, long_ago).await.unwrap();
    assert!(unused.len() < all.len());
    assert!(unused.iter().all(|token| token.last_used == When::Never));

    server.clear_script();
    server.script(Fault::body(today.to_string()).on(Method::GET, "owner-id=").always());
    let of = tokenward::ListOptions::default().with_owner(SailPoint::USER_IDENTITY);
    let owned = tokenward::TokenManagerExt::list_all(&tokens, of).await.unwrap();
    assert!(!owned.is_empty() && owned.len() < all.len());
    let blank = tokenward::ListOptions::default().with_owner(" ");
    let error = tokenward::TokenManagerExt::list_all(&tokens, blank).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn sailpoint_an_eleventh_token_is_refused_by_the_vendor_in_its_words() {
    let (_, server) = serve(SailPoint::new).await;
    let tokens = sailpoint(&server, ApiVersion::V1).personal_access_tokens();
    let error = loop {
        let name = format!("ci-{}", server.requests().len());
        match tokens.create(never(&name, &["sp:scopes:default"])).await {
            Ok(_) => assert!(server.requests().len() < 20),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    assert!(error.vendor_message().is_some_and(|message| message.contains("maximum number")), "{error}");
    assert!(error.request_id().is_some());
}

#[tokio::test]
async fn sailpoint_the_id_of_a_request_is_found_in_a_body_too() {
    let (_, server) = serve(SailPoint::new).await;
    let body = r#"{"detailCode":"400.1","trackingId":"5f2a17","messages":[{"text":"The name is taken"}]}"#;
    server
        .script(Fault::status(400).with_body("application/json", body).on(Method::GET, "personal").always());
    let (_, errors) =
        crate::support::listing(&sailpoint(&server, ApiVersion::V1).personal_access_tokens()).await;
    assert_eq!(errors[0].request_id(), Some("5f2a17"));
    assert_eq!(
        (errors[0].vendor_code(), errors[0].vendor_message()),
        (Some("400.1"), Some("The name is taken"))
    );
}

#[tokio::test]
async fn sailpoint_a_bearer_lives_from_15_seconds_to_12_hours() {
    let (_, server) = serve(SailPoint::new).await;
    let tokens = sailpoint(&server, ApiVersion::V1).personal_access_tokens();
    for seconds in [0, 14, 43_201] {
        let request =
            never("ci", &["sp:scopes:default"]).with_bearer_lifetime(std::time::Duration::from_secs(seconds));
        assert_eq!(tokens.create(request).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    let fraction =
        never("ci", &["sp:scopes:default"]).with_bearer_lifetime(std::time::Duration::from_millis(15_900));
    assert_eq!(tokens.create(fraction).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn atlassian_a_key_with_scopes_lists_an_organization_and_is_refused_one_account() {
    let (_, server) = serve(Atlassian::new).await;
    let tokens = atlassian(&server, Atlassian::SCOPED_KEY).user_tokens(Atlassian::ORG_ID);
    let (all, errors) = crate::support::listing(&tokens).await;
    assert!(!all.is_empty() && errors.is_empty());
    let error = tokens.revoke(&all[0].id, Default::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
}

#[tokio::test]
async fn atlassian_ids_are_alike_in_both_lists() {
    let (_, server) = serve(Atlassian::new).await;
    let tokens = atlassian(&server, Atlassian::ADMIN_KEY).user_tokens(Atlassian::ORG_ID);
    let (all, _) = crate::support::listing(&tokens).await;
    for token in all {
        assert_eq!(tokens.get(&token.id).await.unwrap().id, token.id);
    }
    let error = tokens.get(&"alone".parse().unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    insta::assert_snapshot!(error);
}

#[tokio::test]
async fn what_each_family_can_do_is_as_documented() {
    let server =
        tokenward_testkit::Server::start(Mist::new(tokenward_testkit::Clock::system())).await.unwrap();
    let sailpoint = |version| crate::support::sailpoint(&server, version);
    let managers: Vec<(&str, Box<dyn TokenManager>)> = vec![
        ("", Box::new(atlassian(&server, "key").user_tokens("org"))),
        ("", Box::new(atlassian(&server, "key").api_keys("org"))),
        ("", Box::new(mist(&server, "key").org_tokens("org"))),
        ("", Box::new(mist(&server, "key").user_tokens())),
        (" in v1", Box::new(sailpoint(ApiVersion::V1).personal_access_tokens())),
        (" in v2024", Box::new(sailpoint(ApiVersion::V2024).personal_access_tokens())),
        (
            " in a version of tomorrow",
            Box::new(sailpoint(ApiVersion::on_resource("v2").unwrap()).personal_access_tokens()),
        ),
        ("", Box::new(sailpoint(ApiVersion::V1).oauth_clients())),
        ("", Box::new(launchdarkly(&server, "token").access_tokens())),
        ("", Box::new(launchdarkly(&server, "token").relay_proxy_configs())),
    ];
    let mut text = String::new();
    for (version, manager) in managers {
        let capabilities = manager.capabilities();
        text += &format!("{}{version}\n", manager.family());
        for operation in tokenward::Operation::ALL {
            text += &format!("  {operation}: {:?}\n", capabilities.operation(operation));
        }
        for setting in Setting::ALL.into_iter().filter(|setting| capabilities.supports(setting.operation())) {
            text += &format!("  {setting}: {:?}\n", capabilities.setting(setting));
        }
        text += &format!("  coverage: {:?}\n", capabilities.coverage());
    }
    insta::assert_snapshot!(text);
}
