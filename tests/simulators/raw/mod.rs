//! Calls every operation of every generated client against its simulator. Each call must succeed, and its whole answer
//! must decode.

mod atlassian;
mod launchdarkly;
mod mist;
mod sailpoint;

use std::{fmt::Debug, pin::Pin};

use libtest_mimic::{Failed, Trial};
use serde::Serialize;
use tokenward_http::{Endpoint, HttpOptions, RateOptions, RetryOptions};
use tokenward_mist::raw::{Error, Issued, ResponseValue};

/// A call of one operation.
pub(crate) struct Case {
    pub(crate) operation: &'static str,
    /// Calls the operation in one of the vendor's forms.
    pub(crate) run: fn(&'static str) -> Running,
}

type Running = Pin<Box<dyn Future<Output = Result<(), Failed>>>>;

/// Defines a case for each operation of a table: `name(arguments);`. A missing case is a compile error.
///
/// `start` makes the simulator, its server and a client, in one of the vendor's forms. The arguments can use the simulator
/// by the given name.
macro_rules! operations {
    ($operations:expr, $start:path, $vendor:ident; $($name:ident($($argument:expr),*);)*) => {
        const _: () = assert!(
            crate::raw::are_all_of(&[$(stringify!($name)),*], $operations),
            "an operation has no case here"
        );

        pub(crate) fn cases() -> Vec<crate::raw::Case> {
            vec![$(crate::raw::Case {
                operation: stringify!($name),
                run: |form| Box::pin(async move {
                    // The type of the answer chooses the trait.
                    #[allow(unused_imports, reason = "no operation of Atlassian's issues a secret")]
                    use crate::raw::{DecodedAnswer as _, DecodedIssued as _};
                    #[allow(unused_variables, reason = "some operations need nothing of the simulator")]
                    let ($vendor, _server, client) = $start(form).await;
                    client.raw().$name($($argument),*).await.decoded()
                }),
            }),*]
        }
    };
}

use operations;

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    let mut add = |form: &'static str, cases: Vec<Case>| {
        trials.extend(cases.into_iter().map(|Case { operation, run }| {
            Trial::test(format!("{form}: {operation} succeeds and decodes"), move || {
                crate::block_on(run(form))
            })
        }));
    };
    add("atlassian", atlassian::cases());
    add("launchdarkly", launchdarkly::cases());
    add("mist", mist::cases());
    for form in sailpoint::FORMS {
        add(form, sailpoint::cases_of(form));
    }
    trials
}

/// Sends each request once: a retry must not hide a refusal.
pub(crate) fn http() -> HttpOptions {
    HttpOptions::default().with_retry(RetryOptions::none()).with_rate(RateOptions::off())
}

/// An answer without a fresh secret; the bound `Serialize` excludes the others. All four clients share these types.
pub(crate) trait DecodedAnswer {
    fn decoded(self) -> Result<(), Failed>;
}

impl<T: Debug + Serialize> DecodedAnswer for Result<ResponseValue<T>, Error> {
    fn decoded(self) -> Result<(), Failed> {
        known(&self?.into_inner())
    }
}

/// An answer with a fresh secret and further details.
pub(crate) trait DecodedIssued {
    fn decoded(self) -> Result<(), Failed>;
}

impl<T: Debug> DecodedIssued for Result<ResponseValue<Issued<T>>, Error> {
    fn decoded(self) -> Result<(), Failed> {
        known(&self?.into_inner().details?)
    }
}

/// Fails on an unreadable item, an empty list or an unknown enum value. `Debug` shows them at any depth.
fn known(value: &impl Debug) -> Result<(), Failed> {
    let shown = format!("{value:?}");
    for sign in ["BadItem", "Items([])", "Unknown("] {
        if shown.contains(sign) {
            return Err(format!("{sign} in {value:#?}").into());
        }
    }
    Ok(())
}

/// Returns `true` if these are the names of all operations.
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

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let mut index = 0;
    while index < one.len() && index < other.len() && one[index] == other[index] {
        index += 1;
    }
    index == one.len() && index == other.len()
}
