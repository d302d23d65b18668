//! What can be printed of what a call gives.

use std::{error::Error, fmt::Debug};

use serde::Serialize;
use tokenward::Result;
use tokenward_mist::raw::{self, Issued};

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

    /// What an operation of a generated client gives.
    fn raw<T: Debug>(
        result: Result<raw::ResponseValue<T>, raw::Error>,
        json: impl FnOnce(&mut Self, &T),
    ) -> Self {
        let mut shown = Self::ok();
        match result {
            Ok(value) => {
                shown.value(&value);
                let value = value.into_inner();
                json(&mut shown, &value);
                shown.panic(&value);
            }
            Err(error) => {
                // What a caller sees who looks into it.
                if let raw::Error::UnexpectedResponse(response) = &error {
                    shown.errors.push(format!("{response:?}"));
                }
                shown.error(error);
            }
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
        self.values.push(watch::unwrapping(Err(value)));
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
        self.errors.push(watch::unwrapping(Err(error)));
    }
}

/// An answer of a generated client that is written as JSON as a whole. All four clients have the same types.
pub(crate) trait ShowAnswer {
    fn show(self) -> Shown;
}

impl<T: Debug + Serialize> ShowAnswer for Result<raw::ResponseValue<T>, raw::Error> {
    fn show(self) -> Shown {
        Shown::raw(self, |shown, value| shown.json(value))
    }
}

/// An answer with a fresh secret, which is no JSON, and its details, which are.
pub(crate) trait ShowIssued {
    fn show(self) -> Shown;
}

impl<T: Debug + Serialize> ShowIssued for Result<raw::ResponseValue<Issued<T>>, raw::Error> {
    fn show(self) -> Shown {
        Shown::raw(self, |shown, issued| {
            shown.json(&issued.secret);
            shown.json(&issued.others);
            match &issued.details {
                Ok(details) => shown.json(details),
                Err(drift) => shown.errors.extend([drift.to_string(), format!("{drift:#?}")]),
            }
        })
    }
}
