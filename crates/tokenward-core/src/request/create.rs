//! The request that creates a token.

use std::time::Duration;

use super::{access::Access, check::invalid, expiry::Expiry};
use crate::{
    capability::Capabilities,
    error::Result,
    lineage::{Attempt, Lineage},
    model::{family::TokenFamily, timestamp::Timestamp},
    operation::{Operation, Setting},
};

/// A token to be made.
///
/// ```
/// use tokenward_core::{Access, CreateToken, Expiry};
///
/// let request = CreateToken::new("ci", Expiry::Never, Access::scopes(["read:org"])).with_description("builds");
/// assert_eq!(request.name(), "ci");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct CreateToken {
    name: String,
    expires: Expiry,
    access: Access,
    description: Option<String>,
    source_ips: Vec<String>,
    service: bool,
    bearer_lifetime: Option<Duration>,
    lineage: Option<Lineage>,
}

impl CreateToken {
    /// With what has to be said of every token.
    pub fn new(name: impl Into<String>, expires: Expiry, access: Access) -> Self {
        Self {
            name: name.into(),
            expires,
            access,
            description: None,
            source_ips: Vec::new(),
            service: false,
            bearer_lifetime: None,
            lineage: None,
        }
    }

    /// What it is for.
    pub fn with_description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// The addresses that it may be used from.
    pub fn with_source_ips(mut self, addresses: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.source_ips = addresses.into_iter().map(Into::into).collect();
        self
    }

    /// Belongs to the account, and outlives the member who makes it.
    pub fn for_service(mut self) -> Self {
        self.service = true;
        self
    }

    /// How long a bearer lives that is got with it, where the vendor exchanges one for the other.
    pub fn with_bearer_lifetime(mut self, lifetime: Duration) -> Self {
        self.bearer_lifetime = Some(lifetime);
        self
    }

    /// With a mark in its description, or in its name where the family has no descriptions, that it is found by
    /// should the answer be lost: see [`Reconciled`](crate::Reconciled).
    pub fn with_lineage(mut self, lineage: Lineage) -> Self {
        self.lineage = Some(lineage);
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When it shall end.
    pub fn expires(&self) -> Expiry {
        self.expires
    }

    /// What it may do.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// What it is for.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// The addresses that it may be used from; all where there is none.
    pub fn source_ips(&self) -> &[String] {
        &self.source_ips
    }

    /// Whether it belongs to the account.
    pub fn is_for_service(&self) -> bool {
        self.service
    }

    /// How long a bearer lives that is got with it.
    pub fn bearer_lifetime(&self) -> Option<Duration> {
        self.bearer_lifetime
    }

    /// The mark that it is found by.
    pub fn lineage(&self) -> Option<&Lineage> {
        self.lineage.as_ref()
    }

    /// What it is looked for by, sent at this time.
    pub fn attempt(&self, sent_at: Timestamp) -> Attempt {
        let attempt = Attempt::new(&self.name, sent_at);
        match &self.lineage {
            Some(lineage) => attempt.with_lineage(lineage.clone()),
            None => attempt,
        }
    }

    /// The request as it is sent: with its mark where a list of this family shows it.
    pub fn marked(mut self, capabilities: &Capabilities) -> Self {
        if let Some(lineage) = &self.lineage {
            if capabilities.allows(Setting::CreateWithDescription) {
                self.description = Some(lineage.behind(self.description.as_deref()));
            } else {
                self.name = lineage.behind(Some(&self.name));
            }
        }
        self
    }

    /// The options that are made use of.
    fn settings(&self) -> impl Iterator<Item = Setting> + use<> {
        let expiry = match self.expires {
            Expiry::At(_) => Setting::CreateWithExpiry,
            Expiry::Never => Setting::CreateWithoutEnd,
            Expiry::VendorDefault => Setting::CreateWithDefaultExpiry,
        };
        let access = match self.access {
            Access::Full => Setting::CreateWithFullAccess,
            Access::Scopes(_) => Setting::CreateWithScopes,
        };
        [
            Some(expiry),
            Some(access),
            self.description.as_ref().map(|_| Setting::CreateWithDescription),
            (!self.source_ips.is_empty()).then_some(Setting::CreateWithSourceIps),
            self.service.then_some(Setting::CreateForService),
            self.bearer_lifetime.map(|_| Setting::CreateWithBearerLifetime),
        ]
        .into_iter()
        .flatten()
    }

    /// Refuses what the family cannot do, a blank name, no scope at all, and a date in the past, before anything is sent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) and [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput).
    pub fn check(&self, family: TokenFamily, capabilities: &Capabilities) -> Result<()> {
        capabilities.check(family, Operation::Create, self.settings())?;
        self.check_at(Timestamp::now()).map_err(|error| error.with_place(family, Operation::Create))
    }

    fn check_at(&self, now: Timestamp) -> Result<()> {
        if self.name.trim().is_empty() {
            return Err(invalid("the name is blank"));
        }
        self.access.check()?;
        self.expires.check(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-08-01T00:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_creation_that_no_vendor_accepts_is_refused() {
        let full = || Access::Full;
        let refused = [
            CreateToken::new(" ", Expiry::Never, full()).check_at(now()),
            CreateToken::new("ci", Expiry::At(now()), full()).check_at(now()),
            CreateToken::new("ci", Expiry::Never, Access::Scopes(vec![])).check_at(now()),
            CreateToken::new("ci", Expiry::Never, Access::scopes([""])).check_at(now()),
        ];
        let texts: Vec<_> = refused.into_iter().map(|result| result.unwrap_err().to_string()).collect();
        insta::assert_snapshot!(texts.join("\n"));
        CreateToken::new("ci", Expiry::At(Timestamp::MAX), full()).check_at(now()).unwrap();
    }

    #[test]
    fn every_option_of_a_creation_is_checked() {
        let create = |expires, access| CreateToken::new("ci", expires, access);
        let all = create(Expiry::At(now()), Access::Full)
            .with_description("x")
            .with_source_ips(["127.0.0.1"])
            .for_service()
            .with_bearer_lifetime(Duration::from_secs(60));
        let mut seen: Vec<Setting> = all.settings().collect();
        seen.extend(create(Expiry::Never, Access::scopes(["x"])).settings());
        seen.extend(create(Expiry::VendorDefault, Access::Full).settings());
        seen.sort();
        seen.dedup();
        let all = Setting::ALL.into_iter().filter(|setting| setting.operation() == Operation::Create);
        assert_eq!(seen, all.collect::<Vec<_>>());
    }
}
