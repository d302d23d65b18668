//! A vendor's answer on its way to the model: tolerant of what does not matter, and never without a fresh secret.

use std::fmt;

use reqwest::{StatusCode, header::HeaderMap};
use secrecy::{ExposeSecret, SecretString};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};
use tokenward_core::{Drift, Error, ErrorKind, IssuedToken, Record, Result, Token, TokenFamily, TokenId};
use zeroize::Zeroizing;

use crate::{Call, WireSecret, call::error_about, response::from_slice};

/// A vendor's record of a token, and how it becomes a [`Token`].
///
/// ```
/// use tokenward_core::{Token, TokenFamily};
/// use tokenward_http::VendorToken;
///
/// #[derive(serde::Deserialize)]
/// struct AcmeToken {
///     id: String,
///     label: Option<String>,
/// }
///
/// impl VendorToken for AcmeToken {
///     const ID: &'static str = "id";
///     const SECRET: &'static str = "secret";
///
///     fn into_token(self, family: TokenFamily) -> Option<Token> {
///         let mut token = Token::new(family, self.id.parse().ok()?);
///         token.name = self.label;
///         Some(token)
///     }
/// }
/// ```
pub trait VendorToken: DeserializeOwned {
    /// The field that holds the id.
    const ID: &'static str;
    /// The field that holds the secret, where an answer has one.
    const SECRET: &'static str;

    /// The token, or `None` where the record has no id that can be used.
    fn into_token(self, family: TokenFamily) -> Option<Token>;

    /// Adds what only the vendor's own record says, in fields that its document does not have.
    fn refine(_token: &mut Token, _record: &Value) {}
}

/// A successful answer, read into memory that is wiped. Got from [`Call::answer`](crate::Call::answer).
pub struct Answer {
    call: Call,
    status: StatusCode,
    headers: HeaderMap,
    body: Zeroizing<Vec<u8>>,
}

impl Answer {
    pub(crate) fn new(call: Call, status: StatusCode, headers: HeaderMap, body: Zeroizing<Vec<u8>>) -> Self {
        Self { call, status, headers, body: readable(body) }
    }

    /// An answer that came in another way than by a request: from a recording, or from a test.
    ///
    /// ```
    /// use tokenward_core::{Operation, TokenFamily};
    /// use tokenward_http::{Answer, Call};
    ///
    /// let call = Call::new(TokenFamily::new("acme", "token"), Operation::Get);
    /// assert_eq!(Answer::from_body(call, "[1, 2]").read::<Vec<u8>>()?, [1, 2]);
    /// # Ok::<(), tokenward_core::Error>(())
    /// ```
    pub fn from_body(call: Call, body: impl Into<Vec<u8>>) -> Self {
        Self::new(call, StatusCode::OK, HeaderMap::new(), Zeroizing::new(body.into()))
    }

    /// A header's number, where it is one.
    pub fn number(&self, header: &str) -> Option<u64> {
        self.headers.get(header)?.to_str().ok()?.trim().parse().ok()
    }

    /// The body as a value.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Protocol`], which says where the body does not fit, and nothing of what is there.
    pub fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T> {
        from_slice(&self.body).map_err(|misfit| self.protocol(misfit.to_string()))
    }

    /// The body as one token.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Protocol`] where it is none.
    pub fn token<V: VendorToken>(&self) -> Result<Token> {
        self.convert::<V>(self.read()?)
    }

    /// The items of a list as tokens, with an error in the place of each that is none.
    pub fn tokens<V: VendorToken>(&self, items: &[&RawValue], first_position: usize) -> Vec<Result<Token>> {
        let positions = first_position..;
        let convert = |(item, position): (&&RawValue, usize)| {
            self.convert::<V>(item).map_err(|error| error.with_position(position))
        };
        items.iter().zip(positions).map(convert).collect()
    }

    fn convert<V: VendorToken>(&self, item: &RawValue) -> Result<Token> {
        let record: V =
            from_slice(item.get().as_bytes()).map_err(|misfit| self.protocol(misfit.to_string()))?;
        let mut token = record
            .into_token(self.call.family())
            .ok_or_else(|| self.protocol(format!("the record has no `{}` that can be used", V::ID)))?;
        complete::<V>(&mut token, item);
        Ok(token)
    }

