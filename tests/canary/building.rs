//! Everything that holds a secret and can be printed without any call: what clients are built from, and what they are
//! made of.

use std::{fmt::Debug, sync::Arc, time::Duration};

use serde::{Serialize, Serializer};
use tokenward::{
    Access, CreateToken, Expiry, ExposeSecret, IssuedToken, MemoryTokens, SecretString, Token, TokenFamily,
    TokenManager,
};
use tokenward_atlassian::Atlassian;
use tokenward_http::{
    Authorize, BaseUrl, Bearer, BuildError, Call, Endpoint, Environment, Grant, HeaderCredential,
    HttpOptions, ResponseBody, RetryOptions, SendError, Session, WireSecret, runtime::Outgoing,
};
use tokenward_launchdarkly::LaunchDarkly;
use tokenward_mist::Mist;
use tokenward_sailpoint::{ApiVersion, SailPoint};
use tokenward_testkit::{
    Canaries, Canary, Fault, InProcess, Method, Request, Response, Search, Server, Simulated,
};

use crate::{
    plants::{self, plant, secret},
    watch,
};

fn search() -> Search {
    Search::new(plants::secrets())
}

fn credential() -> String {
    plant(secret::CREDENTIAL)
}

#[test]
fn no_builder_and_no_client_prints_its_credential() {
    const URL: &str = "http://127.0.0.1:9";

    let mut search = search();
    let mut see = |value: &dyn Debug| search.value("a builder or client", value);
    let atlassian = Atlassian::builder(credential()).base_url(URL);
    see(&atlassian);
    let atlassian = atlassian.build().unwrap();
    see(&(&atlassian, atlassian.raw(), atlassian.user_tokens("org"), atlassian.api_keys("org")));
    let mist = Mist::builder(credential()).base_url(URL);
    see(&mist);
    let mist = mist.build().unwrap();
    see(&(&mist, mist.raw(), mist.org_tokens("org"), mist.user_tokens()));
    let sailpoint = SailPoint::builder("id", credential()).base_url(URL);
    see(&sailpoint);
    let sailpoint = sailpoint.build().unwrap();
    see(&(&sailpoint, sailpoint.raw(), sailpoint.personal_access_tokens(), sailpoint.oauth_clients()));
    let launchdarkly = LaunchDarkly::builder(credential()).base_url(URL);
    see(&launchdarkly);
    let launchdarkly = launchdarkly.build().unwrap();
    see(&(
        &launchdarkly,
        launchdarkly.raw(),
        launchdarkly.access_tokens(),
        launchdarkly.relay_proxy_configs(),
    ));
    search.assert_clean();
}

/// Every client from what `make` spoils, and the error of each that refuses it.
fn refused(search: &mut Search, place: &str, spoil: impl Fn(&str) -> (String, String)) {
    let (secret, url) = spoil("https://127.0.0.1:9");
    let atlassian = Atlassian::builder(secret.as_str()).base_url(&*url);
    let mist = Mist::builder(secret.as_str()).base_url(&*url);
    let sailpoint = SailPoint::builder("id", secret.as_str()).base_url(&*url);
    let launchdarkly = LaunchDarkly::builder(secret.as_str()).base_url(&*url);
    search.value(place, &(&atlassian, &mist, &sailpoint, &launchdarkly));
    let results: [Result<(), BuildError>; 4] = [
        atlassian.build().map(drop),
        mist.build().map(drop),
        sailpoint.build().map(drop),
        launchdarkly.build().map(drop),
    ];
    let mut refusals = 0;
    for error in results.into_iter().filter_map(Result::err) {
        refusals += 1;
        search.error(place, &error);
        let said = watch::unwrapping(Err(error));
        search.text(place, &said);
    }
    // SailPoint looks at its secret when it is used.
    assert!(refusals >= 3, "{place}: {refusals}");
}

