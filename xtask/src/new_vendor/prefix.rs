//! The word before a key in `Authorization`, as the description of its security scheme has it.

use std::sync::LazyLock;

use regex::Regex;

/// What a description says about the value of the header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Described {
    /// What stands before the key, with the space or the `=` in between.
    pub(super) prefix: Option<String>,
    /// Other words that it names.
    pub(super) others: Vec<String>,
    /// A form that is more than a word and a key.
    pub(super) unspoken: Option<String>,
}

/// The name of a scheme, as HTTP has it.
const WORD: &str = r"[A-Za-z][A-Za-z0-9._~+-]{0,30}";

/// What stands for a key, and cannot be a word of a sentence.
const MARK: &str = r"\{[^}]*\}|<[^<>]*>|\[[^\]]*\]|\(\(?[^)]*\)\)?|\$\{?\w+\}?|%\w|\.{2,}|…|[xX*•]{3,}[\w*•.-]*|base64(url)?\b|:[a-z_]+";

/// What stands for a key if it follows a word: a name such as `API_TOKEN`, `yourKey` or `apiToken`, or a sample.
const SAMPLE: &str = r"[A-Z][A-Z0-9_-]{3,}\b|(?i:your|my)[A-Za-z0-9_-]+|(?i:the|an?|your|my)\s+(\w+\s+){0,2}(?i:token|key|secret|jwt|credential)|[A-Za-z0-9_-]*(?i:token|key|secret|jwt|credential)s?\b|[A-Za-z0-9._~+/-]*[0-9][A-Za-z0-9._~+/=-]{2,}";

/// Words that start a sentence or a name of the key, and are no scheme.
const NO_WORDS: [&str; 45] = [
    "the",
    "a",
    "an",
    "your",
    "my",
    "this",
    "that",
    "its",
    "it",
    "use",
    "using",
    "with",
    "send",
    "pass",
    "set",
    "must",
    "should",
    "is",
    "in",
    "as",
    "and",
    "or",
    "for",
    "to",
    "of",
    "provide",
    "enter",
    "include",
    "header",
    "value",
    "api",
    "access",
    "auth",
    "authorization",
    "secret",
    "personal",
    "private",
    "client",
    "user",
    "service",
    "valid",
    "session",
    "then",
    "add",
    "http",
];

/// What says that a word stands before the key. A key that starts with a word is another thing.
const BEFORE: &str = r"(?i:prefix(?:ed|ing)?|preced(?:ed|ing|e)|(?:value|header|authorization)[`']?\s+(?:\w+\s+){0,3}(?:starts?|begins?|starting|beginning))";

