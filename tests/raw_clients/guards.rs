//! No id leads anywhere but to its own operation.

use tokenward_tests::answering;
use wiremock::MockServer;

use crate::support;

/// The path that one call reached, or its error where nothing was sent.
async fn reached(server: &MockServer, error: Option<String>) -> Result<String, String> {
    let requests = server.received_requests().await.unwrap();
    server.reset().await;
    match (requests.as_slice(), error) {
        ([], Some(error)) => Err(error),
        ([request], _) => Ok(request.url.path().to_owned()),
        (requests, error) => panic!("{} requests, {error:?}", requests.len()),
    }
}

async fn delete_user_token(server: &MockServer, account: &str, token: &str) -> Result<String, String> {
    let error = support::atlassian(server).raw().delete_user_api_token(account, token).await.err();
    reached(server, error.map(|error| error.to_string())).await
}

#[tokio::test]
async fn real_account_ids_pass_and_are_encoded() {
    let server = answering(204, "application/json", "").await;
    let id = "557058:295406f3-a1fc-4733-b906-dd15d021bd79";
    assert_eq!(
        delete_user_token(&server, id, "a|b").await.unwrap(),
        "/users/557058%3A295406f3-a1fc-4733-b906-dd15d021bd79/manage/api-tokens/a%7Cb"
    );
}

#[tokio::test]
async fn ids_that_vanish_are_refused_before_anything_is_sent() {
    let server = answering(204, "application/json", "").await;
    for id in ["", ".", ".."] {
        for (account, token) in [(id, "t"), ("a", id), (id, id)] {
            let error = delete_user_token(&server, account, token).await.unwrap_err();
            assert!(error.contains("is empty, `.` or `..`; nothing was sent"), "{error}");
        }
    }
}

#[tokio::test]
async fn hostile_ids_stay_one_segment() {
    let server = answering(204, "application/json", "").await;
    for id in [
        "a/../b",
        r"..\..\orgs\o",
        "%2e%2e",
        "%2F",
        "?x=1",
        "#f",
        "a b",
        "\u{0}",
        "\n",
        "ü",
        ";",
        "...",
        "//",
        "a/",
    ] {
        let path = delete_user_token(&server, id, id).await.unwrap();
        let segments: Vec<&str> = path.split('/').collect();
        assert_eq!(segments.len(), 6, "{id:?} reached {path}");
        assert_eq!(
            (segments[1], segments[3], segments[4]),
            ("users", "manage", "api-tokens"),
            "{id:?} reached {path}"
        );
    }
}

#[tokio::test]
async fn an_id_that_is_the_name_of_another_operation_is_refused() {
    let server = answering(200, "application/json", r#"{"access_token":"t","expires_in":60}"#).await;
    let error = support::sailpoint(&server)
        .raw()
        .patch_personal_access_token("bulk-update", &vec![])
        .await
        .unwrap_err();
    assert!(error.to_string().contains("would call update_personal_access_tokens instead"), "{error}");
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[test]
fn no_operation_revokes_the_tokens_of_a_whole_organization() {
    let deletes: Vec<&str> = tokenward_atlassian::raw::ENDPOINTS
        .iter()
        .filter(|operation| operation.method == "DELETE")
        .map(|operation| operation.path)
        .collect();
    assert_eq!(deletes, ["/users/{account_id}/manage/api-tokens/{tokenId}"]);
}
