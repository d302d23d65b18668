//! An independent client, on `reqwest` alone.

use reqwest::{Method, header::HeaderMap};
use serde_json::Value;
use tokenward_testkit::{Clock, Server, Simulated};

/// A quarter past nine: no window ends for a while.
pub(crate) const START: &str = "2026-11-02T09:15:00Z";

pub(crate) struct World<S> {
    pub(crate) vendor: S,
    pub(crate) clock: Clock,
    pub(crate) server: Server,
}

impl<S: Simulated + Clone> World<S> {
    pub(crate) async fn new(vendor: impl FnOnce(Clock) -> S) -> Self {
        let clock = Clock::starting_at(START.parse().unwrap());
        let vendor = vendor(clock.clone());
        let server = Server::start(vendor.clone()).await.unwrap();
        Self { vendor, clock, server }
    }

    pub(crate) fn client(&self, authorization: impl Into<String>) -> Client {
        let http = crate::http().build().unwrap();
        Client { http, url: self.server.url(), authorization: authorization.into(), headers: Vec::new() }
    }

    pub(crate) fn advance_seconds(&self, seconds: i64) {
        self.clock.advance(tokenward_testkit::SignedDuration::from_secs(seconds));
    }
}

#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    authorization: String,
    headers: Vec<(&'static str, String)>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{} is no JSON", self.text))
    }

    /// A member of the answer as text.
    #[track_caller]
    pub(crate) fn text(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.text)).to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn number(&self, name: &str) -> i64 {
        self.header(name).unwrap_or_else(|| panic!("no {name}")).parse().unwrap()
    }

    #[track_caller]
    pub(crate) fn items(&self) -> usize {
        self.json().as_array().unwrap().len()
    }
}

impl Client {
    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) async fn try_send(
        &self,
        method: Method,
        path: &str,
        content_type: &str,
        body: Option<String>,
    ) -> Result<Answer, reqwest::Error> {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if !self.authorization.is_empty() {
            request = request.header("authorization", &self.authorization);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(body) = body {
            request = request.header("content-type", content_type).body(body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Answer { status, headers, text: response.text().await? })
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let body = body.map(|body| body.to_string());
        self.try_send(method, path, "application/json", body).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn json_patch(&self, path: &str, body: Value) -> Answer {
        let body = Some(body.to_string());
        self.try_send(Method::PATCH, path, "application/json-patch+json", body).await.unwrap()
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }
}
