//! Every answer decodes, whatever a vendor adds, nulls or leaves out, and gives back what it does not know.

use std::fmt::Debug;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokenward_atlassian::raw::types as atlassian;
use tokenward_launchdarkly::raw::types as launchdarkly;
use tokenward_mist::raw::{Items, types as mist};
use tokenward_sailpoint::raw::types as sailpoint;
use tokenward_tests::sample;

type Decode = fn(&Value) -> Result<Value, serde_json::Error>;

/// Decodes and encodes again. Text first: what a client reads is bytes, not a tree.
fn through<T: DeserializeOwned + Serialize + Debug>(value: &Value) -> Result<Value, serde_json::Error> {
    let decoded: T = serde_json::from_str(&value.to_string())?;
    let shown = format!("{decoded:?}");
    assert!(!shown.contains("BadItem"), "an item was not understood: {shown}");
    serde_json::to_value(decoded)
}

/// Every sample answer, with the type that its operation decodes it to.
fn samples() -> Vec<(&'static str, Value, Decode)> {
    macro_rules! samples {
        ($($name:literal => $type:ty,)*) => {
            vec![$(($name, serde_json::from_str(sample!($name)).unwrap(), through::<$type> as Decode)),*]
        };
    }
    samples! {
        "atlassian.list_user_api_tokens" => Items<atlassian::UserApiToken>,
        "atlassian.list_org_api_tokens" => atlassian::ApiTokenSearchResponse,
        "atlassian.list_org_api_keys" => atlassian::ApiKeySearchResponse,
        "mist.list_org_api_tokens" => Items<mist::OrgApiToken>,
        "mist.create_org_api_token" => mist::OrgApiToken,
        "mist.list_api_tokens" => Items<mist::UserApiToken>,
        "mist.create_api_token" => Vec<mist::UserApiToken>,
        "mist.get_self" => mist::Admin,
        "sailpoint.list_personal_access_tokens" => Items<sailpoint::PersonalAccessToken>,
        "sailpoint.create_personal_access_token" => sailpoint::CreatePersonalAccessTokenResponse,
        "sailpoint.list_oauth_clients" => Items<sailpoint::OauthClient>,
        "sailpoint.create_oauth_client" => sailpoint::CreateOauthClientResponse,
        "sailpoint.create_oauth_token" => sailpoint::CreateOauthTokenResponse,
        "launchdarkly.get_tokens" => launchdarkly::Tokens,
        "launchdarkly.post_token" => launchdarkly::Token,
        "launchdarkly.get_relay_proxy_configs" => launchdarkly::RelayAutoConfigCollectionRep,
        "launchdarkly.post_relay_auto_config" => launchdarkly::RelayAutoConfigRep,
        "launchdarkly.get_caller_identity" => launchdarkly::CallerIdentityRep,
    }
}

/// The documents that differ from this one in one field of one record: gone, null, or one more.
fn variations(value: &Value) -> Vec<(String, Value)> {
    fn places(value: &Value, place: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                found.push(place.to_owned());
                for (key, value) in map {
                    places(value, &format!("{place}/{key}"), found);
                }
            }
            Value::Array(items) => {
                for (index, value) in items.iter().enumerate() {
                    places(value, &format!("{place}/{index}"), found);
                }
            }
            _ => {}
        }
    }

    let mut objects = Vec::new();
    places(value, "", &mut objects);
    let mut variations = Vec::new();
    for place in objects {
        let keys: Vec<String> = value.pointer(&place).unwrap().as_object().unwrap().keys().cloned().collect();
        let mut vary = |what: String, change: &dyn Fn(&mut serde_json::Map<String, Value>)| {
            let mut variation = value.clone();
            change(variation.pointer_mut(&place).unwrap().as_object_mut().unwrap());
            variations.push((what, variation));
        };
        vary(format!("{place} has a field more"), &|map| {
            map.insert("unheard_of".into(), json!({ "deep": [1, null] }));
        });
        for key in keys.iter().filter(|key| !["id", "_id"].contains(&key.as_str())) {
            vary(format!("{place}/{key} is gone"), &|map| drop(map.remove(key)));
            vary(format!("{place}/{key} is null"), &|map| drop(map.insert(key.clone(), Value::Null)));
        }
    }
    variations
}

