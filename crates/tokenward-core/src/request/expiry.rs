//! The expiry date that a request asks for.

use super::check::invalid;
use crate::{error::Result, model::timestamp::Timestamp};

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

impl Expiry {
    pub(super) fn check(self, now: Timestamp) -> Result<()> {
        match self {
            Self::At(time) if time <= now => Err(invalid("the expiry date lies in the past")),
            Self::At(_) | Self::Never | Self::VendorDefault => Ok(()),
        }
    }
}
