//! The client and how it is built.

use std::sync::Arc;

use tokenward_core::Current;
use tokenward_http::{
    BaseUrl, BuildError, Environment, ExposeSecret, HeaderCredential, HttpOptions, SecretString, Session,
};
use tokio::sync::OnceCell;

use crate::{
    LaunchDarklyAccessTokens, LaunchDarklyRelayProxyConfigs,
    dialect::{LaunchDarklyDialect, rate_limits},
    raw,
};

/// The version of the API that the document describes.
const API_VERSION: &str = "20240415";

/// The version in which the token list became paged.
const PAGED_SINCE: &str = "20240415";

/// A client for one account of LaunchDarkly.
///
/// ```
/// use tokenward_launchdarkly::{Instance, LaunchDarkly};
///
/// let launchdarkly = LaunchDarkly::builder("an-access-token").instance(Instance::Eu).build()?;
/// # Ok::<(), tokenward_launchdarkly::BuildError>(())
/// ```
///
/// Cheap to clone: clones share connections.
#[derive(Clone, Debug)]
pub struct LaunchDarkly {
    raw: raw::Client,
    session: Session,
    is_paged: bool,
    current: Arc<OnceCell<Current>>,
}

impl LaunchDarkly {
    /// With an access token.
    ///
    /// What it sees depends on it: a service token sees all service tokens, and
    /// only an administrator's sees other members' personal tokens.
    pub fn builder(token: impl Into<SecretString>) -> LaunchDarklyBuilder {
        LaunchDarklyBuilder {
            token: token.into(),
            base: Base::Instance(Instance::Commercial),
            api_version: API_VERSION.to_owned(),
            http: HttpOptions::default(),
        }
    }

    /// With what the environment says.
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `LAUNCHDARKLY_ACCESS_TOKEN` | the access token |
    /// | `LAUNCHDARKLY_API_HOST` | the host or address, if it is not `https://app.launchdarkly.com` |
    ///
    /// They are those of the vendor's Terraform provider.
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] where there is no token.
    pub fn from_env() -> Result<LaunchDarklyBuilder, BuildError> {
        Self::from_environment(&Environment::process())
    }

    /// The same, with variables from elsewhere.
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] where there is no token.
    pub fn from_environment(environment: &Environment) -> Result<LaunchDarklyBuilder, BuildError> {
        let builder = Self::builder(environment.secret("LAUNCHDARKLY_ACCESS_TOKEN")?);
        Ok(match environment.address("LAUNCHDARKLY_API_HOST") {
            Some(url) => builder.base_url(url),
            None => builder,
        })
    }

    /// The account's access tokens.
    pub fn access_tokens(&self) -> LaunchDarklyAccessTokens {
        LaunchDarklyAccessTokens::new(self.clone())
    }

    /// The account's relay proxy configurations.
    pub fn relay_proxy_configs(&self) -> LaunchDarklyRelayProxyConfigs {
        LaunchDarklyRelayProxyConfigs::new(self.clone())
    }

    /// The generated client.
    pub fn raw(&self) -> &raw::Client {
        &self.raw
    }

    /// How many pages of the token list would be sent at once now, where the vendor has told its limits.
    pub(crate) fn free_for_pages(&self) -> Option<usize> {
        self.session.free_slots("get_tokens")
    }

    /// Whether the token list comes in pages in this version of the API.
    pub(crate) fn is_paged(&self) -> bool {
        self.is_paged
    }

    /// Which token is in use, asked once: it does not change while the client lives.
    pub(crate) fn current(&self) -> &OnceCell<Current> {
        &self.current
    }
}

/// What a [`LaunchDarkly`] is built from.
#[derive(Clone, Debug)]
#[must_use]
pub struct LaunchDarklyBuilder {
    token: SecretString,
    base: Base,
    api_version: String,
    http: HttpOptions,
}

#[derive(Clone, Debug)]
enum Base {
    Instance(Instance),
    // As it was said: what is not checked yet may hold a password, and is not shown.
    Url(SecretString),
}

impl LaunchDarklyBuilder {
    /// The instance that the account lives in; [`Instance::Commercial`] unless said.
    pub fn instance(mut self, instance: Instance) -> Self {
        self.base = Base::Instance(instance);
        self
    }

    /// Another address than an instance's: a gateway, or a server on this machine.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base = Base::Url(url.into().into());
        self
    }

    /// What is sent as `LD-API-Version`: a date as `yyyymmdd`, or `beta`; `20240415` unless said.
    ///
    /// Without the header an account's own default would apply, which differs
    /// from token to token.
    pub fn api_version(mut self, version: impl Into<String>) -> Self {
        self.api_version = version.into();
        self
    }

    /// Time-outs, user agent and the bound on answers.
    pub fn http(mut self, options: HttpOptions) -> Self {
        self.http = options;
        self
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// [`BuildError`] where the token, the address or the version cannot be used.
    pub fn build(self) -> Result<LaunchDarkly, BuildError> {
        let base = match &self.base {
            Base::Instance(instance) => BaseUrl::parse(instance.base_url())?,
            Base::Url(url) => BaseUrl::parse(url.expose_secret())?,
        };
        let is_date =
            self.api_version.len() == 8 && self.api_version.bytes().all(|byte| byte.is_ascii_digit());
        if !is_date && self.api_version != "beta" {
            return Err(BuildError::Setting {
                setting: "API version",
                reason: "it is neither a date as yyyymmdd nor `beta`",
            });
        }
        // LaunchDarkly wants the bare token, without a scheme's name before it.
        let credential = HeaderCredential::new("", &self.token)?;
        let session =
            Session::new(base, &self.http, concat!("tokenward-launchdarkly/", env!("CARGO_PKG_VERSION")))?
                .with_authorization(Arc::new(credential))
                .with_header("ld-api-version", &self.api_version)?
                .with_dialect(&LaunchDarklyDialect)
                .with_rate_limits(&rate_limits());
        // Dates of one length compare like the days that they are, and `beta` is later than any.
        let is_paged = self.api_version.as_str() >= PAGED_SINCE;
        let raw = raw::Client::new(session.clone());
        Ok(LaunchDarkly { raw, session, is_paged, current: Arc::default() })
    }
}

/// An instance of LaunchDarkly.
///
/// ```
/// assert_eq!(tokenward_launchdarkly::Instance::Federal.base_url(), "https://app.launchdarkly.us");
/// ```
///
/// Source: the servers of the vendor's document, and its prose for the EU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Instance {
    /// `app.launchdarkly.com`
    #[default]
    Commercial,
    /// `app.launchdarkly.us`
    Federal,
    /// `app.eu.launchdarkly.com`
    Eu,
}

impl Instance {
    /// The address of its API.
    pub fn base_url(self) -> &'static str {
        match self {
            Self::Commercial => "https://app.launchdarkly.com",
            Self::Federal => "https://app.launchdarkly.us",
            Self::Eu => "https://app.eu.launchdarkly.com",
        }
    }
}
