//! What the simulated Mist knows.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Mist, privileges};
use crate::{clock::later, mint::Mint, window::Windows};

const UNUSED_FOR: SignedDuration = SignedDuration::from_hours(90 * 24);

pub(super) struct State {
    pub(super) org_tokens: Vec<OrgToken>,
    pub(super) user_tokens: Vec<UserToken>,
    pub(super) issued: Vec<String>,
    pub(super) no_reveal: bool,
    pub(super) single_sign_on: bool,
    pub(super) hourly_limit: u64,
    pub(super) calls: Windows<Counted>,
    pub(super) mint: Mint,
}

pub(super) struct OrgToken {
    pub(super) id: String,
    pub(super) org_id: String,
    pub(super) name: String,
    pub(super) key: String,
    pub(super) created_by: Option<String>,
    pub(super) created: Timestamp,
    pub(super) last_used: Option<Timestamp>,
    pub(super) privileges: Vec<Value>,
    pub(super) src_ips: Vec<String>,
}

pub(super) struct UserToken {
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) key: String,
    pub(super) created: Timestamp,
    pub(super) last_used: Option<Timestamp>,
}

/// Who sent a request.
#[derive(Clone, Copy)]
pub(super) enum Caller {
    /// The organization's token at this place.
    Org(usize),
    /// The administrator, by the token at this place.
    User(usize),
}

/// Whose calls are counted together.
#[derive(Eq, Hash, PartialEq)]
pub(super) enum Counted {
    Token(String),
    Account,
}

impl State {
    pub(super) fn new(now: Timestamp) -> Self {
        let created = later(now, SignedDuration::from_hours(-30 * 24));
        let org_token =
            |id: &str, org_id: &str, name: &str, key: &str, by: Option<&str>, role: &str| OrgToken {
                id: id.to_owned(),
                org_id: org_id.to_owned(),
                name: name.to_owned(),
                key: key.to_owned(),
                created_by: by.map(str::to_owned),
                created,
                last_used: None,
                privileges: vec![json!({ "scope": "org", "org_id": org_id, "role": role })],
                src_ips: Vec::new(),
            };
        let user_token = |id: &str, name: &str, key: &str| UserToken {
            id: id.to_owned(),
            name: Some(name.to_owned()),
            key: key.to_owned(),
            created,
            last_used: None,
        };
        let admin = Some(Mist::USER_EMAIL);
        let mut mint = Mint::new(0x6d69_7374);
        let (orphan, orphans_key) = (mint.uuid(), mint.secret(""));
        let (other, unused, unused_key) = (mint.uuid(), mint.uuid(), mint.secret(""));
        let org_tokens = vec![
            org_token(Mist::ORG_KEY_ID, Mist::ORG_ID, "automation", Mist::ORG_KEY, admin, "admin"),
            org_token(&mint.uuid(), Mist::ORG_ID, "dashboard", Mist::READER_KEY, admin, "read"),
            org_token(&orphan, Mist::ORG_ID, "of a former colleague", &orphans_key, None, "write"),
            org_token(&other, Mist::OTHER_ORG_ID, "automation", Mist::OTHER_ORG_KEY, admin, "admin"),
        ];
        let user_tokens = vec![
            user_token(Mist::USER_KEY_ID, "laptop", Mist::USER_KEY),
            user_token(&unused, "never used", &unused_key),
        ];
        let issued = org_tokens
            .iter()
            .map(|token| token.key.clone())
            .chain(user_tokens.iter().map(|token| token.key.clone()))
            .collect();
        Self {
            org_tokens,
            user_tokens,
            issued,
            no_reveal: false,
            single_sign_on: false,
            hourly_limit: 5000,
            calls: Windows::of_seconds(3600),
            mint,
        }
    }

