//! What the generated clients promise, tested as their users would call them.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod answers;
mod auth;
mod dates;
mod errors;
mod guards;
mod keys;
mod readme;
mod requests;
mod retry;
mod secrets;
mod support;
#[cfg(feature = "rustls")]
mod tls;
mod wire;
