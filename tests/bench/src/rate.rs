//! How much of a vendor's rate limits a bulk job uses, and how often it is refused.

#[path = "../../vendor_rules/paused.rs"]
mod paused;

use std::{sync::Arc, time::Duration};

use tokenward::{
    HttpOptions, RateOptions, TokenManager, atlassian::Atlassian, launchdarkly::LaunchDarkly, mist::Mist,
    sailpoint::SailPoint,
};
use tokenward_testkit::{self as testkit, Method, Request, Simulated};

use crate::{
    Result,
    table::{Section, verdict},
};
use paused::{clock_at, in_paused_time, list_for, others_ask, serve};

const DELAY: Duration = Duration::from_millis(50);
const RESERVE_PERCENT: u8 = 20;
const BAR_PERCENT: f64 = 95.0;

#[derive(Clone, Copy)]
enum Vendor {
    SailPoint,
    LaunchDarkly { reset_in_the_past: bool },
    Mist,
    Atlassian,
}

const VENDORS: [Vendor; 5] = [
    Vendor::SailPoint,
    Vendor::LaunchDarkly { reset_in_the_past: false },
    Vendor::LaunchDarkly { reset_in_the_past: true },
    Vendor::Mist,
    Vendor::Atlassian,
];

/// A job, and who else uses the quota.
#[derive(Clone, Copy)]
struct Job {
    side_by_side: usize,
    /// Whether a reserve is kept, and others use all of it.
    is_shared: bool,
}

/// What came of one.
struct Row {
    allowed: usize,
    done: usize,
    refused: usize,
    others_refused: usize,
}

pub(crate) fn section(quick: bool) -> Result<Section> {
    let about = format!(
        "Lists by the trait, as many as fit, over sockets of this machine to the simulators with their own windows and {} ms of \
         delay, in tokio's paused time. A job lasts {} whole windows; where it is shared, {RESERVE_PERCENT} % are kept in reserve, and \
         others use as much. Beside each job, the same without the limiter. The bar: at least {BAR_PERCENT} % of what \
         is allowed, and no 429.",
        DELAY.as_millis(),
        windows(quick),
    );
    let mut section = Section::new("Rate limits", about);
    let table = section.table(&[
        "vendor, limit",
        "job",
        "allowed",
        "reached",
        "%",
        "429",
        "429 of others",
        "without: reached",
        "429",
        "429 of others",
        "bar",
    ]);
    let jobs = [
        ("100 side by side", Job { side_by_side: 100, is_shared: false }),
        ("one after the other", Job { side_by_side: 1, is_shared: false }),
        ("100 side by side, shared", Job { side_by_side: 100, is_shared: true }),
    ];
    for vendor in VENDORS {
        for (name, job) in jobs {
            let with = run(vendor, job, true, quick)?;
            let without = run(vendor, job, false, quick)?;
            let percent = with.done as f64 * 100.0 / with.allowed as f64;
            let is_met = percent >= BAR_PERCENT && with.refused + with.others_refused == 0;
            let number = |number: usize| number.to_string();
            table.add_row([
                vendor.name(),
                name.to_owned(),
                number(with.allowed),
                number(with.done),
                format!("{percent:.1}"),
                number(with.refused),
                number(with.others_refused),
                number(without.done),
                number(without.refused),
                number(without.others_refused),
                verdict(is_met).to_owned(),
            ]);
        }
    }
    Ok(section)
}

fn windows(quick: bool) -> u32 {
    if quick { 2 } else { 6 }
}

