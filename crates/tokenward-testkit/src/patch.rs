//! JSON Patch, read and applied the way both vendors that take it do.

use json_patch::{Patch, PatchOperation};
use serde_json::Value;

/// Why a patch was not applied.
#[derive(Debug, PartialEq)]
pub(crate) enum Refused {
    /// It is no JSON Patch.
    Malformed,
    /// It names something that cannot be changed.
    Path(String),
    /// An operation does not fit the record, as when what it removes is not there.
    DoesNotApply,
}

/// The operations of a patch, where each path begins with one of these members.
pub(crate) fn read(body: &Value, members: &[&str]) -> Result<Vec<PatchOperation>, Refused> {
    let patch: Patch = serde_json::from_value(body.clone()).map_err(|_| Refused::Malformed)?;
    for operation in &patch.0 {
        let from = match operation {
            PatchOperation::Move(moved) => Some(&moved.from),
            PatchOperation::Copy(copied) => Some(&copied.from),
            _ => None,
        };
        for path in [Some(operation.path()), from.map(|from| from.as_ref())].into_iter().flatten() {
            if !members.contains(&member(path.as_str())) {
                return Err(Refused::Path(path.as_str().to_owned()));
            }
        }
    }
    Ok(patch.0)
}

/// The record with the patch applied: all of it or nothing.
pub(crate) fn apply(record: &Value, operations: &[PatchOperation]) -> Result<Value, Refused> {
    let mut changed = record.clone();
    json_patch::patch(&mut changed, operations).map_err(|_| Refused::DoesNotApply)?;
    Ok(changed)
}

/// The member of the record that a path leads into.
pub(crate) fn member(path: &str) -> &str {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.split('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_patch_stays_within_the_members_it_may_change() {
        let patch = json!([{ "op": "replace", "path": "/role", "value": "x" }]);
        assert!(read(&patch, &["role"]).is_ok());
        assert_eq!(read(&patch, &["name"]), Err(Refused::Path("/role".into())));
        let smuggled = json!([{ "op": "copy", "from": "/token", "path": "/name" }]);
        assert_eq!(read(&smuggled, &["name"]), Err(Refused::Path("/token".into())));
        assert_eq!(read(&json!({ "op": "replace" }), &["name"]), Err(Refused::Malformed));
        let valueless = json!([{ "op": "replace", "path": "/name" }]);
        assert_eq!(read(&valueless, &["name"]), Err(Refused::Malformed));
    }

    #[test]
    fn what_is_not_there_cannot_be_removed_and_nothing_is_changed() {
        let record = json!({ "name": "a" });
        let patch = json!([
            { "op": "replace", "path": "/name", "value": "b" },
            { "op": "remove", "path": "/role" },
        ]);
        let operations = read(&patch, &["name", "role"]).unwrap();
        assert_eq!(apply(&record, &operations), Err(Refused::DoesNotApply));
        assert_eq!(apply(&record, &operations[..1]), Ok(json!({ "name": "b" })));
    }
}
