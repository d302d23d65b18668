//! A configuration that is read off a document, where nobody has written a `vendor.toml`.
//!
//! It is what a careful reader of the document would write first: every
//! operation under its own name, every type under its own name unless two
//! become one, everything hidden that sounds like a secret. The same document
//! gives the same configuration, whatever the order of its members.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToKebabCase, ToSnakeCase, ToUpperCamelCase};
use regex::Regex;
use serde_json::Value;
use tokenward_core::secret_names::sounds_secret;

use crate::{
    document,
    evidence::{self, is_cursor},
    normalise::{self, Count},
    problem::Problem,
    rust,
    schema::{self, components, members},
    vendor::{Config, SENT, Upstream, check_method_name},
};

/// The configuration of a document, for the operations of which `METHOD /path` or the `operationId` matches.
///
/// The document is one that the passes of [`normalise`]
/// take; a published one is brought to that by
/// [`whole::lower`](crate::whole::lower).
pub fn config(document: &Value, select: Option<&Regex>) -> Result<Config, Problem> {
    let mut config = names(document, select)?;
    let mut document = selected(document, &config);
    until_hiding(&mut document, &mut config)?;
    hide(&document, &mut config);
    normalise::between(HIDING, "", &mut document, &config)?;
    let file = rust::tree_of(&document, &config)?;
    rust::describe(&file, &mut config);
    Ok(config)
}

/// The pass before which secrets are looked for: every record has its name and its direction by then.
pub(crate) const HIDING: &str = "defaults";

/// Runs the passes before [`HIDING`], and notes what answers require before a pass makes it optional.
pub(crate) fn until_hiding(document: &mut Value, config: &mut Config) -> Result<Vec<Count>, Problem> {
    const LENIENT: &str = "lenient-answers";

    let mut counts = normalise::before(LENIENT, document, config)?;
    config.required = components(document)
        .flat_map(|(record, schema)| {
            let properties = schema.get("properties").into_iter().flat_map(members);
            let required = properties.filter(|(property, inner)| {
                schema::is_required(schema, property) && inner.get("nullable") != Some(&Value::Bool(true))
            });
            required.map(move |(property, _)| format!("{record}.{property}"))
        })
        .collect();
    counts.extend(normalise::between(LENIENT, HIDING, document, config)?);
    Ok(counts)
}

/// The kept operations and what they reach.
pub(crate) fn selected(document: &Value, config: &Config) -> Value {
    crate::slice::operations(document, config.operations().map(|(operation, _)| operation))
}

/// The names: of the operations, of what identifies a record, and of types where two would have one.
pub(crate) fn names(document: &Value, select: Option<&Regex>) -> Result<Config, Problem> {
    let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let operations = operations(document, select)?;
    let title = match text("/info/title").trim() {
        "" => "An API without a title",
        title => title,
    };
    let mut config = Config {
        title: title.to_owned(),
        crate_name: crate_name(title),
        numbered_fields: true,
        upstream: vec![Upstream {
            name: "main".to_owned(),
            published: String::new(),
            version: text("/info/version").to_owned(),
            compared: String::new(),
            licence: text("/info/license/name").to_owned(),
            file: None,
            component_prefix: String::new(),
            operations,
            added: BTreeMap::new(),
        }],
        ..Config::default()
    };
    let mut slice = selected(document, &config);
    normalise::before("type-names", &mut slice, &config)?;
    config.types = types(&slice, &config);
    config.ids = ids(&slice);
    Ok(config)
}

fn crate_name(title: &str) -> String {
    let ascii: String =
        title.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    match ascii.to_kebab_case() {
        name if name.starts_with(|c: char| c.is_ascii_lowercase()) => name,
        name => format!("api-{name}").trim_end_matches('-').to_owned(),
    }
}

/// `METHOD /path` and its `operationId`.
fn is_selected(route: &str, operation: &Value, select: Option<&Regex>) -> bool {
    let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
    select.is_none_or(|select| select.is_match(route) || select.is_match(id))
}

/// Every operation that can be sent, by the name of its method.
pub(crate) fn operations(
    document: &Value,
    select: Option<&Regex>,
) -> Result<BTreeMap<String, String>, Problem> {
    let mut routes: BTreeMap<String, String> = BTreeMap::new();
    let mut all = 0;
    for (method, path, operation) in schema::operations(document) {
        let route = format!("{} {path}", method.to_uppercase());
        if !SENT.contains(&method.to_uppercase().as_str()) {
            continue;
        }
        all += 1;
        if is_selected(&route, operation, select) {
            let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
            let name = method_name(id).unwrap_or_else(|| route_name(&route));
            routes.insert(route, name);
        }
    }
    match (select, routes.is_empty()) {
        (Some(select), true) => {
            return Err(Problem::at("--select", format!("none of {all} operations matches `{select}`")));
        }
        (None, true) => return Err(Problem::at("/paths", "there is no operation")),
        (_, false) => {}
    }
    // Of two that have one name neither has it: which one would get it depends on what else there is.
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    routes.values().for_each(|name| *uses.entry(name).or_default() += 1);
    let shared: BTreeSet<String> =
        uses.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name.to_owned()).collect();
    let mut named = BTreeMap::new();
    let (shared, own): (Vec<_>, Vec<_>) = routes.into_iter().partition(|(_, name)| shared.contains(name));
    named.extend(own.into_iter().map(|(route, name)| (name, route)));
    for (route, _) in shared {
        let name = unique(&route_name(&route), |name| named.contains_key(name), "_");
        named.insert(name, route);
    }
    Ok(named)
}

