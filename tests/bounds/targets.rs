//! What is called: each family's list, get and create, and the generated methods below them.

use std::fmt::Display;

use futures_util::StreamExt;
use tokenward::{
    Access, CreateToken, Error, Expiry, ExposeSecret, IssuedToken, ListOptions, TokenManager, TokenStream,
};
use tokenward_atlassian::Atlassian;
use tokenward_http::{BuildError, HttpOptions};
use tokenward_launchdarkly::{LaunchDarkly, raw::types as launchdarkly};
use tokenward_mist::{Mist, raw::types as mist};
use tokenward_sailpoint::{SailPoint, raw::types as sailpoint};

/// A family, and how its vendor writes what is read here.
pub(crate) struct Family {
    pub(crate) name: &'static str,
    /// What stands before and behind the items of a list.
    pub(crate) around: [&'static str; 2],
    /// One token with this number.
    pub(crate) item: fn(usize) -> String,
    pub(crate) id: &'static str,
    /// The field with a fresh secret, where tokens are created.
    pub(crate) secret: Option<&'static str>,
    has_get: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    List,
    Get,
    Create,
}

/// One call of one family, by the trait or by the generated method.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub(crate) family: &'static Family,
    pub(crate) call: Call,
    pub(crate) is_raw: bool,
}

/// Whose generated methods are called, too. Those of a vendor are made alike, so one family's stand for all.
const GENERATED: [&str; 4] =
    ["atlassian/api-key", "mist/org-token", "sailpoint/oauth-client", "launchdarkly/access-token"];
const OF_ACCOUNT: &str = "atlassian/user-token of an account";
/// What every fresh secret of the bombs begins with.
pub(crate) const SECRET: &str = "SECRET-";

