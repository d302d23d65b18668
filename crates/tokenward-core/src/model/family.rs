//! The kind of a token, and its vendor.

use std::fmt;

use serde::{Serialize, Serializer};

/// One kind of token at one vendor, such as `mist/org-token`.
///
/// ```
/// use tokenward_core::TokenFamily;
///
/// const ORG_TOKEN: TokenFamily = TokenFamily::new("mist", "org-token");
/// assert_eq!(ORG_TOKEN.to_string(), "mist/org-token");
/// assert_eq!(ORG_TOKEN.vendor(), "mist");
/// ```
///
/// The families of one vendor support different operations, so each has its own
/// [`TokenManager`](crate::TokenManager).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenFamily {
    vendor: &'static str,
    kind: &'static str,
}

impl TokenFamily {
    /// Creates a family from a vendor and the vendor's term for this kind of token.
    ///
    /// Both are in lower case with hyphens.
    pub const fn new(vendor: &'static str, kind: &'static str) -> Self {
        Self { vendor, kind }
    }

    /// Returns the vendor, such as `mist`.
    pub const fn vendor(self) -> &'static str {
        self.vendor
    }

    /// Returns the kind of token, such as `org-token`.
    pub const fn kind(self) -> &'static str {
        self.kind
    }
}

impl fmt::Display for TokenFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}", self.vendor, self.kind))
    }
}

impl Serialize for TokenFamily {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_padded_like_a_text() {
        let family = TokenFamily::new("acme", "token");
        assert_eq!(
            format!("{family:>12}|{family:<12}|{family:^12}|"),
            "  acme/token|acme/token  | acme/token |"
        );
    }
}
