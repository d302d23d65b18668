//! Request fields that distinguish absent, `null` and a value.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A request field that can be omitted, sent as `null`, or set.
///
/// ```
/// use tokenward_http::Nullable;
///
/// let unset: Nullable<i64> = Nullable::default();
/// assert!(unset.is_absent());
/// assert_eq!(Nullable::from(5), Nullable::Value(5));
/// ```
///
/// Some vendors distinguish the three. SailPoint reads a `null` expiry as "never", and an absent one in a patch as
/// "unchanged".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Nullable<T> {
    /// The field is not sent.
    #[default]
    Absent,
    /// The field is sent as `null`.
    Null,
    /// The field is sent with this value.
    Value(T),
}

impl<T> Nullable<T> {
    /// Returns `true` if the field is omitted.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Returns the value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T: Serialize> Serialize for Nullable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Option::deserialize(deserializer)? {
            Some(value) => Self::Value(value),
            None => Self::Null,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    struct Change {
        #[serde(default, skip_serializing_if = "Nullable::is_absent")]
        value: Nullable<i64>,
    }

    #[test]
    fn absent_null_and_a_value_are_three_things_in_both_directions() {
        for (change, json) in [
            (Nullable::Absent, "{}"),
            (Nullable::Null, r#"{"value":null}"#),
            (Nullable::Value(0), r#"{"value":0}"#),
        ] {
            let change = Change { value: change };
            assert_eq!(serde_json::to_string(&change).unwrap(), json);
            assert_eq!(serde_json::from_str::<Change>(json).unwrap(), change);
        }
    }
}
