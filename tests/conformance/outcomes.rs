//! Every operation with everything that can come back: the kind of the error, the advice, and the request's id.

use std::time::Duration;

use tokenward::{
    ErrorKind, ListOptions, Operation, ResetOptions, Result, RetryAdvice, RevokeOptions, TokenManagerExt,
    UpdateToken,
};
use tokenward_testkit::{Fault, Method};

use crate::{
    behaviour::{Behaviour, served},
    worlds::{PATIENCE, Subject, World},
};

pub(crate) const ALL: &[&Behaviour] = &[&Behaviour {
    name: "every outcome of every operation has its kind, its advice and the request's id",
    applies: served,
    run: |subject, world| Box::pin(every_outcome(subject, world)),
}];

/// What comes back, and what it is for a read or a write, for a creation or a reset, and for what reads no body.
struct Outcome {
    name: &'static str,
    fault: fn() -> Fault,
    plain: (ErrorKind, RetryAdvice),
    issuing: (ErrorKind, RetryAdvice),
    /// Whether it shows in the body alone, so that who reads none has nothing to complain of.
    in_body: bool,
    /// Whether there are headers to take a request's id from.
    has_id: bool,
}

const REQUEST_ID: &str = "req-17";

fn page(status: u16) -> Fault {
    Fault::status(status)
        .with_body("text/html", "<html>CANARY</html>")
        .with_header("x-request-id", REQUEST_ID)
}

macro_rules! outcomes {
    ($($name:literal, $fault:expr, $plain:ident $plain_advice:ident, $issuing:ident $issuing_advice:ident, $in_body:literal, $has_id:literal;)*) => {
        const OUTCOMES: &[Outcome] = &[$(Outcome {
            name: $name,
            fault: || $fault,
            plain: (ErrorKind::$plain, RetryAdvice::$plain_advice),
            issuing: (ErrorKind::$issuing, RetryAdvice::$issuing_advice),
            in_body: $in_body,
            has_id: $has_id,
        }),*];
    };
}

outcomes! {
    "400", page(400), InvalidInput Never, InvalidInput Never, false, true;
    "401", page(401), Unauthenticated Never, Unauthenticated Never, false, true;
    "403", page(403), PermissionDenied Never, PermissionDenied Never, false, true;
    "404", page(404), NotFound Never, NotFound Never, false, true;
    "409", page(409), Conflict Never, Conflict Never, false, true;
    "422", page(422), InvalidInput Never, InvalidInput Never, false, true;
    "410", page(410), NotFound Never, NotFound Never, false, true;
    "412", page(412), Conflict Never, Conflict Never, false, true;
    "423", page(423), Conflict Never, Conflict Never, false, true;
    "428", page(428), Conflict Never, Conflict Never, false, true;
    "429", page(429), RateLimited Always, RateLimited Always, false, true;
    "500", page(500), Unavailable IfIdempotent, Ambiguous Never, false, true;
    "503", page(503), Unavailable IfIdempotent, Ambiguous Never, false, true;
    "302", page(302), Protocol Never, Ambiguous Never, false, true;
    "418", page(418), Protocol Never, Ambiguous Never, false, true;
    "an HTML body", page(200), Protocol Never, Ambiguous Never, true, true;
    "an empty body", Fault::body("").with_header("x-request-id", REQUEST_ID), Protocol Never, Ambiguous Never, true, true;
    "a truncated body", Fault::cut_after(2).with_header("x-request-id", REQUEST_ID), Transport IfIdempotent, Ambiguous Never, true, true;
    "no answer in time", Fault::delay(Duration::from_secs(3600)), Transport IfIdempotent, Ambiguous Never, false, false;
    "a reset", Fault::reset_before_effect(), Transport IfIdempotent, Ambiguous Never, false, false;
}

