//! A managed user's tokens, by the user management API.

use http::Method;
use serde_json::{Value, json};

use super::{
    answer::{Answer, Call, bad_field, no_such_method, refused},
    state::State,
};
use crate::{Response, shared::Refusal};

pub(super) fn answer(state: &mut State, call: &Call<'_>, account_id: &str, path: &[&str]) -> Answer {
    if !state.keys[call.caller].scopes.is_empty() {
        // A scope that cannot be chosen when a key is made.
        let body = json!({
            "key": "forbidden.action",
            "message": "the key lacks the scope manage:org",
            "context": { "allowed": false, "reason": { "key": "administrative" } },
        });
        return Err(Box::new(Response::json(403, &body)));
    }
    managed(state, account_id)?;
    let method = &call.request.method;
    match path {
        [] if *method == Method::GET => {
            let tokens = state.tokens.iter().filter(|token| token.account_id == account_id);
            let records: Vec<Value> = tokens.map(|token| token.of_a_user()).collect();
            Ok(Response::json(200, &json!(records)))
        }
        [id] if *method == Method::DELETE => {
            let mut tokens = state.tokens.iter();
            let found = tokens.position(|token| token.account_id == account_id && token.id == *id);
            state.tokens.remove(found.ok_or_else(|| refused(404, "notFound"))?);
            Ok(Response::new(204))
        }
        [] => Err(no_such_method(&[Method::GET])),
        [_] => Err(no_such_method(&[Method::DELETE])),
        _ => Err(refused(404, "notFound")),
    }
}

fn managed(state: &State, account_id: &str) -> Result<(), Refusal> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '|' | ':' | '-');
    if account_id.is_empty() || account_id.len() > 128 || !account_id.chars().all(legal) {
        return Err(bad_field("account_id", "pattern"));
    }
    if !state.accounts.iter().any(|known| known == account_id) {
        return Err(refused(404, "accountNotFound"));
    }
    Ok(())
}
