//! A secret that has arrived reaches the caller, whatever stands around it.

use tokenward::{
    Access, CreateToken, ErrorKind, Expiry, ExposeSecret, Lineage, ResetOptions, TokenManager,
    launchdarkly::LaunchDarkly, mist::Mist,
};

use crate::server::{Server, answer, cut, http};

const SECRET: &str = "api-CANARY-0123456789";

fn launchdarkly(server: &Server) -> LaunchDarkly {
    LaunchDarkly::builder("api-x").base_url(&server.url).http(http()).build().unwrap()
}

fn request() -> CreateToken {
    CreateToken::new("ci", Expiry::Never, Access::scopes(["role:reader"])).with_lineage(Lineage::random())
}

fn token() -> String {
    format!(
        r#"{{"_id":"7","ownerId":"o","memberId":"m","creationDate":1,"lastModified":1,"token":"{SECRET}","_links":{{}}}}"#
    )
}

/// Statuses from which it cannot be told whether the vendor did it.
const DOUBTFUL: [u16; 22] = [
    101, 300, 301, 302, 304, 307, 308, 406, 407, 408, 416, 418, 421, 425, 431, 451, 499, 500, 502, 504, 599,
    699,
];

#[tokio::test]
async fn a_creation_is_ambiguous_unless_its_status_proves_that_nothing_happened() {
    for status in DOUBTFUL {
        let server = Server::always(answer(status, "", r#"{"code":"odd","message":"Not this way"}"#)).await;
        let error = launchdarkly(&server).access_tokens().create(request()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Ambiguous, "{status}: {error}");
        assert!(error.attempt().is_some() && error.status() == Some(status), "{status}: {error}");
        assert!(error.message().starts_with(&format!("the vendor answered {status}")), "{error}");
        assert_eq!(error.vendor_code(), (![101, 304].contains(&status)).then_some("odd"), "{status}");
        assert_eq!(server.requests().len(), 1, "{status}");
    }
    let cut = Server::always(cut("{")).await;
    let error = launchdarkly(&cut).access_tokens().create(request()).await.unwrap_err();
    assert!(error.message().starts_with("the answer broke off, and holds no secret"), "{error}");
    for status in [400, 401, 402, 403, 404, 405, 409, 410, 411, 412, 413, 414, 415, 422, 423, 428, 429] {
        let server = Server::always(answer(status, "", "{}")).await;
        let error = launchdarkly(&server).access_tokens().create(request()).await.unwrap_err();
        assert!(error.kind() != ErrorKind::Ambiguous && error.attempt().is_none(), "{status}: {error}");
    }
}

#[tokio::test]
async fn a_secret_beside_a_status_that_is_no_success_is_in_the_error() {
    for status in DOUBTFUL {
        if [101, 304].contains(&status) {
            // It has no body.
            continue;
        }
        let server = Server::always(answer(status, "", &token())).await;
        let error = launchdarkly(&server).access_tokens().create(request()).await.unwrap_err();
        assert_eq!(error.token_id().map(|id| id.as_str()), Some("7"), "{status}");
        assert!(!format!("{error} {error:?}").contains(SECRET), "{error:?}");
        assert_eq!(error.into_secret().expect("a secret").expose_secret(), SECRET, "{status}");

        let (tokens, id) = (launchdarkly(&server).access_tokens(), "7".parse().unwrap());
        let error = tokens.reset(&id, ResetOptions::default().even_if_current()).await.unwrap_err();
        assert!(error.into_secret().is_some(), "{status}");
    }
}

#[tokio::test]
async fn of_several_values_the_last_one_that_is_no_mask_is_the_secret() {
    let other = SECRET.replace("CANARY", "EARLIER");
    for (secrets, drift) in [
        (format!(r#""token":"{other}","token":"{SECRET}""#), true),
        (format!(r#""token":"1234","token":"{SECRET}""#), true),
        (format!(r#""token":"{SECRET}","token":"api-...6789""#), true),
        (format!(r#""token":"{SECRET}","token":"********""#), true),
        (format!(r#""token":"{SECRET}","token":"{SECRET}""#), false),
    ] {
        let body = token().replace(&format!(r#""token":"{SECRET}""#), &secrets);
        let server = Server::always(answer(201, "", &body)).await;
        let issued = launchdarkly(&server).access_tokens().create(request()).await.unwrap();
        assert_eq!((issued.secret.expose_secret(), issued.token.id.as_str()), (SECRET, "7"), "{secrets}");
        let said = issued.drift.as_ref().map(ToString::to_string).unwrap_or_default();
        assert_eq!(said.contains("several times with different values"), drift, "{secrets}: {said}");
        assert!(!format!("{issued:?}").contains("CANARY") && !format!("{issued:?}").contains("EARLIER"));
        let raw = launchdarkly(&server).raw().post_token(&Default::default()).await.unwrap().into_inner();
        assert_eq!(raw.secret.expose(), SECRET, "{secrets}");
    }
}

#[tokio::test]
async fn a_mask_is_not_given_for_the_secret() {
    let body = r#"[{"id":"7","name":"ci","key":"1qkb...QQCL"}]"#;
    let server = Server::always(answer(200, "", body)).await;
    let mist = Mist::builder("a-credential").base_url(&server.url).http(http()).build().unwrap();
    let request = CreateToken::new("ci", Expiry::Never, Access::Full);
    let error = mist.user_tokens().create(request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous);
    assert!(error.to_string().contains("only the mask of the secret"), "{error}");
    assert_eq!(error.token_id().map(|id| id.as_str()), Some("7"));
    assert_eq!(error.into_secret().unwrap().expose_secret(), "1qkb...QQCL");
}
