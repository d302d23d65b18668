//! Answers in an encoding that was not asked for.

use tokenward::{
    Access, CreateToken, ErrorKind, Expiry, ListOptions, TokenManager, TokenManagerExt, mist::Mist,
};

use crate::server::{Server, answer, http};

#[tokio::test]
async fn an_encoded_answer_is_named_and_not_called_other_than_json() {
    for (header, name) in [
        ("gzip", "gzip"),
        ("X-GZIP", "gzip"),
        ("br", "br"),
        ("zstd", "zstd"),
        ("gzip, br", "something unknown"),
        ("CANARY-7f3a", "something unknown"),
    ] {
        let server =
            Server::always(answer(200, &format!("Content-Encoding: {header}\r\n"), "\u{1f}[]")).await;
        let mist = Mist::builder("a-credential").base_url(&server.url).http(http()).build().unwrap();
        let expected = format!("the answer is encoded as {name}, although `identity` was asked for");
        let tokens = mist.user_tokens();
        let list = tokens.list_all(ListOptions::default()).await.unwrap_err();
        assert_eq!((list.kind(), list.message()), (ErrorKind::Protocol, expected.as_str()), "{header}");
        let get = tokens.get(&"7".parse().unwrap()).await.unwrap_err();
        assert_eq!(get.message(), expected, "{header}");
        let raw = mist.raw().list_api_tokens().await.unwrap_err();
        assert_eq!(raw.to_string(), expected, "{header}");
        let request = CreateToken::new("ci", Expiry::Never, Access::Full);
        let created = tokens.create(request).await.unwrap_err();
        assert_eq!(created.kind(), ErrorKind::Ambiguous, "{header}");
        assert!(created.message().starts_with(&expected), "{created}");
    }
    let server = Server::always(answer(200, "Content-Encoding: identity\r\n", "[]")).await;
    let mist = Mist::builder("a-credential").base_url(&server.url).http(http()).build().unwrap();
    assert!(mist.user_tokens().list_all(ListOptions::default()).await.unwrap().is_empty());
}
