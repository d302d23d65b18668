//! What a token may do: a role, custom roles or an inline role.

use serde_json::{Map, Value, json};

use super::{LaunchDarkly, tokens::invalid};
use crate::{reading::texts, shared::Refusal};

const ROLES: [&str; 3] = ["reader", "writer", "admin"];

#[derive(Clone)]
pub(super) enum Rights {
    Role(String),
    /// By id.
    Custom(Vec<String>),
    Inline(Value),
}

/// How a request names custom roles.
#[derive(Clone, Copy)]
pub(super) enum Named {
    ByKey,
    ById,
}

impl Rights {
    /// Reads exactly one of the three; what is null or an empty list is not given.
    pub(super) fn read(object: &Map<String, Value>, named: Named) -> Result<Self, Refusal> {
        let given =
            |name: &str| object.get(name).filter(|v| !v.is_null() && **v != json!([]) && **v != json!(""));
        match (given("role"), given("customRoleIds"), given("inlineRole")) {
            (Some(role), None, None) => match role.as_str().filter(|role| ROLES.contains(role)) {
                Some(role) => Ok(Self::Role(role.to_owned())),
                None => Err(invalid("role is none that is known")),
            },
            (None, Some(custom), None) => custom_roles(custom, named),
            (None, None, Some(inline)) => {
                check_policy(inline)?;
                Ok(Self::Inline(inline.clone()))
            }
            _ => Err(invalid("give one of role, customRoleIds and inlineRole")),
        }
    }

    pub(super) fn write(&self, record: &mut Value) {
        match self {
            Self::Role(role) => record["role"] = json!(role),
            Self::Custom(ids) => record["customRoleIds"] = json!(ids),
            Self::Inline(policy) => record["inlineRole"] = policy.clone(),
        }
    }

    pub(super) fn is_role(&self, expected: &str) -> bool {
        matches!(self, Self::Role(role) if role == expected)
    }

    /// Whether who has these may give those: nobody but an administrator gives more than a role of their own.
    pub(super) fn may_give(&self, given: &Self) -> bool {
        self.is_role("admin")
            || matches!((self, given), (Self::Role(_), Self::Role(given)) if given == "reader")
            || matches!((self, given), (Self::Role(own), Self::Role(given)) if own == given)
    }
}

fn custom_roles(given: &Value, named: Named) -> Result<Rights, Refusal> {
    let given = texts(given).ok_or_else(|| invalid("customRoleIds has to be a list of strings"))?;
    let mut ids = Vec::new();
    for name in given {
        let known = LaunchDarkly::CUSTOM_ROLES.into_iter().find(|(key, id)| match named {
            Named::ByKey => *key == name,
            Named::ById => *id == name,
        });
        let (_, id) = known.ok_or_else(|| invalid("there is no such custom role"))?;
        ids.push(id.to_owned());
    }
    Ok(Rights::Custom(ids))
}

/// Statements of what is allowed and denied.
pub(super) fn check_policy(policy: &Value) -> Result<(), Refusal> {
    let statements = policy.as_array().filter(|statements| !statements.is_empty());
    let good = statements.is_some_and(|statements| {
        statements.iter().all(|statement| {
            let effect = statement.get("effect").and_then(Value::as_str);
            let lists = ["resources", "notResources", "actions", "notActions"];
            matches!(effect, Some("allow" | "deny"))
                && lists.iter().all(|name| statement.get(name).is_none_or(|list| texts(list).is_some()))
        })
    });
    if good { Ok(()) } else { Err(invalid("a policy is a list of statements, each with its effect")) }
}
