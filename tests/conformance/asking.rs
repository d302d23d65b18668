//! Capabilities in both directions, and what a manager is as a value.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use tokenward::{
    Access, CreateToken, ErrorKind, Expiry, ListOptions, Operation, ResetOptions, Result, RevokeOptions,
    Setting, Support, TokenManager, TokenManagerExt, UpdateToken,
};

use crate::{
    behaviour::{Facts, always, behaviours},
    worlds::{HOUR, World},
};

behaviours! {
    "an operation that is denied fails as unsupported and sends nothing", denies_operations, denied_operations;
    "an option that is denied fails as unsupported and sends nothing", denies_settings, denied_settings;
    "an operation that is claimed is not refused", always, claimed_operations;
    "an option that is claimed is not refused", always, claimed_settings;
    "what is denied has a reason", always, reasons_are_given;
    "asking what can be done sends nothing", always, asking_sends_nothing;
    "a manager prints no secret", always, a_manager_prints_no_secret;
    "a manager behind a pointer is the same manager", always, a_pointer_is_the_same;
    "fifty calls at once all succeed", always, fifty_at_once;
    "a call that is dropped leaves the manager usable", always, a_dropped_call;
}

fn denies_operations(facts: &Facts) -> bool {
    Operation::ALL.into_iter().any(|operation| !facts.can(operation))
}

fn denies_settings(facts: &Facts) -> bool {
    denied(facts).next().is_some()
}

/// The options that are denied of operations that are not.
fn denied(facts: &Facts) -> impl Iterator<Item = Setting> {
    Setting::ALL.into_iter().filter(|setting| facts.can(setting.operation()) && !facts.allows(*setting))
}

/// Asks for an operation on a token that is not there, in its plainest form.
async fn ask(world: &World, operation: Operation) -> Result<()> {
    let (manager, id) = (&world.manager, &world.missing);
    match operation {
        Operation::List => manager.list_all(ListOptions::default()).await.map(drop),
        Operation::Get => manager.get(id).await.map(drop),
        Operation::Create => manager.create(world.request("made")).await.map(drop),
        Operation::Update => {
            let name = UpdateToken::default().with_name("renamed");
            manager.update(id, name).await.map(drop)
        }
        Operation::Reset => manager.reset(id, ResetOptions::default()).await.map(drop),
        Operation::Revoke => manager.revoke(id, RevokeOptions::default()).await,
        Operation::Current => manager.current().await.map(drop),
        other => panic!("{other} is not in the suite"),
    }
}

/// Asks for an option, in a request that is right in everything else.
async fn ask_with(world: &World, setting: Setting) -> Result<()> {
    let manager = &world.manager;
    let request = |expires| CreateToken::new("made", expires, world.access[0].clone());
    let update = |change: UpdateToken| manager.update(&world.known, change);
    match setting {
        Setting::ListByOwner => {
            let owner = world.owner.as_deref().unwrap_or("me");
            manager.list_all(ListOptions::default().with_owner(owner)).await.map(drop)
        }
        Setting::ListUnusedSince => {
            manager.list_all(ListOptions::default().with_unused_since(world.time())).await.map(drop)
        }
        Setting::CreateWithExpiry => manager.create(request(world.in_days(9))).await.map(drop),
        Setting::CreateWithoutEnd => manager.create(request(Expiry::Never)).await.map(drop),
        Setting::CreateWithDefaultExpiry => manager.create(request(Expiry::VendorDefault)).await.map(drop),
        Setting::CreateWithFullAccess => {
            manager.create(CreateToken::new("made", world.expiry(), Access::Full)).await.map(drop)
        }
        Setting::CreateWithScopes => {
            let scopes = match &world.access[0] {
                Access::Scopes(scopes) => scopes.clone(),
                _ => vec!["read".to_owned()],
            };
            manager.create(CreateToken::new("made", world.expiry(), Access::Scopes(scopes))).await.map(drop)
        }
        Setting::CreateWithDescription => {
            manager.create(world.request("made").with_description("x")).await.map(drop)
        }
        Setting::CreateWithSourceIps => {
            manager.create(world.request("made").with_source_ips(["192.0.2.1"])).await.map(drop)
        }
        Setting::CreateForService => manager.create(world.request("made").for_service()).await.map(drop),
        Setting::CreateWithBearerLifetime => {
            let lifetime = Duration::from_secs(600);
            manager.create(world.request("made").with_bearer_lifetime(lifetime)).await.map(drop)
        }
        Setting::UpdateName => update(UpdateToken::default().with_name("x")).await.map(drop),
        Setting::UpdateDescription => update(UpdateToken::default().with_description("x")).await.map(drop),
        Setting::UpdateExpiry => update(UpdateToken::default().with_expiry(world.in_days(9))).await.map(drop),
        Setting::UpdateWithoutEnd => {
            update(UpdateToken::default().with_expiry(Expiry::Never)).await.map(drop)
        }
        Setting::UpdateToFullAccess => {
            update(UpdateToken::default().with_access(Access::Full)).await.map(drop)
        }
        Setting::UpdateScopes => {
            let access = match &world.access[1] {
                Access::Scopes(scopes) => Access::Scopes(scopes.clone()),
                _ => Access::scopes(["read"]),
            };
            update(UpdateToken::default().with_access(access)).await.map(drop)
        }
        Setting::ResetWithGrace => {
            let later = world.time() + HOUR;
            manager.reset(&world.known, ResetOptions::default().with_grace_until(later)).await.map(drop)
        }
        other => panic!("{other} is not in the suite"),
    }
}

