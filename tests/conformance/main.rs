//! One list of behaviours, run against every family and the manager in memory.
//!
//! A behaviour that does not apply to a family, by what the family says of itself, is shown as ignored and never as
//! passed. `cargo test --test conformance -- mist/org-token` runs one family.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking; this one has no harness that tells"
)]

mod asking;
mod behaviour;
mod changing;
mod ending;
mod issuing;
mod listing;
mod lost;
mod outcomes;
mod worlds;

use libtest_mimic::{Arguments, Failed, Trial};

use crate::{behaviour::Behaviour, worlds::Subject};

fn main() {
    let behaviours: Vec<&Behaviour> =
        [listing::ALL, issuing::ALL, lost::ALL, changing::ALL, ending::ALL, asking::ALL, outcomes::ALL]
            .concat()
            .into_iter()
            .collect();
    let trials = worlds::SUBJECTS
        .iter()
        .flat_map(|subject| {
            let facts = block_on(async { (subject.make)().await.facts() });
            behaviours.iter().map(move |behaviour| trial(subject, behaviour, (behaviour.applies)(&facts)))
        })
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn trial(subject: &'static Subject, behaviour: &'static Behaviour, applies: bool) -> Trial {
    let name = format!("{}: {}", subject.name, behaviour.name);
    Trial::test(name, move || {
        if !applies {
            return Err(Failed::from("it does not apply to this family"));
        }
        block_on(async { (behaviour.run)(subject, (subject.make)().await).await });
        Ok(())
    })
    .with_ignored_flag(!applies)
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
