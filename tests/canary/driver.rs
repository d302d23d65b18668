//! Puts each operation through each outcome, and searches what can be printed then.

use std::{collections::BTreeSet, net::TcpListener, time::Duration};

use tokenward_http::{Endpoint, HttpOptions, RateOptions, RetryOptions};
use tokenward_testkit::{Canaries, Hit, Method, Request, Search, Server};

use crate::{
    outcomes::{Asked, LIMIT, Outcome, outcomes},
    plants::{self, secret},
    raw::Case,
    shown::Shown,
    vendor::{Route, Scripted},
    watch,
};

/// A vendor, its clients, and what was found so far.
pub(crate) struct Stage<C> {
    pub(crate) vendor: Scripted,
    pub(crate) server: Server,
    build: fn(&str, HttpOptions) -> C,
    usual: C,
    impatient: C,
    lonely: C,
    values: Search,
    errors: Search,
    logs: Search,
    /// The canaries that were on their way to the vendor, and the crates that logged.
    sent: BTreeSet<String>,
    heard: BTreeSet<&'static str>,
    runs: usize,
}

/// The crates that have something to say of every request.
const SPEAKING: [&str; 3] = ["tokenward_http", "reqwest::connect", "hyper_util::client"];

impl<C> Stage<C> {
    pub(crate) async fn new(
        build: fn(&str, HttpOptions) -> C,
        routes: Vec<Route>,
        not_in_errors: Canaries,
    ) -> Self {
        watch::start();
        let vendor = Scripted::new(routes);
        let server = Server::start(vendor.clone()).await.unwrap();
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let once = http(1).with_timeout(Duration::from_millis(60));
        Self {
            usual: build(&server.url(), http(2)),
            impatient: build(&server.url(), once.clone()),
            lonely: build(&format!("http://{nobody}"), once),
            build,
            vendor,
            server,
            values: Search::new(plants::secrets()),
            errors: Search::new(not_in_errors),
            logs: Search::new(plants::not_in_logs()),
            sent: BTreeSet::new(),
            heard: BTreeSet::new(),
            runs: 0,
        }
    }

    pub(crate) fn usual(&self) -> &C {
        &self.usual
    }

    /// Another client, which has learnt nothing yet.
    pub(crate) fn renew(&mut self) {
        self.usual = (self.build)(&self.server.url(), http(2));
    }

    /// One call with one outcome of one of the operations that it is made of. Gives what it shows, and the requests.
    pub(crate) async fn run(
        &mut self,
        place: &str,
        operation: Endpoint,
        pass: usize,
        outcome: &Outcome,
        call: impl AsyncFnOnce(&C) -> Shown,
    ) -> (Shown, Vec<Request>) {
        self.vendor.script(operation, pass, outcome.response.clone());
        if let Some(fault) = outcome.fault.clone() {
            let fixed = operation.path.split('{').next().unwrap_or_default();
            let method = Method::from_bytes(operation.method.as_bytes()).unwrap();
            self.server.script(fault.on(method, fixed).skip(pass).always());
        }
        let client = match outcome.asked {
            Asked::Usually => &self.usual,
            Asked::Impatiently => &self.impatient,
            Asked::InVain => &self.lonely,
        };
        let shown = call(client).await;
        let requests = self.server.requests();
        self.server.clear_requests();
        self.server.clear_script();
        self.vendor.clear_script();
        let place = format!("{place}, {} {}", operation.id, outcome.name);
        self.search(&place, &shown);
        (shown, requests)
    }

    /// One call that is answered as ever.
    pub(crate) async fn undisturbed(
        &mut self,
        place: &str,
        call: impl AsyncFnOnce(&C) -> Shown,
    ) -> (Shown, Vec<Request>) {
        let shown = call(&self.usual).await;
        let requests = self.server.requests();
        self.server.clear_requests();
        self.search(place, &shown);
        (shown, requests)
    }

