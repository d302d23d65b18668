//! Access tokens.

use jiff::Timestamp;
use json_patch::{AddOperation, PatchOperation};
use serde_json::{Map, Value, json};

use super::{
    LaunchDarkly,
    answer::{Answer, Call, denied, error, not_found},
    page,
    roles::{Named, Rights},
    state::{Key, NEWEST_VERSION, State, Token, link},
};
use crate::{Response, patch, reading::optional_text, shared::Refusal};

const VERSIONS: [i64; 4] = [20_191_212, 20_210_729, 20_220_603, NEWEST_VERSION];
const CHANGEABLE: [&str; 6] = ["name", "description", "role", "customRoleIds", "inlineRole", "expiry"];

pub(super) fn invalid(message: &str) -> Refusal {
    error(400, "invalid_request", message)
}

pub(super) fn list(state: &State, call: &Call<'_>) -> Answer {
    let show_all = call.request.query_value("showAll").as_deref() == Some("true");
    let visible: Vec<&Token> =
        state.tokens.iter().filter(|token| sees(state, call, token, show_all)).collect();
    let body = if call.version < NEWEST_VERSION {
        page::whole(visible.into_iter().map(|token| record(state, token)).collect())
    } else {
        page::page(&state.paging, &visible, |token| record(state, token), call.request)?
    };
    Ok(Response::json(200, &body))
}

pub(super) fn get(state: &State, call: &Call<'_>, id: &str) -> Answer {
    let index = find(state, call, id)?;
    Ok(Response::json(200, &record(state, &state.tokens[index])))
}

pub(super) fn create(state: &mut State, call: &Call<'_>) -> Answer {
    let body = call.request.json_object().ok_or_else(|| invalid("the body is no JSON object"))?;
    let rights = Rights::read(&body, Named::ByKey)?;
    let service = match body.get("serviceToken") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(service)) => *service,
        Some(_) => return Err(invalid("serviceToken has to be true or false")),
    };
    let default_version = match body.get("defaultApiVersion") {
        None | Some(Value::Null) => NEWEST_VERSION,
        Some(version) => version
            .as_i64()
            .filter(|version| VERSIONS.contains(version))
            .ok_or_else(|| invalid("defaultApiVersion is none that is known"))?,
    };
    let (name, description) = (text(&body, "name")?, text(&body, "description")?);
    let expiry = if state.ignores_expiry { None } else { read_expiry(body.get("expiry"), call.now)? };
    let caller = &state.tokens[call.caller];
    if caller.rights.is_role("reader")
        || !caller.rights.may_give(&rights)
        || (service && !caller.rights.is_role("admin"))
    {
        return Err(denied(state));
    }
    if state.account_limit.is_some_and(|limit| state.tokens.len() >= limit) {
        return Err(invalid("the account has reached its token limit"));
    }
    let member = caller.member;
    let token = Token {
        id: state.mint.hex(24),
        name,
        description,
        member,
        rights,
        service,
        key: Key::new(state.issue("api-")),
        created: call.now,
        modified: call.now,
        last_used: None,
        default_version,
        expiry,
    };
    let record = whole_record(state, &token);
    state.tokens.push(token);
    Ok(Response::json(201, &record))
}

pub(super) fn patch(state: &mut State, call: &Call<'_>, id: &str) -> Answer {
    let index = find(state, call, id)?;
    may_change(state, call, index)?;
    let body = call.request.json().ok_or_else(|| invalid("the body is no JSON"))?;
    let mut operations = patch::read(&body, &CHANGEABLE).map_err(refused)?;
    if state.ignores_expiry {
        operations.retain(|operation| patch::member(operation.path().as_str()) != "expiry");
    }
    let operations: Vec<_> = operations.into_iter().map(put).collect();

    let token = &state.tokens[index];
    let changed = patch::apply(&changeable(token), &operations).map_err(refused)?;
    let changed = changed.as_object().ok_or_else(|| invalid("a token is an object"))?;
    let rights = Rights::read(changed, Named::ById)?;
    let (name, description) = (text(changed, "name")?, text(changed, "description")?);
    let asked = changed.get("expiry").filter(|expiry| !expiry.is_null());
    // An expiry that is past already is no reason to refuse another change.
    let kept = asked.and_then(Value::as_i64) == token.expiry.map(Timestamp::as_millisecond);
    let expiry = if kept { token.expiry } else { read_expiry(asked, call.now)? };
    if !state.tokens[call.caller].rights.may_give(&rights) {
        return Err(denied(state));
    }
    let token = &mut state.tokens[index];
    (token.name, token.description, token.rights, token.expiry) = (name, description, rights, expiry);
    token.modified = call.now;
    Ok(Response::json(200, &record(state, &state.tokens[index])))
}

