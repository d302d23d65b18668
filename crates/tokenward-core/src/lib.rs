#![doc = include_str!("../README.md")]

mod capability;
mod error;
mod ext;
mod family;
mod id;
mod issued;
mod lineage;
mod manager;
mod memory;
mod operation;
pub mod printable;
mod read_only;
mod reconcile;
mod record;
mod request;
pub mod secret_names;
mod timestamp;
mod token;
mod when;

pub use capability::{Capabilities, Support};
pub use error::{Error, ErrorKind, Result, RetryAdvice};
pub use ext::{Listing, TokenManagerExt};
pub use family::TokenFamily;
pub use id::{InvalidTokenId, TokenId};
pub use issued::{Drift, IssuedToken};
pub use lineage::{Attempt, InvalidLineage, Lineage};
pub use manager::{BoxFuture, Current, TokenManager, TokenStream};
pub use memory::MemoryTokens;
pub use operation::{Operation, Setting};
pub use read_only::ReadOnly;
pub use reconcile::Reconciled;
pub use record::Record;
pub use request::{Access, CreateToken, Expiry, ListOptions, ResetOptions, RevokeOptions, UpdateToken};
pub use secret_names::SecretNames;
pub use timestamp::{InvalidTimestamp, Timestamp};
pub use token::{Owner, Token};
pub use when::When;

pub use secrecy::{ExposeSecret, SecretString};
