//! What may be kept of a vendor's words: never anything that could be a secret.

/// The words of a vendor's message, with `…` in the place of every word that looks like a secret.
///
/// A secret has digits, capitals in the middle, or no form at all; what is kept
/// is plain words, field names in camel case or with underscores, and short
/// numbers. A secret that is made of plain words cannot be told from them.
pub(crate) fn excerpt(text: &str) -> Option<String> {
    const MOST_WORDS: usize = 40;

    let all: Vec<&str> = text.split_whitespace().take(MOST_WORDS).collect();
    let mut words: Vec<&str> = Vec::new();
    for (position, word) in all.iter().copied().enumerate() {
        let before = position.checked_sub(1).and_then(|before| all.get(before)).copied();
        let after = all.get(position + 1).copied();
        let is_grouped = is_acronym(word) && [before, after].into_iter().flatten().any(is_acronym);
        let is_shown_value = before.is_some_and(|before| announces(before, word));
        let word = if is_harmless(word) && !is_grouped && !is_shown_value { word } else { "…" };
        if word != "…" || words.last() != Some(&"…") {
            words.push(word);
        }
    }
    let says_something = words.iter().any(|word| *word != "…");
    says_something.then(|| words.join(" "))
}

/// A vendor's code for an error, where it is made like one.
pub(crate) fn code(text: &str) -> Option<String> {
    let is_code = !text.is_empty() && text.len() <= 64 && !text.contains(char::is_whitespace);
    (is_code && is_harmless(text)).then(|| text.to_owned())
}

