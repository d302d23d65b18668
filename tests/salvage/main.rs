//! A one-time secret is recovered from every answer to a creation that holds it, whatever becomes of the rest.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod raw;

use fastrand::Rng;
use serde_json::{Map, Value, json};
use tokenward::{ErrorKind, ExposeSecret, IssuedToken, Operation, Result, TokenFamily};
use tokenward_http::{Call, ResponseBody, VendorToken};
use tokenward_launchdarkly::raw::types as launchdarkly;
use tokenward_mist::raw::types as mist;
use tokenward_sailpoint::raw::types as sailpoint;
use tokenward_tests::sample;

const MUTATIONS: usize = 10_000;

/// An answer to a creation or reset, and how its family reads it.
struct Issuing {
    name: &'static str,
    sample: &'static str,
    id: &'static str,
    secret: &'static str,
    read: fn(Vec<u8>) -> Result<IssuedToken>,
}

fn issuing<V: VendorToken>(name: &'static str, sample: &'static str) -> Issuing {
    let read = |body| {
        let call = Call::new(TokenFamily::new("vendor", "family"), Operation::Create);
        ResponseBody::from_body(call, body).issued::<V>()
    };
    Issuing { name, sample, id: V::ID, secret: V::SECRET, read }
}

fn all() -> [Issuing; 6] {
    [
        issuing::<mist::OrgApiToken>("mist/org-token", sample!("mist.create_org_api_token")),
        issuing::<mist::UserApiToken>("mist/user-token", sample!("mist.create_api_token")),
        issuing::<sailpoint::CreatePersonalAccessTokenResponse>(
            "sailpoint/personal-access-token",
            sample!("sailpoint.create_personal_access_token"),
        ),
        issuing::<sailpoint::CreateOauthClientResponse>(
            "sailpoint/oauth-client",
            sample!("sailpoint.create_oauth_client"),
        ),
        issuing::<launchdarkly::Token>("launchdarkly/access-token", sample!("launchdarkly.post_token")),
        issuing::<launchdarkly::RelayAutoConfigRep>(
            "launchdarkly/relay-proxy-config",
            sample!("launchdarkly.post_relay_auto_config"),
        ),
    ]
}

/// The record in an answer, which may be a list of one.
fn record(answer: &mut Value) -> &mut Map<String, Value> {
    let record = if answer.is_array() { &mut answer[0] } else { answer };
    record.as_object_mut().unwrap()
}

/// Something of another kind than what it stands for, or of the right kind and unheard of.
fn anything(rng: &mut Rng, depth: usize) -> Value {
    match rng.u8(..if depth < 3 { 9 } else { 7 }) {
        0 => Value::Null,
        1 => rng.bool().into(),
        2 => rng.i64(..).into(),
        3 => (rng.f64() * 1e300).into(),
        4 => "".into(),
        5 => format!("value-of-tomorrow-{}", rng.u32(..)).into(),
        6 => "0001-01-01T00:00:00Z".into(),
        7 => (0..rng.usize(..3)).map(|_| anything(rng, depth + 1)).collect(),
        _ => (0..rng.usize(..3)).map(|n| (format!("field-{n}"), anything(rng, depth + 1))).collect(),
    }
}

/// The answer with one to four fields dropped, set to null, of another kind, or new; never its id or its secret.
fn mutated(issuing: &Issuing, rng: &mut Rng) -> String {
    let mut answer: Value = serde_json::from_str(issuing.sample).unwrap();
    let fields = record(&mut answer);
    for _ in 0..rng.usize(1..5) {
        let names: Vec<String> = fields
            .keys()
            .filter(|name| ![issuing.id, issuing.secret].contains(&name.as_str()))
            .cloned()
            .collect();
        let Some(name) = rng.choice(names) else { break };
        match rng.u8(..4) {
            0 => drop(fields.remove(&name)),
            1 => drop(fields.insert(name, Value::Null)),
            2 => drop(fields.insert(name, anything(rng, 0))),
            _ => drop(fields.insert(format!("new-{}", rng.u16(..)), anything(rng, 0))),
        }
    }
    answer.to_string()
}

