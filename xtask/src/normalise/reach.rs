//! Which component schemas requests and answers reach.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{document, schema};

/// The names of the component schemas that each direction reaches.
#[derive(Debug, Default)]
pub struct Reach {
    /// Those in bodies and parameters.
    pub requests: BTreeSet<String>,
    /// Those in answers.
    pub answers: BTreeSet<String>,
}

impl Reach {
    /// Follows every reference from the document's operations.
    pub fn of(document: &Value) -> Self {
        let mut reach = Self::default();
        for (_, item) in document.get("paths").into_iter().flat_map(schema::members) {
            if let Some(parameters) = item.get("parameters") {
                follow(document, parameters, &mut reach.requests);
            }
        }
        for (_, _, operation) in schema::operations(document) {
            for key in ["parameters", "requestBody"] {
                operation.get(key).into_iter().for_each(|value| follow(document, value, &mut reach.requests));
            }
            operation
                .get("responses")
                .into_iter()
                .for_each(|value| follow(document, value, &mut reach.answers));
        }
        reach
    }
}

/// Adds the component schemas that `start` reaches.
fn follow(document: &Value, start: &Value, reached: &mut BTreeSet<String>) {
    let references = document::reached(document, start);
    reached.extend(
        references.iter().filter_map(|name| name.strip_prefix("#/components/schemas/")).map(str::to_owned),
    );
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_followed_through_responses_parameters_and_cycles() {
        let schema = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let document = json!({
            "paths": {"/a": {
                "parameters": [{"$ref": "#/components/parameters/P"}],
                "post": {"requestBody": {"x": schema("In")}, "responses": {"200": {"$ref": "#/components/responses/R"}}},
            }},
            "components": {
                "parameters": {"P": {"schema": schema("Id")}},
                "responses": {"R": {"x": schema("Out")}},
                "schemas": {
                    "Id": {}, "Unused": {},
                    "In": {"properties": {"both": schema("Both")}},
                    "Out": {"properties": {"both": schema("Both"), "self": schema("Out")}},
                    "Both": {},
                },
            },
        });
        let reach = Reach::of(&document);
        assert_eq!(reach.requests.into_iter().collect::<Vec<_>>(), ["Both", "Id", "In"]);
        assert_eq!(reach.answers.into_iter().collect::<Vec<_>>(), ["Both", "Out"]);
    }
}