struct Patterns {
    header: Regex,
    header_word: Regex,
    quoted: Regex,
    prose: [Regex; 7],
    parameter: Regex,
    mark: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let regex = |text: &str| {
        let text = text
            .replace("BEFORE", BEFORE)
            .replace("WORD", WORD)
            .replace("MARK", MARK)
            .replace("SAMPLE", SAMPLE);
        Regex::new(&text).ok()
    };
    let noun = r"(?i:tokens?|keys?|values?|it|header|credentials?|secrets?|strings?|headers?)";
    let prose = [
        format!(
            r#"BEFORE\s+(?:(?i:it|the|your|this|api|access|auth)\s+|{noun}\s+)*(?i:with|by|using|of|is|:)?\s*(?i:(?:the|a|word|string|literal|text|keyword|scheme|prefix)\s+)*[`"'](WORD)(?:[ ]|\\s)?[`"']"#
        ),
        r#"BEFORE\s+(?:\w+\s+){0,4}?(?i:with|by|is)\s+(?:(?i:the|a|word|string|literal|text|keyword|scheme|prefix)\s+)*([A-Z][A-Za-z0-9._~+-]*)"#.to_owned(),
        r#"[`"']?\b(WORD)\b[`"']?,?\s+(?i:followed by|and then|then)\s+(?i:an?\s+|single\s+|one\s+|the\s+|your\s+)*(?i:space|blank|whitespace|api|token|key)"#.to_owned(),
        r#"\b(WORD)\s+(?:\{|<)[^{}<>]*(?i:token|key|secret|jwt|credential)[^{}<>]*(?:\}|>)"#.to_owned(),
        r#"[`"'](WORD)[ ][`"']\s*[+.&,]"#.to_owned(),
        r#"[`"'](WORD)[`"']\s+(?:(?i:authentication|authorization|auth)\s+)?(?i:scheme|prefix|keyword)"#.to_owned(),
        r#"(?i:prefix|scheme)\s*[:=]\s*[`"']?(WORD)"#.to_owned(),
    ];
    Some(Patterns {
        header: regex(r#"(?i:authorization)[`"']?\s*[:=]\s*[`"']?\s*(WORD)\s+[`"']?(?:MARK|SAMPLE)"#)?,
        header_word: regex(r#"(?i:authorization)\s*[:=]\s*(WORD)\s*[`"']"#)?,
        quoted: regex(r#"[`"'](WORD)\s+(?:MARK|SAMPLE)[^`"']{0,40}[`"']"#)?,
        prose: [
            regex(&prose[0])?,
            regex(&prose[1])?,
            regex(&prose[2])?,
            regex(&prose[3])?,
            regex(&prose[4])?,
            regex(&prose[5])?,
            regex(&prose[6])?,
        ],
        parameter: regex(r#"\b(WORD)\s+([A-Za-z_][A-Za-z0-9_-]{0,30}=)\s*([`"']?)([^`\s]*)"#)?,
        mark: regex(r"^(?:MARK)")?,
    })
});

/// Reads the description of a key in `Authorization`.
pub(super) fn of(description: &str) -> Described {
    let Some(patterns) = PATTERNS.as_ref() else { return Described::default() };
    let text = plain(description);
    let mut found = Described::default();
    if let Some(form) = parameter(patterns, &text, &mut found) {
        return form;
    }
    let mut words: Vec<String> = Vec::new();
    let mut add = |word: &str| {
        let is_word = !word.ends_with(['_', '-', '.']) && !NO_WORDS.contains(&word.to_lowercase().as_str());
        if is_word && !words.iter().any(|known| known.eq_ignore_ascii_case(word)) {
            words.push(word.to_owned());
        }
    };
    for captures in patterns.header.captures_iter(&text).chain(patterns.quoted.captures_iter(&text)) {
        add(&captures[1]);
    }
    for captures in patterns.header_word.captures_iter(&text) {
        // Alone it may be the key itself: `Authorization: API_KEY`.
        if is_known(&captures[1]) {
            add(&captures[1]);
        }
    }
    for (index, pattern) in patterns.prose.iter().enumerate() {
        for captures in pattern.captures_iter(&text) {
            let word = &captures[1];
            let is_name = index == 0 || word.starts_with(|c: char| c.is_ascii_uppercase()) || is_known(word);
            if is_name && !["space", "then", "followed"].contains(&word.to_lowercase().as_str()) {
                add(word);
            }
        }
    }
    let mut words = words.into_iter();
    found.prefix = words.next().map(|word| word + " ");
    found.others = words.collect();
    found
}

/// Reads a text about the whole API: only a header that is written out counts there.
pub(super) fn of_header(text: &str) -> Described {
    let text = plain(text);
    let captures = PATTERNS.as_ref().and_then(|patterns| patterns.header.captures(&text));
    let word = captures.map(|captures| captures[1].to_owned());
    let word = word.filter(|word| !NO_WORDS.contains(&word.to_lowercase().as_str()));
    Described { prefix: word.map(|word| word + " "), ..Described::default() }
}

/// `Token token=…`, which is a longer prefix, unless something follows the key.
fn parameter(patterns: &Patterns, text: &str, found: &mut Described) -> Option<Described> {
    for captures in patterns.parameter.captures_iter(text) {
        let (word, name, quote, value) = (&captures[1], &captures[2], &captures[3], &captures[4]);
        if NO_WORDS.contains(&word.to_lowercase().as_str())
            || !(is_known(word) || is_behind_header(text, &captures))
        {
            continue;
        }
        // A quote that closes a quoted example is none of the header's.
        let is_quoted = quote != "`" && !quote.is_empty();
        if is_quoted || value.contains(['"', ',']) {
            let form = format!("{word} {name}{}", if is_quoted { "\"…\"" } else { "…, …" });
            found.unspoken = Some(form);
        } else if !value.is_empty() || patterns.mark.is_match(value) {
            found.prefix = Some(format!("{word} {name}"));
        }
        return Some(std::mem::take(found));
    }
    None
}

/// Returns `true` if the name of the header stands right before a match.
fn is_behind_header(text: &str, captures: &regex::Captures<'_>) -> bool {
    let start = captures.get(0).map_or(0, |all| all.start());
    let before = text[..start].trim_end_matches([' ', '`', '"', '\'']);
    let before = before.strip_suffix([':', '=']).unwrap_or(before).trim_end_matches([' ', '`', '"', '\'']);
    before.to_ascii_lowercase().ends_with("authorization")
}

/// Words that stand before a key at many vendors.
fn is_known(word: &str) -> bool {
    const KNOWN: [&str; 14] = [
        "bearer",
        "token",
        "basic",
        "apikey",
        "api-key",
        "api_key",
        "key",
        "ssws",
        "jwt",
        "oauth",
        "splunk",
        "apitoken",
        "genie-key",
        "genieKey",
    ];

    KNOWN.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// The text on one line, with plain quotes, and with backticks for the code of HTML.
fn plain(text: &str) -> String {
    static TAGS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?i)</?(code|pre|tt|kbd|samp)\b[^<>]*>|</?(b|strong|em|i|p|br|span|div|li|ul|ol|a)\b[^<>]*/?>",
        )
        .ok()
    });

