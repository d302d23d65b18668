//! What a credential is, and where it goes, as the document's security schemes say.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use serde_json::{Value, json};

use super::prefix::{self, Described};
use crate::{
    derive,
    schema::{self, members},
};

/// What the operations ask for.
#[derive(Debug, Default)]
pub(super) struct Auth {
    /// Any one of these is enough.
    pub(super) alternatives: Vec<Alternative>,
    /// What was found and is not spoken.
    pub(super) by_hand: Vec<String>,
}

/// Credentials that go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Alternative {
    /// What it is called in Rust, unlike any other.
    pub(super) word: String,
    pub(super) schemes: Vec<Scheme>,
}

/// One credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scheme {
    pub(super) kind: Kind,
    pub(super) arguments: Vec<Argument>,
}

/// How it is sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// `Authorization: Bearer …`
    Bearer,
    /// `Authorization: Basic …`
    Basic,
    /// `Authorization: …`, with what stands before the key if the document names it.
    Authorization(Option<String>),
    /// A key in another header.
    Header(String),
    /// A key in the query.
    Query(String),
    /// A key in a cookie.
    Cookie(String),
    /// A bearer from a token endpoint.
    ClientCredentials(String),
}

/// What the builder takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Argument {
    pub(super) name: String,
    pub(super) is_secret: bool,
    pub(super) meaning: String,
}

/// The document with the security that it forgot to ask for, or nothing where it says of any operation what it asks for.
pub(super) fn unsaid(document: &Value) -> Option<Value> {
    let is_said = document.get("security").is_some()
        || schema::operations(document).any(|(.., operation)| operation.get("security").is_some());
    if is_said {
        return None;
    }
    let schemes = document.pointer("/components/securitySchemes").into_iter().flat_map(members);
    let each: Vec<Value> = schemes.map(|(name, _)| json!({name: []})).collect();
    (!each.is_empty()).then_some(Value::Array(each))
}

/// What the operations of a document ask for, in the order in which they ask.
///
/// `published` has the descriptions of the schemes.
pub(super) fn of(document: &Value, published: &Value) -> Auth {
    let mut auth = Auth::default();
    let (mut seen, mut kinds) = (BTreeSet::new(), BTreeSet::new());
    let root = document.get("security");
    let operations = schema::operations(document).map(|(.., operation)| operation.get("security").or(root));
    for required in operations.flatten().filter_map(Value::as_array).flatten() {
        let names: Vec<&String> = members(required).map(|(name, _)| name).collect();
        if names.is_empty() || !seen.insert(names.clone()) {
            continue;
        }
        let found: Result<Vec<(&String, Kind)>, String> =
            names.iter().map(|name| kind(document, published, name).map(|kind| (*name, kind))).collect();
        match found {
            Ok(mut found) => {
                auth.by_hand.extend(names.iter().flat_map(|name| unspoken(document, published, name)));
                found.dedup_by(|one, other| one.1 == other.1);
                if kinds.insert(found.iter().map(|(_, kind)| kind.clone()).collect::<Vec<_>>()) {
                    auth.alternatives.push(alternative(&found, &auth.alternatives));
                }
            }
            Err(reason) => auth.by_hand.push(reason),
        }
    }
    auth.by_hand.sort();
    auth.by_hand.dedup();
    auth
}

/// The description of a scheme.
fn description<'a>(published: &'a Value, name: &str) -> &'a str {
    let scheme = published.pointer("/components/securitySchemes").and_then(|schemes| schemes.get(name));
    scheme.and_then(|scheme| scheme.get("description")).and_then(Value::as_str).unwrap_or_default()
}

/// What the description of a scheme, or else that of the whole API, says about the value of its header.
fn described(published: &Value, name: &str) -> Described {
    let found = prefix::of(description(published, name));
    if found != Described::default() {
        return found;
    }
    let about = published.pointer("/info/description").and_then(Value::as_str);
    prefix::of_header(about.unwrap_or_default())
}

/// What the description of a scheme says and the client does not send.
fn unspoken(document: &Value, published: &Value, name: &str) -> Vec<String> {
    let Described { prefix, others, unspoken } = described(published, name);
    let word = prefix.as_deref().map(str::trim_end);
    let is_bare = match kind(document, published, name) {
        Ok(Kind::Authorization(_)) => {
            let others =
                others.iter().map(|other| format!("`{name}`: its description names `{other}` as well"));
            let is_basic = word.is_some_and(|word| word.eq_ignore_ascii_case("basic"));
            let basic = is_basic
                .then(|| format!("`{name}`: after `Basic`, a name and a password are sent in base64"));
            let form = unspoken.map(|form| format!("`{name}`: its description has the form `{form}`"));
            return others.chain(form).chain(basic).collect();
        }
        _ if prefix::of(description(published, name)) == Described::default() => false,
        Ok(Kind::Header(_)) => true,
        Ok(Kind::Bearer) => !word.is_none_or(|word| word.eq_ignore_ascii_case("bearer")),
        _ => false,
    };
    let note = word.map(str::to_owned).or(unspoken).filter(|_| is_bare);
    note.map(|word| format!("`{name}`: its description has `{word}` before the key")).into_iter().collect()
}

