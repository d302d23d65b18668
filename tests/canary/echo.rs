//! Every operation with answers that repeat the secrets that the client knows, in headers, codes and messages, and with
//! control characters: neither an error nor a log shows any of it.
//!
//! The secrets are plain words. A vendor's message shows such words, so only the comparison with what the client knows
//! keeps them out.

use tokenward_atlassian::Atlassian;
use tokenward_http::{HttpOptions, RateOptions, RetryOptions};
use tokenward_launchdarkly::LaunchDarkly;
use tokenward_mist::Mist;
use tokenward_sailpoint::SailPoint;
use tokenward_testkit::{Request, Response, Server, Simulated};

use crate::{
    families::{Family, OPERATIONS},
    raw::{self, Case},
    shown::Shown,
    watch,
};

/// What the clients authenticate with, and the bearer that SailPoint's is given.
const CREDENTIAL: &str = "correcthorsebattery";
const BEARER: &str = "staplegardenriver";

/// Parts of them in small letters, as they are and in base64 at each of its three positions.
const TRACES: [&str; 8] = [
    "correcthorse",
    "staplegarden",
    "y29ycmvjdghvcnnlymf0",
    "jb3jyzwn0ag9yc2viyxr0",
    "y29ycmvjdghvcnnl",
    "c3rhcgxlz2fyzgvucml2",
    "n0yxbszwdhcmrlbnjpdm",
    "zdgfwbgvnyxjkzw5yaxzl",
];

/// A vendor that answers everything alike, but for the grant of a bearer.
#[derive(Clone)]
struct Echo(Response);

impl Simulated for Echo {
    fn vendor(&self) -> &'static str {
        "echo"
    }

    fn respond(&self, request: &Request) -> Response {
        match request.path.as_str() {
            "/oauth/token" => Response::json(
                200,
                &serde_json::json!({ "access_token": BEARER, "token_type": "bearer", "expires_in": 600 }),
            ),
            _ => self.0.clone(),
        }
    }
}

/// Texts that repeat a secret, or control a terminal.
fn texts(secrets: &[&str]) -> Vec<String> {
    let mut texts = vec!["\u{1b}]0;title\u{7}\u{1b}[2J".to_owned(), "back\u{8}\u{0}\u{7f}\u{9b}".to_owned()];
    let known = [
        (CREDENTIAL, ["Y29ycmVjdGhvcnNlYmF0dGVyeQ==", "eGNvcnJlY3Rob3JzZWJhdHRlcnk"]),
        (BEARER, ["c3RhcGxlZ2FyZGVucml2ZXI=", "eHN0YXBsZWdhcmRlbnJpdmVy"]),
    ];
    for (secret, encoded) in known.into_iter().filter(|(secret, _)| secrets.contains(secret)) {
        texts.extend([
            secret.to_owned(),
            secret.to_uppercase(),
            format!("id-{secret}"),
            secret.replace('r', "%72"),
        ]);
        texts.extend(encoded.map(str::to_owned));
    }
    texts
}

/// An answer with this text wherever a vendor says something.
fn echo(status: u16, text: &str) -> Response {
    let sentence = format!("the token {text} is not valid");
    let body = serde_json::json!({
        "code": text, "key": text, "detailCode": text, "error": text, "message": sentence, "detail": sentence,
        "error_description": sentence, "trackingId": text, "traceId": text, "messages": [{ "text": sentence }],
        "context": { "message": sentence }, "errors": [{ "code": text, "title": text, "detail": sentence }],
        text: { text: [text] }, "id": { text: 1 }, "_id": "7", "_links": { text: 17 }, "items": { text: 1 }, "data": { text: 1 },
    });
    let mut response = Response::json(status, &body);
    if text.is_ascii() && !text.contains(char::is_control) {
        for name in [
            "x-request-id",
            "request-id",
            "slpt-request-id",
            "atl-traceid",
            "retry-after",
            "x-ratelimit-limit",
            "x-ratelimit-reset",
            "www-authenticate",
            "location",
            "date",
        ] {
            response = response.with_header(name, text);
        }
    }
    response
}

fn assert_clean(place: &str, shown: &Shown) {
    let logged = watch::logged();
    for text in shown.errors.iter().chain(&logged) {
        let small = text.to_lowercase().replace([' ', '\n'], "");
        if let Some(trace) = TRACES.into_iter().find(|trace| small.contains(trace)) {
            panic!("canary found: {trace} in {place}: {text}");
        }
    }
    // The alternate form of Debug has line breaks of its own.
    let controls = |text: &String| text.chars().any(|c| c.is_control() && c != '\n');
    if let Some(text) = shown.errors.iter().find(|text| controls(text)) {
        panic!("canary found: a control character in {place}: {text:?}");
    }
}

async fn drive<C>(
    build: impl Fn(&str, HttpOptions) -> C,
    secrets: &[&str],
    cases: &[Case<C>],
    families: &[Family<C>],
) {
    watch::start();
    let http = || HttpOptions::default().with_retry(RetryOptions::none()).with_rate(RateOptions::off());
    let mut runs = 0;
    for text in texts(secrets) {
        for status in [200, 400, 401, 403, 404, 409, 418, 429, 500] {
            let server = Server::start(Echo(echo(status, &text))).await.unwrap();
            let client = build(&server.url(), http());
            for case in cases {
                let shown = (case.call)(&client).await;
                assert_clean(&format!("{}, {status} with {text:?}", case.operation.id), &shown);
                runs += 1;
            }
            for family in families {
                for (operation, ask) in OPERATIONS {
                    let manager = (family.make)(&client);
                    if !manager.capabilities().supports(operation) {
                        continue;
                    }
                    let place = format!("{} {operation}, {status} with {text:?}", manager.family());
                    let shown = ask(manager, (family.id)().parse().unwrap(), (family.access)()).await;
                    assert_clean(&place, &shown);
                    runs += 1;
                }
            }
        }
    }
    assert!(runs > 700, "{runs} runs");
}

#[tokio::test]
async fn atlassians_operations_repeat_no_secret() {
    let build = |url: &str, http| {
        Atlassian::builder(CREDENTIAL).api_key_id("another-key").base_url(url).http(http).build().unwrap()
    };
    drive(build, &[CREDENTIAL], &raw::atlassian::cases(), &crate::atlassian_families()).await;
}

#[tokio::test]
async fn mists_operations_repeat_no_secret() {
    let build = |url: &str, http| Mist::builder(CREDENTIAL).base_url(url).http(http).build().unwrap();
    drive(build, &[CREDENTIAL], &raw::mist::cases(), &crate::mist_families()).await;
}

#[tokio::test]
async fn sailpoints_operations_repeat_no_secret() {
    let build = |url: &str, http| {
        SailPoint::builder("client-id", CREDENTIAL).base_url(url).http(http).build().unwrap()
    };
    drive(build, &[CREDENTIAL, BEARER], &raw::sailpoint::cases(), &crate::sailpoint_families()).await;
}

#[tokio::test]
async fn launchdarklys_operations_repeat_no_secret() {
    let build = |url: &str, http| LaunchDarkly::builder(CREDENTIAL).base_url(url).http(http).build().unwrap();
    drive(build, &[CREDENTIAL], &raw::launchdarkly::cases(), &crate::launchdarkly_families()).await;
}
