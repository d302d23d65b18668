#![doc = include_str!("../README.md")]

mod answer;
mod authorize;
mod base_url;
mod bearer;
mod call;
mod client_credentials;
mod environment;
mod error;
mod essentials;
mod excerpt;
mod expiry;
mod guard;
mod issued;
mod items;
mod key;
mod list;
mod misfit;
mod nullable;
mod operation;
mod options;
mod pages;
mod rate;
mod response;
mod retry;
mod retry_after;
mod secret;
mod send;
mod session;

pub mod runtime;
pub mod time;

pub use answer::{Answer, VendorToken};
pub use authorize::{Authorize, HeaderCredential};
pub use base_url::BaseUrl;
pub use bearer::{Bearer, Grant};
pub use call::Call;
pub use environment::Environment;
pub use error::{AuthorizeError, BuildError};
pub use expiry::{confirm_expiry, is_same_time};
pub use guard::{refuse_current, refuse_managed};
pub use issued::Issued;
pub use items::{BadItem, Items};
pub use key::KeyPlace;
pub use list::List;
pub use nullable::Nullable;
pub use operation::Operation;
pub use options::HttpOptions;
pub use pages::{Page, failed, find, paged};
pub use rate::{RateLimit, RateOptions};
pub use retry::RetryOptions;
pub use secret::WireSecret;
pub use send::SendError;
pub use session::{PathRewrite, Session};

pub use jiff::{SignedDuration, Timestamp};
pub use secrecy::{ExposeSecret, SecretString};
