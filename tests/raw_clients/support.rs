//! Clients that talk to a server on this machine.

use tokenward_atlassian::Atlassian;
use tokenward_launchdarkly::LaunchDarkly;
use tokenward_mist::Mist;
use tokenward_sailpoint::SailPoint;
use wiremock::MockServer;

/// What every credential of these tests is, and what no output may hold.
pub(crate) const CREDENTIAL: &str = "CANARY-credential";

pub(crate) fn atlassian(server: &MockServer) -> Atlassian {
    Atlassian::builder(CREDENTIAL).base_url(server.uri()).build().unwrap()
}

pub(crate) fn mist(server: &MockServer) -> Mist {
    Mist::builder(CREDENTIAL).base_url(server.uri()).build().unwrap()
}

pub(crate) fn launchdarkly(server: &MockServer) -> LaunchDarkly {
    LaunchDarkly::builder(CREDENTIAL).base_url(server.uri()).build().unwrap()
}

pub(crate) fn sailpoint(server: &MockServer) -> SailPoint {
    SailPoint::builder("client-id", CREDENTIAL).base_url(server.uri()).build().unwrap()
}
