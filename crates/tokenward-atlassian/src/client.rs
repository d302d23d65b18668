//! The client and how it is built.

use std::sync::Arc;

use tokenward_core::{InvalidTokenId, TokenId};
use tokenward_http::{
    BaseUrl, BuildError, Environment, ExposeSecret, HeaderCredential, HttpOptions, SecretString, Session,
};

use crate::{
    AtlassianApiKeys, AtlassianUserTokens,
    dialect::{AtlassianDialect, rate_limits},
    raw,
};

/// The only host, for every organization.
const BASE_URL: &str = "https://api.atlassian.com";

/// A client for the administration of Atlassian organizations.
///
/// ```
/// use tokenward_atlassian::Atlassian;
///
/// let atlassian = Atlassian::builder("an-organization-API-key").build()?;
/// # Ok::<(), tokenward_atlassian::BuildError>(())
/// ```
///
/// Cheap to clone: clones share connections.
#[derive(Clone, Debug)]
pub struct Atlassian {
    raw: raw::Client,
    /// The API key that it calls with, if the builder was told.
    api_key_id: Option<TokenId>,
}

impl Atlassian {
    /// With an organization API key, which is not a user's API token.
    ///
    /// One account's tokens are served to keys without scopes only; the
    /// organization's tokens and keys take a key with scopes.
    pub fn builder(api_key: impl Into<SecretString>) -> AtlassianBuilder {
        AtlassianBuilder {
            api_key: api_key.into(),
            api_key_id: None,
            base_url: BASE_URL.into(),
            http: HttpOptions::default(),
        }
    }

    /// With what the environment says.
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `ATLASSIAN_ADMIN_API_KEY` | the organization's API key |
    /// | `ATLASSIAN_ADMIN_API_KEY_ID` | its id, if it is known: see [`AtlassianBuilder::api_key_id`] |
    ///
    /// The first one is that of the vendor's command line and of its Terraform providers, and the second one is ours. Their
    /// `ATLASSIAN_ORG_ID` is what [`user_tokens`](Self::user_tokens) and [`api_keys`](Self::api_keys) are asked for with.
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] where there is no key.
    pub fn from_env() -> Result<AtlassianBuilder, BuildError> {
        Self::from_environment(&Environment::process())
    }

    /// The same, with variables from elsewhere.
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] where there is no key.
    pub fn from_environment(environment: &Environment) -> Result<AtlassianBuilder, BuildError> {
        let builder = Self::builder(environment.secret("ATLASSIAN_ADMIN_API_KEY")?);
        Ok(match environment.get("ATLASSIAN_ADMIN_API_KEY_ID") {
            Some(id) => builder.api_key_id(id),
            None => builder,
        })
    }

    /// The API tokens of the users of an organization.
    pub fn user_tokens(&self, org_id: impl Into<String>) -> AtlassianUserTokens {
        AtlassianUserTokens::new(self.clone(), org_id.into())
    }

    /// The API keys of an organization.
    pub fn api_keys(&self, org_id: impl Into<String>) -> AtlassianApiKeys {
        AtlassianApiKeys::new(self.clone(), org_id.into())
    }

    /// The generated client.
    pub fn raw(&self) -> &raw::Client {
        &self.raw
    }

    /// The API key that the client calls with, if it was told.
    pub(crate) fn api_key_id(&self) -> Option<&TokenId> {
        self.api_key_id.as_ref()
    }
}

/// What an [`Atlassian`] is built from.
#[derive(Clone, Debug)]
#[must_use]
pub struct AtlassianBuilder {
    api_key: SecretString,
    api_key_id: Option<String>,
    // As it was said: what is not checked yet may hold a password, and is not shown.
    base_url: SecretString,
    http: HttpOptions,
}

impl AtlassianBuilder {
    /// Sets the id of the API key that the client calls with, as a list of API keys shows it.
    ///
    /// The vendor does not tell which key is calling. With its id,
    /// [`AtlassianApiKeys::revoke`](tokenward_core::TokenManager::revoke) refuses to end that key; without it, it refuses to
    /// end any key unless [`even_if_current`](tokenward_core::RevokeOptions::even_if_current) is set.
    pub fn api_key_id(mut self, id: impl Into<String>) -> Self {
        self.api_key_id = Some(id.into());
        self
    }

    /// Another address than the vendor's: a gateway, or a server on this machine.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into().into();
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
    /// [`BuildError`] where the key or the address cannot be used.
    pub fn build(self) -> Result<Atlassian, BuildError> {
        let base = BaseUrl::parse(self.base_url.expose_secret())?;
        let session =
            Session::new(base, &self.http, concat!("tokenward-atlassian/", env!("CARGO_PKG_VERSION")))?
                .with_authorization(Arc::new(HeaderCredential::new("Bearer ", &self.api_key)?))
                .with_dialect(&AtlassianDialect)
                .with_rate_limits(&rate_limits());
        let unusable = |_: InvalidTokenId| BuildError::Setting {
            setting: "id of the API key",
            reason: "it is not the id of a key",
        };
        let api_key_id = self.api_key_id.as_deref().map(str::parse).transpose().map_err(unusable)?;
        Ok(Atlassian { raw: raw::Client::new(session), api_key_id })
    }
}
