//! A response body and its conversion into tokens. Unexpected details never lose a fresh secret.

use std::fmt;

use reqwest::{StatusCode, header::HeaderMap};
use serde::de::{DeserializeOwned, IgnoredAny};
use tokenward_core::json::Elements;
use tokenward_core::{Drift, Error, IssuedToken, Result, Token, TokenId};
use zeroize::Zeroizing;

use crate::{
    decode::{
        limits::{readable, within_a_record},
        list_reader::NO_LIST,
        mismatch::{Mismatch, from_record, from_text},
        salvage::Salvaged,
        vendor_token::VendorToken,
    },
    family::{
        call::Call,
        error_body::ErrorBody,
        response_head::{ResponseHead, record},
    },
    secrets::{context::Context, wire::WireSecret},
};

/// The body of a successful response, in memory that is wiped. [`Call::receive`](crate::Call::receive) returns it.
pub struct ResponseBody {
    head: ResponseHead,
    body: Zeroizing<String>,
    /// `true` if invalid UTF-8 was replaced.
    is_mended: bool,
    /// The reason why the body is not complete, if it is not.
    end: Option<String>,
    /// `true` if the status is not a success, but leaves open whether the request took effect.
    is_refused: bool,
}

impl ResponseBody {
    pub(crate) fn new(head: ResponseHead, body: Zeroizing<Vec<u8>>) -> Self {
        let (body, is_mended) = readable(body);
        Self { head, body, is_mended, end: None, is_refused: false }
    }

    /// Marks the status as one that leaves open whether the request took effect.
    pub(crate) fn refused_with(self, end: String) -> Self {
        Self { end: Some(end), is_refused: true, ..self }
    }

    /// Sets the reason why the body is not complete.
    pub(crate) fn broken_by(self, end: Option<String>) -> Self {
        Self { end, ..self }
    }

    /// Creates a response body from other sources than a request, such as a recording or a test.
    ///
    /// ```
    /// use tokenward_core::{Operation, TokenFamily};
    /// use tokenward_http::{ResponseBody, Call};
    ///
    /// let call = Call::new(TokenFamily::new("acme", "token"), Operation::Get);
    /// let answer = ResponseBody::from_body(call, r#"{"limit": 7}"#);
    /// assert_eq!(answer.read::<std::collections::BTreeMap<String, u8>>()?["limit"], 7);
    /// # Ok::<(), tokenward_core::Error>(())
    /// ```
    pub fn from_body(call: Call, body: impl Into<Vec<u8>>) -> Self {
        let head = ResponseHead::new(call, StatusCode::OK, HeaderMap::new(), Context::default());
        Self::new(head, Zeroizing::new(body.into()))
    }

