//! A manager that stores its tokens in memory.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::stream;
use secrecy::SecretString;

use crate::{
    capability::Capabilities,
    error::{Error, ErrorKind, Result},
    manager::{BoxFuture, Current, TokenManager, TokenStream},
    model::{
        family::TokenFamily,
        id::TokenId,
        issued::IssuedToken,
        record::Record,
        timestamp::Timestamp,
        token::{Owner, Token},
        when::When,
    },
    operation::{Operation, Setting},
    request::{
        access::Access, create::CreateToken, expiry::Expiry, list::ListOptions, reset::ResetOptions,
        revoke::RevokeOptions, update::UpdateToken,
    },
};

/// A complete [`TokenManager`] without a network, for tests and experiments.
///
/// ```
/// use tokenward_core::{Access, CreateToken, Expiry, ExposeSecret, MemoryTokens, ResetOptions, TokenManager};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> tokenward_core::Result<()> {
/// let tokens = MemoryTokens::default();
/// let first = tokens.create(CreateToken::new("ci", Expiry::Never, Access::scopes(["read"]))).await?;
/// let second = tokens.reset(&first.token.id, ResetOptions::default()).await?;
/// assert_eq!(first.token.id, second.token.id);
/// assert_ne!(first.secret.expose_secret(), second.secret.expose_secret());
/// # Ok(())
/// # }
/// ```
///
/// It supports every operation, and every setting except the default expiry. Ids and secrets are sequence numbers, so
/// tests can rely on them. The secrets are not secure. Clones share their tokens.
#[derive(Clone)]
pub struct MemoryTokens {
    family: TokenFamily,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    tokens: Vec<Token>,
    current: Option<TokenId>,
    issued: u64,
}

const OWNER: &str = "memory";

impl Default for MemoryTokens {
    fn default() -> Self {
        Self::new(TokenFamily::new("memory", "token"))
    }
}

impl MemoryTokens {
    /// Creates a manager without tokens, for the given family.
    pub fn new(family: TokenFamily) -> Self {
        Self { family, state: Arc::default() }
    }

    /// Sets the token that the manager authenticates with.
    pub fn set_current(&self, id: TokenId) {
        self.state().current = Some(id);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code can panic while it holds the lock, and the state is never half changed. So ignore poisoning.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn error(&self, kind: ErrorKind, operation: Operation, message: &'static str) -> Error {
        Error::new(kind, message).with_place(self.family, operation)
    }

    fn not_found(&self, operation: Operation, id: &TokenId) -> Error {
        self.error(ErrorKind::NotFound, operation, "there is no such token").with_token(id.clone())
    }

    fn refuse_current(&self, state: &State, operation: Operation, id: &TokenId, asked: bool) -> Result<()> {
        if state.current.as_ref() != Some(id) || asked {
            return Ok(());
        }
        let message = "it is the credential in use: say `even_if_current` if that is meant";
        Err(self.error(ErrorKind::Conflict, operation, message).with_token(id.clone()))
    }
}

impl State {
    fn find(&mut self, id: &TokenId) -> Option<&mut Token> {
        self.tokens.iter_mut().find(|token| token.id == *id)
    }

    fn count(&mut self) -> u64 {
        self.issued += 1;
        self.issued
    }
}

fn secret(number: u64) -> SecretString {
    format!("memory-secret-{number}").into()
}

fn end_of(expires: Expiry) -> When {
    match expires {
        Expiry::At(time) => When::At(time),
        Expiry::Never | Expiry::VendorDefault => When::Never,
    }
}

/// Returns a record of the values that a [`Token`] has no field for.
fn record_of(request: &CreateToken) -> String {
    serde_json::json!({
        "source_ips": request.source_ips(),
        "service": request.is_for_service(),
        "bearer_lifetime_seconds": request.bearer_lifetime().map(|lifetime| lifetime.as_secs()),
    })
    .to_string()
}

fn scopes_of(access: &Access) -> Vec<String> {
    match access {
        Access::Full => vec!["*".to_owned()],
        Access::Scopes(names) => names.clone(),
    }
}

#[deny(clippy::missing_trait_methods)]
impl TokenManager for MemoryTokens {
    fn family(&self) -> TokenFamily {
        self.family
    }

    fn capabilities(&self) -> Capabilities {
        Operation::ALL
            .into_iter()
            .fold(Capabilities::default(), Capabilities::native)
            .with(Setting::ALL)
            .without(Setting::CreateWithDefaultExpiry, "by default a token would never end", None)
    }

