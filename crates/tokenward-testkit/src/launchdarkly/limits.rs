//! How many calls are left in the window of 10 seconds.

use jiff::{SignedDuration, Timestamp};

use crate::{Response, clock::later, window::Windows};

pub(super) struct Limits {
    pub(super) global: u64,
    pub(super) route: u64,
    pub(super) auth_token: Option<u64>,
    pub(super) reset_in_the_past: bool,
    calls: Windows<Bucket>,
}

#[derive(Eq, Hash, PartialEq)]
enum Bucket {
    Global,
    Route(String),
    AuthToken(String),
}

/// What the headers of one answer tell.
pub(super) struct Left {
    headers: Vec<(&'static str, i64)>,
    pub(super) exceeded: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            global: 1000,
            route: 500,
            auth_token: None,
            reset_in_the_past: false,
            calls: Windows::of_seconds(10),
        }
    }
}

impl Limits {
    /// Counts a call on a route, by a token where there is one.
    pub(super) fn count(&mut self, route: String, token: Option<&str>, now: Timestamp) -> Left {
        let reset = if self.reset_in_the_past {
            later(now, SignedDuration::from_secs(-5))
        } else {
            self.calls.reset(now)
        };
        let mut left = Left { headers: vec![("x-ratelimit-reset", reset.as_millisecond())], exceeded: false };
        let names = ["x-ratelimit-global-limit", "x-ratelimit-global-remaining"];
        left.bucket(self.calls.count(Bucket::Global, now), self.global, names);
        let names = ["x-ratelimit-route-limit", "x-ratelimit-route-remaining"];
        left.bucket(self.calls.count(Bucket::Route(route), now), self.route, names);
        if let (Some(limit), Some(token)) = (self.auth_token, token) {
            let names = ["x-ratelimit-auth-token-limit", "x-ratelimit-auth-token-remaining"];
            left.bucket(self.calls.count(Bucket::AuthToken(token.to_owned()), now), limit, names);
            left.headers.push(("x-ratelimit-auth-token-reset", self.calls.reset(now).as_millisecond()));
        }
        left
    }
}

impl Left {
    fn bucket(&mut self, calls: u64, limit: u64, [limit_name, remaining_name]: [&'static str; 2]) {
        self.headers.push((limit_name, i64::try_from(limit).unwrap_or(i64::MAX)));
        self.headers.push((remaining_name, i64::try_from(limit.saturating_sub(calls)).unwrap_or(i64::MAX)));
        self.exceeded |= calls > limit;
    }

    pub(super) fn tell(self, response: Response) -> Response {
        self.headers
            .into_iter()
            .fold(response, |response, (name, value)| response.with_header(name, &value.to_string()))
    }
}
