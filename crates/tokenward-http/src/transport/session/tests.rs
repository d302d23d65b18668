use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::*;
use crate::auth::authorize::HeaderCredential;

#[derive(Debug)]
struct NeverGranted;

impl Authorize for NeverGranted {
    fn header(&self) -> BoxFuture<'_, Result<HeaderValue, AuthorizeError>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test(start_paused = true)]
async fn an_authorization_that_never_comes_ends_at_the_deadline() {
    const LIST: Endpoint = Endpoint {
        id: "list",
        method: "GET",
        path: "/tokens",
        content_type: None,
        authorized: true,
        repeatable: true,
    };

    let options = HttpOptions::default().with_deadline(Duration::from_secs(7));
    let base = BaseUrl::parse("http://127.0.0.1:9").unwrap();
    let session = Session::new(base, &options, "tokenward-test/1").unwrap();
    let session = session.with_authorization(Arc::new(NeverGranted));
    let request = session.client().get("http://127.0.0.1:9/tokens").build().unwrap();
    let start = Instant::now();
    let error = session.call(&[LIST], "list", request).await.unwrap_err();
    assert_eq!(error.to_string(), "no authorization: it took longer than the deadline of the call");
    assert_eq!(start.elapsed(), Duration::from_secs(7));
}

#[test]
fn the_vendor_is_told_by_the_product() {
    assert_eq!(vendor_of("tokenward-mist/0.1.0"), "mist");
    assert_eq!(vendor_of("acme"), "acme");
}

/// Serves these responses in order, each on its own connection. An empty response closes the connection. Returns the
/// base URL and the heads of the requests.
fn serving(answers: &'static [&'static str]) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = requests.clone();
    std::thread::spawn(move || {
        for answer in answers {
            let mut stream = listener.accept().unwrap().0;
            let (mut head, mut buffer) = (String::new(), [0; 1024]);
            while !head.contains("\r\n\r\n") {
                let length = stream.read(&mut buffer).unwrap();
                head += std::str::from_utf8(&buffer[..length]).unwrap();
            }
            seen.lock().unwrap().push(head.to_ascii_lowercase());
            if !answer.is_empty() {
                let end = "connection: close\r\ncontent-length: 0\r\n\r\n";
                stream.write_all(format!("HTTP/1.1 {answer}\r\n{end}").as_bytes()).unwrap();
            }
        }
    });
    (address, requests)
}

const READ: Endpoint = Endpoint {
    id: "read",
    method: "GET",
    path: "/tokens",
    content_type: None,
    authorized: true,
    repeatable: true,
};
const CREATE: Endpoint = Endpoint { id: "create", method: "POST", repeatable: false, ..READ };
const PUBLIC: Endpoint = Endpoint { id: "public", path: "/public", authorized: false, ..READ };

fn session_with(base: &str, options: &HttpOptions) -> Session {
    let credential = Renewable::default();
    let session = Session::new(BaseUrl::parse(base).unwrap(), options, "tokenward-test/1").unwrap();
    session.with_authorization(Arc::new(credential))
}

fn session_at(base: &str) -> Session {
    let retry = RetryOptions::default().with_delays(Duration::ZERO, Duration::ZERO);
    session_with(base, &HttpOptions::default().with_retry(retry))
}

async fn called(session: &Session, operation: Endpoint) -> Result<(), SendError> {
    let method = operation.method.parse().unwrap();
    let address = format!("{}{}", session.base_url().as_str().trim_end_matches('/'), operation.path);
    let request = session.client().request(method, address).build().unwrap();
    session.call(&[READ, CREATE, PUBLIC], operation.id, request).await.map(drop)
}

fn status(result: Result<(), SendError>) -> Option<u16> {
    match result.unwrap_err() {
        SendError::Status(response) => Some(response.status().as_u16()),
        _ => None,
    }
}

/// A bearer token that can be renewed each time it is rejected.
#[derive(Debug, Default)]
struct Renewable(AtomicUsize);

impl Authorize for Renewable {
    fn header(&self) -> BoxFuture<'_, Result<HeaderValue, AuthorizeError>> {
        let number = self.0.load(Ordering::Relaxed);
        Box::pin(std::future::ready(Ok(format!("bearer-{number}").parse().unwrap())))
    }

    fn forget<'a>(&'a self, _: &'a HeaderValue) -> BoxFuture<'a, bool> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(std::future::ready(true))
    }
}