    /// The error of an answer that has no list where one is documented: it is not taken for an empty one.
    pub fn no_list(&self, field: &str) -> Error {
        self.protocol(format!("the answer has no `{field}`, and is no list"))
    }

    fn protocol(&self, message: String) -> Error {
        self.located(self.call.error(ErrorKind::Protocol, message))
    }

    /// With what is known of the answer.
    fn located(&self, error: Error) -> Error {
        error_about(error, self.status, &self.headers)
    }

    /// The body as a token with its fresh secret.
    ///
    /// The id and the secret are read first and by themselves: where the rest
    /// does not fit, or the answer broke off behind them, they reach the caller
    /// with the drift beside them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Ambiguous`] where the secret did not arrive; with
    /// [`into_secret`](tokenward_core::Error::into_secret) where only the id did not.
    pub fn issued<V: VendorToken>(&self) -> Result<IssuedToken> {
        let essentials = Essentials::of::<V>(&self.body);
        let Some(secret) = essentials.secret else {
            let error = self.located(self.call.lost("the answer holds no secret"));
            return Err(match essentials.id {
                Some(id) => error.with_token(id),
                None => error,
            });
        };
        let whole =
            from_slice::<OneOf>(&self.body).map_err(|misfit| misfit.drift()).and_then(|OneOf(item)| {
                let record: V = from_slice(item.get().as_bytes()).map_err(|misfit| misfit.drift())?;
                let mut token = record
                    .into_token(self.call.family())
                    .ok_or_else(|| Drift::new(V::ID, "there is no id that can be used"))?;
                if essentials.is_elsewhere {
                    return Err(Drift::new(V::SECRET, "the secret stands in another place than documented"));
                }
                complete::<V>(&mut token, item);
                // What is shown of a whole secret would be the secret.
                token.mask = None;
                if repeats(&token, &secret) {
                    return Err(Drift::new(".", "the secret stands in another field, too"));
                }
                Ok(token)
            });
        match (whole, essentials.id) {
            (Ok(token), _) => Ok(IssuedToken::new(token, secret)),
            (Err(drift), Some(id)) => {
                Ok(IssuedToken::new(Token::new(self.call.family(), id), secret).with_drift(drift))
            }
            (Err(_), None) => Err(self.located(self.call.lost("the answer holds no id")).with_secret(secret)),
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("call", &self.call)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// As JSON has to be: UTF-8, and without a mark before it. One bad byte in one item must not cost the others.
fn readable(body: Zeroizing<Vec<u8>>) -> Zeroizing<Vec<u8>> {
    const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

    if std::str::from_utf8(&body).is_ok() && !body.starts_with(BYTE_ORDER_MARK) {
        return body;
    }
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&body);
    Zeroizing::new(String::from_utf8_lossy(body).into_owned().into_bytes())
}

/// With the vendor's own record, and what only that says.
fn complete<V: VendorToken>(token: &mut Token, item: &RawValue) {
    token.record = Record::from_json(item.get()).ok();
    if let Some(record) = &token.record {
        V::refine(token, &record.to_value());
    }
}

/// Whether what can be printed of a token holds its secret.
fn repeats(token: &Token, secret: &SecretString) -> bool {
    let printed = serde_json::to_string(token).map(Zeroizing::new);
    printed.is_ok_and(|printed| printed.contains(secret.expose_secret()))
}

/// One record, or the first of a list of them: Mist answers a creation with a list.
struct OneOf<'a>(&'a RawValue);

impl<'de> Deserialize<'de> for OneOf<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let whole = <&RawValue>::deserialize(deserializer)?;
        let first =
            serde_json::from_str::<Vec<&RawValue>>(whole.get()).ok().and_then(|all| all.first().copied());
        Ok(Self(first.unwrap_or(whole)))
    }
}

/// What must not be lost, as far as it was read before the text ended or stopped making sense.
#[derive(Default)]
struct Essentials {
    id: Option<TokenId>,
    secret: Option<SecretString>,
    /// Whether the secret does not stand where it is documented to stand.
    is_elsewhere: bool,
}

