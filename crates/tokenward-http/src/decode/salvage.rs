//! The id and the one-time secrets of a creation, even if its response is cut off or not as documented.
//!
//! `family/response_body.rs` reads them for families, and `runtime/read_response.rs` for `raw`.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use tokenward_core::{
    Drift,
    json::{Elements, Lexeme, Lexemes},
};
use zeroize::Zeroizing;

use crate::{
    decode::mismatch::from_text,
    secrets::{context::Context, wire::WireSecret},
};

const SECRET_TWICE: &str = "the secret stands in another field, too";

const SECRET_REPEATED: &str =
    "the secret stands there several times with different values: the last one is given";

const SECRET_MASKED: &str = "the value looks like the mask of a secret";

/// The id and the secrets, as far as they were read before the text ended or became invalid.
#[derive(Default)]
pub(crate) struct Salvaged {
    /// `None` if there are several different ids: revoking by the wrong one would revoke another token.
    pub(crate) id: Option<String>,
    /// The secrets by field name, in the order of the request.
    pub(crate) secrets: Vec<(&'static str, WireSecret)>,
    /// `true` if the first secret was found in another place than documented.
    pub(crate) is_elsewhere: bool,
    /// The field that has several different values.
    repeated: Option<&'static str>,
    has_several_ids: bool,
    /// `true` if invalid UTF-8 was replaced before the body was read.
    is_mended: bool,
    /// `true` if there are further records, which may have their own secrets.
    pub(crate) is_several: bool,
}

impl Salvaged {
    /// Reads the id and the secrets of a record, or of the first record in a list.
    ///
    /// From then on, the secrets are known, so no error shows them.
    pub(crate) fn of(
        body: &[u8],
        id: Option<&'static str>,
        secrets: &[&'static str],
        context: &Context,
    ) -> Self {
        let mut found = Self::default();
        let mut deserializer = serde_json::Deserializer::from_slice(body);
        // This fails at the point where the text ends or is invalid. Everything before it is in `found`.
        let _ = deserializer.deserialize_any(Find { id, secrets, found: &mut found });
        // The secret may be in another place, after invalid JSON, or present only as a mask. The id is not searched
        // for: another id, such as the owner's, could lead the caller to revoke the wrong token.
        if !found.secrets.iter().any(|(_, secret)| !is_mask(secret)) {
            for name in secrets.iter().copied() {
                values(body, name).for_each(|secret| found.take(name, secret));
            }
            found.is_elsewhere = found.secrets.iter().any(|(_, secret)| !is_mask(secret));
            // The secret may belong to another record.
            found.has_several_ids |= found.is_elsewhere && found.is_several;
        }
        // The id is shown, so it must not contain a secret.
        let is_shown = |id: &String| !found.secrets.iter().any(|(_, secret)| id.contains(secret.expose()));
        found.id = found.id.take().filter(|id| is_shown(id) && !found.has_several_ids);
        let place = |(name, _): &(&str, WireSecret)| secrets.iter().position(|known| known == name);
        found.secrets.sort_by_key(place);
        found.secrets.iter().for_each(|(_, secret)| context.known.add_issued(secret.expose()));
        found
    }

    /// Records whether invalid UTF-8 was replaced in the body.
    pub(crate) fn of_mended(self, is_mended: bool) -> Self {
        Self { is_mended, ..self }
    }

    /// Returns `true` if the field of the secret contains only its mask.
    pub(crate) fn is_masked(&self) -> bool {
        self.secrets.first().is_some_and(|(_, secret)| is_mask(secret))
    }

    /// Decodes the issued record, unless there is a problem with the secrets. The record is the body or the first item
    /// of a list.
    ///
    /// # Errors
    ///
    /// The [`Drift`] of the secrets or of the record. Also fails if the decoded record would print one of the secrets.
    pub(crate) fn details<T: Serialize>(
        &self,
        body: &str,
        is_in_list: bool,
        decode: impl FnOnce(&str) -> Result<T, Drift>,
    ) -> Result<T, Drift> {
        from_text::<IgnoredAny>(body).map_err(|mismatch| mismatch.drift())?;
        // A problem with the secret is more important than a problem with the rest.
        if let Some(drift) = self.drift() {
            return Err(drift);
        }
        let made = decode(if is_in_list { first_record(body) } else { body })?;
        if self.secrets.iter().any(|(_, secret)| repeats(&made, secret.expose())) {
            return Err(Drift::new(".", SECRET_TWICE));
        }
        Ok(made)
    }

    /// Returns the problem with the secrets, if there is one.
    fn drift(&self) -> Option<Drift> {
        let (name, secret) = self.secrets.first()?;
        if self.is_mended && secret.expose().contains('?') {
            return Some(Drift::new(*name, "the secret has bytes that are no text, and may not work"));
        }
        if let Some(repeated) = self.repeated {
            return Some(Drift::new(repeated, SECRET_REPEATED));
        }
        if self.is_masked() {
            return Some(Drift::new(*name, SECRET_MASKED));
        }
        if self.is_elsewhere {
            return Some(Drift::new(*name, "the secret stands in another place than documented"));
        }
        self.is_several.then(|| Drift::new("[1]", "there is another record, which was not read"))
    }

    /// Keeps the last value that is not a mask, or else the last mask.
    fn take(&mut self, name: &'static str, secret: WireSecret) {
        let Some((_, kept)) = self.secrets.iter_mut().find(|(known, _)| *known == name) else {
            self.secrets.push((name, secret));
            return;
        };
        if kept.expose() != secret.expose() {
            self.repeated = Some(name);
            if is_mask(kept) || !is_mask(&secret) {
                *kept = secret;
            }
        }
    }
}

/// Returns `true` for a mask: a few characters of a secret, or none.
fn is_mask(secret: &WireSecret) -> bool {
    secret.mask().is_some() || !secret.expose().chars().any(char::is_alphanumeric)
}

struct Find<'a> {
    id: Option<&'static str>,
    secrets: &'a [&'static str],
    found: &'a mut Salvaged,
}

