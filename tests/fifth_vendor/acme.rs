//! The client for Acme's keys.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;
use tokenward_core::{
    Access, BoxFuture, Capabilities, CreateToken, Current, ErrorKind, Expiry, IssuedToken, ListOptions,
    Operation, Result, RevokeOptions, Setting, Timestamp, Token, TokenFamily, TokenId, TokenManager,
    TokenStream, When,
};
use tokenward_http::{
    BaseUrl, BuildError, Call, Endpoint, HeaderCredential, HttpOptions, Id, NextPage, PageEnd, Pager,
    Response, SecretString, SendError, Session, VendorToken, WireSecret, confirm_expiry, encode_path, failed,
    listed, refuse_current, time::rfc3339,
};

use crate::dialect::AcmeDialect;

const FAMILY: TokenFamily = TokenFamily::new("acme", "key");

const LIST: Endpoint = Endpoint {
    id: "list_keys",
    method: "GET",
    path: "/v1/keys",
    content_type: None,
    authorized: true,
    repeatable: true,
};
const CREATE: Endpoint = Endpoint { id: "create_key", method: "POST", repeatable: false, ..LIST };
const GET: Endpoint = Endpoint { id: "get_key", path: "/v1/keys/{id}", ..LIST };
const REVOKE: Endpoint = Endpoint { id: "revoke_key", method: "DELETE", ..GET };
const OPERATIONS: [Endpoint; 4] = [LIST, CREATE, GET, REVOKE];

/// The family `acme/key`.
#[derive(Clone, Debug)]
pub(crate) struct AcmeKeys {
    session: Session,
}

impl AcmeKeys {
    pub(crate) fn new(
        url: &str,
        credential: &SecretString,
        options: &HttpOptions,
    ) -> std::result::Result<Self, BuildError> {
        let session = Session::new(BaseUrl::parse(url)?, options, "acme/0.1.0")?
            .with_authorization(Arc::new(HeaderCredential::new("Acme ", credential)?))
            .with_dialect(&AcmeDialect);
        Ok(Self { session })
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.session.base_url().as_str())
    }

    fn url_of(&self, id: &TokenId) -> String {
        self.url(&format!("/v1/keys/{}", encode_path(id.as_str())))
    }
}

/// A key as Acme documents it.
#[derive(Deserialize)]
pub(crate) struct AcmeKey {
    id: Id,
    label: Option<String>,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default, with = "rfc3339")]
    created: Option<Timestamp>,
    #[serde(default, with = "rfc3339")]
    ends: Option<Timestamp>,
    #[serde(rename = "secret")]
    _secret: Option<WireSecret>,
}

impl VendorToken for AcmeKey {
    const ID: &'static str = "id";
    const SECRET: &'static str = "secret";
    type Fields<'a> = Self;

    fn token(fields: Self, family: TokenFamily) -> Option<Box<Token>> {
        let mut token = Box::new(Token::new(family, fields.id.known()?));
        token.name = fields.label;
        token.scopes = Some(fields.scopes);
        token.created = When::or_unknown(fields.created);
        token.expires = When::or_never(fields.ends);
        Some(token)
    }
}

/// The member next to the list: the cursor of the next page.
#[derive(Deserialize)]
pub(crate) struct Envelope {
    after: Option<String>,
}

impl Pager for AcmeKeys {
    type Token = AcmeKey;
    type Cursor = Option<String>;
    type Envelope = Envelope;
    const FIELD: Option<&'static str> = Some("keys");

    fn session(&self) -> &Session {
        &self.session
    }

    async fn send(self: Arc<Self>, cursor: Option<String>) -> std::result::Result<Response, SendError> {
        let mut url = self.url("/v1/keys");
        if let Some(cursor) = cursor {
            url += &format!("?after={}", encode_path(&cursor));
        }
        self.session.call(&OPERATIONS, LIST.id, self.session.client().get(url).build()?).await
    }

    fn next_page(&self, end: PageEnd<'_, Option<String>, Envelope>) -> NextPage<Option<String>> {
        NextPage { next: end.envelope.after.map(Some), ..NextPage::default() }
    }
}

impl TokenManager for AcmeKeys {
    fn family(&self) -> TokenFamily {
        FAMILY
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
            .native(Operation::List)
            .native(Operation::Get)
            .native(Operation::Create)
            .native(Operation::Revoke)
            .native(Operation::Current)
            .unsupported(Operation::Update, "a key cannot be changed", Some("create another key"))
            .with([Setting::CreateWithExpiry, Setting::CreateWithoutEnd, Setting::CreateWithScopes])
    }

    fn list(&self, options: ListOptions) -> TokenStream {
        match options.check(FAMILY, &self.capabilities()) {
            Ok(()) => listed(Call::new(FAMILY, Operation::List), self.clone(), None),
            Err(refusal) => failed(refusal),
        }
    }

    fn get<'a>(&'a self, id: &'a TokenId) -> BoxFuture<'a, Result<Token>> {
        Box::pin(async move {
            let call = Call::new(FAMILY, Operation::Get).about(id)?;
            let sent = async {
                let request = self.session.client().get(self.url_of(id)).build()?;
                self.session.call(&OPERATIONS, GET.id, request).await
            };
            call.receive(sent).await?.token::<AcmeKey>()
        })
    }

    fn create(&self, request: CreateToken) -> BoxFuture<'_, Result<IssuedToken>> {
        Box::pin(async move {
            let call = Call::new(FAMILY, Operation::Create);
            let (call, request) = call.begin_create(request, &self.capabilities())?;
            let Access::Scopes(scopes) = request.access() else {
                return Err(call.error(ErrorKind::Unsupported, "a key has scopes"));
            };
            let ends = match request.expires() {
                Expiry::At(ends) => Some(ends.to_string()),
                _ => None,
            };
            let body = json!({ "label": request.name(), "scopes": scopes, "ends": ends });
            let sent = async {
                let request = self.session.client().post(self.url("/v1/keys")).json(&body).build()?;
                self.session.call(&OPERATIONS, CREATE.id, request).await
            };
            let issued = call.receive(sent).await?.issued::<AcmeKey>()?;
            confirm_expiry(&call, issued, request.expires())
        })
    }

    fn revoke<'a>(&'a self, id: &'a TokenId, options: RevokeOptions) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let call = Call::new(FAMILY, Operation::Revoke).about(id)?;
            if !options.is_even_if_current() {
                refuse_current(&call, id, self.current().await)?;
            }
            let sent = async {
                let request = self.session.client().delete(self.url_of(id)).build()?;
                self.session.call(&OPERATIONS, REVOKE.id, request).await
            };
            call.confirm(sent).await
        })
    }

    /// Acme answers `/v1/keys/me` with the key that is calling.
    fn current(&self) -> BoxFuture<'_, Result<Current>> {
        Box::pin(async move {
            let call = Call::new(FAMILY, Operation::Current);
            let sent = async {
                let request = self.session.client().get(self.url("/v1/keys/me")).build()?;
                self.session.call(&OPERATIONS, GET.id, request).await
            };
            Ok(Current::Token(call.receive(sent).await?.token::<AcmeKey>()?.id))
        })
    }

    fn vendor_now(&self) -> Timestamp {
        self.session.vendor_now()
    }
}
