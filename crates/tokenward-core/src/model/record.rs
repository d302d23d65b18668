//! The vendor's record of a token, without secrets.

use std::{fmt, iter::Peekable, sync::OnceLock};

use secrecy::zeroize::Zeroizing;
use serde::{
    Deserializer, Serialize, Serializer,
    de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess},
};
use serde_json::Value;

use crate::{
    json::{Lexeme, Lexemes},
    secret_names::SecretNames,
};

/// The vendor's record of a token, as JSON without the fields that contain a secret.
///
/// ```
/// use tokenward_core::Record;
///
/// let record = Record::from_json(r#"{"id": "7", "key": "abcd", "site": {"clientSecret": "x", "name": "hq"}}"#)?;
/// assert_eq!(record.as_str(), r#"{"id":"7","site":{"name":"hq"}}"#);
/// assert_eq!(record.to_value()["site"]["name"], "hq");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// The record omits a field if its vendor declares it a secret, or if its name
/// [sounds secret](crate::secret_names::sounds_secret). It keeps all other fields, including those that this version
/// does not know. Use it for values that [`Token`](crate::Token) has no field for. `Debug` shows only the size.
///
/// The record keeps the original text in memory that is wiped on drop. It removes the secrets on first access, so a
/// list that is only counted or filtered does not pay for that.
#[derive(Clone)]
pub struct Record {
    whole: Wiped,
    names: &'static SecretNames,
    /// The text without secrets, computed on first access.
    shown: OnceLock<Box<str>>,
}

/// A text whose memory is wiped on drop.
#[derive(Clone)]
struct Wiped(Zeroizing<String>);

impl Drop for Wiped {
    fn drop(&mut self) {
        // `Zeroizing` wipes the used part byte by byte, but the spare capacity at once. This makes all of it spare.
        self.0.clear();
    }
}

impl Record {
    /// Parses a record of a vendor that declares nothing about its field names.
    ///
    /// # Errors
    ///
    /// An error of `serde_json` if the text is not JSON. The error does not quote the text.
    pub fn from_json(text: &str) -> serde_json::Result<Self> {
        Self::from_json_of(text, &SecretNames::UNDECLARED)
    }

    /// Parses a record, and omits the fields that the given names hide.
    ///
    /// ```
    /// use tokenward_core::{Record, SecretNames};
    ///
    /// const NAMES: SecretNames = SecretNames::new(&["value"], &["displayKey"]);
    /// let record = Record::from_json_of(r#"{"value": "abcd", "displayKey": "cd"}"#, &NAMES)?;
    /// assert_eq!(record.as_str(), r#"{"displayKey":"cd"}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of [`from_json`](Self::from_json).
    pub fn from_json_of(text: &str, names: &'static SecretNames) -> serde_json::Result<Self> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        Readable { names }.deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(Self::unread(text, names))
    }

    /// Creates a record from a text that was already parsed as one JSON value, without parsing it again.
    ///
    /// ```
    /// use tokenward_core::{Record, SecretNames};
    ///
    /// let record = Record::from_read_json(r#"{ "id": "7", "key": "abcd" }"#, &SecretNames::UNDECLARED)?;
    /// assert_eq!(record.as_str(), r#"{"id":"7"}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// A parser may skip values that [`to_value`](Self::to_value) cannot represent. A text that may contain such a
    /// value is parsed again. A text that is not JSON is shown as `null`.
    ///
    /// # Errors
    ///
    /// The errors of [`from_json`](Self::from_json), if the text is nested too deeply or contains an unpaired
    /// surrogate.
    pub fn from_read_json(text: &str, names: &'static SecretNames) -> serde_json::Result<Self> {
        if is_plain(text.as_bytes()) {
            Ok(Self::unread(text, names))
        } else {
            Self::from_json_of(text, names)
        }
    }

    fn unread(text: &str, names: &'static SecretNames) -> Self {
        Self { whole: Wiped(Zeroizing::new(text.to_owned())), names, shown: OnceLock::new() }
    }

    /// Returns the record as JSON text.
    pub fn as_str(&self) -> &str {
        self.shown.get_or_init(|| without_secrets(&self.whole.0, self.names))
    }

    /// Returns the record as a [`Value`].
    pub fn to_value(&self) -> Value {
        serde_json::from_str(self.as_str()).unwrap_or_default()
    }
}

impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Record {}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({} bytes)", self.as_str().len())
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(serializer)
    }
}

