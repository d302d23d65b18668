//! OAuth clients.

use http::Method;
use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, Call, Refusal, no_such_method, refused},
    paging,
    pats::{filter, why},
    state::{ALL_SCOPES, Client, State, date},
};
use crate::{Response, patch, reading::texts};

const READ: &str = "sp:oauth-client:read";
const MANAGE: &str = "sp:oauth-client:manage";

const CHANGEABLE: [&str; 13] = [
    "accessTokenValiditySeconds",
    "accessType",
    "businessName",
    "claimsSupported",
    "description",
    "enabled",
    "grantTypes",
    "homepageUrl",
    "name",
    "redirectUris",
    "refreshTokenValiditySeconds",
    "scope",
    "strongAuthSupported",
];

pub(super) fn answer(state: &mut State, call: &Call<'_>, path: &[&str]) -> Answer {
    let method = &call.request.method;
    match path {
        [] => {
            call.user()?;
            match *method {
                Method::GET => list(state, call),
                Method::POST => create(state, call),
                _ => Err(no_such_method(method, &[Method::GET, Method::POST])),
            }
        }
        [id] if *method == Method::GET => {
            call.needs_right(&[READ, MANAGE])?;
            Ok(Response::json(200, &shown(&state.clients[find(state, id)?])))
        }
        [id] => {
            call.user()?;
            match *method {
                Method::PATCH => change(state, call, id),
                Method::DELETE => {
                    call.needs_right(&[MANAGE])?;
                    let index = find(state, id)?;
                    state.clients.remove(index);
                    Ok(Response::new(204))
                }
                _ => Err(no_such_method(method, &[Method::GET, Method::PATCH, Method::DELETE])),
            }
        }
        _ => Err(refused(404, "there is nothing here")),
    }
}

fn list(state: &State, call: &Call<'_>) -> Answer {
    call.needs_right(&[READ, MANAGE])?;
    let filter = filter(call)?;
    let clients: Vec<&Client> =
        state.clients.iter().filter(|client| filter.lets_through(client.last_used)).collect();
    paging::answer(state.paging, call, &clients, |client| shown(client))
}

fn create(state: &mut State, call: &Call<'_>) -> Answer {
    call.needs_right(&[MANAGE])?;
    let mut given = call.request.json_object().ok_or_else(|| refused(400, "the body is no JSON object"))?;
    let created = date(call.now);
    let mut record = Map::new();
    for (name, default) in [
        ("businessName", Value::Null),
        ("homepageUrl", Value::Null),
        ("refreshTokenValiditySeconds", json!(86_400)),
        ("redirectUris", Value::Null),
        ("type", json!("CONFIDENTIAL")),
        ("internal", json!(false)),
        ("strongAuthSupported", json!(false)),
        ("claimsSupported", json!(false)),
        ("scope", json!([ALL_SCOPES])),
    ] {
        let value = given.remove(name).filter(|value| !value.is_null()).unwrap_or(default);
        record.insert(name.to_owned(), value);
    }
    for name in ["name", "description", "accessTokenValiditySeconds", "grantTypes", "accessType", "enabled"] {
        record.insert(name.to_owned(), given.remove(name).unwrap_or_default());
    }
    check(&record)?;
    let (id, secret) = (state.mint.hex(32), state.issue());
    record.insert("id".to_owned(), json!(id));
    record.insert("created".to_owned(), json!(created));
    record.insert("modified".to_owned(), json!(created));
    let mut answered = Value::Object(record.clone());
    answered["secret"] = json!(secret);
    if !state.nulls {
        // The published schema requires these, and none of them may be null.
        for (name, empty) in
            [("businessName", json!("")), ("homepageUrl", json!("")), ("redirectUris", json!([]))]
        {
            if answered[name].is_null() {
                answered[name] = empty;
            }
        }
    }
    record.insert("metadata".to_owned(), Value::Null);
    state.clients.push(Client { id, secret, record, last_used: None });
    Ok(Response::json(200, &answered))
}

fn change(state: &mut State, call: &Call<'_>, id: &str) -> Answer {
    if !call.request.is_announced_as("application/json-patch+json") {
        return Err(refused(415, "a patch is sent as application/json-patch+json"));
    }
    call.needs_right(&[MANAGE])?;
    let index = find(state, id)?;
    let body = call.request.json().ok_or_else(|| refused(400, "the body is no JSON"))?;
    let operations = patch::read(&body, &CHANGEABLE).map_err(why)?;
    let client = &mut state.clients[index];
    let changed = patch::apply(&Value::Object(client.record.clone()), &operations).map_err(why)?;
    if let Value::Object(mut record) = changed {
        check(&record)?;
        record.insert("modified".to_owned(), json!(date(call.now)));
        client.record = record;
    }
    Ok(Response::json(200, &shown(client)))
}

/// What has to be given, in the types it has to have.
fn check(record: &Map<String, Value>) -> Result<(), Refusal> {
    let text = |name: &str| record.get(name).is_some_and(Value::is_string);
    let known = |name: &str, values: &[&str]| {
        record.get(name).and_then(Value::as_str).is_some_and(|value| values.contains(&value))
    };
    let grants = record.get("grantTypes").and_then(texts).is_some_and(|grants| {
        let known = ["CLIENT_CREDENTIALS", "AUTHORIZATION_CODE", "REFRESH_TOKEN"];
        !grants.is_empty() && grants.iter().all(|grant| known.contains(&grant.as_str()))
    });
    let whole = |name: &str| record.get(name).is_some_and(Value::is_u64);
    if !text("name") || !text("description") {
        return Err(refused(400, "name and description have to be given"));
    }
    if !whole("accessTokenValiditySeconds") || !whole("refreshTokenValiditySeconds") {
        return Err(refused(400, "accessTokenValiditySeconds has to be given as a number"));
    }
    if !grants || !known("accessType", &["ONLINE", "OFFLINE"]) || !known("type", &["CONFIDENTIAL", "PUBLIC"])
    {
        return Err(refused(400, "grantTypes and accessType have to be given, and known"));
    }
    if !record.get("enabled").is_some_and(Value::is_boolean) {
        return Err(refused(400, "enabled has to be given"));
    }
    if record.get("scope").is_some_and(|scope| texts(scope).is_none()) {
        return Err(refused(400, "scope has to be a list of strings"));
    }
    Ok(())
}

fn find(state: &State, id: &str) -> Result<usize, Refusal> {
    state
        .clients
        .iter()
        .position(|client| client.id == id)
        .ok_or_else(|| refused(404, "there is no such client"))
}

/// The record as it is shown after its creation: the secret is null.
fn shown(client: &Client) -> Value {
    let mut record = Value::Object(client.record.clone());
    record["secret"] = Value::Null;
    record["lastUsed"] = json!(client.last_used.map(date));
    record
}
