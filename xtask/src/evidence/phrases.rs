//! What a description says about a value: that it is shown once, that it is a credential, that it is a part of one.

use std::sync::LazyLock;

use regex::bytes::Regex;

/// What the description of a field or an operation says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// The value can be read once.
    pub(super) once: bool,
    /// The value is the credential itself.
    pub(super) itself: bool,
    /// The value is a part or an image of the credential.
    pub(super) part: bool,
    /// A credential is mentioned.
    pub(super) credential: bool,
}

/// One phrase of each kind on a line; `NOUN` stands for the words for a credential.
const ONCE: [&str; 12] = [
    r"\bonly (time|chance|opportunity) (you|that|it|when|the|to|this|at)\b",
    r"\b(only|just)\b[^.;]*\b(create|creation|post) (response|request|call|answer)",
    r"\b(not|never|omitted|excluded|absent)\b[^.;]*\b(list|get|read|subsequent|later|other|further) (response|request|call|answer|endpoint|operation)",
    r"\b(show|shown|display\w*|return\w*|visible|available|reveal\w*|provided|include\w*|present|sent|given|expos\w+|accessible|retriev\w+|view\w*|seen|see|populated|printed|get|access\w*|cop(y|ied))\b[^.;]*\bonce\b",
    r"\b(only|just)\s+once\b",
    r"\bonce\b[^.;]*\b(show|shown|display\w*|return\w*|visible|available|reveal\w*|seen|see)\b",
    r"\b(only|just|solely|exclusively)\b[^.;]*\b(on|at|upon|during|when|after|while|in|by|for|as part of)\b[^.;]*\b(creat\w+|generat\w+|issu\w+|rotat\w+|reset\w*|regenerat\w+|mint\w*)",
    r"\b(on|at|upon|during|after|in)\b[^.;]*\b(creation|create|generation|issuance|rotation)\b[^.;]*\bonly\b",
    r"(\bnot|\bnever|n't|\bcannot|\bunable|\bimpossible|\bno (way|longer)|\bnor)\b[^.;]*\b(show\w*|display\w*|return\w*|retriev\w+|recover\w+|view\w*|seen|see|access\w*|fetch\w*|obtain\w*|get|read|reveal\w*|available|visible|look)\b[^.;]*\b(again|later|after\w*|anymore|any more|future|once|subsequent\w*|second time|another time|elsewhere)\b",
    r"\b(cannot|can not|can't|never|unable to)\s+(be\s+)?(retriev\w+|recover\w+|viewed|shown|displayed|read back)\b",
    r"\b(store|keep|save|copy|record|note|write)\s+(it|this|them|(the|this|your)\s+\w+(\s+\w+)?)\b[^.;]*\b(safe\w*|secure\w*|secret\w*|confidential\w*|somewhere|now|down|private|immediately)\b",
    r"\b(treat|handle|protect|guard)\b[^.;]*\b(password|secret\w*|confidential\w*|credential)\b",
];

const ITSELF: [&str; 9] = [
    r"\b(full|complete|entire|actual|whole|raw|unmasked|unredacted|unencrypted|unhashed|clear|plain)\b[^.;,]{0,30}\bNOUN",
    r"\b(plain|clear)[ -]?text\b[^.;]{0,60}\bNOUN",
    r"\bNOUN[^.;]{0,40}\b(in|as|is)\s+(plain|clear|raw|unencrypted|unhashed)",
    r"\b(value|contents?|string) of (the|this|a|an|your|its) (new |newly |fresh |generated |created |issued |\w+ ){0,3}NOUN",
    r"\b(NOUN) (value|string|itself)\b",
    r"\b(use|used|uses|pass|passed|send|sent|supply|supplied|put|present|presented|serves?|works?)\b[^.;]{0,40}\b(as\b[^.;]{0,20}\bNOUN|(as|in|with|for)\b[^.;]{0,20}\b(authorization|authentication)\b)",
    r"\b(authenticat\w+|authoriz\w+|sign in|log in)\b[^.;]{0,20}\b(with|by|using|via)\s+(this|it)\b",
    r"\bauthorization(`|'|\x22)? header\b",
    r"^(the |an? |your |newly |new |generated |fresh |secret |issued |created )*(api |access |auth\w* |bearer |personal |client |secret |private |signing |session |service )+(NOUN)( (for|of|that|which|to|used|in)\b|[.;,]|$)",
];

const NOUN: &str =
    r"(api[ -]?keys?|keys?|tokens?|secrets?|credentials?|passwords?|passphrases?|pats?|jwts?)\b";

const PART: [&str; 3] = [
    r"\b(first|last|leading|trailing|initial|final)\s+(\w+\s+){0,2}(char\w*|letters?|digits?|bytes?|part|few|symbols?)\b",
    r"\b(prefix|suffix|masked|redacted|obfuscated|truncated|shortened|partial\w*|preview|hint|fingerprint|thumbprint|checksum|hash|hashed|digest|identifier|identif(y|ies)|ids? (of|for))\b",
    r"\b(name|label|title|description|owner|creator|type|kind|status|state|scopes?|permissions?|version|algorithm|date|time|number|user|environment|project|url|lifetime|expir\w+) (of|for|in) (the|this|a|an)\b",
];

static PHRASES: LazyLock<[Option<Regex>; 4]> = LazyLock::new(|| {
    let any = |phrases: &[&str]| {
        let text = phrases.join("|").replace("NOUN", NOUN);
        // Without Unicode the phrases compile in a tenth of the time.
        Regex::new(&format!("(?i-u){text}")).ok()
    };
    [any(&ONCE), any(&ITSELF), any(&PART), any(&[r"\bNOUN"])]
});

impl Said {
    pub(super) fn of(text: &str) -> Self {
        if text.is_empty() {
            return Self::default();
        }
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ").replace('’', "'");
        let [once, itself, part, credential] = PHRASES.each_ref().map(|phrase| {
            let phrase = phrase.as_ref();
            phrase.is_some_and(|phrase| phrase.is_match(text.as_bytes()))
        });
        Self { once, itself, part, credential }
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self {
            once: self.once || other.once,
            itself: self.itself || other.itself,
            part: self.part || other.part,
            credential: self.credential || other.credential,
        }
    }
}
