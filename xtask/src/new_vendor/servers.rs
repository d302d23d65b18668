//! Where a vendor is called, as the document's servers say.

use std::collections::BTreeSet;

use heck::{ToSnakeCase, ToUpperCamelCase};
use regex::Regex;
use serde_json::Value;

use crate::{derive, schema::members};

/// What a client can be built for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Servers {
    /// Whoever builds it has to say an address.
    Unknown,
    /// One address for everybody.
    One(String),
    /// Several, by the name of a variant; the first is the default.
    Several(Vec<(String, String)>),
    /// An address with variables.
    Template { url: String, variables: Vec<Variable> },
}

/// A part of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variable {
    /// As it stands in the address.
    pub(super) name: String,
    /// The name of the builder's method.
    pub(super) method: String,
    /// What it may be, the default first; anything where nothing is said.
    pub(super) allowed: Vec<String>,
}

/// The servers of a document, and those that no builder has.
pub(super) fn of(document: &Value, taken: &BTreeSet<String>) -> (Servers, Vec<String>) {
    let all = document.get("servers").and_then(Value::as_array).into_iter().flatten();
    // What is no address in one line is none of ours.
    let is_usable = |server: &&Value| {
        let url = url(server);
        url.starts_with("https://") && url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'`')
    };
    let (usable, others): (Vec<&Value>, Vec<&Value>) = all.partition(is_usable);
    let mut others: Vec<String> = others.into_iter().map(|server| url(server).to_owned()).collect();
    let Some(first) = usable.first() else { return (Servers::Unknown, others) };
    let is_template = |server: &&Value| url(server).contains('{');
    if is_template(first) {
        others.extend(usable[1..].iter().map(|server| url(server).to_owned()));
        return (template(first, taken), others);
    }
    let (templates, plain): (Vec<&Value>, Vec<&Value>) = usable.into_iter().partition(is_template);
    others.extend(templates.into_iter().map(|server| url(server).to_owned()));
    let mut urls: Vec<String> =
        plain.into_iter().map(|server| url(server).trim_end_matches('/').to_owned()).collect();
    let mut seen = BTreeSet::new();
    urls.retain(|url| seen.insert(url.clone()));
    let servers = match urls.as_slice() {
        [one] => Servers::One(one.clone()),
        _ => Servers::Several(variants(&urls).into_iter().zip(urls).collect()),
    };
    (servers, others)
}

fn url(server: &Value) -> &str {
    server.get("url").and_then(Value::as_str).unwrap_or_default().trim()
}

fn template(server: &Value, taken: &BTreeSet<String>) -> Servers {
    let url = url(server).trim_end_matches('/').to_owned();
    let mut taken = taken.clone();
    let mut variables = Vec::new();
    for rest in url.split('{').skip(1) {
        let name = rest.split('}').next().unwrap_or_default();
        if variables.iter().any(|variable: &Variable| variable.name == name) {
            continue;
        }
        let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
        let word = plain.to_snake_case();
        let word =
            if syn::parse_str::<syn::Ident>(&word).is_ok() { word } else { format!("variable_{word}") };
        let method = derive::unique(&word, |name| taken.contains(name), "_");
        taken.insert(method.clone());
        variables.push(Variable { name: name.to_owned(), method, allowed: allowed(server, name) });
    }
    Servers::Template { url, variables }
}

/// A default is one among several, or an example: whoever has a free choice has to make it.
fn allowed(server: &Value, name: &str) -> Vec<String> {
    let variable = server.get("variables").into_iter().flat_map(members).find(|(key, _)| *key == name);
    let Some((_, variable)) = variable else { return Vec::new() };
    let listed = variable.get("enum").and_then(Value::as_array).into_iter().flatten();
    let mut listed: Vec<String> = listed.filter_map(|value| value.as_str().map(str::to_owned)).collect();
    listed.retain(|value| value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)));
    let default = variable.get("default").and_then(Value::as_str);
    listed.sort_by_key(|value| Some(value.as_str()) != default);
    listed
}

/// Names for addresses, made of what tells them from one another.
fn variants(urls: &[String]) -> Vec<String> {
    let labels: Vec<Vec<&str>> = urls
        .iter()
        .map(|url| {
            url.trim_start_matches("https://").split(['.', '/', ':', '-']).filter(|l| !l.is_empty()).collect()
        })
        .collect();
    let common = |labels: &[Vec<&str>]| {
        let first = labels.first().cloned().unwrap_or_default();
        (0..first.len()).take_while(|n| labels.iter().all(|other| other.get(*n) == first.get(*n))).count()
    };
    let start = common(&labels);
    let reversed: Vec<Vec<&str>> =
        labels.iter().map(|url| url[start..].iter().rev().copied().collect()).collect();
    let end = common(&reversed);
    let mut names = BTreeSet::new();
    reversed
        .iter()
        .map(|rest| {
            let own: Vec<&str> = rest[end..].iter().rev().copied().collect();
            let ascii: String =
                own.join(" ").chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
            let camel = ascii.to_upper_camel_case();
            let name = match syn::parse_str::<syn::Ident>(&camel) {
                Ok(_) => camel,
                Err(_) if camel.is_empty() => "Main".to_owned(),
                Err(_) => format!("Server{camel}"),
            };
            let name = derive::unique(&name, |name| names.contains(name), "");
            names.insert(name.clone());
            name
        })
        .collect()
}

