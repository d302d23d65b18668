//! Everything that can come back.

use std::time::Duration;

use serde_json::{Map, Value, json};
use tokenward_http::Timestamp;
use tokenward_testkit::{Fault, Response};

use crate::plants::{data, plant, secret};

/// How many bytes of an answer the clients take.
pub(crate) const LIMIT: usize = 16 << 10;

/// Who asks.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Asked {
    /// A client like any other.
    Usually,
    /// One that waits a moment only.
    Impatiently,
    /// One whose vendor is not there.
    InVain,
}

/// What comes back.
pub(crate) struct Outcome {
    pub(crate) name: String,
    pub(crate) response: Response,
    /// What becomes of the answer on its way.
    pub(crate) fault: Option<Fault>,
    pub(crate) asked: Asked,
}

fn outcome(name: impl Into<String>, response: Response) -> Outcome {
    Outcome { name: name.into(), response: planted_headers(response), fault: None, asked: Asked::Usually }
}

/// All of them, for an operation that answers this when all is well. The first is that answer.
pub(crate) fn outcomes(answer: &Value) -> Vec<Outcome> {
    let mut all = vec![outcome("success", Response::json(200, answer))];
    all.extend(successes(answer));
    all.extend(misfits(answer));
    all.extend(refusals());
    all.extend(losses(answer));
    all
}

/// Headers of whatever kind, each with something in it that is nobody's business.
fn planted_headers(response: Response) -> Response {
    let (cookie, header) = (plant(secret::COOKIE), plant(secret::HEADER));
    let location = format!("https://user:{0}@example.com/{0}?token={0}", plant(secret::LOCATION));
    response
        .with_header("set-cookie", &format!("session={cookie}; Path=/; HttpOnly"))
        .with_header("authorization", &format!("Bearer {header}"))
        .with_header(
            "www-authenticate",
            &format!("Bearer realm=\"{header}\", error_description=\"{header}\""),
        )
        .with_header("location", &location)
        .with_header("link", &format!("<{location}>; rel=\"prev\""))
        .with_header("x-anything", &header)
        .with_header("x-ratelimit-remaining", &header)
        .with_header("retry-after", &header)
        .with_header("date", &header)
        .with_header("etag", &format!("\"{header}\""))
        .with_header("server", &header)
        .with_header("x-request-id", &format!("of {}", plant(secret::REQUEST_ID)))
        .with_header("x-total-count", &header)
}

fn successes(answer: &Value) -> Vec<Outcome> {
    let text = answer.to_string();
    let page = format!("<html><body>{text}</body></html>");
    vec![
        outcome("201", Response::json(201, answer)),
        outcome("202", Response::json(202, answer)),
        outcome("204", Response::new(204)),
        outcome("another content type", Response::new(200).with_body("text/plain", text)),
        outcome("HTML", Response::new(200).with_body("text/html", page)),
        outcome("an empty body", Response::new(200).with_body("application/json", "")),
        outcome("null", Response::json(200, &Value::Null)),
        outcome("a list around it", Response::json(200, &json!([answer]))),
        outcome("an object around it", Response::json(200, &json!({ "data": answer, "result": answer }))),
    ]
}

/// Answers that are not what is documented.
fn misfits(answer: &Value) -> Vec<Outcome> {
    let text = answer.to_string();
    let issued = plant(secret::ISSUED);
    let json = |body: Vec<u8>| Response::new(200).with_body("application/json", body);
    let mut all: Vec<Outcome> = [
        ("a text", Value::from(&*issued)),
        ("a list of texts", json!([issued, issued])),
        ("a secret for a name", json!({ issued.as_str(): issued })),
        ("a record in a record", json!({ "record": { "key": { "value": issued } } })),
    ]
    .into_iter()
    .map(|(name, value)| outcome(name, Response::json(200, &value)))
    .collect();
    let spoilt: Vec<u8> = text.replacen(&issued, &format!("\u{1}{issued}"), 1).into_bytes();
    let invalid: Vec<u8> = [b"{\"key\": \"\xff\xfe", issued.as_bytes(), b"\xff\"}"].concat();
    for (name, body) in [
        ("a control character", spoilt),
        ("more behind it", format!("{text} {issued}").into_bytes()),
        ("no JSON", format!("{issued} {text}").into_bytes()),
        ("a secret without quotes", format!("{{\"key\": {issued}}}").into_bytes()),
        ("a byte order mark", format!("\u{feff}{text}").into_bytes()),
        ("no UTF-8", [text.as_bytes(), b"\xff"].concat()),
        ("no UTF-8 in the secret", invalid),
        ("too large", format!("{text}{}", " ".repeat(LIMIT)).into_bytes()),
        ("too deep", format!("{}\"{issued}\"", "[".repeat(500)).into_bytes()),
    ] {
        all.push(outcome(name, json(body)));
    }
    for cut in cuts(&text) {
        all.push(outcome(format!("JSON that ends after {cut} bytes"), json(text.as_bytes()[..cut].to_vec())));
    }
    for (name, value) in changes(answer) {
        all.push(outcome(name, Response::json(200, &value)));
    }
    all
}

