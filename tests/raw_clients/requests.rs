//! What goes out: three-valued fields, patches of any JSON, nothing that nobody asked for.

use serde_json::{Value, json};
use tokenward_launchdarkly::raw::types as launchdarkly;
use tokenward_mist::raw::types as mist;
use tokenward_sailpoint::{Nullable, Timestamp, raw::types as sailpoint};

#[test]
fn absent_null_and_a_date_are_three_things_in_a_request() {
    let mut request = sailpoint::CreatePersonalAccessTokenRequest::new("ci");
    assert_eq!(serde_json::to_value(&request).unwrap(), json!({"name": "ci"}));
    request.expiration_date = Nullable::Null;
    request.user_aware_token_never_expires = true.into();
    assert_eq!(
        serde_json::to_value(&request).unwrap(),
        json!({"name": "ci", "expirationDate": null, "userAwareTokenNeverExpires": true})
    );
    request.expiration_date = "2026-08-01T00:00:00Z".parse::<Timestamp>().unwrap().into();
    assert_eq!(serde_json::to_value(&request).unwrap()["expirationDate"], "2026-08-01T00:00:00Z");
}

#[test]
fn a_required_field_that_may_be_null_is_sent_as_null() {
    let request = sailpoint::CreateOauthClientRequest::new(
        750,
        sailpoint::AccessType::Offline,
        None,
        true,
        Some(vec![sailpoint::GrantType::ClientCredentials]),
        None,
    );
    let sent = serde_json::to_value(&request).unwrap();
    assert_eq!((&sent["name"], &sent["description"]), (&Value::Null, &Value::Null));
    assert!(sent.get("name").is_some());
    assert_eq!(sent.as_object().unwrap().len(), 6);
}

#[test]
fn a_patch_carries_null_and_any_json() {
    for value in
        [json!(null), json!(1.5), json!("x"), json!([1, {"a": null}]), json!({"b": true}), json!(u64::MAX)]
    {
        let mut sailpoint =
            sailpoint::JsonPatchOperation::new(sailpoint::JsonPatchOperationOp::Replace, "/expirationDate");
        sailpoint.value = value.clone().into();
        assert_eq!(
            serde_json::to_value(&sailpoint).unwrap(),
            json!({"op": "replace", "path": "/expirationDate", "value": value})
        );
        let mut launchdarkly = launchdarkly::PatchOperation::new("replace", "/expiry");
        launchdarkly.value = value.clone().into();
        assert_eq!(
            serde_json::to_value(&launchdarkly).unwrap(),
            json!({"op": "replace", "path": "/expiry", "value": value})
        );
    }
    let remove = sailpoint::JsonPatchOperation::new(sailpoint::JsonPatchOperationOp::Remove, "/scope");
    assert_eq!(serde_json::to_value(&remove).unwrap(), json!({"op": "remove", "path": "/scope"}));
}

#[test]
fn an_empty_list_is_not_an_absent_one() {
    let mut request = launchdarkly::AccessTokenPost::default();
    assert_eq!(serde_json::to_value(&request).unwrap(), json!({}));
    request.custom_role_ids = Some(vec![]);
    assert_eq!(serde_json::to_value(&request).unwrap(), json!({"customRoleIds": []}));
}

#[test]
fn nothing_that_the_vendor_sets_can_be_sent() {
    let mut request = mist::OrgApiTokenInput::new("ci");
    request.privileges =
        Some(vec![mist::PrivilegeOrgInput::new(mist::PrivilegeOrgRole::Read, mist::PrivilegeOrgScope::Org)]);
    request.src_ips = Some(vec!["192.0.2.1".into()]);
    let sent = serde_json::to_value(&request).unwrap();
    let fields: Vec<&String> = sent.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["name", "privileges", "src_ips"]);
}
