//! The token endpoint.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::state::{Bearer, State, mark_used};
use crate::{Request, Response, clock::later, form};

pub(super) fn grant(state: &mut State, now: Timestamp, request: &Request) -> Response {
    let Some(fields) = form::read(request) else {
        return refused(400, "invalid_request", "the body has to be a form");
    };
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    match field("grant_type") {
        Some("client_credentials") => {}
        Some(_) => return refused(400, "unsupported_grant_type", "only client_credentials are simulated"),
        None => return refused(400, "invalid_request", "grant_type is missing"),
    }
    let (Some(id), Some(secret)) = (field("client_id"), field("client_secret")) else {
        return refused(400, "invalid_request", "client_id and client_secret are needed");
    };
    let pat = state.pats.iter_mut().find(|pat| pat.id == id && pat.secret == secret && pat.lives(now));
    let (identity, scope, validity) = if let Some(pat) = pat {
        mark_used(&mut pat.last_used, now);
        (Some(pat.owner.clone()), pat.scope.clone(), pat.validity)
    } else {
        let mut clients = state.clients.iter_mut();
        match clients.find(|client| client.id == id && client.secret == secret && client.enabled()) {
            Some(client) => {
                mark_used(&mut client.last_used, now);
                (None, client.scope(), client.validity())
            }
            None => return refused(401, "invalid_client", "the client or its secret is not valid"),
        }
    };
    let until = later(now, SignedDuration::from_secs(validity));
    let claims = json!({ "client_id": id, "exp": until.as_second(), "iat": now.as_second() });
    let value = format!(
        "{}.{}.{}",
        base64(r#"{"alg":"none","typ":"JWT"}"#),
        base64(&claims.to_string()),
        state.mint.secret("")
    );
    let body = json!({
        "access_token": value,
        "token_type": "bearer",
        "expires_in": validity,
        "scope": scope.join(" "),
    });
    state.issued.push(value.clone());
    state.bearers.push(Bearer { value, client_id: id.to_owned(), identity, scope, until });
    Response::json(200, &body)
}

fn refused(status: u16, error: &str, description: &str) -> Response {
    let body: Value = json!({ "error": error, "error_description": description });
    Response::json(status, &body)
}

/// As URLs have it, without padding.
fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut encoded = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits =
            chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for digit in 0..=chunk.len() {
            encoded.push(char::from(DIGITS[(bits >> (18 - 6 * digit)) as usize & 63]));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_that_of_the_standard() {
        for (text, encoded) in [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg")] {
            assert_eq!(base64(text), encoded);
        }
    }
}
