#![doc = include_str!("../README.md")]

mod capability;
mod error;
#[doc(hidden)]
pub mod json;
mod lineage;
mod listing;
mod manager;
mod manager_ext;
mod memory;
mod model;
mod operation;
pub mod printable;
mod read_only;
mod reconcile;
mod request;
pub mod secret_names;

pub use capability::{Capabilities, Support};
pub use error::{Error, ErrorKind, Result, RetryAdvice};
pub use lineage::{Attempt, InvalidLineage, Lineage};
pub use listing::Listing;
pub use manager::{BoxFuture, Current, TokenManager, TokenStream};
pub use manager_ext::TokenManagerExt;
pub use memory::MemoryTokens;
pub use model::{
    family::TokenFamily,
    id::{InvalidTokenId, TokenId},
    issued::{Drift, IssuedToken},
    record::Record,
    timestamp::{InvalidTimestamp, Timestamp},
    token::{Owner, Token},
    when::When,
};
pub use operation::{Operation, Setting};
pub use read_only::ReadOnly;
pub use reconcile::Reconciled;
pub use request::{
    access::Access, create::CreateToken, expiry::Expiry, list::ListOptions, reset::ResetOptions,
    revoke::RevokeOptions, update::UpdateToken,
};
pub use secret_names::SecretNames;

pub use secrecy::{ExposeSecret, SecretString};
