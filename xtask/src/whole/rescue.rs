//! What progenitor gives up on is left out, and the rest is generated.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{loss::Losses, walk};
use crate::{
    document,
    problem::Problem,
    rust,
    schema::{self, components, reference_to},
    slice,
    vendor::Config,
};

/// More faults than this are one of ours.
const MOST: usize = 64;

/// The client's tree, made of as much of the document as it can be made of.
pub(super) fn tree(
    document: &mut Value,
    config: &mut Config,
    losses: &mut Losses,
) -> Result<syn::File, Problem> {
    let mut left_out = 0;
    loop {
        let problem = match attempt(document, config) {
            Ok((file, described)) => {
                *config = described;
                return Ok(file);
            }
            Err(problem) if left_out == MOST => return Err(problem),
            Err(problem) => problem,
        };
        left_out += 1;
        if let Some(name) = faulty_schema(document) {
            losses.at(
                &format!("/components/schemas/{name}"),
                format!("is any JSON, as it has no form: {problem}"),
            );
            forget_schema(document, &name);
        } else {
            let route = faulty_operation(document, config)?.ok_or_else(|| problem.clone())?;
            losses.push(&*route, format!("is left out, as it has no form: {problem}"));
            forget_operation(document, &route);
        }
        narrow(document, config);
        if config.operations().next().is_none() {
            return Err(problem);
        }
    }
}

fn attempt(document: &Value, config: &Config) -> Result<(syn::File, Config), Problem> {
    let file = rust::tree(rust::progenitor_tokens(document)?, document, config)?;
    let mut config = config.clone();
    rust::describe(&file, &mut config);
    rust::check(&file, &config)?;
    Ok((file, config))
}

/// The schema that fails by itself and is made of least, if one does.
fn faulty_schema(document: &Value) -> Option<String> {
    let names: Vec<&String> = components(document).map(|(name, _)| name).collect();
    let fails = |names: &[&String]| {
        let list: Vec<Value> = names.iter().map(|name| reference_to(name)).collect();
        let mut part = json!({
            "openapi": document["openapi"], "info": document["info"], "paths": {},
            "components": {"schemas": document["components"]["schemas"]},
        });
        document::retain_components(&mut part["components"], &document::reached(document, &list.into()));
        rust::progenitor_tokens(&part).is_err()
    };
    if !fails(&names) {
        return None;
    }
    let last = names[first_that_fails(names.len(), |count| fails(&names[..count])) - 1];
    let mut reached: Vec<(usize, String)> = document::reached(document, &reference_to(last))
        .iter()
        .filter_map(|reference| reference.strip_prefix("#/components/schemas/"))
        .map(|name| (document::reached(document, &reference_to(name)).len(), name.to_owned()))
        .collect();
    reached.sort();
    let faulty = reached.into_iter().map(|(_, name)| name).find(|name| fails(&[name]));
    Some(faulty.unwrap_or_else(|| last.clone()))
}

/// The operation without which those before it have a client, if that is so.
fn faulty_operation(document: &Value, config: &Config) -> Result<Option<String>, Problem> {
    let routes: Vec<String> = schema::operations(document)
        .map(|(method, path, _)| format!("{} {path}", method.to_uppercase()))
        .collect();
    let fails = |routes: &[String]| {
        let part = slice::operations(document, routes.iter().map(String::as_str));
        let mut config = config.clone();
        narrow(&part, &mut config);
        attempt(&part, &config).is_err()
    };
    if !fails(&routes) || fails(&[]) {
        return Ok(None);
    }
    Ok(Some(routes[first_that_fails(routes.len(), |count| fails(&routes[..count])) - 1].clone()))
}

/// The least number that fails, where all above it do, and `all` does.
fn first_that_fails(all: usize, fails: impl Fn(usize) -> bool) -> usize {
    let (mut good, mut bad) = (0, all);
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if fails(middle) {
            bad = middle;
        } else {
            good = middle;
        }
    }
    bad
}

