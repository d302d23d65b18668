//! Faults, as a client sees them.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use tokenward_testkit::{Atlassian, Clock, Fault, InProcess, LaunchDarkly, Mist, Request, SailPoint};

use crate::client::{Client, World};

const TOKENS: &str = "/api/v2/tokens";

async fn world() -> (World<LaunchDarkly>, Client) {
    let world = World::new(LaunchDarkly::new).await;
    let client = world.client(LaunchDarkly::ADMIN_TOKEN);
    (world, client)
}

async fn create(client: &Client) -> Result<crate::client::Answer, reqwest::Error> {
    let body = json!({ "role": "reader" }).to_string();
    client.try_send(Method::POST, TOKENS, "application/json", Some(body)).await
}

#[tokio::test]
async fn a_status_is_answered_instead_of_the_vendor() {
    let (world, client) = world().await;
    world.server.script(
        Fault::status(503).with_header("retry-after", "3").with_body("text/html", "<html>later</html>"),
    );
    let answer = create(&client).await.unwrap();
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("3")));
    assert_eq!(
        (answer.header("content-type"), answer.text.as_str()),
        (Some("text/html"), "<html>later</html>")
    );
    assert_eq!(answer.header("x-ratelimit-reset"), None, "the vendor never saw it");
    assert_eq!(world.vendor.token_ids().len(), 3);
    assert_eq!(create(&client).await.unwrap().status, 201, "once, where nothing else is said");
}

#[tokio::test]
async fn a_status_after_the_effect_hides_that_it_happened() {
    let (world, client) = world().await;
    world.server.script(Fault::status(500).after_effect());
    let answer = create(&client).await.unwrap();
    assert_eq!((answer.status, answer.text.as_str()), (500, ""));
    assert_eq!(world.vendor.token_ids().len(), 4);
}

#[tokio::test]
async fn a_reset_is_no_answer_and_the_record_holds_the_request() {
    let (world, client) = world().await;
    world.server.script(Fault::reset_before_effect());
    assert!(create(&client).await.is_err());
    assert_eq!(world.vendor.token_ids().len(), 3);
    world.server.script(Fault::reset_after_effect());
    assert!(create(&client).await.is_err());
    assert_eq!(world.vendor.token_ids().len(), 4);
    let arrived = world.server.requests();
    assert_eq!(arrived.len(), 2);
    assert_eq!(arrived[1].json().unwrap(), json!({ "role": "reader" }));
    world.server.clear_requests();
    assert!(world.server.requests().is_empty());
}

