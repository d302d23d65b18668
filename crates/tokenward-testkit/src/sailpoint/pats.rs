//! Personal access tokens.

use http::Method;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    answer::{Answer, Call, Refusal, no_such_method, refused},
    expiry::{self, Era},
    filters::Filter,
    paging,
    state::{ALL_SCOPES, LONGEST_BEARER, Pat, State, date},
};
use crate::{Response, patch, reading::texts};

const MOST_OF_AN_OWNER: usize = 10;
const SHORTEST_BEARER: i64 = 15;

const MY_READ: &str = "sp:my-personal-access-tokens:read";
const MY_MANAGE: &str = "sp:my-personal-access-tokens:manage";
const ALL_READ: &str = "sp:all-personal-access-tokens:read";
pub(super) const ALL_MANAGE: &str = "sp:all-personal-access-tokens:manage";

pub(super) fn answer(state: &mut State, call: &Call<'_>, path: &[&str]) -> Answer {
    call.user()?;
    let method = &call.request.method;
    match path {
        [] => match *method {
            Method::GET => list(state, call),
            Method::POST => create(state, call),
            _ => Err(no_such_method(method, &[Method::GET, Method::POST])),
        },
        [id] => match *method {
            Method::PATCH => change(state, call, id),
            Method::DELETE => delete(state, call, id),
            _ => Err(no_such_method(method, &[Method::PATCH, Method::DELETE])),
        },
        _ => Err(refused(404, "there is nothing here")),
    }
}

fn list(state: &State, call: &Call<'_>) -> Answer {
    let mut owner = call.request.query_value("owner-id");
    if owner.as_deref() == Some("me") {
        call.needs_right(&[MY_READ, MY_MANAGE, ALL_READ, ALL_MANAGE])?;
        owner = Some(call.user()?.id.clone());
    } else {
        call.needs_right(&[ALL_READ, ALL_MANAGE])?;
    }
    let filter = filter(call)?;
    let pats: Vec<&Pat> = state
        .pats
        .iter()
        .filter(|pat| owner.as_ref().is_none_or(|owner| *owner == pat.owner.id))
        .filter(|pat| filter.lets_through(pat.last_used))
        .collect();
    paging::answer(state.paging, call, &pats, |pat| record(pat, call.era, state.nulls))
}

pub(super) fn filter(call: &Call<'_>) -> Result<Filter, Refusal> {
    match call.request.query_value("filters") {
        None => Ok(Filter::default()),
        Some(filters) => Filter::read(&filters).ok_or_else(|| refused(400, "the filter is not understood")),
    }
}

fn create(state: &mut State, call: &Call<'_>) -> Answer {
    call.needs_right(&[MY_MANAGE, ALL_MANAGE])?;
    let body = call.request.json_object().ok_or_else(|| refused(400, "the body is no JSON object"))?;
    let owner = call.user()?.clone();
    let name = name(body.get("name"))?;
    let scope = scope(body.get("scope"))?;
    let validity = match body.get("accessTokenValiditySeconds") {
        None | Some(Value::Null) => LONGEST_BEARER,
        Some(seconds) => seconds
            .as_i64()
            .filter(|seconds| (SHORTEST_BEARER..=LONGEST_BEARER).contains(seconds))
            .ok_or_else(|| refused(400, "accessTokenValiditySeconds has to be 15 to 43200"))?,
    };
    let (asked, acknowledged) = (body.get("expirationDate"), body.get("userAwareTokenNeverExpires"));
    let (expiration, never_acknowledged) = expiry::at_creation(call.era, asked, acknowledged, call.now)
        .map_err(|reason| refused(400, reason))?;
    is_free(state, &owner.id, &name, None)?;
    if state.pats.iter().filter(|pat| pat.owner.id == owner.id).count() >= MOST_OF_AN_OWNER {
        return Err(refused(400, "the owner has the maximum number of tokens"));
    }
    let pat = Pat {
        id: state.mint.hex(32),
        secret: state.issue(),
        name,
        owner,
        scope,
        created: call.now,
        last_used: None,
        managed: false,
        validity,
        expiration,
        never_acknowledged,
    };
    let mut created = json!({
        "id": pat.id,
        "secret": pat.secret,
        "name": pat.name,
        "scope": pat.scope,
        "owner": owner_record(&pat),
        "created": date(pat.created),
        "accessTokenValiditySeconds": pat.validity,
    });
    // The published schema of this answer has a date and no null, in every version.
    write_expiration(&mut created, &pat, state.nulls);
    state.pats.push(pat);
    Ok(Response::json(200, &created))
}

fn change(state: &mut State, call: &Call<'_>, id: &str) -> Answer {
    if !call.request.is_announced_as("application/json-patch+json") {
        return Err(refused(415, "a patch is sent as application/json-patch+json"));
    }
    let index = find(state, id)?;
    call.needs_right(&[MY_MANAGE])?;
    if state.pats[index].owner.id != call.user()?.id {
        return Err(refused(403, "only its owner changes a token"));
    }
    let body = call.request.json().ok_or_else(|| refused(400, "the body is no JSON"))?;
    let changed = changed(&state.pats[index], &body, call)?;
    is_free(state, &state.pats[index].owner.id, &changed.name, Some(id))?;
    changed.write(&mut state.pats[index]);
    Ok(Response::json(200, &record(&state.pats[index], call.era, state.nulls)))
}

