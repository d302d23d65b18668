//! The client and how it is built.

use std::sync::Arc;

use tokenward_core::{CreateToken, Current, Error, ErrorKind};
use tokenward_http::{
    BaseUrl, Bearer, BuildError, Environment, ExposeSecret, HttpOptions, SecretString, Session,
};

use crate::{
    ApiVersion, SailPointOauthClients, SailPointPersonalAccessTokens,
    dialect::{SailPointDialect, rate_limits},
    raw,
};

const PRODUCT: &str = concat!("tokenward-sailpoint/", env!("CARGO_PKG_VERSION"));

/// A client for one tenant of SailPoint Identity Security Cloud.
///
/// ```
/// use tokenward_sailpoint::{ApiVersion, SailPoint};
///
/// let sailpoint = SailPoint::builder("a-client-id", "a-client-secret")
///     .tenant("acme")
///     .api_version(ApiVersion::V2025)
///     .build()?;
/// # Ok::<(), tokenward_sailpoint::BuildError>(())
/// ```
///
/// The client id and secret are exchanged for a bearer token at
/// `/oauth/token` when it is first needed, once for however many callers, and
/// again shortly before it ends. Cheap to clone: clones share connections and
/// the bearer token.
#[derive(Clone, Debug)]
pub struct SailPoint {
    raw: raw::Client,
    api_version: ApiVersion,
    client_id: Arc<str>,
}

impl SailPoint {
    /// With the id and the secret of a personal access token.
    ///
    /// An API client's id and secret work too, but not on personal access
    /// tokens, which want a user behind the call.
    pub fn builder(client_id: impl Into<String>, client_secret: impl Into<SecretString>) -> SailPointBuilder {
        SailPointBuilder {
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            base: Base::Unset,
            api_version: ApiVersion::default(),
            http: HttpOptions::default(),
        }
    }

    /// With what the environment says.
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `SAIL_CLIENT_ID` | the id of a personal access token |
    /// | `SAIL_CLIENT_SECRET` | its secret |
    /// | `SAIL_BASE_URL` | the tenant's address, such as `https://acme.api.identitynow.com` |
    ///
    /// They are those of the vendor's command line and SDKs.
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] where one of them is missing.
    pub fn from_env() -> Result<SailPointBuilder, BuildError> {
        Self::from_environment(&Environment::process())
    }

    /// The same, with variables from elsewhere.
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] where one of them is missing.
    pub fn from_environment(environment: &Environment) -> Result<SailPointBuilder, BuildError> {
        const BASE: &str = "SAIL_BASE_URL";

        let (id, secret) =
            (environment.required("SAIL_CLIENT_ID")?, environment.secret("SAIL_CLIENT_SECRET")?);
        let base = environment.address(BASE).ok_or(BuildError::Variable { variable: BASE })?;
        Ok(Self::builder(id, secret).base_url(base))
    }

    /// The personal access tokens: the caller's, and with the right to it those of all users.
    pub fn personal_access_tokens(&self) -> SailPointPersonalAccessTokens {
        SailPointPersonalAccessTokens::new(self.clone())
    }

    /// The tenant's OAuth clients.
    pub fn oauth_clients(&self) -> SailPointOauthClients {
        SailPointOauthClients::new(self.clone())
    }

    /// The generated client. Its requests go to the paths of the API version.
    pub fn raw(&self) -> &raw::Client {
        &self.raw
    }

    /// The API version that was chosen.
    pub fn api_version(&self) -> &ApiVersion {
        &self.api_version
    }

    /// The id that the client calls with: a personal access token's or an OAuth client's, which are never alike.
    pub(crate) fn credential(&self) -> Current {
        self.client_id.parse().map_or(Current::Other, Current::Token)
    }
}

/// How long a bearer shall live that is got with a new token, in the vendor's seconds.
pub(crate) fn bearer_seconds(request: &CreateToken) -> Result<Option<i64>, Error> {
    let Some(lifetime) = request.bearer_lifetime() else { return Ok(None) };
    match (lifetime.as_secs(), lifetime.subsec_nanos()) {
        (seconds @ 15..=43_200, 0) => Ok(Some(seconds as i64)),
        (_, 1..) => Err(Error::new(ErrorKind::InvalidInput, "a bearer lives a whole number of seconds")),
        _ => Err(Error::new(ErrorKind::InvalidInput, "a bearer lives from 15 seconds to 12 hours")),
    }
}

/// What a [`SailPoint`] is built from.
#[derive(Clone, Debug)]
#[must_use]
pub struct SailPointBuilder {
    client_id: String,
    client_secret: SecretString,
    base: Base,
    api_version: ApiVersion,
    http: HttpOptions,
}

#[derive(Clone, Debug)]
enum Base {
    Unset,
    Tenant(String),
    // As it was said: what is not checked yet may hold a password, and is not shown.
    Url(SecretString),
}

impl SailPointBuilder {
    /// The tenant's name: the first word of `acme.api.identitynow.com`.
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.base = Base::Tenant(tenant.into());
        self
    }

    /// Another address: a vanity host, a gateway, or a server on this machine.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base = Base::Url(url.into().into());
        self
    }

    /// The API version; [`ApiVersion::V1`] unless said.
    pub fn api_version(mut self, version: ApiVersion) -> Self {
        self.api_version = version;
        self
    }

    /// Time-outs, user agent and the bound on answers.
    pub fn http(mut self, options: HttpOptions) -> Self {
        self.http = options;
        self
    }

    /// The client. No request is made yet.
    ///
    /// # Errors
    ///
    /// [`BuildError`] where neither a tenant nor an address is said, or one of
    /// them cannot be used.
    pub fn build(self) -> Result<SailPoint, BuildError> {
        let base = self.base_url_of_tenant()?;
        let endpoint = BaseUrl::parse(&format!("{}/oauth/token", base.as_str()))?;
        let id = self.client_id.clone();
        let session = Session::new(endpoint, &self.http, PRODUCT)?.with_dialect(&SailPointDialect);
        let bearer = Bearer::client_credentials_through(session, id, self.client_secret);
        let version = self.api_version.clone();
        let session = Session::new(base, &self.http, PRODUCT)?
            .with_authorization(Arc::new(bearer))
            .with_path_rewrite(Arc::new(move |path| version.path(path)))
            .with_dialect(&SailPointDialect)
            .with_rate_limits(&rate_limits());
        let client_id = self.client_id.into();
        Ok(SailPoint { raw: raw::Client::new(session), api_version: self.api_version, client_id })
    }

    fn base_url_of_tenant(&self) -> Result<BaseUrl, BuildError> {
        let refuse = |reason| BuildError::Setting { setting: "tenant", reason };
        match &self.base {
            Base::Unset => Err(refuse("neither a tenant nor a base address is said")),
            Base::Url(url) => BaseUrl::parse(url.expose_secret()),
            Base::Tenant(tenant) => {
                // It becomes a part of the host that the secret is sent to.
                let is_label = tenant.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
                if !is_label || tenant.is_empty() {
                    return Err(refuse("it is not one word of letters, digits and hyphens"));
                }
                BaseUrl::parse(&format!("https://{tenant}.api.identitynow.com"))
            }
        }
    }
}