/// Where the token endpoint is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// Behind the address of the API.
    Below(String),
    /// Elsewhere.
    At(String),
}

impl Servers {
    /// Where a token endpoint is, seen from the API.
    pub(super) fn endpoint(&self, token_url: &str) -> Endpoint {
        if !token_url.contains("://") {
            return Endpoint::Below(format!("/{}", token_url.trim_start_matches('/')));
        }
        let below =
            |url: &str| token_url.strip_prefix(url).filter(|rest| rest.starts_with('/')).map(str::to_owned);
        let path = match self {
            Self::Unknown => None,
            Self::One(url) => below(url),
            Self::Several(all) => all.iter().find_map(|(_, url)| below(url)),
            Self::Template { url, variables } => {
                let mut pattern = regex::escape(url);
                for variable in variables {
                    pattern = pattern.replace(&regex::escape(&format!("{{{}}}", variable.name)), "[^/]+");
                }
                let start = Regex::new(&format!("^{pattern}/")).ok();
                let length = start.and_then(|start| start.find(token_url).map(|found| found.end() - 1));
                length.map(|length| token_url[length..].to_owned())
            }
        };
        path.map_or_else(|| Endpoint::At(token_url.to_owned()), Endpoint::Below)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn servers(list: Value) -> (Servers, Vec<String>) {
        of(&json!({"servers": list}), &BTreeSet::from(["build".to_owned()]))
    }

    fn urls(list: &[&str]) -> Value {
        list.iter().map(|url| json!({"url": url})).collect()
    }

    #[test]
    fn addresses_are_named_by_what_tells_them_apart() {
        let named = |list: &[&str]| match servers(urls(list)).0 {
            Servers::Several(all) => all.into_iter().map(|(name, _)| name).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        assert_eq!(named(&["https://app.acme.com", "https://app.acme.us"]), ["Com", "Us"]);
        assert_eq!(named(&["https://api.acme.com", "https://api.eu.acme.com"]), ["Main", "Eu"]);
        assert_eq!(
            named(&["https://a.com/v1/", "https://a.com/v2", "https://a.com/3"]),
            ["V1", "V2", "Server3"]
        );
    }

    #[test]
    fn what_no_builder_has_is_named() {
        let (found, others) = servers(urls(&["/v1", "http://a.com", "https://b.com/", "https://{x}.com"]));
        assert_eq!(found, Servers::One("https://b.com".to_owned()));
        assert_eq!(others, ["/v1", "http://a.com", "https://{x}.com"]);
        assert_eq!(servers(urls(&["/v1"])), (Servers::Unknown, vec!["/v1".to_owned()]));
    }

    #[test]
    fn a_variable_has_to_be_said_unless_it_is_one_of_several() {
        let (found, _) = servers(json!([{
            "url": "https://{build}.{region}.acme.com",
            "variables": {"build": {"default": "example"}, "region": {"default": "eu", "enum": ["us", "eu"]}},
        }]));
        let Servers::Template { variables, .. } = &found else { panic!("{found:?}") };
        let said: Vec<_> = variables.iter().map(|v| (v.method.as_str(), v.allowed.join(" "))).collect();
        assert_eq!(said, [("build_2", String::new()), ("region", "eu us".to_owned())]);
    }

    #[test]
    fn a_token_endpoint_follows_the_address_where_it_is_below_it() {
        let below = |path: &str| Endpoint::Below(path.to_owned());
        let template = servers(json!([{"url": "https://{tenant}.acme.com/api"}])).0;
        assert_eq!(
            template.endpoint("https://example-tenant.acme.com/api/oauth/token"),
            below("/oauth/token")
        );
        assert_eq!(template.endpoint("oauth/token"), below("/oauth/token"));
        let elsewhere = "https://login.acme.com/token";
        assert_eq!(template.endpoint(elsewhere), Endpoint::At(elsewhere.to_owned()));
        let one = servers(urls(&["https://acme.com"])).0;
        assert_eq!(one.endpoint("https://acme.com/token"), below("/token"));
        assert_eq!(
            one.endpoint("https://acme.com.other.com/token"),
            Endpoint::At("https://acme.com.other.com/token".into())
        );
    }
}