fn kind(document: &Value, published: &Value, name: &str) -> Result<Kind, String> {
    let scheme = document.pointer("/components/securitySchemes").and_then(|schemes| schemes.get(name));
    let scheme =
        scheme.ok_or_else(|| format!("`{name}`: the document asks for it and does not say what it is"))?;
    let text = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
    let key = text("name").to_owned();
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic() && !b"`\"\\".contains(&byte));
    let token_url = scheme.pointer("/flows/clientCredentials/tokenUrl").and_then(Value::as_str);
    if text("type") == "apiKey" && (key.is_empty() || !is_plain(&key)) || !token_url.is_none_or(is_plain) {
        return Err(format!("`{name}`: its place is no name or address"));
    }
    let scheme_name = text("scheme");
    match (text("type"), text("in"), scheme_name.to_lowercase().as_str()) {
        ("http", _, "bearer") => Ok(Kind::Bearer),
        ("http", _, "basic") => Ok(Kind::Basic),
        // The name of a scheme is the word before the credential, unless the scheme signs or negotiates.
        ("http", _, scheme) if is_word(scheme_name) && !SPOKEN_OTHERWISE.contains(&scheme) => {
            Ok(Kind::Authorization(Some(format!("{scheme_name} "))))
        }
        ("apiKey", "header", _) if key.eq_ignore_ascii_case("authorization") => {
            Ok(Kind::Authorization(described(published, name).prefix))
        }
        ("apiKey", "header", _) => Ok(Kind::Header(key)),
        ("apiKey", "query", _) => Ok(Kind::Query(key)),
        ("apiKey", "cookie", _) => Ok(Kind::Cookie(key)),
        // Whatever flow gave it, an access token is sent as a bearer.
        ("oauth2" | "openIdConnect", ..) => {
            Ok(token_url.map_or(Kind::Bearer, |url| Kind::ClientCredentials(url.to_owned())))
        }
        (kind, _, scheme) => Err(format!("`{name}`: no client speaks {}", format!("{kind} {scheme}").trim())),
    }
}

/// The schemes of HTTP that need more than a word and a credential.
const SPOKEN_OTHERWISE: [&str; 14] = [
    "concealed",
    "digest",
    "dpop",
    "gnap",
    "hmac",
    "hoba",
    "mutual",
    "negotiate",
    "ntlm",
    "oauth",
    "privatetoken",
    "scram-sha-1",
    "scram-sha-256",
    "vapid",
];

fn is_word(scheme: &str) -> bool {
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+".contains(&byte))
}

/// The credentials with names for what they are made of that no other alternative has.
fn alternative(found: &[(&String, Kind)], others: &[Alternative]) -> Alternative {
    let taken = others.iter().flat_map(|other| &other.schemes).flat_map(|scheme| &scheme.arguments);
    let mut taken: BTreeSet<String> = taken.map(|argument| argument.name.clone()).collect();
    let keys =
        found.iter().filter(|(_, kind)| matches!(kind, Kind::Header(_) | Kind::Query(_) | Kind::Cookie(_)));
    let has_several_keys = keys.count() > 1;
    let schemes = found.iter().map(|(name, kind)| {
        let argument = |plain: &str, is_secret: bool, meaning: &str| {
            let of_scheme = word(name);
            let wanted = match plain {
                "api_key" if has_several_keys => of_scheme,
                plain if taken.contains(plain) => format!("{of_scheme}_{plain}"),
                plain => plain.to_owned(),
            };
            Argument {
                name: derive::unique(&wanted, |name| taken.contains(name), "_"),
                is_secret,
                meaning: meaning.to_owned(),
            }
        };
        let arguments = match kind {
            Kind::Bearer => vec![argument("token", true, "the access token")],
            Kind::Authorization(_) => vec![argument("token", true, "the API key")],
            Kind::Basic => {
                vec![
                    argument("username", false, "the user's name"),
                    argument("password", true, "the password"),
                ]
            }
            Kind::ClientCredentials(_) => vec![
                argument("client_id", false, "the id of the OAuth client"),
                argument("client_secret", true, "its secret"),
            ],
            Kind::Header(key) => vec![argument("api_key", true, &format!("the key for the header `{key}`"))],
            Kind::Query(key) => vec![argument("api_key", true, &format!("the key for `{key}` in the query"))],
            Kind::Cookie(key) => vec![argument("api_key", true, &format!("the value of the cookie `{key}`"))],
        };
        taken.extend(arguments.iter().map(|argument| argument.name.clone()));
        Scheme { kind: kind.clone(), arguments }
    });
    let schemes = schemes.collect();
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    let is_taken = |word: &str| others.iter().any(|other| other.word == word);
    Alternative { word: derive::unique(&word(&names.join(" and ")), is_taken, "_"), schemes }
}

/// The name of a scheme as a word in Rust.
fn word(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    let word = plain.to_snake_case();
    match syn::parse_str::<syn::Ident>(&word) {
        Ok(_) => word,
        Err(_) => format!("key_{word}").trim_end_matches('_').to_owned(),
    }
}

