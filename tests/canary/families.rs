//! The operations of the families with every outcome of each request that they are made of.

use std::{collections::BTreeMap, pin::Pin, sync::Arc};

use tokenward::{
    Access, CreateToken, Expiry, IssuedToken, ListOptions, Operation, ResetOptions, Result, RevokeOptions,
    Setting, Token, TokenId, TokenManager, TokenManagerExt, UpdateToken,
};
use tokenward_http::{ExposeSecret, HttpOptions};
use tokenward_testkit::Request;

use crate::{
    driver::Stage,
    outcomes::{Outcome, outcomes, repeated},
    plants::{self, data, plant, secret},
    raw::is_same,
    shown::Shown,
    vendor::{Route, Scripted},
};

/// A family, and what is particular to it.
pub(crate) struct Family<C> {
    pub(crate) make: fn(&C) -> Arc<dyn TokenManager>,
    /// How it names the token that the answers are about.
    pub(crate) id: fn() -> String,
    /// What a creation may ask for.
    pub(crate) access: fn() -> Access,
}

pub(crate) type Manager = Arc<dyn TokenManager>;
pub(crate) type Ask = fn(Manager, TokenId, Access) -> Pin<Box<dyn Future<Output = Shown>>>;

/// Every operation of the trait, in the order of [`Operation::ALL`].
pub(crate) const OPERATIONS: [(Operation, Ask); 7] = [
    (Operation::List, |manager, _, _| Box::pin(list(manager))),
    (Operation::Get, |manager, id, _| Box::pin(async move { shown(manager.get(&id).await) })),
    (Operation::Create, |manager, _, access| {
        Box::pin(async move {
            let request = creation(&manager, access);
            issued(manager.create(request).await)
        })
    }),
    (Operation::Update, |manager, id, _| {
        Box::pin(async move {
            shown(manager.update(&id, UpdateToken::default().with_name(plant(data::SAID))).await)
        })
    }),
    (Operation::Reset, |manager, id, _| {
        Box::pin(async move { issued(manager.reset(&id, ResetOptions::default()).await) })
    }),
    (Operation::Revoke, |manager, id, _| {
        Box::pin(async move { Shown::of(manager.revoke(&id, RevokeOptions::default()).await, |()| None) })
    }),
    (Operation::Current, |manager, _, _| {
        Box::pin(async move { Shown::of(manager.current().await, |_| None) })
    }),
];

const _: () = assert!(OPERATIONS.len() == Operation::ALL.len(), "an operation has no case here");
const _: () = {
    let mut index = 0;
    while index < OPERATIONS.len() {
        let (one, other) = (OPERATIONS[index].0.as_str(), Operation::ALL[index].as_str());
        assert!(is_same(one.as_bytes(), other.as_bytes()), "an operation has no case here");
        index += 1;
    }
};

/// All tokens, and those of one owner where that can be asked for.
async fn list(manager: Manager) -> Shown {
    let mut shown = listing(&manager, ListOptions::default()).await;
    if manager.capabilities().allows(Setting::ListByOwner) {
        let owners = listing(&manager, ListOptions::default().with_owner(plant(data::ASKED))).await;
        shown = shown.and(owners);
    }
    shown
}

async fn listing(manager: &Manager, options: ListOptions) -> Shown {
    let listing = manager.listing(options).await;
    let errors = listing.errors.into_iter().map(|error| shown(Err(error)));
    errors.fold(shown_as_json(listing.tokens), Shown::and)
}

fn shown_as_json(tokens: Vec<Token>) -> Shown {
    Shown::of(Ok(tokens), |tokens| serde_json::to_string(tokens).ok())
}

fn shown(result: Result<Token>) -> Shown {
    Shown::of(result, |token| serde_json::to_string(token).ok())
}

