//! What each kind of change means to who depends on a generated client.

use std::fmt;

/// What a change does, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// A program that compiled no longer does.
    Compile,
    /// A program that was built before cannot read the vendor's answers any more.
    Decode,
    /// The vendor does something else with what is sent, or wants something else.
    Behaviour,
    /// There is more than before.
    Additive,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Compile => "breaks compile",
            Self::Decode => "breaks decode",
            Self::Behaviour => "changes behaviour",
            Self::Additive => "additive",
        })
    }
}

/// A kind of change and its meaning.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name in reports.
    pub name: &'static str,
    /// What it does.
    pub class: Class,
    /// Whether a program that was built before cannot read the answers either, where `class` is `Compile`.
    pub breaks_decode: bool,
    /// Whether something that worked may stop working, or do something else unasked.
    pub breaking: bool,
    /// Why the generated clients do not mind, where they do not.
    pub absorbed: Option<&'static str>,
}

const fn compile(name: &'static str) -> Rule {
    Rule { name, class: Class::Compile, breaks_decode: false, breaking: true, absorbed: None }
}

const fn compile_and_decode(name: &'static str) -> Rule {
    Rule { breaks_decode: true, ..compile(name) }
}

const fn decode(name: &'static str) -> Rule {
    Rule { name, class: Class::Decode, breaks_decode: true, breaking: true, absorbed: None }
}

const fn behaviour(name: &'static str, breaking: bool) -> Rule {
    Rule { name, class: Class::Behaviour, breaks_decode: false, breaking, absorbed: None }
}

const fn additive(name: &'static str) -> Rule {
    Rule { name, class: Class::Additive, breaks_decode: false, breaking: false, absorbed: None }
}

/// What would be so, were it not for how the clients are generated.
const fn absorbed(rule: Rule, why: &'static str) -> Rule {
    Rule { breaking: false, absorbed: Some(why), ..rule }
}

macro_rules! rules {
    ($($constant:ident = $rule:expr;)*) => {
        $(pub(super) const $constant: &Rule = &$rule;)*
        /// Every rule.
        pub const RULES: &[&Rule] = &[$($constant),*];
    };
}

const LENIENT: &str = "nothing but an id is required of an answer";
const OPEN_WORDS: &str = "an unknown word is kept as `Unknown`";
const UNCHECKED: &str = "it has no part in the Rust type";
const ANY_SUCCESS: &str = "every 2xx is a success";
const ONE_ERROR: &str = "every error answer reaches one tolerant reader";