#[test]
fn every_sample_decodes_and_so_does_every_variation_of_it() {
    let mut tried = 0;
    for (name, sample, decode) in samples() {
        decode(&sample).unwrap_or_else(|error| panic!("{name}: {error}"));
        for (what, variation) in variations(&sample) {
            decode(&variation).unwrap_or_else(|error| panic!("{name}: {what}: {error}"));
            tried += 1;
        }
    }
    assert!(tried > 300, "only {tried} variations were tried");
}

#[test]
fn a_record_without_its_id_is_refused_where_the_vendor_promises_one() {
    assert!(through::<launchdarkly::Token>(&json!({"name": "x"})).is_err());
    assert!(through::<sailpoint::PersonalAccessToken>(&json!({"name": "x"})).is_err());
    assert!(through::<atlassian::UserApiToken>(&json!({"label": "x"})).is_err());
}

#[test]
fn unknown_values_are_visible_and_go_back_as_they_came() {
    let text = sample!("mist.list_org_api_tokens");
    let tokens: Vec<mist::OrgApiToken> = serde_json::from_str(text).unwrap();
    let privilege = tokens[1].privileges.as_ref().unwrap().good().next().unwrap();
    assert_eq!(privilege.role, Some(mist::PrivilegeOrgRole::Unknown("network_admin".into())));
    assert_eq!(
        privilege.views.as_deref().unwrap(),
        [mist::AdminPrivilegeView::Reporting, mist::AdminPrivilegeView::Unknown("wan_admin".into())]
    );
    let encoded = serde_json::to_value(&tokens).unwrap();
    assert_eq!(encoded[1]["privileges"][0]["role"], "network_admin");
    assert_eq!(encoded[1]["privileges"][0]["views"], json!(["reporting", "wan_admin"]));
}

#[test]
fn every_enum_takes_any_word_and_tells_known_from_unknown() {
    fn check<T>(known: &str)
    where
        T: DeserializeOwned + Serialize + Debug + PartialEq + for<'a> From<&'a str>,
    {
        for word in [known, "never heard of", "", " ", "ÜNI\u{0}code", "\"quoted\""] {
            let json = serde_json::to_string(word).unwrap();
            let value: T = serde_json::from_str(&json).unwrap();
            assert_eq!(value, T::from(word));
            assert_eq!(serde_json::to_string(&value).unwrap(), json);
            assert_eq!(format!("{value:?}").starts_with("Unknown"), word != known, "{value:?}");
        }
    }
    check::<mist::PrivilegeOrgRole>("admin");
    check::<mist::PrivilegeOrgScope>("orgsites");
    check::<mist::AdminPrivilegeRole>("helpdesk");
    check::<mist::AdminPrivilegeScope>("msp");
    check::<mist::AdminPrivilegeView>("super_observer");
    check::<mist::AdminComplianceStatus>("blocked");
    check::<sailpoint::AccessType>("ONLINE");
    check::<sailpoint::ClientType>("PUBLIC");
    check::<sailpoint::GrantType>("REFRESH_TOKEN");
    check::<sailpoint::PersonalAccessTokenOwnerType>("IDENTITY");
    check::<sailpoint::JsonPatchOperationOp>("move");
    check::<sailpoint::CreateOauthTokenBodyGrantType>("client_credentials");
    check::<launchdarkly::AccessTokenPostRole>("writer");
    check::<launchdarkly::StatementEffect>("deny");
    check::<launchdarkly::StatementPostEffect>("allow");
    check::<launchdarkly::AccessAllowedReasonEffect>("allow");
    check::<launchdarkly::AccessDeniedReasonEffect>("deny");
}
