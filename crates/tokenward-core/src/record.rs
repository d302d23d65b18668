//! The vendor's own record of a token, without its secrets.

use std::{fmt, sync::OnceLock};

use secrecy::zeroize::Zeroizing;
use serde::{
    Deserializer, Serialize, Serializer,
    de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess},
};
use serde_json::Value;

/// What the vendor says of a token, as JSON, with every field left out that is or sounds like a secret.
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
/// Fields that nobody has heard of yet are kept, so this is where to look for
/// what [`Token`](crate::Token) does not have. `Debug` shows its size only.
///
/// It is kept as it came, in memory that is wiped, until somebody asks for it:
/// a list that is only counted or filtered pays for no record.
#[derive(Clone)]
pub struct Record {
    whole: Wiped,
    /// Made when it is asked for.
    shown: OnceLock<Box<str>>,
}

/// A text in memory that is wiped.
#[derive(Clone)]
struct Wiped(Zeroizing<String>);

impl Drop for Wiped {
    fn drop(&mut self) {
        // What is in use is wiped byte by byte, and what is not at once.
        self.0.clear();
    }
}

impl Record {
    /// Reads a record, which leaves the secrets out.
    ///
    /// # Errors
    ///
    /// Those of `serde_json`, where the text is no JSON. They quote none of it.
    pub fn from_json(text: &str) -> serde_json::Result<Self> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        Readable.deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(Self::unread(text))
    }

    /// Keeps a text that was read as one JSON value already, without reading it again.
    ///
    /// ```
    /// use tokenward_core::Record;
    ///
    /// let record = Record::from_read_json(r#"{ "id": "7", "key": "abcd" }"#)?;
    /// assert_eq!(record.as_str(), r#"{"id":"7"}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// What a reader passes over may be more than [`to_value`](Self::to_value)
    /// can hold: where it looks so, it is read like any other. A text that is
    /// no JSON after all is shown as `null`.
    ///
    /// # Errors
    ///
    /// As [`from_json`](Self::from_json), where it is nested too deeply, or has a text that is none.
    pub fn from_read_json(text: &str) -> serde_json::Result<Self> {
        if is_plain(text.as_bytes()) { Ok(Self::unread(text)) } else { Self::from_json(text) }
    }

    fn unread(text: &str) -> Self {
        Self { whole: Wiped(Zeroizing::new(text.to_owned())), shown: OnceLock::new() }
    }

    /// The record as JSON text.
    pub fn as_str(&self) -> &str {
        self.shown.get_or_init(|| without_secrets(&self.whole.0))
    }

    /// The record as a tree.
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

/// Whether JSON is as simple as nearly every record is: it cannot be deeper than a tree can be, and has no half of a
/// character.
fn is_plain(json: &[u8]) -> bool {
    const DEEPEST: usize = 100;
    /// As many as a byte can count, and a multiple of how many go at a time.
    const COUNTED: usize = 224;

    let (mut opened, mut is_escaped) = (0, false);
    for chunk in json.chunks(COUNTED) {
        // Counted in bytes, which goes many at a time; both brackets are told by one bit less.
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

/// `\uD800` to `\uDFFF`, which have to come in pairs.
fn is_half(escape: &[u8]) -> bool {
    matches!(escape, [b'\\', b'u', b'd' | b'D'])
}

/// Vendors call their secrets `key`, `token`, `secret`, `fullKey`; a new one will end or sound alike.
fn sounds_secret(name: &str) -> bool {
    const PARTS: [&str; 7] =
        ["secret", "password", "passphrase", "credential", "privatekey", "apikey", "authorization"];
    const ENDS: [&str; 4] = ["key", "token", "jwt", "bearer"];

    let name = name.as_bytes();
    let holds = |part: &&str| {
        let mut starts = 0..(name.len() + 1).saturating_sub(part.len());
        starts.any(|at| starts_with(letters(name[at..].iter()), part.bytes()))
    };
    PARTS.iter().any(holds)
        || ENDS.iter().any(|end| starts_with(letters(name.iter().rev()), end.bytes().rev()))
}

/// In lower case, without what names are divided by.
fn letters<'a>(name: impl Iterator<Item = &'a u8>) -> impl Iterator<Item = u8> {
    name.filter(|byte| !matches!(byte, b'_' | b'-')).map(u8::to_ascii_lowercase)
}

fn starts_with(mut letters: impl Iterator<Item = u8>, mut part: impl Iterator<Item = u8>) -> bool {
    part.all(|letter| letters.next() == Some(letter))
}

/// JSON that a [`Value`] can hold, where nothing sounds like a secret.
struct Readable;

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
        while seq.next_element_seed(Self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if sounds_secret(&name) {
                map.next_value::<IgnoredAny>()?;
            } else {
                map.next_value_seed(Self)?;
            }
        }
        Ok(())
    }
}

/// JSON without what sounds like a secret, and without space; `null` for what is no JSON.
fn without_secrets(json: &str) -> Box<str> {
    let mut copy =
        Copy { rest: json.trim_ascii_start(), to: String::with_capacity(json.len()), is_hidden: false };
    match copy.value() {
        Some(()) if copy.rest.is_empty() => copy.to.into(),
        _ => "null".into(),
    }
}

