//! Relay Proxy configurations.

use http::Method;
use serde_json::{Value, json};

use super::{
    answer::{Answer, Call, denied, no_such_method, not_found},
    roles::check_policy,
    state::{Key, Relay, State},
    tokens::{invalid, old_until, refused},
};
use crate::{Response, patch, shared::Refusal};

pub(super) fn answer(state: &mut State, call: &Call<'_>, path: &[&str]) -> Answer {
    let methods: &[Method] = match path {
        [] => &[Method::GET, Method::POST],
        [_] => &[Method::GET, Method::PATCH, Method::DELETE],
        [_, "reset"] => &[Method::POST],
        _ => return Err(not_found()),
    };
    if !methods.contains(&call.method) {
        return Err(no_such_method(call, methods));
    }
    if call.method != Method::GET && !state.tokens[call.caller].rights.is_role("admin") {
        return Err(denied(state));
    }
    let [id, reset @ ..] = path else {
        return if call.method == Method::GET { Ok(list(state)) } else { create(state, call) };
    };
    let index = find(state, id)?;
    if !reset.is_empty() {
        let old_until = old_until(call)?;
        let value = state.issue("rel-");
        let relay = &mut state.relays[index];
        relay.key.replace(value, old_until);
        relay.modified = call.now;
        return Ok(Response::json(200, &whole_record(relay)));
    }
    match call.method {
        Method::PATCH => change(state, call, index),
        Method::DELETE => {
            state.relays.remove(index);
            Ok(Response::new(204))
        }
        _ => Ok(Response::json(200, &record(&state.relays[index]))),
    }
}

fn list(state: &State) -> Response {
    let items: Vec<Value> = state.relays.iter().map(record).collect();
    Response::json(200, &json!({ "items": items }))
}

fn create(state: &mut State, call: &Call<'_>) -> Answer {
    let body = call.request.json().ok_or_else(|| invalid("the body is no JSON"))?;
    let (name, policy) = read(&body)?;
    let relay = Relay {
        id: state.mint.hex(24),
        name,
        policy,
        creator: state.tokens[call.caller].member,
        key: Key::new(state.issue("rel-")),
        created: call.now,
        modified: call.now,
    };
    let record = whole_record(&relay);
    state.relays.push(relay);
    Ok(Response::json(201, &record))
}

fn change(state: &mut State, call: &Call<'_>, index: usize) -> Answer {
    let body = call.request.json().ok_or_else(|| invalid("the body is no JSON"))?;
    let operations = patch::read(&body["patch"], &["name", "policy"]).map_err(refused)?;
    let relay = &mut state.relays[index];
    let before = json!({ "name": relay.name, "policy": relay.policy });
    let changed = patch::apply(&before, &operations).map_err(refused)?;
    (relay.name, relay.policy) = read(&changed)?;
    relay.modified = call.now;
    Ok(Response::json(200, &record(relay)))
}

fn read(record: &Value) -> Result<(String, Value), Refusal> {
    let name = record["name"].as_str().ok_or_else(|| invalid("name has to be given"))?;
    check_policy(&record["policy"])?;
    Ok((name.to_owned(), record["policy"].clone()))
}

fn find(state: &State, id: &str) -> Result<usize, Refusal> {
    state.relays.iter().position(|relay| relay.id == id).ok_or_else(not_found)
}

fn record(relay: &Relay) -> Value {
    json!({
        "_id": relay.id,
        "_creator": relay.creator.summary(),
        "name": relay.name,
        "policy": relay.policy,
        "displayKey": relay.key.last_four(),
        "creationDate": relay.created.as_millisecond(),
        "lastModified": relay.modified.as_millisecond(),
    })
}

fn whole_record(relay: &Relay) -> Value {
    let mut record = record(relay);
    record["fullKey"] = json!(relay.key.value);
    record
}
