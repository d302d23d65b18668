//! Tokens and keys of the whole organization, by API Access.

use http::Method;
use serde_json::json;

use super::{
    Atlassian,
    answer::{Answer, Call, no_such_method, refused},
    page,
    state::{Key, State, Token},
};
use crate::{Response, clock::later, shared::Refusal};

pub(super) fn answer(state: &mut State, call: &Call<'_>, org_id: &str, path: &[&str]) -> Answer {
    if org_id != Atlassian::ORG_ID {
        return Err(refused(403, "forbidden"));
    }
    let method = &call.request.method;
    match (path, method.as_str()) {
        (["api-tokens"], "GET") => {
            needs(state, call, "read:tokens:admin")?;
            Ok(Response::json(200, &page::page(&state.paging, &tokens(state, call), call.request)?))
        }
        (["api-tokens"], "DELETE") => {
            needs(state, call, "delete:tokens:admin")?;
            state.tokens.clear();
            Ok(Response::new(204))
        }
        (["api-tokens", "count"], "GET") => {
            needs(state, call, "read:tokens:admin")?;
            Ok(Response::json(200, &json!(tokens(state, call).len())))
        }
        (["api-keys"], "GET") => {
            needs(state, call, "read:keys:admin")?;
            Ok(Response::json(200, &page::page(&state.paging, &keys(state, call), call.request)?))
        }
        (["api-keys", "count"], "GET") => {
            needs(state, call, "read:keys:admin")?;
            Ok(Response::json(200, &json!(keys(state, call).len())))
        }
        (["api-keys", "revoke", id], "PATCH") => {
            needs(state, call, "delete:keys:admin")?;
            let from = later(call.now, state.revocation_lag);
            let mut keys = state.keys.iter_mut();
            let key = keys.find(|key| key.id == *id && key.revoked.is_none());
            key.ok_or_else(|| refused(404, "notFound"))?.revoked = Some(from);
            Ok(Response::new(204))
        }
        (["api-tokens"], _) => Err(no_such_method(&[Method::GET, Method::DELETE])),
        (["api-keys"] | ["api-tokens" | "api-keys", "count"], _) => Err(no_such_method(&[Method::GET])),
        (["api-keys", "revoke", _], _) => Err(no_such_method(&[Method::PATCH])),
        _ => Err(refused(404, "notFound")),
    }
}

/// A key without scopes may do everything.
fn needs(state: &State, call: &Call<'_>, scope: &str) -> Result<(), Refusal> {
    let scopes = &state.keys[call.caller].scopes;
    if scopes.is_empty() || scopes.iter().any(|has| has == scope) {
        return Ok(());
    }
    Err(refused(403, "forbidden"))
}

fn tokens<'a>(state: &'a State, call: &Call<'_>) -> Vec<&'a Token> {
    let part = call.request.query_value("q").unwrap_or_default();
    let status = call.request.query_value("status");
    let allowed = status.is_none_or(|status| status == "ALLOWED");
    state.tokens.iter().filter(|token| allowed && token.label.contains(&part)).collect()
}

fn keys<'a>(state: &'a State, call: &Call<'_>) -> Vec<&'a Key> {
    let part = call.request.query_value("q").unwrap_or_default();
    state.keys.iter().filter(|key| key.revoked.is_none() && key.label.contains(&part)).collect()
}