fn forget_schema(document: &mut Value, name: &str) {
    if let Some(schemas) = schema::object_mut(&mut document["components"], "schemas") {
        schemas.remove(name);
    }
    walk::everything(document, &mut |schema| {
        if schema::reference(schema) == Some(name) {
            *schema = json!({});
        }
    });
}

fn forget_operation(document: &mut Value, route: &str) {
    let left: Vec<String> = schema::operations(document)
        .map(|(method, path, _)| format!("{} {path}", method.to_uppercase()))
        .filter(|other| other != route)
        .collect();
    *document = slice::operations(document, left.iter().map(String::as_str));
}

/// Takes out of the configuration what the document has no more.
fn narrow(document: &Value, config: &mut Config) {
    let routes: BTreeSet<String> = schema::operations(document)
        .map(|(method, path, _)| format!("{} {path}", method.to_uppercase()))
        .collect();
    for upstream in &mut config.upstream {
        upstream.operations.retain(|_, route| routes.contains(route));
    }
    let names: BTreeSet<&String> = components(document).map(|(name, _)| name).collect();
    let is_there =
        |secret: &String| secret.split_once('.').is_some_and(|(name, _)| names.contains(&name.to_owned()));
    config.secrets.retain(is_there);
    let methods: BTreeSet<String> = config.operations().map(|(_, name)| name.to_owned()).collect();
    config.passing_secrets.retain(|name| methods.contains(name));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whole::testing::reference;

    /// A document in normal form whose operations answer with these schemas.
    fn document(schemas: Value) -> (Value, Config) {
        let paths: serde_json::Map<String, Value> = schemas
            .as_object()
            .unwrap()
            .keys()
            .map(|name| {
                let content = json!({"application/json": {"schema": reference(name)}});
                let answers = json!({"200": {"description": "", "content": content}});
                (format!("/{name}"), json!({"get": {"operationId": format!("get_{}", name.to_lowercase()), "responses": answers}}))
            })
            .collect();
        let document = json!({
            "openapi": "3.0.3", "info": {"title": "", "version": ""}, "paths": paths, "components": {"schemas": schemas},
        });
        let config = crate::derive::names(&document, None).unwrap();
        (document, config)
    }

    #[test]
    fn a_schema_that_has_no_form_is_any_json_and_the_rest_is_generated() {
        let good = json!({"type": "object", "properties": {"x": {"type": "string"}}});
        let bad = json!({"type": "string", "enum": ["a", "A"]});
        let (mut document, mut config) = document(
            json!({"A": good, "B": {"type": "object", "properties": {"bad": reference("Bad")}}, "Bad": bad}),
        );
        let mut losses = Losses::default();
        tree(&mut document, &mut config, &mut losses).unwrap();
        assert_eq!(config.operations().count(), 3);
        let losses = losses.into_sorted();
        assert_eq!(losses.iter().map(|loss| loss.place.as_str()).collect::<Vec<_>>(), ["schema Bad"]);
    }

    #[test]
    fn an_operation_that_has_no_form_is_left_out_and_the_rest_is_generated() {
        let good = json!({"type": "object", "properties": {"x": {"type": "string"}}});
        let (mut document, mut config) = document(json!({"A": good, "B": good, "C": good}));
        document["paths"]["/B"]["get"]["parameters"] =
            json!([{"in": "cookie", "name": "c", "schema": {"type": "string"}}]);
        let mut losses = Losses::default();
        tree(&mut document, &mut config, &mut losses).unwrap();
        assert_eq!(config.operations().map(|(route, _)| route).collect::<Vec<_>>(), ["GET /A", "GET /C"]);
        assert_eq!(losses.into_sorted()[0].place, "GET /B");
        for path in ["/A", "/C"] {
            document["paths"][path]["get"]["parameters"] =
                json!([{"in": "cookie", "name": "c", "schema": {"type": "string"}}]);
        }
        assert!(tree(&mut document, &mut config, &mut Losses::default()).is_err());
    }
}
