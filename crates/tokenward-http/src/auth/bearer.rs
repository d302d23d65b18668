//! A bearer token that is fetched on demand, cached, and renewed before it expires.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use reqwest::header::HeaderValue;
use secrecy::SecretString;
use tokenward_core::BoxFuture;
use tokio::{sync::Mutex, time::Instant};

use crate::{
    auth::{
        authorize::{Authorize, header_value},
        error::AuthorizeError,
    },
    secrets::wire::WireSecret,
};

/// The response of a token endpoint.
///
/// ```
/// let grant = tokenward_http::Grant { access_token: "jwt".into(), expires_in: None };
/// assert!(!format!("{grant:?}").contains("jwt"));
/// ```
#[derive(Debug)]
pub struct Grant {
    /// The bearer token.
    pub access_token: WireSecret,
    /// The lifetime of the token. If the vendor does not declare it, only the callers that wait for this token use it.
    pub expires_in: Option<Duration>,
}

type Fetch = dyn Fn() -> BoxFuture<'static, Result<Grant, AuthorizeError>> + Send + Sync;

/// Bearer authorization with a token that is fetched when it is needed.
///
/// ```
/// use tokenward_http::{Bearer, Grant};
/// use std::time::Duration;
///
/// let bearer = Bearer::new(|| async {
///     Ok(Grant { access_token: "jwt".into(), expires_in: Some(Duration::from_secs(600)) })
/// });
/// assert_eq!(format!("{bearer:?}"), "Bearer([redacted])");
/// ```
///
/// The token is renewed one minute before it expires, or after nine tenths of its lifetime if that is less than ten
/// minutes. All waiting callers share one request. If it fails, all of them get its error.
pub struct Bearer {
    fetch: Box<Fetch>,
    secret: Option<SecretString>,
    state: Mutex<State>,
    attempts: AtomicU64,
}

#[derive(Default)]
struct State {
    live: Option<Live>,
    failure: Option<AuthorizeError>,
}

struct Live {
    header: HeaderValue,
    renew_at: Instant,
    ends_at: Instant,
}

const RENEW_BEFORE_END: Duration = Duration::from_secs(60);
/// Pause after a failed request to the token endpoint, while the current token is still valid.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(10);
/// Maximum lifetime. No vendor grants more than half a day, so a larger number is not trusted.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

impl Bearer {
    /// Creates a bearer from the function that fetches a new token.
    pub fn new<F>(fetch: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Grant, AuthorizeError>> + Send + 'static,
    {
        Self {
            fetch: Box::new(move || Box::pin(fetch())),
            secret: None,
            state: Mutex::default(),
            attempts: AtomicU64::new(0),
        }
    }

    /// Sets the secret that new tokens are fetched with, so that it is redacted from vendor text.
    #[must_use]
    pub fn with_secret(self, secret: SecretString) -> Self {
        Self { secret: Some(secret), ..self }
    }

    async fn renew(&self) -> Result<Live, AuthorizeError> {
        let asked_at = Instant::now();
        let grant = (self.fetch)().await?;
        let header = header_value("Bearer ", &grant.access_token.into_secret()).map_err(|reason| {
            AuthorizeError::unusable(format!("the token endpoint's access token was refused: {reason}"))
        })?;
        let life = grant.expires_in.unwrap_or_default().min(LONGEST_LIFE);
        let ends_at = asked_at + life;
        Ok(Live { header, renew_at: ends_at - RENEW_BEFORE_END.min(life / 10), ends_at })
    }
}

impl Authorize for Bearer {
    fn header(&self) -> BoxFuture<'_, Result<HeaderValue, AuthorizeError>> {
        Box::pin(async move {
            let seen = self.attempts.load(Ordering::Acquire);
            let mut state = self.state.lock().await;
            // Another caller fetched a token while this one waited for the lock. Its result is for all waiting callers.
            let waited = self.attempts.load(Ordering::Acquire) != seen;
            if let Some(live) = &state.live
                && (waited || Instant::now() < live.renew_at)
            {
                return Ok(live.header.clone());
            }
            if let Some(failure) = &state.failure
                && waited
            {
                return Err(failure.clone());
            }
            let renewed = self.renew().await;
            self.attempts.fetch_add(1, Ordering::Release);
            match renewed {
                Ok(live) => {
                    let header = live.header.clone();
                    *state = State { live: Some(live), failure: None };
                    Ok(header)
                }
                Err(failure) => {
                    state.failure = Some(failure.clone());
                    // Use the current token while it is valid, and do not call the endpoint again at once.
                    let now = Instant::now();
                    match state.live.as_mut().filter(|live| now < live.ends_at) {
                        Some(live) => {
                            live.renew_at = live.ends_at.min(now + ASK_AGAIN_AFTER);
                            Ok(live.header.clone())
                        }
                        None => {
                            state.live = None;
                            Err(failure)
                        }
                    }
                }
            }
        })
    }

    fn secrets(&self) -> Vec<SecretString> {
        self.secret.iter().cloned().collect()
    }

