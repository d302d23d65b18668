//! Lists that are complete, or say that they are not.

use tokenward::{ErrorKind, ListOptions, Timestamp, TokenManager, TokenManagerExt};
use tokenward_atlassian::Atlassian as AtlassianClient;
use tokenward_launchdarkly::LaunchDarkly as Client;
use tokenward_sailpoint::ApiVersion;
use tokenward_testkit::{Atlassian, Fault, LaunchDarkly, Method, SailPoint, SailPointPaging, Server};

use crate::support::{atlassian, http, launchdarkly, listing, once, sailpoint, serve};

/// A list that says that it is not complete, with what could be had of it.
async fn incomplete(manager: &dyn TokenManager) -> (usize, String) {
    let (tokens, errors) = listing(manager).await;
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0].kind(), ErrorKind::Incomplete, "{}", errors[0]);
    (tokens.len(), errors[0].to_string())
}

async fn complete(manager: &dyn TokenManager) -> usize {
    let (tokens, errors) = listing(manager).await;
    assert!(errors.is_empty(), "{errors:?}");
    tokens.len()
}

#[tokio::test]
async fn launchdarkly_lists_any_number_of_tokens() {
    for number in [0, 22, 97, 98, 197, 998] {
        let (vendor, server) = serve(LaunchDarkly::new).await;
        vendor.seed(number);
        let tokens = launchdarkly(&server, LaunchDarkly::ADMIN_TOKEN).access_tokens();
        assert_eq!(complete(&tokens).await, vendor.token_ids().len());
    }
}

#[tokio::test]
async fn launchdarkly_takes_pages_as_small_as_they_come() {
    let (vendor, server) = serve(LaunchDarkly::new).await;
    vendor.seed(60);
    vendor.page_cap(25);
    let tokens = launchdarkly(&server, LaunchDarkly::ADMIN_TOKEN).access_tokens();
    assert_eq!(complete(&tokens).await, 63);
}

#[tokio::test]
async fn launchdarkly_without_a_total_is_read_to_the_end() {
    let (vendor, server) = serve(LaunchDarkly::new).await;
    vendor.seed(250);
    let without = Fault::edit(|answer| drop(answer.as_object_mut().unwrap().remove("totalCount")));
    server.script(without.on(Method::GET, "/api/v2/tokens").always());
    let tokens = launchdarkly(&server, LaunchDarkly::ADMIN_TOKEN).access_tokens();
    assert_eq!(complete(&tokens).await, 253);
}

/// Something happens just before the second page is answered.
fn meanwhile(server: &Server, vendor: &LaunchDarkly, what: fn(&LaunchDarkly)) {
    let vendor = vendor.clone();
    server.script(Fault::run(move || what(&vendor)).on(Method::GET, "/api/v2/tokens").skip(1));
}

#[tokio::test]
async fn launchdarkly_says_when_a_list_moved_while_it_was_read() {
    let mut said = Vec::new();
    let moves: [fn(&LaunchDarkly); 2] = [
        |vendor| vendor.remove(&vendor.token_ids()[5]),
        // As many as before, and not the same.
        |vendor| {
            vendor.remove(&vendor.token_ids()[5]);
            vendor.seed(1);
        },
    ];
    for what in moves {
        let (vendor, server) = serve(LaunchDarkly::new).await;
        vendor.seed(200);
        meanwhile(&server, &vendor, what);
        let tokens = launchdarkly(&server, LaunchDarkly::ADMIN_TOKEN).access_tokens();
        said.push(incomplete(&tokens).await.1);
    }
    insta::assert_snapshot!(said.join("\n"));
}

#[tokio::test]
async fn launchdarkly_lists_what_was_added_behind_the_page_that_is_read() {
    let (vendor, server) = serve(LaunchDarkly::new).await;
    vendor.seed(150);
    meanwhile(&server, &vendor, |vendor| drop(vendor.seed(10)));
    let tokens = launchdarkly(&server, LaunchDarkly::ADMIN_TOKEN).access_tokens();
    assert_eq!(complete(&tokens).await, 163);
}

