//! Violations of published documents that are intended. An entry that no answer needs fails the test.

const LAUNCHDARKLY: &str = "launchdarkly/openapi.2026-03.json";
const ROOT: &str = "sailpoint/openapi.root.2026-08.yaml";
const V2024: &str = "sailpoint/openapi.v2024.2026-08.yaml";
const V2025: &str = "sailpoint/openapi.v2025.2026-08.yaml";
const OAUTH: &str = "sailpoint/oauth.2026-03.yaml";
const USERS: &str = "atlassian/user-management.2026-02.json";

/// The reasons.
const SCOPED_KEY: &str = "a key with scopes is refused with a message that names manage:org, as users report";
const EXPIRY: &str = "the vendor's client 25.0.0 of October 2026 has the expiry; the document is older";
const NOT_A_NUMBER: &str = "the document has no status for a number that cannot be read";
const NOT_ADMIN: &str = "the document has no status for a caller who may not change configurations";
const RFC_6749: &str =
    "a token endpoint answers errors as RFC 6749 5.2 requires; the document has the API's own shape";
const PATCH_TYPE: &str =
    "the document requires application/json-patch+json, and has no status for another type";
const NEVER: &str = "the document requires a date, and a token that never expires has none";

/// The file, the violation and its reason.
const ALLOWED: &[(&str, &str, &str)] = &[
    (USERS, "DELETE /users/{account_id}/manage/api-tokens/{tokenId} 403 /message: not declared", SCOPED_KEY),
    (USERS, "GET /users/{account_id}/manage/api-tokens 403 /message: not declared", SCOPED_KEY),
    (LAUNCHDARKLY, "GET /api/v2/tokens 200 /items/*/expiry: not declared", EXPIRY),
    (LAUNCHDARKLY, "POST /api/v2/tokens 201 /expiry: not declared", EXPIRY),
    (LAUNCHDARKLY, "GET /api/v2/tokens 400 undeclared status", NOT_A_NUMBER),
    (LAUNCHDARKLY, "POST /api/v2/tokens/{id}/reset 400 undeclared status", NOT_A_NUMBER),
    (LAUNCHDARKLY, "POST /api/v2/account/relay-auto-configs/{id}/reset 400 undeclared status", NOT_A_NUMBER),
    (LAUNCHDARKLY, "POST /api/v2/account/relay-auto-configs 403 undeclared status", NOT_ADMIN),
    (LAUNCHDARKLY, "PATCH /api/v2/account/relay-auto-configs/{id} 403 undeclared status", NOT_ADMIN),
    (LAUNCHDARKLY, "DELETE /api/v2/account/relay-auto-configs/{id} 403 undeclared status", NOT_ADMIN),
    (OAUTH, "POST /oauth/token 400 /error: not declared", RFC_6749),
    (OAUTH, "POST /oauth/token 400 /error_description: not declared", RFC_6749),
    (OAUTH, "POST /oauth/token 401 /error_description: not declared", RFC_6749),
    (ROOT, "PATCH /personal-access-tokens/v1/{id} 415 undeclared status", PATCH_TYPE),
    (V2025, "PATCH /personal-access-tokens/{id} 415 undeclared status", PATCH_TYPE),
    (V2024, "PATCH /personal-access-tokens/{id} 415 undeclared status", PATCH_TYPE),
    (ROOT, "POST /personal-access-tokens/v1 200 /: required expirationDate", NEVER),
    (V2025, "POST /personal-access-tokens 200 /: required expirationDate", NEVER),
];

/// Returns the intended violations of a document, with their reasons.
pub(super) fn of(file: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let of_this = ALLOWED.iter().filter(move |(of, ..)| *of == file);
    of_this.map(|(_, what, why)| (*what, *why))
}
