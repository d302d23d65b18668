//! Serves the four simulated vendors on this machine until it is interrupted.

use std::{
    error::Error,
    net::{Ipv4Addr, SocketAddr},
};

use tokenward_testkit::{Atlassian, Clock, LaunchDarkly, Mist, SailPoint, Server};

const USAGE: &str =
    "usage: tokenward-testkit [--port BASE]   four ports from BASE on; chosen by the system without it";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let base = match arguments.as_slice() {
        [] => 0,
        [option, port] if option == "--port" => port.parse::<u16>().map_err(|_| USAGE)?,
        [option] if option == "--help" || option == "-h" => {
            tell(USAGE);
            return Ok(());
        }
        _ => return Err(USAGE.into()),
    };
    if base > u16::MAX - 3 {
        return Err(USAGE.into());
    }
    let address = |place| SocketAddr::from((Ipv4Addr::LOCALHOST, if base == 0 { 0 } else { base + place }));
    let clock = Clock::system();
    let atlassian = Server::start_on(address(0), Atlassian::new(clock.clone())).await?;
    let mist = Server::start_on(address(1), Mist::new(clock.clone())).await?;
    let sailpoint = Server::start_on(address(2), SailPoint::new(clock.clone())).await?;
    let launchdarkly = Server::start_on(address(3), LaunchDarkly::new(clock)).await?;

    let (url, key) = (atlassian.url(), Atlassian::ADMIN_KEY);
    let call = format!(
        "curl -H 'Authorization: Bearer {key}' {url}/admin/api-access/v1/orgs/{}/api-tokens",
        Atlassian::ORG_ID
    );
    introduce("atlassian", &url, key, &call);

    let (url, key) = (mist.url(), Mist::ORG_KEY);
    let call = format!("curl -H 'Authorization: Token {key}' {url}/api/v1/orgs/{}/apitokens", Mist::ORG_ID);
    introduce("mist", &url, key, &call);

    let (url, id, secret) = (sailpoint.url(), SailPoint::CLIENT_ID, SailPoint::CLIENT_SECRET);
    let call = format!(
        "curl -d grant_type=client_credentials -d client_id={id} -d client_secret={secret} {url}/oauth/token"
    );
    introduce("sailpoint", &url, &format!("{id} with {secret}"), &call);

    let (url, token) = (launchdarkly.url(), LaunchDarkly::ADMIN_TOKEN);
    let call = format!("curl -H 'Authorization: {token}' '{url}/api/v2/tokens?showAll=true'");
    introduce("launchdarkly", &url, token, &call);

    // An interrupt ends the process; there is nothing to put away.
    std::future::pending().await
}

fn introduce(vendor: &str, url: &str, credential: &str, call: &str) {
    tell(&format!("{vendor}\n  url         {url}\n  credential  {credential}\n  {call}\n"));
}

#[allow(clippy::print_stdout, reason = "where it serves is what this program has to say")]
fn tell(text: &str) {
    println!("{text}");
}
