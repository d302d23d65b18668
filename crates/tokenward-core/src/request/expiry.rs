//! The expiry date that a request asks for.

use super::check::invalid;
use crate::{error::Result, model::timestamp::Timestamp};

/// The time at which a token expires.
///
/// Every create request states it, because the defaults of the vendors differ.
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
    /// At this time, which must be in the future.
    At(Timestamp),
    /// Never.
    Never,
    /// At the default of the vendor. A family whose tokens never expire by default refuses it.
    VendorDefault,
}

impl Expiry {
    pub(super) fn check(self, now: Timestamp) -> Result<()> {
        match self {
            Self::At(time) if time <= now => Err(invalid("the expiry date lies in the past")),
            Self::At(_) | Self::Never | Self::VendorDefault => Ok(()),
        }
    }
}
