//! Compares the simulators with the generated clients, and with the schemas that the vendors publish.
//!
//! This repository does not contain the published documents. `TOKENWARD_UPSTREAM` names the folder that does. Without the
//! variable, the tests that need a document are shown as ignored.

#![allow(
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test fails by panicking; this one has no harness that tells"
)]

mod published;
mod raw;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let mut trials: Vec<Trial> = raw::trials();
    trials.extend(published::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
