//! The session of a generated client: it checks, authorizes and sends requests, and sends them again after a wait
//! (`send_until_answered`). `retry.rs` decides which requests, when, and how often.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::{
    StatusCode,
    header::{
        ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    },
};
use secrecy::{ExposeSecret, SecretString};
use tokenward_core::{BoxFuture, SecretNames, Timestamp};
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use crate::{
    auth::{
        authorize::Authorize,
        error::AuthorizeError,
        key::{Key, KeyPlace},
    },
    config::{
        base_url::BaseUrl, build_error::BuildError, http_options::HttpOptions, retry_options::RetryOptions,
    },
    dialect::Dialect,
    headers::{
        request_id::{is_about_the_answer, request_id},
        retry_after::retry_after,
        server_clock::ServerClock,
    },
    rate::{
        limit::RateLimit,
        limiter::{Limiter, Slot, TooLate},
        options::RateOptions,
    },
    secrets::context::Context,
    transport::{
        endpoint::Endpoint,
        origin::Origin,
        response::{Resend, Response, UnconfirmedId},
        retry::Plan,
        send_error::SendError,
    },
};

/// The methods whose requests have a body, even if it is empty.
const BODY_METHODS: [&str; 3] = ["POST", "PUT", "PATCH"];

/// A function that maps a path of the OpenAPI document to the API version of the caller, or returns why it cannot.
pub type PathRewrite = Arc<dyn Fn(&str) -> Result<String, String> + Send + Sync>;

/// A connection of one generated client to one vendor.
///
/// ```
/// use std::sync::Arc;
/// use tokenward_http::{BaseUrl, HeaderCredential, HttpOptions, SecretString, Session};
///
/// let session = Session::new(
///     BaseUrl::parse("http://127.0.0.1:8080")?,
///     &HttpOptions::default(),
///     concat!("tokenward-example/", env!("CARGO_PKG_VERSION")),
/// )?
/// .with_authorization(Arc::new(HeaderCredential::new("Bearer ", &SecretString::from("secret"))?));
/// assert!(!format!("{session:?}").contains("secret"));
/// # Ok::<(), tokenward_http::BuildError>(())
/// ```
///
/// It is cheap to clone. Every request of a generated client passes through [`call`](Self::call).
#[derive(Clone)]
pub struct Session(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    base: BaseUrl,
    client: reqwest::Client,
    authorize: Option<Arc<dyn Authorize>>,
    keys: Vec<Key>,
    headers: HeaderMap,
    rewrite: Option<PathRewrite>,
    body_limit: usize,
    list_limit: Option<usize>,
    timeout: Duration,
    deadline: Duration,
    retry: RetryOptions,
    rate: RateOptions,
    limiter: Option<Arc<Limiter>>,
    context: Context,
    clock: Arc<ServerClock>,
    list_time: Duration,
    vendor: &'static str,
}

impl Session {
    /// Creates a session from the vendor's base URL, the settings, and the name of the client for the user agent.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if a setting cannot be used or TLS is not available.
    pub fn new(base: BaseUrl, options: &HttpOptions, product: &'static str) -> Result<Self, BuildError> {
        Ok(Self(Arc::new(Inner {
            client: options.client(&base, product)?,
            base,
            authorize: None,
            keys: Vec::new(),
            headers: HeaderMap::new(),
            rewrite: None,
            body_limit: options.body_limit(),
            list_limit: options.list_limit(),
            timeout: options.timeout(),
            deadline: options.deadline(),
            retry: options.retry().clone(),
            rate: options.rate().clone(),
            limiter: Limiter::new(&[], options.rate()),
            context: Context::default(),
            clock: Arc::default(),
            list_time: options.list_time(),
            vendor: vendor_of(product),
        })))
    }