    fn list(&self, options: ListOptions) -> TokenStream {
        let matches = move |token: &Token| {
            let owner = token.owner.as_ref().and_then(|owner| owner.id.as_deref());
            let used_since = |time| matches!(token.last_used, When::At(used) if used >= time);
            options.owner().is_none_or(|wanted| owner == Some(wanted))
                && !options.unused_since().is_some_and(used_since)
        };
        let manager = self.clone();
        // A list must not start before it is polled.
        let tokens = stream::once(async move {
            let tokens: Vec<Token> =
                manager.state().tokens.iter().filter(|token| matches(token)).cloned().collect();
            stream::iter(tokens.into_iter().map(Ok))
        });
        Box::pin(futures_util::StreamExt::flatten(tokens))
    }

    fn get<'a>(&'a self, id: &'a TokenId) -> BoxFuture<'a, Result<Token>> {
        Box::pin(async move {
            let found = self.state().find(id).cloned();
            found.ok_or_else(|| self.not_found(Operation::Get, id))
        })
    }

    fn create(&self, request: CreateToken) -> BoxFuture<'_, Result<IssuedToken>> {
        Box::pin(async move {
            request.check(self.family, &self.capabilities())?;
            let request = request.marked(&self.capabilities());
            let mut state = self.state();
            let number = state.count();
            let id = TokenId::counted(number);
            let mut token = Token::new(self.family, id);
            token.name = Some(request.name().to_owned());
            token.description = request.description().map(str::to_owned);
            token.owner = Owner::known(Some(OWNER.to_owned()), None, None);
            token.created = When::At(Timestamp::now());
            token.last_used = When::Never;
            token.expires = end_of(request.expires());
            token.scopes = Some(scopes_of(request.access()));
            token.record = Record::from_json(&record_of(&request)).ok();
            state.tokens.push(token.clone());
            Ok(IssuedToken::new(token, secret(number)))
        })
    }

    fn update<'a>(&'a self, id: &'a TokenId, change: UpdateToken) -> BoxFuture<'a, Result<Token>> {
        Box::pin(async move {
            change.check(self.family, &self.capabilities())?;
            let mut state = self.state();
            let token = state.find(id).ok_or_else(|| self.not_found(Operation::Update, id))?;
            if let Some(name) = change.name() {
                token.name = Some(name.to_owned());
            }
            if let Some(text) = change.description() {
                token.description = Some(text.to_owned());
            }
            if let Some(expires) = change.expires() {
                token.expires = end_of(expires);
            }
            if let Some(access) = change.access() {
                token.scopes = Some(scopes_of(access));
            }
            Ok(token.clone())
        })
    }

    fn reset<'a>(&'a self, id: &'a TokenId, options: ResetOptions) -> BoxFuture<'a, Result<IssuedToken>> {
        Box::pin(async move {
            options.check(self.family, &self.capabilities())?;
            let mut state = self.state();
            let keeps_working = options.grace_until().is_some() || options.is_even_if_current();
            self.refuse_current(&state, Operation::Reset, id, keeps_working)?;
            let token = state.find(id).cloned().ok_or_else(|| self.not_found(Operation::Reset, id))?;
            Ok(IssuedToken::new(token, secret(state.count())))
        })
    }

    fn revoke<'a>(&'a self, id: &'a TokenId, options: RevokeOptions) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let mut state = self.state();
            self.refuse_current(&state, Operation::Revoke, id, options.is_even_if_current())?;
            let before = state.tokens.len();
            state.tokens.retain(|token| token.id != *id);
            if state.tokens.len() == before { Err(self.not_found(Operation::Revoke, id)) } else { Ok(()) }
        })
    }

    fn vendor_now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn current(&self) -> BoxFuture<'_, Result<Current>> {
        Box::pin(async move { Ok(self.state().current.clone().map_or(Current::Other, Current::Token)) })
    }
}

impl fmt::Debug for MemoryTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryTokens").field("family", &self.family).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_option_of_a_creation_can_be_seen() {
        let request = CreateToken::new("ci", Expiry::Never, Access::Full)
            .with_source_ips(["192.0.2.1"])
            .for_service()
            .with_bearer_lifetime(std::time::Duration::from_secs(60));
        let issued = MemoryTokens::default().create(request).await.unwrap();
        assert_eq!(
            issued.token.record.unwrap().as_str(),
            r#"{"bearer_lifetime_seconds":60,"service":true,"source_ips":["192.0.2.1"]}"#
        );
    }
}