impl<'de> Visitor<'de> for Find<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        struct First<'a>(Find<'a>);
        impl<'de> serde::de::DeserializeSeed<'de> for First<'_> {
            type Value = ();
            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
                deserializer.deserialize_any(self.0)
            }
        }
        let Find { id, secrets, found } = self;
        seq.next_element_seed(First(Find { id, secrets, found: &mut *found }))?;
        while seq.next_element::<IgnoredAny>()?.is_some() {
            found.is_several = true;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if self.id == Some(name.as_str()) {
                let id = map.next_value::<Lenient>()?.0.map(|text| text.expose().to_owned());
                self.found.has_several_ids |= id.is_some() && self.found.id.is_some() && id != self.found.id;
                self.found.id = self.found.id.take().or(id);
            } else if let Some(secret) = self.secrets.iter().find(|secret| **secret == name) {
                if let Some(value) = map.next_value::<Lenient>()?.0 {
                    self.found.take(secret, value);
                }
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// Returns the strings that follow this name, anywhere in a body that may not be valid JSON.
fn values<'a>(body: &'a [u8], name: &str) -> impl Iterator<Item = WireSecret> + use<'a> {
    let text = std::str::from_utf8(body).unwrap_or_default();
    let name = format!("\"{name}\"");
    let ends: Vec<usize> = text.match_indices(&name).map(|(start, _)| start + name.len()).collect();
    ends.into_iter().filter_map(move |end| {
        // A rendered body may have white space that JSON does not have.
        let value = text[end..].trim_start().strip_prefix(':')?.trim_start();
        let (_, string) = Lexemes::of(value).next().filter(|(lexeme, _)| *lexeme == Lexeme::String)?;
        serde_json::from_str::<WireSecret>(&value[string]).ok().filter(|value| !value.expose().is_empty())
    })
}

/// Returns `true` if the printed form of a record contains its secret.
fn repeats(made: &impl Serialize, secret: &str) -> bool {
    /// A scope may contain a record as JSON text, so its characters may be escaped several times.
    const MOST_ESCAPED: usize = 3;

    let Ok(printed) = serde_json::to_string(made).map(Zeroizing::new) else { return true };
    let escaped = |form: &Zeroizing<String>| {
        let quoted = Zeroizing::new(serde_json::to_string(form.as_str()).ok()?);
        Some(Zeroizing::new(quoted.strip_prefix('"')?.strip_suffix('"')?.to_owned()))
    };
    let plain = Zeroizing::new(secret.to_owned());
    std::iter::successors(Some(plain), escaped).take(MOST_ESCAPED).any(|form| printed.contains(form.as_str()))
}

