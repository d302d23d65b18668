//! The vendor's own record of a token, without its secrets.

use std::fmt;

use serde::{
    Deserializer, Serialize, Serializer,
    de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess},
};
use serde_json::{Map, Value};

/// What the vendor says of a token, as JSON, with every field left out that is or sounds like a secret.
///
/// ```
/// use tokenward_core::Record;
///
/// let record = Record::from_json(r#"{"id": "7", "key": "abcd", "site": {"clientSecret": "x", "name": "hq"}}"#)?;
/// assert_eq!(record.as_str(), r#"{"id":"7","site":{"name":"hq"}}"#);
/// assert_eq!(record.to_value()["site"]["name"], "hq");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Fields that nobody has heard of yet are kept, so this is where to look for
/// what [`Token`](crate::Token) does not have. `Debug` shows its size only.
#[derive(Clone, PartialEq, Eq)]
pub struct Record(Box<str>);

impl Record {
    /// Reads a record, leaving the secrets out while it is read.
    ///
    /// # Errors
    ///
    /// Those of `serde_json`, where the text is no JSON. They quote none of it.
    pub fn from_json(text: &str) -> serde_json::Result<Self> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let value = WithoutSecrets.deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(Self(value.to_string().into()))
    }

    /// The record as JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The record as a tree.
    pub fn to_value(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({} bytes)", self.0.len())
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(serializer)
    }
}

/// Vendors call their secrets `key`, `token`, `secret`, `fullKey`; a new one will end or sound alike.
fn sounds_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace(['_', '-'], "");
    ["secret", "password", "passphrase", "credential", "privatekey", "apikey", "authorization"]
        .iter()
        .any(|part| name.contains(part))
        || ["key", "token", "jwt", "bearer"].iter().any(|end| name.ends_with(end))
}

struct WithoutSecrets;

impl<'de> DeserializeSeed<'de> for WithoutSecrets {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> de::Visitor<'de> for WithoutSecrets {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element_seed(Self)? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if sounds_secret(&name) {
                // Never held, so nothing of it is left behind in memory.
                map.next_value::<IgnoredAny>()?;
            } else {
                fields.insert(name, map.next_value_seed(Self)?);
            }
        }
        Ok(fields.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sounds_like_a_secret_is_left_out_at_every_depth() {
        let text =
            r#"[{"token":"CANARY","full_key":"CANARY","a":[{"Client-Secret":{"x":"CANARY"}}]},"plain"]"#;
        let record = Record::from_json(text).unwrap();
        assert_eq!(record.as_str(), r#"[{"a":[{}]},"plain"]"#);
    }

    #[test]
    fn what_only_speaks_of_tokens_stays() {
        let text =
            r#"{"accessTokenValiditySeconds":750,"nested":{"keys":[1.5,null,true,-1]},"tokenName":"ci"}"#;
        assert_eq!(Record::from_json(text).unwrap().as_str(), text);
    }

    #[test]
    fn neither_debug_nor_an_error_quotes_it() {
        let record = Record::from_json(r#"{"name":"CANARY"}"#).unwrap();
        assert_eq!(format!("{record:?}"), "Record(17 bytes)");
        for text in [r#"{"a":CANARY}"#, r#"{"a":1} CANARY"#, r#"{"a":"CANARY"#] {
            assert!(!Record::from_json(text).unwrap_err().to_string().contains("CANARY"));
        }
    }
}
