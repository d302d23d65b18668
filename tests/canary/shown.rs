//! What can be printed of what a call gives.

use std::{error::Error, fmt::Debug};

use serde::Serialize;
use tokenward::Result;
use tokenward_mist::raw;

use crate::watch;

/// Texts of a value, in which data may stand, or of an error, in which it may not.
pub(crate) struct Shown {
    pub(crate) is_ok: bool,
    pub(crate) values: Vec<String>,
    pub(crate) errors: Vec<String>,
}

impl Shown {
    fn ok() -> Self {
        Self { is_ok: true, values: Vec::new(), errors: Vec::new() }
    }

    /// What an operation of a generated client gives. All four have the same types.
    pub(crate) fn raw<T: Debug + Serialize>(result: Result<raw::ResponseValue<T>, raw::Error>) -> Self {
        let mut shown = Self::ok();
        match result {
            Ok(value) => {
                shown.value(&value);
                let value = value.into_inner();
                shown.json(&value);
                shown.panic(&value);
            }
            Err(error) => shown.error(error),
        }
        shown
    }

    /// What an operation of a family gives.
    pub(crate) fn of<T: Debug>(result: Result<T>, json: impl Fn(&T) -> Option<String>) -> Self {
        let mut shown = Self::ok();
        match result {
            Ok(value) => {
                shown.value(&value);
                shown.values.extend(json(&value));
                shown.panic(&value);
            }
            Err(error) => shown.error(error),
        }
        shown
    }

    /// The same for several results.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.is_ok &= other.is_ok;
        self.values.extend(other.values);
        self.errors.extend(other.errors);
        self
    }

    fn value(&mut self, value: &impl Debug) {
        self.values.push(format!("{value:?}"));
        self.values.push(format!("{value:#?}"));
    }

    pub(crate) fn json(&mut self, value: &impl Serialize) {
        self.values.push(serde_json::to_string(value).unwrap());
        self.values.push(serde_json::to_value(value).unwrap().to_string());
    }

    /// What a caller sees who was sure of an error.
    fn panic(&mut self, value: &impl Debug) {
        self.values.push(watch::panicking(|| Err::<(), _>(value).unwrap()));
    }

    fn error(&mut self, error: impl Error + 'static) {
        self.is_ok = false;
        let mut next: Option<&dyn Error> = Some(&error);
        while let Some(error) = next {
            self.errors.extend([
                format!("{error}"),
                format!("{error:#}"),
                format!("{error:?}"),
                format!("{error:#?}"),
            ]);
            next = error.source();
        }
        // What a caller sees who was sure of a value.
        self.errors.push(watch::panicking(|| Err::<(), _>(error).unwrap()));
    }
}
