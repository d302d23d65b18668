//! Operations: their names, paths, request bodies and notices.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    problem::Problem,
    schema::{self, members, members_mut},
    vendor::Config,
};

/// Where an operation's real media type travels, for the table beside the generated client.
pub const CONTENT_TYPE: &str = "x-content-type";
/// Where the name of a parameter travels that is another in Rust.
pub const WIRE_NAME: &str = "x-wire-name";

/// Every operation gets the name that `vendor.toml` gives it, and none is missing or left over.
pub(super) fn names(document: &mut Value, config: &Config) -> Result<usize, Problem> {
    let mut wanted: BTreeMap<&str, &str> = config.operations().collect();
    let mut count = 0;
    for (method, path, operation) in schema::operations_mut(document) {
        let key = format!("{} {path}", method.to_uppercase());
        let name = wanted.remove(key.as_str()).ok_or_else(|| {
            Problem::at(&key, "is not listed in vendor.toml: name it there, or take it out of openapi.yaml")
        })?;
        if operation.get("operationId").and_then(Value::as_str) != Some(name) {
            operation["operationId"] = name.into();
            count += 1;
        }
    }
    match wanted.into_iter().next() {
        Some((key, name)) => Err(Problem::at(
            key,
            format!("`{name}` is listed in vendor.toml and the document has no such operation"),
        )),
        None => Ok(count),
    }
}

/// A path with a server of its own gets that server's path prefix.
pub(super) fn path_servers(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    let Some(root) = document.get("servers").and_then(first_server) else { return Ok(0) };
    let Some(paths) = schema::object_mut(document, "paths") else { return Ok(0) };
    let mut count = 0;
    for (path, mut item) in std::mem::take(paths) {
        let servers = item.as_object_mut().and_then(|item| item.remove("servers"));
        let prefix = match servers.as_ref().and_then(first_server) {
            None => String::new(),
            Some(server) => {
                count += 1;
                server.strip_prefix(&root).map(str::to_owned).ok_or_else(|| {
                    Problem::at(&path, format!("its server {server} is not under the document's {root}"))
                })?
            }
        };
        let whole = format!("{prefix}{path}");
        if paths.contains_key(&whole) {
            return Err(Problem::at(&path, format!("with its server it is {whole}, as another path is")));
        }
        paths.insert(whole, item);
    }
    Ok(count)
}

/// The address of the first server, its variables at their defaults.
pub(crate) fn first_server(servers: &Value) -> Option<String> {
    let server = servers.get(0)?;
    let mut url = server.get("url")?.as_str()?.to_owned();
    for (name, variable) in server.get("variables").into_iter().flat_map(members) {
        url = url.replace(&format!("{{{name}}}"), variable.get("default")?.as_str()?);
    }
    Some(url.trim_end_matches('/').to_owned())
}

/// Header parameters that OpenAPI says are to be ignored go: the client sets these headers itself.
pub(super) fn header_parameters(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    const OURS: [&str; 3] = ["accept", "authorization", "content-type"];

    let is_ours = |parameter: &Value| {
        let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
        parameter.get("in").is_some_and(|place| place == "header")
            && OURS.contains(&name.to_lowercase().as_str())
    };
    let ignored: Vec<String> = document
        .pointer("/components/parameters")
        .into_iter()
        .flat_map(members)
        .filter(|(_, parameter)| is_ours(parameter))
        .map(|(name, _)| format!("#/components/parameters/{name}"))
        .collect();
    let mut count = 0;
    let mut clean = |owner: &mut Value| {
        let Some(parameters) = owner.get_mut("parameters").and_then(Value::as_array_mut) else { return };
        let before = parameters.len();
        parameters.retain(|parameter| {
            let reference = parameter.get("$ref").and_then(Value::as_str);
            !is_ours(parameter)
                && !reference.is_some_and(|reference| ignored.iter().any(|name| name == reference))
        });
        count += before - parameters.len();
    };
    for (_, item) in document.get_mut("paths").into_iter().flat_map(members_mut) {
        clean(item);
        members_mut(item).for_each(|(_, operation)| clean(operation));
    }
    Ok(count)
}

