//! The options of a request that replaces a secret.

use super::check::invalid;
use crate::{
    capability::Capabilities,
    error::Result,
    model::{family::TokenFamily, timestamp::Timestamp},
    operation::{Operation, Setting},
};

/// How a secret is replaced.
///
/// ```
/// use std::time::Duration;
/// use tokenward_core::{ResetOptions, Timestamp};
///
/// let options = ResetOptions::default().with_grace_until(Timestamp::now() + Duration::from_secs(60 * 60));
/// ```
///
/// Without a grace period the old secret ends at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct ResetOptions {
    grace_until: Option<Timestamp>,
    even_if_current: bool,
}

impl ResetOptions {
    /// Until when the old secret goes on working.
    pub fn with_grace_until(mut self, time: Timestamp) -> Self {
        self.grace_until = Some(time);
        self
    }

    /// Also if it is the token that the calls are made with, whose old secret ends at once without a grace period.
    pub fn even_if_current(mut self) -> Self {
        self.even_if_current = true;
        self
    }

    /// Until when the old secret goes on working.
    pub fn grace_until(&self) -> Option<Timestamp> {
        self.grace_until
    }

    /// Whether the credential in use may be reset without a grace period.
    pub fn is_even_if_current(&self) -> bool {
        self.even_if_current
    }

    /// The options that are made use of.
    fn settings(&self) -> impl Iterator<Item = Setting> + use<> {
        self.grace_until.map(|_| Setting::ResetWithGrace).into_iter()
    }

    /// Refuses what the family cannot do, and a grace period that is over, before anything is sent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) and [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput).
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
