//! Atlassian's.

use tokenward_atlassian::{
    Atlassian,
    raw::{
        ENDPOINTS,
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
    Atlassian, ENDPOINTS;
    list_org_api_keys(&plant(ASKED), &keys()) => planted(sample!("atlassian.list_org_api_keys"));
    count_org_api_keys(&plant(ASKED), &counted_keys()) => 17.into();
    revoke_org_api_key(&plant(ASKED), &plant(TOKEN_ID)) => unread();
    list_org_api_tokens(&plant(ASKED), &tokens()) => planted(sample!("atlassian.list_org_api_tokens"));
    count_org_api_tokens(&plant(ASKED), &counted_tokens()) => 17.into();
    list_user_api_tokens(&plant(ASKED)) => planted(sample!("atlassian.list_user_api_tokens"));
    delete_user_api_token(&plant(ASKED), &plant(TOKEN_ID)) => unread();
}

fn keys() -> ListOrgApiKeysQuery {
    let asked = || Some(plant(ASKED));
    let mut query = ListOrgApiKeysQuery::default();
    (query.q, query.cursor, query.key_type, query.sort) = (asked(), asked(), asked(), asked());
    query
}

fn counted_keys() -> CountOrgApiKeysQuery {
    let mut query = CountOrgApiKeysQuery::default();
    (query.q, query.expires_at_from) = (Some(plant(ASKED)), Some(plant(ASKED)));
    query
}

fn tokens() -> ListOrgApiTokensQuery {
    let asked = || Some(plant(ASKED));
    let mut query = ListOrgApiTokensQuery::default();
    (query.q, query.cursor, query.status, query.sort) = (asked(), asked(), asked(), asked());
    query
}

fn counted_tokens() -> CountOrgApiTokensQuery {
    let mut query = CountOrgApiTokensQuery::default();
    (query.q, query.status) = (Some(plant(ASKED)), Some(plant(ASKED)));
    query
}
