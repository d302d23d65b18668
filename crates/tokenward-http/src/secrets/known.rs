//! The secrets that a client knows. Vendor text is compared with them before it is shown.
//!
//! This file stores the secrets and searches text for them. [`redact`](super::redact) decides which words look like a
//! secret that the client does not know.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use percent_encoding::percent_decode_str;
use reqwest::header::HeaderValue;
use tokenward_core::Drift;
use zeroize::Zeroizing;

/// Minimum length of a secret: shorter text occurs in unrelated text too often.
const SHORTEST: usize = 8;

/// Maximum number of issued secrets: bearer tokens, and the secrets of new tokens.
const MOST_ISSUED: usize = 1024;

/// The secrets of one session. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct KnownSecrets(Arc<Mutex<Secrets>>);

#[derive(Default)]
struct Secrets {
    credentials: Vec<Secret>,
    issued: VecDeque<Secret>,
    /// The header that was sent last. It spares the next request with the same header this work.
    header: Option<HeaderValue>,
    /// The secrets in that header. They are in use, so issued secrets never displace them.
    in_use: Vec<Secret>,
}

/// A secret in lower case, because a vendor may change the case.
type Secret = Zeroizing<Vec<u8>>;

impl KnownSecrets {
    /// Adds a credential of the client.
    pub(crate) fn add_credential(&self, secret: &str) {
        if let Some(secret) = searchable(secret) {
            let mut secrets = self.lock();
            if !secrets.credentials.contains(&secret) {
                secrets.credentials.push(secret);
            }
        }
    }

    /// Adds a secret that the vendor has issued.
    pub(crate) fn add_issued(&self, secret: &str) {
        if let Some(secret) = searchable(secret) {
            self.lock().push_issued(secret);
        }
    }

    /// Adds the secrets in an `Authorization` header, without the name of the scheme.
    pub(crate) fn learn(&self, header: &HeaderValue) {
        let mut secrets = self.lock();
        if secrets.header.as_ref() == Some(header) {
            return;
        }
        secrets.header = Some(header.clone());
        // The vendor may still repeat a bearer token after it was renewed.
        let before = std::mem::take(&mut secrets.in_use);
        before.into_iter().for_each(|secret| secrets.push_issued(secret));
        drop(secrets);
        let Ok(value) = header.to_str() else { return };
        let (scheme, secret) = value.rsplit_once(' ').unwrap_or(("", value));
        self.add_in_use(secret);
        // `token="…"`
        if let Some((_, value)) = secret.split_once('=') {
            self.add_in_use(value.trim_matches('"'));
        }
        if scheme.eq_ignore_ascii_case("basic")
            && let Some(decoded) = base64_decoded(secret.as_bytes()).map(Zeroizing::new)
            && let Some((_, password)) =
                std::str::from_utf8(&decoded).ok().and_then(|pair| pair.split_once(':'))
        {
            self.add_in_use(password);
        }
    }

    fn add_in_use(&self, secret: &str) {
        self.lock().in_use.extend(searchable(secret));
    }

    /// Returns `true` if a text contains a known secret: in plain text, percent-encoded, or in base64.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        if text.len() < SHORTEST {
            return false;
        }
        let forms = forms(text);
        let secrets = self.lock();
        let all = || secrets.credentials.iter().chain(&secrets.in_use).chain(&secrets.issued);
        forms.iter().any(|form| all().any(|secret| contains(form, secret)))
    }

    /// Returns a drift that repeats no known secret. Its path contains names from the vendor's response.
    pub(crate) fn drift_without(&self, drift: Drift) -> Drift {
        let mut drift = drift;
        if self.is_in(&drift.path) {
            "?".clone_into(&mut drift.path);
        }
        drift
    }

    fn lock(&self) -> MutexGuard<'_, Secrets> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Secrets {
    fn push_issued(&mut self, secret: Secret) {
        if !self.issued.contains(&secret) {
            if self.issued.len() == MOST_ISSUED {
                self.issued.pop_front();
            }
            self.issued.push_back(secret);
        }
    }
}

fn searchable(secret: &str) -> Option<Secret> {
    (secret.len() >= SHORTEST).then(|| Zeroizing::new(secret.to_ascii_lowercase().into_bytes()))
}

fn contains(text: &[u8], secret: &[u8]) -> bool {
    text.windows(secret.len()).any(|window| window == secret)
}

/// Returns the forms of a text that are searched, in lower case.
///
/// The forms are the text, the text without white space, the text after one and after two percent-decodings, and the
/// decoded base64 runs of all of these.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let mut plain = vec![text.as_bytes().to_vec()];
    if text.contains(char::is_whitespace) {
        plain.push(text.split_whitespace().collect::<String>().into_bytes());
    }
    if text.contains('%') {
        let once: Vec<u8> = percent_decode_str(text).collect();
        plain.push(percent_encoding::percent_decode(&once).collect());
        plain.push(once);
    }
    let decoded: Vec<Vec<u8>> = plain.iter().flat_map(|text| base64_runs(text)).collect();
    plain.extend(decoded);
    plain.iter_mut().for_each(|form| form.make_ascii_lowercase());
    plain
}