fn delete(state: &mut State, call: &Call<'_>, id: &str) -> Answer {
    let index = find(state, id)?;
    let own = state.pats[index].owner.id == call.user()?.id;
    call.needs_right(if own { &[MY_MANAGE, ALL_MANAGE] } else { &[ALL_MANAGE] })?;
    state.pats.remove(index);
    Ok(Response::new(204))
}

/// What a patch leaves of a token.
pub(super) struct Changed {
    name: String,
    scope: Vec<String>,
    expiration: Option<Timestamp>,
    never_acknowledged: bool,
}

impl Changed {
    pub(super) fn write(self, pat: &mut Pat) {
        pat.name = self.name;
        pat.scope = self.scope;
        pat.expiration = self.expiration;
        pat.never_acknowledged = self.never_acknowledged;
    }
}

/// Applies a patch, if it may be applied. Setting the expiry to never is acknowledged in the same patch.
fn changed(pat: &Pat, body: &Value, call: &Call<'_>) -> Result<Changed, Refusal> {
    let paths: &[&str] = match call.era {
        Era::SixMonths => &["name", "scope"],
        Era::Acknowledged => &["name", "scope", "expirationDate", "userAwareTokenNeverExpires"],
    };
    patched(pat, body, paths, call.now)
}

pub(super) fn patched(pat: &Pat, body: &Value, paths: &[&str], now: Timestamp) -> Result<Changed, Refusal> {
    let operations = patch::read(body, paths).map_err(why)?;
    let before = json!({
        "name": pat.name,
        "scope": pat.scope,
        "expirationDate": pat.expiration.map(date),
        "userAwareTokenNeverExpires": pat.never_acknowledged,
    });
    let after = patch::apply(&before, &operations).map_err(why)?;
    let touches = |name: &str| operations.iter().any(|o| patch::member(o.path().as_str()) == name);

    let bad = |reason: &'static str| refused(400, reason);
    let acknowledged = expiry::flag(after.get("userAwareTokenNeverExpires")).map_err(bad)?;
    let expiration = if touches("expirationDate") {
        let date = expiry::read(after.get("expirationDate")).map_err(bad)?;
        match date {
            Some(date) if date <= now => return Err(refused(400, "expirationDate has to be ahead")),
            None if !acknowledged || !touches("userAwareTokenNeverExpires") => {
                let reason =
                    "without an expirationDate, the patch has to set userAwareTokenNeverExpires to true";
                return Err(refused(400, reason));
            }
            date => date,
        }
    } else {
        pat.expiration
    };
    if expiration.is_none() && !acknowledged {
        return Err(refused(400, "a token that never expires keeps its userAwareTokenNeverExpires"));
    }
    let scope = if touches("scope") { scope(after.get("scope"))? } else { pat.scope.clone() };
    Ok(Changed { name: name(after.get("name"))?, scope, expiration, never_acknowledged: acknowledged })
}

pub(super) fn why(why: patch::Refused) -> Refusal {
    match why {
        patch::Refused::Malformed => refused(400, "the body is no JSON Patch"),
        patch::Refused::Path(path) => refused(400, format!("{path} cannot be changed")),
        patch::Refused::DoesNotApply => refused(400, "the patch does not fit the record"),
    }
}

pub(super) fn find(state: &State, id: &str) -> Result<usize, Refusal> {
    state.pats.iter().position(|pat| pat.id == id).ok_or_else(|| refused(404, "there is no such token"))
}

fn is_free(state: &State, owner: &str, name: &str, except: Option<&str>) -> Result<(), Refusal> {
    let mut others = state.pats.iter().filter(|pat| Some(pat.id.as_str()) != except);
    if others.any(|pat| pat.owner.id == owner && pat.name == name) {
        return Err(refused(400, "a token of this name already exists"));
    }
    Ok(())
}

fn name(value: Option<&Value>) -> Result<String, Refusal> {
    let name = value.and_then(Value::as_str).filter(|name| !name.is_empty());
    name.map(str::to_owned).ok_or_else(|| refused(400, "name has to be given"))
}

fn scope(value: Option<&Value>) -> Result<Vec<String>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(vec![ALL_SCOPES.to_owned()]),
        Some(scope) => texts(scope).ok_or_else(|| refused(400, "scope has to be a list of strings")),
    }
}

fn owner_record(pat: &Pat) -> Value {
    json!({ "type": "IDENTITY", "id": pat.owner.id, "name": pat.owner.name })
}

/// Writes the expiry of a token. Never is null, if the answer may have a null there, and otherwise left out.
fn write_expiration(record: &mut Value, pat: &Pat, nullable: bool) {
    if pat.expiration.is_some() || nullable {
        record["expirationDate"] = json!(pat.expiration.map(date));
    }
}

pub(super) fn record(pat: &Pat, era: Era, nulls: bool) -> Value {
    let mut record = json!({
        "id": pat.id,
        "name": pat.name,
        "scope": pat.scope,
        "owner": owner_record(pat),
        "created": date(pat.created),
        "lastUsed": pat.last_used.map(date),
        "managed": pat.managed,
        "accessTokenValiditySeconds": pat.validity,
    });
    write_expiration(&mut record, pat, nulls || era == Era::Acknowledged);
    if era == Era::Acknowledged {
        record["userAwareTokenNeverExpires"] = json!(pat.never_acknowledged);
    }
    record
}
