//! Acme's side: keys in memory, pages, a quota in windows, and errors in its own words.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};
use tokenward_testkit::{Clock, Request, Response, Simulated, Timestamp};

/// The credential that Acme accepts. It consists of plain words, so only a comparison can recognize it.
pub(crate) const CREDENTIAL: &str = "correcthorsebattery";

/// The number of keys on a page.
pub(crate) const PAGE: usize = 10;

/// The length of a window, which begins at the multiples of its length.
pub(crate) const WINDOW: Duration = Duration::from_secs(30);

/// A simulated Acme. Clones share the keys.
#[derive(Clone)]
pub(crate) struct Acme {
    clock: Clock,
    state: Arc<Mutex<State>>,
}

struct State {
    keys: Vec<(String, Value)>,
    last_id: usize,
    traces: usize,
    quota: usize,
    /// The number of the current window, and the calls in it.
    calls: (i64, usize),
}

impl Acme {
    pub(crate) fn new(clock: Clock) -> Self {
        let state = State { keys: Vec::new(), last_id: 0, traces: 0, quota: usize::MAX, calls: (0, 0) };
        Self { clock, state: Arc::new(Mutex::new(state)) }
    }

    /// Adds so many keys.
    pub(crate) fn seed(&self, count: usize) {
        let mut state = self.lock();
        for number in 1..=count {
            state.create(json!({ "label": format!("seed-{number}"), "scopes": [] }), self.clock.now());
        }
    }

    /// Sets how many calls a window allows.
    pub(crate) fn quota(&self, calls: usize) {
        self.lock().quota = calls;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl Simulated for Acme {
    fn vendor(&self) -> &'static str {
        "acme"
    }

    fn now(&self) -> Option<Timestamp> {
        Some(self.clock.now())
    }

    fn respond(&self, request: &Request) -> Response {
        let now = self.clock.now();
        let mut state = self.lock();
        state.traces += 1;
        let trace = format!("trace-{}", state.traces);
        let response = state.answer(request, now);
        let date = httpdate::fmt_http_date(SystemTime::from(now));
        response.with_header("acme-trace", &trace).with_header("date", &date)
    }
}

impl State {
    fn answer(&mut self, request: &Request, now: Timestamp) -> Response {
        if request.header("authorization") != Some(&format!("Acme {CREDENTIAL}")) {
            return problem(401, "not_live", "the key is not live");
        }
        if let Some(opens) = self.full_until(now) {
            let full = problem(429, "window_full", "the window is full");
            return full.with_header("acme-window-opens", &opens.to_string());
        }
        let id = request.path.strip_prefix("/v1/keys/");
        match (request.method.as_str(), request.path.as_str(), id) {
            ("GET", "/v1/keys", _) => self.page(&request.query),
            ("POST", "/v1/keys", _) => match request.json() {
                Some(key) if self.has_label(&key["label"]) => {
                    problem(400, "label_clash", "choose another label")
                }
                Some(key) => Response::json(201, &self.create(key, now)),
                None => problem(400, "not_json", "the body is not JSON"),
            },
            ("GET", _, Some("me")) => Response::json(200, &json!({ "id": "root", "label": "root" })),
            (method, _, Some(id)) => {
                let Some(position) = self.keys.iter().position(|(known, _)| known == id) else {
                    return problem(404, "no_such_key", "there is no key of this id");
                };
                match method {
                    "GET" => Response::json(200, &self.keys[position].1),
                    _ => {
                        self.keys.remove(position);
                        Response::new(204)
                    }
                }
            }
            _ => problem(404, "no_such_place", "there is nothing here"),
        }
    }

    /// Counts a call; returns when the next window opens if this one is full.
    fn full_until(&mut self, now: Timestamp) -> Option<Timestamp> {
        let length = i64::try_from(WINDOW.as_secs()).unwrap();
        let window = now.as_second() / length;
        if self.calls.0 != window {
            self.calls = (window, 0);
        }
        self.calls.1 += 1;
        let is_full = self.calls.1 > self.quota;
        is_full.then(|| Timestamp::from_second((window + 1) * length).unwrap())
    }

    fn page(&self, query: &str) -> Response {
        let start = query.strip_prefix("after=p").map_or(0, |start| start.parse().unwrap());
        let keys: Vec<&Value> = self.keys.iter().skip(start).take(PAGE).map(|(_, key)| key).collect();
        let after = (start + PAGE < self.keys.len()).then(|| format!("p{}", start + PAGE));
        Response::json(200, &json!({ "keys": keys, "after": after }))
    }

    fn has_label(&self, label: &Value) -> bool {
        self.keys.iter().any(|(_, key)| key["label"] == *label)
    }

    /// Keeps a key, and returns it with its secret.
    fn create(&mut self, mut key: Value, now: Timestamp) -> Value {
        self.last_id += 1;
        let id = format!("k-{}", self.last_id);
        key["id"] = id.as_str().into();
        key["created"] = now.to_string().into();
        self.keys.push((id, key.clone()));
        key["secret"] = format!("acme-secret-{}", self.last_id).into();
        key
    }
}

fn problem(status: u16, id: &str, text: &str) -> Response {
    Response::json(status, &json!({ "problem": { "id": id, "text": text } }))
}