#[tokio::test]
async fn launchdarkly_says_when_offsets_are_ignored_or_totals_are_wrong() {
    let mut said = Vec::new();
    let faults: [fn(&LaunchDarkly); 3] = [
        |vendor| vendor.ignores_offset(true),
        |vendor| vendor.claims_total(500),
        |vendor| vendor.claims_total(150),
    ];
    for fault in faults {
        let (vendor, server) = serve(LaunchDarkly::new).await;
        vendor.seed(200);
        fault(&vendor);
        let tokens = launchdarkly(&server, LaunchDarkly::ADMIN_TOKEN).access_tokens();
        let (read, errors) = listing(&tokens).await;
        assert_eq!(errors.last().unwrap().kind(), ErrorKind::Incomplete);
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        // The token that is calling was used between two pages, so it comes with another date of its last use.
        said.push(format!("{}: {}", read.len(), errors.join("\n    ")));
    }
    insta::assert_snapshot!(said.join("\n"));
}

/// How many tokens and clients come of SailPoint's lists of so many, and how many requests for the tokens it takes.
async fn sailpoints_lists(paging: SailPointPaging, count: usize) -> (Listed, Listed, usize) {
    let (vendor, server) = serve(SailPoint::new).await;
    vendor.seed(count - vendor.token_ids().len());
    vendor.seed_clients(count - vendor.client_ids().len());
    vendor.paging(paging);
    let client = sailpoint(&server, ApiVersion::V1);
    let tokens = listed(&client.personal_access_tokens()).await;
    // One request is for the bearer.
    let requests = server.requests().len() - 1;
    (tokens, listed(&client.oauth_clients()).await, requests)
}

type Listed = (usize, Option<String>);

async fn listed(manager: &dyn TokenManager) -> Listed {
    let (tokens, errors) = listing(manager).await;
    assert!(
        errors.len() <= 1 && errors.iter().all(|error| error.kind() == ErrorKind::Incomplete),
        "{errors:?}"
    );
    (tokens.len(), errors.first().map(ToString::to_string))
}

#[tokio::test]
async fn sailpoints_list_is_read_page_by_page_if_the_vendor_pages_it() {
    for count in [249, 250, 251, 500, 600, 1000] {
        for paging in [SailPointPaging::Honored, SailPointPaging::WithoutTotal] {
            let (tokens, clients, _) = sailpoints_lists(paging, count).await;
            assert_eq!((tokens, clients), ((count, None), (count, None)), "{count} {paging:?}");
        }
    }
}

#[tokio::test]
async fn sailpoints_list_is_incomplete_if_it_fills_pages_and_the_vendor_pages_nothing() {
    for (count, asked) in [(249, 1), (251, 1), (600, 1)] {
        let (tokens, clients, requests) = sailpoints_lists(SailPointPaging::Ignored, count).await;
        assert_eq!((tokens, clients, requests), ((count, None), (count, None), asked), "{count}");
    }
    let mut said = Vec::new();
    for (paging, count, comes) in [
        (SailPointPaging::Ignored, 250, 250),
        (SailPointPaging::Ignored, 1000, 1000),
        (SailPointPaging::Truncated, 250, 250),
        (SailPointPaging::Truncated, 600, 250),
    ] {
        let ((tokens, why), (clients, _), requests) = sailpoints_lists(paging, count).await;
        assert_eq!((tokens, clients, requests), (comes, comes, 2), "{count} {paging:?}");
        said.push(why.expect("a reason"));
    }
    insta::assert_snapshot!(said.join("\n"));
}

