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
    if call.method != Method::GET && !state.tokens[call.caller].rights.is_role("admin") {
        return Err(denied(state));
    }
    match path {
        [] => match call.method {
            Method::GET => {
                let items: Vec<Value> = state.relays.iter().map(record).collect();
                Ok(Response::json(200, &json!({ "items": items })))
            }
            Method::POST => create(state, call),
            _ => Err(no_such_method(call)),
        },
        [id] => {
            let index = find(state, id)?;
            match call.method {
                Method::GET => Ok(Response::json(200, &record(&state.relays[index]))),
                Method::PATCH => change(state, call, index),
                Method::DELETE => {
                    state.relays.remove(index);
                    Ok(Response::new(204))
                }
                _ => Err(no_such_method(call)),
            }
        }
        [id, "reset"] if call.method == Method::POST => {
            let index = find(state, id)?;
            let old_until = old_until(call)?;
            let value = state.issue("rel-");
            let relay = &mut state.relays[index];
            relay.key.replace(value, old_until);
            relay.modified = call.now;
            Ok(Response::json(200, &whole_record(relay)))
        }
        [_, "reset"] => Err(no_such_method(call)),
        _ => Err(not_found()),
    }
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
