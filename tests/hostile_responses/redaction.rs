//! Nothing that the vendor says repeats a secret that the client knows, or controls a terminal.

use tokenward::{
    Access, CreateToken, Expiry, ListOptions, RevokeOptions, TokenManager, TokenManagerExt,
    atlassian::Atlassian, launchdarkly::LaunchDarkly, mist::Mist, sailpoint::SailPoint,
};

use crate::server::{Server, answer, http};

/// A credential that looks like a word.
const PLAIN: &str = "correcthorsebattery";

/// Texts that repeat it.
const ECHOES: [&str; 7] = [
    "correcthorsebattery",
    "CorrectHorseBattery",
    "id-correcthorsebattery",
    "correcthorse%62attery",
    "Y29ycmVjdGhvcnNlYmF0dGVyeQ==",
    "eWNvcnJlY3Rob3JzZWJhdHRlcnk",
    "correcthorse battery",
];

fn repeats(text: &str) -> bool {
    let text = text.to_lowercase().replace([' ', '\n'], "");
    let hidden = ["correcthorse", "y29ycmvjdghvcnnl", "ewnvcnjly3rob3jz"];
    hidden.iter().any(|hidden| text.contains(hidden))
}

fn shown(error: &(impl std::error::Error + ?Sized)) -> String {
    let source = error.source().map(shown).unwrap_or_default();
    format!("{error} {error:#} {error:?} {error:#?} {source}")
}

#[tokio::test]
async fn a_known_secret_is_left_out_of_headers_codes_and_messages() {
    for echo in ECHOES {
        for status in [400, 401, 403, 409, 500] {
            let headers =
                format!("X-Request-Id: {echo}\r\nSlpt-Request-Id: {echo}\r\nRetry-After: {echo}\r\n");
            let body = format!(
                r#"{{"code":"{echo}","key":"{echo}","detailCode":"{echo}","message":"not {echo} here","detail":"{echo}",
                "trackingId":"{echo}","traceId":"{echo}","error":"{echo}","{echo}":1}}"#
            );
            let server = Server::always(answer(status, &headers, &body)).await;
            let client = LaunchDarkly::builder(PLAIN).base_url(&server.url).http(http()).build().unwrap();
            let error = client.access_tokens().get(&"7".parse().unwrap()).await.unwrap_err();
            assert!(!repeats(&shown(&error)), "{echo} {status}: {error:?}");
            assert!(!repeats(error.request_id().unwrap_or_default()), "{echo}");
            let raw = client.raw().get_token("7").await.unwrap_err();
            assert!(!repeats(&shown(&raw)), "{echo} {status}: {raw:?}");
        }
        // A success that does not fit, with a name of the vendor's on the way.
        let body = format!(r#"{{"_id":"7","_links":{{"{echo}":17}},"ownerId":{{"{echo}":1}}}}"#);
        let server = Server::always(answer(200, &format!("X-Request-Id: {echo}\r\n"), &body)).await;
        let client = LaunchDarkly::builder(PLAIN).base_url(&server.url).http(http()).build().unwrap();
        let error = client.access_tokens().get(&"7".parse().unwrap()).await.unwrap_err();
        assert!(!repeats(&shown(&error)), "{echo}: {error:?}");
        let raw = client.raw().get_token("7").await.unwrap_err();
        assert!(!repeats(&shown(&raw)), "{echo}: {raw:?}");
    }
}

