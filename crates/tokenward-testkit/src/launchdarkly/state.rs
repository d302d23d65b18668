//! What the simulated LaunchDarkly knows.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{LaunchDarkly, limits::Limits, page::Paging, roles::Rights};
use crate::{clock::later, mint::Mint};

/// The version that paginated the list.
pub(super) const NEWEST_VERSION: i64 = 20_240_415;

pub(super) struct State {
    pub(super) tokens: Vec<Token>,
    pub(super) relays: Vec<Relay>,
    pub(super) issued: Vec<String>,
    pub(super) ignores_expiry: bool,
    pub(super) denies_as_unauthorized: bool,
    pub(super) account_limit: Option<usize>,
    pub(super) paging: Paging,
    pub(super) limits: Limits,
    pub(super) mint: Mint,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Member {
    Admin,
    Reader,
}

impl Member {
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Admin => LaunchDarkly::ADMIN_MEMBER_ID,
            Self::Reader => LaunchDarkly::READER_MEMBER_ID,
        }
    }

    pub(super) fn summary(self) -> Value {
        let (first, last, role) = match self {
            Self::Admin => ("Ada", "Admin", "admin"),
            Self::Reader => ("Rae", "Reader", "reader"),
        };
        json!({
            "_links": { "self": link(&format!("/api/v2/members/{}", self.id())) },
            "_id": self.id(),
            "firstName": first,
            "lastName": last,
            "role": role,
            "email": format!("{role}@example.com"),
        })
    }
}

/// A value, and those before it that still live for a while.
pub(super) struct Key {
    pub(super) value: String,
    former: Vec<(String, Timestamp)>,
}

impl Key {
    pub(super) fn new(value: String) -> Self {
        Self { value, former: Vec::new() }
    }

    pub(super) fn replace(&mut self, value: String, old_until: Option<Timestamp>) {
        let old = std::mem::replace(&mut self.value, value);
        if let Some(until) = old_until {
            self.former.push((old, until));
        }
    }

    pub(super) fn opens(&self, value: &str, now: Timestamp) -> bool {
        self.value == value || self.former.iter().any(|(old, until)| old == value && now < *until)
    }

    pub(super) fn last_four(&self) -> &str {
        &self.value[self.value.len() - 4..]
    }
}

pub(super) struct Token {
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) member: Member,
    pub(super) rights: Rights,
    pub(super) service: bool,
    pub(super) key: Key,
    pub(super) created: Timestamp,
    pub(super) modified: Timestamp,
    pub(super) last_used: Option<Timestamp>,
    pub(super) default_version: i64,
    pub(super) expiry: Option<Timestamp>,
}

pub(super) struct Relay {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) policy: Value,
    pub(super) creator: Member,
    pub(super) key: Key,
    pub(super) created: Timestamp,
    pub(super) modified: Timestamp,
}

impl State {
    pub(super) fn new(now: Timestamp) -> Self {
        let created = later(now, SignedDuration::from_hours(-30 * 24));
        let token = |id: &str, name: &str, value: &str, member, role: &str, service| Token {
            id: id.to_owned(),
            name: Some(name.to_owned()),
            description: None,
            member,
            rights: Rights::Role(role.to_owned()),
            service,
            key: Key::new(value.to_owned()),
            created,
            modified: created,
            last_used: None,
            default_version: NEWEST_VERSION,
            expiry: None,
        };
        let (admin, reader, service) =
            (LaunchDarkly::ADMIN_TOKEN, LaunchDarkly::READER_TOKEN, LaunchDarkly::SERVICE_TOKEN);
        let mut state = Self {
            tokens: vec![
                token(LaunchDarkly::ADMIN_TOKEN_ID, "laptop", admin, Member::Admin, "admin", false),
                token(LaunchDarkly::READER_TOKEN_ID, "reports", reader, Member::Reader, "reader", false),
                token(LaunchDarkly::SERVICE_TOKEN_ID, "automation", service, Member::Admin, "admin", true),
            ],
            relays: Vec::new(),
            issued: [admin, reader, service].map(str::to_owned).into(),
            ignores_expiry: false,
            denies_as_unauthorized: false,
            account_limit: None,
            paging: Paging::default(),
            limits: Limits::default(),
            mint: Mint::new(0x6c64),
        };
        state.seed_relay(created);
        state.seed_relay(created);
        state
    }

    pub(super) fn seed_token(&mut self, now: Timestamp) -> String {
        let id = self.mint.hex(24);
        let token = Token {
            id: id.clone(),
            name: Some(format!("seeded {}", self.tokens.len() + 1)),
            description: None,
            member: Member::Admin,
            rights: Rights::Role("reader".to_owned()),
            service: true,
            key: Key::new(self.issue("api-")),
            created: now,
            modified: now,
            last_used: None,
            default_version: NEWEST_VERSION,
            expiry: None,
        };
        self.tokens.push(token);
        id
    }

    pub(super) fn seed_relay(&mut self, now: Timestamp) -> String {
        let id = self.mint.hex(24);
        let relay = Relay {
            id: id.clone(),
            name: format!("relay {}", self.relays.len() + 1),
            policy: json!([{ "effect": "allow", "actions": ["*"], "resources": ["proj/*:env/*"] }]),
            creator: Member::Admin,
            key: Key::new(self.issue("rel-")),
            created: now,
            modified: now,
        };
        self.relays.push(relay);
        id
    }

    pub(super) fn issue(&mut self, prefix: &str) -> String {
        let value = self.mint.secret(prefix);
        self.issued.push(value.clone());
        value
    }

    /// The place of the token that this value belongs to, if it is let in.
    pub(super) fn caller(&self, value: &str, now: Timestamp) -> Option<usize> {
        self.tokens
            .iter()
            .position(|token| token.key.opens(value, now) && token.expiry.is_none_or(|expiry| now < expiry))
    }
}

pub(super) fn link(href: &str) -> Value {
    json!({ "href": href, "type": "application/json" })
}
