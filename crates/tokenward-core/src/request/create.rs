//! What a caller asks for.

use std::time::Duration;

use crate::{
    capability::Capabilities,
    error::{Error, ErrorKind, Result},
    lineage::{Attempt, Lineage},
    model::{family::TokenFamily, timestamp::Timestamp},
    operation::{Operation, Setting},
};

/// Which tokens to list; all of them unless said.
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
    /// Only those of one owner, by the id that the vendor gives them.
    pub fn with_owner(mut self, id: impl Into<String>) -> Self {
        self.owner = Some(id.into());
        self
    }

    /// Only those that were not used since this time, or never.
    pub fn with_unused_since(mut self, time: Timestamp) -> Self {
        self.unused_since = Some(time);
        self
    }

    /// Whose tokens are asked for.
    pub fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    /// Since when they were not used.
    pub fn unused_since(&self) -> Option<Timestamp> {
        self.unused_since
    }

    /// Refuses what the family cannot honour, and a blank owner, before anything is sent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] and [`ErrorKind::InvalidInput`].
    pub fn check(&self, family: TokenFamily, capabilities: &Capabilities) -> Result<()> {
        capabilities.check(family, Operation::List, self.settings())?;
        match &self.owner {
            Some(owner) if owner.trim().is_empty() => {
                Err(invalid("the owner is blank").with_place(family, Operation::List))
            }
            _ => Ok(()),
        }
    }

    /// The options that are made use of.
    fn settings(&self) -> impl Iterator<Item = Setting> + use<> {
        [
            self.owner.as_ref().map(|_| Setting::ListByOwner),
            self.unused_since.map(|_| Setting::ListUnusedSince),
        ]
        .into_iter()
        .flatten()
    }
}

/// When a token shall end. It is always said, because the vendors' defaults differ.
///
/// ```
/// use std::time::Duration;
/// use tokenward_core::{Expiry, Timestamp};
///
/// let in_a_month = Expiry::At(Timestamp::now() + Duration::from_secs(30 * 24 * 60 * 60));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Expiry {
    /// At this time, which lies ahead.
    At(Timestamp),
    /// Never.
    Never,
    /// When the vendor ends a token for which nothing is said. Refused where that is never.
    VendorDefault,
}

/// What a token may do. It is always said, because a vendor's default may be everything.
///
/// ```
/// use tokenward_core::Access;
///
/// let access = Access::scopes(["sp:scopes:default"]);
/// assert_ne!(access, Access::Full);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// All that the vendor can grant to such a token.
    Full,
    /// What these name, in the words of [`Token::scopes`](crate::Token::scopes).
    Scopes(Vec<String>),
}

impl Access {
    /// What these name.
    pub fn scopes(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::Scopes(names.into_iter().map(Into::into).collect())
    }

    fn check(&self) -> Result<()> {
        match self {
            Self::Scopes(names) if names.is_empty() => Err(invalid("the list of scopes is empty")),
            Self::Scopes(names) if names.iter().any(|name| name.trim().is_empty()) => {
                Err(invalid("a scope is blank"))
            }
            Self::Scopes(_) | Self::Full => Ok(()),
        }
    }
}

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
    /// [`ErrorKind::Unsupported`] and [`ErrorKind::InvalidInput`].
    pub fn check(&self, family: TokenFamily, capabilities: &Capabilities) -> Result<()> {
        capabilities.check(family, Operation::Create, self.settings())?;
        self.check_at(Timestamp::now()).map_err(|error| error.with_place(family, Operation::Create))
    }

    fn check_at(&self, now: Timestamp) -> Result<()> {
        if self.name.trim().is_empty() {
            return Err(invalid("the name is blank"));
        }
        self.access.check()?;
        check_expiry(self.expires, now)
    }
}

/// A change to a token. What is not said stays as it is.
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
    /// Another name.
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Another description.
    pub fn with_description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Another end.
    pub fn with_expiry(mut self, expires: Expiry) -> Self {
        self.expires = Some(expires);
        self
    }

    /// Other things that it may do, in place of all that it may do now.
    pub fn with_access(mut self, access: Access) -> Self {
        self.access = Some(access);
        self
    }

    /// The new name.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The new description.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// The new end.
    pub fn expires(&self) -> Option<Expiry> {
        self.expires
    }

    /// What it may do from now on.
    pub fn access(&self) -> Option<&Access> {
        self.access.as_ref()
    }

    /// The options that are made use of.
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

    /// Refuses what the family cannot do, a change of nothing, a blank name, no scope at all, and a date in the past, before anything is sent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] and [`ErrorKind::InvalidInput`].
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
            Some(expires) => check_expiry(expires, now),
            None => Ok(()),
        }
    }
}

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
    /// [`ErrorKind::Unsupported`] and [`ErrorKind::InvalidInput`].
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

fn invalid(message: &'static str) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}

fn check_expiry(expires: Expiry, now: Timestamp) -> Result<()> {
    match expires {
        Expiry::At(time) if time <= now => Err(invalid("the expiry date lies in the past")),
        Expiry::At(_) | Expiry::Never | Expiry::VendorDefault => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-08-01T00:00:00Z".parse().unwrap()
    }

    #[test]
    fn what_no_vendor_would_take_is_refused_before_it_is_sent() {
        let full = || Access::Full;
        let refused = [
            CreateToken::new(" ", Expiry::Never, full()).check_at(now()),
            CreateToken::new("ci", Expiry::At(now()), full()).check_at(now()),
            CreateToken::new("ci", Expiry::Never, Access::Scopes(vec![])).check_at(now()),
            CreateToken::new("ci", Expiry::Never, Access::scopes([""])).check_at(now()),
            UpdateToken::default().check_at(now()),
            UpdateToken::default().with_name("").check_at(now()),
            UpdateToken::default().with_expiry(Expiry::VendorDefault).check_at(now()),
            UpdateToken::default().with_expiry(Expiry::At(Timestamp::UNIX_EPOCH)).check_at(now()),
            UpdateToken::default().with_access(Access::Scopes(vec![])).check_at(now()),
            ResetOptions::default().with_grace_until(now()).check_at(now()),
        ];
        let texts: Vec<_> = refused.into_iter().map(|result| result.unwrap_err().to_string()).collect();
        insta::assert_snapshot!(texts.join("\n"));
        CreateToken::new("ci", Expiry::At(Timestamp::MAX), full()).check_at(now()).unwrap();
    }

    #[test]
    fn every_option_that_is_set_is_asked_of_the_capabilities() {
        let list = ListOptions::default().with_owner("me").with_unused_since(now());
        let create = |expires, access| CreateToken::new("ci", expires, access);
        let all = create(Expiry::At(now()), Access::Full)
            .with_description("x")
            .with_source_ips(["127.0.0.1"])
            .for_service()
            .with_bearer_lifetime(Duration::from_secs(60));
        let update = |expires, access| {
            UpdateToken::default()
                .with_name("x")
                .with_description("x")
                .with_expiry(expires)
                .with_access(access)
                .settings()
        };
        let mut seen: Vec<Setting> = list.settings().collect();
        seen.extend(all.settings());
        seen.extend(create(Expiry::Never, Access::scopes(["x"])).settings());
        seen.extend(create(Expiry::VendorDefault, Access::Full).settings());
        seen.extend(update(Expiry::At(now()), Access::Full));
        seen.extend(update(Expiry::Never, Access::scopes(["x"])));
        seen.extend(ResetOptions::default().with_grace_until(now()).settings());
        seen.sort();
        seen.dedup();
        assert_eq!(seen, Setting::ALL);
    }
}
