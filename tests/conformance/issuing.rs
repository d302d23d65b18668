//! Creations: one secret, shown once, sent once.

use std::time::Duration;

use tokenward::{
    Access, CreateToken, ErrorKind, Expiry, ExposeSecret, Operation, RetryAdvice, Setting, When,
};
use tokenward_testkit::Fault;

use crate::{
    behaviour::{Facts, behaviours},
    worlds::{DAY, World},
};

behaviours! {
    "a token that is created is listed", creates, created_is_listed;
    "a secret that is created works", creates_served, a_secret_works;
    "two creations give two tokens and two secrets", creates, two_creations;
    "a secret is shown by nothing that prints", creates, a_secret_is_not_printed;
    "a secret is not shown again", creates_served, a_secret_is_shown_once;
    "a token that is created was never used", creates, created_was_never_used;
    "a creation is sent once, whatever becomes of its answer", creates_served, a_creation_is_sent_once;
    "a creation whose answer is lost is ambiguous and not to be repeated", creates_served, a_lost_creation_is_ambiguous;
    "a creation that is refused has made nothing", creates_served, a_refused_creation_made_nothing;
    "a creation that comes too soon says how long to wait", creates_served, too_soon_says_how_long;
    "a secret arrives although the rest of its answer does not fit", creates_served, a_secret_arrives_all_the_same;
    "a token is created with the access that was asked for", |facts| facts.can(Operation::Create) && facts.allows(Setting::CreateWithScopes), access_is_as_asked;
    "what a list says of a token's access can be asked for", |facts| facts.can(Operation::Create) && facts.allows(Setting::CreateWithScopes), access_round_trips;
    "full access is granted when it is said", |facts| facts.allows(Setting::CreateWithFullAccess), full_access_is_granted;
    "a token ends when it was asked to", |facts| facts.allows(Setting::CreateWithExpiry), ends_as_asked;
    "a token that shall never end does not", |facts| facts.allows(Setting::CreateWithoutEnd), never_ends;
    "the vendor's default expiry is an end", |facts| facts.allows(Setting::CreateWithDefaultExpiry), default_is_an_end;
    "a description is kept", |facts| facts.allows(Setting::CreateWithDescription), a_description_is_kept;
    "a blank name is refused, and nothing is sent", creates, a_blank_name_is_refused;
    "a date in the past is refused, and nothing is sent", |facts| facts.allows(Setting::CreateWithExpiry), a_past_date_is_refused;
    "no scope at all is refused, and nothing is sent", |facts| facts.allows(Setting::CreateWithScopes), no_scope_is_refused;
}

fn creates(facts: &Facts) -> bool {
    facts.can(Operation::Create)
}

fn creates_served(facts: &Facts) -> bool {
    creates(facts) && facts.served
}

async fn created_is_listed(world: World) {
    let issued = world.manager.create(world.request("made")).await.unwrap();
    assert_eq!(issued.drift, None);
    let listed = world.list().await.into_iter().find(|token| token.id == issued.token.id).unwrap();
    assert_eq!(listed.name.as_deref(), Some("made"));
    assert_eq!(issued.token.family, world.manager.family());
}

async fn a_secret_works(world: World) {
    let issued = world.manager.create(world.request("made")).await.unwrap();
    let accepts = world.accepts.as_ref().unwrap();
    assert!(accepts(issued.secret.expose_secret()));
}

async fn two_creations(world: World) {
    let one = world.manager.create(world.request("one")).await.unwrap();
    let other = world.manager.create(world.request("other")).await.unwrap();
    assert_ne!(one.token.id, other.token.id);
    assert_ne!(one.secret.expose_secret(), other.secret.expose_secret());
}

async fn a_secret_is_not_printed(world: World) {
    let issued = world.manager.create(world.request("made")).await.unwrap();
    let shown = format!("{issued:?} {:?} {:#?}", world.manager, issued.token);
    assert!(!shown.contains(issued.secret.expose_secret()));
    assert!(!serde_json::to_string(&issued.token).unwrap().contains(issued.secret.expose_secret()));
}

async fn a_secret_is_shown_once(world: World) {
    let issued = world.manager.create(world.request("made")).await.unwrap();
    let shown = format!("{:?} {}", world.list().await, serde_json::to_string(&world.list().await).unwrap());
    assert!(!shown.contains(issued.secret.expose_secret()));
}

async fn created_was_never_used(world: World) {
    let issued = world.manager.create(world.request("made")).await.unwrap();
    assert!(issued.token.created.at().is_some());
    assert_eq!(world.now(&issued.token.id).await.last_used.at(), None);
}

/// Every way in which the answer of a creation can fail to arrive.
fn losses() -> Vec<(&'static str, Fault)> {
    vec![
        ("an error before it took effect", Fault::status(500)),
        ("an error after it took effect", Fault::status(500).after_effect()),
        ("a gateway's time-out", Fault::status(504).after_effect()),
        ("a time-out of the vendor's", Fault::status(408).after_effect()),
        ("busy", Fault::status(503)),
        ("a reset before it took effect", Fault::reset_before_effect()),
        ("a reset after it took effect", Fault::reset_after_effect()),
        ("a cut", Fault::cut_after(3)),
        ("an empty body", Fault::body("")),
        ("a proxy's page", Fault::body("<html>CANARY</html>")),
        ("no answer in time", Fault::delay(Duration::from_secs(3600))),
    ]
}

