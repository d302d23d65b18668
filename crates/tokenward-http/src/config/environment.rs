//! Settings from the variables that the vendors' own tools use.

use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::config::build_error::BuildError;

/// Where variables are looked up: the process's environment, or a list in its place.
///
/// ```
/// use tokenward_http::Environment;
///
/// let environment = Environment::of([("MIST_HOST", "api.eu.mist.com"), ("MIST_APITOKEN", "")]);
/// assert_eq!(environment.get("MIST_HOST").as_deref(), Some("api.eu.mist.com"));
/// assert!(environment.secret("MIST_APITOKEN").is_err());
/// ```
///
/// A variable that is set and empty counts as not set. White space around a
/// value is dropped: a line break at its end is a file's, not a secret's.
#[derive(Debug, Default)]
pub struct Environment(Option<Vec<(String, SecretString)>>);

impl Environment {
    /// The process's.
    pub fn process() -> Self {
        Self::default()
    }

    /// These variables and no others.
    pub fn of<N: Into<String>, V: Into<SecretString>>(variables: impl IntoIterator<Item = (N, V)>) -> Self {
        Self(Some(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect()))
    }

    /// A variable that may be missing.
    pub fn get(&self, variable: &str) -> Option<String> {
        self.value(variable).map(|value| value.as_str().to_owned())
    }

    /// An address, which may be written as a host alone.
    pub fn address(&self, variable: &str) -> Option<String> {
        let address = self.get(variable)?;
        Some(if address.contains("://") { address } else { format!("https://{address}") })
    }

    /// A variable without which there is nothing to build.
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`].
    pub fn required(&self, variable: &'static str) -> Result<String, BuildError> {
        self.get(variable).ok_or(BuildError::Variable { variable })
    }

    /// A secret.
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`].
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