/// What must arrive: the id and the secret of a sample.
fn essentials(issuing: &Issuing) -> (String, String) {
    let mut answer: Value = serde_json::from_str(issuing.sample).unwrap();
    let fields = record(&mut answer);
    let text = |name: &str| fields[name].as_str().unwrap().to_owned();
    (text(issuing.id), text(issuing.secret))
}

#[test]
fn a_secret_survives_ten_thousand_changes_of_everything_else() {
    for issuing in all() {
        let (id, secret) = essentials(&issuing);
        let mut rng = Rng::with_seed(7);
        let mut drifted = 0;
        for number in 0..MUTATIONS {
            let answer = mutated(&issuing, &mut rng);
            let issued = (issuing.read)(answer.clone().into_bytes());
            let issued =
                issued.unwrap_or_else(|error| panic!("{} {number}: {error} in {answer}", issuing.name));
            assert_eq!(
                (issued.token.id.as_str(), issued.secret.expose_secret()),
                (&*id, &*secret),
                "{answer}"
            );
            let printed = format!("{issued:?} {}", serde_json::to_string(&issued.token).unwrap());
            assert!(!printed.contains(&secret), "{answer}");
            drifted += usize::from(issued.drift.is_some());
        }
        // Both happen: what is tolerated, and what is drift.
        assert!(drifted > MUTATIONS / 100 && drifted < MUTATIONS, "{}: {drifted}", issuing.name);
    }
}

#[test]
fn an_answer_cut_after_any_byte_gives_the_secret_or_is_ambiguous() {
    for issuing in all() {
        let (_, secret) = essentials(&issuing);
        let body = issuing.sample.as_bytes();
        let end_of_secret = issuing.sample.find(&secret).unwrap() + secret.len() + 1;
        for cut in 0..=body.len() {
            let arrived = match (issuing.read)(body[..cut].to_vec()) {
                Ok(issued) => Some(issued.secret),
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::Ambiguous, "{} {cut}: {error}", issuing.name);
                    assert!(!format!("{error} {error:?}").contains(&secret));
                    error.into_secret()
                }
            };
            // Whole as soon as its last character and the quote behind it are there, and never a part of it.
            let expected = (cut >= end_of_secret).then_some(secret.as_str());
            assert_eq!(arrived.as_ref().map(ExposeSecret::expose_secret), expected, "{} {cut}", issuing.name);
        }
    }
}

#[test]
fn a_secret_of_another_kind_than_a_text_is_not_made_up() {
    for issuing in all() {
        for value in [json!(17), json!(true), json!(null), json!(""), json!(["x"]), json!({"x": "y"})] {
            let mut answer: Value = serde_json::from_str(issuing.sample).unwrap();
            record(&mut answer).insert(issuing.secret.to_owned(), value);
            let error = (issuing.read)(answer.to_string().into_bytes()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Ambiguous);
            assert_eq!(error.token_id().map(|id| id.as_str().to_owned()), Some(essentials(&issuing).0));
            assert!(error.into_secret().is_none());
        }
    }
}

#[test]
fn an_id_of_something_else_is_not_taken_for_the_tokens() {
    for issuing in all() {
        let mut answer: Value = serde_json::from_str(issuing.sample).unwrap();
        record(&mut answer).remove(issuing.id);
        record(&mut answer).insert("owner".to_owned(), json!({"id": "of-another", "_id": "of-another"}));
        let error = (issuing.read)(answer.to_string().into_bytes()).unwrap_err();
        assert_eq!((error.kind(), error.token_id()), (ErrorKind::Ambiguous, None), "{}", issuing.name);
        assert_eq!(error.into_secret().unwrap().expose_secret(), essentials(&issuing).1);
    }
}
