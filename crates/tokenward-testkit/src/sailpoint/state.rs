//! What the simulated SailPoint knows.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{SailPoint, SailPointPaging};
use crate::{clock::later, mint::Mint, window::Windows};

pub(super) const ALL_SCOPES: &str = "sp:scopes:all";
pub(super) const LONGEST_BEARER: i64 = 43_200;

pub(super) struct State {
    pub(super) pats: Vec<Pat>,
    pub(super) clients: Vec<Client>,
    pub(super) bearers: Vec<Bearer>,
    pub(super) issued: Vec<String>,
    pub(super) bearers_end_with_their_token: bool,
    pub(super) paging: SailPointPaging,
    /// Whether answers have nulls that the published schemas do not allow.
    pub(super) nulls: bool,
    pub(super) rate_limit: u64,
    /// By the client's id and the version.
    pub(super) calls: Windows<(String, &'static str)>,
    pub(super) mint: Mint,
    /// Requests have ids of their own: how many were made must not move the ids of tokens.
    pub(super) request_ids: Mint,
}

pub(super) struct Pat {
    pub(super) id: String,
    pub(super) secret: String,
    pub(super) name: String,
    pub(super) owner: Identity,
    pub(super) scope: Vec<String>,
    pub(super) created: Timestamp,
    pub(super) last_used: Option<Timestamp>,
    pub(super) managed: bool,
    pub(super) validity: i64,
    /// None is never.
    pub(super) expiration: Option<Timestamp>,
    pub(super) never_acknowledged: bool,
}

#[derive(Clone)]
pub(super) struct Identity {
    pub(super) id: String,
    pub(super) name: String,
}

/// An OAuth client keeps the record it is shown as.
pub(super) struct Client {
    pub(super) id: String,
    pub(super) secret: String,
    pub(super) record: Map<String, Value>,
    pub(super) last_used: Option<Timestamp>,
}

pub(super) struct Bearer {
    pub(super) value: String,
    pub(super) client_id: String,
    /// None for an OAuth client.
    pub(super) identity: Option<Identity>,
    pub(super) scope: Vec<String>,
    pub(super) until: Timestamp,
}

impl Pat {
    pub(super) fn lives(&self, now: Timestamp) -> bool {
        self.expiration.is_none_or(|expiration| now < expiration)
    }
}

impl Client {
    pub(super) fn enabled(&self) -> bool {
        self.record.get("enabled") == Some(&json!(true))
    }

    pub(super) fn validity(&self) -> i64 {
        self.record.get("accessTokenValiditySeconds").and_then(Value::as_i64).unwrap_or(LONGEST_BEARER)
    }

