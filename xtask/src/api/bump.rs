//! What changes ask of a version, by Cargo's rules.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::ApiChange;
use crate::problem::Problem;

/// How far a version has to be raised.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum Bump {
    /// Nothing changed.
    #[default]
    None,
    /// The API is the same, and what it does is not.
    Patch,
    /// Code that compiled still does, and can do more.
    Minor,
    /// Code that compiled may not any more.
    Major,
}

impl Bump {
    /// What these changes of an API ask for.
    #[must_use]
    pub fn of(changes: &[ApiChange]) -> Self {
        let of_one = |change: &ApiChange| if change.breaking { Self::Major } else { Self::Minor };
        changes.iter().map(of_one).max().unwrap_or_default()
    }
}

impl fmt::Display for Bump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        })
    }
}

/// A version of a crate, without a pre-release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    major: u64,
    minor: u64,
    patch: u64,
}

impl Version {
    /// The lowest version that says enough. Cargo takes the first number that is not zero for the major one.
    #[must_use]
    pub fn raised(self, bump: Bump) -> Self {
        let Self { major, minor, patch } = self;
        let (major, minor, patch) = match (bump, major, minor) {
            (Bump::None, ..) => (major, minor, patch),
            (Bump::Major, 1.., _) => (major + 1, 0, 0),
            (Bump::Major, 0, 1..) | (Bump::Minor, 1.., _) => (major, minor + 1, 0),
            (Bump::Major, 0, 0) | (Bump::Minor, 0, _) | (Bump::Patch, ..) => (major, minor, patch + 1),
        };
        Self { major, minor, patch }
    }
}

impl FromStr for Version {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let numbers: Option<Vec<u64>> = text.split('.').map(|number| number.parse().ok()).collect();
        match numbers.as_deref() {
            Some(&[major, minor, patch]) => Ok(Self { major, minor, patch }),
            _ => Err(Problem::new(format!("`{text}` is no version of the form 1.2.3"))),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_raised_as_cargo_reads_it() {
        for (version, bump, raised) in [
            ("0.1.3", Bump::Major, "0.2.0"),
            ("0.1.3", Bump::Minor, "0.1.4"),
            ("0.1.3", Bump::Patch, "0.1.4"),
            ("0.1.3", Bump::None, "0.1.3"),
            ("1.2.3", Bump::Major, "2.0.0"),
            ("1.2.3", Bump::Minor, "1.3.0"),
            ("1.2.3", Bump::Patch, "1.2.4"),
            ("0.0.3", Bump::Major, "0.0.4"),
            ("0.0.3", Bump::Minor, "0.0.4"),
            ("10.9.0", Bump::Major, "11.0.0"),
        ] {
            let version: Version = version.parse().unwrap();
            assert_eq!(version.raised(bump).to_string(), raised, "{version} {bump}");
        }
        assert!("1.10.0".parse::<Version>().unwrap() > "1.9.9".parse().unwrap());
    }

    #[test]
    fn what_is_no_plain_version_is_refused() {
        for text in ["", "1", "1.2", "1.2.3.4", "1.2.x", "v1.2.3", "1.2.3-alpha.1", "-1.2.3"] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }
}
