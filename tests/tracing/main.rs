//! What is traced, at the finest level and of every crate in the process: names and numbers, and nothing else.
//!
//! Alone in its process: what another test's thread traces first, with no
//! subscriber, may be cached as being of interest to nobody.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::{
    io,
    sync::{Arc, Mutex},
};

use tokenward_mist::{Mist, raw::types::OrgApiTokenInput};
use tokenward_tests::sample;
use tracing_subscriber::fmt::{MakeWriter, format::FmtSpan};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

const CREDENTIAL: &str = "CANARY-credential";

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The log of a creation whose response has this request id.
async fn logged(request_id: &str) -> String {
    let captured = Captured::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(captured.clone())
        .finish();
    let guard = tracing_subscriber::util::SubscriberInitExt::set_default(subscriber);
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200)
        .insert_header("x-request-id", request_id)
        .set_body_raw(sample!("mist.create_org_api_token"), "application/json");
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let mist = Mist::builder(CREDENTIAL).base_url(server.uri()).build().unwrap();
    mist.raw().create_org_api_token("org", &OrgApiTokenInput::new("ci")).await.unwrap();
    drop(guard);
    let bytes = captured.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn a_span_tells_names_and_numbers_and_no_secret() {
    let text = logged("request-17").await;
    let span =
        text.lines().find(|line| line.contains("close") && line.contains("create_org_api_token")).unwrap();
    for part in [
        "vendor=\"mist\"",
        "method=\"POST\"",
        "attempts=1",
        "status=200",
        "request_id=\"request-17\"",
        "duration_ms=",
    ] {
        assert!(span.contains(part), "{part} is not in {span}");
    }
    for secret in [CREDENTIAL, "SECRET-mist-org-key"] {
        assert!(!text.contains(secret), "{secret} was traced");
    }
}

#[tokio::test]
async fn a_request_id_that_repeats_the_issued_secret_is_not_in_the_span() {
    let text = logged("SECRET-mist-org-key").await;
    assert!(text.contains("create_org_api_token") && !text.contains("SECRET-mist-org-key"), "{text}");
}