/// The request that an operation is about, as opposed to those that it asks something with.
fn route(world: &World, operation: Operation) -> (Method, &'static str) {
    let kind = world.manager.family().kind();
    match operation {
        Operation::Create => world.create_on.clone().unwrap(),
        Operation::Update if world.manager.family().vendor() == "mist" => (Method::PUT, ""),
        Operation::Update => (Method::PATCH, ""),
        Operation::Reset => (Method::POST, "/reset"),
        Operation::Revoke if kind == "api-key" => (Method::PATCH, ""),
        Operation::Revoke => (Method::DELETE, ""),
        _ => (Method::GET, ""),
    }
}

async fn ask(world: &World, operation: Operation) -> Result<()> {
    let (manager, id) = (&world.manager, &world.known);
    match operation {
        Operation::List => manager.list_all(ListOptions::default()).await.map(drop),
        Operation::Get => manager.get(id).await.map(drop),
        Operation::Create => manager.create(world.request("made")).await.map(drop),
        Operation::Update => manager.update(id, UpdateToken::default().with_name("renamed")).await.map(drop),
        Operation::Reset => manager.reset(id, ResetOptions::default().even_if_current()).await.map(drop),
        Operation::Revoke => {
            manager.revoke(id, RevokeOptions::default().even_if_current().even_if_managed()).await
        }
        _ => manager.current().await.map(drop),
    }
}

/// Revocations have no body to read, and an update of a Mist organization's token answers nothing.
fn reads_no_body(world: &World, operation: Operation) -> bool {
    operation == Operation::Revoke
        || (operation == Operation::Update && world.manager.family().to_string() == "mist/org-token")
}

/// What is no error: the credential is not among the OAuth clients, so it is of another kind. The vendor says so with
/// 404, whatever becomes of the body.
fn is_an_answer(world: &World, operation: Operation, outcome: &Outcome) -> bool {
    let family = world.manager.family().to_string();
    let says_404 = ["404", "410", "an empty body", "a truncated body"].contains(&outcome.name);
    operation == Operation::Current && family == "sailpoint/oauth-client" && says_404
}

/// What is not sent again by itself: the next call goes with another bearer than the one that was refused.
fn goes_with_another_bearer(world: &World, operation: Operation) -> bool {
    world.manager.family().vendor() == "sailpoint"
        && matches!(operation, Operation::Create | Operation::Update)
}

async fn every_outcome(subject: &'static Subject, world: World) {
    let capabilities = world.manager.capabilities();
    let mut tried = 0;
    for operation in Operation::ALL.into_iter().filter(|operation| capabilities.supports(*operation)) {
        // What is known without a request has no outcome.
        if operation == Operation::Current && asks_nothing(subject).await {
            continue;
        }
        for outcome in OUTCOMES {
            PATIENCE.set(Duration::from_millis(if outcome.name == "no answer in time" {
                80
            } else {
                10_000
            }));
            check(&(subject.make)().await, operation, outcome).await;
            tried += 1;
        }
    }
    assert!(tried >= 2 * OUTCOMES.len());
}

async fn asks_nothing(subject: &Subject) -> bool {
    let world = (subject.make)().await;
    world.manager.current().await.unwrap();
    world.sent() == 0
}

async fn check(world: &World, operation: Operation, outcome: &Outcome) {
    let what = format!("{operation}, {}", outcome.name);
    let (method, part) = route(world, operation);
    world.server().script((outcome.fault)().on(method, part).always());
    let result = ask(world, operation).await;
    if (outcome.in_body && reads_no_body(world, operation)) || is_an_answer(world, operation, outcome) {
        return result.unwrap();
    }
    let Err(error) = result else { panic!("{what}: no error") };
    let issuing = matches!(operation, Operation::Create | Operation::Reset);
    let mut expected = if issuing { outcome.issuing } else { outcome.plain };
    if outcome.name == "401" && goes_with_another_bearer(world, operation) {
        expected.1 = RetryAdvice::Always;
    }
    assert_eq!((error.kind(), error.retry()), expected, "{what}: {error}");
    assert_eq!(error.request_id(), outcome.has_id.then_some(REQUEST_ID), "{what}: {error}");
    assert_eq!(
        (error.family(), error.operation()),
        (Some(world.manager.family()), Some(operation)),
        "{what}"
    );
    assert!(!format!("{error} {error:?}").contains("CANARY"), "{what}: {error}");
}