async fn denied_operations(world: World) {
    let capabilities = world.manager.capabilities();
    for operation in Operation::ALL.into_iter().filter(|operation| !capabilities.supports(*operation)) {
        let error = ask(&world, operation).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Unsupported, Some(operation)), "{error}");
        assert_eq!(error.family(), Some(world.manager.family()));
    }
    assert_eq!(world.sent(), 0);
}

async fn denied_settings(world: World) {
    let facts = world.facts();
    for setting in denied(&facts) {
        let error = ask_with(&world, setting).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{setting}: {error}");
        assert!(error.to_string().contains(setting.as_str()), "{setting}: {error}");
    }
    assert_eq!(world.sent(), 0);
}

async fn claimed_operations(world: World) {
    let capabilities = world.manager.capabilities();
    for operation in Operation::ALL.into_iter().filter(|operation| capabilities.supports(*operation)) {
        if let Err(error) = ask(&world, operation).await {
            // The token that is asked for is not there.
            assert_eq!(error.kind(), ErrorKind::NotFound, "{operation}: {error}");
        }
    }
}

async fn claimed_settings(world: World) {
    let capabilities = world.manager.capabilities();
    for setting in Setting::ALL.into_iter().filter(|setting| capabilities.allows(*setting)) {
        // Names are unique at some vendors, so what was made before is ended.
        let before = (world.ids)();
        let asked = ask_with(&world, setting).await;
        assert!(asked.is_ok(), "{setting}: {}", asked.unwrap_err());
        for id in (world.ids)().difference(&before) {
            world.manager.revoke(&id.parse().unwrap(), RevokeOptions::default()).await.unwrap();
        }
    }
}

async fn reasons_are_given(world: World) {
    let capabilities = world.manager.capabilities();
    let supports = Operation::ALL.map(|operation| capabilities.operation(operation)).into_iter();
    for support in supports.chain(Setting::ALL.map(|setting| capabilities.setting(setting))) {
        match support {
            Support::Unsupported { why, .. } => assert!(!why.is_empty()),
            Support::Emulated { how } => assert!(!how.is_empty()),
            _ => {}
        }
    }
    assert!(capabilities.supports(Operation::List) && capabilities.supports(Operation::Revoke));
}

async fn asking_sends_nothing(world: World) {
    let _ = (world.manager.capabilities(), world.manager.family());
    assert_eq!(world.sent(), 0);
}

async fn a_manager_prints_no_secret(world: World) {
    let shown = format!("{:?} {:#?}", world.manager, world.manager);
    assert!((world.secrets)().iter().all(|secret| !shown.contains(secret.as_str())));
}

async fn a_pointer_is_the_same(world: World) {
    let pointer: Arc<dyn TokenManager> = Arc::new(world.manager.clone());
    assert_eq!(pointer.family(), world.manager.family());
    assert_eq!(pointer.capabilities(), world.manager.capabilities());
    assert_eq!(pointer.list(ListOptions::default()).count().await, (world.ids)().len());
    let through = World { manager: pointer, ..world };
    for operation in Operation::ALL {
        if let Err(error) = ask(&through, operation).await {
            let expected = [ErrorKind::NotFound, ErrorKind::Unsupported];
            assert!(expected.contains(&error.kind()), "{operation}: {error}");
        }
    }
}

async fn fifty_at_once(world: World) {
    let lists = (0..50).map(|_| world.manager.list_all(ListOptions::default()));
    for tokens in futures_util::future::join_all(lists).await {
        assert_eq!(tokens.unwrap().len(), (world.ids)().len());
    }
}

async fn a_dropped_call(world: World) {
    let mut list = world.manager.list(ListOptions::default());
    let _ = tokio::time::timeout(Duration::ZERO, list.next()).await;
    drop(list);
    assert_eq!(world.list().await.len(), (world.ids)().len());
}