#[tokio::test]
async fn a_cut_sends_the_headers_and_so_many_bytes_of_the_true_body() {
    let (world, _client) = world().await;
    for bytes in [0, 7] {
        world.server.script(Fault::cut_after(bytes));
        let http = crate::http().build().unwrap();
        let url = format!("{}{TOKENS}", world.server.url());
        let mut answer =
            http.get(url).header("authorization", LaunchDarkly::ADMIN_TOKEN).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let announced = answer.content_length().unwrap();
        assert!(announced > 100);
        let mut received = Vec::new();
        let end = loop {
            match answer.chunk().await {
                Ok(Some(chunk)) => received.extend_from_slice(&chunk),
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        assert!(end.is_some(), "the end of a cut body is an error");
        assert_eq!(received.as_slice(), &b"{\"_links"[..bytes]);
    }
}

#[tokio::test]
async fn a_cut_behind_the_whole_body_is_the_whole_answer() {
    let (world, client) = world().await;
    world.server.script(Fault::cut_after(1_000_000));
    assert_eq!(client.get(TOKENS).await.json()["totalCount"], 2);
}

#[tokio::test]
async fn a_delay_is_late_and_the_vendor_has_done_it_already() {
    let (world, client) = world().await;
    world.server.script(Fault::delay(Duration::from_secs(60)));
    let waited = tokio::time::timeout(Duration::from_millis(40), create(&client)).await;
    assert!(waited.is_err());
    assert_eq!(world.vendor.token_ids().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_delay_goes_by_tokios_clock_and_adds_to_other_faults() {
    let vendor = InProcess::new(LaunchDarkly::new(Clock::system()));
    vendor.script(Fault::status(503).delayed(Duration::from_secs(3600)));
    let (real, began) = (Instant::now(), tokio::time::Instant::now());
    let answer = vendor.call(Request::new(Method::GET, TOKENS)).await.unwrap();
    assert_eq!(answer.status, 503);
    assert!(began.elapsed() >= Duration::from_secs(3600));
    assert!(real.elapsed() < Duration::from_secs(60));
}

#[tokio::test]
async fn a_body_is_replaced_and_status_and_headers_stay() {
    let (world, client) = world().await;
    for body in ["{\"items\": [", "<html></html>", ""] {
        world.server.script(Fault::body(body));
        let answer = client.get(TOKENS).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, body));
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
    world.server.script(Fault::body("{}"));
    assert_eq!(create(&client).await.unwrap().status, 201);
    assert_eq!(world.vendor.token_ids().len(), 4);
}

#[tokio::test]
async fn an_edit_changes_the_vendors_json() {
    let (world, client) = world().await;
    world.server.script(Fault::edit(|json| {
        json["items"][0]["role"] = "a-role-of-tomorrow".into();
        json["items"][0]["name"] = serde_json::Value::Null;
    }));
    let edited = client.get(TOKENS).await.json();
    assert_eq!(edited["items"][0]["role"], "a-role-of-tomorrow");
    assert!(edited["items"][0]["name"].is_null());
    assert_eq!(client.get(TOKENS).await.json()["items"][0]["role"], "admin", "the vendor's own is as it was");
}

#[tokio::test]
async fn a_good_answer_gets_another_status_further_headers_and_a_part_of_its_list() {
    let world = World::new(Mist::new).await;
    world.vendor.seed_org_tokens(297);
    let client = world.client(format!("Token {}", Mist::ORG_KEY));
    let list = format!("/api/v1/orgs/{}/apitokens", Mist::ORG_ID);
    world.server.script(
        Fault::edit(|list| list.as_array_mut().unwrap().truncate(100))
            .with_status(206)
            .with_header("x-page-total", "300")
            .with_header("x-page-limit", "100")
            .with_header("link", "<https://example.com/?page=2>; rel=\"next\""),
    );
    let part = client.get(&list).await;
    assert_eq!((part.status, part.items()), (206, 100));
    assert_eq!((part.number("x-page-total"), part.number("x-page-limit")), (300, 100));
    assert!(part.header("link").unwrap().ends_with("rel=\"next\""));
    assert_eq!(part.header("content-type"), Some("application/json"), "the vendor's headers stay");
    let whole = client.get(&list).await;
    assert_eq!((whole.status, whole.items(), whole.header("x-page-total")), (200, 300, None));
}

#[tokio::test]
async fn a_whole_answer_is_edited_after_the_vendor_has_done_it() {
    let (world, client) = world().await;
    world.server.script(Fault::edit_response(|response| {
        response.status += 1;
        for link in ["<a>; rel=\"next\"", "<b>; rel=\"last\""] {
            response.headers.append("link", link.parse().unwrap());
        }
        response.body.truncate(1);
    }));
    let answer = create(&client).await.unwrap();
    assert_eq!((answer.status, answer.text.as_str()), (202, "{"));
    assert_eq!(answer.headers.get_all("link").iter().count(), 2);
    assert_eq!(world.vendor.token_ids().len(), 4);
}

#[tokio::test]
async fn every_answer_is_dated_by_the_simulators_clock() {
    let slow = Clock::starting_at("2026-11-02T09:09:00Z".parse().unwrap());
    for vendor in [
        InProcess::new(Atlassian::new(slow.clone())),
        InProcess::new(Mist::new(slow.clone())),
        InProcess::new(SailPoint::new(slow.clone())),
        InProcess::new(LaunchDarkly::new(slow)),
    ] {
        vendor.script(Fault::status(503));
        vendor.script(Fault::status(500).after_effect());
        vendor.script(Fault::edit(|_| {}).with_status(206));
        for method in [Method::GET, Method::GET, Method::GET, Method::GET, Method::HEAD, Method::OPTIONS] {
            let answer = vendor.call(Request::new(method, "/anything")).await.unwrap();
            assert_eq!(answer.header("date"), Some("Mon, 02 Nov 2026 09:09:00 GMT"), "{answer:?}");
        }
        let other = "Mon, 02 Nov 2026 09:15:00 GMT";
        vendor.script(Fault::status(503).with_header("date", other));
        vendor.script(Fault::edit_response(|response| drop(response.headers.remove("date"))));
        for expected in [Some(other), None] {
            let answer = vendor.call(Request::new(Method::GET, "/anything")).await.unwrap();
            assert_eq!(answer.header("date"), expected);
        }
    }
}

#[tokio::test]
async fn a_fault_waits_for_its_method_and_its_part_of_path_and_query() {
    let (world, client) = world().await;
    world.server.script(Fault::status(500).on(Method::POST, "/tokens"));
    world.server.script(Fault::status(502).on(Method::GET, "offset=2"));
    assert_eq!(client.get(TOKENS).await.status, 200);
    assert_eq!(client.get("/api/v2/tokens?offset=2").await.status, 502);
    assert_eq!(create(&client).await.unwrap().status, 500);
    assert_eq!(create(&client).await.unwrap().status, 201);
}

#[tokio::test]
async fn a_fault_comes_as_often_as_it_is_told_and_after_as_many_as_it_is_told() {
    let (world, client) = world().await;
    world.server.script(Fault::status(500).skip(1).times(2));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(client.get(TOKENS).await.status);
    }
    assert_eq!(statuses, [200, 500, 500, 200]);
    world.server.script(Fault::status(503).always());
    for _ in 0..5 {
        assert_eq!(client.get(TOKENS).await.status, 503);
    }
    world.server.clear_script();
    assert_eq!(client.get(TOKENS).await.status, 200);
}

#[tokio::test]
async fn a_request_meets_the_first_fault_for_it_and_leaves_the_next_to_the_next() {
    let (world, client) = world().await;
    world.server.script(Fault::status(500));
    world.server.script(Fault::status(502));
    assert_eq!(client.get(TOKENS).await.status, 500);
    assert_eq!(client.get(TOKENS).await.status, 502);
    assert_eq!(client.get(TOKENS).await.status, 200);
}

#[tokio::test]
async fn something_can_happen_between_two_pages() {
    let (world, client) = world().await;
    world.vendor.seed(30);
    let meanwhile = world.vendor.clone();
    let gone = LaunchDarkly::SERVICE_TOKEN_ID;
    world.server.script(Fault::run(move || meanwhile.remove(gone)).on(Method::GET, TOKENS).skip(1));
    assert_eq!(client.get(TOKENS).await.json()["totalCount"], 32);
    let second = client.get("/api/v2/tokens?offset=25").await.json();
    assert_eq!(second["totalCount"], 31);
    assert_eq!(second["items"].as_array().unwrap().len(), 6);
}

#[tokio::test]
async fn what_a_fault_runs_may_queue_further_ones() {
    let (world, client) = world().await;
    let endpoint = world.server.in_process().clone();
    world.server.script(Fault::run(move || endpoint.script(Fault::status(500))));
    assert_eq!(client.get(TOKENS).await.status, 200);
    assert_eq!(client.get(TOKENS).await.status, 500);
}

#[tokio::test]
async fn in_process_a_cut_says_what_had_arrived() {
    let (world, _) = world().await;
    let vendor = world.server.in_process();
    let list = || Request::new(Method::GET, TOKENS).with_header("authorization", LaunchDarkly::ADMIN_TOKEN);
    vendor.script(Fault::cut_after(7));
    let cut = vendor.call(list()).await.unwrap_err();
    assert_eq!(cut.received.as_ref().unwrap().body, b"{\"_link");
    assert!(cut.announced.unwrap() > 100);
    assert!(cut.to_string().starts_with("the connection ended after 7 of"));
    vendor.script(Fault::reset_after_effect());
    let cut = vendor.call(list()).await.unwrap_err();
    assert!(cut.received.is_none());
    assert_eq!(world.server.requests().len(), 2, "the server and its endpoint have one record");
}

#[tokio::test]
async fn the_path_is_recorded_as_it_was_sent() {
    let (world, client) = world().await;
    client.get("/api/v2/tokens/a%2Fb%3Ac?x=%20y").await;
    let request = &world.server.requests()[0];
    assert_eq!((request.path.as_str(), request.query.as_str()), ("/api/v2/tokens/a%2Fb%3Ac", "x=%20y"));
    assert_eq!(request.header("authorization"), Some(LaunchDarkly::ADMIN_TOKEN));
}

#[tokio::test]
async fn a_server_ends_when_it_is_dropped() {
    let (world, client) = world().await;
    let url = world.server.url();
    client.get(TOKENS).await;
    drop(world.server);
    tokio::task::yield_now().await;
    let again = crate::http().build().unwrap().get(url).send().await;
    assert!(again.unwrap_err().is_connect());
    let reused = client.try_send(Method::GET, TOKENS, "", None).await;
    assert!(reused.is_err(), "connections end with it");
}

#[tokio::test]
async fn known_credentials_are_served_on_this_machine_only() {
    let vendor = LaunchDarkly::new(Clock::system());
    let refused = tokenward_testkit::Server::start_on("0.0.0.0:0".parse().unwrap(), vendor).await;
    assert_eq!(refused.unwrap_err().kind(), std::io::ErrorKind::InvalidInput);
}

#[test]
#[should_panic(expected = "is no name of a header")]
fn a_header_that_cannot_be_is_a_mistake_in_the_test() {
    let _ = Fault::status(500).with_header("retry after", "3");
}
