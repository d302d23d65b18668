//! The options of a list request.

use super::check::invalid;
use crate::{
    capability::Capabilities,
    error::Result,
    model::{family::TokenFamily, timestamp::Timestamp},
    operation::{Operation, Setting},
};

/// The options of a list request.
///
/// By default, a list contains all tokens.
///
/// ```
/// use tokenward_core::ListOptions;
///
/// let options = ListOptions::default().with_owner("me");
/// assert_eq!(options.owner(), Some("me"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct ListOptions {
    owner: Option<String>,
    unused_since: Option<Timestamp>,
}

impl ListOptions {
    /// Lists only the tokens of one owner, identified by the vendor's id.
    pub fn with_owner(mut self, id: impl Into<String>) -> Self {
        self.owner = Some(id.into());
        self
    }

    /// Lists only the tokens that were not used since this time, including those that were never used.
    pub fn with_unused_since(mut self, time: Timestamp) -> Self {
        self.unused_since = Some(time);
        self
    }

    /// Returns the id of the owner whose tokens are requested.
    pub fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    /// Returns the time since which the requested tokens were not used.
    pub fn unused_since(&self) -> Option<Timestamp> {
        self.unused_since
    }

    /// Checks the options before a request is sent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the family cannot honour the request.
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if the owner is blank.
    pub fn check(&self, family: TokenFamily, capabilities: &Capabilities) -> Result<()> {
        capabilities.check(family, Operation::List, self.settings())?;
        match &self.owner {
            Some(owner) if owner.trim().is_empty() => {
                Err(invalid("the owner is blank").with_place(family, Operation::List))
            }
            _ => Ok(()),
        }
    }

    /// Returns the settings that this request uses.
    fn settings(&self) -> impl Iterator<Item = Setting> + use<> {
        [
            self.owner.as_ref().map(|_| Setting::ListByOwner),
            self.unused_since.map(|_| Setting::ListUnusedSince),
        ]
        .into_iter()
        .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_of_a_list_is_checked() {
        let list = ListOptions::default().with_owner("me").with_unused_since(Timestamp::UNIX_EPOCH);
        let mut seen: Vec<Setting> = list.settings().collect();
        seen.sort();
        seen.dedup();
        let all = Setting::ALL.into_iter().filter(|setting| setting.operation() == Operation::List);
        assert_eq!(seen, all.collect::<Vec<_>>());
    }
}