    let text = match TAGS.as_ref() {
        Some(tags) => tags.replace_all(
            text,
            |captures: &regex::Captures<'_>| {
                if captures.get(1).is_some() { "`" } else { " " }
            },
        ),
        None => text.into(),
    };
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace(['“', '”'], "\"")
        .replace(['‘', '’'], "'")
        .replace("**", " ")
        .replace("```", "`");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(description: &str) -> Option<String> {
        of(description).prefix
    }

    #[test]
    fn the_word_before_the_key_is_found_in_every_usual_phrase() {
        for (description, expected) in [
            ("The header's value is the token with a word before it: `Authorization: XYZ {token}`", "XYZ "),
            ("Authorization: SSWS ...", "SSWS "),
            ("Authorization: SSWS {apiToken}", "SSWS "),
            ("Use `Bearer <token>`", "Bearer "),
            ("`Authorization: Token abc123`", "Token "),
            ("Authorization: Token abc123", "Token "),
            ("Format: 'Token YOUR_API_KEY'", "Token "),
            ("Example: \"GenieKey eb243592-faa2-4ba2-a551q-1afdf565c889\"", "GenieKey "),
            ("Set the header to <code>ApiKey base64(id:key)</code>", "ApiKey "),
            ("Set the header to <code>Key &lt;key&gt;</code>", "Key "),
            ("The token must be prefixed with `Token`.", "Token "),
            ("Prefix the value with \"JWT\".", "JWT "),
            ("Prefix your API key with the word 'Klaviyo-API-Key'", "Klaviyo-API-Key "),
            ("The key has to be prefixed by Splunk", "Splunk "),
            ("The value starts with `Acme-Key `", "Acme-Key "),
            ("The word `Token`, followed by a space and the key", "Token "),
            ("Bearer followed by your API token", "Bearer "),
            ("Send `Authorization: Bearer` and the key", "Bearer "),
            ("**Authorization**: Discord-Bot $TOKEN", "Discord-Bot "),
            ("curl -H 'Authorization: Token %s'", "Token "),
            ("Token token=y_NbAkKc66ryYTWUXYEu", "Token token="),
            ("`Authorization: Token token={key}`", "Token token="),
            ("Authorization: Acme key=<key>", "Acme key="),
            ("“Authorization”: “Bearer your token”", "Bearer "),
            ("Value: ApiKey <your-api-key>", "ApiKey "),
            ("headers['Authorization'] = 'Acme ' + token", "Acme "),
            ("Use the `Token` scheme", "Token "),
            ("Prefix: Splunk", "Splunk "),
        ] {
            assert_eq!(prefix(description).as_deref(), Some(expected), "{description}");
        }
    }

    #[test]
    fn a_description_without_a_word_gives_none() {
        for description in [
            "",
            "The API key",
            "Put your access token in the Authorization header",
            "Authorization: API_KEY",
            "Authorization: {token}",
            "`Authorization: <api key>`",
            "Authorization: your token",
            "Authorization: the token",
            "Authorization: API key",
            "The key starts with `live_` in production and has to be sent alone".split_at(7).0,
            "Authorization header: value of the key",
            "Personal access token of the user",
        ] {
            assert_eq!(prefix(description), None, "{description}");
        }
    }

    #[test]
    fn a_form_that_is_more_than_a_word_and_a_key_is_named() {
        for (description, form) in [
            ("Authorization: Token token=\"abc\"", "Token token=\"…\""),
            ("`Token token=\"{key}\"`", "Token token=\"…\""),
            ("Authorization: Signature keyId=abc,algorithm=hmac", "Signature keyId=…, …"),
        ] {
            let found = of(description);
            assert_eq!((found.prefix, found.unspoken.as_deref()), (None, Some(form)), "{description}");
        }
    }

    #[test]
    fn a_header_that_is_written_out_is_found_in_a_long_text() {
        let text = "# Authentication\n\nA key starts with `live_`.\n\n```\ncurl -H \"Authorization: Acme $KEY\"\n```";
        assert_eq!(of_header(text).prefix.as_deref(), Some("Acme "));
        assert_eq!(of_header("Use the word `Token`, followed by a space and the key").prefix, None);
    }

    #[test]
    fn other_words_are_named_and_the_first_one_is_taken() {
        let found = of("`Authorization: Token {key}` or `Authorization: Bearer {jwt}`");
        assert_eq!((found.prefix.as_deref(), found.others), (Some("Token "), vec!["Bearer".to_owned()]));
    }
}
