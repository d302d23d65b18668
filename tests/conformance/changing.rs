//! Updates and resets: what changes, and what does not.

use std::time::Duration;

use tokenward::{ErrorKind, ExposeSecret, Operation, ResetOptions, RetryAdvice, Setting, UpdateToken, When};
use tokenward_testkit::{Fault, Method, SignedDuration};

use crate::{
    behaviour::{Facts, behaviours},
    worlds::{HOUR, World},
};

behaviours! {
    "a new name is what is read afterwards", |facts| facts.allows(Setting::UpdateName), a_new_name_is_read;
    "a new name changes nothing else", |facts| facts.allows(Setting::UpdateName), a_new_name_changes_nothing_else;
    "a changed token keeps its secret", |facts| facts.served && facts.can(Operation::Update) && facts.can(Operation::Create), a_changed_token_keeps_its_secret;
    "a new description is what is read afterwards", |facts| facts.allows(Setting::UpdateDescription), a_new_description_is_read;
    "other access replaces all of the old", |facts| facts.allows(Setting::UpdateScopes), other_access_replaces;
    "another end is what is read afterwards", |facts| facts.allows(Setting::UpdateExpiry), another_end_is_read;
    "an end can be taken back", |facts| facts.allows(Setting::UpdateWithoutEnd), an_end_can_be_taken_back;
    "a change of nothing is refused, and nothing is sent", updates, a_change_of_nothing;
    "a change of a token that is not there is not found", updates, a_change_of_what_is_missing;
    "a change answers with the token as it is now", updates, a_change_answers_with_the_token;
    "a reset gives another secret to the same token", resets, a_reset_gives_another_secret;
    "a reset ends the old secret at once", resets_served, a_reset_ends_the_old;
    "a reset with grace ends the old secret when that is over", |facts| facts.served && facts.allows(Setting::ResetWithGrace), grace_ends;
    "a grace period that is over is refused, and nothing is sent", |facts| facts.allows(Setting::ResetWithGrace), a_past_grace_is_refused;
    "a reset is sent once, and is ambiguous where its answer is lost", resets_served, a_reset_is_sent_once;
    "a reset of a token that is not there is not found", resets, a_reset_of_what_is_missing;
    "the credential in use is not reset without grace unless that is said", |facts| resets(facts) && facts.has_current, the_current_is_not_reset;
}

fn updates(facts: &Facts) -> bool {
    facts.can(Operation::Update)
}

fn resets(facts: &Facts) -> bool {
    facts.can(Operation::Reset)
}

fn resets_served(facts: &Facts) -> bool {
    resets(facts) && facts.served
}

fn renamed() -> UpdateToken {
    UpdateToken::default().with_name("renamed")
}

async fn a_new_name_is_read(world: World) {
    world.manager.update(&world.known, renamed()).await.unwrap();
    assert_eq!(world.now(&world.known).await.name.as_deref(), Some("renamed"));
}

async fn a_new_name_changes_nothing_else(world: World) {
    let before = world.now(&world.known).await;
    world.manager.update(&world.known, renamed()).await.unwrap();
    let after = world.now(&world.known).await;
    assert_eq!((after.id, after.owner, after.created), (before.id, before.owner, before.created));
    assert_eq!((after.scopes, after.expires), (before.scopes, before.expires));
}

async fn a_changed_token_keeps_its_secret(world: World) {
    let issued = world.manager.create(world.request("made")).await.unwrap();
    world.manager.update(&issued.token.id, renamed()).await.unwrap();
    assert!(world.accepts.as_ref().unwrap()(issued.secret.expose_secret()));
}

async fn a_new_description_is_read(world: World) {
    let change = UpdateToken::default().with_description("for the builds");
    world.manager.update(&world.known, change).await.unwrap();
    assert_eq!(world.now(&world.known).await.description.as_deref(), Some("for the builds"));
}

async fn other_access_replaces(world: World) {
    let tokenward::Access::Scopes(scopes) = world.access[1].clone() else { panic!("no scopes to ask for") };
    let change = UpdateToken::default().with_access(world.access[1].clone());
    let updated = world.manager.update(&world.known, change).await.unwrap();
    assert_eq!(updated.scopes.as_ref(), Some(&scopes));
    assert_eq!(world.now(&world.known).await.scopes, Some(scopes));
}

async fn another_end_is_read(world: World) {
    let asked = world.in_days(60);
    let updated =
        world.manager.update(&world.known, UpdateToken::default().with_expiry(asked)).await.unwrap();
    let tokenward::Expiry::At(time) = asked else { unreachable!() };
    assert_eq!(updated.expires, When::At(time));
    assert_eq!(world.now(&world.known).await.expires, When::At(time));
}

