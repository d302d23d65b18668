//! The clients of this project, and what is driven of them.

use std::hint::black_box;

use futures_util::StreamExt;
use tokenward::{
    BuildError, HttpOptions, ListOptions, RateOptions, TokenManager, atlassian::Atlassian,
    launchdarkly::LaunchDarkly, mist::Mist, sailpoint::SailPoint,
};
use tokenward_bench::items::List;

use crate::Result;

pub(crate) const ORG: &str = "203d3d02-dbc0-4c1b-9f41-76896a3330f4";

/// No list of a figure is larger than this.
const LARGEST_BODY: usize = 256 << 20;

/// The client of a list's vendor.
pub(crate) enum Client {
    Mist(Mist),
    Sailpoint(SailPoint),
    Launchdarkly(LaunchDarkly),
    Atlassian(Atlassian),
}

impl Client {
    /// For this address, with a bound on bodies that no figure reaches, and as fast as it can.
    pub(crate) fn new(list: List, url: &str) -> Result<Self, BuildError> {
        let http = HttpOptions::default().with_rate(RateOptions::off());
        Self::with_options(list, url, http.with_body_limit(LARGEST_BODY))
    }

    /// For this address.
    pub(crate) fn with_options(list: List, url: &str, http: HttpOptions) -> Result<Self, BuildError> {
        Ok(match list {
            List::Mist => Self::Mist(Mist::builder("key").base_url(url).http(http).build()?),
            List::Sailpoint => {
                Self::Sailpoint(SailPoint::builder("id", "secret").base_url(url).http(http).build()?)
            }
            List::Launchdarkly | List::LaunchdarklyRelay => {
                Self::Launchdarkly(LaunchDarkly::builder("key").base_url(url).http(http).build()?)
            }
            List::Atlassian => Self::Atlassian(Atlassian::builder("key").base_url(url).http(http).build()?),
        })
    }

    /// The family whose list it is.
    pub(crate) fn manager(&self, list: List) -> Box<dyn TokenManager> {
        match self {
            Self::Mist(client) => Box::new(client.org_tokens(ORG)),
            Self::Sailpoint(client) => Box::new(client.personal_access_tokens()),
            Self::Launchdarkly(client) if list == List::LaunchdarklyRelay => {
                Box::new(client.relay_proxy_configs())
            }
            Self::Launchdarkly(client) => Box::new(client.access_tokens()),
            Self::Atlassian(client) => Box::new(client.user_tokens(ORG)),
        }
    }

    /// How many tokens the generated client lists, following pages as its documentation says.
    pub(crate) async fn list_raw(&self) -> Result<usize> {
        match self {
            Self::Mist(client) => {
                let tokens = black_box(client.raw().list_org_api_tokens(ORG).await?.into_inner());
                good(tokens.len(), tokens.bad().count())
            }
            Self::Sailpoint(client) => {
                let answer = client.raw().list_personal_access_tokens(&Default::default()).await?;
                let tokens = black_box(answer.into_inner());
                good(tokens.len(), tokens.bad().count())
            }
            Self::Launchdarkly(client) => raw_by_offset(client).await,
            Self::Atlassian(client) => raw_by_cursor(client).await,
        }
    }
}

async fn raw_by_offset(client: &LaunchDarkly) -> Result<usize> {
    let mut query = tokenward::launchdarkly::raw::types::GetTokensQuery::default();
    (query.limit, query.show_all) = (Some(100), Some(true));
    let mut count = 0;
    loop {
        query.offset = Some(count.try_into()?);
        let page = client.raw().get_tokens(&query).await?.into_inner();
        let items = black_box(page.items.unwrap_or_default());
        count += good(items.len(), items.bad().count())?;
        let total = page.total_count.and_then(|total| usize::try_from(total).ok());
        if items.is_empty() || total.is_none_or(|total| count >= total) {
            return Ok(count);
        }
    }
}

async fn raw_by_cursor(client: &Atlassian) -> Result<usize> {
    let mut query = tokenward::atlassian::raw::types::ListOrgApiTokensQuery::default();
    let mut count = 0;
    loop {
        let page = client.raw().list_org_api_tokens(ORG, &query).await?.into_inner();
        let items = black_box(page.data.unwrap_or_default());
        count += good(items.len(), items.bad().count())?;
        match page.links.and_then(|links| links.next) {
            Some(next) => query.cursor = Some(next),
            None => return Ok(count),
        }
    }
}

fn good(items: usize, bad: usize) -> Result<usize> {
    if bad == 0 { Ok(items) } else { Err(format!("{bad} of {items} items cannot be read").into()) }
}

/// How many tokens the trait's list yields, each dropped as it comes.
pub(crate) async fn list(manager: &dyn TokenManager) -> Result<usize> {
    let (mut tokens, mut count) = (manager.list(ListOptions::default()), 0);
    while let Some(token) = tokens.next().await {
        match &token {
            Ok(token) => {
                black_box(token);
                count += 1;
            }
            Err(error) => return Err(format!("after {count} tokens: {error}").into()),
        }
    }
    Ok(count)
}
