//! Items before.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeOwned, DeserializeSeed, MapAccess, SeqAccess},
    ser::SerializeSeq,
};
use serde_json::value::RawValue;
use tokenward_core::{Drift, Record};
use zeroize::Zeroizing;

use crate::{
    before::reading,
    decode::{
        limits::within_a_record,
        mismatch::{TOO_MANY_ITEMS, from_record},
    },
};
#[derive(Clone, Debug)]
pub struct Items<T>(Vec<Result<T, BadItem>>);

impl<T> Items<T> {
    pub fn len(&self) -> usize {
        self.0.len()
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub fn good(&self) -> impl Iterator<Item = &T> {
        self.0.iter().filter_map(|item| item.as_ref().ok())
    }
    pub fn bad(&self) -> impl Iterator<Item = &BadItem> {
        self.0.iter().filter_map(|item| item.as_ref().err())
    }
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
    pub fn position(&self) -> usize {
        self.0.position
    }
    pub fn drift(&self) -> &Drift {
        &self.0.drift
    }
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
fn next<'de, T: DeserializeOwned, A: SeqAccess<'de>>(seq: &mut A) -> Result<Option<T>, A::Error> {
    if !reading::is_measured() {
        return seq.next_element_seed(NoList(PhantomData));
    }
    let Some(raw) = seq.next_element::<&RawValue>()? else { return Ok(None) };
    within_a_record(raw.get()).map_err(de::Error::custom)?;
    let mut deserializer = serde_json::Deserializer::from_str(raw.get());
    T::deserialize(NoList(&mut deserializer)).map(Some).map_err(de::Error::custom)
}
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
impl<'de, V: de::Visitor<'de>> de::Visitor<'de> for NoList<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(map)
    }
}