fn plain(number: usize) -> String {
    // As short as can be: a million of them are just within the bound of an answer.
    format!(r#"{{"id":"{number}"}}"#)
}

fn underscored(number: usize) -> String {
    format!(r#"{{"_id":"t{number}"}}"#)
}

fn of_user(number: usize) -> String {
    format!(r#"{{"id":"t{number}","user":{{"id":"a"}}}}"#)
}

const fn family(name: &'static str, secret: &'static str, has_get: bool) -> Family {
    Family { name, around: ["[", "]"], item: plain, id: "id", secret: Some(secret), has_get }
}

const fn without_creation(name: &'static str, around: [&'static str; 2]) -> Family {
    Family { around, secret: None, ..family(name, "", false) }
}

pub(crate) static FAMILIES: [Family; 9] = [
    Family {
        item: of_user,
        ..without_creation("atlassian/user-token", [r#"{"data":["#, r#"],"links":{}}"#])
    },
    without_creation(OF_ACCOUNT, ["[", "]"]),
    without_creation("atlassian/api-key", [r#"{"data":["#, r#"],"links":{}}"#]),
    family("mist/org-token", "key", true),
    family("mist/user-token", "key", true),
    family("sailpoint/personal-access-token", "secret", false),
    family("sailpoint/oauth-client", "secret", true),
    Family {
        around: [r#"{"items":["#, r#"],"totalCount":COUNT}"#],
        item: underscored,
        id: "_id",
        ..family("launchdarkly/access-token", "token", true)
    },
    Family {
        around: [r#"{"items":["#, "]}"],
        item: underscored,
        id: "_id",
        ..family("launchdarkly/relay-proxy-config", "fullKey", true)
    },
];

impl Family {
    /// What stands behind a list of so many.
    pub(crate) fn behind(&self, count: usize) -> String {
        self.around[1].replace("COUNT", &count.to_string())
    }
}

impl Target {
    pub(crate) fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for family in &FAMILIES {
            let kinds: &[bool] = if GENERATED.contains(&family.name) { &[false, true] } else { &[false] };
            for is_raw in kinds.iter().copied() {
                for call in [Call::List, Call::Get, Call::Create] {
                    let has = match call {
                        Call::List => true,
                        Call::Get => family.has_get,
                        Call::Create => family.secret.is_some(),
                    };
                    all.extend(has.then_some(Self { family, call, is_raw }));
                }
            }
        }
        all
    }

    pub(crate) fn name(&self) -> String {
        let call = format!("{:?}", self.call).to_lowercase();
        format!("{} {call}{}", self.family.name, if self.is_raw { ", generated" } else { "" })
    }

    /// Calls it, and says what came of it. Of a list, no more items are taken than said.
    pub(crate) async fn run(&self, client: &Client, take: usize) -> String {
        if self.is_raw {
            return match client {
                Client::Atlassian(client) => Self::run_atlassian(client).await,
                Client::Mist(client) => self.run_mist(client).await,
                Client::SailPoint(client) => self.run_sailpoint(client).await,
                Client::LaunchDarkly(client) => self.run_launchdarkly(client).await,
            };
        }
        let manager = client.manager(self.family.name);
        match self.call {
            Call::List => {
                let options = match self.family.name {
                    OF_ACCOUNT => ListOptions::default().with_owner("a"),
                    _ => ListOptions::default(),
                };
                listed(manager.list(options), take).await
            }
            Call::Get => match "t1".parse() {
                Ok(id) => {
                    manager.get(&id).await.map_or_else(|error| failed(&error), |_| "a token".to_owned())
                }
                Err(_) => unreachable!("it is an id"),
            },
            Call::Create => {
                let request = CreateToken::new("ci", Expiry::Never, Access::Full);
                match manager.create(request).await {
                    Ok(issued) => self::issued(&issued),
                    Err(error) => {
                        let text = failed(&error);
                        let secret = if error.into_secret().is_some() { " (and its secret)" } else { "" };
                        format!("{text}{secret}")
                    }
                }
            }
        }
    }

    /// The client that it is called by, for this address.
    pub(crate) fn client(&self, url: &str, http: HttpOptions) -> Result<Client, BuildError> {
        Ok(match self.family.name.split('/').next() {
            Some("atlassian") => {
                Client::Atlassian(Atlassian::builder("key").base_url(url).http(http).build()?)
            }
            Some("mist") => Client::Mist(Mist::builder("key").base_url(url).http(http).build()?),
            Some("sailpoint") => {
                Client::SailPoint(SailPoint::builder("id", "secret").base_url(url).http(http).build()?)
            }
            _ => Client::LaunchDarkly(LaunchDarkly::builder("key").base_url(url).http(http).build()?),
        })
    }

    async fn run_atlassian(client: &Atlassian) -> String {
        said(client.raw().list_org_api_keys("o", &Default::default()).await)
    }

    async fn run_mist(&self, client: &Mist) -> String {
        let raw = client.raw();
        match self.call {
            Call::List => said(raw.list_org_api_tokens("o").await),
            Call::Get => said(raw.get_org_api_token("o", "t1").await),
            Call::Create => said(raw.create_org_api_token("o", &mist::OrgApiTokenInput::new("ci")).await),
        }
    }

    async fn run_sailpoint(&self, client: &SailPoint) -> String {
        let raw = client.raw();
        match self.call {
            Call::List => said(raw.list_oauth_clients(&Default::default()).await),
            Call::Get => said(raw.get_oauth_client("t1").await),
            Call::Create => {
                let access = sailpoint::AccessType::Offline;
                let body = sailpoint::CreateOauthClientRequest::new(60, access, None, true, None, None);
                said(raw.create_oauth_client(&body).await)
            }
        }
    }

    async fn run_launchdarkly(&self, client: &LaunchDarkly) -> String {
        let raw = client.raw();
        match self.call {
            Call::List => said(raw.get_tokens(&Default::default()).await),
            Call::Get => said(raw.get_token("t1").await),
            Call::Create => said(raw.post_token(&launchdarkly::AccessTokenPost::default()).await),
        }
    }
}

/// The client of one vendor.
pub(crate) enum Client {
    Atlassian(Atlassian),
    Mist(Mist),
    SailPoint(SailPoint),
    LaunchDarkly(LaunchDarkly),
}

impl Client {
    fn manager(&self, family: &str) -> Box<dyn TokenManager> {
        match self {
            Self::Atlassian(client) if family == "atlassian/api-key" => Box::new(client.api_keys("o")),
            Self::Atlassian(client) => Box::new(client.user_tokens("o")),
            Self::Mist(client) if family == "mist/org-token" => Box::new(client.org_tokens("o")),
            Self::Mist(client) => Box::new(client.user_tokens()),
            Self::SailPoint(client) if family == "sailpoint/oauth-client" => Box::new(client.oauth_clients()),
            Self::SailPoint(client) => Box::new(client.personal_access_tokens()),
            Self::LaunchDarkly(client) if family == "launchdarkly/access-token" => {
                Box::new(client.access_tokens())
            }
            Self::LaunchDarkly(client) => Box::new(client.relay_proxy_configs()),
        }
    }
}

/// Takes the items one after the other and keeps none, as whoever has a list of any length does.
async fn listed(mut tokens: TokenStream, take: usize) -> String {
    let (mut good, mut bad, mut last) = (0, 0, None);
    while good + bad < take {
        match tokens.next().await {
            Some(Ok(_)) => good += 1,
            Some(Err(error)) => {
                bad += 1;
                last = Some(failed(&error));
            }
            None => break,
        }
    }
    let last = last.map(|last| format!("; the last: {last}")).unwrap_or_default();
    format!("{good} tokens, {bad} errors{last}")
}

fn issued(issued: &IssuedToken) -> String {
    let secret = issued.secret.expose_secret();
    let which = if secret.starts_with(SECRET) { "the secret" } else { "something else" };
    let drift = issued.drift.as_ref().map(|drift| format!("; {drift}")).unwrap_or_default();
    format!("{which} of {} bytes, id {}{drift}", secret.len(), issued.token.id)
}

fn failed(error: &Error) -> String {
    error.to_string()
}

fn said<T, E: Display>(result: Result<T, E>) -> String {
    result.map_or_else(|error| error.to_string(), |_| "an answer".to_owned())
}
