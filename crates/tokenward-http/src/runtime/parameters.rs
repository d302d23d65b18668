//! Parameters as name-value pairs, in a query or a form.

use reqwest::{
    RequestBuilder,
    header::{CONTENT_TYPE, HeaderValue},
};
use serde::Serialize;
use serde_json::Value;
use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::transport::send_error::SendError;

type Pairs = form_urlencoded::Serializer<'static, String>;

/// A parameter value of any serializable type.
pub trait Parameter {
    /// Converts the value to JSON.
    ///
    /// # Errors
    ///
    /// The serializer's error, if the value cannot be represented in JSON.
    fn value(&self) -> serde_json::Result<Value>;
}

impl<T: Serialize> Parameter for T {
    fn value(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self)
    }
}

/// Appends parameters to a URL as its query.
///
/// ```
/// use tokenward_http::runtime::query;
///
/// let url = "https://api.example.com/tokens".to_owned();
/// let url = query(url, &[("q", &Some("a b")), ("limit", &None::<u8>), ("sort", &["name", "-id"])])?;
/// assert_eq!(url, "https://api.example.com/tokens?q=a+b&sort=name&sort=-id");
/// # Ok::<(), tokenward_http::SendError>(())
/// ```
///
/// An absent parameter is omitted. A list becomes one parameter per item. A record becomes one parameter per field.
///
/// # Errors
///
/// [`SendError::Refused`] if a value cannot be represented this way.
pub fn query(url: String, parameters: &[(&str, &dyn Parameter)]) -> Result<String, SendError> {
    let mut pairs = Pairs::new(String::new());
    for (name, parameter) in parameters {
        let value =
            parameter.value().map_err(|_| SendError::Refused(format!("{name}: has no form in a query")))?;
        append(&mut pairs, name, value);
    }
    let query = pairs.finish();
    Ok(if query.is_empty() { url } else { url + "?" + &query })
}

/// The method with which generated code sends a form.
pub trait RequestBuilderExt: Sized {
    /// Sets the body to a form with the fields of this record.
    ///
    /// # Errors
    ///
    /// [`SendError::Refused`] if the record cannot be represented as a form.
    fn form_urlencoded(self, body: &impl Serialize) -> Result<Self, SendError>;
}

impl RequestBuilderExt for RequestBuilder {
    fn form_urlencoded(self, body: &impl Serialize) -> Result<Self, SendError> {
        let body =
            body.value().map_err(|_| SendError::Refused("the body has no form as pairs".to_owned()))?;
        let mut pairs = Pairs::new(String::new());
        append(&mut pairs, "", body);
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        Ok(self.header(CONTENT_TYPE, form).body(pairs.finish()))
    }
}

fn append(pairs: &mut Pairs, name: &str, value: Value) {
    match value {
        Value::Null => {}
        Value::Bool(is) => drop(pairs.append_pair(name, if is { "true" } else { "false" })),
        Value::Number(number) => drop(pairs.append_pair(name, &number.to_string())),
        // A form may contain secrets.
        Value::String(text) => drop(pairs.append_pair(name, &Zeroizing::new(text))),
        Value::Array(items) => items.into_iter().for_each(|item| append(pairs, name, item)),
        Value::Object(fields) => fields.into_iter().for_each(|(name, value)| append(pairs, &name, value)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::{
        config::{base_url::BaseUrl, http_options::HttpOptions},
        runtime::Outgoing,
        secrets::wire::WireSecret,
    };

    #[test]
    fn values_of_every_kind_are_pairs_and_nothing_is_sent_of_none() {
        let url = || "http://127.0.0.1/a".to_owned();
        assert_eq!(query(url(), &[("q", &None::<String>), ("tag", &Vec::<String>::new())]).unwrap(), url());
        let all = query(
            url(),
            &[
                ("text", &"é &=?/#+%"),
                ("empty", &""),
                ("whole", &-17_i64),
                ("real", &1.5),
                ("is", &true),
                ("list", &[Some(1), None, Some(2)]),
                ("record", &BTreeMap::from([("a", json!("x")), ("b", json!(["y", 3]))])),
            ],
        );
        assert_eq!(
            all.unwrap(),
            "http://127.0.0.1/a?text=%C3%A9+%26%3D%3F%2F%23%2B%25&empty=&whole=-17&real=1.5&is=true&list=1&list=2\
             &a=x&b=y&b=3"
        );
    }

    #[test]
    fn what_has_no_form_is_refused_and_not_left_out() {
        let map = BTreeMap::from([((1, 2), 3)]);
        let refusal = query("http://127.0.0.1/a".to_owned(), &[("map", &map)]).unwrap_err();
        assert_eq!(refusal.to_string(), "invalid request: map: has no form in a query");
    }

    #[test]
    fn a_form_has_its_secrets_in_its_body_alone() {
        let base = BaseUrl::parse("http://127.0.0.1:1").unwrap();
        let client = HttpOptions::default().client(&base, "acme/1").unwrap();
        let form = BTreeMap::from([("id", WireSecret::from("a-b")), ("secret", WireSecret::from("c d"))]);
        let build = |builder: RequestBuilder| builder.build().unwrap();
        let sent = build(client.post("http://127.0.0.1/").form_urlencoded(&Outgoing(&form)).unwrap());
        assert_eq!(sent.body().unwrap().as_bytes(), Some(&b"id=a-b&secret=c+d"[..]));
        assert_eq!(sent.headers()[CONTENT_TYPE], "application/x-www-form-urlencoded");
        let shown = build(client.post("http://127.0.0.1/").form_urlencoded(&form).unwrap());
        assert!(!String::from_utf8_lossy(shown.body().unwrap().as_bytes().unwrap()).contains("a-b"));
    }
}