#[test]
fn what_cannot_be_used_is_refused_and_not_quoted() {
    watch::start();
    let mut search = search();
    let held = plant(secret::LOCATION);
    for spoilt in ["\n", " x", "\u{e9}", "\0"] {
        refused(&mut search, "a credential", |url| (format!("{}{spoilt}", credential()), url.to_owned()));
    }
    for url in [
        format!("https://{held}@127.0.0.1/"),
        format!("https://user:{held}@127.0.0.1/"),
        format!("https://127.0.0.1/?token={held}"),
        format!("https://127.0.0.1/#{held}"),
        format!("https://127.0.0.1:{held}/"),
        format!("http://{held}.example.com/"),
        format!("{held}://127.0.0.1/"),
        format!("{held} {held}"),
        format!("file:///{held}"),
        format!("mailto:{held}"),
        held.clone(),
    ] {
        refused(&mut search, "an address", |_| (credential(), url.clone()));
        search.error("an address", &BaseUrl::parse(&url).unwrap_err());
    }
    for error in [
        SailPoint::builder("id", credential()).tenant(format!("{held}/")).build().err().unwrap(),
        LaunchDarkly::builder(credential()).api_version(&*held).build().err().unwrap(),
        ApiVersion::prefixed(format!("{held}/..")).err().unwrap(),
        Mist::builder(credential())
            .http(HttpOptions::default().with_user_agent_suffix(format!("{held}\n")))
            .build()
            .err()
            .unwrap(),
    ] {
        search.error("a setting", &error);
    }
    search.assert_clean();
}

#[test]
fn no_environment_prints_what_is_set() {
    let mut search = search();
    let list = format!("{0},{0}", credential());
    let variables = [
        ("MIST_APITOKEN", list),
        ("LAUNCHDARKLY_ACCESS_TOKEN", credential()),
        ("ATLASSIAN_ADMIN_API_KEY", credential()),
        ("SAIL_CLIENT_ID", "id".to_owned()),
        ("SAIL_CLIENT_SECRET", credential()),
    ];
    let environment = Environment::of(variables);
    search.value("an environment", &environment);
    search.error("a list of tokens", &Mist::from_environment(&environment).err().unwrap());
    search.error("no address", &SailPoint::from_environment(&environment).err().unwrap());
    search.value("a builder", &LaunchDarkly::from_environment(&environment).unwrap());
    search.value("a builder", &Atlassian::from_environment(&environment).unwrap());
    search.assert_clean();
}

#[tokio::test]
async fn no_part_of_a_client_prints_a_secret() {
    let mut search = search();
    let secret = SecretString::from(credential());
    let wire = WireSecret::from(credential());
    let header = HeaderCredential::new("Bearer ", &secret).unwrap();
    search.value("a header's value", &header.header().await.unwrap());
    search.value("a credential", &header);
    let bearer = Bearer::new(|| async {
        Ok(Grant { access_token: plant(secret::BEARER).into(), expires_in: Some(Duration::from_secs(600)) })
    });
    search.value("a bearer's value", &bearer.header().await.unwrap());
    search.value("a bearer", &bearer);
    search.value("a grant", &Grant { access_token: plant(secret::BEARER).into(), expires_in: None });
    let base = BaseUrl::parse("http://127.0.0.1:9").unwrap();
    let session = Session::new(base, &HttpOptions::default(), "tokenward-test/1").unwrap();
    search.value("a session", &session.with_authorization(Arc::new(header)));
    search.value("a secret", &(&wire, Outgoing(&wire)));
    search.text("a secret as JSON", &serde_json::to_string(&wire).unwrap());
    let call = Call::new(TokenFamily::new("acme", "token"), tokenward::Operation::Create);
    search.value("an answer", &ResponseBody::from_body(call, plant(secret::ISSUED)));
    search.text("a mask", &format!("{:?}", wire.mask()));
    let token = || Token::new(TokenFamily::new("acme", "token"), "7".parse().unwrap());
    search.value("a token with its secret", &IssuedToken::new(token(), secret.clone()));
    let error = tokenward::Error::new(tokenward::ErrorKind::Protocol, "x").with_secret(secret);
    search.error("an error with a secret", &error);
    search.assert_clean();
}

/// A body that cannot be written behind its secret, in one way or the other.
#[derive(Debug)]
struct Unwritable(WireSecret, fn());

impl Serialize for Unwritable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.1)();
        drop(self.0.serialize(serializer));
        Err(serde::ser::Error::custom("unwritable"))
    }
}

