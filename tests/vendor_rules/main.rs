//! What each vendor's families do beyond what all of them promise, against simulators of the vendors.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod environment;
mod identity;
mod limits;
mod oddities;
mod paging;
mod paused;
mod privileges;
mod rates;
mod raw_calls;
mod routes;
mod rules;
mod support;
mod wire;
