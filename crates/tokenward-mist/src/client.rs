//! The client and how it is built.

use std::sync::Arc;

use tokenward_http::{BaseUrl, BuildError, HeaderCredential, HttpOptions, SecretString, Session};

use crate::raw;

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

    /// The generated client.
    pub fn raw(&self) -> &raw::Client {
        &self.raw
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
        Ok(Mist { raw: raw::Client::new(session) })
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
