//! What generated code calls, next to [`Session`](crate::Session): parameters, responses, and errors of `raw`.
//! Not meant to be called by hand, and outside semver except [`Error`], [`ResponseValue`] and [`ByteStream`].
//! May depend on `transport` and the modules below it.

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

/// Everything but RFC 3986's unreserved characters.
const ID: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes an id as one segment of a path.
///
/// Unlike progenitor's own, it leaves no character that an address gives a
/// meaning to, a backslash above all, which parsers of addresses take for a
/// slash.
pub fn encode_path(id: &str) -> String {
    utf8_percent_encode(id, ID).to_string()
}

/// Reads a string into an enum that takes any.
///
/// # Errors
///
/// Those of the deserializer, where there is no string.
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
