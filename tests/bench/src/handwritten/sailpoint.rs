//! Personal access tokens, which come as one array.

use jiff::Timestamp;
use reqwest::{Client, Result};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonalAccessToken {
    pub id: String,
    pub name: String,
    pub scope: Option<Vec<String>>,
    pub owner: Owner,
    pub created: Timestamp,
    pub last_used: Option<Timestamp>,
    #[serde(default)]
    pub managed: bool,
    pub access_token_validity_seconds: Option<i32>,
    pub expiration_date: Option<Timestamp>,
    #[serde(default)]
    pub user_aware_token_never_expires: bool,
}

#[derive(Debug, Deserialize)]
pub struct Owner {
    #[serde(rename = "type")]
    pub kind: Option<OwnerKind>,
    pub id: Option<String>,
    pub name: Option<String>,
}

#[derive(Debug, Deserialize)]
pub enum OwnerKind {
    #[serde(rename = "IDENTITY")]
    Identity,
    #[serde(other)]
    Unknown,
}

/// Gives all of them away at once.
pub async fn list(client: &Client, url: &str, mut each: impl FnMut(Vec<PersonalAccessToken>)) -> Result<()> {
    let request = client.get(format!("{url}/personal-access-tokens/v1"));
    let tokens = request.bearer_auth("bearer").send().await?.error_for_status()?.json().await?;
    each(tokens);
    Ok(())
}
