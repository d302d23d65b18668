//! Creations whose answer is lost: what was made is found, and what was not is known.

use std::collections::BTreeSet;

use tokenward::{
    Attempt, CreateToken, Error, ErrorKind, ExposeSecret, Lineage, ListOptions, Operation, Reconciled,
    Result, Setting, TokenManagerExt,
};
use tokenward_testkit::{Fault, SignedDuration};

use crate::{
    behaviour::{Facts, behaviours},
    worlds::{World, bare},
};

behaviours! {
    "a lineage stands in the description, or in the name where there is none", creates, a_lineage_is_kept;
    "a lost creation with a lineage is told for sure", creates_served, a_lost_creation_is_told;
    "a lost creation without a lineage is told where nothing was made, and guessed at nowhere", creates_served, a_lost_creation_is_not_guessed_at;
    "a creation cut anywhere is sent once, and gives the secret or is found by its lineage", creates_served, a_cut_creation;
    "a list that cannot be read tells nothing of a lost creation", creates_served, no_list_tells_nothing;
}

fn creates(facts: &Facts) -> bool {
    facts.can(Operation::Create)
}

fn creates_served(facts: &Facts) -> bool {
    creates(facts) && facts.served
}

fn marked(world: &World, name: &str) -> CreateToken {
    world.request(name).with_lineage(Lineage::random())
}

async fn reconcile(world: &World, attempt: &Attempt) -> Result<Reconciled> {
    world.manager.reconcile(attempt, ListOptions::default()).await
}

async fn a_lineage_is_kept(world: World) {
    let request = marked(&world, "made");
    let mark = request.lineage().unwrap().to_string();
    let issued = world.manager.create(request).await.unwrap();
    let token = world.now(&issued.token.id).await;
    if world.manager.capabilities().allows(Setting::CreateWithDescription) {
        assert_eq!((token.name.as_deref(), token.description), (Some("made"), Some(mark)));
    } else {
        assert_eq!(token.name, Some(format!("made {mark}")));
    }
}

/// What a creation leaves behind whose answer is lost in this way.
async fn lose(world: &World, fault: Fault, request: CreateToken) -> (Error, BTreeSet<String>) {
    let (method, part) = world.create_on.clone().unwrap();
    let before = (world.ids)();
    world.server().script(fault.on(method, part));
    let error = world.manager.create(request).await.unwrap_err();
    world.server().clear_script();
    assert_eq!(error.kind(), ErrorKind::Ambiguous, "{error}");
    (error, (world.ids)().difference(&before).cloned().collect())
}

fn losses() -> [Fault; 8] {
    [
        Fault::status(500),
        Fault::status(500).after_effect(),
        Fault::status(408),
        Fault::status(504).after_effect(),
        Fault::reset_before_effect(),
        Fault::reset_after_effect(),
        Fault::cut_after(3),
        Fault::body("<html>"),
    ]
}

async fn a_lost_creation_is_told(world: World) {
    let (mut minted, mut not_minted) = (0, 0);
    for (number, fault) in losses().into_iter().enumerate() {
        let name = format!("lost-{number}");
        let request = marked(&world, &name);
        let lineage = request.lineage().cloned();
        let (error, made) = lose(&world, fault, request).await;
        let attempt = error.attempt().unwrap();
        assert_eq!((&attempt.name, &attempt.lineage), (&name, &lineage));
        match reconcile(&world, attempt).await.unwrap() {
            Reconciled::Minted(token) => {
                minted += 1;
                assert_eq!(made, BTreeSet::from([bare(&token.id).to_owned()]));
                world.manager.revoke(&token.id, Default::default()).await.unwrap();
            }
            Reconciled::NotMinted => {
                not_minted += 1;
                assert_eq!(made, BTreeSet::new());
            }
            unknown => panic!("{unknown:?}"),
        }
    }
    assert!(minted > 2 && not_minted > 2, "{minted} {not_minted}");
}

async fn a_lost_creation_is_not_guessed_at(world: World) {
    for (number, fault) in losses().into_iter().enumerate() {
        let (error, made) = lose(&world, fault, world.request(&format!("lost-{number}"))).await;
        match reconcile(&world, error.attempt().unwrap()).await.unwrap() {
            Reconciled::NotMinted => assert_eq!(made, BTreeSet::new()),
            Reconciled::Unknown { candidates, .. } => {
                let ids: BTreeSet<_> = candidates.iter().map(|token| bare(&token.id).to_owned()).collect();
                assert_eq!(ids, made);
                world.manager.revoke(&candidates[0].id, Default::default()).await.unwrap();
            }
            guess => panic!("{guess:?}"),
        }
    }
}

async fn a_cut_creation(world: World) {
    const LARGEST_ANSWER: usize = 1200;
    const STEP: usize = 7;

    let (method, part) = world.create_on.clone().unwrap();
    let accepts = world.accepts.as_ref().unwrap();
    let (mut arrived, mut lost) = (0, 0);
    for (number, bytes) in (0..LARGEST_ANSWER).step_by(STEP).enumerate() {
        // Past the vendor's limit of calls.
        world.clock.advance(SignedDuration::from_secs(11));
        world.server().clear_requests();
        world.server().script(Fault::cut_after(bytes).on(method.clone(), part));
        let created = world.manager.create(marked(&world, &format!("cut-{number}"))).await;
        assert_eq!(world.sent_of(&method, part), 1, "{bytes}");
        let id = match created {
            Ok(issued) => {
                arrived += 1;
                assert!(accepts(issued.secret.expose_secret()), "{bytes}");
                issued.token.id
            }
            Err(error) => {
                lost += 1;
                assert_eq!(error.kind(), ErrorKind::Ambiguous, "{bytes}: {error}");
                let attempt = error.attempt().unwrap();
                let Reconciled::Minted(token) = reconcile(&world, attempt).await.unwrap() else {
                    panic!("{bytes}: it was made and is not found");
                };
                if let Some(secret) = error.into_secret() {
                    assert!(accepts(secret.expose_secret()), "{bytes}");
                }
                token.id
            }
        };
        world.manager.revoke(&id, Default::default()).await.unwrap();
    }
    assert!(arrived > 0 && lost > 0, "{arrived} {lost}");
}

async fn no_list_tells_nothing(world: World) {
    use tokenward_testkit::Method;

    let (error, _) = lose(&world, Fault::reset_before_effect(), marked(&world, "lost")).await;
    let attempt = error.attempt().unwrap();
    world.server().script(Fault::status(403).on(Method::GET, ""));
    assert_eq!(reconcile(&world, attempt).await.unwrap_err().kind(), ErrorKind::PermissionDenied);
    let one_is_bad = Fault::edit(|answer| {
        let items = match answer {
            serde_json::Value::Array(items) => items,
            page => page["items"].as_array_mut().unwrap(),
        };
        items[0] = serde_json::json!(null);
    });
    world.server().script(one_is_bad.on(Method::GET, ""));
    let reconciled = reconcile(&world, attempt).await.unwrap();
    assert!(
        matches!(&reconciled, Reconciled::Unknown { candidates, .. } if candidates.is_empty()),
        "{reconciled:?}"
    );
}
