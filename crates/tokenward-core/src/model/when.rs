//! A date that distinguishes "never" from "unknown".

use std::fmt;

use serde::{Serialize, Serializer};

use super::timestamp::{Timestamp, pad};

/// The time of an event of a token: a date, "never" or "unknown".
///
/// ```
/// use tokenward_core::{Timestamp, When};
///
/// let used = When::At("2026-08-01T00:00:00Z".parse::<Timestamp>()?);
/// assert_eq!(used.to_string(), "2026-08-01T00:00:00Z");
/// assert_eq!(When::Never.at(), None);
/// assert_ne!(When::Never, When::Unknown);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It serializes as RFC 3339, `"never"` or `"unknown"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum When {
    /// At this time.
    At(Timestamp),
    /// The vendor reports that the event did not happen, or will not happen.
    Never,
    /// The vendor does not report it.
    #[default]
    Unknown,
}

impl When {
    /// Returns the time, or `None` if it is "never" or "unknown".
    pub fn at(self) -> Option<Timestamp> {
        match self {
            Self::At(time) => Some(time),
            Self::Never | Self::Unknown => None,
        }
    }

    /// Converts a date of the vendor whose absence means "never".
    pub fn or_never(date: Option<Timestamp>) -> Self {
        date.map_or(Self::Never, Self::At)
    }

    /// Converts a date of the vendor whose absence means "unknown".
    pub fn or_unknown(date: Option<Timestamp>) -> Self {
        date.map_or(Self::Unknown, Self::At)
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(time) => time.fmt(f),
            Self::Never => pad(f, "never"),
            Self::Unknown => pad(f, "unknown"),
        }
    }
}

impl Serialize for When {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_and_precision_mean_what_they_mean_to_a_timestamp() {
        let when = When::At("2026-08-01T00:00:00Z".parse::<Timestamp>().unwrap());
        assert_eq!(format!("{when:.3}"), "2026-08-01T00:00:00.000Z");
        assert_eq!(format!("{when:>22}|"), "  2026-08-01T00:00:00Z|");
        assert_eq!(format!("{:>7}|{:<9}|", When::Never, When::Unknown), "  never|unknown  |");
        assert_eq!(format!("{:.3}|{:>8.3}|", When::Never, When::Unknown), "never| unknown|");
    }
}
