//! What the pipeline promises, on the vendors' folders and on documents made up to hurt it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod api;
mod bad_input;
mod bite;
mod budget;
mod diff;
mod fresh;
mod hostile;
mod layers;
mod made_up;
mod needed;
mod new_vendor;
mod new_vendor_runs;
mod printed;
mod radar;
mod reader;
mod release;
mod secrets;
mod support;
mod update;
mod verify;
mod whole;
mod workspace;
