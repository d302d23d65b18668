//! Clients from the variables of the vendors' own tools.

use tokenward_atlassian::Atlassian;
use tokenward_http::{BuildError, Environment};
use tokenward_launchdarkly::LaunchDarkly;
use tokenward_mist::Mist;
use tokenward_sailpoint::SailPoint;

fn of(variables: &[(&str, &str)]) -> Environment {
    Environment::of(variables.iter().copied())
}

#[test]
fn every_client_can_be_built_from_the_environment() {
    let address = |client: &dyn std::fmt::Debug| {
        let text = format!("{client:?}");
        assert!(!text.contains("CANARY"), "{text}");
        text.split("baseurl: \"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let mist = |variables| Mist::from_environment(&of(variables)).unwrap().build().unwrap();
    assert_eq!(address(&mist(&[("MIST_APITOKEN", "CANARY")])), "https://api.mist.com");
    let eu = [("MIST_APITOKEN", " CANARY\n"), ("MIST_HOST", "api.eu.mist.com")];
    assert_eq!(address(&mist(&eu)), "https://api.eu.mist.com");

    let launchdarkly = |variables| LaunchDarkly::from_environment(&of(variables)).unwrap().build().unwrap();
    let plain = [("LAUNCHDARKLY_ACCESS_TOKEN", "CANARY")];
    assert_eq!(address(&launchdarkly(&plain)), "https://app.launchdarkly.com");
    let federal =
        [("LAUNCHDARKLY_ACCESS_TOKEN", "CANARY"), ("LAUNCHDARKLY_API_HOST", "https://app.launchdarkly.us")];
    assert_eq!(address(&launchdarkly(&federal)), "https://app.launchdarkly.us");

    let sailpoint = of(&[
        ("SAIL_CLIENT_ID", "id"),
        ("SAIL_CLIENT_SECRET", "CANARY"),
        ("SAIL_BASE_URL", "https://acme.api.identitynow.com/"),
    ]);
    let sailpoint = SailPoint::from_environment(&sailpoint).unwrap().build().unwrap();
    assert_eq!(address(&sailpoint), "https://acme.api.identitynow.com");

    let atlassian = of(&[("ATLASSIAN_ADMIN_API_KEY", "CANARY")]);
    assert_eq!(
        address(&Atlassian::from_environment(&atlassian).unwrap().build().unwrap()),
        "https://api.atlassian.com"
    );
}

#[test]
fn what_is_missing_or_cannot_be_used_is_named_and_not_quoted() {
    let errors: Vec<BuildError> = vec![
        Mist::from_environment(&of(&[])).unwrap_err(),
        Mist::from_environment(&of(&[("MIST_APITOKEN", " ")])).unwrap_err(),
        Mist::from_environment(&of(&[("MIST_APITOKEN", "CANARY,CANARY")])).unwrap_err(),
        Mist::from_environment(&of(&[("MIST_APITOKEN", "x"), ("MIST_HOST", "http://CANARY")]))
            .unwrap()
            .build()
            .unwrap_err(),
        LaunchDarkly::from_environment(&of(&[])).unwrap_err(),
        SailPoint::from_environment(&of(&[("SAIL_CLIENT_ID", "id")])).unwrap_err(),
        SailPoint::from_environment(&of(&[("SAIL_CLIENT_ID", "id"), ("SAIL_CLIENT_SECRET", "CANARY")]))
            .unwrap_err(),
        Atlassian::from_environment(&of(&[])).unwrap_err(),
    ];
    let texts: Vec<String> = errors.iter().map(|error| format!("{error}")).collect();
    assert!(!format!("{texts:?} {errors:?}").contains("CANARY"));
    insta::assert_snapshot!(texts.join("\n"));
}