/// Returns `true` if a [`Value`] can represent JSON for sure: the nesting is shallow, and no escape is a surrogate.
///
/// Nearly every record passes this check.
fn is_plain(json: &[u8]) -> bool {
    const DEEPEST: usize = 100;
    /// Chunk size: a multiple of the SIMD width that fits in a `u8` counter.
    const COUNTED: usize = 224;

    let (mut opened, mut is_escaped) = (0, false);
    for chunk in json.chunks(COUNTED) {
        // With `u8` counters, the compiler vectorizes this loop. `[` and `{` differ only in the bit 0x20.
        let (mut brackets, mut escapes) = (0_u8, 0_u8);
        for byte in chunk {
            brackets += u8::from(byte | 0x20 == b'{');
            escapes |= u8::from(*byte == b'\\');
        }
        opened += usize::from(brackets);
        is_escaped |= escapes != 0;
    }
    opened <= DEEPEST && !(is_escaped && json.windows(3).any(is_half))
}

/// Returns `true` if an escape may be a surrogate, `\uD800` to `\uDFFF`. Surrogates must be paired.
fn is_half(escape: &[u8]) -> bool {
    matches!(escape, [b'\\', b'u', b'd' | b'D'])
}

/// Checks that a [`Value`] can represent JSON, and ignores the values that these names hide.
#[derive(Clone, Copy)]
struct Readable {
    names: &'static SecretNames,
}

impl<'de> DeserializeSeed<'de> for Readable {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> de::Visitor<'de> for Readable {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if self.names.hides(&name) {
                map.next_value::<IgnoredAny>()?;
            } else {
                map.next_value_seed(self)?;
            }
        }
        Ok(())
    }
}

/// Returns JSON without the fields that these names hide and without white space, or `null` if the text is not JSON.
fn without_secrets(json: &str, names: &'static SecretNames) -> Box<str> {
    let shown = String::with_capacity(json.len());
    let mut copy = Copy { json, lexemes: Lexemes::of(json).peekable(), shown, names, is_hidden: false };
    match copy.value() {
        Some(()) if copy.lexemes.next().is_none() => copy.shown.into(),
        _ => "null".into(),
    }
}

/// Copies JSON that was already checked, so the depth of the recursion is bounded.
struct Copy<'a> {
    json: &'a str,
    lexemes: Peekable<Lexemes<'a>>,
    shown: String,
    names: &'static SecretNames,
    /// `true` inside the value of a secret field.
    is_hidden: bool,
}

impl<'a> Copy<'a> {
    fn value(&mut self) -> Option<()> {
        let (lexeme, range) = self.lexemes.next()?;
        match lexeme {
            Lexeme::OpenRecord => self.members(),
            Lexeme::OpenList => self.elements(),
            Lexeme::String => {
                self.show(&self.json[range]);
                Some(())
            }
            Lexeme::Scalar => {
                self.show(representable(&self.json[range]));
                Some(())
            }
            _ => None,
        }
    }

    /// Copies what follows `{`.
    fn members(&mut self) -> Option<()> {
        self.show("{");
        let mut is_first = true;
        if !self.skip(Lexeme::CloseRecord) {
            loop {
                let name = self.expect(Lexeme::String)?;
                let is_secret = self.is_secret(name);
                if !is_secret && !std::mem::take(&mut is_first) {
                    self.show(",");
                }
                let was_hidden = self.is_hidden;
                self.is_hidden |= is_secret;
                self.show(name);
                self.expect(Lexeme::Colon)?;
                self.show(":");
                self.value()?;
                self.is_hidden = was_hidden;
                if !self.skip(Lexeme::Comma) {
                    break;
                }
            }
            self.expect(Lexeme::CloseRecord)?;
        }
        self.show("}");
        Some(())
    }

    /// Copies what follows `[`.
    fn elements(&mut self) -> Option<()> {
        self.show("[");
        if !self.skip(Lexeme::CloseList) {
            loop {
                self.value()?;
                if !self.skip(Lexeme::Comma) {
                    break;
                }
                self.show(",");
            }
            self.expect(Lexeme::CloseList)?;
        }
        self.show("]");
        Some(())
    }

    /// Returns `true` if the field of this quoted name is hidden. A name that cannot be decoded may be that of a secret.
    fn is_secret(&self, quoted: &str) -> bool {
        match quoted.contains('\\') {
            true => serde_json::from_str(quoted).map_or(true, |name: String| self.names.hides(&name)),
            false => self.names.hides(&quoted[1..quoted.len() - 1]),
        }
    }

    fn show(&mut self, text: &str) {
        if !self.is_hidden {
            self.shown.push_str(text);
        }
    }

