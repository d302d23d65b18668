//! The error of building a client.

use std::fmt;

/// The reason why a client could not be built.
///
/// ```
/// use tokenward_http::{BaseUrl, BuildError};
///
/// let error = BaseUrl::parse("http://api.mist.com").unwrap_err();
/// assert!(matches!(error, BuildError::BaseUrl { .. }));
/// ```
///
/// The text never quotes the input, because that may be a misplaced secret.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// The base URL cannot be used.
    BaseUrl {
        /// The reason.
        reason: &'static str,
    },
    /// The credential cannot be sent.
    Credential {
        /// The reason.
        reason: &'static str,
    },
    /// A setting has a value that cannot be used.
    Setting {
        /// The name of the setting.
        setting: &'static str,
        /// The reason.
        reason: &'static str,
    },
    /// An environment variable is not set.
    Variable {
        /// The name of the variable.
        variable: &'static str,
    },
    /// TLS could not be set up, for instance because no rustls crypto provider is installed. The text contains the
    /// reason.
    Tls(Box<dyn std::error::Error + Send + Sync>),
    /// The HTTP client could not be set up.
    Http(reqwest::Error),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BaseUrl { reason } => write!(f, "base address refused: {reason}"),
            Self::Credential { reason } => write!(f, "credential refused: {reason}"),
            Self::Setting { setting, reason } => write!(f, "{setting} refused: {reason}"),
            Self::Variable { variable } => write!(f, "the environment variable {variable} is not set"),
            Self::Tls(reason) => write!(f, "TLS could not be set up: {reason}"),
            Self::Http(_) => f.write_str("the HTTP client could not be set up"),
        }
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Http(source) => Some(source),
            _ => None,
        }
    }
}
