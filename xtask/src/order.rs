//! The order in which a document has its keys, which its value does not remember.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};

/// The keys of a value and of what is in it, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// An object.
    Map(Vec<(String, Order)>),
    /// A list.
    List(Vec<Order>),
    /// Anything else.
    Leaf,
}

impl Order {
    /// The order of a member.
    pub(crate) fn member(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(members) => members.iter().find(|(name, _)| name == key).map(|(_, order)| order),
            _ => None,
        }
    }

    /// The order of an item.
    pub(crate) fn item(&self, index: usize) -> Option<&Self> {
        match self {
            Self::List(items) => items.get(index),
            _ => None,
        }
    }

    /// Where a key stands; one that is not there stands behind all others.
    pub(crate) fn position(&self, key: &str) -> usize {
        match self {
            Self::Map(members) => members.iter().position(|(name, _)| name == key).unwrap_or(usize::MAX),
            _ => usize::MAX,
        }
    }

    /// Components under the names that they have in our document.
    pub(crate) fn with_prefix(mut self, prefix: &str) -> Self {
        if let Self::Map(members) = &mut self {
            let components = members.iter_mut().filter(|(key, _)| key == "components");
            for (kind, named) in components.flat_map(|(_, order)| order.members_mut()) {
                if kind != "securitySchemes" {
                    named.members_mut().iter_mut().for_each(|(name, _)| name.insert_str(0, prefix));
                }
            }
        }
        self
    }

    fn members_mut(&mut self) -> &mut [(String, Self)] {
        match self {
            Self::Map(members) => members,
            _ => &mut [],
        }
    }
}

impl<'de> Deserialize<'de> for Order {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OrderVisitor)
    }
}

struct OrderVisitor;

impl<'de> Visitor<'de> for OrderVisitor {
    type Value = Order;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Order, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Order::Map(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Order, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Order::List(items))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Order, E> {
        Ok(Order::Leaf)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Order, E> {
        Ok(Order::Leaf)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Order, E> {
        Ok(Order::Leaf)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Order, E> {
        Ok(Order::Leaf)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Order, E> {
        Ok(Order::Leaf)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Order, E> {
        Ok(Order::Leaf)
    }

    fn visit_str<E>(self, _: &str) -> Result<Order, E> {
        Ok(Order::Leaf)
    }

    fn visit_unit<E>(self) -> Result<Order, E> {
        Ok(Order::Leaf)
    }

    fn visit_none<E>(self) -> Result<Order, E> {
        Ok(Order::Leaf)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Order, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Order, D::Error> {
        deserializer.deserialize_any(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::parse_yaml;

    #[test]
    fn keys_are_in_the_order_of_the_text_in_both_notations() {
        let yaml = "b: 1\n200: [{z: x, a: null}, 1.5, true]\ncomponents: {schemas: {C: {}, A: .inf}}\n";
        let json = r#"{"b": 1, "200": [{"z": "x", "a": null}, 1.5, true],
            "components": {"schemas": {"C": {}, "A": 18446744073709551615}}}"#;
        let order: Order = parse_yaml(yaml).unwrap();
        assert_eq!(order, serde_json::from_str(json).unwrap());
        assert_eq!([order.position("b"), order.position("200")], [0, 1]);
        let inner = order.member("200").and_then(|list| list.item(0)).unwrap();
        assert_eq!([inner.position("z"), inner.position("a"), inner.position("x")], [0, 1, usize::MAX]);
        let schemas = |order: &Order| order.member("components").unwrap().member("schemas").unwrap().clone();
        assert_eq!(schemas(&order.with_prefix("X")).position("XA"), 1);
    }
}