    /// Sets the authorization for every request that requires one.
    #[must_use]
    pub fn with_authorization(mut self, authorize: Arc<dyn Authorize>) -> Self {
        let inner = Arc::make_mut(&mut self.0);
        authorize
            .secrets()
            .iter()
            .for_each(|secret| inner.context.known.add_credential(secret.expose_secret()));
        inner.authorize = Some(authorize);
        self
    }

    /// Sends this key with every request that requires authorization, in addition to an [`Authorize`] header if one is
    /// set.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if the key, or the name of its place, cannot be sent.
    pub fn with_key(mut self, place: KeyPlace, key: &SecretString) -> Result<Self, BuildError> {
        let inner = Arc::make_mut(&mut self.0);
        inner.keys.push(Key::new(place, key)?);
        inner.context.known.add_credential(key.expose_secret());
        Ok(self)
    }

    /// Redacts this secret from vendor text.
    #[must_use]
    pub(crate) fn with_known_secret(self, secret: &SecretString) -> Self {
        self.0.context.known.add_credential(secret.expose_secret());
        self
    }

    /// Sends this header with every request.
    ///
    /// # Errors
    ///
    /// [`BuildError::Setting`] if the name or the value is not valid in a header.
    pub fn with_header(mut self, name: &'static str, value: &str) -> Result<Self, BuildError> {
        let refuse = || BuildError::Setting { setting: name, reason: "it cannot stand in a header" };
        let value = HeaderValue::from_str(value).map_err(|_| refuse())?;
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refuse())?;
        Arc::make_mut(&mut self.0).headers.insert(name, value);
        Ok(self)
    }

    /// Redacts the declared secret fields in every record that is shown.
    #[must_use]
    pub fn with_secret_names(mut self, names: &'static SecretNames) -> Self {
        Arc::make_mut(&mut self.0).context.names = names;
        self
    }

    /// Sets the dialect for the vendor's errors and limits. Without it, the defaults of [`Dialect`] apply.
    #[must_use]
    pub fn with_dialect(mut self, dialect: &'static dyn Dialect) -> Self {
        Arc::make_mut(&mut self.0).context.dialect = dialect;
        self
    }

    /// Sets a function that rewrites every path after it was checked.
    #[must_use]
    pub fn with_path_rewrite(mut self, rewrite: PathRewrite) -> Self {
        Arc::make_mut(&mut self.0).rewrite = Some(rewrite);
        self
    }

    /// Delays requests that require authorization until these limits have room for them, unless the session's options
    /// disable it.
    ///
    /// Clones share the limits and the counts.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tokenward_http::{BaseUrl, HttpOptions, RateLimit, Session};
    ///
    /// let session = Session::new(BaseUrl::parse("http://127.0.0.1:8080")?, &HttpOptions::default(), "acme/1")?
    ///     .with_rate_limits(&[RateLimit::counted(100, Duration::from_secs(10))]);
    /// assert_eq!(session.free_slots("list_tokens"), Some(100));
    /// # Ok::<(), tokenward_http::BuildError>(())
    /// ```
    #[must_use]
    pub fn with_rate_limits(mut self, limits: &[RateLimit]) -> Self {
        let inner = Arc::make_mut(&mut self.0);
        inner.limiter = Limiter::new(limits, &inner.rate);
        self
    }

    /// Returns the number of concurrent requests of an operation that could be sent now without waiting; `None` means
    /// no limit.
    ///
    /// This is an estimate: requests beyond this number must wait.
    pub fn free_slots(&self, operation_id: &str) -> Option<usize> {
        self.0.limiter.as_ref()?.free(operation_id)
    }

    /// Returns the vendor's time of day, estimated from its responses. Before the first response, it is the machine's
    /// time.
    pub fn vendor_now(&self) -> Timestamp {
        self.0.clock.at(Timestamp::now())
    }

    /// Returns the time limit of a list; see [`HttpOptions::with_list_time`].
    pub(crate) fn list_time(&self) -> Duration {
        self.0.list_time
    }

    /// Returns the base URL that paths are appended to.
    pub fn base_url(&self) -> &BaseUrl {
        &self.0.base
    }

    /// Returns the HTTP client. It follows no redirects and adds no credential.
    pub fn client(&self) -> &reqwest::Client {
        &self.0.client
    }

    /// Checks, authorizes and sends a request of a generated client, and retries it if that is safe and the failure is
    /// transient.
    ///
    /// If the credential is rejected and can be renewed, the client renews it once, and resends a request that may be
    /// repeated.
    ///
    /// # Errors
    ///
    /// [`SendError`]. Nothing is sent if an id changes the path, the operation is not part of the API version, or the
    /// request cannot be authorized.
    pub fn call<'a>(
        &'a self,
        operations: &'a [Endpoint],
        id: &'a str,
        request: reqwest::Request,
    ) -> BoxFuture<'a, Result<Response, SendError>> {
        // Boxed, so that it is compiled once here instead of in every calling crate.
        Box::pin(self.exchange(operations, id, request))
    }

    async fn exchange(
        &self,
        operations: &[Endpoint],
        id: &str,
        mut request: reqwest::Request,
    ) -> Result<Response, SendError> {
        let deadline = Instant::now() + self.0.deadline;
        let operation = self.prepare(operations, id, &mut request)?;
        if operation.authorized {
            if self.0.authorize.is_some() || self.0.keys.is_empty() {
                let header = self.authorization_by(deadline).await?;
                request.headers_mut().insert(AUTHORIZATION, header);
            }
            self.0.keys.iter().for_each(|key| key.put(&mut request));
        }
        self.run(Exchange {
            operation: *operation,
            request: Some(request),
            deadline,
            plan: Plan::new(&self.0.retry, operation.repeatable, deadline),
            may_renew: operation.repeatable,
            was_sent: false,
            header: None,
            unconfirmed: None,
        })
        .await
    }

    /// Sends a complete request, as often as its plan allows.
    async fn run(&self, mut exchange: Exchange) -> Result<Response, SendError> {
        let response = self.send(&mut exchange).await?;
        let operation = exchange.operation;
        match response.status() {
            status if status.is_success() => {
                let response = Response::new(response, self.0.body_limit)
                    .with_list_limit(self.0.list_limit)
                    .with_context(self.0.context.clone())
                    .with_unconfirmed(exchange.unconfirmed.take());
                Ok(match operation.repeatable && exchange.request.is_some() {
                    true => response.with_resend(self.clone().resend(exchange)),
                    false => response,
                })
            }
            // The request must not be resent, so it fails. The next call uses a new credential.
            StatusCode::UNAUTHORIZED
                if !operation.repeatable && self.forget(exchange.header.as_ref()).await =>
            {
                Err(SendError::Expired(Box::new(response)))
            }
            _ => Err(SendError::Status(Box::new(response))),
        }
    }

    /// Creates the function that resends this request, after a wait, if the body of its response breaks off.
    fn resend(self, mut exchange: Exchange) -> Resend {
        Resend::new(move || {
            let wait = exchange.plan.wait_after_break()?;
            Some(Box::pin(async move {
                tokio::time::sleep(wait).await;
                self.run(exchange).await
            }))
        })
    }

    /// Checks the request and completes everything except its authorization.
    fn prepare<'a>(
        &self,
        operations: &'a [Endpoint],
        id: &str,
        request: &mut reqwest::Request,
    ) -> Result<&'a Endpoint, SendError> {
        let operation = operations
            .iter()
            .find(|operation| operation.id == id)
            .ok_or_else(|| SendError::Refused(format!("{id}: not in the table of operations")))?;
        operation
            .check_route(operations, &self.0.base, request.method(), request.url())
            .map_err(SendError::Refused)?;
        self.rewrite_path(operation, request.url_mut()).map_err(SendError::Refused)?;

        // hyper omits `Content-Length` if there is no body, and some servers refuse such a request. RFC 9110, section
        // 8.6, asks for it.
        let has_no_body = request.body().is_none() && BODY_METHODS.contains(&operation.method);
        let headers = request.headers_mut();
        headers.extend(self.0.headers.clone());
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if has_no_body {
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        if let Some(content_type) = operation.content_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        Ok(operation)
    }

    async fn authorization_by(&self, deadline: Instant) -> Result<HeaderValue, AuthorizeError> {
        let Some(authorize) = &self.0.authorize else {
            return Err(AuthorizeError::unusable("the client has no credential"));
        };
        let late = |_| AuthorizeError::new("it took longer than the deadline of the call");
        let header = timeout_at(deadline, authorize.header()).await.map_err(late)??;
        self.0.context.known.learn(&header);
        Ok(header)
    }

    fn rewrite_path(&self, operation: &Endpoint, url: &mut reqwest::Url) -> Result<(), String> {
        let Some(rewrite) = &self.0.rewrite else { return Ok(()) };
        let base = self.0.base.path();
        let path = url.path().strip_prefix(base).unwrap_or_default();
        let path = rewrite(path).map_err(|reason| format!("{}: {reason}; nothing was sent", operation.id))?;
        url.set_path(&format!("{base}{path}"));
        Ok(())
    }

    async fn send(&self, exchange: &mut Exchange) -> Result<reqwest::Response, SendError> {
        let operation = exchange.operation;
        let span = tracing::debug_span!(
            "request",
            vendor = self.0.vendor,
            operation = operation.id,
            method = operation.method,
            status = tracing::field::Empty,
            attempts = tracing::field::Empty,
            duration_ms = tracing::field::Empty,
            request_id = tracing::field::Empty,
        );
        let start = Instant::now();
        let (attempts, result) = self.send_until_answered(exchange).instrument(span.clone()).await;
        span.record("attempts", attempts);
        span.record("duration_ms", start.elapsed().as_millis() as u64);
        let mut response = result?;
        self.0.clock.observe(response.headers(), Timestamp::now());
        span.record("status", response.status().as_u16());
        let context = &self.0.context;
        if !span.is_disabled()
            && let Some(id) = request_id(response.headers(), context)
        {
            // The headers of a response to a creation may repeat the new secret, which is known only after the body was
            // read.
            if operation.method == "POST" && response.status().is_success() {
                exchange.unconfirmed = Some(UnconfirmedId::new(span.clone(), id));
            } else {
                span.record("request_id", id);
            }
        }
        if !response.status().is_success() {
            // An unsuccessful response is printed with its headers, which may contain secrets.
            let is_kept = |name: &HeaderName, value: &HeaderValue| is_about_the_answer(name, value, context);
            let kept = response.headers().iter().filter(|(name, value)| is_kept(name, value));
            *response.headers_mut() = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
            response = without_address(response);
            response.extensions_mut().insert(Origin { operation, context: context.clone() });
        }
        Ok(response)
    }

    async fn send_until_answered(
        &self,
        exchange: &mut Exchange,
    ) -> (usize, Result<reqwest::Response, SendError>) {
        let (operation, deadline) = (exchange.operation, exchange.deadline);
        let mut slot = match self.slot(&operation, deadline).await {
            Ok(slot) => slot,
            Err(TooLate(wait)) => return (0, Err(SendError::Limited { wait })),
        };
        let mut attempts = 0;
        loop {
            let Some(mut request) = exchange.request.take() else {
                return (attempts, Err(SendError::Refused("its body cannot be sent twice".to_owned())));
            };
            // A streaming body could not be resent, but generated clients have none.
            exchange.request = request.try_clone();
            exchange.header = request.headers().get(AUTHORIZATION).cloned();
            let left = deadline.saturating_duration_since(Instant::now());
            *request.timeout_mut() = Some(self.0.timeout.min(left));
            // The URL may contain a secret, in its query or as an id.
            let result = self.0.client.execute(request).await.map_err(reqwest::Error::without_url);
            let asked = result.as_ref().ok().and_then(|response| self.wait_asked(response));
            settle(slot, &result, asked);
            attempts += 1;
            exchange.was_sent |= !matches!(&result, Err(error) if error.is_connect());
            let is_unsent = !exchange.was_sent;
            let ended =
                |result: reqwest::Result<_>| result.map_err(|source| SendError::Http { source, is_unsent });
            let Some(again) = &mut exchange.request else { return (attempts, ended(result)) };
            let refused = matches!(&result, Ok(response) if response.status() == StatusCode::UNAUTHORIZED);
            if refused && exchange.may_renew && self.forget(again.headers().get(AUTHORIZATION)).await {
                exchange.may_renew = false;
                match self.authorization_by(deadline).await {
                    Ok(header) => again.headers_mut().insert(AUTHORIZATION, header),
                    Err(error) => return (attempts, Err(error.into())),
                };
            } else {
                let Some(wait) = exchange.plan.wait_after(&result, asked) else {
                    return (attempts, ended(result));
                };
                tokio::time::sleep(wait).await;
            }
            slot = match self.slot(&operation, exchange.plan.end()).await {
                Ok(slot) => slot,
                Err(TooLate(_)) => return (attempts, ended(result)),
            };
        }
    }

    /// Returns the wait that an unsuccessful response asks for.
    fn wait_asked(&self, response: &reqwest::Response) -> Option<Duration> {
        let (status, dialect) = (response.status(), self.0.context.dialect);
        if status.is_success() {
            return None;
        }
        retry_after(status, response.headers(), dialect, Timestamp::now())
    }

    /// Waits for the vendor's rate limits. They apply per credential, so a request without one does not wait.
    async fn slot(&self, operation: &Endpoint, deadline: Instant) -> Result<Option<Slot>, TooLate> {
        match &self.0.limiter {
            Some(limiter) if operation.authorized => limiter.slot(operation.id, deadline).await.map(Some),
            _ => Ok(None),
        }
    }

    /// Discards a rejected credential. Returns `true` if there will be a different one.
    async fn forget(&self, refused: Option<&HeaderValue>) -> bool {
        match (&self.0.authorize, refused) {
            (Some(authorize), Some(refused)) => authorize.forget(refused).await,
            _ => false,
        }
    }
}

