//! Redaction of vendor text: nothing that could be a secret or control a terminal is kept.

use tokenward_core::{Timestamp, secret_names::sounds_secret};

use crate::secrets::known::KnownSecrets;

/// Returns the words of a vendor's message, with `…` in place of each word that looks like a secret.
///
/// A secret that the client knows is always redacted. An unknown secret is recognized by digits, capitals in the middle
/// of a word, or other symbols. The message keeps plain words, short numbers, and field names in camel case or with
/// underscores. An unknown secret that consists of plain words cannot be recognized.
pub(crate) fn excerpt(text: &str, known: &KnownSecrets) -> Option<String> {
    const MOST_WORDS: usize = 40;
    /// No vendor sends a longer message, and the comparison takes time.
    const LONGEST: usize = 4 << 10;

    if text.len() > LONGEST {
        return None;
    }
    let repeats_known = known.is_in(text);
    if repeats_known {
        // If a secret is split into several words, the whole message is dropped.
        let others: Vec<&str> = text.split_whitespace().filter(|word| !known.is_in(word)).collect();
        if known.is_in(&others.join(" ")) {
            return None;
        }
    }
    let all: Vec<&str> = text.split_whitespace().take(MOST_WORDS).collect();
    let mut words: Vec<&str> = Vec::new();
    for (position, word) in all.iter().copied().enumerate() {
        let before = position.checked_sub(1).and_then(|before| all.get(before)).copied();
        let after = all.get(position + 1).copied();
        let is_grouped = is_acronym(word) && [before, after].into_iter().flatten().any(is_acronym);
        let is_shown_value = before.is_some_and(|before| announces(before, word));
        let is_known = repeats_known && known.is_in(word);
        let is_shown = is_harmless(word) && !is_grouped && !is_shown_value && !is_known;
        let word = if is_shown { word } else { "…" };
        if word != "…" || words.last() != Some(&"…") {
            words.push(word);
        }
    }
    let says_something = words.iter().any(|word| *word != "…");
    says_something.then(|| words.join(" "))
}

/// Returns a vendor's error code, if it has the form of a code.
pub(crate) fn code(text: &str, known: &KnownSecrets) -> Option<String> {
    name(text).filter(|code| !known.is_in(code))
}

/// Returns a word, if it has the form of a field name or a code.
pub(crate) fn name(text: &str) -> Option<String> {
    let is_name = !text.is_empty() && text.len() <= 64 && !text.contains(char::is_whitespace);
    (is_name && is_harmless(text)).then(|| text.to_owned())
}

/// Returns the id that a vendor assigned to a request, if it has the form of an id.
///
/// Vendors use UUIDs and other runs of letters and digits, separated by `-`, `_`, `.` or `:`.
pub(crate) fn request_id(text: &str, known: &KnownSecrets) -> Option<String> {
    const LONGEST: usize = 64;

    let is_id = (1..=LONGEST).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
    (is_id && !known.is_in(text)).then(|| text.to_owned())
}

/// Returns `true` if a header's value consists of numbers, dates and short words.
///
/// Examples are `60`, `Sun, 22 Nov 2026 20:00:00 GMT` and `application/json; charset=utf-8`. A value with a long run,
/// or with a run that mixes letters and digits, is not plain. An RFC 3339 date is an exception.
pub(crate) fn is_plain_header(value: &str) -> bool {
    const LONGEST: usize = 64;
    const LONGEST_WORD: usize = 12;
    const LONGEST_NUMBER: usize = 16;
    const LONGEST_DATE: usize = "2026-08-01T00:00:00.123456789+00:00".len();

    let is_mark = |c: char| " ,;:=\"./+-*_".contains(c);
    let is_number = |run: &str| run.len() <= LONGEST_NUMBER && run.bytes().all(|byte| byte.is_ascii_digit());
    let is_word = |run: &str| {
        run.len() <= LONGEST_WORD
            && run.bytes().all(|byte| byte.is_ascii_alphabetic())
            && (run.bytes().skip(1).all(|byte| byte.is_ascii_lowercase()) || run == "GMT")
    };
    let is_date = || value.len() <= LONGEST_DATE && value.parse::<Timestamp>().is_ok();
    is_date() || value.len() <= LONGEST && value.split(is_mark).all(|run| is_number(run) || is_word(run))
}

