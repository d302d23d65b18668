//! The operations of the generated clients, each with a case: one without a case does not compile.

pub(crate) mod atlassian;
pub(crate) mod launchdarkly;
pub(crate) mod mist;
pub(crate) mod sailpoint;

use std::pin::Pin;

use serde_json::Value;
use tokenward_http::Endpoint;

use crate::{shown::Shown, vendor::Route};

/// An operation, what it is called with, and what it answers when all is well.
pub(crate) struct Case<C> {
    pub(crate) operation: Endpoint,
    pub(crate) answer: Value,
    pub(crate) call: Call<C>,
}

pub(crate) type Call<C> = fn(&C) -> Pin<Box<dyn Future<Output = Shown>>>;

impl<C> Case<C> {
    pub(crate) fn route(&self) -> Route {
        Route { operation: self.operation, answer: self.answer.clone() }
    }
}

/// A case for each operation of a table: `name(arguments) => answer;`.
macro_rules! operations {
    ($client:ty, $operations:expr; $($name:ident($($argument:expr),*) => $answer:expr;)*) => {
        const _: () = assert!(
            crate::raw::are_all_of(&[$(stringify!($name)),*], $operations),
            "an operation has no case here"
        );

        pub(crate) fn cases() -> Vec<crate::raw::Case<$client>> {
            vec![$(crate::raw::Case {
                operation: crate::raw::operation($operations, stringify!($name)),
                answer: $answer,
                call: |client| {
                    let client = client.clone();
                    Box::pin(async move {
                        // One of the two has it, by what the operation gives.
                        #[allow(unused_imports, reason = "no operation of Atlassian's issues a secret")]
                        use crate::shown::{ShowAnswer as _, ShowIssued as _};
                        client.raw().$name($($argument),*).await.show()
                    })
                },
            }),*]
        }
    };
}

use operations;

/// Whether these are the names of all operations.
const fn are_all_of(names: &[&str], operations: &[Endpoint]) -> bool {
    let mut index = 0;
    while index < operations.len() {
        if !is_among(operations[index].id, names) {
            return false;
        }
        index += 1;
    }
    names.len() == operations.len()
}

const fn is_among(wanted: &str, names: &[&str]) -> bool {
    let mut index = 0;
    while index < names.len() {
        if is_same(wanted.as_bytes(), names[index].as_bytes()) {
            return true;
        }
        index += 1;
    }
    false
}

pub(crate) const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let mut index = 0;
    while index < one.len() && index < other.len() && one[index] == other[index] {
        index += 1;
    }
    index == one.len() && index == other.len()
}

fn operation(operations: &[Endpoint], id: &str) -> Endpoint {
    *operations.iter().find(|operation| operation.id == id).unwrap()
}

/// What comes where no body is read: something all the same.
fn unread() -> Value {
    crate::outcomes::planted(r#"{"key": "SECRET-", "token": "SECRET-", "name": "x"}"#)
}
