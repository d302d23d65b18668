//! The versions of SailPoint's API: where a path goes in each, and what a missing date means.

use std::time::Duration;

use tokenward_http::{BuildError, Nullable, Timestamp};

use crate::raw::types::CreatePersonalAccessTokenRequest;

/// A version of the API.
///
/// ```
/// use tokenward_sailpoint::{ApiVersion, WithoutExpiry};
///
/// assert_eq!(ApiVersion::default(), ApiVersion::V1);
/// assert_eq!(ApiVersion::V2024.without_expiry(), WithoutExpiry::SixMonths);
/// assert_eq!(ApiVersion::prefixed("v3")?.without_expiry(), WithoutExpiry::SixMonths);
/// # Ok::<(), tokenward_sailpoint::BuildError>(())
/// ```
///
/// The vendor has frozen its year versions in favour of one version per
/// resource. They differ in their paths and in what they make of the expiry of
/// a personal access token.
///
/// | version | path | a token without a date |
/// |---|---|---|
/// | `V1` | `/personal-access-tokens/v1` | never ends, which must be acknowledged |
/// | `V2026`, `V2025` | `/v2025/personal-access-tokens` | never ends, which must be acknowledged |
/// | `V2024` | `/v2024/personal-access-tokens` | ends after six months |
///
/// Source: the vendor's documents v2024, v2025 and root of August 2026.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ApiVersion {
    /// The version behind the resource's name, which the vendor goes on with.
    #[default]
    V1,
    /// The frozen versions of 2024.
    V2024,
    /// The frozen versions of 2025.
    V2025,
    /// The frozen versions of 2026.
    V2026,
    /// Another one.
    Other(OtherVersion),
}

/// A version that has no name here; see [`ApiVersion::prefixed`] and [`ApiVersion::on_resource`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OtherVersion {
    name: String,
    is_prefix: bool,
}

/// What a personal access token is that is created without an expiry date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WithoutExpiry {
    /// It ends six months after its creation, and no date may be later.
    SixMonths,
    /// It never ends, and `userAwareTokenNeverExpires` has to be `true`.
    Never,
    /// Not known for this version.
    Unknown,
}

/// The version in the paths of the document that the client is generated from.
const PUBLISHED: &str = "v1";

impl ApiVersion {
    /// A version that stands before the path: `/v3/personal-access-tokens`.
    ///
    /// # Errors
    ///
    /// [`BuildError::Setting`] where the name is no single word of a path.
    pub fn prefixed(name: impl Into<String>) -> Result<Self, BuildError> {
        OtherVersion::new(name.into(), true).map(Self::Other)
    }

    /// A version that stands behind the resource: `/personal-access-tokens/v2`.
    ///
    /// # Errors
    ///
    /// [`BuildError::Setting`] where the name is no single word of a path.
    pub fn on_resource(name: impl Into<String>) -> Result<Self, BuildError> {
        OtherVersion::new(name.into(), false).map(Self::Other)
    }

    /// What a personal access token is that is created without an expiry date.
    pub fn without_expiry(&self) -> WithoutExpiry {
        match self {
            Self::V1 | Self::V2025 | Self::V2026 => WithoutExpiry::Never,
            Self::V2024 => WithoutExpiry::SixMonths,
            Self::Other(other) if other.is_prefix && matches!(other.name.as_str(), "v3" | "beta") => {
                WithoutExpiry::SixMonths
            }
            Self::Other(_) => WithoutExpiry::Unknown,
        }
    }

    /// Where a path of the generated client goes in this version.
    pub(crate) fn path(&self, published: &str) -> Result<String, String> {
        let mut segments = published.splitn(4, '/').skip(1);
        let (Some(resource), Some(PUBLISHED)) = (segments.next(), segments.next()) else {
            // The token endpoint has no version.
            return Ok(published.to_owned());
        };
        let rest = segments.next().map(|rest| format!("/{rest}")).unwrap_or_default();
        let (name, is_prefix) = match self {
            Self::V1 => (PUBLISHED, false),
            Self::V2024 => ("v2024", true),
            Self::V2025 => ("v2025", true),
            Self::V2026 => ("v2026", true),
            Self::Other(other) => (other.name.as_str(), other.is_prefix),
        };
        if !is_prefix {
            return Ok(format!("/{resource}/{name}{rest}"));
        }
        if rest == "/bulk-update" {
            return Err(format!("version {name} has no bulk update; V1 has"));
        }
        Ok(format!("/{name}/{resource}{rest}"))
    }

