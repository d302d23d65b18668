//! Tokens of an organization, which come as one array.

use reqwest::{Client, Result};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct OrgToken {
    pub id: Option<String>,
    pub org_id: Option<String>,
    pub name: Option<String>,
    pub created_by: Option<String>,
    pub created_time: Option<f64>,
    pub last_used: Option<f64>,
    pub key: Option<String>,
    #[serde(default)]
    pub privileges: Vec<Privilege>,
    #[serde(default)]
    pub src_ips: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub struct Privilege {
    pub role: Role,
    pub scope: Scope,
    pub org_id: Option<String>,
    pub site_id: Option<String>,
    pub sitegroup_id: Option<String>,
    pub view: Option<String>,
    #[serde(default)]
    pub views: Vec<View>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Admin,
    Helpdesk,
    Installer,
    Read,
    Write,
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    Org,
    Site,
    Sitegroup,
    Orgsites,
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    LobbyAdmin,
    Location,
    Marketing,
    MxedgeAdmin,
    Reporting,
    Security,
    SuperObserver,
    SwitchAdmin,
    #[serde(other)]
    Unknown,
}

/// Gives all of them away at once.
pub async fn list(client: &Client, url: &str, org: &str, mut each: impl FnMut(Vec<OrgToken>)) -> Result<()> {
    let request = client.get(format!("{url}/api/v1/orgs/{org}/apitokens"));
    let tokens =
        request.header("authorization", "Token key").send().await?.error_for_status()?.json().await?;
    each(tokens);
    Ok(())
}