/// What a creation gives, with the secret: the right one, wherever it arrives.
fn issued(result: Result<IssuedToken>) -> Shown {
    if let Ok(issued) = &result {
        assert_eq!(issued.secret.expose_secret(), plant(secret::ISSUED));
    }
    Shown::of(result, |issued| serde_json::to_string(&issued.token).ok())
}

/// A creation with everything that the family takes.
fn creation(manager: &Manager, access: Access) -> CreateToken {
    let allows = |setting| manager.capabilities().allows(setting);
    let mut request = CreateToken::new(plant(data::SAID), Expiry::Never, access);
    if allows(Setting::CreateWithDescription) {
        request = request.with_description(plant(data::SAID));
    }
    if allows(Setting::CreateWithSourceIps) {
        request = request.with_source_ips([plant(data::SAID)]);
    }
    request
}

/// How often each operation of the generated client is asked in the course of one of a family.
fn asked(vendor: &Scripted, requests: &[Request]) -> BTreeMap<&'static str, usize> {
    let mut asked = BTreeMap::new();
    for request in requests {
        let route = vendor.route(request).expect("a request for one of the operations");
        *asked.entry(route.operation.id).or_default() += 1;
    }
    asked
}

/// Every operation of every family of a vendor.
pub(crate) async fn drive<C>(
    build: fn(&str, HttpOptions) -> C,
    routes: Vec<Route>,
    families: &[Family<C>],
    planted: &[&str],
) {
    let name =
        families.iter().map(|family| (family.make)(&build("http://127.0.0.1:9", HttpOptions::default())));
    let name = name.map(|manager| manager.family().to_string()).collect::<Vec<_>>().join(", ");
    let mut stage = Stage::new(build, routes, plants::not_in_errors()).await;
    for family in families {
        let manager = (family.make)(stage.usual());
        stage.value("a manager", &manager);
        for (operation, ask) in OPERATIONS {
            if manager.capabilities().supports(operation) {
                operation_of(&mut stage, family, operation, ask).await;
                stage.assert_clean();
            }
        }
    }
    stage.finish(&name, planted);
}

async fn operation_of<C>(stage: &mut Stage<C>, family: &Family<C>, operation: Operation, ask: Ask) {
    let call = async |client: &C| {
        let id = (family.id)().parse().unwrap();
        ask((family.make)(client), id, (family.access)()).await
    };
    let place = format!("{} {operation}", (family.make)(stage.usual()).family());
    // A client that has learnt nothing asks everything.
    stage.renew();
    let (first, requests) = stage.undisturbed(&place, call).await;
    assert!(first.is_ok, "{place}: {:?}", first.errors);
    stage.note(&requests);
    for (id, count) in asked(&stage.vendor, &requests) {
        if id == GRANT && ![Operation::List, Operation::Create].contains(&operation) {
            continue;
        }
        let route = stage.vendor.routes().iter().find(|route| route.operation.id == id).unwrap().clone();
        // The first request for it, and the last one.
        for pass in if count > 1 { vec![0, count - 1] } else { vec![0] } {
            let is_issuing = [Operation::Create, Operation::Reset].contains(&operation);
            let repeated = is_issuing.then(|| repeated(&route.answer));
            for outcome in outcomes(&route.answer).iter().chain(&repeated) {
                run(stage, &place, &route, pass, outcome, call).await;
            }
        }
    }
}

async fn run<C>(
    stage: &mut Stage<C>,
    place: &str,
    route: &Route,
    pass: usize,
    outcome: &Outcome,
    call: impl AsyncFnOnce(&C) -> Shown,
) {
    let (shown, _) = stage.run(place, route.operation, pass, outcome, call).await;
    // What a client has learnt it does not ask again.
    if shown.is_ok && route.operation.id == WHO_IS_CALLING {
        stage.renew();
    }
}

/// The operation that every other one asks alike, so that a read and a creation stand for all.
const GRANT: &str = "create_oauth_token";

/// The operation whose answer a client keeps.
const WHO_IS_CALLING: &str = "get_caller_identity";