/// The `operationId` in snake case, where that is a name for a method.
fn method_name(id: &str) -> Option<String> {
    let plain: String = id.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let name = plain.to_snake_case();
    [name.clone(), format!("{name}_operation"), format!("operation_{name}")]
        .into_iter()
        .find(|name| !plain.trim().is_empty() && check_method_name(name).is_ok())
}

/// `get_things_id` of `GET /things/{id}`.
fn route_name(route: &str) -> String {
    let ascii: String = route.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    let name = ascii.to_snake_case();
    if check_method_name(&name).is_ok() { name } else { format!("{name}_operation") }
}

/// The name, or the name with the first number behind it that makes it one of its own.
pub(crate) fn unique(name: &str, is_taken: impl Fn(&str) -> bool, between: &str) -> String {
    if !is_taken(name) {
        return name.to_owned();
    }
    (2..usize::MAX)
        .map(|number| format!("{name}{between}{number}"))
        .find(|name| !is_taken(name))
        .unwrap_or_default()
}

/// Types of ours, which the changes to the syntax tree know by their last name.
const OURS: [&str; 12] = [
    "EpochMillis",
    "EpochSeconds",
    "Error",
    "Issued",
    "Items",
    "Nullable",
    "Option",
    "Rfc3339",
    "Self",
    "Timestamp",
    "Vec",
    "WireSecret",
];

/// A name for a type in Rust, of any text.
pub(crate) fn type_name(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let camel = plain.to_upper_camel_case();
    let is_name = |name: &str| syn::parse_str::<syn::Ident>(name).is_ok();
    if is_name(&camel) && !OURS.contains(&camel.as_str()) {
        return camel;
    }
    let long = format!("Type{camel}");
    if is_name(&long) { long } else { "TypeWithoutName".to_owned() }
}

/// Names of types where those that components have by themselves would not do.
fn types(document: &Value, config: &Config) -> BTreeMap<String, String> {
    let queries = config.operations().map(|(_, name)| format!("{}Query", name.to_upper_camel_case()));
    let mut taken: BTreeSet<String> = queries.collect();
    let mut types = BTreeMap::new();
    // Those that keep their name first, so that no other gets it.
    let mut names: Vec<(&String, String)> =
        components(document).map(|(name, _)| (name, type_name(name))).collect();
    names.sort_by_key(|(name, rust)| (*name != rust, rust.clone(), (*name).clone()));
    for (name, wanted) in names {
        // What is sent gets `Input` behind its name, where it is read, too.
        let is_taken = |rust: &str| {
            let stem = rust.strip_suffix("Input").unwrap_or(rust);
            taken.contains(rust) || taken.contains(stem) || taken.contains(&format!("{rust}Input"))
        };
        let rust = unique(&wanted, is_taken, "");
        if rust != name.to_upper_camel_case() {
            types.insert(name.clone(), rust.clone());
        }
        taken.insert(rust);
    }
    types
}

/// What identifies a record, of the names that are used for nothing else.
///
/// They tell a list of records from other lists, and they alone stay required
/// in answers: a record without what the document promises it is found by is
/// no such record.
fn ids(document: &Value) -> BTreeSet<String> {
    const IDS: [&str; 2] = ["_id", "id"];

    components(document)
        .filter_map(|(_, schema)| schema.get("properties"))
        .flat_map(members)
        .map(|(name, _)| name)
        .filter(|name| IDS.contains(&name.as_str()))
        .cloned()
        .collect()
}

