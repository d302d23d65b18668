//! Every dialect of the four vendors decodes to one time type, and nothing to 1970.

use tokenward_atlassian::{Timestamp, raw::types as atlassian};
use tokenward_launchdarkly::raw::types as launchdarkly;
use tokenward_mist::raw::types as mist;
use tokenward_sailpoint::raw::types as sailpoint;
use tokenward_tests::sample;

fn time(text: &str) -> Option<Timestamp> {
    Some(text.parse().unwrap())
}

#[test]
fn atlassian_writes_rfc_3339_with_and_without_a_fraction() {
    let tokens: Vec<atlassian::UserApiToken> =
        serde_json::from_str(sample!("atlassian.list_user_api_tokens")).unwrap();
    assert_eq!(tokens[0].created_at, time("2025-03-19T08:15:30.25Z"));
    assert_eq!(tokens[0].expiry, time("2026-03-19T00:00:00Z"));
    assert_eq!(tokens[1].created_at, time("2026-01-05T10:00:00Z"));
    assert_eq!((tokens[1].last_access, tokens[1].expiry), (None, None));
}

#[test]
fn mist_writes_epoch_seconds_as_integers_and_as_floats() {
    let tokens: Vec<mist::OrgApiToken> = serde_json::from_str(sample!("mist.list_org_api_tokens")).unwrap();
    assert_eq!(tokens[0].created_time, time("2021-07-21T13:58:22Z"));
    assert_eq!(tokens[0].last_used, time("2023-07-23T12:25:10.25Z"));
    assert_eq!(tokens[1].last_used, None);
    let tokens: Vec<mist::UserApiToken> = serde_json::from_str(sample!("mist.list_api_tokens")).unwrap();
    assert_eq!(tokens[0].last_used, time("2023-07-23T12:25:10Z"));
}

#[test]
fn launchdarkly_writes_epoch_milliseconds_and_zero_for_never() {
    let tokens: launchdarkly::Tokens = serde_json::from_str(sample!("launchdarkly.get_tokens")).unwrap();
    let tokens = tokens.items.unwrap().strict().unwrap();
    assert_eq!(tokens[0].creation_date, time("2021-08-03T14:40:02.644Z"));
    assert_eq!(tokens[0].expiry, time("2026-08-01T00:00:00Z"));
    assert_eq!((tokens[1].last_used, tokens[1].expiry), (None, None));
}

#[test]
fn sailpoint_writes_rfc_3339_and_null_for_never() {
    let tokens: Vec<sailpoint::PersonalAccessToken> =
        serde_json::from_str(sample!("sailpoint.list_personal_access_tokens")).unwrap();
    assert_eq!(tokens[0].expiration_date, time("2026-12-31T23:59:59.999Z"));
    assert_eq!(tokens[1].created, time("2025-07-11T18:45:37Z"));
    assert_eq!((tokens[1].expiration_date, tokens[1].last_used), (None, None));
}
