//! What the simulated Atlassian knows.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    Atlassian,
    page::{Numbered, Paging},
};
use crate::{clock::later, mint::Mint, window::Windows};

pub(super) struct State {
    pub(super) accounts: Vec<String>,
    pub(super) tokens: Vec<Token>,
    pub(super) keys: Vec<Key>,
    pub(super) revocation_lag: SignedDuration,
    pub(super) paging: Paging,
    pub(super) rate_limit: u64,
    pub(super) calls: Windows<String>,
    mint: Mint,
    /// How many tokens and keys there ever were.
    made: u64,
}

pub(super) struct Token {
    /// The order of creation, which cursors go by.
    number: u64,
    pub(super) id: String,
    pub(super) account_id: String,
    pub(super) label: String,
    pub(super) created: Timestamp,
    pub(super) last_access: Option<Timestamp>,
    pub(super) expiry: Option<Timestamp>,
}

pub(super) struct Key {
    number: u64,
    pub(super) id: String,
    pub(super) value: String,
    pub(super) label: String,
    pub(super) scopes: Vec<String>,
    pub(super) created: Timestamp,
    pub(super) last_active: Option<Timestamp>,
    pub(super) expires: Timestamp,
    /// From when on it is refused.
    pub(super) revoked: Option<Timestamp>,
}

impl State {
    pub(super) fn new(now: Timestamp) -> Self {
        let created = later(now, SignedDuration::from_hours(-30 * 24));
        let mut state = Self {
            accounts: Vec::new(),
            tokens: Vec::new(),
            keys: Vec::new(),
            revocation_lag: SignedDuration::ZERO,
            paging: Paging::default(),
            rate_limit: 1000,
            calls: Windows::of_seconds(60),
            mint: Mint::new(0x6174_6c61),
            made: 0,
        };
        let known = [
            (Atlassian::ADMIN_KEY_ID, Atlassian::ADMIN_KEY, "administration", &[][..]),
            (Atlassian::SCOPED_KEY_ID, Atlassian::SCOPED_KEY, "automation", &Atlassian::SCOPES[..]),
        ];
        for (id, value, label, scopes) in known {
            state.push_key((id.to_owned(), value.to_owned()), label, scopes, created);
        }
        state.add_token(Atlassian::ACCOUNT_ID, "laptop", Some(365), created);
        state.add_token(Atlassian::ACCOUNT_ID, "from before tokens expired", None, created);
        state.add_token(Atlassian::OTHER_ACCOUNT_ID, "script", Some(90), created);
        state
    }

    pub(super) fn add_token(
        &mut self,
        account_id: &str,
        label: &str,
        days: Option<u16>,
        now: Timestamp,
    ) -> String {
        if !self.accounts.iter().any(|known| known == account_id) {
            self.accounts.push(account_id.to_owned());
        }
        let days = days.map(|days| i64::from(days.clamp(1, 365)));
        let token = Token {
            number: self.number(),
            id: self.mint.uuid(),
            account_id: account_id.to_owned(),
            label: label.to_owned(),
            created: now,
            last_access: None,
            expiry: days.map(|days| later(now, SignedDuration::from_hours(24 * days))),
        };
        let id = token.id.clone();
        self.tokens.push(token);
        id
    }

    pub(super) fn add_key(&mut self, label: &str, scopes: &[&str], now: Timestamp) -> (String, String) {
        let names = (format!("key-{}", self.mint.hex(12)), self.mint.secret(""));
        self.push_key(names.clone(), label, scopes, now);
        names
    }

    fn push_key(&mut self, (id, value): (String, String), label: &str, scopes: &[&str], now: Timestamp) {
        let key = Key {
            number: self.number(),
            id,
            value,
            label: label.to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            created: now,
            last_active: None,
            expires: later(now, SignedDuration::from_hours(24 * 365)),
            revoked: None,
        };
        self.keys.push(key);
    }

    fn number(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    /// The place of the key of this value, if it is let in.
    pub(super) fn caller(&self, value: &str, now: Timestamp) -> Option<usize> {
        self.keys.iter().position(|key| {
            key.value == value && now < key.expires && key.revoked.is_none_or(|revoked| now < revoked)
        })
    }
}

impl Token {
    /// As the user management API shows it: what is not known is absent.
    pub(super) fn of_a_user(&self) -> Value {
        let mut record = json!({ "id": self.id, "label": self.label, "createdAt": date(self.created) });
        if let Some(last_access) = self.last_access {
            record["lastAccess"] = json!(date(last_access));
        }
        if let Some(expiry) = self.expiry {
            record["expiry"] = json!(date(expiry));
        }
        record
    }
}

/// As API Access shows it.
impl Numbered for Token {
    fn number(&self) -> u64 {
        self.number
    }

    fn record(&self) -> Value {
        json!({
            "id": self.id,
            "label": self.label,
            "status": "ALLOWED",
            "createdAt": date(self.created),
            "expiresAt": self.expiry.map(date),
            "lastActiveAt": self.last_access.map(date),
            "user": {
                "id": self.account_id,
                "orgId": Atlassian::ORG_ID,
                "name": "A managed user",
                "email": "user@example.com",
            },
            "scopes": [],
        })
    }
}

impl Numbered for Key {
    fn number(&self) -> u64 {
        self.number
    }

    fn record(&self) -> Value {
        json!({
            "id": self.id,
            "label": self.label,
            "orgId": Atlassian::ORG_ID,
            "createdAt": date(self.created),
            "expiresAt": date(self.expires),
            "lastActiveAt": self.last_active.map(date),
            "createdBy": { "id": Atlassian::OTHER_ACCOUNT_ID, "name": "Ada Admin", "email": "admin@example.com" },
            "scopes": self.scopes,
        })
    }
}

/// ISO 8601 with milliseconds.
pub(super) fn date(time: Timestamp) -> String {
    format!("{time:.3}")
}