/// One media type a body; progenitor is told JSON where it is a kind of JSON, and the real one travels beside.
pub(super) fn request_media_types(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    let mut count = 0;
    for (method, path, operation) in schema::operations_mut(document) {
        let Some(content) =
            operation.get_mut("requestBody").and_then(|body| schema::object_mut(body, "content"))
        else {
            continue;
        };
        if content.contains_key("application/json") {
            count += content.len() - 1;
            content.retain(|media_type, _| media_type == "application/json");
            continue;
        }
        let json_like = content.keys().find(|media_type| media_type.ends_with("+json")).cloned();
        if let Some(media_type) = json_like {
            let body = content.remove(&media_type).unwrap_or_default();
            content.clear();
            content.insert("application/json".into(), body);
            operation[CONTENT_TYPE] = media_type.into();
            count += 1;
        } else if !["application/x-www-form-urlencoded", "application/octet-stream"]
            .iter()
            .any(|sent| content.contains_key(*sent))
        {
            let found: Vec<_> = content.keys().map(String::as_str).collect();
            return Err(Problem::at(
                format!("{} {path}", method.to_uppercase()),
                format!("no way to send a body as {}", found.join(", ")),
            ));
        }
    }
    Ok(count)
}

/// What the vendor calls deprecated says so in its documentation.
pub(super) fn deprecations(document: &mut Value, _: &Config) -> Result<usize, Problem> {
    const NOTICE: &str = "Deprecated by the vendor.";

    let mut count = 0;
    let mut mark = |value: &mut Value| {
        if value.get("deprecated") == Some(&Value::Bool(true)) {
            let text = value.get("description").and_then(Value::as_str).unwrap_or_default();
            value["description"] = format!("{NOTICE} {text}").trim_end().into();
            count += 1;
        }
    };
    schema::operations_mut(document).for_each(|(_, _, operation)| mark(operation));
    schema::for_each(document, &mut |schema| {
        schema
            .get_mut("properties")
            .into_iter()
            .flat_map(members_mut)
            .for_each(|(_, property)| mark(property));
    });
    Ok(count)
}

