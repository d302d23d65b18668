//! No id leads anywhere but to its own operation, whatever it is made of.

use fastrand::Rng;
use percent_encoding::percent_decode_str;
use tokenward::{RevokeOptions, TokenManager};
use tokenward_testkit::{Atlassian, Method, Request};

use crate::support::{atlassian, serve};

const ROUNDS: usize = 600;

/// What addresses give a meaning to, and a few letters.
fn hostile(rng: &mut Rng) -> String {
    const PARTS: [&str; 20] = [
        ".",
        "..",
        "/",
        "\\",
        "%",
        "%2e",
        "%2F",
        "%00",
        "?",
        "#",
        ";",
        ":",
        "|",
        " ",
        "\n",
        "a",
        "manage",
        "api-tokens",
        "count",
        "ü",
    ];

    (0..rng.usize(..6)).filter_map(|_| rng.choice(PARTS)).collect()
}

/// The segments of a path as the server reads them.
fn segments(request: &Request) -> Vec<String> {
    let decode = |segment| percent_decode_str(segment).decode_utf8_lossy().into_owned();
    request.path.split('/').skip(1).map(decode).collect()
}

/// Every request reached the place of one of these, with these ids and no others.
fn check(requests: &[Request], ids: [&str; 2]) {
    let [one, other] = ids;
    for request in requests {
        let segments = segments(request);
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let is_known = match (&request.method, segments.as_slice()) {
            (&Method::DELETE, ["users", account, "manage", "api-tokens", token]) => [*account, *token] == ids,
            (&Method::GET, ["users", account, "manage", "api-tokens"]) => *account == one,
            (&Method::PATCH, ["admin", "api-access", "v1", "orgs", org, "api-keys", "revoke", key]) => {
                [*org, *key] == ids
            }
            (&Method::GET, ["admin", "api-access", "v1", "orgs", org, "api-tokens" | "api-keys"]) => {
                *org == one
            }
            _ => false,
        };
        assert!(is_known, "{one:?} and {other:?} reached {} {}", request.method, request.path);
    }
}

#[tokio::test]
async fn atlassian_no_id_reaches_another_operation_and_nothing_revokes_all() {
    let (vendor, server) = serve(Atlassian::new).await;
    vendor.rate_limit(u64::MAX);
    let client = atlassian(&server, Atlassian::ADMIN_KEY);
    let before = (vendor.user_token_ids(), vendor.api_key_ids());
    let mut rng = Rng::with_seed(7);
    let mut sent = 0;
    for _ in 0..ROUNDS {
        let (one, other) = (hostile(&mut rng), hostile(&mut rng));
        let raw = client.raw();
        let _ = raw.delete_user_api_token(&one, &other).await;
        let _ = raw.list_user_api_tokens(&one).await;
        let _ = raw.list_org_api_tokens(&one, &Default::default()).await;
        let _ = raw.list_org_api_keys(&one, &Default::default()).await;
        let _ = raw.revoke_org_api_key(&one, &other).await;
        check(&server.requests(), [&one, &other]);
        sent += server.requests().len();
        server.clear_requests();
        // By the trait, where both are in one id, and the account ends at the first slash.
        if let Ok(id) = format!("{one}/{other}").parse() {
            let _ = client.user_tokens(&one).revoke(&id, RevokeOptions::default()).await;
            let _ = client.user_tokens(&one).get(&id).await;
            let (account, token) = id.as_str().split_once('/').unwrap();
            check(&server.requests(), [account, token]);
            server.clear_requests();
        }
    }
    // Most are refused or not found; the rest would be a test of nothing.
    assert!(sent > ROUNDS, "{sent}");
    assert_eq!((vendor.user_token_ids(), vendor.api_key_ids()), before);
}
