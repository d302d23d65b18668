//! The settings of the HTTP client of a vendor.

use std::time::Duration;

use reqwest::redirect;

use crate::{
    config::{base_url::BaseUrl, build_error::BuildError, retry_options::RetryOptions},
    headers::retry_after::LONGEST,
    rate::options::RateOptions,
};

/// HTTP settings: timeouts, user agent, limits on response bodies, retries, and request rates.
///
/// ```
/// use std::time::Duration;
/// use tokenward_http::HttpOptions;
///
/// let options = HttpOptions::default()
///     .with_timeout(Duration::from_secs(10))
///     .with_user_agent_suffix("inventory/2.1");
/// ```
///
/// | setting | default |
/// |---|---|
/// | connect timeout | 10 s |
/// | timeout of one attempt | 30 s |
/// | deadline of a call, including all attempts and waits | 2 min |
/// | time limit of a list, including all its calls | 1 h |
/// | maximum size of a response body | 16 MiB; 1 MiB for a single record; no limit for the list of a family, which is read while it arrives |
/// | retries | see [`RetryOptions`] |
/// | rate | the vendor's limits; see [`RateOptions`] |
///
/// There is no setting for TLS: `reqwest` sets it up according to its features. With both `rustls` and `native-tls`, it
/// uses the TLS of the platform.
#[derive(Clone, Debug)]
#[must_use]
pub struct HttpOptions {
    connect_timeout: Duration,
    timeout: Duration,
    deadline: Duration,
    list_time: Duration,
    user_agent_suffix: Option<String>,
    body_limit: Option<usize>,
    retry: RetryOptions,
    rate: RateOptions,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
            deadline: Duration::from_secs(120),
            list_time: Duration::from_secs(60 * 60),
            user_agent_suffix: None,
            body_limit: None,
            retry: RetryOptions::default(),
            rate: RateOptions::default(),
        }
    }
}

impl HttpOptions {
    /// Sets the timeout for connecting.
    pub fn with_connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets the timeout of one attempt, up to the last byte of the response.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the deadline of a call, including its authorization, all attempts, and all waits for retries and rate
    /// limits.
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets the maximum time that the client waits for the pages of a list in total; one hour by default.
    ///
    /// Waits for the vendor's rate limits count. Time in which the caller does not poll the list does not count, unless
    /// the caller stopped polling while it was waiting for a token. A list that takes longer ends with
    /// [`ErrorKind::Incomplete`](tokenward_core::ErrorKind::Incomplete).
    pub fn with_list_time(mut self, time: Duration) -> Self {
        self.list_time = time;
        self
    }

    /// Appends a suffix to the `User-Agent` header, after the client's own name.
    pub fn with_user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent_suffix = Some(suffix.into());
        self
    }

    /// Sets the maximum size of a response body, in bytes; 16 MiB by default. A single record may have at most 1 MiB.
    ///
    /// The list of a family is read while it arrives, item by item. It has no size limit unless this method sets one,
    /// and ends with an error after 1,000,000 tokens.
    ///
    /// A `raw` list is decoded while it arrives too, but its items are held in memory. The maximum number of its items
    /// grows with this limit: 25,000 for each full 16 MiB.
    pub fn with_body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// Sets how often and for how long a request is retried.
    pub fn with_retry(mut self, options: RetryOptions) -> Self {
        self.retry = options;
        self
    }

    /// Sets how much of the vendor's rate limits the client uses.
    pub fn with_rate(mut self, options: RateOptions) -> Self {
        self.rate = options;
        self
    }

    pub(crate) fn rate(&self) -> &RateOptions {
        &self.rate
    }

    pub(crate) fn retry(&self) -> &RetryOptions {
        &self.retry
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    pub(crate) fn deadline(&self) -> Duration {
        self.deadline.min(LONGEST)
    }

    pub(crate) fn list_time(&self) -> Duration {
        self.list_time.min(LONGEST)
    }

    pub(crate) fn body_limit(&self) -> usize {
        const IN_MEMORY: usize = 16 << 20;

        self.body_limit.unwrap_or(IN_MEMORY)
    }

    /// Returns the limit of a list that is read while it arrives and never held in memory as a whole.
    pub(crate) fn list_limit(&self) -> Option<usize> {
        self.body_limit
    }

    /// Builds the HTTP client for a vendor. It follows no redirects, because a credential is sent with every request.
    pub(crate) fn client(&self, base: &BaseUrl, product: &str) -> Result<reqwest::Client, BuildError> {
        let user_agent = match &self.user_agent_suffix {
            Some(suffix) if !suffix.bytes().all(|byte| matches!(byte, b' '..=b'~')) => {
                return Err(BuildError::Setting {
                    setting: "user-agent suffix",
                    reason: "it holds more than printable ASCII",
                });
            }
            Some(suffix) => format!("{product} {suffix}"),
            None => product.to_owned(),
        };
        let builder = reqwest::Client::builder()
            .connect_timeout(self.connect_timeout)
            .timeout(self.timeout)
            .user_agent(user_agent)
            .redirect(redirect::Policy::none())
            // Another dependency of the program may enable these features of `reqwest`. Decompressed data would have no
            // limit.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .referer(false);
        // A loopback address is reached directly, even if the environment sets a proxy. Any other base URL is `https`,
        // which `BaseUrl` enforces, and every request is checked against its base URL.
        let builder = if base.is_loopback() { builder.no_proxy() } else { builder };
        #[cfg(all(feature = "rustls-no-provider", not(any(feature = "rustls", feature = "native-tls"))))]
        require_provider()?;
        builder.build().map_err(BuildError::Http)
    }
}

/// Fails if the process has no rustls crypto provider. `reqwest` would panic in this case.
///
/// The check covers only the features of this crate, because it cannot see the features that other crates enable in
/// `reqwest`. So a program that enables `rustls-no-provider` must install a provider even if another crate brings one.
#[cfg(all(feature = "rustls-no-provider", not(any(feature = "rustls", feature = "native-tls"))))]
fn require_provider() -> Result<(), BuildError> {
    match rustls::crypto::CryptoProvider::get_default() {
        Some(_) => Ok(()),
        None => Err(BuildError::Tls(
            "no rustls crypto provider is installed; call `CryptoProvider::install_default` before building the client, or \
             enable the feature `rustls`"
                .into(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_agent_that_cannot_be_sent_is_refused() {
        let base = BaseUrl::parse("http://127.0.0.1:1").unwrap();
        let client = |suffix: &str| {
            HttpOptions::default().with_user_agent_suffix(suffix).client(&base, "tokenward-test/1")
        };
        assert!(client("inventory/2.1 (nightly)").is_ok());
        assert_eq!(
            client("two\nlines").unwrap_err().to_string(),
            "user-agent suffix refused: it holds more than printable ASCII"
        );
    }
}
