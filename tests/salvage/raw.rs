//! The generated clients behave like the families: a secret and a good item survive whatever is beside them.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::{Value, json};
use tokenward::ExposeSecret;
use tokenward_atlassian::{Atlassian, raw as atlassian};
use tokenward_launchdarkly::{LaunchDarkly, raw as launchdarkly};
use tokenward_mist::{Mist, raw as mist};
use tokenward_sailpoint::{SailPoint, raw as sailpoint};
use tokenward_tests::{answering, sample};
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{any, path},
};

use crate::{Issuing, all, essentials, mutated};

/// What the generated method says: id, secret, and whether the rest was as documented; nothing where it is an error.
type Issued = Option<(Option<String>, String, bool)>;
type Call = for<'a> fn(&'a World) -> Pin<Box<dyn Future<Output = Issued> + 'a>>;

/// Clients of a server that gives bearers, and to all else the answer that it is told to give.
struct World {
    /// Held, for it stops when it is dropped.
    _server: MockServer,
    sent: Arc<AtomicUsize>,
    answer: Arc<Mutex<String>>,
    atlassian: Atlassian,
    launchdarkly: LaunchDarkly,
    mist: Mist,
    sailpoint: SailPoint,
}

impl World {
    async fn new() -> Self {
        let server = MockServer::start().await;
        let bearer = ResponseTemplate::new(200).set_body_string(sample!("sailpoint.create_oauth_token"));
        Mock::given(path("/oauth/token")).respond_with(bearer).with_priority(1).mount(&server).await;
        let answer = Arc::new(Mutex::new(String::new()));
        let sent = Arc::new(AtomicUsize::new(0));
        let (told, count) = (answer.clone(), sent.clone());
        let rest = move |_: &Request| {
            count.fetch_add(1, Ordering::SeqCst);
            ResponseTemplate::new(200).set_body_raw(told.lock().unwrap().clone(), "application/json")
        };
        Mock::given(any()).respond_with(rest).mount(&server).await;
        let url = server.uri();
        Self {
            atlassian: Atlassian::builder("credential").base_url(&url).build().unwrap(),
            launchdarkly: LaunchDarkly::builder("credential").base_url(&url).build().unwrap(),
            mist: Mist::builder("credential").base_url(&url).http(unlimited()).build().unwrap(),
            sailpoint: SailPoint::builder("id", "credential")
                .base_url(&url)
                .http(unlimited())
                .build()
                .unwrap(),
            _server: server,
            sent,
            answer,
        }
    }

    fn answering(&self, answer: &str) -> &Self {
        answer.clone_into(&mut self.answer.lock().unwrap());
        self.sent.store(0, Ordering::SeqCst);
        self
    }
}

macro_rules! issue {
    ($client:ident, |$raw:ident| $call:expr) => {
        |world: &World| {
            Box::pin(async move {
                let $raw = world.$client.raw();
                let issued = $call.await.ok()?.into_inner();
                Some((issued.id, issued.secret.expose().to_owned(), issued.details.is_ok()))
            })
        }
    };
}

/// In the order of [`all`].
const CALLS: [Call; 6] = [
    issue!(mist, |raw| raw.create_org_api_token("org", &mist::types::OrgApiTokenInput::new("ci"))),
    issue!(mist, |raw| raw.create_api_token(&Default::default())),
    issue!(sailpoint, |raw| raw
        .create_personal_access_token(&sailpoint::types::CreatePersonalAccessTokenRequest::new("ci"))),
    issue!(sailpoint, |raw| raw.create_oauth_client(&client_request())),
    issue!(launchdarkly, |raw| raw.post_token(&Default::default())),
    issue!(launchdarkly, |raw| raw
        .post_relay_auto_config(&launchdarkly::types::RelayAutoConfigPost::new("ci", vec![]))),
];

fn client_request() -> sailpoint::types::CreateOauthClientRequest {
    let access = sailpoint::types::AccessType::Offline;
    sailpoint::types::CreateOauthClientRequest::new(3600, access, None, true, None, None)
}

/// What the trait says of an answer.
fn by_trait(issuing: &Issuing, answer: &str) -> Issued {
    let issued = (issuing.read)(answer.as_bytes().to_vec()).ok()?;
    let secret = issued.secret.expose_secret().to_owned();
    Some((Some(issued.token.id.to_string()), secret, issued.drift.is_none()))
}

#[tokio::test]
async fn the_generated_path_recovers_what_the_trait_recovers() {
    const CHANGES: usize = 300;

    let world = World::new().await;
    for (issuing, call) in all().iter().zip(CALLS) {
        let (id, secret) = essentials(issuing);
        let mut rng = fastrand::Rng::with_seed(7);
        let mut drifted = 0;
        for _ in 0..CHANGES {
            let answer = mutated(issuing, &mut rng);
            let by_raw = call(world.answering(&answer)).await.unwrap();
            assert_eq!((by_raw.0.as_ref(), &by_raw.1), (Some(&id), &secret), "{answer}");
            drifted += usize::from(!by_raw.2);
            assert_eq!(by_trait(issuing, &answer), Some(by_raw), "{answer}");
            assert_eq!(world.sent.load(Ordering::SeqCst), 1);
        }
        assert!(drifted > 0 && drifted < CHANGES, "{}: {drifted}", issuing.name);
    }
}