impl Essentials {
    fn of<V: VendorToken>(body: &[u8]) -> Self {
        let mut found = Self::default();
        let mut deserializer = serde_json::Deserializer::from_slice(body);
        // It fails where the text breaks off; what came before is in `found`.
        let _ = deserializer.deserialize_any(Find { id: V::ID, secret: V::SECRET, found: &mut found });
        // Where it is not where it is documented to be, or behind what is no JSON. An id is not looked for: there are
        // others, such as the owner's, and the caller would revoke by it.
        if found.secret.is_none() {
            found.secret = scan(body, V::SECRET).map(WireSecret::into_secret);
            found.is_elsewhere = found.secret.is_some();
        }
        found
    }
}

struct Find<'a> {
    id: &'static str,
    secret: &'static str,
    found: &'a mut Essentials,
}

impl<'de> Visitor<'de> for Find<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        struct First<'a>(Find<'a>);
        impl<'de> serde::de::DeserializeSeed<'de> for First<'_> {
            type Value = ();
            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
                deserializer.deserialize_any(self.0)
            }
        }
        seq.next_element_seed(First(self))?;
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if name == self.id {
                let id = map.next_value::<Lenient>()?.0.and_then(|text| text.expose().parse().ok());
                self.found.id = self.found.id.take().or(id);
            } else if name == self.secret {
                let secret = map.next_value::<Lenient>()?.0.map(WireSecret::into_secret);
                self.found.secret = self.found.secret.take().or(secret);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// The first text that stands behind this name, anywhere.
fn scan(body: &[u8], name: &str) -> Option<WireSecret> {
    let text = std::str::from_utf8(body).ok()?;
    let name = format!("\"{name}\"");
    text.match_indices(&name).find_map(|(start, _)| {
        let value = text[start + name.len()..].trim_start().strip_prefix(':')?.trim_start();
        let mut values = serde_json::Deserializer::from_str(value).into_iter::<WireSecret>();
        values.next()?.ok().filter(|value| !value.expose().is_empty())
    })
}

/// A text that is not empty, or anything else as nothing.
struct Lenient(Option<WireSecret>);

impl<'de> Deserialize<'de> for Lenient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        let text = serde_json::from_str::<WireSecret>(raw.get()).ok();
        Ok(Self(text.filter(|text| !text.expose().is_empty())))
    }
}

#[cfg(test)]
mod tests {
    use tokenward_core::Operation;

    use super::*;

    #[derive(Deserialize)]
    struct Acme {
        id: String,
        #[serde(default)]
        name: Option<String>,
    }

    impl VendorToken for Acme {
        const ID: &'static str = "id";
        const SECRET: &'static str = "key";

        fn into_token(self, family: TokenFamily) -> Option<Token> {
            let mut token = Token::new(family, self.id.parse().ok()?);
            token.name = self.name;
            Some(token)
        }
    }

    fn answer(operation: Operation, body: &str) -> Answer {
        let call = Call::new(TokenFamily::new("acme", "token"), operation);
        Answer::from_body(call, body)
    }

    fn issued(body: &str) -> Result<IssuedToken> {
        answer(Operation::Create, body).issued::<Acme>()
    }