    fn forget<'a>(&'a self, refused: &'a HeaderValue) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            let mut state = self.state.lock().await;
            // Another caller may have renewed the token since then.
            if state.live.as_ref().is_some_and(|live| live.header == refused) {
                state.live = None;
            }
            true
        })
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, atomic::AtomicUsize};

    use super::*;

    fn counting(
        life: Option<u64>,
        fail: impl Fn(usize) -> bool + Copy + Send + Sync + 'static,
    ) -> (Arc<Bearer>, Arc<AtomicUsize>) {
        let calls = Arc::new(AtomicUsize::new(0));
        let seen = calls.clone();
        let bearer = Bearer::new(move || {
            let call = seen.fetch_add(1, Ordering::SeqCst);
            async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                if fail(call) {
                    return Err(AuthorizeError::new("the token endpoint answered 503"));
                }
                Ok(Grant {
                    access_token: format!("jwt-{call}").into(),
                    expires_in: life.map(Duration::from_secs),
                })
            }
        });
        (Arc::new(bearer), calls)
    }

    async fn at_once(bearer: &Arc<Bearer>, callers: usize) -> Vec<Result<HeaderValue, AuthorizeError>> {
        let tasks: Vec<_> = (0..callers)
            .map(|_| {
                let bearer = bearer.clone();
                tokio::spawn(async move { bearer.header().await })
            })
            .collect();
        let mut results = Vec::new();
        for task in tasks {
            results.push(task.await.unwrap());
        }
        results
    }

    #[tokio::test(start_paused = true)]
    async fn fifty_callers_make_one_request() {
        let (bearer, calls) = counting(Some(3600), |_| false);
        let headers = at_once(&bearer, 50).await;
        assert_eq!(calls.load(Ordering::SeqCst), 1);
        assert!(headers.iter().all(|header| header.as_ref().unwrap() == "Bearer jwt-0"));
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_waited_share_a_failure_and_the_next_caller_tries_again() {
        let (bearer, calls) = counting(Some(3600), |call| call == 0);
        assert!(at_once(&bearer, 50).await.iter().all(Result::is_err));
        assert_eq!(calls.load(Ordering::SeqCst), 1);
        assert_eq!(bearer.header().await.unwrap(), "Bearer jwt-1");
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_renewed_before_it_ends_and_not_sooner() {
        for (life, last_use) in [(3600, 3539), (100, 89)] {
            let (bearer, calls) = counting(Some(life), |_| false);
            let start = Instant::now();
            bearer.header().await.unwrap();
            tokio::time::sleep_until(start + Duration::from_secs(last_use)).await;
            assert_eq!(bearer.header().await.unwrap(), "Bearer jwt-0");
            tokio::time::advance(Duration::from_secs(1)).await;
            assert_eq!(bearer.header().await.unwrap(), "Bearer jwt-1");
            assert_eq!(calls.load(Ordering::SeqCst), 2);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_token_is_renewed_once_however_many_saw_it_refused() {
        let (bearer, calls) = counting(Some(3600), |_| false);
        let refused = bearer.header().await.unwrap();
        let renewals: Vec<_> = (0..20)
            .map(|_| {
                let (bearer, refused) = (bearer.clone(), refused.clone());
                tokio::spawn(async move {
                    assert!(bearer.forget(&refused).await);
                    bearer.header().await
                })
            })
            .collect();
        for renewal in renewals {
            assert_eq!(renewal.await.unwrap().unwrap(), "Bearer jwt-1");
        }
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_renewal_that_fails_leaves_the_bearer_that_still_lives() {
        let (bearer, calls) = counting(Some(3600), |call| call == 1);
        bearer.header().await.unwrap();
        tokio::time::advance(Duration::from_secs(3545)).await;
        for _ in 0..3 {
            assert_eq!(bearer.header().await.unwrap(), "Bearer jwt-0");
        }
        assert_eq!(calls.load(Ordering::SeqCst), 2);
        tokio::time::advance(ASK_AGAIN_AFTER).await;
        assert_eq!(bearer.header().await.unwrap(), "Bearer jwt-2");
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_of_unknown_life_serves_those_who_waited_for_it_and_nobody_else() {
        let (bearer, calls) = counting(None, |_| false);
        assert!(at_once(&bearer, 50).await.iter().all(Result::is_ok));
        assert_eq!(calls.swap(0, Ordering::SeqCst), 1);
        bearer.header().await.unwrap();
        bearer.header().await.unwrap();
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_life_beyond_all_reason_is_not_trusted() {
        let (bearer, calls) = counting(Some(u64::MAX), |_| false);
        bearer.header().await.unwrap();
        tokio::time::advance(LONGEST_LIFE).await;
        bearer.header().await.unwrap();
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_that_gives_up_does_not_block_the_others() {
        let (bearer, calls) = counting(Some(3600), |_| false);
        let given_up = tokio::time::timeout(Duration::from_millis(10), bearer.header()).await;
        assert!(given_up.is_err());
        assert_eq!(bearer.header().await.unwrap(), "Bearer jwt-1");
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    }
}