#[tokio::test]
async fn sailpoints_unused_tokens_are_read_page_by_page_in_both_parts() {
    let (vendor, server) = serve(SailPoint::new).await;
    vendor.seed(600 - vendor.token_ids().len());
    vendor.paging(SailPointPaging::Honored);
    let tokens = sailpoint(&server, ApiVersion::V1).personal_access_tokens();
    let options = ListOptions::default().with_unused_since(Timestamp::now());
    let listing = tokens.listing(options).await;
    assert!(listing.is_complete() && listing.tokens.len() > 500, "{:?}", listing.errors);
}

#[tokio::test]
async fn launchdarkly_before_pages_is_asked_once() {
    let (vendor, server) = serve(LaunchDarkly::new).await;
    vendor.seed(150);
    let builder = Client::builder(LaunchDarkly::ADMIN_TOKEN).base_url(server.url()).http(http());
    let tokens = builder.api_version("20220603").build().unwrap().access_tokens();
    assert_eq!(complete(&tokens).await, 153);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn atlassian_follows_cursors_to_the_end() {
    let (vendor, server) = serve(Atlassian::new).await;
    vendor.seed(998);
    let tokens = atlassian(&server, Atlassian::SCOPED_KEY).user_tokens(Atlassian::ORG_ID);
    assert_eq!(complete(&tokens).await, vendor.user_token_ids().len());
}

#[tokio::test]
async fn atlassian_asks_again_for_a_page_that_was_asked_for_in_advance_and_lost_and_for_no_other() {
    for (page, expected) in [(0, 0), (1, 3)] {
        let (vendor, server) = serve(Atlassian::new).await;
        vendor.seed(120);
        let client = AtlassianClient::builder(Atlassian::SCOPED_KEY).base_url(server.url()).http(once());
        let tokens = client.build().unwrap().user_tokens(Atlassian::ORG_ID);
        server.script(Fault::reset_before_effect().on(Method::GET, "api-tokens").skip(page));
        let (listed, errors) = listing(&tokens).await;
        match expected {
            0 => assert_eq!((listed.len(), errors[0].kind()), (0, ErrorKind::Transport)),
            pages => {
                assert_eq!((listed.len(), errors.len()), (vendor.user_token_ids().len(), 0), "{errors:?}");
                assert_eq!(server.requests().len(), pages + 1);
            }
        }
    }
}

#[tokio::test]
async fn atlassian_says_when_a_cursor_leads_nowhere() {
    let mut said = Vec::new();
    let faults: [fn(&Atlassian); 2] =
        [|vendor| vendor.cursor_stands_still(true), |vendor| vendor.cursors_go_in_a_circle(true)];
    for fault in faults {
        let (vendor, server) = serve(Atlassian::new).await;
        vendor.seed(200);
        fault(&vendor);
        let tokens = atlassian(&server, Atlassian::SCOPED_KEY).user_tokens(Atlassian::ORG_ID);
        said.push(incomplete(&tokens).await.1);
        assert!(server.requests().len() < 10);
    }
    insta::assert_snapshot!(said.join("\n"));
}

#[tokio::test]
async fn sailpoint_says_when_a_list_looks_like_a_page() {
    let (vendor, server) = serve(SailPoint::new).await;
    let there = vendor.token_ids().len();
    vendor.seed(250 - there);
    let tokens = sailpoint(&server, ApiVersion::V1).personal_access_tokens();
    let (count, text) = incomplete(&tokens).await;
    assert_eq!(count, 250);
    insta::assert_snapshot!(text);
    vendor.seed(1);
    assert_eq!(complete(&tokens).await, 251);
}

#[tokio::test]
async fn sailpoint_believes_a_total() {
    let (vendor, server) = serve(SailPoint::new).await;
    vendor.seed(250 - vendor.token_ids().len());
    let tokens = sailpoint(&server, ApiVersion::V1).personal_access_tokens();
    let said = |total: &str| {
        Fault::edit(|_| {}).with_header("x-total-count", total).on(Method::GET, "personal-access-tokens")
    };
    server.script(said("250"));
    assert_eq!(complete(&tokens).await, 250);
    server.script(said("251"));
    incomplete(&tokens).await;
}
