//! Records with all documented fields, as the vendors send them.

use std::{fmt::Write, ops::Range};

/// A vendor's list that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum List {
    /// Mist: the tokens of an organization, as one array.
    Mist,
    /// SailPoint: personal access tokens, as one array.
    Sailpoint,
    /// LaunchDarkly: access tokens, in pages by offset with a total.
    Launchdarkly,
    /// Atlassian: user tokens of an organization, in pages by cursor.
    Atlassian,
    /// LaunchDarkly: Relay Proxy configurations, as one array in a record.
    LaunchdarklyRelay,
}

impl List {
    /// The four lists that are compared, one a vendor.
    pub const COMPARED: [Self; 4] = [Self::Mist, Self::Sailpoint, Self::Launchdarkly, Self::Atlassian];

    /// How it is called in a table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mist => "mist/org-token",
            Self::Sailpoint => "sailpoint/personal-access-token",
            Self::Launchdarkly => "launchdarkly/access-token",
            Self::Atlassian => "atlassian/user-token",
            Self::LaunchdarklyRelay => "launchdarkly/relay-proxy-config",
        }
    }

    /// How it is called on a command line.
    pub fn flag(self) -> &'static str {
        match self {
            Self::Mist => "mist",
            Self::Sailpoint => "sailpoint",
            Self::Launchdarkly => "launchdarkly",
            Self::Atlassian => "atlassian",
            Self::LaunchdarklyRelay => "launchdarkly-relay",
        }
    }

    /// How many items the vendor sends at once.
    pub fn page(self) -> usize {
        match self {
            Self::Launchdarkly => 100,
            Self::Atlassian => 50,
            Self::Mist | Self::Sailpoint | Self::LaunchdarklyRelay => usize::MAX,
        }
    }

    /// The record with this number; no two are alike.
    pub fn item(self, number: usize) -> String {
        match self {
            Self::Mist => mist(number),
            Self::Sailpoint => sailpoint(number),
            Self::Launchdarkly => launchdarkly(number),
            Self::Atlassian => atlassian(number),
            Self::LaunchdarklyRelay => relay(number),
        }
    }

    /// These records as they stand in a list, without what is around them.
    pub fn items(self, numbers: Range<usize>) -> String {
        let mut text = String::new();
        for number in numbers.clone() {
            let comma = if number == numbers.start { "" } else { "," };
            let _ = write!(text, "{comma}{}", self.item(number));
        }
        text
    }
}