    pub(super) fn scope(&self) -> Vec<String> {
        let scope = self.record.get("scope").and_then(crate::reading::texts);
        scope.unwrap_or_else(|| vec![ALL_SCOPES.to_owned()])
    }
}

/// Moves a `lastUsed`, which is not told more exactly than to a day.
pub(super) fn mark_used(last_used: &mut Option<Timestamp>, now: Timestamp) {
    if last_used.is_none_or(|used| now >= later(used, SignedDuration::from_hours(24))) {
        *last_used = Some(now);
    }
}

/// RFC 3339 with milliseconds.
pub(super) fn date(time: Timestamp) -> String {
    format!("{time:.3}")
}

impl State {
    pub(super) fn new(now: Timestamp) -> Self {
        let created = later(now, SignedDuration::from_hours(-30 * 24));
        let admin = Identity { id: SailPoint::ADMIN_IDENTITY.to_owned(), name: "ada.admin".to_owned() };
        let user = Identity { id: SailPoint::USER_IDENTITY.to_owned(), name: "uma.user".to_owned() };
        let pat = |id: &str, secret: &str, name: &str, owner: &Identity| Pat {
            id: id.to_owned(),
            secret: secret.to_owned(),
            name: name.to_owned(),
            owner: owner.clone(),
            scope: vec![ALL_SCOPES.to_owned()],
            created,
            last_used: None,
            managed: false,
            validity: LONGEST_BEARER,
            expiration: None,
            never_acknowledged: true,
        };
        let mut mint = Mint::new(0x7361_696c);
        let (spare, spares_secret, managed_secret) = (mint.hex(32), mint.secret(""), mint.secret(""));
        let mut managed = pat(SailPoint::MANAGED_ID, &managed_secret, "platform", &user);
        managed.managed = true;
        let mut state = Self {
            pats: vec![
                pat(SailPoint::CLIENT_ID, SailPoint::CLIENT_SECRET, "automation", &admin),
                pat(&spare, &spares_secret, "laptop", &admin),
                pat(SailPoint::USER_CLIENT_ID, SailPoint::USER_CLIENT_SECRET, "reports", &user),
                managed,
            ],
            clients: Vec::new(),
            bearers: Vec::new(),
            issued: Vec::new(),
            bearers_end_with_their_token: false,
            paging: SailPointPaging::default(),
            nulls: false,
            rate_limit: 100,
            calls: Windows::of_seconds(10),
            mint,
            request_ids: Mint::new(0x736c_7074),
        };
        state.issued.extend(state.pats.iter().map(|pat| pat.secret.clone()));
        state.add_client(SailPoint::API_CLIENT_ID, SailPoint::API_CLIENT_SECRET, created);
        state.seed_client(created);
        state
    }

    pub(super) fn seed_pat(&mut self, now: Timestamp) -> String {
        let number = self.pats.len() + 1;
        let owner = number / 10;
        let pat = Pat {
            id: self.mint.hex(32),
            secret: self.issue(),
            name: format!("seeded {number}"),
            owner: Identity { id: format!("5a1e{:028x}", 0x1000 + owner), name: format!("seeded.{owner}") },
            scope: vec![ALL_SCOPES.to_owned()],
            created: now,
            last_used: None,
            managed: false,
            validity: LONGEST_BEARER,
            expiration: None,
            never_acknowledged: true,
        };
        let id = pat.id.clone();
        self.pats.push(pat);
        id
    }

    pub(super) fn seed_client(&mut self, now: Timestamp) -> String {
        let (id, secret) = (self.mint.hex(32), self.mint.secret(""));
        self.add_client(&id, &secret, now);
        id
    }

    fn add_client(&mut self, id: &str, secret: &str, now: Timestamp) {
        let record = json!({
            "id": id,
            "name": format!("client {}", self.clients.len() + 1),
            "description": "seeded",
            "businessName": null,
            "homepageUrl": null,
            "accessTokenValiditySeconds": 750,
            "refreshTokenValiditySeconds": 86400,
            "redirectUris": null,
            "grantTypes": ["CLIENT_CREDENTIALS"],
            "accessType": "OFFLINE",
            "type": "CONFIDENTIAL",
            "internal": false,
            "enabled": true,
            "strongAuthSupported": false,
            "claimsSupported": false,
            "created": date(now),
            "modified": date(now),
            "metadata": null,
            "scope": [ALL_SCOPES],
        });
        if let Value::Object(record) = record {
            self.issued.push(secret.to_owned());
            let (id, secret) = (id.to_owned(), secret.to_owned());
            self.clients.push(Client { id, secret, record, last_used: None });
        }
    }

    pub(super) fn issue(&mut self) -> String {
        let secret = self.mint.secret("");
        self.issued.push(secret.clone());
        secret
    }

    /// The bearer of this value, if it is let in.
    pub(super) fn bearer(&self, value: &str, now: Timestamp) -> Option<&Bearer> {
        let bearer = self.bearers.iter().find(|bearer| bearer.value == value && now < bearer.until)?;
        let orphaned = !self.pats.iter().any(|pat| pat.id == bearer.client_id && pat.lives(now))
            && !self.clients.iter().any(|client| client.id == bearer.client_id && client.enabled());
        (!self.bearers_end_with_their_token || !orphaned).then_some(bearer)
    }
}
