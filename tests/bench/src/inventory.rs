//! All families at the same time, beside the slowest of them alone.

use std::time::Duration;

use futures_util::future::join_all;
use tokenward::{
    ListOptions, TokenManager, TokenManagerExt, atlassian::Atlassian, launchdarkly::LaunchDarkly, mist::Mist,
    sailpoint::SailPoint,
};
use tokenward_testkit::{self as simulated, Clock, Fault, Method, Server};

use crate::{
    Result,
    measure::{Spread, Stopwatch},
    table::{Section, verdict},
};

const ABOUT: &str = "Wall time of an inventory of all eight families at once, from simulators that answer each family \
late by a time of its own, beside the slowest family alone. Medians of the rounds; the ratio is that of the rounds' own.";

const MOST: f64 = 1.10;

/// What a path holds, and how late it is answered, in milliseconds. The last one is the slowest.
const LATE: [(&str, u64); 8] = [
    ("/api-keys", 90),
    ("/api/v1/orgs/", 40),
    ("/self/apitokens", 70),
    ("/personal-access-tokens", 110),
    ("/oauth-clients", 60),
    ("/api/v2/tokens", 130),
    ("/relay-auto-configs", 50),
    ("/api-tokens", 200),
];

/// The family that is the slowest.
const SLOWEST: &str = "atlassian/user-token";

/// The families, and the servers that have to live as long.
struct Families {
    servers: Vec<Server>,
    managers: Vec<Box<dyn TokenManager>>,
}

pub(crate) fn section(quick: bool) -> Result<Section> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (alone, together) = runtime.block_on(measure(if quick { 1 } else { 9 }))?;
    let ratio = Spread::of(together.iter().zip(&alone).map(|(together, alone)| together / alone));
    let mut section = Section::new("Inventory", ABOUT);
    let table = section.table(&["what", "ms", "ratio", "bar", ""]);
    let millis = |seconds: Vec<f64>| format!("{:.1}", Spread::of(seconds).median * 1e3);
    table.add_row([format!("{SLOWEST}, alone"), millis(alone)]);
    table.add_row([
        "eight families at once".to_owned(),
        millis(together),
        format!("{:.3} ({:.3}–{:.3})", ratio.median, ratio.lower, ratio.upper),
        format!("≤ {MOST:.2}"),
        verdict(ratio.median <= MOST).to_owned(),
    ]);
    Ok(section)
}

/// Seconds of the slowest family alone and of all of them, by rounds.
async fn measure(rounds: usize) -> Result<(Vec<f64>, Vec<f64>)> {
    let families = Families::start().await?;
    let is_slowest = |manager: &&Box<dyn TokenManager>| manager.family().to_string() == SLOWEST;
    let slowest = families.managers.iter().find(is_slowest).ok_or("the slowest family is not there")?;
    // Connections are made, and bearers are got.
    list(&families.managers).await?;
    families.answer_late();
    let (mut alone, mut together) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let watch = Stopwatch::start();
        list([slowest]).await?;
        alone.push(watch.read().wall.as_secs_f64());
        let watch = Stopwatch::start();
        list(&families.managers).await?;
        together.push(watch.read().wall.as_secs_f64());
    }
    Ok((alone, together))
}

/// Asks these families at the same time. Each has to have tokens, and all of them.
async fn list(managers: impl IntoIterator<Item = &Box<dyn TokenManager>>) -> Result<()> {
    for listing in join_all(managers.into_iter().map(|manager| manager.listing(ListOptions::default()))).await
    {
        if listing.tokens.is_empty() || !listing.is_complete() {
            return Err(format!("a family is not listed as a whole: {:?}", listing.errors).into());
        }
    }
    Ok(())
}

impl Families {
    async fn start() -> Result<Self> {
        let clock = Clock::system;
        let atlassian_server = Server::start(simulated::Atlassian::new(clock())).await?;
        let mist_server = Server::start(simulated::Mist::new(clock())).await?;
        let sailpoint_server = Server::start(simulated::SailPoint::new(clock())).await?;
        let launchdarkly_server = Server::start(simulated::LaunchDarkly::new(clock())).await?;
        let atlassian =
            Atlassian::builder(simulated::Atlassian::ADMIN_KEY).base_url(atlassian_server.url()).build()?;
        let mist = |key: &str| Mist::builder(key).base_url(mist_server.url()).build();
        let (id, secret) = (simulated::SailPoint::CLIENT_ID, simulated::SailPoint::CLIENT_SECRET);
        let sailpoint = SailPoint::builder(id, secret).base_url(sailpoint_server.url()).build()?;
        let launchdarkly = LaunchDarkly::builder(simulated::LaunchDarkly::ADMIN_TOKEN)
            .base_url(launchdarkly_server.url())
            .build()?;
        let managers: Vec<Box<dyn TokenManager>> = vec![
            Box::new(atlassian.user_tokens(simulated::Atlassian::ORG_ID)),
            Box::new(atlassian.api_keys(simulated::Atlassian::ORG_ID)),
            Box::new(mist(simulated::Mist::ORG_KEY)?.org_tokens(simulated::Mist::ORG_ID)),
            Box::new(mist(simulated::Mist::USER_KEY)?.user_tokens()),
            Box::new(sailpoint.personal_access_tokens()),
            Box::new(sailpoint.oauth_clients()),
            Box::new(launchdarkly.access_tokens()),
            Box::new(launchdarkly.relay_proxy_configs()),
        ];
        let servers = vec![atlassian_server, mist_server, sailpoint_server, launchdarkly_server];
        Ok(Self { servers, managers })
    }

    fn answer_late(&self) {
        for server in &self.servers {
            for (path, millis) in LATE {
                server.script(Fault::delay(Duration::from_millis(millis)).on(Method::GET, path).always());
            }
        }
    }
}