impl Alternative {
    /// All that the builder takes for it.
    pub(super) fn arguments(&self) -> impl Iterator<Item = &Argument> {
        self.schemes.iter().flat_map(|scheme| &scheme.arguments)
    }

    /// The name of the function that takes them, of any but the first.
    pub(super) fn constructor(&self) -> String {
        format!("builder_with_{}", self.word)
    }

    /// In a sentence.
    pub(super) fn describe(&self) -> String {
        let schemes = self.schemes.iter().map(|scheme| match &scheme.kind {
            Kind::Bearer => "a bearer token".to_owned(),
            Kind::Basic => "basic authentication".to_owned(),
            Kind::Authorization(None) => {
                "a key in `Authorization`, without a word before it: the document does not name one"
                    .to_owned()
            }
            Kind::Authorization(Some(prefix)) => {
                format!("a key in `Authorization`, after the word `{}`", prefix.trim_end())
            }
            Kind::Header(name) => format!("a key in the header `{name}`"),
            Kind::Query(name) => format!("a key in the query, as `{name}`"),
            Kind::Cookie(name) => format!("a key in the cookie `{name}`"),
            Kind::ClientCredentials(url) => {
                format!("the id and the secret of an OAuth client, for a bearer of `{url}`")
            }
        });
        schemes.collect::<Vec<_>>().join(", and ")
    }

    /// The token endpoint, if it has one.
    pub(super) fn token_url(&self) -> Option<&str> {
        self.schemes.iter().find_map(|scheme| match &scheme.kind {
            Kind::ClientCredentials(url) => Some(url.as_str()),
            _ => None,
        })
    }
}

impl Auth {
    /// All arguments of all alternatives, which have names of their own.
    pub(super) fn arguments(&self) -> BTreeMap<&str, &Argument> {
        let arguments = self.alternatives.iter().flat_map(Alternative::arguments);
        arguments.map(|argument| (argument.name.as_str(), argument)).collect()
    }

    /// The first token endpoint. A document that has another one for each scheme has one for each purpose.
    pub(super) fn token_url(&self) -> Option<&str> {
        self.alternatives.iter().find_map(Alternative::token_url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(schemes: Value, security: Value) -> Value {
        json!({
            "paths": {"/a": {"get": {"responses": {}}}},
            "security": security,
            "components": {"securitySchemes": schemes},
        })
    }

    #[test]
    fn each_scheme_says_what_is_sent_and_what_is_not_spoken_is_named() {
        let oauth = |flow: &str| json!({"type": "oauth2", "flows": {flow: {"tokenUrl": "/token"}}});
        let key = |place: &str, name: &str| json!({"type": "apiKey", "in": place, "name": name});
        let document = document(
            json!({
                "bearer": {"type": "http", "scheme": "Bearer"}, "basic": {"type": "http", "scheme": "basic"},
                "cc": oauth("clientCredentials"), "code": oauth("authorizationCode"),
                "plain": key("header", "Authorization"), "X-Key": key("header", "X-Key"), "app": key("header", "X-App"),
                "token": {"type": "http", "scheme": "Token"},
                "worded": {"type": "apiKey", "in": "header", "name": "authorization", "description": "Send `Authorization: SSWS {key}`"},
                "quoted": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Token token=\"{key}\"`"},
                "other": {"type": "apiKey", "in": "header", "name": "X-Other", "description": "`Bearer {token}`"},
                "contrary": {"type": "http", "scheme": "bearer", "description": "`Authorization: Token {token}`"},
                "q": key("query", "key"), "sid": key("cookie", "sid"),
                "digest": {"type": "http", "scheme": "digest"}, "tls": {"type": "mutualTLS"},
            }),
            json!([
                {}, {"bearer": []}, {"code": []}, {"basic": []}, {"cc": []}, {"plain": []}, {"X-Key": [], "app": []},
                {"q": []}, {"sid": []}, {"token": []}, {"worded": []}, {"quoted": []}, {"other": []}, {"contrary": []},
                {"bearer": []}, {"digest": []}, {"tls": [], "bearer": []}, {"gone": []},
            ]),
        );
        let auth = of(&document, &document);
        let mut text = String::new();
        for alternative in &auth.alternatives {
            let arguments: Vec<&str> =
                alternative.arguments().map(|argument| argument.name.as_str()).collect();
            text += &format!(
                "{}({}): {}\n",
                alternative.constructor(),
                arguments.join(", "),
                alternative.describe()
            );
        }
        insta::assert_snapshot!(format!("{text}{}", auth.by_hand.join("\n")));
    }

    #[test]
    fn a_document_that_names_schemes_and_asks_for_none_forgot_to() {
        let mut document = document(json!({"b": {"type": "http", "scheme": "bearer"}}), Value::Null);
        assert_eq!(unsaid(&document), None);
        document.as_object_mut().unwrap().remove("security");
        assert_eq!(unsaid(&document), Some(json!([{"b": []}])));
        document["paths"]["/a"]["get"]["security"] = json!([]);
        assert_eq!(unsaid(&document), None);
    }
}