    /// Decodes the body as a record of at most 1 MiB.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Protocol`](tokenward_core::ErrorKind::Protocol) if the body does not fit the type. The error
    /// contains the location, but no values.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        within_a_record(&self.body).map_err(|problem| self.head.protocol(problem.to_owned()))?;
        self.head.context.scope(|| from_record(&self.body)).map_err(|mismatch| self.head.mismatch(&mismatch))
    }

    /// Returns the body, if it is JSON.
    fn json(&self) -> Result<&str> {
        let checked = from_text::<IgnoredAny>(&self.body);
        checked.map(|_| self.body.trim_ascii()).map_err(|mismatch| self.head.mismatch(&mismatch))
    }

    /// Decodes the body as one token.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Protocol`](tokenward_core::ErrorKind::Protocol) if the body is not a token.
    pub fn token<V: VendorToken>(&self) -> Result<Token> {
        self.head.context.scope(|| self.head.convert::<V>(self.json()?)).map(|token| *token)
    }

    /// Returns the items of the body as unparsed JSON.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Protocol`](tokenward_core::ErrorKind::Protocol) if the body is not a list. Such a body does not
    /// count as an empty list.
    pub fn items(&self) -> Result<impl Iterator<Item = &str>> {
        let list = self.json()?;
        if !list.starts_with('[') {
            return Err(self.head.protocol(NO_LIST.to_owned()));
        }
        Ok(Elements::of(list))
    }

    /// Returns the reason why this list is not complete, if the response announces more items.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Protocol`](tokenward_core::ErrorKind::Protocol) if the body is not a list.
    pub fn remainder(&self) -> Result<Option<&'static str>> {
        let items = self.items()?.count() as u64;
        Ok(self.head.remainder(items))
    }

    /// Decodes the body as a token with its fresh secret.
    ///
    /// The id and the secret are decoded first, independently of the rest. If the rest does not fit, or the body breaks
    /// off after them, the caller gets both, together with the drift.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Ambiguous`](tokenward_core::ErrorKind::Ambiguous) if the secret or the id did not arrive. If only
    /// the id is missing, [`into_secret`](tokenward_core::Error::into_secret) returns the secret.
    pub fn issued<V: VendorToken>(&self) -> Result<IssuedToken> {
        let known = &self.head.context.known;
        let salvaged = Salvaged::of(self.body.as_bytes(), Some(V::ID), &[V::SECRET], &self.head.context)
            .of_mended(self.is_mended);
        let details = salvaged.details(&self.body, V::CREATED_IN_LIST, |record| {
            self.head.context.scope(|| self.made::<V>(record))
        });
        let is_masked = salvaged.is_masked();
        let id: Option<TokenId> = salvaged.id.and_then(|id| id.parse().ok());
        let secret = salvaged.secrets.into_iter().next().map(|(_, secret)| secret);
        let secret = match secret {
            Some(secret) if !is_masked && !self.is_refused => secret.into_secret(),
            other => return Err(self.lost_secret(id, other, is_masked)),
        };
        match (details.map_err(|drift| known.drift_without(drift)), id) {
            (Ok(token), _) => Ok(IssuedToken::new(*token, secret)),
            (Err(drift), Some(id)) => {
                Ok(IssuedToken::new(Token::new(self.head.call.family(), id), secret).with_drift(drift))
            }
            (Err(drift), None) => {
                let error = self.head.call.lost("the answer holds no id");
                Err(self.head.locate(error).with_drift(drift).with_secret(secret))
            }
        }
    }

    /// Creates the error for a response without a secret, or with a secret but an unsuccessful status.
    fn lost_secret(&self, id: Option<TokenId>, secret: Option<WireSecret>, is_masked: bool) -> Error {
        let holds = match (&secret, is_masked) {
            (None, _) => "holds no secret",
            (Some(_), true) => "holds only the mask of the secret",
            (Some(_), false) => "holds a secret, which `into_secret` gives",
        };
        let what = match &self.end {
            Some(end) if self.is_refused && secret.is_none() => end.clone(),
            Some(end) => format!("{end}, and {holds}"),
            None => format!("the answer {holds}"),
        };
        let mut error = self.head.locate(self.head.call.lost(what));
        if self.is_refused {
            let ResponseHead { status, headers, context, .. } = &self.head;
            error = ErrorBody::read(*status, headers, self.body.as_bytes(), context).put_into(error);
        }
        if let Some(id) = id {
            error = error.with_token(id);
        }
        match secret {
            Some(secret) => error.with_secret(secret.into_secret()),
            None => error,
        }
    }

    /// Returns the token of an issued record, or the drift if the record is not as documented.
    fn made<V: VendorToken>(&self, item: &str) -> Result<Box<Token>, Drift> {
        let drift = |mismatch: Mismatch| mismatch.drift();
        from_record::<V>(item).map_err(drift)?;
        let fields: V::Fields<'_> = from_record(item).map_err(drift)?;
        let mut token = V::token(fields, self.head.call.family())
            .ok_or_else(|| Drift::new(V::ID, "there is no id that can be used"))?;
        token.record = Some(record::<V>(item)?);
        // The mask would be the secret itself, because this response contains it in full.
        token.mask = None;
        Ok(token)
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseBody")
            .field("call", &self.head.call)
            .field("status", &self.head.status)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use serde::Deserialize;
    use tokenward_core::{ErrorKind, Operation, SecretNames, TokenFamily};

    use super::*;
    use crate::decode::items::Items;

    #[derive(Deserialize)]
    struct Acme {
        id: String,
        #[serde(default)]
        name: Option<String>,
    }

    impl VendorToken for Acme {
        const ID: &'static str = "id";
        const SECRET: &'static str = "key";
        const CREATED_IN_LIST: bool = true;

        type Fields<'a> = Self;

        fn token(fields: Self, family: TokenFamily) -> Option<Box<Token>> {
            let mut token = Box::new(Token::new(family, fields.id.parse().ok()?));
            token.name = fields.name;
            Some(token)
        }
    }

    fn answer(operation: Operation, body: &str) -> ResponseBody {
        let call = Call::new(TokenFamily::new("acme", "token"), operation);
        ResponseBody::from_body(call, body)
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
            (
                r#"[{"id":"7","key":"CANARY"},{"id":"8","key":"CANARY-2"}]"#,
                Some("another record, which was not read"),
            ),
            (r#"{"id":"7","key":"CANARY","new":"\ud800"}"#, Some("cannot be kept as it is at `.`")),
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
    fn a_bad_item_within_a_record_keeps_no_declared_secret() {
        const NAMES: SecretNames = SecretNames::new(&["value"], &[]);

        #[derive(Deserialize)]
        struct Rights {
            rights: Items<String>,
        }

        let context = Context { names: &NAMES, ..Context::default() };
        let call = Call::new(TokenFamily::new("acme", "token"), Operation::Get);
        let head = ResponseHead::new(call, StatusCode::OK, HeaderMap::new(), context);
        let body = br#"{"rights":[{"role":7,"value":"CANARY"}]}"#;
        let read: Rights = ResponseBody::new(head, Zeroizing::new(body.to_vec())).read().unwrap();
        assert_eq!(serde_json::to_string(&read.rights).unwrap(), r#"[{"role":7}]"#);
    }

    #[test]
    fn a_list_in_place_of_one_record_is_a_drift_next_to_the_secret() {
        #[derive(Deserialize)]
        struct Single {
            id: String,
        }

        impl VendorToken for Single {
            const ID: &'static str = "id";
            const SECRET: &'static str = "key";

            type Fields<'a> = Self;

            fn token(fields: Self, family: TokenFamily) -> Option<Box<Token>> {
                Some(Box::new(Token::new(family, fields.id.parse().ok()?)))
            }
        }

        let body = answer(Operation::Create, r#"[{"id":"7","key":"CANARY"}]"#);
        let issued = body.issued::<Single>().unwrap();
        assert_eq!((issued.token.id.as_str(), issued.secret.expose_secret()), ("7", "CANARY"));
        assert!(issued.drift.unwrap().to_string().contains("a record is expected, and a list is there"));
    }

    #[test]
    fn a_secret_with_marks_is_not_shown_in_another_field_either() {
        for name in [r#"a\"CANARY\\"#, r#"{\"key\":\"a\\\"CANARY\\\\\"}"#] {
            let issued = issued(&format!(r#"{{"id":"7","key":"a\"CANARY\\","name":"{name}"}}"#)).unwrap();
            assert_eq!(issued.secret.expose_secret(), r#"a"CANARY\"#);
            assert!(!format!("{issued:?}").contains("CANARY"), "{name}");
        }
    }

    #[test]
    fn a_secret_with_bytes_that_are_no_text_is_not_given_for_a_good_one() {
        let call = || Call::new(TokenFamily::new("acme", "token"), Operation::Create);
        let issued = |body: &[u8]| ResponseBody::from_body(call(), body).issued::<Acme>().unwrap();
        let bad = issued(b"{\"id\":\"7\",\"key\":\"CAN\xffRY\"}");
        assert!(bad.drift.unwrap().to_string().contains("may not work at `key`"));
        assert!(issued(b"{\"id\":\"7\",\"name\":\"\xff\",\"key\":\"CANARY\"}").drift.is_none());
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
            type Fields<'a> = Self;
            fn token(fields: Self, family: TokenFamily) -> Option<Box<Token>> {
                let mut token = Box::new(Token::new(family, "7".parse().ok()?));
                token.mask = fields.key.mask();
                Some(token)
            }
        }
        let issued = answer(Operation::Create, r#"{"id":"7","key":"CANARY"}"#).issued::<Short>().unwrap();
        assert_eq!(issued.token.mask, None);
    }

    #[test]
    fn what_is_no_list_is_not_taken_for_an_empty_one() {
        for body in ["{}", "null", r#""[]""#, "17", "[", "[1,]"] {
            let answer = answer(Operation::List, body);
            assert_eq!(answer.items().err().unwrap().kind(), ErrorKind::Protocol, "{body}");
        }
        assert_eq!(answer(Operation::List, "[]").items().unwrap().count(), 0);
    }

    #[test]
    fn a_record_beyond_its_bound_is_refused() {
        let large = "x".repeat(1 << 20);
        let one = answer(Operation::Get, &format!(r#"{{"id":"1","name":"{large}"}}"#));
        assert!(one.token::<Acme>().is_err() && one.read::<String>().is_err());
    }

    #[test]
    fn a_secret_without_its_id_is_in_the_error() {
        for body in [
            r#"{"key":"CANARY"}"#,
            r#"{"id":"","key":"CANARY"}"#,
            r#"{"id":{},"key":"CANARY"}"#,
            // The owner's id is not the token's id.
            r#"{"owner":{"id":"8"},"key":"CANARY"}"#,
            r#"{"data":{"id":"7","key":"CANARY"}}"#,
            r#"{"id":"of CANARY","key":"CANARY"}"#,
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
}
