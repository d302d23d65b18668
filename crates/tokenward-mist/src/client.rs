//! The client and how it is built.

use std::sync::Arc;

use tokenward_core::{Current, ExposeSecret, Result, TokenId};
use tokenward_http::{
    BaseUrl, BuildError, Call, Environment, HeaderCredential, HttpOptions, SecretString, Session, WireSecret,
};

use crate::{
    MistOrgTokens, MistUserTokens,
    raw::{self, types::Admin},
};

/// A client for one cloud of Juniper Mist.
///
/// ```
/// use tokenward_mist::{Mist, Region};
///
/// let mist = Mist::builder("an-API-token").region(Region::Emea01).build()?;
/// # Ok::<(), tokenward_mist::BuildError>(())
/// ```
///
/// Cheap to clone: clones share connections.
#[derive(Clone, Debug)]
pub struct Mist {
    raw: raw::Client,
    credential: SecretString,
}

impl Mist {
    /// With an API token of an organization or of a user.
    ///
    /// Administrators who sign in by SSO have no tokens of their own and use
    /// their organization's.
    pub fn builder(token: impl Into<SecretString>) -> MistBuilder {
        MistBuilder {
            token: token.into(),
            base: Base::Region(Region::Global01),
            http: HttpOptions::default(),
        }
    }

    /// With what the environment says.
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `MIST_APITOKEN` | the API token |
    /// | `MIST_HOST` | the cloud's host or address, if it is not `api.mist.com` |
    ///
    /// They are those of the vendor's Terraform provider and Python package. A list of several tokens,
    /// which the latter takes, is refused.
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] where there is no token.
    pub fn from_env() -> Result<MistBuilder, BuildError> {
        Self::from_environment(&Environment::process())
    }

    /// The same, with variables from elsewhere.
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] where there is no token.
    pub fn from_environment(environment: &Environment) -> Result<MistBuilder, BuildError> {
        const TOKEN: &str = "MIST_APITOKEN";

        let token = environment.secret(TOKEN)?;
        if token.expose_secret().contains(',') {
            let reason = "it is a list of several tokens, and one is wanted";
            return Err(BuildError::Setting { setting: TOKEN, reason });
        }
        let builder = Self::builder(token);
        Ok(match environment.address("MIST_HOST") {
            Some(url) => builder.base_url(url),
            None => builder,
        })
    }

    /// The tokens of an organization.
    pub fn org_tokens(&self, org_id: impl Into<String>) -> MistOrgTokens {
        MistOrgTokens::new(self.clone(), org_id.into())
    }

    /// The tokens of the administrator who is calling.
    pub fn user_tokens(&self) -> MistUserTokens {
        MistUserTokens::new(self.clone())
    }

    /// The generated client.
    pub fn raw(&self) -> &raw::Client {
        &self.raw
    }

    /// What the vendor says of the credential.
    pub(crate) async fn caller(&self, call: &Call) -> Result<Caller> {
        let caller: Admin = call.answer(self.raw.get_self_response()).await?.read()?;
        // A person has an address; an organization's token has a name in its place.
        let is_person = caller.email.is_some() || caller.admin_id.is_some();
        Ok(Caller { token_name: caller.name.filter(|_| !is_person) })
    }

    /// Which of these, told by id and mask, is the credential.
    pub(crate) fn which_is_it(
        &self,
        candidates: impl Iterator<Item = (Option<String>, Option<WireSecret>)>,
    ) -> Current {
        let fits = |mask: &Option<WireSecret>| {
            mask.as_ref().is_none_or(|mask| is_masked_as(self.credential.expose_secret(), mask))
        };
        let mut ids: Vec<TokenId> =
            candidates.filter(|(_, mask)| fits(mask)).filter_map(|(id, _)| id?.parse().ok()).collect();
        match ids.pop() {
            None => Current::Other,
            Some(id) if ids.is_empty() => Current::Token(id),
            Some(id) => {
                ids.push(id);
                Current::OneOf(ids)
            }
        }
    }
}

/// What the vendor says of the credential.
pub(crate) struct Caller {
    /// The name of the organization's token, where it is one.
    pub(crate) token_name: Option<String>,
}

