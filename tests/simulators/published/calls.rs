//! Requests that make each simulator give every kind of answer. They are written by hand, so no client limits them.

use std::cell::RefCell;

use serde_json::{Value, json};
use tokenward_testkit::{
    Atlassian, Clock, LaunchDarkly, Method, Mist, Request, Response, SailPoint, SailPointPaging, Simulated,
};

use super::Exchange;

/// A simulator and its recorded exchanges.
struct Caller<V> {
    vendor: V,
    exchanges: RefCell<Vec<Exchange>>,
}

impl<V: Simulated> Caller<V> {
    fn new(make: fn(Clock) -> V) -> Self {
        // A fraction shows which times are whole seconds.
        let clock = Clock::starting_at("2026-11-02T09:15:00.123Z".parse().unwrap());
        Self { vendor: make(clock), exchanges: RefCell::default() }
    }

    fn send(&self, request: Request) -> Response {
        let response = self.vendor.respond(&request);
        self.exchanges.borrow_mut().push((request, response.clone()));
        response
    }

    /// Sends a request with this `Authorization`, and returns the JSON of the answer.
    fn call(&self, authorization: &str, method: Method, target: &str, body: Option<Value>) -> Value {
        let mut request = Request::new(method, target).with_header("authorization", authorization);
        if let Some(body) = body {
            request = request.with_json(&body);
        }
        self.send(request).body_json()
    }

    fn patch(&self, authorization: &str, target: &str, patch: &Value) -> Value {
        let request = Request::new(Method::PATCH, target)
            .with_header("authorization", authorization)
            .with_body("application/json-patch+json", patch.to_string());
        self.send(request).body_json()
    }

    fn exchanges(self) -> Vec<Exchange> {
        self.exchanges.into_inner()
    }
}

fn replace(path: &str, value: impl Into<Value>) -> Value {
    json!({ "op": "replace", "path": path, "value": value.into() })
}

pub(super) fn atlassian() -> Vec<Exchange> {
    let caller = Caller::new(Atlassian::new);
    let (admin, scoped) =
        (format!("Bearer {}", Atlassian::ADMIN_KEY), format!("Bearer {}", Atlassian::SCOPED_KEY));
    let list = |account: &str| format!("/users/{account}/manage/api-tokens");
    let own = list(Atlassian::ACCOUNT_ID);
    let id = caller.vendor.add_user_token(Atlassian::ACCOUNT_ID, "used", Some(30));
    caller.vendor.use_user_token(&id);
    for (key, account) in [
        (&*admin, Atlassian::ACCOUNT_ID),
        (&admin, "unknown"),
        (&admin, "%20"),
        (&scoped, Atlassian::ACCOUNT_ID),
        ("", "a"),
    ] {
        caller.call(key, Method::GET, &list(account), None);
    }
    for (key, id) in [(&*admin, &*id), (&admin, &id), (&scoped, "any"), ("", "any")] {
        caller.call(key, Method::DELETE, &format!("{own}/{id}"), None);
    }
    caller.call(&admin, Method::DELETE, &format!("{}/any", list("%20")), None);
    caller.vendor.rate_limit(0);
    caller.call(&admin, Method::GET, &own, None);
    caller.exchanges()
}

pub(super) fn mist() -> Vec<Exchange> {
    let caller = Caller::new(Mist::new);
    let key = |key: &str| format!("Token {key}");
    let (user, admin, reader) = (&*key(Mist::USER_KEY), &*key(Mist::ORG_KEY), &*key(Mist::READER_KEY));
    let orgs = &*format!("/api/v1/orgs/{}/apitokens", Mist::ORG_ID);
    let own = "/api/v1/self/apitokens";
    let everything = |authorization: &str| {
        for target in ["/api/v1/self", "/api/v1/self/usage", own, orgs] {
            caller.call(authorization, Method::GET, target, None);
        }
    };
    for authorization in [user, admin, reader, "Token unknown"] {
        everything(authorization);
    }
    let site = json!({ "role": "write", "scope": "site", "site_id": "a1000000-0000-4000-8000-0000000000d1" });
    let body = json!({
        "name": "ci", "privileges": [{ "role": "read", "scope": "org" }, site], "src_ips": ["192.0.2.1"],
    });
    for (authorization, body) in [(user, &body), (admin, &body), (reader, &body), (user, &json!({}))] {
        caller.call(authorization, Method::POST, orgs, Some(body.clone()));
    }
    let id = caller.vendor.org_token_ids().pop().unwrap();
    let mut renamed = body;
    renamed["name"] = json!("renamed");
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        for (authorization, id, body) in [
            (user, "unknown", &renamed),
            ("", &id, &renamed),
            (reader, &id, &renamed),
            (user, &id, &json!({})),
            (user, &id, &renamed),
        ] {
            let body = (method == Method::PUT).then(|| body.clone());
            // Refusals first: after the deletion there is nothing to refuse.
            if method != Method::DELETE || body.is_none() {
                caller.call(authorization, method.clone(), &format!("{orgs}/{id}"), body);
            }
        }
    }
    for (authorization, body) in [
        (user, Some(json!({ "name": "ci" }))),
        (user, None),
        (user, Some(json!({ "name": 1 }))),
        (admin, None),
    ] {
        caller.call(authorization, Method::POST, own, body);
    }
    let ids = caller.vendor.user_token_ids();
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        for (authorization, id) in
            [(user, "unknown"), ("", &ids[2]), (admin, &ids[2]), (user, &ids[2]), (user, &ids[3])]
        {
            let body = (method == Method::PUT).then(|| json!({ "name": "renamed" }));
            caller.call(authorization, method.clone(), &format!("{own}/{id}"), body);
        }
    }
    caller.vendor.no_reveal(true);
    everything(user);
    caller.vendor.single_sign_on(true);
    caller.call(user, Method::POST, own, Some(json!({ "name": "ci" })));
    caller.vendor.hourly_limit(0);
    everything(user);
    caller.exchanges()
}

