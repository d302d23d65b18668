//! The options of a request that revokes a token.

/// How a token is ended.
///
/// ```
/// let options = tokenward_core::RevokeOptions::default().even_if_current();
/// assert!(options.is_even_if_current());
/// ```
///
/// The token that the calls are made with is not revoked unless that is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct RevokeOptions {
    even_if_current: bool,
    even_if_managed: bool,
}

impl RevokeOptions {
    /// Also if it is the token that the calls are made with: this is then its last call.
    pub fn even_if_current(mut self) -> Self {
        self.even_if_current = true;
        self
    }

    /// Also if the vendor's platform made it for itself: revoking it breaks the platform.
    pub fn even_if_managed(mut self) -> Self {
        self.even_if_managed = true;
        self
    }

    /// Whether the credential in use may be revoked.
    pub fn is_even_if_current(&self) -> bool {
        self.even_if_current
    }

    /// Whether a token of the vendor's platform may be revoked.
    pub fn is_even_if_managed(&self) -> bool {
        self.even_if_managed
    }
}

#[cfg(test)]
mod tests {
    use crate::{Operation, Setting};

    #[test]
    fn only_requests_that_check_their_options_have_settings() {
        let checked = [Operation::List, Operation::Create, Operation::Update, Operation::Reset];
        assert!(Setting::ALL.into_iter().all(|setting| checked.contains(&setting.operation())));
    }
}
