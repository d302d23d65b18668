//! A list in a response of the generated clients. A bad item does not affect the others.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeOwned, SeqAccess},
    ser::SerializeSeq,
};
use serde_json::value::RawValue;
use tokenward_core::{Drift, Record};
use zeroize::Zeroizing;

use crate::{
    decode::{
        limits::{MOST_ITEMS, TOO_LARGE_A_RECORD, within_a_record},
        mismatch::{TOO_MANY_ITEMS, TOO_MANY_UNREADABLE, from_record},
    },
    secrets::context::{Budget, Context},
};

/// The items of a list, with a [`BadItem`] in place of each item that cannot be decoded.
///
/// ```
/// use tokenward_http::Items;
///
/// let items: Items<u8> = serde_json::from_str(r#"[1, "two", 3]"#)?;
/// assert_eq!(items.good().collect::<Vec<_>>(), [&1, &3]);
/// let bad = items.bad().next().map(|bad| bad.to_string());
/// assert_eq!(bad.as_deref(), Some("item 1: the answer has another shape than documented at `.`: \
///     a whole number that is not negative is expected, and text is there"));
/// // Fail on the first bad item instead:
/// assert!(items.strict().is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// [`good`](Self::good) skips bad items. If each item matters, such as the permissions of a token, check
/// [`bad`](Self::bad) too.
///
/// A list of more than 25,000 items is refused, because all of them are held in memory. The list of a family has a
/// higher limit, because it yields its tokens one by one. The limit grows with
/// [`with_body_limit`](crate::HttpOptions::with_body_limit): 25,000 items for each full 16 MiB.
///
/// A list within a record may have 25,000 items, and all lists within the records of one response four times as many
/// as the list itself. A response with more than 10,000 items that cannot be decoded is refused.
#[derive(Clone, Debug)]
pub struct Items<T>(Vec<Result<T, BadItem>>);

impl<T> Items<T> {
    /// Returns the number of items, including bad ones.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns `true` if there are no items, not even bad ones.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the items that were decoded.
    pub fn good(&self) -> impl Iterator<Item = &T> {
        self.0.iter().filter_map(|item| item.as_ref().ok())
    }

    /// Returns the items that could not be decoded.
    pub fn bad(&self) -> impl Iterator<Item = &BadItem> {
        self.0.iter().filter_map(|item| item.as_ref().err())
    }

    /// Returns all items, or the first one that could not be decoded.
    ///
    /// # Errors
    ///
    /// The first [`BadItem`].
    pub fn strict(self) -> Result<Vec<T>, BadItem> {
        self.0.into_iter().collect()
    }
}

impl<T> From<Vec<Result<T, BadItem>>> for Items<T> {
    fn from(items: Vec<Result<T, BadItem>>) -> Self {
        Self(items)
    }
}

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> IntoIterator for Items<T> {
    type Item = Result<T, BadItem>;
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// A list item that differs from its documentation.
///
/// ```
/// use tokenward_http::Items;
///
/// #[derive(serde::Deserialize)]
/// struct Acme { id: String }
///
/// let items: Items<Acme> = serde_json::from_str(r#"[{"id": 17, "name": "ci", "key": "abcd"}]"#)?;
/// let Err(bad) = items.strict() else { unreachable!() };
/// assert_eq!((bad.position(), bad.drift().path.as_str()), (0, "id"));
/// assert_eq!(bad.record().map(|record| record.as_str()), Some(r#"{"id":17,"name":"ci"}"#));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadItem(Box<Inner>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    position: usize,
    drift: Drift,
    record: Option<Record>,
}

impl BadItem {
    /// Creates an item that is larger than the limit of a record.
    pub(crate) fn oversized(position: usize) -> Self {
        Self::new(position, Drift::new(".", TOO_LARGE_A_RECORD), "")
    }

    fn new(position: usize, drift: Drift, text: &str) -> Self {
        let context = Context::current();
        // A bare string could be a secret.
        let record = text.starts_with('{').then(|| Record::from_json_of(text, context.names).ok()).flatten();
        let drift = context.known.drift_without(drift);
        Self(Box::new(Inner { position, drift, record }))
    }

    /// Returns the position in the list, from zero.
    pub fn position(&self) -> usize {
        self.0.position
    }

    /// Returns the part of the item that differs, and how it differs.
    pub fn drift(&self) -> &Drift {
        &self.0.drift
    }

    /// Returns the item without fields that are or may be secrets, if it is a record.
    pub fn record(&self) -> Option<&Record> {
        self.0.record.as_ref()
    }
}

impl fmt::Display for BadItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "item {}: {}", self.0.position, self.0.drift)
    }
}

impl std::error::Error for BadItem {}

impl<T: Serialize> Serialize for Items<T> {
    /// Writes a bad item as its record, or as `null`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.len()))?;
        for item in &self.0 {
            match item {
                Ok(item) => seq.serialize_element(item)?,
                Err(bad) => seq.serialize_element(&bad.record())?,
            }
        }
        seq.end()
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Items<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(PhantomData<T>);

        impl<'de, T: DeserializeOwned> de::Visitor<'de> for Visitor<T> {
            type Value = Items<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Items<T>, A::Error> {
                let mut items = Vec::new();
                while let Some(raw) = seq.next_element::<Box<RawValue>>()? {
                    if items.len() == MOST_ITEMS || Budget::spend_nested().is_none() {
                        return Err(de::Error::custom(TOO_MANY_ITEMS));
                    }
                    // Most lists within a record have one item, but a vector first allocates room for four.
                    if items.is_empty() {
                        items.reserve_exact(1);
                    }
                    // The item may contain a secret by a mistake of the vendor.
                    let mut text = Zeroizing::new(String::from(Box::<str>::from(raw)));
                    let item = item(items.len(), &text);
                    if item.is_err() && Budget::spend_unreadable().is_none() {
                        return Err(de::Error::custom(TOO_MANY_UNREADABLE));
                    }
                    items.push(item);
                    // A cleared string is wiped as one block, which is faster than byte by byte.
                    text.clear();
                }
                Ok(Items(items))
            }
        }