#[tokio::test]
async fn the_generated_path_gives_a_secret_as_soon_as_it_is_there() {
    const STEP: usize = 3;

    let world = World::new().await;
    for (issuing, call) in all().iter().zip(CALLS) {
        let (_, secret) = essentials(issuing);
        let end_of_secret = issuing.sample.find(&secret).unwrap() + secret.len() + 1;
        for cut in (0..issuing.sample.len()).step_by(STEP) {
            let issued = call(world.answering(&issuing.sample[..cut])).await;
            let issued = issued.map(|(_, secret, _)| secret);
            let expected = (cut >= end_of_secret).then(|| secret.clone());
            assert_eq!(issued, expected, "{} {cut}", issuing.name);
        }
    }
}

/// More calls than a vendor would take.
fn unlimited() -> tokenward_http::HttpOptions {
    tokenward_http::HttpOptions::default().with_rate(tokenward_http::RateOptions::off())
}

#[tokio::test]
async fn every_secret_of_an_exchange_arrives() {
    let answer = json!({"refresh_token": "SECRET-2", "access_token": "SECRET-1", "expires_in": "soon"});
    let server = answering(200, "application/json", answer.to_string()).await;
    let client = SailPoint::builder("id", "credential").base_url(server.uri()).build().unwrap();
    let body = sailpoint::types::CreateOauthTokenBody::new(
        "id",
        sailpoint::types::CreateOauthTokenBodyGrantType::RefreshToken,
    );
    let issued = client.raw().create_oauth_token(&body).await.unwrap().into_inner();
    assert_eq!(issued.secret.expose(), "SECRET-1");
    let others: Vec<_> = issued.others.iter().map(|(name, secret)| (*name, secret.expose())).collect();
    assert_eq!(others, [("refresh_token", "SECRET-2")]);
    assert_eq!(issued.details.unwrap_err().path, "expires_in");
}

/// A list of a thousand and one, seven of them spoilt in seven ways.
fn spoilt(item: &Value) -> Vec<Value> {
    let id = if item.get("_id").is_some() { "_id" } else { "id" };
    let mut items: Vec<Value> = (0..1001)
        .map(|number| {
            let mut item = item.clone();
            item[id] = format!("id-{number}").into();
            item
        })
        .collect();
    items[0] = json!(null);
    items[1] = json!("SECRET-text");
    items[2] = json!([1, 2]);
    items[3][id] = json!({"of": "tomorrow"});
    items[4].as_object_mut().unwrap().remove(id);
    items[5] = json!(true);
    for name in ["name", "label"] {
        if items[6].get(name).is_some() {
            items[6][name] = json!({"of": "tomorrow"});
        }
    }
    items
}

#[tokio::test]
async fn seven_bad_items_of_a_thousand_and_one_cost_seven_in_every_generated_list() {
    let world = World::new().await;
    macro_rules! list {
        ($sample:literal, $at:literal, $client:ident, |$raw:ident| $call:expr, $items:expr) => {{
            let mut answer: Value = serde_json::from_str(sample!($sample)).unwrap();
            let list = answer.pointer_mut($at).unwrap();
            *list = spoilt(&list[0]).into();
            let $raw = world.answering(&answer.to_string()).$client.raw();
            let answer = $call.await.unwrap().into_inner();
            let items = $items(answer);
            let positions: Vec<_> = items.bad().map(|bad| bad.position()).collect();
            // A record without an id is bad where the vendor promises one.
            let with_promised_id = [0, 1, 2, 3, 4, 5, 6];
            let without = [0, 1, 2, 3, 5, 6];
            let expected = if $sample.starts_with("mist") { &without[..] } else { &with_promised_id[..] };
            assert_eq!(positions, expected, $sample);
            assert_eq!(items.good().count(), 1001 - expected.len());
            let shown = format!("{items:?} {}", serde_json::to_string(&items).unwrap());
            assert!(!shown.contains("SECRET"), $sample);
            assert!(items.bad().last().unwrap().record().is_some());
            assert_eq!(items.strict().unwrap_err().position(), 0);
        }};
    }
    fn itself<T>(items: T) -> T {
        items
    }

    list!("mist.list_org_api_tokens", "", mist, |raw| raw.list_org_api_tokens("org"), itself);
    list!("mist.list_api_tokens", "", mist, |raw| raw.list_api_tokens(), itself);
    list!(
        "sailpoint.list_personal_access_tokens",
        "",
        sailpoint,
        |raw| raw.list_personal_access_tokens(&Default::default()),
        itself
    );
    list!(
        "sailpoint.list_oauth_clients",
        "",
        sailpoint,
        |raw| raw.list_oauth_clients(&Default::default()),
        itself
    );
    list!(
        "launchdarkly.get_tokens",
        "/items",
        launchdarkly,
        |raw| raw.get_tokens(&Default::default()),
        |answer: launchdarkly::types::Tokens| answer.items.unwrap()
    );
    list!(
        "launchdarkly.get_relay_proxy_configs",
        "/items",
        launchdarkly,
        |raw| raw.get_relay_proxy_configs(),
        |answer: launchdarkly::types::RelayAutoConfigCollectionRep| answer.items.unwrap()
    );
    list!("atlassian.list_user_api_tokens", "", atlassian, |raw| raw.list_user_api_tokens("account"), itself);
    list!(
        "atlassian.list_org_api_tokens",
        "/data",
        atlassian,
        |raw| raw.list_org_api_tokens("org", &Default::default()),
        |answer: atlassian::types::ApiTokenSearchResponse| answer.data.unwrap()
    );
    list!(
        "atlassian.list_org_api_keys",
        "/data",
        atlassian,
        |raw| raw.list_org_api_keys("org", &Default::default()),
        |answer: atlassian::types::ApiKeySearchResponse| answer.data.unwrap()
    );
}
