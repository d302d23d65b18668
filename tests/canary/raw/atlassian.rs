//! Atlassian's.

use tokenward_atlassian::{
    Atlassian,
    raw::{
        OPERATIONS,
        types::{CountOrgApiKeysQuery, CountOrgApiTokensQuery, ListOrgApiKeysQuery, ListOrgApiTokensQuery},
    },
};
use tokenward_tests::sample;

use super::{operations, unread};
use crate::{
    outcomes::planted,
    plants::{data::ASKED, data::TOKEN_ID, plant},
};

operations! {
    Atlassian, OPERATIONS;
    list_org_api_keys(&plant(ASKED), &keys()) => planted(sample!("atlassian.list_org_api_keys"));
    count_org_api_keys(&plant(ASKED), &CountOrgApiKeysQuery {
        q: Some(plant(ASKED)), expires_at_from: Some(plant(ASKED)), ..Default::default()
    }) => 17.into();
    revoke_org_api_key(&plant(ASKED), &plant(TOKEN_ID)) => unread();
    list_org_api_tokens(&plant(ASKED), &tokens()) => planted(sample!("atlassian.list_org_api_tokens"));
    count_org_api_tokens(&plant(ASKED), &CountOrgApiTokensQuery {
        q: Some(plant(ASKED)), status: Some(plant(ASKED)), ..Default::default()
    }) => 17.into();
    list_user_api_tokens(&plant(ASKED)) => planted(sample!("atlassian.list_user_api_tokens"));
    delete_user_api_token(&plant(ASKED), &plant(TOKEN_ID)) => unread();
}

fn keys() -> ListOrgApiKeysQuery {
    let asked = || Some(plant(ASKED));
    ListOrgApiKeysQuery {
        q: asked(),
        cursor: asked(),
        key_type: asked(),
        sort: asked(),
        ..Default::default()
    }
}

fn tokens() -> ListOrgApiTokensQuery {
    let asked = || Some(plant(ASKED));
    ListOrgApiTokensQuery {
        q: asked(),
        cursor: asked(),
        status: asked(),
        sort: asked(),
        ..Default::default()
    }
}
