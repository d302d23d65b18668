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

/// A request for a new token.
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
    /// Creates a request with the values that every token needs.
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

    /// Sets the description, which states the purpose of the token.
    pub fn with_description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Sets the IP addresses that may use the token.
    pub fn with_source_ips(mut self, addresses: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.source_ips = addresses.into_iter().map(Into::into).collect();
        self
    }

    /// Requests a token that belongs to the account, and outlives the member who creates it.
    pub fn for_service(mut self) -> Self {
        self.service = true;
        self
    }

    /// Sets the lifetime of the bearer tokens obtained with this credential.
    ///
    /// It applies only to vendors that exchange the credential for bearer tokens.
    pub fn with_bearer_lifetime(mut self, lifetime: Duration) -> Self {
        self.bearer_lifetime = Some(lifetime);
        self
    }

    /// Adds a mark that identifies the token if the response is lost: see [`Reconciled`](crate::Reconciled).
    ///
    /// The mark is part of the description, or of the name if the family does not support descriptions.
    pub fn with_lineage(mut self, lineage: Lineage) -> Self {
        self.lineage = Some(lineage);
        self
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the requested expiry.
    pub fn expires(&self) -> Expiry {
        self.expires
    }

    /// Returns the requested access.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// Returns the description.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// Returns the IP addresses that may use the token. If the list is empty, all addresses may.
    pub fn source_ips(&self) -> &[String] {
        &self.source_ips
    }

    /// Returns `true` if the token belongs to the account.
    pub fn is_for_service(&self) -> bool {
        self.service
    }

    /// Returns the lifetime of the bearer tokens obtained with this credential.
    pub fn bearer_lifetime(&self) -> Option<Duration> {
        self.bearer_lifetime
    }

    /// Returns the mark that identifies the token.
    pub fn lineage(&self) -> Option<&Lineage> {
        self.lineage.as_ref()
    }

    /// Returns the attempt that [`reconcile`](crate::TokenManagerExt::reconcile) needs if the response is lost.
    ///
    /// `sent_at` is the time at which the request was sent.
    pub fn attempt(&self, sent_at: Timestamp) -> Attempt {
        let attempt = Attempt::new(&self.name, sent_at);
        match &self.lineage {
            Some(lineage) => attempt.with_lineage(lineage.clone()),
            None => attempt,
        }
    }

    /// Returns the request as the vendor must receive it: with its mark in a field that lists of this family show.
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

    /// Returns the settings that this request uses.
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

    /// Checks the request before it is sent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the family cannot honour the request.
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if the name or a scope is blank, if the list of
    /// scopes is empty, or if the expiry date is in the past.
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
