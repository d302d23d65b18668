#![doc = include_str!("../README.md")]

mod auth;
mod client_credentials;
mod config;
mod decode;
mod dialect;
mod family;
mod headers;
mod pager;
mod rate;
mod secrets;
mod transport;

pub mod runtime;

pub use auth::{
    authorize::{Authorize, HeaderCredential},
    bearer::{Bearer, Grant},
    error::AuthorizeError,
    key::KeyPlace,
};
pub use config::{
    base_url::BaseUrl, build_error::BuildError, environment::Environment, http_options::HttpOptions,
    retry_options::RetryOptions,
};
pub use decode::{
    dates as time,
    id_and_mask::{Id, Mask},
    issued::Issued,
    items::{BadItem, Items},
    nullable::Nullable,
    vendor_token::VendorToken,
};
pub use dialect::{Dialect, ErrorResponse, VendorError};
pub use family::{
    call::Call,
    expiry::{confirm_expiry, is_same_time},
    guard::{refuse_current, refuse_managed},
    response_body::ResponseBody,
};
pub use pager::{
    list_stream::{failed, find, listed},
    read_list::read_list,
    vendor_pages::{NextPage, PageEnd, Pager},
};
pub use rate::{limit::RateLimit, options::RateOptions};
pub use runtime::encode_path;
pub use secrets::wire::WireSecret;
pub use transport::{
    endpoint::Endpoint,
    response::Response,
    send_error::SendError,
    session::{PathRewrite, Session},
};

pub use secrecy::{ExposeSecret, SecretString};
pub use tokenward_core::{BoxFuture, SecretNames, Timestamp};
