//! The operations and settings that a family supports.

use std::collections::BTreeMap;

use crate::{
    error::{Error, ErrorKind, Result},
    model::family::TokenFamily,
    operation::{Operation, Setting},
};

/// The support for an operation or a setting: how it is supported, or why it is not.
///
/// ```
/// use tokenward_core::Support;
///
/// let get = Support::Emulated { how: "the list is searched" };
/// assert!(get.is_supported());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Support {
    /// The vendor supports it.
    Native,
    /// The vendor does not support it. The client combines other operations of the vendor.
    Emulated {
        /// The operations that the client combines, and their cost.
        how: &'static str,
    },
    /// The API does not support it. The client refuses it without sending a request.
    Unsupported {
        /// The reason.
        why: &'static str,
        /// The action that a person can take instead, if any.
        instead: Option<&'static str>,
    },
}

impl Support {
    /// Returns `true` if a request for it can succeed.
    pub const fn is_supported(&self) -> bool {
        !matches!(self, Self::Unsupported { .. })
    }
}

const NO_OPERATION: Support = Support::Unsupported { why: "the vendor has no such operation", instead: None };
const NO_SETTING: Support = Support::Unsupported { why: "the vendor has no such setting", instead: None };

/// The support of a family for each operation and each setting.
///
/// ```
/// use tokenward_core::{Capabilities, Operation, Setting};
///
/// let capabilities = Capabilities::default()
///     .native(Operation::List)
///     .native(Operation::Revoke)
///     .emulated(Operation::Get, "the list is searched")
///     .unsupported(Operation::Create, "users make their tokens themselves", Some("ask the user"));
/// assert!(capabilities.supports(Operation::Get));
/// assert!(!capabilities.allows(Setting::CreateWithExpiry));
/// ```
///
/// The capabilities are a promise in both directions. A supported operation or setting works. An unsupported one fails
/// with [`ErrorKind::Unsupported`], and no request is sent. Whatever is not declared is unsupported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Capabilities {
    operations: BTreeMap<Operation, Support>,
    settings: BTreeMap<Setting, Support>,
    coverage: Option<&'static str>,
}

impl Capabilities {
    /// Declares that the vendor supports an operation.
    pub fn native(mut self, operation: Operation) -> Self {
        self.operations.insert(operation, Support::Native);
        self
    }

    /// Declares that the client emulates an operation with others.
    pub fn emulated(mut self, operation: Operation, how: &'static str) -> Self {
        self.operations.insert(operation, Support::Emulated { how });
        self
    }

    /// Declares that an operation is unsupported, with the reason and the action that a person can take instead.
    pub fn unsupported(
        mut self,
        operation: Operation,
        why: &'static str,
        instead: Option<&'static str>,
    ) -> Self {
        self.operations.insert(operation, Support::Unsupported { why, instead });
        self
    }

    /// Declares that the vendor supports these settings.
    pub fn with(mut self, settings: impl IntoIterator<Item = Setting>) -> Self {
        self.settings.extend(settings.into_iter().map(|setting| (setting, Support::Native)));
        self
    }

    /// Declares that the client emulates a setting with others.
    pub fn with_emulated(mut self, setting: Setting, how: &'static str) -> Self {
        self.settings.insert(setting, Support::Emulated { how });
        self
    }

    /// Declares that a setting is unsupported, with the reason and the action that a person can take instead.
    pub fn without(mut self, setting: Setting, why: &'static str, instead: Option<&'static str>) -> Self {
        self.settings.insert(setting, Support::Unsupported { why, instead });
        self
    }

    /// Declares which tokens a complete list may lack, because the vendor does not show them to every caller.
    pub fn with_coverage(mut self, coverage: &'static str) -> Self {
        self.coverage = Some(coverage);
        self
    }

    /// Returns how an operation is supported, or why it is not.
    pub fn operation(&self, operation: Operation) -> Support {
        self.operations.get(&operation).copied().unwrap_or(NO_OPERATION)
    }