/// Whether a call of the operation needs a credential.
pub fn is_authorized(document: &Value, operation: &Value) -> bool {
    operation.get("security").or(document.get("security")).and_then(Value::as_array).is_some_and(|schemes| {
        !schemes.is_empty() && schemes.iter().all(|scheme| members(scheme).next().is_some())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::normalise::testing::{run, try_run};

    const KEPT: &str = "
        [[upstream]]
        name = 'kept'
        published = ''
        version = ''
        compared = ''
        licence = ''
        operations = { list_tokens = 'GET /tokens' }";

    #[test]
    fn operations_are_named_by_the_configuration() {
        let mut document =
            json!({"paths": {"/tokens": {"get": {"operationId": "listTokensV1"}, "parameters": []}}});
        assert_eq!(try_run("operation-names", &mut document, KEPT), Ok(1));
        assert_eq!(document["paths"]["/tokens"]["get"]["operationId"], "list_tokens");
    }

    #[test]
    fn an_operation_too_many_or_too_few_is_named() {
        let mut many = json!({"paths": {"/tokens": {"get": {}, "delete": {}}}});
        let mut few = json!({"paths": {}});
        assert_eq!(
            try_run("operation-names", &mut many, KEPT).unwrap_err(),
            "DELETE /tokens: is not listed in vendor.toml: name it there, or take it out of openapi.yaml"
        );
        assert_eq!(
            try_run("operation-names", &mut few, KEPT).unwrap_err(),
            "GET /tokens: `list_tokens` is listed in vendor.toml and the document has no such operation"
        );
    }

    #[test]
    fn a_paths_own_server_becomes_a_prefix() {
        let server = |url: &str| json!([{"url": url, "variables": {"t": {"default": "x"}}}]);
        let (document, count) = run(
            "path-servers",
            json!({"servers": server("https://{t}.a.com/"), "paths": {
                "/plain": {},
                "/same": {"servers": server("https://x.a.com")},
                "/below": {"servers": server("https://x.a.com/v1")},
            }}),
        );
        assert_eq!(document["paths"], json!({"/plain": {}, "/same": {}, "/v1/below": {}}));
        assert_eq!(count, 2);

        let mut elsewhere = json!({"servers": server("https://a.com"), "paths": {"/p": {"servers": server("https://b.com")}}});
        assert_eq!(
            try_run("path-servers", &mut elsewhere, "").unwrap_err(),
            "/p: its server https://b.com is not under the document's https://a.com"
        );

        let mut same = json!({"servers": server("https://a.com"), "paths": {
            "/p": {"servers": server("https://a.com/v1")}, "/v1/p": {},
        }});
        assert_eq!(
            try_run("path-servers", &mut same, "").unwrap_err(),
            "/v1/p: with its server it is /v1/p, as another path is"
        );
    }

    #[test]
    fn a_kind_of_json_is_declared_as_json_and_remembered() {
        let body = |media_type: &str| json!({"paths": {"/a": {"post": {"requestBody": {"content": {media_type: {"x": 1}}}}}}});
        let (document, count) = run("request-media-types", body("application/json-patch+json"));
        let operation = &document["paths"]["/a"]["post"];
        assert_eq!(operation["requestBody"]["content"], json!({"application/json": {"x": 1}}));
        assert_eq!(operation[CONTENT_TYPE], "application/json-patch+json");
        assert_eq!(count, 1);
        assert_eq!(run("request-media-types", body("application/x-www-form-urlencoded")).1, 0);
        assert_eq!(
            try_run("request-media-types", &mut body("multipart/form-data"), "").unwrap_err(),
            "POST /a: no way to send a body as multipart/form-data"
        );
    }

    #[test]
    fn headers_that_the_client_sets_are_no_parameters() {
        let header = |name: &str| json!({"in": "header", "name": name});
        let (document, count) = run(
            "header-parameters",
            json!({
                "paths": {"/a": {
                    "parameters": [header("Authorization"), {"in": "query", "name": "accept"}],
                    "get": {"parameters": [header("ACCEPT"), {"$ref": "#/components/parameters/Type"}, header("X-Kept")]},
                }},
                "components": {"parameters": {"Type": header("Content-Type")}},
            }),
        );
        assert_eq!(document["paths"]["/a"]["parameters"], json!([{"in": "query", "name": "accept"}]));
        assert_eq!(document["paths"]["/a"]["get"]["parameters"], json!([header("X-Kept")]));
        assert_eq!(count, 3);
    }

    #[test]
    fn what_is_deprecated_says_so() {
        let (document, count) = run(
            "deprecations",
            json!({
                "paths": {"/a": {"get": {"deprecated": true, "description": "Old."}}},
                "components": {"schemas": {"A": {"properties": {"b": {"deprecated": true}, "c": {}}}}},
            }),
        );
        assert_eq!(document["paths"]["/a"]["get"]["description"], "Deprecated by the vendor. Old.");
        assert_eq!(
            document["components"]["schemas"]["A"]["properties"]["b"]["description"],
            "Deprecated by the vendor."
        );
        assert_eq!(count, 2);
    }

    #[test]
    fn an_empty_requirement_needs_no_credential() {
        let document = json!({"security": [{"bearer": []}]});
        assert!(is_authorized(&document, &json!({})));
        assert!(!is_authorized(&document, &json!({"security": [{}]})));
        assert!(!is_authorized(&document, &json!({"security": []})));
        assert!(!is_authorized(&json!({}), &json!({})));
    }
}