/// Where to cut: at the ends, in the middle, and around the secret.
fn cuts(text: &str) -> Vec<usize> {
    let issued = plant(secret::ISSUED);
    let mut cuts = vec![0, 1, text.len() / 3, text.len() / 2, text.len().saturating_sub(1)];
    if let Some(start) = text.find(&issued) {
        cuts.extend([start, start + 20, start + issued.len(), start + issued.len() + 1]);
    }
    cuts.retain(|cut| *cut < text.len());
    cuts
}

/// The answer with each field of its record of another kind, and without it.
fn changes(answer: &Value) -> Vec<(String, Value)> {
    let mut changes = Vec::new();
    let Some(fields) = record(&mut answer.clone()).cloned() else { return changes };
    let is_secret =
        |value: &Value| value.as_str().is_some_and(|text| secret::ALL.iter().any(|name| plant(name) == text));
    for (name, value) in &fields {
        // The kind is wrong, what it holds is of the same sort.
        let held = if is_secret(value) { value.clone() } else { plant(data::ANSWERED).into() };
        let mut kinds = vec![
            ("a list", json!([held])),
            ("an object", json!({ "value": held, held.as_str().unwrap_or_default(): 1 })),
            ("null", Value::Null),
        ];
        if !value.is_string() {
            kinds.push(("a text", held));
        }
        let mut change = |what: String, change: &dyn Fn(&mut Map<String, Value>)| {
            let mut answer = answer.clone();
            record(&mut answer).into_iter().for_each(change);
            changes.push((what, answer));
        };
        for (kind, value) in kinds {
            change(format!("`{name}` is {kind}"), &|fields| drop(fields.insert(name.clone(), value.clone())));
        }
        change(format!("no `{name}`"), &|fields| drop(fields.remove(name)));
    }
    changes
}

/// An answer to a creation that has the secret in another field, too. Anywhere else that would be a name like others.
pub(crate) fn repeated(answer: &Value) -> Outcome {
    let mut answer = answer.clone();
    for field in record(&mut answer).into_iter().flat_map(Map::values_mut) {
        if *field == plant(data::ANSWERED) {
            *field = format!("of {}", plant(secret::ISSUED)).into();
        }
    }
    outcome("the secret in other fields", Response::json(200, &answer))
}

/// The first record of an answer.
fn record(answer: &mut Value) -> Option<&mut Map<String, Value>> {
    let pointer = ["/0", "/items/0", "/data/0", ""].into_iter().find(|pointer| {
        let at = answer.pointer(pointer);
        at.is_some_and(Value::is_object)
    })?;
    answer.pointer_mut(pointer)?.as_object_mut()
}

/// Errors, with a secret wherever some vendor writes something.
fn refusals() -> Vec<Outcome> {
    const STATUSES: [u16; 22] = [
        300, 302, 304, 307, 400, 401, 402, 403, 404, 405, 408, 409, 410, 412, 418, 422, 423, 428, 429, 500,
        503, 599,
    ];

    let said = plant(secret::REFUSAL);
    let page = format!("<html><title>{said}</title><a href=\"/?key={said}\">{said}</a></html>");
    let mut all = Vec::new();
    for status in STATUSES {
        all.push(outcome(
            format!("{status} with a page"),
            Response::new(status).with_body("text/html", page.as_str()),
        ));
        all.push(outcome(format!("{status} with everything"), Response::json(status, &everything(&said))));
    }
    for (name, body) in shapes(&said) {
        for status in [400, 500] {
            all.push(outcome(format!("{status} with {name}"), Response::json(status, &body)));
        }
    }
    let truncated = everything(&said).to_string();
    let truncated = &truncated[..truncated.len() / 2];
    all.push(outcome("400 with half a body", Response::new(400).with_body("application/json", truncated)));
    all
}