rules! {
    OPERATION_ADDED = additive("operation-added");
    OPERATION_REMOVED = compile("operation-removed");
    OPERATION_MOVED = behaviour("operation-moved", true);
    OPERATION_DEPRECATED = behaviour("operation-deprecated", false);
    OPERATION_UNDEPRECATED = behaviour("operation-no-longer-deprecated", false);

    PARAMETER_ADDED = additive("optional-parameter-added");
    QUERY_INTRODUCED = compile("first-optional-query-parameter-added");
    ARGUMENT_ADDED = compile("optional-header-or-cookie-added");
    PARAMETER_ADDED_REQUIRED = compile("required-parameter-added");
    PARAMETER_REMOVED = compile("parameter-removed");
    PARAMETER_REQUIRED = compile("parameter-became-required");
    PARAMETER_OPTIONAL = compile("parameter-became-optional");
    PARAMETER_MOVED = compile("parameter-moved");
    PARAMETER_STYLE = behaviour("parameter-written-otherwise", true);
    PARAMETER_DEPRECATED = behaviour("parameter-deprecated", false);
    PARAMETER_UNDEPRECATED = behaviour("parameter-no-longer-deprecated", false);
    PATH_PARAMETER_RENAMED =
        absorbed(additive("path-parameter-renamed"), "arguments of a method have places, not names");

    BODY_ADDED = compile("request-body-added");
    BODY_REMOVED = compile("request-body-removed");
    BODY_REQUIRED = absorbed(behaviour("request-body-became-required", false), "a body is always sent");
    BODY_OPTIONAL = absorbed(behaviour("request-body-became-optional", false), "a body is always sent");
    REQUEST_MEDIA_TYPE = behaviour("request-media-type-changed", true);
    REQUEST_MEDIA_TYPE_ADDED = additive("request-media-type-added");
    REQUEST_MEDIA_TYPE_UNUSED =
        absorbed(behaviour("request-media-type-removed", false), "it was not the one that is sent");

    STATUS = absorbed(decode("success-status-changed"), ANY_SUCCESS);
    SUCCESS_ADDED = absorbed(additive("another-success-added"), ANY_SUCCESS);
    SUCCESS_OTHERWISE = decode("another-success-of-another-body-added");
    SUCCESS_REMOVED = absorbed(additive("another-success-removed"), ANY_SUCCESS);
    ANSWER_ADDED = compile("answer-body-added");
    ANSWER_REMOVED = compile_and_decode("answer-body-removed");
    ANSWER_MEDIA_TYPE = absorbed(decode("answer-media-type-changed"), "an answer is read whatever it is called");
    ANSWER_NO_JSON = compile_and_decode("answer-no-longer-json");
    // What is no JSON is a stream of bytes, and anything can be that.
    ANSWER_NEWLY_JSON = compile("answer-newly-json");
    ANSWER_MEDIA_TYPE_ADDED = additive("answer-media-type-added");
    ANSWER_MEDIA_TYPE_UNUSED =
        absorbed(behaviour("answer-media-type-removed", false), "it was not the one that is asked for");
    ANSWER_HEADER_ADDED = additive("answer-header-added");
    ANSWER_HEADER_REMOVED = behaviour("answer-header-removed", false);
    ERROR_ADDED = absorbed(additive("error-answer-added"), ONE_ERROR);
    ERROR_REMOVED = absorbed(additive("error-answer-removed"), ONE_ERROR);
    ERROR_CHANGED = absorbed(behaviour("error-answer-changed", false), ONE_ERROR);

    SCOPE_ADDED = behaviour("required-scope-added", true);
    SCOPE_REMOVED = behaviour("required-scope-removed", false);
    CREDENTIAL_ADDED = additive("kind-of-credential-added");
    CREDENTIAL_REMOVED = behaviour("kind-of-credential-removed", true);
    SERVER_ADDED = additive("server-added");
    SERVER_DEFAULT = behaviour("server-default-changed", true);
    SERVER_REMOVED = behaviour("server-removed", true);

    TYPE_RENAMED = compile("type-renamed");
    RETYPED_SENT = compile("request-type-changed");
    RETYPED_READ = compile_and_decode("answer-type-changed");
    NARROWED_READ = compile("answer-type-narrowed");
    FORMAT = absorbed(behaviour("format-changed", false), UNCHECKED);
    DATE_DIALECT = absorbed(decode("date-written-otherwise"), "one reader takes every dialect of dates");

    FIELD_ADDED_READ = additive("answer-field-added");
    FIELD_ADDED_SENT = additive("optional-request-field-added");
    FIELD_ADDED_REQUIRED = compile("required-request-field-added");
    FIELD_REMOVED_SENT = compile("request-field-removed");
    FIELD_REMOVED_READ = compile("answer-field-removed");
    ID_REMOVED = compile_and_decode("answer-id-removed");
    // An answer to a creation without its secret is an error, whatever else is in it.
    SECRET_REMOVED = compile_and_decode("answer-secret-removed");
    FIELD_REQUIRED_SENT = compile("request-field-became-required");
    FIELD_OPTIONAL_SENT = compile("request-field-became-optional");
    FIELD_REQUIRED_READ = absorbed(additive("answer-field-became-required"), LENIENT);
    FIELD_OPTIONAL_READ = absorbed(decode("answer-field-became-optional"), LENIENT);
    ID_REQUIRED = compile("answer-id-became-required");
    ID_OPTIONAL = compile_and_decode("answer-id-became-optional");
    NULLABLE_SENT = compile("request-value-became-nullable");
    NOT_NULLABLE_SENT = compile("request-value-no-longer-nullable");
    FIELD_NULLABLE_READ = absorbed(decode("answer-field-became-nullable"), LENIENT);
    FIELD_NOT_NULLABLE_READ = absorbed(additive("answer-field-no-longer-nullable"), LENIENT);
    NULLABLE_READ = compile_and_decode("answer-value-became-nullable");
    NOT_NULLABLE_READ = compile("answer-value-no-longer-nullable");

    WORD_ADDED_SENT = additive("request-enum-value-added");
    WORD_ADDED_READ = absorbed(decode("answer-enum-value-added"), OPEN_WORDS);
    WORD_REMOVED = compile("enum-value-removed");
    NUMBER_ADDED_READ = decode("answer-number-added-to-enum");
    NUMBER_REMOVED_SENT = behaviour("request-number-removed-from-enum", true);
    NUMBER_REMOVED_READ = absorbed(additive("answer-number-removed-from-enum"), "it can still be read");
    BRANCH_ADDED_SENT = additive("request-alternative-added");
    BRANCH_ADDED_READ = decode("answer-alternative-added");
    // Nothing is required of a record in an answer, so one record is read as well as another.
    BRANCH_TAKEN = behaviour("answer-alternative-taken-for-another", true);
    BRANCH_REMOVED = compile("alternative-removed");
    DISCRIMINATOR = absorbed(behaviour("discriminator-changed", false), UNCHECKED);

    DEFAULT_SENT = behaviour("request-default-changed", true);
    DEFAULT_READ = absorbed(behaviour("answer-default-changed", false), UNCHECKED);
    LIMIT_NARROWED = behaviour("request-limit-narrowed", true);
    LIMIT_WIDENED = behaviour("request-limit-widened", false);
    LIMIT_READ = absorbed(behaviour("answer-limit-changed", false), UNCHECKED);
    CLOSED = absorbed(additive("closed-to-unknown-fields"), "records take unknown fields in any case");
    OPENED = absorbed(additive("opened-to-unknown-fields"), "records take unknown fields in any case");
    FIELD_DEPRECATED = behaviour("field-deprecated", false);
    FIELD_UNDEPRECATED = behaviour("field-no-longer-deprecated", false);

    API_CHANGED = compile("api-changed");
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_name_stands_for_one_rule() {
        let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
        assert_eq!(names.len(), RULES.len());
    }

    #[test]
    fn what_is_absorbed_or_additive_breaks_nothing_and_what_breaks_code_is_breaking() {
        for rule in RULES {
            assert!(!rule.breaking || rule.absorbed.is_none(), "{}", rule.name);
            assert!(!rule.breaking || rule.class != Class::Additive, "{}", rule.name);
            let breaks_code = matches!(rule.class, Class::Compile | Class::Decode);
            assert!(!breaks_code || rule.breaking || rule.absorbed.is_some(), "{}", rule.name);
        }
    }
}
