//! How the simulators read a request.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::Request;

impl Request {
    /// The segments of the path, each decoded by itself: an encoded slash ends none.
    pub(crate) fn segments(&self) -> Vec<String> {
        self.path
            .strip_prefix('/')
            .unwrap_or(&self.path)
            .split('/')
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
            .collect()
    }

    /// The first value of a query parameter.
    pub(crate) fn query_value(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// What stands behind this scheme word in `Authorization`.
    pub(crate) fn credential(&self, scheme: &str) -> Option<&str> {
        let (word, credential) = self.header("authorization")?.split_once(' ')?;
        word.eq_ignore_ascii_case(scheme).then_some(credential)
    }

    /// Whether the body is announced as this, parameters such as a charset aside.
    pub(crate) fn is_announced_as(&self, essence: &str) -> bool {
        let announced = self.header("content-type").and_then(|value| value.split(';').next());
        announced.is_some_and(|announced| announced.trim().eq_ignore_ascii_case(essence))
    }

    /// The body, where it is a JSON object.
    pub(crate) fn json_object(&self) -> Option<Map<String, Value>> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// A member that may be left out or null, and otherwise has to be text.
pub(crate) fn optional_text(object: &Map<String, Value>, name: &str) -> Result<Option<String>, ()> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(()),
    }
}

/// A list of texts, where the value is one.
pub(crate) fn texts(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    #[test]
    fn an_encoded_slash_or_colon_is_part_of_its_segment() {
        let request = Request::new(Method::GET, "/users/557058%3Aa%2Fb%7Cc/manage");
        assert_eq!(request.segments(), ["users", "557058:a/b|c", "manage"]);
    }

    #[test]
    fn a_trailing_slash_is_another_path() {
        assert_eq!(Request::new(Method::GET, "/self/").segments(), ["self", ""]);
    }

    #[test]
    fn the_scheme_word_is_asked_for() {
        let with = |value| Request::new(Method::GET, "/").with_header("authorization", value);
        assert_eq!(with("Token abc").credential("token"), Some("abc"));
        assert_eq!(with("Bearer abc").credential("Token"), None);
        assert_eq!(with("abc").credential("Token"), None);
    }
}
