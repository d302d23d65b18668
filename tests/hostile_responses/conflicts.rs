//! A name that is taken and a limit that is reached are conflicts, whatever status the vendor gives them.

use tokenward::{
    Access, CreateToken, ErrorKind, Expiry, TokenManager, launchdarkly::LaunchDarkly, sailpoint::SailPoint,
};
use tokenward_testkit::{self as testkit, Clock, Server as Simulator};

use crate::server::{Server, answer, http};

fn named(name: &str) -> CreateToken {
    CreateToken::new(name, Expiry::Never, Access::Full)
}

#[tokio::test]
async fn sailpoints_duplicates_and_limits_are_conflicts() {
    let vendor = testkit::SailPoint::new(Clock::system());
    let server = Simulator::start(vendor.clone()).await.unwrap();
    let (id, secret) = (testkit::SailPoint::CLIENT_ID, testkit::SailPoint::CLIENT_SECRET);
    let client = SailPoint::builder(id, secret).base_url(server.url()).http(http()).build().unwrap();
    let tokens = client.personal_access_tokens();
    assert!(tokens.create(named("taken")).await.is_ok());
    let taken = tokens.create(named("taken")).await.unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::Conflict, "{taken}");
    assert_eq!(taken.message(), "the name is already taken, or a limit is reached");
    let full = loop {
        if let Err(error) = tokens.create(named(&format!("ci-{}", vendor.token_ids().len()))).await {
            break error;
        }
    };
    assert_eq!(full.kind(), ErrorKind::Conflict, "{full}");
}

#[tokio::test]
async fn launchdarklys_account_limit_is_a_conflict() {
    let vendor = testkit::LaunchDarkly::new(Clock::system());
    vendor.account_limit(vendor.token_ids().len());
    let server = Simulator::start(vendor).await.unwrap();
    let client = LaunchDarkly::builder(testkit::LaunchDarkly::ADMIN_TOKEN).base_url(server.url());
    let error = client.http(http()).build().unwrap().access_tokens().create(named("ci")).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Conflict, Some(400)), "{error}");
}

#[tokio::test]
async fn a_name_that_is_too_long_is_no_conflict() {
    for (message, kind) in [
        ("name must have at most the maximum number of 255 characters", ErrorKind::InvalidInput),
        ("the length limit has been reached", ErrorKind::InvalidInput),
        ("A token with this name already exists", ErrorKind::Conflict),
        ("duplicate_name", ErrorKind::Conflict),
        ("Token limit reached for this account", ErrorKind::Conflict),
    ] {
        let server = Server::always(answer(400, "", &format!(r#"{{"code":"{message}"}}"#))).await;
        let client = LaunchDarkly::builder("api-x").base_url(&server.url).http(http()).build().unwrap();
        let error = client.access_tokens().create(named("ci")).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{message}");
    }
}
