//! What is shown although it was planted, each with its reason. That it is shown is tested, too: what is no longer needed
//! goes.

use tokenward_http::{HttpOptions, RetryOptions};
use tokenward_mist::{Mist, raw};
use tokenward_testkit::{Canaries, Canary};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::plants::{data, plant, secret};

/// An error of a family names the token that it is about.
pub(crate) const IN_ERRORS_OF_FAMILIES: [&str; 1] = [data::TOKEN_ID];

/// A vendor's id of a request is for the vendor's support, and any text that is made like an id is taken for one. What is
/// planted there is not made like one.
const REQUEST_ID: &str = "x-request-id";

/// A secret of plain words cannot be told from a message. What is planted has capitals and digits.
const PLAIN_WORDS: &str = "correct horse";

fn is_shown(name: &str, text: &str) -> bool {
    Canaries::new([Canary::new(name)]).find_in(text).iter().any(|hit| hit.canary() == name)
}

fn mist(url: &str) -> Mist {
    let http = HttpOptions::default().with_retry(RetryOptions::none());
    Mist::builder(plant(secret::CREDENTIAL)).base_url(url).http(http).build().unwrap()
}

async fn refusal(answer: ResponseTemplate) -> raw::Error {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    mist(&server.uri())
        .raw()
        .get_org_api_token(&plant(data::ASKED), &plant(data::TOKEN_ID))
        .await
        .unwrap_err()
}

#[tokio::test]
async fn an_error_of_a_family_names_the_token() {
    use tokenward::TokenManager;

    let server = MockServer::start().await;
    let id = plant(data::TOKEN_ID).parse().unwrap();
    let error = mist(&server.uri()).user_tokens().get(&id).await.unwrap_err();
    for name in IN_ERRORS_OF_FAMILIES {
        assert!(is_shown(name, &format!("{error:?}")), "{name}");
    }
}

#[tokio::test]
async fn an_id_of_a_request_is_shown() {
    let answer = ResponseTemplate::new(403).insert_header(REQUEST_ID, plant(secret::HEADER));
    assert!(is_shown(secret::HEADER, &refusal(answer).await.to_string()));
}

#[tokio::test]
async fn plain_words_are_shown() {
    use tokenward::TokenManager;

    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(403).set_body_string(format!(r#"{{"detail": "not {PLAIN_WORDS}"}}"#));
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let error = mist(&server.uri()).user_tokens().get(&"7".parse().unwrap()).await.unwrap_err();
    assert!(error.to_string().contains(PLAIN_WORDS), "{error}");
}
