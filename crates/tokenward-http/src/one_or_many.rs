//! An answer that is documented as a list and may be one record.

use std::{fmt, marker::PhantomData, ops::Deref};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, value::MapAccessDeserializer},
};

/// One record or a list of them, read as a list.
///
/// ```
/// use tokenward_http::OneOrMany;
///
/// let one: OneOrMany<std::collections::BTreeMap<String, i64>> = serde_json::from_str(r#"{"a":1}"#)?;
/// assert_eq!(one.len(), 1);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// For answers where a vendor's document and its servers disagree, such as
/// Mist's creation of a user token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct OneOrMany<T>(Vec<T>);

impl<T> OneOrMany<T> {
    /// The records.
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<T> Deref for OneOrMany<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a record or a list of records")
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
                let mut records = Vec::new();
                while let Some(record) = seq.next_element()? {
                    records.push(record);
                }
                Ok(records)
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Vec<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|record| vec![record])
            }
        }

        deserializer.deserialize_any(Visitor(PhantomData)).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Record {
        id: i64,
    }

    #[test]
    fn a_list_and_a_single_record_read_alike() {
        let ids = |json| {
            serde_json::from_str::<OneOrMany<Record>>(json)
                .map(|records| records.iter().map(|record| record.id).collect::<Vec<_>>())
        };
        assert_eq!(ids(r#"[{"id":1},{"id":2}]"#).unwrap(), [1, 2]);
        assert_eq!(ids(r#"{"id":1}"#).unwrap(), [1]);
        assert_eq!(ids("[]").unwrap(), [0; 0]);
        assert!(ids("\"x\"").is_err());
    }
}
