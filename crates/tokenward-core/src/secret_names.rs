//! Field names whose values are hidden: the rule of the workspace, and the declarations of a vendor.
//!
//! The runtime crates and the generator both use it, so a field that the generated code hides is also hidden in a
//! [`Record`](crate::Record). The module has no dependencies. A change of the rule must increment [`VERSION`].

/// The version of [`sounds_secret`].
///
/// The generator records it, because the rule determines which fields the clients hide.
pub const VERSION: u32 = 2;

/// Parts that make a name secret at any position.
const PARTS: [&str; 10] = [
    "secret",
    "passw",
    "passphrase",
    "passcode",
    "credential",
    "privatekey",
    "apikey",
    "authorization",
    "connectionstring",
    "otpauth",
];

/// Nouns that make a name secret at its end, even if the words are not separated: `accesstoken`.
const ENDS: [&str; 17] = [
    "key",
    "token",
    "jwk",
    "jws",
    "jwt",
    "bearer",
    "pem",
    "pwd",
    "otp",
    "p12",
    "pfx",
    "pkcs12",
    "cookie",
    "signature",
    "assertion",
    "jwe",
    "pkcs8",
];

/// Nouns that make a name secret as its last word. They are too short to match inside a word.
const WORDS: [&str; 10] = ["pin", "seed", "pass", "psk", "sig", "mnemonic", "csrf", "xsrf", "pat", "auth"];

/// Words that describe the form of a secret. The rule ignores them at the end of a name: `tokenValue`.
const CARRIERS: [&str; 22] = [
    "value",
    "string",
    "text",
    "plaintext",
    "plain",
    "raw",
    "encoded",
    "base64",
    "b64",
    "material",
    "data",
    "content",
    "list",
    "array",
    "set",
    "pair",
    "str",
    "hex",
    "bytes",
    "blob",
    "phrase",
    "header",
];

/// Words before `code` that make it a secret.
const CODES: [&str; 11] =
    ["pin", "otp", "totp", "auth", "access", "verification", "recovery", "backup", "security", "mfa", "2fa"];

/// Returns `true` if a field of this name probably contains a secret.
///
/// ```
/// use tokenward_core::secret_names::sounds_secret;
///
/// assert!(sounds_secret("clientSecret") && sounds_secret("refresh_tokens") && sounds_secret("key1"));
/// assert!(!sounds_secret("tokenId") && !sounds_secret("accessTokenValiditySeconds"));
/// ```
///
/// The last noun decides: `tokenId` is the name of an id, and `tokenValue` that of a token. The rule ignores case,
/// plurals, trailing digits and word separators.
pub fn sounds_secret(name: &str) -> bool {
    if is_harmless(name) {
        return false;
    }
    let words = words(name);
    let joined = words.concat();
    if PARTS.iter().any(|part| joined.contains(part)) {
        return true;
    }
    if forms(&joined).any(|form| ENDS.iter().any(|end| form.ends_with(end))) {
        return true;
    }
    let mut words = words.iter().map(String::as_str).rev().skip_while(|word| is_carrier(word));
    let Some(last) = words.next() else { return false };
    let before = words.next();
    let is_code = forms(last).any(|form| match form.strip_suffix("code") {
        Some("") => before.is_some_and(|word| CODES.contains(&word)),
        Some(before) => CODES.contains(&before),
        None => false,
    });
    is_code || forms(last).any(|form| WORDS.contains(&form))
}

/// Substrings of which every secret name contains at least one.
const TRACES: [&str; 25] = [
    "secret",
    "pass",
    "credential",
    "key",
    "auth",
    "connectionstring",
    "otp",
    "token",
    "jw",
    "bearer",
    "pem",
    "pwd",
    "p12",
    "pfx",
    "pkcs",
    "cookie",
    "sig",
    "assertion",
    "pin",
    "seed",
    "psk",
    "mnemonic",
    "srf",
    "pat",
    "code",
];

/// For each first letter of [`TRACES`], the set of their second letters.
///
/// The low five bits of a byte distinguish letters.
const PAIRS: [u32; 32] = {
    let mut pairs = [0; 32];
    let mut index = 0;
    while index < TRACES.len() {
        let trace = TRACES[index].as_bytes();
        pairs[(trace[0] & 31) as usize] |= 1 << (trace[1] & 31);
        index += 1;
    }
    pairs
};

/// Returns `true` if a text begins with one of [`TRACES`].
fn begins_with_trace(text: &[u8]) -> bool {
    let [first, second, ..] = text else { return false };
    // Few texts pass this test, and it is much cheaper than the next.
    PAIRS[usize::from(first & 31)] & (1 << (second & 31)) != 0
        && TRACES.iter().any(|trace| text.starts_with(trace.as_bytes()))
}

/// Returns `true` if a name cannot sound secret.
///
/// Most names of a record pass this check, which does not allocate.
fn is_harmless(name: &str) -> bool {
    const LONGEST: usize = 48;

    if name.len() > LONGEST || !name.is_ascii() {
        return false;
    }
    let (mut letters, mut length) = ([0; LONGEST], 0);
    for byte in name.bytes().filter(u8::is_ascii_alphanumeric) {
        letters[length] = byte.to_ascii_lowercase();
        length += 1;
    }
    let letters = &letters[..length];
    (0..length).all(|at| !begins_with_trace(&letters[at..]))
}

