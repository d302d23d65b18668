use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};

use super::*;

fn canary() -> Canary {
    Canary::new("the credential")
}

/// The forms in which the canary is found in the text.
fn forms(text: &str) -> Vec<String> {
    let hits = Canaries::new([Canary::new("another"), canary()]).find_in(text);
    for hit in &hits {
        assert_eq!(hit.canary(), "the credential");
        assert!(Canaries::new([canary()]).find_in(&format!("{hit} {hit:?}")).is_empty(), "{hit}");
    }
    hits.into_iter().map(|hit| hit.form).collect()
}

fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

#[test]
fn every_form_is_found_and_named() {
    let text = canary().text;
    let secret = text.as_str();
    for (shown, form) in [
        (format!("Authorization: Bearer {secret}"), "plain"),
        (secret.to_uppercase(), "in another case"),
        (reversed(secret), "reversed"),
        (reversed(secret).to_lowercase(), "reversed, in another case"),
        (hex(secret), "hexadecimal"),
        (format!("f{}", hex(secret).to_uppercase()), "hexadecimal"),
        (hex(&reversed(secret)), "reversed, hexadecimal"),
        (percent(secret), "percent-encoded or escaped"),
        (percent(secret).to_uppercase(), "percent-encoded or escaped"),
        (secret.bytes().map(|byte| format!("\\u{byte:04x}")).collect(), "percent-encoded or escaped"),
        (secret.bytes().map(|byte| format!("\\u{{{byte:x}}}")).collect(), "percent-encoded or escaped"),
        (secret.bytes().map(|byte| format!("\\x{byte:02X}")).collect(), "percent-encoded or escaped"),
        (secret.bytes().map(|byte| format!("&#{byte};")).collect(), "percent-encoded or escaped"),
        (secret.bytes().map(|byte| format!("&#x{byte:x};")).collect(), "percent-encoded or escaped"),
        (format!("{:?}", secret.as_bytes()), "a list of bytes"),
        (format!("{:#?}", secret.as_bytes()), "a list of bytes"),
        (format!("{:x?}", secret.as_bytes()), "a list of bytes"),
        (secret.bytes().map(|byte| format!("{byte:02X}:")).collect(), "a list of bytes"),
        (secret.bytes().map(|byte| format!("0x{byte:02x} ")).collect(), "a list of bytes"),
        (format!("{:?}", secret.chars().collect::<Vec<_>>()), "signs between"),
        (secret.chars().map(|c| format!("{c}\n")).collect(), "signs between"),
        (percent(&STANDARD.encode(secret)), "base64 in percent-encoded or escaped"),
        (STANDARD.encode(hex(secret)), "hexadecimal in base64"),
    ] {
        assert_eq!(forms(&shown), [form], "{shown}");
    }
}

#[test]
fn base64_is_found_whatever_was_encoded_with_it() {
    let text = canary().text;
    for engine in [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD] {
        for before in 0..4 {
            for after in 0..3 {
                let encoded = engine.encode(format!("{}{text}{}", "?>~".repeat(before), "~".repeat(after)));
                for shown in [format!("Basic {encoded}"), encoded.clone(), encoded[before..].to_owned()] {
                    assert_eq!(forms(&shown), ["base64"], "{shown}");
                }
            }
        }
    }
}

#[test]
fn eight_characters_are_a_find_and_seven_are_none() {
    let canary = canary();
    let random = &canary.text[canary.random..];
    for start in 0..=random.len() - 8 {
        let slice = &random[start..start + 8];
        for shown in [slice.to_owned(), reversed(slice), STANDARD.encode(slice), hex(slice), percent(slice)] {
            assert_eq!(forms(&format!("<{shown}>")).len(), 1, "{shown}");
        }
        assert_eq!(forms(&random[start..start + 7]), [""; 0]);
    }
}

#[test]
fn a_hit_says_what_is_around_and_nothing_of_the_canary() {
    let canaries = Canaries::new([canary(), Canary::new("another")]);
    let (one, other) = (canary().text, Canary::new("another").text);
    let hits = canaries.find_in(&format!("POST /x?token={one}&a=b HTTP/1.1\nhost: x"));
    let said = hits[0].clone().at("the log").to_string();
    assert_eq!(
        said,
        "canary found: the credential (plain, 32 characters) in the log: POST … HTTP/1.1 host: x"
    );
    let hits = canaries.find_in(&format!("ü \"{one}\" \"{other}\" ü"));
    assert_eq!(hits.len(), 2);
    assert!(hits.iter().all(|hit| hit.excerpt() == "…"), "{hits:?}");
    assert_eq!(canaries.find_in(&format!("üü{one}üü"))[0].excerpt(), "…");
}

#[test]
fn what_is_redacted_or_by_chance_is_no_find() {
    let canaries = Canaries::new((0..50).map(|number| Canary::new(number.to_string())));
    for text in [
        "",
        "CANARY-",
        "WireSecret([redacted]) SecretBox<str>([REDACTED]) CANARY- ACTUAL",
        "5f2a17b0-9c3d-4e8f-8a1b-0123456789ab 0123456789abcdef0123456789abcdef",
        "%43%41%4e%41%52%59%2d \\u{43} &#67; &# &#x \\u{ \\x % %4 [67, 65, 78, 65, 82, 89, 45, 1, 2, 3]",
        "hyper_util::client::legacy::pool: pooling idle connection for (\"http\", 127.0.0.1:4300)",
    ] {
        assert_eq!(canaries.find_in(text), [], "{text}");
    }
}

#[test]
fn a_known_secret_is_found_as_a_whole_and_in_every_form() {
    let canaries = Canaries::new([Canary::known("the token", "api-simulated-launchdarkly-1")]);
    let secret = "api-simulated-launchdarkly-1";
    for shown in [secret.to_owned(), reversed(secret), STANDARD.encode(secret), hex(secret), percent(secret)]
    {
        assert_eq!(canaries.find_in(&format!("<{shown}>")).len(), 1, "{shown}");
    }
    assert_eq!(canaries.find_in("api-simulated-launchdarkly"), []);
}

#[test]
#[should_panic(expected = "canary found: the credential (plain, 32 characters) in the log: a … b")]
fn an_assertion_fails_with_the_hit() {
    Canaries::new([canary()]).assert_absent("the log", &format!("a {} b", canary().text));
}

#[test]
fn a_search_reads_the_causes_of_an_error_and_counts() {
    #[derive(Debug)]
    struct Outer(std::io::Error);
    impl fmt::Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("outer")
        }
    }
    impl std::error::Error for Outer {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }
    let mut search = Search::new(Canaries::new([canary()]));
    search.text("text", "abc");
    search.value("value", &17);
    assert_eq!((search.texts(), search.bytes(), search.hits().len()), (3, 7, 0));
    search.error("error", &Outer(std::io::Error::other(canary().text)));
    // Twice in the outer one's debug output and thrice in the inner one's.
    assert_eq!((search.texts(), search.hits().len()), (9, 6));
}

#[test]
fn names_give_canaries_that_have_nothing_in_common() {
    let canaries: Vec<Canary> = (0..100).map(|number| Canary::new(format!("canary {number}"))).collect();
    let others = Canaries::new(canaries[1..].to_vec());
    assert!(others.find_in(&canaries[0].text).is_empty());
    for canary in canaries {
        let random = &canary.text[canary.random..];
        assert!(random.contains(|c: char| c.is_ascii_digit()));
        assert!(random.contains(|c: char| c.is_ascii_uppercase()));
        assert!(random.contains(|c: char| c.is_ascii_lowercase()));
        assert_eq!(canary.text, Canary::new(canary.name).text);
    }
}
