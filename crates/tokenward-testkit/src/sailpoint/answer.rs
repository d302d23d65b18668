//! How the simulated SailPoint finds out who calls what.

use http::Method;
use jiff::Timestamp;
use serde_json::json;

use super::{
    SailPoint, bearer, bulk, clients,
    expiry::Era,
    pats,
    state::{ALL_SCOPES, Identity, State},
};
use crate::{Request, Response, shared::allow};

/// An error is an answer too.
pub(super) type Answer = Result<Response, Refusal>;

/// Why something is refused; the id of the request is added to it later.
pub(super) struct Refusal {
    status: u16,
    reason: String,
    /// The value of `Allow`.
    allow: Option<String>,
}

pub(super) fn refused(status: u16, reason: impl Into<String>) -> Refusal {
    Refusal { status, reason: reason.into(), allow: None }
}

/// A request whose sender is known.
pub(super) struct Call<'a> {
    pub(super) request: &'a Request,
    pub(super) now: Timestamp,
    pub(super) era: Era,
    /// None for an OAuth client.
    identity: Option<Identity>,
    scope: Vec<String>,
}

impl Call<'_> {
    /// The user behind the call; OAuth clients are let in nowhere but to one client's record.
    pub(super) fn user(&self) -> Result<&Identity, Refusal> {
        self.identity.as_ref().ok_or_else(|| refused(403, "an API client is not let in here"))
    }

    /// Whether the bearer has one of these rights. What concerns others is for administrators.
    pub(super) fn has_right(&self, rights: &[&str]) -> bool {
        let administrator =
            self.identity.as_ref().is_none_or(|identity| identity.id == SailPoint::ADMIN_IDENTITY);
        let mut useful = rights.iter().filter(|right| administrator || right.starts_with("sp:my-"));
        useful.any(|right| self.scope.iter().any(|scope| scope == right || scope == ALL_SCOPES))
    }

    pub(super) fn needs_right(&self, rights: &[&str]) -> Result<(), Refusal> {
        if self.has_right(rights) {
            Ok(())
        } else {
            Err(refused(403, "the caller has not the right to do that"))
        }
    }
}

enum Resource {
    Pats,
    Clients,
}

pub(super) fn answer(state: &mut State, now: Timestamp, request: &Request) -> Response {
    let request_id = state.request_ids.hex(32);
    let response = match request.path.as_str() {
        "/oauth/token" if request.method == Method::POST => bearer::grant(state, now, request),
        "/oauth/token" => error(&no_such_method(&request.method, &[Method::POST]), &request_id),
        _ => with_bearer(state, now, request, &request_id),
    };
    response.with_header("slpt-request-id", &request_id)
}

fn with_bearer(state: &mut State, now: Timestamp, request: &Request, request_id: &str) -> Response {
    let segments = request.segments();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let Some((resource, version, era, rest)) = route(&segments) else {
        return error(&refused(404, "there is nothing here"), request_id);
    };
    let bearer = request.credential("Bearer").and_then(|value| state.bearer(value, now));
    let Some(bearer) = bearer else {
        return Response::json(401, &json!({ "error": "the bearer is missing, not valid or expired" }));
    };
    let call = Call { request, now, era, identity: bearer.identity.clone(), scope: bearer.scope.clone() };
    let calls = state.calls.count((bearer.client_id.clone(), version), now);
    if calls > state.rate_limit {
        let wait = state.calls.seconds_left(now).to_string();
        return Response::json(429, &json!({ "message": "too many calls in this window" }))
            .with_header("retry-after", &wait);
    }
    let answer = match resource {
        Resource::Pats if version == "v1" && rest == ["bulk-update"] => bulk::answer(state, &call),
        Resource::Pats => pats::answer(state, &call, rest),
        Resource::Clients => clients::answer(state, &call, rest),
    };
    answer.unwrap_or_else(|refusal| error(&refusal, request_id))
}

/// The resource, the version, what it makes of an expiry, and what stands behind.
fn route<'a>(segments: &'a [&'a str]) -> Option<(Resource, &'static str, Era, &'a [&'a str])> {
    const OLDER: [(&str, Era); 5] = [
        ("v2024", Era::SixMonths),
        ("v3", Era::SixMonths),
        ("beta", Era::SixMonths),
        ("v2025", Era::Acknowledged),
        ("v2026", Era::Acknowledged),
    ];
    let ((version, era), resource, rest) = match segments {
        [resource, "v1", rest @ ..] => (("v1", Era::Acknowledged), resource, rest),
        [version, resource, rest @ ..] => {
            (OLDER.into_iter().find(|(known, _)| known == version)?, resource, rest)
        }
        _ => return None,
    };
    let resource = match *resource {
        "personal-access-tokens" => Resource::Pats,
        "oauth-clients" => Resource::Clients,
        _ => return None,
    };
    Some((resource, version, era, rest))
}

pub(super) fn no_such_method(method: &Method, methods: &[Method]) -> Refusal {
    Refusal { allow: Some(allow(methods)), ..refused(405, format!("{method} is not answered here")) }
}

fn error(Refusal { status, reason, allow }: &Refusal, tracking_id: &str) -> Response {
    let code = match status {
        400 => "400.1 Bad Request Content",
        403 => "403 Forbidden",
        404 => "404 Not found",
        405 => "405 Method not allowed",
        _ => "415 Unsupported media type",
    };
    let message = json!({ "locale": "en-US", "localeOrigin": "DEFAULT", "text": reason });
    let body = json!({ "detailCode": code, "trackingId": tracking_id, "messages": [message], "causes": [] });
    let response = Response::json(*status, &body);
    match allow {
        Some(allow) => response.with_header("allow", allow),
        None => response,
    }
}