/// Splits a name into words in lower case, at capitals and at characters other than letters and digits.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut characters = name.chars().peekable();
    let (mut was_lower, mut was_upper) = (false, false);
    while let Some(character) = characters.next() {
        let is_upper = character.is_uppercase();
        let is_next_lower = characters.peek().is_some_and(|next| next.is_lowercase());
        let begins = is_upper && (was_lower || (was_upper && is_next_lower));
        if (begins || !character.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if character.is_alphanumeric() {
            word.extend(character.to_lowercase());
        }
        was_lower = character.is_lowercase() || character.is_ascii_digit();
        was_upper = is_upper;
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn is_carrier(word: &str) -> bool {
    forms(word).any(|form| form.is_empty() || CARRIERS.contains(&form))
}

/// Returns a name, and the name without its trailing digits, plural `s` and [`CARRIERS`].
fn forms(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| {
        let without_digits = name.trim_end_matches(|c: char| c.is_ascii_digit());
        if without_digits.len() < name.len() {
            return Some(without_digits);
        }
        let carrier = CARRIERS.iter().find_map(|carrier| name.strip_suffix(carrier));
        carrier.or_else(|| name.strip_suffix('s'))
    })
}

/// The declarations of a vendor about its field names.
///
/// ```
/// use tokenward_core::SecretNames;
///
/// const NAMES: SecretNames = SecretNames::new(&["value"], &["displayKey"]);
/// assert!(NAMES.hides("value") && NAMES.hides("token") && !NAMES.hides("displayKey"));
/// ```
///
/// [`sounds_secret`] decides about names that are not declared. A name that is declared both ways is secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SecretNames {
    secrets: &'static [&'static str],
    not_secrets: &'static [&'static str],
}

impl SecretNames {
    /// No declarations.
    pub const UNDECLARED: Self = Self::new(&[], &[]);

    /// Creates declarations from the fields that contain a secret, and the fields that only sound secret.
    pub const fn new(secrets: &'static [&'static str], not_secrets: &'static [&'static str]) -> Self {
        Self { secrets, not_secrets }
    }

    /// Returns `true` if the value of a field with this name must be hidden.
    pub fn hides(&self, name: &str) -> bool {
        self.secrets.contains(&name) || (sounds_secret(name) && !self.not_secrets.contains(&name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_sound_secret() {
        for name in [
            "tokenValue",
            "pem",
            "passwd",
            "pwd",
            "pin",
            "otp",
            "seed",
            "cookie",
            "signature",
            "keyValue",
            "key1",
            "tokens",
            "refreshTokens",
            "keys",
            "fullKeys",
            "jwtAssertion",
            "p12",
            "key",
            "token",
            "fullKey",
            "Client-Secret",
            "CLIENT__SECRET",
            "a_p_i-key-id",
            "my-Passwords",
            "-full_KEY_",
            "X-Auth-Token",
            "privateKeyPem",
            "apiKeyValues",
            "token_2",
            "TOKEN2",
            "accesstoken",
            "fullkeys",
            "set-cookie",
            "recoveryCodes",
            "otp_code",
            "pinCode",
            "userPin",
            "PIN",
            "hmacSeed",
            "client_pwd",
            "bearer",
            "keyMaterial",
            "tokenPlaintext",
            "cert.p12",
            "credentials",
            "passphrase",
            "hTTPAuthorization",
            "sessionCookies",
            "JWKs",
            "tokenString",
            "rawKeyData",
            "TLSKey",
            "secretARN",
            "OTP1",
            "b64Key1",
            "userPass",
            "sig",
            "key_2_value",
            "tokenList",
            "keyPair",
            "tokenHex",
            "seedPhrase",
            "pincode",
            "accesscode",
            "recoverycodes",
            "pat",
            "connectionString",
            "otpauthUri",
            "authHeader",
            "basicAuth",
            "jwe",
        ] {
            assert!(sounds_secret(name) && !is_harmless(name), "{name}");
        }
    }

    #[test]
    fn names_that_only_speak_of_secrets_do_not_sound_secret() {
        for name in [
            "",
            "-",
            "s",
            "1",
            "value",
            "data",
            "key-id",
            "token_name",
            "secre",
            "ecret",
            "cret_se",
            "kéy",
            "tokenId",
            "accessTokenValiditySeconds",
            "userAwareTokenNeverExpires",
            "tokenType",
            "spin",
            "shipping",
            "seedling",
            "bypassed",
            "compass",
            "sign",
            "design",
            "code",
            "statusCode",
            "countryCode",
            "metadata",
            "keyCount",
            "cookieDomain",
            "name",
            "scope",
            "lastUsed",
            "pinned",
            "context",
            "displayName",
            "status",
            "address",
            "otpEnabled",
            "signatureAlgorithm",
            "tokenMetadata",
            "barcode",
            "path",
            "oauth",
            "author",
            "asset",
            "tokenReset",
            "playlist",
            "keywords",
            "keyword",
        ] {
            assert!(!sounds_secret(name), "{name}");
        }
    }

    #[test]
    fn a_declaration_goes_before_the_rule_and_a_secret_before_its_denial() {
        const NAMES: SecretNames = SecretNames::new(&["value", "id"], &["displayKey", "id"]);
        for (name, is_hidden) in
            [("value", true), ("Value", false), ("displayKey", false), ("display_key", true), ("id", true)]
        {
            assert_eq!(NAMES.hides(name), is_hidden, "{name}");
        }
        assert!(SecretNames::UNDECLARED.hides("displayKey") && !SecretNames::UNDECLARED.hides("value"));
    }

    #[test]
    fn every_word_of_the_rule_has_a_trace() {
        let codes = CODES.map(|word| format!("{word}code"));
        let words = [&PARTS[..], &ENDS, &WORDS].concat().into_iter().map(str::to_owned).chain(codes);
        for word in words {
            assert!(!is_harmless(&word), "{word}");
        }
        assert!(is_harmless("site_id") && is_harmless("resources") && !is_harmless("kéy"));
    }
}
