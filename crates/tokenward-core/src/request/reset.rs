//! The options of a request that replaces a secret.

use super::check::invalid;
use crate::{
    capability::Capabilities,
    error::Result,
    model::{family::TokenFamily, timestamp::Timestamp},
    operation::{Operation, Setting},
};

/// The options of a reset, which replaces the secret of a token.
///
/// ```
/// use std::time::Duration;
/// use tokenward_core::{ResetOptions, Timestamp};
///
/// let options = ResetOptions::default().with_grace_until(Timestamp::now() + Duration::from_secs(60 * 60));
/// ```
///
/// Without a grace period, the old secret stops working immediately.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct ResetOptions {
    grace_until: Option<Timestamp>,
    even_if_current: bool,
}

impl ResetOptions {
    /// Keeps the old secret valid until this time.
    pub fn with_grace_until(mut self, time: Timestamp) -> Self {
        self.grace_until = Some(time);
        self
    }

    /// Allows a reset of the token that this client authenticates with.
    ///
    /// Without a grace period, the old secret of the client stops working immediately.
    pub fn even_if_current(mut self) -> Self {
        self.even_if_current = true;
        self
    }

    /// Returns the time until which the old secret stays valid.
    pub fn grace_until(&self) -> Option<Timestamp> {
        self.grace_until
    }

    /// Returns `true` if the credential in use may be reset without a grace period.
    pub fn is_even_if_current(&self) -> bool {
        self.even_if_current
    }

    /// Returns the settings that this request uses.
    fn settings(&self) -> impl Iterator<Item = Setting> + use<> {
        self.grace_until.map(|_| Setting::ResetWithGrace).into_iter()
    }

    /// Checks the options before a request is sent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the family cannot honour the request.
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if the grace period is in the past.
    pub fn check(&self, family: TokenFamily, capabilities: &Capabilities) -> Result<()> {
        capabilities.check(family, Operation::Reset, self.settings())?;
        self.check_at(Timestamp::now()).map_err(|error| error.with_place(family, Operation::Reset))
    }

    fn check_at(&self, now: Timestamp) -> Result<()> {
        match self.grace_until {
            Some(time) if time <= now => Err(invalid("the grace period lies in the past")),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grace_period_in_the_past_is_refused() {
        let now = "2026-08-01T00:00:00Z".parse().unwrap();
        let refusal = ResetOptions::default().with_grace_until(now).check_at(now).unwrap_err();
        assert_eq!(refusal.to_string(), "invalid input: the grace period lies in the past");
    }

    #[test]
    fn every_option_of_a_reset_is_checked() {
        let options = ResetOptions::default().with_grace_until(Timestamp::UNIX_EPOCH);
        let mut seen: Vec<Setting> = options.settings().collect();
        seen.sort();
        seen.dedup();
        let all = Setting::ALL.into_iter().filter(|setting| setting.operation() == Operation::Reset);
        assert_eq!(seen, all.collect::<Vec<_>>());
    }
}