    pub(super) fn seed_org_token(&mut self, now: Timestamp) -> String {
        let number = self.org_tokens.len() + 1;
        let token = OrgToken {
            id: self.mint.uuid(),
            org_id: Mist::ORG_ID.to_owned(),
            name: format!("seeded {number}"),
            key: self.issue(),
            created_by: Some(Mist::USER_EMAIL.to_owned()),
            created: now,
            last_used: None,
            privileges: vec![json!({ "scope": "org", "org_id": Mist::ORG_ID, "role": "read" })],
            src_ips: Vec::new(),
        };
        let id = token.id.clone();
        self.org_tokens.push(token);
        id
    }

    pub(super) fn seed_user_token(&mut self, now: Timestamp) -> String {
        let number = self.user_tokens.len() + 1;
        let (id, key) = (self.mint.uuid(), self.issue());
        let name = Some(format!("seeded {number}"));
        self.user_tokens.push(UserToken { id: id.clone(), name, key, created: now, last_used: None });
        id
    }

    pub(super) fn issue(&mut self) -> String {
        let key = self.mint.secret("");
        self.issued.push(key.clone());
        key
    }

    pub(super) fn remove_unused(&mut self, now: Timestamp) {
        self.user_tokens.retain(|token| {
            let used = token.last_used.unwrap_or(token.created);
            now <= later(used, UNUSED_FOR)
        });
    }

    pub(super) fn caller(&self, key: &str) -> Option<Caller> {
        let org = self.org_tokens.iter().position(|token| token.key == key).map(Caller::Org);
        org.or_else(|| self.user_tokens.iter().position(|token| token.key == key).map(Caller::User))
    }

    pub(super) fn counted(&self, caller: Caller) -> Counted {
        match caller {
            Caller::Org(index) => Counted::Token(self.org_tokens[index].id.clone()),
            Caller::User(_) => Counted::Account,
        }
    }

    pub(super) fn use_token(&mut self, caller: Caller, now: Timestamp) {
        match caller {
            Caller::Org(index) => self.org_tokens[index].last_used = Some(now),
            Caller::User(index) => self.user_tokens[index].last_used = Some(now),
        }
    }

    pub(super) fn belongs_to(&self, caller: Caller, org_id: &str) -> bool {
        match caller {
            Caller::Org(index) => self.org_tokens[index].org_id == org_id,
            Caller::User(_) => org_id == Mist::ORG_ID,
        }
    }

    pub(super) fn administers(&self, caller: Caller) -> bool {
        match caller {
            Caller::Org(index) => privileges::administer(&self.org_tokens[index].privileges),
            Caller::User(_) => true,
        }
    }

    /// The mask of a key, where there is one.
    fn mask(&self, key: &str) -> Option<String> {
        (!self.no_reveal).then(|| format!("{}...{}", &key[..4], &key[key.len() - 4..]))
    }

    /// An organization's token as it is shown after its creation.
    pub(super) fn org_token_record(&self, token: &OrgToken) -> Value {
        let mut record = json!({
            "id": token.id,
            "org_id": token.org_id,
            "name": token.name,
            "created_by": token.created_by,
            "created_time": seconds(token.created),
            "last_used": token.last_used.map(seconds),
            "privileges": token.privileges,
            "src_ips": token.src_ips,
        });
        if let Some(mask) = self.mask(&token.key) {
            record["key"] = json!(mask);
        }
        record
    }

    /// A user's token as it is shown after its creation.
    pub(super) fn user_token_record(&self, token: &UserToken) -> Value {
        let mut record = json!({
            "id": token.id,
            "created_time": seconds(token.created),
            "last_used": token.last_used.map(Timestamp::as_second),
        });
        if let Some(name) = &token.name {
            record["name"] = json!(name);
        }
        if let Some(mask) = self.mask(&token.key) {
            record["key"] = json!(mask);
        }
        record
    }
}

/// Epoch seconds with a fraction.
fn seconds(time: Timestamp) -> f64 {
    time.as_millisecond() as f64 / 1000.0
}
