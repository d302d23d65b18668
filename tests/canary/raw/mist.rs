//! Mist's.

use tokenward_mist::{
    Mist,
    raw::{
        ENDPOINTS,
        types::{
            OrgApiTokenInput, PrivilegeOrgInput, PrivilegeOrgRole, PrivilegeOrgScope, UserApiTokenInput,
        },
    },
};
use tokenward_tests::sample;

use super::{operations, unread};
use crate::{
    outcomes::planted,
    plants::{data::ASKED, data::SAID, data::TOKEN_ID, plant},
};

operations! {
    Mist, ENDPOINTS;
    list_org_api_tokens(&plant(ASKED)) => planted(sample!("mist.list_org_api_tokens"));
    create_org_api_token(&plant(ASKED), &org_token()) => planted(sample!("mist.create_org_api_token"));
    get_org_api_token(&plant(ASKED), &plant(TOKEN_ID)) => planted(sample!("mist.list_org_api_tokens"))[0].take();
    update_org_api_token(&plant(ASKED), &plant(TOKEN_ID), &org_token()) => unread();
    delete_org_api_token(&plant(ASKED), &plant(TOKEN_ID)) => unread();
    get_self() => planted(sample!("mist.get_self"));
    list_api_tokens() => planted(sample!("mist.list_api_tokens"));
    create_api_token(&user_token()) => planted(sample!("mist.create_api_token"));
    get_api_token(&plant(TOKEN_ID)) => planted(sample!("mist.create_api_token"))[0].take();
    update_api_token(&plant(TOKEN_ID), &user_token()) => planted(sample!("mist.create_api_token"))[0].take();
    delete_api_token(&plant(TOKEN_ID)) => unread();
}

fn org_token() -> OrgApiTokenInput {
    let mut privilege = PrivilegeOrgInput::new(
        PrivilegeOrgRole::from(plant(SAID).as_str()),
        PrivilegeOrgScope::from(plant(SAID).as_str()),
    );
    privilege.site_id = Some(plant(SAID));
    let mut token = OrgApiTokenInput::new(plant(SAID));
    token.privileges = Some(vec![privilege]);
    token.src_ips = Some(vec![plant(SAID)]);
    token
}

fn user_token() -> UserApiTokenInput {
    let mut token = UserApiTokenInput::default();
    token.name = Some(plant(SAID));
    token
}
