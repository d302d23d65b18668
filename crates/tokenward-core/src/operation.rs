//! The operations of a family, and the settings of their requests.

use std::fmt;

/// An operation on the tokens of a family.
///
/// ```
/// use tokenward_core::Operation;
///
/// assert_eq!(Operation::Reset.to_string(), "reset");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Operation {
    /// Lists all tokens.
    List,
    /// Returns one token by its id.
    Get,
    /// Creates a token, and returns its secret.
    Create,
    /// Changes a token, and keeps its secret.
    Update,
    /// Replaces the secret of a token, and keeps its id.
    Reset,
    /// Revokes a token.
    Revoke,
    /// Returns the token that the client authenticates with.
    Current,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 7] =
        [Self::List, Self::Get, Self::Create, Self::Update, Self::Reset, Self::Revoke, Self::Current];

    /// Returns the name of the method that performs the operation.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Get => "get",
            Self::Create => "create",
            Self::Update => "update",
            Self::Reset => "reset",
            Self::Revoke => "revoke",
            Self::Current => "current",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An option of a request that not every family can honour.
///
/// ```
/// use tokenward_core::Setting;
///
/// assert_eq!(Setting::CreateWithExpiry.to_string(), "create with an expiry date");
/// ```
///
/// A family refuses a setting that it cannot honour. It never ignores one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Setting {
    /// [`ListOptions::with_owner`](crate::ListOptions::with_owner)
    ListByOwner,
    /// [`ListOptions::with_unused_since`](crate::ListOptions::with_unused_since)
    ListUnusedSince,
    /// [`Expiry::At`](crate::Expiry::At) in a create request
    CreateWithExpiry,
    /// [`Expiry::Never`](crate::Expiry::Never) in a create request
    CreateWithoutEnd,
    /// [`Expiry::VendorDefault`](crate::Expiry::VendorDefault) in a create request
    CreateWithDefaultExpiry,
    /// [`Access::Full`](crate::Access::Full) in a create request
    CreateWithFullAccess,
    /// [`Access::Scopes`](crate::Access::Scopes) in a create request
    CreateWithScopes,
    /// [`CreateToken::with_description`](crate::CreateToken::with_description)
    CreateWithDescription,
    /// [`CreateToken::with_source_ips`](crate::CreateToken::with_source_ips)
    CreateWithSourceIps,
    /// [`CreateToken::for_service`](crate::CreateToken::for_service)
    CreateForService,
    /// [`CreateToken::with_bearer_lifetime`](crate::CreateToken::with_bearer_lifetime)
    CreateWithBearerLifetime,
    /// [`UpdateToken::with_name`](crate::UpdateToken::with_name)
    UpdateName,
    /// [`UpdateToken::with_description`](crate::UpdateToken::with_description)
    UpdateDescription,
    /// [`Expiry::At`](crate::Expiry::At) in an update request
    UpdateExpiry,
    /// [`Expiry::Never`](crate::Expiry::Never) in an update request
    UpdateWithoutEnd,
    /// [`Access::Full`](crate::Access::Full) in an update request
    UpdateToFullAccess,
    /// [`Access::Scopes`](crate::Access::Scopes) in an update request
    UpdateScopes,
    /// [`ResetOptions::with_grace_until`](crate::ResetOptions::with_grace_until)
    ResetWithGrace,
}

impl Setting {
    /// Every setting.
    pub const ALL: [Self; 18] = [
        Self::ListByOwner,
        Self::ListUnusedSince,
        Self::CreateWithExpiry,
        Self::CreateWithoutEnd,
        Self::CreateWithDefaultExpiry,
        Self::CreateWithFullAccess,
        Self::CreateWithScopes,
        Self::CreateWithDescription,
        Self::CreateWithSourceIps,
        Self::CreateForService,
        Self::CreateWithBearerLifetime,
        Self::UpdateName,
        Self::UpdateDescription,
        Self::UpdateExpiry,
        Self::UpdateWithoutEnd,
        Self::UpdateToFullAccess,
        Self::UpdateScopes,
        Self::ResetWithGrace,
    ];

    /// Returns the operation that the setting belongs to.
    pub const fn operation(self) -> Operation {
        match self {
            Self::ListByOwner | Self::ListUnusedSince => Operation::List,
            Self::CreateWithExpiry
            | Self::CreateWithoutEnd
            | Self::CreateWithDefaultExpiry
            | Self::CreateWithFullAccess
            | Self::CreateWithScopes
            | Self::CreateWithDescription
            | Self::CreateWithSourceIps
            | Self::CreateForService
            | Self::CreateWithBearerLifetime => Operation::Create,
            Self::UpdateName
            | Self::UpdateDescription
            | Self::UpdateExpiry
            | Self::UpdateWithoutEnd
            | Self::UpdateToFullAccess
            | Self::UpdateScopes => Operation::Update,
            Self::ResetWithGrace => Operation::Reset,
        }
    }

    /// Returns the setting as an English phrase.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ListByOwner => "list the tokens of one owner",
            Self::ListUnusedSince => "list what was not used since a date",
            Self::CreateWithExpiry => "create with an expiry date",
            Self::CreateWithoutEnd => "create a token that never ends",
            Self::CreateWithDefaultExpiry => "create with the vendor's default expiry",
            Self::CreateWithFullAccess => "create with full access",
            Self::CreateWithScopes => "create with scopes",
            Self::CreateWithDescription => "create with a description",
            Self::CreateWithSourceIps => "create with source addresses",
            Self::CreateForService => "create a service token",
            Self::CreateWithBearerLifetime => "create with a bearer lifetime",
            Self::UpdateName => "update the name",
            Self::UpdateDescription => "update the description",
            Self::UpdateExpiry => "update the expiry date",
            Self::UpdateWithoutEnd => "update to a token that never ends",
            Self::UpdateToFullAccess => "update to full access",
            Self::UpdateScopes => "update the scopes",
            Self::ResetWithGrace => "reset with a grace period",
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
