//! The client and how it is built.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use tokenward_core::{Current, ErrorKind, ExposeSecret, Result, TokenId};
use tokenward_http::{
    BaseUrl, BuildError, Call, Environment, HeaderCredential, HttpOptions, ResponseBody, SecretString,
    Session, WireSecret,
};

use crate::{
    MistOrgTokens, MistUserTokens,
    dialect::{MistDialect, rate_limits},
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
        let answer = call.receive(self.raw.get_self_response()).await?;
        let caller: Admin = answer.read()?;
        let said = |text: Option<String>| text.filter(|text| !text.is_empty());
        // A person has an address; an organization's token has a name in its place.
        if said(caller.email).is_some() || said(caller.admin_id).is_some() {
            return Ok(Caller::Person);
        }
        Ok(said(caller.name).map_or(Caller::Unknown, Caller::Token))
    }

    /// Which of these, told by its mask, and by its name where that is known, is the credential. One that cannot be
    /// told from it is taken for it.
    pub(crate) fn which_is_it(
        &self,
        call: &Call,
        answer: &ResponseBody,
        name: Option<&str>,
    ) -> Result<Current> {
        /// Of more there are no lists; a part of them would let the credential be revoked.
        const MOST: usize = 10_000;

        if let Some(gap) = answer.remainder()? {
            return Err(call.error(ErrorKind::Incomplete, gap));
        }
        // An item that is none has no id, and cannot be revoked by one.
        let candidates =
            answer.items()?.filter_map(|token| serde_json::from_str::<Candidate<'_>>(token).ok());
        let fits = |candidate: &Candidate<'_>| {
            let is_named = match (name, candidate.name.and_then(text)) {
                (Some(name), Some(other)) => name == other,
                _ => true,
            };
            let shown = candidate.key.and_then(|key| serde_json::from_str::<WireSecret>(key.get()).ok());
            is_named
                && shown.is_none_or(|shown| is_masked_as(self.credential.expose_secret(), shown.expose()))
        };
        let ids = candidates.filter(fits).map(|candidate| text(candidate.id?)?.parse().ok());
        let ids: Option<Vec<TokenId>> = ids.take(MOST + 1).collect();
        let Some(mut ids) = ids else {
            let message = "a token that may be the one that is calling has no id that can be used";
            return Err(call.error(ErrorKind::Protocol, message));
        };
        if ids.len() > MOST {
            let message = "too many tokens cannot be told from the credential";
            return Err(call.error(ErrorKind::Protocol, message));
        }
        match ids.pop() {
            Some(id) if ids.is_empty() => Ok(Current::Token(id)),
            Some(id) => {
                ids.push(id);
                Ok(Current::OneOf(ids))
            }
            // It is a token of this family, so a list that lacks it is not all of them.
            None => Err(call.error(ErrorKind::Incomplete, "the list lacks the token that is calling")),
        }
    }
}

/// What the vendor says of the credential.
pub(crate) enum Caller {
    /// It is a person's.
    Person,
    /// It is an organization's token of this name.
    Token(String),
    /// The vendor does not say.
    Unknown,
}

/// As much of a token as tells whether it is the credential, whatever else its record is.
#[derive(Default, Deserialize)]
struct Candidate<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    name: Option<&'a RawValue>,
    #[serde(borrow, default)]
    key: Option<&'a RawValue>,
}

fn text(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

/// Whether the vendor may show this credential so: with something else in the place of its middle, or whole.
fn is_masked_as(credential: &str, shown: &str) -> bool {
    const MASKED: [char; 4] = ['.', '*', '•', '…'];
    const SHORT: usize = 8;

    let is = |part: &str, other: &str| part.eq_ignore_ascii_case(other);
    match (shown.find(MASKED), shown.rfind(MASKED)) {
        (Some(first), Some(last)) => {
            let start = &shown[..first];
            let end = shown[last..].trim_start_matches(MASKED);
            credential.get(..start.len()).is_some_and(|part| is(part, start))
                && credential
                    .len()
                    .checked_sub(end.len())
                    .and_then(|at| credential.get(at..))
                    .is_some_and(|part| is(part, end))
        }
        // Too short for a key, so that it is a mask of a form that is not known.
        _ => shown.chars().count() <= SHORT || is(credential, shown),
    }
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
            ("xxxx...QQCL", false),
            ("1qkb....QQCL", true),
            ("1qkb****QQCL", true),
            ("1qkb****QQCM", false),
            ("1QKB...qqcl", true),
            ("........", true),
            ("****", true),
            ("", true),
            ("1qkb-the-whole-key-QQCL", true),
            ("1qkb-another-key-QQCL", false),
        ] {
            assert_eq!(is_masked_as("1qkb-the-whole-key-QQCL", shown), fits, "{shown}");
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
    // As it was said: what is not checked yet may hold a password, and is not shown.
    Url(SecretString),
}

impl MistBuilder {
    /// The cloud that the organization lives in; [`Region::Global01`] unless said.
    pub fn region(mut self, region: Region) -> Self {
        self.base = Base::Region(region);
        self
    }

    /// Another address than a region's: a gateway, or a server on this machine.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base = Base::Url(url.into().into());
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
            Base::Url(url) => BaseUrl::parse(url.expose_secret())?,
        };
        let session = Session::new(base, &self.http, concat!("tokenward-mist/", env!("CARGO_PKG_VERSION")))?
            .with_authorization(Arc::new(HeaderCredential::new("Token ", &self.token)?))
            .with_dialect(&MistDialect)
            .with_rate_limits(&rate_limits());
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
