//! The options of a request that revokes a token.

/// The options of a request that revokes a token.
///
/// ```
/// let options = tokenward_core::RevokeOptions::default().even_if_current();
/// assert!(options.is_even_if_current());
/// ```
///
/// By default, a manager does not revoke the token that it authenticates with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct RevokeOptions {
    even_if_current: bool,
    even_if_managed: bool,
}

impl RevokeOptions {
    /// Allows a manager to revoke the token that it authenticates with. No later request of the manager succeeds.
    pub fn even_if_current(mut self) -> Self {
        self.even_if_current = true;
        self
    }

    /// Allows a manager to revoke a token that the vendor's platform created for itself. This breaks the platform.
    pub fn even_if_managed(mut self) -> Self {
        self.even_if_managed = true;
        self
    }

    /// Returns `true` if the credential in use may be revoked.
    pub fn is_even_if_current(&self) -> bool {
        self.even_if_current
    }

    /// Returns `true` if a token of the vendor's platform may be revoked.
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