pub(super) fn delete(state: &mut State, call: &Call<'_>, id: &str) -> Answer {
    let index = find(state, call, id)?;
    may_change(state, call, index)?;
    state.tokens.remove(index);
    Ok(Response::new(204))
}

pub(super) fn reset(state: &mut State, call: &Call<'_>, id: &str) -> Answer {
    let index = find(state, call, id)?;
    may_change(state, call, index)?;
    let old_until = old_until(call)?;
    let value = state.issue("api-");
    let token = &mut state.tokens[index];
    token.key.replace(value, old_until);
    token.modified = call.now;
    Ok(Response::json(200, &whole_record(state, &state.tokens[index])))
}

/// How long a reset lets the old value live.
pub(super) fn old_until(call: &Call<'_>) -> Result<Option<Timestamp>, Refusal> {
    let Some(expiry) = call.request.query_value("expiry") else {
        return Ok(None);
    };
    let time = expiry.parse().ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    time.map(Some).ok_or_else(|| invalid("expiry has to be a time in milliseconds"))
}

pub(super) fn refused(why: patch::Refused) -> Refusal {
    match why {
        patch::Refused::Malformed => invalid("the body is no JSON Patch"),
        patch::Refused::Path(path) => invalid(&format!("{path} cannot be changed")),
        patch::Refused::DoesNotApply => error(422, "patch_failed", "the patch does not fit the record"),
    }
}

/// `replace` of a member that is not there puts it there.
fn put(operation: PatchOperation) -> PatchOperation {
    match operation {
        PatchOperation::Replace(replaced) if replaced.path.count() == 1 => {
            PatchOperation::Add(AddOperation { path: replaced.path, value: replaced.value })
        }
        other => other,
    }
}

fn find(state: &State, call: &Call<'_>, id: &str) -> Result<usize, Refusal> {
    let index = state.tokens.iter().position(|token| token.id == id);
    index.filter(|index| sees(state, call, &state.tokens[*index], true)).ok_or_else(not_found)
}

fn sees(state: &State, call: &Call<'_>, token: &Token, show_all: bool) -> bool {
    let caller = &state.tokens[call.caller];
    let admin = caller.rights.is_role("admin");
    if token.service {
        admin || caller.service
    } else {
        let own = token.member == caller.member && !caller.service;
        own || token.id == caller.id || (admin && show_all)
    }
}

fn may_change(state: &State, call: &Call<'_>, index: usize) -> Result<(), Refusal> {
    let (caller, token) = (&state.tokens[call.caller], &state.tokens[index]);
    let own = token.member == caller.member && !token.service && !caller.rights.is_role("reader");
    if own || caller.rights.is_role("admin") { Ok(()) } else { Err(denied(state)) }
}

fn text(object: &Map<String, Value>, name: &str) -> Result<Option<String>, Refusal> {
    optional_text(object, name).map_err(|()| invalid(&format!("{name} has to be a string")))
}

fn read_expiry(value: Option<&Value>, now: Timestamp) -> Result<Option<Timestamp>, Refusal> {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let time = value.as_i64().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    match time {
        Some(time) if time > now => Ok(Some(time)),
        _ => Err(invalid("expiry has to be a time ahead, in milliseconds")),
    }
}

/// What a patch is applied to.
fn changeable(token: &Token) -> Value {
    let mut record = json!({});
    if let Some(name) = &token.name {
        record["name"] = json!(name);
    }
    if let Some(description) = &token.description {
        record["description"] = json!(description);
    }
    if let Some(expiry) = token.expiry {
        record["expiry"] = json!(expiry.as_millisecond());
    }
    token.rights.write(&mut record);
    record
}

fn record(state: &State, token: &Token) -> Value {
    let mut record = changeable(token);
    if state.ignores_expiry
        && let Some(record) = record.as_object_mut()
    {
        record.remove("expiry");
    }
    record["_id"] = json!(token.id);
    record["ownerId"] = json!(LaunchDarkly::ADMIN_MEMBER_ID);
    record["memberId"] = json!(token.member.id());
    record["_member"] = token.member.summary();
    record["token"] = json!(token.key.last_four());
    record["serviceToken"] = json!(token.service);
    record["defaultApiVersion"] = json!(token.default_version);
    record["creationDate"] = json!(token.created.as_millisecond());
    record["lastModified"] = json!(token.modified.as_millisecond());
    if let Some(last_used) = token.last_used {
        record["lastUsed"] = json!(last_used.as_millisecond());
    }
    record["_links"] = json!({
        "self": link(&format!("/api/v2/tokens/{}", token.id)),
        "parent": link("/api/v2/tokens"),
    });
    record
}

fn whole_record(state: &State, token: &Token) -> Value {
    let mut record = record(state, token);
    record["token"] = json!(token.key.value);
    record
}