/// A runtime of its own: its time is its own, too.
fn run(vendor: Vendor, job: Job, is_limited: bool, quick: bool) -> Result<Row> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let clock = clock_at(Duration::ZERO);
        let http = HttpOptions::default().with_rate(match (is_limited, job.is_shared) {
            (false, _) => RateOptions::off(),
            (true, false) => RateOptions::default(),
            (true, true) => RateOptions::default().with_reserve_percent(RESERVE_PERCENT),
        });
        match vendor {
            Vendor::SailPoint => {
                let simulated = testkit::SailPoint::new(clock);
                let theirs = sailpoint_request(&simulated);
                drive(vendor, job, quick, simulated, theirs, |url| {
                    let client =
                        SailPoint::builder(testkit::SailPoint::CLIENT_ID, testkit::SailPoint::CLIENT_SECRET);
                    Ok(Arc::new(client.base_url(url).http(http).build()?.personal_access_tokens()))
                })
                .await
            }
            Vendor::LaunchDarkly { reset_in_the_past } => {
                let simulated = testkit::LaunchDarkly::new(clock);
                simulated.limit_global(vendor.limit() as u64);
                simulated.reset_in_the_past(reset_in_the_past);
                let theirs = get("/api/v2/caller-identity", testkit::LaunchDarkly::READER_TOKEN);
                drive(vendor, job, quick, simulated, theirs, |url| {
                    let client = LaunchDarkly::builder(testkit::LaunchDarkly::ADMIN_TOKEN);
                    Ok(Arc::new(client.base_url(url).http(http).build()?.access_tokens()))
                })
                .await
            }
            Vendor::Mist => {
                let theirs = get("/api/v1/self", &format!("Token {}", testkit::Mist::USER_KEY));
                drive(vendor, job, quick, testkit::Mist::new(clock), theirs, |url| {
                    let client = Mist::builder(testkit::Mist::USER_KEY);
                    Ok(Arc::new(client.base_url(url).http(http).build()?.user_tokens()))
                })
                .await
            }
            Vendor::Atlassian => {
                let path = format!("/admin/api-access/v1/orgs/{}/api-keys/count", testkit::Atlassian::ORG_ID);
                let theirs = get(&path, &format!("Bearer {}", testkit::Atlassian::ADMIN_KEY));
                drive(vendor, job, quick, testkit::Atlassian::new(clock), theirs, |url| {
                    let client = Atlassian::builder(testkit::Atlassian::ADMIN_KEY);
                    let client = client.base_url(url).http(http).build()?;
                    Ok(Arc::new(client.api_keys(testkit::Atlassian::ORG_ID)))
                })
                .await
            }
        }
    })
}

async fn drive<V: Simulated + Clone>(
    vendor: Vendor,
    job: Job,
    quick: bool,
    simulated: V,
    theirs: Request,
    client: impl FnOnce(String) -> Result<Arc<dyn TokenManager>>,
) -> Result<Row> {
    let (server, tally) = serve(simulated.clone(), DELAY).await?;
    let manager = client(server.url())?;
    let span = vendor.window() * windows(quick);
    let (limit, length) = (vendor.limit(), vendor.window().as_millis() as usize);
    let reserve = if job.is_shared { limit * usize::from(RESERVE_PERCENT) / 100 } else { 0 };
    let others = async {
        if reserve == 0 {
            return 0;
        }
        let every = Duration::from_millis(length.div_ceil(reserve) as u64);
        others_ask(&simulated, &theirs, every, span).await
    };
    let both = async { tokio::join!(list_for(span, job.side_by_side, manager.as_ref()), others).1 };
    let others_refused = in_paused_time(&tally, vendor.window() / 2000, both).await;
    let allowed = (limit - reserve) * span.as_millis() as usize / length;
    Ok(Row { allowed, done: tally.done(), refused: tally.refused(), others_refused })
}

impl Vendor {
    fn name(self) -> String {
        match self {
            Self::SailPoint => "SailPoint, 100 in 10 s",
            Self::LaunchDarkly { reset_in_the_past: false } => "LaunchDarkly, 150 in 10 s, told",
            Self::LaunchDarkly { reset_in_the_past: true } => "LaunchDarkly, its reset in the past",
            Self::Mist => "Mist, 5,000 in an hour",
            Self::Atlassian => "Atlassian, 1,000 in a minute, told",
        }
        .to_owned()
    }

    fn window(self) -> Duration {
        Duration::from_secs(match self {
            Self::SailPoint | Self::LaunchDarkly { .. } => 10,
            Self::Mist => 3600,
            Self::Atlassian => 60,
        })
    }

    fn limit(self) -> usize {
        match self {
            Self::SailPoint => 100,
            // So few that one call after the other reaches them.
            Self::LaunchDarkly { .. } => 150,
            Self::Mist => 5000,
            Self::Atlassian => 1000,
        }
    }
}

fn get(path: &str, authorization: &str) -> Request {
    Request::new(Method::GET, path).with_header("authorization", authorization)
}

/// With a bearer of the same client, which shares its quota.
fn sailpoint_request(simulated: &testkit::SailPoint) -> Request {
    let (id, secret) = (testkit::SailPoint::CLIENT_ID, testkit::SailPoint::CLIENT_SECRET);
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let grant =
        Request::new(Method::POST, "/oauth/token").with_body("application/x-www-form-urlencoded", form);
    let granted = simulated.respond(&grant).body_json();
    let bearer = granted["access_token"].as_str().unwrap_or_default();
    get("/personal-access-tokens/v1?owner-id=me", &format!("Bearer {bearer}"))
}
