//! A vendor's answer on its way to the model: tolerant of what does not matter, and never without a fresh secret.

use std::fmt;

use reqwest::{StatusCode, header::HeaderMap};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, value::RawValue};
use tokenward_core::{Drift, Error, ErrorKind, IssuedToken, Record, Result, Token, TokenFamily, TokenId};
use zeroize::Zeroizing;

use crate::{
    Call, List,
    call::error_about,
    essentials::{Essentials, OneOf, SECRET_TWICE, repeats},
    list::{Elements, Tokens},
    misfit::{Misfit, from_record, from_slice},
    response::{readable, within_a_page, within_a_record},
};

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
pub trait VendorToken: DeserializeOwned + 'static {
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
    body: Zeroizing<String>,
    /// Whether it was no text everywhere.
    is_mended: bool,
    /// Why there is no more of it, where it is not the whole.
    end: Option<String>,
}

impl Answer {
    pub(crate) fn new(call: Call, status: StatusCode, headers: HeaderMap, body: Zeroizing<Vec<u8>>) -> Self {
        let (body, is_mended) = readable(body);
        Self { call, status, headers, body, is_mended, end: None }
    }

    /// As much as came, and why there is no more.
    pub(crate) fn broken_by(self, end: Option<String>) -> Self {
        Self { end, ..self }
    }

    /// An answer that came in another way than by a request: from a recording, or from a test.
    ///
    /// ```
    /// use tokenward_core::{Operation, TokenFamily};
    /// use tokenward_http::{Answer, Call};
    ///
    /// let call = Call::new(TokenFamily::new("acme", "token"), Operation::Get);
    /// let answer = Answer::from_body(call, r#"{"limit": 7}"#);
    /// assert_eq!(answer.read::<std::collections::BTreeMap<String, u8>>()?["limit"], 7);
    /// # Ok::<(), tokenward_core::Error>(())
    /// ```
    pub fn from_body(call: Call, body: impl Into<Vec<u8>>) -> Self {
        Self::new(call, StatusCode::OK, HeaderMap::new(), Zeroizing::new(body.into()))
    }

    /// A header's number, where it is one.
    pub fn number(&self, header: &str) -> Option<u64> {
        self.headers.get(header)?.to_str().ok()?.trim().parse().ok()
    }

