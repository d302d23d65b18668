//! The words that a name is made of, and which of them speak of tokens.

/// The words of a name or a sentence: in lower case and the singular, without numbers.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in split(text) {
        let word = singular(&word.to_lowercase());
        match (words.last_mut(), word.as_str()) {
            // `OAuth` is no word `O` and a word `Auth`.
            (Some(last), "auth") if last == "o" => "oauth".clone_into(last),
            _ => words.extend(parts(&word)),
        }
    }
    words
}

/// At everything that is no letter, and where the case says that a word begins.
fn split(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let at = |index: usize| letters.get(index).copied().unwrap_or(' ');
    let mut words = vec![String::new()];
    for (index, &letter) in letters.iter().enumerate() {
        if !letter.is_alphabetic() {
            words.push(String::new());
            continue;
        }
        let before = if index == 0 { ' ' } else { at(index - 1) };
        // The `K` of `SDKKey` begins a word, and the `T` of `PATs` does not.
        let plural = at(index + 1) == 's' && !at(index + 2).is_lowercase();
        let begins = letter.is_uppercase()
            && (before.is_lowercase() || (before.is_uppercase() && at(index + 1).is_lowercase() && !plural));
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(letter);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn singular(word: &str) -> String {
    let stem = |ending: &str| word.strip_suffix(ending).filter(|stem| stem.len() > 2);
    match (stem("ies"), stem("s")) {
        (Some(stem), _) => format!("{stem}y"),
        (None, Some(stem)) if !stem.ends_with(['s', 'u', 'i']) => stem.to_owned(),
        _ => word.to_owned(),
    }
}

/// The words that one without any mark between them is made of, as `createpersonalaccesstokenresponse` is: all of it has
/// to be words that are known here, so that `tokenization` stays one.
fn parts(word: &str) -> Vec<String> {
    const KNOWN: [&str; 39] = [
        "access",
        "account",
        "admin",
        "api",
        "app",
        "auth",
        "client",
        "create",
        "credential",
        "delete",
        "get",
        "id",
        "key",
        "list",
        "mobile",
        "oauth",
        "org",
        "owner",
        "pat",
        "patch",
        "personal",
        "post",
        "private",
        "put",
        "refresh",
        "request",
        "reset",
        "response",
        "revoke",
        "rotate",
        "sdk",
        "secret",
        "service",
        "session",
        "sign",
        "token",
        "update",
        "user",
        "value",
    ];
    const LONGEST: usize = 60;

    let whole = || vec![word.to_owned()];
    if !word.is_ascii() || word.len() > LONGEST {
        return whole();
    }
    // The last part of the first so many letters, where those are words: the first one of the table that fits.
    let mut last: Vec<Option<usize>> = vec![None; word.len() + 1];
    for start in 0..word.len() {
        if start > 0 && last[start].is_none() {
            continue;
        }
        let rest = &word.as_bytes()[start..];
        for (index, known) in KNOWN.iter().enumerate() {
            // By their first letters, most need not be compared.
            if rest[0] == known.as_bytes()[0] && rest.starts_with(known.as_bytes()) {
                let end = start + known.len();
                last[end] = Some(last[end].map_or(index, |other| other.min(index)));
            }
        }
    }
    let mut parts = Vec::new();
    let mut end = word.len();
    while let Some(index) = last[end] {
        parts.push(KNOWN[index].to_owned());
        end -= KNOWN[index].len();
    }
    if parts.is_empty() {
        return whole();
    }
    parts.reverse();
    parts
}

/// How much it takes for an operation to be named.
pub(super) const ENOUGH: u8 = 2;

/// What speaks of tokens by itself.
const CREDENTIALS: [&[&str]; 27] = [
    &["api", "token"],
    &["api", "key"],
    &["api", "client"],
    &["api", "secret"],
    &["access", "token"],
    &["access", "key"],
    &["app", "key"],
    &["app", "password"],
    &["application", "key"],
    &["application", "password"],
    &["auth", "key"],
    &["auth", "token"],
    &["bearer", "token"],
    &["caller", "identity"],
    &["client", "credential"],
    &["client", "secret"],
    &["deploy", "key"],
    &["deploy", "token"],
    &["key", "pair"],
    &["oauth", "app"],
    &["oauth", "application"],
    &["oauth", "client"],
    &["oauth", "token"],
    &["personal", "access"],
    &["refresh", "token"],
    &["service", "token"],
    &["who", "am", "i"],
];

/// One word that does.
const CREDENTIAL_WORDS: [&str; 5] = ["credential", "pat", "secret", "token", "whoami"];

/// What speaks of tokens beside something else that does.
const HINTS: [&[&str]; 9] = [
    &["encryption", "key"],
    &["mobile", "key"],
    &["oauth"],
    &["private", "key"],
    &["sdk", "key"],
    &["service", "account"],
    &["shared", "key"],
    &["signing", "key"],
    &["ssh", "key"],
];

/// What a token is that gives access to nothing: a place in a list, a word that was counted, a form that was not forged.
const OTHER_TOKENS: [&str; 20] = [
    "cancellation",
    "completion",
    "continuation",
    "count",
    "csrf",
    "cursor",
    "design",
    "device",
    "input",
    "invite",
    "max",
    "next",
    "output",
    "page",
    "prompt",
    "push",
    "sync",
    "tokenizer",
    "upload",
    "xsrf",
];

/// The phrases among these words that speak of tokens, and how much each says.
pub(super) fn phrases(words: &[String]) -> Vec<(String, u8)> {
    let mut found = Vec::new();
    let all = |phrases: &[&[&str]]| -> Vec<String> {
        phrases.iter().filter(|phrase| has(words, phrase)).map(|phrase| phrase.join(" ")).collect()
    };
    found.extend(all(&CREDENTIALS).into_iter().map(|phrase| (phrase, ENOUGH)));
    for word in CREDENTIAL_WORDS {
        let said = || found.iter().any(|(phrase, _)| phrase.split(' ').any(|part| part == word));
        if has_word(words, word) && !said() {
            found.push((word.to_owned(), ENOUGH));
        }
    }
    let mut hints = all(&HINTS);
    hints.retain(|hint| !found.iter().any(|(phrase, _)| phrase.contains(hint)));
    let hints: Vec<(String, u8)> = hints.into_iter().map(|hint| (hint, 1)).collect();
    found.extend(hints);
    found.extend(replacement(words).map(|phrase| (phrase, ENOUGH)));
    found
}

fn has(words: &[String], phrase: &[&str]) -> bool {
    words.windows(phrase.len()).any(|window| window == phrase)
}

/// Whether the word is there, and not as a kind of token that gives access to nothing.
fn has_word(words: &[String], word: &str) -> bool {
    words.iter().enumerate().any(|(index, found)| {
        let before = index.checked_sub(1).and_then(|index| words.get(index));
        found == word
            && !(word == "token" && before.is_some_and(|before| OTHER_TOKENS.contains(&before.as_str())))
    })
}

/// A key that is replaced or taken back is no name of anything.
fn replacement(words: &[String]) -> Option<String> {
    const VERBS: [&str; 7] = ["regenerate", "renew", "reset", "revoke", "roll", "rotate", "rotation"];
    const NAMED_BY: [&str; 2] = ["by", "with"];

    let verb = VERBS.iter().find(|verb| words.iter().any(|word| word == *verb))?;
    let key = words.iter().position(|word| word == "key")?;
    let names = key.checked_sub(1).is_some_and(|before| NAMED_BY.contains(&words[before].as_str()));
    (!names).then(|| format!("{verb} … key"))
}

/// Whether a property of this name holds what gives access; what it is called where it does.
pub(super) fn secret(name: &str) -> Option<String> {
    const KEYS: [&str; 10] =
        ["access", "api", "full", "mobile", "private", "raw", "sdk", "secret", "signing", "client"];
    const ALONE: [&str; 4] = ["credential", "jwt", "secret", "token"];

    let mut words = words(name);
    // `tokenValue` is the token; `secretId` is none.
    if words.len() > 1 {
        words.pop_if(|last| last == "value");
    }
    let last = words.last()?;
    let before = words.len().checked_sub(2).map(|index| words[index].as_str());
    let is_secret = match last.as_str() {
        "key" => before.is_some_and(|before| KEYS.contains(&before)),
        "token" => !before.is_some_and(|before| OTHER_TOKENS.contains(&before)),
        other => ALONE.contains(&other),
    };
    is_secret.then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_style_are_split_into_words() {
        for (name, expected) in [
            ("listOrgApiTokens", "list org api token"),
            ("org_apitokens", "org api token"),
            ("service-accounts", "service account"),
            ("resetEnvironmentSDKKey", "reset environment sdk key"),
            ("getOAuthClients", "get oauth client"),
            ("createOAuth2Client", "create oauth client"),
            ("OAuth 2.0 client", "oauth client"),
            ("createpersonalaccesstokenresponse", "create personal access token response"),
            ("PATs", "pat"),
            ("APIKeys", "api key"),
            ("listPersonalAccessTokensV1", "list personal access token v"),
            ("identities", "identity"),
            ("accessStatus", "access status"),
            ("_clientSecret", "client secret"),
            ("schlüssel", "schlüssel"),
            ("", ""),
        ] {
            assert_eq!(words(name).join(" "), expected, "{name}");
        }
    }

    #[test]
    fn words_that_hold_another_word_are_not_it() {
        for name in [
            "tokenization",
            "keyword",
            "secretary",
            "patch",
            "pattern",
            "compatible",
            "getFlagByKey",
            "resetFlagByKey",
            "projectKey",
            "credentialing",
            "apikeyword",
            "nextPageToken",
            "continuationToken",
            "max_tokens",
            "countTokens",
            "oauthenticate",
        ] {
            assert_eq!(phrases(&words(name)), [], "{name}");
        }
    }

    #[test]
    fn each_phrase_says_as_much_as_it_should() {
        let said = |name: &str| {
            let found = phrases(&words(name));
            found.iter().map(|(phrase, weight)| format!("{phrase} {weight}")).collect::<Vec<_>>().join(", ")
        };
        for (name, expected) in [
            ("api-tokens", "api token 2"),
            ("listPersonalAccessTokens", "access token 2, personal access 2"),
            ("oauth-clients", "oauth client 2"),
            ("OAuth", "oauth 1"),
            ("caller-identity", "caller identity 2"),
            ("whoAmI", "who am i 2"),
            ("service-accounts", "service account 1"),
            ("resetEnvironmentMobileKey", "mobile key 1, reset … key 2"),
            ("keys/rotate", "rotate … key 2"),
            ("pats", "pat 2"),
        ] {
            assert_eq!(said(name), expected, "{name}");
        }
    }

    #[test]
    fn a_property_is_a_secret_by_its_last_words() {
        for name in [
            "secret",
            "_clientSecret",
            "apiKey",
            "ecm_api_key",
            "fullKey",
            "access_token",
            "tokenValue",
            "jwt",
            "mobileKey",
            "scim_secret_token",
        ] {
            assert!(secret(name).is_some(), "{name}");
        }
        for name in [
            "key",
            "flagKey",
            "publicKey",
            "displayKey",
            "tokenId",
            "secretVersion",
            "tokenType",
            "nextToken",
            "value",
            "tokens_count",
            "",
        ] {
            assert!(secret(name).is_none(), "{name}");
        }
    }
}
