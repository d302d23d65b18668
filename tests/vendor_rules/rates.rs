//! Rate limits, by the real clients: all of a quota is used, and nothing is refused.

use std::time::Duration;

use tokenward::{ErrorKind, ListOptions, RetryAdvice, TokenManager, TokenManagerExt};
use tokenward_http::{HttpOptions, RateOptions};
use tokenward_launchdarkly::LaunchDarkly as LaunchDarklyClient;
use tokenward_mist::Mist as MistClient;
use tokenward_sailpoint::SailPoint as SailPointClient;
use tokenward_testkit::{LaunchDarkly, Method, Mist, Request, SailPoint, Server};
use tokio::time::Instant;

use crate::{
    paused::{clock_at, in_paused_time, list_for, others_ask, serve},
    support::{never, once},
};

const STEP: Duration = Duration::from_millis(5);
const DELAY: Duration = Duration::from_millis(30);
const SPAN: Duration = Duration::from_secs(30);

fn sailpoint(server: &Server, http: HttpOptions) -> SailPointClient {
    SailPointClient::builder(SailPoint::CLIENT_ID, SailPoint::CLIENT_SECRET)
        .base_url(server.url())
        .http(http)
        .build()
        .unwrap()
}

fn launchdarkly(server: &Server, http: HttpOptions) -> LaunchDarklyClient {
    LaunchDarklyClient::builder(LaunchDarkly::ADMIN_TOKEN).base_url(server.url()).http(http).build().unwrap()
}

#[tokio::test]
async fn sailpoints_window_is_full_and_never_fuller() {
    for (side_by_side, phase) in [(40, 0), (40, 7), (1, 4)] {
        let simulated = SailPoint::new(clock_at(Duration::from_secs(phase)));
        let (server, tally) = serve(simulated, DELAY).await.unwrap();
        let tokens = sailpoint(&server, HttpOptions::default()).personal_access_tokens();
        in_paused_time(&tally, STEP, list_for(SPAN, side_by_side, &tokens)).await;
        assert_eq!(tally.refused(), 0);
        assert!(tally.done() >= 285, "{side_by_side}, {phase}: {tally:?}");
    }
}

#[tokio::test]
async fn launchdarklys_window_is_full_and_never_fuller() {
    for (side_by_side, phase, is_past) in [(40, 3, false), (40, 7, true), (1, 4, false)] {
        let simulated = LaunchDarkly::new(clock_at(Duration::from_secs(phase)));
        simulated.limit_route(100);
        simulated.reset_in_the_past(is_past);
        let (server, tally) = serve(simulated, DELAY).await.unwrap();
        let tokens = launchdarkly(&server, HttpOptions::default()).access_tokens();
        in_paused_time(&tally, STEP, list_for(SPAN, side_by_side, &tokens)).await;
        assert_eq!(tally.refused(), 0);
        assert!(tally.done() >= 285, "{side_by_side}, {phase}: {tally:?}");
    }
}

#[tokio::test]
async fn mists_hour_is_full_and_never_fuller() {
    let simulated = Mist::new(clock_at(Duration::from_secs(3600 - 300)));
    let (server, tally) = serve(simulated, DELAY).await.unwrap();
    let tokens = MistClient::builder(Mist::USER_KEY).base_url(server.url()).build().unwrap().user_tokens();
    in_paused_time(&tally, STEP, list_for(Duration::from_secs(290), 100, &tokens)).await;
    assert_eq!((tally.done(), tally.refused()), (5000, 0));
}

#[tokio::test]
async fn a_reserve_is_left_to_others_who_use_all_of_it() {
    let http = HttpOptions::default().with_rate(RateOptions::default().with_reserve_percent(20));
    let simulated = LaunchDarkly::new(clock_at(Duration::from_secs(2)));
    simulated.limit_global(100);
    let (server, tally) = serve(simulated.clone(), DELAY).await.unwrap();
    let tokens = launchdarkly(&server, http).access_tokens();
    let theirs = Request::new(Method::GET, "/api/v2/caller-identity")
        .with_header("authorization", LaunchDarkly::READER_TOKEN);
    let both = async {
        tokio::join!(
            list_for(SPAN, 40, &tokens),
            others_ask(&simulated, &theirs, Duration::from_millis(500), SPAN)
        )
        .1
    };
    assert_eq!(in_paused_time(&tally, STEP, both).await, 0);
    assert_eq!(tally.refused(), 0);
    assert!((228..=320).contains(&tally.done()), "{tally:?}");
}

#[tokio::test]
async fn without_the_limiter_the_same_job_is_refused() {
    let simulated = SailPoint::new(clock_at(Duration::ZERO));
    let (server, tally) = serve(simulated, DELAY).await.unwrap();
    let http = HttpOptions::default().with_rate(RateOptions::off());
    let tokens = sailpoint(&server, http).personal_access_tokens();
    in_paused_time(&tally, STEP, list_for(SPAN, 40, &tokens)).await;
    assert!(tally.refused() >= 80, "{tally:?}");
}

#[tokio::test]
async fn what_would_wait_beyond_its_deadline_is_refused_at_once_and_a_creation_waits_before_it_is_sent() {
    let simulated = SailPoint::new(clock_at(Duration::from_secs(1)));
    let (server, tally) = serve(simulated, DELAY).await.unwrap();
    let patient = sailpoint(&server, once().with_rate(RateOptions::default().with_at_most(3, SPAN)));
    let tokens = patient.personal_access_tokens();
    let jobs = async {
        let start = Instant::now();
        for _ in 0..3 {
            tokens.list_all(ListOptions::default()).await.unwrap();
        }
        tokens.create(never("ci", &["sp:scopes:default"])).await.map(drop).unwrap();
        assert!(start.elapsed() > SPAN);

        let hurried = once().with_deadline(Duration::from_secs(20));
        let hurried = hurried.with_rate(RateOptions::default().with_at_most(1, SPAN));
        let hurried = sailpoint(&server, hurried).personal_access_tokens();
        hurried.list_all(ListOptions::default()).await.unwrap();
        let start = Instant::now();
        let error = hurried.create(never("ci2", &["sp:scopes:default"])).await.unwrap_err();
        assert!(start.elapsed() < Duration::from_secs(1));
        error
    };
    let error = in_paused_time(&tally, STEP, jobs).await;
    assert_eq!((error.kind(), error.retry()), (ErrorKind::RateLimited, RetryAdvice::Always));
    assert!(error.retry_after().unwrap() > Duration::from_secs(28), "{:?}", error.retry_after());
    assert_eq!(
        error.to_string(),
        "sailpoint/personal-access-token create: rate limited: the vendor's rate limit leaves no room for it \
         before its deadline, and it does in 30 s; nothing was sent"
    );
    let creations =
        server.requests().iter().filter(|r| r.method == Method::POST && r.path != "/oauth/token").count();
    assert_eq!((tally.done(), tally.refused(), creations), (5, 0, 1));
}
