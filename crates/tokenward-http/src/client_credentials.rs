//! Bearer tokens from the OAuth 2.0 client credentials grant.

use std::time::Duration;

use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::form_urlencoded;

use crate::{
    auth::{
        bearer::{Bearer, Grant},
        error::AuthorizeError,
    },
    config::{base_url::BaseUrl, build_error::BuildError, http_options::HttpOptions},
    secrets::wire::WireSecret,
    transport::{endpoint::Endpoint, session::Session},
};

/// The base URL of the session is the token endpoint.
const TOKEN: Endpoint = Endpoint {
    id: "client_credentials",
    method: "POST",
    path: "",
    content_type: Some("application/x-www-form-urlencoded"),
    authorized: false,
    // A bearer token whose response is lost does no harm.
    repeatable: true,
};

/// The required fields of a token endpoint's response.
#[derive(Deserialize)]
struct ResponseBody {
    #[serde(default)]
    access_token: Option<WireSecret>,
    #[serde(default)]
    expires_in: Option<Seconds>,
}

/// A number of seconds. Some vendors send it as a string.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(f64),
    Text(String),
}

impl Seconds {
    fn duration(self) -> Option<Duration> {
        let seconds = match self {
            Self::Number(seconds) => seconds,
            Self::Text(text) => text.trim().parse().ok()?,
        };
        Duration::try_from_secs_f64(seconds).ok()
    }
}

impl Bearer {
    /// Creates a bearer that uses the client credentials grant of OAuth 2.0, with the id and the secret in a form.
    ///
    /// ```
    /// use tokenward_http::{BaseUrl, Bearer, HttpOptions};
    ///
    /// let endpoint = BaseUrl::parse("http://127.0.0.1:8080/oauth/token")?;
    /// let options = HttpOptions::default();
    /// let bearer = Bearer::client_credentials(endpoint, &options, "tokenward-example/1", "id", "secret")?;
    /// # Ok::<(), tokenward_http::BuildError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`BuildError`] if a setting cannot be used or TLS is not available.
    pub fn client_credentials(
        endpoint: BaseUrl,
        options: &HttpOptions,
        product: &'static str,
        id: impl Into<String>,
        secret: impl Into<SecretString>,
    ) -> Result<Self, BuildError> {
        Ok(Self::client_credentials_through(Session::new(endpoint, options, product)?, id, secret))
    }

    /// Creates the same bearer from a session whose base URL is the token endpoint, such as one with a dialect.
    ///
    /// ```
    /// use tokenward_http::{BaseUrl, Bearer, HttpOptions, Session};
    ///
    /// let endpoint = BaseUrl::parse("http://127.0.0.1:8080/oauth/token")?;
    /// let session = Session::new(endpoint, &HttpOptions::default(), "tokenward-example/1")?;
    /// let bearer = Bearer::client_credentials_through(session, "id", "secret");
    /// # Ok::<(), tokenward_http::BuildError>(())
    /// ```
    pub fn client_credentials_through(
        session: Session,
        id: impl Into<String>,
        secret: impl Into<SecretString>,
    ) -> Self {
        let (id, secret) = (id.into(), secret.into());
        let session = session.with_known_secret(&secret);
        let kept = secret.clone();
        Self::new(move || grant(session.clone(), id.clone(), secret.clone())).with_secret(kept)
    }
}

async fn grant(session: Session, id: String, secret: SecretString) -> Result<Grant, AuthorizeError> {
    let url = session.base_url().as_str().parse();
    let url = url.map_err(|_| AuthorizeError::unusable("the token endpoint has no address"))?;
    let mut request = reqwest::Request::new(Method::POST, url);
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", &id)
        .append_pair("client_secret", secret.expose_secret())
        .finish();
    *request.body_mut() = Some(form.into());
    let response = session.call(&[TOKEN], TOKEN.id, request).await?;
    let answer = response.decode::<ResponseBody>().await.map_err(|error| match error {
        crate::runtime::Error::InvalidResponsePayload(mismatch) => {
            AuthorizeError::unusable(format!("the token endpoint's answer is none: {mismatch}"))
        }
        crate::runtime::Error::ResponseBodyError(error) if error.is_timeout() => {
            AuthorizeError::new("the token endpoint's answer did not end in time")
        }
        _ => AuthorizeError::new("the token endpoint's answer broke off"),
    })?;
    let ResponseBody { access_token, expires_in } = answer.into_inner();
    let access_token = access_token
        .ok_or_else(|| AuthorizeError::unusable("the token endpoint's answer holds no access token"))?;
    Ok(Grant { access_token, expires_in: expires_in.and_then(Seconds::duration) })
}