/// Returns `true` for a word of at least three capitals or digits. Secrets for manual input are often written in groups
/// of such words.
fn is_acronym(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    word.len() >= 3 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Returns `true` if the previous word introduces this one as the value of a secret: `token: …`, `key '…'`.
fn announces(before: &str, word: &str) -> bool {
    let name = before.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let is_quoted = word.starts_with(['"', '\'', '`', '(', '<']);
    let is_named = sounds_secret(name) || name.to_ascii_lowercase().ends_with("code");
    is_named && (before.ends_with([':', '=']) || is_quoted)
}

fn is_harmless(word: &str) -> bool {
    const MOST_PARTS: usize = 2;
    const MOST_DIGITS: usize = 5;

    if word == "-" {
        return true;
    }
    let Some(inner) = without_punctuation(word) else { return false };
    let parts: Vec<&str> = inner.split(is_divider).filter(|part| !part.is_empty()).collect();
    // A field name such as `custom_role_ids`. A passphrase uses other separators.
    let is_field = inner.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let acronyms = parts.iter().filter(|part| part.bytes().all(|byte| byte.is_ascii_uppercase())).count();
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    word.len() <= 64
        && (parts.len() <= MOST_PARTS || is_field)
        && acronyms <= 1
        && digits <= MOST_DIGITS
        && parts.into_iter().all(is_plain)
}

/// Returns `true` for a separator within a field name or a code.
fn is_divider(c: char) -> bool {
    matches!(c, '.' | '-' | '_' | '/')
}

/// Returns the word without surrounding quotes, brackets and punctuation, or `None` if it contains other symbols.
fn without_punctuation(word: &str) -> Option<&str> {
    const BEFORE: [char; 7] = ['"', '\'', '`', '(', '[', '<', '/'];
    const AFTER: [char; 12] = ['"', '\'', '`', ')', ']', '>', '.', ',', ';', ':', '!', '?'];

    let start = word.find(|c: char| c.is_ascii_alphanumeric())?;
    let end = word.rfind(|c: char| c.is_ascii_alphanumeric())? + 1;
    let is_once = |marks: &str, known: &[char]| {
        let mut rest = marks;
        while let Some(mark) = rest.chars().next() {
            rest = &rest[mark.len_utf8()..];
            if !known.contains(&mark) || rest.contains(mark) {
                return false;
            }
        }
        true
    };
    let (inner, after) = (&word[start..end], &word[end..]);
    let is_sentence = is_once(&word[..start], &BEFORE) && (after == "..." || is_once(after, &AFTER));
    let is_word = inner.chars().all(|c| c.is_ascii_alphanumeric() || is_divider(c));
    (is_sentence && is_word).then_some(inner)
}

/// Returns `true` for a number of up to four digits, an acronym, or a word in camel case.
///
/// Each capital must be followed by at least two small letters, or by one at the end of the word (`userId`). In random
/// letters, capitals are usually closer together.
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
    // The runs between capitals. The first one is empty if the word begins with a capital.
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

    fn shown(text: &str) -> Option<String> {
        excerpt(text, &KnownSecrets::default())
    }

    #[test]
    fn plain_words_and_names_of_fields_stay() {
        for text in [
            "The name is already taken",
            "\"userAwareTokenNeverExpires\" must be true, or expirationDate set (400)",
            "limit of 10 reached: delete a token",
            "API key not found",
            "field `custom_role_ids` of userId",
            "the name is taken - choose another... or (\"none\"), please!",
            "see /api/tokens, or content-type; is it live?",
        ] {
            assert_eq!(shown(text).as_deref(), Some(text));
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
            "tiger!!#lily",
            "#$%^&*!~+",
            "tiger!!",
            "tiger+lily",
            "tiger'lily",
            "tiger:lily",
            "a~b",
            "(tiger))",
            "tiger|",
            "{tiger}",
            "\u{1b}[31mred",
            "\u{1b}]0;title\u{7}",
            "na\u{8}me",
            "\u{0}name",
            "name\u{7f}",
            "na\u{202e}me",
        ] {
            assert_eq!(shown(&format!("the token {secret} is invalid")).unwrap(), "the token … is invalid");
            assert_eq!(name(secret), None, "{secret}");
        }
        for shown in
            ["the token: gezdgnbvgyztqojq", "the key 'gezdgnbvgyztqojq'", "the client_secret (hunter)"]
        {
            let name = shown.rsplit_once(' ').unwrap().0;
            assert_eq!(excerpt(shown, &KnownSecrets::default()).unwrap(), format!("{name} …"));
        }
        assert_eq!(shown("CANARY-1 CANARY-2"), None);
        assert_eq!(shown(""), None);
        assert_eq!(shown(&"word ".repeat(500)).unwrap().split(' ').count(), 40);
    }

    #[test]
    fn a_code_is_one_word() {
        for text in
            ["invalid_request", "accountNotFound", "forbidden.targetUnverified", "400.1", "unauthorized"]
        {
            assert_eq!(name(text).as_deref(), Some(text));
        }
        assert_eq!(name("two words"), None);
        assert_eq!(name(""), None);
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
    fn a_request_id_is_made_like_one_and_bounded() {
        let id = |text: &str| request_id(text, &KnownSecrets::default());
        assert!(id("5f2a-17.x:1_").is_some() && id("7c9e6679-7425-40de-944b-e07fc1f90ae7").is_some());
        for text in ["", "two words", "<html>", "a/b", "YWJj=", "a+b", "\u{1b}[2J", &"x".repeat(65)] {
            assert_eq!(id(text), None, "{text}");
        }
    }

    #[test]
    fn a_secret_that_the_client_knows_is_left_out_although_it_is_made_of_plain_letters() {
        let known = KnownSecrets::default();
        known.add_credential("abcdefghijkl");
        assert_eq!(excerpt("the token abcdefghijkl is dead", &known).unwrap(), "the token … is dead");
        assert_eq!(excerpt("the token ABCDEFGHIJKL. is dead", &known).unwrap(), "the token … is dead");
        assert_eq!(excerpt("it is abcd efgh ijkl", &known), None);
        // The secret follows the last word that is kept.
        assert_eq!(excerpt(&format!("{}abcdef ghijkl", "word ".repeat(39)), &known), None);
        assert_eq!(excerpt(&"word ".repeat(1000), &known), None);
        for text in ["abcdefghijkl", "YWJjZGVmZ2hpamts", "id-abcdefghijkl-7", "xx.abcdefghijkl"] {
            assert_eq!((code(text, &known), request_id(text, &known)), (None, None), "{text}");
        }
        assert!(code("not_found", &known).is_some() && request_id("5f2a", &known).is_some());
    }

    #[test]
    fn what_is_left_out_side_by_side_is_one_mark() {
        for (text, expected) in [
            ("bad CANARY-1 CANARY-2 CANARY-3 end", "bad … end"),
            ("CANARY-1 and CANARY-2", "… and …"),
            ("see ABC DEF now", "see … now"),
            ("ABC now", "ABC now"),
            ("now ABC", "now ABC"),
            ("ABC and DEF", "ABC and DEF"),
            ("the \"ABC\" (DEF)", "the …"),
            ("the token: tiger", "the token: …"),
            ("the name: tiger", "the name: tiger"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn an_acronym_has_three_capitals_or_digits_or_more() {
        for word in ["ABC", "A1B", "123", "\"ABC\"", "ABCDEFGH."] {
            assert!(is_acronym(word), "{word}");
        }
        for word in ["", "AB", "Abc", "abc", "AB-C", "(AB)"] {
            assert!(!is_acronym(word), "{word}");
        }
    }

    #[test]
    fn a_name_of_a_secret_announces_what_a_colon_or_quotes_set_apart() {
        for (before, word) in [
            ("token:", "tiger"),
            ("token=", "tiger"),
            ("(token):", "tiger"),
            ("code:", "tiger"),
            ("Code", "'tiger'"),
            ("token", "\"tiger\""),
            ("token", "<tiger>"),
        ] {
            assert!(announces(before, word), "{before} {word}");
        }
        for (before, word) in
            [("token", "tiger"), ("code", "tiger"), ("name:", "tiger"), ("name", "'tiger'"), (":", "tiger")]
        {
            assert!(!announces(before, word), "{before} {word}");
        }
    }

    #[test]
    fn a_word_is_harmless_within_its_bounds() {
        let field = |length: usize| format!("{}aa", "a_".repeat(length / 2 - 1));
        for word in [
            "-",
            "two-parts",
            "two.parts",
            "A-part",
            "part/HTTP",
            "123.45",
            "one_two_three",
            "tiger...",
            "(tiger),",
            "/tiger",
            &field(64),
        ] {
            assert!(is_harmless(word), "{word}");
            assert_eq!(name(word).as_deref(), Some(word));
        }
        for word in [
            "--",
            "now-three-parts",
            "One_two_three",
            "ABC-DEF",
            "1234.12",
            "tiger..",
            "((tiger)",
            "tiger))",
            ".tiger",
            "",
            &field(66),
        ] {
            assert!(!is_harmless(word), "{word}");
            assert_eq!(name(word), None);
        }
    }

    #[test]
    fn a_part_is_plain_within_its_bounds() {
        for part in
            ["1", "1234", "A", "ABCDE", "a", "abcdefghijklmnopqrst", "userId", "Name", "accountNotFound"]
        {
            assert!(is_plain(part), "{part}");
        }
        for part in [
            "12345",
            "ABCDEF",
            "abcdefghijklmnopqrstu",
            "user1",
            "userI",
            "userIDs",
            "aBcDef",
            "x1y",
            "größe",
        ] {
            assert!(!is_plain(part), "{part}");
        }
    }

    #[test]
    fn a_header_is_plain_within_its_bounds() {
        for value in ["GMT", "Abc", "abcdefghijkl", "1234567890123456", &"1 ".repeat(32)] {
            assert!(is_plain_header(value), "{value}");
        }
        for value in ["ABC", "aBc", "GMTA", "abcdefghijklm", "12345678901234567", "a1", &"1 ".repeat(33)] {
            assert!(!is_plain_header(value), "{value}");
        }
    }
}
