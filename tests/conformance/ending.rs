//! Revocations: what ends, what must not end by mistake, and which token is in use.

use tokenward::{Current, ErrorKind, ExposeSecret, Operation, RetryAdvice, RevokeOptions, Support};
use tokenward_testkit::{Fault, Method};

use crate::{
    behaviour::{Facts, always, behaviours, served},
    listing::HOSTILE,
    worlds::World,
};

behaviours! {
    "a token that is revoked is not listed", always, revoked_is_not_listed;
    "a token that is revoked leaves the others alone", always, revoking_leaves_the_others;
    "the secret of a token that is revoked works no more", |facts| facts.served && facts.can(Operation::Create), a_revoked_secret_ends;
    "a token that is not there cannot be revoked", always, missing_cannot_be_revoked;
    "a token cannot be revoked twice", always, not_twice;
    "an id that bends an address revokes nothing", always, hostile_ids_revoke_nothing;
    "a revocation is sent again after a transient answer", served, a_revocation_is_sent_again;
    "a revocation that took effect and whose answer was lost ends in not found, and the token is gone", served, a_lost_revocation;
    "the credential in use is not revoked unless that is said", |facts| facts.has_current, the_current_is_not_revoked;
    "the credential in use is revoked when that is said", |facts| facts.has_current, the_current_is_revoked;
    "a token of the vendor's platform is not revoked unless that is said", |facts| facts.has_managed, the_managed_is_not_revoked;
    "a token of the vendor's platform is flagged", |facts| facts.has_managed, the_managed_is_flagged;
    "the credential in use can be named", |facts| facts.has_current && facts.can(Operation::Current), the_current_can_be_named;
    "a credential of another kind is none of the family", another_kind, another_kind_is_other;
    "a revocation does not go on where the credential in use cannot be found out", |facts| facts.served && facts.has_current && asks_who(facts), unknown_is_not_revoked;
}

fn another_kind(facts: &Facts) -> bool {
    !facts.has_current && facts.can(Operation::Current)
}

/// Whether a request is needed to know which credential is in use. SailPoint's client knows by itself, and Atlassian's
/// builder is told.
fn asks_who(facts: &Facts) -> bool {
    let current = facts.capabilities.operation(Operation::Current);
    let is_told = matches!(current, Support::Emulated { how } if how.contains("the builder was told"));
    !facts.has_managed && !is_told
}

fn plainly() -> RevokeOptions {
    RevokeOptions::default()
}

async fn revoked_is_not_listed(world: World) {
    world.manager.revoke(&world.known, plainly()).await.unwrap();
    assert!(!world.is_there(&world.known));
    assert!(world.list().await.iter().all(|token| token.id != world.known));
}

async fn revoking_leaves_the_others(world: World) {
    let mut before = (world.ids)();
    world.manager.revoke(&world.known, plainly()).await.unwrap();
    before.remove(crate::worlds::bare(&world.known));
    assert_eq!((world.ids)(), before);
}

async fn a_revoked_secret_ends(world: World) {
    let accepts = world.accepts.as_ref().unwrap();
    let issued = world.manager.create(world.request("made")).await.unwrap();
    assert!(accepts(issued.secret.expose_secret()));
    world.manager.revoke(&issued.token.id, plainly()).await.unwrap();
    assert!(!accepts(issued.secret.expose_secret()));
}

async fn missing_cannot_be_revoked(world: World) {
    let error = world.manager.revoke(&world.missing, plainly()).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::NotFound, Some(Operation::Revoke)), "{error}");
    assert_eq!(error.token_id(), Some(&world.missing));
}

async fn not_twice(world: World) {
    world.manager.revoke(&world.known, plainly()).await.unwrap();
    let error = world.manager.revoke(&world.known, plainly()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
}

async fn hostile_ids_revoke_nothing(world: World) {
    let before = (world.ids)();
    let said = plainly().even_if_current().even_if_managed();
    let account = world.known.as_str().rsplit_once('/').map(|(account, _)| account.to_owned());
    for hostile in HOSTILE {
        let mut ids = vec![hostile.to_owned()];
        ids.extend(
            account.iter().flat_map(|account| [format!("{account}/{hostile}"), format!("{hostile}/x")]),
        );
        for id in ids {
            let error = world.manager.revoke(&id.parse().unwrap(), said.clone()).await.unwrap_err();
            let kinds = [ErrorKind::NotFound, ErrorKind::InvalidInput];
            assert!(kinds.contains(&error.kind()), "{id}: {error}");
        }
    }
    assert_eq!((world.ids)(), before);
    let Some(server) = &world.server else { return };
    for request in server.requests().iter().filter(|request| request.path != "/oauth/token") {
        assert!(!request.path.ends_with("/api-tokens") || request.method == Method::GET, "{request:?}");
    }
}

/// How a family's revocation is sent.
fn ends_with(world: &World) -> Method {
    let is_api_key = world.manager.family().kind() == "api-key";
    if is_api_key { Method::PATCH } else { Method::DELETE }
}

async fn a_revocation_is_sent_again(world: World) {
    world.server().script(Fault::status(503).on(ends_with(&world), "").times(2));
    world.manager.revoke(&world.known, plainly()).await.unwrap();
    assert!(!world.is_there(&world.known));
    assert_eq!(world.sent_of(&ends_with(&world), ""), 3);
}

async fn a_lost_revocation(world: World) {
    world.server().script(Fault::reset_after_effect().on(ends_with(&world), ""));
    let error = world.manager.revoke(&world.known, plainly()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    assert!(!world.is_there(&world.known));
}

async fn the_current_is_not_revoked(world: World) {
    let current = world.current.clone().unwrap();
    let error = world.manager.revoke(&current, plainly()).await.unwrap_err();
    assert_eq!((error.kind(), error.token_id()), (ErrorKind::Conflict, Some(&current)));
    assert!(world.is_there(&current));
    if world.server.is_some() {
        assert_eq!(world.sent_of(&ends_with(&world), ""), 0);
    }
}

async fn the_current_is_revoked(world: World) {
    let current = world.current.clone().unwrap();
    world.manager.revoke(&current, plainly().even_if_current()).await.unwrap();
    assert!(!world.is_there(&current));
}

async fn the_managed_is_not_revoked(world: World) {
    let managed = world.managed.clone().unwrap();
    let error = world.manager.revoke(&managed, plainly()).await.unwrap_err();
    assert_eq!((error.kind(), error.token_id()), (ErrorKind::Conflict, Some(&managed)));
    assert!(world.is_there(&managed));
    world.manager.revoke(&managed, plainly().even_if_managed()).await.unwrap();
    assert!(!world.is_there(&managed));
}

async fn the_managed_is_flagged(world: World) {
    let managed: Vec<_> =
        world.list().await.into_iter().filter(|token| token.managed).map(|token| token.id).collect();
    assert_eq!(managed, [world.managed.unwrap()]);
}

async fn the_current_can_be_named(world: World) {
    assert_eq!(world.manager.current().await.unwrap(), Current::Token(world.current.unwrap()));
}

async fn another_kind_is_other(world: World) {
    assert_eq!(world.manager.current().await.unwrap(), Current::Other);
}

async fn unknown_is_not_revoked(world: World) {
    world.server().script(Fault::status(503).on(Method::GET, "").always());
    let error = world.manager.revoke(&world.known, plainly()).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Unavailable, RetryAdvice::IfIdempotent), "{error}");
    assert!(error.to_string().contains("even_if_current"), "{error}");
    assert!(world.is_there(&world.known));
    world.manager.revoke(&world.known, plainly().even_if_current()).await.unwrap();
}
