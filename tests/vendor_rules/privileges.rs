//! What the READMEs say of the calls of each operation, and of the rights that they want.

use tokenward::{
    Access, CreateToken, Error, ErrorKind, Expiry, ListOptions, Operation, ResetOptions, RevokeOptions,
    Setting, TokenId, TokenManager, TokenManagerExt, UpdateToken,
};
use tokenward_http::Endpoint;
use tokenward_sailpoint::{ApiVersion, SailPoint};
use tokenward_testkit::{self as testkit, Server};

use crate::support::{atlassian, called, http, launchdarkly, mist, never, sailpoint, serve};

/// A family on a simulator that nobody has called yet.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) manager: Box<dyn TokenManager>,
    operations: &'static [Endpoint],
    known: TokenId,
    owner: &'static str,
    request: CreateToken,
}

/// Every family, as the READMEs name it.
pub(crate) const FAMILIES: [(&str, &str); 8] = [
    ("atlassian", "user-token"),
    ("atlassian", "api-key"),
    ("mist", "org-token"),
    ("mist", "user-token"),
    ("sailpoint", "personal-access-token"),
    ("sailpoint", "oauth-client"),
    ("launchdarkly", "access-token"),
    ("launchdarkly", "relay-proxy-config"),
];

impl World {
    /// With the credential that may do everything, or where the simulator knows rights, with one that has these alone.
    async fn new(family: (&str, &str), rights: Option<&[&str]>) -> Self {
        match family.0 {
            "atlassian" => Self::atlassian(family.1, rights).await,
            "mist" => Self::mist(family.1).await,
            "sailpoint" => Self::sailpoint(family.1, rights).await,
            _ => Self::launchdarkly(family.1).await,
        }
    }

    async fn atlassian(family: &str, rights: Option<&[&str]>) -> Self {
        let (vendor, server) = serve(testkit::Atlassian::new).await;
        let key = rights.map(|rights| vendor.add_api_key("narrow", rights).1);
        let client = atlassian(&server, key.as_deref().unwrap_or(testkit::Atlassian::ADMIN_KEY));
        let token = vendor.add_user_token(testkit::Atlassian::ACCOUNT_ID, "known", Some(30));
        let (manager, known): (Box<dyn TokenManager>, String) = match family {
            "user-token" => (
                Box::new(client.user_tokens(testkit::Atlassian::ORG_ID)),
                format!("{}/{token}", testkit::Atlassian::ACCOUNT_ID),
            ),
            _ => (Box::new(client.api_keys(testkit::Atlassian::ORG_ID)), vendor.add_api_key("known", &[]).0),
        };
        let world = Self::of(server, manager, tokenward_atlassian::raw::ENDPOINTS, &known);
        Self { owner: testkit::Atlassian::ACCOUNT_ID, ..world }
    }

    async fn mist(family: &str) -> Self {
        let (vendor, server) = serve(testkit::Mist::new).await;
        let (manager, known): (Box<dyn TokenManager>, _) = match family {
            "org-token" => (
                Box::new(mist(&server, testkit::Mist::ORG_KEY).org_tokens(testkit::Mist::ORG_ID)),
                vendor.seed_org_tokens(1),
            ),
            _ => (Box::new(mist(&server, testkit::Mist::USER_KEY).user_tokens()), vendor.seed_user_tokens(1)),
        };
        Self::of(server, manager, tokenward_mist::raw::ENDPOINTS, &known[0])
    }

    async fn sailpoint(family: &str, rights: Option<&[&str]>) -> Self {
        let (vendor, server) = serve(testkit::SailPoint::new).await;
        let all = sailpoint(&server, ApiVersion::V1);
        let own = all.personal_access_tokens().create(never("known", &["sp:scopes:default"])).await.unwrap();
        let client = match rights {
            None => sailpoint(&server, ApiVersion::V1),
            Some(rights) => {
                let narrow = all.personal_access_tokens().create(never("narrow", rights)).await.unwrap();
                SailPoint::builder(narrow.token.id.as_str(), narrow.secret)
                    .base_url(server.url())
                    .http(http())
                    .build()
                    .unwrap()
            }
        };
        let (manager, known): (Box<dyn TokenManager>, _) = match family {
            "oauth-client" => (Box::new(client.oauth_clients()), vendor.seed_clients(1).remove(0)),
            _ => (Box::new(client.personal_access_tokens()), own.token.id.to_string()),
        };
        server.clear_requests();
        Self { owner: "me", ..Self::of(server, manager, tokenward_sailpoint::raw::ENDPOINTS, &known) }
    }