        deserializer.deserialize_seq(Visitor(PhantomData))
    }
}

/// Decodes one item of a list.
pub(crate) fn item<T: DeserializeOwned>(position: usize, text: &str) -> Result<T, BadItem> {
    match within_a_record(text) {
        Ok(()) => from_record(text).map_err(|mismatch| BadItem::new(position, mismatch.drift(), text)),
        Err(_) => Err(BadItem::oversized(position)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::mismatch::from_text;

    #[test]
    fn a_list_reads_from_a_tree_as_from_a_text_and_is_written_back_without_secrets() {
        #[derive(Deserialize, Serialize)]
        struct Acme {
            id: String,
        }
        let value = serde_json::json!([{"id": "1"}, {"id": 2, "key": "CANARY"}, "CANARY", {"id": "3"}]);
        let items: Items<Acme> = serde_json::from_value(value).unwrap();
        assert_eq!((items.len(), items.good().count(), items.bad().count()), (4, 2, 2));
        assert_eq!(serde_json::to_string(&items).unwrap(), r#"[{"id":"1"},{"id":2},null,{"id":"3"}]"#);
        let said: Vec<String> = items.bad().map(|bad| format!("{bad} {bad:?}")).collect();
        assert!(!said.concat().contains("CANARY"), "{said:?}");
    }

    #[test]
    fn an_item_beyond_the_bound_of_a_record_costs_itself_only() {
        let large = "x".repeat(1 << 20);
        let items: Items<String> = serde_json::from_str(&format!(r#"["a","{large}","b"]"#)).unwrap();
        assert_eq!(items.good().collect::<Vec<_>>(), ["a", "b"]);
        let bad: Vec<_> = items.bad().map(|bad| (bad.position(), bad.drift().problem.clone())).collect();
        assert_eq!(bad, [(1, "the record is larger than 1 MiB, where reading ends".to_owned())]);
    }

    #[test]
    fn a_response_with_too_many_items_that_cannot_be_decoded_is_refused() {
        let record = |bad: usize| format!(r#"{{"id":"1","rights":[{}{{}}]}}"#, "{},".repeat(bad - 1));
        let read = |records: &[usize]| {
            let list = records.iter().map(|bad| record(*bad)).collect::<Vec<_>>().join(",");
            Context::default().scope(|| from_text::<Items<Acme>>(&format!("[{list}]")))
        };
        assert_eq!(read(&[6_000, 4_000]).unwrap().good().count(), 2);
        let refused = read(&[6_000, 4_001]).unwrap_err().to_string();
        assert!(refused.starts_with("the answer has more than 10000 items that cannot be read"), "{refused}");
        assert_eq!(read(&[10_000]).unwrap().good().count(), 1);
    }

    #[test]
    fn a_list_of_too_many_is_refused_and_says_so() {
        let list = |count: usize| format!("[{}0]", "0,".repeat(count - 1));
        assert_eq!(from_text::<Items<u8>>(&list(25_000)).unwrap().len(), 25_000);
        let mismatch = from_text::<Items<u8>>(&list(25_001)).unwrap_err();
        assert!(
            mismatch.to_string().starts_with("the answer has a list with more items than are kept: 25000, or in proportion to `with_body_limit`"),
            "{mismatch}"
        );
    }

    #[derive(Debug, Deserialize)]
    struct Acme {
        id: String,
        #[serde(default)]
        rights: Items<Right>,
    }

    #[derive(Debug, Deserialize)]
    struct Right {
        #[allow(dead_code, reason = "only its decoding is of interest")]
        role: String,
    }

    fn read(text: &str) -> Items<Acme> {
        from_text(text).unwrap()
    }

    #[test]
    fn a_bad_item_costs_no_other_in_a_list_or_in_a_list_within_a_record() {
        let good = r#"{"id":"1","rights":[{"role":"a"}],"new":[1,{}]}"#;
        for (text, ids, said) in [
            ("[]", "", ""),
            (good, "1", ""),
            (r#"{"id":2}"#, "", "item 1: the answer has another shape than documented at `id`"),
            (r#"["3",[]]"#, "", "item 1: the answer has another shape than documented at `.`"),
            (r#"{"id":"4","rights":[["a"],{"role":"b"}]}"#, "4", "item 0: the answer has another shape"),
            (r#"{"id":"5","rights":[{"role":5}]}"#, "5", "item 0: the answer has another shape"),
        ] {
            let text = if text == "[]" { text.to_owned() } else { format!("[{good},{text},{good}]") };
            let items = read(&text);
            let read: Vec<&str> = items.good().map(|item| item.id.as_str()).collect();
            let expected: Vec<&str> = if text == "[]" {
                Vec::new()
            } else {
                ["1", ids, "1"].into_iter().filter(|id| !id.is_empty()).collect()
            };
            assert_eq!(read, expected, "{text}");
            let within = items.good().flat_map(|item| item.rights.bad());
            let bad: String = items.bad().chain(within).map(ToString::to_string).collect();
            assert!(bad.starts_with(said) && bad.is_empty() == said.is_empty(), "{text}: {bad}");
        }
    }
}
