//! Answers shaped like the vendors' documentation, and a server on this machine that gives them.

use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

/// The root README's examples are compiled as tests of this item.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
#[derive(Debug)]
pub struct ReadmeExamples;

/// A sample answer: `sample!("mist.create_org_api_token")`.
#[macro_export]
macro_rules! sample {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/samples/", $name, ".json"))
    };
}

/// A server that gives this one answer to everything, and remembers what it was asked.
pub async fn answering(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> MockServer {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(status).set_body_raw(body, content_type);
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}