/// Decodes the runs of base64 characters in a text, from each of the four possible offsets.
fn base64_runs(text: &[u8]) -> Vec<Vec<u8>> {
    /// Eight bytes take eleven characters in base64.
    const SHORTEST_RUN: usize = 11;
    const GROUP: usize = 4;

    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    let runs = text.split(|byte| !is_base64(byte)).filter(|run| run.len() >= SHORTEST_RUN);
    runs.flat_map(|run| (0..GROUP).filter_map(|start| base64_decoded(&run[start..]))).collect()
}

/// Decodes base64 of either alphabet, with or without padding. One extra character at the end is ignored.
fn base64_decoded(text: &[u8]) -> Option<Vec<u8>> {
    const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    const ENGINE: GeneralPurpose = GeneralPurpose::new(&STANDARD, CONFIG);

    let standard: Vec<u8> = text
        .iter()
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            byte => *byte,
        })
        .collect();
    let whole = if standard.len() % 4 == 1 { &standard[..standard.len() - 1] } else { &standard[..] };
    ENGINE.decode(whole).ok()
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

    use super::*;

    const CREDENTIAL: &str = "plainletters+/ofacredential~";

    fn known() -> KnownSecrets {
        let known = KnownSecrets::default();
        known.add_credential(CREDENTIAL);
        known
    }

    #[test]
    fn a_secret_is_found_in_every_form_and_wherever_it_stands() {
        let percent = percent_encoding::utf8_percent_encode(CREDENTIAL, percent_encoding::NON_ALPHANUMERIC);
        let twice = percent.to_string().replace('%', "%25");
        for text in [
            CREDENTIAL.to_owned(),
            CREDENTIAL.to_uppercase(),
            format!("id-{CREDENTIAL}-1"),
            CREDENTIAL.replace("acr", "a \ncr"),
            percent.to_string(),
            percent.to_string().to_lowercase(),
            twice,
        ] {
            assert!(known().is_in(&text), "{text}");
        }
        for before in ["", "a", "ab", "abc"] {
            let text = format!("{before}{CREDENTIAL}{before}");
            for encoded in [BASE64_STANDARD.encode(&text), BASE64_URL_SAFE_NO_PAD.encode(&text)] {
                for around in ["", "=", "x:", "id ", "a", "ab"] {
                    assert!(known().is_in(&format!("{around}{encoded}{around}")), "{around}{encoded}");
                }
            }
        }
    }

    #[test]
    fn what_holds_none_is_left_alone() {
        let known = known();
        known.add_credential("short");
        known.add_issued("");
        for text in ["", "short", "plainletters of another text", "cGxhaW5sZXR0ZXJz", "%zz%", "5f2a-17"] {
            assert!(!known.is_in(text), "{text}");
        }
        assert!(!KnownSecrets::default().is_in(CREDENTIAL));
    }

    #[test]
    fn a_header_is_known_without_its_scheme_and_a_password_without_its_name() {
        for (header, secrets) in [
            ("Bearer abcdefgh", vec!["abcdefgh"]),
            ("abcdefgh", vec!["abcdefgh"]),
            ("Token token=\"abcdefgh\"", vec!["token=\"abcdefgh\"", "abcdefgh"]),
            ("Basic bmFtZTpwYXNzd29yZDE=", vec!["bmFtZTpwYXNzd29yZDE=", "password1"]),
        ] {
            let known = KnownSecrets::default();
            known.learn(&HeaderValue::from_static(header));
            known.learn(&HeaderValue::from_static(header));
            assert!(secrets.iter().all(|secret| known.is_in(secret)), "{header}");
            assert!(!known.is_in("Bearer") && !known.is_in("name"));
        }
    }

    #[test]
    fn issued_secrets_are_kept_within_a_bound_and_a_credential_always() {
        let known = known();
        (0..=MOST_ISSUED).for_each(|number| known.add_issued(&format!("issued-{number:06}")));
        assert!(
            !known.is_in("issued-000000") && known.is_in("issued-000001") && known.is_in("issued-001024")
        );
        assert!(known.is_in(CREDENTIAL));
        let known = KnownSecrets::default();
        known.learn(&HeaderValue::from_static("Token plainletters"));
        (0..=MOST_ISSUED).for_each(|number| known.add_issued(&format!("issued-{number:06}")));
        assert!(known.is_in("plainletters"), "the credential in use is kept");
        known.learn(&HeaderValue::from_static("Token otherletters"));
        assert!(known.is_in("plainletters") && known.is_in("otherletters"), "and so is the one before it");
    }

    #[test]
    fn a_drift_shows_its_path_unless_the_path_holds_a_secret() {
        let drift = |path: &str| known().drift_without(Drift::new(path, "not a text"));
        for (path, shown) in
            [("items[0].name", "items[0].name"), (CREDENTIAL, "?"), (&format!("data.{CREDENTIAL}.id"), "?")]
        {
            assert_eq!((drift(path).path.as_str(), drift(path).problem.as_str()), (shown, "not a text"));
        }
    }

    #[test]
    fn a_secret_of_eight_bytes_is_known_and_a_shorter_one_is_not() {
        for (secret, is_known) in [("abcdefg", false), ("abcdefgh", true), ("abcdefghi", true)] {
            let known = KnownSecrets::default();
            known.add_credential(secret);
            assert_eq!((known.is_in(secret), known.is_in(&format!("a {secret}."))), (is_known, is_known));
            let known = KnownSecrets::default();
            known.add_issued(secret);
            assert_eq!((known.is_in(secret), known.is_in(&format!("a {secret}."))), (is_known, is_known));
        }
    }
}
