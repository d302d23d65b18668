//! A list in an answer of the generated clients, of which one bad item costs no other.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeOwned, DeserializeSeed, MapAccess, SeqAccess},
    ser::SerializeSeq,
};
use serde_json::value::RawValue;
use tokenward_core::{Drift, Record};
use zeroize::Zeroizing;

use crate::decode::{
    limits::within_a_record,
    mismatch::{TOO_MANY_ITEMS, from_record},
    reading,
};

/// The items of a list, with a [`BadItem`] in the place of each that cannot be read.
///
/// ```
/// use tokenward_http::Items;
///
/// let items: Items<u8> = serde_json::from_str(r#"[1, "two", 3]"#)?;
/// assert_eq!(items.good().collect::<Vec<_>>(), [&1, &3]);
/// let bad = items.bad().next().map(|bad| bad.to_string());
/// assert_eq!(bad.as_deref(), Some("item 1: the answer has another shape than documented at `.`: \
///     a whole number that is not negative is expected, and text is there"));
/// // Where all of them count.
/// assert!(items.strict().is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// [`good`](Self::good) alone passes over bad ones: of rights within a record,
/// for one, look at [`bad`](Self::bad) too.
///
/// A list of more than 25,000 items is refused as a whole, since all of them
/// are held in memory; a family's list yields them one by one. A client whose
/// [`with_body_limit`](crate::HttpOptions::with_body_limit) is a multiple of
/// 16 MiB takes as many times more of them.
#[derive(Clone, Debug)]
pub struct Items<T>(Vec<Result<T, BadItem>>);

impl<T> Items<T> {
    /// How many there are, bad ones included.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none, not even a bad one.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that could be read.
    pub fn good(&self) -> impl Iterator<Item = &T> {
        self.0.iter().filter_map(|item| item.as_ref().ok())
    }

    /// Those that could not.
    pub fn bad(&self) -> impl Iterator<Item = &BadItem> {
        self.0.iter().filter_map(|item| item.as_ref().err())
    }

    /// All of them, or the first that could not be read.
    ///
    /// # Errors
    ///
    /// The first [`BadItem`].
    pub fn strict(self) -> Result<Vec<T>, BadItem> {
        self.0.into_iter().collect()
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

/// An item of a list that is not as documented.
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
    fn new(position: usize, drift: Drift, text: &str) -> Self {
        let context = reading::context();
        // A text alone could be a secret.
        let record = text.starts_with('{').then(|| Record::from_json_of(text, context.names).ok()).flatten();
        let drift = context.known.drift_without(drift);
        Self(Box::new(Inner { position, drift, record }))
    }

    /// Its place in the list, from zero.
    pub fn position(&self) -> usize {
        self.0.position
    }

    /// Where in the item, and in what way it is otherwise.
    pub fn drift(&self) -> &Drift {
        &self.0.drift
    }

    /// The item without what is or sounds like a secret, where it is a record.
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
    /// A bad item is written as its record, or as null.
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
                if reading::is_at_once() {
                    return at_once(seq).inspect_err(|_| reading::give_up());
                }
                let (mut items, most) = (Vec::new(), reading::most_items());
                while let Some(raw) = seq.next_element::<Box<RawValue>>()? {
                    if items.len() == most {
                        return Err(de::Error::custom(TOO_MANY_ITEMS));
                    }
                    // It may hold a secret, if the vendor makes a mistake.
                    let text = Zeroizing::new(String::from(Box::<str>::from(raw)));
                    let item = match within_a_record(&text) {
                        Ok(()) => from_record(&text)
                            .map_err(|mismatch| BadItem::new(items.len(), mismatch.drift(), &text)),
                        Err(problem) => Err(BadItem::new(items.len(), Drift::new(".", problem), "")),
                    };
                    items.push(item);
                }
                Ok(Items(items))
            }
        }

        deserializer.deserialize_seq(Visitor(PhantomData))
    }
}

/// All items, or the first error.
fn at_once<'de, T: DeserializeOwned, A: SeqAccess<'de>>(mut seq: A) -> Result<Items<T>, A::Error> {
    let (mut items, most) = (Vec::new(), reading::most_items());
    while let Some(item) = next(&mut seq)? {
        if items.len() == most {
            return Err(de::Error::custom(TOO_MANY_ITEMS));
        }
        // Most lists within a record have one item, and a vector begins with room for four.
        if items.is_empty() {
            items.reserve_exact(1);
        }
        items.push(Ok(item));
    }
    Ok(Items(items))
}

/// The next item, which is measured first where the text is large enough for one that is too large.
fn next<'de, T: DeserializeOwned, A: SeqAccess<'de>>(seq: &mut A) -> Result<Option<T>, A::Error> {
    if !reading::is_measured() {
        return seq.next_element_seed(NoList(PhantomData));
    }
    let Some(raw) = seq.next_element::<&RawValue>()? else { return Ok(None) };
    within_a_record(raw.get()).map_err(de::Error::custom)?;
    let mut deserializer = serde_json::Deserializer::from_str(raw.get());
    T::deserialize(NoList(&mut deserializer)).map(Some).map_err(de::Error::custom)
}

/// Reads what is no list: a list would be taken for a record, by position.
struct NoList<T>(T);

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for NoList<PhantomData<T>> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::deserialize(NoList(deserializer))
    }
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for NoList<D> {
    type Error = D::Error;

    fn deserialize_any<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(NoList(visitor))
    }

    fn deserialize_struct<V: de::Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_struct(name, fields, NoList(visitor))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// Without `visit_seq`. Of what else JSON has, a record of ours is made of a map alone.
impl<'de, V: de::Visitor<'de>> de::Visitor<'de> for NoList<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(map)
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
        reading::read(text, 0, &crate::secrets::context::Context::default(), |text| from_text(text)).unwrap()
    }

    #[test]
    fn a_list_that_is_read_at_once_is_what_it_is_item_by_item() {
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