    /// Returns how a setting is supported, or why it is not.
    ///
    /// A setting of an unsupported operation is unsupported for the same reason.
    pub fn setting(&self, setting: Setting) -> Support {
        let of_operation = self.operation(setting.operation());
        if !of_operation.is_supported() {
            return of_operation;
        }
        self.settings.get(&setting).copied().unwrap_or(NO_SETTING)
    }

    /// Returns `true` if an operation is supported.
    pub fn supports(&self, operation: Operation) -> bool {
        self.operation(operation).is_supported()
    }

    /// Returns `true` if a setting is supported.
    pub fn allows(&self, setting: Setting) -> bool {
        self.setting(setting).is_supported()
    }

    /// Returns which tokens a complete list may lack.
    ///
    /// `None` means that the vendor shows all tokens to every caller that may list them.
    pub fn coverage(&self) -> Option<&'static str> {
        self.coverage
    }

    /// Checks that an operation and its settings are supported, before a request is sent.
    ///
    /// ```
    /// use tokenward_core::{Capabilities, Operation, TokenFamily};
    ///
    /// let capabilities = Capabilities::default().unsupported(Operation::Create, "users make them", Some("ask the user"));
    /// let refusal = capabilities.check(TokenFamily::new("acme", "token"), Operation::Create, []).unwrap_err();
    /// assert_eq!(refusal.message(), "users make them; instead, ask the user");
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`], with the reason and the alternative.
    pub fn check(
        &self,
        family: TokenFamily,
        operation: Operation,
        settings: impl IntoIterator<Item = Setting>,
    ) -> Result<()> {
        let refused = |support: Support, what: Option<Setting>| match support {
            Support::Unsupported { why, instead } => Err(refusal(family, operation, what, why, instead)),
            Support::Native | Support::Emulated { .. } => Ok(()),
        };
        refused(self.operation(operation), None)?;
        settings.into_iter().try_for_each(|setting| refused(self.setting(setting), Some(setting)))
    }
}

fn refusal(
    family: TokenFamily,
    operation: Operation,
    setting: Option<Setting>,
    why: &str,
    instead: Option<&str>,
) -> Error {
    let what = setting.map(|setting| format!("cannot {setting}: ")).unwrap_or_default();
    let instead = instead.map(|instead| format!("; instead, {instead}")).unwrap_or_default();
    Error::new(ErrorKind::Unsupported, format!("{what}{why}{instead}")).with_place(family, operation)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILY: TokenFamily = TokenFamily::new("acme", "token");

    #[test]
    fn what_is_not_mentioned_is_denied() {
        let none = Capabilities::default();
        for operation in Operation::ALL {
            assert!(!none.supports(operation), "{operation}");
        }
        for setting in Setting::ALL {
            assert!(!none.allows(setting), "{setting}");
        }
    }

    #[test]
    fn an_option_of_a_denied_operation_is_denied_for_the_same_reason() {
        let capabilities = Capabilities::default()
            .unsupported(Operation::Create, "users make them", None)
            .with([Setting::CreateWithExpiry]);
        assert_eq!(
            capabilities.setting(Setting::CreateWithExpiry),
            capabilities.operation(Operation::Create)
        );
    }

    #[test]
    fn a_refusal_says_what_why_and_what_to_do_instead() {
        let capabilities = Capabilities::default()
            .native(Operation::Update)
            .unsupported(Operation::Create, "users make them", Some("ask the user"))
            .without(Setting::UpdateExpiry, "dates are fixed", None);
        let refusal = |operation, settings: &[Setting]| {
            capabilities.check(FAMILY, operation, settings.iter().copied()).unwrap_err().to_string()
        };
        insta::assert_snapshot!(
            [
                refusal(Operation::Create, &[]),
                refusal(Operation::Update, &[Setting::UpdateExpiry]),
                refusal(Operation::Update, &[Setting::UpdateName]),
                refusal(Operation::Reset, &[]),
            ]
            .join("\n")
        );
    }
}