#[tokio::test]
async fn a_read_is_retried_after_a_transient_answer_and_a_creation_is_not() {
    for (operation, requests, failure) in [(READ, 3, None), (CREATE, 1, Some(503))] {
        let (address, seen) = serving(&["503 Busy", "", "200 OK"]);
        let result = called(&session_at(&address), operation).await;
        assert_eq!((result.is_ok(), seen.lock().unwrap().len()), (failure.is_none(), requests));
        if failure.is_some() {
            assert_eq!(status(result), failure);
        }
    }
}

#[tokio::test]
async fn a_read_renews_a_refused_bearer_once_and_a_creation_leaves_that_to_the_next_call() {
    let (address, seen) = serving(&["401 Refused", "200 OK"]);
    called(&session_at(&address), READ).await.unwrap();
    let seen = seen.lock().unwrap().clone();
    assert!(seen[0].contains("authorization: bearer-0\r\n"), "{seen:?}");
    assert!(seen[1].contains("authorization: bearer-1\r\n"), "{seen:?}");

    let (address, seen) = serving(&["401 Refused", "401 Refused", "200 OK"]);
    assert_eq!(status(called(&session_at(&address), READ).await), Some(401));
    assert_eq!(seen.lock().unwrap().len(), 2);

    let (address, seen) = serving(&["401 Refused", "200 OK"]);
    let session = session_at(&address);
    assert!(matches!(called(&session, CREATE).await, Err(SendError::Expired(_))));
    assert_eq!(seen.lock().unwrap().len(), 1);
    called(&session, CREATE).await.unwrap();
    assert!(seen.lock().unwrap()[1].contains("authorization: bearer-1\r\n"));

    let (address, _) = serving(&["403 Forbidden"]);
    assert_eq!(status(called(&session_at(&address), CREATE).await), Some(403));

    let (address, seen) = serving(&["401 Refused", "200 OK"]);
    let fixed = HeaderCredential::new("", &"secret".into()).unwrap();
    let session = session_at(&address).with_authorization(Arc::new(fixed));
    assert_eq!(status(called(&session, CREATE).await), Some(401));
    assert_eq!(seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn only_a_request_that_found_no_connection_is_unsent() {
    let is_unsent = |result: Result<(), SendError>| match result {
        Err(SendError::Http { is_unsent, .. }) => is_unsent,
        other => panic!("{other:?}"),
    };
    let once = HttpOptions::default().with_retry(RetryOptions::none());
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert!(is_unsent(called(&session_with(&format!("http://{free}"), &once), CREATE).await));
    let (address, _) = serving(&[""]);
    assert!(!is_unsent(called(&session_with(&address, &once), CREATE).await));
}

#[tokio::test]
async fn only_an_authorized_request_takes_a_slot_and_only_a_sent_one_keeps_it() {
    let hour = Duration::from_secs(3600);
    let limited = |session: Session| session.with_rate_limits(&[RateLimit::counted(5, hour)]);
    let (address, seen) = serving(&["200 OK", "200 OK", "404 None", ""]);
    let session = limited(session_at(&address));
    called(&session, PUBLIC).await.unwrap();
    assert_eq!(session.free_slots("read"), Some(5));
    assert!(!seen.lock().unwrap()[0].contains("authorization"));
    for free in [4, 3, 2] {
        let _ = called(&session, CREATE).await;
        assert_eq!(session.free_slots("read"), Some(free));
    }
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let session = limited(session_at(&format!("http://{free}")));
    called(&session, CREATE).await.unwrap_err();
    assert_eq!(session.free_slots("read"), Some(5));
}

#[tokio::test]
async fn a_request_without_a_body_declares_its_length_if_its_method_has_one() {
    for (operation, has_length) in [(READ, false), (CREATE, true)] {
        let (address, seen) = serving(&["200 OK"]);
        let session = session_at(&address).with_header("x-mark", "17").unwrap();
        called(&session, operation).await.unwrap();
        let head = seen.lock().unwrap()[0].clone();
        assert_eq!(head.contains("content-length: 0\r\n"), has_length, "{head}");
        assert!(head.contains("x-mark: 17\r\n") && head.contains("accept-encoding: identity\r\n"));
    }
}

#[tokio::test]
async fn a_path_is_rewritten_below_the_base_address() {
    let (address, seen) = serving(&["200 OK"]);
    let rewrite = |path: &str| Ok(format!("/v2{path}"));
    let session = session_at(&format!("{address}/base")).with_path_rewrite(Arc::new(rewrite));
    called(&session, READ).await.unwrap();
    assert!(seen.lock().unwrap()[0].starts_with("get /base/v2/tokens http/1.1\r\n"));
    let session = session.with_path_rewrite(Arc::new(|_| Err("not in this version".to_owned())));
    let error = called(&session, READ).await.unwrap_err().to_string();
    assert_eq!(error, "invalid request: read: not in this version; nothing was sent");
}

#[tokio::test]
async fn an_unexpected_answer_keeps_its_origin_and_the_headers_about_the_answer() {
    let (address, _) = serving(&["404 None\r\nretry-after: 60\r\nx-echo: 17\r\nx-request-id: r-17"]);
    let Err(SendError::Status(response)) = called(&session_at(&address), CREATE).await else {
        panic!("a status")
    };
    let headers = response.headers();
    assert!(headers.contains_key("retry-after") && headers.contains_key("x-request-id"));
    assert!(!headers.contains_key("x-echo"));
    let origin = Origin::of(&response).unwrap();
    assert_eq!(origin.operation.id, "create");
    assert_eq!(request_id(headers, &origin.context).as_deref(), Some("r-17"));
    assert!(!response.url().as_str().contains("tokens"));
}

#[test]
fn a_header_is_kept_by_its_name_and_its_value() {
    let context = Context::default();
    context.known.add_credential("abcdefgh");
    let is_kept = |name: &'static str, value: &'static str| {
        is_about_the_answer(
            &HeaderName::from_static(name),
            &HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            &context,
        )
    };
    for (name, value, expected) in [
        ("retry-after", "60", true),
        ("date", "Sun, 22 Nov 2026 20:00:00 GMT", true),
        ("x-ratelimit-reset", "60", true),
        ("x-ratelimit-reset", "2026-11-22T20:00:00Z", true),
        ("x-ratelimit-reset", "2026-11-22T20:00:00.123456789+01:00", true),
        ("x-ratelimit-reset", "2026-11-22T20:00:00.1234567890123456789Z", false),
        ("x-ratelimit-reset", "QkFTRTY0", false),
        ("retry-after", "abcdefgh", false),
        ("x-request-id", "5f2a-17", true),
        ("x-request-id", "abcdefgh", false),
        ("x-request-id", "two words", false),
        ("x-echo", "60", false),
        ("x-echo", "5f2a-17", false),
        ("retry-after", "\u{e9}", false),
    ] {
        assert_eq!(is_kept(name, value), expected, "{name}: {value}");
    }
}

#[tokio::test]
async fn the_date_of_an_answer_tells_the_vendors_time() {
    let (address, _) = serving(&["200 OK\r\ndate: Sun, 22 Nov 2015 20:00:00 GMT"]);
    let session = session_at(&address);
    let before = session.vendor_now();
    assert!(before.abs_diff(Timestamp::now()) < Duration::from_secs(60));
    called(&session, READ).await.unwrap();
    let date: Timestamp = "2015-11-22T20:00:00Z".parse().unwrap();
    assert!(session.vendor_now().abs_diff(date) < Duration::from_secs(60));
}

#[tokio::test]
async fn a_key_replaces_the_authorization_only_if_there_is_none() {
    let place = KeyPlace::Header("x-key");
    let key: SecretString = "key-17".into();
    for is_authorized in [true, false] {
        let (address, seen) = serving(&["200 OK"]);
        let base = BaseUrl::parse(&address).unwrap();
        let session = Session::new(base, &HttpOptions::default(), "tokenward-test/1").unwrap();
        let session = session.with_key(place, &key).unwrap();
        let session = match is_authorized {
            true => session.with_authorization(Arc::new(Renewable::default())),
            false => session,
        };
        called(&session, READ).await.unwrap();
        let head = seen.lock().unwrap()[0].clone();
        assert!(head.contains("x-key: key-17\r\n"), "{head}");
        assert_eq!(head.contains("authorization: bearer-0\r\n"), is_authorized, "{head}");
    }
    let base = BaseUrl::parse("http://127.0.0.1:9").unwrap();
    let session = Session::new(base, &HttpOptions::default(), "tokenward-test/1").unwrap();
    let error = called(&session, READ).await.unwrap_err().to_string();
    assert_eq!(error, "no authorization: the client has no credential");
}
