//! How the simulated Atlassian finds out who calls what.

use http::Method;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{access, state::State, users};
use crate::{
    Request, Response,
    shared::{Refusal, allow},
};

/// An error is an answer too.
pub(super) type Answer = Result<Response, Refusal>;

/// A request whose sender is known.
pub(super) struct Call<'a> {
    pub(super) request: &'a Request,
    pub(super) caller: usize,
    pub(super) now: Timestamp,
}

pub(super) fn refused(status: u16, key: &str) -> Refusal {
    Box::new(Response::json(status, &json!({ "key": key })))
}

/// What is wrong with a field of the request.
pub(super) fn bad_field(field: &str, violation: &str) -> Refusal {
    let violations: Value = json!([{ "field": field, "violations": [{ "key": violation }] }]);
    let body = json!({ "key": "fieldConstraintsViolated", "context": { "fieldViolations": violations } });
    Box::new(Response::json(400, &body))
}

pub(super) fn answer(state: &mut State, now: Timestamp, request: &Request) -> Response {
    let key = request.credential("Bearer").unwrap_or_default().to_owned();
    let caller = state.caller(&key, now);
    let calls = state.calls.count(key, now);
    let response = match caller {
        _ if calls > state.rate_limit => Response::new(429),
        None => *refused(401, "unauthorized"),
        Some(caller) => {
            state.keys[caller].last_active = Some(now);
            called(state, &Call { request, caller, now }).unwrap_or_else(|refusal| *refusal)
        }
    };
    let reset = format!("{:.0}", state.calls.reset(now));
    response
        .with_header("x-ratelimit-limit", &state.rate_limit.to_string())
        .with_header("x-ratelimit-remaining", &state.rate_limit.saturating_sub(calls).to_string())
        .with_header("x-ratelimit-reset", &reset)
}

fn called(state: &mut State, call: &Call<'_>) -> Answer {
    let segments = call.request.segments();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["users", account_id, "manage", "api-tokens", rest @ ..] => {
            users::answer(state, call, account_id, rest)
        }
        ["admin", "api-access", "v1", "orgs", org_id, rest @ ..] => access::answer(state, call, org_id, rest),
        _ => Err(refused(404, "notFound")),
    }
}

pub(super) fn no_such_method(methods: &[Method]) -> Refusal {
    Box::new(refused(405, "methodNotAllowed").with_header("allow", &allow(methods)))
}
