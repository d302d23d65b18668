//! The same script has the same transcript: twice, and served as well as in process.

use serde_json::{Value, json};
use tokenward_testkit::{
    Atlassian, Clock, Fault, InProcess, LaunchDarkly, Method, Mist, Request, SailPoint, Server,
    SignedDuration, Simulated,
};

/// Where the requests of a script go.
enum To {
    Process(InProcess),
    Socket(Server, reqwest::Client),
}

impl To {
    fn script(&self, fault: Fault) {
        match self {
            Self::Process(endpoint) => endpoint.script(fault),
            Self::Socket(server, _) => server.script(fault),
        }
    }

    /// The status, the headers, and the body, as text.
    async fn send(&self, request: Request) -> String {
        match self {
            Self::Process(endpoint) => match endpoint.call(request).await {
                Ok(response) => {
                    let headers = lines(&response.headers);
                    let body = String::from_utf8(response.body).unwrap();
                    format!("{} {headers:?} {body}", response.status)
                }
                Err(_) => "cut".to_owned(),
            },
            Self::Socket(server, http) => {
                let url = format!("{}{}?{}", server.url(), request.path, request.query);
                let sent =
                    http.request(request.method, url).headers(request.headers).body(request.body).send();
                match sent.await {
                    Ok(response) => {
                        let (status, headers) = (response.status().as_u16(), lines(response.headers()));
                        format!("{status} {headers:?} {}", response.text().await.unwrap())
                    }
                    Err(_) => "cut".to_owned(),
                }
            }
        }
    }
}

fn lines(headers: &reqwest::header::HeaderMap) -> Vec<String> {
    // The length belongs to the connection.
    let told = headers.iter().filter(|(name, _)| *name != "content-length");
    let mut lines: Vec<String> =
        told.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    lines.sort();
    lines
}

fn clock() -> Clock {
    Clock::starting_at(crate::client::START.parse().unwrap())
}

async fn to(vendor: impl Simulated, served: bool) -> To {
    if served {
        let http = crate::http().build().unwrap();
        To::Socket(Server::start(vendor).await.unwrap(), http)
    } else {
        To::Process(InProcess::new(vendor))
    }
}

type Step = (Method, &'static str, Option<Value>);

/// Faults and a move of the clock among the requests.
async fn run(to: &To, clock: &Clock, authorization: &str, steps: &[Step]) -> Vec<String> {
    to.script(Fault::status(503).skip(1));
    to.script(Fault::edit(|json| *json = json!([json, "tomorrow"])).skip(2));
    to.script(Fault::reset_after_effect().skip(3));
    let mut transcript = Vec::new();
    for (method, target, body) in steps {
        let mut request = Request::new(method.clone(), target).with_header("authorization", authorization);
        if let Some(body) = body {
            request = request.with_json(body);
        }
        transcript.push(to.send(request).await);
        clock.advance(SignedDuration::from_millis(1234));
    }
    transcript
}

async fn transcripts(served: bool) -> Vec<String> {
    let mut all = Vec::new();

    let time = clock();
    let path = "/api/v1/orgs/a1000000-0000-4000-8000-000000000001/apitokens";
    let create = json!({ "name": "a", "privileges": [{ "scope": "org", "role": "admin" }] });
    let steps: Vec<Step> =
        (0..6)
            .map(|n| {
                if n % 2 == 0 {
                    (Method::POST, path, Some(create.clone()))
                } else {
                    (Method::GET, path, None)
                }
            })
            .collect();
    let to_mist = to(Mist::new(time.clone()), served).await;
    all.extend(run(&to_mist, &time, &format!("Token {}", Mist::ORG_KEY), &steps).await);

    let time = clock();
    let steps: Vec<Step> = (0..6)
        .map(|n| match n % 3 {
            0 => (Method::POST, "/api/v2/tokens", Some(json!({ "role": "reader" }))),
            1 => (Method::POST, "/api/v2/tokens/5f0000000000000000000003/reset", None),
            _ => (Method::GET, "/api/v2/tokens?limit=2", None),
        })
        .collect();
    let to_launchdarkly = to(LaunchDarkly::new(time.clone()), served).await;
    all.extend(run(&to_launchdarkly, &time, LaunchDarkly::ADMIN_TOKEN, &steps).await);

    let time = clock();
    let sailpoint = SailPoint::new(time.clone());
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        SailPoint::CLIENT_ID,
        SailPoint::CLIENT_SECRET
    );
    let grant =
        Request::new(Method::POST, "/oauth/token").with_body("application/x-www-form-urlencoded", form);
    let bearer = sailpoint.respond(&grant).body_json()["access_token"].as_str().unwrap().to_owned();
    let create = |n: i32| json!({ "name": n.to_string(), "userAwareTokenNeverExpires": true });
    let steps: Vec<Step> = (0..6)
        .map(|n| match n % 2 {
            0 => (Method::POST, "/personal-access-tokens/v1", Some(create(n))),
            _ => (Method::GET, "/v2024/personal-access-tokens", None),
        })
        .collect();
    let to_sailpoint = to(sailpoint, served).await;
    all.extend(run(&to_sailpoint, &time, &format!("Bearer {bearer}"), &steps).await);

    let time = clock();
    let atlassian = Atlassian::new(time.clone());
    atlassian.seed(3);
    let orgs = "/admin/api-access/v1/orgs/a7100000-0000-4000-8000-000000000001/api-tokens?pageSize=2";
    let users = "/users/712020%3A4f9acfd2-0002/manage/api-tokens";
    let steps: Vec<Step> =
        (0..6).map(|n| (Method::GET, if n % 2 == 0 { orgs } else { users }, None)).collect();
    let to_atlassian = to(atlassian, served).await;
    all.extend(run(&to_atlassian, &time, &format!("Bearer {}", Atlassian::ADMIN_KEY), &steps).await);
    all
}

#[tokio::test]
async fn the_same_script_has_the_same_transcript() {
    let first = transcripts(true).await;
    assert_eq!(first, transcripts(true).await);
    assert_eq!(first.iter().filter(|answer| *answer == "cut").count(), 4);
    assert_eq!(first.iter().filter(|answer| answer.starts_with("503")).count(), 4);
}

#[tokio::test]
async fn in_process_and_served_are_one() {
    assert_eq!(transcripts(false).await, transcripts(true).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_servers_do_not_meet() {
    let http = crate::http().pool_max_idle_per_host(0).build().unwrap();
    // So many at once, for the open files that a process may have.
    for batch in 0..10 {
        let tasks: Vec<_> = (0..100)
            .map(|n| {
                let http = http.clone();
                tokio::spawn(async move {
                    let vendor = LaunchDarkly::new(clock());
                    vendor.seed(batch + n);
                    let server = Server::start(vendor).await.unwrap();
                    let request = http.get(format!("{}/api/v2/tokens?showAll=true", server.url()));
                    let request = request.header("authorization", LaunchDarkly::ADMIN_TOKEN);
                    let answer: Value = request.send().await.unwrap().json().await.unwrap();
                    assert_eq!(answer["totalCount"], batch + n + 3);
                    assert_eq!(server.requests().len(), 1);
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_server_is_up_in_less_than_a_tenth_of_a_second() {
    let mut fastest = std::time::Duration::MAX;
    // The machine may be busy with something else once.
    for _ in 0..5 {
        let began = std::time::Instant::now();
        let _server = Server::start(LaunchDarkly::new(Clock::system())).await.unwrap();
        fastest = fastest.min(began.elapsed());
    }
    assert!(fastest < std::time::Duration::from_millis(100));
}
