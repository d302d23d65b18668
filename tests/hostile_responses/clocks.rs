//! What became of a creation is told by the vendor's clock, and by a mark whatever the clocks say.

use tokenward::{
    Access, Attempt, CreateToken, Expiry, Lineage, ListOptions, Reconciled, Timestamp, TokenManager,
    TokenManagerExt, mist::Mist,
};

use crate::server::{Server, answer, http};

const SENT: &str = "2026-08-01T12:00:00Z";

/// What a list says that has one token of this name and date, from a vendor whose clock is off by so many seconds.
async fn said(attempt: &Attempt, name: &str, created: &str, off: i64) -> Reconciled {
    let now = Timestamp::now().as_second() + off;
    let date = httpdate_of(now);
    let created = created.parse::<Timestamp>().unwrap().as_second();
    let list = format!(r#"[{{"id":"7","name":"{name}","created_time":{created}}}]"#);
    let server = Server::always(answer(200, &format!("Date: {date}\r\n"), &list)).await;
    let mist = Mist::builder("a-credential").base_url(&server.url).http(http()).build().unwrap();
    mist.org_tokens("org").reconcile(attempt, ListOptions::default()).await.unwrap()
}

fn httpdate_of(second: i64) -> String {
    httpdate::fmt_http_date(Timestamp::from_second(second).into())
}

#[tokio::test]
async fn a_token_is_not_missed_because_the_vendors_clock_is_behind() {
    let attempt = Attempt::new("ci", SENT.parse().unwrap());
    let made = said(&attempt, "ci", "2026-08-01T11:54:00Z", -6 * 60).await;
    assert!(matches!(made, Reconciled::Unknown { candidates, .. } if candidates.len() == 1));
    // Six minutes before the request by the vendor's clock, too.
    assert_eq!(said(&attempt, "ci", "2026-08-01T11:54:00Z", 0).await, Reconciled::NotMinted);
    assert_eq!(said(&attempt, "ci", "2026-08-01T12:00:30Z", 6 * 60).await, Reconciled::NotMinted);
}

#[tokio::test]
async fn a_mark_decides_whatever_the_clocks_say() {
    let lineage: Lineage = "lineage-abcdefghjkmn".parse().unwrap();
    let attempt = Attempt::new("ci", SENT.parse().unwrap()).with_lineage(lineage.clone());
    for (created, off) in [("2026-08-01T11:54:00Z", 0), ("2026-07-01T00:00:00Z", 3600), (SENT, -3600)] {
        let made = said(&attempt, &format!("ci {lineage}"), created, off).await;
        assert!(matches!(made, Reconciled::Minted(token) if token.id.as_str() == "7"), "{created} {off}");
    }
    // Another creation's mark.
    assert_eq!(said(&attempt, "ci lineage-bcdefghjkmnp", SENT, 0).await, Reconciled::NotMinted);
}

#[tokio::test]
async fn the_mark_of_a_creation_is_the_one_that_is_looked_for() {
    let server = Server::always(answer(502, "", "")).await;
    let mist = Mist::builder("a-credential").base_url(&server.url).http(http()).build().unwrap();
    let request =
        CreateToken::new("ci", Expiry::Never, Access::scopes(["read:org"])).with_lineage(Lineage::random());
    let error = mist.org_tokens("org").create(request).await.unwrap_err();
    let attempt = error.attempt().unwrap();
    let name = format!("ci {}", attempt.lineage.as_ref().unwrap());
    assert!(server.requests()[0].contains(&name));
    assert!(matches!(said(attempt, &name, SENT, 0).await, Reconciled::Minted(_)));
}
