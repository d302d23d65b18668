//! A date, "never", and "nobody knows" are three different things.

use std::fmt;

use serde::{Serialize, Serializer};

use super::timestamp::{Timestamp, pad};

/// When something about a token happened or will happen.
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
    /// The vendor says that it did not happen, or will not.
    Never,
    /// The vendor does not say.
    #[default]
    Unknown,
}

impl When {
    /// The time, where there is one.
    pub fn at(self) -> Option<Timestamp> {
        match self {
            Self::At(time) => Some(time),
            Self::Never | Self::Unknown => None,
        }
    }

    /// A date of the vendor's whose absence means "never".
    pub fn or_never(date: Option<Timestamp>) -> Self {
        date.map_or(Self::Never, Self::At)
    }

    /// A date of the vendor's whose absence means nothing.
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