    #[test]
    fn a_secret_arrives_whatever_the_rest_is() {
        for (body, drift) in [
            (r#"{"id":"7","name":"ci","key":"CANARY"}"#, None),
            (r#"[{"id":"7","name":"ci","key":"CANARY"}]"#, None),
            (r#"{"name":17,"key":"CANARY","id":"7"}"#, Some("another shape than documented at `name`")),
            (r#"{"key":"CANARY","id":"7","new":[{"deep":1"#, Some("ends too early at")),
            (r#"{"key":"CANARY","id":"7"} trailing"#, Some("is not JSON at `.`")),
            (r#"{"key":"CANARY","key":null,"id":"7"}"#, None),
            (r#"{"id":"7","data":{"key" : "CANARY"}}"#, Some("another place than documented at `key`")),
            (r#"{"id":"7","key":"CANARY","name":"CANARY too"}"#, Some("another field, too at `.`")),
            ("{\"id\":\"7\",\"note\":\"a\u{1}b\",\"key\":\"CANARY\"}", Some("is not JSON")),
            ("\u{feff}{\"id\":\"7\",\"key\":\"CANARY\"}", None),
        ] {
            let issued = issued(body).unwrap();
            assert_eq!(issued.secret.expose_secret(), "CANARY", "{body}");
            assert_eq!(issued.token.id.as_str(), "7", "{body}");
            let said = issued.drift.as_ref().map(ToString::to_string).unwrap_or_default();
            assert!(drift.map_or(said.is_empty(), |drift| said.contains(drift)), "{body}: {said}");
            assert!(!format!("{issued:?}").contains("CANARY"), "{body}");
        }
    }

    #[test]
    fn a_short_secret_is_not_shown_as_its_own_mask() {
        #[derive(Deserialize)]
        struct Short {
            key: WireSecret,
        }
        impl VendorToken for Short {
            const ID: &'static str = "id";
            const SECRET: &'static str = "key";
            fn into_token(self, family: TokenFamily) -> Option<Token> {
                let mut token = Token::new(family, "7".parse().ok()?);
                token.mask = self.key.mask();
                Some(token)
            }
        }
        let issued = answer(Operation::Create, r#"{"id":"7","key":"CANARY"}"#).issued::<Short>().unwrap();
        assert_eq!(issued.token.mask, None);
    }

    #[test]
    fn one_bad_byte_costs_no_other_item() {
        let call = Call::new(TokenFamily::new("acme", "token"), Operation::List);
        let answer = Answer::from_body(call, b"[{\"id\":\"1\",\"name\":\"\xff\"},{\"id\":\"2\"}]");
        let tokens = answer.tokens::<Acme>(&answer.read::<Vec<&RawValue>>().unwrap(), 0);
        assert_eq!(tokens.into_iter().filter_map(Result::ok).count(), 2);
    }

    #[test]
    fn a_secret_without_its_id_is_in_the_error() {
        for body in [
            r#"{"key":"CANARY"}"#,
            r#"{"id":"","key":"CANARY"}"#,
            r#"{"id":{},"key":"CANARY"}"#,
            // The owner's id is not the token's.
            r#"{"owner":{"id":"8"},"key":"CANARY"}"#,
            r#"{"data":{"id":"7","key":"CANARY"}}"#,
        ] {
            let error = issued(body).unwrap_err();
            assert_eq!((error.kind(), error.token_id()), (ErrorKind::Ambiguous, None), "{body}");
            assert!(!format!("{error} {error:?}").contains("CANARY"));
            assert_eq!(error.into_secret().unwrap().expose_secret(), "CANARY");
        }
    }

    #[test]
    fn an_answer_without_a_secret_is_ambiguous_and_names_the_token_if_it_can() {
        for (body, id) in [
            (r#"{"id":"7","name":"ci"}"#, Some("7")),
            (r#"{"id":"7","key":null}"#, Some("7")),
            (r#"{"id":"7","key":""}"#, Some("7")),
            (r#"{"id":"7","key":"CANA"#, Some("7")),
            ("", None),
            ("[]", None),
            ("<html>", None),
        ] {
            let error = issued(body).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Ambiguous, "{body}");
            assert_eq!(error.token_id().map(TokenId::as_str), id, "{body}");
        }
    }

    #[test]
    fn an_item_that_cannot_be_read_is_an_error_in_its_place() {
        let answer =
            answer(Operation::List, r#"[{"id":"1"},{"id":2},null,{"id":"."},{"id":"5","key":"CANARY"}]"#);
        let items: Vec<&RawValue> = answer.read().unwrap();
        let tokens = answer.tokens::<Acme>(&items, 100);
        let said: Vec<String> = tokens
            .iter()
            .map(|result| match result {
                Ok(token) => format!("{} {}", token.id, token.record.as_ref().unwrap().as_str()),
                Err(error) => error.to_string(),
            })
            .collect();
        insta::assert_snapshot!(said.join("\n"));
    }
}
