//! Connections that are refused, lost or cut off, and requests as they go out.

use std::{error::Error, net::TcpListener};

use tokenward::{
    Access, CreateToken, ErrorKind, Expiry, ListOptions, RetryAdvice, TokenManager, TokenManagerExt,
    launchdarkly::LaunchDarkly, mist::Mist, sailpoint::SailPoint,
};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::server::{Server, answer, cut, http};

fn mist(url: &str) -> Mist {
    Mist::builder("a-credential").base_url(url).http(http()).build().unwrap()
}

const LIST: &str = r#"[{"id":"7","name":"ci"}]"#;

#[tokio::test]
async fn a_list_that_is_cut_off_before_its_first_item_is_asked_for_again() {
    for begun in ["", "[", r#"[{"id":"7","na"#] {
        let server = Server::start(move |number, _| match number {
            0 | 1 => cut(begun),
            _ => answer(200, "", LIST),
        })
        .await;
        let tokens = mist(&server.url).org_tokens("org").list_all(ListOptions::default()).await.unwrap();
        assert_eq!((tokens.len(), server.requests().len()), (1, 3), "{begun}");
    }
    // Without a length, a body that is cut off ends like any other.
    let server = Server::start(move |number, _| match number {
        0 => b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[".to_vec(),
        _ => answer(200, "", LIST),
    })
    .await;
    let tokens = mist(&server.url).org_tokens("org").list_all(ListOptions::default()).await.unwrap();
    assert_eq!((tokens.len(), server.requests().len()), (1, 2));
    let server = Server::always(answer(200, "", "")).await;
    let error = mist(&server.url).org_tokens("org").list_all(ListOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), server.requests().len()), (ErrorKind::Protocol, 1), "an empty body is one");
    // A page whose end was read is not read again, whatever comes then.
    let server = Server::start(move |number, _| match number {
        0 => b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n".to_vec(),
        _ => answer(206, "Link: <x>; rel=\"next\"\r\n", LIST),
    })
    .await;
    let listing = mist(&server.url).org_tokens("org").listing(ListOptions::default()).await;
    assert!(!listing.is_complete() && server.requests().len() == 1, "{:?}", listing.errors);
    // Behind an item it would be given twice.
    let server = Server::always(cut(r#"[{"id":"7"},{"id":"#)).await;
    let listing = mist(&server.url).org_tokens("org").listing(ListOptions::default()).await;
    assert_eq!((listing.tokens.len(), server.requests().len()), (1, 1));
    assert_eq!(listing.errors[0].kind(), ErrorKind::Transport);
    // Attempts are bounded.
    let server = Server::always(cut("[")).await;
    let error = mist(&server.url).org_tokens("org").list_all(ListOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), server.requests().len()), (ErrorKind::Transport, 4));
}

