//! Numbers as vendors write them.

use tokenward::{ErrorKind, ListOptions, TokenManagerExt, launchdarkly::LaunchDarkly, sailpoint::SailPoint};

use crate::server::{Server, answer, http};

async fn listed(total: &str) -> Result<usize, String> {
    let token = r#"{"_id":"7","ownerId":"o","memberId":"m","creationDate":1,"lastModified":1}"#;
    let body = format!(r#"{{"items":[{token}],"totalCount":{total}}}"#);
    let server = Server::always(answer(200, "", &body)).await;
    let client = LaunchDarkly::builder("api-x").base_url(&server.url).http(http()).build().unwrap();
    let tokens = client.access_tokens().list_all(ListOptions::default()).await;
    tokens.map(|tokens| tokens.len()).map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_whole_number_may_be_written_with_a_fraction_and_another_says_what_is_wrong() {
    assert_eq!(listed("1").await, Ok(1));
    assert_eq!(listed("1.0").await, Ok(1));
    for (total, expected) in [
        ("-1", "the vendor's total is a negative number"),
        ("1.5", "a number that is not whole"),
        ("\"1\"", "text is there"),
        ("99999999999999999999999", "too large"),
    ] {
        let error = listed(total).await.unwrap_err();
        assert!(error.contains(expected), "{total}: {error}");
    }
}

#[tokio::test]
async fn the_life_of_a_bearer_is_read_as_text_and_with_a_fraction() {
    for life in [r#""3599""#, "749.0", "749", r#"" 749 ""#] {
        let server = Server::start(move |_, request| match request.starts_with("POST") {
            true => {
                let grant =
                    format!(r#"{{"access_token":"a.b.c","token_type":"Bearer","expires_in":{life}}}"#);
                answer(200, "", &grant)
            }
            false => answer(200, "", "[]"),
        })
        .await;
        let sailpoint =
            SailPoint::builder("id", "secret").base_url(&server.url).http(http()).build().unwrap();
        let clients = sailpoint.oauth_clients();
        for _ in 0..2 {
            clients.list_all(ListOptions::default()).await.unwrap();
        }
        let grants = server.requests().iter().filter(|request| request.starts_with("POST")).count();
        assert_eq!(grants, 1, "{life}: the bearer is kept");
    }
}

#[tokio::test]
async fn a_grant_that_cannot_be_read_says_where() {
    let server = Server::always(answer(200, "", r#"{"access_token":17}"#)).await;
    let sailpoint = SailPoint::builder("id", "secret").base_url(&server.url).http(http()).build().unwrap();
    let error = sailpoint.oauth_clients().list_all(ListOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert!(error.to_string().contains("`access_token`: text is expected"), "{error}");
}
