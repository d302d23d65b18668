//! Access tokens, which come in pages by offset.

use std::collections::HashMap;

use reqwest::{Client, Result};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tokens {
    #[serde(default)]
    pub items: Vec<Token>,
    #[serde(rename = "_links", default)]
    pub links: HashMap<String, Link>,
    pub total_count: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    #[serde(rename = "_id")]
    pub id: String,
    pub owner_id: String,
    pub member_id: String,
    #[serde(rename = "_member")]
    pub member: Option<Member>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub creation_date: i64,
    pub last_modified: i64,
    #[serde(default)]
    pub custom_role_ids: Vec<String>,
    #[serde(default)]
    pub inline_role: Vec<Statement>,
    pub role: Option<String>,
    pub token: Option<String>,
    pub service_token: Option<bool>,
    #[serde(rename = "_links")]
    pub links: HashMap<String, Link>,
    pub default_api_version: Option<i64>,
    pub last_used: Option<i64>,
    pub expiry: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    #[serde(rename = "_links")]
    pub links: HashMap<String, Link>,
    #[serde(rename = "_id")]
    pub id: String,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub role: String,
    pub email: String,
}

#[derive(Debug, Deserialize)]
pub struct Link {
    pub href: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Statement {
    pub effect: Effect,
    #[serde(default)]
    pub resources: Vec<String>,
    #[serde(default)]
    pub not_resources: Vec<String>,
    #[serde(default)]
    pub actions: Vec<String>,
    #[serde(default)]
    pub not_actions: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    Allow,
    Deny,
    #[serde(other)]
    Unknown,
}

/// Gives a page away and asks for the next one.
pub async fn list(client: &Client, url: &str, mut each: impl FnMut(Vec<Token>)) -> Result<()> {
    const PAGE: usize = 100;

    let mut offset = 0;
    loop {
        let request = client.get(format!("{url}/api/v2/tokens?limit={PAGE}&offset={offset}&showAll=true"));
        let answer = request.header("authorization", "key").send().await?.error_for_status()?;
        let page: Tokens = answer.json().await?;
        offset += page.items.len();
        let is_last = page.items.is_empty() || page.total_count.is_none_or(|total| offset >= total);
        each(page.items);
        if is_last {
            return Ok(());
        }
    }
}
