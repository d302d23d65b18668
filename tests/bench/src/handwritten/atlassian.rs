//! User tokens of an organization, which come in pages by cursor.

use jiff::Timestamp;
use reqwest::{Client, Result};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct Page {
    #[serde(default)]
    pub data: Vec<ApiToken>,
    pub links: Option<Links>,
}

#[derive(Debug, Deserialize)]
pub struct Links {
    #[serde(rename = "self")]
    pub this: Option<String>,
    pub next: Option<String>,
    pub prev: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiToken {
    pub id: String,
    pub label: Option<String>,
    pub status: Option<String>,
    pub created_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    pub last_active_at: Option<Timestamp>,
    pub user: Option<User>,
    #[serde(default)]
    pub scopes: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    pub id: String,
    pub org_id: Option<String>,
    pub name: Option<String>,
    pub email: Option<String>,
}

/// Gives a page away and asks for the next one.
pub async fn list(client: &Client, url: &str, org: &str, mut each: impl FnMut(Vec<ApiToken>)) -> Result<()> {
    let base = format!("{url}/admin/api-access/v1/orgs/{org}/api-tokens");
    let mut url = base.clone();
    loop {
        let answer = client.get(&url).bearer_auth("key").send().await?.error_for_status()?;
        let page: Page = answer.json().await?;
        each(page.data);
        match page.links.and_then(|links| links.next) {
            Some(next) => url = format!("{base}?cursor={next}"),
            None => return Ok(()),
        }
    }
}