/// The bodies of errors that the vendors document, each text of theirs with a secret in it.
fn shapes(said: &str) -> Vec<(String, Value)> {
    let mut shapes = Vec::new();
    for (how, text) in [
        ("the secret", said.to_owned()),
        ("a sentence", format!("The token {said} is not valid")),
        ("a quoted value", format!("no such key '{said}', token=\"{said}\"")),
        ("an address", format!("GET https://user:{said}@example.com/?access_token={said} failed")),
        ("a header", format!("got Authorization: Bearer {said}")),
    ] {
        let body = json!({ "message": text, "code": "invalid_request" });
        shapes.push((format!("{how} for a message"), body));
        shapes.push((format!("{how} as a detail"), json!({ "detail": text })));
        let messages = json!([{ "locale": "en-US", "localeOrigin": "DEFAULT", "text": text }]);
        let body = json!({ "detailCode": text, "trackingId": format!("of {said}"), "messages": messages });
        shapes.push((format!("{how} in messages"), body));
        let body = json!({ "error": text, "error_description": text, "error_uri": text });
        shapes.push((format!("{how} as OAuth has it"), body));
        let body =
            json!({ "key": text, "context": { "message": text, "fieldViolations": [{ "value": text }] } });
        shapes.push((format!("{how} in a context"), body));
        let body = json!({ "errors": [{ "id": text, "code": text, "title": text, "detail": text }] });
        shapes.push((format!("{how} in a list of errors"), body));
    }
    shapes.push(("a text".to_owned(), said.into()));
    shapes.push(("a secret for a name".to_owned(), json!({ said: { said: said } })));
    shapes
}

fn everything(said: &str) -> Value {
    json!({
        "code": said, "key": said, "detailCode": said, "error": said, "message": said, "detail": said,
        "error_description": said, "context": { "message": said }, "trackingId": format!("of {said}"),
        "traceId": format!("of {said}"), "messages": [{ "text": said }],
        "errors": [{ "code": said, "title": said, "detail": said }], said: said,
    })
}

/// Answers that do not arrive, or in part.
fn losses(answer: &Value) -> Vec<Outcome> {
    let text = answer.to_string();
    let lost = |name: &str, fault: Fault| Outcome {
        fault: Some(fault),
        ..outcome(name, Response::json(200, answer))
    };
    let mut all = vec![
        lost("a reset before it took effect", Fault::reset_before_effect()),
        lost("a reset after it took effect", Fault::reset_after_effect()),
        Outcome {
            asked: Asked::Impatiently,
            ..lost("no answer in time", Fault::delay(Duration::from_secs(3600)))
        },
        Outcome { asked: Asked::InVain, ..outcome("nobody there", Response::json(200, answer)) },
        Outcome {
            fault: Some(Fault::cut_after(30)),
            ..outcome("an error that breaks off", Response::json(403, &everything(&plant(secret::REFUSAL))))
        },
    ];
    for cut in cuts(&text) {
        all.push(lost(&format!("a connection that ends after {cut} bytes"), Fault::cut_after(cut)));
    }
    all
}

/// A sample of an answer with canaries in the place of all its texts, and in fields that nobody has heard of.
pub(crate) fn planted(sample: &str) -> Value {
    let mut answer = serde_json::from_str(sample).unwrap();
    plant_in(&mut answer, "", 0);
    answer
}

fn plant_in(value: &mut Value, name: &str, depth: usize) {
    match value {
        // A vendor that shows it again shows the whole of it.
        Value::String(text) if text.starts_with("SECRET-") || ["key", "token"].contains(&name) => {
            *text = plant(secret_called(name));
        }
        Value::String(text) if text.parse::<Timestamp>().is_err() => {
            let is_id = depth <= 1 && ["id", "_id"].contains(&name);
            *text = plant(if is_id { data::TOKEN_ID } else { data::ANSWERED });
        }
        Value::Array(items) => {
            for (number, item) in items.iter_mut().enumerate() {
                // One record is the one that the calls are about.
                plant_in(item, name, depth + number);
            }
        }
        Value::Object(fields) => {
            let is_list = fields.contains_key("items") || fields.contains_key("data");
            for (name, value) in fields.iter_mut() {
                plant_in(value, name, depth + usize::from(!is_list));
            }
            // A map of links has no fields, but names of links.
            if name != "_links" {
                fields.insert("unheardOf".to_owned(), plant(data::ANSWERED).into());
                for name in ["newApiKey", "client_secret_2", "session-token", "passwordHash"] {
                    fields.insert(name.to_owned(), plant(secret::HIDDEN).into());
                }
                let nested = json!([{ "value": plant(secret::HIDDEN), "jwt": plant(secret::HIDDEN) }]);
                fields.insert("credentials".to_owned(), nested);
            }
        }
        _ => {}
    }
}

fn secret_called(name: &str) -> &'static str {
    match name {
        "access_token" => secret::BEARER,
        "refresh_token" => secret::REFRESH,
        _ => secret::ISSUED,
    }
}
