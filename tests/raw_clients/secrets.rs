//! Every secret has the secret type: shown by nothing, sent where it belongs.

use serde::{Serialize, de::DeserializeOwned};
use tokenward_launchdarkly::raw::types as launchdarkly;
use tokenward_mist::raw::types as mist;
use tokenward_sailpoint::raw::types as sailpoint;
use tokenward_tests::{answering, sample};

use crate::support::{self, CREDENTIAL};

fn shows_nothing<T: DeserializeOwned + Serialize + std::fmt::Debug>(answer: &str) -> T {
    assert!(answer.contains("SECRET-"), "the sample holds no secret");
    let value: T = serde_json::from_str(answer).unwrap();
    for output in [format!("{value:?}"), format!("{value:#?}"), serde_json::to_string(&value).unwrap()] {
        assert!(!output.contains("SECRET-"), "{output}");
        assert!(output.contains("[redacted]"), "{output}");
    }
    value
}

#[test]
fn every_one_time_secret_reaches_the_caller_and_no_output() {
    let token: mist::OrgApiToken = shows_nothing(sample!("mist.create_org_api_token"));
    assert_eq!(token.key.unwrap().expose(), "SECRET-mist-org-key");
    let tokens: Vec<mist::UserApiToken> = shows_nothing(sample!("mist.create_api_token"));
    assert_eq!(tokens[0].key.as_ref().unwrap().expose(), "SECRET-mist-user-key");
    let token: sailpoint::CreatePersonalAccessTokenResponse =
        shows_nothing(sample!("sailpoint.create_personal_access_token"));
    assert_eq!(token.secret.unwrap().expose(), "SECRET-sailpoint-pat");
    let client: sailpoint::CreateOauthClientResponse =
        shows_nothing(sample!("sailpoint.create_oauth_client"));
    assert_eq!(client.secret.unwrap().expose(), "SECRET-sailpoint-client");
    let grant: sailpoint::CreateOauthTokenResponse = shows_nothing(sample!("sailpoint.create_oauth_token"));
    assert_eq!(grant.access_token.unwrap().expose(), "SECRET-sailpoint-bearer");
    assert_eq!(grant.refresh_token.unwrap().expose(), "SECRET-sailpoint-refresh");
    let token: launchdarkly::Token = shows_nothing(sample!("launchdarkly.post_token"));
    assert_eq!(token.token.unwrap().expose(), "SECRET-launchdarkly-token");
    let config: launchdarkly::RelayAutoConfigRep =
        shows_nothing(sample!("launchdarkly.post_relay_auto_config"));
    assert_eq!(config.full_key.unwrap().expose(), "SECRET-launchdarkly-relay");
}

#[test]
fn a_secret_in_a_request_shows_nothing_either() {
    let mut body =
        sailpoint::CreateOauthTokenBody::new("id", sailpoint::CreateOauthTokenBodyGrantType::RefreshToken);
    body.client_secret = Some("SECRET-1".into());
    body.refresh_token = Some("SECRET-2".into());
    body.code = Some("SECRET-3".into());
    body.code_verifier = Some("SECRET-4".into());
    assert!(!format!("{body:?}").contains("SECRET"));
    assert!(!serde_json::to_string(&body).unwrap().contains("SECRET"));
}

#[tokio::test]
async fn a_client_and_its_builder_show_no_credential() {
    let server = answering(200, "application/json", "[]").await;
    let outputs = [
        format!("{:?}", support::mist(&server)),
        format!("{:?}", support::atlassian(&server)),
        format!("{:?}", support::sailpoint(&server)),
        format!("{:?}", support::launchdarkly(&server)),
        format!("{:?}", tokenward_mist::Mist::builder(CREDENTIAL)),
        format!("{:?}", tokenward_sailpoint::SailPoint::builder("id", CREDENTIAL)),
        format!("{:?}", tokenward_launchdarkly::LaunchDarkly::builder(CREDENTIAL)),
        format!("{:?}", tokenward_atlassian::Atlassian::builder(CREDENTIAL)),
    ];
    assert!(outputs.iter().all(|output| !output.contains("CANARY")), "{outputs:?}");
}