#[test]
fn a_body_that_is_not_sent_leaves_no_secret_uncovered() {
    watch::start();
    let mut search = search();
    let secret = || WireSecret::from(plant(secret::SENT));
    let json =
        |value: &dyn Fn() -> serde_json::Result<String>| value().unwrap_or_else(|error| error.to_string());
    let fails = Unwritable(secret(), || {});
    search.text("a body that fails", &json(&|| serde_json::to_string(&Outgoing(&fails))));
    search.text("after a body that fails", &json(&|| serde_json::to_string(&secret())));
    let panics = Unwritable(secret(), || panic!("unwritable"));
    let said = watch::panicking(|| drop(serde_json::to_string(&Outgoing(&panics))));
    search.text("a body that panics", &said);
    search.text("after a body that panics", &json(&|| serde_json::to_string(&secret())));
    serde_json::to_string(&Outgoing(&secret())).unwrap();
    search.text("after a body that was written", &json(&|| serde_json::to_string(&secret())));
    search.assert_clean();
}

/// A vendor that answers this to everything.
struct Always(Response);

impl Simulated for Always {
    fn vendor(&self) -> &'static str {
        "always"
    }

    fn respond(&self, _: &Request) -> Response {
        self.0.clone()
    }
}

#[tokio::test]
async fn no_unread_answer_prints_its_headers() {
    const LIST: Endpoint = Endpoint {
        id: "list",
        method: "GET",
        path: "/tokens",
        content_type: None,
        authorized: true,
        repeatable: true,
    };

    let mut search = search();
    for status in [302, 401, 403, 500] {
        let answer = Response::new(status)
            .with_body("text/plain", plant(secret::REFUSAL))
            .with_header("set-cookie", &plant(secret::COOKIE))
            .with_header("location", &plant(secret::LOCATION))
            .with_header("x-anything", &plant(secret::HEADER));
        let server = Server::start(Always(answer)).await.unwrap();
        let options = HttpOptions::default().with_retry(RetryOptions::none());
        let session =
            Session::new(BaseUrl::parse(&server.url()).unwrap(), &options, "tokenward-test/1").unwrap();
        let request = || session.client().get(format!("{}/tokens", server.url())).build().unwrap();
        let unauthorized = session.call(&[LIST], "list", request()).await.unwrap_err();
        search.error("no authorization", &unauthorized);
        let header = HeaderCredential::new("", &credential().into()).unwrap();
        let session = session.clone().with_authorization(Arc::new(header));
        let error: SendError = session.call(&[LIST], "list", request()).await.unwrap_err();
        search.error("an answer that is no success", &error);
    }
    search.assert_clean();
}

#[tokio::test]
async fn the_manager_in_memory_prints_no_secret() {
    let tokens = MemoryTokens::default();
    let issued = tokens.create(CreateToken::new("ci", Expiry::Never, Access::Full)).await.unwrap();
    let canaries = Canaries::new([Canary::known("the secret in memory", issued.secret.expose_secret())]);
    let mut search = Search::new(canaries);
    search.value("the manager", &tokens);
    search.value("the token", &issued);
    search.assert_clean();
}

#[tokio::test]
async fn the_testkit_prints_no_secret() {
    let mut search = search();
    let bearer = format!("Bearer {}", credential());
    let request = Request::new(Method::POST, "/oauth/token")
        .with_header("authorization", &bearer)
        .with_header("proxy-authorization", &bearer)
        .with_header("cookie", &plant(secret::COOKIE))
        .with_body("text/plain", plant(secret::SENT));
    let answer = Response::new(200)
        .with_header("set-cookie", &plant(secret::COOKIE))
        .with_body("text/plain", plant(secret::ISSUED));
    let fault = Fault::status(500)
        .with_body("text/plain", plant(secret::REFUSAL))
        .with_header("x", &plant(secret::HEADER));
    search.value("a request", &request);
    search.value("an answer", &answer);
    search.value("a fault", &fault);
    let vendor = InProcess::new(Always(answer));
    vendor.script(Fault::cut_after(3));
    search.error("a cut", &vendor.call(request).await.unwrap_err());
    search.value("a simulator", &vendor);
    search.assert_clean();
}
