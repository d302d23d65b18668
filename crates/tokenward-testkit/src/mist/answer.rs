//! How the simulated Mist answers.

use http::Method;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    Mist, no_such_method, privileges,
    state::{Caller, OrgToken, State, UserToken},
};
use crate::{
    Request, Response,
    reading::{optional_text, texts},
    shared::Refusal,
};

/// An error is an answer too.
pub(super) type Answer = Result<Response, Refusal>;

const MOST_SRC_IPS: usize = 10;

/// The methods of a list of tokens, and of one token.
const OF_A_LIST: [Method; 2] = [Method::GET, Method::POST];
const OF_ONE: [Method; 3] = [Method::GET, Method::PUT, Method::DELETE];

pub(super) fn refused(status: u16, detail: &str) -> Refusal {
    Box::new(Response::json(status, &json!({ "detail": detail })))
}

pub(super) fn answer(state: &mut State, now: Timestamp, request: &Request) -> Answer {
    state.remove_unused(now);
    let segments = request.segments();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    if !matches!(path.as_slice(), ["api", "v1", ..]) {
        return Err(nowhere());
    }
    let key = request.credential("Token").ok_or_else(|| refused(401, "no token was given"))?;
    let caller = state.caller(key).ok_or_else(|| refused(401, "the token is not valid"))?;
    let counted = state.counted(caller);
    let calls = state.calls.count(counted, now);
    if calls > state.hourly_limit {
        let detail = format!("more than {} calls in this hour", state.hourly_limit);
        let wait = state.calls.seconds_left(now).to_string();
        return Err(Box::new(refused(429, &detail).with_header("retry-after", &wait)));
    }
    state.use_token(caller, now);
    match &path[2..] {
        ["self"] => only_get(request, || who(state, caller)),
        ["self", "usage"] => {
            let usage = json!({ "requests": calls, "request_limit": state.hourly_limit });
            only_get(request, || Response::json(200, &usage))
        }
        ["self", "apitokens"] => users(state, caller, now, request),
        ["self", "apitokens", id] => users_one(state, caller, id, request),
        ["orgs", org_id, "apitokens"] => orgs(state, caller, org_id, now, request),
        ["orgs", org_id, "apitokens", id] => orgs_one(state, caller, org_id, id, request),
        _ => Err(nowhere()),
    }
}

fn only_get(request: &Request, answer: impl FnOnce() -> Response) -> Answer {
    match request.method {
        Method::GET => Ok(answer()),
        _ => Err(no_such_method(&request.method, &[Method::GET])),
    }
}

fn who(state: &State, caller: Caller) -> Response {
    let body = match caller {
        Caller::Org(index) => {
            let token = &state.org_tokens[index];
            json!({ "name": token.name, "privileges": token.privileges })
        }
        Caller::User(_) => json!({
            "admin_id": Mist::ADMIN_ID,
            "email": Mist::USER_EMAIL,
            "first_name": "Ada",
            "last_name": "Admin",
            "privileges": [{
                "scope": "org", "org_id": Mist::ORG_ID, "org_name": "Example", "name": "Example", "role": "admin",
            }],
        }),
    };
    Response::json(200, &body)
}

fn orgs(state: &mut State, caller: Caller, org_id: &str, now: Timestamp, request: &Request) -> Answer {
    admit(state, caller, org_id, request, &OF_A_LIST)?;
    match request.method {
        Method::GET => {
            let tokens = state.org_tokens.iter().filter(|token| token.org_id == org_id);
            let records: Vec<Value> = tokens.map(|token| state.org_token_record(token)).collect();
            Ok(Response::json(200, &json!(records)))
        }
        Method::POST => create(state, caller, org_id, now, request),
        _ => Err(no_such_method(&request.method, &OF_A_LIST)),
    }
}

fn create(state: &mut State, caller: Caller, org_id: &str, now: Timestamp, request: &Request) -> Answer {
    let body = object(request)?;
    let name = required_name(&body)?;
    let privileges =
        privileges::read(body.get("privileges"), org_id).map_err(|reason| refused(400, reason))?;
    let src_ips = src_ips(&body)?.unwrap_or_default();
    let created_by = match caller {
        Caller::Org(_) => None,
        Caller::User(_) => Some(Mist::USER_EMAIL.to_owned()),
    };
    let token = OrgToken {
        id: state.mint.uuid(),
        org_id: org_id.to_owned(),
        name,
        key: state.issue(),
        created_by,
        created: now,
        last_used: None,
        privileges,
        src_ips,
    };
    let mut record = state.org_token_record(&token);
    record["key"] = json!(token.key);
    if let Some(record) = record.as_object_mut() {
        record.remove("privileges");
    }
    state.org_tokens.push(token);
    Ok(Response::json(200, &record))
}

