//! The request that changes a token.

use super::{access::Access, check::invalid, expiry::Expiry};
use crate::{
    capability::Capabilities,
    error::Result,
    model::{family::TokenFamily, timestamp::Timestamp},
    operation::{Operation, Setting},
};

/// A request to change a token.
///
/// Values that are not set stay unchanged.
///
/// ```
/// use tokenward_core::UpdateToken;
///
/// let change = UpdateToken::default().with_name("ci-2");
/// assert_eq!(change.name(), Some("ci-2"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct UpdateToken {
    name: Option<String>,
    description: Option<String>,
    expires: Option<Expiry>,
    access: Option<Access>,
}

impl UpdateToken {
    /// Sets a new name.
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets a new description.
    pub fn with_description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Sets a new expiry.
    pub fn with_expiry(mut self, expires: Expiry) -> Self {
        self.expires = Some(expires);
        self
    }

    /// Sets a new access, which replaces the current one.
    pub fn with_access(mut self, access: Access) -> Self {
        self.access = Some(access);
        self
    }

    /// Returns the new name.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Returns the new description.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// Returns the new expiry.
    pub fn expires(&self) -> Option<Expiry> {
        self.expires
    }

    /// Returns the new access.
    pub fn access(&self) -> Option<&Access> {
        self.access.as_ref()
    }

    /// Returns the settings that this request uses.
    fn settings(&self) -> impl Iterator<Item = Setting> + use<> {
        let expiry = self.expires.and_then(|expires| match expires {
            Expiry::At(_) => Some(Setting::UpdateExpiry),
            Expiry::Never => Some(Setting::UpdateWithoutEnd),
            Expiry::VendorDefault => None,
        });
        let access = self.access.as_ref().map(|access| match access {
            Access::Full => Setting::UpdateToFullAccess,
            Access::Scopes(_) => Setting::UpdateScopes,
        });
        [
            self.name.as_ref().map(|_| Setting::UpdateName),
            self.description.as_ref().map(|_| Setting::UpdateDescription),
            expiry,
            access,
        ]
        .into_iter()
        .flatten()
    }

    /// Checks the request before it is sent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the family cannot honour the request.
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if the request changes nothing, if the name or a
    /// scope is blank, if the list of scopes is empty, or if the expiry is in the past or the default of the vendor.
    pub fn check(&self, family: TokenFamily, capabilities: &Capabilities) -> Result<()> {
        capabilities.check(family, Operation::Update, self.settings())?;
        self.check_at(Timestamp::now()).map_err(|error| error.with_place(family, Operation::Update))
    }

    fn check_at(&self, now: Timestamp) -> Result<()> {
        if *self == Self::default() {
            return Err(invalid("nothing is to be changed"));
        }
        if self.name.as_ref().is_some_and(|name| name.trim().is_empty()) {
            return Err(invalid("the name is blank"));
        }
        if let Some(access) = &self.access {
            access.check()?;
        }
        match self.expires {
            Some(Expiry::VendorDefault) => {
                Err(invalid("the vendor's default expiry applies to creations only: say a date, or never"))
            }
            Some(expires) => expires.check(now),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-08-01T00:00:00Z".parse().unwrap()
    }

    #[test]
    fn an_update_that_no_vendor_accepts_is_refused() {
        let refused = [
            UpdateToken::default().check_at(now()),
            UpdateToken::default().with_name("").check_at(now()),
            UpdateToken::default().with_expiry(Expiry::VendorDefault).check_at(now()),
            UpdateToken::default().with_expiry(Expiry::At(Timestamp::UNIX_EPOCH)).check_at(now()),
            UpdateToken::default().with_access(Access::Scopes(vec![])).check_at(now()),
        ];
        let texts: Vec<_> = refused.into_iter().map(|result| result.unwrap_err().to_string()).collect();
        insta::assert_snapshot!(texts.join("\n"));
    }

    #[test]
    fn every_option_of_an_update_is_checked() {
        let update = |expires, access| {
            UpdateToken::default()
                .with_name("x")
                .with_description("x")
                .with_expiry(expires)
                .with_access(access)
                .settings()
        };
        let mut seen: Vec<Setting> = update(Expiry::At(now()), Access::Full).collect();
        seen.extend(update(Expiry::Never, Access::scopes(["x"])));
        seen.sort();
        seen.dedup();
        let all = Setting::ALL.into_iter().filter(|setting| setting.operation() == Operation::Update);
        assert_eq!(seen, all.collect::<Vec<_>>());
    }
}