/// Lists the secrets and the operations whose answer they pass through.
///
/// A field is a secret if its name sounds like one, or if [`evidence`] says so.
pub(crate) fn hide(document: &Value, config: &mut Config) {
    for (record, schema) in components(document) {
        for (property, schema) in schema.get("properties").into_iter().flat_map(members) {
            if sounds_secret(property) && !is_cursor(property) && holds_text(schema) {
                config.secrets.insert(format!("{record}.{property}"));
            }
        }
    }
    let found = evidence::of(document, &config.secrets);
    config.secrets.extend(found.secrets);
    config.doubts = found.doubts;
    let names: BTreeMap<&str, &str> = config.operations().collect();
    let mut passing = BTreeSet::new();
    for (_, path, operation) in schema::operations(document).filter(|(method, ..)| *method == "post") {
        let Some(answers) = operation.get("responses") else { continue };
        let route = format!("POST {path}");
        let reached = document::reached(document, answers);
        let records: BTreeSet<&str> =
            reached.iter().filter_map(|name| name.strip_prefix("#/components/schemas/")).collect();
        let has_secret = config
            .secrets
            .iter()
            .any(|s| s.split_once('.').is_some_and(|(record, _)| records.contains(record)));
        if has_secret
            && !is_made(document, answers, config, found.making.contains(&route))
            && let Some(name) = operation
                .get("operationId")
                .and_then(Value::as_str)
                .or_else(|| names.get(route.as_str()).copied())
        {
            passing.insert(name.to_owned());
        }
    }
    config.passing_secrets = passing;
}

/// Text, or a list or map of it.
fn holds_text(schema: &Value) -> bool {
    let inner = |key: &str| schema.get(key).is_some_and(Value::is_object) && holds_text(&schema[key]);
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => {
            let is_date =
                schema.get("format").is_some_and(|format| format == "date-time" || format == "date");
            schema.get("enum").is_none() && !is_date
        }
        Some("array") => inner("items"),
        Some("object") => schema.get("properties").is_none() && inner("additionalProperties"),
        _ => false,
    }
}