pub(super) fn launchdarkly() -> Vec<Exchange> {
    let caller = Caller::new(LaunchDarkly::new);
    let (admin, reader) = (LaunchDarkly::ADMIN_TOKEN, LaunchDarkly::READER_TOKEN);
    let (tokens, relays) = ("/api/v2/tokens", "/api/v2/account/relay-auto-configs");
    for authorization in [admin, reader, LaunchDarkly::SERVICE_TOKEN, "unknown"] {
        for target in
            [tokens, "/api/v2/tokens?showAll=true&limit=1&offset=1", relays, "/api/v2/caller-identity"]
        {
            caller.call(authorization, Method::GET, target, None);
        }
    }
    let older = Request::new(Method::GET, tokens).with_header("authorization", admin);
    caller.send(older.with_header("ld-api-version", "20220603"));

    let statement = json!({ "effect": "allow", "actions": ["*"], "resources": ["proj/*"] });
    for (authorization, body) in [
        (
            admin,
            json!({ "role": "writer", "name": "ci", "description": "of tests", "expiry": 4_000_000_000_000_i64 }),
        ),
        (
            admin,
            json!({ "customRoleIds": ["auditor"], "serviceToken": true, "defaultApiVersion": 20_220_603 }),
        ),
        (admin, json!({ "inlineRole": [statement] })),
        (admin, json!({ "role": "none" })),
        (reader, json!({ "role": "reader" })),
        ("unknown", json!({ "role": "reader" })),
    ] {
        caller.call(authorization, Method::POST, tokens, Some(body));
    }
    caller.vendor.account_limit(1);
    caller.call(admin, Method::POST, tokens, Some(json!({ "role": "reader" })));
    caller.call(admin, Method::GET, "/api/v2/tokens?showAll=true", None);
    caller.call(admin, Method::GET, "/api/v2/tokens?limit=x", None);

    let service = LaunchDarkly::SERVICE_TOKEN_ID;
    let each = |list: &str, id: &str, patch: &dyn Fn(Value) -> Value| {
        for (authorization, id) in [(admin, id), (admin, "unknown"), (reader, id), ("unknown", id)] {
            let one = format!("{list}/{id}");
            caller.call(authorization, Method::GET, &one, None);
            for change in [
                json!([replace("/name", "renamed")]),
                json!([replace("/_id", "other")]),
                json!([{ "op": "remove", "path": "/description" }]),
                json!([{ "op": "test", "path": "/name", "value": "another" }]),
            ] {
                caller.call(authorization, Method::PATCH, &one, Some(patch(change)));
            }
            for query in ["", "?expiry=4000000000000", "?expiry=x"] {
                caller.call(authorization, Method::POST, &format!("{one}/reset{query}"), None);
            }
        }
        for (authorization, id) in [(reader, id), ("unknown", id), (admin, id), (admin, id)] {
            caller.call(authorization, Method::DELETE, &format!("{list}/{id}"), None);
        }
    };
    each(tokens, service, &|patch| patch);
    // A token that the reader sees and may not change.
    let own = format!("{tokens}/{}", LaunchDarkly::READER_TOKEN_ID);
    caller.call(reader, Method::PATCH, &own, Some(json!([replace("/name", "renamed")])));
    caller.call(reader, Method::POST, &format!("{own}/reset"), None);
    caller.call(reader, Method::DELETE, &own, None);

    let policy = json!([{ "effect": "allow", "actions": ["*"], "resources": ["proj/*:env/*"] }]);
    for (authorization, body) in [
        (admin, json!({ "name": "ci", "policy": policy })),
        (admin, json!({ "name": "ci" })),
        (reader, json!({ "name": "ci", "policy": policy })),
        ("unknown", json!({ "name": "ci", "policy": policy })),
    ] {
        caller.call(authorization, Method::POST, relays, Some(body));
    }
    let relay = caller.vendor.relay_config_ids().pop().unwrap();
    each(relays, &relay, &|patch| json!({ "patch": patch }));

    caller.vendor.limit_global(0);
    for target in [tokens, relays, "/api/v2/caller-identity"] {
        caller.call(admin, Method::GET, target, None);
    }
    caller.exchanges()
}

const FORM: &str = "application/x-www-form-urlencoded";

