//! Tests against the windows of the four vendors: a job makes every allowed call, and none is refused.

use tokenward_testkit::{Atlassian, LaunchDarkly, Method, Mist, SailPoint};

use super::*;

const PHASES: u32 = 7;

fn sailpoint_limits() -> [RateLimit; 1] {
    [RateLimit::counted(100, seconds(10))]
}

fn mist_limits() -> [RateLimit; 1] {
    [RateLimit::on_the_clock(5000, seconds(3600))]
}

fn launchdarkly_limits() -> [RateLimit; 3] {
    let (window, reset) = (seconds(10), "x-ratelimit-reset");
    [
        RateLimit::told(["x-ratelimit-global-limit", "x-ratelimit-global-remaining", reset], window),
        RateLimit::told(["x-ratelimit-route-limit", "x-ratelimit-route-remaining", reset], window)
            .per_route(),
        RateLimit::told(
            [
                "x-ratelimit-auth-token-limit",
                "x-ratelimit-auth-token-remaining",
                "x-ratelimit-auth-token-reset",
            ],
            window,
        ),
    ]
}

fn atlassian_limits() -> [RateLimit; 1] {
    let names = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];
    [RateLimit::told(names, seconds(60)).with_longest(seconds(3600))]
}

fn get(path: &str, authorization: &str) -> Request {
    Request::new(Method::GET, path).with_header("authorization", authorization)
}

/// Lists the OAuth clients of a simulated SailPoint, with a fresh bearer token.
fn sailpoint_list(vendor: &SailPoint) -> Request {
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        SailPoint::CLIENT_ID,
        SailPoint::CLIENT_SECRET
    );
    let grant = Request::new(Method::POST, "/oauth/token")
        .with_body("application/x-www-form-urlencoded", form.into_bytes());
    let bearer = vendor.respond(&grant).body_json()["access_token"].as_str().unwrap().to_owned();
    get("/personal-access-tokens/v1?owner-id=me", &format!("Bearer {bearer}"))
}

fn launchdarkly_calls() -> Vec<(&'static str, Request)> {
    [
        ("get_token", format!("/api/v2/tokens/{}", LaunchDarkly::ADMIN_TOKEN_ID)),
        ("get_caller_identity", "/api/v2/caller-identity".to_owned()),
        ("get_relay_proxy_configs", "/api/v2/account/relay-auto-configs".to_owned()),
    ]
    .map(|(operation, path)| (operation, get(&path, LaunchDarkly::ADMIN_TOKEN)))
    .into()
}

fn mist_who() -> Vec<(&'static str, Request)> {
    vec![("get_self", get("/api/v1/self", &format!("Token {}", Mist::ORG_KEY)))]
}

fn atlassian_list() -> Vec<(&'static str, Request)> {
    let path = format!("/admin/api-access/v1/orgs/{}/api-tokens/count", Atlassian::ORG_ID);
    vec![("count_org_api_tokens", get(&path, &format!("Bearer {}", Atlassian::ADMIN_KEY)))]
}

fn limiter(limits: &[RateLimit], options: &RateOptions) -> Option<Arc<Limiter>> {
    Limiter::new(limits, options)
}

/// Concurrency and latency: many calls with short and with long latency, and few calls as fast as the vendor responds.
const WAYS: [(usize, (u64, u64)); 4] = [(150, (5, 60)), (40, (20, 300)), (1, (1, 8)), (3, (0, 40))];

