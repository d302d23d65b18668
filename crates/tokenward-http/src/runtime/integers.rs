//! Integer fields of a response, which some vendors write as `5.0`.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Deserializer, de};

use crate::decode::nullable::Nullable;

/// An integer, or an optional value, a list or a map of integers.
pub trait Whole: Sized {
    /// Decodes the value; see [`whole`].
    ///
    /// # Errors
    ///
    /// The deserializer's error, or an error for a number that has a fraction or is outside the range of `i64`.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// Decodes an integer field of a response, for `#[serde(deserialize_with)]`.
///
/// JSON Schema defines a number without a fraction as an integer, even if it is written as `5.0` or `5e0`. Strings and
/// numbers with a fraction are refused.
///
/// ```
/// #[derive(serde::Deserialize)]
/// struct Page {
///     #[serde(default, deserialize_with = "tokenward_http::runtime::whole")]
///     total: Option<i64>,
/// }
///
/// let page: Page = serde_json::from_str(r#"{"total": 5.0}"#)?;
/// assert_eq!(page.total, Some(5));
/// assert!(serde_json::from_str::<Page>(r#"{"total": 5.5}"#).is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
///
/// The deserializer's error, or an error for a number that has a fraction or is outside the range of `i64`.
pub fn whole<'de, T: Whole, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::read(deserializer)
}

/// A value that is decoded by [`Whole`].
pub(crate) struct Read<T>(pub(crate) T);

impl<'de, T: Whole> Deserialize<'de> for Read<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self)
    }
}

impl Whole for i64 {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor)
    }
}

impl<T: Whole> Whole for Option<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<Read<T>>::deserialize(deserializer)?.map(|Read(value)| value))
    }
}

impl<T: Whole> Whole for Nullable<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::read(deserializer)?.map_or(Self::Null, Self::Value))
    }
}

impl<T: Whole> Whole for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = Vec::<Read<T>>::deserialize(deserializer)?;
        Ok(list.into_iter().map(|Read(value)| value).collect())
    }
}

impl<T: Whole> Whole for BTreeMap<String, T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = BTreeMap::<String, Read<T>>::deserialize(deserializer)?;
        Ok(map.into_iter().map(|(name, Read(value))| (name, value)).collect())
    }
}

struct Visitor;

impl de::Visitor<'_> for Visitor {
    type Value = i64;

    // Uses serde's word for an integer, because errors are recognized by it.
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("i64")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<i64, E> {
        Ok(value)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<i64, E> {
        i64::try_from(value).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(value), &self))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<i64, E> {
        /// The first number above the range of `i64`, which a double represents exactly.
        const END: f64 = 9_223_372_036_854_775_808.0;

        if value.fract() == 0.0 && (-END..END).contains(&value) {
            return Ok(value as i64);
        }
        Err(E::invalid_type(de::Unexpected::Float(value), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(default)]
    struct Counts {
        #[serde(deserialize_with = "whole")]
        one: i64,
        #[serde(deserialize_with = "whole")]
        optional: Option<i64>,
        #[serde(deserialize_with = "whole")]
        nullable: Nullable<i64>,
        #[serde(deserialize_with = "whole")]
        list: Option<Vec<i64>>,
        #[serde(deserialize_with = "whole")]
        map: Option<BTreeMap<String, Option<i64>>>,
    }

    fn counts(json: &str) -> Result<Counts, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn a_number_without_a_fraction_is_an_integer_however_it_is_written() {
        for (written, value) in [
            ("5", 5),
            ("5.0", 5),
            ("-1", -1),
            ("-1.0", -1),
            ("-0.0", 0),
            ("5e2", 500),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808.0", i64::MIN),
        ] {
            let json = format!(
                r#"{{"one":{written},"optional":{written},"nullable":{written},"list":[{written}],"map":{{"a":{written}}}}}"#
            );
            let expected = Counts {
                one: value,
                optional: Some(value),
                nullable: Nullable::Value(value),
                list: Some(vec![value]),
                map: Some([("a".to_owned(), Some(value))].into()),
            };
            assert_eq!(counts(&json).unwrap(), expected, "{written}");
        }
    }

    #[test]
    fn null_and_absence_stay_what_they_were() {
        assert_eq!(counts("{}").unwrap(), Counts::default());
        let null = counts(r#"{"optional":null,"nullable":null,"list":null,"map":{"a":null}}"#).unwrap();
        assert_eq!((null.optional, null.nullable, null.list), (None, Nullable::Null, None));
        assert_eq!(null.map, Some([("a".to_owned(), None)].into()));
        assert!(counts(r#"{"one":null}"#).is_err());
    }

    #[test]
    fn everything_else_is_refused_with_its_kind() {
        for (written, kind) in [
            ("5.5", "floating point"),
            ("1e19", "floating point"),
            ("9223372036854775808.0", "floating point"),
            ("9223372036854775808", "integer"),
            (r#""5""#, "string"),
            ("true", "boolean"),
            ("[]", "sequence"),
            ("{}", "map"),
        ] {
            for field in ["one", "optional", "nullable"] {
                let error = counts(&format!(r#"{{"{field}":{written}}}"#)).unwrap_err().to_string();
                assert!(error.contains(&format!(": {kind}")) && error.contains("expected i64"), "{error}");
            }
        }
    }
}