async fn a_creation_is_sent_once(world: World) {
    let (method, part) = world.create_on.clone().unwrap();
    for (number, (what, fault)) in losses().into_iter().enumerate() {
        world.list().await;
        world.server().clear_requests();
        world.server().script(fault.on(method.clone(), part).always());
        let name = format!("lost-{number}");
        let create = world.manager.create(world.request(&name));
        let outcome = tokio::time::timeout(Duration::from_millis(300), create).await;
        assert!(!matches!(outcome, Ok(Ok(_))), "{what}");
        assert_eq!(world.sent_of(&method, part), 1, "{what}");
        world.server().clear_script();
    }
}

async fn a_lost_creation_is_ambiguous(world: World) {
    let (method, part) = world.create_on.clone().unwrap();
    for (number, (what, fault)) in
        losses().into_iter().filter(|(what, _)| *what != "no answer in time").enumerate()
    {
        world.server().script(fault.on(method.clone(), part));
        let error = world.manager.create(world.request(&format!("lost-{number}"))).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.retry()),
            (ErrorKind::Ambiguous, RetryAdvice::Never),
            "{what}: {error}"
        );
        assert!(!format!("{error} {error:?}").contains("CANARY"), "{what}");
        world.server().clear_script();
    }
}

async fn a_refused_creation_made_nothing(world: World) {
    let (method, part) = world.create_on.clone().unwrap();
    let before = (world.ids)();
    for (status, kind) in [
        (400, ErrorKind::InvalidInput),
        (401, ErrorKind::Unauthenticated),
        (403, ErrorKind::PermissionDenied),
        (409, ErrorKind::Conflict),
        (429, ErrorKind::RateLimited),
    ] {
        world.server().script(Fault::status(status).on(method.clone(), part));
        let error = world.manager.create(world.request("refused")).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (kind, Some(status)));
    }
    assert_eq!((world.ids)(), before);
}

async fn too_soon_says_how_long(world: World) {
    let (method, part) = world.create_on.clone().unwrap();
    world
        .server()
        .script(Fault::status(429).with_header("retry-after", "7").on(method.clone(), part).always());
    let error = world.manager.create(world.request("made")).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::RateLimited, RetryAdvice::Always));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(world.sent_of(&method, part), 1);
}

async fn a_secret_arrives_all_the_same(world: World) {
    let (method, part) = world.create_on.clone().unwrap();
    let edit = Fault::edit(|answer| {
        let record = if answer.is_array() { &mut answer[0] } else { answer };
        for (name, value) in record.as_object_mut().unwrap() {
            if !["id", "_id", "key", "token", "secret", "fullKey"].contains(&name.as_str()) {
                *value = serde_json::json!([{"of": "tomorrow"}]);
            }
        }
    });
    world.server().script(edit.on(method, part));
    let issued = world.manager.create(world.request("made")).await.unwrap();
    let accepts = world.accepts.as_ref().unwrap();
    assert!(accepts(issued.secret.expose_secret()));
    assert!(world.is_there(&issued.token.id));
    assert!(issued.drift.is_some());
}

async fn access_is_as_asked(world: World) {
    let Access::Scopes(asked) = world.access[0].clone() else { panic!("no scopes to ask for") };
    let issued = world.manager.create(world.request("made")).await.unwrap();
    assert_eq!(world.now(&issued.token.id).await.scopes, Some(asked));
}

async fn access_round_trips(world: World) {
    let first = world.manager.create(world.request("first")).await.unwrap();
    let scopes = world.now(&first.token.id).await.scopes.unwrap();
    let like_it = CreateToken::new("second", world.expiry(), Access::Scopes(scopes.clone()));
    let second = world.manager.create(like_it).await.unwrap();
    assert_eq!(world.now(&second.token.id).await.scopes, Some(scopes));
}

async fn full_access_is_granted(world: World) {
    let request = CreateToken::new("made", world.expiry(), Access::Full);
    let issued = world.manager.create(request).await.unwrap();
    assert!(world.list().await.iter().any(|token| token.id == issued.token.id));
}

async fn ends_as_asked(world: World) {
    let asked = world.in_days(30);
    let issued =
        world.manager.create(CreateToken::new("made", asked, world.access[0].clone())).await.unwrap();
    let Expiry::At(time) = asked else { unreachable!() };
    assert_eq!(issued.token.expires, When::At(time));
    assert_eq!(world.now(&issued.token.id).await.expires, When::At(time));
}

async fn never_ends(world: World) {
    let request = CreateToken::new("made", Expiry::Never, world.access[0].clone());
    let issued = world.manager.create(request).await.unwrap();
    assert_eq!(issued.token.expires, When::Never);
    assert_eq!(world.now(&issued.token.id).await.expires, When::Never);
}

async fn default_is_an_end(world: World) {
    let request = CreateToken::new("made", Expiry::VendorDefault, world.access[0].clone());
    let issued = world.manager.create(request).await.unwrap();
    assert!(world.now(&issued.token.id).await.expires.at().is_some());
}

async fn a_description_is_kept(world: World) {
    let issued =
        world.manager.create(world.request("made").with_description("for the builds")).await.unwrap();
    assert_eq!(world.now(&issued.token.id).await.description.as_deref(), Some("for the builds"));
}

async fn refused(world: World, request: CreateToken) {
    let error = world.manager.create(request).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::InvalidInput, RetryAdvice::Never));
    assert_eq!(error.operation(), Some(Operation::Create));
    assert_eq!(world.sent(), 0);
}

async fn a_blank_name_is_refused(world: World) {
    let request = world.request(" ");
    refused(world, request).await;
}

async fn a_past_date_is_refused(world: World) {
    let request = CreateToken::new("made", Expiry::At(world.time() - DAY), world.access[0].clone());
    refused(world, request).await;
}

async fn no_scope_is_refused(world: World) {
    let request = CreateToken::new("made", world.expiry(), Access::Scopes(Vec::new()));
    refused(world, request).await;
}