#[tokio::test(start_paused = true)]
async fn sailpoints_window_is_used_whenever_it_begins() {
    for phase in 0..PHASES {
        for (side_by_side, latency) in WAYS {
            let simulated = SailPoint::new(clock_at(seconds(10) * phase / PHASES));
            let requests = vec![("list", sailpoint_list(&simulated))];
            let vendor = Vendor::new(simulated, latency);
            let limiter = limiter(&sailpoint_limits(), &RateOptions::default());
            let state = Job { vendor, limiter, requests, side_by_side }.run(seconds(60)).await;
            state.assert_full(600, &format!("phase {phase}, {side_by_side} side by side, {latency:?}"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn mists_hour_is_used_whenever_the_job_begins() {
    for phase in 0..PHASES {
        for (side_by_side, latency) in [(150, (5, 60)), (1, (500, 3000))] {
            let simulated = Mist::new(clock_at(seconds(3600) * phase / PHASES));
            simulated.hourly_limit(1000);
            let vendor = Vendor::new(simulated, latency);
            let limits = [RateLimit::on_the_clock(1000, seconds(3600))];
            let limiter = limiter(&limits, &RateOptions::default());
            let job = Job { vendor, limiter, requests: mist_who(), side_by_side };
            let state = job.run(seconds(3600 * 3)).await;
            state.assert_full(3000, &format!("phase {phase}, {side_by_side} side by side"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_hour_that_was_used_shortly_before_its_end_gives_way_to_the_next() {
    let vendor = Vendor::new(Mist::new(clock_at(seconds(3590))), (5, 60));
    let limiter = limiter(&mist_limits(), &RateOptions::default());
    let job = Job { vendor, limiter, requests: mist_who(), side_by_side: 150 };
    // Ten seconds of one hour, and twenty of the next.
    job.run(seconds(30)).await.assert_full(10_000, "two hours in half a minute");
}

#[tokio::test(start_paused = true)]
async fn launchdarklys_route_account_and_token_are_used_whenever_their_window_begins() {
    let worlds = [
        (1, false, None, 150),
        (1, true, None, 150),
        (3, false, None, 300),
        (3, true, None, 300),
        (3, false, Some(60), 60),
        (3, true, Some(60), 60),
    ];
    // Runs each concurrency at each phase, in different simulators.
    for run in 0..PHASES as usize * WAYS.len() {
        let (phase, (side_by_side, latency)) = (run as u32 % PHASES, WAYS[run % WAYS.len()]);
        let (routes, is_past, auth_token, allowed) = worlds[run / 2 % worlds.len()];
        let simulated = LaunchDarkly::new(clock_at(seconds(10) * phase / PHASES));
        simulated.limit_global(300);
        simulated.limit_route(150);
        simulated.reset_in_the_past(is_past);
        auth_token.inspect(|limit| simulated.limit_auth_token(*limit));
        let mut requests = launchdarkly_calls();
        requests.truncate(routes);
        let vendor = Vendor::new(simulated, latency);
        let limiter = limiter(&launchdarkly_limits(), &RateOptions::default());
        let state = Job { vendor, limiter, requests, side_by_side }.run(seconds(60)).await;
        // If the job is slower than the limit, the latency determines the number of responses.
        let delay = (latency.0 + latency.1) as usize / 2 + 1;
        let allowed = (allowed * 6).min(side_by_side * 60_000 / delay / 100 * 90);
        let what = format!(
            "phase {phase}, {routes} routes, past {is_past}, {auth_token:?}, {side_by_side}, {latency:?}"
        );
        state.assert_full(allowed, &what);
    }
}

#[tokio::test(start_paused = true)]
async fn atlassians_minute_is_used_whenever_it_begins() {
    for phase in 0..PHASES {
        for (side_by_side, latency) in WAYS {
            let simulated = Atlassian::new(clock_at(seconds(60) * phase / PHASES));
            simulated.rate_limit(300);
            let vendor = Vendor::new(simulated, latency);
            let limiter = limiter(&atlassian_limits(), &RateOptions::default());
            let job = Job { vendor, limiter, requests: atlassian_list(), side_by_side };
            let state = job.run(seconds(240)).await;
            state.assert_full(1200, &format!("phase {phase}, {side_by_side} side by side"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_the_limiter_the_same_jobs_are_refused() {
    let vendor = Vendor::new(LaunchDarkly::new(clock_at(seconds(3))), (5, 60));
    let requests = launchdarkly_calls();
    let state = Job { vendor, limiter: None, requests, side_by_side: 150 }.run(seconds(20)).await;
    assert!(state.refused() > 100, "{state:?}");
    assert!(limiter(&launchdarkly_limits(), &RateOptions::off()).is_none());
}

/// Makes this many calls per second as another client, in bursts or one by one, and counts refusals.
async fn others(vendor: Vendor, request: Request, a_second: u32, at_once: u32, span: Duration) -> ListState {
    let (state, start) = (Arc::new(ListState::default()), Instant::now());
    let rounds = span.as_secs() as u32 * a_second / at_once;
    let calls: Vec<_> = (0..rounds * at_once)
        .map(|call| {
            let (vendor, request, state) = (vendor.clone(), request.clone(), state.clone());
            tokio::spawn(async move {
                sleep_until(start + seconds(1) * (call / at_once * at_once) / a_second).await;
                state.count(vendor.call(None, "", &request).await);
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    Arc::into_inner(state).unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_others_use_of_an_account_is_left_to_them() {
    for (phase, a_second) in [(0, 2), (2, 10), (4, 40), (6, 10)] {
        let simulated = LaunchDarkly::new(clock_at(seconds(10) * phase / PHASES));
        let vendor = Vendor::new(simulated, (5, 60));
        let limiter = limiter(&launchdarkly_limits(), &RateOptions::default());
        let theirs = get("/api/v2/tokens", LaunchDarkly::READER_TOKEN);
        let job = Job { vendor: vendor.clone(), limiter, requests: launchdarkly_calls(), side_by_side: 100 };
        // The other client begins first, so that the first responses reveal its calls.
        let theirs = tokio::spawn(others(vendor, theirs, a_second, 1, seconds(80)));
        sleep(seconds(10)).await;
        let ours = job.run(seconds(60)).await;
        let theirs = theirs.await.unwrap();
        // Our client uses the whole quota, and there is no reserve for other clients here.
        assert!(theirs.refused() > 0);
        ours.assert_full((1000 - 10 * a_second as usize) * 6 * 98 / 100, &format!("{a_second} a second"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_reserve_is_left_to_others_and_no_more_than_that() {
    for phase in 0..PHASES {
        for at_once in [1, 20] {
            let options = RateOptions::default().with_reserve_percent(20);
            let what = format!("phase {phase}, {at_once} at once");

            let simulated = SailPoint::new(clock_at(seconds(10) * phase / PHASES));
            let list = sailpoint_list(&simulated);
            let vendor = Vendor::new(simulated, (5, 60));
            let limiter = Limiter::new(&sailpoint_limits(), &options);
            let requests = vec![("list", list.clone())];
            let job = Job { vendor: vendor.clone(), limiter, requests, side_by_side: 50 };
            let (ours, theirs) =
                tokio::join!(job.run(seconds(60)), others(vendor, list, 2, at_once, seconds(60)));
            ours.assert_full(480, &what);
            assert_eq!((theirs.refused(), theirs.done()), (0, 120), "{what}");

            let simulated = LaunchDarkly::new(clock_at(seconds(10) * phase / PHASES));
            let vendor = Vendor::new(simulated.clone(), (5, 60));
            simulated.limit_global(100);
            let limiter = Limiter::new(&launchdarkly_limits(), &options);
            let job =
                Job { vendor: vendor.clone(), limiter, requests: launchdarkly_calls(), side_by_side: 50 };
            let list = get("/api/v2/tokens", LaunchDarkly::READER_TOKEN);
            let (ours, theirs) =
                tokio::join!(job.run(seconds(60)), others(vendor, list, 2, at_once, seconds(60)));
            ours.assert_full(480, &what);
            assert_eq!((theirs.refused(), theirs.done()), (0, 120), "{what}");
            assert!(ours.done() <= 480 + 80, "{what}: {ours:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_is_refused_all_the_same_lets_all_callers_wait_as_the_vendor_says() {
    let simulated = SailPoint::new(clock_at(seconds(4)));
    let list = sailpoint_list(&simulated);
    let vendor = Vendor::new(simulated, (20, 20));
    for _ in 0..100 {
        vendor.simulated.respond(&list);
    }
    let limiter = Limiter::new(&sailpoint_limits(), &RateOptions::default()).unwrap();
    let start = Instant::now();
    assert_eq!(vendor.call(Some(&limiter), "list", &list).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(limiter.free("list"), Some(0));
    assert_eq!(vendor.call(Some(&limiter), "another", &list).await, StatusCode::OK);
    let wait = start.elapsed();
    assert!(wait >= seconds(6) && wait < seconds(7), "{wait:?}");
}