    /// The body as a record, within 1 MiB.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Protocol`], which says where the body does not fit, and nothing of what is there.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        within_a_record(&self.body).map_err(|problem| self.protocol(problem.to_owned()))?;
        self.record()
    }

    /// The body as a record around a list, whose items are left as they stand there. What is beside them is read within
    /// 1 MiB.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn page<'a, T: Deserialize<'a>>(&'a self) -> Result<T> {
        within_a_page(&self.body).map_err(|problem| self.protocol(problem.to_owned()))?;
        self.record()
    }

    fn record<'a, T: Deserialize<'a>>(&'a self) -> Result<T> {
        from_record(self.body.as_bytes()).map_err(|misfit| self.misfit(&misfit))
    }

    /// The body as it stands there, where it is JSON.
    fn raw(&self) -> Result<&RawValue> {
        from_slice(self.body.as_bytes()).map_err(|misfit| self.misfit(&misfit))
    }

    /// The body as one token.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Protocol`] where it is none.
    pub fn token<V: VendorToken>(&self) -> Result<Token> {
        self.convert::<V>(self.raw()?)
    }

    /// The body as a list.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Protocol`] where it is something else: that is not taken for an empty list.
    pub fn list(&self) -> Result<List> {
        self.list_in(self.raw()?)
    }

    /// A list that stands in a field of the body.
    ///
    /// # Errors
    ///
    /// As [`list`](Self::list).
    pub fn list_in(&self, value: &RawValue) -> Result<List> {
        let start = (value.get().as_ptr().addr()).wrapping_sub(self.body.as_ptr().addr());
        let is_ours = self.body.get(start..).is_some_and(|rest| rest.starts_with(value.get()));
        if !is_ours || !value.get().starts_with('[') {
            return Err(self.protocol("the answer is no list where one is documented".to_owned()));
        }
        Ok(List::new(value, start))
    }

    /// The items of a list as they stand there.
    pub fn items<'a>(&'a self, list: &List) -> impl Iterator<Item = &'a RawValue> + use<'a> {
        Elements::in_text(self.text(list.range.clone()))
    }

    /// The items of a list as tokens, read when they are asked for, with an error in the place of each that is none.
    pub fn tokens<V: VendorToken>(
        self,
        list: List,
        first_position: usize,
    ) -> impl Iterator<Item = Result<Token>> + Send + use<V> {
        Tokens::<V>::new(self, list, first_position)
    }

    pub(crate) fn text(&self, range: std::ops::Range<usize>) -> &str {
        self.body.get(range).unwrap_or_default()
    }

    pub(crate) fn convert<V: VendorToken>(&self, item: &RawValue) -> Result<Token> {
        let unusable = |error: Error| match Record::from_json(item.get()) {
            // A text alone could be a secret.
            Ok(record) if item.get().starts_with('{') => error.with_record(record),
            _ => error,
        };
        within_a_record(item.get())
            .map_err(|problem| self.protocol(problem.to_owned()).with_drift(Drift::new(".", problem)))?;
        let record: V =
            from_record(item.get().as_bytes()).map_err(|misfit| unusable(self.misfit(&misfit)))?;
        let mut token = record.into_token(self.call.family()).ok_or_else(|| {
            let error = self.protocol(format!("the record has no `{}` that can be used", V::ID));
            unusable(error.with_drift(Drift::new(V::ID, "there is no id that can be used")))
        })?;
        complete::<V>(&mut token, item)
            .map_err(|drift| self.protocol(drift.to_string()).with_drift(drift))?;
        Ok(token)
    }

    /// The error of an answer that has no list where one is documented: it is not taken for an empty one.
    pub fn no_list(&self, field: &str) -> Error {
        self.protocol(format!("the answer has no `{field}`, and is no list"))
    }

    fn misfit(&self, misfit: &Misfit) -> Error {
        self.protocol(misfit.to_string()).with_drift(misfit.drift())
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
        let essentials =
            Essentials::of(self.body.as_bytes(), Some(V::ID), &[V::SECRET]).of_mended(self.is_mended);
        let drift = essentials.drift();
        let id: Option<TokenId> = essentials.id.and_then(|id| id.parse().ok());
        let Some((_, secret)) = essentials.secrets.into_iter().next() else {
            let error = match &self.end {
                Some(end) => self.call.lost(format!("{end}, and holds no secret")),
                None => self.call.lost("the answer holds no secret"),
            };
            let error = self.located(error);
            return Err(match id {
                Some(id) => error.with_token(id),
                None => error,
            });
        };
        let secret = secret.into_secret();
        match (self.whole::<V>(&secret, drift), id) {
            (Ok(token), _) => Ok(IssuedToken::new(token, secret)),
            (Err(drift), Some(id)) => {
                Ok(IssuedToken::new(Token::new(self.call.family(), id), secret).with_drift(drift))
            }
            (Err(drift), None) => {
                let error = self.call.lost("the answer holds no id");
                Err(self.located(error).with_drift(drift).with_secret(secret))
            }
        }
    }

    /// The token beside its secret, or where the answer does not fit.
    fn whole<V: VendorToken>(&self, secret: &SecretString, drift: Option<Drift>) -> Result<Token, Drift> {
        let OneOf(item) = from_slice(self.body.as_bytes()).map_err(|misfit| misfit.drift())?;
        let record: V = from_record(item.get().as_bytes()).map_err(|misfit| misfit.drift())?;
        let mut token = record
            .into_token(self.call.family())
            .ok_or_else(|| Drift::new(V::ID, "there is no id that can be used"))?;
        if let Some(drift) = drift {
            return Err(drift);
        }
        complete::<V>(&mut token, item)?;
        // What is shown of a whole secret would be the secret.
        token.mask = None;
        if repeats(&token, secret.expose_secret()) {
            return Err(Drift::new(".", SECRET_TWICE));
        }
        Ok(token)
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

/// With the vendor's own record, and what only that says: rights, for one, which would be short in silence without it.
fn complete<V: VendorToken>(token: &mut Token, item: &RawValue) -> Result<(), Drift> {
    let record =
        Record::from_json(item.get()).map_err(|_| Drift::new(".", "the record cannot be kept as it is"))?;
    V::refine(token, &record.to_value());
    token.record = Some(record);
    Ok(())
}

#[cfg(test)]
mod tests {
    use tokenward_core::Operation;

    use crate::WireSecret;

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
    fn a_secret_with_marks_is_not_shown_in_another_field_either() {
        for name in [r#"a\"CANARY\\"#, r#"{\"key\":\"a\\\"CANARY\\\\\"}"#] {
            let issued = issued(&format!(r#"{{"id":"7","key":"a\"CANARY\\","name":"{name}"}}"#)).unwrap();
            assert_eq!(issued.secret.expose_secret(), r#"a"CANARY\"#);
            assert!(!format!("{issued:?}").contains("CANARY"), "{name}");
        }
    }

    #[test]
    fn rights_that_only_the_record_has_are_never_short_in_silence() {
        #[derive(Deserialize)]
        struct Refined {
            id: String,
        }
        impl VendorToken for Refined {
            const ID: &'static str = "id";
            const SECRET: &'static str = "key";
            fn into_token(self, family: TokenFamily) -> Option<Token> {
                Some(Token::new(family, self.id.parse().ok()?))
            }
            fn refine(token: &mut Token, record: &Value) {
                token.scopes = Some(vec![record["rights"].to_string()]);
            }
        }
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        for unkept in [deep.as_str(), r#""\ud800""#] {
            let list = format!(r#"[{{"id":"1","rights":"all","new":{unkept}}},{{"id":"2","rights":"all"}}]"#);
            let answer = answer(Operation::List, &list);
            let list = answer.list().unwrap();
            let results: Vec<_> = answer.tokens::<Refined>(list, 0).collect();
            assert_eq!(results[0].as_ref().unwrap_err().position(), Some(0), "{unkept}");
            assert_eq!(results[1].as_ref().unwrap().scopes.as_ref().unwrap().len(), 1);
        }
    }

    #[test]
    fn a_secret_with_bytes_that_are_no_text_is_not_given_for_a_good_one() {
        let call = || Call::new(TokenFamily::new("acme", "token"), Operation::Create);
        let issued = |body: &[u8]| Answer::from_body(call(), body).issued::<Acme>().unwrap();
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
    fn what_is_no_list_is_not_taken_for_an_empty_one() {
        for body in ["{}", "null", r#""[]""#, "17"] {
            let answer = answer(Operation::List, body);
            assert_eq!(answer.list().unwrap_err().kind(), ErrorKind::Protocol, "{body}");
        }
        let answer = answer(Operation::List, "[]");
        let elsewhere = RawValue::from_string("[1]".to_owned()).unwrap();
        assert!(answer.list_in(&elsewhere).is_err());
    }

    #[test]
    fn a_record_beyond_its_bound_costs_itself_only() {
        let large = "x".repeat(1 << 20);
        let list = answer(Operation::List, &format!(r#"[{{"id":"1","name":"{large}"}},{{"id":"2"}}]"#));
        let whole = list.list().unwrap();
        let results: Vec<_> = list.tokens::<Acme>(whole, 0).collect();
        insta::assert_snapshot!(results[0].as_ref().unwrap_err());
        assert!(results[1].is_ok());
        let one = answer(Operation::Get, &format!(r#"{{"id":"1","name":"{large}"}}"#));
        assert!(one.token::<Acme>().is_err() && one.read::<String>().is_err());
    }

    #[test]
    fn one_bad_byte_costs_no_other_item() {
        let call = Call::new(TokenFamily::new("acme", "token"), Operation::List);
        let answer = Answer::from_body(call, b"[{\"id\":\"1\",\"name\":\"\xff\"},{\"id\":\"2\"}]");
        let list = answer.list().unwrap();
        assert_eq!(answer.tokens::<Acme>(list, 0).filter_map(Result::ok).count(), 2);
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

    #[test]
    fn an_item_that_cannot_be_read_is_an_error_in_its_place() {
        let answer = answer(
            Operation::List,
            r#"[{"id":"1"},{"id":2,"key":"CANARY"},null,{"id":"."},"CANARY",{"id":"5","key":"CANARY"}]"#,
        );
        let list = answer.list().unwrap();
        assert_eq!(list.len(), 6);
        let said: Vec<String> = answer
            .tokens::<Acme>(list, 100)
            .map(|result| match result {
                Ok(token) => format!("{} {}", token.id, token.record.as_ref().unwrap().as_str()),
                Err(error) => format!("{error}\n    {:?}", error.record().map(Record::as_str)),
            })
            .collect();
        insta::assert_snapshot!(said.join("\n"));
    }
}