fn orgs_one(state: &mut State, caller: Caller, org_id: &str, id: &str, request: &Request) -> Answer {
    admit(state, caller, org_id, request, &OF_ONE)?;
    let found = state.org_tokens.iter().position(|token| token.org_id == org_id && token.id == id);
    let index = found.ok_or_else(|| unknown(id))?;
    match request.method {
        Method::GET => Ok(Response::json(200, &state.org_token_record(&state.org_tokens[index]))),
        Method::PUT => {
            let body = object(request)?;
            let name = required_name(&body)?;
            let privileges =
                privileges::read(body.get("privileges"), org_id).map_err(|reason| refused(400, reason))?;
            let token = &mut state.org_tokens[index];
            if src_ips(&body)?.is_some_and(|src_ips| src_ips != token.src_ips) {
                return Err(refused(400, "src_ips are fixed at creation"));
            }
            token.name = name;
            token.privileges = privileges;
            Ok(Response::new(200))
        }
        Method::DELETE => {
            state.org_tokens.remove(index);
            Ok(Response::new(200))
        }
        _ => Err(no_such_method(&request.method, &OF_ONE)),
    }
}

/// Lets a caller into its own organization, and an administrator change it.
fn admit(
    state: &State,
    caller: Caller,
    org_id: &str,
    request: &Request,
    methods: &[Method],
) -> Result<(), Refusal> {
    if !state.belongs_to(caller, org_id) {
        return Err(refused(403, "the token is not for this organization"));
    }
    if !methods.contains(&request.method) {
        return Err(no_such_method(&request.method, methods));
    }
    if request.method != Method::GET && !state.administers(caller) {
        return Err(refused(403, "the token's role does not allow that"));
    }
    Ok(())
}

fn users(state: &mut State, caller: Caller, now: Timestamp, request: &Request) -> Answer {
    of_a_user(caller)?;
    match request.method {
        Method::GET => {
            let tokens = state.user_tokens.iter();
            let records: Vec<Value> = tokens.map(|token| state.user_token_record(token)).collect();
            Ok(Response::json(200, &json!(records)))
        }
        Method::POST => {
            if state.single_sign_on {
                return Err(refused(403, "who signs in by single sign-on has no tokens"));
            }
            let name = optional_name(&object(request)?)?;
            let (id, key) = (state.mint.uuid(), state.issue());
            let token = UserToken { id, name, key, created: now, last_used: None };
            let mut record = state.user_token_record(&token);
            record["key"] = json!(token.key);
            state.user_tokens.push(token);
            Ok(Response::json(200, &json!([record])))
        }
        _ => Err(no_such_method(&request.method, &OF_A_LIST)),
    }
}

fn users_one(state: &mut State, caller: Caller, id: &str, request: &Request) -> Answer {
    of_a_user(caller)?;
    let found = state.user_tokens.iter().position(|token| token.id == id);
    let index = found.ok_or_else(|| unknown(id))?;
    match request.method {
        Method::GET => Ok(Response::json(200, &state.user_token_record(&state.user_tokens[index]))),
        Method::PUT => {
            state.user_tokens[index].name = optional_name(&object(request)?)?;
            Ok(Response::json(200, &state.user_token_record(&state.user_tokens[index])))
        }
        Method::DELETE => {
            state.user_tokens.remove(index);
            Ok(Response::new(200))
        }
        _ => Err(no_such_method(&request.method, &OF_ONE)),
    }
}

fn of_a_user(caller: Caller) -> Result<(), Refusal> {
    match caller {
        Caller::User(_) => Ok(()),
        Caller::Org(_) => Err(refused(403, "a token of an organization has no tokens of its own")),
    }
}

/// The document requires no body; without one it is an empty object.
fn object(request: &Request) -> Result<Map<String, Value>, Refusal> {
    if request.body.is_empty() {
        return Ok(Map::new());
    }
    request.json_object().ok_or_else(|| refused(400, "the body is no JSON object"))
}

fn required_name(body: &Map<String, Value>) -> Result<String, Refusal> {
    optional_name(body)?.filter(|name| !name.is_empty()).ok_or_else(|| refused(400, "name has to be given"))
}

fn optional_name(body: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    optional_text(body, "name").map_err(|()| refused(400, "name has to be a string"))
}

fn src_ips(body: &Map<String, Value>) -> Result<Option<Vec<String>>, Refusal> {
    let Some(given) = body.get("src_ips").filter(|given| !given.is_null()) else {
        return Ok(None);
    };
    let src_ips = texts(given).ok_or_else(|| refused(400, "src_ips have to be a list of strings"))?;
    if src_ips.len() > MOST_SRC_IPS {
        return Err(refused(400, "src_ips have to be 10 at most"));
    }
    Ok(Some(src_ips))
}

fn nowhere() -> Refusal {
    refused(404, "there is nothing here")
}

/// The document gives this one a shape of its own.
fn unknown(id: &str) -> Refusal {
    Box::new(Response::json(404, &json!({ "id": id })))
}
