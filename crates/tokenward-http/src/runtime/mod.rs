//! The API of generated code, next to [`Session`](crate::Session): parameters, responses, and errors of `raw`.
//! It is not meant for direct use. Semver covers only [`Error`], [`ResponseValue`] and [`ByteStream`].
//! May depend on `transport` and its dependencies.

pub(crate) mod error;
pub(crate) mod integers;
mod parameters;
mod read_response;
pub(crate) mod response_value;

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserializer, de};

pub use self::{
    error::Error,
    integers::{Whole, whole},
    parameters::{Parameter, RequestBuilderExt, query},
    response_value::{ByteStream, ResponseValue},
};
pub use crate::{secrets::wire::Outgoing, transport::response::Response};

/// All characters except the unreserved ones of RFC 3986.
const ID: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes an id as one segment of a path.
///
/// In contrast to progenitor's own function, it encodes every character that has a meaning in a URL. The most important
/// one is the backslash, which URL parsers treat as a slash.
pub fn encode_path(id: &str) -> String {
    utf8_percent_encode(id, ID).to_string()
}

/// Decodes a string into an enum that accepts any string.
///
/// # Errors
///
/// The error of the deserializer, if the value is not a string.
pub fn open_enum<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: for<'a> From<&'a str>,
    D: Deserializer<'de>,
{
    struct Visitor<T>(std::marker::PhantomData<T>);

    impl<T: for<'a> From<&'a str>> de::Visitor<'_> for Visitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: de::Error>(self, value: &str) -> Result<T, E> {
            Ok(value.into())
        }
    }

    deserializer.deserialize_str(Visitor(std::marker::PhantomData))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_stays_one_segment_whatever_it_holds() {
        assert_eq!(
            encode_path("557058:295406f3-a1fc-4733-b906-dd15d021bd79"),
            "557058%3A295406f3-a1fc-4733-b906-dd15d021bd79"
        );
        assert_eq!(encode_path(r"a/b\c?d#e%2e f|g;h"), "a%2Fb%5Cc%3Fd%23e%252e%20f%7Cg%3Bh");
    }
}
