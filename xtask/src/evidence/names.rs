//! What the name of a field says about its value, where the rule for secret names says nothing.

use super::{CREDENTIALS, has};
use crate::radar::words;

/// What the name of a field says about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// It holds another value in full: `value`, `plaintext`.
    Carrier,
    /// Nothing is known.
    Unknown,
    /// It describes something: a label, a state, a part of a value.
    Describing,
    /// It identifies or dates something, or says where it is.
    Never,
}

/// Nouns that name something in full, without saying what it is.
const CARRIERS: [&str; 14] = [
    "value",
    "plaintext",
    "cleartext",
    "plain",
    "clear",
    "raw",
    "encoded",
    "full",
    "material",
    "unencrypted",
    "unhashed",
    "unmasked",
    "decrypted",
    "base64",
];

const NEVER: [&str; 38] = [
    "id",
    "ids",
    "uuid",
    "guid",
    "arn",
    "urn",
    "name",
    "slug",
    "url",
    "uri",
    "href",
    "link",
    "self",
    "date",
    "time",
    "timestamp",
    "at",
    "on",
    "by",
    "expiry",
    "expiration",
    "expires",
    "expire",
    "created",
    "updated",
    "modified",
    "deleted",
    "revoked",
    "seen",
    "used",
    "cursor",
    "next",
    "previous",
    "offset",
    "page",
    "count",
    "total",
    "etag",
];

const DESCRIBING: [&str; 70] = [
    "title",
    "label",
    "description",
    "desc",
    "note",
    "comment",
    "message",
    "warning",
    "text",
    "type",
    "kind",
    "status",
    "state",
    "role",
    "scope",
    "permission",
    "privilege",
    "right",
    "policy",
    "access",
    "email",
    "owner",
    "user",
    "username",
    "creator",
    "author",
    "member",
    "prefix",
    "suffix",
    "hint",
    "last4",
    "four",
    "masked",
    "redacted",
    "obfuscated",
    "partial",
    "preview",
    "truncated",
    "fingerprint",
    "thumbprint",
    "checksum",
    "hash",
    "digest",
    "algorithm",
    "alg",
    "format",
    "version",
    "region",
    "zone",
    "country",
    "locale",
    "language",
    "object",
    "domain",
    "host",
    "hostname",
    "ip",
    "cidr",
    "environment",
    "project",
    "organization",
    "account",
    "team",
    "tenant",
    "audience",
    "issuer",
    "subject",
    "purpose",
    "tag",
    "reason",
];

/// Words that make a value a part or an image of a secret, wherever they stand.
const PARTIAL: [&str; 9] =
    ["public", "redacted", "masked", "obfuscated", "truncated", "partial", "hashed", "encrypted", "short"];

impl Named {
    pub(super) fn of(property: &str) -> Self {
        let words = words::words(property);
        let is = |list: &[&str]| words.last().is_some_and(|last| list.contains(&last.as_str()));
        let joined = words.concat();
        if is(&NEVER) {
            Self::Never
        } else if is(&DESCRIBING) || has(&words, &PARTIAL) || property.to_lowercase().contains("last4") {
            Self::Describing
        } else if is(&CARRIERS) || is(&CREDENTIALS) || CARRIERS.contains(&joined.as_str()) {
            Self::Carrier
        } else {
            Self::Unknown
        }
    }
}
