//! The client and how it is built.

use std::sync::Arc;

use tokenward_http::{BaseUrl, BuildError, HeaderCredential, HttpOptions, SecretString, Session};

use crate::raw;

/// The version of the API that the document describes; in 20240415 the token list became paged.
const API_VERSION: &str = "20240415";

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

    /// The generated client.
    pub fn raw(&self) -> &raw::Client {
        &self.raw
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
    Url(String),
}

impl LaunchDarklyBuilder {
    /// The instance that the account lives in; [`Instance::Commercial`] unless said.
    pub fn instance(mut self, instance: Instance) -> Self {
        self.base = Base::Instance(instance);
        self
    }

    /// Another address than an instance's: a gateway, or a server on this machine.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base = Base::Url(url.into());
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
            Base::Url(url) => BaseUrl::parse(url)?,
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
                .with_header("ld-api-version", &self.api_version)?;
        Ok(LaunchDarkly { raw: raw::Client::new(session) })
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
