//! How the HTTP client of a vendor is set up.

use std::time::Duration;

use reqwest::redirect;

use crate::{
    config::{base_url::BaseUrl, build_error::BuildError, retry_options::RetryOptions},
    headers::retry_after::LONGEST,
    rate::options::RateOptions,
};

/// Time-outs, the user agent, the bound on an answer's size, when a request is sent again, and how fast requests follow each
/// other.
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
/// | connect time-out | 10 s |
/// | time-out of one sending | 30 s |
/// | deadline of a call, with all its sendings and waits | 2 min |
/// | time of a list, with all its calls | 1 h |
/// | largest body of an answer | 16 MiB; 1 MiB of one record; no bound of a family's list, which is read while it arrives |
/// | sending again | see [`RetryOptions`] |
/// | rate | all of what the vendor allows, and no more; see [`RateOptions`] |
///
/// TLS is what `reqwest` sets up with the same features; there is no setting for it. With both `rustls` and `native-tls`,
/// `reqwest` uses the TLS of the platform.
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
    /// How long to wait for a connection.
    pub fn with_connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long one sending of a request may take, its answer's last byte included.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long a call may take in all: its authorization, every sending and every wait, that for the vendor's rate limits
    /// included.
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets how long the client waits for the pages of one list in all; an hour unless set.
    ///
    /// Waits for the vendor's rate limits count. The time that the caller holds the list without asking for more does not,
    /// unless it gave up waiting for a token half way.
    /// A list that takes longer ends with [`ErrorKind::Incomplete`](tokenward_core::ErrorKind::Incomplete).
    pub fn with_list_time(mut self, time: Duration) -> Self {
        self.list_time = time;
        self
    }

    /// What stands behind our own name in the `User-Agent` header.
    pub fn with_user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent_suffix = Some(suffix.into());
        self
    }

    /// How many bytes of an answer are read before it is refused; 16 MiB unless said, and of what is one record 1 MiB at
    /// most.
    ///
    /// The list of a family is read while it arrives, item by item: it has no bound of this kind unless one is said, and
    /// ends with an error after a million tokens.
    pub fn with_body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// How often a request is sent again, and for how long in all.
    pub fn with_retry(mut self, options: RetryOptions) -> Self {
        self.retry = options;
        self
    }

    /// How much of the vendor's rate limits is used.
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

    /// That of a list that is read while it arrives, and held in memory only in part.
    pub(crate) fn list_limit(&self) -> Option<usize> {
        self.body_limit
    }

    /// The client for one vendor: no redirects, since a credential goes with every request.
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
            // A dependency of the program may switch these on for all clients. What is decompressed has no bound.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .referer(false);
        // A loopback address is reached directly whatever proxy the environment names. Others are https:
        // `BaseUrl` takes nothing else, and every request is checked to go there.
        let builder = if base.is_loopback() { builder.no_proxy() } else { builder };
        #[cfg(all(feature = "rustls-no-provider", not(any(feature = "rustls", feature = "native-tls"))))]
        require_provider()?;
        builder.build().map_err(BuildError::Http)
    }
}

/// Fails if the process has no rustls crypto provider, in which case `reqwest` panics.
///
/// The check covers the features of this crate only. The features that other crates enable in `reqwest` are not visible
/// here, so a program that enables `rustls-no-provider` must install a provider even if another crate brings one.
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