/// An id that a vendor gives to a request, where it is made like one.
pub(crate) fn request_id(text: &str) -> Option<String> {
    let is_id = (1..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/=+".contains(&byte));
    is_id.then(|| text.to_owned())
}

/// Whether a header's value is numbers, dates and short words, as `60`, `Sun, 22 Nov 2026 20:00:00 GMT` and
/// `application/json; charset=utf-8` are: no run of letters and digits mixed, and no long one.
pub(crate) fn is_plain_header(value: &str) -> bool {
    const LONGEST: usize = 64;
    const LONGEST_WORD: usize = 12;
    const LONGEST_NUMBER: usize = 16;

    let is_mark = |c: char| " ,;:=\"./+-*_".contains(c);
    let is_number = |run: &str| run.len() <= LONGEST_NUMBER && run.bytes().all(|byte| byte.is_ascii_digit());
    let is_word = |run: &str| {
        run.len() <= LONGEST_WORD
            && run.bytes().all(|byte| byte.is_ascii_alphabetic())
            && (run.bytes().skip(1).all(|byte| byte.is_ascii_lowercase()) || run == "GMT")
    };
    value.len() <= LONGEST && value.split(is_mark).all(|run| is_number(run) || is_word(run))
}

/// Groups of capitals are how secrets are written for people to type.
fn is_acronym(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    word.len() >= 3 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Whether the word before this one says that this is the value of a secret: `token: …`, `key '…'`.
fn announces(before: &str, word: &str) -> bool {
    const NAMES: [&str; 7] = ["token", "key", "secret", "password", "credential", "seed", "code"];

    let name = before.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_ascii_lowercase();
    let is_quoted = word.starts_with(['"', '\'', '`', '(', '<']);
    NAMES.iter().any(|known| name.ends_with(known)) && (before.ends_with([':', '=']) || is_quoted)
}

fn is_harmless(word: &str) -> bool {
    const MOST_PARTS: usize = 2;
    const MOST_DIGITS: usize = 5;

    let inner = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let parts: Vec<&str> =
        inner.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    // `custom_role_ids`; a passphrase is joined otherwise.
    let is_field = inner.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let acronyms = parts.iter().filter(|part| part.bytes().all(|byte| byte.is_ascii_uppercase())).count();
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    word.is_ascii()
        && word.len() <= 64
        && !word.contains(['=', '@'])
        && (parts.len() <= MOST_PARTS || is_field)
        && acronyms <= 1
        && digits <= MOST_DIGITS
        && parts.into_iter().all(is_plain)
}

/// A number of up to four digits, an acronym, or words in camel case: small letters, and humps of a capital with two
/// small letters or more, or one at the end (`userId`). Letters at random soon have shorter ones.
fn is_plain(part: &str) -> bool {
    const LONGEST_NUMBER: usize = 4;
    const LONGEST_ACRONYM: usize = 5;
    const LONGEST_WORD: usize = 20;

    let all = |test: fn(&u8) -> bool| part.as_bytes().iter().all(test);
    if all(u8::is_ascii_digit) {
        return part.len() <= LONGEST_NUMBER;
    }
    if all(u8::is_ascii_uppercase) {
        return part.len() <= LONGEST_ACRONYM;
    }
    // What stands between capitals; the first is empty where the word begins with one.
    let mut humps = part.split(|c: char| c.is_ascii_uppercase());
    let first = humps.next().unwrap_or_default();
    let last = humps.next_back().unwrap_or("id");
    all(u8::is_ascii_alphabetic)
        && first.len() <= LONGEST_WORD
        && (1..LONGEST_WORD).contains(&last.len())
        && humps.all(|hump| (2..LONGEST_WORD).contains(&hump.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_and_names_of_fields_stay() {
        for text in [
            "The name is already taken",
            "\"userAwareTokenNeverExpires\" must be true, or expirationDate set (400)",
            "limit of 10 reached: delete a token",
            "API key not found",
            "field `custom_role_ids` of userId",
        ] {
            assert_eq!(excerpt(text).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_could_be_a_secret_is_left_out() {
        for secret in [
            "CANARY-7f3a",
            "CANARY",
            "api-12345678-9abc-def0-1234-56789abcdef0",
            "QkFTRTY0",
            "aGVsbG8gd29ybGQ",
            "RgTmXbPqLsWd",
            "1qkb2345678",
            "token=CANARY17",
            "https://x.example/?key=CANARY99",
            "ATCTT3xFfGN0abc",
            "gehörtgeheim",
            "ABCD-EFGH-IJKL-MNOP",
            "JBSW YDPE HPKP XPEH",
            "correct-horse-battery-staple",
            "token=abcdefghijklmnopqrst",
            "1234-5678-9012-3456",
            "123456",
            "de:ad:be:ef:ca:fe:ba:be",
            "https://user:hunterhunter@x/",
            "abcdefghijklmnopqrstu",
        ] {
            assert_eq!(excerpt(&format!("the token {secret} is invalid")).unwrap(), "the token … is invalid");
            assert_eq!(code(secret), None, "{secret}");
        }
        for shown in
            ["the token: gezdgnbvgyztqojq", "the key 'gezdgnbvgyztqojq'", "the client_secret (hunter)"]
        {
            let name = shown.rsplit_once(' ').unwrap().0;
            assert_eq!(excerpt(shown).unwrap(), format!("{name} …"));
        }
        assert_eq!(excerpt("CANARY-1 CANARY-2"), None);
        assert_eq!(excerpt(""), None);
        assert_eq!(excerpt(&"word ".repeat(1000)).unwrap().split(' ').count(), 40);
    }

    #[test]
    fn a_code_is_one_word() {
        for text in
            ["invalid_request", "accountNotFound", "forbidden.targetUnverified", "400.1", "unauthorized"]
        {
            assert_eq!(code(text).as_deref(), Some(text));
        }
        assert_eq!(code("two words"), None);
        assert_eq!(code(""), None);
    }

    #[test]
    fn a_plain_header_is_numbers_dates_and_short_words() {
        for value in [
            "60",
            "",
            "1793404800000",
            "Sun, 22 Nov 2026 20:00:00 GMT",
            "application/json; charset=utf-8",
            "application/problem+json",
            "text/html",
            "\"default\";q=100;w=60",
        ] {
            assert!(is_plain_header(value), "{value}");
        }
        for value in [
            "CANARY-7f3a",
            "api-12345678-9abc-def0",
            "token=QkFTRTY0",
            "12345678901234567",
            "abcdefghijklm",
            "a@b",
            &"1 ".repeat(40),
        ] {
            assert!(!is_plain_header(value), "{value}");
        }
    }

    #[test]
    fn a_request_id_is_made_like_one() {
        assert!(request_id("5f2a-17.x:1/=+_").is_some());
        for text in ["", "two words", "<html>", &"x".repeat(200)] {
            assert_eq!(request_id(text), None);
        }
    }
}
