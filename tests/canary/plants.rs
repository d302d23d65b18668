//! What is planted, and where.

use tokenward_testkit::{Canaries, Canary};

use crate::exempt;

/// Secrets, which stand in nothing that is printed.
pub(crate) mod secret {
    pub(crate) const CREDENTIAL: &str = "the credential";
    pub(crate) const BEARER: &str = "the bearer token";
    pub(crate) const REFRESH: &str = "the refresh token of an answer";
    pub(crate) const ISSUED: &str = "the secret of an answer";
    pub(crate) const HIDDEN: &str = "a secret in an unknown field of an answer";
    pub(crate) const SENT: &str = "a secret in the body of a request";
    pub(crate) const COOKIE: &str = "a cookie of an answer";
    pub(crate) const HEADER: &str = "a header of an answer";
    pub(crate) const LOCATION: &str = "the address of a redirect";
    pub(crate) const REQUEST_ID: &str = "a request id that is none";
    pub(crate) const REFUSAL: &str = "the body of an error";

    pub(crate) const ALL: [&str; 11] =
        [CREDENTIAL, BEARER, REFRESH, ISSUED, HIDDEN, SENT, COOKIE, HEADER, LOCATION, REQUEST_ID, REFUSAL];
}

/// No secrets: who asks for them is told. They stand in values, and neither in errors nor in logs.
pub(crate) mod data {
    /// An organization, an owner, a filter: in the path or in the query.
    pub(crate) const ASKED: &str = "an id or filter of a request";
    /// The token that the call is about, which an error names.
    pub(crate) const TOKEN_ID: &str = "the id of a token";
    /// A name, a description: in the body.
    pub(crate) const SAID: &str = "a text in the body of a request";
    pub(crate) const ANSWERED: &str = "a text of an answer";

    pub(crate) const ALL: [&str; 4] = [ASKED, TOKEN_ID, SAID, ANSWERED];
}

/// The planted text of this name.
pub(crate) fn plant(name: &str) -> String {
    Canary::new(name).text().to_owned()
}

/// The secrets, and all data but what is exempt.
fn canaries(exempt: &[&str]) -> Canaries {
    let data = data::ALL.iter().filter(|name| !exempt.contains(name));
    Canaries::new(secret::ALL.iter().chain(data).map(|name| Canary::new(*name)))
}

/// What stands nowhere.
pub(crate) fn secrets() -> Canaries {
    canaries(&data::ALL)
}

/// What stands in no error of a generated client.
pub(crate) fn not_in_raw_errors() -> Canaries {
    canaries(&[])
}

/// What stands in no error of a family.
pub(crate) fn not_in_errors() -> Canaries {
    canaries(&exempt::IN_ERRORS_OF_FAMILIES)
}

/// What stands in no log.
pub(crate) fn not_in_logs() -> Canaries {
    canaries(&[])
}
