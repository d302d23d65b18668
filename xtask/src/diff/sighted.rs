//! Operations on tokens that the newer document has, the older one has not, and nobody keeps.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::{kept::Operations, schema::short};
use crate::{radar, route::template, schema, vendor::Config};

/// An operation that looks as if it were about tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sighted {
    /// `METHOD /path`.
    pub operation: String,
    /// Why it looks so.
    pub reasons: Vec<String>,
}

/// What came to be seen, but for what is kept and what `vendor.toml` knows.
pub(super) fn compare(old: &Value, new: &Value, kept: &Operations<'_>, config: &Config) -> Vec<Sighted> {
    let known: BTreeSet<String> = schema::operations(old)
        .map(|(method, path, _)| template(&format!("{} {path}", method.to_uppercase())))
        .collect();
    let kept: BTreeSet<String> = kept.values().map(|operation| operation.route()).collect();
    let sightings = radar::sightings(new);
    radar::unknown(config, &sightings)
        .into_iter()
        .filter(|sighting| {
            !kept.contains(&sighting.operation) && !known.contains(&template(&sighting.operation))
        })
        .map(|sighting| Sighted {
            operation: short(&sighting.operation),
            reasons: sighting.reasons.iter().map(|reason| short(&reason.to_string())).collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::normalise::testing::config;

    #[test]
    fn only_what_is_new_and_neither_kept_nor_known_is_named() {
        let item = || json!({"post": {"responses": {"204": {"description": "Done."}}}});
        let old = json!({"paths": {"/api-tokens": item(), "/projects": item()}});
        let mut new = old.clone();
        for path in ["/teams/api-keys", "/users/{id}/access-tokens", "/service/api-tokens", "/teams"] {
            new["paths"][path] = item();
        }
        let kept = super::super::kept::find(
            &new,
            &[("create".to_owned(), "POST /teams/api-keys".to_owned())].into_iter().collect(),
        );
        let known = "known = [{ operations = ['POST /service/*'], reason = 'seen' }]";
        let sighted = compare(&old, &new, &kept, &config(known));
        let names: Vec<&str> = sighted.iter().map(|sighted| sighted.operation.as_str()).collect();
        assert_eq!(names, ["POST /users/{id}/access-tokens"]);
        assert!(!sighted[0].reasons.is_empty());
    }
}