async fn an_end_can_be_taken_back(world: World) {
    let dated = UpdateToken::default().with_expiry(world.in_days(60));
    let never = UpdateToken::default().with_expiry(tokenward::Expiry::Never);
    world.manager.update(&world.known, dated).await.unwrap();
    // Twice: there is nothing to take back the second time, which is no error.
    for _ in 0..2 {
        let updated = world.manager.update(&world.known, never.clone()).await.unwrap();
        assert_eq!(updated.expires, When::Never);
    }
}

async fn a_change_of_nothing(world: World) {
    let error = world.manager.update(&world.known, UpdateToken::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidInput, Some(Operation::Update)));
    assert_eq!(world.sent(), 0);
}

async fn a_change_of_what_is_missing(world: World) {
    let error = world.manager.update(&world.missing, renamed()).await.unwrap_err();
    assert_eq!((error.kind(), error.token_id()), (ErrorKind::NotFound, Some(&world.missing)), "{error}");
}

async fn a_change_answers_with_the_token(world: World) {
    let updated = world.manager.update(&world.known, renamed()).await.unwrap();
    let now = world.now(&world.known).await;
    assert_eq!((updated.id, updated.name, updated.scopes), (now.id, now.name, now.scopes));
    assert_eq!((updated.created, updated.expires), (now.created, now.expires));
}

async fn a_reset_gives_another_secret(world: World) {
    let first = world.manager.create(world.request("made")).await.unwrap();
    let second = world.manager.reset(&first.token.id, ResetOptions::default()).await.unwrap();
    assert_eq!(first.token.id, second.token.id);
    assert_ne!(first.secret.expose_secret(), second.secret.expose_secret());
    assert!(!format!("{second:?}").contains(second.secret.expose_secret()));
}

async fn a_reset_ends_the_old(world: World) {
    let accepts = world.accepts.as_ref().unwrap();
    let first = world.manager.create(world.request("made")).await.unwrap();
    let second = world.manager.reset(&first.token.id, ResetOptions::default()).await.unwrap();
    assert!(!accepts(first.secret.expose_secret()));
    assert!(accepts(second.secret.expose_secret()));
}

async fn grace_ends(world: World) {
    let accepts = world.accepts.as_ref().unwrap();
    let first = world.manager.create(world.request("made")).await.unwrap();
    let grace = ResetOptions::default().with_grace_until(world.time() + 2 * HOUR);
    let second = world.manager.reset(&first.token.id, grace).await.unwrap();
    world.clock.advance(SignedDuration::from_hours(1));
    assert!(accepts(first.secret.expose_secret()) && accepts(second.secret.expose_secret()));
    world.clock.advance(SignedDuration::from_hours(2));
    assert!(!accepts(first.secret.expose_secret()) && accepts(second.secret.expose_secret()));
}

async fn a_past_grace_is_refused(world: World) {
    let past = ResetOptions::default().with_grace_until(world.time() - Duration::from_secs(60));
    let error = world.manager.reset(&world.known, past).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(world.sent(), 0);
}

async fn a_reset_is_sent_once(world: World) {
    for fault in [
        Fault::status(500).after_effect(),
        Fault::status(503),
        Fault::reset_before_effect(),
        Fault::reset_after_effect(),
        Fault::cut_after(3),
        Fault::body(""),
    ] {
        world.server().clear_requests();
        world.server().script(fault.on(Method::POST, "/reset").always());
        let error = world.manager.reset(&world.known, ResetOptions::default()).await.unwrap_err();
        assert_eq!((error.kind(), error.retry()), (ErrorKind::Ambiguous, RetryAdvice::Never), "{error}");
        assert_eq!(world.sent_of(&Method::POST, "/reset"), 1);
        world.server().clear_script();
    }
}

async fn a_reset_of_what_is_missing(world: World) {
    let error = world.manager.reset(&world.missing, ResetOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.token_id()), (ErrorKind::NotFound, Some(&world.missing)), "{error}");
}

async fn the_current_is_not_reset(world: World) {
    let current = world.current.clone().unwrap();
    let error = world.manager.reset(&current, ResetOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.token_id()), (ErrorKind::Conflict, Some(&current)));
    if world.server.is_some() {
        assert_eq!(world.sent_of(&Method::POST, "/reset"), 0);
    }
    let said = ResetOptions::default().even_if_current();
    assert_eq!(world.manager.reset(&current, said).await.unwrap().token.id, current);
}
