//! The name of a vendor, and all that is named after it.

use heck::{ToShoutySnakeCase, ToTitleCase, ToUpperCamelCase};

use crate::problem::Problem;

/// A name for a folder, a crate, a module, a type and variables of the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name(String);

/// What has a meaning already: crates of this workspace, features of the facade, types that a client names.
const TAKEN: [&str; 35] = [
    "arc",
    "authorize",
    "base-url",
    "basic",
    "bearer",
    "build-error",
    "client",
    "core",
    "credential",
    "default",
    "environment",
    "err",
    "expose-secret",
    "fuzz",
    "header-credential",
    "http",
    "http-options",
    "key-place",
    "native-tls",
    "none",
    "ok",
    "option",
    "raw",
    "result",
    "rustls",
    "rustls-no-provider",
    "secret-string",
    "server",
    "session",
    "some",
    "std",
    "string",
    "testkit",
    "tests",
    "xtask",
];

impl Name {
    const LONGEST: usize = 40;

    /// A name that can be all of that.
    pub(super) fn parse(name: &str) -> Result<Self, Problem> {
        let refuse = |message: &str| Err(Problem::at(format!("`{name}`"), message));
        let is_word = |word: &str| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        };
        let starts_well = name.starts_with(|c: char| c.is_ascii_lowercase());
        if !starts_well || !name.split('-').all(is_word) || name.len() > Self::LONGEST {
            return refuse(
                "is no name for a vendor: write up to 40 small letters and digits, with single hyphens between words",
            );
        }
        if TAKEN.contains(&name) {
            return refuse("is no name for a vendor: it has a meaning here already");
        }
        if syn::parse_str::<syn::Ident>(&name.replace('-', "_")).is_err() {
            return refuse("is no name for a vendor: it is a keyword of Rust");
        }
        Ok(Self(name.to_owned()))
    }

    /// As it was given.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the crate.
    pub(super) fn crate_name(&self) -> String {
        format!("tokenward-{}", self.0)
    }

    /// The name of the crate in Rust.
    pub(super) fn crate_ident(&self) -> String {
        self.crate_name().replace('-', "_")
    }

    /// The name in sentences.
    pub(super) fn title(&self) -> String {
        self.0.to_title_case()
    }

    /// The type of the client.
    pub(super) fn type_name(&self) -> String {
        self.0.to_upper_camel_case()
    }

    /// A variable for the client.
    pub(super) fn variable_name(&self) -> String {
        self.0.replace('-', "_")
    }

    /// A variable of the environment.
    pub(super) fn environment(&self, setting: &str) -> String {
        format!("{}_{}", self.0.to_shouty_snake_case(), setting.to_shouty_snake_case())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_folder_a_crate_a_type_and_a_variable() {
        let name = Name::parse("new-relic").unwrap();
        assert_eq!(name.crate_ident(), "tokenward_new_relic");
        assert_eq!((name.title(), name.type_name()), ("New Relic".to_owned(), "NewRelic".to_owned()));
        assert_eq!(name.environment("base_url"), "NEW_RELIC_BASE_URL");
    }

    #[test]
    fn what_can_not_be_one_is_refused() {
        let long = "a".repeat(41);
        for name in
            ["", "-", "a-", "-a", "a--b", "A", "a_b", "a/b", "..", "../x", "a.b", "1a", "é", "a b", &long]
        {
            assert!(Name::parse(name).unwrap_err().to_string().contains("write up to 40"), "{name}");
        }
        for name in ["core", "http", "testkit", "session", "rustls"] {
            assert!(Name::parse(name).unwrap_err().to_string().contains("a meaning here"), "{name}");
        }
        for name in ["type", "async", "match"] {
            assert!(Name::parse(name).unwrap_err().to_string().contains("keyword"), "{name}");
        }
    }
}