/// Whether the vendor may show this credential so: by its first and last four characters, whole, or by a mask of a
/// form that is not known, which fits any.
fn is_masked_as(credential: &str, shown: &WireSecret) -> bool {
    match shown.expose().split_once("...") {
        Some((start, end)) => credential.starts_with(start) && credential.ends_with(end),
        None => is_short(shown.expose()) || credential == shown.expose(),
    }
}

/// Too short for a key, so that it is a mask of one.
fn is_short(shown: &str) -> bool {
    shown.chars().filter(char::is_ascii_alphanumeric).count() <= 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_fits_the_credential_that_it_was_made_of_and_an_unknown_form_fits_any() {
        for (shown, fits) in [
            ("1qkb...QQCL", true),
            ("1qkb...QQCM", false),
            ("1qkc...QQCL", false),
            ("1qkb****QQCL", true),
            ("****", true),
            ("1qkb-the-whole-key-QQCL", true),
            ("1qkb-another-key-QQCL", false),
        ] {
            assert_eq!(is_masked_as("1qkb-the-whole-key-QQCL", &shown.into()), fits, "{shown}");
        }
    }
}

/// What a [`Mist`] is built from.
#[derive(Clone, Debug)]
#[must_use]
pub struct MistBuilder {
    token: SecretString,
    base: Base,
    http: HttpOptions,
}

#[derive(Clone, Debug)]
enum Base {
    Region(Region),
    Url(String),
}

impl MistBuilder {
    /// The cloud that the organization lives in; [`Region::Global01`] unless said.
    pub fn region(mut self, region: Region) -> Self {
        self.base = Base::Region(region);
        self
    }

    /// Another address than a region's: a gateway, or a server on this machine.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base = Base::Url(url.into());
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
    /// [`BuildError`] where the token or the address cannot be used.
    pub fn build(self) -> Result<Mist, BuildError> {
        let base = match &self.base {
            Base::Region(region) => BaseUrl::parse(region.base_url())?,
            Base::Url(url) => BaseUrl::parse(url)?,
        };
        let session = Session::new(base, &self.http, concat!("tokenward-mist/", env!("CARGO_PKG_VERSION")))?
            .with_authorization(Arc::new(HeaderCredential::new("Token ", &self.token)?));
        Ok(Mist { raw: raw::Client::new(session), credential: self.token })
    }
}

/// A cloud of Juniper Mist.
///
/// ```
/// assert_eq!(tokenward_mist::Region::Apac03.base_url(), "https://api.gc7.mist.com");
/// ```
///
/// Source: the servers of the vendor's document 2511.1.5.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Region {
    /// `api.mist.com`
    #[default]
    Global01,
    /// `api.gc1.mist.com`
    Global02,
    /// `api.ac2.mist.com`
    Global03,
    /// `api.gc2.mist.com`
    Global04,
    /// `api.gc4.mist.com`
    Global05,
    /// `api.eu.mist.com`
    Emea01,
    /// `api.gc3.mist.com`
    Emea02,
    /// `api.ac6.mist.com`
    Emea03,
    /// `api.gc6.mist.com`
    Emea04,
    /// `api.ac5.mist.com`
    Apac01,
    /// `api.gc5.mist.com`
    Apac02,
    /// `api.gc7.mist.com`
    Apac03,
}

impl Region {
    /// The address of its API.
    pub fn base_url(self) -> &'static str {
        match self {
            Self::Global01 => "https://api.mist.com",
            Self::Global02 => "https://api.gc1.mist.com",
            Self::Global03 => "https://api.ac2.mist.com",
            Self::Global04 => "https://api.gc2.mist.com",
            Self::Global05 => "https://api.gc4.mist.com",
            Self::Emea01 => "https://api.eu.mist.com",
            Self::Emea02 => "https://api.gc3.mist.com",
            Self::Emea03 => "https://api.ac6.mist.com",
            Self::Emea04 => "https://api.gc6.mist.com",
            Self::Apac01 => "https://api.ac5.mist.com",
            Self::Apac02 => "https://api.gc5.mist.com",
            Self::Apac03 => "https://api.gc7.mist.com",
        }
    }
}
