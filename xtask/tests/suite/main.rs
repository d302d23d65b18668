//! What the pipeline promises, on the vendors' folders and on documents made up to hurt it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod bad_input;
mod bite;
mod fresh;
mod hostile;
mod needed;
mod support;
mod verify;
mod whole;
mod workspace;