    /// Searches what `Debug` shows of something that has no outcome.
    pub(crate) fn value(&mut self, place: &str, value: &impl std::fmt::Debug) {
        self.values.value(place, value);
    }

    fn search(&mut self, place: &str, shown: &Shown) {
        for text in &shown.values {
            self.values.text(&format!("the value of {place}"), text);
        }
        for text in &shown.errors {
            self.errors.text(&format!("the error of {place}"), text);
        }
        for event in watch::logged() {
            self.heard.extend(SPEAKING.into_iter().filter(|name| event.contains(name)));
            self.logs.text(&format!("the log of {place}"), &event);
        }
        self.runs += 1;
    }

    /// Notes which canaries these requests carry.
    pub(crate) fn note(&mut self, requests: &[Request]) {
        let canaries = plants::not_in_logs();
        for request in requests {
            let headers = request.headers.values().map(|value| String::from_utf8_lossy(value.as_bytes()));
            let texts = headers.chain([
                request.path.as_str().into(),
                request.query.as_str().into(),
                String::from_utf8_lossy(&request.body),
            ]);
            let hits = texts.flat_map(|text| canaries.find_in(&text)).collect::<Vec<Hit>>();
            self.sent.extend(hits.iter().map(|hit| hit.canary().to_owned()));
        }
    }

    /// Fails where anything was found.
    pub(crate) fn assert_clean(&self) {
        let mut said: Vec<String> =
            self.searches().iter().flat_map(|search| search.hits()).map(Hit::to_string).collect();
        said.sort();
        let found = said.len();
        said.truncate(MOST_SAID);
        assert!(said.is_empty(), "{found} hits, among them\n{}", said.join("\n"));
    }

    /// Says what was searched, and fails where there was nothing to be found.
    pub(crate) fn finish(self, name: &str, planted: &[&str]) {
        let sum = |number: fn(&Search) -> usize| self.searches().into_iter().map(number).sum::<usize>();
        let (texts, bytes, logged) = (sum(Search::texts), sum(Search::bytes), self.logs.bytes());
        eprintln!("{name}: {} runs, {texts} texts, {bytes} bytes, {logged} of them logged", self.runs);
        assert_eq!(self.heard, BTreeSet::from(SPEAKING), "{name}: a crate was not heard");
        for planted in planted {
            assert!(self.sent.contains(*planted), "{name}: {planted} was never sent");
        }
    }

    fn searches(&self) -> [&Search; 3] {
        [&self.values, &self.errors, &self.logs]
    }
}

/// A list of hits is read by people.
const MOST_SAID: usize = 40;

/// Without waits that count.
fn http(attempts: usize) -> HttpOptions {
    let moment = Duration::from_millis(1);
    let retry = RetryOptions::default().with_attempts(attempts).with_delays(moment, moment);
    HttpOptions::default().with_retry(retry).with_rate(RateOptions::off()).with_body_limit(LIMIT)
}

/// Every operation of a generated client with every outcome.
pub(crate) async fn raw<C>(
    name: &str,
    build: fn(&str, HttpOptions) -> C,
    cases: Vec<Case<C>>,
    planted: &[&str],
) {
    let routes = cases.iter().map(Case::route).collect();
    let mut stage = Stage::new(build, routes, plants::not_in_raw_errors()).await;
    for case in &cases {
        for (number, outcome) in outcomes(&case.answer).iter().enumerate() {
            let (shown, requests) = stage
                .run(name, case.operation, 0, outcome, async |client: &C| (case.call)(client).await)
                .await;
            if number == 0 {
                assert!(shown.is_ok, "{}: {:?}", case.operation.id, shown.errors);
                stage.note(&requests);
            }
            if outcome.asked == Asked::Usually {
                assert!(!requests.is_empty(), "{}, {}: nothing was sent", case.operation.id, outcome.name);
            }
        }
        stage.assert_clean();
    }
    stage.finish(name, &[&[secret::CREDENTIAL], planted].concat());
}
