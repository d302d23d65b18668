//! Secrets: told once, distinct, recognisable, and never shown by `Debug`.

use std::collections::HashSet;

use reqwest::Method;
use tokenward_testkit::{
    Atlassian, Clock, Fault, InProcess, LaunchDarkly, Mist, Request, Response, SECRET_MARK, SailPoint, Server,
};

fn clock() -> Clock {
    Clock::starting_at(crate::client::START.parse().unwrap())
}

#[test]
fn every_secret_is_distinct_and_recognisable_and_let_in() {
    let (atlassian, mist) = (Atlassian::new(clock()), Mist::new(clock()));
    let (sailpoint, launchdarkly) = (SailPoint::new(clock()), LaunchDarkly::new(clock()));
    mist.seed_org_tokens(100);
    mist.seed_user_tokens(100);
    launchdarkly.seed(100);
    launchdarkly.seed_relay_configs(10);
    sailpoint.seed(100);
    sailpoint.seed_clients(10);
    for n in 0..10 {
        atlassian.add_api_key(&n.to_string(), &[]);
    }
    assert!(atlassian.secrets().iter().all(|secret| atlassian.accepts(secret)));
    assert!(mist.secrets().iter().all(|secret| mist.accepts(secret)));
    assert!(sailpoint.secrets().iter().all(|secret| sailpoint.accepts(secret)));
    assert!(launchdarkly.secrets().iter().all(|secret| launchdarkly.accepts(secret)));
    let all = [atlassian.secrets(), mist.secrets(), sailpoint.secrets(), launchdarkly.secrets()].concat();
    assert_eq!(all.len(), 12 + 206 + 116 + 115);
    assert!(all.iter().all(|secret| secret.contains(SECRET_MARK)));
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
}

#[tokio::test]
async fn debug_shows_no_secret() {
    let vendor = LaunchDarkly::new(clock());
    let server = Server::start(vendor.clone()).await.unwrap();
    let request = Request::new(Method::GET, "/api/v2/tokens")
        .with_header("authorization", LaunchDarkly::ADMIN_TOKEN)
        .with_header("cookie", "session=simulated-cookie")
        .with_body("text/plain", "simulated-body");
    let response: Response = server.in_process().call(request.clone()).await.unwrap();
    let fault = Fault::status(500).with_body("text/plain", "simulated-body");
    server.script(Fault::cut_after(400));
    let cut = server.in_process().call(request.clone()).await.unwrap_err();
    for shown in [
        format!("{vendor:?}"),
        format!("{server:?}"),
        format!("{request:?}"),
        format!("{response:?}"),
        format!("{fault:?}"),
        format!("{cut:?} {cut}"),
        format!("{:?}", Atlassian::new(clock())),
        format!("{:?}", Mist::new(clock())),
        format!("{:?}", SailPoint::new(clock())),
        format!("{:?}", InProcess::new(Mist::new(clock()))),
        format!("{:?}", server.requests()),
    ] {
        assert!(!shown.contains(SECRET_MARK), "{shown}");
    }
    assert!(format!("{request:?}").contains("/api/v2/tokens"), "it still says what it was");
}