/// A string that is not empty. Any other value is decoded as `None`.
struct Lenient(Option<WireSecret>);

impl<'de> Deserialize<'de> for Lenient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        let text = serde_json::from_str::<WireSecret>(raw.get()).ok();
        Ok(Self(text.filter(|text| !text.expose().is_empty())))
    }
}

/// Returns the first record of a list, or the whole text.
fn first_record(json: &str) -> &str {
    Elements::of(json).next().unwrap_or(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_that_is_no_mask_is_kept_and_the_others_are_named() {
        const REPEATED: Option<&str> = Some(SECRET_REPEATED);
        for (body, secret, problem) in [
            (r#"{"key":"CANARY-A","key":"CANARY-B"}"#, "CANARY-B", REPEATED),
            (r#"{"key":"1234...5678","key":"CANARY-B"}"#, "CANARY-B", REPEATED),
            (r#"{"key":"CANARY-B","key":"1234...5678"}"#, "CANARY-B", REPEATED),
            (r#"{"key":"CANARY-A","key":"CANARY-B","key":"****"}"#, "CANARY-B", REPEATED),
            (r#"{"key":"CANARY-B","key":"CANARY-B","key":""}"#, "CANARY-B", None),
            (r#"{"key":"1234...5678","data":{"key":"CANARY-B"}}"#, "CANARY-B", REPEATED),
            (r#"{"a":{"key":"1234"},"b":{"key":"CANARY-B"}}"#, "CANARY-B", REPEATED),
            (
                r#"{"a":{"key":"CANARY-B"},"b":["key",{"key":null}]}"#,
                "CANARY-B",
                Some("the secret stands in another place than documented"),
            ),
            (r#"{"key":"1234...5678"}"#, "1234...5678", Some(SECRET_MASKED)),
            (r#"[{"key":"****"},{"key":"CANARY-B"}]"#, "CANARY-B", REPEATED),
        ] {
            let found = Salvaged::of(body.as_bytes(), None, &["key"], &Context::default());
            assert_eq!(found.secrets[0].1.expose(), secret, "{body}");
            assert_eq!(found.drift().map(|drift| drift.problem).as_deref(), problem, "{body}");
        }
    }

    #[test]
    fn of_ids_that_differ_none_is_taken() {
        for (body, id) in [
            (r#"{"id":"7","id":"8","key":"CANARY"}"#, None),
            (r#"{"id":"7","id":"7","key":"CANARY"}"#, Some("7")),
            (r#"{"id":"7","id":null,"key":"CANARY"}"#, Some("7")),
            (r#"[{"id":"7","key":"****"},{"id":"8","key":"CANARY"}]"#, None),
        ] {
            assert_eq!(
                Salvaged::of(body.as_bytes(), Some("id"), &["key"], &Context::default()).id.as_deref(),
                id,
                "{body}"
            );
        }
    }

    #[test]
    fn all_secrets_arrive_in_the_order_of_their_names_wherever_the_text_ends() {
        let names = ["access_token", "refresh_token"];
        for (body, expected) in [
            (r#"{"refresh_token":"r","access_token":"a"}"#, vec!["a", "r"]),
            (r#"{"refresh_token":"r","access_token":"#, vec!["r"]),
            (r#"{"data":{"refresh_token":"r","access_token":"a"}}"#, vec!["a", "r"]),
            ("{}", vec![]),
        ] {
            let found = Salvaged::of(body.as_bytes(), None, &names, &Context::default());
            let secrets: Vec<&str> = found.secrets.iter().map(|(_, secret)| secret.expose()).collect();
            assert_eq!(secrets, expected, "{body}");
        }
    }

    #[test]
    fn an_id_is_taken_if_it_is_certain_and_holds_no_secret() {
        for (body, id) in [
            (r#"{"id":"7","key":"CANARY"}"#, Some("7")),
            (r#"{"id":null,"id":"7","key":"CANARY"}"#, Some("7")),
            (r#"{"id":"","id":"7","key":"CANARY"}"#, Some("7")),
            (r#"{"id":"7","data":{"key":"CANARY"}}"#, Some("7")),
            (r#"{"id":"7","id":"8","data":{"key":"CANARY"}}"#, None),
            (r#"[{"id":"7","key":"CANARY"},{"id":"8","key":"CANARY"}]"#, Some("7")),
            (r#"{"id":"CANARY","key":"CANARY"}"#, None),
            (r#"{"id":"of-CANARY-7","key":"CANARY"}"#, None),
            (r#"{"id":7,"key":"CANARY"}"#, None),
            (r#"{"other":"7","key":"CANARY"}"#, None),
        ] {
            assert_eq!(
                Salvaged::of(body.as_bytes(), Some("id"), &["key"], &Context::default()).id.as_deref(),
                id,
                "{body}"
            );
        }
    }

    #[test]
    fn a_secret_is_found_elsewhere_only_if_it_is_a_text_behind_its_name() {
        for (body, secrets) in [
            (r#"{"data":{"key" : "CANARY"}}"#, vec!["CANARY"]),
            (r#"{"data":{"key":""}}"#, vec![]),
            (r#"{"data":{"key":7}}"#, vec![]),
            (r#"{"data":["key","CANARY"]}"#, vec![]),
            (r#"{"key":7,"data":{"monkey":"CANARY"}}"#, vec![]),
            (r#"<html> "key":"CANARY" "#, vec!["CANARY"]),
            ("{\"id\":\"7\",\"key\"\u{a0}: \"CANARY\"}", vec!["CANARY"]),
            ("{\"key\":\u{a0}\"CANARY\"}", vec!["CANARY"]),
            ("{\"key\":\u{b}\"CANARY\"}", vec!["CANARY"]),
        ] {
            let found = Salvaged::of(body.as_bytes(), None, &["key"], &Context::default());
            let exposed: Vec<&str> = found.secrets.iter().map(|(_, secret)| secret.expose()).collect();
            assert_eq!((exposed, found.is_elsewhere), (secrets.clone(), !secrets.is_empty()), "{body}");
        }
    }

    #[test]
    fn a_secret_with_replaced_bytes_and_a_further_record_are_drifts() {
        let drift = |body: &str, is_mended| {
            let found =
                Salvaged::of(body.as_bytes(), None, &["key"], &Context::default()).of_mended(is_mended);
            assert_eq!(found.secrets.len(), 1);
            assert!(!found.is_masked());
            found.drift().map(|drift| (drift.path, drift.problem))
        };
        let replaced =
            Some(("key".to_owned(), "the secret has bytes that are no text, and may not work".to_owned()));
        assert_eq!(drift(r#"{"key":"CAN?RY"}"#, true), replaced);
        assert_eq!(drift(r#"{"key":"CAN?RY"}"#, false), None);
        assert_eq!(drift(r#"{"key":"CANARY"}"#, true), None);
        let further = Some(("[1]".to_owned(), "there is another record, which was not read".to_owned()));
        assert_eq!(drift(r#"[{"key":"CANARY"},{}]"#, false), further);
        assert_eq!(drift(r#"[{"key":"CANARY"}]"#, false), None);
        assert!(Salvaged::default().drift().is_none() && !Salvaged::default().is_masked());
    }

    #[test]
    fn a_secret_is_repeated_if_it_is_printed_plain_or_escaped() {
        let nested = |text: &str, depth| {
            (0..depth).fold(text.to_owned(), |text, _| serde_json::to_string(&text).unwrap())
        };
        for secret in ["CANARY", "CAN\"ARY", "CAN\\ARY"] {
            assert!(!repeats(&["another"], secret));
            for depth in 0..2 {
                assert!(repeats(&[nested(secret, depth)], secret), "{secret} {depth}");
            }
        }
        assert!(!repeats(&[nested("CAN\"ARY", 2)], "CAN\"ARY"));
    }

    #[test]
    fn one_record_is_the_first_of_a_list_or_the_whole() {
        for (body, one) in
            [(r#"{"a":1}"#, r#"{"a":1}"#), (r#"[{"a":1},{"b":2}]"#, r#"{"a":1}"#), ("[]", "[]")]
        {
            assert_eq!(first_record(body), one);
        }
    }
}