    fn skip(&mut self, lexeme: Lexeme) -> bool {
        self.lexemes.next_if(|(next, _)| *next == lexeme).is_some()
    }

    fn expect(&mut self, lexeme: Lexeme) -> Option<&'a str> {
        let (_, range) = self.lexemes.next_if(|(next, _)| *next == lexeme)?;
        Some(&self.json[range])
    }
}

/// Returns a number that `f64` can hold: one that overflows becomes 1e308 or -1e308. Other scalars stay as they are.
fn representable(scalar: &str) -> &str {
    match scalar.parse::<f64>() {
        Ok(number) if number.is_infinite() && number > 0.0 => "1e308",
        Ok(number) if number.is_infinite() => "-1e308",
        _ => scalar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sounds_like_a_secret_is_left_out_at_every_depth() {
        let text =
            r#"[{"token":"CANARY","full_key":"CANARY","a":[{"Client-Secret":{"x":"CANARY"}}]},"plain"]"#;
        let record = Record::from_json(text).unwrap();
        assert_eq!(record.as_str(), r#"[{"a":[{}]},"plain"]"#);
    }

    #[test]
    fn declared_secrets_are_left_out_and_declared_others_stay_at_every_depth() {
        const NAMES: SecretNames = SecretNames::new(&["value"], &["displayKey"]);
        let text = r#"{"value":"CANARY","a":[{"v\u0061lue":"CANARY","displayKey":"cd"}],"key":"CANARY"}"#;
        for record in [Record::from_json_of(text, &NAMES), Record::from_read_json(text, &NAMES)] {
            assert_eq!(record.unwrap().as_str(), r#"{"a":[{"displayKey":"cd"}]}"#);
        }
    }

    #[test]
    fn what_only_speaks_of_tokens_stays() {
        let text =
            r#"{"accessTokenValiditySeconds":750,"nested":{"counts":[1.5,null,true,-1]},"tokenName":"ci"}"#;
        assert_eq!(Record::from_json(text).unwrap().as_str(), text);
    }

    #[test]
    fn a_record_that_was_read_is_the_one_that_is_read_again() {
        for text in [
            r#" { "a" : [ ] , "b" : { "token" : [ { } ] } , "key" : 1 , "c" : [ 1 , -2.50 , "x,]}" , null ] } "#,
            r#"{"key":"CANARY"}"#,
            r#"{"a":"\"\\","k\u0065y":"CANARY","b":"{"}"#,
            r#"{"a":1e999,"b":-1e999,"c":1e-999,"d":0.10}"#,
            "17",
            "[[],[{}],\"\"]",
        ] {
            let record = Record::from_read_json(text, &SecretNames::UNDECLARED).unwrap();
            assert_eq!(Record::from_json(record.as_str()).unwrap(), record, "{text}");
            let shown: Value = serde_json::from_str(record.as_str()).unwrap();
            assert_eq!(record.to_value(), shown);
            assert!(!record.as_str().contains("CANARY"), "{}", record.as_str());
        }
        let record =
            Record::from_read_json(r#"{"a":1e999,"b":[-1e999, 0.10 ]}"#, &SecretNames::UNDECLARED).unwrap();
        assert_eq!(record.as_str(), r#"{"a":1e308,"b":[-1e308,0.10]}"#);
    }

    #[test]
    fn what_a_tree_cannot_hold_is_refused_whether_or_not_it_was_read() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        for unkept in [deep.as_str(), r#""\ud800""#] {
            let record = format!(r#"{{"id":"1","new":{unkept}}}"#);
            assert!(Record::from_json(&record).is_err());
            assert!(Record::from_read_json(&record, &SecretNames::UNDECLARED).is_err());
        }
    }

    #[test]
    fn what_was_never_json_is_shown_as_null() {
        for text in ["", "{", r#"{"a":1"#, r#"{"a"}"#, r#"["a""#, "[1,", "{} {}", r#"{"a":1,}"#] {
            assert_eq!(
                Record::from_read_json(text, &SecretNames::UNDECLARED).unwrap().as_str(),
                "null",
                "{text}"
            );
        }
    }

    #[test]
    fn neither_debug_nor_an_error_quotes_it() {
        let record = Record::from_json(r#"{"name":"CANARY"}"#).unwrap();
        assert_eq!(format!("{record:?}"), "Record(17 bytes)");
        for text in [r#"{"a":CANARY}"#, r#"{"a":1} CANARY"#, r#"{"a":"CANARY"#] {
            assert!(!Record::from_json(text).unwrap_err().to_string().contains("CANARY"));
        }
    }
}