#[tokio::test]
async fn a_raw_list_that_breaks_off_behind_an_item_is_read_again_from_its_beginning() {
    const PAGE: &str = r#"{"items":[{"_id":"7"},{"_id":"8"}],"totalCount":2}"#;
    let unannounced = |body: &str| format!("HTTP/1.1 200 OK\r\n\r\n{body}").into_bytes();
    for begun in [cut(r#"[{"id":"7","name":"ci"},{"id""#), unannounced(r#"[{"id":"7","name":"ci"},{"id""#)] {
        let server = Server::start(move |number, _| match number {
            0 => begun.clone(),
            _ => answer(200, "", LIST),
        })
        .await;
        let tokens = mist(&server.url).raw().list_org_api_tokens("org").await.unwrap().into_inner();
        assert_eq!((tokens.len(), tokens.good().count(), server.requests().len()), (1, 1, 2));
    }
    for begun in [cut(r#"{"items":[{"_id":"7"},{"_"#), unannounced(r#"{"items":[{"_id":"7"},{"_"#)] {
        let server = Server::start(move |number, _| match number {
            0 => begun.clone(),
            _ => answer(200, "", PAGE),
        })
        .await;
        let client =
            LaunchDarkly::builder("a-credential").base_url(&server.url).http(http()).build().unwrap();
        let page = client.raw().get_tokens(&Default::default()).await.unwrap().into_inner();
        assert_eq!((page.items.unwrap().len(), page.total_count), (2, Some(2)));
        assert_eq!(server.requests().len(), 2);
    }
}

#[tokio::test]
async fn a_read_whose_answer_breaks_off_is_sent_again_and_a_creation_is_not() {
    let record = r#"{"id":"7","name":"ci"}"#;
    let server =
        Server::start(move |number, _| if number % 2 == 0 { cut("{") } else { answer(200, "", record) })
            .await;
    let mist = mist(&server.url);
    let raw = mist.raw().get_org_api_token("org", "7").await.unwrap();
    assert_eq!((raw.id.as_deref(), server.requests().len()), (Some("7"), 2));
    let token = mist.user_tokens().get(&"7".parse().unwrap()).await.unwrap();
    assert_eq!((token.id.as_str(), server.requests().len()), ("7", 4));
    let request = CreateToken::new("ci", Expiry::Never, Access::Full);
    let error = mist.user_tokens().create(request).await.unwrap_err();
    assert_eq!((error.kind(), server.requests().len()), (ErrorKind::Ambiguous, 5));
}

#[tokio::test]
async fn a_bearer_whose_answer_breaks_off_is_asked_for_again() {
    let server = Server::start(|number, request| match request.starts_with("POST") {
        true if number == 0 => cut(r#"{"access_tok"#),
        true => answer(200, "", r#"{"access_token":"a.b.c","expires_in":600}"#),
        false => answer(200, "", "[]"),
    })
    .await;
    let sailpoint = SailPoint::builder("id", "secret").base_url(&server.url).http(http()).build().unwrap();
    sailpoint.oauth_clients().list_all(ListOptions::default()).await.unwrap();
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_request_without_a_body_says_so_also_when_it_is_sent_again() {
    let token = r#"{"_id":"7","ownerId":"o","memberId":"m","creationDate":1,"lastModified":1,"token":"api-0123456789"}"#;
    let server = Server::start(move |number, request| match request.starts_with("DELETE") {
        true if number < 3 => answer(503, "", ""),
        _ => answer(200, "", token),
    })
    .await;
    let client = LaunchDarkly::builder("api-x").base_url(&server.url).http(http()).build().unwrap();
    client.raw().reset_token("7", &Default::default()).await.unwrap();
    client.raw().delete_token("7").await.unwrap();
    let requests = server.requests();
    let lengths = |request: &String| request.to_lowercase().matches("content-length: 0\r\n").count();
    assert_eq!(lengths(&requests[0]), 1, "{}", requests[0]);
    assert!(!requests[0].to_lowercase().contains("transfer-encoding"), "{}", requests[0]);
    assert_eq!(requests.len(), 4);
    assert!(
        requests[1..].iter().all(|request| !request.to_lowercase().contains("content-length")),
        "{requests:?}"
    );

    // The same, sent again: a bearer that was refused is renewed for a PUT.
    let server = Server::start(|number, request| match (request.starts_with("POST /oauth"), number) {
        (true, _) => answer(200, "", r#"{"access_token":"a.b.c","expires_in":600}"#),
        (false, 1) => answer(401, "", ""),
        (false, _) => answer(200, "", "[]"),
    })
    .await;
    let sailpoint = SailPoint::builder("id", "secret").base_url(&server.url).http(http()).build().unwrap();
    sailpoint.oauth_clients().list_all(ListOptions::default()).await.unwrap();
    let form = &server.requests()[0];
    assert!(
        form.contains("content-length: 75\r\n") || form.to_lowercase().contains("content-length: "),
        "{form}"
    );
    assert!(
        server
            .requests()
            .iter()
            .all(|request| request.to_lowercase().contains("accept-encoding: identity\r\n"))
    );
}

/// The address of a server that answers in the clear whatever it is sent, so that no TLS comes about.
async fn in_clear() -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            // Until the client has read it: closed at once, the connection would be reset.
            let _ = stream.read(&mut [0; 1024]).await;
            let _ = stream.read(&mut [0; 1024]).await;
        }
    });
    address
}

/// What an error says, with the whole chain of its sources.
fn chain(error: &dyn Error) -> String {
    let source = error.source().map(chain).unwrap_or_default();
    format!("{error} {source}")
}

#[tokio::test]
async fn a_connection_that_was_never_made_says_why_and_may_always_be_tried_again() {
    let refused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let in_clear = format!("https://{}", in_clear().await);
    for (url, expected) in [
        (format!("http://{refused}"), "the connection was refused; nothing was sent"),
        (
            "https://no-such-host.invalid".to_owned(),
            "the host's name could not be resolved; nothing was sent",
        ),
        (in_clear, "the TLS handshake failed; nothing was sent"),
    ] {
        let tokens = mist(&url).user_tokens();
        let read = tokens.list_all(ListOptions::default()).await.unwrap_err();
        let request = CreateToken::new("ci", Expiry::Never, Access::Full);
        let written = tokens.create(request).await.unwrap_err();
        for error in [read, written] {
            assert_eq!(error.message(), expected, "{}", chain(&error));
            assert_eq!((error.kind(), error.retry()), (ErrorKind::Transport, RetryAdvice::Always));
            assert!(error.attempt().is_none());
        }
        let raw = mist(&url).raw().list_api_tokens().await.unwrap_err();
        assert_eq!(raw.to_string(), format!("no answer: {expected}"));
    }
}

#[tokio::test]
async fn a_connection_that_was_lost_may_have_sent_the_request() {
    let server = Server::always(Vec::new()).await;
    let tokens = mist(&server.url).user_tokens();
    let error = tokens.list_all(ListOptions::default()).await.unwrap_err();
    assert_eq!((error.message(), error.retry()), ("the connection was lost", RetryAdvice::IfIdempotent));
    let request = CreateToken::new("ci", Expiry::Never, Access::Full);
    assert_eq!(tokens.create(request).await.unwrap_err().kind(), ErrorKind::Ambiguous);
}
