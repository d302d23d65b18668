//! Settings from the environment variables of the vendors' own tools.

use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::config::build_error::BuildError;

/// A source of variables: the environment of the process, or a list instead.
///
/// ```
/// use tokenward_http::Environment;
///
/// let environment = Environment::of([("MIST_HOST", "api.eu.mist.com"), ("MIST_APITOKEN", "")]);
/// assert_eq!(environment.get("MIST_HOST").as_deref(), Some("api.eu.mist.com"));
/// assert!(environment.secret("MIST_APITOKEN").is_err());
/// ```
///
/// An empty variable counts as not set. White space around a value is removed, because a file usually adds a line break
/// at the end of a secret.
#[derive(Debug, Default)]
pub struct Environment(Option<Vec<(String, SecretString)>>);

impl Environment {
    /// Returns the environment of the process.
    pub fn process() -> Self {
        Self::default()
    }

    /// Creates an environment with exactly these variables.
    pub fn of<N: Into<String>, V: Into<SecretString>>(variables: impl IntoIterator<Item = (N, V)>) -> Self {
        Self(Some(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect()))
    }

    /// Returns an optional variable.
    pub fn get(&self, variable: &str) -> Option<String> {
        self.value(variable).map(|value| value.as_str().to_owned())
    }

    /// Returns a URL. If the variable contains only a host, the scheme is `https`.
    pub fn address(&self, variable: &str) -> Option<String> {
        let address = self.get(variable)?;
        Some(if address.contains("://") { address } else { format!("https://{address}") })
    }

    /// Returns a required variable.
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] if the variable is not set.
    pub fn required(&self, variable: &'static str) -> Result<String, BuildError> {
        self.get(variable).ok_or(BuildError::Variable { variable })
    }

    /// Returns a required secret.
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] if the variable is not set.
    pub fn secret(&self, variable: &'static str) -> Result<SecretString, BuildError> {
        let value = self.value(variable).ok_or(BuildError::Variable { variable })?;
        Ok(value.as_str().into())
    }

    fn value(&self, variable: &str) -> Option<Zeroizing<String>> {
        use secrecy::ExposeSecret;

        let value = match &self.0 {
            None => Zeroizing::new(std::env::var(variable).ok()?),
            Some(variables) => {
                let (_, value) = variables.iter().find(|(name, _)| name == variable)?;
                Zeroizing::new(value.expose_secret().to_owned())
            }
        };
        let value = Zeroizing::new(value.trim().to_owned());
        (!value.is_empty()).then_some(value)
    }
}