/// Reports the outcome of a request to the rate limits. The vendor may have counted a request that failed in transit.
fn settle(slot: Option<Slot>, result: &reqwest::Result<reqwest::Response>, asked: Option<Duration>) {
    match (slot, result) {
        (Some(slot), Ok(response)) => slot.answered(response.status(), response.headers(), asked),
        (Some(slot), Err(error)) if error.is_connect() => slot.give_back(),
        _ => {}
    }
}

/// Removes the URL from a response, because it may contain a secret.
fn without_address(response: reqwest::Response) -> reqwest::Response {
    http::Response::<reqwest::Body>::from(response).into()
}

/// Returns the name of the vendor: `mist` for `tokenward-mist/0.1.0`.
fn vendor_of(product: &'static str) -> &'static str {
    let name = product.split_once('/').map_or(product, |(name, _)| name);
    name.strip_prefix("tokenward-").unwrap_or(name)
}

/// A request in flight, with its remaining attempts and time.
struct Exchange {
    operation: Endpoint,
    /// The complete request with its authorization; `None` if it cannot be resent.
    request: Option<reqwest::Request>,
    deadline: Instant,
    plan: Plan,
    may_renew: bool,
    /// `true` if an attempt may have reached the vendor.
    was_sent: bool,
    /// The authorization of the last attempt.
    header: Option<HeaderValue>,
    unconfirmed: Option<UnconfirmedId>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("base_url", &self.0.base.as_str())
            .field("authorize", &self.0.authorize)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
