//! What a vendor, or somebody in its place, may answer: the clients lose no secret, show none, end nothing by mistake, and
//! say of a list whether it is complete.
//!
//! Every answer is written byte by byte and sent over loopback, so that nothing between the test and the client mends it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod clocks;
mod completeness;
mod conflicts;
mod connections;
mod encoding;
mod guards;
mod ids;
mod issuing;
mod redaction;
mod server;
mod totals;