/// Copies JSON. It is known to be some, and no deeper than a tree can be.
struct Copy<'a> {
    rest: &'a str,
    to: String,
    /// Whether what is passed over is a secret's.
    is_hidden: bool,
}

impl<'a> Copy<'a> {
    fn value(&mut self) -> Option<()> {
        match self.rest.bytes().next()? {
            b'{' => self.members(),
            b'[' => self.elements(),
            b'"' => {
                let text = self.text()?;
                self.show(text);
                Some(())
            }
            _ => self.scalar(),
        }
    }

    fn members(&mut self) -> Option<()> {
        self.mark('{')?;
        let (mut is_first, mut is_first_shown) = (true, true);
        while !self.rest.starts_with('}') {
            if !is_first {
                self.skip(',')?;
            }
            is_first = false;
            let name = self.text()?;
            // What cannot be read is left out, too.
            let is_secret = match name.contains('\\') {
                true => serde_json::from_str(name).map_or(true, |name: String| sounds_secret(&name)),
                false => sounds_secret(&name[1..name.len() - 1]),
            };
            let is_hidden = self.is_hidden;
            self.is_hidden |= is_secret;
            if !is_secret && !std::mem::take(&mut is_first_shown) {
                self.show(",");
            }
            self.show(name);
            self.mark(':')?;
            self.value()?;
            self.is_hidden = is_hidden;
        }
        self.mark('}')
    }

    fn elements(&mut self) -> Option<()> {
        self.mark('[')?;
        let mut is_first = true;
        while !self.rest.starts_with(']') {
            if !is_first {
                self.mark(',')?;
            }
            is_first = false;
            self.value()?;
        }
        self.mark(']')
    }

    /// With its quotes.
    fn text(&mut self) -> Option<&'a str> {
        let mut is_escaped = false;
        let end = self.rest.strip_prefix('"')?.bytes().position(|byte| {
            let is_end = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            is_end
        })?;
        self.take(end + 2)
    }

    /// A number, or a word. What is larger than any number is the largest.
    fn scalar(&mut self) -> Option<()> {
        let end = self.rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, ',' | ']' | '}'));
        let scalar = self.take(end.unwrap_or(self.rest.len()))?;
        match scalar.parse::<f64>() {
            Ok(number) if number.is_infinite() => self.show(if number > 0.0 { "1e308" } else { "-1e308" }),
            _ => self.show(scalar),
        }
        Some(())
    }

    fn mark(&mut self, mark: char) -> Option<()> {
        self.show(mark.encode_utf8(&mut [0; 4]));
        self.skip(mark)
    }

    fn show(&mut self, text: &str) {
        if !self.is_hidden {
            self.to.push_str(text);
        }
    }

    fn skip(&mut self, mark: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(mark)?.trim_ascii_start();
        Some(())
    }

    fn take(&mut self, length: usize) -> Option<&'a str> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest.trim_ascii_start();
        Some(taken)
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
    fn a_name_sounds_secret_however_it_is_divided_and_capitalized() {
        for name in
            ["Client-Secret", "CLIENT__SECRET", "a_p_i-key-id", "my-Passwords", "-full_KEY_", "X-Auth-Token"]
        {
            assert!(sounds_secret(name), "{name}");
        }
        for name in ["", "-", "keys", "key-id", "token_name", "secre", "ecret", "cret_se", "to ken", "kéy"] {
            assert!(!sounds_secret(name), "{name}");
        }
    }

    #[test]
    fn what_only_speaks_of_tokens_stays() {
        let text =
            r#"{"accessTokenValiditySeconds":750,"nested":{"keys":[1.5,null,true,-1]},"tokenName":"ci"}"#;
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
            let record = Record::from_read_json(text).unwrap();
            assert_eq!(Record::from_json(record.as_str()).unwrap(), record, "{text}");
            let shown: Value = serde_json::from_str(record.as_str()).unwrap();
            assert_eq!(record.to_value(), shown);
            assert!(!record.as_str().contains("CANARY"), "{}", record.as_str());
        }
        let record = Record::from_read_json(r#"{"a":1e999,"b":[-1e999, 0.10 ]}"#).unwrap();
        assert_eq!(record.as_str(), r#"{"a":1e308,"b":[-1e308,0.10]}"#);
    }

    #[test]
    fn what_a_tree_cannot_hold_is_refused_whether_or_not_it_was_read() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        for unkept in [deep.as_str(), r#""\ud800""#] {
            let record = format!(r#"{{"id":"1","new":{unkept}}}"#);
            assert!(Record::from_json(&record).is_err());
            assert!(Record::from_read_json(&record).is_err());
        }
    }

    #[test]
    fn what_was_never_json_is_shown_as_null() {
        for text in ["", "{", r#"{"a":1"#, r#"{"a"}"#, r#"["a""#, "[1,", "{} {}", r#"{"a":1,}"#] {
            assert_eq!(Record::from_read_json(text).unwrap().as_str(), "null", "{text}");
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
