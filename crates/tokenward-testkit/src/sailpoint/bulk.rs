//! The bulk update of expiries.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Value, json};

use super::{
    answer::{Answer, Call, no_such_method, refused},
    pats::{self, ALL_MANAGE},
    state::State,
};
use crate::{Response, reading::texts};

const MOST_AT_ONCE: usize = 25;

pub(super) fn answer(state: &mut State, call: &Call<'_>) -> Answer {
    call.user()?;
    // DELETE would revoke a token with the id `bulk-update`, and no token has it.
    if call.request.method != Method::PATCH {
        return Err(no_such_method(&call.request.method, &[Method::PATCH]));
    }
    if !call.request.is_announced_as("application/json") {
        return Err(refused(415, "a bulk update is sent as application/json"));
    }
    call.needs_right(&[ALL_MANAGE])?;
    let body = call.request.json_object().ok_or_else(|| refused(400, "the body is no JSON object"))?;
    let ids = body.get("ids").and_then(texts).ok_or_else(|| refused(400, "ids have to be given"))?;
    if ids.is_empty() || ids.len() > MOST_AT_ONCE {
        return Err(refused(400, "ids have to be 1 to 25"));
    }
    if ids.iter().enumerate().any(|(index, id)| ids[..index].contains(id)) {
        return Err(refused(400, "an id is given twice"));
    }
    let patch = body.get("patch").unwrap_or(&Value::Null);
    let paths = ["expirationDate", "userAwareTokenNeverExpires"];
    let mut changes = Vec::new();
    for id in &ids {
        let index = pats::find(state, id)?;
        changes.push((index, pats::patched(&state.pats[index], patch, &paths, call.now)?));
    }
    let mut records = BTreeMap::new();
    for (index, changed) in changes {
        let pat = &mut state.pats[index];
        changed.write(pat);
        let mut record = pats::record(pat, call.era, state.nulls);
        if let Some(record) = record.as_object_mut() {
            record.remove("userAwareTokenNeverExpires");
        }
        records.insert(pat.id.clone(), record);
    }
    Ok(Response::json(200, &json!(records.into_values().collect::<Vec<_>>())))
}
