//! Everything that reads other people's text, each as a function of bytes that fails by panicking.
//!
//! A fuzzer calls them from `targets/`, and `cargo test` calls them with the
//! corpus and a bounded number of [`mutated`](mutate::mutate) inputs.

mod decoders;
pub mod mutate;
mod refusals;
mod secrecy;
mod specs;
mod words;

pub use decoders::{atlassian, launchdarkly, mist, sailpoint, unlisted};
pub use refusals::refusals;
pub use specs::{document, normalise, overlay, pipeline, vendor, verify};
pub use words::{dates, records, words};

/// One thing that reads what others wrote.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its name: of the function, the fuzzer's target and the folder in `corpus/`.
    pub name: &'static str,
    /// Reads this input, and panics where a promise is broken.
    pub run: fn(&[u8]),
    /// Where further inputs are, from the workspace's root: a folder, and how their names start and end.
    pub seeds: &'static [(&'static str, &'static str, &'static str)],
    /// How many mutated inputs a bounded run takes.
    pub mutations: usize,
}

macro_rules! entries {
    ($($name:ident: $mutations:literal from $seeds:expr;)*) => {
        /// All of them.
        pub const ENTRIES: &[Entry] =
            &[$(Entry { name: stringify!($name), run: $name, seeds: $seeds, mutations: $mutations }),*];
    };
}

const SAMPLES: &str = "tests/samples";

entries! {
    atlassian: 2000 from &[(SAMPLES, "atlassian.", ".json")];
    launchdarkly: 2000 from &[(SAMPLES, "launchdarkly.", ".json")];
    mist: 2000 from &[(SAMPLES, "mist.", ".json")];
    sailpoint: 2000 from &[(SAMPLES, "sailpoint.", ".json")];
    refusals: 2000 from &[];
    records: 2000 from &[(SAMPLES, "", ".json")];
    dates: 2000 from &[];
    words: 2000 from &[];
    document: 500 from &[("specs", "", "openapi.yaml"), ("specs", "", "overlay.yaml")];
    overlay: 500 from &[];
    vendor: 1000 from &[("specs", "", "vendor.toml")];
    normalise: 1000 from &[];
    pipeline: 100 from &[];
    verify: 500 from &[];
}