    /// Refuses a creation that this version would refuse, or understand otherwise than it reads.
    pub(crate) fn check(
        &self,
        request: &CreatePersonalAccessTokenRequest,
        now: Timestamp,
    ) -> Result<(), &'static str> {
        /// The longest that six months can be.
        const SIX_MONTHS: Duration = Duration::from_secs(184 * 24 * 60 * 60);

        let date = request.expiration_date.value().copied();
        let dated = date.is_some();
        let acknowledged = request.user_aware_token_never_expires == Nullable::Value(true);
        match self.without_expiry() {
            WithoutExpiry::Never if !dated && !acknowledged => {
                Err("without `expiration_date` the token never ends, \
                     which `user_aware_token_never_expires` has to acknowledge")
            }
            WithoutExpiry::SixMonths
                if acknowledged
                    || request.expiration_date == Nullable::Null
                    || date.is_some_and(|date| date.saturating_duration_since(now) > SIX_MONTHS) =>
            {
                Err("in this version a token cannot live for ever: it ends after six months at the latest")
            }
            _ => Ok(()),
        }
    }
}

impl OtherVersion {
    fn new(name: String, is_prefix: bool) -> Result<Self, BuildError> {
        let is_word = name.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !name.is_empty();
        if !is_word {
            return Err(BuildError::Setting {
                setting: "API version",
                reason: "it is not a single word of letters and digits",
            });
        }
        Ok(Self { name, is_prefix })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions() -> [ApiVersion; 5] {
        [
            ApiVersion::V1,
            ApiVersion::V2024,
            ApiVersion::V2026,
            ApiVersion::prefixed("beta").unwrap(),
            ApiVersion::on_resource("v2").unwrap(),
        ]
    }

    #[test]
    fn a_path_goes_where_its_version_has_it() {
        let paths = |published: &str| versions().map(|version| version.path(published).unwrap());
        assert_eq!(
            paths("/personal-access-tokens/v1"),
            [
                "/personal-access-tokens/v1",
                "/v2024/personal-access-tokens",
                "/v2026/personal-access-tokens",
                "/beta/personal-access-tokens",
                "/personal-access-tokens/v2",
            ]
        );
        assert_eq!(
            paths("/oauth-clients/v1/v1"),
            [
                "/oauth-clients/v1/v1",
                "/v2024/oauth-clients/v1",
                "/v2026/oauth-clients/v1",
                "/beta/oauth-clients/v1",
                "/oauth-clients/v2/v1",
            ]
        );
        assert_eq!(paths("/oauth/token"), ["/oauth/token"; 5]);
    }

    #[test]
    fn bulk_update_exists_behind_the_resource_only() {
        let published = "/personal-access-tokens/v1/bulk-update";
        assert_eq!(ApiVersion::V1.path(published).unwrap(), published);
        assert_eq!(
            ApiVersion::V2025.path(published).unwrap_err(),
            "version v2025 has no bulk update; V1 has"
        );
    }

    #[test]
    fn a_version_is_one_word_of_a_path() {
        for name in ["", "v1/..", "..", "v 1", "v1?", "ü"] {
            assert!(
                ApiVersion::prefixed(name).is_err() && ApiVersion::on_resource(name).is_err(),
                "{name:?}"
            );
        }
    }

    #[test]
    fn what_a_missing_date_means_is_checked_by_version() {
        let plain = CreatePersonalAccessTokenRequest::new("ci");
        let mut dated = plain.clone();
        let now: Timestamp = "2026-08-01T00:00:00Z".parse().unwrap();
        dated.expiration_date = "2026-12-31T00:00:00Z".parse::<Timestamp>().unwrap().into();
        let mut late = plain.clone();
        late.expiration_date = "2027-08-01T00:00:00Z".parse::<Timestamp>().unwrap().into();
        let mut immortal = plain.clone();
        immortal.user_aware_token_never_expires = true.into();
        let mut null = plain.clone();
        null.expiration_date = Nullable::Null;

        let accepts = |version: &ApiVersion| {
            [&plain, &dated, &late, &immortal, &null].map(|request| version.check(request, now).is_ok())
        };
        let [v1, v2024, v2026, beta, other] = versions();
        assert_eq!(accepts(&v1), [false, true, true, true, false]);
        assert_eq!(accepts(&v2026), [false, true, true, true, false]);
        assert_eq!(accepts(&v2024), [true, true, false, false, false]);
        assert_eq!(accepts(&beta), [true, true, false, false, false]);
        assert_eq!(accepts(&other), [true; 5]);
    }
}
