//! Atlassian's operations.

use tokenward_atlassian::{
    Atlassian,
    raw::{
        ENDPOINTS,
        types::{CountOrgApiKeysQuery, CountOrgApiTokensQuery, ListOrgApiKeysQuery, ListOrgApiTokensQuery},
    },
};
use tokenward_testkit::{Atlassian as Simulator, Clock, Server};

use super::{http, operations};

async fn start(_: &str) -> (Simulator, Server, Atlassian) {
    let vendor = Simulator::new(Clock::system());
    let server = Server::start(vendor.clone()).await.unwrap();
    let client =
        Atlassian::builder(Simulator::ADMIN_KEY).base_url(server.url()).http(http()).build().unwrap();
    (vendor, server, client)
}

operations! {
    ENDPOINTS, start, vendor;
    list_org_api_keys(Simulator::ORG_ID, &ListOrgApiKeysQuery::default());
    count_org_api_keys(Simulator::ORG_ID, &CountOrgApiKeysQuery::default());
    revoke_org_api_key(Simulator::ORG_ID, Simulator::SCOPED_KEY_ID);
    list_org_api_tokens(Simulator::ORG_ID, &ListOrgApiTokensQuery::default());
    count_org_api_tokens(Simulator::ORG_ID, &CountOrgApiTokensQuery::default());
    list_user_api_tokens(Simulator::ACCOUNT_ID);
    delete_user_api_token(Simulator::ACCOUNT_ID, &vendor.user_token_ids()[0]);
}
