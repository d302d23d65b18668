//! The address of a vendor's API.

use std::fmt;

use url::{Host, Url};

use crate::config::build_error::BuildError;

/// The base URL of a vendor's API. Paths are appended to it.
///
/// ```
/// use tokenward_http::BaseUrl;
///
/// assert_eq!(BaseUrl::parse("https://api.mist.com/")?.as_str(), "https://api.mist.com");
/// assert!(BaseUrl::parse("http://api.mist.com").is_err());
/// # Ok::<(), tokenward_http::BuildError>(())
/// ```
///
/// Because a credential is sent with every request, the scheme is `https`, or `http` on a loopback address.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl {
    text: String,
    loopback: bool,
}

impl BaseUrl {
    /// Parses and checks a base URL. A path is kept, but a slash at its end is removed.
    ///
    /// # Errors
    ///
    /// [`BuildError::BaseUrl`] if the text is not a URL, would send a credential without TLS, or contains a user, a
    /// query or a fragment.
    pub fn parse(text: &str) -> Result<Self, BuildError> {
        let refuse = |reason| BuildError::BaseUrl { reason };
        // The URL parser drops tabs and line breaks, so the client would call another host than a reader sees.
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(refuse("it holds white space or a control character"));
        }
        // The URL parser maps letters of other scripts to different letters, and drops some of them.
        if !text.is_ascii() {
            return Err(refuse(
                "it holds more than ASCII: write the host in punycode, and percent-encode the path",
            ));
        }
        let url = Url::parse(text).map_err(|_| refuse("it is not an absolute address"))?;
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => return Err(refuse("it names no host")),
        };
        match url.scheme() {
            "https" => {}
            "http" if loopback => {}
            _ => return Err(refuse("only https is spoken, and http on a loopback address")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse("it holds a user or a password"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("it holds a query or a fragment"));
        }
        Ok(Self { text: url.as_str().trim_end_matches('/').to_owned(), loopback })
    }

    /// Returns the base URL without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Returns the path prefix of all requests: empty, or a path that begins with `/`.
    pub(crate) fn path(&self) -> &str {
        let authority = self.text.find("://").map_or(0, |scheme| scheme + 3);
        self.text[authority..].find('/').map_or("", |slash| &self.text[authority + slash..])
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BaseUrl").field(&self.text).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_passes_and_so_does_http_on_loopback() {
        for (text, path) in [
            ("https://api.mist.com", ""),
            ("https://gateway.example/mist/", "/mist"),
            ("http://127.0.0.1:8080", ""),
            ("http://localhost:1/x", "/x"),
            ("http://[::1]:9", ""),
        ] {
            let base = BaseUrl::parse(text).unwrap();
            assert_eq!(base.as_str(), text.trim_end_matches('/'));
            assert_eq!(base.path(), path);
        }
    }

    #[test]
    fn what_would_leak_or_confuse_is_refused_and_not_quoted() {
        for text in [
            "api.mist.com",
            "http://api.mist.com",
            "http://127.0.0.1.example.com",
            "https://user:CANARY@api.mist.com",
            "https://api.mist.com/?key=CANARY",
            "https://api.mist.com/#CANARY",
            "file:///CANARY",
            "mailto:CANARY",
            "https://api.mi\tst.com",
            "https://api.mist.com\n",
            " https://api.mist.com",
            "https://api.mist.com/a b",
            "https://api.mist.com/\u{0}",
            "https://api.mi\u{a0}st.com",
            "https://api.mi\u{ad}st.com",
            "https://api.mist\u{200b}.com",
            "https://api.mi\u{ff53}t.com",
        ] {
            let error = BaseUrl::parse(text).unwrap_err().to_string();
            assert!(!error.contains("CANARY"), "{error}");
        }
    }
}
