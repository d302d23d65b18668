//! Mist's operations. A user calls them, because a token of an organization has no tokens of its own.

use tokenward_mist::{
    Mist,
    raw::{
        ENDPOINTS,
        types::{
            OrgApiTokenInput, PrivilegeOrgInput, PrivilegeOrgRole, PrivilegeOrgScope, UserApiTokenInput,
        },
    },
};
use tokenward_testkit::{Clock, Mist as Simulator, Server};

use super::{http, operations};

async fn start(_: &str) -> (Simulator, Server, Mist) {
    let vendor = Simulator::new(Clock::system());
    let server = Server::start(vendor.clone()).await.unwrap();
    let client = Mist::builder(Simulator::USER_KEY).base_url(server.url()).http(http()).build().unwrap();
    (vendor, server, client)
}

operations! {
    ENDPOINTS, start, vendor;
    list_org_api_tokens(Simulator::ORG_ID);
    create_org_api_token(Simulator::ORG_ID, &org_token());
    get_org_api_token(Simulator::ORG_ID, Simulator::ORG_KEY_ID);
    update_org_api_token(Simulator::ORG_ID, Simulator::ORG_KEY_ID, &org_token());
    delete_org_api_token(Simulator::ORG_ID, Simulator::ORG_KEY_ID);
    get_self();
    list_api_tokens();
    create_api_token(&user_token());
    get_api_token(Simulator::USER_KEY_ID);
    update_api_token(Simulator::USER_KEY_ID, &user_token());
    delete_api_token(&vendor.user_token_ids()[1]);
}

fn org_token() -> OrgApiTokenInput {
    let mut token = OrgApiTokenInput::new("ci");
    token.privileges = Some(vec![PrivilegeOrgInput::new(PrivilegeOrgRole::Read, PrivilegeOrgScope::Org)]);
    token
}

fn user_token() -> UserApiTokenInput {
    let mut token = UserApiTokenInput::default();
    token.name = Some("ci".to_owned());
    token
}
