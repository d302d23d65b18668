//! How the simulated LaunchDarkly finds out who calls what.

use http::Method;
use jiff::Timestamp;
use serde_json::json;

use super::{
    relay,
    state::{NEWEST_VERSION, State},
    tokens::{self, invalid},
};
use crate::{
    Request, Response,
    shared::{Refusal, allow},
};

/// An error is an answer too.
pub(super) type Answer = Result<Response, Refusal>;

/// A request whose sender is known.
pub(super) struct Call<'a> {
    pub(super) request: &'a Request,
    pub(super) method: Method,
    /// The place of the caller's token.
    pub(super) caller: usize,
    pub(super) version: i64,
    pub(super) now: Timestamp,
}

pub(super) fn error(status: u16, code: &str, message: &str) -> Refusal {
    Box::new(Response::json(status, &json!({ "code": code, "message": message })))
}

pub(super) fn answer(state: &mut State, now: Timestamp, request: &Request) -> Response {
    let segments = request.segments();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    let method = overridden(request);
    let caller = request.header("authorization").and_then(|value| state.caller(value, now));
    let token = caller.map(|caller| state.tokens[caller].id.clone());
    let left = state.limits.count(route(&method, &path), token.as_deref(), now);
    let response = if left.exceeded {
        *error(429, "rate_limited", "too many calls in this window")
    } else {
        let answer = match caller {
            None => Err(error(401, "unauthorized", "the access token is not valid")),
            Some(caller) => called(state, Call { request, method, caller, version: 0, now }, &path),
        };
        answer.unwrap_or_else(|refusal| *refusal)
    };
    left.tell(response)
}

/// For clients behind something that lets only GET and POST through.
fn overridden(request: &Request) -> Method {
    let named = request.header("x-http-method-override").filter(|_| request.method == Method::POST);
    named.and_then(|named| named.parse().ok()).unwrap_or_else(|| request.method.clone())
}

/// Ids are no part of a route.
fn route(method: &Method, path: &[&str]) -> String {
    let template: Vec<&str> = match path {
        ["api", "v2", "tokens", _, rest @ ..] => {
            ["tokens", "{id}"].into_iter().chain(rest.iter().copied()).collect()
        }
        ["api", "v2", "account", relays, _, rest @ ..] => {
            [*relays, "{id}"].into_iter().chain(rest.iter().copied()).collect()
        }
        path => path.to_vec(),
    };
    format!("{method} {}", template.join("/"))
}

fn called(state: &mut State, call: Call<'_>, path: &[&str]) -> Answer {
    let version = version(state, &call)?;
    let call = Call { version, ..call };
    state.tokens[call.caller].last_used = Some(call.now);
    match path {
        ["api", "v2", "tokens"] => match call.method {
            Method::GET => tokens::list(state, &call),
            Method::POST => tokens::create(state, &call),
            _ => Err(no_such_method(&call, &[Method::GET, Method::POST])),
        },
        ["api", "v2", "tokens", id] => match call.method {
            Method::GET => tokens::get(state, &call, id),
            Method::PATCH => tokens::patch(state, &call, id),
            Method::DELETE => tokens::delete(state, &call, id),
            _ => Err(no_such_method(&call, &[Method::GET, Method::PATCH, Method::DELETE])),
        },
        ["api", "v2", "tokens", id, "reset"] => match call.method {
            Method::POST => tokens::reset(state, &call, id),
            _ => Err(no_such_method(&call, &[Method::POST])),
        },
        ["api", "v2", "account", "relay-auto-configs", rest @ ..] => relay::answer(state, &call, rest),
        ["api", "v2", "caller-identity"] => match call.method {
            Method::GET => Ok(who(state, &call)),
            _ => Err(no_such_method(&call, &[Method::GET])),
        },
        _ => Err(not_found()),
    }
}

fn version(state: &State, call: &Call<'_>) -> Result<i64, Refusal> {
    match call.request.header("ld-api-version") {
        None => Ok(state.tokens[call.caller].default_version),
        Some("beta") => Ok(NEWEST_VERSION),
        Some(asked) => match asked.parse() {
            Ok(version @ 20_160_426..=NEWEST_VERSION) => Ok(version),
            _ => Err(invalid("LD-API-Version is none that is known")),
        },
    }
}

fn who(state: &State, call: &Call<'_>) -> Response {
    let token = &state.tokens[call.caller];
    let mut body = json!({
        "accountId": "5c0000000000000000000001",
        "authKind": "token",
        "tokenKind": "auth",
        "tokenId": token.id,
        "memberId": token.member.id(),
        "serviceToken": token.service,
        "scopes": [],
    });
    if let Some(name) = &token.name {
        body["tokenName"] = json!(name);
    }
    Response::json(200, &body)
}

pub(super) fn not_found() -> Refusal {
    error(404, "not_found", "there is nothing of this name or id")
}

pub(super) fn no_such_method(call: &Call<'_>, methods: &[Method]) -> Refusal {
    let refusal = error(405, "method_not_allowed", &format!("{} is not answered here", call.method));
    Box::new(refusal.with_header("allow", &allow(methods)))
}

pub(super) fn denied(state: &State) -> Refusal {
    if state.denies_as_unauthorized {
        error(401, "unauthorized", "the access token does not allow that")
    } else {
        error(403, "forbidden", "the access token does not allow that")
    }
}