    async fn launchdarkly(family: &str) -> Self {
        let (vendor, server) = serve(testkit::LaunchDarkly::new).await;
        let client = launchdarkly(&server, testkit::LaunchDarkly::ADMIN_TOKEN);
        let (manager, known): (Box<dyn TokenManager>, _) = match family {
            "access-token" => {
                (Box::new(client.access_tokens()), testkit::LaunchDarkly::READER_TOKEN_ID.to_owned())
            }
            _ => (Box::new(client.relay_proxy_configs()), vendor.relay_config_ids().remove(0)),
        };
        Self::of(server, manager, tokenward_launchdarkly::raw::ENDPOINTS, &known)
    }

    fn of(
        server: Server,
        manager: Box<dyn TokenManager>,
        operations: &'static [Endpoint],
        known: &str,
    ) -> Self {
        let request = CreateToken::new("ci", Expiry::Never, Access::Full);
        Self { server, manager, operations, known: known.parse().unwrap(), owner: "nobody", request }
    }

    async fn run(&self, operation: &str) -> Result<(), Error> {
        let (manager, id, revoke) = (&self.manager, &self.known, RevokeOptions::default());
        match operation {
            "list" => manager.list_all(ListOptions::default()).await.map(drop),
            "list by owner" => {
                manager.list_all(ListOptions::default().with_owner(self.owner)).await.map(drop)
            }
            "get" => manager.get(id).await.map(drop),
            "create" => manager.create(self.request.clone()).await.map(drop),
            "update" => manager.update(id, UpdateToken::default().with_name("ci-2")).await.map(drop),
            "reset" => manager.reset(id, ResetOptions::default()).await.map(drop),
            "reset `even_if_current`" => {
                manager.reset(id, ResetOptions::default().even_if_current()).await.map(drop)
            }
            "revoke" => manager.revoke(id, revoke).await,
            "revoke `even_if_current`" => manager.revoke(id, revoke.even_if_current()).await,
            "revoke `even_if_managed`" => manager.revoke(id, revoke.even_if_managed()).await,
            "current" => manager.current().await.map(drop),
            other => panic!("nobody knows how to run {other}"),
        }
    }

    /// The names of the operations that were called, each once, in the order of their first calls.
    pub(crate) fn calls(&self) -> Vec<&'static str> {
        let mut calls = Vec::new();
        for request in self.server.requests() {
            let name = called(self.operations, &request).unwrap_or_else(|| panic!("{}", request.path)).id;
            if !calls.contains(&name) {
                calls.push(name);
            }
        }
        calls
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) family: String,
    pub(crate) operation: String,
    pub(crate) calls: Vec<String>,
    right: String,
}

/// The rows of the table of calls and rights in the README of this vendor's client.
pub(crate) fn rows(vendor: &str) -> Vec<Row> {
    let readme = match vendor {
        "atlassian" => include_str!("../../crates/tokenward-atlassian/README.md"),
        "mist" => include_str!("../../crates/tokenward-mist/README.md"),
        "sailpoint" => include_str!("../../crates/tokenward-sailpoint/README.md"),
        _ => include_str!("../../crates/tokenward-launchdarkly/README.md"),
    };
    let table = readme.lines().skip_while(|line| !line.starts_with("| family | operation | calls |"));
    let rows = table.skip(2).take_while(|line| line.starts_with('|'));
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [family, operation, calls, right] = cells[..] else { panic!("{line}") };
        Row {
            family: family.trim_matches('`').to_owned(),
            operation: operation.to_owned(),
            calls: quoted(calls),
            right: right.to_owned(),
        }
    };
    rows.map(row).collect()
}

fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// What each family is asked for, with what tells it from something that calls the same.
fn variants(manager: &dyn TokenManager) -> Vec<(String, Option<&'static str>)> {
    let capabilities = manager.capabilities();
    let mut variants = Vec::new();
    for operation in Operation::ALL.into_iter().filter(|operation| capabilities.supports(*operation)) {
        variants.push((operation.to_string(), None));
        match operation {
            Operation::List if capabilities.allows(Setting::ListByOwner) => {
                variants.push(("list by owner".to_owned(), None));
            }
            Operation::Reset => variants.push(("reset `even_if_current`".to_owned(), Some("reset"))),
            Operation::Revoke => {
                variants.push(("revoke `even_if_current`".to_owned(), Some("revoke")));
                variants.push(("revoke `even_if_managed`".to_owned(), Some("revoke")));
            }
            _ => {}
        }
    }
    variants
}

#[tokio::test]
async fn each_operation_makes_the_calls_that_the_readme_says_and_no_other() {
    const BEARER: &str = "create_oauth_token";

    for vendor in ["atlassian", "mist", "sailpoint", "launchdarkly"] {
        let mut found: Vec<(String, String, Vec<String>)> = Vec::new();
        for family in FAMILIES.into_iter().filter(|(of, _)| *of == vendor) {
            let variants = variants(World::new(family, None).await.manager.as_ref());
            for (operation, plain) in variants {
                let world = World::new(family, None).await;
                world.run(&operation).await.unwrap();
                let mut calls: Vec<String> = world.calls().into_iter().map(str::to_owned).collect();
                if vendor == "sailpoint" {
                    assert_eq!(calls.remove(0), BEARER, "{family:?} {operation}");
                }
                let of_plain =
                    found.iter().find(|(name, of, _)| name == family.1 && Some(of.as_str()) == plain);
                if of_plain.is_none_or(|(_, _, of_plain)| *of_plain != calls) {
                    found.push((family.1.to_owned(), operation, calls));
                }
            }
        }
        if vendor == "sailpoint" {
            found.insert(0, ("both".to_owned(), "the first of a client".to_owned(), vec![BEARER.to_owned()]));
        }
        let said: Vec<_> =
            rows(vendor).into_iter().map(|row| (row.family, row.operation, row.calls)).collect();
        assert_eq!(said, found, "the README of {vendor}");
    }
}

#[tokio::test]
async fn the_scopes_that_the_readmes_call_the_least_are_enough_on_the_simulators_and_others_are_not() {
    let mut tried = 0;
    for family in FAMILIES.into_iter().filter(|(vendor, _)| ["atlassian", "sailpoint"].contains(vendor)) {
        let all = rows(family.0);
        for row in all.iter().filter(|row| row.family == family.1 && !row.calls.is_empty()) {
            // What stands behind a semicolon is for tokens of others.
            let least = row.right.split(';').next().unwrap();
            let least = match least.strip_suffix(", and as below") {
                Some(own) => {
                    let below = all.iter().find(|row| row.operation == "revoke `even_if_managed`").unwrap();
                    format!("{own} {}", below.right.split(';').next().unwrap())
                }
                None => least.to_owned(),
            };
            let scopes: Vec<String> =
                quoted(&least).into_iter().filter(|scope| scope.contains(':') && scope != "me").collect();
            let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
            let world = World::new(family, Some(&scopes)).await;
            let result = world.run(&row.operation).await;
            assert!(result.is_ok(), "{family:?} {} with {scopes:?}: {result:?}", row.operation);
            // One scope less, or one where there has to be none.
            let wrong: &[&str] = match scopes.split_last() {
                Some((_, [])) if family.0 == "atlassian" => &["write:tokens:admin"],
                Some((_, [])) => &["sp:scopes:default"],
                Some((_, others)) => others,
                None => &["read:tokens:admin"],
            };
            let result = World::new(family, Some(wrong)).await.run(&row.operation).await;
            let kind = result.as_ref().map_err(Error::kind);
            assert_eq!(kind, Err(ErrorKind::PermissionDenied), "{family:?} {} with {wrong:?}", row.operation);
            tried += 1;
        }
    }
    assert_eq!(tried, rows("atlassian").len() + rows("sailpoint").len() - 3);
}