#[tokio::test]
async fn every_vendors_credential_is_known_and_so_are_a_bearer_and_the_secret_that_it_is_got_with() {
    let refusal = |secret: &str| {
        answer(403, &format!("X-Request-Id: {secret}\r\n"), &format!(r#"{{"message":"{secret}"}}"#))
    };

    let server = Server::always(refusal(PLAIN)).await;
    let atlassian = Atlassian::builder(PLAIN).base_url(&server.url).http(http()).build().unwrap();
    let mist = Mist::builder(PLAIN).base_url(&server.url).http(http()).build().unwrap();
    let errors = [
        atlassian.api_keys("org").list_all(ListOptions::default()).await.unwrap_err(),
        mist.user_tokens().list_all(ListOptions::default()).await.unwrap_err(),
    ];
    assert!(errors.iter().all(|error| !repeats(&shown(error))), "{errors:?}");

    for (secret, bearer) in [(PLAIN, "another"), ("another-secret", PLAIN)] {
        let server = Server::start(move |_, request| match request.starts_with("POST") {
            true => answer(200, "", &format!(r#"{{"access_token":"{bearer}","expires_in":600}}"#)),
            false => refusal(PLAIN),
        })
        .await;
        let sailpoint =
            SailPoint::builder("client", secret).base_url(&server.url).http(http()).build().unwrap();
        let error = sailpoint.oauth_clients().list_all(ListOptions::default()).await.unwrap_err();
        assert!(!repeats(&shown(&error)), "{error:?}");
        assert_eq!(error.status(), Some(403));
    }
    // The token endpoint itself.
    let server = Server::always(refusal(PLAIN)).await;
    let sailpoint = SailPoint::builder("client", PLAIN).base_url(&server.url).http(http()).build().unwrap();
    let error = sailpoint.oauth_clients().list_all(ListOptions::default()).await.unwrap_err();
    assert!(!repeats(&shown(&error)), "{error:?}");
}

#[tokio::test]
async fn a_secret_that_was_issued_is_left_out_of_later_errors() {
    let issued = r#"{"id":"7","name":"ci","key":"correcthorsebattery"}"#;
    let refusal = r#"{"detail":"correcthorsebattery is not live"}"#;
    let server = Server::start(move |_, request| match request.starts_with("POST") {
        true => answer(200, "", issued),
        false => answer(404, "X-Request-Id: correcthorsebattery\r\n", refusal),
    })
    .await;
    let mist = Mist::builder("a-credential").base_url(&server.url).http(http()).build().unwrap();
    let tokens = mist.user_tokens();
    let request = CreateToken::new("ci", Expiry::Never, Access::Full);
    assert!(tokens.create(request).await.is_ok());
    let error =
        tokens.revoke(&"7".parse().unwrap(), RevokeOptions::default().even_if_current()).await.unwrap_err();
    assert!(!repeats(&shown(&error)), "{error:?}");
    assert_eq!(error.vendor_message(), Some("… is not live"));
}

#[tokio::test]
async fn a_client_id_is_no_secret() {
    let refusal = |request: &str| match request.starts_with("POST") {
        true => answer(200, "", r#"{"access_token":"a.b.c","expires_in":600}"#),
        false => {
            answer(403, "Slpt-Request-Id: plainclientid\r\n", r#"{"message":"plainclientid is disabled"}"#)
        }
    };
    let server = Server::start(move |_, request| refusal(request)).await;
    let sailpoint =
        SailPoint::builder("plainclientid", "secret").base_url(&server.url).http(http()).build().unwrap();
    let error = sailpoint.oauth_clients().list_all(ListOptions::default()).await.unwrap_err();
    assert_eq!(error.vendor_message(), Some("plainclientid is disabled"));
    assert_eq!(error.request_id(), Some("plainclientid"));
}

#[tokio::test]
async fn symbols_and_control_characters_of_a_vendor_are_not_printed() {
    for text in [
        "tiger!!#lily",
        "#$%^&*!~+",
        "\\u001b[31mred",
        "\\u001b]0;title\\u0007",
        "back\\bspace",
        "nul\\u0000",
        "\\u007f",
        "\\u009b2J",
        "a\\u202eb",
        "line\\u2028break",
    ] {
        let body = format!(r#"{{"code":"{text}","message":"the value {text} is wrong","detail":"{text}"}}"#);
        let server = Server::always(answer(400, "", &body)).await;
        let mist = Mist::builder("a-credential").base_url(&server.url).http(http()).build().unwrap();
        let error = mist.user_tokens().list_all(ListOptions::default()).await.unwrap_err();
        let text: String = serde_json::from_str(&format!("\"{text}\"")).unwrap();
        let shown = error.to_string();
        assert!(!shown.contains(&text), "{shown}");
        assert!(!shown.chars().any(char::is_control), "{shown:?}");
    }
}

#[tokio::test]
async fn an_error_of_a_raw_call_shows_the_path_as_a_template() {
    for (answered, expected) in [
        (
            answer(403, "X-Request-Id: r-17\r\n", "{}"),
            "GET /api/v2/tokens/{id} was answered 403 Forbidden, request r-17",
        ),
        (Vec::new(), "no answer: the connection was lost"),
        (answer(200, "", "17"), "the answer has another shape than documented"),
    ] {
        let server = Server::always(answered).await;
        let client = LaunchDarkly::builder("api-x").base_url(&server.url).http(http()).build().unwrap();
        let error = client.raw().get_token(PLAIN).await.unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
        assert!(!repeats(&shown(&error)), "{error:?}");
    }
}