/// Returns `true` if the answer is one record with an id and with a secret that it cannot lack.
///
/// It cannot lack the secret if the document requires it, or if the operation makes a credential. A required `key` may
/// be the name of a record, so it counts for an operation that makes a credential only.
fn is_made(document: &Value, answers: &Value, config: &Config, is_making: bool) -> bool {
    let json = members(answers).find_map(|(_, answer)| answer.pointer("/content/application~1json/schema"));
    let Some(name) = json.and_then(schema::reference) else { return false };
    let record = components(document).find(|(component, _)| *component == name);
    let names: Vec<&String> = record
        .and_then(|(_, schema)| schema.get("properties"))
        .into_iter()
        .flat_map(members)
        .map(|(property, _)| property)
        .collect();
    let is_certain = |property: &&String| {
        let field = format!("{name}.{property}");
        config.secrets.contains(&field)
            && !property.to_lowercase().contains("public")
            && (is_making || (config.required.contains(&field) && !property.eq_ignore_ascii_case("key")))
    };
    names.iter().any(|property| config.ids.contains(*property))
        && names.iter().copied().any(|property| is_certain(&property))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn operation(id: Option<&str>) -> Value {
        let mut operation = json!({"responses": {"204": {"description": "done"}}});
        if let Some(id) = id {
            operation["operationId"] = id.into();
        }
        operation
    }

    fn document(paths: Value) -> Value {
        json!({"openapi": "3.0.3", "info": {"title": "Made Up: REST-API 2", "version": "1"}, "paths": paths})
    }

    fn names_of(paths: Value) -> Vec<(String, String)> {
        let config = names_only(&document(paths));
        config.operations().map(|(route, name)| (name.to_owned(), route.to_owned())).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(name, route)| ((*name).to_owned(), (*route).to_owned())).collect()
    }

    #[test]
    fn methods_are_named_by_their_id_and_else_by_their_route() {
        let names = names_of(json!({
            "/a": {"get": operation(Some("listThings")), "post": operation(None)},
            "/a/{b-c}.json": {"delete": operation(Some(" "))},
            "/new": {"get": operation(Some("new")), "put": operation(Some("match"))},
            "/r": {"get": operation(Some("read_response")), "options": operation(Some("options"))},
            "/1": {"get": operation(Some("2fa/on"))},
        }));
        assert_eq!(
            names,
            pairs(&[
                ("delete_a_b_c_json", "DELETE /a/{b-c}.json"),
                ("list_things", "GET /a"),
                ("match_operation", "PUT /new"),
                ("new_operation", "GET /new"),
                ("operation_2fa_on", "GET /1"),
                ("post_a", "POST /a"),
                ("read_response_operation", "GET /r"),
            ])
        );
    }

    #[test]
    fn of_two_operations_with_one_name_neither_has_it() {
        let names = names_of(json!({
            "/a": {"get": operation(Some("list"))},
            "/b": {"get": operation(Some("List"))},
            "/a/b": {"get": operation(Some("x"))},
            "/a-b": {"get": operation(Some("X"))},
        }));
        assert_eq!(
            names,
            pairs(&[
                ("get_a", "GET /a"),
                ("get_a_b", "GET /a-b"),
                ("get_a_b_2", "GET /a/b"),
                ("get_b", "GET /b"),
            ])
        );
    }

    #[test]
    fn a_selection_is_of_routes_or_ids_and_one_of_nothing_is_refused() {
        let document = document(json!({
            "/a": {"get": operation(Some("listA")), "delete": operation(Some("dropA"))},
            "/b": {"get": operation(Some("listB"))},
        }));
        let select = |text: &str| {
            let config = config(&document, Some(&Regex::new(text).unwrap()))?;
            Ok::<_, Problem>(config.operations().map(|(_, name)| name.to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(select("^GET /").unwrap(), ["list_a", "list_b"]);
        assert_eq!(select("A$").unwrap(), ["drop_a", "list_a"]);
        assert_eq!(select("c").unwrap_err().to_string(), "--select: none of 3 operations matches `c`");
        let empty = self::document(json!({}));
        assert_eq!(config(&empty, None).unwrap_err().to_string(), "/paths: there is no operation");
    }

    #[test]
    fn types_that_would_share_a_name_get_numbers_and_the_rest_is_left_alone() {
        let text = json!({"type": "object", "properties": {"x": {"type": "string"}}});
        let names = ["Thing", "thing", "ThingInput", "Items", "2fa", "GetAQuery", "fine_name", "ü b"];
        let schemas: serde_json::Map<String, Value> =
            names.iter().map(|name| ((*name).to_owned(), text.clone())).collect();
        let all: Vec<Value> =
            names.iter().map(|name| json!({"$ref": format!("#/components/schemas/{name}")})).collect();
        let mut document = document(json!({"/a": {"get": {"operationId": "getA", "responses": {"200": {
            "description": "", "content": {"application/json": {"schema": {"allOf": all}}},
        }}}}}));
        document["components"] = json!({"schemas": schemas});
        let types = names_only(&document).types;
        let expected = [
            ("2fa", "Type2fa"),
            ("GetAQuery", "GetAQuery2"),
            ("Items", "TypeItems"),
            ("ThingInput", "ThingInput2"),
            ("thing", "Thing2"),
        ];
        assert_eq!(types, expected.map(|(name, rust)| (name.to_owned(), rust.to_owned())).into());
    }

    fn names_only(document: &Value) -> Config {
        names(document, None).unwrap()
    }

    #[test]
    fn what_sounds_like_a_secret_is_hidden_and_what_was_made_is_read_first() {
        let text = json!({"type": "string"});
        let mut document = document(json!({}));
        document["components"] = json!({"schemas": {
            "Token": {"type": "object", "required": ["id", "name"], "properties": {
                "id": text, "name": text, "token": text, "created": {"type": "string", "format": "date-time"},
            }},
            "Flag": {"type": "object", "properties": {"_id": text, "key": text}},
            "Page": {"type": "object", "properties": {
                "nextToken": text, "has_secret": {"type": "boolean"}, "passwords": {"type": "array", "items": text},
                "credential": {"$ref": "#/components/schemas/Flag"},
            }},
        }});
        for name in ["Token", "Flag", "Page"] {
            let schema = json!({"$ref": format!("#/components/schemas/{name}")});
            document["paths"][format!("/{name}")] = json!({"post": {
                "operationId": format!("post{name}"),
                "parameters": [{"in": "query", "name": "api_key", "schema": text}],
                "responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}},
            }});
        }
        let config = config(&document, None).unwrap();
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(config.ids, set(&["_id", "id"]));
        assert_eq!(config.secrets, set(&["Flag.key", "Page.passwords", "Token.token"]));
        assert_eq!(config.passing_secrets, set(&["post_flag", "post_page"]));
        assert_eq!(config.dates, set(&["Token.created"]));
        assert_eq!(
            config.not_secrets,
            set(&[
                "Page.credential",
                "Page.nextToken",
                "PostFlagQuery.api_key",
                "PostPageQuery.api_key",
                "PostTokenQuery.api_key",
            ])
        );
        let source = rust::generate(&normalised(&document, &config), &config).unwrap().source;
        let source: String = source.split_whitespace().collect();
        assert!(
            source.contains("passwords:::std::option::Option<::std::vec::Vec<::tokenward_http::WireSecret>")
        );
        assert!(source.contains("Issued<types::Token>") && !source.contains("Issued<types::Flag>"));
    }

    fn normalised(document: &Value, config: &Config) -> Value {
        let mut document = selected(document, config);
        normalise::normalise(&mut document, config, &[]).unwrap();
        document
    }

    #[test]
    fn the_crate_is_named_after_the_title() {
        for (title, name) in [
            ("Made Up: REST-API 2", "made-up-rest-api-2"),
            ("2 things", "api-2-things"),
            ("日本", "api"),
            ("An API without a title", "an-api-without-a-title"),
        ] {
            assert_eq!(crate_name(title), name);
        }
    }
}
