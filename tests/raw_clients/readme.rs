//! The READMEs' tables are what the code says.

use tokenward::{
    Operation, Setting, Support, TokenManager, atlassian::Atlassian, launchdarkly::LaunchDarkly, mist::Mist,
    sailpoint::SailPoint,
};

#[test]
fn each_clients_readme_names_every_operation_and_no_other() {
    for (readme, operations) in [
        (include_str!("../../crates/tokenward-atlassian/README.md"), tokenward_atlassian::raw::ENDPOINTS),
        (
            include_str!("../../crates/tokenward-launchdarkly/README.md"),
            tokenward_launchdarkly::raw::ENDPOINTS,
        ),
        (include_str!("../../crates/tokenward-mist/README.md"), tokenward_mist::raw::ENDPOINTS),
        (include_str!("../../crates/tokenward-sailpoint/README.md"), tokenward_sailpoint::raw::ENDPOINTS),
    ] {
        let (_, section) = readme.split_once("## Every field").unwrap();
        let section = section.split("\n## ").next().unwrap();
        let mut known: Vec<&str> = operations.iter().map(|operation| operation.id).collect();
        let rows = section.lines().filter(|line| line.starts_with("| "));
        let mut named: Vec<&str> = rows
            .flat_map(|line| line.split('`').skip(1).step_by(2))
            .filter(|name| name.contains('_'))
            .collect();
        known.sort_unstable();
        named.sort_unstable();
        assert_eq!(named, known);
    }
}

#[test]
fn the_capability_tables_are_what_the_families_say() {
    let rows: Vec<String> = families().iter().map(|family| row(family.as_ref())).collect();
    for (name, readme) in [
        ("crates/tokenward/README.md", include_str!("../../crates/tokenward/README.md")),
        ("README.md", include_str!("../../README.md")),
    ] {
        let table: Vec<&str> = readme
            .lines()
            .skip_while(|line| !line.starts_with("| family | list |"))
            .skip(2)
            .take_while(|line| line.starts_with('|'))
            .collect();
        assert_eq!(table.join("\n"), rows.join("\n"), "the table of {name}");
    }
}

/// Every family, in the order of the tables.
fn families() -> Vec<Box<dyn TokenManager>> {
    let atlassian = Atlassian::builder("key").build().unwrap();
    let mist = Mist::builder("key").build().unwrap();
    let sailpoint = SailPoint::builder("id", "secret").tenant("acme").build().unwrap();
    let launchdarkly = LaunchDarkly::builder("token").build().unwrap();
    vec![
        Box::new(atlassian.user_tokens("org")),
        Box::new(atlassian.api_keys("org")),
        Box::new(mist.org_tokens("org")),
        Box::new(mist.user_tokens()),
        Box::new(sailpoint.personal_access_tokens()),
        Box::new(sailpoint.oauth_clients()),
        Box::new(launchdarkly.access_tokens()),
        Box::new(launchdarkly.relay_proxy_configs()),
    ]
}

fn row(manager: &dyn TokenManager) -> String {
    use Setting::*;

    let capabilities = manager.capabilities();
    let operations = Operation::ALL.map(|operation| match capabilities.operation(operation) {
        Support::Native => "native",
        Support::Emulated { .. } => "emulated",
        _ => "–",
    });
    let options = |options: &[(Setting, &'static str)]| {
        let names: Vec<&str> = options
            .iter()
            .filter(|(setting, _)| capabilities.allows(*setting))
            .map(|(_, name)| *name)
            .collect();
        if names.is_empty() { "–".to_owned() } else { names.join(", ") }
    };
    let expiry = options(&[
        (CreateWithExpiry, "date"),
        (CreateWithoutEnd, "never"),
        (CreateWithDefaultExpiry, "default"),
        (UpdateExpiry, "change"),
    ]);
    let access =
        options(&[(CreateWithFullAccess, "full"), (CreateWithScopes, "scopes"), (UpdateScopes, "change")]);
    let others = options(&[
        (ListByOwner, "list by owner"),
        (ListUnusedSince, "list unused"),
        (CreateWithDescription, "description"),
        (CreateWithSourceIps, "source addresses"),
        (CreateForService, "service"),
        (CreateWithBearerLifetime, "bearer lifetime"),
        (ResetWithGrace, "grace period"),
    ]);
    format!("| `{}` | {} | {expiry} | {access} | {others} |", manager.family(), operations.join(" | "))
}