fn grant(id: &str, secret: &str) -> Request {
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    Request::new(Method::POST, "/oauth/token").with_body(FORM, form)
}

fn bearer(vendor: &SailPoint, id: &str, secret: &str) -> String {
    let granted = vendor.respond(&grant(id, secret)).body_json();
    format!("Bearer {}", granted["access_token"].as_str().unwrap())
}

pub(super) fn sailpoint_bearers() -> Vec<Exchange> {
    let caller = Caller::new(SailPoint::new);
    caller.send(grant(SailPoint::CLIENT_ID, SailPoint::CLIENT_SECRET));
    caller.send(grant(SailPoint::API_CLIENT_ID, SailPoint::API_CLIENT_SECRET));
    caller.send(grant(SailPoint::CLIENT_ID, "wrong"));
    for form in ["", "grant_type=password", "grant_type=client_credentials"] {
        caller.send(Request::new(Method::POST, "/oauth/token").with_body(FORM, form));
    }
    caller.exchanges()
}

/// The calls under a prefix. Without one, the version follows the resource. The bulk update is newer than the documents,
/// so it is not called.
pub(super) fn sailpoint(prefix: &str) -> Vec<Exchange> {
    let caller = Caller::new(SailPoint::new);
    let vendor = &caller.vendor;
    let admin = &*bearer(vendor, SailPoint::CLIENT_ID, SailPoint::CLIENT_SECRET);
    let user = &*bearer(vendor, SailPoint::USER_CLIENT_ID, SailPoint::USER_CLIENT_SECRET);
    let api = &*bearer(vendor, SailPoint::API_CLIENT_ID, SailPoint::API_CLIENT_SECRET);
    let unknown = "Bearer unknown";
    let path = |resource: &str| {
        if prefix.is_empty() { format!("/{resource}/v1") } else { format!("{prefix}/{resource}") }
    };
    let (pats, clients) = (&*path("personal-access-tokens"), &*path("oauth-clients"));

    let acknowledged = json!({ "name": "never", "userAwareTokenNeverExpires": true });
    let dated = json!({
        "name": "dated", "scope": ["sp:my-personal-access-tokens:read"], "accessTokenValiditySeconds": 60,
        "expirationDate": "2027-01-01T00:00:00Z",
    });
    for (authorization, body) in [
        (admin, &dated),
        (admin, &dated),
        (admin, &acknowledged),
        (user, &dated),
        (api, &dated),
        (unknown, &dated),
        (admin, &json!({})),
    ] {
        caller.call(authorization, Method::POST, pats, Some(body.clone()));
    }
    for number in 0..10 {
        let body = json!({ "name": format!("pat {number}"), "expirationDate": "2027-01-01T00:00:00Z" });
        caller.call(admin, Method::POST, pats, Some(body));
    }
    let client = json!({
        "name": "api", "description": "d", "accessTokenValiditySeconds": 60,
        "grantTypes": ["CLIENT_CREDENTIALS"], "accessType": "OFFLINE", "enabled": true,
    });
    let mut whole = client.clone();
    whole["businessName"] = json!("Example");
    whole["homepageUrl"] = json!("https://example.com");
    whole["redirectUris"] = json!(["https://example.com/back"]);
    for (authorization, body) in
        [(admin, &client), (admin, &whole), (user, &client), (unknown, &client), (admin, &json!({}))]
    {
        caller.call(authorization, Method::POST, clients, Some(body.clone()));
    }

    for list in [pats, clients] {
        for authorization in [admin, user, api, unknown] {
            for query in ["", "?owner-id=me", "?filters=lastUsed%20isnull", "?filters=name%20eq%20a"] {
                caller.call(authorization, Method::GET, &format!("{list}{query}"), None);
            }
        }
        vendor.paging(SailPointPaging::Honored);
        caller.call(admin, Method::GET, &format!("{list}?limit=1&offset=1&count=true"), None);
        vendor.paging(SailPointPaging::Ignored);
    }

    let rename = json!([replace("/name", "renamed")]);
    let wrong = json!([replace("/id", "other")]);
    for (list, id) in [(pats, SailPoint::CLIENT_ID), (clients, SailPoint::API_CLIENT_ID)] {
        for (authorization, id) in [(admin, id), (admin, "unknown"), (user, id), (api, id), (unknown, id)] {
            let one = format!("{list}/{id}");
            for patch in [&rename, &wrong] {
                caller.patch(authorization, &one, patch);
            }
            if list == clients {
                caller.call(authorization, Method::GET, &one, None);
            }
        }
    }
    caller.call(admin, Method::PATCH, &format!("{pats}/any"), Some(rename));
    let fresh = vendor.seed_clients(1).remove(0);
    for (list, id) in [(pats, SailPoint::MANAGED_ID), (clients, &fresh)] {
        for authorization in [api, unknown, admin, admin] {
            caller.call(authorization, Method::DELETE, &format!("{list}/{id}"), None);
        }
    }
    caller.call(user, Method::DELETE, &format!("{pats}/{}", SailPoint::CLIENT_ID), None);
    vendor.rate_limit(0);
    for list in [pats, clients] {
        caller.call(admin, Method::GET, list, None);
    }
    caller.exchanges()
}