/// What looks random and is the same in every run.
fn noise(seed: usize, salt: u64) -> u64 {
    let mut z = (seed as u64).wrapping_add(salt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn one_in(number: usize, salt: u64, of: u64) -> bool {
    noise(number, salt).is_multiple_of(of)
}

fn hex24(number: usize, salt: u64) -> String {
    format!("{:016x}{:08x}", noise(number, salt), number)
}

fn hex32(number: usize, salt: u64) -> String {
    format!("{:016x}{:016x}", noise(number, salt), noise(number, salt + 1))
}

fn uuid(number: usize, salt: u64) -> String {
    let (high, low) = (noise(number, salt), noise(number, salt + 1));
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}

fn name(number: usize) -> String {
    const WHATS: [&str; 8] = [
        "ci deploy",
        "terraform",
        "nightly report",
        "backup of the wiki",
        "monitoring",
        "laptop",
        "inventory sync",
        "on-call dashboard",
    ];
    let what = WHATS[number % WHATS.len()];
    // As JSON writes them.
    match noise(number, 7) % 24 {
        0 => format!(r#"Zoë’s {what} {number}"#),
        1 => format!(r#"the \"{what}\" {number}"#),
        _ => format!("{what} {number}"),
    }
}

/// Seconds between 2024 and 2026.
fn seconds(number: usize, salt: u64) -> u64 {
    1_704_067_200 + noise(number, salt) % 63_000_000
}

fn millis(number: usize, salt: u64) -> u64 {
    seconds(number, salt) * 1000 + noise(number, salt + 9) % 1000
}

fn rfc3339(number: usize, salt: u64) -> String {
    let time = jiff::Timestamp::from_millisecond(millis(number, salt).cast_signed()).unwrap_or_default();
    format!("\"{time:.3}\"")
}

fn or_null(is_there: bool, value: impl FnOnce() -> String) -> String {
    if is_there { value() } else { "null".to_owned() }
}

fn mist(number: usize) -> String {
    const ORG: &str = "203d3d02-dbc0-4c1b-9f41-76896a3330f4";
    const ROLES: [&str; 5] = ["admin", "write", "read", "helpdesk", "installer"];

    let role = ROLES[number % ROLES.len()];
    let mut privileges = format!(r#"{{"scope":"org","org_id":"{ORG}","role":"{role}"}}"#);
    if one_in(number, 11, 4) {
        let _ = write!(
            privileges,
            r#",{{"scope":"site","site_id":"{}","role":"write","views":["reporting","location"]}}"#,
            uuid(number, 12)
        );
    }
    let ips = if one_in(number, 13, 5) { r#""63.3.56.0/24","63.3.55.4""# } else { "" };
    format!(
        r#"{{"id":"{}","org_id":"{ORG}","name":"{}","created_by":{},"created_time":{}.{:06},"last_used":{},"privileges":[{privileges}],"src_ips":[{ips}],"key":"{:04x}...{:04x}"}}"#,
        uuid(number, 1),
        name(number),
        or_null(!one_in(number, 14, 10), || format!(r#""user.{}@example.com""#, number % 97)),
        seconds(number, 3),
        noise(number, 4) % 1_000_000,
        or_null(!one_in(number, 15, 4), || format!("{}.0", seconds(number, 5))),
        noise(number, 6) & 0xffff,
        noise(number, 8) & 0xffff,
    )
}

fn sailpoint(number: usize) -> String {
    let scope = match noise(number, 21) % 8 {
        0 => "null",
        1 | 2 => r#"["idn:identity:read","idn:access-request:manage","sp:scopes:default"]"#,
        _ => r#"["sp:scopes:all"]"#,
    };
    let ends = !one_in(number, 22, 3);
    format!(
        r#"{{"id":"{}","name":"{}","scope":{scope},"owner":{{"type":"IDENTITY","id":"{}","name":"user.{}"}},"created":{},"lastUsed":{},"managed":{},"accessTokenValiditySeconds":{},"expirationDate":{},"userAwareTokenNeverExpires":{}}}"#,
        hex32(number, 1),
        name(number),
        hex32(number / 10, 23),
        number / 10,
        rfc3339(number, 3),
        or_null(!one_in(number, 24, 4), || rfc3339(number, 4)),
        one_in(number, 25, 20),
        if one_in(number, 26, 4) { 750 } else { 43_200 },
        or_null(ends, || rfc3339(number, 5)),
        !ends,
    )
}

fn member(number: usize) -> String {
    let id = hex24(number % 89, 31);
    format!(
        r#"{{"_links":{{"self":{{"href":"/api/v2/members/{id}","type":"application/json"}}}},"_id":"{id}","firstName":"Ada","lastName":"Admin {}","role":"writer","email":"member.{}@example.com"}}"#,
        number % 89,
        number % 89,
    )
}

const STATEMENTS: &str = r#"[{"resources":["proj/*:env/production:flag/*"],"actions":["updateOn","updateRules"],"effect":"allow"},{"notResources":["proj/*:env/production"],"actions":["*"],"effect":"deny"}]"#;

fn launchdarkly(number: usize) -> String {
    let id = hex24(number, 1);
    let rights = match noise(number, 32) % 10 {
        0 => format!(r#""inlineRole":{STATEMENTS}"#),
        1 | 2 => format!(r#""customRoleIds":["{}","{}"]"#, hex24(number % 7, 33), hex24(number % 11, 34)),
        _ => format!(r#""role":"{}""#, ["reader", "writer", "admin"][number % 3]),
    };
    let mut optional = String::new();
    if one_in(number, 35, 3) {
        optional.push_str(r#""description":"made by the platform team for the pipeline of the web shop","#);
    }
    if one_in(number, 36, 5) {
        let _ = write!(optional, r#""expiry":{},"#, millis(number, 37));
    }
    format!(
        r#"{{"_links":{{"parent":{{"href":"/api/v2/tokens","type":"application/json"}},"self":{{"href":"/api/v2/tokens/{id}","type":"application/json"}}}},"_access":{{"denied":[],"allowed":[]}},"_id":"{id}","ownerId":"{}","memberId":"{}","_member":{},"name":"{}",{optional}"creationDate":{},"lastModified":{},{rights},"token":"{:04x}","serviceToken":{},"defaultApiVersion":20240415,"lastUsed":{}}}"#,
        hex24(1, 38),
        hex24(number % 89, 31),
        member(number),
        name(number),
        millis(number, 3),
        millis(number, 4),
        noise(number, 6) & 0xffff,
        one_in(number, 39, 2),
        if one_in(number, 40, 4) { 0 } else { millis(number, 5) },
    )
}

fn relay(number: usize) -> String {
    format!(
        r#"{{"_id":"{}","_creator":{},"_access":{{"denied":[],"allowed":[{{"action":"updateOn","reason":{{"resources":["proj/*"],"actions":["*"],"effect":"allow","role_name":"Admin"}}}}]}},"name":"{}","policy":{STATEMENTS},"displayKey":"{:04x}","creationDate":{},"lastModified":{}}}"#,
        hex24(number, 1),
        member(number),
        name(number),
        noise(number, 6) & 0xffff,
        millis(number, 3),
        millis(number, 4),
    )
}

fn atlassian(number: usize) -> String {
    let scopes = if one_in(number, 51, 3) { r#""read:jira-work","write:jira-work""# } else { "" };
    format!(
        r#"{{"id":"{}","label":"{}","status":"{}","createdAt":{},"expiresAt":{},"lastActiveAt":{},"user":{{"id":"712020:{}","orgId":"{}","name":"User {}","email":"user.{}@example.com"}},"scopes":[{scopes}]}}"#,
        uuid(number, 1),
        name(number),
        if one_in(number, 52, 9) { "BLOCKED" } else { "ALLOWED" },
        rfc3339(number, 3),
        rfc3339(number, 4),
        or_null(!one_in(number, 53, 4), || rfc3339(number, 5)),
        uuid(number / 5, 54),
        uuid(0, 55),
        number / 5,
        number / 5,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_is_json_and_no_two_have_one_id() {
        for list in List::COMPARED.into_iter().chain([List::LaunchdarklyRelay]) {
            let text = format!("[{}]", list.items(0..1000));
            let records: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
            let ids: std::collections::HashSet<&str> = records
                .iter()
                .filter_map(|record| record.get("_id").or_else(|| record.get("id"))?.as_str())
                .collect();
            assert_eq!((records.len(), ids.len()), (1000, 1000), "{list:?}");
        }
    }
}
